// Loads the WebAssembly module, once, from wherever the entry point says.

import { AlcError, invalidArgument, messageOf } from "./errors.js";
import init, { version as coreVersion } from "./generated/algocline_wasm.js";
import { describe } from "./json.js";

/** The version of the package; the build puts it in. */
declare const PACKAGE_VERSION: string;

/** `WebAssembly.Module`, also where the types of its namespace are missing. */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: new (...args: never[]) => infer Module };
}
  ? Module & object
  : object;

/** The module itself: the bytes of `algocline.wasm`, or these compiled already. */
export type WasmInput = ArrayBuffer | ArrayBufferView<ArrayBuffer> | WasmModule;

/** Where the module comes from: itself, a promise of it, or a function that is called for it once. */
export type WasmSource = WasmInput | Promise<WasmInput> | (() => WasmInput | Promise<WasmInput>);

let source: WasmSource | undefined;
let isChosen = false;
let loading: Promise<void> | undefined;

/**
 * Says where the WebAssembly module comes from. With `algocline-wasm/slim` this is
 * needed, before the first registry is made; with every other entry point it takes
 * the place of the package's own file. Does nothing by itself: no I/O, no compiling.
 *
 * ```js
 * import { provideWasm, SessionRegistry } from "algocline-wasm/slim";
 *
 * provideWasm(() => WebAssembly.compileStreaming(fetch("https://cdn.example/algocline.wasm")));
 * const registry = await SessionRegistry.create();
 * ```
 *
 * @param from `algocline-wasm/algocline.wasm` of the same version: a `WebAssembly.Module`,
 * its bytes, a promise of one of them, or a function that gives one
 * @throws AlcError `invalid_argument` where `from` is none of these, `load_failed` where the
 * module is loaded already
 */
export function provideWasm(from: WasmSource): void {
  if (typeof from !== "function" && (typeof from !== "object" || from === null)) {
    const wanted = "must be a WebAssembly.Module, its bytes, or a promise or function that gives";
    throw invalidArgument("from", `${wanted} one, got ${describe(from)}`);
  }
  if (loading) throw new AlcError("load_failed", "the WebAssembly module is loaded already");
  source = from;
  isChosen = true;
}

/**
 * Says where an entry point finds the module, unless the program has chosen. Of several
 * entry points in one program the first decides.
 *
 * @internal
 */
export function provideDefaultWasm(from: () => Promise<WasmInput>): void {
  if (!isChosen) source ??= from;
}

/**
 * Loads the WebAssembly module, if that has not been done. `SessionRegistry.create`
 * does it by itself; call this beforehand to have it done early.
 *
 * @throws AlcError `load_failed`; a later call tries again.
 */
export function load(): Promise<void> {
  loading ??= instantiate().catch((error: unknown) => {
    loading = undefined;
    if (error instanceof AlcError) throw error;
    const message = `cannot load the WebAssembly module: ${messageOf(error)}`;
    throw new AlcError("load_failed", message, { cause: error });
  });
  return loading;
}

async function instantiate(): Promise<void> {
  if (!source) throw new AlcError("load_failed", "call provideWasm first: nothing is provided");
  const input: unknown = await (typeof source === "function" ? source() : source);
  if (!isWasmInput(input)) {
    throw new Error(`neither a WebAssembly.Module nor bytes, but ${describe(input)}`);
  }
  await init({ module_or_path: input });
  if (coreVersion() !== PACKAGE_VERSION) {
    throw new Error(`it is of version ${coreVersion()}, the package of ${PACKAGE_VERSION}`);
  }
  // Bytes are not needed any more.
  source = undefined;
}

/** By name, since both may come from another realm. */
function isWasmInput(input: unknown): input is BufferSource | WebAssembly.Module {
  const name = Object.prototype.toString.call(input).slice(8, -1);
  return name === "WebAssembly.Module" || name === "ArrayBuffer" || ArrayBuffer.isView(input);
}

/** The version of the WebAssembly module, as `"1.2.3"`. Needs {@link load} first. */
export function version(): string {
  return coreVersion();
}

/**
 * Fetches and compiles a wasm file. A server that calls the file something else
 * than `application/wasm` costs the compilation during the download, no more.
 *
 * @internal
 */
export async function fetchWasm(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
  const type = response.headers.get("content-type") ?? "";
  const streams = typeof WebAssembly.compileStreaming === "function";
  if (streams && /^application\/wasm\b/i.test(type)) return WebAssembly.compileStreaming(response);
  const bytes = await response.arrayBuffer();
  const magic = new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength));
  if (String.fromCharCode(...magic) !== "\0asm") {
    throw new Error(`${url} is not a WebAssembly file (its type is ${type || "not given"})`);
  }
  return WebAssembly.compile(bytes);
}
