// `npm run demo` as a person at a terminal uses it, with the built package.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { strategyNames } from "../../scripts/lib/strategies.mjs";
import { chat, serveChat } from "./support/chat-server.mjs";

const script = fileURLToPath(new URL("../../scripts/demo.mjs", import.meta.url));

/** Runs the demo; `interruptAfter` sends SIGINT as soon as the output holds that text. */
function demo(args, { env = {}, interruptAfter } = {}) {
  return new Promise((resolve) => {
    const { LLM_API_KEY: _, OPENAI_API_KEY: __, ...inherited } = process.env;
    const child = spawn(process.execPath, [script, ...args], {
      env: { ...inherited, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (part) => {
      out += part;
      // Once only: a second Ctrl+C kills.
      if (interruptAfter && out.includes(interruptAfter)) {
        interruptAfter = undefined;
        child.kill("SIGINT");
      }
    });
    child.stderr.on("data", (part) => {
      err += part;
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

const count = (text, pattern) => text.match(pattern)?.length ?? 0;

test("reflect pauses at least three times and shows a result", async () => {
  const { code, out, err } = await demo(["reflect", "Write a haiku about rivers"]);
  assert.equal(code, 0, err);
  assert.equal(err, "");
  assert.ok(count(out, /^Pause \d+/gm) >= 3, out);
  assert.match(out, /^reflect with a scripted model\nTask: Write a haiku about rivers\n/);
  assert.match(out, /» draft {2}Do this task as well as you can/);
  assert.match(out, /« critic {2}1\. First sentence: too general/);
  assert.match(out, /· 0\/3 drafting/);
  assert.match(out, /· info: reflect: review 2, accepted/);
  assert.match(out, /\nResult 4 queries in 4 pauses, \d+ tokens \(estimated\), /);
  assert.match(out, /A revised text for “Write a haiku about rivers”/);
});

test("every strategy runs to its end on its sample task", async () => {
  for (const name of strategyNames()) {
    const { code, out, err } = await demo([name]);
    assert.equal(code, 0, `${name}: ${err}`);
    assert.match(out, /^Sample task: /m);
    assert.match(out, /^Result \d+ queries in \d+ pauses?/m);
    assert.doesNotMatch(out, /no scripted answer/);
  }
});

test("a batch shows what tells its prompts apart", async () => {
  const { out } = await demo(["sc", "How many?", "--opt", "samples=3"]);
  assert.match(out, /^Pause 1 3 queries$/m);
  assert.match(out, /» 1 sample {2}Solve the task/);
  assert.match(out, /» 3 sample {2}… 3 of 3; the attempts/);
});

test("--full shows prompts and systems whole", async () => {
  const { out } = await demo(["panel", "Tea or coffee?", "--full"]);
  assert.match(out, /» 1 panelist, system\n {6}You sit on a panel as the practitioner\./);
  assert.match(out, /\n {6}<task>\n {6}Tea or coffee\?\n {6}<\/task>\n/);
});

test("--json prints events and answers, one a line", async () => {
  const { code, out } = await demo(["cot", "What is 6 times 7?", "--json"]);
  assert.equal(code, 0);
  const events = out.trim().split("\n").map(JSON.parse);
  const kinds = events.map((event) => event.kind);
  assert.equal(kinds[0], "started");
  assert.equal(kinds.at(-1), "completed");
  assert.equal(count(kinds.join("\n"), /^needs_response$/gm), 2);
  assert.ok(kinds.includes("progress") && kinds.includes("log"));
  const answers = events.filter((event) => event.kind === "answer");
  assert.deepEqual(
    answers.map(({ pause, query_id: id }) => [pause, id]),
    [
      [1, "q-0"],
      [2, "q-0"],
    ],
  );
  assert.equal(events.at(-1).result.answer, answers[1].response);
});

test("--list names every strategy and its paper", async () => {
  const { code, out } = await demo(["--list"]);
  assert.equal(code, 0);
  for (const name of strategyNames()) assert.match(out, new RegExp(`^${name} +\\S.* \\d{4}$`, "m"));
});

test("a real server is asked, with the key and the model", async (t) => {
  const { url, requests } = await serveChat(t, ({ body }) => {
    assert.equal(body.model, "small");
    return chat("Because.\nAnswer: 42", { prompt_tokens: 10, completion_tokens: 4 });
  });
  const args = ["sc", "What is 6 times 7?", "--url", url, "--model", "small"];
  const { code, out, err } = await demo([...args, "--concurrency", "2"], {
    env: { LLM_API_KEY: "first", OPENAI_API_KEY: "second" },
  });
  assert.equal(code, 0, err);
  assert.equal(requests.length, 5);
  assert.ok(requests.every(({ headers }) => headers.authorization === "Bearer first"));
  assert.match(out, /^sc with small at http/);
  assert.match(out, /« 1 sample {2}Because\. Answer: 42 {2}\d+ ms 4 tokens/);
  assert.match(out, /70 tokens \(provided\)/);
  assert.match(out, /^42$/m);
});

test("a server that refuses ends the run with its reason", async (t) => {
  const { url } = await serveChat(t, () => ({
    status: 401,
    body: '{"error":{"message":"Incorrect API key provided"}}',
  }));
  const { code, out } = await demo(["cot", "x", "--url", url, "--model", "m"]);
  assert.equal(code, 1);
  assert.match(out, /✗ reason {2}the model's server answered 401 \(the key was refused/);
  assert.match(out, /^Failed /m);
  assert.match(out, /Incorrect API key provided/);
});

test("Ctrl+C cancels the session", async (t) => {
  const { url } = await serveChat(t, () => "never");
  const args = ["cot", "x", "--url", url, "--model", "m"];
  const { code, out } = await demo(args, { interruptAfter: "Pause 1" });
  assert.equal(code, 1);
  assert.match(out, /^Cancelled 1 query in 1 pause/m);
});

test("rules of one's own", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "demo-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "model.json");
  writeFileSync(file, '{ "rules": [{ "role": "extract", "answers": "mine {{task}}" }] }');
  const { code, out } = await demo(["cot", "task", "--script", file]);
  assert.equal(code, 0);
  assert.match(out, /« reason {2}\(empty\)/);
  writeFileSync(file, '{ "rules": [{ "answers": "Answer: mine {{task}}" }] }');
  assert.match((await demo(["cot", "task", "--script", file])).out, /^mine task$/m);
  writeFileSync(file, '{ "rules": 5 }');
  assert.match((await demo(["cot", "--script", file])).err, /model\.json: .*list of rules/);
  writeFileSync(file, "{");
  assert.match((await demo(["cot", "--script", file])).err, /model\.json is not JSON/);
  assert.match((await demo(["cot", "--script", join(folder, "no")])).err, /cannot read .*ENOENT/);
});

test("a wrong option of the strategy is the strategy's error", async () => {
  const { code, out } = await demo(["sc", "x", "--opt", "samples=many"]);
  assert.equal(code, 1);
  assert.match(out, /sc: option 'samples' must be an integer from 1 to 64/);
});

test("mistakes on the command line are named", async () => {
  const cases = [
    [[], /which strategy\? There are cot, /],
    [["nope"], /no strategy "nope"; there are cot, /],
    [["cot", "two", "words"], /one task only; put it in quotes: "two words"/],
    [["cot", "--nope"], /Unknown option '--nope'/],
    [["cot", "--url", "http://x"], /--url needs --model/],
    [["cot", "--model", "m"], /--model needs --url/],
    [["cot", "--url", "nowhere", "--model", "m"], /--url: not a URL: nowhere/],
    [["cot", "--url", "http://x", "--model", "m", "--script", "f"], /exclude each other/],
    [["cot", "--concurrency", "0"], /--concurrency takes a positive number, not "0"/],
    [["cot", "--concurrency", "1.5"], /--concurrency takes/],
    [["cot", "--url", "http://x", "--model", "m", "--timeout", "x"], /--timeout takes/],
    [["cot", "--opt", "samples"], /--opt takes NAME=VALUE, not "samples"/],
  ];
  await Promise.all(
    cases.map(async ([args, pattern]) => {
      const { code, out, err } = await demo(args);
      assert.equal(code, 1, args.join(" "));
      assert.equal(out, "");
      assert.match(err, pattern);
      assert.doesNotMatch(err, /\n {4}at /);
    }),
  );
});

test("--help explains", async () => {
  const { code, out } = await demo(["--help"]);
  assert.equal(code, 0);
  for (const flag of ["--url", "--model", "--concurrency", "--json", "--opt", "LLM_API_KEY"]) {
    assert.ok(out.includes(flag), flag);
  }
});
