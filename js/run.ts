// Drives a session from its start to its end with one function that answers.

import * as check from "./check.js";
import { AlcError, invalidArgument, messageOf, report } from "./errors.js";
import { describe, hasLoneSurrogate, type Json, wellFormed } from "./json.js";
import { type SessionRegistry, startWatched } from "./registry.js";
import type {
  Cancelled,
  Completed,
  Failed,
  NeedsResponse,
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

async function drive(state: Run, first: SessionEvent): Promise<End> {
  let event = first;
  for (;;) {
    state.onEvent(event);
    if (event.status === "needs_response") event = await answerAll(state, event);
    else if (event.status === "accepted") event = state.registry.pending(event.session_id);
    else return event;
  }
}

/** Answers the queries of one pause; resolves with the event that follows it. */
function answerAll(state: Run, event: NeedsResponse): Promise<SessionEvent> {
  const abort = new AbortController();
  const answered = new Promise<SessionEvent>((resolve, reject) => {
    state.wake = () => resolve(lastEvent(state, event.session_id));
    if (state.end) state.wake();
    const queue = event.queries.values();
    const work = async (): Promise<void> => {
      for (const query of queue) {
        const next = await answerOne(state, event, query, abort);
        if (!next) return;
        if (next.status !== "accepted") return resolve(next);
        state.onEvent(next);
      }
    };
    const workers = Math.min(state.concurrency, event.queries.length);
    for (let i = 0; i < workers; i++) work().catch(reject);
  });
  return answered.finally(() => {
    delete state.wake;
    abort.abort(notNeeded());
  });
}

/** The event with which a session has ended; the error of looking for it if there was none. */
async function lastEvent({ end, registry }: Run, id: string): Promise<SessionEvent> {
  return end?.event ?? registry.pending(id);
}

const notNeeded = () => new AlcError("invalid_transition", "the answer is not needed any more");

/** Has one query answered and hands the answer, or the failure, to the session. Nothing once that is of no use. */
async function answerOne(
  { registry, llm }: Run,
  { session_id: sessionId, pause }: NeedsResponse,
  query: Query,
  abort: AbortController,
): Promise<SessionEvent | undefined> {
  if (abort.signal.aborted) return undefined;
  const where = { queryId: query.query_id, pause };
  let answer: { response: string; usage?: TokenUsage };
  try {
    answer = checkAnswer(await llm(query, { sessionId, pause, signal: abort.signal }));
  } catch (error) {
    if (abort.signal.aborted) return undefined;
    // The other answers of the pause are lost now; nobody shall wait for them.
    abort.abort(notNeeded());
    return registry.fail(sessionId, wellFormed(messageOf(error)), where);
  }
  if (abort.signal.aborted) return undefined;
  const { response, usage } = answer;
  return registry.feed(sessionId, response, usage ? { ...where, usage } : where);
}

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
