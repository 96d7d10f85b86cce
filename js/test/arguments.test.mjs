// Wrong arguments: each is refused before anything happens, with the argument
// and the path in it named.

import assert from "node:assert/strict";
import test from "node:test";
import { AlcError, run, SessionRegistry } from "algocline-wasm";

const LONE = "half \ud83d";

const refused = (name) => (error) => {
  assert.ok(error instanceof AlcError, String(error?.stack ?? error));
  assert.equal(error.code, "invalid_argument", error.message);
  assert.ok(
    error.message.startsWith(`invalid argument \`${name}\`: `),
    `${error.message}, not about ${name}`,
  );
  return true;
};

/** A registry with one paused session, and a check that nothing has happened to it. */
async function paused() {
  const told = [];
  const registry = await SessionRegistry.create({
    now: () => 1_000,
    onEvent: ({ kind }) => told.push(kind),
  });
  const { session_id: id } = await registry.start(
    "return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})",
  );
  told.length = 0;
  const before = registry.snapshot();
  return {
    registry,
    id,
    unchanged() {
      assert.deepEqual(registry.snapshot(), before);
      assert.deepEqual(told, []);
    },
  };
}

test("options of a registry", async () => {
  for (const [options, name] of [
    [5, "options"],
    [null, "options"],
    [[], "options"],
    [{ ttlMs: -1 }, "options.ttlMs"],
    [{ ttlMs: 1.5 }, "options.ttlMs"],
    [{ ttlMs: "1" }, "options.ttlMs"],
    [{ ttlMs: Number.POSITIVE_INFINITY }, "options.ttlMs"],
    [{ limits: 5 }, "options.limits"],
    [{ limits: { fuel: 0 } }, "options.limits.fuel"],
    [{ limits: { fuel: 1n } }, "options.limits.fuel"],
    [{ limits: { memoryBytes: 0.5 } }, "options.limits.memoryBytes"],
    [{ limits: { sliceMs: 0 } }, "options.limits.sliceMs"],
    [{ limits: { sliceMs: Number.NaN } }, "options.limits.sliceMs"],
    [{ packages: [] }, "options.packages"],
    [{ packages: new Map() }, "options.packages"],
    [{ packages: { m: 5 } }, "options.packages.m"],
    [{ packages: { "a.b": LONE } }, 'options.packages["a.b"]'],
    [{ packages: { "a..b": "" } }, "options.packages"],
    [{ packages: { "../x": "" } }, "options.packages"],
    [{ now: 5 }, "options.now"],
    [{ onEvent: "f" }, "options.onEvent"],
    [{ loadPackage: {} }, "options.loadPackage"],
    [{ store: 5 }, "options.store"],
  ]) {
    await assert.rejects(SessionRegistry.create(options), refused(name));
  }
});

test("start", async () => {
  const { registry, unchanged } = await paused();
  for (const [args, name] of [
    [[], "code"],
    [[5], "code"],
    [[null], "code"],
    [[LONE], "code"],
    [["", null, 5], "options"],
    [["", null, { limits: [] }], "options.limits"],
    [["", null, { limits: { fuel: -1 } }], "options.limits.fuel"],
    [["", null, { env: 5 }], "options.env"],
    [["", null, { env: { A: 1 } }], "options.env.A"],
    [["", null, { env: { A: LONE } }], "options.env.A"],
    [["", null, { seed: 5 }], "options.seed"],
    [["", null, { strategy: {} }], "options.strategy"],
    [["", null, { strategy: LONE }], "options.strategy"],
    [["", null, { signal: {} }], "options.signal"],
    [["", null, { signal: null }], "options.signal"],
  ]) {
    await assert.rejects(registry.start(...args), refused(name));
  }
  unchanged();
});

