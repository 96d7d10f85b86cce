// Installs Debian packages, where that is possible without asking for a password.

import { ScriptError } from "./console.mjs";
import { capture, must, which } from "./process.mjs";

/** The words before `apt-get`, or null where this machine or user cannot install packages. */
function prefix() {
  if (process.platform !== "linux" || !which("apt-get")) return null;
  if (process.getuid?.() === 0) return [];
  return which("sudo") && capture("sudo", ["-n", "true"]).ok ? ["sudo", "-n"] : null;
}

/** What a person would type to install the packages. */
export const aptCommand = (packages) =>
  `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(" ")}`;

/** Whether `aptInstall` can work here at all. */
export const hasApt = () => prefix() !== null;

/** Installs the packages; the package lists are refreshed only if that fails at first. */
export async function aptInstall(packages) {
  const before = prefix();
  if (!before) {
    throw new ScriptError(`cannot install packages here; by hand:\n  ${aptCommand(packages)}`);
  }
  const run = (...args) => {
    const [command, ...rest] = [...before, "apt-get", ...args];
    return must(command, rest, {
      quiet: true,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  };
  const install = () => run("install", "-y", "--no-install-recommends", ...packages);
  try {
    await install();
  } catch {
    await run("update");
    await install();
  }
}
