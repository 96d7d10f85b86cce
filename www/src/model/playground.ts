// The page's state: the registry, the strategies and the runs.

import { computed, signal } from "@preact/signals";
import { type RegistryEvent, SessionRegistry, version } from "algocline-wasm";
import { strategies as sources } from "algocline-wasm/strategies";
import type { Script } from "../../../strategies/scripted-model.mjs";
import { type Program, Run } from "./run";
import { readStrategies, type Strategy } from "./strategies";

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** Half of the default: two slices, the page's own work and a frame fit into 16 ms. */
const SLICE_MS = 4;

export class Playground {
  readonly strategies: readonly Strategy[];
  readonly version: string;
  /** The newest first. */
  readonly runs = signal<readonly Run[]>([]);
  readonly selected = signal<Run | null>(null);
  readonly liveRuns = computed(() => this.runs.value.filter((run) => run.live.value));
  readonly #registry: SessionRegistry;
  readonly #bySession: Map<string, Run>;
  /** Runs whose session id is not known yet: the registry tells of starts in their order. */
  readonly #starting: Run[];
  #count = 0;

  private constructor(
    registry: SessionRegistry,
    strategies: Strategy[],
    bySession: Map<string, Run>,
    starting: Run[],
  ) {
    this.#registry = registry;
    this.strategies = strategies;
    this.#bySession = bySession;
    this.#starting = starting;
    this.version = version();
  }

  static async create(): Promise<Playground> {
    const bySession = new Map<string, Run>();
    const starting: Run[] = [];
    const registry = await SessionRegistry.create({
      packages: sources,
      limits: { sliceMs: SLICE_MS },
      onEvent: (event) => route(event, bySession, starting),
    });
    registry.startGc();
    return new Playground(registry, await readStrategies(registry), bySession, starting);
  }

  start(program: Program, script: Script, auto: boolean): Run {
    this.#count += 1;
    const run = new Run(this.#registry, this.#count, program, script);
    run.auto.value = auto;
    this.runs.value = [run, ...this.runs.value];
    this.selected.value = run;
    this.#starting.push(run);
    void run.start().finally(() => {
      const at = this.#starting.indexOf(run);
      if (at >= 0) this.#starting.splice(at, 1);
    });
    return run;
  }

  /** A look at a live run's session, as the registry gives it; null once it is gone. */
  snapshot(run: Run): unknown {
    const id = run.sessionId.value;
    if (id === null || !run.live.value) return null;
    return this.#registry.snapshot(id, { pending: "preview", history: true });
  }

  /** Takes a run off the list, and ends it if it has not ended. */
  remove(run: Run): void {
    run.stop();
    const id = run.sessionId.value;
    if (id !== null) this.#bySession.delete(id);
    const rest = this.runs.value.filter((other) => other !== run);
    if (this.selected.value === run) this.selected.value = rest[0] ?? null;
    this.runs.value = rest;
  }
}

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
    run.progress.value = {
      step: number(event["step"]),
      total: number(event["total"]),
      message: text(event["message"]) || null,
    };
  } else if (event.kind === "reaped") {
    run.reaped();
  }
}
