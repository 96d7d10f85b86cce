// The entry point for Bun: the import gives the file's path, and makes Bun's own
// bundler and `bun build --compile` carry the file along.

import { readFile } from "node:fs/promises";
import { provideDefaultWasm } from "../engine.js";
import path from "./algocline.wasm" with { type: "file" };

provideDefaultWasm(() => readFile(path as unknown as string));

export * from "../index.js";
