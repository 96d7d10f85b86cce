// Sessions and registries that have ended leave nothing behind, in Node and in
// Chromium: neither in the memory of the WebAssembly module, which never shrinks,
// nor on the heap of JavaScript.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchChromium } from "../scripts/lib/page.mjs";
import { startServer } from "./lib/browsers.mjs";
import * as files from "./lib/files.mjs";
import { makeProject, pack, workspace } from "./lib/project.mjs";
import { outcomeOf } from "./lib/run.mjs";

const SESSIONS = 10_000;
/** Sessions after which everything that is made once has been made. */
const WARM_UP = 1_000;
/** Bytes by which JavaScript's heap may differ: engines keep code and statistics there. */
const HEAP_SLACK = 512 * 1024;
/** Registries that nobody disposes of, each with a session that holds a megabyte. */
const FORGOTTEN = 200;
/** Bytes of WebAssembly memory that collectors may lag behind. */
const FORGOTTEN_SLACK = 64 * 1024 * 1024;

/**
 * A module for both: catches the module's memory as it is made, and has the ways in which sessions
 * end. `algocline` and `observe(work, memory)` are in scope.
 */
const CHURN = `
let memory;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const made = await instantiate.apply(WebAssembly, args);
  const { exports } = made.instance ?? made;
  // Node has wasm modules of its own.
  if ("__wbg_core_free" in exports) memory = exports.memory;
  return made;
};

const PROGRAM = \`
  local kept = {}
  for i = 1, 100 do kept[i] = { name = "item " .. i } end
  local answer = alc.llm("A question that is long enough to have a buffer of its own? " .. ctx.n)
  if answer == "fail" then error({ code = ctx.n }) end
  return { answer = answer, items = #kept }
\`;

async function endings({ SessionRegistry, run }) {
  let now = 0;
  const registry = await SessionRegistry.create({ ttlMs: 1000, now: () => now, onEvent: () => {} });
  const begin = (n, options) => registry.start(PROGRAM, { n }, options);
  const ways = [
    async (n) => registry.feed((await begin(n)).session_id, "an answer"),
    async (n) => registry.feed((await begin(n)).session_id, "fail"),
    async (n) => registry.fail((await begin(n)).session_id, "no model"),
    async (n) => registry.cancel((await begin(n)).session_id, "enough"),
    async (n) => run(registry, PROGRAM, { n }, { llm: async () => "an answer" }),
    async (n) => {
      const controller = new AbortController();
      await begin(n, { signal: controller.signal });
      controller.abort("aborted");
    },
    async (n) => {
      await begin(n);
      now += 2000;
      registry.gc();
    },
    async (n) => registry.start("this is no Lua " + n),
    async (n) => {
      const own = await SessionRegistry.create();
      await own.start(PROGRAM, { n });
      own.dispose();
    },
  ];
  return {
    async end(count) {
      for (let n = 0; n < count; n++) await ways[n % ways.length](n);
      if (Object.keys(registry.snapshot()).length > 0) throw new Error("a session is left");
    },
    dispose: () => registry.dispose(),
  };
}

/** Registries that the collector alone can end. */
async function forget({ SessionRegistry }, count) {
  const code = 'local text = string.rep("x", 1000000) alc.llm("?") return #text';
  for (let n = 0; n < count; n++) await (await SessionRegistry.create()).start(code);
}
`;

const inNode = `
import * as algocline from "algocline-wasm";
${CHURN}
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
async function measure() {
  for (let i = 0; i < 4; i++) { gc(); await turn(); }
  return { wasm: memory.buffer.byteLength, heap: process.memoryUsage().heapUsed };
}
const churn = await endings(algocline);
await churn.end(${WARM_UP});
const before = await measure();
await churn.end(${SESSIONS});
const after = await measure();
churn.dispose();
for (let i = 0; i < ${FORGOTTEN / 10}; i++) { await forget(algocline, 10); await measure(); }
console.log("OUTCOME " + JSON.stringify({ before, after, forgotten: await measure() }));
`;

const inPage = `
import * as algocline from "./node_modules/algocline-wasm/dist/browser.js";
${CHURN}
globalThis.memory = () => memory.buffer.byteLength;
const churn = await endings(algocline);
globalThis.end = (count) => churn.end(count);
globalThis.disposeAll = () => churn.dispose();
globalThis.forget = (count) => forget(algocline, count);
globalThis.ready = true;
`;

let space;
let project;

before(async () => {
  space = workspace();
  const { tarball } = await pack(space.folder);
  const contents = {
    "memory.mjs": inNode,
    "page.js": inPage,
    "index.html": files.html("page.js"),
  };
  project = await makeProject({ tarball, folder: space.folder }, "memory", contents);
});

after(() => space?.remove());

function check({ before, after, forgotten }) {
  assert.equal(after.wasm, before.wasm, "bytes of WebAssembly memory");
  assert.ok(
    after.heap - before.heap < HEAP_SLACK,
    `the heap grew by ${after.heap - before.heap} bytes over ${SESSIONS} sessions`,
  );
  const lag = forgotten.wasm - after.wasm;
  assert.ok(lag < FORGOTTEN_SLACK, `${lag} bytes of ${FORGOTTEN} forgotten registries are left`);
}

test(`Node: ${SESSIONS} sessions that ended leave nothing`, async () => {
  check(await outcomeOf(process.execPath, ["--expose-gc", join(project, "memory.mjs")]));
});

test(`Chromium: ${SESSIONS} sessions that ended leave nothing`, async () => {
  const server = await startServer();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(server.mount("memory", project));
    await page.waitForFunction(() => globalThis.ready);
    const session = await page.context().newCDPSession(page);
    const measure = async () => {
      for (let i = 0; i < 3; i++) {
        await session.send("HeapProfiler.collectGarbage");
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 5)));
      }
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      return { wasm: await page.evaluate(() => globalThis.memory()), heap: usedSize };
    };
    const end = (count) => page.evaluate((n) => globalThis.end(n), count);
    await end(WARM_UP);
    const before = await measure();
    await end(SESSIONS);
    const after = await measure();
    await page.evaluate(() => globalThis.disposeAll());
    for (let i = 0; i < FORGOTTEN / 10; i++) {
      await page.evaluate(() => globalThis.forget(10));
      await measure();
    }
    check({ before, after, forgotten: await measure() });
  } finally {
    await browser.close();
    server.close();
  }
});
