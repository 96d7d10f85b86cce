//! JSON text to Lua values.
//!
//! `serde_json` reads the text, so errors and the limit on nesting (127 levels)
//! are its own; the values go straight into the heap, which charges them.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use crate::lua::account::{OutOfMemory, SLOT};
use crate::lua::error::Error;
use crate::lua::heap::Heap;
use crate::lua::table::StoreError;
use crate::lua::value::{TableId, Value};

/// Why a text was not turned into a value.
#[derive(Debug)]
pub(super) enum DecodeError {
    /// The heap's cap is reached.
    Memory,
    /// The text is not JSON, or nested too deeply.
    Syntax(serde_json::Error),
}

impl From<OutOfMemory> for DecodeError {
    fn from(_: OutOfMemory) -> Self {
        DecodeError::Memory
    }
}

/// The name of the array marker in the registry.
pub(super) const MARKER: &str = "alc.array";

/// The metatable that marks arrays, so that an empty one stays one. It hides
/// itself: `getmetatable` gives false.
pub(super) fn array_marker(heap: &Heap) -> Option<TableId> {
    match heap.raw_get_name(heap.registry, MARKER) {
        Value::Table(id) => Some(id),
        _ => None,
    }
}

/// Makes the array marker.
pub(super) fn add_array_marker(heap: &mut Heap) -> Result<(), OutOfMemory> {
    let marker = heap.new_table()?;
    heap.raw_set_name(marker, "__metatable", Value::Bool(false))?;
    let registry = heap.registry;
    heap.raw_set_name(registry, MARKER, Value::Table(marker))
}

/// A new table that is an array even when it is empty.
pub(super) fn new_array(heap: &mut Heap, elements: &[Value]) -> Result<TableId, OutOfMemory> {
    let marker = array_marker(heap);
    let id = heap.new_table()?;
    let (account, table) = (&mut heap.account, heap.tables.get_mut(id.0));
    table
        .set_list(1, elements, account)
        .map_err(|_| OutOfMemory)?;
    table.meta = marker;
    Ok(id)
}

/// The value of a whole JSON text. Null is nil, and an array has the marker.
///
/// # Errors
/// See [`DecodeError`].
pub(super) fn decode(heap: &mut Heap, text: &[u8]) -> Result<Value, DecodeError> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let mut state = State::default();
    let seed = Seed {
        heap,
        state: &mut state,
    };
    let value = seed.deserialize(&mut reader);
    heap.account.release(state.borrowed);
    value
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| match state.out_of_memory {
            true => DecodeError::Memory,
            false => DecodeError::Syntax(error),
        })
}

/// The length of the JSON value at the beginning of a text; none if there is
/// no whole one.
pub(super) fn prefix_len(text: &[u8]) -> Result<usize, usize> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Checked>();
    match values.next() {
        Some(Ok(Checked)) => Ok(values.byte_offset()),
        Some(Err(error)) => Err(error_offset(text, &error)),
        None => Err(text.len()),
    }
}

/// About how many bytes were read before an error.
fn error_offset(text: &[u8], error: &serde_json::Error) -> usize {
    let lines = error.line().saturating_sub(1);
    let before: usize = text
        .split_inclusive(|&byte| byte == b'\n')
        .take(lines)
        .map(<[u8]>::len)
        .sum();
    before.saturating_add(error.column()).min(text.len())
}

/// A JSON value as a Lua value, under the same rules as [`decode`].
///
/// # Errors
/// Memory is short.
pub fn from_json(heap: &mut Heap, json: &Json) -> Result<Value, Error> {
    // A value that has been read from text has at most 127 levels; one that a
    // host has built may have any number, so there is no recursion here. Each
    // finished child is handed to the container on top.
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut next = json;
    loop {
        let mut done = match next {
            Json::Null => Value::Nil,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(number) => number_value(number),
            Json::String(text) => heap.new_string(text.as_bytes())?,
            Json::Array(items) => {
                open.push(Open::Array(Vec::new(), items.iter()));
                Value::Nil
            }
            Json::Object(fields) => {
                open.push(Open::Object(heap.new_table()?, fields.iter(), None));
                Value::Nil
            }
        };
        let mut fresh = matches!(next, Json::Array(_) | Json::Object(_));
        next = loop {
            let Some(top) = open.last_mut() else {
                return Ok(done);
            };
            if !std::mem::take(&mut fresh) {
                top.accept(heap, done)?;
            }
            if let Some(child) = top.advance(heap)? {
                break child;
            }
            done = match open.pop() {
                Some(Open::Array(elements, _)) => Value::Table(new_array(heap, &elements)?),
                Some(Open::Object(table, ..)) => Value::Table(table),
                None => return Ok(done),
            };
        };
    }
}

/// A container under construction, and what of it is to come.
enum Open<'a> {
    Array(Vec<Value>, std::slice::Iter<'a, Json>),
    Object(TableId, serde_json::map::Iter<'a>, Option<Value>),
}

impl<'a> Open<'a> {
    fn accept(&mut self, heap: &mut Heap, value: Value) -> Result<(), Error> {
        match self {
            Open::Array(elements, _) => elements.push(value),
            Open::Object(table, _, key) => {
                if let Some(key) = key.take() {
                    heap.raw_set(*table, key, value)?;
                }
            }
        }
        Ok(())
    }

    fn advance(&mut self, heap: &mut Heap) -> Result<Option<&'a Json>, Error> {
        match self {
            Open::Array(_, rest) => Ok(rest.next()),
            Open::Object(_, rest, key) => match rest.next() {
                Some((name, child)) => {
                    *key = Some(heap.new_string(name.as_bytes())?);
                    Ok(Some(child))
                }
                None => Ok(None),
            },
        }
    }
}

