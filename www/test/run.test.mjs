// Runs in the page, as a user does them.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  fillEditor,
  inPlayground,
  openAnswers,
  openBrowser,
  openPanel,
  pauseIs,
  pick,
  queries,
  runButton,
  runCard,
  runProgram,
  stateIs,
} from "./support/playground.mjs";

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const inPage = (name, body, options) => test(name, () => inPlayground(browser, body, options));

const resultOf = async (page) => JSON.parse(await page.getByTestId("result").textContent());

inPage("reflect runs to its end with the scripted model, pause by pause", async (page) => {
  await pick(page, "reflect");
  await runButton(page).click();
  let pauses = 0;
  while (pauses < 20) {
    await page.locator("[data-testid=run]:not([data-state=running])").waitFor();
    if ((await runCard(page).getAttribute("data-state")) !== "paused") break;
    pauses += 1;
    await pauseIs(page, pauses);
    assert.equal(await queries(page).count(), 1);
    await page.getByRole("button", { name: "Answer by script" }).click();
    await page.waitForFunction(
      (last) => document.querySelector("#inbox-title")?.textContent !== `Pause ${last}`,
      pauses,
    );
  }
  await stateIs(page, "completed");
  assert.ok(pauses >= 3, `${pauses} pauses`);
  assert.match(await page.getByTestId("answer").textContent(), /Dear Ms Keller/);
  await openPanel(page, "Transcript");
  assert.equal(await page.getByTestId("pause").count(), pauses);
  const { result } = await resultOf(page);
  assert.equal(result.accepted, true);
  assert.equal(result.drafts.length, result.rounds + 1);
});

inPage("reflect runs by hand, with the keyboard alone after the first focus", async (page) => {
  await pick(page, "reflect");
  const task = page.getByRole("textbox", { name: "Task" });
  await task.fill("Name a river.");
  await task.press("Control+Enter");
  await pauseIs(page, 1);
  assert.match(await queries(page).textContent(), /Name a river\./);
  await openAnswers(page).focus();
  const answers = ["The Elbe", "Too short.\nVerdict: REVISE", "The river Elbe", "Verdict: ACCEPT"];
  for (const [i, answer] of answers.entries()) {
    await pauseIs(page, i + 1);
    await page.waitForFunction(() => document.activeElement?.closest("[data-testid=query]"));
    await page.keyboard.type(answer);
    await page.keyboard.press("Control+Enter");
  }
  await stateIs(page, "completed");
  assert.equal(await page.getByTestId("answer").textContent(), "The river Elbe");
  const { result } = await resultOf(page);
  assert.deepEqual(result.drafts, ["The Elbe", "The river Elbe"]);
  await openPanel(page, "Transcript");
  assert.equal(await page.locator(".exchange-facts", { hasText: "by hand" }).count(), 4);
});

