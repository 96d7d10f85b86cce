//! Turning Lua values into what the functions of `alc` take.
//!
//! The rules and the texts of the errors are those of native algocline: numbers
//! are strings where a string is due, numeric strings are numbers where a number
//! is due, and floats lose their fraction where an integer is due.

use std::borrow::Cow;
use std::fmt;

use crate::lua::error::Error;
use crate::lua::heap::Heap;
use crate::lua::native::{Ctx, to_number, write_number};
use crate::lua::text::number::Number;
use crate::lua::value::{TableId, Value};

use super::host::AlcHost;

/// A value that is not of the type that is due, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mismatch(String);

impl Mismatch {
    #[cold]
    #[inline(never)]
    pub(super) fn new(value: Value, to: &str, hint: &str) -> Self {
        let parts = ["error converting Lua ", type_name(value), " to ", to];
        let mut text = parts.concat();
        if !hint.is_empty() {
            text = [&text, " (", hint, ")"].concat();
        }
        Mismatch(text)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Mismatch> for String {
    fn from(why: Mismatch) -> Self {
        why.0
    }
}

/// The type of a value, integers and other numbers apart.
pub(super) fn type_name(value: Value) -> &'static str {
    match value {
        Value::Int(_) => "integer",
        Value::Float(_) => "number",
        _ => value.type_name(),
    }
}

/// A text, borrowed where the value is a string.
pub(super) fn borrow_text(heap: &Heap, value: Value) -> Result<Cow<'_, str>, Mismatch> {
    if let Value::Str(id) = value {
        return match std::str::from_utf8(heap.bytes(id)) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => Err(Mismatch::new(value, "String", &error.to_string())),
        };
    }
    let mut bytes = Vec::new();
    if !write_number(value, &mut bytes) {
        return Err(Mismatch::new(value, "String", "expected string or number"));
    }
    Ok(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
}

/// A text.
pub(super) fn to_text(heap: &Heap, value: Value) -> Result<String, Mismatch> {
    borrow_text(heap, value).map(Cow::into_owned)
}

/// A number that is to become a `name`.
fn number(heap: &Heap, value: Value, name: &str) -> Result<Number, Mismatch> {
    let hint = "expected number or string coercible to number";
    to_number(heap, value).ok_or_else(|| Mismatch::new(value, name, hint))
}

/// An integer from 0 to `max`.
#[inline(never)]
fn to_unsigned(heap: &Heap, value: Value, max: u64, name: &str) -> Result<u64, Mismatch> {
    let number = number(heap, value, name)?;
    let found = match number {
        Number::Int(i) => u64::try_from(i).ok(),
        // 2^64 is the first float too large; truncation makes -0.5 a zero.
        Number::Float(f) => (f > -1.0 && f < 18_446_744_073_709_551_616.0).then_some(f as u64),
    };
    found
        .filter(|&found| found <= max)
        .ok_or_else(|| Mismatch::new(value, name, "out of range"))
}

/// An integer of 64 bits without sign.
pub(super) fn to_u64(heap: &Heap, value: Value) -> Result<u64, Mismatch> {
    to_unsigned(heap, value, u64::MAX, "u64")
}

/// An integer of 32 bits without sign.
pub(super) fn to_u32(heap: &Heap, value: Value) -> Result<u32, Mismatch> {
    let found = to_unsigned(heap, value, u64::from(u32::MAX), "u32")?;
    Ok(u32::try_from(found).unwrap_or(u32::MAX))
}

/// A number of things. It is named as native algocline names it.
pub(super) fn to_count(heap: &Heap, value: Value) -> Result<u64, Mismatch> {
    to_unsigned(heap, value, u64::MAX, "usize")
}

/// An integer of 64 bits.
pub(super) fn to_i64(heap: &Heap, value: Value) -> Result<i64, Mismatch> {
    // 2^63 is the first float too large.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    match number(heap, value, "i64")? {
        Number::Int(i) => Ok(i),
        Number::Float(f) if (-LIMIT..LIMIT).contains(&f) => Ok(f as i64),
        Number::Float(_) => Err(Mismatch::new(value, "i64", "out of range")),
    }
}

