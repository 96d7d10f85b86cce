// The entry point for browsers: fetches the package's own wasm file.

import init from "../generated/algocline_wasm.js";

export { version } from "../generated/algocline_wasm.js";

/** Loads the WebAssembly module once. */
export async function load(): Promise<void> {
  await init({ module_or_path: new URL("./algocline.wasm", import.meta.url) });
}
