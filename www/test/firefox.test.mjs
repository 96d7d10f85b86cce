// The core path in Firefox: a strategy by script, a program by hand, a fork, and a
// reload.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchFirefox, servePage } from "../../scripts/lib/page.mjs";

const WAIT_MS = 30_000;

let server;
let browser;
before(async () => {
  server = await servePage();
  browser = await launchFirefox();
});
after(async () => {
  await browser.close();
  await server.close();
});

/** Waits until a run is in a state. */
const stateIs = (page, state) =>
  page.waitForSelector(`[data-testid=run][data-state=${state}]`, { timeout: WAIT_MS });

const textOf = (page, selector) => page.$eval(selector, (node) => node.textContent);

const button = (page, name) => page.locator(`::-p-aria([name="${name}"][role="button"])`);

async function answer(page, pause, text) {
  await page.waitForFunction(
    (heading) => document.querySelector("#inbox-title")?.textContent === heading,
    { timeout: WAIT_MS },
    `Pause ${pause}`,
  );
  await page.locator(".answer textarea").fill(text);
  await page.locator(".answer .button-primary").click();
}

test("strategies and programs run, fork, and come back in Firefox", async () => {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 860 });
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(server.url);
  await page.waitForSelector(".run-bar .switch input");

  await page.click("input[value=cot]");
  await page.click(".run-bar .switch input");
  await page.click(".run-bar .button-primary");
  await stateIs(page, "completed");
  assert.match(await textOf(page, "[data-testid=answer]"), /hours/);

  await page.click("#setup-tab-program");
  await page.click(".run-bar .switch input");
  const editor = await page.waitForSelector(">>> .cm-content[aria-label='Lua source']");
  await editor.click();
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type('local a = alc.llm("first?") return a .. alc.llm("second?")');
  await page.click(".run-bar .button-primary");
  await answer(page, 1, "A");
  await answer(page, 2, "B");
  await stateIs(page, "completed");
  assert.equal(await textOf(page, "[data-testid=answer]"), "AB");

  await page.click(".step");
  await button(page, "Answer differently").click();
  await answer(page, 1, "X");
  await page.waitForFunction(
    () => document.querySelector("#inbox-title")?.textContent === "Pause 2",
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  await page.reload();
  await answer(page, 2, "Y");
  await stateIs(page, "completed");
  assert.equal(await textOf(page, "[data-testid=answer]"), "XY");
  assert.equal((await page.$$(".runs-item")).length, 3);
  assert.deepEqual(problems, []);
});
