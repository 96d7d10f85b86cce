//! The `table` library.
//!
//! Tables without metamethods are worked on directly, in their array part where
//! possible. Where `__index`, `__newindex` or `__len` may have a say, a shim in
//! Lua takes over, see [`super::shim`].

use super::shim::hand_over;
use super::sort;
use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::event::Event;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx, Next, to_number, type_name, write_number};
use crate::lua::natives;
use crate::lua::table::Table;
use crate::lua::thread::MAX_STACK;
use crate::lua::value::{TableId, Value};

/// Adds the library.
pub fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    b.library(
        "table",
        natives! {
            "table.concat" => concat,
            "table.insert" => insert,
            "table.move" => move_elements,
            "table.pack" => pack,
            "table.remove" => remove,
            "table.sort" => sort::sort,
            "table.unpack" => unpack,
        },
    )?;
    b.native(sort::RAW_NAME, sort::sort_raw);
    Ok(())
}

/// What a function does with an argument that should be a table.
#[derive(Clone, Copy)]
pub(super) struct Uses {
    /// Reads elements.
    pub read: bool,
    /// Writes elements.
    pub write: bool,
    /// Asks for the length.
    pub len: bool,
}

/// Reads and writes elements and asks for the length.
pub(super) const ALL: Uses = Uses {
    read: true,
    write: true,
    len: true,
};

/// A table that may be worked on directly.
#[derive(Clone, Copy)]
pub(super) struct Raw {
    /// The table.
    pub id: TableId,
    /// Whether it has `__index`, so that only elements that are not nil may be
    /// read directly.
    pub hooked: bool,
}

/// Checks that argument `index` is a table or has the metamethods to pass for
/// one. `None` if metamethods take part.
///
/// # Errors
/// `bad argument #index to … (table expected, got …)`.
pub(super) fn check(ctx: &mut Ctx<'_>, index: usize, uses: Uses) -> Result<Option<Raw>, Error> {
    let value = ctx.arg(index);
    let meta = match value {
        Value::Table(id) => match ctx.heap.table(id).meta {
            None => return Ok(Some(Raw { id, hooked: false })),
            Some(meta) => meta,
        },
        _ => match ctx.heap.metatable(value) {
            None => return Err(ctx.type_error(index, "table")),
            Some(meta) => meta,
        },
    };
    let mut has = |event| !ctx.heap.handler(meta, event).is_nil();
    let (index_hook, newindex_hook, len_hook) =
        (has(Event::Index), has(Event::NewIndex), has(Event::Len));
    match value {
        Value::Table(id) => {
            let direct = !(uses.len && len_hook || uses.write && newindex_hook);
            Ok(direct.then_some(Raw {
                id,
                hooked: uses.read && index_hook,
            }))
        }
        _ => {
            let complete = (index_hook || !uses.read)
                && (newindex_hook || !uses.write)
                && (len_hook || !uses.len);
            if complete {
                Ok(None)
            } else {
                Err(ctx.type_error(index, "table"))
            }
        }
    }
}

/// Argument 1 if it is a table without a metatable and the native has just been
/// called.
#[inline]
fn plain_table(ctx: &Ctx<'_>) -> Option<TableId> {
    match ctx.arg(1) {
        Value::Table(id) if ctx.stage == 0 && ctx.heap.table(id).meta.is_none() => Some(id),
        _ => None,
    }
}

/// Whether the array part has a nil from index `from` (counted from 0) on.
pub(super) fn has_hole(table: &Table, from: usize) -> bool {
    table
        .array()
        .get(from..)
        .is_some_and(|rest| rest.iter().any(|value| value.is_nil()))
}

/// The stage at which the length is there that `__len` was asked for.
pub(super) const MEASURED: u32 = 1;
/// Room on the stack for handing over to a shim, made before `__len` is called,
/// so that the stage after it does not fail half done.
const SHIM_ROOM: usize = 8;

