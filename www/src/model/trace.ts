// A run as a document: everything asked and answered, for people and for other
// programs.

import { answererName, type Entry, tokensOf } from "./journal";
import type { Run } from "./run";

/** The trace as plain data. Times are milliseconds since the epoch, durations milliseconds. */
export function traceOf(run: Run) {
  const end = run.end.value;
  return {
    session_id: run.sessionId.value,
    program: run.program,
    state: run.state.value,
    started_at: run.startedAt,
    ended_at: run.endedAt.value,
    pauses: run.pauses.value.map(({ number, entries }) => ({
      pause: number,
      queries: entries.map((entry) => ({
        ...entry.query,
        asked_at: entry.askedAt,
        ...(entry.answer && {
          [entry.answer.failed ? "failure" : "response"]: entry.answer.text,
          answered_by: entry.answer.by,
          answered_at: entry.answer.at,
          duration_ms: entry.answer.at - entry.askedAt,
          tokens: tokensOf(entry),
        }),
      })),
    })),
    ...(end?.status === "completed" && { result: end.result }),
    ...(end?.status === "error" && { error: end.error, traceback: end.traceback ?? null }),
    ...(end && { stats: end.stats }),
    logs: run.log.lines.value,
  };
}

/** Text in a fence that no line of it can close. */
function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function exchange({ query, askedAt, answer, carried }: Entry): string {
  const title = query.role ? `${query.query_id}, ${query.role}` : query.query_id;
  const parts = [`### ${title}`];
  if (query.system !== null) parts.push("System:", fenced(query.system));
  parts.push("Prompt:", fenced(query.prompt));
  if (answer) {
    const seconds = ((answer.at - askedAt) / 1000).toFixed(1);
    const what = answer.failed ? "Failed" : "Answered";
    parts.push(`${what} ${answererName(answer.by)} after ${seconds} s:`, fenced(answer.text));
  } else {
    parts.push(carried ? "Still open at the next pause." : "Not answered.");
  }
  return parts.join("\n\n");
}

/** The trace as Markdown. */
export function markdownOf(run: Run): string {
  const { program } = run;
  const end = run.end.value;
  const parts = [`# ${run.name}: ${run.state.value}`];
  parts.push(`Started ${new Date(run.startedAt).toISOString()}.`);
  if (program.kind === "strategy") parts.push("## Task", fenced(program.task));
  else
    parts.push(
      "## Program",
      fenced(program.code, "lua"),
      "ctx:",
      fenced(JSON.stringify(program.ctx, null, 2), "json"),
    );
  for (const { number, entries } of run.pauses.value) {
    parts.push(`## Pause ${number}`, ...entries.map(exchange));
  }
  if (end?.status === "completed") {
    parts.push("## Result", fenced(JSON.stringify(end.result, null, 2), "json"));
  }
  if (end?.status === "error")
    parts.push("## Error", fenced(end.error), fenced(end.traceback ?? ""));
  if (end) parts.push("## Statistics", fenced(JSON.stringify(end.stats, null, 2), "json"));
  return `${parts.join("\n\n")}\n`;
}
