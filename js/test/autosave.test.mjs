// Sessions kept in a store: a crash at every write, stores that fail and hang, and
// several holders of one store. In Node; autosave-browser.test.mjs has the browsers.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { AlcError, SessionRegistry } from "algocline-wasm";
import { autosave } from "algocline-wasm/durable";
import { memoryStore } from "algocline-wasm/stores";
import { directoryStore } from "algocline-wasm/stores/node";
import { strategies } from "algocline-wasm/strategies";
import { root } from "../../scripts/lib/process.mjs";
import { strategyNames, strategyScript } from "../../scripts/lib/strategies.mjs";
import { ScriptedModel } from "../../strategies/scripted-model.mjs";

const ALONE = { lock: "none" };
const QUESTIONS = `
  local first = alc.llm("one")
  local more = alc.llm_batch({ { prompt = "two" }, { prompt = "three" } })
  local ok, why = pcall(alc.llm, "four")
  return { first, more, ok, tostring(why):match("no answer"), alc.llm("five"), math.random(1000) }`;

const contents = (store) => Object.fromEntries(store.list("").map((key) => [key, store.get(key)]));

/** A registry and its autosave over a store. */
async function open(store, options = ALONE, registryOptions = {}) {
  const registry = await SessionRegistry.create(registryOptions);
  return { registry, saver: await autosave(registry, store, options) };
}

/** Answers with the prompt in capitals, one by one; the fourth question fails. */
async function step(registry, id) {
  const { pause, queries } = registry.pending(id);
  const [{ query_id: queryId, prompt }] = queries;
  if (prompt === "four") return registry.fail(id, "no answer", { pause });
  return registry.feed(id, prompt.toUpperCase(), { pause, queryId });
}

async function finish(registry, event) {
  let last = event;
  while (last.status === "needs_response" || last.status === "accepted") {
    last = await step(registry, event.session_id);
  }
  return last;
}

const RESULT = ["ONE", ["TWO", "THREE"], false, "no answer", "FIVE"];

test("every strategy goes on after a reload at every pause, with the same outcome", async () => {
  for (const name of strategyNames()) {
    const answer = async (reload) => {
      const store = memoryStore();
      const model = new ScriptedModel(strategyScript(name));
      let { registry, saver } = await open(store, ALONE, { packages: strategies });
      const asked = [];
      let event = await registry.advice(name, "Name a river.", {}, { seed: "s" });
      while (event.status === "needs_response") {
        if (reload) {
          await saver.flush();
          registry.dispose();
          // Even without the packages: what the session needs is saved with it.
          ({ registry, saver } = await open(store));
          assert.deepEqual(saver.restored, [event]);
          assert.deepEqual([saver.held, saver.failed], [[], []]);
        }
        const answers = event.queries.map((query) => {
          asked.push(query.prompt);
          return { query_id: query.query_id, response: model.reply(query).response };
        });
        event = await registry.feed(event.session_id, answers, { pause: event.pause });
      }
      await saver.flush();
      assert.deepEqual(store.list(""), [], name);
      registry.dispose();
      assert.equal(event.status, "completed", `${name}: ${event.error}`);
      return { asked, result: event.result, transcript: event.transcript };
    };
    assert.deepEqual(await answer(true), await answer(false), name);
  }
});

/** A store that writes `writes` times and then never again, as if the machine had stopped. */
function mortal(inner, writes) {
  let rest = writes;
  const dead = () => new Promise(() => {});
  const alive = (work) => {
    if (rest <= 0) return dead();
    rest--;
    return work();
  };
  return {
    get: (key) => (rest > 0 ? inner.get(key) : dead()),
    list: (prefix) => (rest > 0 ? inner.list(prefix) : dead()),
    set: (key, value) => alive(() => inner.set(key, value)),
    delete: (key) => alive(() => inner.delete(key)),
    get isDead() {
      return rest <= 0;
    },
  };
}

const turns = async (count) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

