//! The objects of an image, one kind after the other.

use std::rc::Rc;

use super::ORIGINAL_CHUNK;
use super::error::ThawError;
use super::names::code_hash;
use super::read::{Res, Thawing};
use crate::lua::account::SLOT;
use crate::lua::function::{Bound, Closure, Loaded, Upval};
use crate::lua::heap::{Data, Heap};
use crate::lua::kind::Kind;
use crate::lua::proto::{Const, Proto};
use crate::lua::table::{Node, Table};
use crate::lua::value::{TableId, Value};

impl Thawing<'_, '_, '_> {
    /// Reads chunks, prototypes and strings.
    pub(super) fn read_code(&mut self, given: &[Rc<Proto>]) -> Res<()> {
        self.read_chunks(given)?;
        self.each_own(Kind::Proto, Self::read_proto)?;
        self.each_own(Kind::Proto, Self::check_children)?;
        self.each_own(Kind::String, |thawing, slot, _| {
            if thawing.lacks_string(slot) {
                let bytes = thawing.bytes();
                thawing.put_string(slot, &bytes.into())?;
            }
            Ok(())
        })
    }

    /// Reads which chunks there are: the functions of each, by number.
    fn read_chunks(&mut self, given: &[Rc<Proto>]) -> Res<()> {
        let mut seen: Vec<*const Proto> = Vec::new();
        for _ in 0..self.len_of(1) {
            let number = self.u32();
            let main = if number == ORIGINAL_CHUNK {
                let name = self.bytes();
                match self.template.chunk(name) {
                    Some(main) => main,
                    None => return Err(self.missing(name)),
                }
            } else {
                match given.get(number as usize - 1) {
                    Some(main) => main,
                    None => return Err(self.dangling()),
                }
            };
            if seen.contains(&Rc::as_ptr(main)) {
                return Err(self.invalid("a chunk is there twice"));
            }
            seen.push(Rc::as_ptr(main));
            self.chunks.push(functions(main));
        }
        Ok(())
    }

    fn read_proto(&mut self, _: u32, place: u32) -> Res<()> {
        let (chunk, ordinal) = (self.u32(), self.u32());
        let chunk = self.chunks.get(chunk as usize);
        let Some(proto) = chunk.and_then(|chunk| chunk.get(ordinal as usize)) else {
            return Err(self.dangling());
        };
        let proto = Rc::clone(proto);
        if *self.raw(4) != code_hash(&proto).to_le_bytes() {
            let name = String::from_utf8_lossy(&proto.source).into_owned();
            return Err(self.fail(ThawError::OtherCode(name)));
        }
        let mut children = Vec::with_capacity(proto.protos.len());
        for _ in 0..proto.protos.len() {
            children.push(self.proto()?);
        }
        let text = if self.bool() {
            let slot = self.u32();
            Some(self.known_string(slot, proto.chunk.text())?)
        } else {
            None
        };
        let mut consts = Vec::with_capacity(proto.consts.len());
        for constant in &proto.consts {
            consts.push(match constant {
                Const::Str(bytes) => {
                    let slot = self.u32();
                    Value::Str(self.known_string(slot, bytes)?)
                }
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
        self.charge(Heap::proto_price(&loaded))?;
        *self.heap.protos.get_mut(place) = Rc::new(loaded);
        Ok(())
    }

    /// Checks that the functions inside a function are those of its source.
    fn check_children(&mut self, _: u32, place: u32) -> Res<()> {
        let loaded = Rc::clone(self.heap.protos.get(place));
        let expected = loaded.proto.iter().flat_map(|proto| &proto.protos);
        for (child, expected) in loaded.children.iter().zip(expected) {
            match &self.heap.protos.get(child.0).proto {
                Some(proto) if Rc::ptr_eq(proto, expected) => {}
                _ => return Err(self.invalid("a function is in the wrong place")),
            }
        }
        Ok(())
    }

    /// Reads captured variables, functions, host objects and tables.
    pub(super) fn read_objects(&mut self) -> Res<()> {
        self.each_own(Kind::Upval, Self::read_upval)?;
        self.each_own(Kind::Closure, Self::read_closure)?;
        self.each_own(Kind::Bound, Self::read_bound)?;
        self.each_own(Kind::Data, Self::read_data)?;
        self.each_own(Kind::Table, Self::read_table)
    }

    /// Gives back what a template's object was charged that is replaced.
    fn release(&mut self, kind: Kind, place: u32) {
        if self.replaces(kind, place) {
            let price = self.heap.price(kind, place);
            self.heap.account.release(price);
        }
    }

    /// Charges an object that is in its place.
    fn charge_object(&mut self, kind: Kind, place: u32) -> Res<()> {
        let price = self.heap.price(kind, place);
        self.charge(price)
    }

    fn read_upval(&mut self, _: u32, place: u32) -> Res<()> {
        let value = if self.bool() {
            if let Some(open) = self.open.get_mut(place as usize) {
                *open = true;
            }
            Value::Nil
        } else {
            self.value()?
        };
        self.release(Kind::Upval, place);
        self.charge_object(Kind::Upval, place)?;
        *self.heap.upvals.get_mut(place) = Upval::Closed(value);
        Ok(())
    }

    fn read_closure(&mut self, _: u32, place: u32) -> Res<()> {
        let proto = self.proto()?;
        let Some(code) = &self.heap.protos.get(proto.0).proto else {
            return Err(self.dangling());
        };
        let count = code.upvals.len();
        let mut upvals = Vec::with_capacity(count);
        for _ in 0..count {
            upvals.push(self.upval()?);
        }
        self.release(Kind::Closure, place);
        let upvals = upvals.into();
        *self.heap.closures.get_mut(place) = Closure { proto, upvals };
        self.charge_object(Kind::Closure, place)
    }

    fn read_bound(&mut self, _: u32, place: u32) -> Res<()> {
        let native = self.u32();
        let native = self.native(native)?;
        let upvals = self.values()?.into();
        self.release(Kind::Bound, place);
        *self.heap.bounds.get_mut(place) = Bound { native, upvals };
        self.charge_object(Kind::Bound, place)
    }

    fn read_data(&mut self, _: u32, place: u32) -> Res<()> {
        let tag = self.u32();
        let bytes = self.bytes().to_vec();
        let values = self.values()?;
        let meta = self.optional_table()?;
        let charged = self.u64();
        if charged < bytes.len() as u64 + SLOT * values.len() as u64 {
            return Err(self.invalid("an object has not paid for its size"));
        }
        self.release(Kind::Data, place);
        self.charge(Kind::Data.base_price().saturating_add(charged))?;
        *self.heap.datas.get_mut(place) = Data {
            tag,
            bytes,
            values,
            meta,
            charged,
        };
        Ok(())
    }

    // ── Tables ──────────────────────────────────────────────────────────────

    fn read_table(&mut self, slot: u32, place: u32) -> Res<()> {
        let kept = self.u32() as usize;
        let capacities = (self.u32(), self.u32(), self.u32());
        let meta = self.optional_table()?;
        let array = self.values()?;
        // In which places of the template's entries there are others.
        let mut changed = Vec::new();
        let mut changes = Vec::new();
        if kept > 0 {
            for _ in 0..self.len_of(3) {
                changed.push(self.u32());
                changes.push(self.node()?);
            }
        }
        let count = self.len_of(2);
        let mut added = Vec::with_capacity(count);
        for _ in 0..count {
            added.push(self.node()?);
        }
        self.check()?;
        if self.replaces(Kind::Table, place) {
            changes.extend_from_slice(&added);
            return self.merge_table(TableId(place), meta, &array, &changes);
        }
        let mut nodes = Vec::new();
        if kept > 0 {
            nodes = self.kept_nodes(slot, kept)?;
        }
        for (at, change) in changed.iter().zip(&changes) {
            match nodes.get_mut(*at as usize) {
                Some(node) if node.key.same(change.key) => *node = *change,
                _ => return Err(self.invalid("a changed field has another name")),
            }
        }
        nodes.extend_from_slice(&added);
        self.charge(Table::price_of(capacities.0, capacities.1))?;
        match Table::from_parts(array, nodes, capacities, meta, &self.heap.strings) {
            Some(table) => *self.heap.tables.get_mut(place) = table,
            None => return Err(self.invalid("a table contradicts itself")),
        }
        Ok(())
    }

    fn node(&mut self) -> Res<Node> {
        Ok(Node {
            key: self.value()?,
            value: self.value()?,
        })
    }

    /// The entries of the template's table that this one is an extension of.
    fn kept_nodes(&mut self, slot: u32, kept: usize) -> Res<Vec<Node>> {
        let original = self.template.heap();
        if !self.exact || !Kind::Table.is_live(original, slot) {
            return Err(self.dangling());
        }
        let nodes = original.tables.get(slot).nodes();
        if nodes.len() != kept {
            return Err(self.dangling());
        }
        for node in nodes {
            // What they refer to may be gone in a damaged image.
            for value in [node.key, node.value] {
                if let Some((kind, slot)) = Kind::of(value) {
                    self.place(kind, slot)?;
                }
            }
        }
        Ok(nodes.to_vec())
    }

    /// Puts a program's changes into the same table of another build.
    fn merge_table(
        &mut self,
        table: TableId,
        meta: Option<TableId>,
        array: &[Value],
        nodes: &[Node],
    ) -> Res<()> {
        self.heap.table_mut(table).meta = meta;
        for (at, value) in (1..).zip(array) {
            self.set(table, Value::Int(at), *value)?;
        }
        for node in nodes {
            if !matches!(node.key, Value::Float(f) if f.is_nan()) {
                self.set(table, node.key, node.value)?;
            }
        }
        Ok(())
    }

    fn set(&mut self, table: TableId, key: Value, value: Value) -> Res<()> {
        match self.heap.raw_set(table, key, value) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.fail(ThawError::Memory)),
        }
    }
}

/// The functions of a chunk by their numbers, which count them by where they begin.
fn functions(main: &Rc<Proto>) -> Vec<Rc<Proto>> {
    let mut functions = Vec::new();
    let mut next = vec![main];
    while let Some(proto) = next.pop() {
        functions.push(Rc::clone(proto));
        next.extend(proto.protos.iter().rev());
    }
    functions
}
