// What the packed code does not do: it awaits nothing at the top level, evaluates no
// text, compiles nothing synchronously, and knows no address of a server.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { root } from "../scripts/lib/process.mjs";
import { importTool, installTools } from "./lib/tools.mjs";

await installTools();
const { default: ts } = await importTool("typescript");
const dist = join(root, "dist");
const files = readdirSync(dist).filter((name) => /\.c?js$/.test(name));

const isFunction = (node) => ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node);

/** What a file does that it should not, as texts. */
function offences(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  const found = [];
  const tell = (what, node) => found.push(`${name}: ${what}: ${node.getText().slice(0, 80)}`);
  const look = (node, depth) => {
    if (ts.isAwaitExpression(node) && depth === 0) tell("top-level await", node);
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const callee = node.expression.getText();
      if (/^(globalThis\.)?(eval|Function)$/.test(callee)) tell("evaluates text", node);
      if (callee === "WebAssembly.Module") tell("compiles synchronously", node);
      if (/XMLHttpRequest|importScripts/.test(callee)) tell("loads synchronously", node);
    }
    if (ts.isStringLiteralLike(node) && /^https?:\/\//.test(node.text)) tell("address", node);
    ts.forEachChild(node, (child) => look(child, depth + (isFunction(node) ? 1 : 0)));
  };
  look(source, 0);
  return found;
}

test("no top-level await, no eval, no synchronous compiling, no address", () => {
  assert.ok(files.length > 10);
  assert.deepEqual(
    files.flatMap((name) => offences(name, readFileSync(join(dist, name), "utf8"))),
    [],
  );
});

test("the check sees what it looks for", () => {
  const bad = `
    await 1;
    eval("1"); new Function("1");
    const module = new WebAssembly.Module(bytes);
    const url = "https://example.com/x.wasm";
    const fine = async () => await 2;`;
  assert.deepEqual(
    offences("bad.js", bad).map((text) => text.split(": ")[1]),
    ["top-level await", "evaluates text", "evaluates text", "compiles synchronously", "address"],
  );
});

test("fetch is called by the entry for pages alone", () => {
  const calls = files.filter((name) => {
    const text = readFileSync(join(dist, name), "utf8");
    return /\bfetchWasm\(/.test(text.replace(/function fetchWasm\(/, ""));
  });
  assert.deepEqual(calls, ["browser.js"]);
});

test("the entries of pages and Workers need no module of Node", () => {
  for (const name of [
    "browser.js",
    "workerd.js",
    "inline.js",
    "slim.js",
    "durable.js",
    "stores.js",
  ]) {
    const text = readFileSync(join(dist, name), "utf8");
    const shared = [...text.matchAll(/from "\.\/([^"]+)"/g)].map(([, path]) => path);
    for (const file of [name, ...shared.filter((path) => path.endsWith(".js"))]) {
      assert.doesNotMatch(
        readFileSync(join(dist, file), "utf8"),
        /(?:from|require\()\s*"node:/,
        file,
      );
    }
  }
});
