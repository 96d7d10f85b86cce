// A store that fails, hangs or gives garbage at any call of any function of
// `alc.state` and `alc.card`: the program gets an error that it can catch, or can
// be cancelled, and the session goes on.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { SessionRegistry } from "algocline-wasm";
import { memoryStore } from "algocline-wasm/stores";

/** What every case finds in the store. */
const SETUP = `
  alc.state.set("flat", 1)
  alc.state.set("ns:key", { data = { completed_steps = { "a" }, x = 1 } })
  local made = { pkg = { name = "p" }, stats = { score = 1 } }
  for _, id in ipairs { "c1", "c2" } do
    alc.card.create { card_id = id, pkg = made.pkg, stats = made.stats }
    alc.card.write_samples(id, { { case = "x", score = 1 }, { case = "y", score = 2 } })
  end
  alc.card.create { card_id = "c3", pkg = made.pkg, metadata = { prior_card_id = "c1" } }
  alc.card.alias_set("best", "c1")
`;

/** A call, or several, of each function that uses the store. */
const CALLS = {
  "state.get": ['alc.state.get("flat")', 'alc.state.get("ns:key")', 'alc.state.get("none")'],
  "state.set": ['alc.state.set("flat", { 2 })', 'alc.state.set("ns:key", 2)'],
  "state.keys": ["alc.state.keys()"],
  "state.has": ['alc.state.has("flat")', 'alc.state.has("ns:none")'],
  "state.delete": ['alc.state.delete("flat")', 'alc.state.delete("ns:key")'],
  "state.set_nx": ['alc.state.set_nx("new", 1)', 'alc.state.set_nx("flat", 1)'],
  "state.incr": ['alc.state.incr("flat")', 'alc.state.incr("ns:new", 2)'],
  "state.update": ['alc.state.update("flat", function(v) return v + 1 end)'],
  "state.list": ['alc.state.list("ns")'],
  "state.show": ['alc.state.show("ns", "key")'],
  "state.set_dispatched": ['alc.state.set_dispatched("ns", "key", 5)'],
  "state.delete_dispatched": ['alc.state.delete_dispatched("ns", "key")'],
  "state.reset": ['alc.state.reset("ns", "key", { steps = { "a" }, fields = { "x" } })'],
  "card.create": ['alc.card.create { pkg = { name = "q" } }'],
  "card.get": ['alc.card.get("c1")'],
  "card.append": ['alc.card.append("c1", { note = "n" })'],
  "card.find": ['alc.card.find { where = { pkg = { name = "p" } } }'],
  "card.list": ["alc.card.list()"],
  "card.write_samples": ['alc.card.write_samples("c3", { { case = "z" } })'],
  "card.read_samples": ['alc.card.read_samples("c1")'],
  "card.alias_set": ['alc.card.alias_set("other", "c2")'],
  "card.alias_list": ["alc.card.alias_list()"],
  "card.get_by_alias": ['alc.card.get_by_alias("best")'],
  "card.lineage": [
    'alc.card.lineage { card_id = "c3" }',
    'alc.card.lineage { card_id = "c1", direction = "down" }',
  ],
  "card.compare": ['alc.card.compare("c1", "c2", { metric = "score" })'],
};

/** Functions that use no store. */
const WITHOUT_STORE = ["card.open", "card.close", "card.sink_backfill"];

const METHODS = ["get", "set", "delete", "list"];
// biome-ignore lint/suspicious/noThenProperty: that is what makes it strange.
const strange = () => Object.create(null, { then: { get: () => raise(new Error("then!")) } });
const raise = (error) => {
  throw error;
};
const unreadable = Object.defineProperty(new Error(), "message", { get: () => raise("nested") });

/** What a bad store does instead, for any method. */
const FAILURES = {
  "throws an error": () => raise(new Error("disk on fire")),
  "throws undefined": () => raise(undefined),
  "throws a symbol": () => raise(Symbol("s")),
  "throws an object without a prototype": () => raise(Object.create(null)),
  "throws an error whose text cannot be read": () => raise(unreadable),
  "throws half a character": () => raise(new Error("\ud800")),
  rejects: () => Promise.reject(new Error("offline")),
  "rejects later": () => new Promise((_, reject) => setTimeout(reject, 1, new Error("late"))),
  "rejects with null": () => Promise.reject(null),
  "gives what throws when it is awaited": strange,
};

const deep = () => {
  let value = [];
  for (let i = 0; i < 500; i++) value = [value];
  return value;
};
const cyclic = () => {
  const value = {};
  value.self = value;
  return value;
};