test("a context that is no JSON", async () => {
  const { registry, unchanged } = await paused();
  class Point {
    x = 1;
  }
  const cycle = { a: [{}] };
  cycle.a[0].back = cycle;
  const sparse = [1, 2];
  sparse[5] = 3;
  let deep = null;
  for (let i = 0; i < 101; i++) deep = [deep];
  let shared = ["x".repeat(1000)];
  for (let i = 0; i < 40; i++) shared = [shared, shared];
  const throwing = {
    get x() {
      throw new Error("not now");
    },
  };
  for (const [ctx, name, part] of [
    [() => 1, "ctx", "a function is not JSON"],
    [Symbol("s"), "ctx", "a symbol is not JSON"],
    [Number.NaN, "ctx", "NaN is not JSON"],
    [{ items: [0, 1, 2, { name: Number.POSITIVE_INFINITY }] }, "ctx.items[3].name", "Infinity"],
    [{ "two words": { f() {} } }, 'ctx["two words"].f', "a function"],
    [{ a: [undefined] }, "ctx.a[0]", "undefined is not JSON"],
    [sparse, "ctx[2]", "a hole of a sparse array"],
    [cycle, "ctx.a[0].back", "refers to a value that contains it"],
    [{ n: 2n ** 63n }, "ctx.n", "beyond 64 bits"],
    [{ n: -(2n ** 63n) - 1n }, "ctx.n", "beyond 64 bits"],
    [LONE, "ctx", "a lone surrogate"],
    [{ a: LONE }, "ctx.a", "a lone surrogate"],
    [{ [LONE]: 1 }, `ctx["half \\ud83d"]`, "a lone surrogate"],
    [new Date(), "ctx", "a Date is not JSON"],
    [{ p: new Point() }, "ctx.p", "a Point is not JSON"],
    [new Map(), "ctx", "a Map is not JSON"],
    [new Uint8Array(2), "ctx", "an Uint8Array is not JSON"],
    [Object(5n), "ctx", "a BigInt is not JSON"],
    [/x/, "ctx", "a RegExp is not JSON"],
    [deep, `ctx${"[0]".repeat(100)}`, "more than 100 levels"],
    [throwing, "ctx.x", "cannot be read: not now"],
  ]) {
    await assert.rejects(registry.start("return 1", ctx), (error) => {
      refused(name)(error);
      assert.ok(error.message.includes(part), error.message);
      return true;
    });
  }
  await assert.rejects(registry.start("return 1", shared), (error) => {
    assert.match(error.message, /is longer than 256 MiB as JSON/);
    return error.code === "invalid_argument";
  });
  unchanged();
});

test("a context that is JSON, in unusual forms", async () => {
  const registry = await SessionRegistry.create();
  const shared = { x: 1 };
  const bare = Object.assign(Object.create(null), { k: "v" });
  let deep = 1;
  for (let i = 0; i < 99; i++) deep = [deep];
  const { result } = await registry.start(
    "ctx.deep = nil return ctx",
    {
      a: shared,
      b: shared,
      bare,
      gone: undefined,
      emoji: "😀",
      min: -(2n ** 63n),
      minus: -0,
      deep,
    },
    {},
  );
  assert.deepEqual(result, {
    a: { x: 1 },
    b: { x: 1 },
    bare: { k: "v" },
    emoji: "😀",
    min: -(2 ** 63),
    minus: 0,
  });
  for (const ctx of [null, undefined]) {
    assert.equal((await registry.start("return next(ctx) == nil", ctx)).result, true);
  }
  assert.equal((await registry.start("return ctx", "text")).result, "text");
});

test("advice", async () => {
  const { registry, unchanged } = await paused();
  for (const [args, name] of [
    [[], "strategy"],
    [[LONE], "strategy"],
    [["s", 5], "task"],
    [["s", LONE], "task"],
    [["s", "t", 5], "opts"],
    [["s", "t", []], "opts"],
    [["s", "t", { f() {} }], "opts.f"],
    [["s", "t", {}, 5], "options"],
    [["s", "t", {}, { seed: 1 }], "options.seed"],
  ]) {
    await assert.rejects(registry.advice(...args), refused(name));
  }
  unchanged();
});

