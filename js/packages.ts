// The packages of a registry as JavaScript sees them.

import * as check from "./check.js";
import type { Core } from "./core.js";
import type { PackageFiles, PackageInfo } from "./types.js";

/** Asks the core of a registry that is alive. */
type List = () => PackageInfo[];

/** Changes what is there of a name, or of a name with all below it. */
type Change = <T>(name: string, isTree: boolean, call: (core: Core) => T) => T;

/**
 * The packages of a registry.
 *
 * A session keeps the packages that the registry had when the session started,
 * until its end and whatever is added or removed meanwhile; a change is seen by
 * sessions that start later.
 *
 * ```js
 * registry.packages.add("shout", `
 *   local M = { meta = { name = "shout", version = "1.0.0", description = "Shouts." } }
 *   function M.run(ctx)
 *     ctx.result = alc.llm(ctx.task):upper()
 *     return ctx
 *   end
 *   return M
 * `);
 * console.log(registry.packages.list()[0].type); // "runnable"
 * const event = await registry.advice("shout", "A word?");
 * ```
 */
export class PackageSet {
  readonly #list: List;
  readonly #change: Change;

  /** @internal */
  constructor(list: List, change: Change) {
    this.#list = list;
    this.#change = change;
  }

  /**
   * Adds a module or a package.
   *
   * With a text, it is the module of this name (`"m"`, `"m.sub"`), which replaces
   * the one there was. With files, it is a whole package, which replaces the one
   * there was with all its modules.
   *
   * The source is not run: a mistake in it shows in `list` and when a program
   * requires it.
   *
   * @param name the name for `require`: parts between dots, none empty
   * @throws AlcError `invalid_argument`, `disposed`; then nothing has changed
   */
  add(name: string, source: string | PackageFiles): void {
    const module = check.text(name, "name");
    if (typeof source === "string") {
      const text = check.text(source, "source");
      this.#change(module, false, (core) => {
        core.call("addModule", { name: module, source: text });
      });
    } else {
      const files = check.files(source, "source");
      this.#change(module, true, (core) => {
        core.call("addPackage", { name: module, files });
      });
    }
  }

  /**
   * What every package says of itself, in the order of the names.
   *
   * No session is started. To read the metadata, which may be computed, each
   * package is loaded in a machine of its own that is thrown away: with at most
   * 2,000,000 instructions and 16 MiB, an empty store, and nobody to answer a
   * query. A package for which this fails is listed with an `error`. Modules that
   * only `loadPackage` knows are neither asked for nor listed; a package that
   * needs one while it loads is described without it. The result is kept until a
   * package changes.
   *
   * @throws AlcError `disposed`
   */
  list(): PackageInfo[] {
    return this.#list();
  }

  /**
   * Takes a package away, or a module, with all modules below it.
   *
   * @returns whether there was one
   * @throws AlcError `invalid_argument`, `disposed`
   */
  remove(name: string): boolean {
    const module = check.text(name, "name");
    return this.#change(module, true, (core) => core.call("removePackage", { name: module }));
  }
}
