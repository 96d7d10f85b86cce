//! `string.format`.
//!
//! Where an argument of `%s` has `__tostring`, the native asks for that call and
//! leaves three values above its arguments: the place in the format string, the
//! number of the argument, and the host object with the text so far.

use crate::lua::error::Error;
use crate::lua::event::Event;
use crate::lua::native::{Action, Ctx, write_number};
use crate::lua::native_text::{Text, address, text_of};
use crate::lua::text::format::{
    Conversion, FormatError, FormatSpec, max_quoted_len, quote_float, quote_int, quote_string,
};
use crate::lua::value::{DataId, StrId, Value};

use super::buffer::ByteBuffer;
use super::corrupt;

/// The stage with the result of a `__tostring`.
const CALLED: u32 = 1;
/// How many values `format` keeps above its arguments.
const KEPT: usize = 3;

/// The most bytes a conversion other than of a string or a float takes.
const MAX_ITEM: usize = 128;
/// The most bytes a float takes: `%.99f` of the largest one has 413.
const MAX_FLOAT: usize = 512;

/// A `format` while it runs.
struct Format {
    format: StrId,
    /// How many arguments there are, the format string included.
    args: usize,
    /// Where the format string goes on.
    at: usize,
    /// The argument used last.
    arg: usize,
    out: ByteBuffer,
    object: Option<DataId>,
}

/// `string.format(formatstring, ···)`
#[cfg_attr(tuned, optimize(speed))]
pub fn format(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let mut format = if ctx.stage == 0 {
        Format {
            format: ctx.check_str(1)?,
            args: ctx.args(),
            at: 0,
            arg: 1,
            out: ByteBuffer::new(),
            object: None,
        }
    } else {
        Format::load(ctx)?
    };
    let before = format.out.len();
    let outcome = format.go_on(ctx);
    if outcome.is_err() {
        // If that was for want of memory, this stage starts again.
        format.out.truncate(before);
        match format.object {
            Some(object) => format.out.store(ctx.heap, object),
            None => format.out.release(&mut ctx.heap.account),
        }
    }
    outcome
}

impl Format {
    /// Formats, then returns the text, unless a value is asked for its own.
    fn go_on(&mut self, ctx: &mut Ctx<'_>) -> Result<Action, Error> {
        if let Some(asked) = self.run(ctx)? {
            return Ok(asked);
        }
        ctx.charge(self.out.len() / 8);
        let text = self.out.intern(ctx.heap)?;
        self.out.release(&mut ctx.heap.account);
        ctx.give(Value::Str(text))
    }

    /// Formats up to the end, or to a value that has to be asked for its text.
    fn run(&mut self, ctx: &mut Ctx<'_>) -> Result<Option<Action>, Error> {
        let text = ctx.heap.strings.shared(self.format);
        if ctx.stage == CALLED {
            let (spec, rest) = FormatSpec::parse(&text, self.at).map_err(|e| self.error(e))?;
            let result = ctx.result(0);
            match result {
                Value::Str(id) => self.write_str(ctx, &spec, id)?,
                Value::Int(_) | Value::Float(_) => {
                    let mut text = Vec::new();
                    write_number(result, &mut text);
                    self.write_text(ctx, &spec, &text)?;
                }
                _ => return Err(Error::message("'__tostring' must return a string")),
            }
            self.at = rest;
        }
        loop {
            let rest = text.get(self.at..).unwrap_or(&[]);
            let Some(literal) = memchr::memchr(b'%', rest) else {
                self.out.extend(rest, &mut ctx.heap.account)?;
                return Ok(None);
            };
            let before = rest.get(..literal).unwrap_or(&[]);
            self.out.extend(before, &mut ctx.heap.account)?;
            self.at += literal + 1;
            if text.get(self.at) == Some(&b'%') {
                self.out.push(b'%', &mut ctx.heap.account)?;
                self.at += 1;
                continue;
            }
            self.arg += 1;
            if self.arg > self.args {
                return Err(Error::argument(self.arg, "no value"));
            }
            let (spec, rest) = FormatSpec::parse(&text, self.at).map_err(|e| self.error(e))?;
            if let Some(action) = self.convert(ctx, &spec)? {
                return Ok(Some(action));
            }
            self.at = rest;
        }
    }

    /// Writes the argument in turn, or asks for its text.
    fn convert(
        &mut self,
        ctx: &mut Ctx<'_>,
        spec: &FormatSpec<'_>,
    ) -> Result<Option<Action>, Error> {
        ctx.charge(1);
        spec.check_early().map_err(|e| self.error(e))?;
        let arg = self.arg;
        let written = match spec.conversion() {
            Conversion::Integer => {
                let value = ctx.check_int(arg)?;
                spec.write_int(value, self.room(ctx, MAX_ITEM)?)
            }
            Conversion::Float => {
                let value = ctx.check_float(arg)?;
                ctx.charge(4);
                spec.write_float(value, self.room(ctx, MAX_FLOAT)?)
            }
            Conversion::Char => {
                let value = ctx.check_int(arg)?;
                spec.write_char(value, self.room(ctx, MAX_ITEM)?)
            }
            Conversion::Pointer => {
                let address = address(ctx.arg(arg)).map(|at| format!("0x{at:012x}"));
                spec.write_pointer(address.as_deref(), self.room(ctx, MAX_ITEM)?)
            }
            Conversion::Quoted => return self.quote(ctx).map(|()| None),
            Conversion::Text => return self.convert_text(ctx, spec),
        };
        written.map(|()| None).map_err(|e| self.error(e))
    }

