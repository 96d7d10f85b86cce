// The runs of this visit, the newest first.

import type { Playground } from "../model/playground";
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

function RunItem({ page, run, ticking }: { page: Playground; run: Run; ticking: boolean }) {
  const now = useNow(ticking && run.live.value);
  const selected = page.selected.value === run;
  const elapsed = (run.endedAt.value ?? now) - run.startedAt;
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
        <StateMark state={run.state.value} />
        <span class="runs-name">
          {run.number} · {run.name}
        </span>
        <span class="runs-facts">
          {open > 0 ? `${open} open · ` : ""}
          {clock(elapsed)}
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
