// The examples of README.md do what their comments say.
//
// A comment `// → text` behind a statement is what the example shows there.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import test from "node:test";
import { SessionRegistry } from "algocline-wasm";
import { launchChromium } from "../../scripts/lib/page.mjs";
import { root } from "../../scripts/lib/process.mjs";

const readme = readFileSync(join(root, "README.md"), "utf8");

/** The code blocks of a language. */
const blocks = (language) =>
  [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , code]) => code);

/** What a block says that it shows. */
const promised = (code) => [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text);

/** Runs a block as a program of somebody who has installed the package. */
function output(code, type) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`--input-type=${type}`, "-e", code],
    { cwd: root, encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
  return stdout.trimEnd().split("\n");
}

for (const [language, type] of [
  ["js", "module"],
  ["cjs", "commonjs"],
]) {
  test(`the examples for Node, ${type}`, () => {
    const codes = blocks(language);
    assert.ok(codes.length > 0);
    for (const code of codes) {
      assert.ok(promised(code).length > 0, code);
      assert.deepEqual(output(code, type), promised(code));
    }
  });
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const POLICY =
  "default-src 'none'; connect-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";

/** Serves a page and, as its `node_modules/algocline-wasm`, this package. */
async function servePage(html) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const path = normalize(pathname).replace(/^\/node_modules\/algocline-wasm\//, "/");
    const type = TYPES[extname(path)];
    response.setHeader("content-security-policy", POLICY);
    if (pathname === "/") {
      response.setHeader("content-type", TYPES[".html"]);
      response.end(html);
      return;
    }
    const file = join(root, path);
    if (!type || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", type);
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

test("the example for a page, in Chromium, under its content security policy", async () => {
  const codes = blocks("html");
  assert.equal(codes.length, 1);
  const { server, url } = await servePage(`<!doctype html><body>${codes[0]}</body>`);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    const [text] = promised(codes[0]);
    await page.waitForFunction((wanted) => document.body.textContent === wanted, text);
  } finally {
    await browser.close();
    server.close();
  }
});

test("the program in Lua runs to its end", async () => {
  const [code] = blocks("lua");
  const registry = await SessionRegistry.create();
  let event = await registry.start(code, { task: "rivers" });
  assert.equal(event.queries.length, 2);
  assert.equal(event.queries[0].prompt, "A title for: rivers");
  event = await registry.feed(event.session_id, [
    { query_id: "q-0", response: "Rivers" },
    { query_id: "q-1", response: "Water!" },
  ]);
  while (event.status === "needs_response") {
    const isBetter = event.prompt.startsWith("Is 'Water!'");
    event = await registry.feed(event.session_id, isBetter ? "yes" : "no");
  }
  assert.equal(event.result, "Water!");
  registry.dispose();
});

test("the table of the scripts names scripts that exist", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const named = [...readme.matchAll(/^\| `npm (?:run )?([\w:]+)/gm)].map(([, name]) => name);
  assert.ok(named.length >= 8);
  for (const name of named) assert.ok(name in scripts, name);
});
