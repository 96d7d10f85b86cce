// What a run has used: at its end the session's own account, before it what the
// snapshot shows.

import type { Json } from "algocline-wasm";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { useNow } from "./clock";
import { pretty } from "./format";

const isObject = (value: unknown): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A counter as it is read: token counts say where they come from. */
function shown(value: Json): string {
  if (isObject(value) && typeof value["tokens"] === "number") {
    return `${value["tokens"]} (${String(value["source"])})`;
  }
  return typeof value === "object" ? pretty(value) : String(value);
}

const words = (key: string): string => key.replaceAll("_", " ");

/** Those of a snapshot's metrics that count something. */
function counters(page: Playground, run: Run): Record<string, Json> {
  const snapshot = page.snapshot(run);
  const metrics = isObject(snapshot) ? snapshot["metrics"] : undefined;
  if (!isObject(metrics)) return {};
  const { recent_logs: _logs, conversation_history: _history, ...rest } = metrics;
  return rest;
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
        <div key={key} class="stats-row">
          <dt>{words(key)}</dt>
          <dd>{shown(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
