//! Lua's `<` as natives meet it: known at once, or a metamethod to be asked.

use crate::lua::error::Error;
use crate::lua::event::Event;
use crate::lua::heap::Heap;
use crate::lua::messages::compare_text;
use crate::lua::native::type_name;
use crate::lua::text::arith::{lt_float_int, lt_int_float};
use crate::lua::value::Value;

/// What there is to say about `a < b`.
#[derive(Clone, Copy, Debug)]
pub enum Less {
    /// The answer.
    Known(bool),
    /// The truth of what this `__lt` handler returns for both values.
    Ask(Value),
}

/// Compares two values as `a < b` does.
///
/// # Errors
/// `attempt to compare …` if neither value has a handler. As always inside a C
/// function of PUC Lua, the message has no position.
#[inline]
pub fn less(heap: &mut Heap, a: Value, b: Value) -> Result<Less, Error> {
    Ok(Less::Known(match (a, b) {
        (Value::Int(a), Value::Int(b)) => a < b,
        (Value::Float(a), Value::Float(b)) => a < b,
        (Value::Int(a), Value::Float(b)) => lt_int_float(a, b),
        (Value::Float(a), Value::Int(b)) => lt_float_int(a, b),
        (Value::Str(a), Value::Str(b)) => heap.bytes(a) < heap.bytes(b),
        _ => return ask(heap, a, b),
    }))
}

#[cold]
#[inline(never)]
fn ask(heap: &mut Heap, a: Value, b: Value) -> Result<Less, Error> {
    for operand in [a, b] {
        let handler = heap.metamethod(operand, Event::Lt);
        if !handler.is_nil() {
            return Ok(Less::Ask(handler));
        }
    }
    let (left, right) = (type_name(heap, a), type_name(heap, b));
    Err(Error::bare(compare_text(&left, &right)))
}
