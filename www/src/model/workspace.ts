// What one works on before it runs: the chosen strategy, a program of one's own
// with its packages, and the scripts. It is kept in the browser.

import { batch, computed, effect, signal } from "@preact/signals";
import type { Json } from "algocline-wasm";
import { type Script, ScriptedModel } from "../../../strategies/scripted-model.mjs";
import type { KeptSettings, Shelf } from "../models/shelf";
import { examples } from "./examples";
import type { Program } from "./run";
import type { Strategy } from "./strategies";

export type SetupTab = "strategy" | "program" | "model";

/** A program of one's own. */
export interface Draft {
  name: string;
  source: string;
  /** JSON. */
  ctx: string;
}

/** The name that the main file has among the tabs of the editor. */
export const MAIN_FILE = "main";

/** Where the script of one's own program is kept among those of the strategies. */
const OWN_SCRIPT = "program:";

const KEY = "algocline.workspace";
const KEEP_DELAY_MS = 300;

/** What one has written. */
export interface Work {
  draft: Draft;
  files: Readonly<Record<string, string>>;
  scripts: Readonly<Record<string, string>>;
  tasks: Readonly<Record<string, string>>;
  options: Readonly<Record<string, Record<string, number>>>;
  strategy: string;
  subject: "strategy" | "program";
}

/** What is kept. Storage may hold anything, so each part is checked on its way back. */
interface Kept {
  tab: SetupTab;
  subject: "strategy" | "program";
  strategy: string;
  tasks: Readonly<Record<string, string>>;
  options: Readonly<Record<string, Record<string, number>>>;
  draft: Draft;
  files: Readonly<Record<string, string>>;
  scripts: Readonly<Record<string, string>>;
  auto: boolean;
  model: KeptSettings;
}

export type Parsed<T> = { value: T } | { problem: string };

