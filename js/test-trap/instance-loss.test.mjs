// The loss of the WebAssembly instance, in a build that traps on demand: a new one
// takes its place, paused sessions come back, calls in flight get a typed error.

import assert from "node:assert/strict";
import test from "node:test";
import {
  AlcError,
  autosave,
  memoryStore,
  SessionRegistry,
  trapAfter,
} from "../generated/trap/package.mjs";

const ASK = 'local a = alc.llm("first") local b = alc.llm("second") return a .. b';
const BATCH =
  'return table.concat(alc.llm_batch({ { prompt = "a" }, { prompt = "b" }, { prompt = "c" } }), "-") .. alc.llm("last")';
const LONG = "local n = 0 for i = 1, 2000000 do n = n + i % 7 end return n .. alc.llm('after')";

/** The error of a call during which the instance traps. */
async function trapping(work, points = 0) {
  trapAfter(points);
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof AlcError, error?.stack);
    assert.equal(error.code, "instance_lost", error.stack);
    return error;
  }
  return assert.fail("the instance has not trapped");
}

test("paused sessions of all registries come back, and go on as if nothing had been", async () => {
  const one = await SessionRegistry.create({ packages: { m: "return { word = 'module' }" } });
  const two = await SessionRegistry.create();
  const asked = [];
  for (const registry of [one, two, one, two]) asked.push([registry, await registry.start(ASK)]);
  const [, second] = asked;
  await two.feed(second[1].session_id, "1");
  const waiting = asked.map(([registry, { session_id }]) => registry.pending(session_id));

  const error = await trapping(async () => one.snapshot());
  assert.match(error.message, /the WebAssembly instance was lost/);
  assert.ok(error.cause instanceof WebAssembly.RuntimeError);

  for (const [i, [registry, { session_id }]] of asked.entries()) {
    assert.deepEqual(registry.pending(session_id), waiting[i]);
    let event = waiting[i];
    while (event.status === "needs_response") {
      event = await registry.feed(session_id, event.prompt, { pause: event.pause });
    }
    assert.equal(event.result, i === 1 ? "1second" : "firstsecond");
  }
  assert.equal((await one.start('return require("m").word')).result, "module");
  one.dispose();
  two.dispose();
});

test("answers of a half-answered batch are kept", async () => {
  const registry = await SessionRegistry.create();
  const { session_id: id } = await registry.start(BATCH);
  await registry.feed(id, "A", { queryId: "q-0" });
  await registry.feed(id, [{ query_id: "q-2", response: "C" }]);
  await trapping(async () => registry.pending(id));
  const event = registry.pending(id);
  assert.deepEqual(
    event.queries.map(({ query_id }) => query_id),
    ["q-1"],
  );
  const next = await registry.feed(id, "B");
  assert.equal(next.prompt, "last");
  assert.equal((await registry.feed(id, "!")).result, "A-B-C!");
  registry.dispose();
});

test("a call in flight gets the error, and its session waits where it paused last", async () => {
  const registry = await SessionRegistry.create();
  const fresh = await registry.start(`local a = alc.llm("go?") ${LONG}`);
  const { session_id: id } = fresh;
  const running = registry.feed(id, "yes");
  const other = registry.start(LONG);
  other.catch(() => {});
  // In the middle of a slice of either of the two.
  const error = await trapping(() => Promise.all([running, other]), 3);
  assert.ok(error.sessionId);
  for (const call of [running, other]) {
    await assert.rejects(
      call,
      (problem) => problem.code === "instance_lost" && !!problem.sessionId,
    );
  }
  assert.equal(registry.pending(id).prompt, "go?");
  const event = await registry.feed(id, "yes");
  assert.equal(event.prompt, "after");
  // The other one had never paused.
  assert.deepEqual(Object.keys(registry.snapshot()), [id]);
  assert.match((await registry.feed(id, "!")).result, /^\d+!$/);
  registry.dispose();
});

