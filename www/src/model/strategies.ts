// The strategies of this project, with what each says about itself. Their `meta`
// is read by running them: the Lua source stays the only place that has it.

import type { Json, SessionRegistry } from "algocline-wasm";
import { strategies as sources } from "algocline-wasm/strategies";
import type { Script } from "../../../strategies/scripted-model.mjs";

/** An integer option of a strategy. */
export interface StrategyOption {
  default: number;
  min: number;
  max: number;
  about: string;
}

/** What a strategy says about itself; the format is in strategies/README.md. */
export interface StrategyMeta {
  name: string;
  version: string;
  description: string;
  category: string;
  paper: { title: string; authors: string; year: number; url: string };
  sample_task: string;
  options: Record<string, StrategyOption>;
}

/** A strategy to pick. */
export interface Strategy {
  meta: StrategyMeta;
  source: string;
  /** Answers its queries without a real model. */
  script: Script;
}

/** By path: one in each strategy's folder. */
const scripts = import.meta.glob<Script>("../../../strategies/*/model.json", {
  eager: true,
  import: "default",
});

const READ_META = `
local metas = {}
for i, name in ipairs(ctx.names) do metas[i] = require(name).meta end
return metas`;

/** Asks each strategy for its `meta`. The registry must have `sources` as packages. */
export async function readStrategies(registry: SessionRegistry): Promise<Strategy[]> {
  const names = Object.keys(sources).sort();
  const event = await registry.start(READ_META, { names });
  if (event.status !== "completed") {
    const reason = event.status === "error" ? event.error : event.status;
    throw new Error(`the strategies cannot be read: ${reason}`);
  }
  return metasOf(event.result).map((meta) => ({
    meta,
    source: sources[meta.name] ?? "",
    script: scripts[`../../../strategies/${meta.name}/model.json`] ?? { rules: [] },
  }));
}

/** The strategies are this project's own, and its tests check the form of `meta`. */
const metasOf = (result: Json): StrategyMeta[] => result as unknown as StrategyMeta[];

/** A strategy's source as a program of its own: it runs instead of being a module. */
export const asProgram = (source: string): string =>
  source.replace(/\nreturn M\s*$/, "\nreturn M.run(ctx)\n");
