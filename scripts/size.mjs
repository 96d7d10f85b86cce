// Prints how many bytes the package's wasm and JavaScript have: raw, gzipped
// and with Brotli.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { bytes, main, ScriptError, table } from "./lib/console.mjs";
import { root } from "./lib/process.mjs";

const dist = join(root, "dist");

/** Raw, gzip -9 and Brotli 11 sizes of a file, in bytes. */
export function sizes(file) {
  const data = readFileSync(file);
  return {
    raw: data.length,
    gzip: gzipSync(data, { level: 9 }).length,
    brotli: brotliCompressSync(data, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: data.length },
    }).length,
  };
}

/** The files that an entry loads, itself included: its imports of other files of dist/. */
function closure(entry, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const text = readFileSync(join(dist, entry), "utf8");
  for (const [, name] of text.matchAll(/(?:from|import)\s*\(?\s*"\.\/([^"]+\.c?js)"/g)) {
    if (existsSync(join(dist, name))) closure(name, seen);
  }
  return seen;
}

await main(() => {
  if (!existsSync(join(dist, "algocline.wasm"))) {
    throw new ScriptError("dist/ is not built yet: npm run build");
  }
  const rows = [["file", "raw", "gzip", "brotli"]];
  const add = (name, size) =>
    rows.push([name, bytes(size.raw), bytes(size.gzip), bytes(size.brotli)]);
  const names = readdirSync(dist).filter((name) => /\.(wasm|c?js)$/.test(name));
  const files = names.sort((a, b) => Number(b.endsWith(".wasm")) - Number(a.endsWith(".wasm")));
  for (const name of files) add(name, sizes(join(dist, name)));
  const total = { raw: 0, gzip: 0, brotli: 0 };
  const entry = files.includes("browser.js") ? "browser.js" : files.find((n) => n.endsWith(".js"));
  for (const name of ["algocline.wasm", ...(entry ? closure(entry) : [])]) {
    const size = sizes(join(dist, name));
    for (const key of Object.keys(total)) total[key] += size[key];
  }
  add(`a browser loads (${entry} and wasm)`, total);
  console.log(table(rows, [1, 2, 3]));
});
