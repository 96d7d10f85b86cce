//! What an object consists of, part by part in the order in which an image has them.
//!
//! Writing an image, looking what belongs into it, naming a template's objects and
//! comparing templates: each goes through the same parts.

use crate::lua::function::Upval;
use crate::lua::heap::Heap;
use crate::lua::kind::Kind;
use crate::lua::table::{Node, Table};
use crate::lua::thread::{Frame, Thread};
use crate::lua::value::{NativeId, StrId, TableId, Value};

use super::threads::status_number;

/// A part of an object.
pub(super) enum Part<'h> {
    Value(Value),
    /// Another object, by kind and slot.
    Object(Kind, u32),
    /// Another object that an image does not name here.
    Silent(Kind, u32),
    Native(NativeId),
    /// A number, the length of a list, or whether there is something.
    Number(u64),
    Bytes(&'h [u8]),
    /// A call in progress, with the base of the one below.
    Frame(&'h Frame, u32),
}

/// Where in an object a value or another object is: the sign of the list, and the place
/// there; for a field with a name `.` and the slot of that string. Zero where there is
/// only one.
pub(super) type Place = (u8, usize);

/// What is told of the parts.
pub(super) type Take<'a> = dyn FnMut(Part<'_>, Place) + 'a;

const NOWHERE: Place = (0, 0);

/// Tells the parts of an object.
#[inline(never)]
pub(super) fn parts(heap: &Heap, kind: Kind, slot: u32, take: &mut Take<'_>) {
    match kind {
        Kind::String => take(Part::Bytes(heap.bytes(StrId::short(slot))), NOWHERE),
        Kind::Proto => {
            let loaded = heap.protos.get(slot);
            values(&loaded.consts, NOWHERE, take);
            for child in &loaded.children {
                take(Part::Object(Kind::Proto, child.0), NOWHERE);
            }
            if let Some(text) = loaded.text {
                take(Part::Value(Value::Str(text)), NOWHERE);
            }
        }
        Kind::Upval => match *heap.upvals.get(slot) {
            Upval::Closed(value) => {
                number(0, take);
                take(Part::Value(value), NOWHERE);
            }
            // Its coroutine says where it is, and lives on that account even if nothing
            // else there is in use.
            Upval::Open(thread, _) => {
                number(1, take);
                take(Part::Silent(Kind::Thread, thread.0), NOWHERE);
            }
        },
        Kind::Closure => {
            let closure = heap.closures.get(slot);
            take(Part::Object(Kind::Proto, closure.proto.0), NOWHERE);
            for (at, upval) in closure.upvals.iter().enumerate() {
                take(Part::Object(Kind::Upval, upval.0), (b'^', at));
            }
        }
        Kind::Bound => {
            let bound = heap.bounds.get(slot);
            take(Part::Native(bound.native), NOWHERE);
            values(&bound.upvals, (b'^', 0), take);
        }
        Kind::Data => {
            let data = heap.datas.get(slot);
            number(u64::from(data.tag), take);
            take(Part::Bytes(&data.bytes), NOWHERE);
            values(&data.values, (b'#', 0), take);
            optional_table(data.meta, take);
            number(data.charged, take);
        }
        Kind::Table => {
            let table = heap.tables.get(slot);
            head(table, take);
            nodes(table.nodes(), take);
        }
        Kind::Thread => thread_parts(heap, heap.threads.get(slot), take),
    }
}

/// Tells all of a table but its entries.
pub(super) fn head(table: &Table, take: &mut Take<'_>) {
    let (array_cap, node_cap, array_high) = table.capacities();
    for capacity in [array_cap, node_cap, array_high] {
        number(u64::from(capacity), take);
    }
    optional_table(table.meta, take);
    values(table.array(), (b'#', 1), take);
}

/// Tells entries of a table. What a weak table holds is there until a collection.
pub(super) fn nodes(nodes: &[Node], take: &mut Take<'_>) {
    number(nodes.len() as u64, take);
    for (at, node) in nodes.iter().enumerate() {
        take(Part::Value(node.key), (b'!', at));
        let place = match node.key {
            Value::Str(id) => (b'.', id.index()),
            _ => (b'@', at),
        };
        take(Part::Value(node.value), place);
    }
}

/// Only the part of a coroutine's stack that something can read.
fn thread_parts(heap: &Heap, thread: &Thread, take: &mut Take<'_>) {
    let (stack_cap, frames_cap) = thread.capacities();
    for head in [
        status_number(thread.status),
        u64::from(stack_cap),
        u64::from(frames_cap),
        thread.top as u64,
        u64::from(thread.handlers),
    ] {
        number(head, take);
    }
    optional_table(thread.realm, take);
    number(u64::from(thread.resumer.is_some()), take);
    if let Some(resumer) = thread.resumer {
        take(Part::Object(Kind::Thread, resumer.0), NOWHERE);
    }
    number(u64::from(thread.failure.is_some()), take);
    if let Some(failure) = thread.failure {
        take(Part::Value(failure), NOWHERE);
    }
    let end = heap.live_end(thread).min(thread.stack.len());
    let live = thread.stack.get(..end).unwrap_or(&[]);
    let used = live.iter().rposition(|value| !value.is_nil());
    let used = live.get(..used.map_or(0, |last| last + 1));
    values(used.unwrap_or(&[]), NOWHERE, take);
    number(thread.frames.len() as u64, take);
    let mut below = 0;
    for frame in &thread.frames {
        take(Part::Frame(frame, below), NOWHERE);
        below = frame.base;
    }
    number(thread.open.len() as u64, take);
    for &(slot, upval) in &thread.open {
        number(u64::from(slot), take);
        take(Part::Object(Kind::Upval, upval.0), NOWHERE);
    }
    number(thread.tbc.len() as u64, take);
    for &slot in &thread.tbc {
        number(u64::from(slot), take);
    }
}

#[inline(never)]
fn number(number: u64, take: &mut Take<'_>) {
    take(Part::Number(number), NOWHERE);
}

#[inline(never)]
fn values(values: &[Value], (sign, first): Place, take: &mut Take<'_>) {
    number(values.len() as u64, take);
    for (at, value) in values.iter().enumerate() {
        take(Part::Value(*value), (sign, first + at));
    }
}

#[inline(never)]
fn optional_table(table: Option<TableId>, take: &mut Take<'_>) {
    number(u64::from(table.is_some()), take);
    if let Some(table) = table {
        take(Part::Object(Kind::Table, table.0), (b'$', 0));
    }
}
