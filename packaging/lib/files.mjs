// The few lines by which each kind of project runs the program.

const imports = (subpath) => `
import * as algocline from "algocline-wasm${subpath}";
import { strategies } from "algocline-wasm/strategies";
import { program } from "./program.mjs";
`;

/** An ES module that prints the outcome. */
export const printing = (subpath = "") => `${imports(subpath)}
console.log("OUTCOME " + JSON.stringify(await program(algocline, strategies)));
`;

/** An ES module that brings the wasm file to /slim and prints the outcome. */
export const printingSlim = `${imports("/slim")}
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
const file = fileURLToPath(import.meta.resolve("algocline-wasm/algocline.wasm"));
algocline.provideWasm(await readFile(file));
console.log("OUTCOME " + JSON.stringify(await program(algocline, strategies)));
`;

/** The same in CommonJS. */
export const printingCommonJs = (subpath = "") => `
const algocline = require("algocline-wasm${subpath}");
const { strategies } = require("algocline-wasm/strategies");
const { readFileSync } = require("node:fs");
${subpath === "/slim" ? 'algocline.provideWasm(() => readFileSync(require.resolve("algocline-wasm/algocline.wasm")));' : ""}
import("./program.mjs").then(async ({ program }) => {
  console.log("OUTCOME " + JSON.stringify(await program(algocline, strategies)));
});
`;

/** A page's module: leaves a promise of the outcome where the test finds it. */
export const page = (subpath = "") => `${imports(subpath)}
globalThis.outcome = program(algocline, strategies);
`;

/** A module for a worker: posts the outcome. */
export const worker = (subpath = "") => `${imports(subpath)}
program(algocline, strategies).then(
  (outcome) => postMessage({ outcome }),
  (error) => postMessage({ error: String(error?.stack ?? error) }),
);
`;

/** A page's module that starts a worker and waits for it. `construct` is the expression of the worker. */
export const workerPage = (construct) => `
globalThis.outcome = new Promise((resolve, reject) => {
  const worker = ${construct};
  worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.outcome));
  worker.onerror = (event) => reject(new Error(event.message || "the worker did not start"));
});
`;

/** A service worker that answers /run with the outcome. */
export const serviceWorker = (subpath = "") => `${imports(subpath)}
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (!new URL(event.request.url).pathname.endsWith("/run")) return;
  event.respondWith(
    program(algocline, strategies).then(
      (outcome) => Response.json(outcome),
      (error) => new Response(String(error?.stack ?? error), { status: 500 }),
    ),
  );
});
`;

/** A page's module that lets a service worker answer. */
export const serviceWorkerPage = (url, type) => `
globalThis.outcome = (async () => {
  const controlled = new Promise((resolve) =>
    navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  const registration = await navigator.serviceWorker.register("${url}", { type: "${type}" });
  if (!navigator.serviceWorker.controller) await controlled;
  const response = await fetch("run");
  const text = await response.text();
  await registration.unregister();
  if (!response.ok) throw new Error(text);
  return JSON.parse(text);
})();
`;

/** A Worker of workerd: answers every request with the outcome. */
export const fetchHandler = (main, strategies = main, extra = "") => `
import * as algocline from "${main}";
import { strategies } from "${strategies}";
import { program } from "./program.mjs";
${extra}
export default {
  async fetch() {
    try {
      return Response.json(await program(algocline, strategies));
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 });
    }
  },
};
`;

export const html = (script, attributes = 'type="module"') =>
  `<!doctype html><meta charset="utf-8"><title>packaging</title><link rel="icon" href="data:,">
<body><script ${attributes} src="${script}"></script></body>`;
