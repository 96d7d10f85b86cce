// One run: what it asks now, or how it ended, and everything about it below.

import { useState } from "preact/hooks";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { counted } from "./format";
import { Inbox } from "./inbox";
import { LogPanel } from "./log-panel";
import { Outcome } from "./outcome";
import { SnapshotPanel } from "./snapshot-panel";
import { StateMark } from "./state-mark";
import { StatsPanel } from "./stats-panel";
import { Switch } from "./switch";
import { Tabs } from "./tabs";
import { TranscriptPanel } from "./transcript-panel";

type Panel = "transcript" | "log" | "stats" | "snapshot";

export function RunView({ page, run }: { page: Playground; run: Run }) {
  return (
    <article
      class="run"
      data-testid="run"
      data-state={run.state.value}
      aria-label={`Session ${run.number}, ${run.name}`}
    >
      <RunHead run={run} />
      <ProgressBar run={run} />
      {run.refusal.value !== null && (
        <p class="refusal" role="alert">
          The answer was refused: {run.refusal.value}
        </p>
      )}
      {run.live.value ? <Inbox run={run} /> : <Outcome run={run} />}
      <Panels page={page} run={run} />
    </article>
  );
}

function RunHead({ run }: { run: Run }) {
  const pauses = run.pauses.value.length;
  const queries = run.pauses.value.reduce((sum, { entries }) => sum + entries.length, 0);
  return (
    <header class="run-head">
      <div class="run-title">
        <h2>{run.name}</h2>
        <StateMark state={run.state.value} />
        <p class="run-facts">
          {counted(pauses, "pause", "pauses")}, {counted(queries, "query", "queries")}
        </p>
      </div>
      {run.live.value && (
        <div class="run-actions">
          <Switch label="Scripted answers" on={run.auto.value} onChange={(on) => run.setAuto(on)} />
          <button type="button" class="button button-stop" onClick={() => run.stop()}>
            Stop
          </button>
        </div>
      )}
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
  const [panel, setPanel] = useState<Panel>("transcript");
  const tabs = [
    { id: "transcript", label: "Transcript" },
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
        {panel === "transcript" && <TranscriptPanel run={run} />}
        {panel === "log" && <LogPanel run={run} />}
        {panel === "stats" && <StatsPanel page={page} run={run} />}
        {panel === "snapshot" && <SnapshotPanel page={page} run={run} />}
      </div>
    </div>
  );
}