export function parseContext(text: string): Parsed<Json> {
  if (!text.trim()) return { value: {} };
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Reads a script and checks it. */
export function parseScript(text: string): Parsed<Script> {
  try {
    const script = JSON.parse(text) as Script;
    new ScriptedModel(script);
    return { value: script };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

const pretty = (script: Script): string => JSON.stringify(script, null, 2);

const first = examples[0];

export class Workspace {
  readonly tab = signal<SetupTab>("strategy");
  /** What Run runs. */
  readonly subject = signal<"strategy" | "program">("strategy");
  readonly strategy = signal("reflect");
  /** By strategy. */
  readonly tasks = signal<Readonly<Record<string, string>>>({});
  /** By strategy. */
  readonly options = signal<Readonly<Record<string, Record<string, number>>>>({});
  readonly draft = signal<Draft>({
    name: first?.name ?? "",
    source: first?.source ?? "",
    ctx: first?.ctx ?? "{}",
  });
  /** Own packages: source by the name that `require` takes. */
  readonly files = signal<Readonly<Record<string, string>>>({});
  /** The file in the editor: a name of `files`, or `MAIN_FILE`. */
  readonly file = signal(MAIN_FILE);
  /** Edited scripts by strategy. */
  readonly scripts = signal<Readonly<Record<string, string>>>({
    [OWN_SCRIPT]: pretty(first?.script ?? { rules: [] }),
  });
  readonly auto = signal(false);
  readonly context = computed(() => parseContext(this.draft.value.ctx));

  /** What one has written: program, packages, scripts, tasks and options. */
  get work(): Work {
    return {
      draft: this.draft.peek(),
      files: this.files.peek(),
      scripts: this.scripts.peek(),
      tasks: this.tasks.peek(),
      options: this.options.peek(),
      strategy: this.strategy.peek(),
      subject: this.subject.peek(),
    };
  }

  set work(work: Work) {
    batch(() => {
      this.draft.value = work.draft;
      this.files.value = work.files;
      this.scripts.value = work.scripts;
      this.tasks.value = work.tasks;
      this.options.value = work.options;
      this.strategy.value = work.strategy;
      this.open(work.subject);
    });
  }

  /** Whether nothing of an earlier work is gone: it is there still, or was an example. */
  isTheWork(earlier: Work): boolean {
    const isExample = examples.some(({ source, ctx }) => {
      return source === earlier.draft.source && ctx === earlier.draft.ctx;
    });
    const now = this.work;
    const same = (one: object, other: object) => JSON.stringify(one) === JSON.stringify(other);
    const kept = (one: object, other: object) => same({ ...other, ...one }, other);
    return (
      (isExample || same(earlier.draft, now.draft)) &&
      kept(earlier.files, now.files) &&
      kept(earlier.tasks, now.tasks)
    );
  }

  open(tab: SetupTab): void {
    this.tab.value = tab;
    if (tab !== "model") this.subject.value = tab;
  }

  setTask(strategy: string, task: string): void {
    this.tasks.value = { ...this.tasks.value, [strategy]: task };
  }

  setOptions(strategy: string, options: Record<string, number>): void {
    this.options.value = { ...this.options.value, [strategy]: options };
  }

  /** Puts a program into the editor. */
  edit(draft: Draft, script?: Script): void {
    this.draft.value = draft;
    this.file.value = MAIN_FILE;
    if (script) this.scripts.value = { ...this.scripts.value, [OWN_SCRIPT]: pretty(script) };
    this.open("program");
  }

  change(part: Partial<Draft>): void {
    this.draft.value = { ...this.draft.value, ...part };
  }

  setFile(name: string, source: string): void {
    this.files.value = { ...this.files.value, [name]: source };
  }

  removeFile(name: string): void {
    const { [name]: _gone, ...rest } = this.files.value;
    this.files.value = rest;
    if (this.file.value === name) this.file.value = MAIN_FILE;
  }

  /** Why a name cannot be that of a new package; null if it can. */
  fileProblem(name: string, taken: ReadonlySet<string>): string | null {
    if (!/^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*$/.test(name)) {
      return "A name is made of letters, digits, _ and -, with dots between its parts.";
    }
    return taken.has(name) || name === MAIN_FILE || Object.hasOwn(this.files.value, name)
      ? "There is a package of this name."
      : null;
  }

  // ── Scripts ───────────────────────────────────────────────────────────────

  /** The text of the script that belongs to what Run runs. */
  scriptText(strategies: readonly Strategy[]): string {
    if (this.subject.value === "program") return this.scripts.value[OWN_SCRIPT] ?? "";
    const name = this.strategy.value;
    const shipped = strategies.find(({ meta }) => meta.name === name)?.script ?? { rules: [] };
    return this.scripts.value[name] ?? pretty(shipped);
  }

  setScriptText(text: string): void {
    const key = this.subject.value === "program" ? OWN_SCRIPT : this.strategy.value;
    this.scripts.value = { ...this.scripts.value, [key]: text };
  }

  /** Takes back what was changed in a strategy's script. */
  resetScript(): void {
    if (this.subject.value === "program") {
      this.setScriptText(pretty({ rules: [], otherwise: "A scripted answer." }));
      return;
    }
    const { [this.strategy.value]: _changed, ...rest } = this.scripts.value;
    this.scripts.value = rest;
  }

  // ── Running ───────────────────────────────────────────────────────────────

  /** What Run would run now, or why it cannot. */
  program(strategies: readonly Strategy[]): Parsed<Program> {
    if (this.subject.value === "program") {
      const ctx = this.context.value;
      if ("problem" in ctx) return { problem: `ctx is no JSON: ${ctx.problem}` };
      const { name, source: code } = this.draft.value;
      return { value: { kind: "code", name: name || "program", code, ctx: ctx.value } };
    }
    const name = this.strategy.value;
    const chosen = strategies.find(({ meta }) => meta.name === name);
    if (!chosen) return { problem: "Pick a strategy." };
    const task = this.tasks.value[name] ?? chosen.meta.sample_task;
    if (!task.trim()) return { problem: "Give it a task." };
    return { value: { kind: "strategy", name, task, options: { ...this.options.value[name] } } };
  }

  // ── Keeping ───────────────────────────────────────────────────────────────

  /** Brings back what was kept, and keeps every change from now on. */
  keep(shelf: Shelf): void {
    this.#recall(shelf);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let latest: Kept | undefined;
    const write = () => {
      try {
        localStorage.setItem(KEY, JSON.stringify(latest));
      } catch {
        // No room, or not allowed: then the next visit begins anew.
      }
    };
    effect(() => {
      latest = this.#kept(shelf);
      clearTimeout(timer);
      timer = setTimeout(write, KEEP_DELAY_MS);
    });
    addEventListener("pagehide", write);
  }

  #kept(shelf: Shelf): Kept {
    return {
      tab: this.tab.value,
      subject: this.subject.value,
      strategy: this.strategy.value,
      tasks: this.tasks.value,
      options: this.options.value,
      draft: this.draft.value,
      files: this.files.value,
      scripts: this.scripts.value,
      auto: this.auto.value,
      model: shelf.keep(),
    };
  }

  #recall(shelf: Shelf): void {
    let kept: { [Key in keyof Kept]?: unknown };
    try {
      kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as typeof kept;
    } catch {
      return;
    }
    if (isTextRecord(kept.tasks)) this.tasks.value = kept.tasks;
    if (isTextRecord(kept.files)) this.files.value = kept.files;
    if (isTextRecord(kept.scripts)) this.scripts.value = { ...this.scripts.value, ...kept.scripts };
    if (isTextRecord(kept.draft)) this.change(kept.draft);
    if (isRecord(kept.options)) {
      this.options.value = kept.options as Record<string, Record<string, number>>;
    }
    if (typeof kept.strategy === "string") this.strategy.value = kept.strategy;
    if (kept.tab === "strategy" || kept.tab === "program" || kept.tab === "model") {
      this.tab.value = kept.tab;
      this.subject.value = kept.subject === "program" ? "program" : "strategy";
    }
    this.auto.value = kept.auto === true;
    if (isRecord(kept.model)) shelf.recall(kept.model as Partial<KeptSettings>);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTextRecord = (value: unknown): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every((text) => typeof text === "string");
