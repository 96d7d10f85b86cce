//! Finding JSON in a model's answer.

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::text::pattern::{Found, find_plain};
use crate::lua::value::Value;

use super::json::decode_text;
use super::json_reader::prefix_len;

/// Looking for an object anywhere in the text.
const OBJECTS: u32 = 1;
/// Looking for an array anywhere in the text.
const ARRAYS: u32 = 2;

/// `alc.json_extract(text)`: the first object or array in the text; nil if there
/// is none.
///
/// Tried in turn: the whole text, what the first code fence holds, every place
/// where an object begins, every place where an array begins.
pub(super) fn json_extract(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let Value::Str(text) = ctx.arg(1) else {
        return ctx.give(Value::Nil);
    };
    let text = ctx.heap.strings.shared(text);
    let mut stage = ctx.stage;
    if stage == 0 {
        ctx.charge(text.len() / 2);
        let fences = [fenced(&text, b"```json"), fenced(&text, b"```")];
        for candidate in [Some(&*text), fences[0], fences[1]] {
            if let Some(candidate) = candidate
                && is_container(candidate)
                && is_json(candidate)
            {
                ctx.charge(candidate.len() / 2);
                let value = decode_text(ctx, candidate)?;
                return ctx.give(value);
            }
        }
        ctx.set_locals(2)?;
        ctx.set_local(1, Value::Int(0));
        stage = OBJECTS;
    }
    let mut at = match ctx.local(1) {
        Value::Int(at) => usize::try_from(at).unwrap_or(0),
        _ => 0,
    };
    loop {
        let bracket = if stage == OBJECTS { b'{' } else { b'[' };
        while let Some(found) = find_byte(&text, bracket, at) {
            let rest = text.get(found..).unwrap_or(&[]);
            let read = match prefix_len(rest) {
                Ok(len) => {
                    ctx.charge(len);
                    let json = rest.get(..len).unwrap_or(&[]);
                    let value = decode_text(ctx, json)?;
                    return ctx.give(value);
                }
                Err(read) => read,
            };
            ctx.charge(read / 2 + 8);
            at = found + 1;
            if *ctx.fuel <= 0 {
                ctx.set_local(1, Value::Int(at as i64));
                return ctx.want(Next::Refuel { stage });
            }
        }
        if stage == ARRAYS {
            return ctx.give(Value::Nil);
        }
        stage = ARRAYS;
        at = 0;
    }
}

fn find_byte(text: &[u8], byte: u8, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    Some(from + memchr::memchr(byte, rest)?)
}

/// What stands between the first such mark and the next fence.
fn fenced<'t>(text: &'t [u8], mark: &[u8]) -> Option<&'t [u8]> {
    let begin = find(text, mark)? + mark.len();
    let rest = text.get(begin..)?;
    rest.get(..find(rest, b"```")?)
}

fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    let mut budget = u64::MAX;
    match find_plain(text, mark, 0, &mut budget) {
        Found::At(at) => Some(at),
        _ => None,
    }
}

fn is_container(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Whether the text is one JSON value and nothing else.
fn is_json(text: &[u8]) -> bool {
    match prefix_len(text) {
        Ok(len) => text
            .get(len..)
            .is_none_or(|rest| rest.trim_ascii().is_empty()),
        Err(_) => false,
    }
}
