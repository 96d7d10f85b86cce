//! From bytes to a machine.
//!
//! Handles in an image are those of the machine that wrote it. Where the template
//! is the same, they stay; where it is another build's, objects get new ones, and
//! what the program used of the libraries is found by name.
//!
//! After the first error nothing is left of the image: numbers read as zero, lists as
//! empty, handles as any. So nothing that was read needs a check, as long as nothing
//! is looked up with a handle before [`Thawing::is_sound`] says so. The machine with
//! what is wrong in it is thrown away in the end.

use std::rc::Rc;

use super::error::ThawError;
use super::geometry::{NONE, Slot, most_slots, read_free, read_states, skip_free};
use super::kind::{State, string_id};
use super::values::read_value;
use crate::codec::{CodecError, Reader};
use crate::lua::kind::Kind;
use crate::lua::library::Template;
use crate::lua::proto::Proto;
use crate::lua::value::{NativeId, StrId, TableId, Value};
use crate::lua::vm::Vm;

/// A machine on its way from an image.
pub(super) struct Thawing<'i, 'b, 't> {
    pub(super) image: &'i mut Reader<'b>,
    pub(super) template: &'t Template,
    /// A new machine of the template, with what was read so far.
    pub(super) vm: Box<Vm>,
    /// Whether the image comes from this very template.
    pub(super) exact: bool,
    /// Why the image cannot be read, if it is not damaged.
    pub(super) error: Option<ThawError>,
    /// The functions of each chunk, by number.
    pub(super) chunks: Vec<Vec<Rc<Proto>>>,
    /// The slots of the image, by kind.
    slots: [Vec<Slot>; Kind::ALL.len()],
    /// Which natives of the image are which ones here, if they have other numbers;
    /// in the order of the image's.
    natives: Vec<(u32, NativeId)>,
}

/// What an image calls an object of the template: the kind's place among all, or behind
/// them for a native; the slot, or a native's number; and the name.
type Named<'b> = (usize, u32, &'b [u8]);

impl<'i, 'b, 't> Thawing<'i, 'b, 't> {
    pub(super) fn new(image: &'i mut Reader<'b>, template: &'t Template) -> Self {
        Thawing {
            image,
            template,
            vm: template.bare_machine(),
            exact: false,
            error: None,
            chunks: Vec::new(),
            slots: Default::default(),
            natives: Vec::new(),
        }
    }

    /// Reads which objects there are, and makes room for them.
    pub(super) fn begin(&mut self, limit: u64) {
        if self.image.u32() != super::VERSION {
            self.invalid("the machine's image has another version");
        }
        self.exact = *self.image.raw(16) == self.template.fingerprint().0;
        self.vm.heap.account.set_limit(limit);
        self.charge(0);
        // Slots take memory even when they are free. No program can have filled
        // many kinds of them up to its limit, one after the other.
        let mut room = limit.saturating_mul(2);
        for &kind in &Kind::ALL {
            self.read_slots(kind, &mut room);
        }
        let garbage = self.image.u64();
        let mut named = Vec::new();
        for kind in 0..=Kind::ALL.len() {
            let mut left = self.image.len_of(2);
            while self.image.more(&mut left) {
                named.push((kind, self.image.u32(), self.image.bytes()));
            }
        }
        if !self.is_sound() {
            return;
        }
        if !self.exact {
            self.relocate(&named);
        } else if self.vm.heap.account.charge_garbage(garbage).is_err() {
            self.fail(ThawError::Memory);
        }
    }

    fn read_slots(&mut self, kind: Kind, room: &mut u64) {
        let original = self.template.heap().slots(kind);
        let originals = original.count();
        let Some(mut slots) = read_states(self.image, most_slots(kind, originals, *room)) else {
            return self.fail(ThawError::Memory);
        };
        let extra = (slots.len() as u64).saturating_sub(u64::from(originals));
        *room = room.saturating_sub(extra.saturating_mul(kind.base_price()));
        if !self.exact {
            skip_free(self.image);
        } else if let Some(free) = read_free(self.image, original.free_list(), &mut slots) {
            self.lay_out(kind, &mut slots);
            self.vm.heap.slots_mut(kind).set_free_list(free);
        } else {
            self.invalid("free slots are in use");
        }
        self.slots[kind as usize] = slots;
    }

