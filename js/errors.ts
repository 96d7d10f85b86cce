// The one error class of the package.

/**
 * What went wrong, for programs to tell apart.
 *
 * | code | when |
 * | --- | --- |
 * | `invalid_argument` | an argument has the wrong type or value; the message names it and the path in it |
 * | `session_not_found` | no live session has this id: unknown, ended or reaped |
 * | `session_busy` | the session is running right now, so it takes no answer |
 * | `unknown_query` | the pause has no query of this id |
 * | `already_responded` | the query has its answer |
 * | `stale_pause` | the answer is for another pause than the current one |
 * | `invalid_transition` | the session's state does not allow this, or the query must be named |
 * | `bad_snapshot` | a saved session is damaged |
 * | `unsupported_snapshot` | a saved session has a version that this release does not read; the message names it and those supported |
 * | `missing_source` | a saved session refers to a module by its hash, and the registry does not have that source |
 * | `disposed` | the registry was disposed of |
 * | `store_full` | a store has no room for a value: a quota, a full disk, a value beyond its size limit; nothing was stored |
 * | `store_failed` | a store could not do what it was asked, or what lies there is no JSON; see `cause` |
 * | `instance_lost` | the WebAssembly instance broke down during this call or meanwhile; a new one is in its place, and paused sessions wait again where they last paused |
 * | `load_failed` | the WebAssembly file could not be fetched, read or compiled; see `cause` |
 */
export type AlcErrorCode =
  | "invalid_argument"
  | "session_not_found"
  | "session_busy"
  | "unknown_query"
  | "already_responded"
  | "stale_pause"
  | "invalid_transition"
  | "bad_snapshot"
  | "unsupported_snapshot"
  | "missing_source"
  | "store_full"
  | "store_failed"
  | "disposed"
  | "instance_lost"
  | "load_failed";

/** More about an error. */
export interface AlcErrorDetails {
  /** The session concerned. */
  sessionId?: string;
  /** The error behind this one. */
  cause?: unknown;
}

/**
 * Everything the package throws or rejects with.
 *
 * A refused call has changed nothing: the session stands where it stood.
 *
 * ```js
 * try {
 *   await registry.feed(event.session_id, "42", { pause: event.pause });
 * } catch (error) {
 *   if (error instanceof AlcError && error.code === "stale_pause") {
 *     // Somebody else has answered; `registry.pending(id)` shows the next question.
 *   } else throw error;
 * }
 * ```
 */
export class AlcError extends Error {
  /** What went wrong. */
  readonly code: AlcErrorCode;
  /** The session concerned, where there is one. */
  readonly sessionId?: string;

  /**
   * The package makes these itself; a host's own store or model may, too.
   *
   * @param code what went wrong
   * @param message one sentence for people
   * @param details the session and the error behind this one
   */
  constructor(code: AlcErrorCode, message: string, details: AlcErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.name = "AlcError";
    this.code = code;
    if (details.sessionId !== undefined) this.sessionId = details.sessionId;
  }
}

/** An argument was refused; `name` says which, with the path in it. */
export function invalidArgument(name: string, problem: string, cause?: unknown): AlcError {
  const details = cause === undefined ? {} : { cause };
  return new AlcError("invalid_argument", `invalid argument \`${name}\`: ${problem}`, details);
}

/** The error's text for people, whatever was thrown. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message || error.name : error);
  } catch {
    return "an error without a text";
  }
}

/**
 * Makes an error that a callback of the host has thrown an uncaught one, as
 * `EventTarget` does with those of its listeners: it must not upset the call
 * during which it arose, and must not be hidden either.
 */
export function report(error: unknown): void {
  if (typeof globalThis.reportError === "function") {
    globalThis.reportError(error);
    return;
  }
  queueMicrotask(() => {
    throw error;
  });
}
