// The host's store and `loadPackage`, in the built package.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SessionRegistry } from "../../dist/node.js";

/** A store over a map whose methods take a turn of the event loop. */
function slowStore(entries = []) {
  const values = new Map(entries);
  const later = async (value) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return value;
  };
  return {
    values,
    get: (key) => later(values.get(key)),
    set: (key, value) => later(void values.set(key, value)),
    delete: (key) => later(values.delete(key)),
    list: (prefix) => later([...values.keys()].filter((key) => key.startsWith(prefix))),
  };
}

test("an async store keeps state and cards", async () => {
  const store = slowStore();
  const registry = await SessionRegistry.create({ store });
  const first = await registry.start(`
    alc.state.set("k", { list = alc.json_array() })
    local card = alc.card.create { pkg = { name = "p" }, card_id = "c" }
    return { alc.state.incr("n"), card.card_id }`);
  assert.deepEqual(first.result, [1, "c"]);
  const second = await registry.start(`
    return { alc.state.get("k"), alc.state.keys(), #alc.card.list() }`);
  assert.deepEqual(second.result, [{ list: [] }, ["k", "n"], 1]);
  assert.deepEqual([...store.values.keys()], ["state/default/k", "card/c", "state/default/n"]);
  registry.dispose();
});

test("without a store of the host's, sessions share one in memory", async () => {
  const registry = await SessionRegistry.create();
  await registry.start('alc.state.set("k", 1)');
  assert.equal((await registry.start('return alc.state.get("k")')).result, 1);
  registry.dispose();
});

const bad = [
  [
    "throws",
    {
      get: () => {
        throw new Error("quota");
      },
    },
    /get 'state\/default\/k' failed: quota/,
  ],
  ["rejects", { get: async () => Promise.reject(new Error("offline")) }, /failed: offline/],
  ["gives a function", { get: () => () => 1 }, /failed: .*the result of options.store.get/],
  ["gives NaN", { get: () => Number.NaN }, /failed: .*the result of options.store.get/],
  ["lists no list", { list: () => 5 }, /must be a list/, "alc.state.keys()"],
  ["lists no texts", { list: () => [5] }, /must be a string/, "alc.state.keys()"],
];
for (const [what, methods, error, call = 'alc.state.get("k")'] of bad) {
  test(`a store that ${what} gives a Lua error`, async () => {
    const registry = await SessionRegistry.create({ store: { ...slowStore(), ...methods } });
    const event = await registry.start(`
      local ok, why = pcall(function() return ${call} end)
      return { ok, why, alc.llm("go on") }`);
    const end = await registry.feed(event.session_id, "still here");
    assert.equal(end.result[0], false);
    assert.match(end.result[1], error);
    assert.equal(end.result[2], "still here");
    registry.dispose();
  });
}

test("a session that waits for a store that hangs can be cancelled", async () => {
  const store = { ...slowStore(), get: () => new Promise(() => {}) };
  const registry = await SessionRegistry.create({ store });
  const running = registry.start('return alc.state.get("k")');
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [id] = Object.keys(registry.snapshot());
  assert.equal(registry.cancel(id, "too slow").status, "cancelled");
  assert.equal((await running).status, "cancelled");
  registry.dispose();
});

test("disposing of the registry ends the wait, too", async () => {
  const store = { ...slowStore(), get: () => new Promise(() => {}) };
  const registry = await SessionRegistry.create({ store });
  const running = registry.start('return alc.state.get("k")');
  await new Promise((resolve) => setTimeout(resolve, 20));
  registry.dispose();
  await assert.rejects(running, { code: "disposed" });
});

test("modules that are not registered are asked for", async () => {
  const asked = [];
  const loadPackage = async (name) => {
    asked.push(name);
    if (name === "broken") throw new Error("no network");
    return name === "m" ? 'return { run = function() return "from afar" end }' : null;
  };
  const registry = await SessionRegistry.create({ loadPackage });
  assert.equal((await registry.advice("m")).result, "from afar");
  const code = `local ok, why = pcall(require, ...) return why`;
  for (const [name, error] of [
    ["none", /module 'none' not found/],
    ["broken", /module 'broken' could not be loaded: no network/],
  ]) {
    const event = await registry.start(code.replace("...", `"${name}"`));
    assert.match(event.result, error);
  }
  assert.deepEqual(asked, ["m", "none", "broken"]);
  registry.dispose();
});

test("a store without its methods is refused", async () => {
  await assert.rejects(SessionRegistry.create({ store: {} }), {
    code: "invalid_argument",
    message: /options.store.get/,
  });
});
