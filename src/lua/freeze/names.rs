//! Names for the objects of a template, by which an image finds them in another
//! build of the libraries.
//!
//! A name is a path: `_G.string.format`, `registry.loaded`, `_G.alc.cache^2` for a
//! function's second captured variable. Strings are named by what they are, and
//! prototypes by their chunk's content, since a frame that stands in the middle of
//! one can only go on in the same code.

use std::rc::Rc;

use crate::lua::function::Upval;
use crate::lua::heap::Heap;
use crate::lua::kind::Kind;
use crate::lua::native::write_number;
use crate::lua::proto::Proto;
use crate::lua::source::SourceHash;
use crate::lua::strings::hash_bytes;
use crate::lua::value::{StrId, TableId, Value};

/// The names of a template's objects.
#[derive(Debug, Default)]
pub(in crate::lua) struct Names {
    /// By kind and slot; empty where there is none.
    by_slot: [Vec<Box<[u8]>>; Kind::ALL.len()],
    /// What has a name, the first named first, so that names are short.
    order: Vec<(Kind, u32)>,
}

impl Names {
    /// Names all objects by the first way that leads there.
    pub(in crate::lua) fn of(heap: &Heap) -> Self {
        let mut namer = Namer {
            heap,
            names: Names::default(),
        };
        namer.table(Some(heap.globals), b"_G");
        namer.table(Some(heap.registry), b"registry");
        for (at, meta) in heap.type_meta.into_iter().enumerate() {
            namer.table(meta, format!("type{at}").as_bytes());
        }
        namer.follow();
        namer.names
    }

    /// The name of an object, without those of strings.
    pub(super) fn name(&self, kind: Kind, slot: u32) -> Option<&[u8]> {
        let name = self.by_slot[kind as usize].get(slot as usize)?;
        (!name.is_empty()).then_some(name)
    }

    /// The first object of a name. Images of other builds ask for few, so that no
    /// index is worth its making.
    pub(super) fn find(&self, kind: Kind, name: &[u8]) -> Option<u32> {
        for &(other, slot) in &self.order {
            if other == kind && self.name(kind, slot) == Some(name) {
                return Some(slot);
            }
        }
        None
    }

    fn add(&mut self, kind: Kind, slot: u32, name: &[u8]) {
        let names = &mut self.by_slot[kind as usize];
        if names.len() <= slot as usize {
            names.resize(slot as usize + 1, Box::default());
        }
        if names[slot as usize].is_empty() {
            names[slot as usize] = name.into();
            self.order.push((kind, slot));
        }
    }
}

struct Namer<'h> {
    heap: &'h Heap,
    names: Names,
}

impl Namer<'_> {
    fn reach(&mut self, kind: Kind, slot: u32, name: &[u8]) {
        self.names.add(kind, slot, name);
    }

    fn table(&mut self, table: Option<TableId>, name: &[u8]) {
        if let Some(table) = table {
            self.reach(Kind::Table, table.0, name);
        }
    }

    fn value(&mut self, value: Value, name: &[u8]) {
        match Kind::of(value) {
            Some((Kind::String | Kind::Thread, _)) | None => {}
            Some((kind, slot)) => self.reach(kind, slot, name),
        }
    }

    fn proto(&mut self, slot: u32) {
        if let Some(proto) = &self.heap.protos.get(slot).proto {
            let name = proto_name(proto);
            self.reach(Kind::Proto, slot, &name);
        }
    }

    fn follow(&mut self) {
        let heap = self.heap;
        let mut at = 0;
        while let Some(&(kind, slot)) = self.names.order.get(at) {
            at += 1;
            let own = self.names.name(kind, slot).unwrap_or_default().to_vec();
            let part = |sign: u8, n: usize| {
                let mut name = own.clone();
                name.push(sign);
                write_number(Value::Int(n as i64), &mut name);
                name
            };
            match kind {
                Kind::Table => {
                    let table = heap.tables.get(slot);
                    for (n, value) in table.array().iter().enumerate() {
                        self.value(*value, &part(b'#', n + 1));
                    }
                    for (n, node) in table.nodes().iter().enumerate() {
                        let name = match node.key {
                            Value::Str(id) => [&own[..], b".", heap.bytes(id)].concat(),
                            _ => part(b'@', n),
                        };
                        self.value(node.value, &name);
                        self.value(node.key, &part(b'!', n));
                    }
                    self.table(table.meta, &part(b'$', 0));
                }
                Kind::Closure => {
                    let closure = heap.closures.get(slot);
                    self.proto(closure.proto.0);
                    for (n, upval) in closure.upvals.iter().enumerate() {
                        self.reach(Kind::Upval, upval.0, &part(b'^', n));
                    }
                }
                Kind::Upval => {
                    if let Upval::Closed(value) = *heap.upvals.get(slot) {
                        self.value(value, &own);
                    }
                }
                Kind::Bound => {
                    for (n, value) in heap.bounds.get(slot).upvals.iter().enumerate() {
                        self.value(*value, &part(b'^', n));
                    }
                }
                Kind::Data => {
                    let data = heap.datas.get(slot);
                    for (n, value) in data.values.iter().enumerate() {
                        self.value(*value, &part(b'#', n));
                    }
                    self.table(data.meta, &part(b'$', 0));
                }
                Kind::Proto => {
                    for child in &heap.protos.get(slot).children {
                        self.proto(child.0);
                    }
                }
                Kind::String | Kind::Thread => {}
            }
        }
    }
}

