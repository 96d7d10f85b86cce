// `run`: a session driven to its end with one function that answers.

import assert from "node:assert/strict";
import test from "node:test";
import { run, SessionRegistry } from "algocline-wasm";

const after = (ms, value) => new Promise((resolve) => setTimeout(() => resolve(value), ms));
const batch = (n) =>
  `local items = {} for i = 1, ${n} do items[i] = {prompt = "p" .. i} end return alc.llm_batch(items)`;

/** Resolves when `done()` holds. */
async function until(done) {
  for (let i = 0; i < 400 && !done(); i++) await after(5);
  assert.ok(done());
}

test("it answers until the program ends", async () => {
  const registry = await SessionRegistry.create();
  const seen = [];
  const events = [];
  const end = await run(
    registry,
    "return alc.llm(ctx.q) .. alc.llm('b', {role = 'r'})",
    { q: "a" },
    {
      strategy: "mine",
      onEvent: (event) => events.push(event.status),
      llm: (query, info) => {
        assert.equal(registry.snapshot(info.sessionId).strategy, "mine");
        seen.push([query.prompt, query.role, info.pause, info.signal.aborted]);
        return query.prompt === "a"
          ? "A"
          : Promise.resolve({ response: "B", usage: { completion_tokens: 9 } });
      },
    },
  );
  assert.equal(end.status, "completed");
  assert.equal(end.result, "AB");
  assert.deepEqual(seen, [
    ["a", undefined, 1, false],
    ["b", "r", 2, false],
  ]);
  assert.deepEqual(events, ["needs_response", "needs_response", "completed"]);
  // One answer was estimated, hence the sum.
  assert.deepEqual(end.stats.auto.response_tokens, { tokens: 10, source: "estimated" });
});

test("a program without queries just runs", async () => {
  const registry = await SessionRegistry.create();
  const llm = () => assert.fail("nothing to answer");
  assert.equal((await run(registry, "return 1", null, { llm })).result, 1);
  assert.equal((await run(registry, "error('x')", null, { llm })).status, "error");
});

test("queries are answered side by side, at most so many at a time", async () => {
  const registry = await SessionRegistry.create();
  for (const [concurrency, expected] of [
    [undefined, 8],
    [1, 1],
    [3, 3],
    [100, 20],
  ]) {
    let now = 0;
    let most = 0;
    const end = await run(registry, batch(20), null, {
      ...(concurrency && { concurrency }),
      llm: async ({ prompt }) => {
        most = Math.max(most, ++now);
        await after(Math.random() * 4);
        now--;
        return prompt;
      },
    });
    assert.equal(most, expected);
    assert.deepEqual(end.result[19], "p20");
    assert.equal(end.result.length, 20);
  }
});

test("a failed answer raises in the program, and the others are called off", async () => {
  const registry = await SessionRegistry.create();
  const aborted = [];
  const started = [];
  const end = await run(
    registry,
    `local ok, e = pcall(function() ${batch(6)} end) return {ok, e, alc.llm("after")}`,
    null,
    {
      concurrency: 3,
      llm: async ({ prompt }, { signal }) => {
        started.push(prompt);
        if (prompt === "after") return "all";
        if (prompt === "p2") {
          await after(5);
          throw new Error("model is down");
        }
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        aborted.push(prompt);
        return "too late";
      },
    },
  );
  assert.deepEqual(end.result, [false, "model is down", "all"]);
  assert.deepEqual(started, ["p1", "p2", "p3", "after"]);
  assert.deepEqual(aborted, ["p1", "p3"]);
});

test("whatever is thrown becomes a text", async () => {
  const registry = await SessionRegistry.create();
  for (const [thrown, message] of [
    ["text", "text"],
    [new TypeError("typed"), "typed"],
    [undefined, "undefined"],
    [Object.create(null), "an error without a text"],
    ["half \ud83d", "half \ufffd"],
  ]) {
    const end = await run(registry, "return select(2, pcall(alc.llm, '?'))", null, {
      llm: () => {
        throw thrown;
      },
    });
    assert.equal(end.result, message);
  }
});

test("an answer of the wrong kind is a failed one", async () => {
  const registry = await SessionRegistry.create();
  for (const [answer, part] of [
    [undefined, "must be a string or {response, usage?}, got undefined"],
    [5, "got the number 5"],
    [{ text: "x" }, "got an object"],
    ["half \ud83d", "lone surrogate"],
    [{ response: "x", usage: { prompt_tokens: -1 } }, "usage.prompt_tokens"],
  ]) {
    const end = await run(registry, "return alc.llm('?')", null, { llm: () => answer });
    assert.equal(end.status, "error");
    assert.ok(end.error.includes(part), end.error);
  }
});

test("aborting ends it at any point", async () => {
  const registry = await SessionRegistry.create();
  const options = (llm, signal) => ({ llm, signal });
  const never = () => new Promise(() => {});

  const before = await run(registry, batch(2), null, options(never, AbortSignal.abort("b")));
  assert.deepEqual([before.status, before.reason], ["cancelled", "b"]);

  const running = new AbortController();
  setTimeout(() => running.abort("r"), 20);
  const end = await run(registry, "while true do end", null, options(never, running.signal));
  assert.deepEqual([end.status, end.reason], ["cancelled", "r"]);

  const waiting = new AbortController();
  const signals = [];
  const ended = run(
    registry,
    batch(3),
    null,
    options((_, { signal }) => {
      signals.push(signal);
      if (signals.length === 3) waiting.abort("w");
      return never();
    }, waiting.signal),
  );
  assert.deepEqual([(await ended).status, (await ended).reason], ["cancelled", "w"]);
  assert.deepEqual(
    signals.map((signal) => signal.aborted),
    [true, true, true],
  );
  assert.deepEqual(registry.snapshot(), {});
});

test("others may end the session meanwhile", async () => {
  const registry = await SessionRegistry.create({ ttlMs: 1_000 });
  const start = () => {
    let id;
    const ended = run(registry, "return alc.llm('?')", null, {
      llm: (_, { sessionId }) => {
        id = sessionId;
        return new Promise(() => {});
      },
    });
    return { ended, started: until(() => id).then(() => id) };
  };
  const cancelled = start();
  registry.cancel(await cancelled.started, "by another");
  assert.equal((await cancelled.ended).reason, "by another");

  const reaped = start();
  const id = await reaped.started;
  assert.deepEqual(registry.gc(Date.now() + 5_000), [id]);
  await assert.rejects(reaped.ended, { code: "session_not_found" });

  const disposed = start();
  await disposed.started;
  const rejected = assert.rejects(disposed.ended, { code: "disposed" });
  registry.dispose();
  await rejected;
});

test("many runs share a registry", async () => {
  const registry = await SessionRegistry.create();
  const ends = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      run(registry, "return ctx .. alc.llm('1') .. alc.llm('2')", n, {
        llm: async ({ prompt }) => after(Math.random() * 5, `<${prompt}>`),
      }),
    ),
  );
  ends.forEach((end, n) => {
    assert.equal(end.result, `${n}<1><2>`);
  });
});

test("rejections of answers nobody needs any more are not uncaught", async () => {
  const registry = await SessionRegistry.create();
  const uncaught = [];
  const listen = (error) => uncaught.push(error);
  process.on("unhandledRejection", listen);
  await run(registry, `pcall(function() ${batch(4)} end)`, null, {
    llm: async ({ prompt }, { signal }) => {
      if (prompt === "p1") throw new Error("first");
      await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason)),
      );
      return "";
    },
  });
  await after(20);
  process.off("unhandledRejection", listen);
  assert.deepEqual(uncaught, []);
});