    // ── Where objects go ────────────────────────────────────────────────────

    /// Gives the slots of a kind the states of the image, in the same template.
    #[inline(never)]
    fn lay_out(&mut self, kind: Kind, slots: &mut [Slot]) {
        let original = self.template.heap();
        let originals = original.slots(kind);
        let count = slots.len() as u32;
        if count < originals.count() {
            return self.invalid("slots of the template are missing");
        }
        self.vm.heap.extend_slots(kind, count);
        for (at, slot) in (0..).zip(slots) {
            let was_live = originals.is_live(at);
            if slot.state == State::Original {
                if !was_live {
                    return self.dangling();
                }
                slot.place = match kind {
                    Kind::String => string_id(original, at).0,
                    _ => at,
                };
                continue;
            }
            let heap = &mut self.vm.heap;
            if was_live {
                heap.free(kind, at);
            }
            if slot.state == State::Free {
                continue;
            }
            heap.slots_mut(kind).occupy(at);
            if slot.state == State::Garbage {
                self.charge(kind.base_price());
            } else if kind != Kind::String {
                slot.place = at;
            }
        }
    }

    /// Finds new places for all objects, among those of another template.
    #[inline(never)]
    fn relocate(&mut self, named: &[Named<'b>]) {
        for &(kind, slot, name) in named {
            let Some(&kind) = Kind::ALL.get(kind) else {
                let found = std::str::from_utf8(name).ok();
                match found.and_then(|name| self.template.natives.find(name)) {
                    Some(id) => self.natives.push((slot, id)),
                    None => return self.missing(name),
                }
                continue;
            };
            let here = match kind {
                Kind::String => Some(self.intern(&name.into()).0),
                _ => self.template.names().find(kind, name),
            };
            let slot = self.slots[kind as usize].get_mut(slot as usize);
            match (slot, here) {
                (Some(slot), Some(here)) => slot.place = here,
                (None, _) => return self.dangling(),
                (_, None) => return self.missing(name),
            }
        }
        for &kind in &Kind::ALL {
            if kind != Kind::String {
                for slot in &mut self.slots[kind as usize] {
                    if slot.state == State::Own && slot.place == NONE {
                        slot.place = self.vm.heap.insert_empty(kind);
                    }
                }
            }
        }
    }

    /// Whether an own object takes the place of a template's one of another build.
    pub(super) fn replaces(&self, kind: Kind, place: u32) -> bool {
        !self.exact && kind.is_live(self.template.heap(), place)
    }

    /// Reads all objects of a kind that the image describes, in its order. `read`
    /// takes the slot that an object had and the one that it has here.
    #[inline(never)]
    pub(super) fn each_own(&mut self, kind: Kind, read: fn(&mut Self, u32, u32)) {
        for at in 0..self.slots[kind as usize].len() as u32 {
            match self.slots[kind as usize].get(at as usize) {
                Some(slot) if slot.state == State::Own && self.is_sound() => {
                    read(self, at, slot.place);
                }
                _ => {}
            }
        }
    }

    /// Where an object of the image is here.
    #[inline(never)]
    pub(super) fn place(&mut self, kind: Kind, slot: u32) -> u32 {
        match self.slots[kind as usize].get(slot as usize) {
            Some(slot) if slot.place != NONE && slot.state != State::Free => slot.place,
            _ => {
                self.dangling();
                0
            }
        }
    }

    // ── Errors ──────────────────────────────────────────────────────────────

    /// Notes an error, the first of which counts, and lets nothing more be read.
    #[cold]
    #[inline(never)]
    pub(super) fn fail(&mut self, error: ThawError) {
        if self.is_sound() {
            self.error = Some(error);
        }
        self.image.refuse(CodecError::Truncated);
    }

    /// A contradiction in the image.
    #[cold]
    #[inline(never)]
    pub(super) fn invalid(&mut self, what: &'static str) {
        self.image.refuse(CodecError::Invalid(what));
    }

    /// A reference to nothing.
    #[cold]
    #[inline(never)]
    pub(super) fn dangling(&mut self) {
        self.invalid("a reference is dangling");
    }

    /// A name that the libraries here do not have.
    #[cold]
    #[inline(never)]
    pub(super) fn missing(&mut self, name: &[u8]) {
        let name = String::from_utf8_lossy(name).into_owned();
        self.fail(ThawError::Missing(name));
    }

    /// Whether nothing has failed so far.
    pub(super) fn is_sound(&self) -> bool {
        self.image.is_sound()
    }

    /// Charges so many bytes.
    #[inline(never)]
    pub(super) fn charge(&mut self, bytes: u64) {
        if self.vm.heap.account.charge(bytes).is_err() {
            self.fail(ThawError::Memory);
        }
    }

    // ── References ──────────────────────────────────────────────────────────

    /// Reads the handle of an object.
    #[inline(never)]
    pub(super) fn slot(&mut self, kind: Kind) -> u32 {
        let slot = self.image.u32();
        self.place(kind, slot)
    }

    #[inline(never)]
    pub(super) fn optional_table(&mut self) -> Option<TableId> {
        let is_there = self.image.bool();
        is_there.then(|| TableId(self.slot(Kind::Table)))
    }

    /// The native of an image's number.
    #[inline(never)]
    pub(super) fn native(&mut self, number: u32) -> NativeId {
        let mut id = NativeId(number);
        if !self.exact {
            let found = self.natives.binary_search_by(|(at, _)| at.cmp(&number));
            id = match found.ok().and_then(|at| self.natives.get(at)) {
                Some((_, id)) => *id,
                None => NativeId(NONE),
            };
        }
        if self.template.natives.get(id).is_none() {
            self.dangling();
        }
        id
    }

    /// Reads a value.
    #[inline(never)]
    pub(super) fn value(&mut self) -> Value {
        let value = read_value(self.image);
        if let Value::Native(id) = value {
            return Value::Native(self.native(id.0));
        }
        let Some((kind, slot)) = Kind::of(value) else {
            return value;
        };
        let place = self.place(kind, slot);
        if let Value::Str(id) = value {
            if StrId(place).is_long() != id.is_long() {
                self.dangling();
            }
            return Value::Str(StrId(place));
        }
        kind.value(place)
    }

    /// Reads a list of values.
    #[inline(never)]
    pub(super) fn values(&mut self) -> Vec<Value> {
        let mut left = self.image.len_of(1);
        let mut values = Vec::with_capacity(left);
        while self.image.more(&mut left) {
            values.push(self.value());
        }
        values
    }

    /// Whether the string of an image's own slot still has to be read.
    pub(super) fn lacks_string(&self, slot: u32) -> bool {
        let slot = self.slots[Kind::String as usize].get(slot as usize);
        slot.is_some_and(|slot| slot.state == State::Own && slot.place == NONE)
    }

    /// Reads which string a prototype has here, whose bytes are known to be these. It is
    /// put there unless it is there already.
    #[inline(never)]
    pub(super) fn known_string(&mut self, bytes: &Rc<[u8]>) -> StrId {
        let slot = self.image.u32();
        if self.lacks_string(slot) {
            return self.put_string(slot, bytes);
        }
        if !self.exact {
            // Constants need no names: another build's template may have them.
            return self.intern(bytes);
        }
        let id = StrId(self.place(Kind::String, slot));
        if self.is_sound() && *self.vm.heap.bytes(id) != **bytes {
            self.invalid("a constant is another string");
        }
        id
    }

    /// Puts a string into an image's slot.
    #[inline(never)]
    pub(super) fn put_string(&mut self, at: u32, bytes: &Rc<[u8]>) -> StrId {
        let mut id = StrId(NONE);
        if !self.exact {
            id = self.intern(bytes);
        } else {
            self.charge(Kind::String.base_price() + bytes.len() as u64);
            match self.vm.heap.strings.place(at, Rc::clone(bytes)) {
                Some(placed) => id = placed,
                None => self.invalid("a string is there twice"),
            }
        }
        if let Some(slot) = self.slots[Kind::String as usize].get_mut(at as usize) {
            slot.place = id.0;
        }
        id
    }

    #[inline(never)]
    fn intern(&mut self, bytes: &Rc<[u8]>) -> StrId {
        let heap = &mut self.vm.heap;
        match heap.strings.intern_shared(bytes, &mut heap.account) {
            Ok(id) => id,
            Err(_) => {
                self.fail(ThawError::Memory);
                StrId(NONE)
            }
        }
    }
}
