//! Lua values to JSON text.
//!
//! The rules are those of native algocline, with three improvements: a table
//! that has other keys besides the elements of its list is an object with all of
//! them, numbers as keys become texts, and an error says where the value stands.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::lua::heap::Heap;
use crate::lua::native::write_number;
use crate::lua::order::sorted_positions;
use crate::lua::value::{StrId, TableId, Value};

use super::json_decode::array_marker;
use super::json_text;

/// The deepest nesting of tables, so that every text written can be read again.
const MAX_DEPTH: usize = 127;
/// What each value counts besides its text, in bytes: a host that reads the text
/// needs about so much for it.
const VALUE_BYTES: usize = 32;
/// The most bytes of a path in an error message.
const MAX_PATH: usize = 200;

/// Why a value has no JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EncodeError {
    /// The text would not fit into the room given.
    Memory,
    /// The value, or one inside it, has no counterpart in JSON.
    Invalid(String),
}

/// Writes `value` as JSON.
///
/// Strings are UTF-8, floats keep a `.0`, NaN and the infinities become null,
/// keys are sorted. Metatables are ignored but for the mark of arrays. `room` is
/// the most memory, in bytes, that the text and a tree made of it may take.
///
/// # Errors
/// See [`EncodeError`].
pub(super) fn encode(heap: &Heap, value: Value, room: usize) -> Result<Vec<u8>, EncodeError> {
    let mut writer = Writer {
        heap,
        out: Vec::new(),
        open: Vec::new(),
        room,
        extra: 0,
    };
    writer.value(value)?;
    while writer.step()? {}
    Ok(writer.out)
}

/// A table being written.
enum Open {
    Array {
        id: TableId,
        next: i64,
        len: i64,
    },
    Object {
        id: TableId,
        keys: Vec<Key>,
        next: usize,
    },
}

/// A key and its text.
struct Key {
    value: Value,
    name: Name,
}

enum Name {
    Str(StrId),
    Number(String),
}

struct Writer<'h> {
    heap: &'h Heap,
    out: Vec<u8>,
    open: Vec<Open>,
    room: usize,
    /// What counts besides the text: values, and the work of looking at tables.
    extra: usize,
}

