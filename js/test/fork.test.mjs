// `alc.fork` driven by `run`: every query is asked once, each strategy goes on by itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { run, SessionRegistry } from "../../dist/node.js";

const strategy = (name, steps) => `return { run = function(ctx)
  local trail = {}
  for i = 1, ${steps} do trail[i] = alc.llm("${name}" .. i) end
  return trail
end }`;
const packages = { quick: strategy("quick", 3), slow: strategy("slow", 1) };
const code = "return alc.fork({ 'slow', 'quick' }, {})";
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test("a quick strategy does not wait for a slow one, and nothing is asked twice", async () => {
  const registry = await SessionRegistry.create({ packages });
  const asked = [];
  const end = await run(registry, code, null, {
    llm: async ({ prompt }) => {
      asked.push(prompt);
      await later(prompt.startsWith("slow") ? 150 : 5);
      return prompt.toUpperCase();
    },
  });
  assert.deepEqual(end.result, [
    { strategy: "slow", ok: true, result: ["SLOW1"] },
    { strategy: "quick", ok: true, result: ["QUICK1", "QUICK2", "QUICK3"] },
  ]);
  assert.deepEqual(asked, ["slow1", "quick1", "quick2", "quick3"]);
  assert.equal(end.transcript.length, 4);
  registry.dispose();
});

test("a failed query is an error of its strategy only", async () => {
  const registry = await SessionRegistry.create({ packages });
  const end = await run(registry, code, null, {
    llm: async ({ prompt }) => {
      if (prompt === "quick2") throw new Error("no model");
      await later(prompt === "slow1" ? 30 : 1);
      return "x";
    },
  });
  assert.deepEqual(end.result[0], { strategy: "slow", ok: true, result: ["x"] });
  assert.equal(end.result[1].ok, false);
  assert.match(end.result[1].error, /no model/);
  registry.dispose();
});

test("cancelling while strategies wait aborts what is being answered", async () => {
  const registry = await SessionRegistry.create({ packages });
  const stop = new AbortController();
  let aborted = 0;
  const running = run(registry, code, null, {
    signal: stop.signal,
    llm: (_, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          aborted++;
          reject(signal.reason);
        });
      }),
  });
  await later(20);
  stop.abort();
  assert.equal((await running).status, "cancelled");
  assert.equal(aborted, 2);
  registry.dispose();
});
