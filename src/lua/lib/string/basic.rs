//! `string.len`, `sub`, `upper`, `lower`, `reverse`, `byte`, `char` and `dump`.

use std::rc::Rc;

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::thread::MAX_STACK;
use crate::lua::value::{SHORT_STRING_MAX, StrId, Value};

use super::{check_room, first_position, last_position, slice_range, substring};

/// `string.len(s)`
pub fn len(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    ctx.give(Value::Int(ctx.heap.bytes(s).len() as i64))
}

/// `string.sub(s, i [, j])`
#[cfg_attr(tuned, optimize(speed))]
pub fn sub(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    let len = ctx.heap.bytes(s).len();
    let first = first_position(ctx.check_int(2)?, len);
    let last = last_position(ctx.opt_int(3, -1)?, len);
    let range = slice_range(first, last);
    ctx.charge(range.len() / 16);
    let id = substring(ctx.heap, s, range.start, range.end)?;
    ctx.want(Next::Return(Value::Str(id)))
}

/// `string.upper(s)`
pub fn upper(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    rewrite(ctx, s, |bytes, out| {
        for (to, from) in out.iter_mut().zip(bytes) {
            *to = from.to_ascii_uppercase();
        }
    })
}

/// `string.lower(s)`
pub fn lower(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    rewrite(ctx, s, |bytes, out| {
        for (to, from) in out.iter_mut().zip(bytes) {
            *to = from.to_ascii_lowercase();
        }
    })
}

/// `string.reverse(s)`
pub fn reverse(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    rewrite(ctx, s, |bytes, out| {
        for (to, from) in out.iter_mut().zip(bytes.iter().rev()) {
            *to = *from;
        }
    })
}

/// Returns a string as long as another, made from its bytes.
fn rewrite(ctx: &mut Ctx<'_>, s: StrId, fill: fn(&[u8], &mut [u8])) -> Result<Action, Error> {
    let bytes = ctx.heap.bytes(s);
    let len = bytes.len();
    if len <= SHORT_STRING_MAX {
        let mut short = [0; SHORT_STRING_MAX];
        let out = short.get_mut(..len).unwrap_or_default();
        fill(bytes, out);
        let value = ctx.heap.new_string(out)?;
        return ctx.give(value);
    }
    ctx.charge(len / 16);
    check_room(&mut ctx.heap.account, len as u64)?;
    let mut long: Rc<[u8]> = std::iter::repeat_n(0, len).collect();
    if let Some(out) = Rc::get_mut(&mut long) {
        fill(ctx.heap.bytes(s), out);
    }
    let heap = &mut *ctx.heap;
    let id = heap.strings.intern_shared(&long, &mut heap.account)?;
    ctx.give(Value::Str(id))
}

/// `string.byte(s [, i [, j]])`
#[cfg_attr(tuned, optimize(speed))]
pub fn byte(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    let len = ctx.heap.bytes(s).len();
    let i = ctx.opt_int(2, 1)?;
    let first = first_position(i, len);
    // Without `j` the last byte is the one that `i` names, not where it is
    // clipped to.
    let last = last_position(ctx.opt_int(3, i)?, len);
    let range = slice_range(first, last);
    match ctx.heap.bytes(s).get(range.clone()) {
        None | Some([]) => ctx.nothing(),
        Some([single]) => ctx.want(Next::Return(Value::Int(i64::from(*single)))),
        Some(_) => push_bytes(ctx, s, range),
    }
}

#[inline(never)]
fn push_bytes(ctx: &mut Ctx<'_>, s: StrId, range: std::ops::Range<usize>) -> Result<Action, Error> {
    let from = ctx.thread.top;
    check_results(from, range.len())?;
    ctx.charge(range.len() / 4);
    ctx.thread
        .ensure(from + range.len(), &mut ctx.heap.account)?;
    let bytes = ctx.heap.bytes(s).get(range).unwrap_or(&[]);
    let slots = ctx.thread.stack.iter_mut().skip(from);
    for (slot, byte) in slots.zip(bytes) {
        *slot = Value::Int(i64::from(*byte));
    }
    ctx.thread.top = from + bytes.len();
    ctx.give_from(from)
}

/// Refuses more results than a stack can hold.
pub(in crate::lib) fn check_results(top: usize, count: usize) -> Result<(), Error> {
    if count >= i32::MAX as usize {
        return Err(Error::message("string slice too long"));
    }
    if top.saturating_add(count) > MAX_STACK {
        return Err(Error::message("stack overflow (string slice too long)"));
    }
    Ok(())
}

/// `string.char(···)`
pub fn char(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let count = ctx.args();
    let mut short = [0; SHORT_STRING_MAX];
    if let Some(out) = short.get_mut(..count) {
        for (index, place) in out.iter_mut().enumerate() {
            *place = check_byte(ctx, index + 1)?;
        }
        let value = ctx.heap.new_string(out)?;
        return ctx.give(value);
    }
    ctx.charge(count / 4);
    check_room(&mut ctx.heap.account, 2 * count as u64)?;
    let mut out = Vec::with_capacity(count);
    for index in 1..=count {
        out.push(check_byte(ctx, index)?);
    }
    let value = ctx.heap.new_string(&out)?;
    ctx.give(value)
}

#[inline]
fn check_byte(ctx: &mut Ctx<'_>, index: usize) -> Result<u8, Error> {
    u8::try_from(ctx.check_int(index)?).map_err(|_| Error::argument(index, "value out of range"))
}

/// `string.dump(function [, strip])`: there is no binary form of a function.
pub fn dump(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.check_function(1)?;
    Err(Error::message("unable to dump given function"))
}
