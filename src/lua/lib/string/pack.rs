//! `string.pack`, `packsize` and `unpack`.

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::text::pack::{Blame, PackError, PackOption, Packer, Unpacked, Unpacker, pack_size};
use crate::lua::thread::MAX_STACK;
use crate::lua::value::{StrId, Value};

use super::buffer::ByteBuffer;
use super::first_position;

/// The most bytes of padding for each byte of a format.
const MAX_PADDING: usize = 16;

/// `string.packsize(fmt)`
pub fn packsize(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let format = ctx.check_str(1)?;
    ctx.charge(ctx.heap.bytes(format).len() / 4);
    match pack_size(ctx.heap.bytes(format)) {
        Ok(size) => ctx.give(Value::Int(size)),
        Err(error) => Err(pack_error(error, 1)),
    }
}

/// `string.pack(fmt, v1, v2, ···)`
pub fn pack(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let format = ctx.check_str(1)?;
    // As in C Lua, the first missing value counts as nil.
    ctx.push(Value::Nil)?;
    let mut out = ByteBuffer::new();
    if let Err(error) = pack_values(ctx, format, &mut out) {
        out.release(&mut ctx.heap.account);
        return Err(error);
    }
    ctx.charge(out.len() / 16);
    let value = Value::Str(out.into_string(ctx.heap)?);
    ctx.give(value)
}

fn pack_values(ctx: &mut Ctx<'_>, format: StrId, out: &mut ByteBuffer) -> Result<(), Error> {
    let format = ctx.heap.strings.shared(format);
    ctx.charge(format.len() / 4);
    let padding = format.len().saturating_mul(MAX_PADDING);
    let mut packer = Packer::new(&format);
    let mut arg = 1;
    loop {
        out.reserve(padding, &mut ctx.heap.account)?;
        let option = packer
            .next_option(out.bytes_mut())
            .map_err(|e| pack_error(e, arg))?;
        let Some(option) = option else {
            return Ok(());
        };
        arg += 1;
        match option {
            PackOption::Int { size, signed } => {
                let value = ctx.check_int(arg)?;
                let len = Packer::packed_len(option, 0);
                out.reserve(len, &mut ctx.heap.account)?;
                packer
                    .put_int(size, signed, value, out.bytes_mut())
                    .map_err(|e| pack_error(e, arg))?;
            }
            PackOption::Single | PackOption::Double => {
                let value = ctx.check_float(arg)?;
                let len = Packer::packed_len(option, 0);
                out.reserve(len, &mut ctx.heap.account)?;
                packer.put_float(option, value, out.bytes_mut());
            }
            PackOption::Fixed { .. } | PackOption::Prefixed { .. } | PackOption::ZeroEnded => {
                let text = ctx.check_str(arg)?;
                let heap = &mut *ctx.heap;
                let text = heap.strings.bytes(text);
                let len = Packer::packed_len(option, text.len());
                let room = match option {
                    // Too long a string is an error, however large it is.
                    PackOption::Fixed { size } if text.len() > size => 0,
                    _ => len,
                };
                out.reserve(room, &mut heap.account)?;
                packer
                    .put_text(option, text, out.bytes_mut())
                    .map_err(|e| pack_error(e, arg))?;
                ctx.charge(len / 16);
            }
        }
    }
}

/// `string.unpack(fmt, s [, pos])`
pub fn unpack(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let format = ctx.check_str(1)?;
    let data = ctx.check_str(2)?;
    let format = ctx.heap.strings.shared(format);
    let data = ctx.heap.strings.shared(data);
    let at = first_position(ctx.opt_int(3, 1)?, data.len()) - 1;
    // What is beyond the address space is beyond the end.
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    ctx.charge(format.len() / 4);
    let mut unpacker = Unpacker::new(&format, &data, at).map_err(|e| pack_error(e, 3))?;
    let from = ctx.thread.top;
    while let Some(value) = unpacker.next_value().map_err(|e| pack_error(e, 2))? {
        if ctx.thread.top + 1 >= MAX_STACK {
            return Err(Error::message("stack overflow (too many results)"));
        }
        let value = match value {
            Unpacked::Int(i) => Value::Int(i),
            Unpacked::Float(f) => Value::Float(f),
            Unpacked::Text { start, end } => {
                let text = data.get(start..end).unwrap_or(&[]);
                ctx.charge(text.len() / 16);
                ctx.heap.new_string(text)?
            }
        };
        ctx.push(value)?;
    }
    ctx.push(Value::Int(unpacker.position() as i64 + 1))?;
    ctx.give_from(from)
}

#[cold]
fn pack_error(error: PackError, value: usize) -> Error {
    let message = error.message();
    let index = match error.blame() {
        Blame::None => return Error::message(message),
        Blame::Format => 1,
        Blame::Data => 2,
        Blame::Position => 3,
        Blame::Value => value,
    };
    Error::argument(index, message)
}