impl Writer<'_> {
    /// Goes on with the innermost table; false once there is none.
    fn step(&mut self) -> Result<bool, EncodeError> {
        let heap = self.heap;
        match self.open.last_mut() {
            None => return Ok(false),
            Some(Open::Array { id, next, len }) => {
                if *next >= *len {
                    self.out.push(b']');
                    self.open.pop();
                    return Ok(true);
                }
                *next += 1;
                if *next > 1 {
                    self.out.push(b',');
                }
                let element = heap.table(*id).get_int(*next);
                self.value(element)?;
            }
            Some(Open::Object { id, keys, next }) => {
                let Some(key) = keys.get(*next) else {
                    self.out.push(b'}');
                    self.open.pop();
                    return Ok(true);
                };
                *next += 1;
                if *next > 1 {
                    self.out.push(b',');
                }
                let name = match &key.name {
                    Name::Str(id) => heap.bytes(*id),
                    Name::Number(text) => text.as_bytes(),
                };
                // That it is UTF-8 was checked when the keys were collected.
                let name = String::from_utf8_lossy(name);
                write_string(&mut self.out, &name, self.room)?;
                self.out.push(b':');
                let value = heap.raw_get(*id, key.value);
                self.value(value)?;
            }
        }
        Ok(true)
    }

    /// Writes a scalar, or begins a table.
    fn value(&mut self, value: Value) -> Result<(), EncodeError> {
        self.count(VALUE_BYTES)?;
        match value {
            Value::Nil => self.out.extend_from_slice(b"null"),
            Value::Bool(true) => self.out.extend_from_slice(b"true"),
            Value::Bool(false) => self.out.extend_from_slice(b"false"),
            Value::Int(_) => {
                write_number(value, &mut self.out);
            }
            Value::Float(f) => json_text::write_float(&mut self.out, f),
            Value::Str(id) => {
                let Ok(text) = std::str::from_utf8(self.heap.bytes(id)) else {
                    let what = "invalid type: byte array, expected any valid JSON value";
                    return Err(self.invalid(what));
                };
                write_string(&mut self.out, text, self.room)?;
            }
            Value::Table(id) => self.begin(id)?,
            _ => {
                let what = format!("unsupported value type `{}`", value.type_name());
                return Err(self.invalid(&what));
            }
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), EncodeError> {
        self.extra = self.extra.saturating_add(bytes);
        if self.extra.saturating_add(self.out.len()) > self.room {
            return Err(EncodeError::Memory);
        }
        Ok(())
    }

    fn begin(&mut self, id: TableId) -> Result<(), EncodeError> {
        let is_open = |open: &Open| match open {
            Open::Array { id: other, .. } | Open::Object { id: other, .. } => *other == id,
        };
        if self.open.iter().any(is_open) {
            return Err(self.invalid("recursive table detected"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(self.invalid("recursion limit exceeded"));
        }
        let table = self.heap.table(id);
        // Removed keys take time, if no room.
        self.count(table.nodes().len())?;
        let is_list = table.nodes().iter().all(|node| node.value.is_nil());
        let marked = table.meta.is_some() && table.meta == array_marker(self.heap);
        if is_list && (marked || !table.array().is_empty()) {
            self.out.push(b'[');
            let len = table.len();
            self.open.push(Open::Array { id, next: 0, len });
        } else {
            let keys = self.keys(id)?;
            self.out.push(b'{');
            self.open.push(Open::Object { id, keys, next: 0 });
        }
        Ok(())
    }

    /// The keys of a table with their texts, sorted by those.
    fn keys(&self, id: TableId) -> Result<Vec<Key>, EncodeError> {
        let table = self.heap.table(id);
        let mut keys = Vec::new();
        for (at, element) in (1..).zip(table.array()) {
            if !element.is_nil() {
                let value = Value::Int(at);
                let name = self.name(value)?;
                keys.push(Key { value, name });
            }
        }
        for node in table.nodes() {
            if !node.value.is_nil() {
                let value = node.key;
                let name = self.name(value)?;
                keys.push(Key { value, name });
            }
        }
        let text = |key: &Key| -> Cow<'_, [u8]> {
            match &key.name {
                Name::Str(id) => Cow::Borrowed(self.heap.bytes(*id)),
                Name::Number(text) => Cow::Owned(text.clone().into_bytes()),
            }
        };
        let order = sorted_positions(keys.len(), &mut |a, b| match (keys.get(a), keys.get(b)) {
            (Some(a), Some(b)) => text(a) < text(b),
            _ => false,
        });
        let mut keys: Vec<_> = keys.into_iter().map(Some).collect();
        let keys: Vec<Key> = order
            .into_iter()
            .filter_map(|at| keys.get_mut(at)?.take())
            .collect();
        for pair in keys.windows(2) {
            if let [a, b] = pair
                && matches!(
                    (&a.name, &b.name),
                    (Name::Number(_), _) | (_, Name::Number(_))
                )
                && text(a).cmp(&text(b)) == Ordering::Equal
            {
                let name = String::from_utf8_lossy(&text(a)).into_owned();
                return Err(self.invalid(&format!("two keys that are both \"{name}\"")));
            }
        }
        Ok(keys)
    }

    /// The text of a key.
    fn name(&self, key: Value) -> Result<Name, EncodeError> {
        match key {
            Value::Str(id) => match std::str::from_utf8(self.heap.bytes(id)) {
                Ok(_) => Ok(Name::Str(id)),
                Err(_) => Err(self.invalid("invalid type: byte array, expected a string key")),
            },
            Value::Int(_) | Value::Float(_) => {
                let mut text = Vec::new();
                write_number(key, &mut text);
                Ok(Name::Number(String::from_utf8_lossy(&text).into_owned()))
            }
            Value::Bool(b) => {
                let what = format!("invalid type: boolean `{b}`, expected a string key");
                Err(self.invalid(&what))
            }
            _ => {
                let kind = key.type_name();
                Err(self.invalid(&format!("invalid type: {kind}, expected a string key")))
            }
        }
    }

    /// An error at the value that is being written.
    #[cold]
    fn invalid(&self, what: &str) -> EncodeError {
        let path = self.path();
        EncodeError::Invalid(match path.is_empty() {
            true => format!("deserialize error: {what}"),
            false => format!("deserialize error: {what} (at {path})"),
        })
    }

    /// Where the value that is being written stands: `a.b[3]["odd key"]`.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in &self.open {
            if path.len() > MAX_PATH {
                path.push('…');
                break;
            }
            match open {
                Open::Array { next, .. } => path.push_str(&format!("[{next}]")),
                Open::Object { keys, next, .. } => {
                    let key = next.checked_sub(1).and_then(|at| keys.get(at));
                    match key.map(|key| &key.name) {
                        Some(Name::Str(id)) => push_name(&mut path, self.heap.bytes(*id)),
                        Some(Name::Number(text)) => path.push_str(&format!("[{text}]")),
                        None => {}
                    }
                }
            }
        }
        path
    }
}