/// A length, or the call that finds it out and leads to stage [`MEASURED`].
pub(super) enum Length {
    Known(i64),
    Ask(Action),
}

/// The length of argument 1, as `#` has it; it must be an integer.
///
/// # Errors
/// `object length is not an integer`, or `attempt to get length of …`.
pub(super) fn length(ctx: &mut Ctx<'_>) -> Result<Length, Error> {
    if ctx.stage == MEASURED {
        let size = to_number(ctx.heap, ctx.result(0)).and_then(|size| size.to_integer());
        ctx.drop_results();
        return match size {
            Some(size) => Ok(Length::Known(size)),
            None => Err(Error::message("object length is not an integer")),
        };
    }
    let list = ctx.arg(1);
    let handler = match list {
        Value::Str(text) => return Ok(Length::Known(ctx.heap.bytes(text).len() as i64)),
        _ => ctx.heap.metamethod(list, Event::Len),
    };
    if !handler.is_nil() {
        let top = ctx.thread.top;
        ctx.thread.ensure(top + SHIM_ROOM, &mut ctx.heap.account)?;
        return Ok(Length::Ask(ctx.call(handler, &[list], 1, MEASURED)?));
    }
    match list {
        Value::Table(id) => Ok(Length::Known(ctx.heap.table(id).len())),
        _ => Err(cannot(ctx, "get length of", list)),
    }
}

/// Argument 1 as a list: the table if it may be worked on directly, and its
/// length. Or the call that finds out the length.
pub(super) fn check_list(
    ctx: &mut Ctx<'_>,
    uses: Uses,
) -> Result<Result<(Option<Raw>, i64), Action>, Error> {
    let raw = match ctx.stage {
        MEASURED => None,
        _ => check(ctx, 1, uses)?,
    };
    Ok(match length(ctx)? {
        Length::Known(size) => Ok((raw, size)),
        Length::Ask(action) => Err(action),
    })
}

/// `table.insert(list, [pos,] value)`.
fn insert(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.args() == 2
        && let Some(id) = plain_table(ctx)
    {
        // By far the most common use: an element behind a plain list.
        let value = ctx.arg(2);
        let last = ctx.heap.table(id).len() + 1;
        ctx.heap.raw_set_int(id, last, value)?;
        return ctx.nothing();
    }
    let (raw, size) = match check_list(ctx, ALL)? {
        Ok(list) => list,
        Err(action) => return Ok(action),
    };
    let last = size.wrapping_add(1);
    let (pos, value) = match ctx.args() {
        2 => (last, ctx.arg(2)),
        3 => {
            let pos = ctx.check_int(2)?;
            if pos.wrapping_sub(1) as u64 >= last as u64 {
                return Err(Error::argument(2, "position out of bounds"));
            }
            (pos, ctx.arg(3))
        }
        _ => return Err(Error::message("wrong number of arguments to 'insert'")),
    };
    let slow = [ctx.arg(1), value, Value::Int(pos), Value::Int(last)];
    let Some(Raw { id, hooked }) = raw else {
        return hand_over(ctx, "table.insert", &slow);
    };
    if pos == last {
        ctx.heap.raw_set_int(id, last, value)?;
        return ctx.nothing();
    }
    let at = (pos - 1) as usize;
    ctx.charge((last - pos) as usize / 8);
    if hooked && has_hole(ctx.heap.table(id), at) {
        return hand_over(ctx, "table.insert", &slow);
    }
    ctx.heap
        .tables
        .get_mut(id.0)
        .insert_at(at, value, &mut ctx.heap.account)?;
    ctx.nothing()
}

