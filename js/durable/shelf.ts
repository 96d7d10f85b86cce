// Where the store keeps what of a session.
//
// | key, after the prefix | value |
// | --- | --- |
// | `<id>/image` | the session at a pause: `{format, pause, encoding, data}` |
// | `<id>/step/<pause>/<n>` | answers handed over at that pause, in order |
// | `<id>/lease` | who runs it, and until when; see `claims.ts` |
//
// A step is written before the session takes it, and taken away after the image of
// a later pause is there. So at every moment the image and the steps after it say
// everything that the session has been told.

import { AlcError } from "../errors.js";
import type { Json } from "../json.js";
import type { Store } from "../store.js";
import type { Answer } from "../types.js";
import type { Step } from "../watch.js";
import { pack, unpack } from "./bytes.js";

/** The version of these forms. */
const FORMAT = 1;

/** A session as the store has it. */
export interface Shelved {
  image: Uint8Array;
  /** The pause of the image. */
  pause: number;
  /** What it was told since, in order. */
  steps: Step[];
}

/** All sessions of one store below one prefix. */
export class Shelf {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #compress: boolean;
  /** The keys of the steps of each session, with their pauses. */
  readonly #steps = new Map<string, { key: string; pause: number }[]>();
  /** Numbers steps, so that their keys are in order. */
  #count = 0;

  constructor(store: Store, prefix: string, compress: boolean) {
    this.#store = store;
    this.#prefix = prefix;
    this.#compress = compress;
  }

  /** The key of a part of a session. */
  key(id: string, part: string): string {
    return `${this.#prefix}${encodeURIComponent(id)}/${part}`;
  }

  /** The ids of all sessions of which there is something. */
  async ids(): Promise<string[]> {
    const ids = new Set<string>();
    for (const key of await this.#keys("")) {
      const name = key.slice(this.#prefix.length).split("/", 1)[0] ?? "";
      try {
        ids.add(decodeURIComponent(name));
      } catch {
        // Somebody else's.
      }
    }
    return [...ids];
  }

  async #keys(below: string): Promise<string[]> {
    const prefix = this.#prefix + below;
    const keys: unknown = await this.#store.list(prefix);
    if (!Array.isArray(keys)) throw new AlcError("store_failed", "the store lists no list");
    return keys.filter((key): key is string => typeof key === "string" && key.startsWith(prefix));
  }

  /**
   * A session; undefined if there is no image of it.
   *
   * @throws AlcError `bad_snapshot` for what is damaged
   */
  async read(id: string): Promise<Shelved | undefined> {
    const stored = await this.#store.get(this.key(id, "image"));
    if (stored === undefined) return undefined;
    const { format, pause } = (stored ?? {}) as { format?: Json; pause?: Json };
    if (typeof format === "number" && format > FORMAT) {
      const message = `the saved session is of format ${format}; this release reads ${FORMAT}`;
      throw new AlcError("unsupported_snapshot", message, { sessionId: id });
    }
    if (typeof pause !== "number") {
      throw new AlcError("bad_snapshot", "what is stored is no saved session", { sessionId: id });
    }
    return { image: await unpack(stored), pause, steps: await this.#readSteps(id, pause) };
  }

  async #readSteps(id: string, from: number): Promise<Step[]> {
    const start = this.key(id, "step/");
    const keys = (await this.#keys(start.slice(this.#prefix.length))).sort();
    const known: { key: string; pause: number }[] = [];
    const steps: Step[] = [];
    for (const key of keys) {
      const [pause = 0, count = 0] = key.slice(start.length).split("/").map(Number);
      known.push({ key, pause });
      this.#count = Math.max(this.#count, count);
      const step = pause < from ? undefined : asStep(await this.#store.get(key), pause);
      if (step) steps.push(step);
    }
    this.#steps.set(id, known);
    return steps;
  }

  /** Writes the image of a pause, and takes away the steps before it; or `all` steps. */
  async writeImage(id: string, pause: number, image: Uint8Array, all = false): Promise<void> {
    const packed = await pack(image, this.#compress);
    await this.#store.set(this.key(id, "image"), { format: FORMAT, pause, ...packed });
    const steps = this.#steps.get(id) ?? [];
    const isOver = (step: { pause: number }) => all || step.pause < pause;
    this.#steps.set(
      id,
      steps.filter((step) => !isOver(step)),
    );
    await Promise.all(steps.filter(isOver).map(({ key }) => this.#store.delete(key)));
  }

  /** Writes what a session is about to be told. */
  async addStep(id: string, step: Step): Promise<void> {
    const digits = (number: number) => String(number).padStart(10, "0");
    const key = this.key(id, `step/${digits(step.pause)}/${digits(++this.#count)}`);
    const steps = this.#steps.get(id) ?? [];
    this.#steps.set(id, [...steps, { key, pause: step.pause }]);
    await this.#store.set(key, step as unknown as Json);
  }

  /** Takes everything of a session away, the image first: without it there is no session. */
  async remove(id: string): Promise<void> {
    this.#steps.delete(id);
    await this.#store.delete(this.key(id, "image"));
    const below = this.key(id, "").slice(this.#prefix.length);
    await Promise.all((await this.#keys(below)).map((key) => this.#store.delete(key)));
  }
}

/** A step as it was written; undefined for what is none. */
function asStep(stored: Json | undefined, pause: number): Step | undefined {
  const { answers, query_id, failure } = (stored ?? {}) as { [key: string]: Json };
  if (Array.isArray(answers)) return { pause, answers: answers as unknown as Answer[] };
  if (typeof query_id !== "string" || typeof failure !== "string") return undefined;
  return { pause, query_id, failure };
}
