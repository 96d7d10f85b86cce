//! Lua values: 16 bytes, `Copy`, and free of pointers.
//!
//! Everything collectable is a `u32` handle into one of the heap's slabs, so a
//! value means the same after its heap was written to bytes and read back.

/// A Lua value. Equality of handles is Lua's raw equality, with two exceptions
/// that the heap decides: numbers of different kinds and long strings.
///
/// The tag is as wide as the payload: a narrow store of a tag followed by a wide
/// load of the whole value would stall the processor at every copy.
#[derive(Clone, Copy, Debug, Default)]
#[repr(u64)]
pub enum Value {
    /// The absence of a value.
    #[default]
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// A 64-bit signed integer.
    Int(i64),
    /// A double. NaNs are canonical, see `text::number`.
    Float(f64),
    /// An immutable byte string.
    Str(StrId),
    /// A table.
    Table(TableId),
    /// A Lua function with its upvalues.
    Closure(ClosureId),
    /// A library function without state of its own.
    Native(NativeId),
    /// A library function with upvalues, as `string.gmatch` returns.
    Bound(BoundId),
    /// A coroutine.
    Thread(ThreadId),
    /// An object of the host's libraries.
    Data(DataId),
}

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
    };
}

handle!(
    /// A string. The top bit tells long strings (compared by content) from
    /// interned short ones (compared by handle), without a look at the heap.
    StrId
);
handle!(
    /// A table.
    TableId
);
handle!(
    /// A Lua closure.
    ClosureId
);
handle!(
    /// A native closure.
    BoundId
);
handle!(
    /// A coroutine.
    ThreadId
);
handle!(
    /// A host object.
    DataId
);
handle!(
    /// A captured variable.
    UpvalId
);
handle!(
    /// A function prototype as loaded into one heap.
    ProtoId
);
handle!(
    /// An entry of the table of natives.
    NativeId
);

/// Strings of up to this many bytes are interned.
pub const SHORT_STRING_MAX: usize = 40;

const LONG_BIT: u32 = 1 << 31;

impl StrId {
    /// The handle of the interned string in slot `index`.
    pub fn short(index: u32) -> Self {
        StrId(index)
    }

    /// The handle of the long string in slot `index`.
    pub fn long(index: u32) -> Self {
        StrId(index | LONG_BIT)
    }

    /// Whether this string is compared by content.
    #[inline]
    pub fn is_long(self) -> bool {
        self.0 & LONG_BIT != 0
    }

    /// The slot in the string slab.
    #[inline]
    pub fn index(self) -> usize {
        (self.0 & !LONG_BIT) as usize
    }
}

impl Value {
    /// Lua's truth: everything but nil and false.
    #[inline]
    pub fn truthy(self) -> bool {
        !matches!(self, Value::Nil | Value::Bool(false))
    }

    /// Whether this is nil.
    #[inline]
    pub fn is_nil(self) -> bool {
        matches!(self, Value::Nil)
    }

    /// Whether a call of this value needs no `__call`.
    #[inline]
    pub fn is_function(self) -> bool {
        matches!(self, Value::Closure(_) | Value::Native(_) | Value::Bound(_))
    }

    /// The name that `type` returns.
    pub fn type_name(self) -> &'static str {
        match self {
            Value::Nil => "nil",
            Value::Bool(_) => "boolean",
            Value::Int(_) | Value::Float(_) => "number",
            Value::Str(_) => "string",
            Value::Table(_) => "table",
            Value::Closure(_) | Value::Native(_) | Value::Bound(_) => "function",
            Value::Thread(_) => "thread",
            Value::Data(_) => "userdata",
        }
    }

    /// Identity: the same bits. Raw equality needs the heap for the rest.
    #[inline]
    pub fn same(self, other: Value) -> bool {
        match (self, other) {
            (Value::Nil, Value::Nil) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Table(a), Value::Table(b)) => a == b,
            (Value::Closure(a), Value::Closure(b)) => a == b,
            (Value::Native(a), Value::Native(b)) => a == b,
            (Value::Bound(a), Value::Bound(b)) => a == b,
            (Value::Thread(a), Value::Thread(b)) => a == b,
            (Value::Data(a), Value::Data(b)) => a == b,
            _ => false,
        }
    }
}
