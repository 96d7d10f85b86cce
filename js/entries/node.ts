// The entry point for Node: reads the package's own wasm file from disk.

import { readFile } from "node:fs/promises";
import init from "../generated/algocline_wasm.js";

export { version } from "../generated/algocline_wasm.js";

/** Loads the WebAssembly module once. */
export async function load(): Promise<void> {
  const bytes = await readFile(new URL("./algocline.wasm", import.meta.url));
  await init({ module_or_path: bytes });
}