fn number_value(number: &serde_json::Number) -> Value {
    match number.as_i64() {
        Some(i) => Value::Int(i),
        None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
    }
}

/// What the readers of all levels share.
#[derive(Default)]
struct State {
    out_of_memory: bool,
    /// Bytes charged for lists that are not yet tables.
    borrowed: u64,
}

/// Reads one value into the heap.
struct Seed<'h> {
    heap: &'h mut Heap,
    state: &'h mut State,
}

impl Seed<'_> {
    fn reborrow(&mut self) -> Seed<'_> {
        Seed {
            heap: self.heap,
            state: self.state,
        }
    }

    fn short<E: serde::de::Error>(&mut self) -> E {
        self.state.out_of_memory = true;
        E::custom("not enough memory")
    }

    fn store<E: serde::de::Error>(
        &mut self,
        table: TableId,
        key: Value,
        value: Value,
    ) -> Result<(), E> {
        match self.heap.raw_set(table, key, value) {
            Ok(()) => Ok(()),
            Err(StoreError::Memory | StoreError::NilKey | StoreError::NanKey) => Err(self.short()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(match i64::try_from(value) {
            Ok(value) => Value::Int(value),
            Err(_) => Value::Float(value as f64),
        })
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: serde::de::Error>(mut self, text: &str) -> Result<Value, E> {
        match self.heap.new_string(text.as_bytes()) {
            Ok(value) => Ok(value),
            Err(OutOfMemory) => Err(self.short()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        let mut price = 0;
        while let Some(element) = items.next_element_seed(self.reborrow())? {
            if self.heap.account.charge(SLOT).is_err() {
                return Err(self.short());
            }
            price += SLOT;
            self.state.borrowed += SLOT;
            elements.push(element);
        }
        self.heap.account.release(price);
        self.state.borrowed = self.state.borrowed.saturating_sub(price);
        match new_array(self.heap, &elements) {
            Ok(table) => Ok(Value::Table(table)),
            Err(OutOfMemory) => Err(self.short()),
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Value, A::Error> {
        let table = match self.heap.new_table() {
            Ok(table) => table,
            Err(OutOfMemory) => return Err(self.short()),
        };
        while let Some(key) = fields.next_key_seed(self.reborrow())? {
            if !matches!(key, Value::Str(_)) {
                return Err(A::Error::custom("key must be a string"));
            }
            let value = fields.next_value_seed(self.reborrow())?;
            self.store(table, key, value)?;
        }
        Ok(Value::Table(table))
    }
}

/// A value that is read and thrown away; all of it is checked, nesting too.
struct Checked;

impl<'de> serde::Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_any(Checked)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = Checked;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_str<E>(self, _: &str) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Checked, A::Error> {
        while items.next_element::<Checked>()?.is_some() {}
        Ok(Checked)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Checked, A::Error> {
        while fields.next_entry::<Checked, Checked>()?.is_some() {}
        Ok(Checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alc::json_encode::encode;
    use serde_json::json;

    fn heap(limit: u64) -> Heap {
        let mut heap = Heap::new(limit).unwrap();
        add_array_marker(&mut heap).unwrap();
        heap
    }

    fn error(text: &str) -> String {
        match decode(&mut heap(1 << 20), text.as_bytes()) {
            Err(DecodeError::Syntax(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn errors_are_those_of_serde_json() {
        assert_eq!(error(""), "EOF while parsing a value at line 1 column 0");
        assert_eq!(error("[1,"), "EOF while parsing a value at line 1 column 3");
        assert_eq!(error("{bad"), "key must be a string at line 1 column 2");
        assert_eq!(error("1 2"), "trailing characters at line 1 column 3");
        assert_eq!(error("1e999"), "number out of range at line 1 column 5");
        assert_eq!(
            error(&"[".repeat(128)),
            "recursion limit exceeded at line 1 column 128"
        );
    }

    #[test]
    fn memory_is_charged_and_given_back() {
        let list = format!("[{}1]", "1,".repeat(100_000));
        let mut small = heap(1 << 20);
        let before = small.account.used();
        assert!(matches!(
            decode(&mut small, list.as_bytes()),
            Err(DecodeError::Memory)
        ));
        assert_eq!(small.account.used(), before);
        let mut large = heap(1 << 23);
        let before = large.account.used();
        decode(&mut large, list.as_bytes()).unwrap();
        assert!(large.account.used() - before < 16 * 100_001 + 200);
    }

    #[test]
    fn trees_become_the_same_values_as_texts() {
        let mut heap = heap(1 << 20);
        let json = json!({
            "n": null, "list": [1, null, [], {"x": [true, "é"]}], "f": 1.5,
            "big": u64::MAX, "o": {}, "z": [[[[0]]]]
        });
        let value = from_json(&mut heap, &json).unwrap();
        let text = encode(&heap, value, 1 << 20).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            r#"{"big":1.8446744073709552e+19,"f":1.5,"list":[1,null,[],{"x":[true,"é"]}],"o":{},"z":[[[[0]]]]}"#
        );
        let deep = (0..10_000).fold(json!(1), |inner, _| Json::Array(vec![inner]));
        assert!(matches!(from_json(&mut heap, &deep), Ok(Value::Table(_))));
        // Dropping such a tree recurses; unwrap it level by level.
        let mut rest = deep;
        while let Json::Array(mut items) = rest {
            rest = items.pop().unwrap();
        }
    }

    #[test]
    fn the_prefix_of_a_text_is_measured() {
        assert_eq!(prefix_len(b"{\"a\":\"}\"} x"), Ok(9));
        assert_eq!(prefix_len(b"[1] 2"), Ok(3));
        assert!(prefix_len(b"{a}").is_err());
        assert!(prefix_len(b"").is_err());
    }
}
