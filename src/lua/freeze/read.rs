//! From bytes to a machine.
//!
//! Handles in an image are those of the machine that wrote it. Where the template
//! is the same, they stay; where it is another build's, objects get new ones, and
//! what the program used of the libraries is found by name.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::error::ThawError;
use super::geometry::{most_slots, read_free, read_states, skip_free};
use super::kind::{Kind, State, string_id};
use super::values::read_value;
use crate::codec::{CodecError, Reader};
use crate::lua::heap::Heap;
use crate::lua::library::Template;
use crate::lua::value::{
    BoundId, ClosureId, DataId, NativeId, ProtoId, StrId, TableId, ThreadId, UpvalId, Value,
};

/// A machine on its way from an image.
pub(super) struct Thawing<'i, 'b, 't> {
    pub(super) image: &'i mut Reader<'b>,
    pub(super) template: &'t Template,
    /// The template's heap, with what was read so far.
    pub(super) heap: Heap,
    /// Whether the image comes from this very template.
    pub(super) exact: bool,
    states: [Vec<State>; Kind::ALL.len()],
    /// Where the objects of the image are here, by kind and slot.
    places: [Vec<u32>; Kind::ALL.len()],
    /// Which natives of the image are which ones here, if they have other numbers.
    natives: BTreeMap<u32, NativeId>,
    /// What an own object is put over, in another build: by kind and slot here.
    pub(super) replaced: [Vec<u32>; Kind::ALL.len()],
    /// Captured variables that are on the stack of a coroutine not yet read.
    pub(super) open: Vec<bool>,
}

/// No place.
const NONE: u32 = u32::MAX;

/// A reference to nothing.
pub(super) const DANGLING: ThawError =
    ThawError::Bad(CodecError::Invalid("a reference is dangling"));

/// A contradiction in an image.
pub(super) fn invalid(what: &'static str) -> ThawError {
    ThawError::Bad(CodecError::Invalid(what))
}

