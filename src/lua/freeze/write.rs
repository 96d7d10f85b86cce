//! From a machine to bytes.

use std::rc::Rc;

use super::error::FreezeError;
use super::geometry::{write_free, write_states};
use super::kind::{State, identical};
use super::names::code_hash;
use super::parts::{Part, head, nodes, parts};
use super::reach::Reached;
use super::sources::Sources;
use super::threads::write_frame;
use super::values::write_value;
use super::{ORIGINAL_CHUNK, VERSION};
use crate::codec::Writer;
use crate::lua::heap::Heap;
use crate::lua::kind::Kind;
use crate::lua::library::Template;
use crate::lua::proto::{Const, Proto};
use crate::lua::table::{Node, Table};
use crate::lua::value::{NativeId, StrId, Value};
use crate::lua::vm::Vm;

/// An image being written: the objects, and what of the template they refer to.
pub(super) struct Image<'a> {
    pub(super) out: Writer,
    heap: &'a Heap,
    original: &'a Heap,
    reached: &'a Reached,
    /// By kind, and behind those the natives.
    named: [Vec<u32>; NATIVES + 1],
}

/// The place of natives behind the kinds.
const NATIVES: usize = Kind::ALL.len();

impl Image<'_> {
    /// Writes a value, and remembers what it refers to.
    #[inline(never)]
    fn value(&mut self, value: Value) {
        if let Value::Native(id) = value {
            self.named[NATIVES].push(id.0);
        } else if let Some((kind, slot)) = Kind::of(value) {
            self.note(kind, slot);
        }
        write_value(&mut self.out, value);
    }

    /// Writes the handle of an object.
    #[inline(never)]
    pub(super) fn slot(&mut self, kind: Kind, slot: u32) {
        self.note(kind, slot);
        self.out.u32(slot);
    }

    /// Writes the number of a native.
    pub(super) fn native(&mut self, id: NativeId) {
        self.named[NATIVES].push(id.0);
        self.out.u32(id.0);
    }

    /// Writes a part of an object.
    #[inline(never)]
    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Value(value) => self.value(value),
            Part::Object(kind, slot) => self.slot(kind, slot),
            Part::Silent(..) => {}
            Part::Native(id) => self.native(id),
            Part::Number(number) => self.out.u64(number),
            Part::Bytes(bytes) => self.out.bytes(bytes),
            Part::Frame(frame, below) => write_frame(self, self.heap, frame, below),
        }
    }

    /// Whether an object is the template's, unchanged.
    pub(super) fn is_original(&self, kind: Kind, slot: u32) -> bool {
        self.reached.is_original(kind, slot)
    }

    fn note(&mut self, kind: Kind, slot: u32) {
        if self.reached.is_original(kind, slot) {
            self.named[kind as usize].push(slot);
        }
    }
}

impl Vm {
    pub(super) fn write_image(
        &self,
        template: &Template,
        out: &mut Writer,
        sources: &mut Sources,
    ) -> Result<(), FreezeError> {
        if !Rc::ptr_eq(&self.natives, &template.natives) {
            return Err(FreezeError::OtherTemplate);
        }
        if self.heap.collector.is_running() {
            return Err(FreezeError::Collecting);
        }
        if self.scratch.is_some() {
            return Err(FreezeError::Unfinished);
        }
        let (heap, original) = (&self.heap, &template.heap);
        let reached = Reached::of(self, original);
        out.u32(VERSION);
        out.raw(&template.fingerprint().0);
        for &kind in &Kind::ALL {
            write_states(out, reached.states(kind));
            write_free(
                out,
                heap.slots(kind).free_list(),
                original.slots(kind).free_list(),
            );
        }
        out.u64(garbage_price(heap, original, &reached));
        let mut image = Image {
            out: Writer::new(),
            heap,
            original,
            reached: &reached,
            named: Default::default(),
        };
        let in_protos = image.protos(template, sources);
        image.strings(&in_protos);
        for &kind in &Kind::ALL {
            if !matches!(kind, Kind::String | Kind::Proto) {
                for slot in reached.own(kind) {
                    image.object(kind, slot);
                }
            }
        }
        image.machine(self);
        image.finish(template, out);
        Ok(())
    }
}

