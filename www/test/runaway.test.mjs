// A program that never ends leaves the page alive and can be stopped.
//
// The machine that runs this may be busy with other things, which delays any
// timer. So the best of up to six runs counts, each compared with what the same
// timer sees beside plain JavaScript.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inPlayground, openBrowser, runProgram, stateIs } from "./support/playground.mjs";

const RUNS = 6;
const WATCHED_MS = 1_000;
const MOST_GAP_MS = 50;
/** Telling the page of each line costs more than running Lua does, and comes on top of a slice. */
const MOST_GAP_PRINTING_MS = 250;
const MOST_STOP_MS = 100;
/** Where plain JavaScript has longer gaps than allowed, those of Lua may be this much of them. */
const MOST_SHARE = 1.5;

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** In the page: the longest time between two calls of a timer of 10 ms. */
const longestGap = (page) =>
  page.evaluate(
    (watched) =>
      new Promise((resolve) => {
        let last = performance.now();
        const end = last + watched;
        let longest = 0;
        let calls = 0;
        const timer = setInterval(() => {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
          calls += 1;
          if (now < end) return;
          clearInterval(timer);
          resolve({ longest, calls });
        }, 10);
      }),
    WATCHED_MS,
  );

/** In the page: the time from the click on Stop until the page shows that the session has ended. */
const timeToStop = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const run = document.querySelector("[data-testid=run]");
        const stop = [...document.querySelectorAll("button")].find((b) => b.textContent === "Stop");
        let from = 0;
        new MutationObserver((_, observer) => {
          if (run.dataset.state !== "cancelled") return;
          observer.disconnect();
          resolve(performance.now() - from);
        }).observe(run, { attributes: true });
        // From a task of its own, as a click is.
        setTimeout(() => {
          from = performance.now();
          stop.click();
        }, 0);
      }),
  );

/**
 * The same timer while the page runs plain JavaScript in slices of 4 ms, no Lua:
 * what the machine itself does to a page that computes, at the moment.
 */
async function referenceGap() {
  let gap = 0;
  await inPlayground(browser, async (page) => {
    await page.evaluate(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const end = performance.now() + 4;
        while (performance.now() < end);
        port2.postMessage(null);
      };
      port2.postMessage(null);
    });
    gap = (await longestGap(page)).longest;
  });
  return gap;
}

/** Measures both for one program, in a page of its own. */
async function measure(source) {
  let figures;
  await inPlayground(browser, async (page) => {
    await runProgram(page, source);
    await page.getByTestId("running").waitFor();
    const { longest, calls } = await longestGap(page);
    assert.equal(await page.getByTestId("run").getAttribute("data-state"), "running");
    const stop = await timeToStop(page);
    await stateIs(page, "cancelled");
    // The instance lives.
    await runProgram(page, "return 6 * 7");
    await stateIs(page, "completed");
    assert.equal(await page.getByTestId("result").textContent(), "42");
    figures = { gap: longest, calls, stop };
  });
  return figures;
}

const ms = (value) => `${value.toFixed(1)} ms`;

const programs = [
  ["while true do end", "while true do end"],
  ["a loop inside pcall", "while true do pcall(function() while true do end end) end"],
  [
    "a loop that makes garbage",
    "while true do local t = {} for i = 1, 100 do t[i] = { i } end end",
  ],
  [
    "a loop that prints",
    'local i = 0 while true do i = i + 1 print("line", i) end',
    MOST_GAP_PRINTING_MS,
  ],
];

for (const [name, source, mostGap = MOST_GAP_MS] of programs) {
  test(`${name}: timers go on, and Stop ends it`, async (t) => {
    const runs = [];
    for (let i = 0; i < RUNS && !runs.some(({ good }) => good); i++) {
      const beside = await referenceGap();
      const { gap, calls, stop } = await measure(source);
      t.diagnostic(
        `longest gap ${ms(gap)} of ${calls} calls, beside plain JavaScript ${ms(beside)}; ` +
          `stopped after ${ms(stop)}`,
      );
      runs.push({ good: gap <= Math.max(mostGap, MOST_SHARE * beside) && stop <= MOST_STOP_MS });
    }
    assert.ok(runs.some(({ good }) => good));
  });
}
