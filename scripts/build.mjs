// Builds the npm package into dist/: Rust → wasm-bindgen → wasm-opt, then the
// TypeScript of js/ as ES modules, CommonJS and declarations.
//
//   node scripts/build.mjs
//   node scripts/build.mjs --javascript    keeps the wasm file as it is

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { deflateRawSync } from "node:zlib";
import { environment } from "./env.mjs";
import { bold, duration, green, main, ScriptError } from "./lib/console.mjs";
import { must, root } from "./lib/process.mjs";
import { buildWasm } from "./lib/wasm-build.mjs";
import { setup } from "./setup.mjs";

const dist = join(root, "dist");
const types = join(dist, "types");
const generated = join(root, "js", "generated");
const entryFolder = join(root, "js", "entries");

/** Entries for ES modules alone: their platforms prefer them, or know nothing else. */
const ESM_ONLY = ["browser", "bun", "deno", "workerd"];

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

/** Gives `algocline.wasm?packed` as text: compressed, then base64. js/unpack.ts is the way back. */
const packedWasm = {
  name: "packed-wasm",
  setup(build) {
    build.onResolve({ filter: /^algocline\.wasm\?packed$/ }, ({ path }) => ({
      path,
      namespace: "packed-wasm",
    }));
    build.onLoad({ filter: /.*/, namespace: "packed-wasm" }, () => {
      const packed = deflateRawSync(readFileSync(join(dist, "algocline.wasm")), { level: 9 });
      return { contents: packed.toString("base64"), loader: "text" };
    });
  },
};

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/**
 * The glue asks whether it was given a `Response`, a `Request` or a URL. It never
 * is (`js/engine.ts` gives it bytes or a module), and in Node the mere question
 * loads the whole of `fetch`: some 20 ms, more than compiling takes.
 */
const noFetchInGlue = {
  name: "no-fetch-in-glue",
  setup(build) {
    build.onLoad({ filter: /generated[\\/]algocline_wasm\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text.replace(/typeof (?:Response|Request|URL) === 'function'/g, "false");
      if (contents === text) throw new ScriptError("the glue is not what wasm-bindgen made before");
      return { contents, loader: "js" };
    });
  },
};

async function javascript() {
  const { build } = await import("esbuild");
  const entries = readdirSync(entryFolder).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".d.ts"),
  );
  const { metafile } = await build({
    bundle: true,
    target: "es2022",
    outdir: dist,
    external: ["node:*", "*.wasm", "./deno-source.js"],
    loader: { ".lua": "text" },
    // Newer than the target; only the entry for Bun has it.
    supported: { "import-attributes": true },
    define: { PACKAGE_VERSION: JSON.stringify(version) },
    plugins: [packedWasm, noFetchInGlue],
    legalComments: "none",
    logLevel: "warning",
    entryPoints: entries.map((name) => join(entryFolder, name)),
    format: "esm",
    splitting: true,
    chunkNames: "shared-[hash]",
    metafile: true,
  });
  cpSync(join(entryFolder, "deno-source.js"), join(dist, "deno-source.js"));
  const names = entries.map((name) => name.replace(/\.ts$/, ""));
  await commonJs(
    names.filter((name) => !ESM_ONLY.includes(name)),
    metafile.outputs,
  );
}

/**
 * Turns ES modules of dist/ and what they share into CommonJS, file by file: so
 * entry points share their state there, too.
 */
async function commonJs(names, outputs) {
  const { transform } = await import("esbuild");
  const imports = Object.fromEntries(
    Object.entries(outputs).map(([path, output]) => [
      basename(path),
      output.imports.filter(({ external }) => !external).map(({ path }) => basename(path)),
    ]),
  );
  const wanted = new Set(names.map((name) => `${name}.js`));
  for (const file of wanted) for (const other of imports[file]) wanted.add(other);
  for (const file of wanted) {
    const text = readFileSync(join(dist, file), "utf8");
    const { code } = await transform(text, {
      format: "cjs",
      platform: "node",
      target: "es2022",
      // CommonJS has no `import.meta`; the file's own name says the same.
      define: { "import.meta.url": "importMetaUrl" },
    });
    const banner = code.includes("importMetaUrl")
      ? 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;\n'
      : "";
    const rewritten = code.replace(/(require\("\.\/[^"]+)\.js"\)/g, '$1.cjs")');
    writeFileSync(join(dist, file.replace(/\.js$/, ".cjs")), banner + rewritten);
  }
}

/** What importing `algocline-wasm/algocline.wasm` gives where wasm files can be imported at all. */
const WASM_TYPES = `import type { WasmModule } from "./engine.js";

/** The WebAssembly module, for \`provideWasm\`: Workers give it compiled. */
declare const module: WasmModule;
export default module;
`;

/** The declaration files behind some of them, these included. */
function behind(files) {
  const found = new Set(files);
  for (const file of found) {
    const text = readFileSync(join(types, file), "utf8");
    for (const [, path] of text.matchAll(/(?:from|import\() ?"(\.[^"]*)\.js"/g)) {
      found.add(`${join(dirname(file), path)}.d.ts`);
    }
  }
  return found;
}

/**
 * Declarations for ES modules, and a copy of them for `require`, whose imports end in `.cjs`. Only
 * of what is public: the others mention the generated glue.
 */
async function declarations() {
  await must("tsc", ["-p", "tsconfig.build.json"], { env: environment() });
  writeFileSync(join(types, "algocline.wasm.d.ts"), WASM_TYPES);
  const all = readdirSync(types, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".d.ts"));
  const isEntry = (name) => dirname(name) === "entries" || name === "algocline.wasm.d.ts";
  const isPublic = behind(all.filter(isEntry));
  for (const name of all) {
    if (!isPublic.has(name)) {
      rmSync(join(types, name));
      continue;
    }
    const text = readFileSync(join(types, name), "utf8");
    const rewritten = text.replace(/((?:from|import\() ?"\.[^"]*)\.js"/g, '$1.cjs"');
    writeFileSync(join(types, name.replace(/\.d\.ts$/, ".d.cts")), rewritten);
  }
}

const stages = [
  ["Rust to WebAssembly", wasm],
  ["JavaScript", javascript],
  ["type declarations", declarations],
];

/** Builds everything, or (`wasm: false`) all but the wasm file; each stage is timed. */
export async function buildPackage(options = {}) {
  console.log(bold("Build"));
  clean();
  for (const [name, run] of options.wasm === false ? stages.slice(1) : stages) {
    const started = performance.now();
    await run();
    console.log(`  ${green("✓")} ${name.padEnd(28)} ${duration(performance.now() - started)}`);
  }
  const made = readdirSync(dist).map((name) => basename(name));
  console.log(`  dist/: ${made.join(", ")}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await main(async () => {
    if (process.argv.includes("--javascript")) return buildPackage({ wasm: false });
    await setup({ only: "build" });
    await buildPackage();
  });
}
