//! Runs LLM strategies written in Lua: a program pauses at every `alc.llm`, the
//! host feeds the answers, and the program goes on until it returns.
//!
//! Imports point one way: [`lua`] and [`domain`] are the ground and know
//! nothing of each other, [`codec`] is the form of the bytes that both are saved
//! in; everything else stands on them.

// The package is built without what `{:?}` prints.
#![cfg_attr(not(test), deny(clippy::use_debug))]

pub use algocline_codec as codec;
pub use algocline_lua as lua;

pub mod alc;
#[cfg(all(target_arch = "wasm32", feature = "bench"))]
pub mod bench;
pub mod domain;
pub mod registry;
pub mod session;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
