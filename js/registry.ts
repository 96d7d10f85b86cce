// The registry of sessions as JavaScript sees it: checks what comes in, asks the
// WebAssembly core, turns what comes out into objects, and tells the observer.

import * as check from "./check.js";
import { Core, type Program } from "./core.js";
import { load } from "./engine.js";
import { AlcError, invalidArgument, messageOf, report } from "./errors.js";
import { type Json, wellFormed, writeJson } from "./json.js";
import { LiveCore, lostCall } from "./live-core.js";
import { PackageSet } from "./packages.js";
import { rest, unref } from "./rest.js";
import { answerRequest, checkStore, type LoadPackage, type Store } from "./store.js";
import type {
  Answer,
  Diagnostic,
  FeedOptions,
  NeedsResponse,
  RegistryEvent,
  RegistryOptions,
  RestoreOptions,
  SavedSession,
  SaveOptions,
  SessionEvent,
  Snapshot,
  SnapshotOptions,
  StartOptions,
  TokenUsage,
} from "./types.js";
import { type SessionWatcher, type Step, watch } from "./watch.js";

declare global {
  interface SymbolConstructor {
    /** Of the method that `using` calls; older engines lack it. */
    readonly dispose: unique symbol;
  }
}

const disposeSymbol: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

const DEFAULT_TTL_MS = 10_800_000;
const DEFAULT_GC_MS = 60_000;
/** The longest wait of a host timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The method by which `run` starts a session and learns of its end.
 *
 * @internal
 */
export const startWatched: unique symbol = Symbol.for("algocline-wasm.startWatched");

/**
 * Told of a session's end: its last event, or none where it was reaped or the
 * registry disposed of.
 *
 * @internal
 */
export type EndListener = (event: SessionEvent | undefined) => void;

const isTerminal = ({ status }: SessionEvent): boolean =>
  status === "completed" || status === "error" || status === "cancelled";

/** 64 random bits as a decimal number. */
const randomBits = (): string => String(crypto.getRandomValues(new BigUint64Array(1))[0]);

/**
 * All live sessions. One is enough for a page or a server; several do not share
 * anything.
 *
 * A session is a Lua program that runs until it asks a model something. Then the
 * promise resolves with a `needs_response` event, the host answers with `feed`,
 * and the program goes on until it asks again or ends. A long computation gives
 * the event loop a turn every few milliseconds.
 *
 * Every method checks its arguments before it does anything, and a call that
 * throws or rejects (always with an `AlcError`) has changed nothing.
 *
 * ```js
 * const registry = await SessionRegistry.create();
 * let event = await registry.start(`
 *   local name = alc.llm("What is your name?")
 *   return "Hello, " .. name
 * `);
 * event = await registry.feed(event.session_id, "Lua");
 * console.log(event.result); // "Hello, Lua"
 * ```
 */
export class SessionRegistry {
  /** What `require` and `advice` find: adding, removing and listing packages. */
  readonly packages: PackageSet;
  readonly #core: LiveCore;
  readonly #clock: () => number;
  readonly #store: Store | undefined;
  readonly #loadPackage: LoadPackage | undefined;
  readonly #onEvent: ((event: RegistryEvent) => void) | undefined;
  /** What the observer has not been told yet. */
  readonly #events: RegistryEvent[] = [];
  #telling = false;
  /** What to do at the end of a session. */
  readonly #ends = new Map<string, EndListener[]>();
  /** What waits for the host while a program runs. */
  readonly #waits = new Set<() => void>();
  readonly #watchers = new Set<SessionWatcher>();
  readonly #timers = new Set<() => void>();
  #lastTime = 0;
  #disposed = false;

  /** Calls `dispose`, for `using`. */
  declare [Symbol.dispose]: () => void;

