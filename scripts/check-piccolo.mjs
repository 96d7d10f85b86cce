// Why the VM is our own: measures the piccolo release of the lock file against
// PUC Lua 5.4, with our VM beside it, so that evidence can reverse the decision.
//
//   npm run check:piccolo
//   npm run check:piccolo -- --list        also names every program that differs
//   npm run check:piccolo -- --no-speed    without the benchmark

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { crashes, endless } from "../bench/piccolo-check/hostile.mjs";
import { cargoTargetFolder, environment, findLua } from "./env.mjs";
import { bold, grey, main, table } from "./lib/console.mjs";
import { must, root } from "./lib/process.mjs";
import { buildWasm } from "./lib/wasm-build.mjs";
import { setup } from "./setup.mjs";

const checkFolder = join(root, "bench", "piccolo-check");
const programFolder = join(checkFolder, "programs");
/** Instructions for a program that is to end. */
const AMPLE_FUEL = 40_000_000;
/** Instructions after which an endless program must have been stopped. */
const LITTLE_FUEL = 20_000_000;
/** A program that is still running after this many milliseconds was not stopped by its fuel. */
const PATIENCE = 30_000;
/** Address space of a hostile program in KiB, so that an allocation without bound fails. */
const ADDRESS_SPACE = 6_000_000;

const CODES = { 0: "returned", 1: "error", 3: "out of fuel" };

/** The programs of a file, which begin with a line `--## name`. */
function readPrograms(file) {
  const parts = readFileSync(file, "utf8").split(/^--## (.*)\n/m);
  const programs = [];
  for (let i = 1; i < parts.length; i += 2) programs.push({ name: parts[i], source: parts[i + 1] });
  return programs;
}

async function build() {
  const target = join(cargoTargetFolder(), "peers");
  const release = ["build", "--release", "--quiet"];
  await must("cargo", [...release, "--target-dir", target], { cwd: checkFolder, quiet: true });
  await must("cargo", [...release, "--example", "lua"], { quiet: true });
  const out = join(root, "bench", "generated", "ours");
  await buildWasm({ name: "algocline_wasm", out, features: ["bench"], quiet: true });
  return {
    piccolo: join(target, "release", "piccolo-check"),
    ours: join(cargoTargetFolder(), "release", "examples", "lua"),
    lua: findLua(),
  };
}

/** Runs a command on a program; with `capped`, in a bounded address space. */
function runProgram(folder, source, command, args, { capped = false } = {}) {
  writeFileSync(join(folder, "program.lua"), source);
  const [file, list] =
    capped && process.platform !== "win32"
      ? ["sh", ["-c", `ulimit -v ${ADDRESS_SPACE}; exec "$0" "$@"`, command, ...args]]
      : [command, args];
  const { status, signal, stdout } = spawnSync(file, list, {
    cwd: folder,
    encoding: "latin1",
    timeout: PATIENCE,
    killSignal: "SIGKILL",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, RUST_BACKTRACE: "0" },
  });
  return { status, stdout, crash: describeCrash(status, signal) };
}

function describeCrash(status, signal) {
  if (signal === "SIGKILL") return "never stopped";
  if (signal) return signal === "SIGABRT" ? "abort" : signal;
  if (status in CODES) return null;
  return (
    { 70: "trap", 101: "panic", 134: "abort", 139: "stack overflow" }[status] ?? `exit ${status}`
  );
}

// ── (a) Language programs ───────────────────────────────────────────────────

function compareLanguage(folder, tools) {
  const rows = [["programs", "all", "piccolo", "ours"]];
  const total = { all: 0, piccolo: 0, ours: 0 };
  const different = { piccolo: [], ours: [] };
  for (const file of readdirSync(programFolder).sort()) {
    const topic = basename(file, ".lua");
    const count = { all: 0, piccolo: 0, ours: 0 };
    for (const { name, source } of readPrograms(join(programFolder, file))) {
      count.all += 1;
      const expected = runProgram(folder, source, tools.lua, ["program.lua"]);
      const got = {
        piccolo: runProgram(folder, source, tools.piccolo, ["program.lua", String(AMPLE_FUEL)]),
        ours: runProgram(folder, source, tools.ours, ["program.lua"]),
      };
      for (const [engine, run] of Object.entries(got)) {
        const same =
          run.stdout === expected.stdout && (run.status === 0) === (expected.status === 0);
        if (same) count[engine] += 1;
        else different[engine].push(`${topic}: ${name}${run.crash ? ` (${run.crash})` : ""}`);
      }
    }
    rows.push([topic, count.all, count.piccolo, count.ours]);
    for (const key of Object.keys(total)) total[key] += count[key];
  }
  rows.push(["all", total.all, total.piccolo, total.ours]);
  return { rows, different };
}

