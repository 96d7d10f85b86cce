//! Surroundings for a program that runs beside another one in the same machine:
//! a copy of all library tables and functions as a template has them.

use super::account::OutOfMemory;
use super::function::{Bound, Closure, Upval};
use super::heap::Heap;
use super::kind::Kind;
use super::value::{NativeId, ProtoId, StrId, TableId, UpvalId, Value};

/// What has been copied already, and what of it is still without contents.
struct Copier<'h> {
    from: &'h Heap,
    to: &'h mut Heap,
    /// The copies of objects: by kind and handle the handle plus one, or zero. Objects of
    /// a template are few and lie close together.
    copies: [Vec<u32>; Kind::ALL.len()],
    /// Objects without contents: the kind, the original and the copy.
    work: Vec<(Kind, u32, u32)>,
    /// Whether memory was short. From then on copies are any objects.
    failed: bool,
}

/// Copies a template's registry and globals into a heap: the new registry, which
/// has the new globals under `globals`. Tables of `shared`, by their names in the
/// registry, are not copied: those of the heap take their places.
///
/// # Errors
/// Memory is short. What was copied so far is garbage.
pub fn new_realm(from: &Heap, to: &mut Heap, shared: &[&str]) -> Result<TableId, OutOfMemory> {
    let mut copier = Copier {
        from,
        to,
        copies: Default::default(),
        work: Vec::new(),
        failed: false,
    };
    for name in shared {
        let registry = copier.to.registry;
        let names = (
            from.raw_get_name(from.registry, name),
            copier.to.raw_get_name(registry, name),
        );
        if let (Value::Table(original), Value::Table(own)) = names {
            copier.note(Kind::Table, original.0, own.0);
        }
    }
    let realm = TableId(copier.object(Kind::Table, from.registry.0));
    let globals = copier.value(Value::Table(from.globals));
    while let Some((kind, original, copy)) = copier.work.pop() {
        if copier.failed {
            return Err(OutOfMemory);
        }
        copier.fill(kind, original, copy);
    }
    if copier.failed {
        return Err(OutOfMemory);
    }
    to.raw_set_name(realm, "globals", globals)?;
    Ok(realm)
}

impl Copier<'_> {
    fn note(&mut self, kind: Kind, original: u32, copy: u32) {
        let copies = &mut self.copies[kind as usize];
        let at = original as usize;
        if copies.len() <= at {
            copies.resize(at + 1, 0);
        }
        copies[at] = copy + 1;
    }

    /// The copy of an object, made now unless it was before.
    #[inline(never)]
    fn object(&mut self, kind: Kind, original: u32) -> u32 {
        if let Some(copy) = self.copies[kind as usize].get(original as usize)
            && *copy > 0
        {
            return *copy - 1;
        }
        let Ok(copy) = self.empty(kind, original) else {
            self.failed = true;
            return 0;
        };
        self.note(kind, original, copy);
        self.work.push((kind, original, copy));
        copy
    }

    /// An object as large as the original.
    #[inline(never)]
    fn empty(&mut self, kind: Kind, original: u32) -> Result<u32, OutOfMemory> {
        let (from, to) = (self.from, &mut *self.to);
        Ok(match kind {
            Kind::Table => to.new_table()?.0,
            Kind::Proto => match &from.protos.get(original).proto {
                Some(proto) => to.load_proto(proto)?.0,
                None => 0,
            },
            Kind::Upval => to.new_upval(Upval::default())?.0,
            Kind::Closure => {
                let upvals = vec![UpvalId(0); from.closures.get(original).upvals.len()];
                to.new_closure(ProtoId(0), upvals.into())?.0
            }
            Kind::Bound => {
                let values = vec![Value::Nil; from.bounds.get(original).upvals.len()];
                to.new_bound(NativeId(0), &values)?.0
            }
            Kind::Data => {
                let data = from.datas.get(original);
                let values = vec![Value::Nil; data.values.len()];
                to.new_data(data.tag, data.bytes.clone(), values)?.0
            }
            // Those are no objects of their own; see `value`.
            Kind::String | Kind::Thread => 0,
        })
    }

    /// Gives a copy its contents.
    #[inline(never)]
    fn fill(&mut self, kind: Kind, original: u32, copy: u32) {
        let from = self.from;
        match kind {
            Kind::Table => self.fill_table(TableId(original), TableId(copy)),
            Kind::Upval => {
                if let Upval::Closed(value) = *from.upvals.get(original) {
                    let value = self.value(value);
                    *self.to.upvals.get_mut(copy) = Upval::Closed(value);
                }
            }
            Kind::Closure => {
                let closure = from.closures.get(original);
                let proto = ProtoId(self.object(Kind::Proto, closure.proto.0));
                let mut upvals = Vec::new();
                for upval in &closure.upvals {
                    upvals.push(UpvalId(self.object(Kind::Upval, upval.0)));
                }
                let upvals = upvals.into();
                *self.to.closures.get_mut(copy) = Closure { proto, upvals };
            }
            Kind::Bound => {
                let bound = from.bounds.get(original);
                let upvals = self.values(&bound.upvals).into();
                let native = bound.native;
                *self.to.bounds.get_mut(copy) = Bound { native, upvals };
            }
            Kind::Data => {
                let data = from.datas.get(original);
                let values = self.values(&data.values);
                self.to.datas.get_mut(copy).values = values;
                if let Some(meta) = data.meta {
                    let meta = self.object(Kind::Table, meta.0);
                    self.to.datas.get_mut(copy).meta = Some(TableId(meta));
                }
            }
            Kind::String | Kind::Proto | Kind::Thread => {}
        }
    }

    fn fill_table(&mut self, from: TableId, to: TableId) {
        let original = self.from.table(from);
        let mut key = Value::Nil;
        while let Ok(Some((next, value))) = original.next(key, &self.from.strings) {
            key = next;
            let (copied_key, value) = (self.value(next), self.value(value));
            if self.failed || self.to.raw_set(to, copied_key, value).is_err() {
                self.failed = true;
                return;
            }
        }
        if let Some(meta) = original.meta {
            let meta = self.object(Kind::Table, meta.0);
            self.to.table_mut(to).meta = Some(TableId(meta));
        }
    }

    #[inline(never)]
    fn values(&mut self, originals: &[Value]) -> Vec<Value> {
        let mut values = Vec::with_capacity(originals.len());
        for value in originals {
            values.push(self.value(*value));
        }
        values
    }

    #[inline(never)]
    fn value(&mut self, value: Value) -> Value {
        match Kind::of(value) {
            None => value,
            Some((Kind::String, slot)) => {
                let bytes = self.from.bytes(StrId::short(slot));
                self.to.new_string(bytes).unwrap_or_else(|_| {
                    self.failed = true;
                    Value::Nil
                })
            }
            // A template's coroutines have ended.
            Some((Kind::Thread, _)) => Value::Nil,
            Some((kind, slot)) => kind.value(self.object(kind, slot)),
        }
    }
}
