//! Arithmetic on strings: the metamethods that turn numerals into numbers.

use crate::lua::error::{Error, ErrorKind};
use crate::lua::native::{Action, Ctx, to_number};
use crate::lua::operate::{Arith, arith_numbers};
use crate::lua::value::Value;

/// The stage with the result of the other operand's metamethod.
const CALLED: u32 = 1;

/// `__add`
pub fn add(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Arith::Add)
}

/// `__sub`
pub fn sub(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Arith::Sub)
}

/// `__mul`
pub fn mul(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Arith::Mul)
}

/// `__mod`
pub fn modulo(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Arith::Mod)
}

/// `__pow`
pub fn pow(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Arith::Pow)
}

/// `__div`
pub fn div(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Arith::Div)
}

/// `__idiv`
pub fn idiv(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Arith::IDiv)
}

/// `__unm`
pub fn unm(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Arith::Unm)
}

fn arithmetic(ctx: &mut Ctx<'_>, op: Arith) -> Result<Action, Error> {
    if ctx.stage == CALLED {
        return ctx.give(ctx.result(0));
    }
    let (x, y) = (ctx.arg(1), ctx.arg(2));
    let a = to_number(ctx.heap, x);
    // As in C Lua, a single operand does for two.
    let b = match ctx.has(2) {
        true => to_number(ctx.heap, y),
        false => a,
    };
    if let (Some(a), Some(b)) = (a, b) {
        return match arith_numbers(op, a, b) {
            Ok(result) => ctx.give(result),
            Err(error) => Err(without_position(error)),
        };
    }
    // Not two numerals: the second operand may know what to do. The first was
    // asked already, or is the string that brought us here.
    let event = op.event();
    let handler = match y {
        Value::Str(_) => Value::Nil,
        _ => ctx.heap.metamethod(y, event),
    };
    if handler.is_nil() {
        return Err(Error::message(format!(
            "attempt to {} a '{}' with a '{}'",
            event.short_name(),
            x.type_name(),
            y.type_name()
        )));
    }
    ctx.call(handler, &[x, y], 1, CALLED)
}

/// What C Lua's core says while a C function runs has no position.
fn without_position(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Message(text) => Error::bare(&**text),
        _ => error,
    }
}
