// One query: what is asked, and the answer to it.

import { useState } from "preact/hooks";
import { answererName, type Entry } from "../model/journal";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { AskView } from "./ask-view";
import { isSubmit, SUBMIT_KEYS } from "./keys";
import { Scroller } from "./scroller";

interface Props {
  page: Playground;
  run: Run;
  entry: Entry;
  /** A pause of the past is only looked at. */
  past?: boolean;
}

export function QueryCard({ page, run, entry, past = false }: Props) {
  const { query, answer } = entry;
  const id = `query-${run.number}-${query.query_id}`;
  const ask = run.asks.value.get(query.query_id);
  return (
    <article
      class="card"
      aria-labelledby={id}
      data-testid={past ? "past-query" : "query"}
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
      {answer && (
        <div class="card-answer" data-failed={answer.failed}>
          <p class="text">{answer.text === "" ? <em>An empty answer.</em> : answer.text}</p>
          <p class="card-by">
            {answer.failed ? "failed " : ""}
            {answererName(answer.by)}
          </p>
        </div>
      )}
      {!answer && !past && ask && <AskView run={run} entry={entry} ask={ask} />}
      {!answer && !past && !(ask && ask.problem.value === null) && (
        <AnswerForm page={page} run={run} entry={entry} />
      )}
      {!answer && past && (
        <p class="empty">{entry.carried ? "Still open at the next pause." : "Not answered."}</p>
      )}
    </article>
  );
}

interface FormProps {
  page: Playground;
  run: Run;
  entry: Entry;
}

function AnswerForm({ page, run, entry }: FormProps) {
  const [text, setText] = useState("");
  const id = entry.query.query_id;
  const { kind, name } = page.shelf;
  const send = () => void run.answer(id, { response: text }, "hand");
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
        <button
          type="button"
          class="button"
          onClick={() => void run.ask(entry, page.shelf.model())}
        >
          {kind.value === "script" ? "Answer by script" : `Ask ${name.value}`}
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
