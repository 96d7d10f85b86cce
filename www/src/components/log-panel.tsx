// What the program has logged and printed.

import type { Run } from "../model/run";
import { timeOfDay } from "./format";
import { Scroller } from "./scroller";

export function LogPanel({ run }: { run: Run }) {
  const lines = run.log.lines.value;
  const hidden = run.log.total.value - lines.length;
  if (lines.length === 0) return <p class="empty">The program has logged nothing.</p>;
  return (
    <>
      {hidden > 0 && <p class="empty">{hidden} earlier lines are not kept.</p>}
      <Scroller class="log" label="Log">
        <ol>
          {lines.map((line) => (
            <li key={line.number} class="log-line" data-level={line.level}>
              <time>{timeOfDay(line.at)}</time>
              <span class="log-level">
                {line.source === "alc.lua.print" ? "print" : line.level}
              </span>
              <span class="log-message">{line.message}</span>
            </li>
          ))}
        </ol>
      </Scroller>
    </>
  );
}
