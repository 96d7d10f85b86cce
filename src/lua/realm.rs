//! Surroundings for a program that runs beside another one in the same machine:
//! a copy of all library tables and functions as a template has them.

use super::account::OutOfMemory;
use super::function::Upval;
use super::heap::Heap;
use super::value::{BoundId, ClosureId, DataId, ProtoId, TableId, UpvalId, Value};

/// What has been copied already, and what of it is still without contents.
struct Copier<'h> {
    from: &'h Heap,
    to: &'h mut Heap,
    tables: Copies,
    closures: Copies,
    bounds: Copies,
    upvals: Copies,
    datas: Copies,
    protos: Copies,
    work: Vec<Work>,
}

/// The copies of the objects of one kind, by the handles of the originals. Those of a
/// template are few and lie close together.
#[derive(Default)]
struct Copies(Vec<Option<u32>>);

impl Copies {
    fn get(&self, original: u32) -> Option<u32> {
        *self.0.get(original as usize)?
    }

    fn insert(&mut self, original: u32, copy: u32) {
        let at = original as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        if let Some(place) = self.0.get_mut(at) {
            *place = Some(copy);
        }
    }
}

/// An object without contents, as numbers of the original and of the copy.
enum Work {
    Table(TableId, TableId),
    Bound(BoundId, BoundId),
    Upval(UpvalId, UpvalId),
    Data(DataId, DataId),
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
        tables: Copies::default(),
        closures: Copies::default(),
        bounds: Copies::default(),
        upvals: Copies::default(),
        datas: Copies::default(),
        protos: Copies::default(),
        work: Vec::new(),
    };
    for name in shared {
        let registry = copier.to.registry;
        let names = (
            from.raw_get_name(from.registry, name),
            copier.to.raw_get_name(registry, name),
        );
        if let (Value::Table(original), Value::Table(own)) = names {
            copier.tables.insert(original.0, own.0);
        }
    }
    let realm = copier.table(from.registry)?;
    let globals = copier.table(from.globals)?;
    copier.finish()?;
    to.raw_set_name(realm, "globals", Value::Table(globals))?;
    Ok(realm)
}

impl Copier<'_> {
    fn finish(&mut self) -> Result<(), OutOfMemory> {
        while let Some(work) = self.work.pop() {
            match work {
                Work::Table(from, to) => self.fill_table(from, to)?,
                Work::Bound(from, to) => {
                    let heap = self.from;
                    let values = self.values(&heap.bounds.get(from.0).upvals)?;
                    self.to.bounds.get_mut(to.0).upvals = values.into();
                }
                Work::Upval(from, to) => {
                    if let Upval::Closed(value) = *self.from.upvals.get(from.0) {
                        let value = self.value(value)?;
                        *self.to.upvals.get_mut(to.0) = Upval::Closed(value);
                    }
                }
                Work::Data(from, to) => {
                    let heap = self.from;
                    let data = heap.datas.get(from.0);
                    let values = self.values(&data.values)?;
                    let meta = data.meta.map(|meta| self.table(meta)).transpose()?;
                    let copy = self.to.datas.get_mut(to.0);
                    copy.values = values;
                    copy.meta = meta;
                }
            }
        }
        Ok(())
    }

    fn fill_table(&mut self, from: TableId, to: TableId) -> Result<(), OutOfMemory> {
        let heap = self.from;
        let original = heap.table(from);
        let mut key = Value::Nil;
        while let Ok(Some((next, value))) = original.next(key, &self.from.strings) {
            key = next;
            let (copied_key, value) = (self.value(next)?, self.value(value)?);
            if self.to.raw_set(to, copied_key, value).is_err() {
                return Err(OutOfMemory);
            }
        }
        if let Some(meta) = original.meta {
            let meta = self.table(meta)?;
            self.to.table_mut(to).meta = Some(meta);
        }
        Ok(())
    }

    fn values(&mut self, values: &[Value]) -> Result<Vec<Value>, OutOfMemory> {
        values.iter().map(|&value| self.value(value)).collect()
    }

    fn value(&mut self, value: Value) -> Result<Value, OutOfMemory> {
        Ok(match value {
            Value::Str(id) => {
                let from = self.from;
                self.to.new_string(from.bytes(id))?
            }
            Value::Table(id) => Value::Table(self.table(id)?),
            Value::Closure(id) => Value::Closure(self.closure(id)?),
            Value::Bound(id) => Value::Bound(self.bound(id)?),
            Value::Data(id) => Value::Data(self.data(id)?),
            // A template's coroutines have ended.
            Value::Thread(_) => Value::Nil,
            plain => plain,
        })
    }

    fn table(&mut self, id: TableId) -> Result<TableId, OutOfMemory> {
        if let Some(copy) = self.tables.get(id.0) {
            return Ok(TableId(copy));
        }
        let copy = self.to.new_table()?;
        self.tables.insert(id.0, copy.0);
        self.work.push(Work::Table(id, copy));
        Ok(copy)
    }

    fn closure(&mut self, id: ClosureId) -> Result<ClosureId, OutOfMemory> {
        if let Some(copy) = self.closures.get(id.0) {
            return Ok(ClosureId(copy));
        }
        let closure = self.from.closures.get(id.0);
        let proto = self.proto(closure.proto)?;
        let mut upvals = Vec::with_capacity(closure.upvals.len());
        for &upval in &closure.upvals {
            upvals.push(self.upval(upval)?);
        }
        let copy = self.to.new_closure(proto, upvals.into())?;
        self.closures.insert(id.0, copy.0);
        Ok(copy)
    }

    fn proto(&mut self, id: ProtoId) -> Result<ProtoId, OutOfMemory> {
        if let Some(copy) = self.protos.get(id.0) {
            return Ok(ProtoId(copy));
        }
        let loaded = self.from.protos.get(id.0);
        let copy = match &loaded.proto {
            Some(proto) => self.to.load_proto(proto)?,
            None => ProtoId::default(),
        };
        self.protos.insert(id.0, copy.0);
        Ok(copy)
    }

    fn upval(&mut self, id: UpvalId) -> Result<UpvalId, OutOfMemory> {
        if let Some(copy) = self.upvals.get(id.0) {
            return Ok(UpvalId(copy));
        }
        let copy = self.to.new_upval(Upval::default())?;
        self.upvals.insert(id.0, copy.0);
        self.work.push(Work::Upval(id, copy));
        Ok(copy)
    }

    fn bound(&mut self, id: BoundId) -> Result<BoundId, OutOfMemory> {
        if let Some(copy) = self.bounds.get(id.0) {
            return Ok(BoundId(copy));
        }
        let bound = self.from.bounds.get(id.0);
        let empty = vec![Value::Nil; bound.upvals.len()];
        let copy = self.to.new_bound(bound.native, &empty)?;
        self.bounds.insert(id.0, copy.0);
        self.work.push(Work::Bound(id, copy));
        Ok(copy)
    }

    fn data(&mut self, id: DataId) -> Result<DataId, OutOfMemory> {
        if let Some(copy) = self.datas.get(id.0) {
            return Ok(DataId(copy));
        }
        let data = self.from.datas.get(id.0);
        let empty = vec![Value::Nil; data.values.len()];
        let copy = self.to.new_data(data.tag, data.bytes.clone(), empty)?;
        self.datas.insert(id.0, copy.0);
        self.work.push(Work::Data(id, copy));
        Ok(copy)
    }
}
