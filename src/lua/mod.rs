//! The Lua 5.4 virtual machine: stackless, metered, capped, freezable.

#![forbid(unsafe_code)]

pub mod account;
pub mod compiler;
pub mod error;
pub mod event;
pub mod function;
pub mod gc;
pub mod heap;
pub mod host;
pub mod lib;
pub mod library;
pub mod names;
pub mod native;
pub mod opcode;
pub mod proto;
pub mod random;
pub mod slab;
pub mod strings;
pub mod table;
pub mod text;
pub mod thread;
pub mod value;
