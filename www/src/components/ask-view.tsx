// A model at work on a query: its answer as it comes, or why there is none.

import type { Ask } from "../model/ask";
import type { Entry } from "../model/journal";
import type { Run } from "../model/run";

export function AskView({ run, entry, ask }: { run: Run; entry: Entry; ask: Ask }) {
  const id = entry.query.query_id;
  const problem = ask.problem.value;
  if (problem !== null) {
    return (
      <div class="ask-problem" role="alert">
        <p>{problem}</p>
        <button type="button" class="button button-link" onClick={() => run.stopAsk(id)}>
          Dismiss
        </button>
      </div>
    );
  }
  return (
    <div class="ask" data-testid="ask" aria-busy="true">
      <p class="text ask-text">
        {ask.text.value}
        <span class="ask-caret" aria-hidden="true" />
      </p>
      <div class="ask-foot">
        <span>{ask.name === "script" ? "The script" : ask.name} answers…</span>
        <button type="button" class="button button-small" onClick={() => run.stopAsk(id)}>
          Stop this answer
        </button>
      </div>
    </div>
  );
}