test("feed and fail", async () => {
  const { registry, id, unchanged } = await paused();
  const a = { query_id: "q-0", response: "A" };
  for (const [args, name] of [
    [[], "sessionId"],
    [[5, "x"], "sessionId"],
    [[LONE, "x"], "sessionId"],
    [[id], "response"],
    [[id, 5], "response"],
    [[id, { query_id: "q-0", response: "x" }], "response"],
    [[id, LONE], "response"],
    [[id, "x", 5], "options"],
    [[id, "x", { queryId: 5 }], "options.queryId"],
    [[id, "x", { queryId: null }], "options.queryId"],
    [[id, "x", { pause: "1" }], "options.pause"],
    [[id, "x", { pause: -1 }], "options.pause"],
    [[id, "x", { usage: 5 }], "options.usage"],
    [[id, "x", { usage: { prompt_tokens: -1 } }], "options.usage.prompt_tokens"],
    [[id, "x", { usage: { completion_tokens: 1.5 } }], "options.usage.completion_tokens"],
    [[id, [a, 5]], "answers[1]"],
    [[id, [a, null]], "answers[1]"],
    // biome-ignore lint/suspicious/noSparseArray: it is what is tested
    [[id, [a, , a]], "answers[1]"],
    [[id, [{ ...a, query_id: 5 }]], "answers[0].query_id"],
    [[id, [{ response: "x" }]], "answers[0].query_id"],
    [[id, [a, { query_id: "q-1" }]], "answers[1].response"],
    [[id, [a, { query_id: "q-1", response: LONE }]], "answers[1].response"],
    [[id, [{ ...a, usage: { prompt_tokens: "1" } }]], "answers[0].usage.prompt_tokens"],
    [[id, [a], { queryId: "q-0" }], "options.queryId"],
    [[id, [a], { usage: {} }], "options.usage"],
  ]) {
    await assert.rejects(registry.feed(...args), refused(name));
  }
  for (const [args, name] of [
    [[], "sessionId"],
    [[id], "message"],
    [[id, LONE], "message"],
    [[id, "m", 5], "options"],
    [[id, "m", { queryId: 5 }], "options.queryId"],
    [[id, "m", { pause: Number.NaN }], "options.pause"],
  ]) {
    await assert.rejects(registry.fail(...args), refused(name));
  }
  unchanged();
});

test("methods that answer at once", async () => {
  const { registry, id, unchanged } = await paused();
  for (const [method, args, name] of [
    ["pending", [], "sessionId"],
    ["resolveSolePendingId", [5], "sessionId"],
    ["cancel", [null], "sessionId"],
    ["cancel", [id, 5], "reason"],
    ["cancel", [id, LONE], "reason"],
    ["snapshot", [5], "options"],
    ["snapshot", [null], "options"],
    ["snapshot", [id, 5], "options"],
    ["snapshot", [id, { pending: 5 }], "options.pending"],
    ["snapshot", [id, { pending: "META" }], "options.pending"],
    ["snapshot", [id, { pending: [] }], "options.pending"],
    ["snapshot", [{ pending: { role: 1 } }], "options.pending.role"],
    ["snapshot", [{ pending: { prompt: "full" } }], "options.pending.prompt"],
    ["snapshot", [{ pending: { prompt: { mode: "all" } } }], "options.pending.prompt.mode"],
    ["snapshot", [{ pending: { prompt: { mode: "preview" } } }], "options.pending.prompt.chars"],
    ["snapshot", [{ history: 1 }], "options.history"],
    ["gc", ["1"], "now"],
    ["gc", [-1], "now"],
    ["gc", [Number.NaN], "now"],
    ["startGc", [0], "everyMs"],
    ["startGc", ["1"], "everyMs"],
    ["startGc", [2 ** 31], "everyMs"],
  ]) {
    assert.throws(() => registry[method](...args), refused(name), `${method}(${args})`);
  }
  const text = /unknown pending_filter preset 'META' \(valid: "meta" \| "preview" \| "full"\)/;
  assert.throws(() => registry.snapshot(id, { pending: "META" }), text);
  unchanged();
});

test("run", async () => {
  const { registry, unchanged } = await paused();
  const llm = () => "x";
  for (const [args, name] of [
    [[], "registry"],
    [[{}, "", null, { llm }], "registry"],
    [[registry], "options.llm"],
    [[registry, "", null, { llm: "x" }], "options.llm"],
    [[registry, "", null, 5], "options"],
    [[registry, 5, null, { llm }], "code"],
    [[registry, "", Number.NaN, { llm }], "ctx"],
    [[registry, "", null, { llm, concurrency: 0 }], "options.concurrency"],
    [[registry, "", null, { llm, onEvent: 5 }], "options.onEvent"],
    [[registry, "", null, { llm, seed: 5 }], "options.seed"],
  ]) {
    await assert.rejects(run(...args), refused(name));
  }
  unchanged();
});
