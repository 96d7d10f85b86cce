// Everything asked and answered, pause by pause.

import { answererName, type Entry } from "../model/journal";
import type { Run } from "../model/run";
import { duration } from "./format";

export function TranscriptPanel({ run }: { run: Run }) {
  const pauses = run.pauses.value;
  if (pauses.length === 0) return <p class="empty">Nothing was asked yet.</p>;
  return (
    <ol class="transcript">
      {pauses.map((pause) => (
        <li key={pause.number} class="transcript-pause" data-testid="pause">
          <h4>Pause {pause.number}</h4>
          {pause.entries.map((entry) => (
            <Exchange key={entry.query.query_id} entry={entry} live={run.live.value} />
          ))}
        </li>
      ))}
    </ol>
  );
}

function Exchange({ entry, live }: { entry: Entry; live: boolean }) {
  const { query, askedAt, answer } = entry;
  const open = live && !entry.carried ? "open" : "unanswered";
  const state = answer ? (answer.failed ? "failed" : "answered") : open;
  return (
    <details class="exchange" data-state={state}>
      <summary>
        <span class="exchange-role">{query.role ?? query.query_id}</span>
        <span class="exchange-preview">{answer ? answer.text : query.prompt}</span>
        <span class="exchange-facts">
          {answer
            ? `${answer.failed ? "failed " : ""}${answererName(answer.by)}, ${duration(answer.at - askedAt)}`
            : state}
        </span>
      </summary>
      <dl class="exchange-texts">
        {query.system !== null && (
          <>
            <dt>System</dt>
            <dd class="text">{query.system}</dd>
          </>
        )}
        <dt>Prompt</dt>
        <dd class="text">{query.prompt}</dd>
        {answer && (
          <>
            <dt>{answer.failed ? "Error" : "Answer"}</dt>
            <dd class="text">{answer.text}</dd>
          </>
        )}
      </dl>
    </details>
  );
}
