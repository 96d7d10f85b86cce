// The page's state: the registry, the strategies, the workspace and the runs.

import { computed, effect, signal } from "@preact/signals";
import {
  type Diagnostic,
  type NeedsResponse,
  type RegistryEvent,
  SessionRegistry,
  version,
} from "algocline-wasm";
import { indexedDbStore } from "algocline-wasm/stores";
import { strategies as sources } from "algocline-wasm/strategies";
import type { Script } from "../../../strategies/scripted-model.mjs";
import { Shelf } from "../models/shelf";
import { fromBase64Url, toBase64Url } from "./base64";
import type { Pause } from "./journal";
import {
  type Beginning,
  isLive,
  type Parent,
  type Past,
  type Program,
  type Progress,
  Run,
} from "./run";
import { beginningOf, fileOf, type SessionFile } from "./session-file";
import { hasRun, linkTo, runIn } from "./share";
import { readStrategies, type Strategy } from "./strategies";
import { type Kept, Vault } from "./vault";
import { parseScript, Workspace } from "./workspace";

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** Half of the default: two slices, the page's own work and a frame fit into 16 ms. */
const SLICE_MS = 4;

/** Paused sessions that nobody answers are reaped after this. */
export const TTL_MS = 3 * 60 * 60 * 1000;

/** Runs that are kept over a reload once they have ended. */
const MOST_RUNS = 50;

/** The database of `alc.state` and `alc.card`. */
const STORE_NAME = "algocline-state";

const newSeed = (): string => crypto.randomUUID();

/** A message, and perhaps something to do about it. */
export interface Notice {
  text: string;
  kind: "problem" | "note";
  action?: { label: string; run: () => void };
}

export class Playground {
  readonly strategies: readonly Strategy[];
  readonly version: string;
  readonly workspace: Workspace;
  readonly shelf: Shelf;
  /** The newest first. */
  readonly runs = signal<readonly Run[]>([]);
  readonly selected = signal<Run | null>(null);
  /** A message for the person: a link that cannot be read, a file that is none. */
  readonly notice = signal<Notice | null>(null);
  readonly liveRuns = computed(() => this.runs.value.filter((run) => run.live.value));
  readonly #registry: SessionRegistry;
  readonly #bySession: Map<string, Run>;
  /** Runs whose session id is not known yet: the registry tells of starts in their order. */
  readonly #starting: Run[];
  #vault: Vault | null = null;
  #count = 0;

  private constructor(
    registry: SessionRegistry,
    strategies: Strategy[],
    bySession: Map<string, Run>,
    starting: Run[],
    workspace: Workspace,
    shelf: Shelf,
  ) {
    this.#registry = registry;
    this.strategies = strategies;
    this.#bySession = bySession;
    this.#starting = starting;
    this.workspace = workspace;
    this.shelf = shelf;
    this.version = version();
  }

  static async create(): Promise<Playground> {
    const bySession = new Map<string, Run>();
    const starting: Run[] = [];
    const workspace = new Workspace();
    const shelf = new Shelf();
    workspace.keep(shelf);
    const registry = await SessionRegistry.create({
      packages: sources,
      loadPackage: (name) => workspace.files.value[name] ?? null,
      // What `alc.state` and `alc.card` keep outlives the page, as the sessions do.
      ...("indexedDB" in globalThis && { store: indexedDbStore({ name: STORE_NAME }) }),
      limits: { sliceMs: SLICE_MS },
      ttlMs: TTL_MS,
      onEvent: (event) => route(event, bySession, starting),
    });
    registry.startGc();
    const strategies = await readStrategies(registry);
    return new Playground(registry, strategies, bySession, starting, workspace, shelf);
  }

  /** Brings back the runs of earlier visits, and what the address holds. */
  async recall(): Promise<void> {
    const vault = await Vault.open();
    if (vault === "elsewhere") {
      this.notice.value = {
        kind: "note",
        text: "Another tab has this page open and keeps its sessions; those of this tab will be gone when it is closed.",
      };
    } else this.#vault = vault;
    const kept = (await this.#vault?.all().catch(() => [])) ?? [];
    for (const one of this.#worthKeeping(kept)) this.#revive(one.file, one);
    this.selected.value =
      this.runs.value.find((run) => run.live.value) ?? this.runs.value[0] ?? null;
    await this.openLink(location.hash);
    addEventListener("hashchange", () => void this.openLink(location.hash));
  }

  /** The newest of what was kept; of older runs those that have not ended. The others go. */
  #worthKeeping(kept: readonly Kept[]): Kept[] {
    const newest = new Set(kept.slice(-MOST_RUNS));
    const worth = (one: Kept) => newest.has(one) || isLive(one.file.state);
    for (const { file } of kept.filter((one) => !worth(one))) {
      void this.#vault?.delete(file.number).catch(() => undefined);
    }
    return kept.filter(worth);
  }

  /** The names that `require` finds. */
  get modules(): string[] {
    return [...Object.keys(sources), ...Object.keys(this.workspace.files.value)].sort();
  }

  /** The mistakes in a program. */
  check(source: string): Diagnostic[] {
    return this.#registry.check(source);
  }

  // ── Starting ──────────────────────────────────────────────────────────────

  /** Runs what the workspace has; null if it has nothing that can run. */
  run(): Run | null {
    const beginning = this.#beginning();
    if (!beginning) return null;
    const run = this.#add(beginning);
    run.auto.value = this.workspace.auto.value;
    void this.#begin(run);
    return run;
  }

  #beginning(): Beginning | null {
    const program = this.workspace.program(this.strategies);
    const script = parseScript(this.workspace.scriptText(this.strategies));
    if ("problem" in program) return null;
    return {
      program: program.value,
      script: "value" in script ? script.value : { rules: [] },
      seed: newSeed(),
    };
  }

