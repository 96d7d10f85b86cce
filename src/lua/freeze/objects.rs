//! The objects of an image, one kind after the other.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::ORIGINAL_CHUNK;
use super::error::ThawError;
use super::kind::Kind;
use super::names::code_hash;
use super::read::{DANGLING, Thawing, invalid};
use crate::lua::function::{Bound, Closure, Loaded, Upval};
use crate::lua::heap::{Data, Heap};
use crate::lua::proto::{Const, Proto};
use crate::lua::table::{Node, Table};
use crate::lua::value::{TableId, Value};

impl Thawing<'_, '_, '_> {
    /// Reads chunks, prototypes and strings.
    pub(super) fn read_code(&mut self, chunks: &[Rc<Proto>]) -> Result<(), ThawError> {
        let chunks = self.read_chunks(chunks)?;
        let protos = self.own(Kind::Proto);
        for &slot in &protos {
            let loaded = self.read_proto(&chunks)?;
            self.heap.account.charge(Heap::proto_price(&loaded))?;
            let place = self.place(Kind::Proto, slot)?;
            self.heap.protos.place(place, Rc::new(loaded));
        }
        for slot in protos {
            let place = self.place(Kind::Proto, slot)?;
            let loaded = Rc::clone(self.heap.protos.get(place));
            let expected = loaded.proto.iter().flat_map(|proto| &proto.protos);
            for (child, expected) in loaded.children.iter().zip(expected) {
                match &self.heap.protos.get(child.0).proto {
                    Some(proto) if Rc::ptr_eq(proto, expected) => {}
                    _ => return Err(invalid("a function is in the wrong place")),
                }
            }
        }
        for slot in self.own(Kind::String) {
            if self.lacks_string(slot) {
                let bytes = self.image.bytes()?;
                self.put_string(slot, &bytes.into())?;
            }
        }
        Ok(())
    }

    /// Reads which chunks there are: the functions of each, by number.
    fn read_chunks(&mut self, given: &[Rc<Proto>]) -> Result<Vec<Vec<Rc<Proto>>>, ThawError> {
        let count = self.image.len_of(1)?;
        let mut seen = BTreeSet::new();
        let mut chunks = Vec::new();
        for _ in 0..count {
            let main = match self.image.u32()? {
                ORIGINAL_CHUNK => {
                    let name = self.image.bytes()?;
                    let main = self.template.chunk(name);
                    main.ok_or_else(|| {
                        ThawError::Missing(String::from_utf8_lossy(name).into_owned())
                    })?
                }
                number => given.get(number as usize - 1).ok_or(DANGLING)?,
            };
            if !seen.insert(Rc::as_ptr(main)) {
                return Err(invalid("a chunk is there twice"));
            }
            chunks.push(functions(main));
        }
        Ok(chunks)
    }

    fn read_proto(&mut self, chunks: &[Vec<Rc<Proto>>]) -> Result<Loaded, ThawError> {
        let chunk = self.image.u32()?;
        let chunk = chunks.get(chunk as usize).ok_or(DANGLING)?;
        let ordinal = self.image.u32()?;
        let proto = chunk.get(ordinal as usize).ok_or(DANGLING)?;
        if self.image.raw(4)? != code_hash(proto).to_le_bytes() {
            let name = String::from_utf8_lossy(&proto.source).into_owned();
            return Err(ThawError::OtherCode(name));
        }
        let mut children = Vec::with_capacity(proto.protos.len());
        for _ in 0..proto.protos.len() {
            children.push(self.proto()?);
        }
        let text = if self.image.bool()? {
            let slot = self.image.u32()?;
            Some(self.known_string(slot, proto.chunk.text())?)
        } else {
            None
        };
        let mut consts = Vec::with_capacity(proto.consts.len());
        for constant in &proto.consts {
            consts.push(match constant {
                Const::Nil => Value::Nil,
                Const::Bool(b) => Value::Bool(*b),
                Const::Int(i) => Value::Int(*i),
                Const::Float(f) => Value::Float(*f),
                Const::Str(bytes) => {
                    let slot = self.image.u32()?;
                    Value::Str(self.known_string(slot, bytes)?)
                }
            });
        }
        Ok(Loaded {
            proto: Some(Rc::clone(proto)),
            consts: consts.into(),
            children: children.into(),
            num_params: proto.num_params,
            is_vararg: proto.is_vararg,
            text,
        })
    }

    /// Reads captured variables, functions, host objects and tables.
    pub(super) fn read_objects(&mut self) -> Result<(), ThawError> {
        for slot in self.own(Kind::Upval) {
            let place = self.place(Kind::Upval, slot)?;
            let value = if self.image.bool()? {
                if let Some(open) = self.open.get_mut(place as usize) {
                    *open = true;
                }
                Value::Nil
            } else {
                self.value()?
            };
            self.charge(Kind::Upval, place, Kind::Upval.base_price())?;
            self.heap.upvals.place(place, Upval::Closed(value));
        }
        for slot in self.own(Kind::Closure) {
            self.read_closure(slot)?;
        }
        for slot in self.own(Kind::Bound) {
            let place = self.place(Kind::Bound, slot)?;
            let native = self.image.u32()?;
            let native = self.native(native)?;
            let upvals = self.values()?.into();
            self.release(Kind::Bound, place);
            self.heap.bounds.place(place, Bound { native, upvals });
            let price = Kind::Bound.price(&self.heap, place);
            self.heap.account.charge(price)?;
        }
        for slot in self.own(Kind::Data) {
            self.read_data(slot)?;
        }
        for slot in self.own(Kind::Table) {
            self.read_table(slot)?;
        }
        Ok(())
    }

    /// Gives back what a template's object was charged that is replaced.
    fn release(&mut self, kind: Kind, place: u32) {
        if self.replaces(kind, place) {
            let price = kind.price(&self.heap, place);
            self.heap.account.release(price);
        }
    }

    fn charge(&mut self, kind: Kind, place: u32, price: u64) -> Result<(), ThawError> {
        self.release(kind, place);
        Ok(self.heap.account.charge(price)?)
    }

    fn read_closure(&mut self, slot: u32) -> Result<(), ThawError> {
        let place = self.place(Kind::Closure, slot)?;
        let proto = self.proto()?;
        let count = self.heap.protos.get(proto.0).proto.as_ref();
        let count = count.ok_or(DANGLING)?.upvals.len();
        let mut upvals = Vec::with_capacity(count);
        for _ in 0..count {
            upvals.push(self.upval()?);
        }
        self.release(Kind::Closure, place);
        let upvals = upvals.into();
        self.heap.closures.place(place, Closure { proto, upvals });
        let price = Kind::Closure.price(&self.heap, place);
        Ok(self.heap.account.charge(price)?)
    }

    fn read_data(&mut self, slot: u32) -> Result<(), ThawError> {
        let place = self.place(Kind::Data, slot)?;
        let tag = self.image.u32()?;
        let bytes = self.image.bytes()?;
        let values = self.values()?;
        let meta = self.optional_table()?;
        let charged = self.image.u64()?;
        let need = bytes.len() as u64 + crate::lua::account::SLOT * values.len() as u64;
        if charged < need {
            return Err(invalid("an object has not paid for its size"));
        }
        self.release(Kind::Data, place);
        let price = Kind::Data.base_price().saturating_add(charged);
        self.heap.account.charge(price)?;
        let data = Data {
            tag,
            bytes: bytes.to_vec(),
            values,
            meta,
            charged,
        };
        self.heap.datas.place(place, data);
        Ok(())
    }

    // ── Tables ──────────────────────────────────────────────────────────────

    fn read_table(&mut self, slot: u32) -> Result<(), ThawError> {
        let place = self.place(Kind::Table, slot)?;
        let kept = self.image.u32()? as usize;
        let (array_cap, node_cap) = (self.image.u32()?, self.image.u32()?);
        let capacities = (array_cap, node_cap, self.image.u32()?);
        let meta = self.optional_table()?;
        let array = self.values()?;
        let mut changes = Vec::new();
        if kept > 0 {
            for _ in 0..self.image.len_of(3)? {
                changes.push((self.image.u32()? as usize, self.value()?, self.value()?));
            }
        }
        let count = self.image.len_of(2)?;
        let mut added = Vec::with_capacity(count);
        for _ in 0..count {
            let (key, value) = (self.value()?, self.value()?);
            added.push(Node { key, value });
        }
        if self.replaces(Kind::Table, place) {
            let changes = changes
                .into_iter()
                .map(|(_, key, value)| Node { key, value });
            let added = changes.chain(added).collect();
            return self.merge_table(TableId(place), meta, &array, added);
        }
        let mut nodes = if kept > 0 {
            self.kept_nodes(slot, kept)?
        } else {
            Vec::new()
        };
        for (at, key, value) in changes {
            match nodes.get_mut(at) {
                Some(node) if node.key.same(key) => node.value = value,
                _ => return Err(invalid("a changed field has another name")),
            }
        }
        nodes.extend(added);
        self.heap
            .account
            .charge(Table::price_of(array_cap, node_cap))?;
        let table = Table::from_parts(array, nodes, capacities, meta, &self.heap.strings);
        let table = table.ok_or(invalid("a table contradicts itself"))?;
        self.heap.tables.place(place, table);
        Ok(())
    }

    /// The entries of the template's table that this one is an extension of.
    fn kept_nodes(&self, slot: u32, kept: usize) -> Result<Vec<Node>, ThawError> {
        let original = self.template.heap();
        if !self.exact || !Kind::Table.is_live(original, slot) {
            return Err(DANGLING);
        }
        let nodes = original.tables.get(slot).nodes();
        if nodes.len() != kept {
            return Err(DANGLING);
        }
        for node in nodes {
            // What they refer to may be gone in a damaged image.
            self.is_alive(node.key)?;
            self.is_alive(node.value)?;
        }
        Ok(nodes.to_vec())
    }

    fn is_alive(&self, value: Value) -> Result<(), ThawError> {
        match value {
            Value::Str(id) => self.place(Kind::String, id.index() as u32)?,
            Value::Table(id) => self.place(Kind::Table, id.0)?,
            Value::Closure(id) => self.place(Kind::Closure, id.0)?,
            Value::Bound(id) => self.place(Kind::Bound, id.0)?,
            Value::Data(id) => self.place(Kind::Data, id.0)?,
            Value::Thread(_) => return Err(DANGLING),
            _ => 0,
        };
        Ok(())
    }

    /// Puts a program's changes into the same table of another build.
    fn merge_table(
        &mut self,
        table: TableId,
        meta: Option<TableId>,
        array: &[Value],
        nodes: Vec<Node>,
    ) -> Result<(), ThawError> {
        self.heap.table_mut(table).meta = meta;
        let items = (1..).zip(array).map(|(at, &value)| Node {
            key: Value::Int(at),
            value,
        });
        for node in items.chain(nodes) {
            let is_nan = matches!(node.key, Value::Float(f) if f.is_nan());
            if !is_nan && self.heap.raw_set(table, node.key, node.value).is_err() {
                return Err(ThawError::Memory);
            }
        }
        Ok(())
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
