// Sessions from start to end: pauses, answers, results, errors.

import assert from "node:assert/strict";
import test from "node:test";
import { AlcError, SessionRegistry } from "algocline-wasm";

const BATCH = `return alc.llm_batch({{prompt = "a"}, {prompt = "b"}, {prompt = "c"}})`;

/** What a call is refused with. */
const refusal = (code, message) => (error) => {
  assert.ok(error instanceof AlcError, String(error?.stack));
  assert.equal(error.name, "AlcError");
  assert.equal(error.code, code);
  if (message) assert.match(error.message, message);
  return true;
};

test("a program pauses, gets its answer and finishes", async () => {
  const registry = await SessionRegistry.create();
  const event = await registry.start(
    `local name = alc.llm("Who are you?", {system = "short"}) return {hello = name, n = ctx.n}`,
    { n: 3 },
  );
  const query = {
    id: "q-0",
    query_id: "q-0",
    prompt: "Who are you?",
    system: "short",
    max_tokens: 1024,
  };
  const id = event.session_id;
  assert.match(id, /^s-[0-9a-f]+-[0-9a-f]{16}$/);
  const expected = {
    ...query,
    status: "needs_response",
    session_id: id,
    pause: 1,
    queries: [query],
  };
  assert.deepEqual(event, expected);
  assert.deepEqual(registry.pending(id), expected);
  assert.equal(registry.resolveSolePendingId(id), "q-0");
  const end = await registry.feed(id, "Lua", {
    usage: { prompt_tokens: 7, completion_tokens: 2 },
    pause: 1,
  });
  assert.equal(end.status, "completed");
  assert.deepEqual(end.result, { hello: "Lua", n: 3 });
  assert.deepEqual(end.transcript, [
    { query_id: "q-0", prompt: "Who are you?", system: "short", response: "Lua" },
  ]);
  assert.deepEqual(end.stats.auto.total_tokens, { tokens: 9, source: "provided" });
  assert.deepEqual(registry.snapshot(), {});
});

test("a batch takes answers in any order, alone or together", async () => {
  const registry = await SessionRegistry.create();
  const { session_id: id, queries, query_id } = await registry.start(BATCH);
  assert.equal(query_id, undefined);
  assert.deepEqual(
    queries.map((query) => query.prompt),
    ["a", "b", "c"],
  );
  const accepted = await registry.feed(id, "C", { queryId: "q-2" });
  assert.deepEqual(accepted, { status: "accepted", session_id: id, pause: 1, remaining: 2 });
  await assert.rejects(
    registry.feed(id, "x"),
    refusal("invalid_transition", /2 queries pending; specify query_id explicitly/),
  );
  assert.throws(() => registry.resolveSolePendingId(id), refusal("invalid_transition"));
  const end = await registry.feed(
    id,
    [
      { query_id: "q-1", response: "B", usage: { completion_tokens: 5 } },
      { query_id: "q-0", response: "A" },
    ],
    { pause: 1 },
  );
  assert.deepEqual(end.result, ["A", "B", "C"]);
});

test("of several answers all are taken or none", async () => {
  const registry = await SessionRegistry.create();
  const { session_id: id } = await registry.start(BATCH);
  const a = { query_id: "q-0", response: "A" };
  const before = registry.pending(id);
  const refused = [
    [[a, { query_id: "q-7", response: "x" }], "unknown_query", /^unknown query_id: q-7$/],
    [[a, a], "already_responded", /^already responded to query_id: q-0$/],
    [[], "invalid_argument", /Empty responses array/],
  ];
  for (const [answers, code, message] of refused) {
    await assert.rejects(registry.feed(id, answers), (error) => {
      assert.equal(error.sessionId, id);
      return refusal(code, message)(error);
    });
    assert.deepEqual(registry.pending(id), before);
  }
});

