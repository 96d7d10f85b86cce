//! The `utf8` library.

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx};
use crate::lua::natives;
use crate::lua::text::utf8::{CHAR_PATTERN, MAX_UTF, decode, encode, is_continuation};
use crate::lua::value::Value;

use super::string::{ByteBuffer, check_results};

/// What is wrong with bytes that are no character.
const INVALID: &str = "invalid UTF-8 code";
/// The most bytes of a character.
const MAX_CHAR: usize = 6;
/// Bytes read for a unit of fuel.
const BYTES_PER_UNIT: usize = 4;

/// The iterators that `utf8.codes` returns.
const NEXT_STRICT: &str = "utf8.codes/strict";
const NEXT_LAX: &str = "utf8.codes/lax";

/// Adds the `utf8` library.
pub fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    let library = b.library(
        "utf8",
        natives! {
            "utf8.char" => char,
            "utf8.codepoint" => codepoint,
            "utf8.codes" => codes,
            "utf8.len" => len,
            "utf8.offset" => offset,
        },
    )?;
    b.native(NEXT_STRICT, next_strict);
    b.native(NEXT_LAX, next_lax);
    let pattern = b.heap.new_string(CHAR_PATTERN)?;
    b.heap.raw_set_name(library, "charpattern", pattern)
}

/// A position as C Lua understands it: negative ones count from the end, and
/// those before the string are zero.
fn position(position: i64, len: usize) -> i64 {
    if position >= 0 {
        position
    } else if position.unsigned_abs() > len as u64 {
        0
    } else {
        len as i64 + position + 1
    }
}

/// `utf8.char(···)`
fn char(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let mut out = ByteBuffer::new();
    if let Err(error) = encode_all(ctx, &mut out) {
        out.release(&mut ctx.heap.account);
        return Err(error);
    }
    ctx.charge(out.len() / BYTES_PER_UNIT);
    let value = Value::Str(out.into_string(ctx.heap)?);
    ctx.give(value)
}

fn encode_all(ctx: &mut Ctx<'_>, out: &mut ByteBuffer) -> Result<(), Error> {
    for index in 1..=ctx.args() {
        let code = u32::try_from(ctx.check_int(index)?)
            .ok()
            .filter(|code| *code <= MAX_UTF);
        let Some(code) = code else {
            return Err(Error::argument(index, "value out of range"));
        };
        out.reserve(MAX_CHAR, &mut ctx.heap.account)?;
        encode(code, out.bytes_mut());
    }
    Ok(())
}

/// `utf8.codepoint(s [, i [, j [, lax]]])`
fn codepoint(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    let bytes = ctx.heap.strings.shared(s);
    let first = position(ctx.opt_int(2, 1)?, bytes.len());
    let last = position(ctx.opt_int(3, first)?, bytes.len());
    let strict = !ctx.arg(4).truthy();
    if first < 1 {
        return Err(Error::argument(2, "out of bounds"));
    }
    if last > bytes.len() as i64 {
        return Err(Error::argument(3, "out of bounds"));
    }
    if first > last {
        return ctx.nothing();
    }
    // Both are within the string now.
    let (mut at, end) = (first as usize - 1, last as usize);
    let from = ctx.thread.top;
    check_results(from, end - at)?;
    ctx.charge((end - at) / BYTES_PER_UNIT);
    while at < end {
        let Some((code, len)) = decode(bytes.get(at..).unwrap_or(&[]), strict) else {
            return Err(Error::message(INVALID));
        };
        ctx.push(Value::Int(i64::from(code)))?;
        at += len;
    }
    ctx.give_from(from)
}

