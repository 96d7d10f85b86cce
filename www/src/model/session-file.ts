// A run as plain data: what is kept over a reload, exported to a file, and put
// into a link. Who answered is in it, by which model, but never a key.

import type { Json } from "algocline-wasm";
import type { Script } from "../../../strategies/scripted-model.mjs";
import type { GivenAnswer, Pause } from "./journal";
import type { Beginning, End, Parent, Past, Program, Run, RunState } from "./run";
import { parseScript } from "./workspace";

const FORMAT = "algocline-session";
const VERSION = 1;

export interface SessionFile extends Past {
  format: typeof FORMAT;
  version: typeof VERSION;
  /** The number it had in the list. */
  number: number;
  program: Program;
  script: Script;
  seed: string;
  parent: Parent | null;
  /** Own packages at the time. */
  files: Readonly<Record<string, string>>;
  /** The paused session itself, in Base64; without it the program is run again. */
  saved?: string;
}

/** The file cannot be taken, and why. */
export class SessionFileError extends Error {
  constructor(problem: string) {
    super(`This is no session file of this page: ${problem}.`);
    this.name = "SessionFileError";
  }
}

export const fileOf = (run: Run, files: Readonly<Record<string, string>>): SessionFile => ({
  format: FORMAT,
  version: VERSION,
  number: run.number,
  program: run.beginning.program,
  script: run.beginning.script,
  seed: run.beginning.seed,
  parent: run.beginning.parent ?? null,
  files,
  state: run.state.value,
  pauses: run.pauses.value,
  startedAt: run.startedAt,
  endedAt: run.endedAt.value,
  lastActivityAt: run.lastActivityAt.value,
  end: run.end.value,
  scriptCounts: run.scriptCounts,
});

export const beginningOf = ({ program, script, seed, parent }: SessionFile): Beginning => ({
  program,
  script,
  seed,
  ...(parent && { parent }),
});

// ── Reading what may be anything ────────────────────────────────────────────

type Fields = Record<string, unknown>;

function fields(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new SessionFileError(`${what} is missing`);
}

function list(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new SessionFileError(`${what} is no list`);
}

function text(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw new SessionFileError(`${what} is no text`);
}

function number(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new SessionFileError(`${what} is no number`);
}

function program(value: unknown): Program {
  const given = fields(value, "the program");
  const name = text(given["name"], "the program's name");
  if (given["kind"] === "strategy") {
    const options = fields(given["options"] ?? {}, "the options") as Record<string, Json>;
    return { kind: "strategy", name, task: text(given["task"], "the task"), options };
  }
  const code = text(given["code"], "the source");
  return { kind: "code", name, code, ctx: (given["ctx"] ?? {}) as Json };
}

function answer(value: unknown): GivenAnswer {
  const given = fields(value, "an answer");
  const by = text(given["by"], "an answer's author");
  const usage = given["usage"];
  return {
    text: text(given["text"], "an answer"),
    by:
      by === "hand" || by === "script" || by.startsWith("model:")
        ? (by as GivenAnswer["by"])
        : "hand",
    at: number(given["at"], "an answer's time"),
    failed: given["failed"] === true,
    ...(usage !== undefined && {
      usage: fields(usage, "an answer's usage") as GivenAnswer["usage"] & object,
    }),
  };
}

function pause(value: unknown): Pause {
  const given = fields(value, "a pause");
  return {
    number: number(given["number"], "a pause's number"),
    entries: list(given["entries"], "a pause's queries").map((item) => {
      const entry = fields(item, "a query");
      const asked = fields(entry["query"], "a query");
      const query_id = text(asked["query_id"], "a query's id");
      const system = asked["system"];
      return {
        query: {
          ...asked,
          id: query_id,
          query_id,
          prompt: text(asked["prompt"], "a prompt"),
          system: typeof system === "string" ? system : null,
          max_tokens: number(asked["max_tokens"], "a query's limit"),
        },
        askedAt: number(entry["askedAt"], "a query's time"),
        ...(entry["answer"] !== undefined && { answer: answer(entry["answer"]) }),
        ...(entry["carried"] === true && { carried: true as const }),
      };
    }),
  };
}

const STATES: readonly RunState[] = [
  "running",
  "paused",
  "completed",
  "error",
  "cancelled",
  "reaped",
];

function end(value: unknown): End | null {
  if (value === null || value === undefined) return null;
  const given = fields(value, "the end");
  const stats = fields(given["stats"], "the statistics");
  return {
    ...given,
    stats: {
      auto: fields(stats["auto"], "the statistics"),
      custom: fields(stats["custom"], "the statistics"),
    },
    transcript: list(given["transcript"], "the transcript"),
  } as unknown as End;
}

/**
 * Checks what claims to be a session file.
 *
 * @throws SessionFileError
 */
export function readSessionFile(value: unknown): SessionFile {
  const given = fields(value, "its content");
  if (given["format"] !== FORMAT) throw new SessionFileError("its format has another name");
  if (given["version"] !== VERSION) throw new SessionFileError("its version is another one");
  const script = parseScript(JSON.stringify(given["script"] ?? { rules: [] }));
  if ("problem" in script) throw new SessionFileError(`its script is wrong, ${script.problem}`);
  const state = STATES.find((known) => known === given["state"]);
  if (!state) throw new SessionFileError("its state is unknown");
  const parent = given["parent"];
  const { run, pause: at } = parent ? fields(parent, "the parent") : {};
  return {
    format: FORMAT,
    version: VERSION,
    number: number(given["number"] ?? 0, "the number"),
    program: program(given["program"]),
    script: script.value,
    seed: text(given["seed"], "the seed"),
    parent: parent
      ? { run: number(run, "the parent"), pause: number(at, "the parent's pause") }
      : null,
    files: Object.fromEntries(
      Object.entries(fields(given["files"] ?? {}, "the packages")).map(([name, source]) => [
        name,
        text(source, `the package ${name}`),
      ]),
    ),
    state,
    pauses: list(given["pauses"], "the pauses").map(pause),
    startedAt: number(given["startedAt"], "the start"),
    endedAt: typeof given["endedAt"] === "number" ? given["endedAt"] : null,
    lastActivityAt: number(given["lastActivityAt"], "the last activity"),
    end: end(given["end"]),
    ...(typeof given["saved"] === "string" && { saved: given["saved"] }),
    scriptCounts: list(given["scriptCounts"] ?? [], "the script's counts").map((count) =>
      number(count, "a script's count"),
    ),
  };
}
