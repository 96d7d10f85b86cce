// One query: what is asked, and the answer to it.

import { useState } from "preact/hooks";
import type { Entry } from "../model/journal";
import type { Run } from "../model/run";
import { isSubmit, SUBMIT_KEYS } from "./keys";
import { Scroller } from "./scroller";

export function QueryCard({ run, entry }: { run: Run; entry: Entry }) {
  const { query, answer } = entry;
  const id = `query-${run.number}-${query.query_id}`;
  return (
    <article
      class="card"
      aria-labelledby={id}
      data-testid="query"
      data-answered={answer !== undefined}
    >
      <header class="card-head">
        <h4 id={id}>
          <span class="card-role">{query.role ?? "query"}</span>
          <code class="card-id">{query.query_id}</code>
        </h4>
        <span class="card-facts">
          {query.grounded && <span class="tag">grounded</span>}
          {query.underspecified && <span class="tag">underspecified</span>}
          <span>≤ {query.max_tokens} tokens</span>
        </span>
      </header>
      {query.system !== null && (
        <details class="system" open={query.system.length < 240}>
          <summary>System</summary>
          <p class="text">{query.system}</p>
        </details>
      )}
      <Scroller class="prompt text" label={`Prompt of ${query.query_id}`}>
        {query.prompt}
      </Scroller>
      {answer ? (
        <p class="card-answer text">{answer.text}</p>
      ) : (
        <AnswerForm run={run} entry={entry} />
      )}
    </article>
  );
}

function AnswerForm({ run, entry }: { run: Run; entry: Entry }) {
  const [text, setText] = useState("");
  const id = entry.query.query_id;
  const send = () => void run.answer(id, text, "hand");
  return (
    <form
      class="answer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        class="input"
        rows={3}
        aria-label={`Answer to ${id}`}
        placeholder="Your answer"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (!isSubmit(event)) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="answer-actions">
        <button type="submit" class="button button-primary">
          Answer <kbd>{SUBMIT_KEYS}</kbd>
        </button>
        <button type="button" class="button" onClick={() => void run.answerByScript(entry)}>
          Answer by script
        </button>
        <button
          type="button"
          class="button button-quiet"
          title="The program's call raises an error with this text, as if the model had failed"
          onClick={() => void run.failQuery(id, text || "the model failed")}
        >
          Fail
        </button>
      </div>
    </form>
  );
}