test("a late answer is refused by its pause", async () => {
  const registry = await SessionRegistry.create();
  const { session_id: id } = await registry.start(`return alc.llm("1") .. alc.llm("2")`);
  const second = await registry.feed(id, "x", { pause: 1 });
  assert.equal(second.pause, 2);
  for (const late of [
    () => registry.feed(id, "x", { pause: 1 }),
    () => registry.feed(id, [{ query_id: "q-0", response: "x" }], { pause: 1 }),
    () => registry.fail(id, "x", { pause: 1 }),
  ]) {
    await assert.rejects(late, refusal("stale_pause", /for pause 1, the session is at pause 2/));
  }
  assert.equal((await registry.feed(id, "y", { pause: 2 })).result, "xy");
});

test("unknown and ended sessions are not found", async () => {
  const registry = await SessionRegistry.create();
  const { session_id: ended } = await registry.start("return 1");
  for (const id of ["s-nope", "", ended]) {
    const notFound = (error) => {
      assert.equal(error.message, `session '${id}' not found`);
      assert.equal(error.sessionId, id);
      return refusal("session_not_found")(error);
    };
    await assert.rejects(registry.feed(id, "x"), notFound);
    await assert.rejects(registry.feed(id, "x", { queryId: "q-0" }), notFound);
    await assert.rejects(registry.fail(id, "x"), notFound);
    for (const call of ["pending", "snapshot", "cancel", "resolveSolePendingId"]) {
      assert.throws(() => registry[call](id), notFound, call);
    }
  }
});

test("a failed query raises in the program", async () => {
  const registry = await SessionRegistry.create();
  const caught = await registry.start(`return {pcall(alc.llm, "?")}`);
  const end = await registry.fail(caught.session_id, "no model");
  assert.deepEqual(end.result, [false, "no model"]);
  assert.equal(end.transcript[0].error, "no model");
  const uncaught = await registry.start(BATCH);
  await assert.rejects(registry.fail(uncaught.session_id, "x"), refusal("invalid_transition"));
  const failed = await registry.fail(uncaught.session_id, "down", { queryId: "q-1", pause: 1 });
  assert.equal(failed.status, "error");
  assert.equal(failed.error, "lua error: down");
});

test("errors of a program are events", async () => {
  const registry = await SessionRegistry.create();
  const syntax = await registry.start("local x = 1\nlocal y = = 2");
  assert.equal(syntax.status, "error");
  assert.match(syntax.error, /strategy:2: unexpected symbol near '='/);
  assert.deepEqual([syntax.line, syntax.column], [2, 11]);
  const runtime = await registry.start("local t\nreturn t.x");
  assert.match(runtime.error, /strategy:2: attempt to index a nil value \(local 't'\)/);
  assert.match(runtime.traceback, /^stack traceback:\n\tstrategy:2: in main chunk/);
  assert.equal(runtime.line, undefined);
});

test("numbers keep their value on both ways", async () => {
  const registry = await SessionRegistry.create();
  const { result } = await registry.start(
    `return {
      math.type(ctx.whole), math.type(ctx.float), math.type(ctx.big), math.type(ctx.large),
      ctx.large == 9007199254740993, ctx.big == 2.0 ^ 53, 9007199254740993, 1.5, 2.0, 0 / 0,
      ctx.deep.list[2].x,
    }`,
    {
      whole: 3.0,
      float: 0.5,
      big: 2 ** 53,
      large: 9007199254740993n,
      deep: { list: [1, { x: "y" }] },
    },
  );
  assert.deepEqual(result, [
    "integer",
    "float",
    "float",
    "integer",
    true,
    true,
    9007199254740992,
    1.5,
    2,
    null,
    "y",
  ]);
});

test("the options of a session reach the program", async () => {
  const registry = await SessionRegistry.create({
    packages: { greet: `return {hi = function(s) return "hi " .. s end}`, "a.b": "return 7" },
  });
  const start = (options) =>
    registry.start(
      `return {require("greet").hi(alc.env.WHO), require("a.b"), os.getenv("WHO"), math.random(1 << 30)}`,
      null,
      options,
    );
  const first = await start({ env: { WHO: "you" }, seed: "s" });
  assert.deepEqual(first.result.slice(0, 3), ["hi you", 7, "you"]);
  const second = await start({ env: { WHO: "you" }, seed: "s" });
  assert.deepEqual(second.result, first.result);
  const third = await start({ env: { WHO: "you" } });
  assert.notEqual(third.result[3], first.result[3]);
});

