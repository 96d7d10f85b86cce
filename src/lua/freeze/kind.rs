//! The kinds of objects and what an image says of their slots.

use crate::lua::account::{CLOSURE, DATA, PROTO, SLOT, STRING, TABLE, THREAD, UPVAL, WORD};
use crate::lua::function::Upval;
use crate::lua::heap::Heap;
use crate::lua::slab::Mark;
use crate::lua::value::{SHORT_STRING_MAX, StrId, Value};

/// A kind of object, one for each slab, in the order in which an image has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    String,
    Proto,
    Upval,
    Closure,
    Bound,
    Data,
    Table,
    Thread,
}

impl Kind {
    pub(super) const ALL: [Kind; 8] = [
        Kind::String,
        Kind::Proto,
        Kind::Upval,
        Kind::Closure,
        Kind::Bound,
        Kind::Data,
        Kind::Table,
        Kind::Thread,
    ];

    /// What an object of this kind costs at least: that of a default one.
    pub(super) fn base_price(self) -> u64 {
        match self {
            Kind::String => STRING,
            Kind::Proto => PROTO,
            Kind::Upval => UPVAL,
            Kind::Closure | Kind::Bound => CLOSURE,
            Kind::Data => DATA,
            Kind::Table => TABLE,
            Kind::Thread => THREAD,
        }
    }

    /// What the object in a slot was charged.
    pub(super) fn price(self, heap: &Heap, slot: u32) -> u64 {
        match self {
            Kind::String => STRING + heap.bytes(StrId::short(slot)).len() as u64,
            Kind::Proto => Heap::proto_price(heap.protos.get(slot)),
            Kind::Upval => UPVAL,
            Kind::Closure => CLOSURE + WORD * heap.closures.get(slot).upvals.len() as u64,
            Kind::Bound => CLOSURE + SLOT * heap.bounds.get(slot).upvals.len() as u64,
            Kind::Data => DATA + heap.datas.get(slot).charged,
            Kind::Table => heap.tables.get(slot).price(),
            Kind::Thread => heap.threads.get(slot).price(),
        }
    }

    /// How many slots there are.
    pub(super) fn slots(self, heap: &Heap) -> u32 {
        match self {
            Kind::String => heap.strings.slab.slots(),
            Kind::Proto => heap.protos.slots(),
            Kind::Upval => heap.upvals.slots(),
            Kind::Closure => heap.closures.slots(),
            Kind::Bound => heap.bounds.slots(),
            Kind::Data => heap.datas.slots(),
            Kind::Table => heap.tables.slots(),
            Kind::Thread => heap.threads.slots(),
        }
    }

    /// Whether an object lives in a slot.
    pub(super) fn is_live(self, heap: &Heap, slot: u32) -> bool {
        let mark = match self {
            Kind::String => heap.strings.slab.mark(slot),
            Kind::Proto => heap.protos.mark(slot),
            Kind::Upval => heap.upvals.mark(slot),
            Kind::Closure => heap.closures.mark(slot),
            Kind::Bound => heap.bounds.mark(slot),
            Kind::Data => heap.datas.mark(slot),
            Kind::Table => heap.tables.mark(slot),
            Kind::Thread => heap.threads.mark(slot),
        };
        mark != Mark::Free
    }

    /// The free slots in the order in which they were freed.
    pub(super) fn free_list(self, heap: &Heap) -> &[u32] {
        match self {
            Kind::String => heap.strings.slab.free_list(),
            Kind::Proto => heap.protos.free_list(),
            Kind::Upval => heap.upvals.free_list(),
            Kind::Closure => heap.closures.free_list(),
            Kind::Bound => heap.bounds.free_list(),
            Kind::Data => heap.datas.free_list(),
            Kind::Table => heap.tables.free_list(),
            Kind::Thread => heap.threads.free_list(),
        }
    }

    /// Whether the living object in a slot is just as the template has it there.
    pub(super) fn is_original(self, heap: &Heap, template: &Heap, slot: u32) -> bool {
        if slot >= self.slots(template) || !self.is_live(template, slot) {
            return false;
        }
        match self {
            Kind::String => {
                let original = template.strings.shared(StrId::short(slot));
                heap.strings.is_shared(StrId::short(slot), &original)
            }
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
pub(super) fn identical(a: Value, b: Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a.same(b),
    }
}

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
