//! The heap: all objects of one virtual machine, behind handles.

use std::rc::Rc;

use super::account::{
    Account, CLOSURE, DATA, OutOfMemory, PROTO, SLOT, TABLE, THREAD, UPVAL, WORD,
};
use super::event::Event;
use super::function::{Bound, Closure, Loaded, Upval};
use super::gc::Collector;
use super::proto::{Const, Proto};
use super::slab::Slab;
use super::strings::Strings;
use super::table::{StoreError, Table};
use super::thread::Thread;
use super::value::{
    BoundId, ClosureId, DataId, NativeId, ProtoId, SHORT_STRING_MAX, StrId, TableId, ThreadId,
    UpvalId, Value,
};

/// An object of a library: bytes and values whose meaning its tag tells.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// Which library made it, and what it is.
    pub tag: u32,
    /// Plain bytes.
    pub bytes: Vec<u8>,
    /// Lua values.
    pub values: Vec<Value>,
    /// The metatable.
    pub meta: Option<TableId>,
    /// What `bytes` and `values` were charged.
    pub charged: u64,
}

/// All objects of one machine.
#[derive(Debug)]
pub struct Heap {
    pub strings: Strings,
    pub tables: Slab<Table>,
    pub closures: Slab<Closure>,
    pub bounds: Slab<Bound>,
    pub upvals: Slab<Upval>,
    pub protos: Slab<Rc<Loaded>>,
    pub threads: Slab<Thread>,
    pub datas: Slab<Data>,
    /// Bytes in use and the cap.
    pub account: Account,
    /// The global table.
    pub globals: TableId,
    /// A table that no program sees, for libraries: `loaded`, shims, markers.
    pub registry: TableId,
    /// Metatables of types that have no metatable per object; by `type_index`.
    pub type_meta: [Option<TableId>; 8],
    /// The names of the events.
    pub event_names: Vec<StrId>,
    /// The collection under way.
    pub(super) collector: Collector,
}

/// The place of strings in `Heap::type_meta`.
pub const STRING_TYPE: usize = 3;

/// The place of a type in `Heap::type_meta`; none for tables and host objects.
pub fn type_index(value: Value) -> Option<usize> {
    match value {
        Value::Nil => Some(0),
        Value::Bool(_) => Some(1),
        Value::Int(_) | Value::Float(_) => Some(2),
        Value::Str(_) => Some(STRING_TYPE),
        Value::Closure(_) | Value::Native(_) | Value::Bound(_) => Some(4),
        Value::Thread(_) => Some(5),
        Value::Table(_) | Value::Data(_) => None,
    }
}

impl Heap {
    /// The heap of a new machine, as this one of a template. Neither has coroutines: where
    /// some were, slots are free.
    #[inline(never)]
    pub(super) fn of_template(template: &Heap) -> Heap {
        let mut heap = Heap::empty();
        heap.strings.copy(&template.strings);
        heap.tables.copy(&template.tables);
        heap.closures.copy(&template.closures);
        heap.bounds.copy(&template.bounds);
        heap.upvals.copy(&template.upvals);
        heap.protos.copy(&template.protos);
        heap.datas.copy(&template.datas);
        heap.account = template.account;
        heap.globals = template.globals;
        heap.registry = template.registry;
        heap.type_meta = template.type_meta;
        heap.event_names.clone_from(&template.event_names);
        heap.threads.extend_to(template.threads.slots.count());
        heap.threads.slots = template.threads.slots.clone();
        heap
    }

    /// A heap without anything, even globals.
    #[inline(never)]
    fn empty() -> Heap {
        Heap {
            strings: Strings::default(),
            tables: Slab::default(),
            closures: Slab::default(),
            bounds: Slab::default(),
            upvals: Slab::default(),
            protos: Slab::default(),
            threads: Slab::default(),
            datas: Slab::default(),
            account: Account::new(u64::MAX),
            globals: TableId(0),
            registry: TableId(0),
            type_meta: [None; 8],
            event_names: Vec::new(),
            collector: Collector::default(),
        }
    }

    /// A heap of the objects that every machine has, with a cap in bytes.
    pub fn new(limit: u64) -> Result<Self, OutOfMemory> {
        let mut heap = Heap::empty();
        heap.account.set_limit(limit);
        heap.globals = heap.new_table()?;
        heap.registry = heap.new_table()?;
        for event in Event::ALL {
            let name = heap.intern(event.key().as_bytes())?;
            heap.event_names.push(name);
        }
        Ok(heap)
    }

    /// The string of these bytes.
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn intern(&mut self, bytes: &[u8]) -> Result<StrId, OutOfMemory> {
        self.strings.intern(bytes, &mut self.account)
    }

