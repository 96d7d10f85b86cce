// A store over `localStorage` or `sessionStorage`.

import * as check from "../check.js";
import { byCodePoint } from "../order.js";
import { checkKey, checkPrefix, decode, encode, failure, quote } from "./common.js";
import type { SyncStore } from "./memory.js";

/** The part of the Web Storage standard that the store uses. */
export interface WebStorageLike {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Options of {@link webStorageStore}. */
export interface WebStorageOptions {
  /**
   * What the names of all entries begin with, so that others may use the same
   * storage. No two stores' prefixes should begin with each other. Default
   * `"algocline/"`.
   */
  prefix?: string;
}

/**
 * A store over `localStorage` or `sessionStorage`; one entry per key, JSON as
 * text.
 *
 * Browsers allow about 5 million UTF-16 units per origin, keys included; beyond
 * them `set` throws `store_full` and what was there stays. Prefer
 * `indexedDbStore` where more than a few sessions are kept: this one makes the
 * page wait while it writes.
 *
 * ```js
 * import { SessionRegistry } from "algocline-wasm";
 * import { webStorageStore } from "algocline-wasm/stores";
 *
 * const registry = await SessionRegistry.create({ store: webStorageStore(localStorage) });
 * ```
 *
 * @param storage where to keep the entries
 * @throws AlcError `invalid_argument`; its methods also `store_full` and `store_failed`
 */
export function webStorageStore(storage: WebStorageLike, options?: WebStorageOptions): SyncStore {
  if (typeof storage?.getItem !== "function") {
    throw check.wrongType("storage", "a Storage", storage);
  }
  const given = check.options(options, "options");
  const prefix = check.optionalText(given.prefix, "options.prefix") ?? "algocline/";
  const name = (key: string) => prefix + checkKey(key);
  return {
    get(key) {
      const entry = name(key);
      const text = attempt(`read ${quote(key)}`, () => storage.getItem(entry));
      return text === null ? undefined : decode(text, key);
    },
    set(key, value) {
      const entry = name(key);
      const text = encode(value);
      attempt(`write ${quote(key)}`, () => storage.setItem(entry, text));
    },
    delete(key) {
      const entry = name(key);
      return attempt(`delete ${quote(key)}`, () => {
        if (storage.getItem(entry) === null) return false;
        storage.removeItem(entry);
        return true;
      });
    },
    list(start) {
      const wanted = prefix + checkPrefix(start);
      const keys: string[] = [];
      attempt("list keys", () => {
        for (let i = 0; i < storage.length; i++) {
          const found = storage.key(i);
          if (found?.startsWith(wanted)) keys.push(found.slice(prefix.length));
        }
      });
      return keys.sort(byCodePoint);
    },
  };
}

function attempt<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failure(error, doing);
  }
}
