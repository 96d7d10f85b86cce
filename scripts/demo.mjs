// Runs a strategy in the terminal, with a scripted model or a real one. See --help.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ScriptedModel, ScriptFormatError } from "../strategies/scripted-model.mjs";
import { ChatError, chatCompletions } from "./lib/chat-completions.mjs";
import { bold, main, ScriptError, table } from "./lib/console.mjs";
import { jsonView, textView } from "./lib/demo-view.mjs";
import { root, stream } from "./lib/process.mjs";
import { readJson, strategyNames, strategyPackages, strategyScript } from "./lib/strategies.mjs";

const HELP = `
Runs a strategy, prints each pause, its answers and the result.

  npm run demo -- <strategy> ["<task>"] [options]
  npm run demo -- --list

Without a task the strategy's sample task is run. Without --url a scripted model
answers.

  --list               the strategies, and what each does
  --url URL            an OpenAI-compatible server, such as http://localhost:11434/v1
  --model NAME         the model to ask there
  --timeout SECONDS    longest wait for one answer (default 120)
  --concurrency N      queries answered side by side (default 8)
  --opt NAME=VALUE     an option of the strategy; VALUE is JSON, or else text; repeatable
  --script FILE        rules of the scripted model (default strategies/<strategy>/model.json)
  --full               prompts and answers in full
  --json               one JSON object a line: the session's events and the answers
  --help               this text

The key for --url is read from LLM_API_KEY or OPENAI_API_KEY; without one none is sent.

  npm run demo -- reflect "Write a haiku about rivers"
  npm run demo -- sc "How many days are in a leap year?" --opt samples=3 \\
      --url http://localhost:11434/v1 --model llama3.2
`.trim();

const OPTIONS = {
  list: { type: "boolean" },
  url: { type: "string" },
  model: { type: "string" },
  timeout: { type: "string", default: "120" },
  concurrency: { type: "string", default: "8" },
  opt: { type: "string", multiple: true, default: [] },
  script: { type: "string" },
  full: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
};

// ── Reading the command line ────────────────────────────────────────────────

function parsed() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ScriptError(`${error.message}\nSee --help.`);
  }
}

function positive(text, name, isAllowed) {
  const number = Number(text);
  if (text.trim() === "" || !(number > 0) || !isAllowed(number)) {
    throw new ScriptError(`--${name} takes a positive number, not "${text}"`);
  }
  return number;
}

function optionsOf(pairs) {
  const options = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new ScriptError(`--opt takes NAME=VALUE, not "${pair}"`);
    const text = pair.slice(at + 1);
    let value = text;
    try {
      value = JSON.parse(text);
    } catch {
      // Not JSON: the text itself is meant.
    }
    options[pair.slice(0, at)] = value;
  }
  return options;
}

function chosenStrategy(name) {
  const names = strategyNames();
  if (name === undefined) {
    throw new ScriptError(`which strategy? There are ${names.join(", ")}. See --help.`);
  }
  if (!names.includes(name)) {
    throw new ScriptError(`no strategy "${name}"; there are ${names.join(", ")}`);
  }
  return name;
}

// ── The models ──────────────────────────────────────────────────────────────

function scriptedModel(strategy, file) {
  const script = file ? readJson(file) : strategyScript(strategy);
  try {
    const model = new ScriptedModel(script);
    return {
      name: "a scripted model",
      ask: async (query) => ({ response: model.reply(query).response }),
    };
  } catch (error) {
    if (error instanceof ScriptFormatError) throw new ScriptError(`${file}: ${error.message}`);
    throw error;
  }
}

function servedModel({ url, model, timeout }) {
  const key = process.env.LLM_API_KEY || process.env.OPENAI_API_KEY;
  const timeoutMs = 1000 * positive(timeout, "timeout", (seconds) => seconds <= 86_400);
  try {
    return { name: `${model} at ${url}`, ask: chatCompletions({ url, model, key, timeoutMs }) };
  } catch (error) {
    if (error instanceof ChatError) throw new ScriptError(`--url: ${error.message}`);
    throw error;
  }
}

