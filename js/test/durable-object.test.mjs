// The example in examples/durable-object, in workerd: every pause of every strategy is
// answered by an object that has just been evicted, or whose process was replaced.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { root } from "../../scripts/lib/process.mjs";
import { strategyNames, strategyScript } from "../../scripts/lib/strategies.mjs";
import { ScriptedModel } from "../../strategies/scripted-model.mjs";
import { serveWorker } from "./support/workerd.mjs";

/** The example, with a way to make an object go as the platform would. */
const worker = `
  export { Session } from "./examples/durable-object/worker.mjs";
  import worker, { Session as Plain } from "./examples/durable-object/worker.mjs";
  export class Evictable extends Plain {
    evict() { this.ctx.abort("evicted"); }
    ring() { return this.alarm(); }
    async entries() { return (await this.ctx.storage.list()).size; }
    due() { return this.ctx.storage.getAlarm(); }
  }
  export default {
    async fetch(request, env) {
      const [, folder, name, verb] = new URL(request.url).pathname.split("/");
      if (!verb) return worker.fetch(request, env);
      const object = env.SESSIONS.get(env.SESSIONS.idFromString(name));
      return Response.json((await object[verb]().catch(() => null)) ?? null);
    },
  };
`;

let folder;
let server;
const serve = (bindings = {}) =>
  serveWorker(worker, {
    durableObjects: { SESSIONS: { className: "Evictable", useSQLite: true } },
    durableObjectsPersist: folder,
    bindings,
  });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "alc-objects-"));
  server = await serve();
});
after(async () => {
  await server?.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function call(path, body, method = body ? "POST" : "GET") {
  const init = body ? { method, body: JSON.stringify(body) } : { method };
  const response = await server.dispatchFetch(`http://x${path}`, init);
  const event = await response.json();
  return { status: response.status, location: response.headers.get("location"), event };
}

/** Runs a strategy; before each answer `interrupt` happens to its object. */
async function runStrategy(name, interrupt) {
  const model = new ScriptedModel(strategyScript(name));
  const task = "Name a river.";
  const started = await call("/sessions", { strategy: name, task });
  assert.equal(started.status, 200, JSON.stringify(started.event));
  const { location } = started;
  let { event } = started;
  const asked = [];
  while (event.status === "needs_response") {
    await interrupt(location);
    assert.deepEqual((await call(location)).event, event);
    const answers = event.queries.map((query) => {
      asked.push(query.prompt);
      return { query_id: query.query_id, response: model.reply(query).response };
    });
    ({ event } = await call(location, { answers, pause: event.pause }));
  }
  await interrupt(location);
  assert.deepEqual((await call(location)).event, event);
  assert.equal(event.status, "completed", `${name}: ${event.error}`);
  return { asked, result: event.result, transcript: event.transcript };
}

const evict = (location) => call(`${location}/evict`);

for (const name of strategyNames()) {
  test(`${name} survives an eviction at every pause`, async () => {
    const calm = await runStrategy(name, () => {});
    assert.ok(calm.asked.length > 0);
    // Strategies draw no random numbers that show; ucb does, so only its course is compared.
    const evicted = await runStrategy(name, evict);
    if (name !== "ucb") assert.deepEqual(evicted, calm);
  });
}

test("a session survives its process at every pause", async () => {
  const { event, location } = await call("/sessions", {
    code: `
      alc.state.set("seen", { ctx.n })
      local first = alc.llm("one")
      local second = alc.llm_batch({ { prompt = "two" }, { prompt = "three" } })
      return { first, second, alc.state.get("seen"), alc.card.create({ pkg = { name = "p" } }).card_id ~= nil }`,
    ctx: { n: 7 },
  });
  const restart = async () => {
    await server.dispose();
    server = await serve();
  };
  assert.equal(event.prompt, "one");
  await restart();
  let next = await call(location, { response: "1", pause: 1 });
  assert.equal(next.event.queries.length, 2);
  await restart();
  next = await call(location, { response: "3", query_id: "q-1", pause: 2 });
  assert.equal(next.event.remaining, 1);
  await restart();
  assert.deepEqual(
    (await call(location)).event.queries.map(({ prompt }) => prompt),
    ["two"],
  );
  // The answer that came late, or twice, is refused and changes nothing.
  const late = await call(location, { response: "again", pause: 1 });
  assert.deepEqual([late.status, late.event.code], [409, "stale_pause"]);
  await restart();
  next = await call(location, { response: "2", pause: 2 });
  assert.deepEqual(next.event.result, ["1", ["2", "3"], [7], true]);
  await restart();
  assert.equal((await call(location)).event.status, "completed");
});

test("a failure of the model, and a cancellation", async () => {
  const code = 'local ok, why = pcall(alc.llm, "?") alc.llm("again?") return why';
  const { location } = await call("/sessions", { code });
  await evict(location);
  const { event } = await call(location, { failure: "out of quota", pause: 1 });
  assert.equal(event.prompt, "again?");
  await evict(location);
  const cancelled = await call(location, undefined, "DELETE");
  assert.equal(cancelled.event.status, "cancelled");
  await evict(location);
  assert.equal((await call(location)).event.status, "cancelled");
  assert.equal((await call(location, { response: "x" })).status, 404);
});

test("the alarm reaps what nobody comes for, also after an eviction", async () => {
  const { location } = await call("/sessions", { code: 'return alc.llm("?")' });
  const due = (await call(`${location}/due`)).event;
  assert.ok(Math.abs(due - Date.now() - 3 * 3_600_000) < 60_000, `${due}`);
  assert.ok((await call(`${location}/entries`)).event > 0);
  await evict(location);
  await call(`${location}/ring`);
  assert.equal((await call(`${location}/entries`)).event, 0);
  const { status, event } = await call(location);
  assert.deepEqual([status, event.code], [404, "session_not_found"]);
});

test("the platform rings it", async () => {
  await server.dispose();
  server = await serve({ TTL_MS: 300 });
  const { location } = await call("/sessions", { code: 'return alc.llm("?")' });
  let status = 200;
  for (let i = 0; i < 100 && status !== 404; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    ({ status } = await call(location));
  }
  assert.equal(status, 404);
  await server.dispose();
  server = await serve();
});

test("mistakes are typed", async () => {
  const bad = await call("/sessions", { code: 5 });
  assert.deepEqual([bad.status, bad.event.code], [400, "invalid_argument"]);
  assert.equal((await call("/sessions/nonsense")).status, 404);
  const { location } = await call("/sessions", { code: 'return alc.llm("?")' });
  const twice = await call(location, { code: "return 1" });
  assert.deepEqual([twice.status, twice.event.code], [400, "invalid_transition"]);
});

test("wrangler's file names what the worker has", async () => {
  const text = await readFile(join(root, "examples/durable-object/wrangler.jsonc"), "utf8");
  const config = JSON.parse(text);
  assert.equal(config.main, "worker.mjs");
  assert.deepEqual(config.durable_objects.bindings, [{ name: "SESSIONS", class_name: "Session" }]);
});
