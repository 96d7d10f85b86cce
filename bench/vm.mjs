// Lua programs on our VM and its peers, all in this one process, in
// interleaved rounds; results are compared for equality.
//
//   npm run bench:vm
//   npm run bench:vm -- --rounds 15 --only fib,sieve --engines ours,wasmoon
//   npm run bench:vm -- --json figures.json
//   npm run bench:vm -- --cpu      processor time, for a machine that is busy otherwise

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bytes, grey, main, ScriptError, table } from "../scripts/lib/console.mjs";
import { median, option } from "../scripts/lib/figures.mjs";
import { root } from "../scripts/lib/process.mjs";

const REFERENCE = "wasmoon";
const ENGINES = ["wasmoon", "ours", "piccolo", "fengari"];
/** Time for all rounds of one program on one engine, in milliseconds; a slow engine gets fewer rounds. */
const PATIENCE = 1500;

const geometricMean = (values) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

function readPrograms(only) {
  const folder = join(root, "bench", "vm");
  const programs = readdirSync(folder)
    .filter((file) => file.endsWith(".lua"))
    .sort()
    .map((file) => ({
      name: basename(file, ".lua"),
      source: readFileSync(join(folder, file), "utf8"),
    }));
  const missing = only?.filter((name) => !programs.some((program) => program.name === name));
  if (missing?.length) throw new ScriptError(`no such program: ${missing.join(", ")}`);
  return only ? programs.filter((program) => only.includes(program.name)) : programs;
}

async function loadEngines(names) {
  const engines = [];
  for (const name of names) {
    if (!ENGINES.includes(name)) {
      throw new ScriptError(`no engine "${name}"; there are ${ENGINES.join(", ")}`);
    }
    const engine = (await import(`./engines/${name}.mjs`)).default;
    process.stderr.write(grey(`loading ${engine.name} ${engine.version}\n`));
    await engine.load();
    engines.push(engine);
  }
  return engines;
}

const processorTime = process.argv.includes("--cpu");

