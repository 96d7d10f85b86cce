// Rust to optimised WebAssembly with its JavaScript glue.

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cargoTargetFolder, environment, WASM_TARGET } from "../env.mjs";
import { nameByPlace } from "./function-order.mjs";
import { numberLocals } from "./local-numbers.mjs";
import { must, root } from "./process.mjs";

/**
 * What wasm-opt may use: the features the Rust compiler uses by itself, which
 * every engine of the last years has. Not `--all-features`: that would admit
 * ones that some supported engine lacks.
 */
const FEATURES = [
  "mutable-globals",
  "sign-ext",
  "nontrapping-float-to-int",
  "multivalue",
  "reference-types",
  "bulk-memory",
  "bulk-memory-opt",
].map((name) => `--enable-${name}`);

/**
 * How wasm-opt optimises. It must not inline: the compiler has done that, and
 * one more function in the interpreter's loop makes V8 compile all of it 1.4
 * times slower (measured; piccolo's even 8 times). The passes skipped make code
 * that gzip finds fewer repetitions in. No object lies in the lowest kilobyte,
 * since the stack is there.
 */
const OPTIMISE = [
  ...["-O3", "-aimfs", "0", "-fimfs", "0", "-ocimfs", "0", "--low-memory-unused"],
  ...["--skip-pass=local-cse", "--skip-pass=simplify-locals", "--dealign"],
];

/**
 * For the module that people download: the standard library is compiled along,
 * without the texts of panics and without `{:?}`, which nothing in it prints; and the
 * hot functions may ask for speed (`cfg(tuned)`). The options are unstable ones of
 * a stable compiler; tests do without them.
 */
const FOR_SIZE = {
  cargo: ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"],
  rustc: [
    ...["-Zunstable-options", "-Cpanic=immediate-abort", "-Zfmt-debug=none", "--cfg=tuned"],
    // Strength reduction of loops gives each address a variable of its own.
    "-Cllvm-args=-disable-lsr",
  ],
};

/** The code behind what is rearranged, which decides about the file as well. */
const REARRANGE = ["function-order", "local-numbers", "wasm-file"]
  .map((name) => readFileSync(new URL(`./${name}.mjs`, import.meta.url), "utf8"))
  .join();

/** What tells which tools made the module, and with which features. */
const STRIP = ["--strip-producers", "--strip-target-features"];

const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");

/**
 * Builds one wasm module.
 *
 * @param {object} options
 * @param {string} options.crate folder of the crate
 * @param {string} options.name the library's name, with underscores
 * @param {string} options.out folder for the glue (`<name>.js`, `<name>.d.ts`) and `<name>_bg.wasm`
 * @param {string[]} [options.features] Cargo features
 * @param {boolean} [options.quiet] show the compiler's output only when it fails
 * @returns {Promise<string>} the path of the optimised wasm file
 */
export async function buildWasm({ crate = root, name, out, features = [], quiet = false }) {
  const env = environment({ wasm: true });
  const own = crate === root;
  const targetFolder = own ? cargoTargetFolder() : join(cargoTargetFolder(), "peers");
  // Only where a library is nothing but this does Cargo optimise it as a whole.
  const args = ["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", WASM_TARGET];
  if (process.env.CI) args.push("--locked");
  if (features.length > 0) args.push("--features", features.join(","));
  if (own) {
    args.push(...FOR_SIZE.cargo);
    // Cargo adds them to those of .cargo/config.toml.
    env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS = FOR_SIZE.rustc.join(" ");
    env.RUSTC_BOOTSTRAP = "1";
  }
  await must("cargo", [...args, "--target-dir", targetFolder], { cwd: crate, env, quiet });

  const compiled = join(targetFolder, WASM_TARGET, "release", `${name}.wasm`);
  const optimised = join(out, `${name}_bg.wasm`);
  const glue = join(out, `${name}.js`);
  // The compiler leaves an unchanged file alone; then the slow optimiser has nothing to do.
  const stampFile = join(out, `${name}.stamp`);
  const stamp = sha256(
    readFileSync(compiled),
    OPTIMISE.join(),
    FEATURES.join(),
    REARRANGE,
    STRIP.join(),
  );
  const fresh =
    existsSync(stampFile) &&
    readFileSync(stampFile, "utf8") === stamp &&
    existsSync(optimised) &&
    existsSync(glue);
  if (fresh) return optimised;

  mkdirSync(out, { recursive: true });
  const bindgen = ["--target", "web", "--omit-default-module-path", "--out-dir", out];
  // What makes a new instance after a trap, and refuses objects of the old one.
  bindgen.push("--experimental-reset-state-function");
  await must("wasm-bindgen", [...bindgen, "--out-name", name, compiled], { env, quiet });
  const raw = join(out, `${name}_unoptimised.wasm`);
  copyFileSync(optimised, raw);
  const named = join(out, `${name}_named.wasm`);
  await must("wasm-opt", [...OPTIMISE, ...FEATURES, raw, "-g", "-o", named], { env, quiet });
  writeFileSync(named, nameByPlace(numberLocals(readFileSync(named))));
  const sort = [...FEATURES, named, "--reorder-functions-by-name", ...STRIP, "-o", optimised];
  await must("wasm-opt", sort, { env, quiet });
  writeFileSync(stampFile, stamp);
  return optimised;
}