/// The name of a prototype: its chunk's, its own code, and its number. The chunk's
/// text is no part of it: a comment more, or another function changed, keeps the name.
fn proto_name(proto: &Rc<Proto>) -> Vec<u8> {
    let mut name = proto.chunk.name().to_vec();
    let own = format!("/{:08x}/{}", code_hash(proto), proto.ordinal);
    name.extend_from_slice(own.as_bytes());
    name
}

/// A hash of a function's own instructions. Between two builds it tells whether
/// both compilers make the same of a source.
pub(super) fn code_hash(proto: &Proto) -> u32 {
    let mut bytes = Vec::with_capacity(4 * proto.code.len() + 8);
    for instr in &proto.code {
        bytes.extend_from_slice(&instr.0.to_le_bytes());
    }
    bytes.extend_from_slice(&(proto.consts.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&(proto.upvals.len() as u32).to_le_bytes());
    hash_bytes(&bytes)
}

/// A hash of all that the handles of a machine depend on: two templates that share
/// it have the same objects in the same slots.
pub(in crate::lua) fn fingerprint(
    heap: &Heap,
    natives: impl Iterator<Item = &'static str>,
) -> SourceHash {
    use super::values::write_value;
    let mut out = crate::codec::Writer::new();
    for name in natives {
        out.str(name);
    }
    for kind in Kind::ALL {
        out.u32(kind.slots(heap));
        out.list(heap.slots(kind).free_list().iter(), |out, slot| {
            out.u32(*slot)
        });
        for slot in (0..kind.slots(heap)).filter(|slot| kind.is_live(heap, *slot)) {
            out.u32(slot);
            out.u64(heap.price(kind, slot));
            match kind {
                Kind::String => out.bytes(heap.bytes(StrId::short(slot))),
                Kind::Proto => {
                    let loaded = heap.protos.get(slot);
                    if let Some(proto) = &loaded.proto {
                        out.bytes(&proto_name(proto));
                    }
                    out.list(loaded.children.iter(), |out, child| out.u32(child.0));
                }
                Kind::Upval => match *heap.upvals.get(slot) {
                    Upval::Closed(value) => write_value(&mut out, value),
                    Upval::Open(..) => out.u8(255),
                },
                Kind::Closure => {
                    let closure = heap.closures.get(slot);
                    out.u32(closure.proto.0);
                    out.list(closure.upvals.iter(), |out, upval| out.u32(upval.0));
                }
                Kind::Bound => {
                    let bound = heap.bounds.get(slot);
                    out.u32(bound.native.0);
                    out.list(bound.upvals.iter(), |out, value| write_value(out, *value));
                }
                Kind::Data => {
                    let data = heap.datas.get(slot);
                    out.u32(data.tag);
                    out.bytes(&data.bytes);
                    out.list(data.values.iter(), |out, value| write_value(out, *value));
                    out.option(data.meta, |out, meta| out.u32(meta.0));
                }
                Kind::Table => {
                    let table = heap.tables.get(slot);
                    out.list(table.array().iter(), |out, value| write_value(out, *value));
                    out.list(table.nodes().iter(), |out, node| {
                        write_value(out, node.key);
                        write_value(out, node.value);
                    });
                    out.option(table.meta, |out, meta| out.u32(meta.0));
                }
                Kind::Thread => {}
            }
        }
    }
    out.u64(heap.account.used());
    SourceHash::of(&out.into_bytes())
}
