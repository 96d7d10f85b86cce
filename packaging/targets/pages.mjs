// Pages: bundled in every way, or not at all.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { POLICY } from "../lib/browsers.mjs";
import * as files from "../lib/files.mjs";
import { exactlyOneInlined, exactlyOneWasm } from "../lib/outputs.mjs";
import { importTool, toolVersion } from "../lib/tools.mjs";

const version = (tool) => () => toolVersion(tool);

/** An import map for a project's own node_modules, for pages without a bundler. */
const within = (path) =>
  path.replaceAll(/"algocline-wasm(\/\w+)?"/g, (_, subpath) => {
    const file = subpath ? subpath.slice(1) : "browser";
    return `"./node_modules/algocline-wasm/dist/${file}.js"`;
  });

const index = (project, script, attributes) =>
  writeFileSync(join(project, "index.html"), files.html(script, attributes));

// ── Vite ────────────────────────────────────────────────────────────────────

const viteFiles = (main) => ({ "index.html": files.html("/main.js"), "main.js": main });

const viteSettings = (root) => ({
  root,
  base: "./",
  configFile: false,
  logLevel: "error",
  cacheDir: join(root, ".vite"),
});

const viteBuild = (name, way, main, more = {}) => ({
  name: "Vite",
  version: version("vite"),
  way,
  imports: "`.`",
  async page({ project, server }) {
    const folder = await project(name, { ...viteFiles(main), ...more });
    const { build } = await importTool("vite");
    await build(viteSettings(folder));
    const out = join(folder, "dist");
    exactlyOneWasm(out);
    return { url: server.mount(name, out) };
  },
});

const vite = [
  {
    name: "Vite",
    version: version("vite"),
    way: "development server",
    imports: "`.`",
    async page({ project }) {
      const folder = await project("vite-dev", viteFiles(files.page()), { type: "module" });
      const { createServer } = await importTool("vite");
      const server = await createServer({
        ...viteSettings(folder),
        base: "/",
        server: { host: "127.0.0.1", port: 0 },
      });
      await server.listen();
      return { url: server.resolvedUrls.local[0], close: () => server.close() };
    },
  },
  viteBuild("vite-build", "build", files.page()),
  viteBuild(
    "vite-worker",
    "build, in a Web Worker",
    files.workerPage('new Worker(new URL("./worker.js", import.meta.url), { type: "module" })'),
    { "worker.js": files.worker() },
  ),
];

// ── webpack ─────────────────────────────────────────────────────────────────

async function webpackBuild(folder, mode) {
  const { default: webpack } = await importTool("webpack");
  const output = { path: join(folder, "dist"), publicPath: "auto" };
  const compiler = webpack({ mode, context: folder, entry: "./main.js", output });
  const stats = await new Promise((resolve, reject) =>
    compiler.run((error, result) => (error ? reject(error) : resolve(result))),
  );
  await new Promise((resolve) => compiler.close(resolve));
  if (stats.hasErrors() || stats.hasWarnings()) {
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    const messages = [...errors, ...warnings].map(({ message }) => message);
    // The size of a wasm file is not a mistake of the package.
    const real = messages.filter((message) => !/size limit|webpack performance/.test(message));
    if (real.length > 0) throw new Error(real.join("\n"));
  }
  exactlyOneWasm(output.path);
  writeFileSync(join(output.path, "index.html"), files.html("main.js", "defer"));
  return output.path;
}

const webpackPage = (mode, way, main) => ({
  name: "webpack",
  version: version("webpack"),
  way,
  imports: "`.`",
  async page({ project, server }) {
    const name = `webpack-${mode}`;
    const folder = await project(name, { "main.js": main });
    return { url: server.mount(name, await webpackBuild(folder, mode)) };
  },
});

const webpack = [
  webpackPage("production", "production", files.page()),
  webpackPage("development", "development, `require`", files.pageCommonJs),
];

// ── esbuild, Rollup ─────────────────────────────────────────────────────────

