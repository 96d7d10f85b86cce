// Tells what changes to those who do not see it: screen readers, and the tab's title.

import { useSignalEffect } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";

function describe(run: Run | null): string {
  if (!run) return "";
  switch (run.state.value) {
    case "paused": {
      const pause = run.currentPause.value;
      const asked = pause?.entries.length ?? 0;
      const open = run.open.value.length;
      const queries = asked === 1 ? "1 query" : `${asked} queries`;
      return open === asked
        ? `Pause ${pause?.number}: ${queries} to answer.`
        : `${open} of ${queries} still open.`;
    }
    case "completed":
      return "Completed.";
    case "error":
      return "The program failed.";
    case "cancelled":
      return "Stopped.";
    case "reaped":
      return "The session was idle for too long and is gone.";
    default:
      return "";
  }
}

const TITLE = document.title;

export function Announcer({ page }: { page: Playground }) {
  const [text, setText] = useState("");
  // In the tab's title, too: whoever waits for queries looks elsewhere meanwhile.
  useSignalEffect(() => {
    const open = page.runs.value.reduce((sum, run) => sum + run.open.value.length, 0);
    document.title = open > 0 ? `(${open}) ${TITLE}` : TITLE;
  });
  useSignalEffect(() => {
    const next = describe(page.selected.value);
    if (next) setText(next);
  });
  return (
    <p class="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
      {text}
    </p>
  );
}