    /// The string of these bytes as a value.
    #[inline]
    pub fn new_string(&mut self, bytes: &[u8]) -> Result<Value, OutOfMemory> {
        Ok(Value::Str(self.intern(bytes)?))
    }

    /// The bytes of a string.
    #[inline]
    pub fn bytes(&self, id: StrId) -> &[u8] {
        self.strings.bytes(id)
    }

    /// A new, empty table.
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn new_table(&mut self) -> Result<TableId, OutOfMemory> {
        self.account.charge(TABLE)?;
        Ok(TableId(self.tables.insert(Table::default())))
    }

    /// A table.
    #[inline]
    pub fn table(&self, id: TableId) -> &Table {
        self.tables.get(id.0)
    }

    /// A table, to change.
    #[inline]
    pub fn table_mut(&mut self, id: TableId) -> &mut Table {
        self.tables.get_mut(id.0)
    }

    /// Raw read.
    #[inline]
    pub fn raw_get(&self, table: TableId, key: Value) -> Value {
        self.tables.get(table.0).get(key, &self.strings)
    }

    /// Raw read under a name. Names beyond the length of short strings are not
    /// found.
    pub fn raw_get_name(&self, table: TableId, name: &str) -> Value {
        match self.strings.lookup(name.as_bytes()) {
            Some(id) => self.table(table).get_short(id),
            None => Value::Nil,
        }
    }

    /// Raw store.
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn raw_set(&mut self, table: TableId, key: Value, value: Value) -> Result<(), StoreError> {
        self.tables
            .get_mut(table.0)
            .set(key, value, &self.strings, &mut self.account)
    }

    /// Raw store under an integer key.
    #[inline]
    pub fn raw_set_int(
        &mut self,
        table: TableId,
        key: i64,
        value: Value,
    ) -> Result<(), OutOfMemory> {
        match self
            .tables
            .get_mut(table.0)
            .set_int(key, value, &mut self.account)
        {
            Ok(()) => Ok(()),
            // An integer is neither nil nor NaN.
            Err(_) => Err(OutOfMemory),
        }
    }

    /// Raw store under a name.
    pub fn raw_set_name(
        &mut self,
        table: TableId,
        name: &str,
        value: Value,
    ) -> Result<(), OutOfMemory> {
        let key = self.new_string(name.as_bytes())?;
        match self.raw_set(table, key, value) {
            Ok(()) => Ok(()),
            Err(_) => Err(OutOfMemory),
        }
    }

    /// A new Lua closure.
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn new_closure(
        &mut self,
        proto: ProtoId,
        upvals: Box<[UpvalId]>,
    ) -> Result<ClosureId, OutOfMemory> {
        self.account.charge(CLOSURE + WORD * upvals.len() as u64)?;
        Ok(ClosureId(self.closures.insert(Closure { proto, upvals })))
    }

    /// A new native closure.
    pub fn new_bound(
        &mut self,
        native: NativeId,
        upvals: &[Value],
    ) -> Result<BoundId, OutOfMemory> {
        self.account.charge(CLOSURE + SLOT * upvals.len() as u64)?;
        let upvals = upvals.into();
        Ok(BoundId(self.bounds.insert(Bound { native, upvals })))
    }

    /// A new captured variable.
    #[inline]
    pub fn new_upval(&mut self, upval: Upval) -> Result<UpvalId, OutOfMemory> {
        self.account.charge(UPVAL)?;
        Ok(UpvalId(self.upvals.insert(upval)))
    }

    /// A new coroutine without a stack.
    pub fn new_thread(&mut self) -> Result<ThreadId, OutOfMemory> {
        self.account.charge(THREAD)?;
        Ok(ThreadId(self.threads.insert(Thread::default())))
    }

    /// A new host object.
    pub fn new_data(
        &mut self,
        tag: u32,
        bytes: Vec<u8>,
        values: Vec<Value>,
    ) -> Result<DataId, OutOfMemory> {
        let charged = bytes.len() as u64 + SLOT * values.len() as u64;
        self.account.charge(DATA + charged)?;
        Ok(DataId(self.datas.insert(Data {
            tag,
            bytes,
            values,
            meta: None,
            charged,
        })))
    }

    /// Adjusts the charge of a host object whose bytes will be `len` long.
    pub fn charge_data(&mut self, id: DataId, len: usize) -> Result<(), OutOfMemory> {
        let data = self.datas.get_mut(id.0);
        let need = len as u64 + SLOT * data.values.len() as u64;
        if need > data.charged {
            // Doubling keeps the count of charges small.
            let target = need.max(data.charged.saturating_mul(2)).min(need * 2);
            self.account.charge(target - data.charged)?;
            data.charged = target;
        }
        Ok(())
    }

