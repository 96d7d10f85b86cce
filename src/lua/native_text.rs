//! The text of any value, as `tostring` gives it.

use super::event::Event;
use super::heap::Heap;
use super::native::{type_name, write_number};
use super::value::Value;

/// A value's text, or who has to be asked for it.
pub enum Text {
    /// The text.
    Bytes(Vec<u8>),
    /// The function in `__tostring`.
    Handler(Value),
}

/// A stable number that stands for an object in place of an address; the same
/// in every run. None for values that are no objects.
pub fn address(value: Value) -> Option<u64> {
    let (kind, id) = match value {
        Value::Table(id) => (1, id.0),
        Value::Closure(id) => (2, id.0),
        Value::Native(id) => (3, id.0),
        Value::Bound(id) => (4, id.0),
        Value::Thread(id) => (5, id.0),
        Value::Data(id) => (6, id.0),
        Value::Str(id) => (7, id.0),
        _ => return None,
    };
    Some(0x5500_0000_0000 + (kind << 36) + (u64::from(id) + 1) * 32)
}

/// The text of a value.
pub fn text_of(heap: &mut Heap, value: Value) -> Text {
    let handler = heap.metamethod(value, Event::ToString);
    if !handler.is_nil() {
        return Text::Handler(handler);
    }
    let mut text = Vec::new();
    match value {
        Value::Nil => text.extend_from_slice(b"nil"),
        Value::Bool(b) => text.extend_from_slice(if b { b"true" } else { b"false" }),
        Value::Str(id) => text.extend_from_slice(heap.bytes(id)),
        Value::Int(_) | Value::Float(_) => {
            write_number(value, &mut text);
        }
        _ => {
            text = type_name(heap, value);
            let address = address(value).unwrap_or(0);
            text.extend_from_slice(format!(": 0x{address:012x}").as_bytes());
        }
    }
    Text::Bytes(text)
}
