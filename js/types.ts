// The shapes of everything that goes in and out. Keys that also stand on the
// wire keep algocline's snake_case, so that an event can be forwarded as it is;
// what only JavaScript sees is camelCase.

import type { Json } from "./json.js";
import type { LoadPackage, Store } from "./store.js";

// ── Going in ────────────────────────────────────────────────────────────────

/** What a registry is made with. */
export interface RegistryOptions {
  /**
   * A paused session that has been idle for at least this long is reaped by
   * `gc()`: milliseconds, a whole number from 0. Default 10_800_000 (3 hours).
   */
  ttlMs?: number;
  /** Limits of every session that sets none of its own. */
  limits?: Limits;
  /**
   * Lua modules that `require` finds: source by module name (`"m"`, `"m.sub"`).
   * `registry.packages` changes them later.
   */
  packages?: Record<string, string>;
  /**
   * Asked for a module that `packages` lacks: gives its source, or null if there
   * is none. The program waits meanwhile, which no event shows. An error becomes
   * the Lua error of `require`.
   */
  loadPackage?: LoadPackage;
  /**
   * Where `alc.state` and `alc.card` live. An error that it throws, and a value
   * that is no JSON, become Lua errors. Default: in memory, at most 64 MiB, shared
   * by the registry's sessions.
   */
  store?: Store;
  /**
   * Whether the last image of every paused session is kept, so that it comes back
   * should the WebAssembly instance break down. A trap is not known to be possible;
   * this is for the one that is. What the default store held in memory is gone then.
   * Costs what `save` costs at each pause, and its bytes. Default true.
   */
  recover?: boolean;
  /** The time in milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
  /**
   * Called after every change of a session, in the order of the changes.
   *
   * It may call any method of the registry. An error that it throws becomes an
   * uncaught error of the host, as with listeners of an `EventTarget`; it does
   * not disturb the session.
   */
  onEvent?: (event: RegistryEvent) => void;
}

/** Limits of one session. */
export interface Limits {
  /**
   * VM instructions between two pauses, a whole number from 1. A program that
   * needs more ends with `status: "error"`. Default 2_000_000_000.
   */
  fuel?: number;
  /**
   * Bytes of Lua heap, a whole number from 1. Beyond it the program gets the Lua
   * error `not enough memory`. Texts of the transcript count, too. Default
   * 67_108_864 (64 MiB).
   */
  memoryBytes?: number;
  /**
   * Longest stretch of Lua before control goes back to the event loop, in
   * milliseconds, above 0. Default 8.
   */
  sliceMs?: number;
}

/** What a session is started with. */
export interface StartOptions {
  /** Limits of this session; those left out are the registry's. */
  limits?: Limits;
  /** What `alc.env` and `os.getenv` show. */
  env?: Record<string, string>;
  /** Fixes `math.random`: the same seed gives the same numbers. Default: random. */
  seed?: string;
  /** A name for snapshots and events. */
  strategy?: string;
  /**
   * Keeps an image of every pause, so that `rewind` can go back to it: `"full"`
   * for the defaults, or bounds of your own. Default: none are kept.
   */
  history?: "full" | HistoryOptions;
  /**
   * Aborting it cancels the session, whether it runs or waits; the reason becomes
   * that of the event. With a signal aborted already no Lua runs at all.
   */
  signal?: AbortSignal;
}

/** How many pauses of a session are kept; beyond it the oldest go. */
export interface HistoryOptions {
  /** The most pauses, a whole number from 1 to 10_000. Default 100. */
  pauses?: number;
  /**
   * The most bytes of their images together, a whole number from 0 to 268_435_456
   * (256 MiB). Default 8_388_608 (8 MiB).
   */
  bytes?: number;
}

/** How a session is saved. */
export interface SaveOptions {
  /**
   * Whether the sources of all modules are in the bytes. With false, those that the
   * registry's `packages` have are named by a hash, which makes the bytes fewer; the
   * registry that restores them must have the same sources, or it refuses with code
   * `missing_source`. Default true.
   */
  embed?: boolean;
}

/** How a saved session comes back. */
export interface RestoreOptions {
  /**
   * `"same"`: the session goes on under its own id, which no live session of the
   * registry may have. `"copy"`: it begins anew under another id. Default `"same"`.
   */
  as?: "same" | "copy";
  /**
   * Limits to have instead of those saved, each where it is given. Set them for
   * bytes from strangers: whoever makes an image chooses the limits in it.
   */
  limits?: Limits;
}

