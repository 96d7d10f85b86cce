// Models that answer: the script, endpoints, the browser's own.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serveModel } from "./support/endpoint.mjs";
import {
  fillEditor,
  inPlayground,
  openBrowser,
  openPanel,
  pauseIs,
  queries,
  runButton,
  runProgram,
  stateIs,
  writeProgram,
} from "./support/playground.mjs";

const KEY = "sk-this-must-not-leak";
const BATCH = `local all = {}
for i = 1, 3 do all[i] = { prompt = "question " .. i, system = "be brief", max_tokens = 50 } end
return alc.llm_batch(all)`;

let browser;
let endpoint;
let answer;
before(async () => {
  browser = await openBrowser();
  endpoint = await serveModel((...given) => answer(...given));
});
after(() => Promise.all([browser.close(), endpoint.close()]));

const withModel = (name, body, options) =>
  test(name, () => {
    endpoint.requests.length = 0;
    endpoint.seen.most = 0;
    answer = ({ messages }) => `Echo of ${messages.at(-1).content}`;
    return inPlayground(browser, body, { endpoint: endpoint.url, ...options });
  });

async function choose(page, kind, { model, key = KEY, path = "" }) {
  await page.getByRole("tab", { name: "Model" }).click();
  await page.getByRole("radio", { name: kind }).check();
  await page.getByRole("textbox", { name: "Address" }).fill(endpoint.url + path);
  await page.getByRole("textbox", { name: "Model", exact: true }).fill(model);
  await page.locator("input[type=password]").fill(key);
}

const resultOf = async (page) => JSON.parse(await page.getByTestId("result").textContent());

withModel("a batch goes to an OpenAI-compatible endpoint side by side, streamed", async (page) => {
  await choose(page, "OpenAI-compatible", { model: "tiny", path: "/v1" });
  await runProgram(page, BATCH);
  await pauseIs(page, 1);
  await page.getByRole("button", { name: "Ask tiny all" }).click();
  // The answer is seen while it comes.
  await page.getByTestId("ask").filter({ hasText: "Echo" }).first().waitFor();
  await stateIs(page, "completed");
  assert.deepEqual(
    await resultOf(page),
    [1, 2, 3].map((i) => `Echo of question ${i}`),
  );
  assert.equal(endpoint.seen.most, 3);
  const [{ url, headers, body }] = endpoint.requests;
  assert.equal(url, "/v1/chat/completions");
  assert.equal(headers.authorization, `Bearer ${KEY}`);
  assert.equal(body.model, "tiny");
  assert.equal(body.max_tokens, 50);
  assert.deepEqual(body.messages[0], { role: "system", content: "be brief" });
  // What the endpoint has counted is what the run has used.
  await openPanel(page, "Stats");
  const tokens = page.locator(".stats-row", { hasText: "total tokens" }).locator("dd");
  assert.equal(await tokens.textContent(), "54 (provided)");
  await openPanel(page, "Timeline");
  assert.match(await page.getByTestId("timeline").textContent(), /q-2.*18/);
});

withModel("an Anthropic endpoint answers one query, and all of a run by itself", async (page) => {
  await choose(page, "Anthropic", { model: "claude-test" });
  await runProgram(page, 'local a = alc.llm("one") local b = alc.llm("two") return { a, b }');
  await page.getByRole("button", { name: "Ask claude-test" }).click();
  await pauseIs(page, 2);
  await page.getByRole("switch", { name: "claude-test answers" }).check();
  await stateIs(page, "completed");
  assert.deepEqual(await resultOf(page), ["Echo of one", "Echo of two"]);
  const [{ url, headers, body }] = endpoint.requests;
  assert.equal(url, "/v1/messages");
  assert.equal(headers["x-api-key"], KEY);
  assert.equal(body.stream, true);
  await openPanel(page, "Transcript");
  assert.equal(await page.locator(".exchange-facts", { hasText: "by claude-test" }).count(), 2);
});

withModel(
  "an endpoint that refuses says why, and the query stays open",
  async (page) => {
    answer = () => ({ status: 401, error: "no such key" });
    await choose(page, "OpenAI-compatible", { model: "tiny" });
    await writeProgram(page, 'return alc.llm("hello")');
    await page.getByRole("switch", { name: "Let tiny answer" }).check();
    await runButton(page).click();
    await page.getByText("The key was refused (status 401): no such key").waitFor();
    assert.equal(await page.getByTestId("run").getAttribute("data-state"), "paused");
    // It is not asked on and on.
    assert.equal(endpoint.requests.length, 1);
    answer = () => "better";
    await page.getByRole("button", { name: "Ask tiny" }).click();
    await stateIs(page, "completed");
    assert.equal(await page.getByTestId("answer").textContent(), "better");
  },
  { expected: /status of 401/ },
);

