// How long it takes from the import to the first pause, beside other libraries
// with a WebAssembly file, and how long a Worker takes to its first answer.
//
//   npm run bench:start
//   npm run bench:start -- --runs 15
//
// Every figure is a median over fresh processes, pages or Workers. The others
// evaluate 2 + 2, or make a document with one field (automerge).

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startServer } from "../packaging/lib/browsers.mjs";
import { makeProject, pack, workspace } from "../packaging/lib/project.mjs";
import { outcomeOf } from "../packaging/lib/run.mjs";
import {
  findNode,
  importTool,
  installTools,
  toolPackage,
  toolProgram,
  toolVersion,
} from "../packaging/lib/tools.mjs";
import { serveWorkerd } from "../packaging/lib/workerd.mjs";
import { bold, grey, main, ScriptError, table } from "../scripts/lib/console.mjs";
import { launchChromium } from "../scripts/lib/page.mjs";
import { engines, measured } from "./start/engines.mjs";

const { values } = parseArgs({ options: { runs: { type: "string", default: "9" } } });
const RUNS = Number(values.runs);

const names = Object.keys(engines);

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** Several runs, of which the first warms up caches of files; a failure is a reason in words. */
async function measure(run, expected) {
  const times = [];
  try {
    for (let i = 0; i <= RUNS; i++) {
      const { milliseconds, result } = await run();
      if (result !== expected) throw new Error(`gave ${JSON.stringify(result)}`);
      if (i > 0) times.push(milliseconds);
    }
  } catch (error) {
    return { reason: String(error.message).trim().split("\n").slice(0, 12).join("\n") };
  }
  return { median: median(times) };
}

/** A project with the packed package, and the others from the packaging test's tools. */
async function project(where, name, contents) {
  const folder = await makeProject(where, name, contents, { type: "module" });
  for (const name of names.flatMap((engine) => engines[engine].packages)) {
    const link = join(folder, "node_modules", name);
    if (name !== "algocline-wasm") symlinkSync(toolPackage(name), link);
  }
  return folder;
}

// ── Node, Deno, Bun ─────────────────────────────────────────────────────────

const print = '((outcome) => console.log("OUTCOME " + JSON.stringify(outcome)))';

async function inProcesses(where) {
  const scripts = names.map((name) => [
    `${name}.mjs`,
    measured(engines[name].code, print, "const WASMOON_URL = undefined;"),
  ]);
  const contents = { ...Object.fromEntries(scripts), "deno.json": '{"nodeModulesDir":"manual"}' };
  const folder = await project(where, "processes", contents);
  const node = findNode(22);
  const runtimes = {
    Node: [node, []],
    Deno: [toolProgram("deno"), ["run", "--allow-all", "--no-remote"]],
    Bun: [toolProgram("bun"), ["run"]],
  };
  const figures = {};
  for (const [runtime, [command, args]] of Object.entries(runtimes)) {
    figures[runtime] = {};
    for (const name of names) {
      const run = () => outcomeOf(command, [...args, join(folder, `${name}.mjs`)], { cwd: folder });
      figures[runtime][name] = await measure(run, engines[name].expected);
    }
  }
  return figures;
}

// ── Chromium ────────────────────────────────────────────────────────────────