/** Milliseconds since some moment, by the clock or by this process's processor time. */
function now() {
  if (!processorTime) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** One run of a program on a fresh VM: how long it took, in milliseconds, and its result. */
async function runOnce(engine, source) {
  const vm = await engine.newVm();
  const started = now();
  const result = engine.run(vm, source);
  const time = now() - started;
  engine.close(vm);
  return { time, result };
}

/** The first line of an error; a WebAssembly trap also reloads the engine. */
async function explain(engine, error) {
  if (error instanceof WebAssembly.RuntimeError) {
    await engine.load();
    return `trap: ${error.message}`;
  }
  return String(error?.message ?? error).split("\n")[0];
}

/** Times one program on all engines. */
async function measure(program, engines, rounds) {
  const runs = new Map();
  for (const engine of engines) {
    // The first run warms the engine up, gives the result, and says how many rounds there is time for.
    try {
      const { time, result } = await runOnce(engine, program.source);
      const affordable = Math.min(rounds, Math.floor(PATIENCE / time));
      // One that is slower than that is warm by the end of its only run.
      runs.set(engine.name, { result, rounds: affordable, times: affordable > 0 ? [] : [time] });
    } catch (error) {
      runs.set(engine.name, { reason: await explain(engine, error) });
    }
  }
  const expected = runs.get(REFERENCE)?.result ?? runs.get(engines[0].name)?.result;
  for (const run of runs.values()) {
    if (!run.reason && run.result !== expected) {
      run.reason = `wrong result: ${run.result} for ${expected}`;
    }
  }
  for (let round = 0; round < rounds; round++) {
    // A different engine begins each round, so that none always runs after the same one.
    for (let i = 0; i < engines.length; i++) {
      const engine = engines[(i + round) % engines.length];
      const run = runs.get(engine.name);
      if (run.reason || round >= run.rounds) continue;
      run.times.push((await runOnce(engine, program.source)).time);
    }
  }
  for (const run of runs.values()) {
    if (!run.reason) run.median = median(run.times);
  }
  return runs;
}

/** Median time to make a VM, in microseconds, and the bytes of its heap. */
async function measureCreation(engine) {
  const times = [];
  const batch = 20;
  let heap = null;
  for (let round = 0; round < 30; round++) {
    const vms = [];
    const started = now();
    for (let i = 0; i < batch; i++) {
      const vm = engine.newVm();
      vms.push(vm instanceof Promise ? await vm : vm);
    }
    times.push(((now() - started) * 1000) / batch);
    heap = engine.heapBytes(vms[0]);
    for (const vm of vms) engine.close(vm);
  }
  return { microseconds: median(times.slice(5)), heap };
}

function row(program, runs, engines) {
  const reference = runs.get(REFERENCE)?.median;
  const cells = [program.name, reference === undefined ? "–" : reference.toFixed(1)];
  for (const { name } of engines) {
    if (name === REFERENCE) continue;
    const own = runs.get(name).median;
    cells.push(own === undefined ? "–" : own.toFixed(1));
    cells.push(own === undefined || reference === undefined ? "" : (own / reference).toFixed(2));
  }
  return cells;
}

function printTimes(programs, results, engines) {
  const peers = engines.filter(({ name }) => name !== REFERENCE);
  const head = ["program", `${REFERENCE} ms`, ...peers.flatMap(({ name }) => [`${name} ms`, "×"])];
  const rows = programs.map((program) => row(program, results.get(program.name), engines));
  const means = ["geometric mean", ""];
  const medians = ["median", ""];
  const summary = {};
  for (const { name } of peers) {
    const ratios = programs.flatMap((program) => {
      const runs = results.get(program.name);
      const [own, reference] = [runs.get(name).median, runs.get(REFERENCE)?.median];
      return own && reference ? [own / reference] : [];
    });
    const any = ratios.length > 0;
    const mean = any ? geometricMean(ratios) : null;
    summary[name] = { programs: ratios.length, mean, median: any ? median(ratios) : null };
    means.push(`of ${ratios.length}`, mean?.toFixed(3) ?? "–");
    medians.push("", any ? median(ratios).toFixed(3) : "–");
  }
  const right = head.map((_, i) => i).slice(1);
  console.log(table([head, ...rows, means, medians], right));
  return summary;
}

function printReasons(programs, results, engines) {
  for (const { name } of engines) {
    const lines = programs.flatMap((program) => {
      const { reason } = results.get(program.name).get(name);
      return reason ? [`  ${program.name}: ${reason}`] : [];
    });
    if (lines.length > 0)
      console.log(`\n– ${name} did not run ${lines.length}:\n${lines.join("\n")}`);
  }
}

await main(async () => {
  const list = (text) => text?.split(",").filter(Boolean);
  const rounds = Number(option("rounds", "9"));
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new ScriptError("--rounds takes a number from 1");
  }
  const programs = readPrograms(list(option("only")));
  const engines = await loadEngines(list(option("engines", ENGINES.join(","))));

  const results = new Map();
  for (const program of programs) {
    process.stderr.write(grey(`${program.name}\n`));
    results.set(program.name, await measure(program, engines, rounds));
  }
  console.log(
    `\nNode ${process.version}, medians of up to ${rounds} interleaved rounds, a fresh VM each${processorTime ? ", processor time" : ""}; × is the time over ${REFERENCE}'s\n`,
  );
  const summary = printTimes(programs, results, engines);
  printReasons(programs, results, engines);

  const creation = {};
  const rows = [["new VM", "version", "µs", "heap bytes"]];
  for (const engine of engines) {
    const made = await measureCreation(engine);
    creation[engine.name] = made;
    const heap = made.heap === null ? "–" : bytes(Math.round(made.heap));
    rows.push([engine.name, engine.version, made.microseconds.toFixed(1), heap]);
  }
  console.log(`\n${table(rows, [2, 3])}`);

  const file = option("json");
  if (file) {
    const times = Object.fromEntries(
      [...results].map(([name, runs]) => [name, Object.fromEntries(runs)]),
    );
    const figures = { node: process.version, rounds, times, summary, creation };
    writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  }
});
