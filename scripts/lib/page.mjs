// Serves the built page and opens browsers, for `npm start` and the page tests.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { findChromium, findFirefox } from "../env.mjs";
import { ScriptError } from "./console.mjs";
import { root } from "./process.mjs";

export const pageFolder = join(root, "www");

/** Builds the page into www/dist. */
export async function buildPage({ logLevel = "warn" } = {}) {
  const { build } = await import("vite");
  await build({ root: pageFolder, logLevel });
}

/**
 * Serves the built page on this machine only.
 *
 * @param {{ port?: number }} [options] 0 takes any free port
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function servePage({ port = 0 } = {}) {
  if (!existsSync(join(pageFolder, "dist", "index.html"))) {
    throw new ScriptError("the page is not built: run npm start, or npm test");
  }
  const { preview } = await import("vite");
  const server = await preview({
    root: pageFolder,
    logLevel: "warn",
    preview: { host: "127.0.0.1", port },
  });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new ScriptError("the page's server has no address");
  return { url, close: () => server.close() };
}

/** Chromium without a window, driven by playwright-core. The caller closes it. */
export async function launchChromium(options = {}) {
  const executablePath = findChromium();
  if (!executablePath) throw new ScriptError("no Chromium found: npm run setup, or set CHROME");
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
    ],
    ...options,
  });
}

/**
 * Lets `newPage` try again: now and then Firefox forgets a window while it opens
 * it ("no such frame"), before any code of ours is in it.
 */
function withPatientPages(browser, attempts = 3) {
  const newPage = browser.newPage.bind(browser);
  browser.newPage = async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await newPage();
      } catch (error) {
        if (attempt === attempts || !/no such frame/.test(String(error?.message))) throw error;
      }
    }
  };
  return browser;
}

/** Firefox without a window, driven by puppeteer-core. The caller closes it. */
export async function launchFirefox(options = {}) {
  const executablePath = findFirefox();
  if (!executablePath) throw new ScriptError("no Firefox found: npm run setup, or set FIREFOX");
  const { default: puppeteer } = await import("puppeteer-core");
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    ...options,
  });
  return withPatientPages(browser);
}
