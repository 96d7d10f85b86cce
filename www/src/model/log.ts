// The log lines of a run, kept within bounds and shown at most once a frame: a
// program may print thousands in a moment.

import { signal } from "@preact/signals";

export interface LogLine {
  /** Counts the run's lines from 1. */
  number: number;
  at: number;
  level: string;
  source: string;
  message: string;
}

const MOST_LINES = 500;
const LONGEST_MESSAGE = 4_000;

const cut = (text: string): string =>
  text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE)}…`;

export class Log {
  /** The last lines, oldest first. */
  readonly lines = signal<readonly LogLine[]>([]);
  /** All lines there were. */
  readonly total = signal(0);
  #kept: LogLine[] = [];
  #count = 0;
  #scheduled = false;

  add(line: Omit<LogLine, "number">): void {
    this.#count += 1;
    this.#kept.push({ ...line, number: this.#count, message: cut(line.message) });
    if (this.#kept.length > 2 * MOST_LINES) this.#kept = this.#kept.slice(-MOST_LINES);
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => this.#show());
  }

  /** All lines that are kept, as they are now. */
  get kept(): readonly LogLine[] {
    return this.#kept.slice(-MOST_LINES);
  }

  /** Takes over the lines of another log. */
  take(lines: readonly LogLine[]): void {
    for (const { number: _number, ...line } of lines) this.add(line);
  }

  #show(): void {
    this.#scheduled = false;
    this.lines.value = this.#kept.slice(-MOST_LINES);
    this.total.value = this.#count;
  }
}
