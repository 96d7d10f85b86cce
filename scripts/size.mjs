// Prints how many bytes the package's wasm and JavaScript have: raw, gzipped
// and with Brotli.
//
//   node scripts/size.mjs
//   node scripts/size.mjs --check   fails when a page loads more than size-budget.json allows

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { bytes, main, ScriptError, table } from "./lib/console.mjs";
import { loadedFiles } from "./lib/loaded-files.mjs";
import { root } from "./lib/process.mjs";

const dist = join(root, "dist");
const WASM = "algocline.wasm";
/** What a page loads. */
const ENTRY = "browser.js";
const NO_BYTES = { raw: 0, gzip: 0, brotli: 0 };

/** Raw, gzip -9 and Brotli 11 sizes of a file of dist/, in bytes. */
function sizes(name) {
  const data = readFileSync(join(dist, name));
  return {
    raw: data.length,
    gzip: gzipSync(data, { level: 9 }).length,
    brotli: brotliCompressSync(data, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: data.length },
    }).length,
  };
}

const plus = (a, b) => ({
  raw: a.raw + b.raw,
  gzip: a.gzip + b.gzip,
  brotli: a.brotli + b.brotli,
});

/** Compares what a page loads with size-budget.json: bytes after gzip -9. */
function check(loaded) {
  const budget = JSON.parse(readFileSync(join(root, "size-budget.json"), "utf8"));
  const excess = Object.entries(budget)
    .filter(([name, limit]) => loaded[name].gzip > limit)
    .map(([name, limit]) => `${name}: ${bytes(loaded[name].gzip)} of ${bytes(limit)} bytes`);
  if (excess.length > 0) {
    throw new ScriptError(`a page loads more than size-budget.json allows\n${excess.join("\n")}`);
  }
}

await main(() => {
  if (!existsSync(join(dist, WASM))) throw new ScriptError("dist/ is not built yet: npm run build");
  const rows = [["file", "raw", "gzip", "brotli"]];
  const add = (name, size) =>
    rows.push([name, bytes(size.raw), bytes(size.gzip), bytes(size.brotli)]);
  const names = readdirSync(dist).filter((name) => /\.(wasm|c?js)$/.test(name));
  const files = names.sort((a, b) => Number(b.endsWith(".wasm")) - Number(a.endsWith(".wasm")));
  for (const name of files) add(name, sizes(name));
  const loaded = {
    wasm: sizes(WASM),
    javascript: loadedFiles(ENTRY).map(sizes).reduce(plus, NO_BYTES),
  };
  add(`JavaScript that ${ENTRY} loads`, loaded.javascript);
  add("a browser loads, in all", plus(loaded.wasm, loaded.javascript));
  console.log(table(rows, [1, 2, 3]));
  if (process.argv.includes("--check")) check(loaded);
});
