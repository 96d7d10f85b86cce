//! From bytes to a machine.
//!
//! Handles in an image are those of the machine that wrote it. Where the template
//! is the same, they stay; where it is another build's, objects get new ones, and
//! what the program used of the libraries is found by name.
//!
//! After the first error nothing is left of the image: numbers read as zero, lists as
//! empty. So numbers need no check, while a handle is always one of a living object
//! here, or reading it fails.

use std::rc::Rc;

use super::error::ThawError;
use super::geometry::{most_slots, read_free, read_states, skip_free};
use super::kind::{State, string_id};
use super::values::read_value;
use crate::codec::{CodecError, Reader};
use crate::lua::heap::Heap;
use crate::lua::kind::Kind;
use crate::lua::library::Template;
use crate::lua::proto::Proto;
use crate::lua::value::{
    BoundId, ClosureId, DataId, NativeId, ProtoId, StrId, TableId, ThreadId, UpvalId, Value,
};

/// A machine on its way from an image.
pub(super) struct Thawing<'i, 'b, 't> {
    image: &'i mut Reader<'b>,
    pub(super) template: &'t Template,
    /// The template's heap, with what was read so far.
    pub(super) heap: Heap,
    /// Whether the image comes from this very template.
    pub(super) exact: bool,
    /// Why the image cannot be read.
    pub(super) error: Option<ThawError>,
    /// The functions of each chunk, by number.
    pub(super) chunks: Vec<Vec<Rc<Proto>>>,
    states: [Vec<State>; Kind::ALL.len()],
    /// Where the objects of the image are here, by kind and slot.
    places: [Vec<u32>; Kind::ALL.len()],
    /// Which natives of the image are which ones here, if they have other numbers;
    /// in the order of the image's.
    natives: Vec<(u32, NativeId)>,
    /// What an own object is put over, in another build: by kind and slot here.
    replaced: [Vec<u32>; Kind::ALL.len()],
    /// Captured variables that are on the stack of a coroutine not yet read.
    pub(super) open: Vec<bool>,
}

/// The image cannot be read; [`Thawing::error`] says why.
#[derive(Debug)]
pub(super) struct Failed;

/// A result whose error was noted.
pub(super) type Res<T> = Result<T, Failed>;

/// No place.
const NONE: u32 = u32::MAX;

