// The built page in Chromium, and the steps a user takes in it.

import assert from "node:assert/strict";
import { launchChromium, servePage } from "../../../scripts/lib/page.mjs";

/** Serves the page and opens a browser, for all tests of a file. */
export async function openBrowser() {
  const server = await servePage();
  const browser = await launchChromium();
  return {
    url: server.url,
    browser,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * Opens the playground and hands it to `test`. Whatever the page reports as an
 * error, a breach of its own policy included, fails the test, and so does any
 * request to elsewhere.
 */
export async function inPlayground({ url, browser }, test, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const problems = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(String(error.stack)));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin) problems.push(request.url());
    });
    await page.goto(url);
    await page.getByRole("group", { name: "Strategy" }).waitFor();
    await test(page);
  } finally {
    await context.close();
  }
  assert.deepEqual(problems, []);
}

export const queries = (page) => page.getByTestId("query");
export const openAnswers = (page) => page.getByRole("textbox", { name: /^Answer to / });
export const runButton = (page) => page.getByRole("button", { name: /^Run/ });
export const runCard = (page) => page.getByTestId("run");

export async function pick(page, strategy) {
  // The radio button covers its whole card, invisibly.
  await page.locator(`input[name=strategy][value=${strategy}]`).check();
}

/** Puts a program into the editor and runs it. */
export async function runProgram(page, source, ctx = "{}") {
  await page.getByRole("tab", { name: "Own program" }).click();
  await page.getByRole("textbox", { name: "Lua source" }).fill(source);
  await page.getByRole("textbox", { name: "ctx as JSON" }).fill(ctx);
  await runButton(page).click();
}

/** Waits until the shown run is in a state. */
export async function stateIs(page, state, timeout = 15_000) {
  await page.locator(`[data-testid=run][data-state=${state}]`).waitFor({ timeout });
}

/** Waits for a pause by its number. */
export async function pauseIs(page, number) {
  await page.getByRole("heading", { name: `Pause ${number}`, level: 3 }).waitFor();
}
