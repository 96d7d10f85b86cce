// The few lines by which each kind of project runs the program.

const imports = (main, part = (name) => `algocline-wasm/${name}`) => `
import * as algocline from "${main}";
import { autosave } from "${part("durable")}";
import { memoryStore } from "${part("stores")}";
import { strategies } from "${part("strategies")}";
import { program } from "./program.mjs";
const parts = { autosave, memoryStore, strategies };
`;

/** The same for CommonJS. */
const requires = (main) => `
const algocline = require("${main}");
const parts = {
  ...require("algocline-wasm/durable"),
  ...require("algocline-wasm/stores"),
  ...require("algocline-wasm/strategies"),
};
`;

/** An ES module that prints the outcome. */
export const printing = (subpath = "") => `${imports(`algocline-wasm${subpath}`)}
console.log("OUTCOME " + JSON.stringify(await program(algocline, parts)));
`;

/** An ES module that brings the wasm file to /slim and prints the outcome. */
export const printingSlim = `${imports("algocline-wasm/slim")}
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
const file = fileURLToPath(import.meta.resolve("algocline-wasm/algocline.wasm"));
algocline.provideWasm(await readFile(file));
console.log("OUTCOME " + JSON.stringify(await program(algocline, parts)));
`;

/** The same in CommonJS. */
export const printingCommonJs = (subpath = "") => `${requires(`algocline-wasm${subpath}`)}
const { readFileSync } = require("node:fs");
${subpath === "/slim" ? 'algocline.provideWasm(() => readFileSync(require.resolve("algocline-wasm/algocline.wasm")));' : ""}
import("./program.mjs").then(async ({ program }) => {
  console.log("OUTCOME " + JSON.stringify(await program(algocline, parts)));
});
`;

/** A page's module: leaves a promise of the outcome where the test finds it. */
export const page = (subpath = "") => `${imports(`algocline-wasm${subpath}`)}
globalThis.outcome = program(algocline, parts);
`;

/** A module for a worker: posts the outcome. */
export const worker = (subpath = "") => `${imports(`algocline-wasm${subpath}`)}
program(algocline, parts).then(
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
export const serviceWorker = (subpath = "") => `${imports(`algocline-wasm${subpath}`)}
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (!new URL(event.request.url).pathname.endsWith("/run")) return;
  event.respondWith(
    program(algocline, parts).then(
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

/** A page's script in CommonJS. */
export const pageCommonJs = `${requires("algocline-wasm")}
globalThis.outcome = import("./program.mjs").then(({ program }) => program(algocline, parts));
`;

/** A Worker of workerd: answers every request with the outcome. `part` gives the addresses. */
export const fetchHandler = (main, part, extra = "") => `${imports(main, part)}
${extra}
export default {
  async fetch() {
    try {
      return Response.json(await program(algocline, parts));
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 });
    }
  },
};
`;

export const html = (script, attributes = 'type="module"') =>
  `<!doctype html><meta charset="utf-8"><title>packaging</title><link rel="icon" href="data:,">
<body><script ${attributes} src="${script}"></script></body>`;
