// The core of a registry in WebAssembly: every call by its name, with arguments and
// results that cross as JSON. `src/wasm/calls.rs` is the other side.

import { AlcError, type AlcErrorCode } from "./errors.js";
import { Core as Instance } from "./generated/algocline_wasm.js";
import type {
  Accepted,
  Diagnostic,
  HistoryOptions,
  Limits,
  NeedsResponse,
  PackageInfo,
  PendingFilter,
  RegistryEvent,
  SavedSession,
  SessionEvent,
  Snapshot,
  TokenUsage,
} from "./types.js";

/** What a registry is made with. */
export interface CoreSettings {
  ttlMs: number;
  limits: Limits;
  packages: [string, string][];
  observed: boolean;
  /** Whether the host is asked for modules that are not registered. */
  loadsPackages: boolean;
  /** Whether the host keeps the store. */
  keepsStore: boolean;
}

/** What a session runs: a source text, or a package by its name. */
export type Program = { chunk: string } | { package: string };

/** What a running program asks of the host. */
export interface HostRequest {
  op: "get" | "set" | "delete" | "list" | "entries" | "package";
  key: string;
  /** The value to set, as JSON text. */
  value: string | null;
}

interface StartSettings {
  /** As JSON text. */
  ctx: string;
  limits: Limits;
  env: [string, string][];
  seed: string | undefined;
  strategy: string | undefined;
  history: HistoryOptions | undefined;
  random: string;
  randomSeed: string;
  now: number;
}

/** An answer; without `query_id` to the only open query. */
export interface CoreAnswer {
  query_id?: string | undefined;
  response: string;
  usage?: TokenUsage | undefined;
}

interface Feeding {
  id: string;
  answers: CoreAnswer[];
  pause: number | undefined;
  now: number;
}

interface Failing {
  id: string;
  queryId: string | undefined;
  message: string;
  pause: number | undefined;
  now: number;
}

interface Looking {
  id: string | undefined;
  pending: string | PendingFilter | undefined;
  history: boolean;
  now: number;
}

type About<T = object> = T & { id: string };
type Now<T = object> = T & { now: number };
/** 64 random bits as a decimal number. */
type Random<T = object> = T & { random: string };

/** The calls: arguments and result. Null stands for no result. */
interface Calls {
  start: [StartSettings & Program, string];
  /** Null if the session needs more: what `request` says, or a turn of the event loop. */
  advance: [Now<About>, SessionEvent | null];
  request: [About, HostRequest | null];
  reply: [About<{ answer: string }>, null];
  /** Null if the session is to be run now. */
  feed: [Feeding, Accepted | null];
  fail: [Failing, null];
  solePendingId: [About, string];
  pending: [About, NeedsResponse];
  snapshot: [Looking, Snapshot | Record<string, Snapshot>];
  cancel: [Now<About<{ reason: string | undefined }>>, SessionEvent];
  gc: [Now, string[]];
  nextDeadline: [object, number | null];
  takeEvents: [object, RegistryEvent[]];
  restore: [Now<Random<{ copy: boolean; limits: Limits }>>, NeedsResponse];
  inspect: [Now, SavedSession];
  fork: [Now<Random<About>>, NeedsResponse];
  rewind: [Now<Random<About<{ pause: number }>>>, NeedsResponse];
  keptPauses: [About, number[]];
  addModule: [{ name: string; source: string }, null];
  addPackage: [{ name: string; files: [string, string][] }, null];
  removePackage: [{ name: string }, boolean];
  packages: [Now, PackageInfo[]];
  check: [{ source: string }, Diagnostic[]];
}

/** The name of a call. */
export type CallName = keyof Calls;
/** The arguments of a call. */
export type CallArgs<N extends CallName> = Calls[N][0];
/** What a call gives. */
export type CallResult<N extends CallName> = Calls[N][1];

interface Refusal {
  code: AlcErrorCode;
  message: string;
  sessionId?: string;
}

const NO_IMAGE: Uint8Array = new Uint8Array(0);

/** The sessions of one registry, in the instance that there was when it was made. */
export class Core {
  readonly #instance = new Instance();

  constructor(settings: CoreSettings) {
    this.#call("open", settings);
  }

  /**
   * Makes a call; `image` is for those that want a saved session.
   *
   * @throws AlcError what is refused; any other error is the loss of the instance
   */
  call<N extends CallName>(name: N, args: CallArgs<N>, image?: Uint8Array): CallResult<N> {
    return this.#call(name, args, image) as CallResult<N>;
  }

  #call(name: string, args: object, image = NO_IMAGE): unknown {
    const text = this.#instance.call(name, JSON.stringify(args), image);
    if (text[0] !== "!") return JSON.parse(text);
    const { code, message, ...details }: Refusal = JSON.parse(text.slice(1));
    throw new AlcError(code, message, details);
  }

  /** A paused session as bytes. */
  save(id: string, embed: boolean, now: number): Uint8Array {
    this.#call("save", { id, embed, now });
    return this.#instance.saved();
  }

  /** Ends all sessions; no call may follow. */
  free(): void {
    this.#instance.free();
  }
}
