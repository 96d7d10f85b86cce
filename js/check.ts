// Checks of arguments. Each returns the value with its type, or throws an
// `invalid_argument` that names the argument.

import { AlcError, invalidArgument } from "./errors.js";
import { describe, hasLoneSurrogate, isPlain, pathTo } from "./json.js";
import type {
  Answer,
  HistoryOptions,
  Limits,
  PendingFilter,
  RestoreOptions,
  TokenUsage,
} from "./types.js";

/** The error for a value of the wrong type. */
export const wrongType = (name: string, wanted: string, value: unknown) =>
  invalidArgument(name, `must be ${wanted}, got ${describe(value)}`);

/** A string of Unicode text. */
export function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw wrongType(name, "a string", value);
  if (hasLoneSurrogate(value)) {
    throw invalidArgument(name, "has a lone surrogate, so it is not Unicode text");
  }
  return value;
}

/** A string of Unicode text, or undefined. */
export function optionalText(value: unknown, name: string): string | undefined {
  return value === undefined ? undefined : text(value, name);
}

/** A function, or undefined. */
export function optionalFunction<F>(value: F, name: string): F {
  if (value !== undefined && typeof value !== "function") {
    throw wrongType(name, "a function", value);
  }
  return value;
}

/** An object whose own keys are options. */
export function options<T extends object>(value: T | undefined, name: string): Partial<T> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrongType(name, "an object", value);
  }
  return value;
}

/** A whole number from `min` to 2^53 - 1. */
export function integer(value: unknown, name: string, min: number): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min) {
    throw wrongType(name, `a whole number from ${min} to 2^53 - 1`, value);
  }
  return value;
}

/** A number above 0 and up to `max`. */
export function positive(value: unknown, name: string, max: number): number {
  if (typeof value !== "number" || !(value > 0 && value <= max)) {
    throw wrongType(name, `a number above 0, at most ${max}`, value);
  }
  return value;
}

/** Milliseconds since the epoch. */
export function time(value: unknown, name: string): number {
  if (typeof value !== "number" || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
    throw wrongType(name, "a time in milliseconds since the epoch", value);
  }
  return value;
}

/** A boolean; undefined counts as false. */
export function flag(value: unknown, name: string): boolean {
  if (value === undefined) return false;
  if (typeof value !== "boolean") throw wrongType(name, "a boolean", value);
  return value;
}

/** A plain object whose values are all strings, as a list of pairs. */
export function texts(value: unknown, name: string): [string, string][] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null || !isPlain(value)) {
    throw wrongType(name, "an object of strings", value);
  }
  return Object.entries(value).map(([key, item]) => [
    text(key, `a key of ${name}`),
    text(item, pathTo(name, [key])),
  ]);
}

/** The files of a package: a plain object of strings. */
export function files(value: unknown, name: string): [string, string][] {
  if (typeof value !== "object" || value === null || !isPlain(value)) {
    throw wrongType(name, "a string or an object of strings", value);
  }
  return texts(value, name);
}

/** Limits of a session: each missing or in its range. */
export function limits(value: Limits | undefined, name: string): Limits {
  const { fuel, memoryBytes, sliceMs } = options(value, name);
  const checked: Limits = {};
  if (fuel !== undefined) checked.fuel = integer(fuel, `${name}.fuel`, 1);
  if (memoryBytes !== undefined) {
    checked.memoryBytes = integer(memoryBytes, `${name}.memoryBytes`, 1);
  }
  if (sliceMs !== undefined) checked.sliceMs = positive(sliceMs, `${name}.sliceMs`, 60_000);
  return checked;
}

/** The bounds of what may be kept; those of `src/session/history.rs`. */
const MAX_KEPT_PAUSES = 10_000;
const MAX_KEPT_BYTES = 256 * 1024 * 1024;

function upTo(max: number, value: unknown, name: string, min: number): number {
  const checked = integer(value, name, min);
  if (checked > max) throw invalidArgument(name, `must be at most ${max}, got ${checked}`);
  return checked;
}