    /// Loads a prototype and all inside it: makes its constants values of this
    /// heap. Without recursion, innermost first.
    pub fn load_proto(&mut self, proto: &Rc<Proto>) -> Result<ProtoId, OutOfMemory> {
        self.load_text(proto, None)
    }

    /// As `load_proto` for what a program had compiled from this string, which the
    /// functions keep alive.
    pub fn load_text(
        &mut self,
        proto: &Rc<Proto>,
        text: Option<StrId>,
    ) -> Result<ProtoId, OutOfMemory> {
        let mut order: Vec<&Rc<Proto>> = vec![proto];
        let mut next = 0;
        while let Some(&outer) = order.get(next) {
            order.extend(outer.protos.iter());
            next += 1;
        }
        // Children of the n-th stand behind it, in order, one group a parent.
        let mut ids: Vec<ProtoId> = vec![ProtoId(0); order.len()];
        let mut end = order.len();
        let mut long = Table::default();
        for (at, inner) in order.iter().enumerate().rev() {
            let start = end - inner.protos.len();
            let children: Box<[ProtoId]> = ids[start..end].into();
            end = start;
            ids[at] = self.load_one(inner, children, text, &mut long)?;
        }
        Ok(ids[0])
    }

    fn load_one(
        &mut self,
        proto: &Rc<Proto>,
        children: Box<[ProtoId]>,
        text: Option<StrId>,
        long: &mut Table,
    ) -> Result<ProtoId, OutOfMemory> {
        let price = PROTO
            + SLOT * proto.consts.len() as u64
            + WORD * children.len() as u64
            + WORD * proto.code.len() as u64;
        self.account.charge(price)?;
        let mut consts = Vec::with_capacity(proto.consts.len());
        for constant in &proto.consts {
            consts.push(match constant {
                Const::Str(bytes) if bytes.len() <= SHORT_STRING_MAX => {
                    Value::Str(self.strings.intern_shared(bytes, &mut self.account)?)
                }
                // A long constant that functions of the chunk share is one string.
                Const::Str(bytes) => {
                    // A table of the machine, but outside of its account.
                    let address = bytes.as_ptr() as usize as i64;
                    let mut value = long.get_int(address);
                    if value.is_nil() {
                        let id = self.strings.intern_shared(bytes, &mut self.account)?;
                        value = Value::Str(id);
                        let mut free = Account::new(u64::MAX);
                        let _ = long.set_int(address, value, &mut free);
                    }
                    value
                }
                plain => plain.plain_value(),
            });
        }
        Ok(ProtoId(self.protos.insert(Rc::new(Loaded {
            proto: Some(Rc::clone(proto)),
            consts: consts.into(),
            children,
            num_params: proto.num_params,
            is_vararg: proto.is_vararg,
            text,
        }))))
    }

    /// What a closure runs.
    #[inline(always)]
    pub fn loaded(&self, closure: ClosureId) -> &Rc<Loaded> {
        self.protos.get(self.closures.get(closure.0).proto.0)
    }

    /// What a loaded prototype was charged.
    pub(super) fn proto_price(loaded: &Loaded) -> u64 {
        PROTO
            + SLOT * loaded.consts.len() as u64
            + WORD * loaded.children.len() as u64
            + WORD * loaded.code().len() as u64
    }

    /// The metatable of any value.
    #[inline]
    pub fn metatable(&self, value: Value) -> Option<TableId> {
        match value {
            Value::Table(id) => self.table(id).meta,
            Value::Data(id) => self.datas.get(id.0).meta,
            _ => type_index(value).and_then(|i| self.type_meta[i]),
        }
    }

    /// What a metatable has for an event; nil if nothing. Remembers absence.
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn handler(&mut self, meta: TableId, event: Event) -> Value {
        let bit = 1 << event as u32;
        let table = self.tables.get_mut(meta.0);
        if table.absent & bit != 0 {
            return Value::Nil;
        }
        let Some(&name) = self.event_names.get(event as usize) else {
            return Value::Nil;
        };
        let handler = table.get_short(name);
        if handler.is_nil() {
            table.absent |= bit;
        }
        handler
    }

    /// The handler of any value for an event; nil if it has none.
    #[inline]
    pub fn metamethod(&mut self, value: Value, event: Event) -> Value {
        match self.metatable(value) {
            Some(meta) => self.handler(meta, event),
            None => Value::Nil,
        }
    }

    /// Lua's raw equality.
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn raw_equal(&self, a: Value, b: Value) -> bool {
        match (a, b) {
            (Value::Int(i), Value::Float(f)) | (Value::Float(f), Value::Int(i)) => {
                // The conversion back is exact where the first one was.
                i as f64 == f && super::text::number::float_to_integer(f) == Some(i)
            }
            (Value::Str(a), Value::Str(b)) => self.strings.equal(a, b),
            _ => a.same(b),
        }
    }
}
