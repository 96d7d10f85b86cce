// What the observer is told, and what it may do.

import assert from "node:assert/strict";
import test from "node:test";
import { SessionRegistry } from "algocline-wasm";

test("events come in the order of the changes", async () => {
  let now = 5_000;
  const told = [];
  const registry = await SessionRegistry.create({
    now: () => now,
    onEvent: (event) => told.push(event),
  });
  const { session_id: id } = await registry.start(
    `alc.log("debug", "one") alc.llm("?") alc.progress(1, 2)
     return alc.llm_batch({{prompt = "a"}, {prompt = "b"}})`,
    null,
    { strategy: "mine" },
  );
  now += 10;
  await registry.feed(id, "x");
  await registry.feed(id, "B", { queryId: "q-1" });
  const end = await registry.feed(id, "A");
  assert.deepEqual(
    told.map(({ kind, at }) => [kind, at]),
    [
      ["started", 5_000],
      ["log", 5_000],
      ["needs_response", 5_000],
      ["resumed", 5_010],
      ["progress", 5_010],
      ["needs_response", 5_010],
      ["accepted", 5_010],
      ["resumed", 5_010],
      ["completed", 5_010],
    ],
  );
  assert.ok(told.every((event) => event.session_id === id));
  assert.equal(told[0].strategy, "mine");
  assert.equal(told[1].message, "one");
  const { kind, at, ...last } = told.at(-1);
  assert.deepEqual(last, end);
});

test("log lines of a long run are told while it runs", async () => {
  let lines = 0;
  const enough = withResolvers();
  const registry = await SessionRegistry.create({
    onEvent: ({ kind }) => {
      if (kind === "log" && ++lines === 3) enough.resolve();
    },
  });
  const running = registry.start("while true do print('x') for i = 1, 1e5 do end end");
  await enough.promise;
  registry.cancel(Object.keys(registry.snapshot())[0]);
  assert.equal((await running).status, "cancelled");
});

function withResolvers() {
  let resolve;
  const promise = new Promise((given) => {
    resolve = given;
  });
  return { promise, resolve };
}

test("an observer may answer from within", async () => {
  const kinds = [];
  const ends = [];
  const registry = await SessionRegistry.create({
    onEvent: (event) => {
      kinds.push(event.kind);
      if (event.kind === "needs_response") {
        ends.push(registry.feed(event.session_id, `answer ${event.pause}`));
        // What comes of it is told later, in order.
        assert.equal(kinds.at(-1), "needs_response");
      }
    },
  });
  const first = await registry.start("return {alc.llm('1'), alc.llm('2'), alc.llm('3')}");
  assert.equal(first.pause, 1);
  const events = await Promise.all(ends);
  assert.deepEqual(events.at(-1).result, ["answer 1", "answer 2", "answer 3"]);
  const step = ["needs_response", "resumed"];
  assert.deepEqual(kinds, ["started", ...step, ...step, ...step, "completed"]);
});

test("an observer may answer thousands of times without a deep stack", async () => {
  const registry = await SessionRegistry.create({
    onEvent: (event) => {
      if (event.kind === "needs_response") registry.feed(event.session_id, "x");
    },
  });
  const ended = new Promise((resolve) => {
    const timer = setInterval(() => {
      if (Object.keys(registry.snapshot()).length === 0) resolve(clearInterval(timer));
    }, 5);
  });
  await registry.start("for i = 1, 5000 do alc.llm('?') end");
  await ended;
});

test("an observer may do anything to the session it hears of", async () => {
  for (const act of [
    (registry, id) => registry.cancel(id),
    (registry) => registry.gc(Number.MAX_SAFE_INTEGER),
    (registry) => registry.dispose(),
    (registry, id) => registry.snapshot(id, { pending: "full", history: true }),
    (registry, id) => registry.start(`return "${id}"`),
  ]) {
    let acted = false;
    const registry = await SessionRegistry.create({
      onEvent: (event) => {
        if (acted || event.kind !== "needs_response") return;
        acted = true;
        act(registry, event.session_id);
      },
    });
    const event = await registry.start("alc.llm('?')");
    assert.equal(event.status, "needs_response");
    assert.ok(acted);
  }
});

test("an observer may dispose of the registry at any news", async () => {
  for (const [kind, steps] of [
    ["started", 0],
    ["log", 0],
    ["resumed", 1],
    ["progress", 1],
  ]) {
    const registry = await SessionRegistry.create({
      onEvent: (event) => {
        if (event.kind === kind) registry.dispose();
      },
    });
    const code = `alc.llm("?") alc.progress(1, 2) while true do end`;
    const disposed = (promise) => assert.rejects(promise, { name: "AlcError", code: "disposed" });
    if (steps === 0) {
      await disposed(registry.start(`print("x") while true do end`));
    } else {
      const { session_id: id } = await registry.start(code);
      await disposed(registry.feed(id, "x"));
    }
  }
});

test("an observer may end the session while it runs", async () => {
  const registry = await SessionRegistry.create({
    onEvent: ({ kind, session_id }) => {
      if (kind === "log") registry.cancel(session_id, "saw it");
    },
  });
  const event = await registry.start("print('x') while true do end");
  assert.deepEqual([event.status, event.reason], ["cancelled", "saw it"]);
});

test("an observer that throws disturbs nothing, and its error is not hidden", async () => {
  const uncaught = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => uncaught.push(error.message));
  try {
    const registry = await SessionRegistry.create({
      onEvent: ({ kind }) => {
        throw new Error(`no ${kind}`);
      },
    });
    const { session_id: id } = await registry.start("return alc.llm('?')");
    assert.equal((await registry.feed(id, "x")).result, "x");
    await new Promise((resolve) => setTimeout(resolve, 10));
    const kinds = ["started", "needs_response", "resumed", "completed"];
    assert.deepEqual(
      uncaught,
      kinds.map((kind) => `no ${kind}`),
    );
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const listener of listeners) process.on("uncaughtException", listener);
  }
});
