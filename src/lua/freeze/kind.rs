//! What an image says of the slots of each kind.

use crate::lua::function::Upval;
use crate::lua::heap::Heap;
use crate::lua::kind::Kind;
use crate::lua::value::{SHORT_STRING_MAX, StrId, Value};

/// Whether the living object in a slot is just as the template's living one there.
#[inline(never)]
pub(super) fn is_original(kind: Kind, heap: &Heap, template: &Heap, slot: u32) -> bool {
    match kind {
        Kind::String => heap.strings.shares(&template.strings, slot),
        Kind::Proto => std::rc::Rc::ptr_eq(heap.protos.get(slot), template.protos.get(slot)),
        Kind::Upval => match (heap.upvals.get(slot), template.upvals.get(slot)) {
            (&Upval::Closed(a), &Upval::Closed(b)) => identical(a, b),
            _ => false,
        },
        Kind::Closure => {
            let (a, b) = (heap.closures.get(slot), template.closures.get(slot));
            a.proto == b.proto && a.upvals == b.upvals
        }
        Kind::Bound => {
            let (a, b) = (heap.bounds.get(slot), template.bounds.get(slot));
            a.native == b.native && all_identical(&a.upvals, &b.upvals)
        }
        Kind::Data => {
            let (a, b) = (heap.datas.get(slot), template.datas.get(slot));
            (a.tag, a.meta, a.charged) == (b.tag, b.meta, b.charged)
                && a.bytes == b.bytes
                && all_identical(&a.values, &b.values)
        }
        Kind::Table => {
            let (a, b) = (heap.tables.get(slot), template.tables.get(slot));
            a.meta == b.meta
                && a.capacities() == b.capacities()
                && all_identical(a.array(), b.array())
                && a.nodes().len() == b.nodes().len()
                && a.nodes()
                    .iter()
                    .zip(b.nodes())
                    .all(|(a, b)| identical(a.value, b.value) && identical(a.key, b.key))
        }
        // A template has no coroutines.
        Kind::Thread => false,
    }
}
/// What an image says of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing lives there.
    Free,
    /// What the template has there, unchanged.
    Original,
    /// An object of the program, which the image describes.
    Own,
    /// Garbage that no collection has found yet. Only its price matters, and that
    /// its slot will be free afterwards.
    Garbage,
}

impl State {
    pub(super) fn number(self) -> u64 {
        match self {
            State::Free => 0,
            State::Original => 1,
            State::Own => 2,
            State::Garbage => 3,
        }
    }

    pub(super) fn from_number(number: u64) -> Self {
        match number & 3 {
            0 => State::Free,
            1 => State::Original,
            2 => State::Own,
            _ => State::Garbage,
        }
    }
}

/// Whether two values have the same bits.
#[inline(never)]
pub(super) fn identical(a: Value, b: Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a.same(b),
    }
}

#[inline(never)]
fn all_identical(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| identical(*a, *b))
}

/// The handle of the string in a slot.
pub(super) fn string_id(heap: &Heap, slot: u32) -> StrId {
    if heap.bytes(StrId::short(slot)).len() <= SHORT_STRING_MAX {
        StrId::short(slot)
    } else {
        StrId::long(slot)
    }
}
