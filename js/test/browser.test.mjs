// The browser's entry point, without any bundler: how the wasm file is found,
// what happens when it is not, and that a page lives while a program runs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import test, { after, before } from "node:test";
import { launchChromium } from "../../scripts/lib/page.mjs";

const dist = new URL("../../dist/", import.meta.url);
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };

/** What the server does with the wasm file; a test changes it. */
let wasm = {};
/** The page's content security policy, or none. */
let policy;
let server;
let browser;

async function answer(request, response) {
  const path = new URL(request.url, "http://x").pathname;
  if (path === "/") {
    const headers = { "content-type": "text/html" };
    if (policy) headers["content-security-policy"] = policy;
    response.writeHead(200, headers).end("<!doctype html><title>test</title>");
    return;
  }
  if (path === "/favicon.ico") {
    response.writeHead(204).end();
    return;
  }
  const special = path.endsWith(".wasm") ? wasm : {};
  const type = special.type ?? TYPES[extname(path)] ?? "application/octet-stream";
  try {
    const body = special.body ?? (await readFile(new URL(`.${path}`, dist)));
    response.writeHead(special.status ?? 200, type ? { "content-type": type } : {}).end(body);
  } catch {
    response.writeHead(404).end();
  }
}

before(async () => {
  server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** Runs a function in a fresh page in which `algocline` is the module. */
async function inPage(work, options = {}) {
  wasm = options.wasm ?? {};
  policy = options.policy;
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    return { result: await page.evaluate(work), problems };
  } finally {
    await page.close();
  }
}

async function twoQuestions() {
  const { SessionRegistry } = await import("/browser.js");
  const registry = await SessionRegistry.create();
  const event = await registry.start("return alc.llm('a') .. alc.llm('b')");
  await registry.feed(event.session_id, "1");
  return (await registry.feed(event.session_id, "2")).result;
}

async function failToLoad() {
  const { SessionRegistry, AlcError } = await import("/browser.js");
  try {
    await SessionRegistry.create();
    return "loaded";
  } catch (error) {
    return [error instanceof AlcError, error.code, error.message];
  }
}

test("a page runs a program", async () => {
  const { result, problems } = await inPage(twoQuestions);
  assert.equal(result, "12");
  assert.deepEqual(problems, []);
});

test("a server that does not know the type of wasm will do", async () => {
  for (const type of ["application/octet-stream", "text/plain", ""]) {
    const { result, problems } = await inPage(twoQuestions, { wasm: { type } });
    assert.equal(result, "12");
    assert.deepEqual(problems, []);
  }
});

test("a policy without eval will do", async () => {
  const { result } = await inPage(twoQuestions, {
    policy: "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  });
  assert.equal(result, "12");
});

test("what is not the wasm file is a typed error", async () => {
  for (const [broken, message] of [
    [{ status: 404, body: "" }, /algocline\.wasm answered 404/],
    [{ type: "text/html", body: "<!doctype html>" }, /is not a WebAssembly file .*text\/html/],
    [{ body: "\0asm but broken" }, /cannot load the WebAssembly module/],
    [{ type: "text/plain", body: "" }, /is not a WebAssembly file/],
  ]) {
    const { result } = await inPage(failToLoad, { wasm: broken });
    assert.deepEqual(result.slice(0, 2), [true, "load_failed"]);
    assert.match(result[2], message);
  }
  const { result } = await inPage(failToLoad, { policy: "script-src 'self'" });
  assert.deepEqual(result.slice(0, 2), [true, "load_failed"]);
});

test("after a failure a page may try again", async () => {
  wasm = { status: 503, body: "" };
  policy = undefined;
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  assert.equal((await page.evaluate(failToLoad))[1], "load_failed");
  wasm = {};
  assert.equal(await page.evaluate(twoQuestions), "12");
  await page.close();
});

test("a page lives while a program runs, and a signal stops it", async () => {
  const { result } = await inPage(async () => {
    const { SessionRegistry } = await import("/browser.js");
    const registry = await SessionRegistry.create();
    const controller = new AbortController();
    const running = registry.start("while true do end", null, { signal: controller.signal });
    const gaps = [];
    let last = performance.now();
    const timer = setInterval(() => {
      gaps.push(performance.now() - last);
      last = performance.now();
    }, 4);
    await new Promise((resolve) => setTimeout(resolve, 500));
    clearInterval(timer);
    const before = performance.now();
    controller.abort("enough");
    const event = await running;
    const took = performance.now() - before;
    return { gaps: gaps.sort((a, b) => a - b), took, event };
  });
  const { gaps, took, event } = result;
  assert.ok(gaps.length > 10, `${gaps.length} ticks`);
  assert.ok(gaps[gaps.length >> 1] < 50, `${gaps[gaps.length >> 1]} ms between ticks`);
  assert.ok(took < 100, `${took} ms`);
  assert.equal(event.reason, "enough");
});

test("a worker runs programs, too", async () => {
  const { result } = await inPage(async () => {
    const source = `
      import { run, SessionRegistry } from "${location.origin}/browser.js";
      const registry = await SessionRegistry.create();
      const end = await run(registry, "return alc.llm('x')", null, { llm: (q) => q.prompt + "!" });
      postMessage(end.result);
    `;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url, { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = (message) => resolve(message.data);
      worker.onerror = (error) => reject(new Error(error.message));
    });
  });
  assert.equal(result, "x!");
});
