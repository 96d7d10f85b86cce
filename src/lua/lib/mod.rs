//! The standard libraries as natives.

pub mod base;
pub mod coroutine;
pub mod debug;
pub mod string;
pub mod utf8;

use super::library::{Chunk, Open};

/// The standard libraries, in the order in which they are opened.
pub(super) const STANDARD: &[Open] = &[
    base::open,
    coroutine::open,
    debug::open,
    string::open,
    utf8::open,
];

/// The parts of them that are written in Lua.
pub(super) const CHUNKS: &[Chunk] = &[];
