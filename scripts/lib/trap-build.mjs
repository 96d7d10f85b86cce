// The package with an instance that traps on demand: the wasm of a debug build with
// the feature `trap`, and the same TypeScript around it.

import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cargoTargetFolder, environment, WASM_TARGET } from "../env.mjs";
import { must, root } from "./process.mjs";

const NAME = "algocline_wasm";

/** Where the build lies: an ES module for Node, and its wasm file. */
export const trapFolder = join(root, "js", "generated", "trap");

/** Builds it. A debug build, since the tests in WebAssembly need most of one anyway. */
export async function buildTrap() {
  const env = environment({ wasm: true });
  const target = cargoTargetFolder();
  const args = ["build", "--lib", "--features", "trap", "--target", WASM_TARGET];
  if (process.env.CI) args.push("--locked");
  await must("cargo", [...args, "--target-dir", target], { env });
  const compiled = join(target, WASM_TARGET, "debug", `${NAME}.wasm`);
  const bindgen = ["--target", "web", "--omit-default-module-path", "--out-dir", trapFolder];
  bindgen.push("--experimental-reset-state-function", "--out-name", NAME);
  mkdirSync(trapFolder, { recursive: true });
  await must("wasm-bindgen", [...bindgen, compiled], { env });
  copyFileSync(join(trapFolder, `${NAME}_bg.wasm`), join(trapFolder, "algocline.wasm"));
  await bundle();
}

/** The entry point for Node, with the glue of this build in the place of the other. */
async function bundle() {
  const { build } = await import("esbuild");
  const glue = join(trapFolder, `${NAME}.js`);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  await build({
    stdin: {
      contents: `
        export * from "./js/entries/node.ts";
        export * from "./js/entries/durable.ts";
        export * from "./js/entries/stores.ts";
        export { trapAfter } from ${JSON.stringify(glue)};
      `,
      resolveDir: root,
    },
    plugins: [
      {
        name: "trap-glue",
        setup(work) {
          work.onResolve({ filter: /\/generated\/algocline_wasm\.js$/ }, () => ({ path: glue }));
        },
      },
    ],
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "node",
    // Entry points say where the wasm file is by being imported.
    ignoreAnnotations: true,
    external: ["*.wasm"],
    define: { PACKAGE_VERSION: JSON.stringify(version) },
    outfile: join(trapFolder, "package.mjs"),
    logLevel: "warning",
  });
}
