// A model at work on one query.

import { signal } from "@preact/signals";

export class Ask {
  /** The model's name. */
  readonly name: string;
  /** The answer so far. */
  readonly text = signal("");
  /** Why the model could not answer. */
  readonly problem = signal<string | null>(null);
  readonly #abort = new AbortController();

  constructor(name: string) {
    this.name = name;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  stop(): void {
    this.#abort.abort(new DOMException("stopped in the page", "AbortError"));
  }
}