/// The names that an image has for what it uses of the template: by kind and slot,
/// and natives.
type Named<'b> = (
    [Vec<(u32, &'b [u8])>; Kind::ALL.len()],
    Vec<(u32, &'b [u8])>,
);

impl<'i, 'b, 't> Thawing<'i, 'b, 't> {
    pub(super) fn new(image: &'i mut Reader<'b>, template: &'t Template) -> Self {
        Thawing {
            image,
            template,
            heap: template.heap().clone(),
            exact: false,
            error: None,
            chunks: Vec::new(),
            states: Default::default(),
            places: Default::default(),
            natives: Vec::new(),
            replaced: Default::default(),
            open: Vec::new(),
        }
    }

    /// Reads which objects there are, and makes room for them.
    pub(super) fn begin(&mut self, limit: u64) -> Res<()> {
        if self.u32() != super::VERSION {
            return Err(self.invalid("the machine's image has another version"));
        }
        self.exact = *self.raw(16) == self.template.fingerprint().0;
        self.heap.account.set_limit(limit);
        self.charge(0)?;
        let free = self.read_geometry(limit)?;
        let garbage = self.u64();
        let named = self.read_names();
        self.check()?;
        if self.exact {
            for (kind, free) in Kind::ALL.into_iter().zip(free) {
                self.lay_out(kind, free)?;
            }
            if self.heap.account.charge_garbage(garbage).is_err() {
                return Err(self.fail(ThawError::Memory));
            }
        } else {
            self.relocate(&named)?;
        }
        self.open = vec![false; Kind::Upval.slots(&self.heap) as usize];
        Ok(())
    }

    fn read_geometry(&mut self, limit: u64) -> Res<[Vec<u32>; Kind::ALL.len()]> {
        let original = self.template.heap();
        let mut lists: [Vec<u32>; Kind::ALL.len()] = Default::default();
        // Slots take memory even when they are free. No program can have filled
        // many kinds of them up to its limit, one after the other.
        let mut room = limit.saturating_mul(2);
        for kind in Kind::ALL {
            let originals = kind.slots(original);
            let most = most_slots(kind, originals, room);
            let states = match read_states(self.image, most) {
                Ok(states) => states,
                Err(error) => return Err(self.fail(error)),
            };
            let extra = (states.len() as u64).saturating_sub(u64::from(originals));
            room = room.saturating_sub(extra.saturating_mul(kind.base_price()));
            let free = if self.exact {
                read_free(self.image, original.slots(kind).free_list(), &states)
            } else {
                skip_free(self.image)
            };
            lists[kind as usize] = self.read(free);
            self.states[kind as usize] = states;
        }
        Ok(lists)
    }

    fn read_names(&mut self) -> Named<'b> {
        let mut objects: [Vec<(u32, &[u8])>; Kind::ALL.len()] = Default::default();
        for names in &mut objects {
            *names = self.read_named();
        }
        (objects, self.read_named())
    }

    fn read_named(&mut self) -> Vec<(u32, &'b [u8])> {
        let mut names = Vec::new();
        for _ in 0..self.len_of(2) {
            names.push((self.u32(), self.bytes()));
        }
        names
    }

    // ── Where objects go ────────────────────────────────────────────────────

    /// Gives the slots of a kind the states of the image, in the same template.
    fn lay_out(&mut self, kind: Kind, free: Vec<u32>) -> Res<()> {
        let original = self.template.heap();
        let count = self.states[kind as usize].len() as u32;
        if count < kind.slots(original) {
            return Err(self.invalid("slots of the template are missing"));
        }
        self.heap.extend_slots(kind, count);
        let mut places = vec![NONE; count as usize];
        for (slot, place) in (0..).zip(&mut places) {
            let state = self.states[kind as usize][slot as usize];
            let was_live = kind.is_live(original, slot);
            if state == State::Original {
                if !was_live {
                    return Err(self.dangling());
                }
                *place = slot;
                continue;
            }
            if was_live {
                self.heap.account.release(original.price(kind, slot));
                self.heap.vacate(kind, slot);
            }
            if state == State::Own {
                *place = slot;
            } else if state == State::Garbage {
                self.charge(kind.base_price())?;
            } else {
                continue;
            }
            self.heap.slots_mut(kind).occupy(slot);
        }
        self.places[kind as usize] = places;
        self.heap.slots_mut(kind).set_free_list(free);
        Ok(())
    }

    /// Finds new places for all objects, among those of another template.
    fn relocate(&mut self, (objects, natives): &Named<'_>) -> Res<()> {
        for &(number, name) in natives {
            let found = std::str::from_utf8(name).ok();
            match found.and_then(|name| self.template.natives.find(name)) {
                Some(id) => self.natives.push((number, id)),
                None => return Err(self.missing(name)),
            }
        }
        for (kind, names) in Kind::ALL.into_iter().zip(objects) {
            let mut places = vec![NONE; self.states[kind as usize].len()];
            for &(slot, name) in names {
                let Some(place) = places.get_mut(slot as usize) else {
                    return Err(self.dangling());
                };
                if kind == Kind::String {
                    match self.heap.intern(name) {
                        Ok(id) => *place = id.0,
                        Err(_) => return Err(self.fail(ThawError::Memory)),
                    }
                    continue;
                }
                match self.template.names().find(kind, name) {
                    Some(here) => *place = here,
                    None => return Err(self.missing(name)),
                }
                if self.states[kind as usize][slot as usize] == State::Own {
                    self.replaced[kind as usize].push(*place);
                }
            }
            self.replaced[kind as usize].sort_unstable();
            if kind != Kind::String {
                for (place, state) in places.iter_mut().zip(&self.states[kind as usize]) {
                    if *state == State::Own && *place == NONE {
                        *place = self.heap.insert_empty(kind);
                    }
                }
            }
            self.places[kind as usize] = places;
        }
        Ok(())
    }

    /// Whether an own object takes the place of a template's one of another build.
    pub(super) fn replaces(&self, kind: Kind, place: u32) -> bool {
        self.replaced[kind as usize].binary_search(&place).is_ok()
    }

    /// Reads all objects of a kind that the image describes, in its order. `read`
    /// takes the slot that an object had and the one that it has here.
    pub(super) fn each_own(
        &mut self,
        kind: Kind,
        read: fn(&mut Self, u32, u32) -> Res<()>,
    ) -> Res<()> {
        for slot in 0..self.states[kind as usize].len() as u32 {
            if self.is_own(kind, slot) {
                // Strings get their places when they are read.
                let place = match kind {
                    Kind::String => NONE,
                    _ => self.place(kind, slot)?,
                };
                read(self, slot, place)?;
                self.check()?;
            }
        }
        Ok(())
    }

    fn is_own(&self, kind: Kind, slot: u32) -> bool {
        self.states[kind as usize].get(slot as usize) == Some(&State::Own)
    }

    /// Where an object of the image is here.
    pub(super) fn place(&mut self, kind: Kind, slot: u32) -> Res<u32> {
        match self.places[kind as usize].get(slot as usize) {
            Some(&place) if place != NONE => Ok(place),
            _ => Err(self.dangling()),
        }
    }

    // ── Errors ──────────────────────────────────────────────────────────────

    /// Notes an error, the first of which counts, and lets nothing more be read.
    #[cold]
    #[inline(never)]
    pub(super) fn fail(&mut self, error: ThawError) -> Failed {
        self.error.get_or_insert(error);
        *self.image = Reader::new(&[]);
        Failed
    }

    /// A contradiction in the image.
    #[cold]
    #[inline(never)]
    pub(super) fn invalid(&mut self, what: &'static str) -> Failed {
        self.fail(ThawError::Bad(CodecError::Invalid(what)))
    }

    /// A reference to nothing.
    #[cold]
    #[inline(never)]
    pub(super) fn dangling(&mut self) -> Failed {
        self.invalid("a reference is dangling")
    }

    /// A name that the libraries here do not have.
    #[cold]
    #[inline(never)]
    pub(super) fn missing(&mut self, name: &[u8]) -> Failed {
        self.fail(ThawError::Missing(
            String::from_utf8_lossy(name).into_owned(),
        ))
    }

    /// Fails if something has failed.
    pub(super) fn check(&self) -> Res<()> {
        if self.error.is_some() {
            Err(Failed)
        } else {
            Ok(())
        }
    }

    /// Charges so many bytes.
    pub(super) fn charge(&mut self, bytes: u64) -> Res<()> {
        match self.heap.account.charge(bytes) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.fail(ThawError::Memory)),
        }
    }

    // ── Numbers and bytes ───────────────────────────────────────────────────

    fn read<T: Default>(&mut self, result: Result<T, CodecError>) -> T {
        result.unwrap_or_else(|error| {
            self.fail(error.into());
            T::default()
        })
    }

    #[inline(never)]
    pub(super) fn u64(&mut self) -> u64 {
        let result = self.image.u64();
        self.read(result)
    }

    #[inline(never)]
    pub(super) fn u32(&mut self) -> u32 {
        let result = self.image.u32();
        self.read(result)
    }

    pub(super) fn i64(&mut self) -> i64 {
        let result = self.image.i64();
        self.read(result)
    }

    #[inline(never)]
    pub(super) fn bool(&mut self) -> bool {
        let result = self.image.bool();
        self.read(result)
    }

    pub(super) fn u8(&mut self) -> u8 {
        let result = self.image.u8();
        self.read(result)
    }

    /// The length of a list whose items take at least `smallest` bytes each.
    #[inline(never)]
    pub(super) fn len_of(&mut self, smallest: usize) -> usize {
        let result = self.image.len_of(smallest);
        self.read(result)
    }

    #[inline(never)]
    pub(super) fn bytes(&mut self) -> &'b [u8] {
        let result = self.image.bytes();
        self.read(result)
    }

    /// So many bytes, or none.
    #[inline(never)]
    pub(super) fn raw(&mut self, length: usize) -> &'b [u8] {
        let result = self.image.raw(length);
        self.read(result)
    }

    // ── References ──────────────────────────────────────────────────────────

    /// Reads the handle of an object.
    #[inline(never)]
    pub(super) fn slot(&mut self, kind: Kind) -> Res<u32> {
        let slot = self.u32();
        self.place(kind, slot)
    }

    pub(super) fn proto(&mut self) -> Res<ProtoId> {
        self.slot(Kind::Proto).map(ProtoId)
    }

    pub(super) fn upval(&mut self) -> Res<UpvalId> {
        self.slot(Kind::Upval).map(UpvalId)
    }

    pub(super) fn table(&mut self) -> Res<TableId> {
        self.slot(Kind::Table).map(TableId)
    }

    pub(super) fn thread_id(&mut self) -> Res<ThreadId> {
        self.slot(Kind::Thread).map(ThreadId)
    }

    #[inline(never)]
    pub(super) fn optional_table(&mut self) -> Res<Option<TableId>> {
        Ok(if self.bool() {
            Some(self.table()?)
        } else {
            None
        })
    }

    /// The native of an image's number.
    pub(super) fn native(&mut self, number: u32) -> Res<NativeId> {
        let id = if self.exact {
            Some(NativeId(number))
        } else {
            let found = self.natives.binary_search_by(|(at, _)| at.cmp(&number));
            found.ok().map(|at| self.natives[at].1)
        };
        match id {
            Some(id) if self.template.natives.get(id).is_some() => Ok(id),
            _ => Err(self.dangling()),
        }
    }

    /// Reads a value.
    #[inline(never)]
    pub(super) fn value(&mut self) -> Res<Value> {
        let result = read_value(self.image);
        let value = self.read(result);
        let Some((kind, slot)) = Kind::of(value) else {
            return Ok(match value {
                Value::Native(id) => Value::Native(self.native(id.0)?),
                plain => plain,
            });
        };
        let place = self.place(kind, slot)?;
        Ok(match value {
            Value::Str(id) => Value::Str(self.string(id, place)?),
            Value::Table(_) => Value::Table(TableId(place)),
            Value::Closure(_) => Value::Closure(ClosureId(place)),
            Value::Bound(_) => Value::Bound(BoundId(place)),
            Value::Thread(_) => Value::Thread(ThreadId(place)),
            _ => Value::Data(DataId(place)),
        })
    }

    /// Reads a list of values.
    #[inline(never)]
    pub(super) fn values(&mut self) -> Res<Vec<Value>> {
        let count = self.len_of(1);
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(self.value()?);
        }
        Ok(values)
    }

    /// The string in this place, which is this one in the image.
    fn string(&mut self, id: StrId, place: u32) -> Res<StrId> {
        let here = if self.exact {
            string_id(&self.heap, place)
        } else {
            StrId(place)
        };
        if here.is_long() == id.is_long() {
            Ok(here)
        } else {
            Err(self.dangling())
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
    #[inline(never)]
    pub(super) fn known_string(&mut self, slot: u32, bytes: &Rc<[u8]>) -> Res<StrId> {
        if self.is_own(Kind::String, slot) && self.lacks_string(slot) {
            return self.put_string(slot, bytes);
        }
        if !self.exact {
            // Constants need no names: another build's template may have them.
            return self.intern(bytes);
        }
        let here = self.place(Kind::String, slot)?;
        let here = string_id(&self.heap, here);
        if *self.heap.bytes(here) == **bytes {
            Ok(here)
        } else {
            Err(self.invalid("a constant is another string"))
        }
    }

    /// Puts a string into an image's slot.
    #[inline(never)]
    pub(super) fn put_string(&mut self, slot: u32, bytes: &Rc<[u8]>) -> Res<StrId> {
        if self.exact {
            let place = self.place(Kind::String, slot)?;
            self.charge(Kind::String.base_price() + bytes.len() as u64)?;
            return match self.heap.strings.place(place, Rc::clone(bytes)) {
                Some(id) => Ok(id),
                None => Err(self.invalid("a string is there twice")),
            };
        }
        let id = self.intern(bytes)?;
        if let Some(place) = self.places[Kind::String as usize].get_mut(slot as usize) {
            *place = id.0;
        }
        Ok(id)
    }

    fn intern(&mut self, bytes: &Rc<[u8]>) -> Res<StrId> {
        let heap = &mut self.heap;
        match heap.strings.intern_shared(bytes, &mut heap.account) {
            Ok(id) => Ok(id),
            Err(_) => Err(self.fail(ThawError::Memory)),
        }
    }
}