test("a crash at any write: nothing acknowledged is asked again, and the outcome is the same", async () => {
  let deaths = 0;
  for (let writes = 1; ; writes++) {
    const disk = memoryStore();
    const store = mortal(disk, writes);
    const { registry } = await open(store, {
      ...ALONE,
      compress: false,
      timeoutMs: 400,
      onError: () => {},
    });
    const acknowledged = [];
    let last;
    const life = (async () => {
      let event = await registry.start(QUESTIONS, null, { seed: "s" });
      last = event;
      while (event.status === "needs_response" || event.status === "accepted") {
        const { pause, queries } = registry.pending(event.session_id);
        event = await step(registry, event.session_id);
        acknowledged.push(`${pause} ${queries[0].query_id}`);
        last = event;
      }
    })();
    // Until the end, or until the crash has stopped everything.
    let isOver = false;
    life.then(
      () => {
        isOver = true;
      },
      // The registry is disposed of below.
      () => {},
    );
    for (let i = 0; i < 2_000 && !isOver && !store.isDead; i++) await turns(1);
    await turns(20);
    const left = contents(disk);
    if (isOver && Object.keys(left).length === 0) {
      assert.ok(deaths > 8, `${deaths} deaths`);
      assert.equal(last.status, "completed", last.error);
      assert.deepEqual(last.result.slice(0, 5), RESULT);
      registry.dispose();
      break;
    }
    deaths++;
    registry.dispose();

    const { registry: next, saver } = await open(memoryStore(left));
    const where = `after ${writes} writes, ${acknowledged}`;
    assert.deepEqual(saver.failed, [], where);
    if (saver.restored.length === 0) {
      // The very first image was not there, or everything but some rests was gone.
      assert.ok(acknowledged.length === 0 || isOver, where);
    } else {
      const [event] = saver.restored;
      for (const { query_id } of event.queries ?? []) {
        assert.ok(!acknowledged.includes(`${event.pause} ${query_id}`), `${where}: ${query_id}`);
      }
      const end = await finish(next, event);
      assert.deepEqual(end.result.slice(0, 5), RESULT, where);
      assert.equal(end.transcript.length, 5, where);
    }
    next.dispose();
  }
});

test("a process that is killed leaves its session to the next one", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "alc-autosave-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const code = `
    import { SessionRegistry } from "algocline-wasm";
    import { autosave } from "algocline-wasm/durable";
    import { directoryStore } from "algocline-wasm/stores/node";
    const registry = await SessionRegistry.create();
    const store = directoryStore(${JSON.stringify(folder)});
    const saver = await autosave(registry, store, { owner: "server" });
    let event = await registry.start(${JSON.stringify(QUESTIONS)});
    event = await registry.feed(event.session_id, "ONE");
    event = await registry.feed(event.session_id, "TWO", { queryId: "q-0" });
    console.log(event.session_id);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { cwd: root });
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  child.kill("SIGKILL");
  await once(child, "exit");

  const store = directoryStore(folder);
  const other = await open(store, { owner: "somebody else" });
  assert.deepEqual([other.saver.restored, other.saver.held], [[], [line.trim()]]);
  await other.saver.stop();
  other.registry.dispose();

  const { registry, saver } = await open(store, { owner: "server" });
  assert.deepEqual(
    saver.restored.map(({ session_id, queries }) => [session_id, queries[0].prompt]),
    [[line.trim(), "three"]],
  );
  assert.deepEqual((await finish(registry, saver.restored[0])).result.slice(0, 5), RESULT);
  await saver.stop();
  assert.deepEqual(await store.list(""), []);
  registry.dispose();
});

test("sessions come, go and multiply; the store follows", async () => {
  const store = memoryStore();
  const before = await SessionRegistry.create();
  const early = await before.start(QUESTIONS);
  await finish(before, early).catch(() => {});
  const live = await before.start(QUESTIONS);
  const saver = await autosave(before, store, ALONE);
  const kept = () => new Set(store.list("autosave/").map((key) => key.split("/")[1]));
  await saver.flush();
  assert.deepEqual([...kept()], [live.session_id]);

  const copy = before.fork(live.session_id);
  const second = await before.start("return alc.llm('x')");
  await saver.flush();
  assert.deepEqual(kept(), new Set([live, copy, second].map((event) => event.session_id)));

  before.cancel(copy.session_id);
  await before.feed(second.session_id, "end");
  await saver.flush();
  assert.deepEqual([...kept()], [live.session_id]);

  // A copy restored by hand is saved like any other.
  const third = before.restore(before.save(live.session_id), { as: "copy" });
  await saver.flush();
  assert.ok(kept().has(third.session_id));
  before.gc(Date.now() + 1e12);
  await saver.flush();
  assert.deepEqual(store.list(""), []);
  before.dispose();
});

test("dispose takes nothing away, and stop saves no more", async () => {
  const store = memoryStore();
  const { registry, saver } = await open(store);
  const { session_id: id } = await registry.start(QUESTIONS);
  await saver.stop();
  const left = contents(store);
  await registry.feed(id, "ONE");
  assert.deepEqual(contents(store), left);
  registry.dispose();
  assert.deepEqual(contents(store), left);
  assert.deepEqual(Object.keys(left), [`autosave/${id}/image`]);
});