/** What a bad store gives, by method; `set` gives nothing anyone looks at. */
const GARBAGE = {
  get: {
    "a function": () => () => 1,
    "a symbol": () => Symbol("s"),
    NaN: () => Number.NaN,
    "a date": () => new Date(),
    "half a character": () => "\udfff",
    "what is too deep": deep,
    "what contains itself": cyclic,
    "a getter that throws": () =>
      Object.defineProperty({}, "x", {
        enumerable: true,
        get: () => raise(new Error("getter")),
      }),
    "a proxy that throws": () => new Proxy({}, { ownKeys: () => raise(new Error("proxy")) }),
    "a bigint of 80 bits": () => 2n ** 80n,
  },
  set: {},
  delete: { "a text": () => "yes", "a number": () => 1, null: () => null, "a list": () => [] },
  list: {
    nothing: () => undefined,
    "a number": () => 5,
    "a text": () => "keys",
    "a set": () => new Set(["k"]),
    numbers: () => [1],
    "half a character": () => ["state/\ud800"],
    "a list of lists": () => [["k"]],
    "a hole": () => new Array(1),
  },
};

/** Wrong shapes that are JSON: they may or may not be an error, but nothing worse. */
const WRONG = {
  get: { null: () => null, "a number": () => 7, "a list": () => [1, [2]], "a text": () => "x" },
  set: { "a number": () => 5 },
  delete: { true: () => true },
  list: {
    "what is not there": () => ["state/default/x", "card/x", "card_alias/x", "dispatch/ns/x"],
  },
};

/** A store over a map that notes its calls and lets `meddle` take the place of the n-th. */
function meddled(entries) {
  const inner = memoryStore(entries);
  const store = { calls: [], at: -1, meddle: undefined };
  for (const method of METHODS) {
    store[method] = (...given) => {
      const turn = store.calls.push(method) - 1;
      return turn === store.at ? store.meddle() : inner[method](...given);
    };
  }
  return store;
}

/** What a case starts from, made once by a store that works. */
const entries = {};
before(async () => {
  const store = memoryStore();
  const registry = await SessionRegistry.create({ store });
  assert.equal((await registry.start(SETUP)).status, "completed");
  for (const key of store.list("")) entries[key] = store.get(key);
  registry.dispose();
});

/** One registry for all cases: whatever a store does, it goes on. */
let registry;
let current;
before(async () => {
  const store = {};
  for (const method of METHODS) store[method] = (...given) => current[method](...given);
  registry = await SessionRegistry.create({ store });
});
after(() => registry?.dispose());

const program = (call) => `
  local ok, why = pcall(function() return ${call} end)
  local heard = alc.llm("still there?")
  return { ok, not ok and tostring(why) or nil, heard }`;

/** Runs a call with the n-th access replaced; what the program saw. */
async function runWith(call, at, meddle) {
  current = meddled(entries);
  current.at = at;
  current.meddle = meddle;
  const event = await registry.start(program(call));
  assert.equal(event.status, "needs_response", JSON.stringify(event));
  const end = await registry.feed(event.session_id, "yes");
  assert.equal(end.status, "completed", JSON.stringify(end));
  const [ok, why, heard] = end.result;
  assert.equal(heard, "yes");
  return { ok, why };
}

/** The accesses of a call when all is well. */
async function accessesOf(call) {
  current = meddled(entries);
  const event = await registry.start(program(call));
  await registry.feed(event.session_id, "yes");
  return current.calls;
}

test("the cases are all functions of alc.state and alc.card", async () => {
  current = meddled(entries);
  const { result } = await registry.start(`
    local names = {}
    for _, part in ipairs { "state", "card" } do
      for name, value in pairs(alc[part]) do
        if type(value) == "function" then names[#names + 1] = part .. "." .. name end
      end
    end
    return names`);
  assert.deepEqual(result.sort(), [...Object.keys(CALLS), ...WITHOUT_STORE].sort());
});

const used = new Set();
for (const [name, calls] of Object.entries(CALLS)) {
  test(`alc.${name}`, async () => {
    for (const call of calls) {
      const accesses = await accessesOf(call);
      assert.ok(accesses.length > 0, call);
      for (const [at, method] of accesses.entries()) {
        used.add(method);
        const where = `${call}, access ${at}, ${method}`;
        for (const [what, meddle] of Object.entries({ ...FAILURES, ...GARBAGE[method] })) {
          const { ok, why } = await runWith(call, at, meddle);
          assert.equal(ok, false, `${where}, ${what}`);
          assert.match(why, /store: \w+ '.*' failed: ./, `${where}, ${what}`);
        }
        for (const meddle of Object.values(WRONG[method])) await runWith(call, at, meddle);
        await hang(call, at, where);
      }
    }
  });
}

/** A call that hangs: nobody else waits, and the session can be cancelled. */
async function hang(call, at, where) {
  current = meddled(entries);
  current.at = at;
  let stuck;
  const isStuck = new Promise((resolve) => {
    stuck = resolve;
  });
  let release;
  current.meddle = () => {
    stuck();
    return new Promise((resolve) => {
      release = resolve;
    });
  };
  const running = registry.start(program(call));
  await isStuck;
  const [id] = Object.keys(registry.snapshot());
  assert.equal((await registry.start("return 1")).result, 1, where);
  assert.equal(registry.cancel(id, "too slow").status, "cancelled", where);
  assert.equal((await running).reason, "too slow", where);
  // What comes late is dropped.
  release(1);
  assert.deepEqual(registry.snapshot(), {}, where);
}

test("every method of the store was met", () => {
  assert.deepEqual([...used].sort(), [...METHODS].sort());
});
