// The strategies that ship with the package, as Lua sources.

import cot from "../../strategies/cot/init.lua";
import cove from "../../strategies/cove/init.lua";
import debate from "../../strategies/debate/init.lua";
import decompose from "../../strategies/decompose/init.lua";
import panel from "../../strategies/panel/init.lua";
import rank from "../../strategies/rank/init.lua";
import reflect from "../../strategies/reflect/init.lua";
import sc from "../../strategies/sc/init.lua";
import skeleton from "../../strategies/skeleton/init.lua";
import tot from "../../strategies/tot/init.lua";
import ucb from "../../strategies/ucb/init.lua";

/**
 * Sources by name, for `RegistryOptions.packages`.
 *
 * ```js
 * import { SessionRegistry } from "algocline-wasm";
 * import { strategies } from "algocline-wasm/strategies";
 *
 * const registry = await SessionRegistry.create({ packages: strategies });
 * let event = await registry.advice("reflect", "Write a haiku about rivers.");
 * ```
 *
 * What each does, its paper, its options with their bounds and a sample task are in its `meta`:
 * `await registry.start('return require("reflect").meta')`.
 */
export const strategies: Record<string, string> = {
  cot,
  cove,
  debate,
  decompose,
  panel,
  rank,
  reflect,
  sc,
  skeleton,
  tot,
  ucb,
};