/// `table.remove(list [, pos])`.
fn remove(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.args() == 1
        && let Some(id) = plain_table(ctx)
        && let Some(&last) = ctx.heap.table(id).array().last()
    {
        let at = ctx.heap.table(id).array().len() - 1;
        ctx.heap.table_mut(id).remove_at(at);
        return ctx.give(last);
    }
    let (raw, size) = match check_list(ctx, ALL)? {
        Ok(list) => list,
        Err(action) => return Ok(action),
    };
    let pos = ctx.opt_int(2, size)?;
    if pos != size && pos.wrapping_sub(1) as u64 > size as u64 {
        return Err(Error::argument(2, "position out of bounds"));
    }
    let slow = [ctx.arg(1), Value::Int(pos), Value::Int(size)];
    let Some(Raw { id, hooked }) = raw else {
        return hand_over(ctx, "table.remove", &slow);
    };
    if pos < 1 || pos > size {
        // Zero in an empty list, or the place behind the last element.
        let removed = ctx.heap.table(id).get_int(pos);
        if hooked && removed.is_nil() {
            return hand_over(ctx, "table.remove", &slow);
        }
        ctx.heap.raw_set_int(id, pos, Value::Nil)?;
        return ctx.give(removed);
    }
    let at = (pos - 1) as usize;
    ctx.charge((size - pos) as usize / 8);
    if hooked && has_hole(ctx.heap.table(id), at) {
        return hand_over(ctx, "table.remove", &slow);
    }
    let value = ctx.heap.table_mut(id).remove_at(at);
    ctx.give(value)
}

/// `table.concat(list [, sep [, i [, j]]])`.
#[cfg_attr(tuned, optimize(speed))]
fn concat(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let uses = Uses {
        write: false,
        ..ALL
    };
    let (raw, size) = match check_list(ctx, uses)? {
        Ok(list) => list,
        Err(action) => return Ok(action),
    };
    let sep = ctx.opt_str(2)?;
    let first = ctx.opt_int(3, 1)?;
    let last = ctx.opt_int(4, size)?;
    let slow = [
        ctx.arg(1),
        sep.map_or(Value::Nil, Value::Str),
        Value::Int(first),
        Value::Int(last),
    ];
    let Some(Raw { id, hooked }) = raw else {
        return hand_over(ctx, "table.concat", &slow);
    };
    if first > last {
        return ctx.return_bytes(b"");
    }
    let sep_len = sep.map_or(0, |sep| ctx.heap.bytes(sep).len()) as u64;
    let size = match concat_size(ctx, id, first, last, sep_len) {
        Ok(size) => size,
        Err(Unfit { value, at }) => {
            if hooked && value.is_nil() {
                return hand_over(ctx, "table.concat", &slow);
            }
            return Err(Error::message(format!(
                "invalid value ({}) at index {at} in table for 'concat'",
                value.type_name(),
            )));
        }
    };
    // The buffer is charged while it lives, next to the string made from it.
    ctx.heap.account.charge(size)?;
    let mut bytes = Vec::with_capacity(size as usize);
    let table = ctx.heap.table(id);
    let sep = sep.map_or(&[][..], |sep| ctx.heap.bytes(sep));
    for at in first..=last {
        match table.get_int(at) {
            Value::Str(piece) => bytes.extend_from_slice(ctx.heap.bytes(piece)),
            number => {
                write_number(number, &mut bytes);
            }
        }
        if at != last {
            bytes.extend_from_slice(sep);
        }
    }
    let result = ctx.heap.new_string(&bytes);
    ctx.heap.account.release(size);
    ctx.charge(bytes.len() / 8);
    ctx.give(result?)
}

/// An element that `concat` cannot take.
struct Unfit {
    value: Value,
    at: i64,
}

