//! Names for the objects of a template, by which an image finds them in another
//! build of the libraries.
//!
//! A name is a path: `_G.string.format`, `registry.loaded`, `_G.alc.cache^2` for a
//! function's second captured variable. Strings are named by what they are, and
//! prototypes by their chunk's content, since a frame that stands in the middle of
//! one can only go on in the same code.

use std::rc::Rc;

use crate::lua::heap::Heap;
use crate::lua::kind::Kind;
use crate::lua::native::write_number;
use crate::lua::proto::Proto;
use crate::lua::source::SourceHash;
use crate::lua::strings::hash_bytes;
use crate::lua::value::{StrId, Value};

use super::parts::{Part, Place, parts};
use super::values::write_value;

/// The names of a template's objects.
#[derive(Debug, Default)]
pub(in crate::lua) struct Names {
    /// What has a name, the first named first, so that names are short.
    list: Vec<(Kind, u32, Box<[u8]>)>,
    /// By kind and slot the place in the list plus one, or zero.
    places: [Vec<usize>; Kind::ALL.len()],
}

/// The names of metatables by type.
const TYPES: [&str; 8] = [
    "type0", "type1", "type2", "type3", "type4", "type5", "type6", "type7",
];

impl Names {
    /// Names all objects by the first way that leads there.
    pub(in crate::lua) fn of(heap: &Heap) -> Self {
        let mut names = Names::default();
        for &kind in &Kind::ALL {
            names.places[kind as usize].resize(kind.slots(heap) as usize, 0);
        }
        names.add(Kind::Table, heap.globals.0, b"_G");
        names.add(Kind::Table, heap.registry.0, b"registry");
        for (meta, name) in heap.type_meta.iter().zip(TYPES) {
            if let Some(meta) = meta {
                names.add(Kind::Table, meta.0, name.as_bytes());
            }
        }
        let mut at = 0;
        while let Some((kind, slot, own)) = names.list.get(at) {
            at += 1;
            let own = own.clone();
            parts(heap, *kind, *slot, &mut |part, place| {
                names.follow(heap, &own, part, place);
            });
        }
        names
    }

    /// Names a part of an object of this name, if it is an object too.
    fn follow(&mut self, heap: &Heap, own: &[u8], part: Part<'_>, (sign, at): Place) {
        let (kind, slot) = match part {
            Part::Value(value) => match Kind::of(value) {
                Some((Kind::String | Kind::Thread, _)) | None => return,
                Some(object) => object,
            },
            Part::Object(Kind::Proto, slot) => {
                if let Some(proto) = &heap.protos.get(slot).proto {
                    self.add(Kind::Proto, slot, &proto_name(proto));
                }
                return;
            }
            Part::Object(kind, slot) => (kind, slot),
            _ => return,
        };
        let mut name = own.to_vec();
        if sign != 0 {
            name.push(sign);
        }
        match sign {
            0 => {}
            b'.' => name.extend_from_slice(heap.bytes(StrId::short(at as u32))),
            _ => {
                write_number(Value::Int(at as i64), &mut name);
            }
        }
        self.add(kind, slot, &name);
    }

    /// The name of an object, without those of strings.
    pub(super) fn name(&self, kind: Kind, slot: u32) -> Option<&[u8]> {
        let place = self.places[kind as usize].get(slot as usize)?;
        let (_, _, name) = self.list.get(place.checked_sub(1)?)?;
        Some(name)
    }

    /// The first object of a name. Images of other builds ask for few, so that no
    /// index is worth its making.
    pub(super) fn find(&self, kind: Kind, name: &[u8]) -> Option<u32> {
        for (other, slot, own) in &self.list {
            if *other == kind && **own == *name {
                return Some(*slot);
            }
        }
        None
    }

    fn add(&mut self, kind: Kind, slot: u32, name: &[u8]) {
        if let Some(place) = self.places[kind as usize].get_mut(slot as usize)
            && *place == 0
        {
            self.list.push((kind, slot, name.into()));
            *place = self.list.len();
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
    let mut out = crate::codec::Writer::new();
    for name in natives {
        out.str(name);
    }
    for &kind in &Kind::ALL {
        let slots = heap.slots(kind);
        out.u32(slots.count());
        for slot in slots.free_list() {
            out.u32(*slot);
        }
        for slot in (0..slots.count()).filter(|slot| slots.is_live(*slot)) {
            out.u32(slot);
            out.u64(heap.price(kind, slot));
            if kind == Kind::Proto
                && let Some(proto) = &heap.protos.get(slot).proto
            {
                out.bytes(&proto_name(proto));
            }
            parts(heap, kind, slot, &mut |part, _| match part {
                Part::Value(value) => write_value(&mut out, value),
                Part::Object(_, slot) | Part::Silent(_, slot) => out.u32(slot),
                Part::Native(id) => out.u32(id.0),
                Part::Number(number) => out.u64(number),
                Part::Bytes(bytes) => out.bytes(bytes),
                // A template's coroutines have ended.
                Part::Frame(..) => {}
            });
        }
    }
    out.u64(heap.account.used());
    SourceHash::of(&out.into_bytes())
}
