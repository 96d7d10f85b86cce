// Temporary projects with the packed package installed, as a user has it.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { must, root } from "../../scripts/lib/process.mjs";

const NPM = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
const program = join(root, "packaging", "program.mjs");

/** A folder for everything of one run, and the way to remove it. */
export function workspace() {
  const folder = mkdtempSync(join(tmpdir(), "algocline-packaging-"));
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Packs the built package; the tarball's path and the list of what is in it. */
export async function pack(folder) {
  const args = ["pack", "--json", ...NPM, "--pack-destination", folder];
  const text = await must("npm", args, { quiet: true });
  const [{ filename, files, size, unpackedSize }] = JSON.parse(text.slice(text.indexOf("[")));
  const paths = files.map(({ path }) => path);
  return { tarball: join(folder, filename), files: paths, size, unpackedSize };
}

/**
 * Makes a project, installs the tarball there, and writes its files.
 *
 * @param {{ tarball: string, folder: string }} where
 * @param {string} name of the project
 * @param {Record<string, string>} files contents by path
 * @param {object} [manifest] more for its package.json
 */
export async function makeProject({ tarball, folder }, name, files, manifest = {}) {
  const project = join(folder, name);
  mkdirSync(project, { recursive: true });
  write(project, "package.json", JSON.stringify({ name, private: true, ...manifest }));
  await must("npm", ["install", "--offline", ...NPM, tarball], { cwd: project, quiet: true });
  cpSync(program, join(project, "program.mjs"));
  for (const [path, text] of Object.entries(files)) write(project, path, text);
  return project;
}

function write(project, path, text) {
  const file = join(project, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
