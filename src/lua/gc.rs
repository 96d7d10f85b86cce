//! Garbage collection: mark and sweep, in steps, while the program stands still.
//!
//! The program never runs between two steps of one collection, so there are no
//! barriers; a step only bounds how long the host waits. Everything on a stack
//! below its top counts as reachable, and what is above is cleared, so that no
//! slot ever holds a handle to a freed object.

use std::rc::Rc;

use super::event::Event;
use super::function::Upval;
use super::heap::Heap;
use super::kind::Kind;
use super::slab::Mark;
use super::thread::{FrameKind, Thread};
use super::value::{BoundId, ClosureId, DataId, ProtoId, TableId, ThreadId, UpvalId, Value};

/// An object that was reached and whose content was not yet looked at.
#[derive(Clone, Copy, Debug)]
enum Gray {
    Table(TableId),
    Closure(ClosureId),
    Bound(BoundId),
    Thread(ThreadId),
    Proto(ProtoId),
    Data(DataId),
}

/// Where a collection stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Idle,
    Mark,
    /// The kind at this place of `SWEEP_ORDER`, from this slot on.
    Sweep(usize, u32),
}

/// The slabs in the order in which they are swept. Coroutines come first: a
/// captured variable on a dead stack must be closed while both still exist.
const SWEEP_ORDER: [Kind; 8] = [
    Kind::Thread,
    Kind::String,
    Kind::Table,
    Kind::Closure,
    Kind::Bound,
    Kind::Upval,
    Kind::Proto,
    Kind::Data,
];

/// The state of a collection.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    phase: Phase,
    gray: Vec<Gray>,
    /// Tables with `__mode` that were reached.
    weak: Vec<TableId>,
}

impl Collector {
    /// Whether a collection is under way.
    pub fn is_running(&self) -> bool {
        self.phase != Phase::Idle
    }
}

/// What a weak table does not keep alive.
#[derive(Clone, Copy)]
struct Weakness {
    keys: bool,
    values: bool,
}

impl Heap {
    /// Starts a collection unless one is under way: marks what the machine
    /// itself holds, and `roots`.
    pub fn begin_collection(&mut self, roots: &[Value]) {
        if self.collector.is_running() {
            return;
        }
        self.account.note_peak();
        self.collector.phase = Phase::Mark;
        self.mark(Value::Table(self.globals));
        self.mark(Value::Table(self.registry));
        for meta in self.type_meta.into_iter().flatten() {
            self.mark(Value::Table(meta));
        }
        for name in self.event_names.clone() {
            self.mark(Value::Str(name));
        }
        for &root in roots {
            self.mark(root);
        }
    }

