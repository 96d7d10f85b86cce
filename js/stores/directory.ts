// A store in a directory, for Node, Bun and Deno.

import { createHash, randomUUID } from "node:crypto";
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import * as check from "../check.js";
import type { Json } from "../json.js";
import { byCodePoint } from "../order.js";
import type { Store } from "../store.js";
import { checkKey, checkPrefix, damaged, decode, encode, failure, quote } from "./common.js";

/** The longest part of a path, in bytes; file systems allow 255, and the ending needs some. */
const MAX_PART = 200;
/** The longest path of a readable name. */
const MAX_PATH = 800;
/** Values of keys that are too long for a name, as `{key, value}` under a hash. */
const LONG = "%long";
/** Files that are being written. */
const TEMPORARY = "%tmp";
const ENDING = ".json";
/** A temporary file of this age, in milliseconds, was left by a process that died. */
const STALE_MS = 3_600_000;
/** Names that Windows keeps for devices. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * A store in a directory: one file per key, JSON as text. The directory is made
 * by the first write.
 *
 * A write is atomic and survives a crash of the machine: the value goes to a
 * temporary file, is synced, and takes its name by a rename. Several processes
 * may use one directory; of two writes to one key the later one wins.
 *
 * A key's parts between slashes are folders: `state/default/count` lies in
 * `state/default/count.json`. Every byte but small letters, digits, `-` and `_`
 * is written as `%xx`, so that no key leads out of the directory and names that
 * differ only in case stay apart. Keys of more than 800 bytes lie in `%long`,
 * under their SHA-256.
 *
 * ```js
 * import { mkdtemp } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { directoryStore } from "algocline-wasm/stores/node";
 *
 * const store = directoryStore(await mkdtemp(join(tmpdir(), "alc-")));
 * await store.set("../Odd key?", { n: 1 });
 * console.log(await store.get("../Odd key?")); // → { n: 1 }
 * ```
 *
 * @param path the directory
 * @throws AlcError `invalid_argument`; its methods reject also with `store_full`
 * (disk, quota or file size limit; the old value stays) and `store_failed`
 */
export function directoryStore(path: string): Store {
  const root = check.text(path, "path");
  if (root === "" || root.includes("\0")) {
    throw check.wrongType("path", "the path of a directory", root);
  }
  return new Directory(root);
}

