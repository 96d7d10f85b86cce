// Sessions that outlive the page, the process or the Worker that runs them.

import * as check from "../check.js";
import { AlcError, invalidArgument, messageOf, report } from "../errors.js";
import { describe } from "../json.js";
import type { SessionRegistry } from "../registry.js";
import { checkStore, type Store } from "../store.js";
import { withTimeout } from "../stores/timeout.js";
import type { NeedsResponse, SessionEvent } from "../types.js";
import { type SessionWatcher, type Step, watch } from "../watch.js";
import { browserLocks, type Claims, Leases, needLocks, noClaims, WebLocks } from "./claims.js";
import { Shelf } from "./shelf.js";

/** Options of {@link autosave}. */
export interface AutosaveOptions {
  /** What the keys in the store begin with. Default `"autosave/"`. */
  prefix?: string;
  /** Whether images are compressed, where the platform has `CompressionStream`. Default true. */
  compress?: boolean;
  /**
   * How it is seen to that no two tabs or processes with the same store run one session:
   * with Web Locks (`"web"`), which a browser shares among the tabs of an origin; with a
   * lease in the store (`"lease"`), which has to be renewed in time; or not at all
   * (`"none"`), where nobody else can hold the store, as in a Durable Object. Default:
   * Web Locks in browsers, else a lease.
   */
  lock?: "web" | "lease" | "none";
  /**
   * How long a lease lasts that is not renewed, in milliseconds, from 1_000. After a
   * crash the sessions are held for so long, unless `owner` is the same. Default 15_000.
   */
  leaseMs?: number;
  /**
   * Who holds the leases. A process that comes back under the same name has its sessions
   * at once; no two may have one name at a time. Default: a random one.
   */
  owner?: string;
  /**
   * The longest time of one call of the store, in milliseconds, above 0; a call that takes
   * longer has failed. Default 10_000.
   */
  timeoutMs?: number;
  /**
   * Told when the store has failed: the session goes on, and what could not be written is
   * not safe from a crash until a later write succeeds. `error.sessionId` names the session.
   * Default: the error becomes an uncaught one.
   */
  onError?: (error: AlcError) => void;
}

/** A saved session that could not be restored; it stays in the store. */
export interface NotRestored {
  /** The session. */
  sessionId: string;
  /** Why: `bad_snapshot`, `unsupported_snapshot`, `missing_source`, `store_failed`, … */
  error: AlcError;
}

/** The outcome of restoring. */
export interface Restored {
  /**
   * What each restored session waits on; or how it has ended, where answers recorded
   * before the interruption have brought it to its end.
   */
  restored: SessionEvent[];
  /** Sessions that another tab or process runs. */
  held: string[];
  /** Sessions that could not be restored. */
  failed: NotRestored[];
}

/** A running autosave. */
export interface Autosave extends Restored {
  /** Restores what nobody runs any more, for instance since another tab was closed. */
  adopt(): Promise<Restored>;
  /** Resolves when everything is written that has happened so far. */
  flush(): Promise<void>;
  /** Takes a session out of the store that could not be restored. */
  forget(sessionId: string): Promise<void>;
  /** Writes what there is to write, and saves no more; the sessions live on. */
  stop(): Promise<void>;
}

const DEFAULT_LEASE_MS = 15_000;
const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_MS = 2 ** 31 - 1;

/**
 * Keeps the sessions of a registry in a store: restores all at the start, writes
 * each pause behind the event, and takes away what has ended or was reaped.
 *
 * An answer is recorded before the program goes on: `feed` and `fail` wait for that
 * write. So after a crash at any moment a session waits where it last paused, or
 * goes on from there with the answers that it was given; none is asked for twice.
 * What runs again is the stretch of Lua since that pause, and with it what that has
 * written to `alc.state` and `alc.card`. A session that has never paused is not
 * saved, and `dispose` takes nothing away.
 *
 * ```js
 * import { SessionRegistry } from "algocline-wasm";
 * import { autosave } from "algocline-wasm/durable";
 * import { memoryStore } from "algocline-wasm/stores";
 *
 * const store = memoryStore(); // in a page: indexedDbStore()
 * const first = await SessionRegistry.create();
 * const saver = await autosave(first, store);
 * await first.start('return alc.llm("One?") .. alc.llm("Two?")');
 * await saver.stop();
 * first.dispose(); // the page is closed …
 *
 * const second = await SessionRegistry.create();
 * const { restored } = await autosave(second, store);
 * console.log(restored[0].prompt); // → One?
 * const next = await second.feed(restored[0].session_id, "1");
 * console.log(next.prompt); // → Two?
 * ```
 *
 * @param registry whose sessions to keep; those live already are saved, too
 * @param store where to keep them
 * @throws AlcError `invalid_argument`, `disposed`; `store_failed` where the store cannot
 * be read at the start, and then nothing is saved
 */
