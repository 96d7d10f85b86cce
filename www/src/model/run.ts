// One session as the page sees it: what it waits for, what it was told, how it
// ended. The session itself lives in the registry.

import { batch, computed, signal } from "@preact/signals";
import {
  AlcError,
  type Answer,
  type Cancelled,
  type Completed,
  type Failed,
  type Json,
  type NeedsResponse,
  type SessionEvent,
  type SessionRegistry,
} from "algocline-wasm";
import type { Script } from "../../../strategies/scripted-model.mjs";
import type { Model, Reply } from "../models/model";
import { ScriptModel } from "../models/script";
import { Ask } from "./ask";
import {
  type Answerer,
  asksTheSame,
  type Entry,
  type GivenAnswer,
  newPause,
  openEntries,
  type Pause,
  withAnswers,
  withCarried,
  withoutAnswers,
} from "./journal";
import { Log } from "./log";

/** What to run. */
export type Program =
  | { kind: "strategy"; name: string; task: string; options: Record<string, Json> }
  | { kind: "code"; name: string; code: string; ctx: Json };

export type RunState = "running" | "paused" | "completed" | "error" | "cancelled" | "reaped";

export type End = Completed | Failed | Cancelled;

export interface Progress {
  step: number;
  total: number;
  message: string | null;
}

/** Where a run has branched off another one. */
export interface Parent {
  /** That run's number. */
  run: number;
  /** The pause that is answered differently here. */
  pause: number;
}

/** What a run begins with. */
export interface Beginning {
  program: Program;
  script: Script;
  /** Makes a replay give the same random numbers. */
  seed: string;
  parent?: Parent | undefined;
}

/** A run as it was, to go on with or to look at. */
export interface Past {
  state: RunState;
  pauses: readonly Pause[];
  startedAt: number;
  endedAt: number | null;
  lastActivityAt: number;
  end: End | null;
  /** How often each rule of the script has answered. */
  scriptCounts: readonly number[];
}

/** Long enough to see each pause go by when a model answers all of them. */
const AUTO_DELAY_MS = 120;

/** Queries that are answered side by side. */
const CONCURRENCY = 8;

const STOP_REASON = "stopped in the page";

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

export const isLive = (state: RunState): boolean => state === "running" || state === "paused";

export class Run {
  readonly number: number;
  readonly beginning: Beginning;
  readonly startedAt: number;
  readonly state = signal<RunState>("running");
  /** Known from the registry's first word about the session. */
  readonly sessionId = signal<string | null>(null);
  readonly pauses = signal<readonly Pause[]>([]);
  readonly progress = signal<Progress | null>(null);
  readonly log = new Log();
  readonly end = signal<End | null>(null);
  readonly endedAt = signal<number | null>(null);
  /** When the session was last answered; it is reaped some time after that. */
  readonly lastActivityAt = signal(0);
  /** Why the last answer was refused; the session stands where it stood. */
  readonly refusal = signal<string | null>(null);
  /** The pause at which a replay asked something else than what was recorded. */
  readonly diverged = signal<number | null>(null);
  /** Whether the chosen model answers every pause by itself. */
  readonly auto = signal(false);
  /** Models at work, and those that have failed, by query id. */
  readonly asks = signal<ReadonlyMap<string, Ask>>(new Map());
  /** The past pause that is looked at; null for the present. */
  readonly viewed = signal<number | null>(null);
  readonly currentPause = computed(() => this.pauses.value.at(-1));
  readonly open = computed<Entry[]>(() =>
    this.state.value === "paused" ? openEntries(this.currentPause.value) : [],
  );
  readonly live = computed(() => isLive(this.state.value));
  readonly #registry: SessionRegistry;
  readonly #script: ScriptModel;
  /** The model for `auto`, asked for at each pause; null stands for the script. */
  readonly #chosen: () => Model | null;
  /** Answers go to the session one after the other. */
  #feeding: Promise<unknown> = Promise.resolve();
  /** Pauses still to be answered as they were. */
  #recorded = new Map<number, Pause>();

  constructor(
    registry: SessionRegistry,
    number: number,
    beginning: Beginning,
    chosen: () => Model | null,
    past?: Past,
  ) {
    this.#registry = registry;
    this.number = number;
    this.beginning = beginning;
    this.#chosen = chosen;
    this.#script = new ScriptModel(beginning.script, past?.scriptCounts);
    this.startedAt = past?.startedAt ?? Date.now();
    this.lastActivityAt.value = past?.lastActivityAt ?? this.startedAt;
    if (past && !isLive(past.state)) {
      this.pauses.value = past.pauses;
      this.end.value = past.end;
      this.endedAt.value = past.endedAt;
      this.state.value = past.state;
    }
  }