  private constructor(options: Partial<RegistryOptions>) {
    const ttlMs = options.ttlMs ?? DEFAULT_TTL_MS;
    const settings = {
      ttlMs: check.integer(ttlMs, "options.ttlMs", 0),
      limits: check.limits(options.limits, "options.limits"),
      packages: check.texts(options.packages, "options.packages"),
      observed: options.onEvent !== undefined,
      loadsPackages: options.loadPackage !== undefined,
      keepsStore: options.store !== undefined,
    };
    this.#store = checkStore(options.store, "options.store");
    this.#loadPackage = check.optionalFunction(options.loadPackage, "options.loadPackage");
    this.#onEvent = check.optionalFunction(options.onEvent, "options.onEvent");
    this.#clock = check.optionalFunction(options.now, "options.now") ?? Date.now;
    // The core must not keep the registry alive.
    const self = new WeakRef(this);
    const owner = {
      now: () => {
        const registry = self.deref();
        return registry ? registry.#timeOrLast() : 0;
      },
      random: randomBits,
      renewed: (lost: string[]) => {
        const registry = self.deref();
        if (registry) registry.#renewed(lost);
      },
    };
    const recover = check.flag(options.recover ?? true, "options.recover");
    this.#core = new LiveCore(() => new Core(settings), owner, recover);
    this.packages = new PackageSet(
      () => {
        this.#checkLive();
        return this.#core.ask("packages", { now: this.#timeOrLast() });
      },
      (name, isTree, call) => {
        this.#checkLive();
        return this.#core.change(name, isTree, call);
      },
    );
  }

  /**
   * Makes a registry; the first call loads the WebAssembly module.
   *
   * @throws AlcError `invalid_argument`, `load_failed`
   */
  static async create(options?: RegistryOptions): Promise<SessionRegistry> {
    const given = check.options(options, "options");
    await load();
    return new SessionRegistry(given);
  }

  // ── Running ───────────────────────────────────────────────────────────────

  /**
   * Runs a Lua program until it pauses or ends.
   *
   * The program finds `ctx` as a global of that name, null in it as nil; without
   * one it is an empty table. A program that is no Lua gives an event with status
   * `error`, and `line` and `column` of the mistake.
   *
   * @param code the program's source
   * @param ctx any JSON value, at most 100 levels deep
   * @throws AlcError `invalid_argument`, `disposed`
   */
  async start(code: string, ctx?: Json, options?: StartOptions): Promise<SessionEvent> {
    return this[startWatched](code, ctx, options);
  }

  /** @internal */
  async [startWatched](
    code: string,
    ctx: Json | undefined,
    options: StartOptions | undefined,
    onEnd?: EndListener,
  ): Promise<SessionEvent> {
    this.#checkLive();
    const program = { chunk: check.text(code, "code") };
    return this.#start(program, writeJson(ctx ?? null, "ctx"), options, onEnd);
  }

  /**
   * Runs a registered package: `require(strategy).run(ctx)` with
   * `ctx = {...opts, task}`.
   *
   * @param strategy the package's name
   * @throws AlcError `invalid_argument`, `disposed`
   */
  async advice(
    strategy: string,
    task?: string,
    opts?: { [key: string]: Json },
    options?: StartOptions,
  ): Promise<SessionEvent> {
    this.#checkLive();
    const name = check.text(strategy, "strategy");
    const fields = check.options(opts, "opts");
    const json = writeJson(fields, "opts");
    const given = check.optionalText(task, "task");
    const ctx = given === undefined ? json : withField(json, "task", given);
    const own = check.options(options, "options");
    return this.#start({ package: name }, ctx, { ...own, strategy: own.strategy ?? name });
  }