function chosenModel(strategy, given) {
  if (given.url && !given.model) throw new ScriptError("--url needs --model, the model to ask");
  if (given.model && !given.url) throw new ScriptError("--model needs --url, where to ask it");
  if (given.url && given.script) throw new ScriptError("--url and --script exclude each other");
  return given.url ? servedModel(given) : scriptedModel(strategy, given.script);
}

// ── Running ─────────────────────────────────────────────────────────────────

/** The built package; built now if it is not there yet, with the output kept off stdout. */
async function packageModule() {
  if (!existsSync(join(root, "dist", "node.js"))) {
    const stdio = ["ignore", process.stderr, process.stderr];
    const { code } = await stream(process.execPath, ["scripts/build.mjs"], { stdio });
    if (code !== 0) throw new ScriptError("the package could not be built");
  }
  return import("algocline-wasm");
}

const quoted = (name) => JSON.stringify(name);

/** What a strategy says about itself. */
async function metaOf(registry, name) {
  const event = await registry.start(`return require(${quoted(name)}).meta`);
  if (event.status !== "completed")
    throw new ScriptError(`${name}: ${event.error ?? event.status}`);
  return event.result;
}

async function list() {
  const { SessionRegistry } = await packageModule();
  const registry = await SessionRegistry.create({ packages: strategyPackages() });
  const rows = [];
  for (const name of strategyNames()) {
    const { description, paper } = await metaOf(registry, name);
    rows.push([bold(name), description, `${paper.authors} ${paper.year}`]);
  }
  registry.dispose();
  console.log(table(rows));
}

/** Wraps a model so that the view shows what it says, and how long it took. */
const watched = (model, view) => async (query, info) => {
  const started = performance.now();
  try {
    const answer = await model.ask(query, info.signal);
    view.answer(query, answer, performance.now() - started, info);
    return answer;
  } catch (error) {
    if (!info.signal.aborted) view.failure?.(query, error);
    throw error;
  }
};

async function runStrategy(strategy, task, given) {
  const model = chosenModel(strategy, given);
  const concurrency = positive(given.concurrency, "concurrency", Number.isSafeInteger);
  const view = given.json ? jsonView() : textView({ full: given.full });
  const options = optionsOf(given.opt);

  const { run, SessionRegistry } = await packageModule();
  let watching = false;
  const registry = await SessionRegistry.create({
    packages: strategyPackages(),
    onEvent(event) {
      if (!watching) return;
      if (view.event) view.event(event);
      else if (event.kind === "progress") view.progress(event);
      else if (event.kind === "log") view.log(event);
    },
  });
  const isSample = task === undefined;
  const wanted = task ?? (await metaOf(registry, strategy)).sample_task;
  view.start?.({ strategy, task: wanted, model: model.name, isSample });

  const stop = new AbortController();
  // The first Ctrl+C cancels the session, a second one kills the process.
  const onInterrupt = () => stop.abort("interrupted");
  process.once("SIGINT", onInterrupt);
  watching = true;
  const code = `return require(${quoted(strategy)}).run(ctx).result`;
  const end = await run(
    registry,
    code,
    { ...options, task: wanted },
    {
      llm: watched(model, view),
      concurrency,
      signal: stop.signal,
      strategy,
      onEvent: (event) => event.status === "needs_response" && view.pause?.(event),
    },
  );
  process.removeListener("SIGINT", onInterrupt);
  view.end?.(end);
  registry.dispose();
  return end.status === "completed" ? 0 : 1;
}

await main(async () => {
  const { values, positionals } = parsed();
  if (values.help) return console.log(HELP);
  if (values.list) return list();
  const [name, task, ...others] = positionals;
  const strategy = chosenStrategy(name);
  if (others.length > 0) {
    throw new ScriptError(`one task only; put it in quotes: "${[task, ...others].join(" ")}"`);
  }
  return runStrategy(strategy, task, values);
});
