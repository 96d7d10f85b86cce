// What the benchmarks share: options of the command line, and medians.

import { ScriptError } from "./console.mjs";

/** The value behind `--name` on the command line, or the fallback. */
export function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  if (at < 0) return fallback;
  const value = process.argv[at + 1];
  if (value === undefined) throw new ScriptError(`--${name} needs a value`);
  return value;
}

/** The middle of the values; of an even number of them, the mean of the middle two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
