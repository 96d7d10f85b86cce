// What all stores share: keys and values are checked and values are kept as JSON
// text, so that no store gives back what another one would not.

import * as check from "../check.js";
import { AlcError, messageOf } from "../errors.js";
import { type Json, writeJson } from "../json.js";

/** A key: any Unicode text, the empty one included. */
export const checkKey = (key: string): string => check.text(key, "key");

/** The beginning of keys. */
export const checkPrefix = (prefix: string): string => check.text(prefix, "prefix");

/** A value as JSON text. */
export const encode = (value: Json): string => writeJson(value, "value");

/**
 * The value of a JSON text that a store has kept.
 *
 * @throws AlcError `store_failed` for what is no JSON: something else has written it
 */
export function decode(text: unknown, key: string): Json {
  if (typeof text !== "string") throw damaged(key, "no text");
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw damaged(key, messageOf(error), error);
  }
}

/** What lies under a key cannot be read. */
export function damaged(key: string, problem: string, cause?: unknown): AlcError {
  const message = `what is stored under ${quote(key)} is no JSON: ${problem}`;
  return new AlcError("store_failed", message, cause === undefined ? {} : { cause });
}

/** What platforms call a lack of room. */
const FULL = new Set([
  "QuotaExceededError",
  "NS_ERROR_DOM_QUOTA_REACHED",
  "ENOSPC",
  "EDQUOT",
  "EFBIG",
]);

/** The typed error for what a platform's storage has thrown while doing something. */
export function failure(error: unknown, doing: string): AlcError {
  if (error instanceof AlcError) return error;
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  const isFull = [name, code].some((word) => typeof word === "string" && FULL.has(word));
  const problem = isFull ? `no room: ${messageOf(error)}` : messageOf(error);
  return new AlcError(isFull ? "store_full" : "store_failed", `cannot ${doing}: ${problem}`, {
    cause: error,
  });
}

/** A key in a message, in one line and not too long. */
export function quote(key: string): string {
  const text = JSON.stringify(key) ?? String(key);
  return text.length > 80 ? `${text.slice(0, 76)}…"` : text;
}
