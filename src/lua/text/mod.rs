//! What Lua does with bytes and numbers, apart from the machine that does it:
//! numerals, arithmetic, `string.format`, patterns, `string.pack` and UTF-8.
//!
//! Everything here is a pure function over bytes, `i64` and `f64`, or a small
//! plain-data state machine that can be stopped and resumed. Nothing knows of
//! Lua values or of the heap. The semantics are those of Lua 5.4 on Linux
//! x86-64, on every platform.

pub mod arith;
pub mod decimal;
pub mod float_text;
pub mod format;
pub mod mathfn;
pub mod number;
pub mod pack;
pub mod pattern;
mod trig;
pub mod utf8;
