// Stores for `RegistryOptions.store` and `autosave`. That of a directory is in
// `stores-node.ts`, so that no bundle for browsers meets `node:fs`.

export { AlcError, type AlcErrorCode, type AlcErrorDetails } from "../errors.js";
export type { Json } from "../json.js";
export type { Store } from "../store.js";
export {
  type DurableObjectStorageLike,
  type DurableObjectStoreOptions,
  type DurableObjectTransactionLike,
  durableObjectStore,
} from "../stores/durable-object.js";
export {
  type IndexedDbOptions,
  type IndexedDbStore,
  indexedDbStore,
} from "../stores/indexed-db.js";
export { memoryStore, type SyncStore } from "../stores/memory.js";
export { withTimeout } from "../stores/timeout.js";
export {
  type WebStorageLike,
  type WebStorageOptions,
  webStorageStore,
} from "../stores/web-storage.js";