const strategies = readdirSync(new URL("../../strategies", import.meta.url), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

inPage("all strategies run through, side by side, when the script answers", async (page) => {
  await page.getByRole("switch", { name: "Let the scripted model answer" }).check();
  for (const name of strategies) {
    await pick(page, name);
    await runButton(page).click();
  }
  const sessions = page.getByRole("navigation", { name: "Sessions" }).getByRole("listitem");
  assert.equal(await sessions.count(), strategies.length);
  for (const name of strategies) {
    const session = sessions.filter({ hasText: `· ${name}` });
    await session.getByText("completed").waitFor({ timeout: 60_000 });
    await session
      .getByRole("button", { name: `· ${name}` })
      .first()
      .click();
    assert.notEqual(await page.getByTestId("answer").textContent(), "", name);
  }
});

inPage("a pause with several queries is answered one by one and all at once", async (page) => {
  await runProgram(
    page,
    `local a = alc.llm_batch({ { prompt = "one" }, { prompt = "two", system = "be brief" }, { prompt = "three" } })
     local b = alc.llm_batch({ { prompt = "four" }, { prompt = "five" } })
     return { a, b }`,
  );
  await pauseIs(page, 1);
  assert.equal(await queries(page).count(), 3);
  await page.getByRole("textbox", { name: "Answer to q-1" }).fill("TWO");
  await queries(page).nth(1).getByRole("button", { name: "Answer Ctrl" }).click();
  await page.getByText("2 of 3 open").waitFor();
  assert.match(await queries(page).nth(1).textContent(), /TWO/);
  assert.match(await page.getByTestId("announcer").textContent(), /2 of 3 queries still open/);
  await openAnswers(page).nth(1).fill("THREE");
  await openAnswers(page).nth(1).press("Control+Enter");
  await openAnswers(page).first().fill("ONE");
  await openAnswers(page).first().press("Control+Enter");
  await pauseIs(page, 2);
  await page.getByRole("button", { name: "Answer all by script" }).click();
  await stateIs(page, "completed");
  const [first, second] = await resultOf(page);
  assert.deepEqual(first, ["ONE", "TWO", "THREE"]);
  assert.equal(second.length, 2);
});

inPage("strategies side by side: a query may stay open over several pauses", async (page) => {
  await runProgram(
    page,
    `local ends = alc.fork({ "cot", "reflect" }, ctx)
     local all = {}
     for i, one in ipairs(ends) do all[i] = one.ok end
     return all`,
    '{ "task": "6 * 7?", "max_rounds": 1 }',
  );
  await pauseIs(page, 1);
  assert.equal(await queries(page).count(), 2);
  // The first strategy goes on by itself; the second one's query is still open.
  await openAnswers(page).first().fill("42");
  await openAnswers(page).first().press("Control+Enter");
  await pauseIs(page, 2);
  assert.equal(await queries(page).count(), 2);
  await openPanel(page, "Transcript");
  assert.equal(await page.locator(".exchange-facts", { hasText: "open" }).count(), 2);
  await page.getByRole("switch", { name: "Scripted answers" }).check();
  await stateIs(page, "completed");
  assert.deepEqual(await resultOf(page), [true, true]);
});

inPage("a failing program shows its error, traceback and line", async (page) => {
  await runProgram(
    page,
    `local function inner(text)
  return text + 1
end
local function outer() local n = inner(alc.llm("a number, please")) return n end
return outer()`,
  );
  await openAnswers(page).fill("none");
  await openAnswers(page).press("Control+Enter");
  await stateIs(page, "error");
  assert.match(
    await page.getByTestId("error").textContent(),
    /:2: attempt to add a 'string' with a 'number'/,
  );
  const traceback = await page.getByTestId("traceback").textContent();
  assert.match(traceback, /^stack traceback:/);
  assert.match(traceback, /:2: in .*inner/);
  assert.match(traceback, /:4: in function/);
  assert.match(
    await page.locator("[data-mark=failed]").textContent(),
    /return text \+ 1.*attempt to add/,
  );
  assert.match(await page.locator("[data-mark=passed]").textContent(), /local function outer/);
});

inPage("a syntax error shows its line and column", async (page) => {
  await runProgram(page, "local a = 1\nlocal b = = 2");
  await stateIs(page, "error");
  assert.equal(await page.locator(".outcome-place").textContent(), "line 2, column 11");
  assert.match(await page.locator("[data-mark=failed]").textContent(), /local b = = 2/);
});

inPage("a failed query raises an error that the program can catch", async (page) => {
  await runProgram(
    page,
    'local ok, why = pcall(alc.llm, "?") return { ok = ok, why = tostring(why) }',
  );
  await openAnswers(page).fill("no credit left");
  await page.getByRole("button", { name: "Fail" }).click();
  await stateIs(page, "completed");
  const { ok, why } = await resultOf(page);
  assert.equal(ok, false);
  assert.match(why, /no credit left/);
});

inPage("logs, progress, stats and the snapshot show what the session has", async (page) => {
  await runProgram(
    page,
    `print("hello", 1) alc.log("warn", "careful") alc.progress(1, 4, "reading")
     alc.stats.record("found", 7)
     alc.llm("first of all") return ctx.list[2]`,
    '{"list": [1, "second"]}',
  );
  await pauseIs(page, 1);
  assert.match(await page.locator(".progress-text").textContent(), /1 of 4 · reading/);
  await page.getByRole("tab", { name: /^Log/ }).click();
  const lines = page.locator(".log-line");
  await lines.nth(1).waitFor();
  assert.match(await lines.nth(0).textContent(), /print.*hello\t1/);
  assert.match(await lines.nth(1).textContent(), /warn.*careful/);
  await page.getByRole("tab", { name: "Snapshot" }).click();
  const snapshot = JSON.parse(await page.getByTestId("snapshot").textContent());
  assert.equal(snapshot.state, "paused");
  assert.equal(snapshot.pending_queries, 1);
  assert.equal(snapshot.pending[0].prompt_preview, "first of all");
  await page.getByRole("button", { name: "Answer by script" }).click();
  await stateIs(page, "completed");
  assert.equal(await page.getByTestId("answer").textContent(), "second");
  await page.getByRole("tab", { name: "Stats" }).click();
  const row = (name) => page.locator(".stats-row", { hasText: name }).locator("dd").textContent();
  assert.equal(await row("found"), "7");
  assert.equal(await row("llm calls"), "1");
});

inPage("several sessions live side by side", async (page) => {
  await runProgram(page, 'return "first: " .. alc.llm("question of the first")');
  await pauseIs(page, 1);
  await runProgram(page, 'return "second: " .. alc.llm("question of the second")');
  await page.getByTestId("query").filter({ hasText: "question of the second" }).waitFor();
  const sessions = page.getByRole("navigation", { name: "Sessions" });
  assert.equal(await sessions.getByRole("listitem").count(), 2);
  await sessions.getByRole("button", { name: /1 · / }).first().click();
  await page.getByTestId("query").filter({ hasText: "question of the first" }).waitFor();
  await openAnswers(page).fill("A");
  await openAnswers(page).press("Control+Enter");
  await stateIs(page, "completed");
  assert.equal(await page.getByTestId("answer").textContent(), "first: A");
  await sessions.getByRole("button", { name: /2 · / }).first().click();
  await page.getByRole("button", { name: "Stop" }).click();
  await stateIs(page, "cancelled");
  await sessions.getByRole("button", { name: /Remove session 2/ }).click();
  assert.equal(await sessions.getByRole("listitem").count(), 1);
});

inPage("a session that nobody answers is gone after three hours", async (page) => {
  await page.clock.install();
  await page.reload();
  await runProgram(page, 'return alc.llm("anybody there?")');
  await pauseIs(page, 1);
  const session = page.getByRole("navigation", { name: "Sessions" }).getByRole("listitem");
  await page.clock.fastForward("02:00:00");
  await session.getByText(/idle 2:00:\d\d of 3:00:00/).waitFor();
  await page.clock.fastForward("01:02:00");
  await stateIs(page, "reaped");
  await page.getByText("Nobody answered for long").waitFor();
});

inPage("a context that is no JSON is refused where it is typed", async (page) => {
  await page.getByRole("tab", { name: "Own program" }).click();
  await fillEditor(page.getByRole("textbox", { name: "ctx as JSON" }), "{ a: 1 }");
  assert.equal(await runButton(page).isDisabled(), true);
  assert.match(await page.locator(".problem").textContent(), /JSON/);
});

inPage("a strategy's source opens in the editor and runs from there", async (page) => {
  await pick(page, "cot");
  await page.getByRole("button", { name: "Open the Lua source" }).click();
  await page.getByRole("switch", { name: "Let the scripted model answer" }).check();
  await runButton(page).click();
  await stateIs(page, "completed");
  assert.notEqual(await page.getByTestId("answer").textContent(), "");
});
