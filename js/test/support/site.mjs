// A small web server for the tests in browsers, and both browsers behind one door.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { launchChromium, launchFirefox } from "../../../scripts/lib/page.mjs";
import { root } from "../../../scripts/lib/process.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/**
 * Serves the folders `dist` and `js/test` of the project, and an empty page at `/`.
 * Another port is another origin, with storage of its own.
 */
export async function serveSite() {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname);
    if (path === "/") {
      response.writeHead(200, { "content-type": "text/html" });
      response.end('<!doctype html><link rel="icon" href="data:,"><title>test</title>');
      return;
    }
    const type = TYPES[extname(path)];
    try {
      if (!type || !/^\/(?:dist|js\/test)\//.test(path)) throw new Error("not served");
      const body = await readFile(join(root, path));
      response.writeHead(200, { "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // Web Locks and other things need a secure context, which localhost is.
    url: `http://localhost:${server.address().port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The browsers, by name; both have `newPage`, `evaluate` and `close`. */
export const browsers = { Chromium: launchChromium, Firefox: launchFirefox };
