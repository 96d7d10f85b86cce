// What the declarations promise. This file is compiled, never run: a type that is
// wider or narrower than expected is an error of the compiler.

import {
  type Accepted,
  AlcError,
  type AlcErrorCode,
  type Cancelled,
  type Completed,
  type Failed,
  type Json,
  load,
  type NeedsResponse,
  provideWasm,
  type Query,
  type RegistryEvent,
  run,
  type SessionEvent,
  SessionRegistry,
  type Snapshot,
  type Store,
  type WasmSource,
} from "algocline-wasm";
import wasm from "algocline-wasm/algocline.wasm";
import { type Autosave, autosave, type Restored } from "algocline-wasm/durable";
import * as inline from "algocline-wasm/inline";
import * as slim from "algocline-wasm/slim";
import {
  durableObjectStore,
  indexedDbStore,
  memoryStore,
  webStorageStore,
  withTimeout,
} from "algocline-wasm/stores";
import { directoryStore } from "algocline-wasm/stores/node";
import { strategies } from "algocline-wasm/strategies";

/** Whether two types are the same, `any` and `unknown` told apart. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Takes a value of the very type that is given, no other. */
function expectType<Wanted>() {
  function take<Given>(_value: Given, _same: Same<Given, Wanted>): void {}
  return take;
}

// ── Entry points have one shape ─────────────────────────────────────────────

expectType<typeof slim>()(inline, true);
expectType<typeof SessionRegistry>()(slim.SessionRegistry, true);
expectType<Record<string, string>>()(strategies, true);
expectType<Promise<void>>()(load(), true);
provideWasm(wasm);
provideWasm(new Uint8Array(8));
provideWasm(async () => new ArrayBuffer(8));
provideWasm(Promise.resolve(wasm));
const source: WasmSource = () => wasm;
provideWasm(source);
// @ts-expect-error an address is not the file
provideWasm("algocline.wasm");

// ── Events are told apart by their status ───────────────────────────────────

export async function events(registry: SessionRegistry): Promise<Json> {
  const event = await registry.start("return 1", { any: ["json", 1, null] }, { seed: "s" });
  expectType<SessionEvent>()(event, true);
  expectType<NeedsResponse | Accepted | Completed | Failed | Cancelled>()(event, true);
  // @ts-expect-error only a completed session has a result
  void event.result;
  switch (event.status) {
    case "needs_response":
      expectType<NeedsResponse>()(event, true);
      expectType<Query[]>()(event.queries, true);
      expectType<number>()(event.pause, true);
      expectType<string | undefined>()(event.prompt, true);
      return null;
    case "accepted":
      expectType<number>()(event.remaining, true);
      return null;
    case "completed":
      expectType<Json>()(event.result, true);
      return event.result;
    case "error":
      expectType<string>()(event.error, true);
      return event.error;
    case "cancelled":
      expectType<string | undefined>()(event.reason, true);
      return null;
    default:
      // Every status has had its case.
      expectType<never>()(event, true);
      return event;
  }
}

// ── Arguments ───────────────────────────────────────────────────────────────

export async function calls(registry: SessionRegistry): Promise<void> {
  expectType<SessionEvent>()(await registry.feed("id", "text", { pause: 1 }), true);
  expectType<SessionEvent>()(
    await registry.feed("id", [{ query_id: "q-0", response: "a" }], { pause: 1 }),
    true,
  );
  expectType<SessionEvent>()(await registry.fail("id", "message", { queryId: "q-0" }), true);
  expectType<NeedsResponse>()(registry.pending("id"), true);
  expectType<string>()(registry.resolveSolePendingId("id"), true);
  expectType<Snapshot>()(registry.snapshot("id", { pending: "preview" }), true);
  expectType<Record<string, Snapshot>>()(registry.snapshot(), true);
  expectType<SessionEvent>()(registry.cancel("id", "why"), true);
  expectType<string[]>()(registry.gc(), true);
  expectType<() => void>()(registry.startGc(1000), true);
  expectType<number | null>()(registry.nextDeadline(), true);
  const end = await run(registry, "return 1", null, {
    llm: async (query, { sessionId, pause, signal }) => {
      expectType<Query>()(query, true);
      expectType<string>()(sessionId, true);
      expectType<number>()(pause, true);
      signal.throwIfAborted();
      return { response: query.prompt, usage: { completion_tokens: 1 } };
    },
  });
  expectType<Completed | Failed | Cancelled>()(end, true);
  // @ts-expect-error an answer needs its query
  await registry.feed("id", [{ response: "a" }]);
  // @ts-expect-error a list of answers names its queries itself
  await registry.feed("id", [], { queryId: "q-0" });
  // @ts-expect-error functions are not JSON
  await registry.start("return 1", () => 1);
  // @ts-expect-error the model must be given
  await run(registry, "return 1", null, {});
  // @ts-expect-error registries are made by create
  new SessionRegistry();
  // @ts-expect-error misspelt
  await SessionRegistry.create({ ttlMS: 1 });
}

const store: Store = {
  get: async (key) => key,
  set: () => {},
  delete: () => true,
  list: async () => [],
};

export async function options(): Promise<void> {
  const registry = await SessionRegistry.create({
    ttlMs: 1000,
    limits: { fuel: 1, memoryBytes: 1, sliceMs: 1 },
    packages: strategies,
    loadPackage: async () => null,
    store,
    now: () => 0,
    onEvent: (event) => expectType<RegistryEvent>()(event, true),
  });
  registry.dispose();
}

// ── Stores, and sessions in them ────────────────────────────────────────────

export async function durable(
  registry: SessionRegistry,
  storage: Parameters<typeof durableObjectStore>[0],
  local: Parameters<typeof webStorageStore>[0],
): Promise<void> {
  const stores: Store[] = [
    memoryStore({ "a/b": [1] }),
    indexedDbStore({ name: "n", durability: "relaxed" }),
    webStorageStore(local, { prefix: "p/" }),
    durableObjectStore(storage),
    directoryStore("/tmp/x"),
    withTimeout(store, 100),
  ];
  expectType<Json | undefined>()(memoryStore().get("k"), true);
  const saver = await autosave(registry, stores[0] ?? store, {
    lock: "lease",
    onError: (error) => expectType<string | undefined>()(error.sessionId, true),
  });
  expectType<Autosave>()(saver, true);
  expectType<SessionEvent[]>()(saver.restored, true);
  expectType<Promise<Restored>>()(saver.adopt(), true);
  // @ts-expect-error there is no such lock
  await autosave(registry, store, { lock: "door" });
  // @ts-expect-error a registry is none
  memoryStore({ registry });
}

// ── Errors ──────────────────────────────────────────────────────────────────

export function codeOf(error: unknown): AlcErrorCode | undefined {
  if (!(error instanceof AlcError)) return undefined;
  expectType<string | undefined>()(error.sessionId, true);
  // @ts-expect-error no such code
  if (error.code === "no_such_code") return undefined;
  // @ts-expect-error codes do not change
  error.code = "disposed";
  return error.code;
}
