//! Frozen machines go on as if nothing had happened, and hostile images do no harm.
#![cfg(not(target_arch = "wasm32"))]

mod builds;
#[path = "../support/generator.rs"]
mod generator;
mod hostile;
#[path = "../support/image_fuzz.rs"]
mod image_fuzz;
mod programs;
mod random;
mod support;
mod whole;