test("an answer under way can be stopped, and the query answered by hand", async () => {
  answer = () => "word ".repeat(400);
  await inPlayground(
    browser,
    async (page) => {
      await choose(page, "OpenAI-compatible", { model: "slow" });
      await runProgram(page, 'return alc.llm("hello")');
      await page.getByRole("button", { name: "Ask slow" }).click();
      await page.getByRole("button", { name: "Stop this answer" }).click();
      await page.getByRole("textbox", { name: "Answer to q-0" }).fill("by hand");
      await page.getByRole("textbox", { name: "Answer to q-0" }).press("Control+Enter");
      await stateIs(page, "completed");
      assert.equal(await page.getByTestId("answer").textContent(), "by hand");
      // The Stop of the run stops its models, too.
      await runButton(page).click();
      await page.getByRole("button", { name: "Ask slow" }).click();
      await page.getByTestId("ask").waitFor();
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await stateIs(page, "cancelled");
      assert.equal(await page.getByTestId("ask").count(), 0);
    },
    { endpoint: endpoint.url },
  );
});

withModel("a key is in no storage, no link and no file, and gone after a reload", async (page) => {
  await choose(page, "OpenAI-compatible", { model: "tiny" });
  await runProgram(page, 'return alc.llm("hello")');
  await page.getByRole("button", { name: "Ask tiny" }).click();
  await stateIs(page, "completed");
  await page.waitForTimeout(500);
  const stored = await page.evaluate(async () => {
    const db = await new Promise((resolve) => {
      const request = indexedDB.open("algocline-playground");
      request.onsuccess = () => resolve(request.result);
    });
    const rows = await new Promise((resolve) => {
      const request = db.transaction("runs").objectStore("runs").getAll();
      request.onsuccess = () => resolve(request.result);
    });
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, rows]);
  });
  assert.match(stored, /Echo of hello/);
  assert.ok(!stored.includes(KEY));
  await page.reload();
  await page.getByRole("tab", { name: "Model" }).click();
  await page.locator("input[type=password]").waitFor();
  assert.equal(await page.locator("input[type=password]").inputValue(), "");
  assert.equal(
    await page.getByRole("textbox", { name: "Model", exact: true }).inputValue(),
    "tiny",
  );
});

withModel("the script's rules can be edited, and are checked", async (page) => {
  await writeProgram(page, 'return alc.llm("which colour?", { role = "painter" })');
  await page.getByRole("tab", { name: "Model" }).click();
  const rules = page.getByRole("textbox", { name: "Rules of the scripted model" });
  await fillEditor(rules, '{ "rules": [{ "role": "painter" }] }');
  await page.getByText(/answers must be a string/).waitFor();
  await fillEditor(rules, '{ "rules": [{ "role": "painter", "answers": ["blue"] }] }');
  await page.getByRole("switch", { name: "Let the scripted model answer" }).check();
  await runButton(page).click();
  await stateIs(page, "completed");
  assert.equal(await page.getByTestId("answer").textContent(), "blue");
});

withModel(
  "the browser's own model answers where there is one",
  async (page) => {
    await page.getByRole("tab", { name: "Model" }).click();
    await page.getByRole("radio", { name: "Chrome built-in" }).check();
    await page.getByText("The model is ready.").waitFor();
    await runProgram(page, 'return alc.llm("hello", { system = "be kind" })');
    assert.equal(await queries(page).count(), 1);
    await page.getByRole("button", { name: "Ask Chrome" }).click();
    await stateIs(page, "completed");
    assert.equal(await page.getByTestId("answer").textContent(), "be kind: hello!");
  },
  {
    // Chromium has the interface, but no model to download here.
    init: () => {
      globalThis.LanguageModel = {
        availability: async () => "available",
        create: async ({ initialPrompts }) => ({
          promptStreaming: (text) =>
            new ReadableStream({
              start(controller) {
                controller.enqueue(`${initialPrompts[0].content}: `);
                controller.enqueue(`${text}!`);
                controller.close();
              },
            }),
          destroy() {},
        }),
      };
    },
  },
);
