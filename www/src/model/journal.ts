// What a run has asked and been told, pause by pause.

import type { NeedsResponse, Query, TokenUsage } from "algocline-wasm";

/** Who gave an answer: a person, the script, or a model by its name. */
export type Answerer = "hand" | "script" | `model:${string}`;

/** The answer to a query, or the failure that stands for it. */
export interface GivenAnswer {
  text: string;
  by: Answerer;
  /** Milliseconds since the epoch. */
  at: number;
  /** Whether the program got an error with this text instead. */
  failed: boolean;
  /** What it cost, where the model has said it. */
  usage?: TokenUsage;
}

/** One query of a pause and what became of it. */
export interface Entry {
  query: Query;
  /** When it was asked, in milliseconds since the epoch. */
  askedAt: number;
  /** Absent while the query is open, and for ever if the run ended before. */
  answer?: GivenAnswer;
  /** Set when it was still open as the next pause began, which has it, too. */
  carried?: true;
}

/** One pause. */
export interface Pause {
  number: number;
  entries: Entry[];
}

export const openEntries = (pause: Pause | undefined): Entry[] =>
  pause?.entries.filter((entry) => !entry.answer && !entry.carried) ?? [];

/** The pause of an event. Queries that were open before were asked then, not now. */
export function newPause(event: NeedsResponse, at: number, before: Pause | undefined): Pause {
  const asked = new Map(openEntries(before).map(({ query, askedAt }) => [query.query_id, askedAt]));
  return {
    number: event.pause,
    entries: event.queries.map((query) => ({ query, askedAt: asked.get(query.query_id) ?? at })),
  };
}

/** The pause with those of its open queries marked that the next one has, too. */
export function withCarried(pause: Pause, next: Pause): Pause {
  const still = new Set(next.entries.map(({ query }) => query.query_id));
  return {
    ...pause,
    entries: pause.entries.map((entry) =>
      !entry.answer && still.has(entry.query.query_id) ? { ...entry, carried: true } : entry,
    ),
  };
}

/** The pause with answers noted, by query id. */
export const withAnswers = (pause: Pause, answers: ReadonlyMap<string, GivenAnswer>): Pause => ({
  ...pause,
  entries: pause.entries.map((entry) => {
    const answer = answers.get(entry.query.query_id);
    return answer ? { ...entry, answer } : entry;
  }),
});

/** The pause with the answers to these queries, which were refused, taken back. */
export const withoutAnswers = (pause: Pause, ids: ReadonlySet<string>): Pause => ({
  ...pause,
  entries: pause.entries.map(({ answer, ...asked }) =>
    answer && !ids.has(asked.query.query_id) ? { ...asked, answer } : asked,
  ),
});

/** Whether both pauses ask the same. */
export const asksTheSame = (one: Pause, other: Pause): boolean =>
  one.entries.length === other.entries.length &&
  one.entries.every(({ query }, i) => {
    const twin = other.entries[i]?.query;
    return (
      twin?.query_id === query.query_id &&
      twin.prompt === query.prompt &&
      twin.system === query.system
    );
  });

/**
 * About how many tokens a text has, by the engine's own rule: a quarter of its
 * ASCII characters and two thirds of the others.
 */
export function estimatedTokens(text: string): number {
  let ascii = 0;
  let other = 0;
  for (const char of text) {
    if (char <= "\u007f") ascii += 1;
    else other += 1;
  }
  return Math.ceil(ascii / 4) + Math.ceil((other * 2) / 3);
}

/** The tokens of a query and its answer, and whether they are counted or guessed. */
export function tokensOf({ query, answer }: Entry): { tokens: number; estimated: boolean } {
  const { prompt_tokens, completion_tokens } = answer?.usage ?? {};
  const prompt = prompt_tokens ?? estimatedTokens(query.prompt + (query.system ?? ""));
  const reply = completion_tokens ?? estimatedTokens(answer && !answer.failed ? answer.text : "");
  return {
    tokens: prompt + reply,
    estimated: prompt_tokens === undefined || completion_tokens === undefined,
  };
}

/** An answerer in words. */
export function answererName(by: Answerer): string {
  if (by === "hand") return "by hand";
  if (by === "script") return "by script";
  return `by ${by.slice("model:".length)}`;
}