test("images are compressed, or not", async () => {
  const sizes = {};
  for (const compress of [true, false]) {
    const store = memoryStore();
    const { registry, saver } = await open(store, { ...ALONE, compress });
    await registry.start(`local t = {} for i = 1, 2000 do t[i] = i end alc.llm("x") return #t`);
    await saver.flush();
    const [key] = store.list("");
    const { encoding, data } = store.get(key);
    assert.equal(encoding, compress ? "gzip+base64" : "base64");
    sizes[compress] = data.length;
    registry.dispose();
    const again = await open(store);
    assert.equal((await again.registry.feed(again.saver.restored[0].session_id, "")).result, 2000);
    again.registry.dispose();
  }
  assert.ok(sizes.true < sizes.false, JSON.stringify(sizes));
});

// ── Stores that fail ────────────────────────────────────────────────────────

test("a store that fails is told of, and the session goes on", async () => {
  for (const bad of [
    () => {
      throw new Error("disk on fire");
    },
    () => Promise.reject(new AlcError("store_full", "no room")),
    () => new Promise(() => {}),
  ]) {
    const store = { ...memoryStore(), set: bad };
    const errors = [];
    const onError = (error) => errors.push(error);
    const { registry, saver } = await open(store, { ...ALONE, onError, timeoutMs: 30 });
    const end = await finish(registry, await registry.start(QUESTIONS));
    assert.deepEqual(end.result.slice(0, 5), RESULT);
    await saver.flush();
    assert.ok(errors.length >= 5, `${errors.length} errors`);
    for (const error of errors) {
      assert.ok(error instanceof AlcError);
      assert.match(error.code, /^store_/);
      assert.equal(error.sessionId, end.session_id);
      assert.match(error.message, /could not be saved/);
    }
    registry.dispose();
  }
});

test("a store that fails now and then: the session can always be restored", async () => {
  for (let period = 2; period < 6; period++) {
    const inner = memoryStore();
    let count = 0;
    const set = (key, value) => {
      if (++count % period === 0) throw new Error("hiccup");
      inner.set(key, value);
    };
    const { registry, saver } = await open({ ...inner, set }, { ...ALONE, onError: () => {} });
    let event = await registry.start(QUESTIONS, null, { seed: "s" });
    const id = event.session_id;
    while (event.status === "needs_response" || event.status === "accepted") {
      await saver.flush();
      const left = contents(inner);
      const again = await open(memoryStore(left));
      assert.deepEqual(again.saver.failed, []);
      if (`autosave/${id}/image` in left) {
        const end = await finish(again.registry, again.saver.restored[0]);
        assert.deepEqual(end.result.slice(0, 5), RESULT);
      }
      again.registry.dispose();
      event = await step(registry, id);
    }
    registry.dispose();
  }
});

test("an error handler that throws disturbs nothing", async (t) => {
  const uncaught = [];
  globalThis.reportError = (error) => uncaught.push(error.message);
  t.after(() => delete globalThis.reportError);
  const store = { ...memoryStore(), set: () => Promise.reject(new Error("no")) };
  const onError = () => {
    throw new Error("the handler's own");
  };
  const { registry, saver } = await open(store, { ...ALONE, onError });
  const event = await registry.start("return alc.llm('x')");
  assert.equal((await registry.feed(event.session_id, "y")).result, "y");
  await saver.flush();
  await turns(3);
  assert.ok(uncaught.every((message) => message === "the handler's own") && uncaught.length > 0);
  registry.dispose();
});

test("a store that cannot be read at the start is a typed rejection", async () => {
  const registry = await SessionRegistry.create();
  for (const list of [
    () => Promise.reject(new Error("offline")),
    () => 5,
    () => new Promise(() => {}),
  ]) {
    const store = { ...memoryStore(), list };
    await assert.rejects(autosave(registry, store, { ...ALONE, timeoutMs: 20 }), {
      name: "AlcError",
      code: "store_failed",
    });
  }
  registry.dispose();
});

test("what is damaged is reported, stays, and can be forgotten; the others come back", async () => {
  const store = memoryStore();
  const first = await open(store);
  const good = await first.registry.start(QUESTIONS);
  const bad = await first.registry.start(QUESTIONS);
  await first.saver.stop();
  first.registry.dispose();
  const key = `autosave/${bad.session_id}/image`;
  const image = store.get(key);
  for (const [broken, code] of [
    [5, "bad_snapshot"],
    [null, "bad_snapshot"],
    [{ ...image, data: "%%%" }, "bad_snapshot"],
    [{ ...image, data: image.data.slice(0, 400) }, "bad_snapshot"],
    [{ ...image, encoding: "base64" }, "bad_snapshot"],
    [{ ...image, encoding: "rot13" }, "bad_snapshot"],
    [{ ...image, pause: "x" }, "bad_snapshot"],
    [{ ...image, format: 99 }, "unsupported_snapshot"],
    [store.get(`autosave/${good.session_id}/image`), "bad_snapshot"],
  ]) {
    store.set(key, broken);
    const { registry, saver } = await open(store);
    assert.deepEqual(
      saver.restored.map((event) => event.session_id),
      [good.session_id],
    );
    assert.deepEqual(
      saver.failed.map(({ sessionId, error }) => [sessionId, error.code]),
      [[bad.session_id, code]],
      JSON.stringify(broken)?.slice(0, 60),
    );
    assert.deepEqual(store.get(key), broken);
    await saver.stop();
    registry.dispose();
  }
  const { registry, saver } = await open(store);
  await saver.forget(bad.session_id);
  assert.equal(store.get(key), undefined);
  registry.dispose();
});

