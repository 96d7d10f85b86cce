//! Building a template: natives, library tables, and Lua code run beforehand.
//!
//! A new machine is a copy of a template's heap, so libraries cost it a few
//! copied vectors; strings and prototypes are shared.

use std::rc::Rc;

use super::account::OutOfMemory;
use super::heap::Heap;
use super::native::{NativeDef, NativeFn, Natives};
use super::value::{NativeId, TableId, Value};

/// What a library's `open` function works with.
pub struct Builder {
    /// The heap that will be copied.
    pub heap: Heap,
    pub(super) natives: Natives,
    /// `package.loaded`.
    pub loaded: TableId,
}

impl Builder {
    pub(super) fn new() -> Result<Self, OutOfMemory> {
        let mut heap = Heap::new(u64::MAX)?;
        let loaded = heap.new_table()?;
        let registry = heap.registry;
        heap.raw_set_name(registry, "loaded", Value::Table(loaded))?;
        Ok(Builder {
            heap,
            natives: Natives::default(),
            loaded,
        })
    }

    /// Adds a native under a unique name (`string.format`, or `string.gmatch/next`
    /// for one that no table shows).
    pub fn native(&mut self, name: &'static str, run: NativeFn) -> NativeId {
        let id = NativeId(self.natives.defs.len() as u32);
        self.natives.defs.push(NativeDef { name, run });
        id
    }

    /// Adds natives to a table. Their full names are `library.name`, and the
    /// field is what stands after the last dot.
    pub fn functions(
        &mut self,
        table: TableId,
        functions: &[(&'static str, NativeFn)],
    ) -> Result<(), OutOfMemory> {
        for &(name, run) in functions {
            let id = self.native(name, run);
            let field = match name.rfind('.') {
                Some(dot) => &name[dot + 1..],
                None => name,
            };
            self.heap.raw_set_name(table, field, Value::Native(id))?;
        }
        Ok(())
    }

    /// A new library: a table in the globals and in `package.loaded`.
    pub fn library(
        &mut self,
        name: &'static str,
        functions: &[(&'static str, NativeFn)],
    ) -> Result<TableId, OutOfMemory> {
        let table = self.heap.new_table()?;
        self.functions(table, functions)?;
        let globals = self.heap.globals;
        self.heap.raw_set_name(globals, name, Value::Table(table))?;
        let loaded = self.loaded;
        self.heap.raw_set_name(loaded, name, Value::Table(table))?;
        Ok(table)
    }
}

/// A library's set-up.
pub type Open = fn(&mut Builder) -> Result<(), OutOfMemory>;

/// The heap and the natives that new machines start from.
pub struct Template {
    pub(super) heap: Heap,
    pub(super) natives: Rc<Natives>,
}
