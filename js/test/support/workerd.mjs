// Workers in workerd, the runtime of Cloudflare, by miniflare.

import { basename, dirname } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { root } from "../../../scripts/lib/process.mjs";

/**
 * Bundles a worker and runs it. The wasm file stays a module of its own, as it
 * does with wrangler.
 *
 * @param {string} source the worker, as an ES module with paths from the project's folder
 * @param {object} options miniflare's, without the modules
 */
export async function serveWorker(source, options) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root, sourcefile: "worker.mjs" },
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd"],
    external: ["cloudflare:*"],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
    outdir: "/",
    write: false,
    logOverride: { "ignored-bare-import": "silent" },
    logLevel: "warning",
  });
  const modules = outputFiles.map(({ path, contents }) =>
    path.endsWith(".wasm")
      ? { type: "CompiledWasm", path, contents }
      : { type: "ESModule", path, contents: new TextDecoder().decode(contents) },
  );
  // The first one is the entry.
  modules.sort((a, b) => Number(basename(a.path) > basename(b.path)));
  modules.sort((a) => (a.type === "ESModule" ? -1 : 1));
  return new Miniflare({
    modules,
    modulesRoot: dirname(modules[0].path),
    compatibilityDate: "2026-04-01",
    ...options,
  });
}
