// Installs what building and testing need: every step is named and timed, and
// skipped when it is done already. Nothing outside Node's own library is used,
// since this runs before node_modules exists.
//
//   node scripts/setup.mjs           everything, tests included
//   node scripts/setup.mjs --build   only what `npm start` and `npm run build` need

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installTools, toolsReady } from "../packaging/lib/tools.mjs";
import {
  environment,
  findChromedriver,
  findChromium,
  findFirefox,
  findLua,
  toolCache,
  toolRoot,
  WASM_PACK_VERSION,
  wasmBindgenVersion,
  wasmToolchain,
} from "./env.mjs";
import { aptCommand, aptInstall } from "./lib/apt.mjs";
import { bold, duration, green, grey, main, red, ScriptError } from "./lib/console.mjs";
import { capture, must, root, which } from "./lib/process.mjs";
import { installWasmStd } from "./lib/wasm-std.mjs";

// ── Node packages ───────────────────────────────────────────────────────────

const lockStamp = join(root, "node_modules", ".algocline-lock");

/** Of all that decides what `npm ci` installs. */
function lockHash() {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const hash = createHash("sha256");
  hash.update(JSON.stringify([dependencies, devDependencies, optionalDependencies]));
  const lockFile = join(root, "package-lock.json");
  if (existsSync(lockFile)) hash.update(readFileSync(lockFile));
  return hash.digest("hex");
}

const nodeModules = {
  name: "node_modules",
  done: () =>
    existsSync(lockStamp) && readFileSync(lockStamp, "utf8") === lockHash() ? "as locked" : null,
  async run() {
    const locked = existsSync(join(root, "package-lock.json"));
    const args = [locked ? "ci" : "install", "--no-audit", "--no-fund", "--loglevel=error"];
    await must("npm", args, { quiet: true });
    writeFileSync(lockStamp, lockHash());
  },
  byHand: "npm ci",
};

// ── Rust ────────────────────────────────────────────────────────────────────

const number = (version) => version.split(".").reduce((sum, part) => sum * 1000 + Number(part), 0);

const rust = {
  name: "Rust compiler",
  done() {
    const needed = readFileSync(join(root, "Cargo.toml"), "utf8").match(
      /^rust-version = "([\d.]+)"/m,
    )?.[1];
    const found = capture("rustc", ["--version"]).stdout.match(/^rustc (\d+\.\d+)/)?.[1];
    if (!found || !which("cargo")) return null;
    return !needed || number(found) >= number(needed) ? found : null;
  },
  async run() {
    if (!which("rustup")) throw new ScriptError("Rust is missing, or too old, and so is rustup");
    await must("rustup", ["update", "stable"], { quiet: true });
  },
  byHand:
    "curl https://sh.rustup.rs -sSf | sh    (see https://rustup.rs), then rustup update stable",
};

const rustTools = {
  name: "rustfmt and clippy",
  done: () =>
    capture("cargo", ["fmt", "--version"]).ok && capture("cargo", ["clippy", "--version"]).ok
      ? "there"
      : null,
  run: () => must("rustup", ["component", "add", "rustfmt", "clippy"], { quiet: true }),
  byHand: "rustup component add rustfmt clippy",
};

const wasmStd = {
  name: "Rust for WebAssembly",
  done() {
    const toolchain = wasmToolchain();
    if (toolchain === "default") return "the default toolchain's";
    return toolchain === "debian" ? "Debian's toolchain" : null;
  },
  run: installWasmStd,
  byHand: "rustup target add wasm32-unknown-unknown",
};

const rustSources = {
  name: "sources of Rust's library",
  done() {
    const sysroot = capture("rustc", ["--print", "sysroot"], { env: environment({ wasm: true }) });
    const library = join(sysroot.stdout.trim(), "lib", "rustlib", "src", "rust", "library");
    return sysroot.ok && existsSync(join(library, "Cargo.lock")) ? "there" : null;
  },
  run: () => must("rustup", ["component", "add", "rust-src"], { quiet: true }),
  byHand: "rustup component add rust-src",
};

/** Builds a tool from crates.io into the shared cache, with its lock file where the registry has all of it. */
async function cargoInstall(crate, version, folder) {
  const args = ["install", "--root", folder, `${crate}${version ? `@${version}` : ""}`];
  const env = { ...process.env };
  delete env.CARGO_TARGET_DIR;
  try {
    await must("cargo", [...args, "--locked"], { quiet: true, env });
  } catch {
    await must("cargo", args, { quiet: true, env });
  }
}