/** Which pauses are kept; undefined for none. */
export function history(
  value: "full" | HistoryOptions | undefined,
  name: string,
): HistoryOptions | undefined {
  if (value === undefined) return undefined;
  if (value === "full") return {};
  if (typeof value === "string") throw invalidArgument(name, 'must be "full" or an object');
  const { pauses, bytes } = options(value, name);
  const checked: HistoryOptions = {};
  if (pauses !== undefined) checked.pauses = upTo(MAX_KEPT_PAUSES, pauses, `${name}.pauses`, 1);
  if (bytes !== undefined) checked.bytes = upTo(MAX_KEPT_BYTES, bytes, `${name}.bytes`, 0);
  return checked;
}

/** The largest saved session that is looked at, in bytes. */
const MAX_SAVED_BYTES = 256 * 1024 * 1024;

/** The bytes of a saved session. */
export function saved(value: unknown, name: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrongType(name, "a Uint8Array", value);
  if (value.length > MAX_SAVED_BYTES) {
    const message = `bad snapshot: it has more than ${MAX_SAVED_BYTES} bytes`;
    throw new AlcError("bad_snapshot", message);
  }
  return value;
}

/** Whether a saved session is to come back under a new id. */
export function asCopy(value: RestoreOptions["as"], name: string): boolean {
  if (value === undefined || value === "same") return false;
  if (value === "copy") return true;
  throw invalidArgument(name, 'must be "same" or "copy"');
}

/** Token counts of an answer. */
export function usage(value: TokenUsage | undefined, name: string): TokenUsage | undefined {
  if (value === undefined) return undefined;
  const { prompt_tokens, completion_tokens } = options(value, name);
  const checked: TokenUsage = {};
  if (prompt_tokens !== undefined) {
    checked.prompt_tokens = integer(prompt_tokens, `${name}.prompt_tokens`, 0);
  }
  if (completion_tokens !== undefined) {
    checked.completion_tokens = integer(completion_tokens, `${name}.completion_tokens`, 0);
  }
  return checked;
}

/** Answers to several queries. */
export function answers(value: readonly Answer[], name: string): Answer[] {
  // `Array.from` instead of `map`, so that a hole is looked at and refused.
  return Array.from(value, (item: Answer | undefined, i) => {
    const at = `${name}[${i}]`;
    if (item === undefined) throw wrongType(at, "an object", item);
    const given = options(item, at);
    const answer: Answer = {
      query_id: text(given.query_id, `${at}.query_id`),
      response: text(given.response, `${at}.response`),
    };
    const cost = usage(given.usage, `${at}.usage`);
    return cost === undefined ? answer : { ...answer, usage: cost };
  });
}

/** Which parts of open queries a snapshot shows: a preset's name or a filter. */
export function pendingFilter(value: unknown, name: string): string | PendingFilter | undefined {
  if (value === undefined || typeof value === "string") return value;
  if (typeof value !== "object" || value === null || !isPlain(value)) {
    throw wrongType(name, "a preset's name or a filter object", value);
  }
  const given: PendingFilter = value;
  const filter: PendingFilter = {
    query_id: flag(given.query_id, `${name}.query_id`),
    max_tokens: flag(given.max_tokens, `${name}.max_tokens`),
    system: flag(given.system, `${name}.system`),
    grounded: flag(given.grounded, `${name}.grounded`),
    underspecified: flag(given.underspecified, `${name}.underspecified`),
    cache_breakpoint: flag(given.cache_breakpoint, `${name}.cache_breakpoint`),
    role: flag(given.role, `${name}.role`),
  };
  if (given.prompt !== undefined) filter.prompt = promptMode(given.prompt, `${name}.prompt`);
  return filter;
}

function promptMode(
  value: NonNullable<PendingFilter["prompt"]>,
  name: string,
): NonNullable<PendingFilter["prompt"]> {
  const given = options(value, name);
  switch (given.mode) {
    case "off":
    case "full":
      return { mode: given.mode };
    case "preview":
      return { mode: "preview", chars: integer(given.chars, `${name}.chars`, 0) };
    default:
      throw invalidArgument(`${name}.mode`, 'must be "off", "preview" or "full"');
  }
}

/** An abort signal, or undefined. */
export function signal(value: AbortSignal | undefined, name: string): AbortSignal | undefined {
  if (value === undefined) return undefined;
  const likely =
    typeof value === "object" &&
    value !== null &&
    typeof value.aborted === "boolean" &&
    typeof value.addEventListener === "function";
  if (!likely) throw wrongType(name, "an AbortSignal", value);
  return value;
}
