// What answers queries, other than a person.

import type { Query, TokenUsage } from "algocline-wasm";

export interface Reply {
  response: string;
  /** Where the provider says it. */
  usage?: TokenUsage;
}

export interface AskOptions {
  signal: AbortSignal;
  /** Called with the answer so far, as it grows. */
  onText: (text: string) => void;
}

export interface Model {
  /** For people: `gpt-4o`, `the script`. */
  readonly name: string;
  /**
   * Answers one query.
   *
   * @throws ModelError with a sentence for people; the signal's reason once it is aborted
   */
  ask(query: Query, options: AskOptions): Promise<Reply>;
}

/** The model cannot answer, and why. */
export class ModelError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ModelError";
  }
}
