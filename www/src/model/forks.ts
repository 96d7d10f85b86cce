// Runs that branch off each other, as a tree.

import type { Run } from "./run";

export interface Fork {
  run: Run;
  /** 0 for the run that others branch off. */
  depth: number;
}

function root(run: Run, byNumber: ReadonlyMap<number, Run>): Run {
  const seen = new Set<number>();
  let at = run;
  for (;;) {
    seen.add(at.number);
    const parent = at.beginning.parent && byNumber.get(at.beginning.parent.run);
    if (!parent || seen.has(parent.number)) return at;
    at = parent;
  }
}

/** The tree that a run is part of, in the order of reading: a run, then what branches off it. */
export function forksAround(run: Run, runs: readonly Run[]): Fork[] {
  const byNumber = new Map(runs.map((one) => [one.number, one]));
  const tree: Fork[] = [];
  const walk = (at: Run, depth: number) => {
    if (tree.some((fork) => fork.run === at)) return;
    tree.push({ run: at, depth });
    const children = runs.filter((one) => one.beginning.parent?.run === at.number);
    for (const child of children.sort((one, other) => one.number - other.number))
      walk(child, depth + 1);
  };
  walk(root(run, byNumber), 0);
  return tree;
}

/** The first pause in which two runs differ, in question or answer; null if in none. */
export function firstDifference(one: Run, other: Run): number | null {
  const [a, b] = [one.pauses.value, other.pauses.value];
  const text = (pause: (typeof a)[number] | undefined) =>
    JSON.stringify(
      pause?.entries.map(({ query, answer }) => [
        query.prompt,
        query.system,
        answer?.text,
        answer?.failed,
      ]),
    );
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    if (text(a[i]) !== text(b[i])) return i + 1;
  }
  return null;
}
