// The strategies as a module of the package, run by the built package.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";
import { run, SessionRegistry } from "algocline-wasm";
import { strategies } from "algocline-wasm/strategies";
import { strategyNames, strategyPackages, strategyScript } from "../../scripts/lib/strategies.mjs";
import { ScriptedModel } from "../../strategies/scripted-model.mjs";

test("the module holds all strategies, however it is loaded", () => {
  assert.deepEqual(Object.keys(strategies).sort(), strategyNames());
  assert.deepEqual(strategies, strategyPackages());
  const required = createRequire(import.meta.url)("algocline-wasm/strategies");
  assert.deepEqual(required.strategies, strategies);
});

test("all strategies run side by side in one registry", async () => {
  const registry = await SessionRegistry.create({ packages: strategies });
  const names = strategyNames();
  const ends = await Promise.all(
    names.map((name) => {
      const model = new ScriptedModel(strategyScript(name));
      const code = `return require("${name}").run(ctx)`;
      const ctx = { task: "Name a river." };
      return run(registry, code, ctx, { llm: (query) => model.reply(query).response });
    }),
  );
  ends.forEach((end, i) => {
    assert.equal(end.status, "completed", `${names[i]}: ${end.error}`);
    assert.equal(end.result.task, "Name a river.");
    assert.equal(typeof end.result.result.answer, "string");
    assert.ok(end.stats.auto.llm_calls >= 2);
  });
  registry.dispose();
});

test("advice runs a strategy with its options", async () => {
  const registry = await SessionRegistry.create({ packages: strategies });
  const event = await registry.advice("sc", "What is 6 times 7?", { samples: 2 });
  assert.equal(event.queries.length, 2);
  assert.equal(event.queries[0].role, "sample");
  const answers = event.queries.map(({ query_id }) => ({ query_id, response: "Answer: 42" }));
  const end = await registry.feed(event.session_id, answers);
  assert.equal(end.result.result.answer, "42");
  assert.deepEqual(end.stats.custom, { agreement: 1 });
  registry.dispose();
});