/// The length of the string that `concat` will make of a range that is not
/// empty. Its work is bounded by the elements that the table has, as the first
/// missing one ends it.
fn concat_size(
    ctx: &mut Ctx<'_>,
    id: TableId,
    first: i64,
    last: i64,
    sep_len: u64,
) -> Result<u64, Unfit> {
    let table = ctx.heap.table(id);
    let mut scratch = Vec::new();
    let mut size = 0u64;
    let mut count = 0u64;
    for at in first..=last {
        let value = table.get_int(at);
        let len = match value {
            Value::Str(piece) => ctx.heap.bytes(piece).len(),
            _ => {
                scratch.clear();
                if !write_number(value, &mut scratch) {
                    return Err(Unfit { value, at });
                }
                scratch.len()
            }
        };
        size = size.saturating_add(len as u64);
        count += 1;
    }
    ctx.charge(count as usize / 4);
    Ok(size.saturating_add(sep_len.saturating_mul(count.saturating_sub(1))))
}

/// `table.pack(...)`.
fn pack(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let count = ctx.args();
    ctx.charge(count / 8);
    let id = ctx.heap.new_table()?;
    let account = &mut ctx.heap.account;
    let table = ctx.heap.tables.get_mut(id.0);
    table.reserve(count as u32, 1, account)?;
    let values = ctx.thread.stack.get(ctx.base..ctx.base + count);
    table.set_list(1, values.unwrap_or(&[]), account)?;
    ctx.heap.raw_set_name(id, "n", Value::Int(count as i64))?;
    ctx.give(Value::Table(id))
}

/// `table.unpack(list [, i [, j]])`. The list may be anything that can be
/// indexed, and measured if need be.
#[cfg_attr(tuned, optimize(speed))]
fn unpack(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (first, last) = if ctx.stage == MEASURED {
        let size = length(ctx)?;
        (ctx.opt_int(2, 1)?, size)
    } else {
        let first = ctx.opt_int(2, 1)?;
        match ctx.arg(3) {
            Value::Nil => (first, length(ctx)?),
            _ => (first, Length::Known(ctx.check_int(3)?)),
        }
    };
    let last = match last {
        Length::Known(last) => last,
        Length::Ask(action) => return Ok(action),
    };
    if first > last {
        return ctx.nothing();
    }
    let from = ctx.thread.top;
    let more = last.wrapping_sub(first) as u64;
    if more >= MAX_STACK.saturating_sub(from) as u64 {
        return Err(Error::message("too many results to unpack"));
    }
    let count = more as usize + 1;
    ctx.charge(count / 8);
    let list = ctx.arg(1);
    let hooked = !ctx.heap.metamethod(list, Event::Index).is_nil();
    let slow = [list, Value::Int(first), Value::Int(last)];
    let id = match list {
        Value::Table(id) => id,
        _ if hooked => return hand_over(ctx, "table.unpack", &slow),
        _ => return Err(cannot(ctx, "index", list)),
    };
    let table = ctx.heap.table(id);
    if hooked && (first..=last).any(|at| table.get_int(at).is_nil()) {
        return hand_over(ctx, "table.unpack", &slow);
    }
    ctx.thread.ensure(from + count, &mut ctx.heap.account)?;
    let table = ctx.heap.table(id);
    let slots = ctx.thread.stack.get_mut(from..from + count);
    for (slot, at) in slots.unwrap_or(&mut []).iter_mut().zip(first..=last) {
        *slot = table.get_int(at);
    }
    ctx.thread.top = from + count;
    ctx.give_from(from)
}

/// `attempt to <verb> a … value`, without a position as from within C code.
#[cold]
fn cannot(ctx: &mut Ctx<'_>, verb: &str, value: Value) -> Error {
    let mut text = format!("attempt to {verb} a ").into_bytes();
    text.extend_from_slice(&type_name(ctx.heap, value));
    text.extend_from_slice(b" value");
    Error::bare(text)
}

/// Local of `move_elements`: how many elements are moved.
const MOVED: usize = 5;
/// How many elements are moved between two looks at the fuel.
const BLOCK: i64 = 256;

