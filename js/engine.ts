// Loads the WebAssembly module, once, from wherever the entry point says.

import { AlcError, messageOf } from "./errors.js";
import init, { version as coreVersion } from "./generated/algocline_wasm.js";

/** Where the module comes from: its bytes, or compiled already. */
export type WasmSource = () => Promise<BufferSource | WebAssembly.Module>;

let source: WasmSource | undefined;
let loading: Promise<void> | undefined;

/** Says where the module comes from; entry points do that when they are imported. */
export function provideWasm(from: WasmSource): void {
  source = from;
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
  if (!source) throw new AlcError("load_failed", "no entry point says where the wasm file is");
  await init({ module_or_path: await source() });
}

/** The version of the WebAssembly module, as `"1.2.3"`. Needs {@link load} first. */
export function version(): string {
  return coreVersion();
}

/**
 * Fetches and compiles a wasm file. A server that calls the file something else
 * than `application/wasm` costs the compilation during the download, no more.
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