/// The names that an image has for what it uses of the template: by kind and slot,
/// and natives.
type Named<'b> = ([Vec<(u32, &'b [u8])>; Kind::ALL.len()], Vec<(u32, &'b str)>);

impl<'i, 'b, 't> Thawing<'i, 'b, 't> {
    /// Reads which objects there are, and makes room for them.
    pub(super) fn begin(
        image: &'i mut Reader<'b>,
        template: &'t Template,
        limit: u64,
    ) -> Result<Self, ThawError> {
        if image.u32()? != super::VERSION {
            return Err(invalid("the machine's image has another version"));
        }
        let exact = image.raw(16)? == template.fingerprint().0;
        let mut heap = template.heap().clone();
        heap.account.set_limit(limit);
        heap.account.charge(0)?;
        let mut thawing = Thawing {
            image,
            template,
            heap,
            exact,
            states: Default::default(),
            places: Default::default(),
            natives: BTreeMap::new(),
            replaced: Default::default(),
            open: Vec::new(),
        };
        let free = thawing.read_geometry(limit)?;
        let garbage = thawing.image.u64()?;
        let named = thawing.read_names()?;
        if exact {
            for (kind, free) in Kind::ALL.into_iter().zip(free) {
                thawing.lay_out(kind, free)?;
            }
            thawing.heap.account.charge_garbage(garbage)?;
        } else {
            thawing.relocate(&named)?;
        }
        let upvals = Kind::Upval.slots(&thawing.heap) as usize;
        thawing.open = vec![false; upvals];
        Ok(thawing)
    }

    fn read_geometry(&mut self, limit: u64) -> Result<[Vec<u32>; Kind::ALL.len()], ThawError> {
        let original = self.template.heap();
        let mut lists: [Vec<u32>; Kind::ALL.len()] = Default::default();
        // Slots take memory even when they are free. No program can have filled
        // many kinds of them up to its limit, one after the other.
        let mut room = limit.saturating_mul(2);
        for kind in Kind::ALL {
            let originals = kind.slots(original);
            let most = most_slots(kind, originals, room);
            let states = read_states(self.image, most)?;
            let extra = (states.len() as u64).saturating_sub(u64::from(originals));
            room = room.saturating_sub(extra.saturating_mul(kind.base_price()));
            if self.exact {
                lists[kind as usize] = read_free(self.image, kind.free_list(original), &states)?;
            } else {
                skip_free(self.image)?;
            }
            self.states[kind as usize] = states;
        }
        Ok(lists)
    }

    fn read_names(&mut self) -> Result<Named<'b>, ThawError> {
        let mut objects: [Vec<(u32, &[u8])>; Kind::ALL.len()] = Default::default();
        for names in &mut objects {
            *names = self
                .image
                .list(|image| Ok((image.u32()?, image.bytes()?)))?;
        }
        let natives = self.image.list(|image| Ok((image.u32()?, image.str()?)))?;
        Ok((objects, natives))
    }

    // ── Where objects go ────────────────────────────────────────────────────

    /// Gives the slots of a kind the states of the image, in the same template.
    fn lay_out(&mut self, kind: Kind, free: Vec<u32>) -> Result<(), ThawError> {
        let original = self.template.heap();
        let heap = &mut self.heap;
        let states = &self.states[kind as usize];
        let originals = kind.slots(original);
        if (states.len() as u64) < u64::from(originals) {
            return Err(invalid("slots of the template are missing"));
        }
        extend(kind, heap, states.len() as u32);
        let places = &mut self.places[kind as usize];
        places.resize(states.len(), NONE);
        for ((slot, state), place) in (0..).zip(states).zip(places.iter_mut()) {
            let was_live = slot < originals && kind.is_live(original, slot);
            if *state == State::Original {
                if !was_live {
                    return Err(DANGLING);
                }
                *place = slot;
                continue;
            }
            if was_live {
                heap.account.release(kind.price(original, slot));
                vacate(kind, heap, slot);
            }
            match state {
                State::Own => {
                    make_room(kind, heap, slot);
                    *place = slot;
                }
                State::Garbage => {
                    heap.account.charge(kind.base_price())?;
                    make_room(kind, heap, slot);
                }
                State::Free | State::Original => {}
            }
        }
        set_free_list(kind, heap, free);
        Ok(())
    }

    /// Finds new places for all objects, among those of another template.
    fn relocate(&mut self, (objects, natives): &Named<'_>) -> Result<(), ThawError> {
        let missing = |name: &[u8]| ThawError::Missing(String::from_utf8_lossy(name).into_owned());
        for &(number, name) in natives {
            let id = self.template.natives.find(name);
            let id = id.ok_or_else(|| missing(name.as_bytes()))?;
            self.natives.insert(number, id);
        }
        for (kind, names) in Kind::ALL.into_iter().zip(objects) {
            self.places[kind as usize] = vec![NONE; self.states[kind as usize].len()];
            for &(slot, name) in names {
                let here = match kind {
                    Kind::String => self.heap.intern(name)?.0,
                    _ => {
                        let found = self.template.names().find(kind, name);
                        found.ok_or_else(|| missing(name))?
                    }
                };
                let place = self.places[kind as usize].get_mut(slot as usize);
                *place.ok_or(DANGLING)? = here;
                if kind != Kind::String
                    && self.states[kind as usize].get(slot as usize) == Some(&State::Own)
                {
                    self.replaced[kind as usize].push(here);
                }
            }
            self.replaced[kind as usize].sort_unstable();
            if kind == Kind::String {
                continue;
            }
            for slot in 0..self.states[kind as usize].len() {
                if self.states[kind as usize][slot] == State::Own
                    && self.places[kind as usize][slot] == NONE
                {
                    self.places[kind as usize][slot] = insert(kind, &mut self.heap);
                }
            }
        }
        Ok(())
    }

    /// Whether an own object takes the place of a template's one of another build.
    /// Gives back what that was charged.
    pub(super) fn replaces(&self, kind: Kind, place: u32) -> bool {
        self.replaced[kind as usize].binary_search(&place).is_ok()
    }

    /// The slots of a kind that the image describes, as it numbers them.
    pub(super) fn own(&self, kind: Kind) -> Vec<u32> {
        let states = (0..).zip(&self.states[kind as usize]);
        states
            .filter_map(|(slot, state)| (*state == State::Own).then_some(slot))
            .collect()
    }

    /// Where an object of the image is here.
    pub(super) fn place(&self, kind: Kind, slot: u32) -> Result<u32, ThawError> {
        match self.places[kind as usize].get(slot as usize) {
            Some(&place) if place != NONE => Ok(place),
            _ => Err(DANGLING),
        }
    }

    // ── References ──────────────────────────────────────────────────────────

    /// Reads the handle of an object.
    pub(super) fn slot(&mut self, kind: Kind) -> Result<u32, ThawError> {
        let slot = self.image.u32()?;
        self.place(kind, slot)
    }

    pub(super) fn proto(&mut self) -> Result<ProtoId, ThawError> {
        self.slot(Kind::Proto).map(ProtoId)
    }

    pub(super) fn upval(&mut self) -> Result<UpvalId, ThawError> {
        self.slot(Kind::Upval).map(UpvalId)
    }

    pub(super) fn table(&mut self) -> Result<TableId, ThawError> {
        self.slot(Kind::Table).map(TableId)
    }

    pub(super) fn thread_id(&mut self) -> Result<ThreadId, ThawError> {
        self.slot(Kind::Thread).map(ThreadId)
    }

    pub(super) fn optional_table(&mut self) -> Result<Option<TableId>, ThawError> {
        Ok(if self.image.bool()? {
            Some(self.table()?)
        } else {
            None
        })
    }

    /// The native of an image's number.
    pub(super) fn native(&mut self, number: u32) -> Result<NativeId, ThawError> {
        let id = if self.exact {
            Some(NativeId(number))
        } else {
            self.natives.get(&number).copied()
        };
        id.filter(|id| self.template.natives.get(*id).is_some())
            .ok_or(DANGLING)
    }

    /// Reads a value.
    pub(super) fn value(&mut self) -> Result<Value, ThawError> {
        Ok(match read_value(self.image)? {
            Value::Str(id) => Value::Str(self.string(id)?),
            Value::Table(id) => Value::Table(TableId(self.place(Kind::Table, id.0)?)),
            Value::Closure(id) => Value::Closure(ClosureId(self.place(Kind::Closure, id.0)?)),
            Value::Native(id) => Value::Native(self.native(id.0)?),
            Value::Bound(id) => Value::Bound(BoundId(self.place(Kind::Bound, id.0)?)),
            Value::Thread(id) => Value::Thread(ThreadId(self.place(Kind::Thread, id.0)?)),
            Value::Data(id) => Value::Data(DataId(self.place(Kind::Data, id.0)?)),
            plain => plain,
        })
    }

    /// Reads a list of values.
    pub(super) fn values(&mut self) -> Result<Vec<Value>, ThawError> {
        let count = self.image.len_of(1)?;
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(self.value()?);
        }
        Ok(values)
    }

    /// The string here that is this one in the image.
    fn string(&self, id: StrId) -> Result<StrId, ThawError> {
        let place = self.place(Kind::String, id.index() as u32)?;
        let here = if self.exact {
            string_id(&self.heap, place)
        } else {
            StrId(place)
        };
        if here.is_long() == id.is_long() {
            Ok(here)
        } else {
            Err(DANGLING)
        }
    }

    /// Whether the string of an image's slot still has to be read.
    pub(super) fn lacks_string(&self, slot: u32) -> bool {
        match self.places[Kind::String as usize].get(slot as usize) {
            Some(&place) if self.exact => !self.heap.strings.is_filled(place),
            place => place == Some(&NONE),
        }
    }

    /// The string of an image's slot, whose bytes are known to be these. It is put
    /// there unless it is there already.
    pub(super) fn known_string(&mut self, slot: u32, bytes: &Rc<[u8]>) -> Result<StrId, ThawError> {
        if self.states[Kind::String as usize].get(slot as usize) == Some(&State::Own)
            && self.lacks_string(slot)
        {
            return self.put_string(slot, bytes);
        }
        if !self.exact {
            // Constants need no names: another build's template may have them.
            let here = self
                .heap
                .strings
                .intern_shared(bytes, &mut self.heap.account)?;
            return Ok(here);
        }
        let here = string_id(&self.heap, self.place(Kind::String, slot)?);
        if *self.heap.bytes(here) == **bytes {
            Ok(here)
        } else {
            Err(invalid("a constant is another string"))
        }
    }

    /// Puts a string into an image's slot.
    pub(super) fn put_string(&mut self, slot: u32, bytes: &Rc<[u8]>) -> Result<StrId, ThawError> {
        let heap = &mut self.heap;
        if self.exact {
            let place = self.places[Kind::String as usize].get(slot as usize);
            let place = *place.ok_or(DANGLING)?;
            let price = Kind::String.base_price() + bytes.len() as u64;
            heap.account.charge(price)?;
            let id = heap.strings.place(place, Rc::clone(bytes));
            return id.ok_or(invalid("a string is there twice"));
        }
        let id = heap.strings.intern_shared(bytes, &mut heap.account)?;
        if let Some(place) = self.places[Kind::String as usize].get_mut(slot as usize) {
            *place = id.0;
        }
        Ok(id)
    }
}

