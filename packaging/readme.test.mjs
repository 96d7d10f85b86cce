// The examples of README.md for each runtime do what their comments say, with the
// packed package; and its table names what the matrix runs.
//
// A fence such as ```js cloudflare says where a block belongs; js/test/readme.test.mjs
// runs those without such a word.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../scripts/lib/process.mjs";
import { browsers, startServer } from "./lib/browsers.mjs";
import * as files from "./lib/files.mjs";
import { makeProject, pack, workspace } from "./lib/project.mjs";
import { execute } from "./lib/run.mjs";
import { findNode, importTool, installTools, toolBin, toolProgram } from "./lib/tools.mjs";
import { serveWorkerd } from "./lib/workerd.mjs";
import { matrixLines, writtenMatrix } from "./readme.mjs";

await installTools();

const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(\S*)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(
  ([, language, place, code]) => ({ language, place, code }),
);
const open = browsers();
let space;
let project;
let server;

before(async () => {
  space = workspace();
  const { tarball } = await pack(space.folder);
  const where = { tarball, folder: space.folder };
  project = (name, contents) => makeProject(where, name, contents, { type: "module" });
  server = await startServer();
});

after(async () => {
  await open.close();
  server?.close();
  space?.remove();
});

/** The only block for a place, and what it says that it shows. */
function block(place) {
  const found = blocks.filter((candidate) => candidate.place === place);
  assert.equal(found.length, 1, place);
  const [{ code }] = found;
  const promised = [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text);
  assert.ok(promised.length > 0, `${place} promises nothing`);
  return { code, promised };
}

const lines = (text) => text.trimEnd().split("\n");

// ── Programs ────────────────────────────────────────────────────────────────

for (const [place, name, command] of [
  ["deno", "main.ts", () => [toolProgram("deno"), ["run", "--no-prompt", "--no-remote"]]],
  ["bun", "main.ts", () => [toolProgram("bun"), ["run"]]],
  ["slim", "main.mjs", () => [findNode(22), []]],
]) {
  test(`the example ${place}`, async () => {
    const { code, promised } = block(place);
    const folder = await project(place, {
      [name]: code,
      "deno.json": '{"nodeModulesDir":"manual"}',
    });
    const [program, args] = command();
    assert.deepEqual(lines(await execute(program, [...args, name], { cwd: folder })), promised);
  });
}

test("the example cloudflare, as wrangler bundles it", async () => {
  const { code, promised } = block("cloudflare");
  const settings = 'name = "example"\nmain = "worker.js"\ncompatibility_date = "2026-04-01"\n';
  const folder = await project("cloudflare", { "worker.js": code, "wrangler.toml": settings });
  const args = ["deploy", "--dry-run", "--outdir", "out"];
  await execute(findNode(22), [toolBin("wrangler", "bin/wrangler.js"), ...args], {
    cwd: folder,
    env: { WRANGLER_SEND_METRICS: "false", CI: "1", XDG_CONFIG_HOME: join(folder, "config") },
  });
  const out = join(folder, "out");
  const others = readdirSync(out).filter((name) => name.endsWith(".wasm"));
  const { url, stop } = await serveWorkerd(out, ["worker.js", ...others]);
  try {
    assert.deepEqual([await (await fetch(url)).text()], promised);
  } finally {
    stop();
  }
});

// ── Pages ───────────────────────────────────────────────────────────────────

/** A module that leaves the page's text, once it is the promised one, for the test. */
const watching = (promised) => `
globalThis.outcome = new Promise((resolve) => {
  const timer = setInterval(() => {
    if (document.body.textContent.trim() !== ${JSON.stringify(promised)}) return;
    clearInterval(timer);
    resolve(${JSON.stringify(promised)});
  }, 20);
  setTimeout(() => resolve("still: " + document.body.textContent), 20_000);
});
`;

const { html } = files;

async function shows(url, promised) {
  for (const browser of ["Chromium", "Firefox"]) {
    assert.equal(await open.visit(browser, url), promised[0], browser);
  }
}

async function viteBuild(name, contents, promised) {
  const folder = await project(name, { "index.html": html("/watch.js"), ...contents });
  const { build } = await importTool("vite");
  await build({ root: folder, base: "./", configFile: false, logLevel: "error" });
  await shows(server.mount(name, join(folder, "dist")), promised);
}

test("the example bundled, by Vite", async () => {
  const { code, promised } = block("bundled");
  const watch = `${watching(promised[0])}\nimport("./main.js");`;
  await viteBuild("bundled", { "main.js": code, "watch.js": watch }, promised);
});

test("the example web-worker, by Vite", async () => {
  const { code, promised } = block("web-worker");
  const start = readme.match(/`(new Worker\(new URL\("\.\/worker\.js"[^`]*)`/)[1];
  const watch = `${watching(promised[0])}
const worker = ${start};
worker.onmessage = ({ data }) => { document.body.textContent = data; };
worker.postMessage({ code: 'return alc.llm("from a worker")', ctx: null });`;
  await viteBuild("web-worker", { "worker.js": code, "watch.js": watch }, promised);
});

async function esbuild(folder, entry, out) {
  const { build } = await importTool("esbuild");
  await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    outfile: join(folder, out),
    bundle: true,
    format: "iife",
    logLevel: "silent",
  });
}

test("the example single-file, by esbuild as a classic script", async () => {
  const { code, promised } = block("single-file");
  const folder = await project("single-file", {
    "main.js": `${code}${watching(promised[0])}`,
    "index.html": html("bundle.js", "defer"),
  });
  await esbuild(folder, "main.js", "bundle.js");
  await shows(server.mount("single-file", folder), promised);
});

test("the example service-worker, by esbuild", async () => {
  const { code, promised } = block("service-worker");
  const claim = 'addEventListener("activate", (event) => event.waitUntil(clients.claim()));\n';
  const page = files
    .serviceWorkerPage("worker.js", "classic")
    .replace('fetch("run")', 'fetch("ask")')
    .replace("JSON.parse(text)", "text");
  const folder = await project("service-worker", {
    "main.js": claim + code,
    "page.js": page,
    "index.html": html("page.js"),
  });
  await esbuild(folder, "main.js", "worker.js");
  await shows(server.mount("service-worker", folder), promised);
});

// ── Completeness ────────────────────────────────────────────────────────────

test("every block of code is run by some test", () => {
  const here = [
    "deno",
    "bun",
    "slim",
    "cloudflare",
    "bundled",
    "web-worker",
    "single-file",
    "service-worker",
  ];
  const elsewhere = ["js", "cjs", "html", "lua"];
  for (const { language, place, code } of blocks) {
    if (place) assert.ok(here.includes(place), place);
    // Without a language it is a line for the terminal; readme.test.mjs checks those scripts' names.
    else if (language) assert.ok(elsewhere.includes(language), code);
  }
});

test("the table names what the matrix runs, with its versions", () => {
  const written = writtenMatrix()
    .split("\n")
    .filter((line) => line.startsWith("|"));
  assert.deepEqual(written, matrixLines(), "npm run packaging:matrix writes it anew");
  assert.match(writtenMatrix(), /in Chromium \d+ and in Firefox \d+/);
});
