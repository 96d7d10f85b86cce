import type { RunState } from "../model/run";

const WORDS: Record<RunState, string> = {
  running: "running",
  paused: "waiting",
  completed: "completed",
  error: "failed",
  cancelled: "stopped",
  reaped: "gone",
};

/** A run's state as a word with a colour. */
export function StateMark({ state }: { state: RunState }) {
  return (
    <span class="state" data-state={state}>
      {WORDS[state]}
    </span>
  );
}
