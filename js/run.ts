// Drives a session from its start to its end with one function that answers.

import * as check from "./check.js";
import { AlcError, invalidArgument, messageOf, report } from "./errors.js";
import { describe, hasLoneSurrogate, type Json, wellFormed } from "./json.js";
import { type SessionRegistry, startWatched } from "./registry.js";
import type {
  Cancelled,
  Completed,
  Failed,
  Query,
  SessionEvent,
  StartOptions,
  TokenUsage,
} from "./types.js";

const DEFAULT_CONCURRENCY = 8;

/** What a model has said: the text, or the text with its cost. */
export type LlmAnswer = string | { response: string; usage?: TokenUsage };

/** Where a query comes from. */
export interface LlmInfo {
  /** The session. */
  sessionId: string;
  /** The pause's number, from 1. */
  pause: number;
  /**
   * Aborted as soon as the answer is of no use any more: the session has ended,
   * or another query of the pause has failed. Pass it on to `fetch`.
   */
  signal: AbortSignal;
}

/** How `run` drives a session. */
export interface RunOptions extends StartOptions {
  /**
   * Answers one query. When it throws or rejects, the waiting `alc.llm` raises
   * the error's message as a Lua error, which the program may catch.
   */
  llm: (query: Query, info: LlmInfo) => Promise<LlmAnswer> | LlmAnswer;
  /** How many queries are answered side by side, a whole number from 1. Default 8. */
  concurrency?: number;
  /**
   * Called with every event, the last one included. An error that it throws
   * becomes an uncaught error of the host.
   */
  onEvent?: (event: SessionEvent) => void;
}

/** How a session ends. */
type End = Completed | Failed | Cancelled;

/** A running `run`. */
interface Run {
  registry: SessionRegistry;
  llm: RunOptions["llm"];
  concurrency: number;
  onEvent: (event: SessionEvent) => void;
  /** Set when the session has ended, whoever ended it; without an event it was reaped. */
  end?: { event: SessionEvent | undefined };
  /** Called at the end, while queries are being answered. */
  wake?: () => void;
}

/**
 * Starts a program, answers its queries and resumes it until it ends.
 *
 * Aborting `options.signal` cancels the session; the promise then resolves with
 * the `cancelled` event.
 *
 * ```js
 * const registry = await SessionRegistry.create();
 * const end = await run(registry, 'return alc.llm("2 + 2?")', null, {
 *   llm: async (query, { signal }) => askModel(query.prompt, { signal }),
 * });
 * console.log(end.status, end.result);
 * ```
 *
 * @param ctx any JSON value; the program's global `ctx`
 * @throws AlcError `invalid_argument`; `session_not_found` and `disposed` where
 * the session is reaped or the registry disposed of on the way; those of `feed`
 * where somebody else answers the same session
 */
export async function run(
  registry: SessionRegistry,
  code: string,
  ctx: Json,
  options: RunOptions,
): Promise<End> {
  if (typeof registry?.[startWatched] !== "function") {
    throw invalidArgument("registry", `must be a SessionRegistry, got ${describe(registry)}`);
  }
  const { llm, onEvent, concurrency, ...start } = check.options(options, "options");
  if (typeof llm !== "function") {
    throw invalidArgument("options.llm", `must be a function, got ${describe(llm)}`);
  }
  check.optionalFunction(onEvent, "options.onEvent");
  const state: Run = {
    registry,
    llm,
    concurrency: check.integer(concurrency ?? DEFAULT_CONCURRENCY, "options.concurrency", 1),
    onEvent: (event) => tell(onEvent, event),
  };
  const first = await registry[startWatched](code, ctx, start, (event) => {
    state.end = { event };
    state.wake?.();
  });
  return drive(state, first);
}

function tell(onEvent: ((event: SessionEvent) => void) | undefined, event: SessionEvent): void {
  try {
    onEvent?.(event);
  } catch (error) {
    report(error);
  }
}

/** A query that is being answered, or waits for its turn. */
interface Job {
  query: Query;
  abort: AbortController;
  /** Resolves, once it has begun, when the answer is there or has failed. */
  done?: Promise<Job>;
  outcome?: { answer: { response: string; usage?: TokenUsage } } | { failure: string };
}

