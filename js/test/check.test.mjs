// Looking for mistakes without running, and what a snapshot says of the limits.

import assert from "node:assert/strict";
import test from "node:test";
import { SessionRegistry } from "algocline-wasm";

test("check gives the place of a syntax error, and nothing for a sound program", async () => {
  const registry = await SessionRegistry.create();
  assert.deepEqual(registry.check("return alc.llm('x')"), []);
  assert.deepEqual(registry.check("local a = 1\nlocal b = = 2"), [
    { line: 2, column: 11, message: "unexpected symbol near '='" },
  ]);
  const [open] = registry.check("for i = 1, 2 do\n  print(i)\n");
  assert.equal(open.line, 3);
  assert.match(open.message, /'end' expected .*near <eof>/);
  assert.throws(() => registry.check(1), { code: "invalid_argument" });
  registry.dispose();
  assert.throws(() => registry.check("return 1"), { code: "disposed" });
});

test("a snapshot shows fuel and memory with their limits, also while Lua runs", async () => {
  const registry = await SessionRegistry.create({ limits: { fuel: 5_000_000_000 } });
  const { session_id: id } = await registry.start(
    "for i = 1, 1000 do end alc.llm('?') while true do end",
    null,
    { limits: { memoryBytes: 1_000_000 } },
  );
  const { fuel, memory } = registry.snapshot(id);
  assert.equal(fuel.used, 0);
  assert.equal(fuel.limit, 5_000_000_000);
  assert.ok(fuel.total >= 1000, `total ${fuel.total}`);
  assert.equal(memory.limit, 1_000_000);
  assert.ok(memory.used > 1_000 && memory.used < 1_000_000, `used ${memory.used}`);
  const end = registry.feed(id, "go");
  await new Promise((resolve) => setTimeout(resolve, 30));
  const running = registry.snapshot(id);
  assert.equal(running.state, "running");
  assert.ok(running.fuel.used > 0 && running.fuel.total > fuel.total);
  registry.cancel(id);
  assert.equal((await end).status, "cancelled");
});
