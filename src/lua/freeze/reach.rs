//! What of a heap belongs into an image: all that the program can reach and has
//! made or changed.

use super::kind::{State, is_original};
use crate::lua::function::Upval;
use crate::lua::heap::Heap;
use crate::lua::kind::Kind;
use crate::lua::strings::Strings;
use crate::lua::thread::FrameKind;
use crate::lua::value::{SHORT_STRING_MAX, StrId, TableId, Value};
use crate::lua::vm::Vm;

/// The states of all slots, by kind and slot.
pub(super) struct Reached {
    states: [Vec<State>; Kind::ALL.len()],
}

impl Reached {
    /// Looks at every slot of a machine, and follows what the program has made.
    pub(super) fn of(vm: &Vm, template: &Heap) -> Self {
        let heap = &vm.heap;
        let mut states: [Vec<State>; Kind::ALL.len()] = Default::default();
        let mut marker = Marker {
            heap,
            states: &mut states,
            work: Vec::new(),
        };
        let mut changed = Vec::new();
        for (kind, states) in Kind::ALL.into_iter().zip(marker.states.iter_mut()) {
            let originals = kind.slots(template);
            states.extend((0..kind.slots(heap)).map(|slot| {
                if !kind.is_live(heap, slot) {
                    return State::Free;
                }
                if slot < originals {
                    if is_original(kind, heap, template, slot) {
                        return State::Original;
                    }
                    if kind.is_live(template, slot) {
                        // What is left of the template may lead there.
                        changed.push((kind, slot));
                    }
                }
                match kind {
                    // Interning could find it again, so it is kept, garbage or not.
                    Kind::String if is_short(&heap.strings, slot) => State::Own,
                    _ => State::Garbage,
                }
            }));
        }
        for (kind, slot) in changed {
            marker.reach(kind, slot);
        }
        marker.roots(vm);
        marker.follow();
        Reached { states }
    }

    /// The states of all slots of a kind.
    pub(super) fn states(&self, kind: Kind) -> &[State] {
        &self.states[kind as usize]
    }

    /// The slots of a kind that the image describes, in order.
    pub(super) fn own(&self, kind: Kind) -> impl Iterator<Item = u32> {
        let states = self.states(kind).iter().enumerate();
        states.filter_map(|(slot, state)| (*state == State::Own).then_some(slot as u32))
    }

    /// Whether a slot holds what the template has there.
    pub(super) fn is_original(&self, kind: Kind, slot: u32) -> bool {
        self.states(kind).get(slot as usize) == Some(&State::Original)
    }
}

fn is_short(strings: &Strings, slot: u32) -> bool {
    strings.is_filled(slot) && strings.bytes(StrId::short(slot)).len() <= SHORT_STRING_MAX
}

/// Follows references, with a list of what is still to be looked at.
struct Marker<'a> {
    heap: &'a Heap,
    states: &'a mut [Vec<State>; Kind::ALL.len()],
    work: Vec<(Kind, u32)>,
}

impl Marker<'_> {
    fn roots(&mut self, vm: &Vm) {
        self.table(Some(vm.heap.globals));
        self.table(Some(vm.heap.registry));
        for meta in vm.heap.type_meta {
            self.table(meta);
        }
        self.reach(Kind::Thread, vm.main.0);
        self.reach(Kind::Thread, vm.current.0);
        if let Some(failure) = &vm.failure {
            self.value(failure.value);
        }
    }

    fn reach(&mut self, kind: Kind, slot: u32) {
        if let Some(state) = self.states[kind as usize].get_mut(slot as usize)
            && *state == State::Garbage
        {
            *state = State::Own;
            if kind != Kind::String {
                self.work.push((kind, slot));
            }
        }
    }

    fn table(&mut self, table: Option<TableId>) {
        if let Some(table) = table {
            self.reach(Kind::Table, table.0);
        }
    }

    fn value(&mut self, value: Value) {
        if let Some((kind, slot)) = Kind::of(value) {
            self.reach(kind, slot);
        }
    }

    fn values(&mut self, values: &[Value]) {
        for &value in values {
            self.value(value);
        }
    }

    fn follow(&mut self) {
        let heap = self.heap;
        while let Some((kind, slot)) = self.work.pop() {
            match kind {
                Kind::String => {}
                Kind::Proto => {
                    let loaded = heap.protos.get(slot);
                    self.values(&loaded.consts);
                    for child in &loaded.children {
                        self.reach(Kind::Proto, child.0);
                    }
                    if let Some(text) = loaded.text {
                        self.value(Value::Str(text));
                    }
                }
                Kind::Upval => match *heap.upvals.get(slot) {
                    Upval::Closed(value) => self.value(value),
                    // The variable lives on that stack, even if nothing else there
                    // is in use.
                    Upval::Open(thread, _) => self.reach(Kind::Thread, thread.0),
                },
                Kind::Closure => {
                    let closure = heap.closures.get(slot);
                    self.reach(Kind::Proto, closure.proto.0);
                    for upval in &closure.upvals {
                        self.reach(Kind::Upval, upval.0);
                    }
                }
                Kind::Bound => self.values(&heap.bounds.get(slot).upvals),
                Kind::Data => {
                    let data = heap.datas.get(slot);
                    self.values(&data.values);
                    self.table(data.meta);
                }
                Kind::Table => {
                    // What a weak table holds is there until a collection.
                    let table = heap.tables.get(slot);
                    self.table(table.meta);
                    self.values(table.array());
                    for node in table.nodes() {
                        self.value(node.key);
                        self.value(node.value);
                    }
                }
                Kind::Thread => self.thread(slot),
            }
        }
    }

    fn thread(&mut self, slot: u32) {
        let heap = self.heap;
        let thread = heap.threads.get(slot);
        let end = heap.live_end(thread).min(thread.stack.len());
        self.values(thread.stack.get(..end).unwrap_or(&[]));
        for frame in &thread.frames {
            if let FrameKind::Lua(closure) = frame.kind {
                self.reach(Kind::Closure, closure.0);
            }
        }
        for &(_, upval) in &thread.open {
            self.reach(Kind::Upval, upval.0);
        }
        self.value(thread.failure.unwrap_or_default());
        self.table(thread.realm);
        if let Some(resumer) = thread.resumer {
            self.reach(Kind::Thread, resumer.0);
        }
    }
}
