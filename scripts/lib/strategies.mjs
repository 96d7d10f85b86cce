// The strategies of the folder strategies/, as the registry and the demo want them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ScriptedModel } from "../../strategies/scripted-model.mjs";
import { ScriptError } from "./console.mjs";
import { root } from "./process.mjs";

const folder = join(root, "strategies");

/** What every strategy can be asked. */
const SAMPLE_TASK = "What is 6 times 7?";

/** Names of all strategies, sorted. */
export const strategyNames = () =>
  readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "init.lua")))
    .sort();

/** Lua sources by module name, for `RegistryOptions.packages`. */
export const strategyPackages = () =>
  Object.fromEntries(
    strategyNames().map((name) => [name, readFileSync(join(folder, name, "init.lua"), "utf8")]),
  );

/** The script by which a strategy runs without a real model. */
export const strategyScript = (name) => readJson(join(folder, name, "model.json"));

/** The test cases of a strategy. */
export const strategyCases = (name) => readJson(join(folder, name, "tests.json"));

/** A strategy's program as `resumeAll` wants it. */
const strategyProgram = (name, label, ctx, answersTo) => ({
  name: label,
  code: `return require(${JSON.stringify(name)}).run(ctx)`,
  ctx,
  options: { seed: "1", strategy: name },
  answersTo,
});

/** Every strategy with its sample task, answered by its scripted model. */
export const scriptedPrograms = () =>
  strategyNames().map((name) => {
    const model = new ScriptedModel(strategyScript(name));
    return strategyProgram(name, name, { task: SAMPLE_TASK }, ({ queries }) =>
      queries.map((query) => ({
        query_id: query.query_id,
        response: model.reply(query).response,
      })),
    );
  });

/** Every test case of every strategy, with the case's own answers. */
export const casePrograms = () =>
  strategyNames().flatMap((name) =>
    strategyCases(name).map((testCase) =>
      strategyProgram(name, `${name}: ${testCase.name}`, testCase.ctx, ({ queries }, index) =>
        queries.map(({ query_id }, i) => ({
          query_id,
          response: testCase.pauses[index].answers[i],
        })),
      ),
    ),
  );

/** Reads a JSON file; a failure names the file. */
export function readJson(file) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ScriptError(`cannot read ${file}: ${error.code ?? error.message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ScriptError(`${file} is not JSON: ${error.message}`);
  }
}
