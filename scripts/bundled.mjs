// Runs all packages of a folder (a checkout of ynishi/algocline-bundled-packages)
// in the built npm package, with scripted answers, and prints how each ends.
//
//   npm run check:bundled -- FOLDER [--at-least N] [--only name,name] [--write]
//
//   --at-least N   exit with 1 if fewer than N packages complete (default 84)
//   --only LIST    run these packages alone
//   --write        write the table to docs/bundled-packages.md
//   --save         instead: run each package, and each strategy of strategies/, a
//                  second time, saved and restored in a fresh process at every pause
//   --lanes N      with --save: how many run side by side (default: the processor's cores)
//
// The packages are no part of this project. What each is run with stands in
// lib/bundled-tasks.mjs, how it is answered in lib/bundled-model.mjs.

import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  answersTo,
  bundledPackages,
  bundledProgram,
  forkProgram,
  RUN_OPTIONS,
  runToEnd,
} from "./lib/bundled.mjs";
import { TASKS } from "./lib/bundled-tasks.mjs";
import { bold, duration, main, ScriptError, table } from "./lib/console.mjs";
import { root } from "./lib/process.mjs";
import { resumeAll } from "./lib/resume.mjs";
import { casePrograms, scriptedPrograms, strategyPackages } from "./lib/strategies.mjs";

/** Simulations that compute for long and never ask. */
const COMPUTE = new Set(["boids_abm", "evogame_abm"]);

const PAGE = join(root, "docs", "bundled-packages.md");

function settings() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "at-least": { type: "string", default: "84" },
      only: { type: "string" },
      write: { type: "boolean", default: false },
      save: { type: "boolean", default: false },
      lanes: { type: "string", default: String(availableParallelism()) },
    },
  });
  const [given] = positionals;
  if (!given) throw new ScriptError("which folder? npm run check:bundled -- path/to/packages");
  const folder = resolve(given);
  if (!existsSync(join(folder, "alc_shapes", "init.lua"))) {
    throw new ScriptError(`${folder} has no alc_shapes, so it is not the folder of the packages`);
  }
  const atLeast = Number(values["at-least"]);
  if (!Number.isInteger(atLeast)) throw new ScriptError("--at-least needs a whole number");
  const lanes = Number(values.lanes);
  if (!(Number.isInteger(lanes) && lanes > 0)) throw new ScriptError("--lanes needs a number");
  const { write, save } = values;
  return { folder, atLeast, only: values.only?.split(","), write, save, lanes };
}

/** Kind and version of all packages, found by loading each in one session. */
async function loadAll(registry, names) {
  const event = await registry.start(
    `local kinds = {}
    for _, name in ipairs(ctx) do
      local ok, module = pcall(require, name)
      if not ok then kinds[name] = { problem = tostring(module) }
      elseif type(module) ~= "table" then kinds[name] = { problem = "is no table" }
      else kinds[name] = { runnable = type(module.run) == "function" } end
    end
    return kinds`,
    names,
  );
  if (event.status !== "completed") throw new ScriptError(`cannot load them: ${event.error}`);
  return event.result;
}

/** `1 × 3, 2 × 5`: how many pauses had how many open queries. */
function batches(sizes) {
  const counts = new Map();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([size, count]) => `${count} × ${size}`)
    .join(", ");
}

/** The fuel that a program has used, as it says itself. */
const fuelOf = ({ end }) => end.stats.custom.fuel;

const million = (fuel) => (fuel === undefined ? "" : (fuel / 1e6).toFixed(fuel < 1e7 ? 2 : 0));

/** The first line of an error, without the engine's prefix. */
const problemOf = ({ end }) =>
  end.status === "completed" ? "" : (end.error ?? end.reason ?? "").split("\n")[0];

function page(results, libraries, commit) {
  const completed = results.filter(({ end }) => end.status === "completed");
  const rows = results.map((result) => {
    const { name, sizes } = result;
    const given = Object.keys(TASKS[name]?.ctx ?? {}).map((key) => `\`${key}\``);
    if (TASKS[name]?.setup) given.push("functions");
    const fuel = TASKS[name]?.limits?.fuel;
    if (fuel !== undefined) given.push(`${million(fuel)} million of fuel`);
    const { status } = result.end;
    const end = status === "completed" ? "completes" : `${status}: ${problemOf(result)}`;
    return `| ${name} | ${end} | ${sizes.length} | ${batches(sizes)} | ${million(fuelOf(result))} | ${given.join(", ")} |`;
  });
  return `# Bundled packages

Written by \`npm run check:bundled -- FOLDER --write\` on ${new Date().toISOString().slice(0, 10)},
with [algocline-bundled-packages](https://github.com/ynishi/algocline-bundled-packages) at commit \`${commit}\`.

All ${results.length + libraries.length} packages load: ${results.length} have a \`run\`, ${libraries.length} are libraries.
Each \`run\` ran in the built npm package under Node, with answers that suit what its prompts ask for (\`scripts/lib/bundled-model.mjs\`).
${completed.length} of ${results.length} complete, and their results have the shapes that the packages declare (\`ALC_SHAPE_CHECK=1\`).

All get a \`task\`, a \`text\` and some \`code\`; the last column names what else a package needs (\`scripts/lib/bundled-tasks.mjs\`).
Batches: \`2 × 3\` says that two pauses had three open queries each.
Fuel is in millions, of the 2,000 that a session may use between two pauses.

| package | end | pauses | batches | fuel | also given |
| --- | --- | ---: | --- | ---: | --- |
${rows.join("\n")}

Libraries: ${libraries.join(", ")}.
`;
}

