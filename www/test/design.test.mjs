// How the page looks and behaves for everybody: small screens, dark mode,
// contrast, names and roles, the policy against foreign code.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import {
  inPlayground,
  openBrowser,
  pauseIs,
  pick,
  queries,
  runButton,
  runProgram,
  stateIs,
} from "./support/playground.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Findings of axe-core, the checker of accessibility rules, in words. */
async function findings(page) {
  // Through the debugger: the page's policy admits no script from elsewhere.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
  );
}

const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** The page's main sights. */
const sights = {
  "the first view": async () => {},
  "a batch of queries": async (page) => {
    await pick(page, "panel");
    await runButton(page).click();
    await pauseIs(page, 1);
    await queries(page).nth(1).getByRole("button", { name: "Answer by script" }).click();
    await page.getByText("2 of 3 open").waitFor();
  },
  "a result with its transcript": async (page) => {
    await pick(page, "cot");
    await page.getByRole("switch", { name: "Let the scripted model answer" }).check();
    await runButton(page).click();
    await stateIs(page, "completed");
    await page.getByRole("tab", { name: "Transcript" }).click();
    await page.locator(".exchange summary").first().click();
  },
  "an error in the editor": async (page) => {
    await runProgram(page, `print(("long "):rep(50))\nerror("${"x".repeat(300)}")`);
    await stateIs(page, "error");
    await page.getByRole("tab", { name: /^Log/ }).click();
  },
};

const looks = {
  "light, wide": { viewport: { width: 1360, height: 860 }, colorScheme: "light" },
  "dark, wide": { viewport: { width: 1360, height: 860 }, colorScheme: "dark" },
  "light, 360 px": { viewport: { width: 360, height: 740 }, colorScheme: "light" },
  "dark, 360 px": { viewport: { width: 360, height: 740 }, colorScheme: "dark" },
};

for (const [look, options] of Object.entries(looks)) {
  for (const [sight, show] of Object.entries(sights)) {
    test(`${sight} (${look}) is accessible and fits the screen`, () =>
      inPlayground(
        browser,
        async (page) => {
          await show(page);
          assert.deepEqual(await findings(page), []);
          assert.ok((await overflow(page)) <= 0, "the page is wider than the screen");
        },
        { ...options, reducedMotion: "reduce" },
      ));
  }
}

test("arrow keys move between tabs and strategies", () =>
  inPlayground(browser, async (page) => {
    const strategy = page.getByRole("tab", { name: "Strategy" });
    await strategy.focus();
    await page.keyboard.press("ArrowRight");
    const own = page.getByRole("tab", { name: "Own program" });
    assert.equal(await own.getAttribute("aria-selected"), "true");
    assert.equal(await own.evaluate((tab) => tab === document.activeElement), true);
    await page.keyboard.press("Home");
    await page.locator("input[name=strategy]:checked").focus();
    await page.keyboard.press("ArrowRight");
    assert.notEqual(await page.locator("input[name=strategy]:checked").inputValue(), "reflect");
  }));

test("new queries are announced", () =>
  inPlayground(browser, async (page) => {
    const announcer = page.getByTestId("announcer");
    assert.equal(await announcer.getAttribute("aria-live"), "polite");
    await runProgram(page, 'alc.llm_batch({ { prompt = "a" }, { prompt = "b" } }) return 1');
    await page.getByText("Pause 1: 2 queries to answer.").waitFor({ state: "attached" });
  }));

test("the policy forbids foreign and inline scripts, and eval", () =>
  inPlayground(browser, async (page) => {
    const policy = await page
      .locator('meta[http-equiv="Content-Security-Policy"]')
      .getAttribute("content");
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
    assert.match(policy, /style-src 'self'(;|$)/);
    assert.doesNotMatch(policy, /'unsafe-inline'|'unsafe-eval'|data:|blob:/);
  }));
