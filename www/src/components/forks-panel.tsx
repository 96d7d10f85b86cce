// The tree of runs that branch off each other, and two of them side by side.

import { useState } from "preact/hooks";
import { type Fork, firstDifference, forksAround } from "../model/forks";
import type { Pause } from "../model/journal";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { pretty } from "./format";
import { answerOf } from "./outcome";
import { StateMark } from "./state-mark";

export function ForksPanel({ page, run }: { page: Playground; run: Run }) {
  const tree = forksAround(run, page.runs.value);
  const [other, setOther] = useState<number | null>(null);
  if (tree.length < 2) {
    return (
      <p class="empty">
        No forks yet. Go to a pause that is answered, with the numbers above, and choose “Answer
        differently”: the run goes on from there a second time, and both can be compared here.
      </p>
    );
  }
  const fallback = tree.find((fork) => fork.run.number === run.beginning.parent?.run);
  const twin =
    tree.find((fork) => fork.run.number === other && fork.run !== run) ??
    fallback ??
    tree.find((fork) => fork.run !== run);
  return (
    <>
      <ul class="forks" data-testid="forks">
        {tree.map((fork) => (
          <Branch
            key={fork.run.number}
            page={page}
            fork={fork}
            run={run}
            compared={fork === twin}
            onCompare={() => setOther(fork.run.number)}
          />
        ))}
      </ul>
      {twin && <Comparison left={twin.run} right={run} />}
    </>
  );
}

interface BranchProps {
  page: Playground;
  fork: Fork;
  run: Run;
  compared: boolean;
  onCompare: () => void;
}

function Branch({ page, fork, run, compared, onCompare }: BranchProps) {
  const { parent } = fork.run.beginning;
  const depth = Math.min(fork.depth, 6);
  return (
    <li class="fork" style={{ "--depth": String(depth) }} data-selected={fork.run === run}>
      <button
        type="button"
        class="fork-name"
        aria-current={fork.run === run}
        onClick={() => {
          page.selected.value = fork.run;
        }}
      >
        <strong>#{fork.run.number}</strong>{" "}
        {parent ? `from #${parent.run} at pause ${parent.pause}` : fork.run.name}
      </button>
      <StateMark state={fork.run.state.value} />
      {fork.run !== run && (
        <button
          type="button"
          class="button button-small"
          aria-pressed={compared}
          onClick={onCompare}
        >
          {compared ? "Compared" : `Compare #${fork.run.number}`}
        </button>
      )}
    </li>
  );
}

function Comparison({ left, right }: { left: Run; right: Run }) {
  const from = firstDifference(left, right);
  const count = Math.max(left.pauses.value.length, right.pauses.value.length);
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  return (
    <section
      class="comparison"
      aria-label={`#${left.number} and #${right.number} side by side`}
      data-testid="comparison"
    >
      <p class="comparison-note">
        {from === null
          ? "Both were asked and answered the same."
          : from > 1
            ? `The same up to pause ${from - 1}; they part at pause ${from}.`
            : "They part at the first pause."}
      </p>
      <div class="comparison-grid">
        <h4>#{left.number}</h4>
        <h4>#{right.number}</h4>
        {numbers
          .filter((number) => from !== null && number >= from)
          .flatMap((number) => [
            <Side key={`${number}l`} number={number} pause={left.pauses.value[number - 1]} />,
            <Side key={`${number}r`} number={number} pause={right.pauses.value[number - 1]} />,
          ])}
        <Result run={left} />
        <Result run={right} />
      </div>
    </section>
  );
}

function Side({ number, pause }: { number: number; pause: Pause | undefined }) {
  if (!pause) return <div class="side side-none">No pause {number}</div>;
  return (
    <div class="side">
      <h5>Pause {number}</h5>
      {pause.entries.map(({ query, answer }) => (
        <details key={query.query_id} class="side-entry">
          <summary>
            <span class="side-role">{query.role ?? query.query_id}</span>
            <span class="text">{answer ? answer.text : "open"}</span>
          </summary>
          <p class="text side-prompt">{query.prompt}</p>
        </details>
      ))}
    </div>
  );
}

function Result({ run }: { run: Run }) {
  const end = run.end.value;
  const text =
    end?.status === "completed"
      ? (answerOf(end.result) ?? pretty(end.result))
      : end?.status === "error"
        ? end.error
        : null;
  return (
    <div class="side side-result" data-state={run.state.value}>
      <h5>Result</h5>
      {text === null ? <StateMark state={run.state.value} /> : <p class="text">{text}</p>}
    </div>
  );
}
