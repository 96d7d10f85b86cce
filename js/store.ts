// What a running program asks of the host without a pause: the store, and
// modules that are not registered.

import * as check from "./check.js";
import type { HostRequest } from "./core.js";
import { messageOf } from "./errors.js";
import { describe, hasLoneSurrogate, type Json, writeJson } from "./json.js";
import { byCodePoint } from "./order.js";

/** A key-value store of JSON values; every method may be async. */
export interface Store {
  /** The value of a key; undefined if there is none. */
  get(key: string): Json | undefined | Promise<Json | undefined>;
  /** Sets the value of a key. */
  set(key: string, value: Json): void | Promise<void>;
  /** Takes a key away; whether it was there. */
  delete(key: string): boolean | Promise<boolean>;
  /** All keys that begin with `prefix`, in any order. */
  list(prefix: string): string[] | Promise<string[]>;
}

/** Finds a module's source; null if there is no such module. */
export type LoadPackage = (name: string) => string | null | Promise<string | null>;

const METHODS = ["get", "set", "delete", "list"] as const;

/** How many values of a listing are read side by side. */
const READS_AT_ONCE = 32;

/** A store, or undefined. */
export function checkStore(value: unknown, name: string): Store | undefined {
  if (value === undefined) return undefined;
  check.options(value as object, name);
  const store = value as Store;
  for (const method of METHODS) {
    if (typeof store[method] !== "function") {
      check.optionalFunction(store[method] ?? null, `${name}.${method}`);
    }
  }
  return store;
}

/**
 * Does what the core asks and answers in its terms, as JSON: `{value}`, or
 * `{error}` where the host has failed or given nonsense. Never rejects.
 */
export async function answerRequest(
  request: HostRequest,
  store: Store | undefined,
  load: LoadPackage | undefined,
): Promise<string> {
  try {
    const value = await answer(request, store, load);
    return JSON.stringify({ value });
  } catch (error) {
    return JSON.stringify({ error: safe(messageOf(error)) });
  }
}

/** A text without what is no Unicode. */
function safe(text: string): string {
  return hasLoneSurrogate(text) ? text.replace(/\p{Surrogate}/gu, "\ufffd") : text;
}

async function answer(
  { op, key, value }: HostRequest,
  store: Store | undefined,
  load: LoadPackage | undefined,
): Promise<Json> {
  if (op === "package") {
    const source: unknown = load ? await load(key) : null;
    if (source === null || source === undefined) return null;
    return check.text(source, "the result of options.loadPackage");
  }
  if (!store) throw new Error("there is no store");
  switch (op) {
    case "get":
      return readValue(store, key);
    case "set":
      await store.set(key, JSON.parse(value ?? "null"));
      return null;
    case "delete":
      return check.flag(await store.delete(key), "the result of options.store.delete");
    case "list":
      return listKeys(store, key);
    case "entries":
      return readEntries(store, key);
  }
}

/** The value as JSON text; null if there is none. */
async function readValue(store: Store, key: string): Promise<string | null> {
  const found: unknown = await store.get(key);
  return found === undefined ? null : writeJson(found, "the result of options.store.get");
}

async function listKeys(store: Store, prefix: string): Promise<string[]> {
  const name = "the result of options.store.list";
  const keys: unknown = await store.list(prefix);
  if (!Array.isArray(keys)) throw new TypeError(`${name} must be a list, got ${describe(keys)}`);
  // `Array.from` instead of `map`, so that a hole is looked at and refused.
  const checked = Array.from(keys, (key: unknown, at) => check.text(key, `${name}[${at}]`));
  return checked.filter((key) => key.startsWith(prefix)).sort(byCodePoint);
}

async function readEntries(store: Store, prefix: string): Promise<[string, string][]> {
  const keys = await listKeys(store, prefix);
  const entries: [string, string][] = [];
  for (let from = 0; from < keys.length; from += READS_AT_ONCE) {
    const part = keys.slice(from, from + READS_AT_ONCE);
    const values = await Promise.all(part.map((key) => readValue(store, key)));
    part.forEach((key, at) => {
      // What has gone since the listing is left out.
      const value = values[at];
      if (typeof value === "string") entries.push([key, value]);
    });
  }
  return entries;
}
