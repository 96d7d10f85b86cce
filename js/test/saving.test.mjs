// Saving, restoring, forking and going back, with the built package.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { AlcError, SessionRegistry } from "algocline-wasm";
import { strategies } from "algocline-wasm/strategies";
import { root } from "../../scripts/lib/process.mjs";
import { strategyCases } from "../../scripts/lib/strategies.mjs";

const NOW = 1_700_000_000_000;
const TWO = 'local a = alc.llm("first") local b = alc.llm("second") return a .. b';
const make = (options) => SessionRegistry.create({ now: () => NOW, ...options });

/** The answers of a case to a pause, by the ids of its queries. */
const answersOf = (scripted, { pause, queries }) =>
  queries.map(({ query_id }, i) => ({ query_id, response: scripted.pauses[pause - 1].answers[i] }));

const programOf = (name) => `return require("${name}").run(ctx).result`;
const START = { seed: "fixed", env: { HOME: "here" } };

/** The events of a case, one after the other. `between` may change the registry. */
async function eventsOf(name, scripted, between) {
  let registry = await make({ packages: strategies });
  let event = await registry.start(programOf(name), scripted.ctx, START);
  const id = event.session_id;
  const events = [];
  for (;;) {
    // Ids are random, all else is not.
    events.push(JSON.stringify({ ...event, session_id: "" }));
    if (event.status !== "needs_response") break;
    const before = JSON.stringify(registry.snapshot(id));
    if (between) registry = await between(registry, id, event);
    assert.equal(JSON.stringify(registry.snapshot(id)), before);
    event = await registry.feed(id, answersOf(scripted, event), { pause: event.pause });
  }
  registry.dispose();
  return events;
}

async function inFreshRegistry(registry, id, event) {
  const saved = registry.save(id);
  registry.dispose();
  const fresh = await make();
  assert.equal(JSON.stringify(fresh.restore(saved)), JSON.stringify(event));
  assert.deepEqual(fresh.save(id), saved);
  return fresh;
}

for (const name of Object.keys(strategies)) {
  test(`${name} goes on in a fresh registry at every pause`, async () => {
    for (const scripted of strategyCases(name)) {
      const expected = await eventsOf(name, scripted);
      assert.deepEqual(await eventsOf(name, scripted, inFreshRegistry), expected, scripted.name);
    }
  });
}

/** Runs one step of a saved session in a process of its own. */
function step(request) {
  const script = join(root, "js/test/support/one-step.mjs");
  const child = spawn(process.execPath, [script], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(request));
  return new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(out));
      else reject(new Error(`the process has ended with ${code}`));
    });
  });
}

async function inFreshProcesses(name) {
  const [scripted] = strategyCases(name);
  const expected = (await eventsOf(name, scripted)).map((event) => JSON.parse(event));
  const registry = await make({ packages: strategies });
  let event = await registry.start(programOf(name), scripted.ctx, START);
  let saved = Buffer.from(registry.save(event.session_id)).toString("base64");
  registry.dispose();
  const events = [event];
  while (event.status === "needs_response") {
    const done = await step({ saved, answers: answersOf(scripted, event), now: NOW });
    assert.deepEqual(done.pending, event);
    assert.ok(done.same, "a restored session is saved as the same bytes");
    ({ event, saved } = done);
    events.push(event);
  }
  assert.deepEqual(
    events.map((event) => ({ ...event, session_id: "" })),
    expected,
    name,
  );
}

test("every strategy goes on in a fresh process at every pause", async () => {
  const names = Object.keys(strategies);
  // Two at a time, for machines with two cores.
  const worker = async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      await inFreshProcesses(name);
    }
  };
  await Promise.all([worker(), worker()]);
});

// ── One by one ──────────────────────────────────────────────────────────────

const codeOf = (call) => {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof AlcError, String(error));
    return error.code;
  }
  return "none";
};

test("half a batch is saved with its answers", async () => {
  const registry = await make();
  const code = "return alc.llm_batch({ { prompt = 'a' }, { prompt = 'b' } })";
  const { session_id: id } = await registry.start(code);
  await registry.feed(id, "two", { queryId: "q-1" });
  const fresh = await make();
  const event = fresh.restore(registry.save(id));
  assert.deepEqual(event, registry.pending(id));
  assert.deepEqual(
    event.queries.map((query) => query.query_id),
    ["q-0"],
  );
  const end = await fresh.feed(id, "one", { queryId: "q-0", pause: 1 });
  assert.deepEqual(end.result, ["one", "two"]);
});

test("copies go different ways, and the tree of them is shown", async () => {
  const seen = [];
  const registry = await make({ onEvent: (event) => seen.push(event) });
  const first = await registry.start(TWO);
  const second = registry.fork(first.session_id);
  assert.notEqual(second.session_id, first.session_id);
  const third = registry.restore(registry.save(second.session_id), { as: "copy" });
  await registry.feed(first.session_id, "a");
  await registry.feed(second.session_id, "x");
  assert.equal((await registry.feed(first.session_id, "b")).result, "ab");
  assert.deepEqual(registry.snapshot(second.session_id).forked_from, {
    session_id: first.session_id,
    pause: 1,
  });
  assert.deepEqual(registry.snapshot(second.session_id).children, [
    { session_id: third.session_id, pause: 1 },
  ]);
  const news = seen.filter(({ kind }) => kind === "forked" || kind === "restored");
  assert.deepEqual(news, [
    {
      kind: "forked",
      session_id: second.session_id,
      at: NOW,
      pause: 1,
      forked_from: { session_id: first.session_id, pause: 1 },
    },
    {
      kind: "restored",
      session_id: third.session_id,
      at: NOW,
      pause: 1,
      forked_from: { session_id: second.session_id, pause: 1 },
    },
  ]);
});

