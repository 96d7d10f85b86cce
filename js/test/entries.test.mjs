// The built package loads by its public name, both ways.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";

const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);

test("import", async () => {
  const module = await import("algocline-wasm");
  await module.load();
  assert.equal(module.version(), version);
});

test("require", async () => {
  const module = createRequire(import.meta.url)("algocline-wasm");
  await module.load();
  assert.equal(module.version(), version);
});