/**
 * Answers what is open until the session ends. Answers are handed over one by
 * one, as they come. Where strategies run side by side, a query may stay open over
 * several pauses; it is asked once.
 */
async function drive(state: Run, first: SessionEvent): Promise<End> {
  const jobs = new Map<string, Job>();
  const ended = new Promise<undefined>((resolve) => {
    state.wake = () => resolve(undefined);
    if (state.end) state.wake();
  });
  let event = first;
  let pause = 0;
  try {
    for (;;) {
      state.onEvent(event);
      if (event.status === "needs_response") {
        pause = event.pause;
        takeOver(jobs, event.queries);
      } else if (event.status !== "accepted") return event;
      begin(state, jobs, event.session_id, pause);
      const running = [...jobs.values()].flatMap(({ done }) => (done ? [done] : []));
      const job = await Promise.race([ended, ...running]);
      event = job
        ? await handOver(state, jobs, job, event.session_id, pause)
        : await lastEvent(state, event.session_id);
    }
  } finally {
    delete state.wake;
    dropAll(jobs);
  }
}

/** Adds jobs for queries that are new. */
function takeOver(jobs: Map<string, Job>, queries: Query[]): void {
  for (const query of queries) {
    if (!jobs.has(query.query_id)) {
      jobs.set(query.query_id, { query, abort: new AbortController() });
    }
  }
}

/** Begins as many jobs as may run side by side. */
function begin(state: Run, jobs: Map<string, Job>, sessionId: string, pause: number): void {
  const isRunning = (job: Job) => job.done !== undefined && job.outcome === undefined;
  let free = state.concurrency - [...jobs.values()].filter(isRunning).length;
  for (const job of jobs.values()) {
    if (free <= 0) return;
    if (job.done) continue;
    free--;
    job.done = answer(state, job, { sessionId, pause, signal: job.abort.signal });
  }
}

/** Has one query answered. Never rejects. */
async function answer({ llm }: Run, job: Job, info: LlmInfo): Promise<Job> {
  try {
    job.outcome = { answer: checkAnswer(await llm(job.query, info)) };
  } catch (error) {
    job.outcome = { failure: wellFormed(messageOf(error)) };
  }
  return job;
}

/** Hands an answer, or a failure, to the session; the event that follows. */
async function handOver(
  state: Run,
  jobs: Map<string, Job>,
  { query, outcome }: Job,
  sessionId: string,
  pause: number,
): Promise<SessionEvent> {
  if (!outcome || state.end) return lastEvent(state, sessionId);
  jobs.delete(query.query_id);
  const where = { queryId: query.query_id, pause };
  if ("failure" in outcome) {
    // Others of the pause may be lost now, and later ones may have their ids.
    dropAll(jobs);
    return state.registry.fail(sessionId, outcome.failure, where);
  }
  const { response, usage } = outcome.answer;
  return state.registry.feed(sessionId, response, usage ? { ...where, usage } : where);
}

/** Tells all jobs that nobody waits for them any more. */
function dropAll(jobs: Map<string, Job>): void {
  for (const { abort } of jobs.values()) abort.abort(notNeeded());
  jobs.clear();
}

/** The event with which a session has ended; the error of looking for it if there was none. */
async function lastEvent({ end, registry }: Run, id: string): Promise<SessionEvent> {
  return end?.event ?? registry.pending(id);
}

const notNeeded = () => new AlcError("invalid_transition", "the answer is not needed any more");

/** What `llm` gave, checked: a wrong answer is a failed one. */
function checkAnswer(given: LlmAnswer): { response: string; usage?: TokenUsage } {
  const answer = typeof given === "string" ? { response: given } : given;
  if (typeof answer?.response !== "string") {
    throw invalidArgument(
      "the result of options.llm",
      `must be a string or {response, usage?}, got ${describe(given)}`,
    );
  }
  if (hasLoneSurrogate(answer.response)) {
    throw invalidArgument("the result of options.llm", "has a lone surrogate");
  }
  const usage = check.usage(answer.usage, "the result of options.llm.usage");
  return usage ? { response: answer.response, usage } : { response: answer.response };
}
