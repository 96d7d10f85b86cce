// A model that answers by rules. It needs no network, and the same query gets the
// same answer.

import type { Query } from "algocline-wasm";
import { type Script, ScriptedModel } from "../../../strategies/scripted-model.mjs";
import type { AskOptions, Model, Reply } from "./model";

/** So that one sees the answer come, as from any model. */
const STEPS = 6;
const STEP_MS = 20;

export class ScriptModel implements Model {
  readonly name = "script";
  readonly #model: ScriptedModel;

  /** @param counts how often each rule has answered already */
  constructor(script: Script, counts?: readonly number[]) {
    this.#model = new ScriptedModel(script, counts);
  }

  get counts(): number[] {
    return this.#model.counts;
  }

  async ask(query: Query, { signal, onText }: AskOptions): Promise<Reply> {
    // The rule is chosen now: of several queries asked at once the first gets the first answer.
    const { response } = this.#model.reply(query);
    const size = Math.ceil(response.length / STEPS);
    for (let end = size; end < response.length; end += size) {
      onText(response.slice(0, end));
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      signal.throwIfAborted();
    }
    return { response };
  }
}
