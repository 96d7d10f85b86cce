// Packages of a folder as modules, and one of them run to its end.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundledAnswer } from "./bundled-model.mjs";
import { COMMON_CONTEXT, TASKS } from "./bundled-tasks.mjs";

/** Folders inside a package that hold no modules. */
const NO_MODULES = new Set(["spec", "tests"]);

/** Options of the registries: a clock that stands still, so that runs can be compared. */
export const RUN_OPTIONS = { now: () => 1_700_000_000_000 };

/** Lua sources by module name of all packages in a folder: each folder with an `init.lua`. */
export function bundledPackages(folder) {
  const packages = {};
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "init.lua")));
  for (const name of names.sort()) {
    for (const file of readdirSync(join(folder, name), { recursive: true }).map(String).sort()) {
      const parts = file.split(/[/\\]/);
      if (!file.endsWith(".lua") || parts.some((part) => NO_MODULES.has(part))) continue;
      const path = [name, ...parts].join(".").replace(/\.lua$/, "");
      packages[path.replace(/\.init$/, "")] = readFileSync(join(folder, name, file), "utf8");
    }
  }
  return packages;
}

/** Has the packages check that what they get and give has the shape they declare. */
const CHECKING = { ALC_SHAPE_CHECK: "1" };

/** The program that runs a package with what it needs. */
export function bundledProgram(name) {
  const { ctx = {}, setup = "", call = "package.run(ctx)", limits } = TASKS[name] ?? {};
  return {
    code: `local package = require(${JSON.stringify(name)})
${setup}
local out = ${call}
alc.stats.record("fuel", math.floor(os.clock() * 1e8 + 0.5))
if type(out) == "table" and out.result ~= nil then return out.result end
return out`,
    ctx: { ...COMMON_CONTEXT, ...ctx },
    options: { seed: "1", strategy: name, env: CHECKING, ...(limits && { limits }) },
  };
}

/** A program that runs several packages side by side. */
export const forkProgram = (names) => ({
  name: `alc.fork of ${names.join(", ")}`,
  code: "return alc.fork(ctx.names, ctx)",
  ctx: { ...COMMON_CONTEXT, names },
  options: { seed: "1" },
});

/** The answers to all open queries of an event. */
export const answersTo = ({ queries }) =>
  queries.map((query) => ({ query_id: query.query_id, response: bundledAnswer(query) }));

/** Starts a program and answers until it ends; its last event, and how many queries each pause had. */
export async function runToEnd(registry, { code, ctx, options }) {
  const sizes = [];
  let event = await registry.start(code, ctx, options);
  while (event.status === "needs_response") {
    sizes.push(event.queries.length);
    event = await registry.feed(event.session_id, answersTo(event), { pause: event.pause });
  }
  return { end: event, sizes };
}
