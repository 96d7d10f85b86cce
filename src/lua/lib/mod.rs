//! The standard libraries as natives.

pub mod base;
pub mod calendar;
pub mod compare;
pub mod coroutine;
pub mod debug;
pub mod io;
pub mod math;
pub mod os;
pub mod shim;
pub mod sort;
pub mod string;
pub mod table;
pub mod utf8;

use super::library::{Chunk, Open};

/// The standard libraries, in the order in which they are opened.
pub(super) const STANDARD: &[Open] = &[
    base::open,
    coroutine::open,
    debug::open,
    string::open,
    utf8::open,
    table::open,
    math::open,
    os::open,
    io::open,
];

/// The parts of them that are written in Lua.
pub(super) const CHUNKS: &[Chunk] = &[shim::CHUNK];
