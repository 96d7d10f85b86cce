// The store in a directory, for Node, Bun and Deno.

export { AlcError, type AlcErrorCode, type AlcErrorDetails } from "../errors.js";
export type { Json } from "../json.js";
export type { Store } from "../store.js";
export { directoryStore } from "../stores/directory.js";