  /**
   * A run of its own that has the answers of another one up to a pause, which it
   * waits in. The registry goes back to that pause where it still has it; else the
   * program runs again with the recorded answers.
   */
  branch(from: Run, pause: number): Run {
    const parent: Parent = { run: from.number, pause };
    const run = this.#add({ ...from.beginning, parent });
    const before = from.pauses.value.filter(({ number: at }) => at < pause);
    const event = this.#rewound(from, pause);
    if (!event) void this.#begin(run, before);
    else {
      const askedAt = from.pauses.value.find(({ number: at }) => at === pause)?.entries[0]?.askedAt;
      this.#adopt(run, event, before);
      run.log.take(from.log.kept.filter(({ at }) => at <= (askedAt ?? 0)));
    }
    return run;
  }

  #rewound(from: Run, pause: number): NeedsResponse | null {
    const id = from.sessionId.value;
    if (id === null) return null;
    try {
      return this.#registry.rewind(id, pause);
    } catch {
      // Its pauses are not kept any more, or never were in this visit.
      return null;
    }
  }

  /** Ties a run to a session that the registry has brought back. */
  #adopt(run: Run, event: NeedsResponse, before: readonly Pause[]): void {
    this.#bySession.set(event.session_id, run);
    void run.resume(event, before);
    const progress = this.snapshot(run)?.metrics["progress"];
    if (typeof progress === "object" && progress !== null && !Array.isArray(progress))
      run.progress.value = progressOf(progress);
  }

  #add(beginning: Beginning, { past, number: at }: { past?: Past; number?: number } = {}): Run {
    this.#count = Math.max(this.#count + 1, at ?? 0);
    const chosen = () => this.shelf.model();
    const run = new Run(this.#registry, at ?? this.#count, beginning, chosen, past);
    this.runs.value = [run, ...this.runs.value].sort((one, other) => other.number - one.number);
    this.selected.value = run;
    this.#keep(run);
    return run;
  }

  async #begin(run: Run, recorded: readonly Pause[] = []): Promise<void> {
    this.#starting.push(run);
    await run.start(recorded);
    const at = this.#starting.indexOf(run);
    if (at >= 0) this.#starting.splice(at, 1);
  }

  /** A run as it was: ended ones to look at, others go on where they were. */
  #revive(file: SessionFile, kept?: Kept): Run {
    const idle = Date.now() - file.lastActivityAt;
    const state = kept && file.state === "paused" && idle >= TTL_MS ? "reaped" : file.state;
    const past: Past = { ...file, state };
    const run = this.#add(beginningOf(file), kept ? { past, number: file.number } : { past });
    if (!isLive(state)) {
      run.log.take(kept?.logs ?? []);
      return run;
    }
    const event = this.#restored(file, kept);
    if (!event) void this.#begin(run, file.pauses);
    else {
      this.#adopt(run, event, file.pauses);
      run.log.take(kept?.logs ?? []);
    }
    return run;
  }

  /** The session itself, as it was saved: under its own id here, as a copy from a file. */
  #restored({ saved }: SessionFile, kept: Kept | undefined): NeedsResponse | null {
    try {
      if (kept?.saved) return this.#registry.restore(kept.saved);
      return saved ? this.#registry.restore(fromBase64Url(saved), { as: "copy" }) : null;
    } catch {
      // Another version has saved it, or it is damaged: the program is run again instead.
      return null;
    }
  }

  // ── Looking ───────────────────────────────────────────────────────────────

  /** A look at a live run's session, as the registry gives it; null once it is gone. */
  snapshot(run: Run) {
    const id = run.sessionId.value;
    if (id === null || !run.live.value) return null;
    try {
      return this.#registry.snapshot(id, { pending: "preview", history: true });
    } catch {
      // It ended a moment ago; its event is on the way.
      return null;
    }
  }

  /** Takes a run off the list, and ends it if it has not ended. */
  remove(run: Run): void {
    run.stop();
    const id = run.sessionId.value;
    if (id !== null) this.#bySession.delete(id);
    const rest = this.runs.value.filter((other) => other !== run);
    if (this.selected.value === run) this.selected.value = rest[0] ?? null;
    this.runs.value = rest;
    void this.#vault?.delete(run.number).catch(() => undefined);
  }

  // ── Keeping and sharing ───────────────────────────────────────────────────

  fileOf(run: Run): SessionFile {
    return fileOf(run, this.workspace.files.value);
  }

  /** A run as a file that another browser can go on with. */
  export(run: Run): string {
    const saved = this.#saved(run);
    return JSON.stringify({ ...this.fileOf(run), ...(saved && { saved: toBase64Url(saved) }) });
  }

  /** Keeps a run in the browser, from now on with every change. */
  #keep(run: Run): void {
    let scheduled = false;
    let saved: Uint8Array | null = null;
    const write = () => {
      scheduled = false;
      if (!this.runs.value.includes(run)) return stop();
      // While Lua runs the last pause stands, to which the answers are given again.
      if (!run.live.value) saved = null;
      else saved = this.#saved(run) ?? saved;
      const kept: Kept = { file: this.fileOf(run), saved, logs: run.log.kept };
      void this.#vault?.put(kept).catch(() => undefined);
    };
    const stop = effect(() => {
      run.pauses.value;
      run.end.value;
      run.state.value;
      if (scheduled) return;
      scheduled = true;
      setTimeout(write, 0);
    });
  }

  #saved(run: Run): Uint8Array | null {
    const id = run.sessionId.value;
    if (id === null || run.state.value !== "paused") return null;
    try {
      return this.#registry.save(id);
    } catch {
      return null;
    }
  }

  /** A link that shows a run again, with its answers; without one, to what Run would run. */
  async link(run: Run | null): Promise<string | null> {
    if (run) return linkTo(this.fileOf(run));
    const beginning = this.#beginning();
    if (!beginning) return null;
    const draft = new Run(this.#registry, 0, beginning, () => null);
    return linkTo(this.fileOf(draft));
  }

  /** Opens the run of an address, if it has one. */
  async openLink(hash: string): Promise<void> {
    if (!hasRun(hash)) return;
    // The address is not to bring the run back once more at a reload.
    history.replaceState(null, "", location.pathname + location.search);
    try {
      const file = await runIn(hash);
      this.#load(file);
      if (file.pauses.length > 0) this.#revive(file);
    } catch (error) {
      this.notice.value = {
        kind: "problem",
        text: `The link cannot be opened: ${error instanceof Error ? error.message : error}.`,
      };
    }
  }

  /** Opens a session file: its program in the editor, the run in the list. */
  import(file: SessionFile): void {
    this.#load(file);
    // The run that it has branched off is another one here, or none.
    this.#revive({ ...file, parent: null });
  }

  /** Puts the program of a run into the workspace, to work on it. */
  edit(run: Run): void {
    this.#load({ ...this.fileOf(run), files: {} });
  }

  /** Puts a program into the workspace. What was there can be had back. */
  #load({ program, script, files }: SessionFile): void {
    const { workspace } = this;
    const before = workspace.work;
    this.#put(program, script, files);
    if (workspace.isTheWork(before)) return;
    this.notice.value = {
      kind: "note",
      text: "The program has taken the place of what you were working on.",
      action: {
        label: "Undo",
        run: () => {
          workspace.work = before;
        },
      },
    };
  }

  #put(program: Program, script: Script, files: Readonly<Record<string, string>>): void {
    const { workspace } = this;
    workspace.files.value = { ...workspace.files.value, ...files };
    if (program.kind === "code") {
      const ctx = JSON.stringify(program.ctx, null, 2);
      workspace.edit({ name: program.name, source: program.code, ctx }, script);
      return;
    }
    workspace.strategy.value = program.name;
    workspace.setTask(program.name, program.task);
    const numbers = Object.entries(program.options).filter(
      ([, value]) => typeof value === "number",
    );
    workspace.setOptions(program.name, Object.fromEntries(numbers) as Record<string, number>);
    workspace.open("strategy");
    workspace.setScriptText(JSON.stringify(script, null, 2));
  }
}

const progressOf = (report: { readonly [key: string]: unknown }): Progress => ({
  step: number(report["step"]),
  total: number(report["total"]),
  message: text(report["message"]) || null,
});

/** Hands what the registry tells to the run it is about. */
function route(event: RegistryEvent, bySession: Map<string, Run>, starting: Run[]): void {
  if (event.kind === "started") {
    const run = starting.shift();
    if (!run) return;
    bySession.set(event.session_id, run);
    run.sessionId.value = event.session_id;
    return;
  }
  const run = bySession.get(event.session_id);
  if (!run) return;
  if (event.kind === "log") {
    run.log.add({
      at: number(event["ts"]),
      level: text(event["level"]),
      source: text(event["source"]),
      message: text(event["message"]),
    });
  } else if (event.kind === "progress") {
    run.progress.value = progressOf(event);
  } else if (event.kind === "reaped") {
    run.reaped();
  }
}
