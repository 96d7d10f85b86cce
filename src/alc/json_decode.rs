//! JSON text to Lua values.
//!
//! The values go straight into the heap, which charges them.

use crate::domain::Json;
use crate::lua::account::{OutOfMemory, SLOT};
use crate::lua::error::Error;
use crate::lua::heap::Heap;
use crate::lua::value::{TableId, Value};

use super::json_reader::{Event, JsonError, Stop, read_json};
use super::json_text::json_text;

/// Why a text was not turned into a value.
#[derive(Debug)]
pub(super) enum DecodeError {
    /// The heap's cap is reached.
    Memory,
    /// The text is not JSON, or nested too deeply.
    Syntax(JsonError),
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
    let mut tree = Tree {
        heap,
        open: Vec::new(),
        borrowed: 0,
        root: Value::Nil,
    };
    let read = read_json(text, &mut |event| tree.accept(event).is_ok());
    let (borrowed, root) = (tree.borrowed, tree.root);
    heap.account.release(borrowed);
    match read {
        Ok(()) => Ok(root),
        Err(Stop::Refused) => Err(DecodeError::Memory),
        Err(Stop::Syntax(error)) => Err(DecodeError::Syntax(error)),
    }
}

/// A JSON value as a Lua value, under the same rules as [`decode`]: by way of its text,
/// which needs no second way of making tables.
///
/// # Errors
/// Memory is short, or the value has more levels than a text may have.
pub fn from_json(heap: &mut Heap, json: &Json) -> Result<Value, Error> {
    match decode(heap, json_text(json).as_bytes()) {
        Ok(value) => Ok(value),
        Err(DecodeError::Memory) => Err(OutOfMemory.into()),
        Err(DecodeError::Syntax(error)) => Err(Error::bare(error.to_string())),
    }
}

/// A value under construction.
struct Tree<'h> {
    heap: &'h mut Heap,
    open: Vec<Branch>,
    /// Bytes charged for lists that are not yet tables.
    borrowed: u64,
    root: Value,
}

/// A container that is not complete.
enum Branch {
    Array(Vec<Value>),
    /// The table, and the key of what comes next.
    Object(TableId, Value),
}

impl Tree<'_> {
    fn accept(&mut self, event: Event<'_>) -> Result<(), OutOfMemory> {
        let done = match event {
            Event::Null => Value::Nil,
            Event::Bool(value) => Value::Bool(value),
            Event::Int(value) => Value::Int(value),
            Event::Large(value) => Value::Float(value as f64),
            Event::Float(value) => Value::Float(value),
            Event::Text(text) => self.heap.new_string(text.as_bytes())?,
            Event::Key(text) => {
                let name = self.heap.new_string(text.as_bytes())?;
                if let Some(Branch::Object(_, key)) = self.open.last_mut() {
                    *key = name;
                }
                return Ok(());
            }
            Event::Array => {
                self.open.push(Branch::Array(Vec::new()));
                return Ok(());
            }
            Event::Object => {
                let table = self.heap.new_table()?;
                self.open.push(Branch::Object(table, Value::Nil));
                return Ok(());
            }
            Event::ArrayEnd | Event::ObjectEnd => self.end()?,
        };
        match self.open.last_mut() {
            None => self.root = done,
            Some(Branch::Array(elements)) => {
                self.heap.account.charge(SLOT)?;
                self.borrowed += SLOT;
                elements.push(done);
            }
            Some(Branch::Object(table, key)) => {
                let stored = self.heap.raw_set(*table, *key, done);
                stored.map_err(|_| OutOfMemory)?;
            }
        }
        Ok(())
    }

    /// Completes the container that began last.
    fn end(&mut self) -> Result<Value, OutOfMemory> {
        match self.open.pop() {
            None => Ok(Value::Nil),
            Some(Branch::Object(table, _)) => Ok(Value::Table(table)),
            Some(Branch::Array(elements)) => {
                let price = SLOT * elements.len() as u64;
                self.heap.account.release(price);
                self.borrowed = self.borrowed.saturating_sub(price);
                Ok(Value::Table(new_array(self.heap, &elements)?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alc::json_encode::encode;
    use crate::domain::json;

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
        let deep = (0..128).fold(json!(1), |inner, _| Json::Array(vec![inner]));
        assert!(from_json(&mut heap, &deep).is_err());
    }
}
