// Going back in time, sharing, exporting, and coming back after a reload.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  answerByHand,
  fillEditor,
  inPlayground,
  openAnswers,
  openBrowser,
  openPanel,
  pauseIs,
  queries,
  runProgram,
  sourceEditor,
  stateIs,
} from "./support/playground.mjs";

const THREE = `local a = alc.llm("first?")
local dice = math.random(1, 1000000)
local b = alc.llm("second, after " .. a .. "?")
local c = alc.llm("third, after " .. b .. "?")
return { a = a, b = b, c = c, dice = dice }`;

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const inPage = (name, body, options) => test(name, () => inPlayground(browser, body, options));
const resultOf = async (page) => JSON.parse(await page.getByTestId("result").textContent());

async function answerThree(page, ...answers) {
  for (const [i, answer] of answers.entries()) {
    await pauseIs(page, i + 1);
    await answerByHand(page, answer);
  }
}

/** Downloads what a button of the menu gives; its text. */
async function exported(page, name) {
  await page.getByText("Share and export").click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByTestId("run").getByRole("button", { name }).click(),
  ]);
  return { text: readFileSync(await file.path(), "utf8"), name: file.suggestedFilename() };
}

inPage("a pause of the past is answered differently, and both runs are compared", async (page) => {
  await runProgram(page, THREE);
  await answerThree(page, "A", "B", "C");
  await stateIs(page, "completed");
  const first = await resultOf(page);
  await page.getByRole("button", { name: /^Pause 2/ }).click();
  const past = page.getByTestId("past-pause");
  assert.match(await past.textContent(), /second, after A\?.*B/s);
  // Arrow keys step through the pauses.
  await page.getByRole("button", { name: /^Pause 2/ }).press("ArrowLeft");
  assert.match(await past.textContent(), /first\?.*A/s);
  await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Answer differently" }).click();
  await pauseIs(page, 2);
  assert.match(await queries(page).textContent(), /second, after A\?/);
  await answerByHand(page, "B2");
  await pauseIs(page, 3);
  await answerByHand(page, "C2");
  await stateIs(page, "completed");
  const second = await resultOf(page);
  assert.deepEqual([second.a, second.b, second.c], ["A", "B2", "C2"]);
  // The copy goes on with the numbers of the original.
  assert.equal(second.dice, first.dice);
  await openPanel(page, /^Forks/);
  assert.match(await page.getByTestId("forks").textContent(), /#1.*#2 from #1 at pause 2/s);
  const comparison = page.getByTestId("comparison");
  assert.match(await comparison.textContent(), /The same up to pause 1; they part at pause 2\./);
  assert.match(await comparison.textContent(), /Pause 2.*B.*B2.*Pause 3.*C.*C2/s);
  // A fork of the fork, and the choice with which to compare.
  await page.getByRole("button", { name: /^Pause 3/ }).click();
  await page.getByRole("button", { name: "Answer differently" }).click();
  await pauseIs(page, 3);
  await openPanel(page, /^Forks/);
  assert.match(await page.getByTestId("forks").textContent(), /#3 from #2 at pause 3/);
  await page.getByRole("button", { name: "Compare #1" }).click();
  await page.getByRole("region", { name: "#1 and #3 side by side" }).waitFor();
});

inPage("a link brings program, context and answers to another browser", async (page) => {
  await runProgram(page, `${THREE.replace("first?", '" .. ctx.who .. "')}`, '{ "who": "Zoë" }');
  await answerThree(page, "A", "ünï ✓");
  await pauseIs(page, 3);
  await page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", {
      value: {
        writeText: async (text) => {
          globalThis.copied = text;
        },
      },
    });
  });
  await page.getByText("Share and export").click();
  await page.getByRole("button", { name: "Copy a link with the answers" }).click();
  await page.getByText("Link copied").waitFor();
  const link = await page.evaluate(() => globalThis.copied);
  assert.ok(link.length < 2000, `${link.length} characters`);
  await inPlayground(
    browser,
    async (other) => {
      await pauseIs(other, 3);
      assert.match(await queries(other).textContent(), /third, after ünï ✓\?/);
      assert.match(await sourceEditor(other).textContent(), /ctx\.who/);
      await answerByHand(other, "C");
      await stateIs(other, "completed");
      assert.equal((await resultOf(other)).b, "ünï ✓");
      assert.equal(new URL(other.url()).hash, "");
    },
    { path: new URL(link).hash },
  );
});

inPage("an earlier program is opened again, and what it replaces can be had back", async (page) => {
  await runProgram(page, 'return "first"');
  await stateIs(page, "completed");
  await fillEditor(sourceEditor(page), 'return "second"');
  await page.getByText("Share and export").click();
  await page.getByRole("button", { name: "Open its program" }).click();
  await page.getByText("The program has taken the place").waitFor();
  await sourceEditor(page).getByText("first").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await sourceEditor(page).getByText("second").waitFor();
  assert.equal(await page.getByText("The program has taken the place").count(), 0);
});

