// The runtimes and bundlers that packaging/tools/package-lock.json pins. They are
// installed once into a cache outside of the repository, which checkouts share.

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { toolCache } from "../../scripts/env.mjs";
import { ScriptError } from "../../scripts/lib/console.mjs";
import { must, root } from "../../scripts/lib/process.mjs";

const here = join(root, "packaging", "tools");
const manifestFile = join(here, "package.json");
const lockFile = join(here, "package-lock.json");

const key = () => createHash("sha256").update(readFileSync(lockFile)).digest("hex").slice(0, 16);

/** The folder with the tools' node_modules. */
export const toolsFolder = join(toolCache, `packaging-${key()}`);
const stamp = join(toolsFolder, "installed");

/** Whether the tools are there. */
export const toolsReady = () => existsSync(stamp);

/** Installs the tools, unless that is done. */
export async function installTools() {
  if (toolsReady()) return;
  rmSync(toolsFolder, { recursive: true, force: true });
  mkdirSync(toolsFolder, { recursive: true });
  copyFileSync(manifestFile, join(toolsFolder, "package.json"));
  copyFileSync(lockFile, join(toolsFolder, "package-lock.json"));
  // Not `npm ci`: some registries lack the packages of other platforms, so that the lock file does too.
  const args = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
  await must("npm", args, { cwd: toolsFolder, quiet: true });
  writeFileSync(stamp, new Date().toISOString());
}

const lock = JSON.parse(readFileSync(lockFile, "utf8"));

/** The pinned version of a tool. */
export function toolVersion(name) {
  const entry = lock.packages[`node_modules/${name}`];
  if (!entry) throw new ScriptError(`packaging/tools does not pin ${name}`);
  return entry.version;
}

const inTools = (...parts) => join(toolsFolder, "node_modules", ...parts);

/** A program that a tool's package brings. */
export const toolProgram = (name) => inTools(".bin", name);

/** The folder of a tool's package. */
export const toolPackage = (name) => inTools(name);

const require = createRequire(join(toolsFolder, "package.json"));

/** Imports a tool's module. */
export async function importTool(name) {
  return import(pathToFileURL(resolveTool(name)).href);
}

/** Where a tool's module is. */
export function resolveTool(name) {
  try {
    return require.resolve(name);
  } catch (error) {
    // Packages for `import` alone do not resolve for `require`.
    const folder = inTools(name);
    if (!existsSync(folder)) throw error;
    const { exports, main, module } = JSON.parse(
      readFileSync(join(folder, "package.json"), "utf8"),
    );
    let entry = exports?.["."] ?? exports ?? module ?? main;
    while (typeof entry === "object") entry = entry.import ?? entry.node ?? entry.default;
    return join(folder, entry);
  }
}

/** Node's short name of this platform in the tools' aliases, such as "linux-x64". */
const platform = `${process.platform}-${process.arch}`;

/**
 * A Node of a major version: the pinned one, or this process's if it is of that version and none
 * is pinned for the platform.
 */
export function findNode(major) {
  const name = `node-${major}-${platform}`;
  const file = inTools(name, "bin", "node");
  if (existsSync(file)) return file;
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  throw new ScriptError(`no Node ${major} for ${platform}: none is pinned, and this is another`);
}

/** The version of a pinned Node, as README.md names it. */
export const nodeVersion = (major) => toolVersion(`node-${major}-linux-x64`);

/** A program in a tool's package, by its path there. */
export const toolBin = (name, file) => join(dirname(require.resolve(`${name}/package.json`)), file);