macro_rules! each {
    ($kind:expr, $heap:expr, $slab:ident => $do:expr, $strings:expr) => {
        match $kind {
            Kind::String => $strings,
            Kind::Proto => {
                let $slab = &mut $heap.protos;
                $do
            }
            Kind::Upval => {
                let $slab = &mut $heap.upvals;
                $do
            }
            Kind::Closure => {
                let $slab = &mut $heap.closures;
                $do
            }
            Kind::Bound => {
                let $slab = &mut $heap.bounds;
                $do
            }
            Kind::Data => {
                let $slab = &mut $heap.datas;
                $do
            }
            Kind::Table => {
                let $slab = &mut $heap.tables;
                $do
            }
            Kind::Thread => {
                let $slab = &mut $heap.threads;
                $do
            }
        }
    };
}

fn extend(kind: Kind, heap: &mut Heap, slots: u32) {
    each!(kind, heap, slab => slab.extend_to(slots), heap.strings.slab.extend_to(slots));
}

fn vacate(kind: Kind, heap: &mut Heap, slot: u32) {
    each!(kind, heap, slab => slab.vacate(slot), heap.strings.vacate(slot));
}

fn make_room(kind: Kind, heap: &mut Heap, slot: u32) {
    each!(
        kind,
        heap,
        slab => slab.place(slot, Default::default()),
        heap.strings.slab.place(slot, Default::default())
    );
}

fn set_free_list(kind: Kind, heap: &mut Heap, free: Vec<u32>) {
    each!(kind, heap, slab => slab.set_free_list(free), heap.strings.slab.set_free_list(free));
}

fn insert(kind: Kind, heap: &mut Heap) -> u32 {
    each!(
        kind,
        heap,
        slab => slab.insert(Default::default()),
        heap.strings.slab.insert(Default::default())
    )
}