export async function autosave(
  registry: SessionRegistry,
  store: Store,
  options?: AutosaveOptions,
): Promise<Autosave> {
  const saver = new Saver(registry, store, check.options(options, "options"));
  return saver.begin();
}

class Saver implements SessionWatcher {
  readonly #registry: SessionRegistry;
  readonly #shelf: Shelf;
  readonly #claims: Claims;
  readonly #onError: (error: AlcError) => void;
  /** The last write of each session; the next one follows it. */
  readonly #writes = new Map<string, Promise<void>>();
  /** Sessions that are being restored, with the pause whose image is in the store. */
  readonly #replaying = new Map<string, number>();
  /** Sessions that others run now. */
  readonly #lost = new Set<string>();
  #unwatch: (() => void) | undefined;

  constructor(registry: SessionRegistry, store: Store, options: Partial<AutosaveOptions>) {
    if (typeof registry?.[watch] !== "function") {
      throw invalidArgument("registry", `must be a SessionRegistry, got ${describe(registry)}`);
    }
    const given = checkStore(store, "store");
    if (!given) throw check.wrongType("store", "a store", store);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const patient = withTimeout(given, check.positive(timeoutMs, "options.timeoutMs", MAX_MS));
    const prefix = check.optionalText(options.prefix, "options.prefix") ?? "autosave/";
    const compress = check.flag(options.compress ?? true, "options.compress");
    this.#registry = registry;
    this.#onError = check.optionalFunction(options.onError, "options.onError") ?? report;
    this.#shelf = new Shelf(patient, prefix, compress);
    this.#claims = this.#claimsFor(options, patient, prefix);
  }

