//! The objects of an image, one kind after the other.

use std::rc::Rc;

use super::ORIGINAL_CHUNK;
use super::error::ThawError;
use super::names::code_hash;
use super::read::Thawing;
use super::read_threads::HOMELESS;
use crate::lua::account::SLOT;
use crate::lua::function::{Bound, Closure, Loaded, Upval};
use crate::lua::heap::Data;
use crate::lua::kind::Kind;
use crate::lua::proto::{Const, Proto};
use crate::lua::table::{Node, Table};
use crate::lua::value::{ProtoId, TableId, UpvalId, Value};

impl Thawing<'_, '_, '_> {
    /// Reads chunks, prototypes and strings.
    pub(super) fn read_code(&mut self, given: &[Rc<Proto>]) {
        self.read_chunks(given);
        self.each_own(Kind::Proto, Self::read_proto);
        self.each_own(Kind::Proto, Self::check_children);
        self.each_own(Kind::String, |thawing, slot, _| {
            if thawing.lacks_string(slot) {
                let bytes = thawing.image.bytes();
                thawing.put_string(slot, &bytes.into());
            }
        });
    }

    /// Reads which chunks there are: the functions of each, by number.
    #[inline(never)]
    fn read_chunks(&mut self, given: &[Rc<Proto>]) {
        let mut left = self.image.len_of(1);
        while self.image.more(&mut left) {
            let number = self.image.u32();
            let main = if number == ORIGINAL_CHUNK {
                let name = self.image.bytes();
                let main = self.template.chunk(name);
                if main.is_none() {
                    self.missing(name);
                }
                main
            } else {
                given.get(number as usize - 1)
            };
            let Some(main) = main else {
                return self.dangling();
            };
            let is_main = |chunk: &Vec<Rc<Proto>>| Rc::ptr_eq(&chunk[0], main);
            if self.chunks.iter().any(is_main) {
                return self.invalid("a chunk is there twice");
            }
            self.chunks.push(functions(main));
        }
    }

    #[inline(never)]
    fn read_proto(&mut self, _: u32, place: u32) {
        let (chunk, ordinal) = (self.image.u32(), self.image.u32());
        let chunk = self.chunks.get(chunk as usize);
        let Some(proto) = chunk.and_then(|chunk| chunk.get(ordinal as usize)) else {
            return self.dangling();
        };
        let proto = Rc::clone(proto);
        if *self.image.raw(4) != code_hash(&proto).to_le_bytes() {
            let name = String::from_utf8_lossy(&proto.source).into_owned();
            return self.fail(ThawError::OtherCode(name));
        }
        let mut children = Vec::with_capacity(proto.protos.len());
        for _ in 0..proto.protos.len() {
            children.push(ProtoId(self.slot(Kind::Proto)));
        }
        let mut text = None;
        if self.image.bool() {
            text = Some(self.known_string(proto.chunk.text()));
        }
        let mut consts = Vec::with_capacity(proto.consts.len());
        for constant in &proto.consts {
            consts.push(match constant {
                Const::Str(bytes) => Value::Str(self.known_string(bytes)),
                plain => plain.plain_value(),
            });
        }
        let loaded = Loaded {
            consts: consts.into(),
            children: children.into(),
            num_params: proto.num_params,
            is_vararg: proto.is_vararg,
            text,
            proto: Some(proto),
        };
        *self.vm.heap.protos.get_mut(place) = Rc::new(loaded);
        self.charge_object(Kind::Proto, place);
    }

    /// Checks that the functions inside a function are those of its source.
    fn check_children(&mut self, _: u32, place: u32) {
        let heap = &self.vm.heap;
        let loaded = heap.protos.get(place);
        let expected = loaded.proto.iter().flat_map(|proto| &proto.protos);
        for (child, expected) in loaded.children.iter().zip(expected) {
            match &heap.protos.get(child.0).proto {
                Some(proto) if Rc::ptr_eq(proto, expected) => {}
                _ => return self.invalid("a function is in the wrong place"),
            }
        }
    }

    /// Reads captured variables, functions, host objects and tables.
    pub(super) fn read_objects(&mut self) {
        self.each_own(Kind::Upval, Self::read_upval);
        self.each_own(Kind::Closure, Self::read_closure);
        self.each_own(Kind::Bound, Self::read_bound);
        self.each_own(Kind::Data, Self::read_data);
        self.each_own(Kind::Table, Self::read_table);
    }

    /// Gives back what a template's object was charged that is replaced.
    fn release(&mut self, kind: Kind, place: u32) {
        if self.replaces(kind, place) {
            let price = self.vm.heap.price(kind, place);
            self.vm.heap.account.release(price);
        }
    }

    /// Charges an object that is in its place.
    #[inline(never)]
    fn charge_object(&mut self, kind: Kind, place: u32) {
        let price = self.vm.heap.price(kind, place);
        self.charge(price);
    }

    fn read_upval(&mut self, _: u32, place: u32) {
        let upval = if self.image.bool() {
            HOMELESS
        } else {
            Upval::Closed(self.value())
        };
        self.release(Kind::Upval, place);
        *self.vm.heap.upvals.get_mut(place) = upval;
        self.charge_object(Kind::Upval, place);
    }

    fn read_closure(&mut self, _: u32, place: u32) {
        let proto = ProtoId(self.slot(Kind::Proto));
        if !self.is_sound() {
            return;
        }
        let Some(code) = &self.vm.heap.protos.get(proto.0).proto else {
            return self.dangling();
        };
        let count = code.upvals.len();
        let mut upvals = Vec::with_capacity(count);
        for _ in 0..count {
            upvals.push(UpvalId(self.slot(Kind::Upval)));
        }
        self.release(Kind::Closure, place);
        let upvals = upvals.into();
        *self.vm.heap.closures.get_mut(place) = Closure { proto, upvals };
        self.charge_object(Kind::Closure, place);
    }

    fn read_bound(&mut self, _: u32, place: u32) {
        let native = self.image.u32();
        let native = self.native(native);
        let upvals = self.values().into();
        self.release(Kind::Bound, place);
        *self.vm.heap.bounds.get_mut(place) = Bound { native, upvals };
        self.charge_object(Kind::Bound, place);
    }

    fn read_data(&mut self, _: u32, place: u32) {
        let tag = self.image.u32();
        let bytes = self.image.bytes().to_vec();
        let values = self.values();
        let meta = self.optional_table();
        let charged = self.image.u64();
        if charged < bytes.len() as u64 + SLOT * values.len() as u64 {
            return self.invalid("an object has not paid for its size");
        }
        self.release(Kind::Data, place);
        self.charge(Kind::Data.base_price().saturating_add(charged));
        *self.vm.heap.datas.get_mut(place) = Data {
            tag,
            bytes,
            values,
            meta,
            charged,
        };
    }

    // ── Tables ──────────────────────────────────────────────────────────────

    #[inline(never)]
    fn read_table(&mut self, slot: u32, place: u32) {
        let kept = self.image.u32() as usize;
        let capacities = (self.image.u32(), self.image.u32(), self.image.u32());
        let meta = self.optional_table();
        let array = self.values();
        let merges = self.replaces(Kind::Table, place);
        let mut nodes = Vec::new();
        if kept > 0 {
            if !merges {
                nodes = self.kept_nodes(slot, kept);
            }
            let mut left = self.image.len_of(3);
            while self.image.more(&mut left) {
                // Which of the template's entries is another one.
                let at = self.image.u32();
                let node = self.node();
                match nodes.get_mut(at as usize) {
                    _ if merges => nodes.push(node),
                    Some(old) if old.key.same(node.key) => *old = node,
                    _ => self.invalid("a changed field has another name"),
                }
            }
        }
        let mut left = self.image.len_of(2);
        nodes.reserve_exact(left);
        while self.image.more(&mut left) {
            nodes.push(self.node());
        }
        if merges {
            return self.merge_table(TableId(place), meta, &array, &nodes);
        }
        self.charge(Table::price_of(capacities.0, capacities.1));
        if !self.is_sound() {
            return;
        }
        let heap = &mut self.vm.heap;
        match Table::from_parts(array, nodes, capacities, meta, &heap.strings) {
            Some(table) => *heap.tables.get_mut(place) = table,
            None => self.invalid("a table contradicts itself"),
        }
    }

    #[inline(never)]
    fn node(&mut self) -> Node {
        Node {
            key: self.value(),
            value: self.value(),
        }
    }

    /// The entries of the template's table that this one is an extension of.
    #[inline(never)]
    fn kept_nodes(&mut self, slot: u32, kept: usize) -> Vec<Node> {
        let original = self.template.heap();
        let mut nodes = Vec::new();
        if self.exact && Kind::Table.is_live(original, slot) {
            nodes.extend_from_slice(original.tables.get(slot).nodes());
        }
        if nodes.len() != kept {
            self.dangling();
        }
        for node in &nodes {
            // What they refer to may be gone in a damaged image.
            for value in [node.key, node.value] {
                if let Some((kind, slot)) = Kind::of(value) {
                    self.place(kind, slot);
                }
            }
        }
        nodes
    }

    /// Puts a program's changes into the same table of another build.
    #[inline(never)]
    fn merge_table(
        &mut self,
        table: TableId,
        meta: Option<TableId>,
        array: &[Value],
        nodes: &[Node],
    ) {
        if !self.is_sound() {
            return;
        }
        self.vm.heap.table_mut(table).meta = meta;
        for (at, value) in (1..).zip(array) {
            self.set(table, Value::Int(at), *value);
        }
        for node in nodes {
            if !matches!(node.key, Value::Float(f) if f.is_nan()) {
                self.set(table, node.key, node.value);
            }
        }
    }

    fn set(&mut self, table: TableId, key: Value, value: Value) {
        if self.vm.heap.raw_set(table, key, value).is_err() {
            self.fail(ThawError::Memory);
        }
    }
}

/// The functions of a chunk by their numbers, which count them by where they begin.
fn functions(main: &Rc<Proto>) -> Vec<Rc<Proto>> {
    let mut functions = Vec::new();
    let mut next = vec![main];
    while let Some(proto) = next.pop() {
        functions.push(Rc::clone(proto));
        for inner in proto.protos.iter().rev() {
            next.push(inner);
        }
    }
    functions
}
