// What happens to the sessions of a registry, for those parts of the package that
// look after sessions: `autosave`, and the recovery after the loss of an instance.

import type { Answer, NeedsResponse } from "./types.js";

/** What a host has handed over, complete: it can be handed over again. */
export type Step =
  | { pause: number; answers: Answer[] }
  | { pause: number; query_id: string; failure: string };

/** Told of the sessions of a registry. Nothing here may throw. */
export interface SessionWatcher {
  /**
   * A session waits; its host will learn of it next. `image` is what `save` gives, where
   * that has been asked already.
   */
  paused(event: NeedsResponse, image: Uint8Array | undefined): void;
  /**
   * A step that the session will take is about to be handed over. That happens when
   * the promise resolves; without one at once.
   */
  answering?(sessionId: string, step: Step): Promise<void> | undefined;
  /**
   * The instance was lost, and the session has come back as it was when it paused last,
   * with the steps it had accepted since. A step that was under way was not taken.
   */
  recovered?(event: NeedsResponse): void;
  /** A session has ended or was reaped. */
  ended(sessionId: string): void;
  /** The registry was disposed of; its sessions are gone from memory, no more. */
  disposed?(): void;
}

/**
 * The method of a registry by which a watcher is added; it returns the function
 * that takes it away.
 *
 * @internal
 */
export const watch: unique symbol = Symbol.for("algocline-wasm.watch");
