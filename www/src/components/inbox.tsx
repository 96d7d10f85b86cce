// The queries that wait for answers.

import { useEffect, useRef } from "preact/hooks";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { MODEL_KINDS, type ModelKind } from "../models/shelf";
import { QueryCard } from "./query-card";

export function Inbox({ page, run }: { page: Playground; run: Run }) {
  const pause = run.currentPause.value;
  const open = run.open.value.length;
  const list = useRef<HTMLDivElement>(null);
  const paused = run.state.value === "paused";
  useFocusOnNextQuery(list, pause?.number ?? 0, open);
  if (!paused || !pause) return <Running run={run} />;
  return (
    <section class="inbox" aria-labelledby="inbox-title">
      <header class="inbox-head">
        <h3 id="inbox-title">
          Pause {pause.number}
          {pause.entries.length > 1 && (
            <span class="inbox-count">
              {open} of {pause.entries.length} open
            </span>
          )}
        </h3>
        <AskAll page={page} run={run} open={open} />
      </header>
      {run.diverged.value === pause.number && (
        <p class="note">
          The program asked something else here than when its answers were recorded, so the rest of
          them was not used.
        </p>
      )}
      <div class="cards" ref={list} data-single={pause.entries.length === 1}>
        {pause.entries.map((entry) => (
          <QueryCard
            key={`${pause.number}/${entry.query.query_id}`}
            page={page}
            run={run}
            entry={entry}
          />
        ))}
      </div>
    </section>
  );
}

function AskAll({ page, run, open }: { page: Playground; run: Run; open: number }) {
  const { shelf, workspace } = page;
  const script = shelf.kind.value === "script";
  return (
    <div class="inbox-model">
      <select
        class="input select"
        aria-label="Model that answers"
        value={shelf.kind.value}
        onChange={(event) => {
          const kind = event.currentTarget.value as ModelKind;
          shelf.kind.value = kind;
          const named = kind === "script" || kind === "chrome";
          if (!named && shelf.nameOf(kind) === "endpoint") workspace.open("model");
        }}
      >
        {MODEL_KINDS.map(({ kind, label }) => (
          <option key={kind} value={kind}>
            {label}
          </option>
        ))}
      </select>
      {open > 1 && (
        <button
          type="button"
          class="button"
          disabled={run.auto.value}
          onClick={() => void run.askAll(shelf.model())}
        >
          {script ? "Answer all by script" : `Ask ${shelf.name.value} all`}
        </button>
      )}
    </div>
  );
}

function Running({ run }: { run: Run }) {
  return (
    <div class="running" data-testid="running">
      <span class="running-bar" aria-hidden="true" />
      <p>Lua runs{run.pauses.value.length > 0 ? " on" : ""}…</p>
    </div>
  );
}

/**
 * Moves the focus to the next open answer, when it was in the inbox or has
 * nowhere else to be: who answers by hand needs no mouse.
 */
function useFocusOnNextQuery(
  list: { current: HTMLDivElement | null },
  pause: number,
  open: number,
): void {
  const answered = useRef(false);
  useEffect(() => {
    const { activeElement } = document;
    const idle = activeElement === null || activeElement === document.body;
    const inside = activeElement !== null && list.current?.contains(activeElement);
    if (open > 0 && answered.current && (idle || inside)) {
      list.current?.querySelector("textarea")?.focus();
    }
    // The first pause leaves the focus on the form it was started from.
    answered.current = pause > 0;
  }, [list, pause, open]);
}