inPage(
  "a broken link says so",
  async (page) => {
    await page.getByText(/The link cannot be opened/).waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    assert.equal(await page.getByText(/The link cannot be opened/).count(), 0);
  },
  { path: "#run=abc" },
);

inPage("a session file is exported and imported, the trace as JSON and Markdown", async (page) => {
  await runProgram(page, THREE);
  await answerThree(page, "A", "B");
  await pauseIs(page, 3);
  const file = await exported(page, "Session file");
  assert.match(file.name, /\.session\.json$/);
  // The session itself is in it, not only what was asked.
  assert.ok(JSON.parse(file.text).saved.length > 1_000);
  const trace = JSON.parse((await exported(page, "Trace as JSON")).text);
  assert.equal(trace.pauses[1].queries[0].prompt, "second, after A?");
  assert.equal(trace.pauses[1].queries[0].response, "B");
  assert.ok(trace.pauses[1].queries[0].duration_ms >= 0);
  const markdown = (await exported(page, "Trace as Markdown")).text;
  assert.match(markdown, /## Pause 2\n\n### q-0\n\nPrompt:\n\n```\nsecond, after A\?\n```/);
  await page.getByRole("button", { name: "Remove session 1" }).click();
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: "Import" }).click(),
  ]);
  await chooser.setFiles({
    name: "kept.session.json",
    mimeType: "application/json",
    buffer: Buffer.from(file.text),
  });
  await pauseIs(page, 3);
  await answerByHand(page, "C");
  await stateIs(page, "completed");
  assert.equal((await resultOf(page)).c, "C");
  const [again] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: "Import" }).click(),
  ]);
  await again.setFiles({ name: "x.json", mimeType: "application/json", buffer: Buffer.from("{}") });
  await page.getByText("“x.json” cannot be opened").waitFor();
});

inPage("sessions come back after a reload, where they were", async (page) => {
  await runProgram(page, THREE);
  await answerThree(page, "A");
  await pauseIs(page, 2);
  await runProgram(page, 'error("gone wrong")');
  await stateIs(page, "error");
  await runProgram(page, `return alc.llm_batch({ { prompt = "x" }, { prompt = "y" } })`);
  await pauseIs(page, 1);
  await openAnswers(page).first().fill("X");
  await openAnswers(page).first().press("Control+Enter");
  await page.getByText("1 of 2 open").waitFor();
  await page.waitForTimeout(300);
  await page.reload();
  const sessions = page.getByRole("navigation", { name: "Sessions" });
  await sessions.getByRole("listitem").nth(2).waitFor();
  // The batch still has its one answer.
  await page.getByText("1 of 2 open").waitFor();
  assert.match(await queries(page).first().textContent(), /X/);
  await answerByHand(page, "Y");
  await stateIs(page, "completed");
  assert.deepEqual(await resultOf(page), ["X", "Y"]);
  await sessions.getByRole("button", { name: /^2 · / }).click();
  assert.match(await page.getByTestId("error").textContent(), /gone wrong/);
  await sessions.getByRole("button", { name: /^1 · / }).click();
  await pauseIs(page, 2);
  await answerByHand(page, "B");
  await pauseIs(page, 3);
  await answerByHand(page, "C");
  await stateIs(page, "completed");
  const { a, b, c } = await resultOf(page);
  assert.deepEqual([a, b, c], ["A", "B", "C"]);
  // Back to what was asked before the reload.
  await page.getByRole("button", { name: /^Pause 1/ }).click();
  await page.getByRole("button", { name: "Answer differently" }).click();
  await pauseIs(page, 1);
  await answerByHand(page, "A2");
  await pauseIs(page, 2);
  assert.match(await queries(page).textContent(), /second, after A2\?/);
});

inPage("what a session has stored is there after a reload", async (page) => {
  await runProgram(page, 'alc.state.set("n", 41) alc.llm("go on?") return alc.state.get("n") + 1');
  await pauseIs(page, 1);
  await page.waitForTimeout(300);
  await page.reload();
  await pauseIs(page, 1);
  await answerByHand(page, "yes");
  await stateIs(page, "completed");
  assert.equal(await page.getByTestId("result").textContent(), "42");
});

inPage("a second tab says that it keeps nothing", async (page, { context }) => {
  await runProgram(page, THREE);
  await pauseIs(page, 1);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByText(/Another tab has this page open/).waitFor();
  await runProgram(other, "return 1");
  await stateIs(other, "completed");
  await other.close();
  await page.reload();
  await pauseIs(page, 1);
});

test("the page works without a network, reloads included", async () => {
  await inPlayground(
    browser,
    async (page, { context }) => {
      await page.evaluate(() => navigator.serviceWorker.ready);
      // Only a page that was loaded under the worker is kept whole.
      await page.reload();
      await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
      await context.setOffline(true);
      await page.reload();
      await page.getByRole("form", { name: "Program" }).waitFor();
      await runProgram(page, 'return "offline: " .. alc.llm("still there?")');
      await answerByHand(page, "yes");
      await stateIs(page, "completed");
      assert.equal(await page.getByTestId("answer").textContent(), "offline: yes");
    },
    { serviceWorkers: "allow" },
  );
});
