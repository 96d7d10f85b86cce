//! The kinds of objects, and what can be done with a slot of any kind.

use super::account::{CLOSURE, DATA, PROTO, SLOT, STRING, TABLE, THREAD, UPVAL, WORD};
use super::heap::Heap;
use super::slab::Slots;
use super::value::{BoundId, ClosureId, DataId, StrId, TableId, ThreadId, Value};

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

    /// The object that a value refers to, by kind and slot.
    pub(super) fn of(value: Value) -> Option<(Kind, u32)> {
        Some(match value {
            Value::Str(id) => (Kind::String, id.index() as u32),
            Value::Table(id) => (Kind::Table, id.0),
            Value::Closure(id) => (Kind::Closure, id.0),
            Value::Bound(id) => (Kind::Bound, id.0),
            Value::Thread(id) => (Kind::Thread, id.0),
            Value::Data(id) => (Kind::Data, id.0),
            Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Native(_) => {
                return None;
            }
        })
    }

    /// The value that refers to an object of this kind; for a string, by its whole handle.
    /// Nil for prototypes and captured variables, which are no values.
    pub(super) fn value(self, slot: u32) -> Value {
        match self {
            Kind::String => Value::Str(StrId(slot)),
            Kind::Table => Value::Table(TableId(slot)),
            Kind::Closure => Value::Closure(ClosureId(slot)),
            Kind::Bound => Value::Bound(BoundId(slot)),
            Kind::Thread => Value::Thread(ThreadId(slot)),
            Kind::Data => Value::Data(DataId(slot)),
            Kind::Proto | Kind::Upval => Value::Nil,
        }
    }

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

    /// How many slots there are.
    pub(super) fn slots(self, heap: &Heap) -> u32 {
        heap.slots(self).count()
    }

    /// Whether an object lives in a slot.
    pub(super) fn is_live(self, heap: &Heap, slot: u32) -> bool {
        heap.slots(self).is_live(slot)
    }
}

impl Heap {
    /// The slots of a kind.
    #[inline(never)]
    pub(super) fn slots(&self, kind: Kind) -> &Slots {
        match kind {
            Kind::String => &self.strings.slab.slots,
            Kind::Proto => &self.protos.slots,
            Kind::Upval => &self.upvals.slots,
            Kind::Closure => &self.closures.slots,
            Kind::Bound => &self.bounds.slots,
            Kind::Data => &self.datas.slots,
            Kind::Table => &self.tables.slots,
            Kind::Thread => &self.threads.slots,
        }
    }

    /// The slots of a kind, to change.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn slots_mut(&mut self, kind: Kind) -> &mut Slots {
        match kind {
            Kind::String => &mut self.strings.slab.slots,
            Kind::Proto => &mut self.protos.slots,
            Kind::Upval => &mut self.upvals.slots,
            Kind::Closure => &mut self.closures.slots,
            Kind::Bound => &mut self.bounds.slots,
            Kind::Data => &mut self.datas.slots,
            Kind::Table => &mut self.tables.slots,
            Kind::Thread => &mut self.threads.slots,
        }
    }

    /// What the object in a slot was charged.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn price(&self, kind: Kind, slot: u32) -> u64 {
        match kind {
            Kind::String => STRING + self.bytes(StrId::short(slot)).len() as u64,
            Kind::Proto => Heap::proto_price(self.protos.get(slot)),
            Kind::Upval => UPVAL,
            Kind::Closure => CLOSURE + WORD * self.closures.get(slot).upvals.len() as u64,
            Kind::Bound => CLOSURE + SLOT * self.bounds.get(slot).upvals.len() as u64,
            Kind::Data => DATA + self.datas.get(slot).charged,
            Kind::Table => self.tables.get(slot).price(),
            Kind::Thread => self.threads.get(slot).price(),
        }
    }

    /// Makes sure that there are so many slots of a kind; new ones are free, but not
    /// in the list of free ones.
    #[inline(never)]
    pub(super) fn extend_slots(&mut self, kind: Kind, count: u32) {
        match kind {
            Kind::String => self.strings.slab.extend_to(count),
            Kind::Proto => self.protos.extend_to(count),
            Kind::Upval => self.upvals.extend_to(count),
            Kind::Closure => self.closures.extend_to(count),
            Kind::Bound => self.bounds.extend_to(count),
            Kind::Data => self.datas.extend_to(count),
            Kind::Table => self.tables.extend_to(count),
            Kind::Thread => self.threads.extend_to(count),
        }
    }

    /// Puts a default object into a free slot.
    pub(super) fn insert_empty(&mut self, kind: Kind) -> u32 {
        let slot = match self.slots_mut(kind).take_free() {
            Some(slot) => slot,
            None => {
                let slot = self.slots(kind).count();
                self.extend_slots(kind, slot + 1);
                slot
            }
        };
        self.slots_mut(kind).occupy(slot);
        slot
    }
}
