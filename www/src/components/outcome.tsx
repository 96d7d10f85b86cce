// How a run ended.

import type { Completed, Failed, Json } from "algocline-wasm";
import { useEffect, useRef } from "preact/hooks";
import type { Run } from "../model/run";
import { CopyButton } from "./copy-button";
import { pretty } from "./format";
import { Scroller } from "./scroller";

export function Outcome({ run }: { run: Run }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The last answer's form had the focus and is gone.
    if (document.activeElement === document.body) box.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="outcome-box" ref={box} tabIndex={-1}>
      <Ending run={run} />
    </div>
  );
}

function Ending({ run }: { run: Run }) {
  const end = run.end.value;
  if (run.state.value === "reaped") {
    return <Ended title="Gone" text="Nobody answered for long, so the session was removed." />;
  }
  if (end?.status === "completed") return <Result end={end} />;
  if (end?.status === "error") return <Failure end={end} />;
  return <Ended title="Stopped" text="The session was ended where it stood." />;
}

/** The part of a result that is meant to be read: a text, or `result.answer` of a strategy. */
export function answerOf(value: Json): string | null {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { answer, result } = value;
  if (typeof answer === "string") return answer;
  return result === undefined || typeof result === "string" ? null : answerOf(result);
}

function Result({ end }: { end: Completed }) {
  const answer = answerOf(end.result);
  const json = pretty(end.result);
  return (
    <section class="outcome" data-kind="completed" aria-labelledby="outcome-title">
      <header class="outcome-head">
        <h3 id="outcome-title">Result</h3>
        <CopyButton text={json} label="Copy JSON" />
      </header>
      {answer !== null && (
        <p class="outcome-answer text" data-testid="answer">
          {answer}
        </p>
      )}
      <details class="outcome-json" open={answer === null}>
        <summary>As JSON</summary>
        <Scroller class="code" label="Result as JSON" testId="result">
          {json}
        </Scroller>
      </details>
    </section>
  );
}

function Failure({ end }: { end: Failed }) {
  return (
    <section class="outcome" data-kind="error" aria-labelledby="outcome-title">
      <header class="outcome-head">
        <h3 id="outcome-title">Error</h3>
        {end.line !== undefined && (
          <span class="outcome-place">
            line {end.line}
            {end.column !== undefined && `, column ${end.column}`}
          </span>
        )}
      </header>
      <Scroller class="code outcome-error" label="Error message" testId="error">
        {end.error}
      </Scroller>
      {end.traceback !== undefined && (
        <>
          <h4>Traceback</h4>
          <Scroller class="code" label="Traceback" testId="traceback">
            {end.traceback}
          </Scroller>
        </>
      )}
    </section>
  );
}

function Ended({ title, text }: { title: string; text: string }) {
  return (
    <section class="outcome" data-kind="ended" aria-labelledby="outcome-title">
      <h3 id="outcome-title">{title}</h3>
      <p>{text}</p>
    </section>
  );
}
