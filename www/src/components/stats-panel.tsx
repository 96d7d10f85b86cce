// What a run has used: at its end the session's own account, before it what the
// snapshot shows.

import type { Json } from "algocline-wasm";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { useNow } from "./clock";
import { pretty } from "./format";

const isObject = (value: unknown): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isCount = (value: Json): value is { tokens: number; source: string } =>
  isObject(value) && typeof value["tokens"] === "number";

/** Whether a value takes several lines. */
const isLong = (value: Json): boolean =>
  typeof value === "object" && value !== null && !isCount(value);

/** A counter as it is read: token counts say where they come from. */
function shown(value: Json): string {
  if (isCount(value)) return `${value.tokens} (${value.source})`;
  return isLong(value) ? pretty(value) : String(value);
}

const words = (key: string): string => key.replaceAll("_", " ");

/** Those of a snapshot's metrics that count something, under the names they have at the end. */
function counters(page: Playground, run: Run): Record<string, Json> {
  const snapshot = page.snapshot(run);
  if (!snapshot) return {};
  const { elapsed_ms = 0, llm_calls = 0, rounds = 0, tokens, budget_remaining } = snapshot.metrics;
  const counted = isObject(tokens) ? tokens : {};
  const left = Object.entries(isObject(budget_remaining) ? budget_remaining : {});
  return {
    elapsed_ms,
    llm_calls,
    rounds,
    prompt_tokens: counted["prompt_total"] ?? 0,
    response_tokens: counted["response_total"] ?? 0,
    total_tokens: counted["total"] ?? 0,
    ...Object.fromEntries(
      left.filter(([, value]) => value !== null).map(([key, value]) => [`${key}_left`, value]),
    ),
    instructions: snapshot.fuel.total,
    memory_bytes: snapshot.memory.used,
  };
}

export function StatsPanel({ page, run }: { page: Playground; run: Run }) {
  useNow(run.live.value);
  const stats = run.end.value?.stats ?? { auto: counters(page, run), custom: {} };
  const custom = Object.entries(stats.custom);
  return (
    <>
      <Table entries={Object.entries(stats.auto)} />
      {custom.length > 0 && (
        <>
          <h4>Recorded by the program</h4>
          <Table entries={custom} />
        </>
      )}
    </>
  );
}

function Table({ entries }: { entries: [string, Json][] }) {
  if (entries.length === 0) return <p class="empty">No figures.</p>;
  return (
    <dl class="stats">
      {entries.map(([key, value]) => (
        <div key={key} class="stats-row" data-long={isLong(value)}>
          <dt>{words(key)}</dt>
          <dd>{shown(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