test("limits of a session go before those of the registry", async () => {
  const registry = await SessionRegistry.create({ limits: { fuel: 50_000 } });
  const short = await registry.start("while true do end");
  assert.match(short.error, /fuel exhausted: the program ran 50000 instructions/);
  const work = "for i = 1, 200000 do end return 1";
  assert.equal((await registry.start(work)).status, "error");
  assert.equal((await registry.start(work, null, { limits: { fuel: 1e7 } })).result, 1);
  const fat = await registry.start("local t = {} while true do t[#t + 1] = {} end", null, {
    limits: { memoryBytes: 1e6, fuel: 1e9 },
  });
  assert.match(fat.error, /not enough memory/);
});

test("advice runs a registered strategy", async () => {
  const registry = await SessionRegistry.create({
    packages: {
      echo: `return {run = function(ctx) return {ctx.task, ctx.n, alc.llm(ctx.task)} end}`,
      lib: "return {}",
    },
  });
  const event = await registry.advice("echo", "do it", { n: 4, task: "not this" });
  assert.equal(event.prompt, "do it");
  assert.equal(registry.snapshot(event.session_id).strategy, "echo");
  const end = await registry.feed(event.session_id, "done");
  assert.deepEqual(end.result, ["do it", 4, "done"]);
  const named = await registry.advice("echo", undefined, {}, { strategy: "mine" });
  assert.equal(named.status, "error");
  assert.match((await registry.advice("lib")).error, /strategy 'lib' is a library/);
  assert.match((await registry.advice("nope", "x")).error, /module 'nope' not found/);
});

test("snapshots show one session or all of them", async () => {
  let now = 1_000_000;
  const registry = await SessionRegistry.create({ now: () => now });
  const code = `alc.progress(1, 3, "begun") print("hello") return alc.llm(("p"):rep(300), {role = "r"})`;
  const { session_id: id } = await registry.start(code, null, { strategy: "mine" });
  now += 250;
  const shown = registry.snapshot(id, { pending: "preview", history: true });
  assert.equal(shown.state, "paused");
  assert.equal(shown.strategy, "mine");
  assert.equal(shown.started_at, 1_000_000);
  assert.equal(shown.metrics.elapsed_ms, 250);
  assert.deepEqual(shown.metrics.progress, { step: 1, total: 3, message: "begun" });
  assert.equal(shown.metrics.recent_logs[0].message, "hello");
  assert.equal(shown.metrics.conversation_history.length, 1);
  assert.deepEqual(shown.pending, [
    { query_id: "q-0", max_tokens: 1024, role: "r", prompt_preview: "p".repeat(200) },
  ]);
  const filter = { query_id: true, prompt: { mode: "preview", chars: 2 } };
  assert.deepEqual(registry.snapshot(id, { pending: filter }).pending, [
    { query_id: "q-0", prompt_preview: "pp" },
  ]);
  assert.deepEqual(registry.snapshot(id, { pending: {} }).pending, [{}]);
  assert.deepEqual(registry.snapshot(), { [id]: registry.snapshot(id) });
  assert.deepEqual(Object.keys(registry.snapshot({ history: true })), [id]);
});

test("many sessions wait at once", async () => {
  const registry = await SessionRegistry.create();
  const events = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      registry.start("return ctx.n .. alc.llm('?') .. alc.llm('!')", { n }),
    ),
  );
  const ids = events.map((event) => event.session_id);
  assert.equal(new Set(ids).size, 200);
  assert.equal(Object.keys(registry.snapshot()).length, 200);
  await Promise.all(ids.map((id) => registry.feed(id, "a")));
  const ends = await Promise.all(ids.map((id) => registry.feed(id, "b")));
  ends.forEach((end, n) => {
    assert.equal(end.result, `${n}ab`);
  });
});
