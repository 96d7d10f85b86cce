// A store in memory.

import type { Json } from "../json.js";
import { byCodePoint } from "../order.js";
import type { Store } from "../store.js";
import { checkKey, checkPrefix, decode, encode } from "./common.js";

/** A store whose methods are done when they return. */
export interface SyncStore extends Store {
  get(key: string): Json | undefined;
  set(key: string, value: Json): void;
  delete(key: string): boolean;
  list(prefix: string): string[];
}

/**
 * A store in memory, gone with the page or process. For tests, and to share one
 * store among several registries.
 *
 * Values are copied on their way in and out.
 *
 * ```js
 * import { memoryStore } from "algocline-wasm/stores";
 *
 * const store = memoryStore({ "state/default/greeting": "hello" });
 * store.set("state/default/count", 1);
 * console.log(store.list("state/")); // → [ 'state/default/count', 'state/default/greeting' ]
 * ```
 *
 * @param entries what it holds at first
 * @throws AlcError `invalid_argument` (also by `get`, `set`, `delete` and `list`) for a
 * key that is no Unicode text, and for a value that is no JSON
 */
export function memoryStore(entries: { [key: string]: Json } = {}): SyncStore {
  const texts = new Map<string, string>();
  const store: SyncStore = {
    get(key) {
      const text = texts.get(checkKey(key));
      return text === undefined ? undefined : decode(text, key);
    },
    set(key, value) {
      texts.set(checkKey(key), encode(value));
    },
    delete: (key) => texts.delete(checkKey(key)),
    list(prefix) {
      const start = checkPrefix(prefix);
      return [...texts.keys()].filter((key) => key.startsWith(start)).sort(byCodePoint);
    },
  };
  for (const [key, value] of Object.entries(entries)) store.set(key, value);
  return store;
}
