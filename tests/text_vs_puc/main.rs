//! Compares the modules under `lua::text` with PUC Lua: generated cases go
//! through ours here and through the `lua5.4` on the path, and every result and
//! error text must be the same.
//!
//! The cases come from a fixed seed, so a failure repeats.
// It starts other programs, which WebAssembly cannot.
#![cfg(not(target_arch = "wasm32"))]

mod formats;
mod numbers;
mod packs;
mod patterns;
mod puc;
mod rng;
mod unicode;