class Directory implements Store {
  readonly #root: string;
  /** The last write of each key that is under way; the next one waits for it. */
  readonly #writes = new Map<string, Promise<unknown>>();
  #cleaned: Promise<void> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  async get(key: string): Promise<Json | undefined> {
    const { path, isLong } = this.#place(key);
    await this.#writes.get(key);
    const text = await this.#attempt(`read ${quote(key)}`, () => readText(path));
    if (text === undefined) return undefined;
    const value = decode(text, key);
    return isLong ? longEntry(value, key).value : value;
  }

  async set(key: string, value: Json): Promise<void> {
    const { path, isLong } = this.#place(key);
    const text = encode(value);
    const content = isLong ? `{"key":${JSON.stringify(key)},"value":${text}}` : text;
    await this.#inTurn(key, `write ${quote(key)}`, () => this.#write(path, content));
  }

  async delete(key: string): Promise<boolean> {
    const { path } = this.#place(key);
    return this.#inTurn(key, `delete ${quote(key)}`, async () => {
      try {
        await rm(path);
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
      await syncFolder(dirname(path));
      return true;
    });
  }

  async list(prefix: string): Promise<string[]> {
    checkPrefix(prefix);
    const keys: string[] = [];
    await this.#attempt("list keys", async () => {
      const folders = prefix.split("/").slice(0, -1).map(encodePart);
      const isReadable = folders.every((part) => part.length <= MAX_PART);
      if (isReadable) await this.#walk(join(this.#root, ...folders), keys);
      await this.#walkLong(keys);
    });
    return keys.filter((key) => key.startsWith(prefix)).sort(byCodePoint);
  }

  // ── Names ─────────────────────────────────────────────────────────────────

  #place(key: string): { path: string; isLong: boolean } {
    const parts = checkKey(key).split("/").map(encodePart);
    const isLong =
      parts.some((part) => part.length > MAX_PART) || parts.join("/").length > MAX_PATH;
    if (!isLong) return { path: join(this.#root, ...parts) + ENDING, isLong };
    const hash = createHash("sha256").update(key).digest("hex");
    return { path: join(this.#root, LONG, hash + ENDING), isLong };
  }

  /** The key of a file with a readable name; undefined for what is none of ours. */
  #keyOf(path: string): string | undefined {
    const parts = relative(this.#root, path).slice(0, -ENDING.length).split(sep);
    try {
      const key = parts.map(decodePart).join("/");
      return this.#place(key).path === path ? key : undefined;
    } catch {
      return undefined;
    }
  }

  // ── Reading ───────────────────────────────────────────────────────────────

  /** Collects the keys of all files below a folder. */
  async #walk(top: string, keys: string[]): Promise<void> {
    const folders = [top];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const entry of await entriesOf(folder)) {
        const path = join(folder, entry.name);
        const isOwn = entry.name !== LONG && entry.name !== TEMPORARY;
        if (entry.isDirectory() && (isOwn || folder !== this.#root)) folders.push(path);
        const key = entry.name.endsWith(ENDING) ? this.#keyOf(path) : undefined;
        if (entry.isFile() && key !== undefined) keys.push(key);
      }
    }
  }

  /** Collects the keys that are too long for a name. */
  async #walkLong(keys: string[]): Promise<void> {
    for (const entry of await entriesOf(join(this.#root, LONG))) {
      const text = await readText(join(this.#root, LONG, entry.name));
      // One that has gone meanwhile is left out.
      if (text !== undefined) keys.push(longEntry(decode(text, entry.name), entry.name).key);
    }
  }

  // ── Writing ───────────────────────────────────────────────────────────────

  async #write(path: string, content: string): Promise<void> {
    const scratch = join(this.#root, TEMPORARY);
    await mkdir(scratch, { recursive: true });
    this.#cleaned ??= removeStale(scratch);
    await this.#cleaned;
    const temporary = join(scratch, randomUUID());
    try {
      const file = await open(temporary, "wx");
      await useAndClose(file, async () => {
        await file.writeFile(content);
        await file.sync();
      });
      const made = await mkdir(dirname(path), { recursive: true });
      await rename(temporary, path);
      await syncFolders(dirname(path), made);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  }

  /** Work on one key after all earlier work on it. */
  #inTurn<T>(key: string, doing: string, work: () => Promise<T>): Promise<T> {
    const before = this.#writes.get(key) ?? Promise.resolve();
    const turn = before.then(() => this.#attempt(doing, work));
    const settled = turn
      .catch(() => {})
      .then(() => {
        if (this.#writes.get(key) === settled) this.#writes.delete(key);
      });
    this.#writes.set(key, settled);
    return turn;
  }

  async #attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw failure(error, `${doing} in ${this.#root}`);
    }
  }
}

/** Part of a key as a name that every file system takes; the empty one is `%`. */
function encodePart(part: string): string {
  if (part === "") return "%";
  const hex = (byte: number) => `%${byte.toString(16).padStart(2, "0")}`;
  const name = Array.from(new TextEncoder().encode(part), (byte) => {
    const char = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(char) ? char : hex(byte);
  }).join("");
  return DEVICE.test(name) ? hex(name.charCodeAt(0)) + name.slice(1) : name;
}

/** @throws URIError for what `encodePart` does not give */
const decodePart = (name: string): string => (name === "%" ? "" : decodeURIComponent(name));

/** What lies in a file under `%long`. */
function longEntry(value: Json, key: string): { key: string; value: Json } {
  const { key: name, value: content } = (value ?? {}) as { key?: Json; value?: Json };
  if (typeof name !== "string" || content === undefined) {
    throw damaged(key, "not {key, value}");
  }
  return { key: name, value: content };
}

const isMissing = (error: unknown): boolean => {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === "ENOENT" || code === "ENOTDIR";
};

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function useAndClose(file: FileHandle, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } finally {
    await file.close();
  }
}

/** Makes the disk keep the names in a folder. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    await useAndClose(folder, () => folder.sync());
  } catch (error) {
    // Windows cannot, and need not.
    const { code } = (error ?? {}) as { code?: unknown };
    if (code !== "EPERM" && code !== "EISDIR" && code !== "EACCES") throw error;
  }
}

/** The same for a folder and those above it that have just been made, `made` being the topmost. */
async function syncFolders(path: string, made: string | undefined): Promise<void> {
  await syncFolder(path);
  if (made === undefined) return;
  const top = dirname(made);
  for (let folder = dirname(path); folder.length >= top.length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === dirname(folder)) return;
  }
}

/** Removes what processes that died have left; a failure does not matter. */
async function removeStale(folder: string): Promise<void> {
  try {
    for (const { name } of await entriesOf(folder)) {
      const path = join(folder, name);
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs > STALE_MS) await rm(path, { force: true });
    }
  } catch {
    // The next process tries again.
  }
}
