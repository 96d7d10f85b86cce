//! Arithmetic on strings: the metamethods that turn numerals into numbers.

use crate::lua::error::Error;
use crate::lua::event::Event;
use crate::lua::native::{Action, Ctx, number_value, to_number};
use crate::lua::text::arith::{float_floor_div, float_modulo, int_floor_div, int_modulo, nan_of};
use crate::lua::text::mathfn;
use crate::lua::text::number::Number;
use crate::lua::value::Value;

/// The stage with the result of the other operand's metamethod.
const CALLED: u32 = 1;

/// `__add`
pub fn add(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Event::Add)
}

/// `__sub`
pub fn sub(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Event::Sub)
}

/// `__mul`
pub fn mul(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Event::Mul)
}

/// `__mod`
pub fn modulo(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Event::Mod)
}

/// `__pow`
pub fn pow(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Event::Pow)
}

/// `__div`
pub fn div(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Event::Div)
}

/// `__idiv`
pub fn idiv(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Event::IDiv)
}

/// `__unm`
pub fn unm(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    arithmetic(ctx, Event::Unm)
}

fn arithmetic(ctx: &mut Ctx<'_>, event: Event) -> Result<Action, Error> {
    if ctx.stage == CALLED {
        return Ok(Action::Return(ctx.result(0)));
    }
    let (a, b) = (ctx.arg(1), ctx.arg(2));
    if let (Some(a), Some(b)) = (to_number(ctx.heap, a), to_number(ctx.heap, b)) {
        let result = operate(event, a, b).map_err(Error::bare)?;
        return Ok(Action::Return(number_value(result)));
    }
    // Not two numerals: the second operand may know what to do. The first was
    // asked already, or is the string that brought us here.
    let handler = match b {
        Value::Str(_) => Value::Nil,
        _ => ctx.heap.metamethod(b, event),
    };
    if handler.is_nil() {
        return Err(Error::message(format!(
            "attempt to {} a '{}' with a '{}'",
            event.short_name(),
            a.type_name(),
            b.type_name()
        )));
    }
    ctx.call(handler, &[a, b], 1, CALLED)
}

fn operate(event: Event, a: Number, b: Number) -> Result<Number, &'static str> {
    use Number::{Float, Int};
    if let (Int(a), Int(b)) = (a, b) {
        match event {
            Event::Add => return Ok(Int(a.wrapping_add(b))),
            Event::Sub => return Ok(Int(a.wrapping_sub(b))),
            Event::Mul => return Ok(Int(a.wrapping_mul(b))),
            Event::Unm => return Ok(Int(a.wrapping_neg())),
            Event::IDiv => {
                return int_floor_div(a, b)
                    .map(Int)
                    .ok_or("attempt to divide by zero");
            }
            Event::Mod => {
                return int_modulo(a, b).map(Int).ok_or("attempt to perform 'n%0'");
            }
            _ => {}
        }
    }
    let (a, b) = (a.to_float(), b.to_float());
    let result = match event {
        Event::Add => a + b,
        Event::Sub => a - b,
        Event::Mul => a * b,
        Event::Div => a / b,
        Event::Mod => return Ok(Float(float_modulo(a, b))),
        Event::IDiv => return Ok(Float(float_floor_div(a, b))),
        Event::Pow => return Ok(Float(mathfn::pow(a, b))),
        _ => return Ok(Float(-a)),
    };
    Ok(Float(if result.is_nan() {
        nan_of(a, b)
    } else {
        result
    }))
}
