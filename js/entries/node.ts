// The entry point for Node: reads the package's own wasm file from disk.

import { readFile } from "node:fs/promises";
import { provideDefaultWasm } from "../engine.js";

provideDefaultWasm(() => readFile(new URL("./algocline.wasm", import.meta.url)));

export * from "../index.js";
