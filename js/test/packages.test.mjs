// The packages of a registry: added, removed and listed while it is in use.

import assert from "node:assert/strict";
import test from "node:test";
import { AlcError, run, SessionRegistry } from "algocline-wasm";
import { strategies } from "algocline-wasm/strategies";

const SHOUT = `
  local M = { meta = { name = "shout", version = "1.0." .. 0, description = "Shouts.",
    category = "demo", tags = { "a", "b" } } }
  function M.run(ctx)
    ctx.result = alc.llm(ctx.task):upper()
    return ctx
  end
  return M`;

const refused = (code, name) => (error) => {
  assert.ok(error instanceof AlcError, String(error?.stack ?? error));
  assert.equal(error.code, code, error.message);
  if (name) assert.ok(error.message.startsWith(`invalid argument \`${name}\`: `), error.message);
  return true;
};

test("a package is added, listed, run and removed", async () => {
  const events = [];
  const registry = await SessionRegistry.create({ onEvent: (event) => events.push(event) });
  assert.deepEqual(registry.packages.list(), []);
  registry.packages.add("shout", SHOUT);
  registry.packages.add("shout.extra", "return {}");
  assert.deepEqual(registry.packages.list(), [
    {
      name: "shout",
      version: "1.0.0",
      description: "Shouts.",
      category: "demo",
      type: "runnable",
      meta: {
        name: "shout",
        version: "1.0.0",
        description: "Shouts.",
        category: "demo",
        tags: ["a", "b"],
      },
      modules: ["shout", "shout.extra"],
    },
  ]);
  assert.deepEqual(events, [], "listing starts no session");
  const event = await registry.advice("shout", "A word?");
  assert.equal((await registry.feed(event.session_id, "hello")).result.result, "HELLO");
  assert.equal(registry.packages.remove("shout"), true);
  assert.equal(registry.packages.remove("shout"), false);
  assert.deepEqual(registry.packages.list(), []);
  assert.equal((await registry.advice("shout")).status, "error");
  registry.dispose();
});

test("a package of several files replaces the one before", async () => {
  const registry = await SessionRegistry.create({
    packages: { m: "return 1", "m.old": "return 2" },
  });
  registry.packages.add("m", {
    "init.lua": 'return { require("m.a"), require("m.b.c") }',
    a: 'return "a"',
    "b/c.lua": 'return "c"',
  });
  assert.deepEqual((await registry.start('return require("m")')).result, ["a", "c"]);
  assert.deepEqual(registry.packages.list()[0].modules, ["m", "m.a", "m.b.c"]);
  registry.dispose();
});

test("a session keeps the packages it started with", async () => {
  const registry = await SessionRegistry.create({ packages: { m: 'return "old"' } });
  const { session_id: id } = await registry.start('alc.llm("?") return require("m")');
  registry.packages.add("m", 'return "new"');
  assert.equal((await registry.feed(id, "")).result, "old");
  assert.equal((await registry.start('return require("m")')).result, "new");
  registry.dispose();
});

test("a package that cannot be loaded is listed with its error", async () => {
  const registry = await SessionRegistry.create({
    packages: {
      broken: "return {",
      endless: "while true do end",
      asks: 'alc.llm("?")',
      needs: 'require("missing") return { meta = { version = "2" }, run = print }',
      fine: "return {}",
    },
  });
  const list = registry.packages.list();
  assert.deepEqual(
    list.map(({ name, type, version }) => [name, type, version]),
    [
      ["asks", null, null],
      ["broken", null, null],
      ["endless", null, null],
      ["fine", "library", null],
      ["needs", "runnable", "2"],
    ],
  );
  const error = Object.fromEntries(list.map(({ name, error }) => [name, error]));
  assert.match(error.asks, /asks a model while it is loaded/);
  assert.match(error.broken, /unexpected symbol near <eof>/);
  assert.match(error.endless, /out of fuel/);
  assert.match(error.needs, /module 'missing' not found/);
  assert.equal(error.fine, undefined);
  registry.dispose();
});

test("a module that only loadPackage knows is not asked for, and no error", async () => {
  const asked = [];
  const registry = await SessionRegistry.create({
    packages: { needs: 'require("far") return { meta = { version = "2" } }' },
    loadPackage: (name) => {
      asked.push(name);
      return null;
    },
  });
  const [needs] = registry.packages.list();
  assert.equal(needs.version, "2");
  assert.equal(needs.error, undefined);
  assert.deepEqual(asked, []);
  registry.dispose();
});

test("our own strategies say what they are", async () => {
  const registry = await SessionRegistry.create({ packages: strategies });
  const list = registry.packages.list();
  assert.equal(list.length, Object.keys(strategies).length);
  for (const info of list) {
    assert.equal(info.error, undefined, `${info.name}: ${info.error}`);
    assert.equal(info.type, "runnable", info.name);
    assert.equal(info.meta.name, info.name);
    for (const key of ["version", "description", "category"]) assert.ok(info[key], info.name);
  }
  registry.dispose();
});

test("wrong arguments are refused and change nothing", async () => {
  const registry = await SessionRegistry.create({ packages: { m: "return 1" } });
  const before = registry.packages.list();
  for (const [args, name] of [
    [[], "name"],
    [[5, ""], "name"],
    [["", ""], "name"],
    [["a..b", ""], "name"],
    [["../a", ""], "name"],
    [["m"], "source"],
    [["m", null], "source"],
    [["m", ["return 1"]], "source"],
    [["m", { "init.lua": 5 }], 'source["init.lua"]'],
    [["m", {}], "source"],
    [["m", { sub: "" }], "source"],
    [["m", { init: "", "../up": "" }], "name"],
    [["m", "half \ud83d"], "source"],
  ]) {
    assert.throws(() => registry.packages.add(...args), refused("invalid_argument", name));
  }
  assert.throws(() => registry.packages.remove(), refused("invalid_argument", "name"));
  assert.deepEqual(registry.packages.list(), before);
  const { packages } = registry;
  registry.dispose();
  assert.throws(() => packages.list(), refused("disposed"));
  assert.throws(() => packages.add("m", ""), refused("disposed"));
  assert.throws(() => packages.remove("m"), refused("disposed"));
});

test("run uses packages added later", async () => {
  const registry = await SessionRegistry.create();
  registry.packages.add("shout", SHOUT);
  const end = await run(
    registry,
    'return require("shout").run(ctx).result',
    { task: "?" },
    {
      llm: () => "loud",
    },
  );
  assert.equal(end.result, "LOUD");
  registry.dispose();
});
