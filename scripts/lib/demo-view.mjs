// Shows a run in the terminal: as text for people, or as one JSON object a line.

import { shorten } from "../../strategies/scripted-model.mjs";
import { bold, duration, green, grey, red } from "./console.mjs";

const SMALLEST_WIDTH = 60;
const USUAL_WIDTH = 100;
/** A shorter common beginning is no boilerplate. */
const COMMON_PREFIX = 40;

const counted = (count, noun) =>
  `${count} ${count === 1 ? noun : noun.replace(/y$/, "ie")}${count === 1 ? "" : "s"}`;

/** How many characters all texts of a batch begin with. */
function commonPrefix(texts) {
  const [first = "", ...others] = texts;
  let length = others.length > 0 ? first.length : 0;
  for (const text of others) {
    let same = 0;
    while (same < length && text[same] === first[same]) same += 1;
    length = same;
  }
  return length;
}

/** What tells the prompts of a batch apart: after the first one, what all have in common is left out. */
function distinct(prompts) {
  const common = commonPrefix(prompts);
  if (common < COMMON_PREFIX) return prompts;
  return prompts.map((prompt, i) => (i === 0 ? prompt : `… ${prompt.slice(common)}`));
}

const indented = (text, by) => text.replace(/^(?=.)/gm, " ".repeat(by));

/** For people. `full` shows prompts and answers whole. */
export function textView({ write = (line) => console.log(line), full = false, width } = {}) {
  const columns = Math.max(SMALLEST_WIDTH, width ?? process.stdout.columns ?? USUAL_WIDTH);
  const labels = new Map();

  /** A labelled text: on one line, or whole below its label. */
  function entry(mark, label, text, note = "") {
    const head = `  ${mark} ${label}`;
    if (full) {
      write(`${bold(head)}${note ? grey(`  ${note}`) : ""}`);
      write(indented(text, 6));
      return;
    }
    const room = columns - head.length - 2 - (note ? note.length + 2 : 0);
    const line = shorten(text, room) || grey("(empty)");
    write(`${bold(head)}  ${line}${note ? grey(`  ${note}`) : ""}`);
  }

  const labelOf = (query, i, count) =>
    [count > 1 ? String(i + 1).padStart(String(count).length) : "", query.role ?? ""]
      .filter(Boolean)
      .join(" ") || "query";

  return {
    start({ strategy, task, model, isSample }) {
      write(`${bold(strategy)} ${grey(`with ${model}`)}`);
      write(`${isSample ? "Sample task" : "Task"}: ${full ? task : shorten(task, 4 * columns)}`);
    },
    progress({ step, total, message }) {
      const of = total > 0 ? `${step}/${total}` : `${step}`;
      write(grey(`  · ${of}${message ? ` ${message}` : ""}`));
    },
    log({ level, message }) {
      const line = `  · ${level}: ${message}`;
      write(level === "warn" || level === "error" ? red(line) : grey(line));
    },
    pause({ pause, queries }) {
      write(`\n${bold(`Pause ${pause}`)} ${grey(counted(queries.length, "query"))}`);
      const prompts = full
        ? queries.map((query) => query.prompt)
        : distinct(queries.map((query) => query.prompt));
      labels.clear();
      queries.forEach((query, i) => {
        const label = labelOf(query, i, queries.length);
        labels.set(query.query_id, label);
        if (full && query.system) entry("»", `${label}, system`, query.system);
        entry("»", label, prompts[i]);
      });
    },
    answer(query, { response, usage }, milliseconds) {
      const tokens = usage?.completion_tokens;
      const cost = tokens === undefined ? "" : ` ${tokens} tokens`;
      const label = labels.get(query.query_id) ?? query.query_id;
      // A scripted model takes no time worth telling.
      const time = milliseconds >= 1 ? duration(milliseconds) : "";
      entry(green("«"), label, response, `${time}${cost}`.trim());
    },
    failure(query, error) {
      write(red(`  ✗ ${labels.get(query.query_id) ?? query.query_id}  ${error.message}`));
    },
    end(event) {
      const {
        llm_calls: calls,
        pauses,
        elapsed_ms: elapsed,
        total_tokens: total,
      } = event.stats.auto;
      const tokens = total ? `, ${total.tokens} tokens (${total.source})` : "";
      const summary = `${counted(calls, "query")} in ${counted(pauses, "pause")}${tokens}, ${duration(elapsed)}`;
      if (event.status === "completed") {
        const { answer, ...others } = event.result ?? {};
        write(`\n${green(bold("Result"))} ${grey(summary)}`);
        write(typeof answer === "string" ? answer : JSON.stringify(event.result, null, 2));
        for (const [name, value] of typeof answer === "string" ? Object.entries(others) : []) {
          const text = typeof value === "string" ? value : JSON.stringify(value);
          write(grey(full ? `${name}: ${text}` : shorten(`${name}: ${text}`, columns)));
        }
      } else if (event.status === "cancelled") {
        write(`\n${red(bold("Cancelled"))} ${grey(summary)}`);
      } else {
        write(`\n${red(bold("Failed"))} ${grey(summary)}`);
        write(event.error);
        if (full && event.traceback) write(grey(event.traceback));
      }
    },
  };
}

/** For programs: the registry's events and the answers, one JSON object a line. */
export function jsonView({ write = (line) => console.log(line) } = {}) {
  return {
    event: (event) => write(JSON.stringify(event)),
    answer(query, { response, usage }, milliseconds, { sessionId, pause }) {
      const { query_id } = query;
      const ms = Math.round(milliseconds);
      write(
        JSON.stringify({
          kind: "answer",
          session_id: sessionId,
          pause,
          query_id,
          response,
          usage,
          ms,
        }),
      );
    },
  };
}
