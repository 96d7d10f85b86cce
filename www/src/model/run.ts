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
  type SessionEvent,
  type SessionRegistry,
} from "algocline-wasm";
import { type Script, ScriptedModel } from "../../../strategies/scripted-model.mjs";
import {
  type Answerer,
  type Entry,
  newPause,
  openEntries,
  type Pause,
  withAnswers,
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

/** Long enough to see each pause go by when the script answers all of them. */
const AUTO_DELAY_MS = 350;

const STOP_REASON = "stopped in the page";

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

export class Run {
  readonly number: number;
  readonly program: Program;
  readonly startedAt = Date.now();
  readonly state = signal<RunState>("running");
  /** Known from the registry's first word about the session. */
  readonly sessionId = signal<string | null>(null);
  readonly pauses = signal<readonly Pause[]>([]);
  readonly progress = signal<Progress | null>(null);
  readonly log = new Log();
  readonly end = signal<End | null>(null);
  readonly endedAt = signal<number | null>(null);
  /** Why the last answer was refused; the session stands where it stood. */
  readonly refusal = signal<string | null>(null);
  /** Whether the script answers every pause by itself. */
  readonly auto = signal(false);
  readonly currentPause = computed(() => this.pauses.value.at(-1));
  readonly open = computed<Entry[]>(() =>
    this.state.value === "paused" ? openEntries(this.currentPause.value) : [],
  );
  readonly live = computed(() => this.state.value === "running" || this.state.value === "paused");
  readonly #registry: SessionRegistry;
  readonly #model: ScriptedModel;

  constructor(registry: SessionRegistry, number: number, program: Program, script: Script) {
    this.#registry = registry;
    this.number = number;
    this.program = program;
    this.#model = new ScriptedModel(script);
  }

  get name(): string {
    return this.program.name;
  }

  /** Runs the program to its first pause or its end. */
  async start(): Promise<void> {
    const { program } = this;
    const starting =
      program.kind === "strategy"
        ? this.#registry.advice(program.name, program.task, program.options)
        : this.#registry.start(program.code, program.ctx, { strategy: program.name });
    try {
      this.#take(await starting);
    } catch (error) {
      this.#take(this.#failed(error));
    }
  }

  /** Answers one query. */
  answer(queryId: string, text: string, by: Answerer): Promise<void> {
    const pause = this.currentPause.value?.number ?? 0;
    return this.#feed(new Map([[queryId, text]]), by, (id) =>
      this.#registry.feed(id, text, { queryId, pause }),
    );
  }

  /** Lets the script answer one query. */
  answerByScript({ query }: Entry): Promise<void> {
    return this.answer(query.query_id, this.#model.reply(query).response, "script");
  }

  /** Lets the script answer all open queries, at once. */
  answerAllByScript(): Promise<void> {
    const pause = this.currentPause.value?.number ?? 0;
    const answers: Answer[] = this.open.value.map(({ query }) => ({
      query_id: query.query_id,
      response: this.#model.reply(query).response,
    }));
    const texts = new Map(answers.map(({ query_id, response }) => [query_id, response]));
    return this.#feed(texts, "script", (id) => this.#registry.feed(id, answers, { pause }));
  }

  /** Makes the waiting call of the program raise an error. */
  failQuery(queryId: string, message: string): Promise<void> {
    const pause = this.currentPause.value?.number ?? 0;
    const texts = new Map([[queryId, message]]);
    return this.#feed(texts, "hand", (id) => this.#registry.fail(id, message, { queryId, pause }), {
      failed: true,
    });
  }

  setAuto(on: boolean): void {
    this.auto.value = on;
    if (on) this.#answerSoon();
  }

  /** Ends the session, whether it runs or waits. */
  stop(): void {
    const id = this.sessionId.value;
    if (id === null || !this.live.value) return;
    try {
      this.#take(this.#registry.cancel(id, STOP_REASON));
    } catch (error) {
      // It ended by itself a moment ago; its own event is on the way.
      if (!(error instanceof AlcError && error.code === "session_not_found")) throw error;
    }
  }

  /** The registry has reaped the session, since nobody answered for long. */
  reaped(): void {
    this.#finish("reaped", null);
  }

  async #feed(
    texts: ReadonlyMap<string, string>,
    by: Answerer,
    send: (sessionId: string) => Promise<SessionEvent>,
    { failed = false } = {},
  ): Promise<void> {
    const id = this.sessionId.value;
    const pause = this.currentPause.value;
    if (id === null || !pause || this.state.value !== "paused") return;
    const last = failed || openEntries(pause).length <= texts.size;
    batch(() => {
      this.refusal.value = null;
      this.#replacePause(withAnswers(pause, texts, { by, at: Date.now(), failed }));
      if (last) this.state.value = "running";
    });
    try {
      this.#take(await send(id));
    } catch (error) {
      // A refused answer has changed nothing, so the page goes back to where it was.
      batch(() => {
        this.refusal.value = messageOf(error);
        if (!this.live.value) return;
        const current = this.currentPause.value;
        if (current) this.#replacePause(withoutAnswers(current, texts));
        this.state.value = "paused";
      });
    }
  }

  #replacePause(pause: Pause): void {
    this.pauses.value = [...this.pauses.value.slice(0, -1), pause];
  }

  /** Takes in what the registry said. */
  #take(event: SessionEvent): void {
    // A stopped session's event arrives twice: from `cancel`, and where it was waited for.
    if (!this.live.value) return;
    switch (event.status) {
      case "needs_response":
        batch(() => {
          this.sessionId.value = event.session_id;
          this.pauses.value = [...this.pauses.value, newPause(event, Date.now())];
          this.state.value = "paused";
        });
        this.#answerSoon();
        return;
      case "accepted":
        return;
      default:
        this.#finish(event.status, event);
    }
  }

  #finish(state: RunState, end: End | null): void {
    batch(() => {
      this.end.value = end;
      this.endedAt.value = Date.now();
      this.state.value = state;
    });
  }

  #answerSoon(): void {
    const pause = this.currentPause.value?.number;
    setTimeout(() => {
      const same = this.currentPause.value?.number === pause;
      if (same && this.auto.value && this.open.value.length > 0) void this.answerAllByScript();
    }, AUTO_DELAY_MS);
  }

  /** A start that was refused shows like a program that failed. */
  #failed(error: unknown): Failed {
    const stats = { auto: {}, custom: {} };
    return { status: "error", session_id: "", error: messageOf(error), stats, transcript: [] };
  }
}