test("a program that waits for the host when the instance is lost gets the error at once", async () => {
  const hanging = { ...memoryStore(), get: () => new Promise(() => {}) };
  const registry = await SessionRegistry.create({ store: hanging });
  const first = await registry.start('alc.llm("ask") return alc.state.get("k")');
  const waiting = registry.feed(first.session_id, "x");
  waiting.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 5));
  await trapping(async () => registry.snapshot());
  await assert.rejects(waiting, { code: "instance_lost", sessionId: first.session_id });
  assert.equal(registry.pending(first.session_id).prompt, "ask");
  registry.dispose();
});

test("it may happen at any point, and again and again", async () => {
  const registry = await SessionRegistry.create();
  const program = `
    local function slow() local n = 0 for i = 1, 200000 do n = n + 1 end return n end
    local a = alc.llm("one") slow()
    local b = table.concat(alc.llm_batch({ { prompt = "two" }, { prompt = "three" } }), "") slow()
    return a .. b .. alc.llm("four")`;
  const limits = { sliceMs: 0.5 };
  const start = () => registry.start(program, null, { limits, seed: "s" });
  let event = await start();
  const id = event.session_id;
  let losses = 0;
  // Ever later, until the step is done; then from the beginning.
  for (let points = 0; event.status === "needs_response"; points = Math.ceil(points * 1.5) + 1) {
    trapAfter(points);
    try {
      const [query] = registry.pending(id).queries;
      event = await registry.feed(id, query.prompt, { queryId: query.query_id });
      points = 0;
    } catch (error) {
      assert.equal(error.code, "instance_lost", error.stack);
      losses++;
      assert.ok(losses < 500);
    }
    if (event.status === "accepted") event = { status: "needs_response" };
  }
  trapAfter(2 ** 32 - 1);
  assert.equal(event.result, "onetwothreefour");
  assert.ok(losses > 3, `${losses} losses`);
  registry.dispose();
});

test("packages added and removed since are there again", async () => {
  const registry = await SessionRegistry.create({ packages: { a: "return 'a'", b: "return 'b'" } });
  registry.packages.add("c", "return 'c'");
  registry.packages.add("c.sub", "return 'c.sub'");
  registry.packages.add("d", { "init.lua": "return 'd'", "sub.lua": "return 'd.sub'" });
  registry.packages.add("d.sub", "return 'other'");
  registry.packages.remove("b");
  registry.packages.add("e", "return 'e'");
  registry.packages.remove("e");
  registry.packages.add("a", "return 'new a'");
  const look = async () => {
    const code = `
      local found = {}
      for i, name in ipairs { "a", "b", "c", "c.sub", "d", "d.sub", "e" } do
        local ok, value = pcall(require, name)
        found[i] = ok and value or false
      end
      return found`;
    return (await registry.start(code)).result;
  };
  const before = await look();
  assert.deepEqual(before, ["new a", false, "c", "c.sub", "d", "other", false]);
  await trapping(async () => registry.snapshot());
  assert.deepEqual(await look(), before);
  registry.dispose();
});

test("the observer hears what has come back and what is lost", async () => {
  const events = [];
  const registry = await SessionRegistry.create({
    onEvent: ({ kind, session_id }) => events.push([kind, session_id]),
  });
  const { session_id: kept } = await registry.start(ASK);
  const running = registry.start(LONG);
  const [lost] = Object.keys(registry.snapshot()).filter((id) => id !== kept);
  running.catch(() => {});
  events.length = 0;
  await trapping(async () => registry.snapshot());
  assert.deepEqual(events, [
    ["lost", lost],
    ["restored", kept],
  ]);
  await assert.rejects(running, { code: "instance_lost", sessionId: lost });
  registry.dispose();
});

test("an abort signal still reaches a session that came back", async () => {
  const registry = await SessionRegistry.create();
  const controller = new AbortController();
  const event = await registry.start(ASK, null, { signal: controller.signal });
  await trapping(async () => registry.snapshot());
  controller.abort("enough");
  assert.throws(() => registry.pending(event.session_id), { code: "session_not_found" });
  registry.dispose();
});

