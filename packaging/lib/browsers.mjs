// The two browser engines, and a server for the pages they open.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { launchChromium, launchFirefox } from "../../scripts/lib/page.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** How long a page may take: the machine may be busy. */
const PATIENCE = 60_000;

/** The policy that README.md names; data: is for the pages' empty icon. */
export const POLICY =
  "default-src 'none'; img-src data:; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

/** Serves folders on this machine: `mount` gives the address of one. */
export async function startServer() {
  const mounts = new Map();
  const server = createServer((request, response) => {
    const [, name, ...rest] = decodeURIComponent(new URL(request.url, "http://x").pathname).split(
      "/",
    );
    const mount = mounts.get(name);
    const file = mount && join(mount.folder, rest.join("/") || mount.index);
    if (!file?.startsWith(mount.folder) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    if (mount.policy) response.setHeader("content-security-policy", mount.policy);
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    mount(name, folder, { policy, index = "index.html" } = {}) {
      mounts.set(name, { folder, policy, index });
      return `http://127.0.0.1:${port}/${name}/`;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What a page's module has left in `outcome`, as JSON text or an error's text. */
async function readOutcome() {
  for (let i = 0; globalThis.outcome === undefined && i < 600; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  try {
    if (globalThis.outcome === undefined) throw new Error("the page's module did not run");
    return JSON.stringify(await globalThis.outcome);
  } catch (error) {
    return `failed: ${error?.message} ${error?.stack}`;
  }
}

/** Opens a page and returns what its program made, or throws with all that went wrong there. */
async function visit(browser, url) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  try {
    await page.goto(url);
    const text = await page.evaluate(readOutcome);
    if (text.startsWith("failed") || problems.length > 0) {
      throw new Error([text, ...problems].join("\n"));
    }
    return JSON.parse(text);
  } finally {
    await page.close();
  }
}

/** Both browsers; each is started when it is first needed. */
export function browsers() {
  const launch = { Chromium: launchChromium, Firefox: launchFirefox };
  const running = {};
  const open = (name) => {
    running[name] ??= launch[name]();
    return running[name];
  };
  return {
    open,
    visit: async (name, url) => visit(await open(name), url),
    version: async (name) => {
      const text = await (await open(name)).version();
      return text.match(/(\d+)\.\d/)?.[1] ?? text;
    },
    async close() {
      for (const browser of Object.values(running)) {
        await browser.then((started) => started.close()).catch(() => {});
      }
    },
  };
}