async function inPages(where) {
  const folder = await project(where, "pages", {});
  for (const name of names) {
    const { code, page } = engines[name];
    const give = "((outcome) => { globalThis.outcome = outcome; })";
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "main.js"), measured(code, give, page?.imports));
    const html = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>`;
    writeFileSync(join(folder, name, "index.html"), html);
  }
  const { build } = await importTool("vite");
  const server = await startServer();
  const browser = await launchChromium();
  const figures = {};
  try {
    for (const name of names) {
      figures[name] = await measureInPages(build, server, browser, folder, name);
    }
  } finally {
    await browser.close();
    server.close();
  }
  return figures;
}

async function measureInPages(build, server, browser, folder, name) {
  const settings = { base: "./", configFile: false, logLevel: "silent" };
  const outDir = join(folder, "out", name);
  try {
    await build({
      ...settings,
      root: join(folder, name),
      build: { outDir, emptyOutDir: true, target: "esnext" },
    });
  } catch (error) {
    return { reason: error.message };
  }
  const url = server.mount(name, outDir);
  return measure(async () => {
    // A context of its own has empty caches.
    const context = await browser.newContext();
    const page = await context.newPage();
    const problems = [];
    page.on("pageerror", (error) => problems.push(error.message));
    try {
      await page.goto(url);
      await page.waitForFunction(() => globalThis.outcome, null, { timeout: 10_000 });
      return await page.evaluate(() => globalThis.outcome);
    } catch (error) {
      throw new Error(problems[0] ?? error.message);
    } finally {
      await context.close();
    }
  }, engines[name].expected);
}

// ── workerd ─────────────────────────────────────────────────────────────────

const handler = (imports, code) => `${imports}
export default {
  async fetch() {
    const result = await (async () => {${code}
})();
    return Response.json({ result });
  },
};
`;

async function inWorkers(where) {
  const folder = await project(where, "workers", {});
  const { build } = await importTool("esbuild");
  const figures = {};
  const cold = async (out, modules, expected) =>
    measure(async () => {
      const begin = performance.now();
      const { url, stop } = await serveWorkerd(out, modules);
      try {
        const { result } = await (await fetch(url)).json();
        return { milliseconds: performance.now() - begin, result };
      } finally {
        stop();
      }
    }, expected);
  const targets = {
    "(an empty Worker)": { workerd: {}, code: "return 4;", expected: 4 },
    ...engines,
  };
  for (const [name, { workerd, code, expected }] of Object.entries(targets)) {
    if (!workerd) {
      figures[name] = { reason: "needs to compile, which Workers refuse" };
      continue;
    }
    const source = join(folder, "source.js");
    const out = join(folder, `out-${name.replaceAll(/\W/g, "")}`);
    writeFileSync(source, handler(workerd.imports ?? "", workerd.code ?? code));
    const { metafile } = await build({
      absWorkingDir: folder,
      entryPoints: [source],
      outfile: join(out, "worker.js"),
      bundle: true,
      format: "esm",
      conditions: ["workerd", "worker", "browser"],
      loader: { ".wasm": "copy" },
      logLevel: "silent",
      metafile: true,
    });
    const made = Object.keys(metafile.outputs).map((path) => path.split("/").pop());
    const modules = ["worker.js", ...made.filter((path) => path !== "worker.js")];
    figures[name] = await cold(out, modules, expected);
  }
  return figures;
}

// ── The table ───────────────────────────────────────────────────────────────

function version(name) {
  if (name === "algocline-wasm") return "";
  return toolVersion(name === "automerge" ? "@automerge/automerge" : name);
}

function show(figures, empty) {
  const columns = Object.keys(figures);
  const rows = [["milliseconds, median", "", ...columns]];
  const reasons = [];
  for (const name of names) {
    const cells = columns.map((column) => {
      const figure = figures[column][name];
      if (figure.median !== undefined) return figure.median.toFixed(1);
      reasons.push(`${name}, ${column}: ${figure.reason}`);
      return "–";
    });
    rows.push([name, version(name), ...cells]);
  }
  console.log(
    table(
      rows,
      columns.map((_, i) => i + 2),
    ),
  );
  console.log(
    grey(
      "\nNode, Deno, Bun, Chromium: from the import to the first pause, for others to the first result." +
        "\nworkerd: from the start of the process to the first answer; an empty Worker needs " +
        `${empty.median?.toFixed(1)} ms of that.`,
    ),
  );
  if (reasons.length > 0) console.log(`\nDoes not run:\n  ${reasons.join("\n  ")}`);
}

await main(async () => {
  if (!Number.isInteger(RUNS) || RUNS < 1) throw new ScriptError("--runs takes a number from 1");
  await installTools();
  const space = workspace();
  try {
    const { tarball } = await pack(space.folder);
    const where = { tarball, folder: space.folder };
    const versions = `Node ${toolVersion("node-22-linux-x64")}, Deno ${toolVersion("deno")}, Bun ${toolVersion("bun")}`;
    console.log(bold(`\nStarting, ${RUNS} fresh runs each\n`));
    const figures = await inProcesses(where);
    figures.Chromium = await inPages(where);
    figures.workerd = await inWorkers(where);
    console.log(grey(`${versions}, workerd ${toolVersion("workerd")}\n`));
    show(figures, figures.workerd["(an empty Worker)"]);
  } finally {
    space.remove();
  }
});
