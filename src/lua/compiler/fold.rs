//! Arithmetic on numbers that are known now.

use super::expr::{Expr, Kind};
use super::operator::Binary;
use crate::lua::text::arith;
use crate::lua::text::mathfn;
use crate::lua::text::number::Number;

/// The number that an expression is, if it is one.
fn number(e: &Expr) -> Option<Number> {
    match e.kind {
        Kind::Int(value) if !e.has_jumps() => Some(Number::Int(value)),
        Kind::Float(value) if !e.has_jumps() => Some(Number::Float(value)),
        _ => None,
    }
}

/// A float that may stand in the code. A NaN and a zero may not: of the zeros
/// the constants would have to keep the sign.
fn float(value: f64) -> Option<Kind> {
    if value.is_nan() || value == 0.0 {
        return None;
    }
    Some(Kind::Float(value))
}

/// The value of `a op b`, unless it has to be left to run time: an error,
/// a division by zero, a NaN or a float zero.
pub(super) fn binary(op: Binary, a: &Expr, b: &Expr) -> Option<Kind> {
    use Binary::*;
    let (a, b) = (number(a)?, number(b)?);
    if matches!(op, BAnd | BOr | BXor | Shl | Shr) {
        let (a, b) = (a.to_integer()?, b.to_integer()?);
        return Some(Kind::Int(match op {
            BAnd => a & b,
            BOr => a | b,
            BXor => a ^ b,
            Shl => arith::shift_left(a, b),
            _ => arith::shift_right(a, b),
        }));
    }
    if matches!(op, Div | IDiv | Mod) && b.to_float() == 0.0 {
        return None;
    }
    if let (Number::Int(a), Number::Int(b)) = (a, b) {
        let value = match op {
            Add => Some(a.wrapping_add(b)),
            Sub => Some(a.wrapping_sub(b)),
            Mul => Some(a.wrapping_mul(b)),
            IDiv => arith::int_floor_div(a, b),
            Mod => arith::int_modulo(a, b),
            _ => None,
        };
        if let Some(value) = value {
            return Some(Kind::Int(value));
        }
    }
    let (a, b) = (a.to_float(), b.to_float());
    float(match op {
        Add => a + b,
        Sub => a - b,
        Mul => a * b,
        Div => a / b,
        IDiv => arith::float_floor_div(a, b),
        Mod => arith::float_modulo(a, b),
        Pow => mathfn::pow(a, b),
        _ => return None,
    })
}

/// The value of `-a`, under the same conditions.
pub(super) fn negate(a: &Expr) -> Option<Kind> {
    match number(a)? {
        Number::Int(value) => Some(Kind::Int(value.wrapping_neg())),
        Number::Float(value) => float(-value),
    }
}

/// The value of `~a`, under the same conditions.
pub(super) fn complement(a: &Expr) -> Option<Kind> {
    Some(Kind::Int(!number(a)?.to_integer()?))
}
