// The entry point for Cloudflare Workers, which compile wasm files when they are
// deployed and refuse to do it later: importing one gives a WebAssembly.Module.

import { provideDefaultWasm } from "../engine.js";
import module from "./algocline.wasm";

provideDefaultWasm(async () => module);

export * from "../index.js";