// ── (b) and (c) Hostile programs ────────────────────────────────────────────

function tryHostile(folder, tools, programs, fuel) {
  const rows = [["program", "piccolo", "ours"]];
  const bad = { piccolo: 0, ours: 0 };
  const ours = join(checkFolder, "run-ours.mjs");
  for (const { name, source } of programs) {
    const runs = {
      piccolo: runProgram(folder, source, tools.piccolo, ["program.lua", String(fuel)], {
        capped: true,
      }),
      // Node reserves more address space than it uses; our VM has its own cap.
      ours: runProgram(folder, source, process.execPath, [ours, "program.lua", String(fuel)]),
    };
    const cells = Object.entries(runs).map(([engine, run]) => {
      if (run.crash) bad[engine] += 1;
      return run.crash ? run.crash.toUpperCase() : CODES[run.status];
    });
    rows.push([name, ...cells]);
  }
  return { rows, bad };
}

// ── (d) Speed ───────────────────────────────────────────────────────────────

async function measureSpeed(folder) {
  const file = join(folder, "figures.json");
  const engines = ["--engines", "wasmoon,ours,piccolo", "--rounds", "3", "--cpu", "--json", file];
  const bench = join(root, "bench", "vm.mjs");
  await must(process.execPath, [bench, ...engines], { quiet: true, env: environment() });
  return JSON.parse(readFileSync(file, "utf8"));
}

function printSpeed(figures) {
  const names = [
    "fib",
    "loop_integer",
    "method_calls",
    "closures",
    "array_fill",
    "sieve",
    "queens",
  ];
  const rows = [["× wasmoon's time", "piccolo", "ours"]];
  const ratio = (name, engine) => {
    const runs = figures.times[name];
    const own = runs[engine].median;
    return own ? (own / runs.wasmoon.median).toFixed(2) : "–";
  };
  for (const name of names) rows.push([name, ratio(name, "piccolo"), ratio(name, "ours")]);
  const mean = (engine) => figures.summary[engine].mean?.toFixed(2) ?? "–";
  const count = (engine) => figures.summary[engine].programs;
  rows.push(["geometric mean", mean("piccolo"), mean("ours")]);
  rows.push(["programs it can run", count("piccolo"), count("ours")]);
  const micro = (engine) => `${figures.creation[engine].microseconds.toFixed(1)} µs`;
  rows.push(["new VM", micro("piccolo"), micro("ours")]);
  console.log(table(rows, [1, 2]));
}

function lockedVersion() {
  const lock = readFileSync(join(checkFolder, "Cargo.lock"), "utf8");
  return lock.match(/name = "piccolo"\nversion = "([^"]+)"/)?.[1];
}

await main(async () => {
  await setup();
  console.log(`\n${grey("building…")}`);
  const tools = await build();
  const folder = mkdtempSync(join(tmpdir(), "algocline-check-"));
  try {
    console.log(bold(`\npiccolo ${lockedVersion()} beside our VM; PUC Lua 5.4 is the yardstick\n`));
    console.log("(a) Programs with the same output as lua5.4");
    const language = compareLanguage(folder, tools);
    console.log(table(language.rows, [1, 2, 3]));
    if (process.argv.includes("--list")) {
      for (const [engine, names] of Object.entries(language.different)) {
        console.log(`\n${engine} differs in:\n${names.map((name) => `  ${name}`).join("\n")}`);
      }
    }
    console.log("\n(b) Short programs that must not crash the process");
    const crash = tryHostile(folder, tools, crashes, AMPLE_FUEL);
    console.log(table(crash.rows));
    console.log(
      `crashes of ${crashes.length}: piccolo ${crash.bad.piccolo}, ours ${crash.bad.ours}`,
    );
    console.log("\n(c) Endless programs that a limit of fuel must stop");
    const loops = tryHostile(folder, tools, endless, LITTLE_FUEL);
    console.log(table(loops.rows));
    console.log(
      `failures of ${endless.length}: piccolo ${loops.bad.piccolo}, ours ${loops.bad.ours}`,
    );
    if (!process.argv.includes("--no-speed")) {
      console.log("\n(d) Speed in WebAssembly on Node");
      printSpeed(await measureSpeed(folder));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
