//! The `math` library, with the functions of Lua 5.3 that a default build of
//! Lua 5.4 still has.
//!
//! Floats come from [`mathfn`], so results are the same on every platform.

use super::compare::{Less, less};
use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx, Next, to_number};
use crate::lua::natives;
use crate::lua::random::Random;
use crate::lua::text::arith::settle;
use crate::lua::text::mathfn;
use crate::lua::text::number::{ceil_to_integer, floor_to_integer};
use crate::lua::value::Value;
use std::f64::consts::PI;

/// Adds the library.
pub fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    let table = b.library(
        "math",
        natives! {
            "math.abs" => abs,
            "math.acos" => acos,
            "math.asin" => asin,
            "math.atan" => atan,
            "math.atan2" => atan,
            "math.ceil" => ceil,
            "math.cos" => cos,
            "math.cosh" => cosh,
            "math.deg" => deg,
            "math.exp" => exp,
            "math.floor" => floor,
            "math.fmod" => fmod,
            "math.frexp" => frexp,
            "math.ldexp" => ldexp,
            "math.log" => log,
            "math.log10" => log10,
            "math.max" => max,
            "math.min" => min,
            "math.modf" => modf,
            "math.pow" => pow,
            "math.rad" => rad,
            "math.random" => random,
            "math.randomseed" => randomseed,
            "math.sin" => sin,
            "math.sinh" => sinh,
            "math.sqrt" => sqrt,
            "math.tan" => tan,
            "math.tanh" => tanh,
            "math.tointeger" => tointeger,
            "math.type" => kind,
            "math.ult" => ult,
        },
    )?;
    for (name, value) in [
        ("pi", Value::Float(PI)),
        ("huge", Value::Float(f64::INFINITY)),
        ("maxinteger", Value::Int(i64::MAX)),
        ("mininteger", Value::Int(i64::MIN)),
    ] {
        b.heap.raw_set_name(table, name, value)?;
    }
    Ok(())
}

/// Maps the first argument.
#[inline(never)]
fn map(ctx: &mut Ctx<'_>, function: fn(f64) -> f64) -> Result<Action, Error> {
    let x = ctx.check_float(1)?;
    ctx.give(Value::Float(function(x)))
}

