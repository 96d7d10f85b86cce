//! `alc.json_encode`, `alc.json_decode`, `alc.json_array`, and JSON for the
//! other functions of `alc`.

use crate::domain::Json;
use crate::lua::error::{Error, ErrorKind};
use crate::lua::native::{Action, Ctx};
use crate::lua::value::Value;

use super::args::{Args, borrow_text};
use super::json_decode::{DecodeError, array_marker, decode};
use super::json_encode::{EncodeError, encode};
use super::json_reader::{prefix_len, read_tree};

/// The most text that may become a tree, in bytes.
const MAX_TREE: usize = 8 << 20;

/// `alc.json_encode(value)`: the JSON text.
pub(super) fn json_encode(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = encode_value(ctx, ctx.arg(1))?;
    ctx.return_bytes(&text)
}

/// `alc.json_decode(text)`: the value.
pub(super) fn json_decode(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = ctx.arg(1);
    let problem = match (borrow_text(ctx.heap, value), value) {
        (Err(why), _) => Some(why),
        _ => None,
    };
    if let Some(why) = problem {
        return Err(ctx.bad_argument(1, why));
    }
    let text = ctx.check_str(1)?;
    let text = ctx.heap.strings.shared(text);
    ctx.charge(text.len() / 2);
    let value = decode_text(ctx, &text)?;
    ctx.give(value)
}

/// `alc.json_array([table])`: the table, or a new one, marked so that it is an
/// array in JSON even while it is empty.
pub(super) fn json_array(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let marker = array_marker(ctx.heap);
    let id = match ctx.opt_table(1)? {
        Some(id) => id,
        None => ctx.heap.new_table()?,
    };
    let meta = ctx.heap.table(id).meta;
    if meta.is_some() && meta != marker {
        return Err(ctx.raise("alc.json_array: the table has a metatable already"));
    }
    ctx.heap.table_mut(id).meta = marker;
    ctx.give(Value::Table(id))
}

/// `native.json_at(text, at)`: the JSON value that begins at a byte, counted from 1,
/// and the place behind it; nil if there is none.
pub(super) fn json_at(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = ctx.check_str(1)?;
    let text = ctx.heap.strings.shared(text);
    let at = ctx.u64(2)?;
    let begin = usize::try_from(at.saturating_sub(1)).unwrap_or(usize::MAX);
    let rest = text.get(begin..).unwrap_or(&[]);
    match prefix_len(rest) {
        Ok(len) => {
            ctx.charge(len);
            let value = decode_text(ctx, rest.get(..len).unwrap_or(&[]))?;
            ctx.results(&[value, Value::Int((begin + len + 1) as i64)])
        }
        Err(read) => {
            ctx.charge(read / 2 + 8);
            ctx.give(Value::Nil)
        }
    }
}

/// How many bytes the heap's cap still allows.
pub(super) fn room(ctx: &Ctx<'_>) -> usize {
    let account = &ctx.heap.account;
    let free = account.limit().saturating_sub(account.used());
    usize::try_from(free).unwrap_or(usize::MAX)
}

/// The JSON text of a value.
pub(super) fn encode_value(ctx: &mut Ctx<'_>, value: Value) -> Result<Vec<u8>, Error> {
    let room = room(ctx);
    encode_within(ctx, value, room)
}

fn encode_within(ctx: &mut Ctx<'_>, value: Value, room: usize) -> Result<Vec<u8>, Error> {
    match encode(ctx.heap, value, room) {
        Ok(text) => {
            ctx.charge(text.len() / 2);
            Ok(text)
        }
        Err(EncodeError::Memory) => Err(Error::new(ErrorKind::Memory)),
        Err(EncodeError::Invalid(why)) => Err(ctx.raise(why)),
    }
}

/// A value as a tree, for what is kept outside of the heap.
pub(super) fn to_json(ctx: &mut Ctx<'_>, value: Value) -> Result<Json, Error> {
    let room = room(ctx).min(MAX_TREE);
    let text = encode_within(ctx, value, room)?;
    read_tree(&text).map_err(|error| ctx.raise(error.to_string()))
}

/// The value of a JSON text.
pub(super) fn decode_text(ctx: &mut Ctx<'_>, text: &[u8]) -> Result<Value, Error> {
    match decode(ctx.heap, text) {
        Ok(value) => Ok(value),
        Err(DecodeError::Memory) => Err(Error::new(ErrorKind::Memory)),
        Err(DecodeError::Syntax(error)) => Err(ctx.raise(error.to_string())),
    }
}
