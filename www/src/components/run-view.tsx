// One run: what it asks now, or how it ended, and everything about it below.

import { useState } from "preact/hooks";
import { forksAround } from "../model/forks";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { ForksPanel } from "./forks-panel";
import { counted } from "./format";
import { Inbox } from "./inbox";
import { LogPanel } from "./log-panel";
import { Meters } from "./meters";
import { Outcome } from "./outcome";
import { PastPause } from "./past-pause";
import { PauseSteps } from "./pause-steps";
import { RunActions } from "./run-actions";
import { SnapshotPanel } from "./snapshot-panel";
import { StateMark } from "./state-mark";
import { StatsPanel } from "./stats-panel";
import { Tabs } from "./tabs";
import { TimelinePanel } from "./timeline-panel";
import { TranscriptPanel } from "./transcript-panel";

type Panel = "timeline" | "transcript" | "forks" | "log" | "stats" | "snapshot";

export function RunView({ page, run }: { page: Playground; run: Run }) {
  const past = run.pauses.value.find(({ number }) => number === run.viewed.value);
  return (
    <article
      class="run"
      data-testid="run"
      data-state={run.state.value}
      aria-label={`Session ${run.number}, ${run.name}`}
    >
      <RunHead page={page} run={run} />
      <ProgressBar run={run} />
      <Meters page={page} run={run} />
      <PauseSteps run={run} />
      {run.refusal.value !== null && (
        <p class="refusal" role="alert">
          The answer was refused: {run.refusal.value}
        </p>
      )}
      {past && <PastPause page={page} run={run} pause={past} />}
      {!past && run.live.value && <Inbox page={page} run={run} />}
      {!past && !run.live.value && <Outcome run={run} />}
      <Panels page={page} run={run} />
    </article>
  );
}

function RunHead({ page, run }: { page: Playground; run: Run }) {
  const pauses = run.pauses.value.length;
  const queries = run.pauses.value.reduce(
    (sum, { entries }) => sum + entries.filter(({ carried }) => !carried).length,
    0,
  );
  const { parent } = run.beginning;
  return (
    <header class="run-head">
      <div class="run-title">
        <h2>{run.name}</h2>
        <StateMark state={run.state.value} />
        <p class="run-facts">
          {counted(pauses, "pause", "pauses")}, {counted(queries, "query", "queries")}
          {parent && `, from #${parent.run} at pause ${parent.pause}`}
        </p>
      </div>
      <RunActions page={page} run={run} />
    </header>
  );
}

function ProgressBar({ run }: { run: Run }) {
  const progress = run.progress.value;
  if (!progress) return null;
  const { step, total, message } = progress;
  return (
    <div class="progress">
      {total > 0 ? (
        <progress value={step} max={total} aria-label="Progress" />
      ) : (
        <progress aria-label="Progress" />
      )}
      <span class="progress-text">
        {total > 0 ? `${step} of ${total}` : `step ${step}`}
        {message !== null && ` · ${message}`}
      </span>
    </div>
  );
}

function Panels({ page, run }: { page: Playground; run: Run }) {
  const [panel, setPanel] = useState<Panel>("timeline");
  const forks = forksAround(run, page.runs.value).length;
  const tabs = [
    { id: "timeline", label: "Timeline" },
    { id: "transcript", label: "Transcript" },
    { id: "forks", label: "Forks", count: forks > 1 ? forks : 0 },
    { id: "log", label: "Log", count: run.log.total.value },
    { id: "stats", label: "Stats" },
    { id: "snapshot", label: "Snapshot" },
  ] as const;
  return (
    <div class="panels">
      <Tabs
        label="About this run"
        tabs={tabs}
        selected={panel}
        onSelect={setPanel}
        idPrefix="run"
      />
      <div
        class="panel"
        id={`run-panel-${panel}`}
        role="tabpanel"
        aria-labelledby={`run-tab-${panel}`}
      >
        {panel === "timeline" && <TimelinePanel run={run} />}
        {panel === "transcript" && <TranscriptPanel run={run} />}
        {panel === "forks" && <ForksPanel page={page} run={run} />}
        {panel === "log" && <LogPanel run={run} />}
        {panel === "stats" && <StatsPanel page={page} run={run} />}
        {panel === "snapshot" && <SnapshotPanel page={page} run={run} />}
      </div>
    </div>
  );
}
