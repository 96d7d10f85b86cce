// Everything public; the entry points add where the wasm file comes from.

export {
  load,
  provideWasm,
  version,
  type WasmInput,
  type WasmModule,
  type WasmSource,
} from "./engine.js";
export { AlcError, type AlcErrorCode, type AlcErrorDetails } from "./errors.js";
export type { Json } from "./json.js";
export type { PackageSet } from "./packages.js";
export { SessionRegistry } from "./registry.js";
export { type LlmAnswer, type LlmInfo, type RunOptions, run } from "./run.js";
export type { LoadPackage, Store } from "./store.js";
export type * from "./types.js";