async function esbuildPage(folder, settings) {
  const { build } = await importTool("esbuild");
  await build({
    absWorkingDir: folder,
    entryPoints: ["main.js"],
    outfile: join(folder, "dist", "main.js"),
    bundle: true,
    logLevel: "silent",
    ...settings,
  });
  const out = join(folder, "dist");
  exactlyOneInlined(folder, out);
  return out;
}

const esbuildTarget = (name, way, subpath, settings, attributes) => ({
  name: "esbuild",
  version: version("esbuild"),
  way,
  imports: subpath ? `\`${subpath}\`` : "`.`",
  async page({ project, server }) {
    const folder = await project(name, { "main.js": files.page(subpath) });
    const out = await esbuildPage(folder, settings);
    index(out, "main.js", attributes);
    return { url: server.mount(name, out) };
  },
});

const esbuild = [
  esbuildTarget("esbuild", 'no options but `bundle`, `format: "esm"`', "", { format: "esm" }),
  esbuildTarget(
    "esbuild-iife",
    "one classic script, minified",
    "/inline",
    { format: "iife", minify: true },
    "defer",
  ),
];

const rollup = {
  name: "Rollup",
  version: version("rollup"),
  way: "with @rollup/plugin-node-resolve",
  imports: "`.`",
  async page({ project, server }) {
    const folder = await project("rollup", { "main.js": files.page() });
    const [{ rollup: bundle }, { nodeResolve }] = await Promise.all(
      ["rollup", "@rollup/plugin-node-resolve"].map(importTool),
    );
    const onwarn = ({ message }) => {
      throw new Error(message);
    };
    const input = join(folder, "main.js");
    const made = await bundle({ input, plugins: [nodeResolve()], onwarn });
    const out = join(folder, "dist");
    await made.write({ dir: out, format: "es" });
    await made.close();
    exactlyOneInlined(folder, out);
    index(out, "main.js");
    return { url: server.mount("rollup", out) };
  },
};

// ── Without a bundler ───────────────────────────────────────────────────────

const plainFiles = (main, more = {}) => ({
  "index.html": files.html("main.js"),
  "main.js": within(main),
  ...more,
});

const plain = (name, way, contents, { policy, imports = "`dist/browser.js`", only } = {}) => ({
  name: "No bundler",
  version: () => "–",
  way,
  imports,
  only,
  async page({ project, server }) {
    const folder = await project(name, contents);
    return { url: server.mount(name, folder, { policy }) };
  },
});

const WORKER = 'new Worker("worker.js", { type: "module" })';

const unbundled = [
  plain("plain", '`<script type="module">`', plainFiles(files.page())),
  plain("policy", "the same under the content security policy", plainFiles(files.page()), {
    policy: POLICY,
  }),
  plain(
    "policy-inline",
    "the same under the content security policy",
    plainFiles(files.page("/inline")),
    {
      policy: POLICY,
      imports: "`dist/inline.js`",
    },
  ),
  plain(
    "worker",
    "Web Worker, under the content security policy",
    plainFiles(files.workerPage(WORKER), { "worker.js": within(files.worker()) }),
    { policy: POLICY },
  ),
  plain(
    "service-worker",
    "Service Worker, a module",
    plainFiles(files.serviceWorkerPage("worker.js", "module"), {
      "worker.js": within(files.serviceWorker()),
    }),
  ),
  {
    name: "esbuild",
    version: version("esbuild"),
    way: "Service Worker, one classic script",
    imports: "`/inline`",
    async page({ project, server }) {
      const name = "service-worker-classic";
      const folder = await project(name, {
        "main.js": files.serviceWorker("/inline"),
        "page/main.js": files.serviceWorkerPage("worker.js", "classic"),
      });
      const out = await esbuildPage(folder, {
        format: "iife",
        outfile: join(folder, "dist", "worker.js"),
      });
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, "page.js"), files.serviceWorkerPage("worker.js", "classic"));
      index(out, "page.js");
      return { url: server.mount(name, out) };
    },
  },
];

export const pages = [...vite, ...webpack, ...esbuild, rollup, ...unbundled];
