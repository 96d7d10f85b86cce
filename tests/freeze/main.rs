//! Frozen machines go on as if nothing had happened, and hostile images do no harm.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../support/generator.rs"]
mod generator;
mod programs;
mod random;
mod support;
mod whole;
