// Where in the sources a run has failed.

import type { Failed } from "algocline-wasm";
import type { Mark } from "../editor/marks";
import { MAIN_FILE } from "./workspace";

/** The file that a chunk stands for: `strategy` is the main one, `a/b.lua` the package `a.b`. */
function fileOf(chunk: string): string {
  if (chunk === "strategy") return MAIN_FILE;
  return chunk.replace(/(?:\/init)?\.lua$/, "").replaceAll("/", ".");
}

/** As Lua names a place: `strategy:3: `, and of a package `[string "a/b.lua"]:3: `. */
const PLACE = /(?:^|\s)(?:\[string ")?([A-Za-z_][\w./-]*)(?:"\])?:(\d+): ?/;
const CALLER = /^\s+(?:\[string ")?([A-Za-z_][\w./-]*)(?:"\])?:(\d+): in /;

/** The last line of a message: what went wrong, without the way there. */
function shortened(message: string): string {
  const line = message.split("\n")[0] ?? "";
  return line
    .replace(/^lua error: (?:runtime error: |syntax error: )?/, "")
    .replace(PLACE, "")
    .trim();
}

/** The lines to mark in a file: the one that failed, and those that called it. */
export function marksIn(file: string, end: Failed): Mark[] {
  const message = shortened(end.error);
  const place = end.error.match(PLACE);
  const marks = new Map<number, Mark>();
  for (const line of (end.traceback ?? "").split("\n")) {
    const [, chunk, at] = line.match(CALLER) ?? [];
    if (chunk && fileOf(chunk) === file) marks.set(Number(at), { line: Number(at) });
  }
  const failed = place?.[1] ? { file: fileOf(place[1]), line: Number(place[2]) } : null;
  if (failed?.file === file) marks.set(failed.line, { line: failed.line, message });
  else if (end.line !== undefined && file === MAIN_FILE)
    marks.set(end.line, { line: end.line, message });
  return [...marks.values()];
}
