//! The Lua 5.4 virtual machine: stackless, metered, capped, freezable.

#![forbid(unsafe_code)]
#![cfg_attr(tuned, feature(optimize_attribute))]
// The package is built without what `{:?}` prints.
#![cfg_attr(not(test), deny(clippy::use_debug))]
#![allow(
    special_module_name,
    reason = "`lib` has the standard libraries; the root of this package is `mod.rs`"
)]

// Paths begin with `crate::lua` and `crate::codec` here as they do in the rest of
// the project, which names this package `lua`.
extern crate self as lua;

use algocline_codec as codec;

pub mod account;
mod call;
pub mod compact;
pub mod compiler;
pub mod error;
pub mod event;
mod exec;
pub mod freeze;
pub mod function;
pub mod gc;
pub mod heap;
pub mod host;
mod kind;
pub mod lib;
pub mod library;
mod messages;
pub mod names;
pub mod native;
pub mod native_text;
pub mod opcode;
mod operate;
pub mod order;
pub mod proto;
pub mod random;
mod rare;
pub mod realm;
mod sha256;
pub mod slab;
pub mod source;
pub mod strings;
pub mod table;
pub mod text;
pub mod thread;
mod unwind;
pub mod value;
pub mod vm;

pub use compiler::{SyntaxError, compile};
pub use host::{Host, PlainHost};
pub use library::{Builder, Chunk, Template};
pub use value::Value;
pub use vm::{Outcome, Vm};
