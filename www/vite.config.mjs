// How the page is built and served. It uses the package's own browser entry, as
// any other page would.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { serviceWorker } from "./service-worker.mjs";

const project = fileURLToPath(new URL("..", import.meta.url));

/** The development server puts styles and its own script into the page, which the shipped policy forbids. */
const looserPolicyInDevelopment = {
  name: "looser-policy-in-development",
  apply: "serve",
  transformIndexHtml: {
    order: "post",
    handler: (html, { server }) =>
      server
        ? html
            .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
            .replace("connect-src 'self'", "connect-src 'self' ws:")
        : html,
  },
};

/** Has the wasm file fetched with the page, not once its script has been read. */
const wasmAtOnce = {
  name: "wasm-at-once",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((name) => name.endsWith(".wasm"))
        .map((name) => ({
          tag: "link",
          attrs: {
            rel: "preload",
            href: `./${name}`,
            as: "fetch",
            type: "application/wasm",
            crossorigin: "anonymous",
          },
          injectTo: "head",
        })),
  },
};

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  resolve: {
    alias: [
      { find: /^algocline-wasm$/, replacement: `${project}dist/browser.js` },
      { find: /^algocline-wasm\/strategies$/, replacement: `${project}dist/strategies.js` },
      { find: /^algocline-wasm\/stores$/, replacement: `${project}dist/stores.js` },
    ],
  },
  plugins: [
    looserPolicyInDevelopment,
    wasmAtOnce,
    serviceWorker(fileURLToPath(new URL("public", import.meta.url))),
  ],
  server: { fs: { allow: [project] } },
  build: {
    target: "es2022",
    // The policy allows no `data:` scripts or wasm: everything stays a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
