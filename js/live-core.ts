// The core of a registry that outlives its WebAssembly instance.
//
// A trap leaves the memory of the instance in no state to go on with, and all
// sessions of all registries are in it. No input is known that makes one; should it
// happen all the same, a new instance takes its place, and every paused session
// comes back from its last image.

import type { CallArgs, CallName, CallResult, Core } from "./core.js";
import { AlcError, messageOf } from "./errors.js";
import { __wbg_reset_state as newInstance } from "./generated/algocline_wasm.js";
import type { Step } from "./watch.js";

/** Runs a call of the core; whatever is no refusal is the loss of the instance. */
function askInstance<T>(call: () => T, about?: string): T {
  try {
    return call();
  } catch (error) {
    throw error instanceof AlcError ? error : loseInstance(error, about);
  }
}

/** A call was under way when the instance was lost. */
export function lostCall(sessionId: string | undefined, cause?: unknown): AlcError {
  const message =
    "the WebAssembly instance was lost; sessions wait again where they last paused" +
    (cause === undefined ? "" : ` (${messageOf(cause)})`);
  const details = cause === undefined ? {} : { cause };
  return new AlcError(
    "instance_lost",
    message,
    sessionId === undefined ? details : { ...details, sessionId },
  );
}

/** The cores of all registries. */
const cores = new Set<WeakRef<LiveCore>>();
/** Those of registries that nobody has disposed of leave, too. */
const forgotten = new FinalizationRegistry<WeakRef<LiveCore>>((core) => cores.delete(core));

/** Puts a new instance in the place of one that has trapped. */
function loseInstance(cause: unknown, about: string | undefined): AlcError {
  const all = [...cores].flatMap((reference) => {
    const core = reference.deref();
    if (!core) cores.delete(reference);
    return core ?? [];
  });
  // An image that makes the new instance trap in its turn is given up.
  for (let turns = 1 + all.reduce((sum, core) => sum + core.kept.length, 0); turns > 0; turns--) {
    try {
      newInstance();
      for (const core of all) core.renew();
      break;
    } catch (error) {
      if (!all.some((core) => core.giveUp())) return lostCall(about, error);
    }
  }
  for (const core of all) core.tellLost();
  return lostCall(about, cause);
}

/** A session as it was when it paused last. */
interface Kept {
  image: Uint8Array;
  /** What it has been told since. */
  steps: Step[];
}

/** What the owner of a core has to do with its loss. */
export interface CoreOwner {
  /** The time, in milliseconds since the epoch. */
  now(): number;
  /** 64 random bits as a decimal number. */
  random(): string;
  /** The instance was lost, and `core` is new; these sessions could not be saved. */
  renewed(lost: string[]): void;
}

/** The core of one registry. */
export class LiveCore {
  #core: Core;
  readonly #make: () => Core;
  readonly #owner: CoreOwner;
  readonly #self = new WeakRef(this);
  /** The last image of each paused or running session; none of them if not wanted. */
  readonly #kept = new Map<string, Kept>();
  readonly #keeps: boolean;
  /** Sessions that ran for the first time, and others without an image. */
  readonly #running = new Set<string>();
  /** How the packages have come to be what they are, by name. */
  readonly #packages = new Map<string, (core: Core) => void>();
  /** The session that is being restored. */
  #restoring: string | undefined;
  #lost: string[] = [];

  constructor(make: () => Core, owner: CoreOwner, keeps: boolean) {
    this.#make = make;
    this.#owner = owner;
    this.#keeps = keeps;
    this.#core = askInstance(make);
    cores.add(this.#self);
    forgotten.register(this, this.#self);
  }

  /** Stands for the instance: another one after its loss. */
  get instance(): object {
    return this.#core;
  }

  /** The sessions that would be restored. */
  get kept(): string[] {
    return [...this.#kept.keys()];
  }

  /**
   * Makes a call of the core.
   *
   * @param about the session that takes the loss of the instance as an error of its own
   * @throws AlcError what the core refuses, `instance_lost`
   */
  ask<N extends CallName>(name: N, args: CallArgs<N>, about?: string): CallResult<N> {
    return askInstance(() => this.#core.call(name, args), about);
  }

  /** The same for whatever else is to be done with the core. */
  askCore<T>(call: (core: Core) => T): T {
    return askInstance(() => call(this.#core));
  }

  /** Frees the core; no call may follow. */
  dispose(): void {
    cores.delete(this.#self);
    this.#kept.clear();
    try {
      this.#core.free();
    } catch (error) {
      // Its sessions are gone in any case; those of others shall not be.
      loseInstance(error, undefined);
    }
  }

  // ── What is kept ──────────────────────────────────────────────────────────

  /** A session runs. */
  started(id: string): void {
    this.#kept.delete(id);
    this.#running.add(id);
  }

  /** A session waits; its image, if it is kept. */
  paused(id: string): Uint8Array | undefined {
    if (!this.#keeps) return undefined;
    try {
      // With all sources: those of the registry may change meanwhile.
      const image = this.askCore((core) => core.save(id, true, this.#owner.now()));
      this.#kept.set(id, { image, steps: [] });
      this.#running.delete(id);
      return image;
    } catch (error) {
      if (error instanceof AlcError && error.code === "instance_lost") throw error;
      // Too large to be saved.
      this.started(id);
      return undefined;
    }
  }

  /** A session has taken a step and waits for more. */
  accepted(id: string, step: Step): void {
    this.#kept.get(id)?.steps.push(step);
  }

  /** A session has ended. */
  ended(id: string): void {
    this.#kept.delete(id);
    this.#running.delete(id);
  }

  /**
   * Changes the packages.
   *
   * @param name what is added or removed
   * @param isTree whether that replaces all modules below it
   */
  change<T>(name: string, isTree: boolean, call: (core: Core) => T): T {
    const result = this.askCore(call);
    const own = isTree ? `${name}/` : name;
    for (const other of [...this.#packages.keys()]) {
      const isBelow = other === name || other.startsWith(`${name}.`);
      if (other === own || (isTree && isBelow)) this.#packages.delete(other);
    }
    // The last change of a name comes last.
    this.#packages.set(own, call);
    return result;
  }

  // ── Coming back ───────────────────────────────────────────────────────────

  /** Makes the core anew with all that is kept. May trap. */
  renew(): void {
    this.#core = this.#make();
    for (const change of this.#packages.values()) change(this.#core);
    for (const [id, kept] of this.#kept) {
      this.#restoring = id;
      this.#restore(id, kept);
    }
    this.#restoring = undefined;
  }

  #restore(id: string, { image, steps }: Kept): void {
    const now = this.#owner.now();
    try {
      const options = { copy: false, limits: {}, random: this.#owner.random(), now };
      this.#core.call("restore", options, image);
      for (const step of steps) {
        if ("answers" in step) this.#core.call("feed", { id, now, ...step });
      }
    } catch (error) {
      if (!(error instanceof AlcError)) throw error;
      this.#giveUp(id);
    }
  }

  /** Gives up on the session whose restoring has trapped; whether there was one. */
  giveUp(): boolean {
    if (this.#restoring === undefined) return false;
    this.#giveUp(this.#restoring);
    this.#restoring = undefined;
    return true;
  }

  #giveUp(id: string): void {
    this.#kept.delete(id);
    this.#lost.push(id);
  }

  /** Tells the owner, once everything is in its place. */
  tellLost(): void {
    const lost = [...this.#lost, ...this.#running];
    this.#lost = [];
    this.#running.clear();
    this.#owner.renewed(lost);
  }
}