/// What garbage was charged beyond the price of empty objects in its slots.
fn garbage_price(heap: &Heap, original: &Heap, reached: &Reached) -> u64 {
    // All that is charged, less what the image accounts for.
    let mut counted = original.account.used();
    for &kind in &Kind::ALL {
        let originals = original.slots(kind);
        for (slot, state) in (0..).zip(reached.states(kind)) {
            if *state == State::Original {
                continue;
            }
            if originals.is_live(slot) {
                counted = counted.saturating_sub(original.price(kind, slot));
            }
            counted = counted.saturating_add(match state {
                State::Own => heap.price(kind, slot),
                State::Garbage => kind.base_price(),
                State::Free | State::Original => 0,
            });
        }
    }
    heap.account.used().saturating_sub(counted)
}

impl<'a> Image<'a> {
    /// Writes chunks and prototypes. Returns which strings need no description, as
    /// they are constants or texts of those.
    fn protos(&mut self, template: &Template, sources: &mut Sources) -> Vec<bool> {
        let heap = self.heap;
        // Chunks as the image numbers them, by their own numbers in `sources`.
        let mut chunks: Vec<(u32, &Rc<Proto>)> = Vec::new();
        let mut numbers = Vec::new();
        let mut number = 0;
        for slot in self.reached.own(Kind::Proto) {
            let Some(proto) = &heap.protos.get(slot).proto else {
                continue;
            };
            let is_same = |other: &Rc<Proto>| Rc::ptr_eq(&other.chunk, &proto.chunk);
            // Functions of a chunk mostly follow each other.
            if !chunks.get(number).is_some_and(|(_, other)| is_same(other)) {
                let source = if template.has_chunk(&proto.chunk) {
                    ORIGINAL_CHUNK
                } else {
                    sources.number(&proto.chunk) + 1
                };
                // The same text may have been compiled twice.
                number = 0;
                while let Some((known, other)) = chunks.get(number)
                    && (*known != source || source == ORIGINAL_CHUNK && !is_same(other))
                {
                    number += 1;
                }
                if number == chunks.len() {
                    chunks.push((source, proto));
                }
            }
            numbers.push(number);
        }
        self.out.len_of(chunks.len());
        for (source, proto) in &chunks {
            self.out.u32(*source);
            if *source == ORIGINAL_CHUNK {
                self.out.bytes(proto.chunk.name());
            }
        }
        let mut known = vec![false; heap.strings.slab.slots.count() as usize];
        let mut numbers = numbers.iter();
        for slot in self.reached.own(Kind::Proto) {
            let loaded = heap.protos.get(slot);
            let Some(proto) = &loaded.proto else {
                continue;
            };
            self.out.len_of(numbers.next().copied().unwrap_or_default());
            self.out.u32(proto.ordinal);
            self.out.raw(&code_hash(proto).to_le_bytes());
            for child in &loaded.children {
                self.out.u32(child.0);
            }
            let mut string = |out: &mut Writer, id: StrId| {
                if let Some(known) = known.get_mut(id.index()) {
                    *known = true;
                }
                out.u32(id.index() as u32);
            };
            self.out.bool(loaded.text.is_some());
            if let Some(text) = loaded.text {
                string(&mut self.out, text);
            }
            for (constant, value) in proto.consts.iter().zip(&loaded.consts) {
                if let (Const::Str(_), Value::Str(id)) = (constant, value) {
                    string(&mut self.out, *id);
                }
            }
        }
        known
    }