/// `utf8.len(s [, i [, j [, lax]]])`
fn len(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    let len = ctx.heap.bytes(s).len();
    let first = position(ctx.opt_int(2, 1)?, len);
    let last = position(ctx.opt_int(3, -1)?, len);
    let strict = !ctx.arg(4).truthy();
    if first < 1 || first > len as i64 + 1 {
        return Err(Error::argument(2, "initial position out of bounds"));
    }
    if last > len as i64 {
        return Err(Error::argument(3, "final position out of bounds"));
    }
    let mut at = first as usize - 1;
    // A character counts if it starts before this place.
    let end = usize::try_from(last).unwrap_or(0);
    ctx.charge(end.saturating_sub(at) / BYTES_PER_UNIT);
    let bytes = ctx.heap.bytes(s);
    let mut count = 0;
    while at < end {
        match decode(bytes.get(at..).unwrap_or(&[]), strict) {
            Some((_, len)) => at += len,
            None => return ctx.results(&[Value::Nil, Value::Int(at as i64 + 1)]),
        }
        count += 1;
    }
    ctx.give(Value::Int(count))
}

/// `utf8.offset(s, n [, i])`
fn offset(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    let n = ctx.check_int(2)?;
    let len = ctx.heap.bytes(s).len();
    let default = if n >= 0 { 1 } else { len as i64 + 1 };
    let from = position(ctx.opt_int(3, default)?, len);
    if from < 1 || from > len as i64 + 1 {
        return Err(Error::argument(3, "position out of bounds"));
    }
    let start = from as usize - 1;
    let bytes = ctx.heap.bytes(s);
    if n != 0 && continues(bytes, start) {
        return Err(Error::message("initial position is a continuation byte"));
    }
    let found = match n {
        0 => Some(start_of(bytes, start)),
        1.. => forward(bytes, start, n - 1),
        _ => backward(bytes, start, n.unsigned_abs()),
    };
    let passed = match found {
        Some(at) => at.abs_diff(start),
        None => len,
    };
    ctx.charge(passed / BYTES_PER_UNIT);
    ctx.give(match found {
        Some(at) => Value::Int(at as i64 + 1),
        None => Value::Nil,
    })
}

/// Whether the byte at a place continues a character; false beyond the end.
fn continues(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|byte| is_continuation(*byte))
}

/// Where the character begins that a place is within.
fn start_of(bytes: &[u8], mut at: usize) -> usize {
    while at > 0 && continues(bytes, at) {
        at -= 1;
    }
    at
}

/// The place `count` characters further on.
fn forward(bytes: &[u8], mut at: usize, mut count: i64) -> Option<usize> {
    while count > 0 {
        if at >= bytes.len() {
            return None;
        }
        at += 1;
        while continues(bytes, at) {
            at += 1;
        }
        count -= 1;
    }
    Some(at)
}

/// The place `count` characters before.
fn backward(bytes: &[u8], mut at: usize, mut count: u64) -> Option<usize> {
    while count > 0 {
        at = start_of(bytes, at.checked_sub(1)?);
        count -= 1;
    }
    Some(at)
}

/// `utf8.codes(s [, lax])`
fn codes(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    let lax = ctx.arg(2).truthy();
    if continues(ctx.heap.bytes(s), 0) {
        return Err(Error::argument(1, INVALID));
    }
    let name = if lax { NEXT_LAX } else { NEXT_STRICT };
    let Some(next) = ctx.natives.find(name) else {
        return Err(Error::bare("the iterator is missing"));
    };
    ctx.results(&[Value::Native(next), Value::Str(s), Value::Int(0)])
}

/// The iterator of `utf8.codes`.
fn next_strict(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    next(ctx, true)
}

/// The iterator of `utf8.codes` with `lax`.
fn next_lax(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    next(ctx, false)
}

fn next(ctx: &mut Ctx<'_>, strict: bool) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    // The last position, counted from one, is the next byte counted from zero.
    let last = match ctx.arg(2) {
        Value::Int(i) => i,
        _ => ctx.check_int(2).unwrap_or(0),
    };
    let bytes = ctx.heap.bytes(s);
    let start = usize::try_from(last as u64).unwrap_or(usize::MAX);
    let mut at = start;
    while continues(bytes, at) {
        at += 1;
    }
    let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) else {
        return ctx.nothing();
    };
    let Some((code, len)) = decode(rest, strict) else {
        return Err(Error::message(INVALID));
    };
    if continues(rest, len) {
        return Err(Error::message(INVALID));
    }
    ctx.charge((at - start) / BYTES_PER_UNIT);
    ctx.results(&[Value::Int(at as i64 + 1), Value::Int(i64::from(code))])
}
