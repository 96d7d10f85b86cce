// A store in the storage of a Durable Object.

import * as check from "../check.js";
import { AlcError, invalidArgument } from "../errors.js";
import type { Json } from "../json.js";
import { byCodePoint } from "../order.js";
import type { Store } from "../store.js";
import { checkKey, checkPrefix, damaged, decode, encode, failure, quote } from "./common.js";

/** The part of `ctx.storage` of a Durable Object that the store uses. */
export interface DurableObjectStorageLike extends DurableObjectTransactionLike {
  transaction<T>(work: (transaction: DurableObjectTransactionLike) => Promise<T>): Promise<T>;
}

/** The part of a transaction of such a storage that the store uses. */
export interface DurableObjectTransactionLike {
  get(key: string): Promise<unknown>;
  get(keys: string[]): Promise<Map<string, unknown>>;
  put(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<boolean>;
  delete(keys: string[]): Promise<number>;
  list(options: {
    prefix: string;
    startAfter?: string;
    limit: number;
  }): Promise<Map<string, unknown>>;
}

/** Options of {@link durableObjectStore}. */
export interface DurableObjectStoreOptions {
  /**
   * What the names of all entries begin with, so that the object may keep other
   * things in the same storage. Default `"algocline/"`.
   */
  prefix?: string;
}

/** The longest name of an entry, in bytes. */
const MAX_NAME_BYTES = 2_048;
/** UTF-16 units of a value that fit into one entry: 128 KiB, of at most 3 bytes each. */
const PIECE = 40_000;
/** How many entries one call may get or delete. */
const AT_ONCE = 128;
/** Pieces of a value; beyond them an object's memory could not hold it. */
const MAX_PIECES = 1_600;

/** What lies under a value's name if it is too long for one entry. */
interface Pieces {
  /** How many entries the text is spread over. */
  pieces: number;
}

/**
 * A store in the storage of a Durable Object, with either of its back ends.
 *
 * Storage takes at most 128 KiB per entry, so a longer value is spread over
 * several, in one transaction. Keys are limited to 2,048 bytes, the prefix
 * included; a value to 64 million UTF-16 units.
 *
 * ```ts
 * import { durableObjectStore } from "algocline-wasm/stores";
 *
 * class Session extends DurableObject {
 *   store = durableObjectStore(this.ctx.storage);
 * }
 * ```
 *
 * @param storage the `ctx.storage` of the object
 * @throws AlcError `invalid_argument`; its methods reject also with `store_full`
 * and `store_failed`
 */
export function durableObjectStore(
  storage: DurableObjectStorageLike,
  options?: DurableObjectStoreOptions,
): Store {
  if (typeof storage?.transaction !== "function") {
    throw check.wrongType("storage", "the storage of a Durable Object", storage);
  }
  const given = check.options(options, "options");
  return new ObjectStore(
    storage,
    check.optionalText(given.prefix, "options.prefix") ?? "algocline/",
  );
}

class ObjectStore implements Store {
  readonly #storage: DurableObjectStorageLike;
  /** What the names of values begin with. */
  readonly #values: string;
  /** What the names of pieces begin with. */
  readonly #pieces: string;

  constructor(storage: DurableObjectStorageLike, prefix: string) {
    this.#storage = storage;
    this.#values = `${prefix}v/`;
    this.#pieces = `${prefix}p/`;
  }

  async get(key: string): Promise<Json | undefined> {
    const name = this.#name(key);
    const text = await attempt(`read ${quote(key)}`, async () => {
      const found = await this.#storage.get(name);
      if (found === undefined || typeof found === "string") return found;
      // All pieces in one transaction, so that they are those of one value.
      return this.#storage.transaction((transaction) => this.#join(transaction, key));
    });
    return text === undefined ? undefined : decode(text, key);
  }

  async set(key: string, value: Json): Promise<void> {
    const name = this.#name(key);
    const text = encode(value);
    const pieces = split(text);
    if (pieces.length > MAX_PIECES) {
      throw new AlcError("store_full", `cannot write ${quote(key)}: the value is too long`);
    }
    await attempt(`write ${quote(key)}`, () =>
      this.#storage.transaction(async (transaction) => {
        const before = countOf(await transaction.get(name));
        if (pieces.length <= 1) {
          await transaction.put(name, text);
          await this.#deletePieces(transaction, key, 0, before);
          return;
        }
        for (const [i, piece] of pieces.entries()) {
          await transaction.put(this.#pieceName(key, i), piece);
        }
        await transaction.put(name, { pieces: pieces.length } satisfies Pieces);
        await this.#deletePieces(transaction, key, pieces.length, before);
      }),
    );
  }

  async delete(key: string): Promise<boolean> {
    const name = this.#name(key);
    return attempt(`delete ${quote(key)}`, () =>
      this.#storage.transaction(async (transaction) => {
        await this.#deletePieces(transaction, key, 0, countOf(await transaction.get(name)));
        return transaction.delete(name);
      }),
    );
  }

  async list(prefix: string): Promise<string[]> {
    const start = this.#values + checkPrefix(prefix);
    const keys: string[] = [];
    await attempt("list keys", async () => {
      for (let last: string | undefined; ; ) {
        const where = last === undefined ? {} : { startAfter: last };
        const found = await this.#storage.list({ prefix: start, limit: AT_ONCE, ...where });
        for (const name of found.keys()) {
          keys.push(name.slice(this.#values.length));
          last = name;
        }
        if (found.size < AT_ONCE) return;
      }
    });
    return keys.sort(byCodePoint);
  }

  #name(key: string): string {
    const name = this.#values + checkKey(key);
    // A piece's name is the longest.
    const bytes = new TextEncoder().encode(this.#pieceName(key, MAX_PIECES)).length;
    if (bytes > MAX_NAME_BYTES) {
      throw invalidArgument("key", `is longer than ${MAX_NAME_BYTES} bytes with its prefix`);
    }
    return name;
  }

  #pieceName(key: string, index: number): string {
    return `${this.#pieces}${index}/${key}`;
  }

  #pieceNames(key: string, from: number, to: number): string[] {
    const count = Math.max(0, to - from);
    return Array.from({ length: count }, (_, i) => this.#pieceName(key, from + i));
  }

  async #join(transaction: DurableObjectTransactionLike, key: string): Promise<unknown> {
    const found = await transaction.get(this.#name(key));
    if (found === undefined || typeof found === "string") return found;
    const names = this.#pieceNames(key, 0, countOf(found));
    const texts: unknown[] = [];
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const part = names.slice(at, at + AT_ONCE);
      const pieces = await transaction.get(part);
      texts.push(...part.map((name) => pieces.get(name)));
    }
    if (texts.length === 0 || texts.some((text) => typeof text !== "string")) {
      throw damaged(key, "a piece of it is missing");
    }
    return texts.join("");
  }

  async #deletePieces(
    transaction: DurableObjectTransactionLike,
    key: string,
    from: number,
    to: number,
  ): Promise<void> {
    const names = this.#pieceNames(key, from, to);
    for (let at = 0; at < names.length; at += AT_ONCE) {
      await transaction.delete(names.slice(at, at + AT_ONCE));
    }
  }
}

/** A text in pieces that an entry can hold. A pair of surrogates is not torn apart. */
function split(text: string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + PIECE, text.length);
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to--;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

/** Over how many pieces an entry is spread. */
function countOf(found: unknown): number {
  const { pieces } = (found ?? {}) as Partial<Pieces>;
  return Number.isSafeInteger(pieces) && pieces !== undefined ? Math.min(pieces, MAX_PIECES) : 0;
}

async function attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failure(error, doing);
  }
}
