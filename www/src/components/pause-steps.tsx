// The pauses of a run in a row: where it is, and the way back.

import type { Run } from "../model/run";

export function PauseSteps({ run }: { run: Run }) {
  const pauses = run.pauses.value;
  if (pauses.length === 0) return null;
  const shown = run.viewed.value;
  const ended = !run.live.value;
  const present = pauses.at(-1)?.number ?? 0;
  const view = (number: number | null) => {
    run.viewed.value = number === present && !ended ? null : number;
  };
  const move = (by: number) => {
    const at = shown ?? (ended ? present + 1 : present);
    const next = at + by;
    if (next > present) view(null);
    else if (next >= 1) view(next);
  };
  return (
    <nav
      class="steps"
      aria-label="Pauses"
      onKeyDown={(event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        move(event.key === "ArrowLeft" ? -1 : 1);
        const row = event.currentTarget;
        requestAnimationFrame(() => row.querySelector<HTMLElement>("[aria-current]")?.focus());
      }}
    >
      <ol>
        {pauses.map(({ number, entries }) => {
          const current = shown === number || (shown === null && !ended && number === present);
          const answered = entries.every(({ answer }) => answer);
          return (
            <li key={number}>
              <button
                type="button"
                class="step"
                aria-current={current ? "step" : undefined}
                data-answered={answered}
                aria-label={`Pause ${number}, ${entries.map(({ query }) => query.role ?? query.query_id).join(", ")}`}
                title={entries.map(({ query }) => query.role ?? query.query_id).join(", ")}
                onClick={() => view(number)}
              >
                {number}
              </button>
            </li>
          );
        })}
        {ended && (
          <li>
            <button
              type="button"
              class="step step-end"
              aria-current={shown === null ? "step" : undefined}
              onClick={() => view(null)}
            >
              End
            </button>
          </li>
        )}
      </ol>
    </nav>
  );
}