/** The answer to one query. */
export interface Answer {
  /** The query's id. */
  query_id: string;
  /** The model's text. */
  response: string;
  /** What it cost. */
  usage?: TokenUsage;
}

/** More about an answer. */
export interface FeedOptions {
  /** The query's id. May be left out while exactly one query is open. */
  queryId?: string;
  /** What the answer cost. */
  usage?: TokenUsage;
  /**
   * The `pause` of the event being answered. Query ids repeat from pause to
   * pause; with this number a late or doubled answer is refused with code
   * `stale_pause` instead of being taken for the next question.
   */
  pause?: number;
}

/** Tokens of one answer, as the model's provider counts them; whole numbers from 0. */
export interface TokenUsage {
  /** Tokens of prompt and system prompt. Estimated when left out. */
  prompt_tokens?: number;
  /** Tokens of the answer. Estimated when left out. */
  completion_tokens?: number;
}

/** What a snapshot shows beyond its fixed part. */
export interface SnapshotOptions {
  /**
   * What to show of each open query: `"meta"` (id and answer length),
   * `"preview"` (also role and 200 characters of the prompt), `"full"`
   * (everything), or a filter. By default only their number is shown.
   */
  pending?: "meta" | "preview" | "full" | PendingFilter;
  /** Whether to show the last ten queries with their answers. */
  history?: boolean;
}

/** The keys of open queries that a snapshot shows; all are off by default. */
export interface PendingFilter {
  /** The query's id. */
  query_id?: boolean;
  /** The longest answer wanted. */
  max_tokens?: boolean;
  /** Null if the query has none. */
  system?: boolean;
  /** Whether the query sets it. */
  grounded?: boolean;
  /** Whether the query sets it. */
  underspecified?: boolean;
  /** Null if the query has none. */
  cache_breakpoint?: boolean;
  /** Null if the query has none. */
  role?: boolean;
  /** Nothing, the first characters under `prompt_preview`, or all under `prompt`. */
  prompt?: { mode: "off" } | { mode: "preview"; chars: number } | { mode: "full" };
}

/**
 * The files of a package, source by name relative to the package: `"init.lua"` is
 * the package itself, `"sub.lua"` its module `NAME.sub`, `"a/b.lua"` (or `"a.b"`)
 * its module `NAME.a.b`. The ending may be left out.
 */
export type PackageFiles = Record<string, string>;

// ── Coming out ──────────────────────────────────────────────────────────────

/** The outcome of a step; `status` tells which. */
export type SessionEvent = NeedsResponse | Accepted | Completed | Failed | Cancelled;

/** One question to a model. */
export interface Query {
  /** Its name within the pause; the same text as `query_id`. */
  id: string;
  /** Its name within the pause; the same text as `id`. */
  query_id: string;
  /** The question. */
  prompt: string;
  /** The system prompt, null if there is none. */
  system: string | null;
  /** The longest answer wanted, in tokens. */
  max_tokens: number;
  /** Answer from evidence. */
  grounded?: true;
  /** The answer depends on an intent that only the host or user has. */
  underspecified?: true;
  /** An opaque mark for the host's prompt cache. */
  cache_breakpoint?: string;
  /** An opaque hint who shall answer. */
  role?: string;
}

/**
 * The program waits for answers. With exactly one open query, its fields also
 * stand at the top, as algocline's single form has them.
 */
export interface NeedsResponse extends Partial<Query> {
  /** Answer with `feed`. */
  status: "needs_response";
  /** The session, which `feed` wants to know. */
  session_id: string;
  /** Counts the session's pauses from 1. */
  pause: number;
  /** The open queries, in the order of asking. */
  queries: Query[];
}

/** The answer was taken; the program waits for more. */
export interface Accepted {
  /** Answer what is still open. */
  status: "accepted";
  /** The session. */
  session_id: string;
  /** The pause that the answer belongs to. */
  pause: number;
  /** How many queries are still open. */
  remaining: number;
}

/** The program has returned. */
export interface Completed {
  /** The session is over. */
  status: "completed";
  /** The session that was. */
  session_id: string;
  /**
   * The first value it returned; null if none. Integers beyond 2^53 are rounded
   * to the nearest JavaScript number.
   */
  result: Json;
  /** What it has used. */
  stats: Stats;
  /** Everything asked, in the order of asking. */
  transcript: Exchange[];
}

