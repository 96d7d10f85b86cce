// Gives the machine a Rust compiler for WebAssembly. The usual way is one
// rustup command. Where rustup cannot download, Debian's compiler builds its
// standard library for the target from Debian's own sources.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { debian, WASM_TARGET, wasmToolchain } from "../env.mjs";
import { aptCommand, aptInstall, hasApt } from "./apt.mjs";
import { ScriptError } from "./console.mjs";
import { capture, must, which } from "./process.mjs";

const DEBIAN_PACKAGES = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "lld-22"];

/** Longest wait for rustup, in milliseconds: without a network it may hang. */
const RUSTUP_PATIENCE = 180_000;

export async function installWasmStd() {
  const wanted = process.env.ALGOCLINE_WASM_TOOLCHAIN;
  let reason = "rustup is not installed";
  if (wanted !== "debian" && which("rustup")) {
    const added = capture("rustup", ["target", "add", WASM_TARGET], { timeout: RUSTUP_PATIENCE });
    if (wasmToolchain() === "default") return "by rustup";
    reason = added.text.trim() || "rustup did not answer in time";
  }
  if (wanted !== "default" && hasApt()) {
    await aptInstall(DEBIAN_PACKAGES);
    await buildDebianStd();
    if (wasmToolchain() === "debian") return "built from Debian's sources";
    reason = "the standard library built from Debian's sources was not found afterwards";
  }
  throw new ScriptError(
    `no Rust standard library for ${WASM_TARGET}: ${reason}\nby hand:\n  rustup target add ${WASM_TARGET}\nor, on Debian:\n  ${aptCommand(DEBIAN_PACKAGES)}`,
  );
}

/** Compiles std for the target as a dependency of an empty crate, and copies it to where rustc looks. */
async function buildDebianStd() {
  const folder = mkdtempSync(join(tmpdir(), "algocline-wasm-std-"));
  try {
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "src", "lib.rs"), "");
    writeFileSync(
      join(folder, "Cargo.toml"),
      '[package]\nname = "empty_for_std"\nversion = "0.0.0"\nedition = "2024"\n\n[profile.release]\npanic = "abort"\n',
    );
    const env = { ...process.env };
    for (const name of ["RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_TARGET_DIR"]) delete env[name];
    Object.assign(env, {
      PATH: `/usr/bin${delimiter}${process.env.PATH}`,
      RUSTC: debian.rustc,
      // Building std is an unstable feature of Cargo; this lets a stable compiler do it.
      RUSTC_BOOTSTRAP: "1",
    });
    const build = ["build", "--release", "-Zbuild-std=std,panic_abort,test", "--target"];
    await must(debian.cargo, [...build, WASM_TARGET], { cwd: folder, env, quiet: true });
    const built = join(folder, "target", WASM_TARGET, "release", "deps");
    const destination = debian.libraryFolder();
    if (!destination) throw new ScriptError(`${debian.rustc} does not say where its libraries are`);
    // Leftovers of another version would make the compiler refuse both.
    rmSync(destination, { recursive: true, force: true });
    mkdirSync(destination, { recursive: true });
    for (const file of readdirSync(built)) {
      if (file.endsWith(".rlib") && !file.startsWith("libempty_for_std")) {
        cpSync(join(built, file), join(destination, file));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
