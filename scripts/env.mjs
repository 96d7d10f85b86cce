// The environment in which every other script works: where the pinned tools
// are, and which Rust toolchain compiles to WebAssembly.
//
//   node scripts/env.mjs                 prints it for `eval "$(…)"`
//   node scripts/env.mjs -- cargo build  runs a command in it

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { capture, root, stream, which } from "./lib/process.mjs";

export const WASM_TARGET = "wasm32-unknown-unknown";

/** Tools of one version each, shared by all checkouts of the project. */
export const toolCache = join(
  process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "algocline-wasm",
  "tools",
);

/** The version of wasm-pack that the tests use. */
export const WASM_PACK_VERSION = "0.15.1";

/** wasm-bindgen's command line tool must be of the crate's very version, which Cargo.toml pins with `=`. */
export function wasmBindgenVersion() {
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  const pinned = manifest.match(/^wasm-bindgen\s*=\s*(?:\{[^}\n]*version\s*=\s*)?"=([\d.]+)"/m);
  if (!pinned) throw new Error('Cargo.toml does not pin wasm-bindgen as "=x.y.z"');
  return pinned[1];
}

/** The folder that `cargo install --root` fills for one tool of one version. */
export const toolRoot = (name, version) => join(toolCache, `${name}-${version}`);

function hasStd(libraryFolder) {
  return (
    existsSync(libraryFolder) &&
    readdirSync(libraryFolder).some((file) => /^libstd-.*\.rlib$/.test(file))
  );
}

function rustTargetFolder(rustc, env) {
  const found = capture(rustc, ["--print", "target-libdir", "--target", WASM_TARGET], { env });
  return found.ok ? found.stdout.trim() : null;
}

/** Debian's own compiler and linker, used where rustup cannot download the WebAssembly standard library. */
export const debian = {
  rustc: "/usr/bin/rustc",
  cargo: "/usr/bin/cargo",
  linkers: ["/usr/bin/wasm-ld-22", "/usr/bin/wasm-ld"],
  libraryFolder: () => (existsSync(debian.rustc) ? rustTargetFolder(debian.rustc) : null),
  linker: () => debian.linkers.find((file) => existsSync(file)) ?? null,
};

/**
 * Which toolchain can compile to WebAssembly now: "default" is the one on the
 * PATH, "debian" the fallback, null neither. ALGOCLINE_WASM_TOOLCHAIN chooses.
 */
export function wasmToolchain() {
  const wanted = process.env.ALGOCLINE_WASM_TOOLCHAIN;
  if (wanted !== "debian") {
    const folder = which("rustc") ? rustTargetFolder("rustc") : null;
    if (folder && hasStd(folder)) return "default";
  }
  if (wanted !== "default") {
    const folder = debian.libraryFolder();
    if (folder && hasStd(folder) && debian.linker()) return "debian";
  }
  return null;
}

/** Variables for programs of the project's scripts. `wasm` puts the compiler for WebAssembly first. */
export function environment({ wasm = false } = {}) {
  const folders = [
    join(toolRoot("wasm-bindgen-cli", wasmBindgenVersion()), "bin"),
    join(toolRoot("wasm-pack", WASM_PACK_VERSION), "bin"),
    join(toolCache, "bin"),
    join(root, "node_modules", ".bin"),
  ];
  const env = { ...process.env };
  if (wasm && wasmToolchain() === "debian") {
    folders.unshift("/usr/bin");
    env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER = debian.linker();
    delete env.RUSTUP_TOOLCHAIN;
  }
  env.PATH = [...folders, env.PATH ?? ""].join(delimiter);
  return env;
}

/** Where Cargo puts what it builds. */
export function cargoTargetFolder() {
  return process.env.CARGO_TARGET_DIR || join(root, "target");
}

const first = (candidates) => candidates.find((file) => file && existsSync(file)) ?? null;

/** Chromium or Chrome on this machine, or null. CHROME overrides. */
export function findChromium() {
  return first([
    process.env.CHROME,
    which("chromium"),
    which("chromium-browser"),
    which("google-chrome"),
    which("google-chrome-stable"),
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ]);
}

/** ChromeDriver on this machine, or null. CHROMEDRIVER overrides. */
export function findChromedriver() {
  return first([process.env.CHROMEDRIVER, which("chromedriver")]);
}

/** Firefox on this machine, or null. FIREFOX overrides. */
export function findFirefox() {
  return first([
    process.env.FIREFOX,
    which("firefox"),
    which("firefox-esr"),
    "/Applications/Firefox.app/Contents/MacOS/firefox",
  ]);
}

/** PUC Lua 5.4 on this machine, or null. LUA54 overrides. */
export function findLua() {
  const candidates = [process.env.LUA54, which("lua5.4"), which("lua54"), which("lua")];
  return (
    candidates.find((file) => file && capture(file, ["-v"]).text.startsWith("Lua 5.4")) ?? null
  );
}

async function commandLine() {
  const split = process.argv.indexOf("--");
  const env = environment({ wasm: true });
  if (split > 0) {
    const [command, ...args] = process.argv.slice(split + 1);
    const { code } = await stream(command, args, { env, cwd: process.cwd() });
    process.exitCode = code;
    return;
  }
  const quote = (value) => `'${value.replaceAll("'", "'\\''")}'`;
  for (const name of ["PATH", "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER"]) {
    if (env[name] !== undefined) console.log(`export ${name}=${quote(env[name])}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await commandLine();