/// `table.move(a1, f, e, t [, a2])`.
fn move_elements(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage > 0 {
        return move_on(ctx);
    }
    let first = ctx.check_int(2)?;
    let last = ctx.check_int(3)?;
    let target = ctx.check_int(4)?;
    let to = if ctx.arg(5).is_nil() { 1 } else { 5 };
    let reads = Uses {
        read: true,
        write: false,
        len: false,
    };
    let writes = Uses {
        read: false,
        write: true,
        len: false,
    };
    let source = check(ctx, 1, reads)?;
    let dest = check(ctx, to, writes)?;
    let dest_value = ctx.arg(to);
    if last < first {
        return ctx.give(dest_value);
    }
    if !(first > 0 || last < i64::MAX.wrapping_add(first)) {
        return Err(Error::argument(3, "too many elements to move"));
    }
    let count = last - first + 1;
    if target > i64::MAX - count + 1 {
        return Err(Error::argument(4, "destination wrap around"));
    }
    let (Some(Raw { id, hooked: false }), Some(Raw { id: dest, .. })) = (source, dest) else {
        let slow = [
            ctx.arg(1),
            Value::Int(first),
            Value::Int(last),
            Value::Int(target),
            dest_value,
        ];
        return hand_over(ctx, "table.move", &slow);
    };
    if id == dest && move_within(ctx, id, first, target, count) {
        return ctx.give(dest_value);
    }
    // From here on elements are moved one by one. The stage is left first, as it
    // must not start again once some have moved.
    ctx.set_locals(MOVED + 1)?;
    for (local, value) in [(1, first), (2, last), (3, target), (MOVED, 0)] {
        ctx.set_local(local, Value::Int(value));
    }
    ctx.set_local(4, dest_value);
    ctx.want(Next::Refuel { stage: 1 })
}

/// Moves inside one array part, if all of the source and all of the target are
/// there and the last element stays other than nil; else false.
fn move_within(ctx: &mut Ctx<'_>, id: TableId, first: i64, target: i64, count: i64) -> bool {
    let array = ctx.heap.table_mut(id).array_mut();
    let len = array.len() as i64;
    let inside = |at: i64| at >= 1 && at <= len && count <= len - at + 1;
    if !inside(first) || !inside(target) {
        return false;
    }
    let (from, to, count) = (first as usize - 1, target as usize - 1, count as usize);
    let reaches_end = to + count == array.len();
    if reaches_end && array.get(from + count - 1).is_none_or(|last| last.is_nil()) {
        return false;
    }
    array.copy_within(from..from + count, to);
    ctx.charge(count / 8);
    true
}

/// Goes on moving elements from where the locals say.
fn move_on(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (source, dest) = (ctx.local(0), ctx.local(4));
    let int = |ctx: &Ctx<'_>, local| match ctx.local(local) {
        Value::Int(i) => i,
        _ => 0,
    };
    let (first, last, target) = (int(ctx, 1), int(ctx, 2), int(ctx, 3));
    let mut moved = int(ctx, MOVED).max(0);
    let (Value::Table(from), Value::Table(to)) = (source, dest) else {
        return Err(Error::bare("table.move has lost its tables"));
    };
    let count = last.saturating_sub(first).saturating_add(1);
    let upwards = target > last || target <= first || from != to;
    let mut outcome = Ok(());
    while moved < count && outcome.is_ok() {
        let block = BLOCK.min(count - moved);
        for _ in 0..block {
            let step = if upwards { moved } else { count - 1 - moved };
            let value = ctx.heap.table(from).get_int(first.wrapping_add(step));
            outcome = ctx.heap.raw_set_int(to, target.wrapping_add(step), value);
            if outcome.is_err() {
                break;
            }
            moved += 1;
        }
        ctx.charge(block as usize / 2 + 1);
        if *ctx.fuel <= 0 {
            break;
        }
    }
    ctx.set_local(MOVED, Value::Int(moved));
    outcome?;
    if moved < count {
        return ctx.want(Next::Refuel { stage: 1 });
    }
    ctx.give(dest)
}