function commitOf(folder) {
  try {
    return execFileSync("git", ["-C", folder, "rev-parse", "--short=7", "HEAD"], {
      encoding: "utf8",
    }).trim();
  } catch {
    return "unknown";
  }
}

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Runs everything from process to process; the exit code. */
async function saveEverywhere(SessionRegistry, packages, names, lanes) {
  const rows = [["program", "end", "pauses", "saved", "largest kB", "gzip", ""]];
  const onResult = ({ name, problems }) => {
    for (const problem of problems) console.error(`${name}: ${problem}`);
  };
  const programs = names.map((name) => ({ name, ...bundledProgram(name), answersTo }));
  // Some of them side by side: saved while some have their answers and others wait.
  const together = ["cot", "panel", "rank", "sc", "triad", "ucb"].filter((n) => names.includes(n));
  if (together.length > 1) programs.push({ ...forkProgram(together), answersTo });
  const bundled = await resumeAll(programs, { SessionRegistry, packages, lanes, onResult });
  const own = await resumeAll([...scriptedPrograms(), ...casePrograms()], {
    SessionRegistry,
    packages: strategyPackages(),
    lanes,
    onResult,
  });
  const results = [...bundled, ...own];
  for (const { name, status, pauses, images, problems } of results) {
    const largest = (key) => kilobytes(Math.max(0, ...images.map((image) => image[key])));
    const note = problems.length > 0 ? `✗ ${problems[0]}` : "";
    rows.push([name, status, pauses, images.length, largest("bytes"), largest("gzip"), note]);
  }
  console.log(table(rows, [2, 3, 4, 5]));
  const all = (key) => results.flatMap(({ times }) => times?.[key] ?? []);
  const images = results.flatMap((result) => result.images);
  const wrong = results.filter(({ problems }) => problems.length > 0);
  console.log(
    `\n${bold(`${results.length - wrong.length} of ${results.length} programs run the same when saved and restored everywhere`)}\n` +
      `${images.length} images: median ${kilobytes(median(images.map(({ bytes }) => bytes)))} kB, ` +
      `${kilobytes(median(images.map(({ gzip }) => gzip)))} kB gzipped; ` +
      `first save in a process ${median(all("save")).toFixed(2)} ms, first restore ${median(all("restore")).toFixed(2)} ms (medians)`,
  );
  return wrong.length > 0 ? 1 : 0;
}

await main(async () => {
  const { folder, atLeast, only, write, save, lanes } = settings();
  const { SessionRegistry } = await import("algocline-wasm");
  const packages = bundledPackages(folder);
  const registry = await SessionRegistry.create({ packages, ...RUN_OPTIONS });
  const names = Object.keys(packages).filter((name) => !name.includes("."));
  const kinds = await loadAll(registry, names);
  const broken = names.filter((name) => kinds[name].problem !== undefined);
  for (const name of broken) console.error(`${name} does not load: ${kinds[name].problem}`);
  const runnable = names.filter((name) => kinds[name].runnable);
  const libraries = names.filter((name) => kinds[name].runnable === false);
  const wanted = only ? runnable.filter((name) => only.includes(name)) : runnable;
  // The simulations ask nothing, so there is nowhere to save them.
  if (save)
    return saveEverywhere(
      SessionRegistry,
      packages,
      wanted.filter((name) => !COMPUTE.has(name)),
      lanes,
    );

  const results = [];
  for (const name of wanted) {
    const from = performance.now();
    // A registry of its own, so that no package finds what another one has stored.
    const own = await SessionRegistry.create({ packages, ...RUN_OPTIONS });
    const { end, sizes } = await runToEnd(own, bundledProgram(name));
    own.dispose();
    results.push({ name, end, sizes, time: performance.now() - from });
  }

  const rows = [["package", "status", "pauses", "batches", "Mfuel", "time", ""]];
  for (const result of results) {
    const { name, end, sizes, time } = result;
    rows.push([
      name,
      end.status,
      sizes.length,
      batches(sizes),
      million(fuelOf(result)),
      duration(time),
      problemOf(result),
    ]);
  }
  console.log(table(rows, [2, 4, 5]));
  const completed = results.filter(({ end }) => end.status === "completed").length;
  console.log(
    bold(
      `\n${names.length} packages: ${names.length - broken.length} load, ${runnable.length} can run; ` +
        `${completed} of ${results.length} completed`,
    ),
  );
  if (write && !only) {
    const text = page(results, libraries, commitOf(folder));
    writeFileSync(PAGE, text);
    console.log(`wrote ${relative(root, PAGE)}`);
  }
  return broken.length > 0 || (!only && completed < atLeast) ? 1 : 0;
});
