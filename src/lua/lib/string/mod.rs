//! The `string` library and the metatable of strings.

mod arith;
mod basic;
mod buffer;
mod find;
mod format;
mod gsub;
mod matcher;
mod pack;
mod rep;

pub(in crate::lib) use basic::check_results;
pub use buffer::{BUFFER_TAG, ByteBuffer};

use crate::lua::account::{Account, OutOfMemory};
use crate::lua::error::Error;
use crate::lua::heap::{Heap, STRING_TYPE};
use crate::lua::library::Builder;
use crate::lua::natives;
use crate::lua::value::{StrId, Value};

/// Adds the `string` library and gives strings their metatable.
pub fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    let library = b.library(
        "string",
        natives! {
            "string.byte" => basic::byte,
            "string.char" => basic::char,
            "string.dump" => basic::dump,
            "string.find" => find::find,
            "string.format" => format::format,
            "string.gmatch" => find::gmatch,
            "string.gsub" => gsub::gsub,
            "string.len" => basic::len,
            "string.lower" => basic::lower,
            "string.match" => find::match_,
            "string.pack" => pack::pack,
            "string.packsize" => pack::packsize,
            "string.rep" => rep::rep,
            "string.reverse" => basic::reverse,
            "string.sub" => basic::sub,
            "string.unpack" => pack::unpack,
            "string.upper" => basic::upper,
        },
    )?;
    b.native(find::GMATCH_NEXT, find::gmatch_next);
    let meta = b.heap.new_table()?;
    b.functions(
        meta,
        natives! {
            "string.__add" => arith::add,
            "string.__sub" => arith::sub,
            "string.__mul" => arith::mul,
            "string.__mod" => arith::modulo,
            "string.__pow" => arith::pow,
            "string.__div" => arith::div,
            "string.__idiv" => arith::idiv,
            "string.__unm" => arith::unm,
        },
    )?;
    b.heap
        .raw_set_name(meta, "__index", Value::Table(library))?;
    b.heap.type_meta[STRING_TYPE] = Some(meta);
    Ok(())
}

/// The first byte, counted from one, that a position argument names: negative
/// ones count from the end, and what lies before the string is its first byte.
/// May lie beyond the end.
pub(super) fn first_position(position: i64, len: usize) -> u64 {
    if position > 0 {
        position as u64
    } else if position == 0 || position.unsigned_abs() > len as u64 {
        1
    } else {
        len as u64 - position.unsigned_abs() + 1
    }
}

/// The last byte, counted from one, that a position argument names; zero if it
/// lies before the string.
pub(super) fn last_position(position: i64, len: usize) -> u64 {
    if position >= 0 {
        (position as u64).min(len as u64)
    } else {
        (len as u64 + 1).saturating_sub(position.unsigned_abs())
    }
}

/// The slice of the bytes from position `first` to `last`, counted from one.
pub(super) fn slice_range(first: u64, last: u64) -> std::ops::Range<usize> {
    // `last` is at most a length, so both fit.
    match first.checked_sub(1) {
        Some(from) if from < last => from as usize..last as usize,
        _ => 0..0,
    }
}

/// A part of a string as a string.
#[inline]
pub(super) fn substring(
    heap: &mut Heap,
    id: StrId,
    start: usize,
    end: usize,
) -> Result<StrId, OutOfMemory> {
    let bytes = heap.strings.shared(id);
    if start == 0 && end == bytes.len() {
        return Ok(id);
    }
    heap.intern(bytes.get(start..end).unwrap_or(&[]))
}

/// Says whether the cap allows this many more bytes, without taking them: for
/// what is charged as soon as it exists.
pub(super) fn check_room(account: &mut Account, bytes: u64) -> Result<(), OutOfMemory> {
    account.charge(bytes)?;
    account.release(bytes);
    Ok(())
}

/// The state of a native as an image gave it makes no sense.
#[cold]
pub(super) fn corrupt() -> Error {
    Error::bare("corrupt state of a library function")
}