test("without `recover` sessions are lost, and the registry goes on", async () => {
  const registry = await SessionRegistry.create({ recover: false });
  const { session_id: id } = await registry.start(ASK);
  await trapping(async () => registry.snapshot());
  assert.throws(() => registry.pending(id), { code: "session_not_found" });
  assert.equal((await registry.start("return 1")).result, 1);
  registry.dispose();
});

test("sessions that have ended or were reaped stay away", async () => {
  const registry = await SessionRegistry.create({ ttlMs: 0 });
  const { session_id: reaped } = await registry.start(ASK);
  registry.gc();
  const { session_id: cancelled } = await registry.start(ASK);
  registry.cancel(cancelled);
  const { session_id: ended } = await registry.start('return alc.llm("x")');
  await registry.feed(ended, "y");
  await trapping(async () => registry.snapshot());
  assert.deepEqual(registry.snapshot(), {});
  for (const id of [reaped, cancelled, ended]) {
    assert.throws(() => registry.pending(id), { code: "session_not_found" });
  }
  registry.dispose();
});

test("a registry disposed of stays so, whoever traps", async () => {
  const gone = await SessionRegistry.create();
  await gone.start(ASK);
  gone.dispose();
  const registry = await SessionRegistry.create();
  await trapping(async () => registry.snapshot());
  assert.throws(() => gone.snapshot(), { code: "disposed" });
  registry.dispose();
});

test("autosaved sessions are still saved after a loss", async () => {
  const store = memoryStore();
  const registry = await SessionRegistry.create();
  const saver = await autosave(registry, store, { lock: "none" });
  const { session_id: id } = await registry.start(ASK);
  await trapping(async () => registry.snapshot());
  await registry.feed(id, "1");
  await saver.stop();
  registry.dispose();
  const later = await SessionRegistry.create();
  const { restored } = await autosave(later, store, { lock: "none" });
  assert.equal(restored[0].prompt, "second");
  assert.equal((await later.feed(id, "2")).result, "12");
  later.dispose();
});

test("an answer on which the instance broke down is not taken later on", async () => {
  const store = memoryStore();
  const registry = await SessionRegistry.create();
  const saver = await autosave(registry, store, { lock: "none" });
  const { session_id: id } = await registry.start(BATCH);
  await registry.feed(id, "A", { queryId: "q-0" });
  await registry.feed(id, "B", { queryId: "q-1" });
  // The first point is that of looking at the pause, the second that of feeding.
  await trapping(() => registry.feed(id, "broken"), 2);
  await saver.flush();
  assert.deepEqual(store.list(""), [`autosave/${id}/image`]);
  registry.dispose();

  const later = await SessionRegistry.create();
  const { restored } = await autosave(later, store, { lock: "none" });
  assert.deepEqual(
    restored[0].queries.map(({ query_id }) => query_id),
    ["q-2"],
  );
  await later.feed(id, "C");
  assert.equal((await later.feed(id, "!")).result, "A-B-C!");
  later.dispose();
});

test("a recorded answer on which the instance breaks down leaves its session waiting", async () => {
  const store = memoryStore();
  const registry = await SessionRegistry.create();
  const saver = await autosave(registry, store, { lock: "none" });
  const { session_id: id } = await registry.start(`local a = alc.llm("go?") ${LONG}`);
  await saver.flush();
  const left = Object.fromEntries(store.list("").map((key) => [key, store.get(key)]));
  left[`autosave/${id}/step/0000000001/0000000001`] = {
    pause: 1,
    answers: [{ query_id: "q-0", response: "yes" }],
  };
  registry.dispose();

  const later = await SessionRegistry.create();
  const crashed = memoryStore(left);
  // In the middle of the run that the recorded answer begins.
  trapAfter(4);
  const again = await autosave(later, crashed, { lock: "none" });
  assert.deepEqual([again.failed, again.restored[0].prompt], [[], "go?"]);
  await again.flush();
  assert.deepEqual(crashed.list(""), [`autosave/${id}/image`]);
  trapAfter(2 ** 32 - 1);
  assert.equal((await later.feed(id, "yes")).prompt, "after");
  later.dispose();
});
