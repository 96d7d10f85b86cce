// Builds the npm package into dist/: Rust → wasm-bindgen → wasm-opt, then the
// TypeScript of js/ as ES modules, CommonJS and declarations.
//
//   node scripts/build.mjs

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { environment } from "./env.mjs";
import { bold, duration, green, main } from "./lib/console.mjs";
import { must, root } from "./lib/process.mjs";
import { buildWasm } from "./lib/wasm-build.mjs";
import { setup } from "./setup.mjs";

const dist = join(root, "dist");
const generated = join(root, "js", "generated");
const entryFolder = join(root, "js", "entries");

/** Entries that CommonJS programs can `require`, too. */
const COMMONJS = ["node", "stores", "stores-node", "strategies"];

async function wasm() {
  const file = await buildWasm({ name: "algocline_wasm", out: generated });
  mkdirSync(dist, { recursive: true });
  cpSync(file, join(dist, "algocline.wasm"));
}

/** Removes the outputs of earlier builds, so that no stale chunk gets into the package. */
function clean() {
  for (const name of existsSync(dist) ? readdirSync(dist) : []) {
    if (name !== "algocline.wasm") rmSync(join(dist, name), { recursive: true });
  }
}

async function javascript() {
  const { build } = await import("esbuild");
  const entries = readdirSync(entryFolder).filter((name) => name.endsWith(".ts"));
  const common = {
    bundle: true,
    target: "es2022",
    outdir: dist,
    external: ["node:*", "*.wasm"],
    loader: { ".lua": "text" },
    legalComments: "none",
    logLevel: "warning",
  };
  await build({
    ...common,
    entryPoints: entries.map((name) => join(entryFolder, name)),
    format: "esm",
    splitting: true,
    chunkNames: "chunk-[hash]",
  });
  await build({
    ...common,
    entryPoints: COMMONJS.filter((name) => entries.includes(`${name}.ts`)).map((name) =>
      join(entryFolder, `${name}.ts`),
    ),
    format: "cjs",
    platform: "node",
    outExtension: { ".js": ".cjs" },
    // CommonJS has no `import.meta`; the file's own name says the same.
    define: { "import.meta.url": "importMetaUrl" },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
}

/** Declarations for ES modules, and a copy of them for `require`, whose imports end in `.cjs`. */
async function declarations() {
  await must("tsc", ["-p", "tsconfig.build.json"], { env: environment() });
  const types = join(dist, "types");
  const files = readdirSync(types, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".d.ts"));
  const mentionsGlue = files.some((name) =>
    /from "\.\.?\/(?:\.\.\/)*generated\//.test(readFileSync(join(types, name), "utf8")),
  );
  if (mentionsGlue) {
    const name = join("generated", "algocline_wasm.d.ts");
    mkdirSync(join(types, "generated"), { recursive: true });
    cpSync(join(root, "js", name), join(types, name));
    files.push(name);
  }
  for (const name of files) {
    const text = readFileSync(join(types, name), "utf8");
    const rewritten = text.replace(/((?:from|import\() ?"\.[^"]*)\.js"/g, '$1.cjs"');
    writeFileSync(join(types, name.replace(/\.d\.ts$/, ".d.cts")), rewritten);
  }
}

/** Builds everything; each stage is timed. */
export async function buildPackage() {
  console.log(bold("Build"));
  const stages = [
    ["Rust to WebAssembly", wasm],
    ["JavaScript", javascript],
    ["type declarations", declarations],
  ];
  clean();
  for (const [name, run] of stages) {
    const started = performance.now();
    await run();
    console.log(`  ${green("✓")} ${name.padEnd(28)} ${duration(performance.now() - started)}`);
  }
  const made = readdirSync(dist).map((name) => basename(name));
  console.log(`  dist/: ${made.join(", ")}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await main(async () => {
    await setup({ only: "build" });
    await buildPackage();
  });
}