  #claimsFor(options: Partial<AutosaveOptions>, store: Store, prefix: string): Claims {
    const { lock } = options;
    if (lock !== undefined && !["web", "lease", "none"].includes(lock)) {
      throw invalidArgument("options.lock", 'must be "web", "lease" or "none"');
    }
    const leaseMs = check.integer(options.leaseMs ?? DEFAULT_LEASE_MS, "options.leaseMs", 1_000);
    const owner = check.optionalText(options.owner, "options.owner") ?? crypto.randomUUID();
    if (lock === "none") return noClaims;
    const locks = lock === "web" ? needLocks() : lock === undefined ? browserLocks() : undefined;
    if (locks) return new WebLocks(locks, `algocline-wasm:${prefix}`);
    return new Leases({
      store,
      key: (id) => this.#shelf.key(id, "lease"),
      owner,
      leaseMs,
      now: Date.now,
      onLost: (id) => this.#lose(id),
      onError: (error, id) => this.#fail(error, id),
    });
  }

  async begin(): Promise<Autosave> {
    const found = await this.#ids();
    this.#unwatch = this.#registry[watch](this);
    const live = this.#registry.snapshot();
    for (const [id, { state }] of Object.entries(live)) {
      if (state === "paused") this.paused(this.#registry.pending(id), undefined);
    }
    const first = await this.#restore(found.filter((id) => !(id in live)));
    return {
      ...first,
      adopt: () => this.#adopt(),
      flush: () => this.#flush(),
      forget: (id) => this.#forget(check.text(id, "sessionId")),
      stop: () => this.#stop(),
    };
  }

  // ── What happens to sessions ──────────────────────────────────────────────

  paused(event: NeedsResponse, image: Uint8Array | undefined): void {
    const { session_id: id, pause } = event;
    if (this.#lost.has(id) || this.#replaying.get(id) === pause) return;
    this.#keep(id, pause, image, false);
  }

  recovered({ session_id: id, pause }: NeedsResponse): void {
    // A step that was recorded and not taken must not be taken later.
    if (!this.#lost.has(id) && !this.#replaying.has(id)) this.#keep(id, pause, undefined, true);
  }

  /** Writes a session as it is; with `whole`, the steps recorded so far are in the image. */
  #keep(id: string, pause: number, image: Uint8Array | undefined, whole: boolean): void {
    let bytes: Uint8Array;
    try {
      bytes = image ?? this.#registry.save(id);
    } catch (error) {
      this.#fail(error, id);
      return;
    }
    void this.#write(id, async () => {
      await this.#claims.own(id);
      await this.#shelf.writeImage(id, pause, bytes, whole);
    });
  }

  answering(id: string, step: Step): Promise<void> | undefined {
    if (this.#lost.has(id) || this.#replaying.has(id)) return undefined;
    return this.#write(id, () => this.#shelf.addStep(id, step));
  }

  ended(id: string): void {
    if (this.#lost.delete(id)) return;
    void this.#write(id, async () => {
      try {
        await this.#shelf.remove(id);
      } finally {
        await this.#claims.release(id);
      }
    });
  }

  disposed(): void {
    void this.#flush().then(() => this.#claims.dispose());
  }

  // ── Writing ───────────────────────────────────────────────────────────────

  /** Work on a session after all earlier work on it. Never rejects. */
  #write(id: string, work: () => Promise<void>): Promise<void> {
    const before = this.#writes.get(id) ?? Promise.resolve();
    const turn = before.then(work).catch((error: unknown) => this.#fail(error, id));
    this.#writes.set(id, turn);
    return turn.then(() => {
      if (this.#writes.get(id) === turn) this.#writes.delete(id);
    });
  }

  #fail(error: unknown, id: string): void {
    const code = error instanceof AlcError ? error.code : "store_failed";
    const message = `session '${id}' could not be saved: ${messageOf(error)}`;
    try {
      this.#onError(new AlcError(code, message, { sessionId: id, cause: error }));
    } catch (problem) {
      report(problem);
    }
  }

  /** Somebody else runs a session of ours: ours must not go on. */
  #lose(id: string): void {
    this.#lost.add(id);
    try {
      this.#registry.cancel(id, "another holder of the store runs this session now");
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof AlcError)) throw error;
    }
    this.#lost.delete(id);
  }

  async #flush(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes.values());
  }

  async #forget(id: string): Promise<void> {
    await this.#write(id, async () => {
      const [ours] = await this.#claims.claim([id]);
      if (ours === undefined) throw new AlcError("session_busy", "another holder runs it");
      await this.#shelf.remove(id);
      await this.#claims.release(id);
    });
  }

  async #stop(): Promise<void> {
    this.#unwatch?.();
    await this.#flush();
    await this.#claims.dispose();
  }

  // ── Restoring ─────────────────────────────────────────────────────────────

  async #ids(): Promise<string[]> {
    try {
      return await this.#shelf.ids();
    } catch (error) {
      if (error instanceof AlcError) throw error;
      const message = `cannot list the saved sessions: ${messageOf(error)}`;
      throw new AlcError("store_failed", message, { cause: error });
    }
  }

  async #adopt(): Promise<Restored> {
    const found = await this.#ids();
    const live = this.#registry.snapshot();
    return this.#restore(found.filter((id) => !(id in live)));
  }

  async #restore(ids: string[]): Promise<Restored> {
    const failed: NotRestored[] = [];
    const note = (sessionId: string, error: unknown) => {
      const code = error instanceof AlcError ? error.code : "store_failed";
      const details = { sessionId, cause: error };
      failed.push({ sessionId, error: new AlcError(code, messageOf(error), details) });
    };
    const ours = await this.#claim(ids, note);
    const events = await Promise.all(
      ours.map(async (id) => {
        try {
          return await this.#restoreOne(id);
        } catch (error) {
          note(id, error);
          await this.#claims.release(id).catch((problem: unknown) => this.#fail(problem, id));
          return undefined;
        }
      }),
    );
    const restored = events.filter((event): event is SessionEvent => event !== undefined);
    const isFailed = (id: string) => failed.some(({ sessionId }) => sessionId === id);
    const held = ids.filter((id) => !ours.includes(id) && !isFailed(id));
    return { restored, held, failed };
  }

  /** Those of the sessions that are ours to run; all have failed if the store has. */
  async #claim(ids: string[], note: (id: string, error: unknown) => void): Promise<string[]> {
    try {
      return await this.#claims.claim(ids);
    } catch (error) {
      for (const id of ids) note(id, error);
      return [];
    }
  }

  /** Restores a session and tells it what it was told; undefined if there was nothing left. */
  async #restoreOne(id: string): Promise<SessionEvent | undefined> {
    const shelved = await this.#shelf.read(id);
    if (!shelved) {
      // What a crash has left of a session that had ended.
      await this.#shelf.remove(id);
      await this.#claims.release(id);
      return undefined;
    }
    const { session_id: name } = this.#registry.inspect(shelved.image);
    if (name !== id) throw new AlcError("bad_snapshot", `it is of session '${name}'`);
    this.#replaying.set(id, shelved.pause);
    try {
      let event: SessionEvent = this.#registry.restore(shelved.image);
      for (const step of shelved.steps) {
        event = (await this.#tell(id, step)) ?? event;
      }
      return event.status === "accepted" ? this.#registry.pending(id) : event;
    } catch (error) {
      if (!(error instanceof AlcError) || error.code !== "instance_lost") throw error;
      // The step that broke the instance is not tried again at the next start.
      const event = this.#registry.pending(id);
      this.#keep(id, event.pause, undefined, true);
      return event;
    } finally {
      this.#replaying.delete(id);
    }
  }

  /** Hands a recorded step over; undefined if it is refused, as it was then. */
  async #tell(id: string, step: Step): Promise<SessionEvent | undefined> {
    const { pause } = step;
    try {
      if ("answers" in step) return await this.#registry.feed(id, step.answers, { pause });
      return await this.#registry.fail(id, step.failure, { pause, queryId: step.query_id });
    } catch (error) {
      if (error instanceof AlcError && error.code !== "instance_lost") return undefined;
      throw error;
    }
  }
}
