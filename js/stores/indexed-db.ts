// A store in IndexedDB.

import * as check from "../check.js";
import { AlcError } from "../errors.js";
import { byCodePoint } from "../order.js";
import type { Store } from "../store.js";
import { checkKey, checkPrefix, decode, encode, failure, quote } from "./common.js";

/** Options of {@link indexedDbStore}. */
export interface IndexedDbOptions {
  /** The database's name; each name is a store of its own. Default `"algocline-wasm"`. */
  name?: string;
  /**
   * Whether a write waits until the disk has it (`"strict"`), or until the
   * operating system has (`"relaxed"`, faster, and lost with the machine's power).
   * Default `"strict"`.
   */
  durability?: "strict" | "relaxed";
  /** Where the databases are. Default `globalThis.indexedDB`. */
  factory?: { open(name: string, version: number): unknown };
}

/** A store in IndexedDB. */
export interface IndexedDbStore extends Store {
  /** Closes the database; the next call opens it again. */
  close(): void;
}

const VALUES = "values";

/**
 * A store in IndexedDB, for pages, workers and service workers. It holds as much
 * as the browser gives the origin, usually gigabytes, and all tabs of the origin
 * share it.
 *
 * The database is opened by the first call. A database that the browser or
 * another tab closes is opened again by the next one.
 *
 * ```js
 * import { SessionRegistry } from "algocline-wasm";
 * import { indexedDbStore } from "algocline-wasm/stores";
 *
 * const registry = await SessionRegistry.create({ store: indexedDbStore() });
 * ```
 *
 * @throws AlcError `invalid_argument`; its methods reject also with `store_full`
 * (the origin's quota is used up, nothing was stored) and `store_failed`
 */
export function indexedDbStore(options?: IndexedDbOptions): IndexedDbStore {
  return new Database(check.options(options, "options"));
}

class Database implements IndexedDbStore {
  readonly #name: string;
  readonly #durability: "strict" | "relaxed";
  readonly #factory: IDBFactory;
  #opening: Promise<IDBDatabase> | undefined;

  constructor(options: Partial<IndexedDbOptions>) {
    this.#name = check.optionalText(options.name, "options.name") ?? "algocline-wasm";
    this.#durability = options.durability ?? "strict";
    const factory = (options.factory ?? globalThis.indexedDB) as IDBFactory | undefined;
    if (typeof factory?.open !== "function") {
      throw new AlcError("invalid_argument", "there is no IndexedDB here; give `options.factory`");
    }
    this.#factory = factory;
  }

  async get(key: string) {
    checkKey(key);
    const text = await this.#run("readonly", `read ${quote(key)}`, (values) => values.get(key));
    return text === undefined ? undefined : decode(text, key);
  }

  async set(key: string, value: Parameters<Store["set"]>[1]) {
    checkKey(key);
    const text = encode(value);
    await this.#run("readwrite", `write ${quote(key)}`, (values) => values.put(text, key));
  }

  async delete(key: string) {
    checkKey(key);
    return this.#transact<boolean>("readwrite", `delete ${quote(key)}`, (values, done) => {
      const count = values.count(key);
      count.onsuccess = () => {
        done(count.result > 0);
        if (count.result > 0) values.delete(key);
      };
    });
  }

  async list(prefix: string) {
    const keys = await this.#run("readonly", "list keys", (values) =>
      values.getAllKeys(rangeOf(checkPrefix(prefix))),
    );
    return keys
      .filter((key): key is string => typeof key === "string" && key.startsWith(prefix))
      .sort(byCodePoint);
  }

  close(): void {
    const opening = this.#opening;
    this.#opening = undefined;
    opening?.then(
      (database) => database.close(),
      () => {},
    );
  }

  /** One request in a transaction of its own. */
  #run<T>(
    mode: IDBTransactionMode,
    doing: string,
    ask: (values: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    return this.#transact(mode, doing, (values, done) => {
      const request = ask(values);
      request.onsuccess = () => done(request.result);
    });
  }

  /** Work in one transaction. Resolves once that is complete, with what `done` got. */
  async #transact<T>(
    mode: IDBTransactionMode,
    doing: string,
    work: (values: IDBObjectStore, done: (result: T) => void) => void,
  ): Promise<T> {
    try {
      const transaction = await this.#begin(mode);
      return await new Promise<T>((resolve, reject) => {
        let result: T;
        transaction.oncomplete = () => resolve(result);
        transaction.onabort = () => reject(transaction.error ?? new Error("it was aborted"));
        work(transaction.objectStore(VALUES), (value) => {
          result = value;
        });
      });
    } catch (error) {
      throw failure(error, doing);
    }
  }

  /** A transaction, on a new connection where the old one has been closed. */
  async #begin(mode: IDBTransactionMode): Promise<IDBTransaction> {
    const options = { durability: this.#durability };
    const opening = this.#open();
    const database = await opening;
    try {
      return database.transaction(VALUES, mode, options);
    } catch {
      this.#forget(opening);
      return (await this.#open()).transaction(VALUES, mode, options);
    }
  }

  #forget(opening: Promise<IDBDatabase>): void {
    if (this.#opening === opening) this.#opening = undefined;
  }

  #open(): Promise<IDBDatabase> {
    if (this.#opening) return this.#opening;
    const opening = new Promise<IDBDatabase>((resolve, reject) => {
      const request = this.#factory.open(this.#name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(VALUES);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        const forget = () => this.#forget(opening);
        database.onclose = forget;
        // Somebody wants to delete or upgrade it; do not stand in the way.
        database.onversionchange = () => {
          forget();
          database.close();
        };
        resolve(database);
      };
    });
    this.#opening = opening;
    opening.catch(() => this.#forget(opening));
    return opening;
  }
}

/** All keys that begin with a prefix, and few others. */
function rangeOf(prefix: string): IDBKeyRange {
  const last = prefix.charCodeAt(prefix.length - 1);
  if (prefix === "" || last === 0xffff) return IDBKeyRange.lowerBound(prefix);
  const end = prefix.slice(0, -1) + String.fromCharCode(last + 1);
  return IDBKeyRange.bound(prefix, end, false, true);
}
