// A bound on how long a store may take.

import * as check from "../check.js";
import { AlcError } from "../errors.js";
import { checkStore, type Store } from "../store.js";
import { quote } from "./common.js";

/** The longest wait of a host timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The same store, but a call that takes longer rejects with `store_failed`: a
 * program that waits for it gets a Lua error instead of waiting for ever. What
 * the store does with the call later is not known.
 *
 * ```js
 * import { SessionRegistry } from "algocline-wasm";
 * import { indexedDbStore, withTimeout } from "algocline-wasm/stores";
 *
 * const store = withTimeout(indexedDbStore(), 5_000);
 * const registry = await SessionRegistry.create({ store });
 * ```
 *
 * @param store any store
 * @param timeoutMs the longest time of one call, in milliseconds, above 0
 * @throws AlcError `invalid_argument`
 */
export function withTimeout(store: Store, timeoutMs: number): Store {
  const inner = checkStore(store, "store");
  if (!inner) throw check.wrongType("store", "a store", store);
  const limit = check.positive(timeoutMs, "timeoutMs", MAX_TIMER_MS);
  return {
    get: (key) => within(limit, `get ${quote(key)}`, () => inner.get(key)),
    set: (key, value) => within(limit, `set ${quote(key)}`, () => inner.set(key, value)),
    delete: (key) => within(limit, `delete ${quote(key)}`, () => inner.delete(key)),
    list: (prefix) => within(limit, `list ${quote(prefix)}`, () => inner.list(prefix)),
  };
}

async function within<T>(limit: number, call: string, work: () => T | Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `the store took longer than ${limit} ms for ${call}`;
    timer = setTimeout(() => reject(new AlcError("store_failed", message)), limit);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
