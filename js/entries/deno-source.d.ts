// Of deno-source.js, whose syntax the compiler does not know.

import type { WasmModule } from "../engine.js";

declare const module: WasmModule;
export default module;
