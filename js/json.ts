// Checks that a value is JSON and writes it as text, in one walk.

import { AlcError, invalidArgument, messageOf } from "./errors.js";

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The deepest nesting of a value; the parser on the other side refuses 128 levels. */
const MAX_DEPTH = 100;
/** The longest text, in UTF-16 code units. A small value that refers to itself often could get very long. */
const MAX_LENGTH = 256 * 1024 * 1024;
const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a string has half of a character that needs two code units. */
export const hasLoneSurrogate = (text: string): boolean => LONE_SURROGATE.test(text);

/** The string with U+FFFD in place of each lone surrogate. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

/** What a value is, for messages: `a function`, `NaN`, `a Map`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? `the number ${value}` : String(value);
    case "bigint":
      return `the bigint ${value}n`;
    case "object":
      return Array.isArray(value) ? "an array" : describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object): string {
  if (isPlain(value)) return "an object";
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  if (typeof name !== "string" || name === "") return "an object of some class";
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}

/** Whether an object is one of a literal or of `JSON.parse`, of this realm or another. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The name of a part: `ctx.items[3]`, `ctx["two words"]`. */
export function pathTo(name: string, keys: readonly (string | number)[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
  }, name);
}

/** One walk over one value. */
class Writer {
  readonly #name: string;
  readonly #keys: (string | number)[] = [];
  readonly #open = new Set<object>();
  #text = "";

  constructor(name: string) {
    this.#name = name;
  }

  write(value: unknown): string {
    try {
      this.#value(value);
    } catch (error) {
      if (error instanceof AlcError) throw error;
      // A getter or a proxy of the host has thrown.
      const problem = `cannot be read: ${messageOf(error)}`;
      throw invalidArgument(pathTo(this.#name, this.#keys), problem, error);
    }
    return this.#text;
  }

  #refuse(problem: string): never {
    throw invalidArgument(pathTo(this.#name, this.#keys), problem);
  }

  #put(text: string): void {
    this.#text += text;
    if (this.#text.length > MAX_LENGTH) this.#refuse("is longer than 256 MiB as JSON");
  }

  #value(value: unknown): void {
    if (typeof value === "string") this.#string(value);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "boolean" || value === null) this.#put(String(value));
    else if (typeof value === "bigint") this.#bigint(value);
    else if (typeof value === "object") this.#container(value);
    else this.#refuse(`${describe(value)} is not JSON`);
  }

  #string(value: string): void {
    if (hasLoneSurrogate(value)) this.#refuse("has a lone surrogate, so it is not Unicode text");
    this.#put(JSON.stringify(value));
  }

  #number(value: number): void {
    if (!Number.isFinite(value)) this.#refuse(`${value} is not JSON`);
    const text = String(value);
    // Beyond 2^53 a JavaScript number is no exact integer, so it becomes a float.
    const complete = Number.isSafeInteger(value) || /[.e]/.test(text);
    this.#put(complete ? text : `${text}.0`);
  }

  #bigint(value: bigint): void {
    if (value < MIN_INT || value > MAX_INT) this.#refuse("a bigint beyond 64 bits is not JSON");
    this.#put(String(value));
  }

  #container(value: object): void {
    if (this.#open.has(value)) this.#refuse("refers to a value that contains it");
    if (this.#open.size >= MAX_DEPTH) this.#refuse(`is nested more than ${MAX_DEPTH} levels deep`);
    this.#open.add(value);
    if (Array.isArray(value)) this.#array(value);
    else if (isPlain(value)) this.#object(value);
    else this.#refuse(`${describe(value)} is not JSON`);
    this.#open.delete(value);
  }

  #array(items: readonly unknown[]): void {
    this.#put("[");
    for (let i = 0; i < items.length; i++) {
      this.#keys.push(i);
      if (i > 0) this.#put(",");
      if (!(i in items)) this.#refuse("is a hole of a sparse array");
      this.#value(items[i]);
      this.#keys.pop();
    }
    this.#put("]");
  }

  #object(value: object): void {
    let first = true;
    this.#put("{");
    for (const key of Object.keys(value)) {
      this.#keys.push(key);
      const item: unknown = Reflect.get(value, key);
      // As in JSON, a key whose value is undefined is not there.
      if (item !== undefined) {
        if (!first) this.#put(",");
        first = false;
        this.#string(key);
        this.#put(":");
        this.#value(item);
      }
      this.#keys.pop();
    }
    this.#put("}");
  }
}

/**
 * The JSON text of a value.
 *
 * Whole numbers up to 2^53 and bigints become integers, other numbers floats.
 * Keys whose value is undefined are left out.
 *
 * @throws AlcError `invalid_argument` for what JSON cannot say: functions,
 * symbols, undefined elsewhere, NaN and infinities, bigints beyond 64 bits,
 * class instances, cycles, holes of arrays, strings that are not Unicode, and
 * values nested more than 100 levels deep. The message has the path.
 */
export function writeJson(value: unknown, name: string): string {
  return new Writer(name).write(value);
}