/// A float.
pub(super) fn to_f64(heap: &Heap, value: Value) -> Result<f64, Mismatch> {
    Ok(number(heap, value, "f64")?.to_float())
}

/// A table.
pub(super) fn to_table(value: Value) -> Result<TableId, Mismatch> {
    match value {
        Value::Table(id) => Ok(id),
        _ => Err(Mismatch::new(value, "table", "")),
    }
}

/// A list of texts: a table and how many elements it has up to the first nil,
/// all of which [`borrow_text`] accepts. They are not copied, since a list may
/// name one long string any number of times.
pub(super) fn to_text_list(heap: &Heap, value: Value) -> Result<(TableId, i64), Mismatch> {
    let Value::Table(id) = value else {
        return Err(Mismatch::new(value, "Vec<String>", "expected table"));
    };
    let table = heap.table(id);
    let mut count = 0;
    loop {
        let element = table.get_int(count + 1);
        if element.is_nil() {
            return Ok((id, count));
        }
        borrow_text(heap, element)?;
        count += 1;
    }
}

/// How many tables a field may be inherited through.
const MAX_PARENTS: usize = 100;

/// A field of a table, or of the tables that its `__index` names. Functions in
/// `__index` are not asked.
pub(super) fn field(heap: &mut Heap, table: TableId, name: &str) -> Value {
    use crate::lua::event::Event;
    let mut table = table;
    for _ in 0..MAX_PARENTS {
        let value = heap.raw_get_name(table, name);
        if !value.is_nil() {
            return value;
        }
        match heap.metamethod(Value::Table(table), Event::Index) {
            Value::Table(parent) => table = parent,
            _ => break,
        }
    }
    Value::Nil
}

/// Arguments of a function of `alc`.
pub(super) trait Args {
    /// An error of argument `index`, counted from 1.
    fn bad_argument(&mut self, index: usize, why: Mismatch) -> Error;
    /// An error without a position.
    fn raise(&mut self, message: impl Into<String>) -> Error;
    /// Argument `index` as a text.
    fn text(&mut self, index: usize) -> Result<String, Error>;
    /// Argument `index` as a text, nothing if it is nil.
    fn opt_text(&mut self, index: usize) -> Result<Option<String>, Error>;
    /// Argument `index` as an integer without sign.
    fn u64(&mut self, index: usize) -> Result<u64, Error>;
    /// Argument `index` as a table.
    fn table(&mut self, index: usize) -> Result<TableId, Error>;
    /// Argument `index` as a table, nothing if it is nil.
    fn opt_table(&mut self, index: usize) -> Result<Option<TableId>, Error>;
}

impl Args for Ctx<'_> {
    #[cold]
    fn bad_argument(&mut self, index: usize, why: Mismatch) -> Error {
        AlcHost::raise(self.host, format!("bad argument #{index}: {}", why.0))
    }

    fn raise(&mut self, message: impl Into<String>) -> Error {
        AlcHost::raise(self.host, message)
    }

    fn text(&mut self, index: usize) -> Result<String, Error> {
        match to_text(self.heap, self.arg(index)) {
            Ok(text) => {
                self.charge(text.len() / 16);
                Ok(text)
            }
            Err(why) => Err(self.bad_argument(index, why)),
        }
    }

    fn opt_text(&mut self, index: usize) -> Result<Option<String>, Error> {
        match self.arg(index) {
            Value::Nil => Ok(None),
            _ => self.text(index).map(Some),
        }
    }

    fn u64(&mut self, index: usize) -> Result<u64, Error> {
        match to_u64(self.heap, self.arg(index)) {
            Ok(number) => Ok(number),
            Err(why) => Err(self.bad_argument(index, why)),
        }
    }

    fn table(&mut self, index: usize) -> Result<TableId, Error> {
        match to_table(self.arg(index)) {
            Ok(table) => Ok(table),
            Err(why) => Err(self.bad_argument(index, why)),
        }
    }

    fn opt_table(&mut self, index: usize) -> Result<Option<TableId>, Error> {
        match self.arg(index) {
            Value::Nil => Ok(None),
            _ => self.table(index).map(Some),
        }
    }
}