    /// Goes on with the collection for about `budget` units of work (a value
    /// looked at, a slot swept). Returns the work done, and whether it is over.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn collect_step(&mut self, budget: u64) -> (u64, bool) {
        let mut work = 0;
        while work < budget {
            match self.collector.phase {
                Phase::Idle => return (work, true),
                Phase::Mark => match self.collector.gray.pop() {
                    Some(gray) => work += self.traverse(gray),
                    None => work += self.finish_marking(),
                },
                Phase::Sweep(place, from) => work += self.sweep(place, from, budget - work),
            }
        }
        (work, self.collector.phase == Phase::Idle)
    }

    /// Marks one more root of the collection under way.
    pub(super) fn mark_root(&mut self, value: Value) {
        self.mark(value);
    }

    /// Marks a value; containers join the gray list.
    #[cfg_attr(tuned, optimize(speed))]
    fn mark(&mut self, value: Value) {
        let gray = match value {
            Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Native(_) => {
                return;
            }
            Value::Str(id) => {
                self.strings.slab.slots.blacken(id.index() as u32);
                return;
            }
            Value::Table(id) if self.tables.slots.blacken(id.0) => Gray::Table(id),
            Value::Closure(id) if self.closures.slots.blacken(id.0) => Gray::Closure(id),
            Value::Bound(id) if self.bounds.slots.blacken(id.0) => Gray::Bound(id),
            Value::Thread(id) if self.threads.slots.blacken(id.0) => Gray::Thread(id),
            Value::Data(id) if self.datas.slots.blacken(id.0) => Gray::Data(id),
            _ => return,
        };
        self.collector.gray.push(gray);
    }

    fn mark_proto(&mut self, id: ProtoId) {
        if self.protos.slots.blacken(id.0) {
            self.collector.gray.push(Gray::Proto(id));
        }
    }

    fn mark_upval(&mut self, id: UpvalId) {
        if self.upvals.slots.blacken(id.0) {
            match *self.upvals.get(id.0) {
                Upval::Closed(value) => self.mark(value),
                // Its coroutine may be garbage, and the value live on.
                Upval::Open(thread, slot) => {
                    let value = self.threads.get(thread.0).slot(slot as usize);
                    self.mark(value);
                }
            }
        }
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn traverse(&mut self, gray: Gray) -> u64 {
        match gray {
            Gray::Table(id) => self.traverse_table(id),
            Gray::Closure(id) => {
                let closure = self.closures.get(id.0);
                let proto = closure.proto;
                let count = closure.upvals.len();
                for i in 0..count {
                    if let Some(&upval) = self.closures.get(id.0).upvals.get(i) {
                        self.mark_upval(upval);
                    }
                }
                self.mark_proto(proto);
                2 + count as u64
            }
            Gray::Bound(id) => {
                let values = std::mem::take(&mut self.bounds.get_mut(id.0).upvals);
                self.mark_all(&values);
                let work = 1 + values.len() as u64;
                self.bounds.get_mut(id.0).upvals = values;
                work
            }
            Gray::Data(id) => {
                let values = std::mem::take(&mut self.datas.get_mut(id.0).values);
                self.mark_all(&values);
                let work = 1 + values.len() as u64;
                let data = self.datas.get_mut(id.0);
                data.values = values;
                if let Some(meta) = data.meta {
                    self.mark(Value::Table(meta));
                }
                work
            }
            Gray::Proto(id) => {
                let loaded = Rc::clone(self.protos.get(id.0));
                self.mark_all(&loaded.consts);
                if let Some(text) = loaded.text {
                    self.mark(Value::Str(text));
                }
                for &child in &loaded.children {
                    self.mark_proto(child);
                }
                1 + (loaded.consts.len() + loaded.children.len()) as u64
            }
            Gray::Thread(id) => {
                let mut thread = std::mem::take(self.threads.get_mut(id.0));
                let work = self.traverse_thread(&mut thread);
                *self.threads.get_mut(id.0) = thread;
                work
            }
        }
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn mark_all(&mut self, values: &[Value]) {
        for &value in values {
            self.mark(value);
        }
    }

    fn traverse_thread(&mut self, thread: &mut Thread) -> u64 {
        let end = self.live_end(thread).min(thread.stack.len());
        let (live, stale) = thread.stack.split_at_mut(end);
        self.mark_all(live);
        stale.fill(Value::Nil);
        for frame in &thread.frames {
            if let FrameKind::Lua(closure) = frame.kind {
                self.mark(Value::Closure(closure));
            }
        }
        for &(_, upval) in &thread.open {
            self.mark_upval(upval);
        }
        if let Some(failure) = thread.failure {
            self.mark(failure);
        }
        if let Some(realm) = thread.realm {
            self.mark(Value::Table(realm));
        }
        if let Some(resumer) = thread.resumer {
            self.mark(Value::Thread(resumer));
        }
        1 + live.len() as u64 + stale.len() as u64 / 8
    }

    /// The first stack slot that no frame can read before writing it.
    pub(super) fn live_end(&self, thread: &Thread) -> usize {
        let frame_end = match thread.frames.last() {
            Some(frame) => match frame.kind {
                FrameKind::Lua(closure) => {
                    let proto = self.closures.get(closure.0).proto;
                    let registers = match &self.protos.get(proto.0).proto {
                        Some(proto) => usize::from(proto.max_stack),
                        None => 0,
                    };
                    frame.base as usize + registers
                }
                FrameKind::Native(_) => frame.base as usize,
            },
            None => 0,
        };
        frame_end.max(thread.top)
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn traverse_table(&mut self, id: TableId) -> u64 {
        let table = self.tables.get(id.0);
        let meta = table.meta;
        if let Some(meta) = meta {
            self.mark(Value::Table(meta));
        }
        let weakness = self.weakness(id);
        if weakness.keys || weakness.values {
            self.collector.weak.push(id);
        }
        if weakness.keys && weakness.values {
            return 1;
        }
        let table = std::mem::take(self.tables.get_mut(id.0));
        if !weakness.values {
            self.mark_all(table.array());
        }
        for node in table.nodes() {
            // A weak key's value waits for the key; see `finish_marking`. A
            // removed key is kept, a traversal may stand there.
            if !weakness.keys {
                self.mark(node.key);
                if !weakness.values {
                    self.mark(node.value);
                }
            } else if matches!(node.key, Value::Str(_)) {
                self.mark(node.key);
            }
        }
        let work = 1 + (table.array().len() + 2 * table.nodes().len()) as u64;
        *self.tables.get_mut(id.0) = table;
        work
    }

    fn weakness(&mut self, id: TableId) -> Weakness {
        let mode = match self.tables.get(id.0).meta {
            Some(meta) => self.handler(meta, Event::Mode),
            None => Value::Nil,
        };
        match mode {
            Value::Str(mode) => {
                let mode = self.strings.bytes(mode);
                Weakness {
                    keys: mode.contains(&b'k'),
                    values: mode.contains(&b'v'),
                }
            }
            _ => Weakness {
                keys: false,
                values: false,
            },
        }
    }

    /// Whether the collector may take this away from a weak table. Strings are
    /// values, not objects, and stay.
    fn is_dead(&self, value: Value) -> bool {
        match Kind::of(value) {
            Some((Kind::String, _)) | None => false,
            Some((kind, slot)) => self.slots(kind).mark(slot) != Mark::Black,
        }
    }

    /// With nothing gray left: values of weak keys that turned out alive are
    /// marked, until there are no more; then weak tables lose their dead.
    fn finish_marking(&mut self) -> u64 {
        let mut work = 1;
        for at in 0..self.collector.weak.len() {
            let id = self.collector.weak[at];
            let weakness = self.weakness(id);
            if !weakness.keys || weakness.values {
                continue;
            }
            let table = std::mem::take(self.tables.get_mut(id.0));
            for node in table.nodes() {
                if !node.value.is_nil() && !self.is_dead(node.key) {
                    self.mark(node.value);
                }
            }
            work += 1 + table.nodes().len() as u64;
            *self.tables.get_mut(id.0) = table;
        }
        if !self.collector.gray.is_empty() {
            return work;
        }
        for id in std::mem::take(&mut self.collector.weak) {
            let mut table = std::mem::take(self.tables.get_mut(id.0));
            // Strings in weak tables are kept.
            for at in 0..table.array().len() {
                self.mark(string_of(table.array()[at]));
            }
            for at in 0..table.nodes().len() {
                let node = table.nodes()[at];
                self.mark(string_of(node.key));
                self.mark(string_of(node.value));
            }
            table.clear_dead(|k| self.is_dead(k), |v| self.is_dead(v));
            work += (table.array().len() + table.nodes().len()) as u64;
            *self.tables.get_mut(id.0) = table;
        }
        self.collector.phase = Phase::Sweep(0, 0);
        work
    }

    /// Frees the white and whitens the black slots of one slab from `from` on.
    #[cfg_attr(tuned, optimize(speed))]
    fn sweep(&mut self, place: usize, from: u32, budget: u64) -> u64 {
        let kind = SWEEP_ORDER[place];
        let slots = self.slots(kind).count();
        let count = u64::from(slots - from).min(budget.max(1));
        let to = from + count as u32;
        let mut next = from;
        while let Some(white) = self.slots_mut(kind).whiten(next, to) {
            self.free(kind, white);
            next = white + 1;
        }
        self.collector.phase = if to < slots {
            Phase::Sweep(place, to)
        } else if place + 1 < SWEEP_ORDER.len() {
            Phase::Sweep(place + 1, 0)
        } else {
            self.account.set_next();
            Phase::Idle
        };
        count + 1
    }

    /// Frees a living slot, and gives back its price.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn free(&mut self, kind: Kind, slot: u32) {
        let price = self.price(kind, slot);
        self.account.release(price);
        match kind {
            Kind::Thread => self.free_thread(slot),
            Kind::String => self.strings.free(slot),
            Kind::Table => *self.tables.get_mut(slot) = Default::default(),
            Kind::Closure => *self.closures.get_mut(slot) = Default::default(),
            Kind::Bound => *self.bounds.get_mut(slot) = Default::default(),
            Kind::Upval => *self.upvals.get_mut(slot) = Default::default(),
            Kind::Proto => *self.protos.get_mut(slot) = Default::default(),
            Kind::Data => *self.datas.get_mut(slot) = Default::default(),
        }
        self.slots_mut(kind).free(slot);
    }

    fn free_thread(&mut self, slot: u32) {
        let thread = std::mem::take(self.threads.get_mut(slot));
        for &(at, upval) in &thread.open {
            *self.upvals.get_mut(upval.0) = Upval::Closed(thread.slot(at as usize));
        }
    }
}

/// The value if it is a string, else nil.
fn string_of(value: Value) -> Value {
    match value {
        Value::Str(_) => value,
        _ => Value::Nil,
    }
}
