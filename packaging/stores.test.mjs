// The store in a directory on Deno and Bun, which have Node's modules but not its code.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { cases } from "../js/test/support/store-suite.mjs";
import { root } from "../scripts/lib/process.mjs";
import { execute } from "./lib/run.mjs";
import { installTools, toolProgram } from "./lib/tools.mjs";

await installTools();

const script = join(root, "js", "test", "support", "directory-suite.mjs");

for (const [name, program, args] of [
  ["Deno", "deno", ["run", "--allow-all", script]],
  ["Bun", "bun", [script]],
]) {
  test(`a directory on ${name}`, async () => {
    const text = await execute(toolProgram(program), args, { cwd: root });
    const { passed, failed } = JSON.parse(text.trim().split("\n").at(-1));
    assert.deepEqual(failed, {});
    assert.deepEqual(passed, Object.keys(cases));
  });
}