/** The program has raised an error, or exceeded a limit, or is no Lua program. */
export interface Failed {
  /** The session is over. */
  status: "error";
  /** The session that was. */
  session_id: string;
  /** The error's text. */
  error: string;
  /** Where in the program it was raised. */
  traceback?: string;
  /** The line of a syntax error, from 1. */
  line?: number;
  /** The column of a syntax error in that line, in characters from 1. */
  column?: number;
  /** What it has used. */
  stats: Stats;
  /** Everything asked, in the order of asking. */
  transcript: Exchange[];
}

/** The host has ended the session. */
export interface Cancelled {
  /** The session is over. */
  status: "cancelled";
  /** The session that was. */
  session_id: string;
  /** What `cancel` or the abort signal gave as reason. */
  reason?: string;
  /** What it has used. */
  stats: Stats;
  /** Everything asked, in the order of asking. */
  transcript: Exchange[];
}

/** One query with its answer; null if it never got one. */
export interface Exchange {
  /** The query's name within its pause. */
  query_id: string;
  /** The question. */
  prompt: string;
  /** The system prompt, null if there was none. */
  system: string | null;
  /** The answer, null if there was none. */
  response: string | null;
  /** Why the host gave up on it, where it did. */
  error?: string;
}

/** What a session has used: counters of the engine, and those of the program. */
export interface Stats {
  /** Elapsed time, queries, pauses, rounds, tokens, by algocline's names. */
  auto: { [key: string]: Json };
  /** What `alc.stats.record` has written. */
  custom: { [key: string]: Json };
}

/** A mistake in a program's source. */
export interface Diagnostic {
  /** The line, from 1. */
  line: number;
  /** The column in that line, in characters from 1. */
  column: number;
  /** What is wrong, without the place. */
  message: string;
}

/** A look at a live session. */
export interface Snapshot {
  /** `running` or `paused`. */
  state: string;
  /** `running` or `paused`. */
  phase: string;
  /** Milliseconds since the epoch. */
  started_at: number;
  /** When the host last answered; the start until then. Milliseconds since the epoch. */
  last_activity_at: number;
  /** Elapsed time, queries, tokens, the last log lines, progress, rest of the budget. */
  metrics: { [key: string]: Json };
  /** Instructions since the last pause, the limit of that, and all since the start. */
  fuel: { used: number; limit: number; total: number };
  /** Bytes of heap and transcript, and their limit. */
  memory: { used: number; limit: number };
  /** How many queries are open; only when paused. */
  pending_queries?: number;
  /** The open queries; only when paused and asked for. */
  pending?: Json[];
  /** The session that this one is a copy of, and the pause at which it was made. */
  forked_from?: PauseRef;
  /** Copies of this session, each with the pause it began at; the last 256, oldest first. */
  children?: PauseRef[];
  /** The pauses that `rewind` can go back to; only with `history`. */
  kept_pauses?: number[];
  [key: string]: Json | undefined;
}

/** A session at one of its pauses. */
export type PauseRef = {
  /** The session. */
  session_id: string;
  /** Counts the session's pauses from 1. */
  pause: number;
};

/** What a saved session says of itself: its snapshot, and the version of the format. */
export interface SavedSession extends Snapshot {
  /** The session. */
  session_id: string;
  /** The version of the format of the bytes. */
  format: number;
}

/**
 * What `onEvent` gets. `kind` is `started`, `resumed`, `restored`, `forked` (each
 * with `pause`; copies with `forked_from`), `progress`, `log`, `reaped`, or the `status` of a session event, whose other fields follow.
 */
export interface RegistryEvent {
  /** What has happened. */
  kind: string;
  /** The session it happened to. */
  session_id: string;
  /** When, in milliseconds since the epoch. */
  at: number;
  [key: string]: unknown;
}

/**
 * What is known of one package. The texts are those of the table `meta` that the
 * package's module has; null where it does not say.
 */
export interface PackageInfo {
  /** The name for `require` and `advice`. */
  name: string;
  /** Of `meta`, null if it has none. */
  version: string | null;
  /** Of `meta`, null if it has none. */
  description: string | null;
  /** Of `meta`, null if it has none. */
  category: string | null;
  /**
   * `runnable` has a function `run(ctx)`, `library` is there for other packages;
   * null where the package could not be loaded.
   */
  type: "runnable" | "library" | null;
  /** All of `meta` that is JSON. */
  meta: { [key: string]: Json };
  /** The names of its modules for `require`, in order. */
  modules: string[];
  /** Why loading the package failed. */
  error?: string;
}
