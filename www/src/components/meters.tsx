// What a live run uses of what it may use: fuel, memory, its budget, and the time
// until it is reaped.

import type { Json } from "algocline-wasm";
import type { Playground } from "../model/playground";
import { TTL_MS } from "../model/playground";
import type { Run } from "../model/run";
import { useNow } from "./clock";
import { bytes, clock, compact } from "./format";

export function Meters({ page, run }: { page: Playground; run: Run }) {
  const now = useNow(run.live.value);
  const snapshot = page.snapshot(run);
  if (!snapshot) return null;
  const { fuel, memory, metrics } = snapshot;
  const budget = isObject(metrics["budget_remaining"]) ? metrics["budget_remaining"] : {};
  const tokens = isObject(metrics["tokens"]) ? metrics["tokens"]["total"] : 0;
  const left = run.lastActivityAt.value + TTL_MS - now;
  return (
    <dl class="meters" data-testid="meters">
      <Meter
        name="Fuel"
        value={fuel.used}
        max={fuel.limit}
        text={`${compact(fuel.total)} in all`}
        title="Instructions since the last pause, of those allowed"
      />
      <Meter
        name="Memory"
        value={memory.used}
        max={memory.limit}
        text={bytes(memory.used)}
        title={`${bytes(memory.limit)} at most`}
      />
      <Figure name="Tokens" text={compact(Number(tokens))} />
      {limits(budget).map(([name, text]) => (
        <Figure key={name} name={name} text={text} />
      ))}
      {run.state.value === "paused" && (
        <Figure name="Kept for" text={clock(left)} title="Then an unanswered session is removed" />
      )}
    </dl>
  );
}

const isObject = (value: unknown): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What is left of a budget, in words. */
function limits(budget: Record<string, Json>): [string, string][] {
  const { llm_calls, tokens, elapsed_ms } = budget;
  const found: [string, string][] = [];
  if (typeof llm_calls === "number") found.push(["Queries left", compact(llm_calls)]);
  if (typeof tokens === "number") found.push(["Tokens left", compact(tokens)]);
  if (typeof elapsed_ms === "number") found.push(["Time left", clock(elapsed_ms)]);
  return found;
}

interface MeterProps {
  name: string;
  value: number;
  max: number;
  text: string;
  title: string;
}

function Meter({ name, value, max, text, title }: MeterProps) {
  return (
    <div class="meter" title={title}>
      <dt>{name}</dt>
      <dd>
        <meter aria-label={name} min={0} max={max} value={value} high={max * 0.8} optimum={0} />
        {text}
      </dd>
    </div>
  );
}

function Figure({ name, text, title }: { name: string; text: string; title?: string }) {
  return (
    <div class="meter" title={title}>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}