  get program(): Program {
    return this.beginning.program;
  }

  get name(): string {
    return this.program.name;
  }

  get scriptCounts(): number[] {
    return this.#script.counts;
  }

  // ── Running ───────────────────────────────────────────────────────────────

  /** Runs the program to its first pause or its end, and on as far as answers are recorded. */
  async start(recorded: readonly Pause[] = []): Promise<void> {
    this.#recorded = new Map(recorded.map((pause) => [pause.number, pause]));
    const { program, seed } = this.beginning;
    const history = "full" as const;
    const starting =
      program.kind === "strategy"
        ? this.#registry.advice(program.name, program.task, program.options, { seed, history })
        : this.#registry.start(program.code, program.ctx, {
            strategy: program.name,
            seed,
            history,
          });
    try {
      await this.#take(await starting);
    } catch (error) {
      await this.#take(this.#failed(error));
    }
  }

  /**
   * Goes on with a session that the registry has brought back. Answers that were
   * given after it was saved are given again.
   *
   * @param before what the run has asked up to now, the pause that it waits in included
   */
  async resume(event: NeedsResponse, before: readonly Pause[]): Promise<void> {
    const earlier = before.filter(({ number }) => number < event.pause);
    const last = before.find(({ number }) => number === event.pause);
    const open = new Set(event.queries.map(({ query_id }) => query_id));
    const waits = last ? withoutAnswers(last, open) : newPause(event, Date.now(), earlier.at(-1));
    batch(() => {
      this.sessionId.value = event.session_id;
      this.pauses.value = [...earlier, waits];
      this.state.value = "paused";
    });
    const given = answersIn(last).filter(([id]) => open.has(id));
    await this.#again(given);
  }

  /** Ends the session, whether it runs or waits. */
  stop(): void {
    const id = this.sessionId.value;
    if (id === null || !this.live.value) return;
    try {
      void this.#take(this.#registry.cancel(id, STOP_REASON));
    } catch (error) {
      // It ended by itself a moment ago; its own event is on the way.
      if (!(error instanceof AlcError && error.code === "session_not_found")) throw error;
    }
  }

  /** The registry has reaped the session, since nobody answered for long. */
  reaped(): void {
    this.#finish("reaped", null);
  }

  // ── Answering ─────────────────────────────────────────────────────────────

  /** Answers one query. */
  answer(queryId: string, reply: Reply, by: Answerer): Promise<void> {
    const { response: text, usage } = reply;
    const given = { text, by, at: Date.now(), failed: false, ...(usage && { usage }) };
    return this.#queue(() => this.#feed(new Map([[queryId, given]])));
  }

  /** Makes the waiting call of the program raise an error. */
  failQuery(queryId: string, message: string): Promise<void> {
    const given: GivenAnswer = { text: message, by: "hand", at: Date.now(), failed: true };
    return this.#queue(() => this.#feed(new Map([[queryId, given]])));
  }

  /** Asks a model, null for the script, one query, and passes the answer on. */
  async ask({ query }: Entry, model: Model | null): Promise<void> {
    const id = query.query_id;
    if (this.#asking(id)) return;
    const asked = model ?? this.#script;
    const ask = new Ask(asked.name);
    this.#setAsk(id, ask);
    try {
      const reply = await asked.ask(query, {
        signal: ask.signal,
        onText: (text) => {
          ask.text.value = text;
        },
      });
      if (ask.signal.aborted) return;
      this.#setAsk(id, null);
      await this.answer(id, reply, model ? `model:${asked.name}` : "script");
    } catch (error) {
      if (ask.signal.aborted) return;
      // A model that fails once would fail on and on.
      this.auto.value = false;
      ask.problem.value = messageOf(error);
    }
  }

  /** Asks a model all open queries, side by side. */
  async askAll(model: Model | null): Promise<void> {
    const waiting = this.open.value.filter(({ query }) => !this.#asking(query.query_id));
    const next = async (): Promise<void> => {
      for (let entry = waiting.shift(); entry; entry = waiting.shift())
        await this.ask(entry, model);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, next));
  }

  /** Stops a model, or puts its failure away. */
  stopAsk(queryId: string): void {
    this.asks.value.get(queryId)?.stop();
    this.#setAsk(queryId, null);
  }

  setAuto(on: boolean): void {
    this.auto.value = on;
    if (on) this.#answerSoon();
  }

  #asking(id: string): boolean {
    const ask = this.asks.value.get(id);
    return ask !== undefined && ask.problem.value === null;
  }

  #setAsk(id: string, ask: Ask | null): void {
    const next = new Map(this.asks.value);
    if (ask) next.set(id, ask);
    else next.delete(id);
    this.asks.value = next;
  }

  #queue(step: () => Promise<void>): Promise<void> {
    const done = this.#feeding.then(step);
    this.#feeding = done.catch(() => undefined);
    return done;
  }

  async #feed(given: ReadonlyMap<string, GivenAnswer>): Promise<void> {
    const id = this.sessionId.value;
    const pause = this.currentPause.value;
    if (id === null || !pause || this.state.value !== "paused") return;
    const failed = [...given].find(([, answer]) => answer.failed);
    const last = failed !== undefined || openEntries(pause).length <= given.size;
    batch(() => {
      this.refusal.value = null;
      this.lastActivityAt.value = Date.now();
      this.#replacePause(withAnswers(pause, given));
      if (last) this.state.value = "running";
    });
    try {
      const event = failed
        ? this.#registry.fail(id, failed[1].text, { queryId: failed[0], pause: pause.number })
        : this.#registry.feed(id, answersOf(given), { pause: pause.number });
      await this.#take(await event);
    } catch (error) {
      // A refused answer has changed nothing, so the page goes back to where it was.
      batch(() => {
        this.refusal.value = messageOf(error);
        if (!this.live.value) return;
        const current = this.currentPause.value;
        if (current) this.#replacePause(withoutAnswers(current, new Set(given.keys())));
        this.state.value = "paused";
      });
    }
  }

  #replacePause(pause: Pause): void {
    this.pauses.value = [...this.pauses.value.slice(0, -1), pause];
  }

  // ── What the registry says ────────────────────────────────────────────────

  async #take(event: SessionEvent): Promise<void> {
    // A stopped session's event arrives twice: from `cancel`, and where it was waited for.
    if (!this.live.value) return;
    switch (event.status) {
      case "needs_response": {
        const before = this.currentPause.value;
        const pause = newPause(event, Date.now(), before);
        batch(() => {
          this.sessionId.value = event.session_id;
          if (before) this.#replacePause(withCarried(before, pause));
          this.pauses.value = [...this.pauses.value, pause];
          this.state.value = "paused";
        });
        const replayed = await this.#replay(pause);
        if (!replayed) this.#answerSoon();
        return;
      }
      case "accepted":
        return;
      default:
        this.#finish(event.status, event);
    }
  }

  /** Answers a pause as it was answered before; false if nothing is recorded for it. */
  async #replay(pause: Pause): Promise<boolean> {
    const recorded = this.#recorded.get(pause.number);
    this.#recorded.delete(pause.number);
    if (!recorded) return false;
    if (!asksTheSame(pause, recorded)) {
      this.diverged.value = pause.number;
      this.#recorded.clear();
      return false;
    }
    const asked = new Map(recorded.entries.map(({ query, askedAt }) => [query.query_id, askedAt]));
    this.#replacePause({
      ...pause,
      entries: pause.entries.map((entry) => ({
        ...entry,
        askedAt: asked.get(entry.query.query_id) ?? entry.askedAt,
      })),
    });
    const given = answersIn(recorded);
    await this.#again(given);
    return given.length > 0;
  }

  /** Gives answers once more. A failure ends the pause, so it comes last, as it did then. */
  async #again(given: readonly [string, GivenAnswer][]): Promise<void> {
    const failed = given.filter(([, answer]) => answer.failed);
    const sound = given.filter(([, answer]) => !answer.failed);
    for (const part of [sound, failed]) if (part.length > 0) await this.#feed(new Map(part));
  }

  #finish(state: RunState, end: End | null): void {
    batch(() => {
      for (const ask of this.asks.value.values()) ask.stop();
      this.asks.value = new Map();
      this.end.value = end;
      this.endedAt.value = Date.now();
      this.state.value = state;
    });
  }

  #answerSoon(): void {
    const pause = this.currentPause.value?.number;
    setTimeout(() => {
      const same = this.currentPause.value?.number === pause;
      if (same && this.auto.value && this.open.value.length > 0) void this.askAll(this.#chosen());
    }, AUTO_DELAY_MS);
  }

  /** A start that was refused shows like a program that failed. */
  #failed(error: unknown): Failed {
    const stats = { auto: {}, custom: {} };
    return { status: "error", session_id: "", error: messageOf(error), stats, transcript: [] };
  }
}

/** The answers of a pause by query id. */
const answersIn = (pause: Pause | undefined): [string, GivenAnswer][] =>
  pause?.entries.flatMap(({ query, answer }): [string, GivenAnswer][] =>
    answer ? [[query.query_id, answer]] : [],
  ) ?? [];

const answersOf = (given: ReadonlyMap<string, GivenAnswer>): Answer[] =>
  [...given].map(([query_id, { text, usage }]) => ({
    query_id,
    response: text,
    ...(usage && { usage }),
  }));
