//! `alc.chunk`: a long text in pieces that a model can take.

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::{TableId, Value};

use super::args::{Args, field, to_u64};
use super::json_decode::new_array;

/// Elements of a piece unless the program says otherwise.
const DEFAULT_SIZE: u64 = 50;

/// `alc.chunk(text, [{mode, size, overlap}])`: pieces of `size` lines
/// (`mode = "lines"`, the default) or characters (`"chars"`), each with the last
/// `overlap` of the piece before it.
pub(super) fn chunk(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = ctx.text(1)?;
    let mut by_chars = false;
    let (mut size, mut overlap) = (DEFAULT_SIZE, 0);
    if let Some(opts) = ctx.opt_table(2)? {
        by_chars = match field(ctx.heap, opts, "mode") {
            Value::Str(mode) => ctx.heap.bytes(mode) == b"chars",
            _ => false,
        };
        size = count(ctx, opts, "size", DEFAULT_SIZE);
        overlap = count(ctx, opts, "overlap", 0);
    }
    let pieces = cut(ctx, &text, size, overlap, by_chars)?;
    ctx.give(Value::Table(pieces))
}

/// A count among the options; the default for whatever is none.
fn count(ctx: &mut Ctx<'_>, opts: TableId, name: &str, default: u64) -> u64 {
    let value = field(ctx.heap, opts, name);
    to_u64(ctx.heap, value).unwrap_or(default)
}

/// The list of pieces. Nothing is held but the piece at hand, and the heap
/// charges the list as it grows.
fn cut(
    ctx: &mut Ctx<'_>,
    text: &str,
    size: u64,
    overlap: u64,
    by_chars: bool,
) -> Result<TableId, Error> {
    let pieces = new_array(ctx.heap, &[])?;
    let step = size.saturating_sub(overlap).max(1);
    let mut rest = if size == 0 { "" } else { text };
    let mut index = 0;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(units(rest, size, by_chars));
        index += 1;
        ctx.charge(piece.len() / 4 + 8);
        let value = if by_chars {
            ctx.heap.new_string(piece.as_bytes())?
        } else {
            // Without the end of the last line, and no line ends with a return.
            let mut joined = Vec::with_capacity(piece.len());
            for &byte in piece.as_bytes() {
                if byte == b'\n' && joined.last() == Some(&b'\r') {
                    joined.pop();
                }
                joined.push(byte);
            }
            if joined.last() == Some(&b'\n') {
                joined.pop();
            }
            ctx.heap.new_string(&joined)?
        };
        ctx.heap.raw_set_int(pieces, index, value)?;
        if after.is_empty() {
            break;
        }
        rest = rest.split_at(units(rest, step, by_chars)).1;
    }
    Ok(pieces)
}

/// How many bytes the first `count` lines, with their ends, or characters take.
fn units(text: &str, count: u64, by_chars: bool) -> usize {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if by_chars {
        return text
            .char_indices()
            .nth(count)
            .map_or(text.len(), |(at, _)| at);
    }
    let mut end = 0;
    for _ in 0..count.max(1) {
        let rest = text.as_bytes().get(end..).unwrap_or(&[]);
        match memchr::memchr(b'\n', rest) {
            Some(at) => end += at + 1,
            None => return text.len(),
        }
    }
    end
}
