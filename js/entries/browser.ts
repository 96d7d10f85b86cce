// The entry point for browsers: fetches the package's own wasm file, which
// bundlers find by this very form of its address.

import { fetchWasm, provideDefaultWasm } from "../engine.js";

provideDefaultWasm(() => fetchWasm(new URL("./algocline.wasm", import.meta.url)));

export * from "../index.js";
