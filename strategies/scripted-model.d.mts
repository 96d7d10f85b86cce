/** A script: the first rule that fits a query answers it. See strategies/README.md. */
export interface Script {
  rules: ScriptRule[];
  /** The answer when no rule fits. Default: the empty text. */
  otherwise?: string;
}

export interface ScriptRule {
  /** The query's `role`. */
  role?: string;
  /** What the prompt must contain, all of it. */
  match?: string | string[];
  /** What the system text must contain, all of it. */
  system?: string | string[];
  /** What the prompt must contain between `<name>` and `</name>`, by name. */
  tags?: { [name: string]: string | string[] };
  /** Given in turn, then from the start again; `{{name}}`, `{{name|60}}` and `{{n}}` are filled in. */
  answers: string | string[];
}

/** As much of a query as rules look at. */
export interface ScriptedQuery {
  prompt: string;
  system?: string | null;
  role?: string;
}

/** Thrown for a script that is not one; the message names the place in it. */
export class ScriptFormatError extends Error {}

/** Answers queries by a script. It counts how often each rule answered, so use one per session. */
export class ScriptedModel {
  /** @param counts how often each rule has answered, from `counts` of another model */
  constructor(script: Script, counts?: readonly number[]);
  /** How often each rule has answered: hand it to the model of a forked or restored session. */
  get counts(): number[];
  /** The answer to a query, and the index of the rule that gave it (-1: none did). */
  reply(query: ScriptedQuery): { response: string; rule: number };
}

/** What stands between the first `<name>` of a prompt and the `</name>` after it, trimmed; "" without. */
export function tagText(prompt: string, name: string): string;

/** One line of at most `length` characters; what is cut off shows as "…". */
export function shorten(text: string, length: number): string;
