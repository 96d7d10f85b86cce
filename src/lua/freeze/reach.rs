//! What of a heap belongs into an image: all that the program can reach and has
//! made or changed.

use super::kind::{State, is_original};
use super::parts::{Part, parts};
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
        // What is left of the template may lead to objects in the place of its own.
        let mut changed = Vec::new();
        for &kind in &Kind::ALL {
            let (slots, originals) = (heap.slots(kind), template.slots(kind));
            let states = &mut states[kind as usize];
            states.reserve_exact(slots.count() as usize);
            for slot in 0..slots.count() {
                let state = if !slots.is_live(slot) {
                    State::Free
                } else if originals.is_live(slot) && is_original(kind, heap, template, slot) {
                    State::Original
                } else if kind == Kind::String && is_short(&heap.strings, slot) {
                    // Interning could find it again, so it is kept, garbage or not.
                    State::Own
                } else {
                    State::Garbage
                };
                states.push(state);
                if state != State::Free && state != State::Original && originals.is_live(slot) {
                    changed.push((kind, slot));
                }
            }
        }
        let mut marker = Marker {
            heap,
            states: &mut states,
            work: Vec::new(),
        };
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

    fn follow(&mut self) {
        let heap = self.heap;
        while let Some((kind, slot)) = self.work.pop() {
            parts(heap, kind, slot, &mut |part, _| match part {
                Part::Value(value) => self.value(value),
                Part::Object(kind, slot) | Part::Silent(kind, slot) => self.reach(kind, slot),
                Part::Frame(frame, _) => {
                    if let FrameKind::Lua(closure) = frame.kind {
                        self.reach(Kind::Closure, closure.0);
                    }
                }
                Part::Native(_) | Part::Number(_) | Part::Bytes(_) => {}
            });
        }
    }
}
