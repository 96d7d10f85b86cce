//! The Lua 5.4 virtual machine: stackless, metered, capped, freezable.

#![forbid(unsafe_code)]

pub mod opcode;
pub mod proto;
pub mod text;
pub mod value;