  async #start(
    program: Program,
    ctx: string,
    given: StartOptions | undefined,
    onEnd?: EndListener,
  ): Promise<SessionEvent> {
    const options = check.options(given, "options");
    const settings = {
      ...program,
      ctx,
      limits: check.limits(options.limits, "options.limits"),
      env: check.texts(options.env, "options.env"),
      seed: check.optionalText(options.seed, "options.seed"),
      strategy: check.optionalText(options.strategy, "options.strategy"),
      history: check.history(options.history, "options.history"),
    };
    const signal = check.signal(options.signal, "options.signal");
    const now = this.#time();
    const random = { random: randomBits(), randomSeed: randomBits() };
    const id = this.#core.ask("start", { ...settings, ...random, now });
    this.#core.started(id);
    if (onEnd) this.#atEnd(id, onEnd);
    if (signal?.aborted) return this.#cancel(id, reasonOf(signal), now);
    if (signal) this.#follow(id, signal);
    return this.#advance(id, now);
  }

  /** Lets an abort signal cancel a session, until the session ends. */
  #follow(id: string, signal: AbortSignal): void {
    const abort = () => {
      if (this.#ends.has(id)) this.#cancel(id, reasonOf(signal), this.#timeOrLast());
    };
    signal.addEventListener("abort", abort, { once: true });
    this.#atEnd(id, () => signal.removeEventListener("abort", abort));
  }

  /** Runs a session to its next event: at first at once, then slice by slice. */
  async #advance(id: string, now: number): Promise<SessionEvent> {
    const { instance } = this.#core;
    let time = now;
    for (;;) {
      // The observer may have disposed of the registry at any news.
      this.#checkLive();
      if (instance !== this.#core.instance) throw lostCall(id);
      const event = this.#core.ask("advance", { id, now: time }, id);
      // Before the observer hears of it, who may do anything to the session.
      if (event) this.#paused(event);
      this.#tell();
      if (event) {
        if (isTerminal(event)) this.#end(id, event);
        return event;
      }
      this.#checkLive();
      await this.#settle(id);
      time = this.#timeOrLast();
    }
  }

  /** A session has come back, or a copy has come: the event it waits on. */
  #comes(event: NeedsResponse): NeedsResponse {
    this.#paused(event);
    this.#tell();
    return event;
  }

  /** Tells those who look after sessions that one waits. */
  #paused(event: SessionEvent): void {
    if (event.status !== "needs_response") return;
    const image = this.#core.paused(event.session_id);
    for (const watcher of this.#watchers) watcher.paused(event, image);
  }

  /** Lets those who look after sessions note a step that the session will take. */
  #note(id: string, step: (pause: number, query?: string) => Step): Promise<void> | undefined {
    const watchers = [...this.#watchers].filter(({ answering }) => answering);
    if (watchers.length === 0) return undefined;
    const { pause, queries } = this.#core.ask("pending", { id });
    const open = queries.map(({ query_id }) => query_id);
    const complete = step(pause, open.length === 1 ? open[0] : undefined);
    if (complete.pause !== pause) return undefined;
    const named = "answers" in complete ? complete.answers : [complete];
    const isRefused = named.some(({ query_id }) => !open.includes(query_id));
    // The core will say why.
    if (isRefused) return undefined;
    const notes = watchers.map((watcher) => watcher.answering?.(id, complete));
    return Promise.all(notes).then(() => this.#checkLive());
  }

  /** Does what a running program asks for; if that is nothing, the event loop gets a turn. */
  async #settle(id: string): Promise<void> {
    const request = this.#core.ask("request", { id });
    if (!request) return rest();
    const { instance } = this.#core;
    const answer = await this.#untilEnd(id, answerRequest(request, this.#store, this.#loadPackage));
    const isWanted = answer !== undefined && !this.#disposed && instance === this.#core.instance;
    if (isWanted) this.#core.ask("reply", { id, answer });
  }

  // ── Answering ─────────────────────────────────────────────────────────────

  /**
   * Answers one query. Resolves with `accepted` while others of the pause are
   * open, else with what the program does next.
   *
   * @param sessionId the session
   * @param response the model's text
   * @throws AlcError `invalid_argument`, `session_not_found`, `session_busy`,
   * `unknown_query`, `already_responded`, `stale_pause`, `invalid_transition`
   * (without `queryId` where several queries are open), `disposed`
   */
  async feed(sessionId: string, response: string, options?: FeedOptions): Promise<SessionEvent>;
  /**
   * Answers several queries at once: all of them or, with one answer refused,
   * none.
   */
  async feed(
    sessionId: string,
    answers: Answer[],
    options?: Pick<FeedOptions, "pause">,
  ): Promise<SessionEvent>;
  async feed(
    sessionId: string,
    given: string | Answer[],
    options?: FeedOptions,
  ): Promise<SessionEvent> {
    this.#checkLive();
    const id = check.text(sessionId, "sessionId");
    const several = Array.isArray(given);
    const { queryId, usage, pause } = check.options<FeedOptions>(options, "options");
    const list = several
      ? check.answers(given, "answers")
      : [
          {
            query_id: check.optionalText(queryId, "options.queryId"),
            response: check.text(given, "response"),
            usage: check.usage(usage, "options.usage"),
          },
        ];
    if (several && (queryId !== undefined || usage !== undefined)) {
      const name = queryId === undefined ? "usage" : "queryId";
      throw invalidArgument(`options.${name}`, "belongs into each answer of a list");
    }
    const expected = optionalPause(pause);
    const note = this.#note(id, (current, query) => ({
      pause: expected ?? current,
      answers: named(list, query),
    }));
    if (note) await note;
    const now = this.#time();
    const feeding = { id, answers: list, pause: expected, now };
    const event = this.#core.ask("feed", feeding, id);
    if (event) this.#core.accepted(id, { pause: event.pause, answers: named(list) });
    this.#tell();
    return event ?? this.#advance(id, now);
  }

  /**
   * Makes the waiting `alc.llm` raise a Lua error, which the program may catch.
   * Other open queries of the pause lapse.
   *
   * @param message the error's text
   * @throws AlcError as `feed` does
   */
  async fail(
    sessionId: string,
    message: string,
    options?: Pick<FeedOptions, "queryId" | "pause">,
  ): Promise<SessionEvent> {
    this.#checkLive();
    const id = check.text(sessionId, "sessionId");
    const problem = check.text(message, "message");
    const { queryId, pause } = check.options(options, "options");
    const query = check.optionalText(queryId, "options.queryId");
    const expected = optionalPause(pause);
    const note = this.#note(id, (current, sole) => ({
      pause: expected ?? current,
      query_id: query ?? sole ?? "",
      failure: problem,
    }));
    if (note) await note;
    const now = this.#time();
    const failing = { id, queryId: query, message: problem, pause: expected, now };
    this.#core.ask("fail", failing, id);
    this.#tell();
    return this.#advance(id, now);
  }

  // ── Looking ───────────────────────────────────────────────────────────────

  /**
   * Looks for mistakes in a Lua program without running it: what an editor
   * underlines. The compiler stops at the first one, so there is at most one.
   *
   * @param code the program's source
   * @throws AlcError `invalid_argument`, `disposed`
   */
  check(code: string): Diagnostic[] {
    this.#checkLive();
    const source = check.text(code, "code");
    return this.#core.ask("check", { source });
  }

  /**
   * The id of the only open query.
   *
   * @throws AlcError `invalid_transition` with none or several,
   * `session_not_found`, `session_busy`, `invalid_argument`, `disposed`
   */
  resolveSolePendingId(sessionId: string): string {
    this.#checkLive();
    const id = check.text(sessionId, "sessionId");
    return this.#core.ask("solePendingId", { id });
  }

  /**
   * The event that a paused session waits on, with the queries still open.
   *
   * @throws AlcError `session_not_found`, `session_busy`, `invalid_argument`,
   * `disposed`
   */
  pending(sessionId: string): NeedsResponse {
    this.#checkLive();
    const id = check.text(sessionId, "sessionId");
    return this.#core.ask("pending", { id });
  }

  /**
   * A look at a session; it may be running.
   *
   * @throws AlcError `session_not_found`, `invalid_argument`, `disposed`
   */
  snapshot(sessionId: string, options?: SnapshotOptions): Snapshot;
  /** A look at every live session, by id. */
  snapshot(options?: SnapshotOptions): Record<string, Snapshot>;
  snapshot(
    first?: string | SnapshotOptions,
    second?: SnapshotOptions,
  ): Snapshot | Record<string, Snapshot> {
    this.#checkLive();
    const one = typeof first === "string";
    const id = one ? check.text(first, "sessionId") : undefined;
    const options = check.options<SnapshotOptions>(one ? second : first, "options");
    const settings = {
      pending: check.pendingFilter(options.pending, "options.pending"),
      history: check.flag(options.history, "options.history"),
    };
    return this.#core.ask("snapshot", { id, ...settings, now: this.#time() });
  }

  // ── Saving ────────────────────────────────────────────────────────────────

  /**
   * A paused session as bytes; it stays live here. They hold everything the program
   * needs to go on somewhere else, except what is in the store. Answers already given
   * to the pause are in them, too.
   *
   * Time does not pass for a saved session: its clock, which `max_elapsed_ms` of the
   * budget looks at, stands still until it is restored.
   *
   * ```js
   * const registry = await SessionRegistry.create();
   * const { session_id } = await registry.start('return "Hello, " .. alc.llm("Who?")');
   * const saved = registry.save(session_id);
   *
   * const elsewhere = await SessionRegistry.create();
   * const event = elsewhere.restore(saved);
   * console.log(event.prompt); // "Who?"
   * const end = await elsewhere.feed(event.session_id, "Lua");
   * console.log(end.result); // "Hello, Lua"
   * ```
   *
   * @throws AlcError `session_not_found`, `session_busy` while it runs,
   * `invalid_argument`, `disposed`
   */
  save(sessionId: string, options?: SaveOptions): Uint8Array {
    this.#checkLive();
    const id = check.text(sessionId, "sessionId");
    const { embed } = check.options(options, "options");
    const whole = embed === undefined ? true : check.flag(embed, "options.embed");
    const now = this.#time();
    return this.#core.askCore((core) => core.save(id, whole, now));
  }

  /**
   * Brings a saved session back, under its own id or as a copy; the event that it
   * waits on, as `pending` gave it where it was saved. That counts as an activity, so
   * `gc` lets it be for another `ttlMs`. Limits, variables, statistics and the rest
   * of the budget are those saved.
   *
   * The bytes may come from anywhere: what is no saved session is refused, within
   * bounded time and memory.
   *
   * @param saved the bytes that `save` gave
   * @throws AlcError `bad_snapshot`, `unsupported_snapshot`, `missing_source`,
   * `invalid_argument` (with `as: "same"` also where a session of that id is live;
   * the error's `sessionId` names it), `disposed`
   */
  restore(saved: Uint8Array, options?: RestoreOptions): NeedsResponse {
    this.#checkLive();
    const bytes = check.saved(saved, "saved");
    const given = check.options(options, "options");
    const settings = {
      copy: check.asCopy(given.as, "options.as"),
      limits: check.limits(given.limits, "options.limits"),
    };
    const args = { ...settings, random: randomBits(), now: this.#time() };
    return this.#comes(this.#core.askCore((core) => core.call("restore", args, bytes)));
  }

  /**
   * What a saved session says of itself, without restoring it.
   *
   * @throws AlcError `bad_snapshot`, `unsupported_snapshot`, `invalid_argument`,
   * `disposed`
   */
  inspect(saved: Uint8Array): SavedSession {
    this.#checkLive();
    const bytes = check.saved(saved, "saved");
    const now = this.#time();
    return this.#core.askCore((core) => core.call("inspect", { now }, bytes));
  }

  /**
   * A copy of a paused session under a new id: the way to try another answer. Both
   * go on independently; the store of `alc.state` and `alc.card` is the registry's,
   * so they share it. A signal given to `start` cancels the original only.
   *
   * ```js
   * const registry = await SessionRegistry.create();
   * const first = await registry.start('return alc.llm("Heads or tails?")');
   * const second = registry.fork(first.session_id);
   * const heads = await registry.feed(first.session_id, "heads");
   * const tails = await registry.feed(second.session_id, "tails");
   * console.log(heads.result, tails.result); // "heads" "tails"
   * ```
   *
   * @throws AlcError as `save` does
   */
  fork(sessionId: string): NeedsResponse {
    this.#checkLive();
    const id = check.text(sessionId, "sessionId");
    const args = { id, random: randomBits(), now: this.#time() };
    return this.#comes(this.#core.ask("fork", args));
  }

  /**
   * A new session that waits at an earlier pause of a session, with all queries of
   * that pause open again. The session must have been started with `history`; it may
   * be running, and it may have ended: of the last sessions that ended, the pauses
   * are kept until `gc` finds that `ttlMs` have passed.
   *
   * @param pause the pause's number, as in its `needs_response` event
   * @throws AlcError `session_not_found`, `invalid_argument` (the pause is not kept;
   * the message names those that are), `disposed`
   */
  rewind(sessionId: string, pause: number): NeedsResponse {
    this.#checkLive();
    const id = check.text(sessionId, "sessionId");
    const target = check.integer(pause, "pause", 1);
    const args = { id, pause: target, random: randomBits(), now: this.#time() };
    return this.#comes(this.#core.ask("rewind", args));
  }

  /**
   * The pauses of a session that `rewind` can go back to, in order; it may have
   * ended.
   *
   * @throws AlcError `session_not_found`, `invalid_argument`, `disposed`
   */
  keptPauses(sessionId: string): number[] {
    this.#checkLive();
    const id = check.text(sessionId, "sessionId");
    return this.#core.ask("keptPauses", { id });
  }

  // ── Ending ────────────────────────────────────────────────────────────────

  /**
   * Ends a paused or running session. A running one stops where it is; the
   * promise that waits for it resolves with the same event.
   *
   * @param reason goes into the event
   * @throws AlcError `session_not_found`, `invalid_argument`, `disposed`
   */
  cancel(sessionId: string, reason?: string): SessionEvent {
    this.#checkLive();
    const id = check.text(sessionId, "sessionId");
    const why = check.optionalText(reason, "reason");
    return this.#cancel(id, why, this.#time());
  }

  #cancel(id: string, reason: string | undefined, now: number): SessionEvent {
    const event = this.#core.ask("cancel", { id, reason, now });
    this.#end(id, event);
    this.#tell();
    return event;
  }

  /**
   * Reaps the paused sessions that have been idle for `ttlMs` or longer; each
   * gives an event of kind `reaped`.
   *
   * @param now milliseconds since the epoch; by default the registry's clock
   * @returns their ids
   * @throws AlcError `invalid_argument`, `disposed`
   */
  gc(now?: number): string[] {
    this.#checkLive();
    const at = now === undefined ? this.#time() : check.time(now, "now");
    const ids = this.#core.ask("gc", { now: at });
    for (const id of ids) this.#end(id, undefined);
    this.#tell();
    return ids;
  }

  /**
   * When the next paused session becomes due for `gc`, in milliseconds since the
   * epoch; null while none is paused. For hosts with alarms instead of timers.
   *
   * @throws AlcError `disposed`
   */
  nextDeadline(): number | null {
    this.#checkLive();
    return this.#core.ask("nextDeadline", {});
  }

  /**
   * Runs `gc` on a host timer that keeps no process alive. `dispose` stops it,
   * too.
   *
   * @param everyMs the interval, in milliseconds; default 60_000
   * @returns a function that stops it
   * @throws AlcError `invalid_argument`, `disposed`
   */
  startGc(everyMs: number = DEFAULT_GC_MS): () => void {
    this.#checkLive();
    const interval = check.positive(everyMs, "everyMs", MAX_TIMER_MS);
    const timer: unknown = setInterval(() => {
      try {
        this.gc();
      } catch (error) {
        report(error);
      }
    }, interval);
    unref(timer);
    const stop = () => {
      clearInterval(timer as number);
      this.#timers.delete(stop);
    };
    this.#timers.add(stop);
    return stop;
  }

  /**
   * Ends all sessions and frees their memory. Promises that wait for a running
   * program reject with code `disposed`, as does every later call; a second
   * `dispose` does nothing.
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const stop of [...this.#timers]) stop();
    this.#core.dispose();
    for (const watcher of this.#watchers) watcher.disposed?.();
    this.#watchers.clear();
    for (const id of [...this.#ends.keys()]) this.#tellEnd(id, undefined);
  }

  /**
   * Adds somebody who looks after sessions.
   *
   * @internal
   */
  [watch](watcher: SessionWatcher): () => void {
    this.#checkLive();
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  // ── Time, observers, ends ─────────────────────────────────────────────────

  #checkLive(): void {
    if (this.#disposed) throw new AlcError("disposed", "the registry was disposed of");
  }

  /** The clock's time, checked; a broken clock refuses the call. */
  #time(): number {
    let now: unknown;
    try {
      now = this.#clock();
    } catch (error) {
      throw invalidArgument("options.now", `has thrown: ${messageOf(error)}`, error);
    }
    this.#lastTime = check.time(now, "the result of options.now");
    return this.#lastTime;
  }

  /** The clock's time in the middle of a run, which a broken clock must not stop. */
  #timeOrLast(): number {
    try {
      return this.#time();
    } catch {
      return this.#lastTime;
    }
  }

  /**
   * Tells the observer what has happened. It may call the registry, which then
   * makes more events; they wait for their turn, so that the order is kept.
   */
  #tell(): void {
    if (!this.#onEvent || this.#disposed) return;
    this.#events.push(...this.#core.ask("takeEvents", {}));
    if (this.#telling) return;
    this.#telling = true;
    for (let event = this.#events.shift(); event; event = this.#events.shift()) {
      try {
        this.#onEvent(event);
      } catch (error) {
        report(error);
      }
    }
    this.#telling = false;
  }

  /**
   * The same, or undefined as soon as the session has ended or the instance is
   * lost: the host may hang.
   */
  #untilEnd<T>(id: string, promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const stop = () => resolve(undefined);
      this.#atEnd(id, stop);
      this.#waits.add(stop);
      promise.then((value) => {
        this.#notAtEnd(id, stop);
        this.#waits.delete(stop);
        resolve(value);
      });
    });
  }

  /** There is a new instance; these sessions could not be saved from the old one. */
  #renewed(lost: string[]): void {
    for (const stop of this.#waits) stop();
    this.#waits.clear();
    for (const id of lost) this.#end(id, undefined);
    for (const watcher of this.#watchers) {
      for (const id of this.#core.kept) watcher.recovered?.(this.pending(id));
    }
    const at = this.#timeOrLast();
    const news = lost.map((session_id) => ({ kind: "lost", session_id, at }));
    if (this.#onEvent) this.#events.push(...news);
    this.#tell();
  }

  #notAtEnd(id: string, listener: EndListener): void {
    const listeners = this.#ends.get(id);
    const at = listeners?.indexOf(listener) ?? -1;
    if (at >= 0) listeners?.splice(at, 1);
    // An entry tells that the session is live and followed; an empty one tells nothing.
    if (listeners?.length === 0) this.#ends.delete(id);
  }

  #atEnd(id: string, listener: EndListener): void {
    const listeners = this.#ends.get(id);
    if (listeners) listeners.push(listener);
    else this.#ends.set(id, [listener]);
  }

  #end(id: string, event: SessionEvent | undefined): void {
    this.#core.ended(id);
    for (const watcher of this.#watchers) watcher.ended(id);
    this.#tellEnd(id, event);
  }

  #tellEnd(id: string, event: SessionEvent | undefined): void {
    const listeners = this.#ends.get(id) ?? [];
    this.#ends.delete(id);
    for (const listener of listeners) listener(event);
  }
}

Object.defineProperty(SessionRegistry.prototype, disposeSymbol, {
  value: SessionRegistry.prototype.dispose,
  configurable: true,
  writable: true,
});

/** Answers that all say to which query they belong: to this one if to none. */
function named(
  list: { query_id: string | undefined; response: string; usage?: TokenUsage | undefined }[],
  sole = "",
): Answer[] {
  return list.map(({ query_id = sole, response, usage }) =>
    usage ? { query_id, response, usage } : { query_id, response },
  );
}

function optionalPause(pause: number | undefined): number | undefined {
  return pause === undefined ? undefined : check.integer(pause, "options.pause", 0);
}

/** The text of a JSON object with one more field, the last one of its name. */
function withField(json: string, key: string, value: string): string {
  const field = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  return json === "{}" ? `{${field}}` : `${json.slice(0, -1)},${field}}`;
}

/** Why a signal was aborted, in words; none if nobody said. */
function reasonOf(signal: AbortSignal): string | undefined {
  const reason: unknown = signal.reason;
  if (reason === undefined) return undefined;
  return wellFormed(messageOf(reason));
}