    /// Where so many bytes may be added.
    fn room(&mut self, ctx: &mut Ctx<'_>, bytes: usize) -> Result<&mut Vec<u8>, Error> {
        self.out.reserve(bytes, &mut ctx.heap.account)?;
        Ok(self.out.bytes_mut())
    }

    /// `%s`
    fn convert_text(
        &mut self,
        ctx: &mut Ctx<'_>,
        spec: &FormatSpec<'_>,
    ) -> Result<Option<Action>, Error> {
        let value = ctx.arg(self.arg);
        if let Value::Str(id) = value
            && ctx.heap.metamethod(value, Event::ToString).is_nil()
        {
            self.write_str(ctx, spec, id)?;
            return Ok(None);
        }
        match text_of(ctx.heap, value) {
            Text::Bytes(text) => {
                self.write_text(ctx, spec, &text)?;
                Ok(None)
            }
            Text::Handler(handler) => self.ask(ctx, handler, value).map(Some),
        }
    }

    fn write_str(
        &mut self,
        ctx: &mut Ctx<'_>,
        spec: &FormatSpec<'_>,
        id: StrId,
    ) -> Result<(), Error> {
        let heap = &mut *ctx.heap;
        let text = heap.strings.bytes(id);
        self.out.reserve(text.len() + MAX_ITEM, &mut heap.account)?;
        let units = text.len() / 16;
        let written = spec.write_str(text, self.out.bytes_mut());
        ctx.charge(units);
        written.map_err(|e| self.error(e))
    }

    /// Writes the text of a value other than a string, which is short.
    fn write_text(
        &mut self,
        ctx: &mut Ctx<'_>,
        spec: &FormatSpec<'_>,
        text: &[u8],
    ) -> Result<(), Error> {
        self.out
            .reserve(text.len() + MAX_ITEM, &mut ctx.heap.account)?;
        let written = spec.write_str(text, self.out.bytes_mut());
        written.map_err(|e| self.error(e))
    }

    /// `%q`
    fn quote(&mut self, ctx: &mut Ctx<'_>) -> Result<(), Error> {
        let value = ctx.arg(self.arg);
        let heap = &mut *ctx.heap;
        let text = match value {
            Value::Str(id) => heap.strings.bytes(id),
            _ => &[],
        };
        let units = text.len() / 4;
        let most = max_quoted_len(text.len()).max(MAX_ITEM);
        self.out.reserve(most, &mut heap.account)?;
        let out = self.out.bytes_mut();
        match value {
            Value::Str(_) => quote_string(text, out),
            Value::Int(i) => quote_int(i, out),
            Value::Float(f) => quote_float(f, out),
            Value::Nil => out.extend_from_slice(b"nil"),
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            _ => return Err(Error::argument(self.arg, "value has no literal form")),
        }
        ctx.charge(units);
        Ok(())
    }

    /// Asks a value for its text.
    #[inline(never)]
    fn ask(&mut self, ctx: &mut Ctx<'_>, handler: Value, value: Value) -> Result<Action, Error> {
        let object = match self.object {
            Some(object) => object,
            None => ByteBuffer::new_object(ctx.heap)?,
        };
        ctx.thread.top = ctx.base + self.args;
        ctx.push(Value::Int(self.at as i64))?;
        ctx.push(Value::Int(self.arg as i64))?;
        ctx.push(Value::Data(object))?;
        let action = ctx.call(handler, &[value], 1, CALLED)?;
        self.out.store(ctx.heap, object);
        Ok(action)
    }

    /// What `ask` left.
    fn load(ctx: &mut Ctx<'_>) -> Result<Self, Error> {
        let args = ctx
            .results_at
            .checked_sub(ctx.base + KEPT)
            .filter(|args| *args > 0)
            .ok_or_else(corrupt)?;
        let (Value::Str(format), Value::Int(at), Value::Int(arg), Value::Data(object)) = (
            ctx.local(0),
            ctx.local(args),
            ctx.local(args + 1),
            ctx.local(args + 2),
        ) else {
            return Err(corrupt());
        };
        let (Ok(at), Ok(arg)) = (usize::try_from(at), usize::try_from(arg)) else {
            return Err(corrupt());
        };
        if at > ctx.heap.bytes(format).len() || !(1..=args).contains(&arg) {
            return Err(corrupt());
        }
        Ok(Format {
            format,
            args,
            at,
            arg,
            out: ByteBuffer::load(ctx.heap, object),
            object: Some(object),
        })
    }

    /// The error of a conversion.
    #[cold]
    fn error(&self, error: FormatError) -> Error {
        if error.is_argument_error() {
            Error::argument(self.arg, error.message())
        } else {
            Error::message(error.message())
        }
    }
}