test("with history one can go back, even from the end", async () => {
  const registry = await make();
  const { session_id: id } = await registry.start(TWO, null, { history: "full" });
  await registry.feed(id, "a");
  assert.deepEqual(registry.snapshot(id).kept_pauses, [1, 2]);
  await registry.feed(id, "b");
  assert.deepEqual(registry.keptPauses(id), [1, 2]);
  const back = registry.rewind(id, 2);
  assert.equal(back.pause, 2);
  assert.equal((await registry.feed(back.session_id, "z")).result, "az");
  assert.equal(
    codeOf(() => registry.rewind(id, 3)),
    "invalid_argument",
  );
  assert.equal(
    codeOf(() => registry.rewind("s-0-0", 1)),
    "session_not_found",
  );
  const { session_id: short } = await registry.start(TWO, null, { history: { pauses: 1 } });
  await registry.feed(short, "a");
  assert.deepEqual(registry.keptPauses(short), [2]);
});

test("sources may stay where they are", async () => {
  const packages = { m: "return { ask = function() return alc.llm('?') end }" };
  const registry = await make({ packages });
  const { session_id: id } = await registry.start("return require('m').ask()");
  const saved = registry.save(id, { embed: false });
  assert.ok(saved.length < registry.save(id).length);
  const other = await make();
  assert.throws(() => other.restore(saved), { code: "missing_source", message: /'m\.lua'/ });
  const same = await make({ packages });
  same.restore(saved);
  assert.equal((await same.feed(id, "yes")).result, "yes");
});

test("what is saved can be looked into", async () => {
  const registry = await make();
  const { session_id: id } = await registry.start(TWO, null, { strategy: "two" });
  const shown = (await make()).inspect(registry.save(id));
  assert.equal(shown.format, 1);
  assert.equal(shown.session_id, id);
  assert.equal(shown.strategy, "two");
  assert.equal(shown.pause, 1);
  assert.equal(shown.pending_queries, 1);
});

test("refusals are typed, and change nothing", async () => {
  const registry = await make();
  const { session_id: id } = await registry.start(TWO);
  const saved = registry.save(id);
  const codes = {
    live: () => registry.restore(saved),
    unknown: () => registry.save("s-0-0"),
    text: () => registry.restore("text"),
    asked: () => registry.keptPauses(7),
    as: () => registry.restore(saved, { as: "new" }),
    embed: () => registry.save(id, { embed: 1 }),
    pause: () => registry.rewind(id, 0),
    empty: () => registry.restore(new Uint8Array()),
    cut: () => registry.restore(saved.subarray(0, -1)),
    flipped: () => registry.restore(saved.map((byte, i) => (i === 50 ? byte ^ 1 : byte))),
    newer: () => registry.restore(saved.map((byte, i) => (i === 4 ? 9 : byte))),
  };
  const found = Object.fromEntries(
    Object.entries(codes).map(([name, call]) => [name, codeOf(call)]),
  );
  assert.deepEqual(found, {
    live: "invalid_argument",
    unknown: "session_not_found",
    text: "invalid_argument",
    asked: "invalid_argument",
    as: "invalid_argument",
    embed: "invalid_argument",
    pause: "invalid_argument",
    empty: "bad_snapshot",
    cut: "bad_snapshot",
    flipped: "bad_snapshot",
    newer: "unsupported_snapshot",
  });
  assert.deepEqual(Object.keys(registry.snapshot()), [id]);
  for (const history of ["all", { pauses: 0 }, { pauses: 10_001 }, { bytes: 2 ** 40 }, null]) {
    await assert.rejects(registry.start("return 1", null, { history }), {
      code: "invalid_argument",
    });
  }
  const busy = registry.start("for i = 1, 1e8 do end return 1");
  const running = Object.keys(registry.snapshot()).find((other) => other !== id);
  assert.equal(
    codeOf(() => registry.save(running)),
    "session_busy",
  );
  registry.cancel(running);
  await busy;
  registry.dispose();
  assert.equal(
    codeOf(() => registry.restore(saved)),
    "disposed",
  );
});

test("limits of an image give way to those of the host", async () => {
  const registry = await make();
  const { session_id: id } = await registry.start("alc.llm('?') for i = 1, 1e6 do end return 1");
  const saved = registry.save(id);
  const { session_id: tight } = registry.restore(saved, { as: "copy", limits: { fuel: 1000 } });
  assert.match((await registry.feed(tight, "")).error, /fuel exhausted/);
  assert.equal((await registry.feed(id, "")).result, 1);
});