test("what is not ours in the store is left alone", async () => {
  const store = memoryStore({ "state/default/x": 1, autosave: 2, "autosave/%zz/y": 3 });
  const { registry, saver } = await open(store);
  assert.deepEqual([saver.restored, saver.failed], [[], []]);
  assert.deepEqual(Object.keys(contents(store)), ["autosave", "autosave/%zz/y", "state/default/x"]);
  registry.dispose();
});

// ── Several holders ─────────────────────────────────────────────────────────

test("two holders of one store: each session runs at one of them", async () => {
  const store = memoryStore();
  const lease = (owner) => ({ lock: "lease", owner, leaseMs: 2_000 });
  const one = await open(store, lease("one"));
  const first = await one.registry.start(QUESTIONS);
  await one.saver.flush();

  const two = await open(store, lease("two"));
  assert.deepEqual([two.saver.restored, two.saver.held], [[], [first.session_id]]);
  const second = await two.registry.start(QUESTIONS);
  await two.saver.flush();
  assert.deepEqual((await one.saver.adopt()).held, [second.session_id]);

  // Leases are renewed: after more than their time nothing has changed hands.
  await new Promise((resolve) => setTimeout(resolve, 2_300));
  assert.deepEqual((await two.saver.adopt()).held, [first.session_id]);

  await one.saver.stop();
  one.registry.dispose();
  const { restored, held } = await two.saver.adopt();
  assert.deepEqual([restored, held], [[first], []]);
  assert.deepEqual((await finish(two.registry, first)).result.slice(0, 5), RESULT);
  await two.saver.stop();
  two.registry.dispose();
});

test("of several that come at once, one gets a session", async () => {
  const store = memoryStore();
  const first = await open(store);
  for (let i = 0; i < 5; i++) await first.registry.start(QUESTIONS);
  await first.saver.stop();
  first.registry.dispose();
  const holders = await Promise.all(
    Array.from({ length: 4 }, (_, i) => open(store, { lock: "lease", owner: `${i}` })),
  );
  const all = holders.flatMap(({ saver }) => saver.restored.map((event) => event.session_id));
  assert.equal(all.length, 5);
  assert.equal(new Set(all).size, 5);
  for (const { registry, saver } of holders) {
    assert.equal(saver.restored.length + saver.held.length, 5);
    await saver.stop();
    registry.dispose();
  }
});

test("who sleeps over a lease stops running the session", async () => {
  const store = memoryStore();
  const { registry, saver } = await open(store, {
    lock: "lease",
    owner: "sleeper",
    leaseMs: 1_000,
  });
  const { session_id: id } = await registry.start(QUESTIONS);
  await saver.flush();
  store.set(`autosave/${id}/lease`, { owner: "other", until: Date.now() + 60_000 });
  const left = contents(store);
  for (let i = 0; i < 500 && id in registry.snapshot(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(registry.snapshot(), {});
  await saver.stop();
  assert.deepEqual(contents(store), left);
  registry.dispose();
});

test("arguments are checked", async () => {
  const registry = await SessionRegistry.create();
  const store = memoryStore();
  for (const [args, name] of [
    [[], /registry/],
    [[{}, store], /registry/],
    [[registry], /store/],
    [[registry, {}], /store\.get/],
    [[registry, store, 5], /options/],
    [[registry, store, { prefix: 5 }], /options\.prefix/],
    [[registry, store, { compress: "yes" }], /options\.compress/],
    [[registry, store, { lock: "door" }], /options\.lock/],
    [[registry, store, { lock: "web" }], /options\.lock/],
    [[registry, store, { leaseMs: 10 }], /options\.leaseMs/],
    [[registry, store, { owner: 5 }], /options\.owner/],
    [[registry, store, { timeoutMs: 0 }], /options\.timeoutMs/],
    [[registry, store, { onError: 5 }], /options\.onError/],
  ]) {
    // Newer releases of Node have Web Locks, within one process.
    if (args[2]?.lock === "web" && globalThis.navigator?.locks) continue;
    await assert.rejects(autosave(...args), { code: "invalid_argument", message: name });
  }
  registry.dispose();
  await assert.rejects(autosave(registry, store, ALONE), { code: "disposed" });
});
