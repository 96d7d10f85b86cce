// Every check and every test of the project, with a table at the end.
//
//   node scripts/test.mjs                      all of it
//   node scripts/test.mjs --only clippy,rust   some steps, by key
//   node scripts/test.mjs --list               the keys

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./build.mjs";
import { environment, findChromedriver, WASM_TARGET } from "./env.mjs";
import { bold, duration, green, grey, main, red, ScriptError, table } from "./lib/console.mjs";
import { buildPage } from "./lib/page.mjs";
import { root, stream } from "./lib/process.mjs";
import { buildTrap } from "./lib/trap-build.mjs";
import { setup } from "./setup.mjs";

/** Standalone crates of the benchmarks; they are no part of the main crate's workspace. */
const BENCH_CRATES = ["bench/piccolo-wasm", "bench/piccolo-check"];

const filesIn = (folder, pattern) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true })
        .map(String)
        .filter((name) => pattern.test(name))
        .map((name) => join(folder, name))
        .sort()
    : [];

/** `--test NAME` for each Rust test file that runs inside WebAssembly. */
const wasmTests = () =>
  filesIn("tests", /^wasm_\w+\.rs$/).flatMap((file) => [
    "--test",
    file.replace(/^tests[/\\]|\.rs$/g, ""),
  ]);

// ── Reading the counts that test runners print ──────────────────────────────

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

function sum(text, pattern) {
  let total = 0;
  for (const match of text.matchAll(pattern)) total += Number(match[1]);
  return total;
}

const counters = {
  nextest: (text) => {
    const summary = text.match(/Summary \[.*?\] .*$/m)?.[0] ?? "";
    return {
      passed: sum(summary, /(\d+) passed/g),
      failed: sum(summary, /(\d+) (?:failed|timed out)/g),
      skipped: sum(summary, /(\d+) skipped/g),
    };
  },
  libtest: (text) => ({
    passed: sum(text, /^test result: .*? (\d+) passed/gm),
    failed: sum(text, /^test result: .*? (\d+) failed/gm),
    skipped: sum(text, /^test result: .*? (\d+) ignored/gm),
  }),
  node: (text) => ({
    passed: sum(text, /^ℹ pass (\d+)/gm),
    failed: sum(text, /^ℹ (?:fail|cancelled) (\d+)/gm),
    skipped: sum(text, /^ℹ (?:skipped|todo) (\d+)/gm),
  }),
};

// ── The steps ───────────────────────────────────────────────────────────────

/** A command that either succeeds or not: it counts as one check. */
const check = (key, name, command, args, options = {}) => ({
  key,
  name,
  async run() {
    const env = environment({ wasm: options.wasm });
    const { code } = await stream(command, args(), { env, cwd: options.cwd ?? root });
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  },
});

/** A test runner, whose own counts are taken. No test at all is a failure. */
const tests = (key, name, counter, command, args, options = {}) => ({
  key,
  name,
  needs: options.needs,
  async run() {
    const env = { ...environment({ wasm: options.wasm }), ...options.env };
    const list = args();
    if (!list) return { passed: 0, failed: 1, note: "no test found" };
    const { code, text } = await stream(command, list, { env, keep: true });
    const counts = counters[counter](text.replace(escapes, ""));
    if (code !== 0 && counts.failed === 0) {
      return { ...counts, failed: 1, note: `exit code ${code}` };
    }
    if (counts.passed + counts.failed === 0) return { ...counts, failed: 1, note: "ran no test" };
    return counts;
  },
});

/** A function of the build; it counts as one check. */
const stage = (key, name, action, needs) => ({
  key,
  name,
  needs,
  async run() {
    await action();
    return { passed: 1, failed: 0 };
  },
});

const wasmPack = (key, name, mode, env) =>
  tests(
    key,
    name,
    "libtest",
    "wasm-pack",
    () => {
      const files = wasmTests();
      return files.length > 0 ? ["test", ...mode(), ".", ...files] : null;
    },
    { wasm: true, env },
  );

const nodeTests = (key, name, folder, needs, extra = []) =>
  tests(
    key,
    name,
    "node",
    process.execPath,
    () => {
      const files = filesIn(folder, /\.test\.mjs$/);
      return files.length > 0 ? ["--test", "--test-reporter=spec", ...extra, ...files] : null;
    },
    { needs },
  );

const typeProjects = () =>
  ["tsconfig.json", "www/tsconfig.json"].filter((file) => existsSync(join(root, file)));

