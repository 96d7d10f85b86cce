// Makes the service worker: a small script with the list of the build's files.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What runs in the worker. `FILES` and `CACHE` are filled in. */
const WORKER = `// Keeps the page for use without a network. Made by the build.

const CACHE = __CACHE__;
const FILES = __FILES__;

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("algocline-") && name !== CACHE;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

/** Some servers vary their answers by a header that makes no difference here. */
const kept = (request) => caches.match(request, { ignoreVary: true });

// The page itself comes from the network where there is one, so that a new version
// is seen at once; files whose names hold a hash never change.
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(
      fetch(request).catch(async () => (await kept("./")) ?? Response.error()),
    );
    return;
  }
  event.respondWith(kept(request).then((found) => found ?? fetch(request)));
});
`;

/** A plugin that writes the worker beside the other files of a build. */
export function serviceWorker(publicFolder) {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const hash = createHash("sha256");
      const files = ["./"];
      for (const [name, file] of Object.entries(bundle)) {
        hash.update(name).update(file.type === "chunk" ? file.code : file.source);
        if (name !== "index.html") files.push(`./${name}`);
      }
      for (const name of existsSync(publicFolder) ? readdirSync(publicFolder) : []) {
        hash.update(readFileSync(join(publicFolder, name)));
        files.push(`./${name}`);
      }
      const source = WORKER.replace(
        "__CACHE__",
        JSON.stringify(`algocline-${hash.digest("hex").slice(0, 16)}`),
      ).replace("__FILES__", JSON.stringify(files.sort(), null, 2));
      this.emitFile({ type: "asset", fileName: "service-worker.js", source });
    },
  };
}
