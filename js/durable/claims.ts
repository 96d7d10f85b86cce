// Who runs a session: of several tabs or processes that hold one store, one.

import { AlcError } from "../errors.js";
import type { Json } from "../json.js";
import { unref } from "../rest.js";
import type { Store } from "../store.js";

/** The right to run sessions. */
export interface Claims {
  /** Takes those sessions that nobody else runs; which these are. */
  claim(ids: string[]): Promise<string[]>;
  /** Takes a session that was made here, so that nobody else can know it. */
  own(id: string): Promise<void>;
  /** Gives a session back; nothing of it may be written any more. */
  release(id: string): Promise<void>;
  /** Gives all back. */
  dispose(): Promise<void>;
}

/** Where nobody else can hold the store. */
export const noClaims: Claims = {
  claim: async (ids) => ids,
  own: async () => {},
  release: async () => {},
  dispose: async () => {},
};

// ── Web Locks ───────────────────────────────────────────────────────────────

/** A page that is being left may hold its locks for so long, in milliseconds. */
const PATIENCE_MS = 1_000;

/** Locks of the browser, which end with the tab that holds them. */
export class WebLocks implements Claims {
  readonly #locks: LockManager;
  readonly #name: string;
  readonly #held = new Map<string, () => void>();

  constructor(locks: LockManager, name: string) {
    this.#locks = locks;
    this.#name = name;
  }

  async claim(ids: string[]): Promise<string[]> {
    const taken = await Promise.all(ids.map((id) => this.#take(id)));
    return ids.filter((_, i) => taken[i]);
  }

  async own(id: string): Promise<void> {
    if (!this.#held.has(id)) await this.#take(id);
  }

  async #take(id: string): Promise<boolean> {
    if (this.#held.has(id)) return true;
    const isFree = await this.#request(id, { ifAvailable: true });
    return isFree || this.#request(id, { signal: AbortSignal.timeout(PATIENCE_MS) });
  }

  /** Asks for a lock, and holds it until `release`; whether we have it. */
  #request(id: string, options: LockOptions): Promise<boolean> {
    return new Promise((resolve) => {
      const hold = (lock: Lock | null) => {
        resolve(lock !== null);
        return lock && new Promise<void>((release) => this.#held.set(id, release));
      };
      this.#locks.request(`${this.#name}${id}`, options, hold).catch(() => resolve(false));
    });
  }

  async release(id: string): Promise<void> {
    this.#held.get(id)?.();
    this.#held.delete(id);
  }

  async dispose(): Promise<void> {
    for (const id of [...this.#held.keys()]) await this.release(id);
  }
}

// ── Leases ──────────────────────────────────────────────────────────────────

/** How long a write of somebody else may take to be seen, in milliseconds. */
const SETTLE_MS = 200;

/** What leases are made with. */
export interface LeaseOptions {
  store: Store;
  /** The key of a session's lease. */
  key: (id: string) => string;
  /** Who we are. */
  owner: string;
  /** How long a lease lasts that is not renewed, in milliseconds. */
  leaseMs: number;
  now: () => number;
  /** Somebody else has a session of ours: this process has slept over its lease. */
  onLost: (id: string) => void;
  onError: (error: unknown, id: string) => void;
}

/**
 * Entries of the store that say who runs a session and until when, renewed by a
 * timer. Whoever takes one waits, and looks whether it is still the own: after
 * Fischer's algorithm for mutual exclusion by timing (L. Lamport, "A fast mutual
 * exclusion algorithm", 1987). It is as good as the clocks and the store are fast;
 * Web Locks are better where they are.
 */
export class Leases implements Claims {
  readonly #options: LeaseOptions;
  readonly #held = new Set<string>();
  #timer: unknown;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  async claim(ids: string[]): Promise<string[]> {
    const free = await this.#filter(ids, (id) => this.#isFree(id));
    await Promise.all(free.map((id) => this.#write(id)));
    if (free.length === 0) return [];
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const ours = await this.#filter(free, async (id) => (await this.#ownerOf(id)) === this.#owner);
    for (const id of ours) this.#hold(id);
    return ours;
  }

  async own(id: string): Promise<void> {
    if (this.#held.has(id)) return;
    this.#hold(id);
    await this.#write(id);
  }

  async release(id: string): Promise<void> {
    if (!this.#held.delete(id)) return;
    if (this.#held.size === 0) this.#stop();
    const { store, key } = this.#options;
    if ((await this.#ownerOf(id)) === this.#owner) await store.delete(key(id));
  }

  async dispose(): Promise<void> {
    this.#stop();
    const held = [...this.#held];
    await Promise.all(held.map((id) => this.release(id).catch((error) => this.#fail(error, id))));
  }

  get #owner(): string {
    return this.#options.owner;
  }

  #fail(error: unknown, id: string): void {
    this.#options.onError(error, id);
  }

  async #filter(ids: string[], test: (id: string) => Promise<boolean>): Promise<string[]> {
    const results = await Promise.all(ids.map(test));
    return ids.filter((_, i) => results[i]);
  }

  async #read(id: string): Promise<{ owner?: Json; until?: Json }> {
    const { store, key } = this.#options;
    return ((await store.get(key(id))) ?? {}) as { owner?: Json; until?: Json };
  }

  async #ownerOf(id: string): Promise<Json | undefined> {
    return (await this.#read(id)).owner;
  }

  async #isFree(id: string): Promise<boolean> {
    const { owner, until } = await this.#read(id);
    if (owner === undefined || owner === this.#owner) return true;
    return typeof until !== "number" || until <= this.#options.now();
  }

  async #write(id: string): Promise<void> {
    const { store, key, owner, leaseMs, now } = this.#options;
    await store.set(key(id), { owner, until: now() + leaseMs });
  }

  #hold(id: string): void {
    this.#held.add(id);
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#renew(), this.#options.leaseMs / 3);
    unref(this.#timer);
  }

  #stop(): void {
    clearInterval(this.#timer as ReturnType<typeof setInterval>);
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    for (const id of [...this.#held]) {
      try {
        const owner = await this.#ownerOf(id);
        if (!this.#held.has(id)) continue;
        if (owner === undefined || owner === this.#owner) await this.#write(id);
        else {
          this.#held.delete(id);
          this.#options.onLost(id);
        }
      } catch (error) {
        this.#fail(error, id);
      }
    }
  }
}

/** Web Locks that reach all who can hold the store: those of a browser, not of one process. */
export function browserLocks(): LockManager | undefined {
  const { process, Deno } = globalThis as { process?: { versions?: object }; Deno?: object };
  if (Deno || process?.versions) return undefined;
  const locks = (globalThis.navigator as Navigator | undefined)?.locks as LockManager | undefined;
  return typeof locks?.request === "function" ? locks : undefined;
}

/** The locks of the browser, or an error that says that there are none. */
export function needLocks(): LockManager {
  const locks = (globalThis.navigator as Navigator | undefined)?.locks as LockManager | undefined;
  if (typeof locks?.request === "function") return locks;
  throw new AlcError(
    "invalid_argument",
    'invalid argument `options.lock`: there are no Web Locks here; they need a secure context. Use "lease"',
  );
}
