// Runs in IndexedDB, so that they are there after a reload.

import type { LogLine } from "./log";
import type { SessionFile } from "./session-file";

const NAME = "algocline-playground";
const STORE = "runs";

/** A run as it is kept. */
export interface Kept {
  file: SessionFile;
  /** The session itself at its last pause, as the registry saves it; null once it has ended. */
  saved: Uint8Array | null;
  logs: readonly LogLine[];
}

/** The page of one tab keeps its runs; others of the same browser would write over them. */
const LOCK = "algocline-playground";
/** A page that is being reloaded still holds the lock for a moment. */
const LOCK_WAIT_MS = 1_500;

/** Takes the lock until the page is closed; false if another page has it. */
function locked(): Promise<boolean> {
  return new Promise((resolve) => {
    const held = () => {
      resolve(true);
      return new Promise<void>(() => undefined);
    };
    const signal = AbortSignal.timeout(LOCK_WAIT_MS);
    navigator.locks.request(LOCK, { signal }, held).catch(() => resolve(false));
  });
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Vault {
  readonly #db: IDBDatabase;

  private constructor(db: IDBDatabase) {
    this.#db = db;
  }

  /**
   * Opens the vault. There is none where another page of this browser has it, or the
   * browser keeps nothing, as in some private windows.
   */
  static async open(): Promise<Vault | "elsewhere" | null> {
    try {
      if (!(await locked())) return "elsewhere";
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      return new Vault(await done(request));
    } catch {
      return null;
    }
  }

  async all(): Promise<Kept[]> {
    return done(this.#store("readonly").getAll() as IDBRequest<Kept[]>);
  }

  async put(kept: Kept): Promise<void> {
    await done(this.#store("readwrite").put(kept, kept.file.number));
  }

  async delete(number: number): Promise<void> {
    await done(this.#store("readwrite").delete(number));
  }

  #store(mode: IDBTransactionMode): IDBObjectStore {
    return this.#db.transaction(STORE, mode).objectStore(STORE);
  }
}
