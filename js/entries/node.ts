// The entry point for Node: reads the package's own wasm file from disk.

import { readFile } from "node:fs/promises";
import { provideWasm } from "../engine.js";

provideWasm(async () =>
  WebAssembly.compile(await readFile(new URL("./algocline.wasm", import.meta.url))),
);

export * from "../index.js";
