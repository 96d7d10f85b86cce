// Programs that try to bring the instance down: each ends in a typed error or is
// cancelled; the instance lives and the other sessions go on.

import assert from "node:assert/strict";
import test from "node:test";
import { SessionRegistry } from "algocline-wasm";

const SIZE = 100_000;
const locals = Array.from({ length: 300 }, (_, i) => `local v${i} = ${i}`).join("\n");

/** Source and what the error must say; null where the program ends well. */
const programs = {
  "an endless loop": ["while true do end", /fuel exhausted/],
  "an endless loop of errors": ["while true do pcall(error) end", /fuel exhausted/],
  "an endless loop in pcall": ["pcall(function() while true do end end)", /fuel exhausted/],
  "a growing string": ["local s = 'x' while true do s = s .. s end", /not enough memory/],
  "a growing table": ["local t = {} while true do t[#t + 1] = {} end", /not enough memory/],
  "a table that calls itself": ["local t = {} setmetatable(t, {__call = t}) t()", /__call/],
  "nested parentheses": [`return ${"(".repeat(SIZE)}1${")".repeat(SIZE)}`, /syntax error/],
  "a long sum": [`local a = 1 return ${"a+".repeat(SIZE)}a`, null],
  "a long concatenation": [`local a = "" return ${"a..".repeat(SIZE)}a`, /syntax error/],
  "too many locals": [locals, /too many local variables/],
  "a long repetition": [`return ("x"):rep(1e10)`, /resulting string too large/],
  "a repetition beyond the memory": [`return ("x"):rep(1e9)`, /not enough memory/],
  "a pattern that explodes": [
    `return (("a"):rep(30000)):match(("(.-)"):rep(20) .. "b")`,
    /fuel exhausted/,
  ],
  "a greedy pattern that explodes": [
    `return (("a"):rep(30000)):find(("a*"):rep(20) .. "b")`,
    /fuel exhausted/,
  ],
  "deep recursion": ["local function f() return 1 + f() end f()", /stack overflow/],
  "deep recursion in pcall": [
    "local function f() return 1 + f() end assert(not pcall(f)) return 1",
    null,
  ],
  "pcall in pcall": ["local function f() return pcall(f) end f()", /fuel exhausted/],
  "coroutines in coroutines": [
    "local function f() coroutine.wrap(f)() end f()",
    /C stack overflow/,
  ],
  "too many results": ["return table.unpack({}, 1, 1e8)", /too many results to unpack/],
  "a result that is huge as JSON": [
    "local t = {} for i = 1, 40 do t = {t, t} end return t",
    /not enough memory/,
  ],
  "a result within itself": ["local t = {} t[1] = t return t", /recursive table/],
  "JSON nested deeply": ["return alc.json_decode(('['):rep(1e6))", /recursion limit/],
  "the smallest integer": ["return math.mininteger // -1 .. math.mininteger % -1", null],
  "a log without end": ["while true do print(('x'):rep(1e5)) end", /fuel exhausted/],
};

test("hostile programs end, the instance lives, the others go on", async (t) => {
  const registry = await SessionRegistry.create({
    limits: { fuel: 20_000_000 },
    onEvent: () => {},
  });
  const other = await registry.start("local n = 0 while true do n = n + #alc.llm(n .. '') end");
  for (const [name, [source, error]] of Object.entries(programs)) {
    await t.test(name, async () => {
      const event = await registry.start(source);
      if (error) {
        assert.equal(event.status, "error", JSON.stringify(event).slice(0, 300));
        assert.match(event.error, error);
      } else {
        assert.equal(event.status, "completed", JSON.stringify(event).slice(0, 300));
      }
      const next = await registry.feed(other.session_id, "x");
      assert.equal(next.status, "needs_response");
    });
  }
  assert.deepEqual(Object.keys(registry.snapshot()), [other.session_id]);
});

test("hostile programs are cancelled in the middle", async () => {
  const registry = await SessionRegistry.create();
  for (const name of [
    "an endless loop",
    "an endless loop of errors",
    "a pattern that explodes",
    "a log without end",
  ]) {
    const running = registry.start(programs[name][0]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const [id] = Object.keys(registry.snapshot());
    registry.cancel(id, name);
    assert.equal((await running).reason, name);
  }
  assert.equal((await registry.start("return 1")).result, 1);
});

test("memory comes back when a session has ended", async () => {
  const registry = await SessionRegistry.create({ limits: { memoryBytes: 32 << 20 } });
  const fat = "local t = {} for i = 1, 2e5 do t[i] = {i} end return alc.llm('?')";
  for (let i = 0; i < 40; i++) {
    const event = await registry.start(fat);
    assert.equal(event.status, "needs_response");
    registry.cancel(event.session_id);
  }
  assert.ok(process.memoryUsage.rss() < 1.5e9, `${process.memoryUsage.rss()}`);
});
