// Queries over time: one bar each, from asking to answering.

import { answererName, type Entry, tokensOf } from "../model/journal";
import type { Run } from "../model/run";
import { useNow } from "./clock";
import { compact, duration } from "./format";

interface Bar {
  pause: number;
  entry: Entry;
  /** Shares of the whole width, 0 to 1. */
  from: number;
  width: number;
  state: "answered" | "failed" | "open" | "unanswered";
  ms: number;
}

function barsOf(run: Run, now: number): { bars: Bar[]; span: number } {
  const begin = run.startedAt;
  const until = run.endedAt.value ?? now;
  const span = Math.max(1, until - begin);
  const bars = run.pauses.value.flatMap(({ number, entries }) =>
    entries
      .filter(({ carried }) => !carried)
      .map((entry): Bar => {
        const { askedAt, answer } = entry;
        const ms = Math.max(0, (answer?.at ?? until) - askedAt);
        const open = run.live.value ? "open" : "unanswered";
        return {
          pause: number,
          entry,
          from: Math.min(1, Math.max(0, (askedAt - begin) / span)),
          width: Math.min(1, ms / span),
          state: answer ? (answer.failed ? "failed" : "answered") : open,
          ms,
        };
      }),
  );
  return { bars, span };
}

export function TimelinePanel({ run }: { run: Run }) {
  const now = useNow(run.live.value);
  const { bars, span } = barsOf(run, now);
  if (bars.length === 0) return <p class="empty">Nothing was asked yet.</p>;
  const total = bars.reduce((sum, { entry }) => sum + tokensOf(entry).tokens, 0);
  return (
    <>
      <p class="timeline-sum">
        {duration(span)} from the start, about {compact(total)} tokens
      </p>
      <table class="timeline" data-testid="timeline">
        <colgroup>
          <col class="timeline-names" />
          <col />
          <col class="timeline-numbers" />
          <col class="timeline-numbers" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Query</th>
            <th scope="col">When</th>
            <th scope="col">Duration</th>
            <th scope="col">Tokens</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <Row key={`${bar.pause}/${bar.entry.query.query_id}`} run={run} bar={bar} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ run, bar }: { run: Run; bar: Bar }) {
  const { pause, entry, from, width, state, ms } = bar;
  const { query, answer } = entry;
  const { tokens, estimated } = tokensOf(entry);
  const left = `${(from * 100).toFixed(2)}%`;
  const wide = `${(width * 100).toFixed(2)}%`;
  return (
    <tr data-state={state}>
      <th scope="row">
        <button
          type="button"
          class="timeline-name"
          onClick={() => {
            run.viewed.value = pause;
          }}
        >
          <span class="timeline-pause">{pause}</span> {query.role ?? query.query_id}
        </button>
      </th>
      <td class="timeline-track">
        <span class="timeline-bar" style={{ left, width: wide }} />
      </td>
      <td class="timeline-number" title={answer ? answererName(answer.by) : state}>
        {duration(ms)}
      </td>
      <td
        class="timeline-number"
        title={estimated ? "estimated from the texts" : "as the model counted"}
      >
        {estimated ? "≈ " : ""}
        {compact(tokens)}
      </td>
    </tr>
  );
}
