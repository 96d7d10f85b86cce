// Stores that run in Node: in memory and in a directory, with the shared suite
// and with what is special about them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { AlcError, SessionRegistry } from "algocline-wasm";
import { memoryStore, webStorageStore, withTimeout } from "algocline-wasm/stores";
import { directoryStore } from "algocline-wasm/stores/node";
import { root as project } from "../../scripts/lib/process.mjs";
import { cases } from "./support/store-suite.mjs";

async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), "alc-store-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

const kinds = {
  memory: () => {
    const store = memoryStore();
    return { open: () => store, largest: 3_000_000 };
  },
  directory: async (t) => {
    const path = join(await folder(t), "not", "there yet");
    return { open: () => directoryStore(path), largest: 3_000_000 };
  },
};

for (const [kind, fresh] of Object.entries(kinds)) {
  for (const [name, run] of Object.entries(cases)) {
    test(`${kind}: ${name}`, async (t) => run(await fresh(t)));
  }
}

const filesIn = (path) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

test("directory: names are readable, safe everywhere, and stay inside", async (t) => {
  const outer = await folder(t);
  const store = directoryStore(join(outer, "in"));
  await store.set("state/default/count", { n: 1 });
  assert.equal(readFileSync(join(outer, "in/state/default/count.json"), "utf8"), '{"n":1}');
  for (const key of [
    "../x",
    "../../etc/passwd",
    "..",
    "/abs",
    "a\\..\\b",
    "con",
    "é".repeat(900),
  ]) {
    await store.set(key, key);
  }
  assert.deepEqual(readdirSync(outer), ["in"]);
  for (const path of filesIn(outer)) {
    assert.match(path.slice(outer.length), /^[\w%/-]+\.json$/);
    for (const part of path.slice(outer.length).split("/")) assert.ok(part.length <= 205, part);
  }
  assert.ok(existsSync(join(outer, "in/%63on.json")));
});

test("directory: files of others are left alone", async (t) => {
  const path = await folder(t);
  const store = directoryStore(path);
  await store.set("k", 1);
  for (const name of ["README", "Upper.json", "two words.json", "%zz.json", ".hidden.json"]) {
    writeFileSync(join(path, name), "not ours");
  }
  assert.deepEqual(await store.list(""), ["k"]);
});

test("directory: a file that is no JSON is a typed error that names the key", async (t) => {
  const path = await folder(t);
  const store = directoryStore(path);
  await store.set("k", 1);
  writeFileSync(join(path, "k.json"), '{"cut');
  await assert.rejects(async () => store.get("k"), { code: "store_failed", message: /"k"/ });
  await store.set("k", 2);
  assert.equal(await store.get("k"), 2);
});

test("directory: no reader sees half of a value", async (t) => {
  const path = await folder(t);
  const [writer, reader] = [directoryStore(path), directoryStore(path)];
  const value = (n) => ({ n, text: String(n).repeat(100_000) });
  await writer.set("k", value(0));
  let writing = true;
  const writes = (async () => {
    for (let n = 1; n < 10; n++) await writer.set("k", value(n));
    writing = false;
  })();
  let reads = 0;
  while (writing) {
    const { n, text } = await reader.get("k");
    assert.equal(text, value(n).text);
    reads++;
  }
  await writes;
  assert.ok(reads > 0);
  assert.deepEqual(readdirSync(join(path, "%tmp")), []);
});

test("directory: what a process that died has left is removed after an hour", async (t) => {
  const path = await folder(t);
  await mkdir(join(path, "%tmp"), { recursive: true });
  for (const [name, age] of [
    ["old", 2 * 3600],
    ["young", 60],
  ]) {
    writeFileSync(join(path, "%tmp", name), "half");
    const then = Date.now() / 1000 - age;
    utimesSync(join(path, "%tmp", name), then, then);
  }
  await directoryStore(path).set("k", 1);
  assert.deepEqual(readdirSync(join(path, "%tmp")), ["young"]);
});

test("directory: a full disk is a typed error, and what was there stays", async (t) => {
  const path = await folder(t);
  await directoryStore(path).set("k", "before");
  // The file size limit of a process is a quota that every system has.
  const code = `
    import { directoryStore } from "algocline-wasm/stores/node";
    process.on("SIGXFSZ", () => {});
    const store = directoryStore(${JSON.stringify(path)});
    try {
      await store.set("k", "x".repeat(3_000_000));
      console.log("written");
    } catch (error) {
      console.log(error.name, error.code);
    }
    console.log(await store.get("k"));`;
  const node = `"${process.execPath}" --input-type=module -e '${code}'`;
  const { stdout, stderr } = spawnSync("sh", ["-c", `ulimit -f 1024; ${node}`], {
    cwd: project,
    encoding: "utf8",
  });
  assert.equal(stdout, "AlcError store_full\nbefore\n", stderr);
  assert.deepEqual(readdirSync(join(path, "%tmp")), []);
});

test("directory: what cannot be made is a typed error", async (t) => {
  const path = await folder(t);
  writeFileSync(join(path, "file"), "");
  const store = directoryStore(join(path, "file"));
  await assert.rejects(
    async () => store.set("k", 1),
    (error) => {
      assert.ok(error instanceof AlcError);
      assert.equal(error.code, "store_failed");
      assert.ok(error.cause);
      return true;
    },
  );
  assert.equal(await store.get("k"), undefined);
  if (process.getuid?.() !== 0) {
    const closed = join(path, "closed");
    await mkdir(closed);
    chmodSync(closed, 0o500);
    await assert.rejects(async () => directoryStore(closed).set("k", 1), { code: "store_failed" });
  }
  for (const wrong of ["", "a\0b", 5, undefined]) {
    assert.throws(() => directoryStore(wrong), { code: "invalid_argument" });
  }
});

test("Web Storage: what throws is a typed error; a full one is told from others", () => {
  const throwing = (name) => {
    const fail = () => {
      throw new DOMException("no", name);
    };
    return { length: 1, key: fail, getItem: fail, setItem: fail, removeItem: fail };
  };
  const full = webStorageStore(throwing("QuotaExceededError"));
  assert.throws(() => full.set("k", 1), { name: "AlcError", code: "store_full" });
  const closed = webStorageStore(throwing("SecurityError"));
  for (const call of ["get", "delete", "list"]) {
    assert.throws(() => closed[call]("k"), { name: "AlcError", code: "store_failed" });
  }
  for (const wrong of [undefined, null, {}, 5]) {
    assert.throws(() => webStorageStore(wrong), { code: "invalid_argument" });
  }
});

test("withTimeout: a store that hangs rejects, and the program gets a Lua error", async () => {
  const never = () => new Promise(() => {});
  const hanging = { get: never, set: never, delete: never, list: never };
  const store = withTimeout(hanging, 20);
  for (const call of ["get", "set", "delete", "list"]) {
    await assert.rejects(async () => store[call]("k", 1), {
      code: "store_failed",
      message: /longer than 20 ms/,
    });
  }
  const registry = await SessionRegistry.create({ store });
  const event = await registry.start('return { pcall(alc.state.get, "k") }');
  assert.match(event.result[1], /longer than 20 ms/);
  registry.dispose();
  const quick = withTimeout(memoryStore({ k: 1 }), 1_000);
  assert.equal(await quick.get("k"), 1);
  for (const [wrong, limit] of [
    [{}, 5],
    [undefined, 5],
    [hanging, 0],
  ]) {
    assert.throws(() => withTimeout(wrong, limit), { code: "invalid_argument" });
  }
});
