// What a run has asked and been told, pause by pause.

import type { NeedsResponse, Query } from "algocline-wasm";

/** Who gave an answer. */
export type Answerer = "hand" | "script";

/** One query of a pause and what became of it. */
export interface Entry {
  query: Query;
  /** When it was asked, in milliseconds since the epoch. */
  askedAt: number;
  /** Absent while the query is open, and for ever if the run ended before. */
  answer?: { text: string; by: Answerer; at: number; failed: boolean };
}

/** One pause. */
export interface Pause {
  number: number;
  entries: Entry[];
}

export const newPause = (event: NeedsResponse, at: number): Pause => ({
  number: event.pause,
  entries: event.queries.map((query) => ({ query, askedAt: at })),
});

export const openEntries = (pause: Pause | undefined): Entry[] =>
  pause?.entries.filter((entry) => !entry.answer) ?? [];

/** The pause with answers noted: text by query id. */
export function withAnswers(
  pause: Pause,
  answers: ReadonlyMap<string, string>,
  mark: { by: Answerer; at: number; failed?: boolean },
): Pause {
  const { by, at, failed = false } = mark;
  return {
    ...pause,
    entries: pause.entries.map((entry) => {
      const text = answers.get(entry.query.query_id);
      return text === undefined ? entry : { ...entry, answer: { text, by, at, failed } };
    }),
  };
}

/** The pause with these answers, which were refused, taken back. */
export const withoutAnswers = (pause: Pause, answers: ReadonlyMap<string, string>): Pause => ({
  ...pause,
  entries: pause.entries.map(({ answer, ...asked }) =>
    answer && !answers.has(asked.query.query_id) ? { ...asked, answer } : asked,
  ),
});
