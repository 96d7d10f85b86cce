// What the page costs a visitor, and how soon a newcomer has a result.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  answerByHand,
  inPlayground,
  openBrowser,
  pauseIs,
  pick,
  runButton,
  runProgram,
  stateIs,
} from "./support/playground.mjs";

const MOST_BYTES = 250_000;
const MOST_START_MS = 1_000;
/** A busy machine gets more tries. */
const TRIES = 6;

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

test("scripts and styles take less than 250 kB, all of them", (t) => {
  const folder = new URL("../dist/assets/", import.meta.url);
  const files = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
  const sizes = files.map((name) => [name, gzipSync(readFileSync(new URL(name, folder))).length]);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  t.diagnostic(
    `${(total / 1000).toFixed(1)} kB gzip: ${sizes.map((pair) => pair.join(" ")).join(", ")}`,
  );
  assert.ok(total < MOST_BYTES, `${total} bytes`);
});

test("the page is ready within a second", async (t) => {
  const times = [];
  for (let i = 0; i < TRIES; i++) {
    await inPlayground(browser, async (page) => {
      times.push(await page.evaluate(() => performance.getEntriesByName("ready")[0].startTime));
    });
    t.diagnostic(`ready after ${times.at(-1).toFixed(0)} ms`);
    if (times.at(-1) < MOST_START_MS) break;
  }
  assert.ok(Math.min(...times) < MOST_START_MS);
});

test("a newcomer has the result of a strategy for a task of their own in no time", () =>
  inPlayground(browser, async (page) => {
    await page.getByRole("textbox", { name: "Task" }).fill("Name our cat.");
    await page.getByRole("switch", { name: "Let the scripted model answer" }).check();
    await runButton(page).click();
    await stateIs(page, "completed");
    assert.match(await page.getByTestId("answer").textContent(), /Name our cat\./);
  }));

test("fuel, memory and budget are shown while a run waits, and the time until it goes", () =>
  inPlayground(browser, async (page) => {
    await runProgram(
      page,
      'for i = 1, 5000 do end return alc.llm("a") .. alc.llm("b")',
      '{ "budget": { "max_llm_calls": 5, "max_tokens": 1000 } }',
    );
    await pauseIs(page, 1);
    await answerByHand(page, "one");
    await pauseIs(page, 2);
    const meters = await page.getByTestId("meters").textContent();
    assert.match(meters, /Fuel.*in all/);
    assert.match(meters, /Memory\d+ kB/);
    assert.match(meters, /Queries left3/);
    assert.match(meters, /Tokens left99\d/);
    assert.match(meters, /Kept for(3:00:00|2:59:5\d)/);
  }));

test("colours are those of the system until one chooses, and then stay", () =>
  inPlayground(
    browser,
    async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = await ground();
      await page.getByRole("combobox", { name: "Colours" }).selectOption("Light");
      const light = await ground();
      assert.notEqual(light, dark);
      await page.reload();
      await page.getByRole("form", { name: "Program" }).waitFor();
      assert.equal(await ground(), light);
      await page.getByRole("combobox", { name: "Colours" }).selectOption("System");
      assert.equal(await ground(), dark);
    },
    { colorScheme: "dark" },
  ));

test("every strategy says what it does, names its paper and brings a task", () =>
  inPlayground(browser, async (page) => {
    const names = await page
      .locator("input[name=strategy]")
      .evaluateAll((inputs) => inputs.map((input) => input.value));
    assert.ok(names.length >= 11);
    for (const name of names) {
      await pick(page, name);
      assert.match(await page.locator(".about p").first().textContent(), /\w.{20,}/);
      assert.match(await page.locator(".about-paper a").getAttribute("href"), /^https:/);
      assert.notEqual(await page.getByRole("textbox", { name: "Task" }).inputValue(), "");
    }
  }));
