// The strategies of the folder strategies/, as the registry and the demo want them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ScriptError } from "./console.mjs";
import { root } from "./process.mjs";

const folder = join(root, "strategies");

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
