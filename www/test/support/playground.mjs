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
 * request to elsewhere but to `endpoint`. `init` runs in the page before its own
 * scripts, and what `expected` fits is no problem; other options are those of a browser context.
 */
export async function inPlayground({ url, browser }, test, options = {}) {
  const { endpoint, init, expected, path = "", ...contextOptions } = options;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    // Only the tests of offline use want it; it would load all files once more.
    serviceWorkers: "block",
    ...contextOptions,
  });
  const problems = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      const text = message.text();
      if (/Service Worker registration blocked/.test(text) || expected?.test(text)) return;
      problems.push(text);
    });
    page.on("pageerror", (error) => problems.push(String(error.stack)));
    page.on("request", (request) => {
      const { origin } = new URL(request.url());
      if (origin !== new URL(url).origin && origin !== endpoint) problems.push(request.url());
    });
    if (init) await page.addInitScript(init);
    await page.goto(url + path);
    await page.getByRole("form", { name: "Program" }).waitFor();
    await test(page, { context, problems });
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

export const sourceEditor = (page) => page.getByRole("textbox", { name: "Lua source" });

/** Replaces what is in an editor, as with the keyboard. */
export async function fillEditor(editor, text) {
  await editor.press("Control+a");
  await editor.page().keyboard.insertText(text);
}

/** Puts a program into the editor. */
export async function writeProgram(page, source, ctx = "{}") {
  await page.getByRole("tab", { name: "Own program" }).click();
  await fillEditor(sourceEditor(page), source);
  await fillEditor(page.getByRole("textbox", { name: "ctx as JSON" }), ctx);
}

/** Puts a program into the editor and runs it. */
export async function runProgram(page, source, ctx = "{}") {
  await writeProgram(page, source, ctx);
  await runButton(page).click();
}

/** Answers the only open query by hand. */
export async function answerByHand(page, text) {
  await openAnswers(page).fill(text);
  await openAnswers(page).press("Control+Enter");
}

export const openPanel = (page, name) => page.getByRole("tab", { name }).click();

/** Waits until the shown run is in a state. */
export async function stateIs(page, state, timeout = 15_000) {
  await page.locator(`[data-testid=run][data-state=${state}]`).waitFor({ timeout });
}

/** Waits for a pause by its number. */
export async function pauseIs(page, number) {
  await page.getByRole("heading", { name: `Pause ${number}`, level: 3 }).waitFor();
}
