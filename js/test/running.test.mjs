// What happens while a program runs for long: the event loop lives, the session
// is busy, and it can be stopped.

import assert from "node:assert/strict";
import test from "node:test";
import { AlcError, SessionRegistry } from "algocline-wasm";

const ENDLESS = "while true do end";
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const code = (expected) => (error) => error instanceof AlcError && error.code === expected;

/** The id of the only live session. */
const onlyId = (registry) => Object.keys(registry.snapshot())[0];

test("a short program is done without a turn of the event loop", async () => {
  const registry = await SessionRegistry.create();
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  const end = await registry.start("return 1");
  assert.equal(end.result, 1);
  assert.equal(turned, false);
});

test("timers run while a program does, and cancel stops it", async () => {
  const registry = await SessionRegistry.create();
  const running = registry.start(ENDLESS);
  const gaps = [];
  let last = performance.now();
  const timer = setInterval(() => {
    gaps.push(performance.now() - last);
    last = performance.now();
  }, 5);
  await after(400);
  clearInterval(timer);
  assert.ok(gaps.length >= 10, `${gaps.length} ticks`);
  const median = gaps.sort((a, b) => a - b)[gaps.length >> 1];
  assert.ok(median < 50, `${median} ms between ticks`);
  const id = onlyId(registry);
  const before = performance.now();
  const event = registry.cancel(id, "enough");
  assert.deepEqual(await running, event);
  const took = performance.now() - before;
  assert.ok(took < 100, `${took} ms`);
  assert.equal(event.status, "cancelled");
  assert.equal(event.reason, "enough");
  assert.deepEqual(registry.snapshot(), {});
  assert.throws(() => registry.cancel(id), code("session_not_found"));
});

test("slices last about as long as they shall", async () => {
  const registry = await SessionRegistry.create();
  const rate = async (sliceMs) => {
    const running = registry.start(ENDLESS, null, { limits: { sliceMs } });
    let turns = 0;
    const until = performance.now() + 300;
    while (performance.now() < until) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    registry.cancel(onlyId(registry));
    await running;
    return turns;
  };
  const [short, long] = [await rate(2), await rate(40)];
  assert.ok(short > 3 * long, `${short} turns with 2 ms, ${long} with 40 ms`);
});

test("a running session is busy but visible", async () => {
  const registry = await SessionRegistry.create();
  const running = registry.start("alc.log('info', 'begun') while true do end", null, {
    strategy: "loop",
  });
  const id = onlyId(registry);
  const shown = registry.snapshot(id);
  assert.deepEqual([shown.state, shown.phase, shown.strategy], ["running", "running", "loop"]);
  await assert.rejects(registry.feed(id, "x"), code("session_busy"));
  await assert.rejects(registry.feed(id, "x", { queryId: "q-0" }), code("session_busy"));
  await assert.rejects(registry.fail(id, "x"), code("session_busy"));
  assert.throws(() => registry.pending(id), code("session_busy"));
  assert.throws(() => registry.resolveSolePendingId(id), code("session_busy"));
  // Others live their own lives.
  assert.equal((await registry.start("return 2")).result, 2);
  registry.cancel(id);
  await running;
});

test("two answers at once: one is taken, the other refused", async () => {
  const registry = await SessionRegistry.create();
  const { session_id: id } = await registry.start(
    "alc.llm('?') for i = 1, 3e7 do end return 'done'",
  );
  const [first, second] = await Promise.allSettled([
    registry.feed(id, "a"),
    registry.feed(id, "b"),
  ]);
  assert.equal(first.value.result, "done");
  assert.equal(first.value.transcript[0].response, "a");
  assert.equal(second.reason.code, "session_busy");
});

test("an abort signal stops a running program", async () => {
  const registry = await SessionRegistry.create();
  const controller = new AbortController();
  const running = registry.start(ENDLESS, null, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error("too slow")), 30);
  const event = await running;
  assert.deepEqual([event.status, event.reason], ["cancelled", "too slow"]);
});

test("an abort signal ends a paused session and one that was resumed", async () => {
  const told = [];
  const registry = await SessionRegistry.create({ onEvent: (event) => told.push(event.kind) });
  for (const resume of [false, true]) {
    const controller = new AbortController();
    const { session_id: id } = await registry.start("alc.llm('?') alc.llm('!')", null, {
      signal: controller.signal,
    });
    if (resume) await registry.feed(id, "x");
    controller.abort("done with it");
    assert.equal(told.at(-1), "cancelled");
    await assert.rejects(registry.feed(id, "x"), code("session_not_found"));
  }
});

test("with a signal aborted already no Lua runs", async () => {
  const kinds = [];
  const registry = await SessionRegistry.create({ onEvent: ({ kind }) => kinds.push(kind) });
  const event = await registry.start("print('ran')", null, { signal: AbortSignal.abort("no") });
  assert.deepEqual([event.status, event.reason], ["cancelled", "no"]);
  assert.deepEqual(event.transcript, []);
  assert.deepEqual(kinds, ["started", "cancelled"]);
});

test("a reason of any kind becomes a text", async () => {
  const registry = await SessionRegistry.create();
  const reasonOf = async (reason) =>
    (await registry.start("return 1", null, { signal: AbortSignal.abort(reason) })).reason;
  assert.equal(await reasonOf("half a \ud83d"), "half a \ufffd");
  assert.equal(await reasonOf({ toString: () => "mine" }), "mine");
  assert.equal(await reasonOf(Object.create(null)), "an error without a text");
  assert.match(await reasonOf(undefined), /aborted/);
});

test("listeners of a signal go with the session", async () => {
  const registry = await SessionRegistry.create({ ttlMs: 0 });
  const count = { now: 0 };
  const { signal } = new AbortController();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = function (...args) {
    count.now++;
    addEventListener.apply(this, args);
  };
  signal.removeEventListener = function (...args) {
    count.now--;
    removeEventListener.apply(this, args);
  };
  const start = (source) => registry.start(source, null, { signal });
  await start("return 1");
  await start("error('x')");
  const paused = await start("return alc.llm('?')");
  assert.equal(count.now, 1);
  await registry.feed(paused.session_id, "x");
  registry.cancel((await start("alc.llm('?')")).session_id);
  await start("alc.llm('?')");
  registry.gc();
  assert.equal(count.now, 0);
  await start("alc.llm('?')");
  registry.dispose();
  assert.equal(count.now, 0);
});

test("a registry that is disposed of rejects what runs", async () => {
  const registry = await SessionRegistry.create();
  const running = registry.start(ENDLESS);
  const rejected = assert.rejects(running, code("disposed"));
  registry.dispose();
  registry.dispose();
  await rejected;
  await assert.rejects(registry.start("return 1"), code("disposed"));
  await assert.rejects(registry.feed("s", "x"), code("disposed"));
  await assert.rejects(registry.advice("s"), code("disposed"));
  await assert.rejects(registry.fail("s", "x"), code("disposed"));
  for (const call of ["pending", "snapshot", "cancel", "resolveSolePendingId", "gc", "startGc"]) {
    assert.throws(() => registry[call](), code("disposed"), call);
  }
  // Another registry of the same module does not care.
  const other = await SessionRegistry.create();
  assert.equal((await other.start("return 1")).result, 1);
});

test("dispose is what `using` calls", async () => {
  const registry = await SessionRegistry.create();
  assert.equal(typeof registry[Symbol.dispose ?? Symbol.for("Symbol.dispose")], "function");
  registry[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  assert.throws(() => registry.gc(), code("disposed"));
});