/// Appends a field's name to a path.
fn push_name(path: &mut String, name: &[u8]) {
    let name = String::from_utf8_lossy(name);
    let short: String = name.chars().take(40).collect();
    let is_identifier = !name.is_empty()
        && name.len() == short.len()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if !is_identifier {
        path.push_str(&format!("[{}]", json_text::json_text(&short.into())));
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(&name);
}

/// Appends a string with its quotes.
fn write_string(out: &mut Vec<u8>, text: &str, room: usize) -> Result<(), EncodeError> {
    if out.len().saturating_add(escaped_len(text.as_bytes())) > room {
        return Err(EncodeError::Memory);
    }
    json_text::write_string(out, text);
    Ok(())
}

/// How long a string is in JSON.
fn escaped_len(bytes: &[u8]) -> usize {
    let escaped: usize = bytes
        .iter()
        .map(|byte| match byte {
            b'"' | b'\\' | 8 | 9 | 10 | 12 | 13 => 1,
            0..=31 => 5,
            _ => 0,
        })
        .sum();
    bytes.len().saturating_add(escaped).saturating_add(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alc::json_decode::{add_array_marker, decode, new_array};

    fn heap() -> Heap {
        let mut heap = Heap::new(1 << 20).unwrap();
        add_array_marker(&mut heap).unwrap();
        heap
    }

    fn text(heap: &Heap, value: Value) -> String {
        String::from_utf8(encode(heap, value, 1 << 20).unwrap()).unwrap()
    }

    fn refusal(heap: &Heap, value: Value) -> String {
        match encode(heap, value, 1 << 20) {
            Err(EncodeError::Invalid(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_decoded_is_written_again() {
        let mut heap = heap();
        for json in [
            "null",
            "true",
            "-7",
            "9223372036854775807",
            "1.0",
            "-0.0",
            "1e+300",
            "1000000000000000.0",
            "1e+16",
            "0.1",
            "[]",
            "{}",
            "[1,null,3]",
            r#"{"a":[],"b":{"c":[[],{}]}}"#,
            r#""é\n\"\\\u0001/""#,
        ] {
            let value = decode(&mut heap, json.as_bytes()).unwrap();
            assert_eq!(text(&heap, value), json);
        }
    }

    #[test]
    fn numbers_too_large_become_floats_and_unusual_ones_null() {
        let mut heap = heap();
        for json in ["12345678901234567890", "18446744073709551616"] {
            let value = decode(&mut heap, json.as_bytes()).unwrap();
            assert!(matches!(value, Value::Float(_)), "{json}");
        }
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(text(&heap, Value::Float(number)), "null");
        }
    }

    #[test]
    fn other_keys_turn_a_list_into_an_object_with_all_of_them() {
        let mut heap = heap();
        let list = new_array(&mut heap, &[Value::Int(1), Value::Int(2)]).unwrap();
        heap.raw_set_name(list, "x", Value::Int(3)).unwrap();
        assert_eq!(text(&heap, Value::Table(list)), r#"{"1":1,"2":2,"x":3}"#);
        let sparse = heap.new_table().unwrap();
        heap.raw_set(sparse, Value::Float(1.5), Value::Int(1))
            .unwrap();
        heap.raw_set_int(sparse, -2, Value::Int(2)).unwrap();
        assert_eq!(text(&heap, Value::Table(sparse)), r#"{"-2":2,"1.5":1}"#);
        let empty_again = new_array(&mut heap, &[Value::Int(1)]).unwrap();
        heap.raw_set_int(empty_again, 1, Value::Nil).unwrap();
        assert_eq!(text(&heap, Value::Table(empty_again)), "[]");
    }

    #[test]
    fn what_json_cannot_say_is_refused_with_its_place() {
        let mut heap = heap();
        let table = heap.new_table().unwrap();
        let thread = Value::Thread(heap.new_thread().unwrap());
        assert_eq!(
            refusal(&heap, thread),
            "deserialize error: unsupported value type `thread`"
        );
        let list = new_array(&mut heap, &[Value::Int(1), thread]).unwrap();
        heap.raw_set_name(table, "odd key", Value::Table(list))
            .unwrap();
        let outer = heap.new_table().unwrap();
        heap.raw_set_name(outer, "f", Value::Table(table)).unwrap();
        assert_eq!(
            refusal(&heap, Value::Table(outer)),
            "deserialize error: unsupported value type `thread` (at f[\"odd key\"][2])"
        );
        heap.raw_set_int(list, 2, Value::Table(table)).unwrap();
        assert_eq!(
            refusal(&heap, Value::Table(outer)),
            "deserialize error: recursive table detected (at f[\"odd key\"][2])"
        );
        let keys = heap.new_table().unwrap();
        heap.raw_set(keys, Value::Bool(true), Value::Int(1))
            .unwrap();
        assert_eq!(
            refusal(&heap, Value::Table(keys)),
            "deserialize error: invalid type: boolean `true`, expected a string key"
        );
        let twice = new_array(&mut heap, &[Value::Int(1)]).unwrap();
        heap.raw_set_name(twice, "1", Value::Int(2)).unwrap();
        assert_eq!(
            refusal(&heap, Value::Table(twice)),
            "deserialize error: two keys that are both \"1\""
        );
        let bytes = heap.new_string(b"\xff").unwrap();
        assert_eq!(
            refusal(&heap, bytes),
            "deserialize error: invalid type: byte array, expected any valid JSON value"
        );
    }

    #[test]
    fn nesting_is_bounded_where_reading_ends() {
        let mut heap = heap();
        let json = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let deep = decode(&mut heap, json(MAX_DEPTH).as_bytes()).unwrap();
        assert_eq!(text(&heap, deep), json(MAX_DEPTH));
        assert!(decode(&mut heap, json(MAX_DEPTH + 1).as_bytes()).is_err());
        let deeper = Value::Table(new_array(&mut heap, &[deep]).unwrap());
        let why = refusal(&heap, deeper);
        assert!(
            why.starts_with("deserialize error: recursion limit exceeded (at [1][1]"),
            "{why}"
        );
        assert!(why.len() < 400);
    }

    #[test]
    fn the_room_bounds_texts_that_grow_without_memory() {
        let mut heap = heap();
        // Each level names the one before twice: 2^40 values in 40 tables.
        let mut table = heap.new_table().unwrap();
        for _ in 0..40 {
            let twice = [Value::Table(table), Value::Table(table)];
            table = new_array(&mut heap, &twice).unwrap();
        }
        assert_eq!(
            encode(&heap, Value::Table(table), 1 << 20),
            Err(EncodeError::Memory)
        );
        let long = heap.new_string(&[1; 1000]).unwrap();
        assert_eq!(encode(&heap, long, 6000), Err(EncodeError::Memory));
        assert_eq!(text(&heap, long).len(), 6002);
    }
}
