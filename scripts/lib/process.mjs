// Starts other programs: with their output shown, or captured.

import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ScriptError } from "./console.mjs";

/** The top folder of the project. */
export const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/[/\\]$/, "");

/** Runs a program to its end and returns what it printed; `ok` is false when it failed or is missing. */
export function capture(command, args = [], options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  return {
    ok: result.status === 0,
    status: result.status,
    stdout: result.stdout ?? "",
    stderr: result.stderr ?? "",
    text: `${result.stdout ?? ""}${result.stderr ?? ""}`,
  };
}

/** Runs a program with its output shown (and, with `keep`, also returned); resolves to its exit code. */
export function stream(command, args = [], { keep = false, quiet = false, ...options } = {}) {
  return new Promise((resolve) => {
    const pipe = keep || quiet;
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", pipe ? "pipe" : "inherit", pipe ? "pipe" : "inherit"],
      ...options,
    });
    let text = "";
    const take = (from, to) =>
      from?.on("data", (chunk) => {
        text += chunk;
        if (!quiet) to.write(chunk);
      });
    take(child.stdout, process.stdout);
    take(child.stderr, process.stderr);
    child.on("error", (error) => resolve({ code: 127, text: `${text}${error.message}\n` }));
    child.on("close", (code, signal) => resolve({ code: code ?? (signal ? 128 : 1), text }));
  });
}

/** Like `stream`, but a failure is an error that shows the command. */
export async function must(command, args = [], options = {}) {
  const { code, text } = await stream(command, args, options);
  if (code !== 0) {
    const shown = options.quiet && text ? `\n${excerpt(text)}` : "";
    throw new ScriptError(`failed (${code}): ${command} ${args.join(" ")}${shown}`);
  }
  return text;
}

/** The first and last lines of a long output. */
function excerpt(text) {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= 32) return lines.join("\n");
  return [...lines.slice(0, 12), "  […]", ...lines.slice(-18)].join("\n");
}

/** Where a program is on a PATH, or null. */
export function which(name, path = process.env.PATH ?? "") {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat", ""] : [""];
  for (const folder of path.split(delimiter)) {
    for (const ending of endings) {
      const file = join(folder, name + ending);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here; the next folder may have it.
      }
    }
  }
  return null;
}