/// Natives that map one float to another.
macro_rules! float_functions {
    ($($(#[$doc:meta])* $name:ident = $function:expr;)*) => {
        $(
            $(#[$doc])*
            fn $name(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
                map(ctx, $function)
            }
        )*
    };
}

float_functions! {
    acos = mathfn::acos;
    asin = mathfn::asin;
    cos = mathfn::cos;
    cosh = mathfn::cosh;
    deg = |x| settle(x * (180.0 / PI), x, x);
    exp = mathfn::exp;
    log10 = mathfn::log10;
    rad = |x| settle(x * (PI / 180.0), x, x);
    sin = mathfn::sin;
    sinh = mathfn::sinh;
    sqrt = mathfn::sqrt;
    tan = mathfn::tan;
    tanh = mathfn::tanh;
}

/// A float as an integer if it fits, else as it is.
fn integer_or_float(rounded: f64, integer: Option<i64>) -> Value {
    match integer {
        Some(i) => Value::Int(i),
        None => Value::Float(rounded),
    }
}

/// `math.abs(x)`: of the lowest integer, that integer.
fn abs(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = match ctx.arg(1) {
        Value::Int(i) => Value::Int(i.wrapping_abs()),
        _ => Value::Float(ctx.check_float(1)?.abs()),
    };
    ctx.give(value)
}

/// `math.atan(y [, x])`.
fn atan(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let y = ctx.check_float(1)?;
    let x = match ctx.arg(2) {
        Value::Nil => 1.0,
        _ => ctx.check_float(2)?,
    };
    ctx.give(Value::Float(mathfn::atan2(y, x)))
}

/// `math.floor(x)`.
fn floor(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = match ctx.arg(1) {
        Value::Int(i) => Value::Int(i),
        _ => {
            let x = ctx.check_float(1)?;
            integer_or_float(x.floor(), floor_to_integer(x))
        }
    };
    ctx.want(Next::Return(value))
}

/// `math.ceil(x)`.
fn ceil(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = match ctx.arg(1) {
        Value::Int(i) => Value::Int(i),
        _ => {
            let x = ctx.check_float(1)?;
            integer_or_float(x.ceil(), ceil_to_integer(x))
        }
    };
    ctx.give(value)
}

/// `math.fmod(x, y)`.
fn fmod(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if let (Value::Int(a), Value::Int(b)) = (ctx.arg(1), ctx.arg(2)) {
        if b == 0 {
            return Err(Error::argument(2, "zero"));
        }
        return ctx.give(Value::Int(a.wrapping_rem(b)));
    }
    // The second argument is looked at first, as in PUC Lua's usual build.
    let b = ctx.check_float(2)?;
    let a = ctx.check_float(1)?;
    ctx.give(Value::Float(mathfn::fmod(a, b)))
}

/// `math.modf(x)`: the integral part towards zero, and the rest as a float.
fn modf(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if let Value::Int(i) = ctx.arg(1) {
        return ctx.results(&[Value::Int(i), Value::Float(0.0)]);
    }
    let x = ctx.check_float(1)?;
    let whole = x.trunc();
    let rest = if x == whole {
        0.0
    } else {
        settle(x - whole, x, whole)
    };
    let whole = integer_or_float(whole, floor_to_integer(whole));
    ctx.results(&[whole, Value::Float(rest)])
}

/// `math.frexp(x)`.
fn frexp(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (fraction, exponent) = mathfn::frexp(ctx.check_float(1)?);
    ctx.results(&[Value::Float(fraction), Value::Int(i64::from(exponent))])
}

/// `math.ldexp(m, e)`; the exponent is cut to 32 bits, as a C `int`.
fn ldexp(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (x, exponent) = (ctx.check_float(1)?, ctx.check_int(2)?);
    ctx.give(Value::Float(mathfn::ldexp(x, exponent as i32)))
}

/// `math.log(x [, base])`.
fn log(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let x = ctx.check_float(1)?;
    let result = match ctx.arg(2) {
        Value::Nil => mathfn::log(x),
        _ => mathfn::log_base(x, ctx.check_float(2)?),
    };
    ctx.give(Value::Float(result))
}

/// `math.pow(x, y)`.
fn pow(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (x, y) = (ctx.check_float(1)?, ctx.check_float(2)?);
    ctx.give(Value::Float(mathfn::pow(x, y)))
}

/// `math.max(x, ...)`.
fn max(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    extreme(ctx, true)
}

/// `math.min(x, ...)`.
fn min(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    match two_args(ctx) {
        Some((Value::Int(a), Value::Int(b))) => ctx.give(Value::Int(a.min(b))),
        Some((Value::Float(a), Value::Float(b))) => {
            ctx.give(Value::Float(if b < a { b } else { a }))
        }
        _ => extreme(ctx, false),
    }
}

/// The arguments if they are two, at the first stage: the common case.
#[inline]
fn two_args(ctx: &Ctx<'_>) -> Option<(Value, Value)> {
    (ctx.stage == 0 && ctx.args() == 2).then(|| (ctx.arg(1), ctx.arg(2)))
}

/// The greatest or the least argument by `<`, metamethods included. While a
/// metamethod runs, the number of the best argument so far and of the one it is
/// compared with stand behind the arguments.
fn extreme(ctx: &mut Ctx<'_>, greatest: bool) -> Result<Action, Error> {
    let (count, mut best, mut at, mut answer) = if ctx.stage == 0 {
        if ctx.args() == 0 {
            return Err(Error::argument(1, "value expected"));
        }
        ctx.charge(ctx.args() / 4);
        (ctx.args(), 1, 2, None)
    } else {
        let answer = ctx.result(0).truthy();
        ctx.drop_results();
        let count = ctx.args().saturating_sub(2);
        let number = |local| match ctx.local(local) {
            Value::Int(i) => usize::try_from(i).unwrap_or(0).clamp(1, count.max(1)),
            _ => 1,
        };
        (count, number(count), number(count + 1), Some(answer))
    };
    while at <= count {
        let (a, b) = if greatest {
            (ctx.arg(best), ctx.arg(at))
        } else {
            (ctx.arg(at), ctx.arg(best))
        };
        let is_better = match answer.take() {
            Some(answer) => answer,
            None => match less(ctx.heap, a, b)? {
                Less::Known(known) => known,
                Less::Ask(handler) => {
                    ctx.thread
                        .ensure(ctx.base + count + 5, &mut ctx.heap.account)?;
                    ctx.set_locals(count + 2)?;
                    ctx.set_local(count, Value::Int(best as i64));
                    ctx.set_local(count + 1, Value::Int(at as i64));
                    return ctx.call(handler, &[a, b], 1, 1);
                }
            },
        };
        if is_better {
            best = at;
        }
        at += 1;
    }
    ctx.give(ctx.arg(best))
}

/// `math.tointeger(x)`: nil if `x` does not stand for an integer.
fn tointeger(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = ctx.check_any(1)?;
    let integer = to_number(ctx.heap, value).and_then(|number| number.to_integer());
    ctx.give(integer.map_or(Value::Nil, Value::Int))
}

/// `math.type(x)`.
fn kind(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    match ctx.check_any(1)? {
        Value::Int(_) => ctx.return_bytes(b"integer"),
        Value::Float(_) => ctx.return_bytes(b"float"),
        _ => ctx.give(Value::Nil),
    }
}

/// `math.ult(m, n)`.
fn ult(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (a, b) = (ctx.check_int(1)?, ctx.check_int(2)?);
    ctx.give(Value::Bool((a as u64) < b as u64))
}

/// `math.random([m [, n]])`.
fn random(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (low, high) = match ctx.args() {
        0 => {
            let value = Value::Float(ctx.random.float());
            return ctx.give(value);
        }
        1 => match ctx.check_int(1)? {
            0 => {
                let value = Value::Int(ctx.random.next_bits() as i64);
                return ctx.give(value);
            }
            high => (1, high),
        },
        2 => (ctx.check_int(1)?, ctx.check_int(2)?),
        _ => return Err(Error::message("wrong number of arguments")),
    };
    if low > high {
        return Err(Error::argument(1, "interval is empty"));
    }
    let offset = ctx.random.up_to(high.wrapping_sub(low) as u64);
    ctx.give(Value::Int(low.wrapping_add(offset as i64)))
}

/// `math.randomseed([x [, y]])`: returns the two parts of the seed. Without
/// arguments they are drawn from the generator itself, as a run must not depend
/// on anything else.
fn randomseed(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (a, b) = if ctx.has(1) {
        (ctx.check_int(1)?, ctx.opt_int(2, 0)?)
    } else {
        let mut draws = *ctx.random;
        (draws.next_bits() as i64, draws.next_bits() as i64)
    };
    let results = ctx.results(&[Value::Int(a), Value::Int(b)])?;
    *ctx.random = Random::from_seed(a as u64, b as u64);
    Ok(results)
}