const steps = [
  check("fmt", "cargo fmt", "cargo", () => ["fmt", "--all", "--check"]),
  ...BENCH_CRATES.filter((crate) => existsSync(join(root, crate))).map((crate) =>
    check("fmt", `cargo fmt (${crate})`, "cargo", () => ["fmt", "--check"], {
      cwd: join(root, crate),
    }),
  ),
  check("clippy", "clippy, native", "cargo", () =>
    "clippy --all-targets --all-features -- -D warnings".split(" "),
  ),
  check(
    "clippy",
    "clippy, WebAssembly",
    "cargo",
    () =>
      ["clippy", "--lib", ...wasmTests(), "--all-features", "--target", WASM_TARGET].concat(
        "-- -D warnings".split(" "),
      ),
    { wasm: true },
  ),
  tests("rust", "Rust tests, native", "nextest", "cargo", () =>
    "nextest run --no-fail-fast --no-tests fail".split(" "),
  ),
  tests("doc", "Rust examples in the docs", "libtest", "cargo", () => ["test", "--doc"]),
  wasmPack("wasm-node", "Rust tests in Node", () => ["--node"]),
  wasmPack(
    "wasm-chromium",
    "Rust tests in Chromium",
    () => ["--headless", "--chrome", "--chromedriver", findChromedriver()],
    // The unoptimised build is slow on a busy machine; 20 s is the default.
    { WASM_BINDGEN_USE_BROWSER: "1", WASM_BINDGEN_TEST_TIMEOUT: "300" },
  ),
  stage("build", "npm package", buildPackage),
  {
    key: "types",
    name: "tsc --strict",
    needs: "build",
    async run() {
      const counts = { passed: 0, failed: 0 };
      for (const project of typeProjects()) {
        const { code } = await stream("tsc", ["--noEmit", "-p", project], { env: environment() });
        counts[code === 0 ? "passed" : "failed"] += 1;
      }
      return counts;
    },
  },
  check("biome", "biome check", "biome", () => ["check", "--error-on-warnings", "."]),
  nodeTests("js", "package tests in Node", "js/test", "build"),
  nodeTests("packaging", "the packed package, everywhere", "packaging", "build", [
    "--test-concurrency=1",
  ]),
  stage("trap", "package that traps", buildTrap, "build"),
  nodeTests("trap", "loss of the instance", "js/test-trap", "package that traps"),
  stage("page", "page build", buildPage, "build"),
  nodeTests("page", "page tests in Chromium and Firefox", "www/test", "page build", [
    "--test-concurrency=1",
  ]),
];

// ── Running them ────────────────────────────────────────────────────────────

async function runStep(step, results) {
  const blocked = step.needs && results.some((r) => !r.ok && [r.key, r.name].includes(step.needs));
  if (blocked) return { passed: 0, failed: 1, note: `not run, since "${step.needs}" failed` };
  try {
    return await step.run();
  } catch (error) {
    console.error(red(error instanceof ScriptError ? error.message : `${error?.stack ?? error}`));
    return { passed: 0, failed: 1, note: String(error?.message ?? error).split("\n")[0] };
  }
}

function chosen() {
  const at = process.argv.indexOf("--only");
  if (at < 0) return steps;
  const keys = (process.argv[at + 1] ?? "").split(",");
  const known = new Set(steps.map((step) => step.key));
  const unknown = keys.filter((key) => !known.has(key));
  if (unknown.length > 0) {
    throw new ScriptError(`--only knows ${[...known].join(", ")}; not ${unknown.join(", ")}`);
  }
  return steps.filter((step) => keys.includes(step.key));
}

function report(results, milliseconds) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const rows = [["", "step", "passed", "failed", "skipped", "time", ""]];
  for (const result of results) {
    for (const key of Object.keys(total)) total[key] += result[key] ?? 0;
    const { ok, name, passed, failed, skipped = 0, note = "" } = result;
    rows.push([ok ? "✓" : "✗", name, passed, failed, skipped, duration(result.time), note]);
  }
  rows.push(["", "total", total.passed, total.failed, total.skipped, duration(milliseconds), ""]);
  console.log(`\n${table(rows, [2, 3, 4, 5])}\n`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  return total.failed === 0 ? 0 : 1;
}

await main(async () => {
  if (process.argv.includes("--list")) {
    console.log(table(steps.map((step) => [step.key, step.name])));
    return 0;
  }
  const wanted = chosen();
  const started = performance.now();
  await setup();
  const results = [];
  for (const step of wanted) {
    console.log(`\n${bold(`── ${step.name}`)}`);
    const from = performance.now();
    const counts = await runStep(step, results);
    const time = performance.now() - from;
    const ok = counts.failed === 0;
    console.log(`${ok ? green("✓") : red("✗")} ${step.name} ${grey(duration(time))}`);
    results.push({ ...counts, ok, time, key: step.key, name: step.name });
  }
  return report(results, performance.now() - started);
});
