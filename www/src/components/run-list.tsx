// The runs of this browser, the newest first.

import { type Playground, TTL_MS } from "../model/playground";
import type { Run } from "../model/run";
import { useNow } from "./clock";
import { clock } from "./format";
import { StateMark } from "./state-mark";

export function RunList({ page }: { page: Playground }) {
  const live = page.liveRuns.value.length > 0;
  return (
    <nav class="runs" aria-label="Sessions">
      <ul>
        {page.runs.value.map((run) => (
          <RunItem key={run.number} page={page} run={run} ticking={live} />
        ))}
      </ul>
    </nav>
  );
}

/** How old a run is, and while it waits how long it has waited. */
function age(run: Run, now: number): string {
  const elapsed = clock((run.endedAt.value ?? now) - run.startedAt);
  if (run.state.value !== "paused") return elapsed;
  const idle = now - run.lastActivityAt.value;
  return `${elapsed} · idle ${clock(idle)} of ${clock(TTL_MS)}`;
}

function RunItem({ page, run, ticking }: { page: Playground; run: Run; ticking: boolean }) {
  const now = useNow(ticking && run.live.value);
  const selected = page.selected.value === run;
  const open = run.open.value.length;
  return (
    <li class="runs-item" data-selected={selected}>
      <button
        type="button"
        class="runs-select"
        aria-current={selected}
        onClick={() => {
          page.selected.value = run;
        }}
      >
        <span class="runs-line">
          <span class="runs-name">
            {run.number} · {run.name}
          </span>
          <StateMark state={run.state.value} />
        </span>
        <span class="runs-facts">
          {open > 0 ? `${open} open · ` : ""}
          {age(run, now)}
        </span>
      </button>
      <button
        type="button"
        class="runs-remove"
        aria-label={`Remove session ${run.number}, ${run.name}`}
        title="Remove from the list"
        onClick={() => page.remove(run)}
      >
        ×
      </button>
    </li>
  );
}
