// Runs a program to its end twice: without a stop, and from process to process.
// The second way, every process does one step: it restores the session, answers,
// saves it and ends. All that is seen must be the same both ways.

import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { MapStore } from "./map-store.mjs";
import { root } from "./process.mjs";

/** A clock that stands still, in every process. */
const NOW = 1_700_000_000_000;

const WORKER = fileURLToPath(new URL("resume-worker.mjs", import.meta.url));

/** Processes that have loaded the package and wait for their only step. */
class Processes {
  #idle = [];

  constructor(count) {
    for (let i = 0; i < count; i++) this.#idle.push(this.#spawn());
  }

  #spawn() {
    const child = fork(WORKER, { cwd: root, serialization: "advanced" });
    const ready = new Promise((resolve, reject) => {
      child.once("message", resolve);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`a process ended with ${code}`)));
    });
    // Its failure is seen when the process is used.
    ready.catch(() => {});
    return { child, ready };
  }

  /** Has a fresh process do one step. */
  async run(task) {
    const { child, ready } = this.#idle.shift() ?? this.#spawn();
    this.#idle.push(this.#spawn());
    await ready;
    return new Promise((resolve) => {
      child.once("message", resolve);
      child.once("exit", (code) => resolve({ problem: `the process ended with ${code}` }));
      child.send(task);
    });
  }

  end() {
    for (const { child } of this.#idle) child.kill();
    this.#idle = [];
  }
}

/** An event as text, without what differs between two runs. */
const shown = (event) => JSON.stringify(event).replaceAll(event.session_id, "SESSION");

/** The first answer alone where there are several, then the rest. */
const halves = (answers) =>
  answers.length < 2 ? [answers] : [answers.slice(0, 1), answers.slice(1)];

/** Runs a program to its end in one registry: what it asks and gets, step by step. */
async function uninterrupted(SessionRegistry, packages, { code, ctx, options, answersTo }) {
  const store = new MapStore();
  const registry = await SessionRegistry.create({ packages, store, now: () => NOW });
  const steps = [];
  let pauses = 0;
  let event = await registry.start(code, ctx, options);
  while (event.status === "needs_response") {
    const { session_id: id, pause } = event;
    for (const answers of halves(answersTo(event, pauses))) {
      steps.push({ event: shown(event), pending: shown(registry.pending(id)), answers });
      event = await registry.feed(id, answers, { pause });
      // Of strategies side by side, one may go on and ask before the others are answered.
      if (event.status !== "accepted") break;
    }
    pauses++;
  }
  registry.dispose();
  return { steps, pauses, end: shown(event), status: event.status, entries: store.entries() };
}

/** The second way: what went wrong, and the saved images. */
async function stepwise(processes, file, { code, ctx, options }, whole) {
  const images = [];
  const problems = [];
  const times = { save: [], restore: [] };
  const compare = (what, found, expected) => {
    if (found !== expected) problems.push(`${what}: ${excerpt(found, expected)}`);
  };
  let where = "start";
  let report = await processes.run({ packages: file, program: { code, ctx, options } });
  for (const [at, { event, pending, answers }] of whole.steps.entries()) {
    if (!report.problem) compare(`${where}, event`, shown(report.event), event);
    if (report.problem || report.image === undefined || problems.length > 0) break;
    where = `save ${at + 1}`;
    const { image, entries } = report;
    images.push({ bytes: image.length, gzip: gzipSync(image).length });
    times.save.push(report.saveMs);
    compare(`${where}, pending`, shown(report.pending), pending);
    report = await processes.run({ packages: file, entries, image, answers });
    if (report.problem) break;
    times.restore.push(report.restoreMs);
    compare(`${where}, restored`, shown(report.restored), pending);
    if (!report.isSame) problems.push(`${where}: save(restore(x)) is not x`);
  }
  if (report.problem) problems.push(`${where}: ${report.problem}`);
  if (problems.length === 0) {
    compare("end", shown(report.event), whole.end);
    const sorted = (entries) => JSON.stringify([...entries].sort());
    compare("store", sorted(report.entries), sorted(whole.entries));
  }
  return { problems, images, times };
}

/** Where two texts part, with a little of both. */
function excerpt(found = "", expected = "") {
  let at = 0;
  while (at < found.length && found[at] === expected[at]) at++;
  const from = Math.max(0, at - 40);
  const part = (text) => JSON.stringify(text.slice(from, at + 60));
  return `${part(found)} instead of ${part(expected)}`;
}

/**
 * Runs programs both ways, some side by side.
 *
 * @param {object} options
 * @param options.SessionRegistry of the built package
 * @param {Record<string, string>} options.packages
 * @param {number} [options.lanes] how many programs run side by side
 * @param {(result: object) => void} [options.onResult]
 * @param {{name: string, code: string, ctx: object, options: object, answersTo: Function}[]} programs
 * `answersTo(event, index)` gives the answers to all queries of an event
 */
export async function resumeAll(programs, { SessionRegistry, packages, lanes = 2, onResult }) {
  const folder = mkdtempSync(join(tmpdir(), "resume-"));
  const file = join(folder, "packages.json");
  writeFileSync(file, JSON.stringify(packages));
  const processes = new Processes(lanes);
  const results = [];
  const waiting = [...programs.entries()];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, program] = next;
      const whole = await uninterrupted(SessionRegistry, packages, program);
      const found = await stepwise(processes, file, program, whole);
      const result = { name: program.name, status: whole.status, pauses: whole.pauses };
      results[index] = { ...result, ...found };
      onResult?.(results[index]);
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    processes.end();
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}