function pinnedTool(crate, program, version) {
  return {
    name: `${crate} ${version}`,
    done() {
      const found = which(program, environment().PATH);
      return found && capture(found, ["--version"]).stdout.includes(` ${version}`) ? "there" : null;
    },
    run: () => cargoInstall(crate, version, toolRoot(crate, version)),
    byHand: `cargo install ${crate} --version ${version}`,
  };
}

const nextest = {
  name: "cargo-nextest",
  done: () => (which("cargo-nextest", environment().PATH) ? "there" : null),
  run: () => cargoInstall("cargo-nextest", "", toolCache),
  byHand: "cargo install --locked cargo-nextest",
};

// ── Programs of the operating system, for tests only ────────────────────────

function systemProgram(name, find, packages, mac) {
  return {
    name,
    done: () => find(),
    run: () => aptInstall(packages),
    byHand: process.platform === "darwin" ? mac : aptCommand(packages),
  };
}

const wasmClippy = {
  name: "clippy for WebAssembly",
  done: () =>
    capture("cargo", ["clippy", "--version"], { env: environment({ wasm: true }) }).ok
      ? "there"
      : null,
  run: () => aptInstall(["rust-web-clippy"]),
  byHand: aptCommand(["rust-web-clippy"]),
};

const chromium = systemProgram(
  "Chromium",
  findChromium,
  ["chromium"],
  "brew install --cask chromium    (or set CHROME to its path)",
);
const chromedriver = systemProgram(
  "ChromeDriver",
  findChromedriver,
  ["chromium-driver"],
  "brew install --cask chromedriver    (or set CHROMEDRIVER to its path)",
);
const firefox = systemProgram(
  "Firefox",
  findFirefox,
  ["firefox-esr"],
  "brew install --cask firefox    (or set FIREFOX to its path)",
);
const lua = systemProgram(
  "PUC Lua 5.4",
  findLua,
  ["lua5.4"],
  "brew install lua@5.4    (or set LUA54 to its path)",
);

const packagingTools = {
  name: "runtimes and bundlers",
  done: () => (toolsReady() ? "as locked" : null),
  run: installTools,
  byHand: "npm install in a copy of packaging/tools",
};

// ── Running the steps ───────────────────────────────────────────────────────

const buildSteps = () => [
  nodeModules,
  rust,
  wasmStd,
  rustSources,
  pinnedTool("wasm-bindgen-cli", "wasm-bindgen", wasmBindgenVersion()),
];

const testSteps = () => [
  rustTools,
  wasmClippy,
  pinnedTool("wasm-pack", "wasm-pack", WASM_PACK_VERSION),
  nextest,
  chromium,
  chromedriver,
  firefox,
  lua,
  packagingTools,
];

async function runStep(step) {
  const started = performance.now();
  const label = step.name.padEnd(28);
  const already = step.done();
  if (already) {
    console.log(`  ${green("✓")} ${label} ${grey(`already done (${already})`)}`);
    return;
  }
  console.log(`  … ${label} installing`);
  try {
    const how = await step.run();
    if (!step.done()) throw new ScriptError("the step ran, but its result is not there");
    const detail = typeof how === "string" && how.length < 60 ? ` ${grey(how)}` : "";
    console.log(`  ${green("✓")} ${label} ${duration(performance.now() - started)}${detail}`);
  } catch (error) {
    console.log(`  ${red("✗")} ${label} ${duration(performance.now() - started)}`);
    throw new ScriptError(`${step.name}: ${error.message}\n\nBy hand:\n  ${step.byHand}`);
  }
}

/** Installs what is missing. `only: "build"` leaves out what tests alone need. */
export async function setup({ only = "all" } = {}) {
  const started = performance.now();
  console.log(bold("Set-up"));
  const steps = only === "build" ? buildSteps() : [...buildSteps(), ...testSteps()];
  for (const step of steps) await runStep(step);
  console.log(`  ${grey(`ready after ${duration(performance.now() - started)}`)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await main(() => setup({ only: process.argv.includes("--build") ? "build" : "all" }));
}
