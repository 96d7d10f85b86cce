// How the page looks and behaves for everybody: small screens, dark mode,
// contrast, names and roles, the policy against foreign code.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import {
  answerByHand,
  inPlayground,
  openBrowser,
  openPanel,
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

/** The page's main sights, each reached from the one before. */
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
    await openPanel(page, "Transcript");
    await page.locator(".exchange summary").first().click();
  },
  "a fork beside its original": async (page) => {
    await page.getByRole("button", { name: /^Pause 1/ }).click();
    await page.getByRole("button", { name: "Answer differently" }).click();
    await answerByHand(page, "7 hours");
    await pauseIs(page, 2);
    await openPanel(page, /^Forks/);
    await page.getByTestId("comparison").waitFor();
    await page.getByText("Share and export").click();
  },
  "the script's rules": async (page) => {
    await page.getByRole("tab", { name: "Model" }).click();
    await page.getByRole("textbox", { name: "Rules of the scripted model" }).waitFor();
  },
  "an error in the editor": async (page) => {
    await page.getByRole("switch", { name: "Let the scripted model answer" }).uncheck();
    await runProgram(page, `print(("long "):rep(50))\nerror("${"x".repeat(300)}")`);
    await stateIs(page, "error");
    await openPanel(page, /^Log/);
  },
};

const wide = { width: 1360, height: 860 };
const phone = { width: 360, height: 740 };

// Each colour scheme and each width once: rules about colours do not look at the
// width, and checking takes its time.
for (const [look, options] of [
  ["light, wide", { viewport: wide, colorScheme: "light" }],
  ["dark, 360 px", { viewport: phone, colorScheme: "dark" }],
]) {
  test(`all sights are accessible and fit the screen: ${look}`, () =>
    inPlayground(
      browser,
      async (page) => {
        for (const [sight, show] of Object.entries(sights)) {
          await show(page);
          assert.deepEqual(await findings(page), [], sight);
          assert.ok((await overflow(page)) <= 0, `${sight} is wider than the screen`);
        }
      },
      { ...options, reducedMotion: "reduce" },
    ));
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
    assert.match(await page.title(), /^\(2\) /);
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
