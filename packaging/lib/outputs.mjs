// What a bundler has made.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const filesOf = (folder, pattern) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => pattern.test(name) && !name.includes("node_modules"));

/** The start of the compressed module, as it stands in /inline. */
const inlined = (project) =>
  readFileSync(join(project, "node_modules", "algocline-wasm", "dist", "inline.js"), "utf8").match(
    /"([A-Za-z0-9+/]{200})/,
  )[1];

/** The bundle has the wasm file once. */
export function exactlyOneWasm(folder) {
  const found = filesOf(folder, /\.wasm$/).map((name) => basename(name));
  assert.equal(found.length, 1, `wasm files in the bundle: ${found.join(", ") || "none"}`);
}

/** The bundle is JavaScript alone, with the wasm file once inside. */
export function exactlyOneInlined(project, folder) {
  assert.deepEqual(filesOf(folder, /\.wasm$/), []);
  const start = inlined(project);
  const count = filesOf(folder, /\.js$/)
    .map((name) => readFileSync(join(folder, name), "utf8").split(start).length - 1)
    .reduce((sum, n) => sum + n, 0);
  assert.equal(count, 1, "copies of the wasm file within the bundle");
}
