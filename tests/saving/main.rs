//! Saved sessions: restored at every pause, copied, gone back to, damaged, and kept
//! as golden files. Native only: random damage needs a source of randomness.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../common/mod.rs"]
mod common;
mod every_pause;
mod golden;
mod hostile;
mod programs;
mod registries;
mod run;