    fn strings(&mut self, known: &[bool]) {
        for slot in self.reached.own(Kind::String) {
            if known.get(slot as usize) != Some(&true) {
                self.out.bytes(self.heap.bytes(StrId::short(slot)));
            }
        }
    }

    /// Writes an object that is neither a string nor a prototype. Another build has to find
    /// one by name that stands where the template has one.
    fn object(&mut self, kind: Kind, slot: u32) {
        if kind.is_live(self.original, slot) {
            self.named[kind as usize].push(slot);
        }
        let heap = self.heap;
        match kind {
            Kind::Table => self.table_contents(slot, heap.tables.get(slot)),
            _ => parts(heap, kind, slot, &mut |part, _| self.part(part)),
        }
    }

    /// Writes a table: what it is, or how it differs from the template's.
    fn table_contents(&mut self, slot: u32, table: &Table) {
        let before = self.kept_nodes(slot, table);
        self.out.len_of(before.len());
        head(table, &mut |part, _| self.part(part));
        if !before.is_empty() {
            let pairs = || before.iter().zip(table.nodes()).enumerate();
            let differ =
                |(_, (old, new)): &(usize, (&Node, &Node))| !identical(old.value, new.value);
            self.out.len_of(pairs().filter(differ).count());
            for (at, (_, new)) in pairs().filter(differ) {
                self.out.len_of(at);
                self.value(new.key);
                self.value(new.value);
            }
        }
        let added = table.nodes().get(before.len()..).unwrap_or(&[]);
        nodes(added, &mut |part, _| self.part(part));
    }

    /// The entries of the template's table in this slot, if all of them still have
    /// their places.
    fn kept_nodes(&self, slot: u32, table: &Table) -> &'a [Node] {
        if !Kind::Table.is_live(self.original, slot) {
            return &[];
        }
        let before = self.original.tables.get(slot).nodes();
        let mut pairs = before.iter().zip(table.nodes());
        let is_kept = before.len() <= table.nodes().len()
            && pairs.all(|(old, new)| identical(old.key, new.key));
        if is_kept { before } else { &[] }
    }

    /// Writes what the machine itself holds.
    fn machine(&mut self, vm: &Vm) {
        let heap = self.heap;
        self.slot(Kind::Table, heap.globals.0);
        self.slot(Kind::Table, heap.registry.0);
        for meta in &heap.type_meta {
            self.out.bool(meta.is_some());
            if let Some(meta) = meta {
                self.slot(Kind::Table, meta.0);
            }
        }
        self.out.u64(heap.account.threshold());
        self.out.u64(heap.account.peak());
        self.slot(Kind::Thread, vm.main.0);
        self.slot(Kind::Thread, vm.current.0);
        self.out.i64(vm.fuel);
        for word in &vm.random.state {
            self.out.raw(&word.to_le_bytes());
        }
        self.out.option(vm.attempt, |out, attempt| {
            out.u32(attempt.thread.0);
            out.len_of(attempt.frames);
            out.u32(attempt.pc);
            out.i64(attempt.fuel);
        });
        self.out.bool(vm.failure.is_some());
        if let Some(failure) = &vm.failure {
            self.value(failure.value);
            self.out.bytes(&failure.traceback);
        }
    }

    /// Puts the names of what was referred to in front of the rest.
    fn finish(mut self, template: &Template, out: &mut Writer) {
        for (place, slots) in self.named.iter_mut().enumerate() {
            slots.sort_unstable();
            slots.dedup();
            out.len_of(slots.len());
            for &slot in slots.iter() {
                out.u32(slot);
                out.bytes(match Kind::ALL.get(place) {
                    Some(Kind::String) => self.original.bytes(StrId::short(slot)),
                    Some(kind) => template.names().name(*kind, slot).unwrap_or_default(),
                    None => match template.natives.get(NativeId(slot)) {
                        Some(native) => native.name.as_bytes(),
                        None => &[],
                    },
                });
            }
        }
        out.raw(&self.out.into_bytes());
    }
}
