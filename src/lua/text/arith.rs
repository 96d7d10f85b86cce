//! Arithmetic and comparison of Lua numbers, where they differ from Rust's operators.
//!
//! Addition, subtraction and multiplication of integers wrap around: use
//! `wrapping_add` and its kin. The rest is here. Division by an integer zero is
//! an error in Lua, so the integer functions return `None` for it and the
//! caller words the message: `attempt to divide by zero` or `'n%0'`.

use super::number::{Number, ceil_to_integer, float_to_integer, floor_to_integer};

/// The NaN that an operation without a NaN among its operands produces: the
/// negative quiet NaN, as on x86-64, which prints as `-nan`.
///
/// WebAssembly leaves the sign of a NaN result open, and the sign shows in
/// `print` and `string.pack`. So whoever computes `+ - * /` on floats must
/// replace a NaN result by [`nan_of`] its operands. Negation needs no care: it
/// flips the sign bit everywhere, so `-(0/0)` prints as `nan`.
#[inline]
pub fn canonical_nan() -> f64 {
    f64::from_bits(0xfff8_0000_0000_0000)
}

/// The NaN that `a op b` results in: the first NaN operand with its sign, else
/// [`canonical_nan`].
///
/// ```
/// use algocline_lua::text::arith::nan_of;
/// let (a, b): (f64, f64) = (0.0, 0.0);
/// let quotient = a / b;
/// let quotient = if quotient.is_nan() { nan_of(a, b) } else { quotient };
/// assert!(quotient.is_nan() && quotient.is_sign_negative());
/// ```
#[cold]
#[inline(never)]
pub fn nan_of(a: f64, b: f64) -> f64 {
    let negative = if a.is_nan() {
        a.is_sign_negative()
    } else if b.is_nan() {
        b.is_sign_negative()
    } else {
        true
    };
    if negative {
        canonical_nan()
    } else {
        f64::from_bits(0x7ff8_0000_0000_0000)
    }
}

/// `result`, or the proper NaN if it is one.
#[inline]
pub(crate) fn settle(result: f64, a: f64, b: f64) -> f64 {
    if result.is_nan() {
        nan_of(a, b)
    } else {
        result
    }
}

/// `a // b` for integers, rounding towards minus infinity; `None` if `b` is zero.
#[inline]
pub fn int_floor_div(a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return None;
    }
    let quotient = a.wrapping_div(b);
    let inexact = a.wrapping_rem(b) != 0;
    Some(if inexact && (a ^ b) < 0 {
        quotient.wrapping_sub(1)
    } else {
        quotient
    })
}

/// `a % b` for integers, with the sign of `b`; `None` if `b` is zero.
#[inline]
pub fn int_modulo(a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return None;
    }
    let remainder = a.wrapping_rem(b);
    Some(if remainder != 0 && (remainder ^ b) < 0 {
        remainder.wrapping_add(b)
    } else {
        remainder
    })
}

/// `a // b` for floats: the floor of the quotient.
#[inline]
pub fn float_floor_div(a: f64, b: f64) -> f64 {
    settle((a / b).floor(), a, b)
}

/// The remainder of `a / b` with the sign of `a`, which is exact. Rust's `%` for floats
/// brings a routine of the compiler's, with divisions of 128 bits: two kilobytes.
#[inline(never)]
pub fn remainder(a: f64, b: f64) -> f64 {
    /// Below this integers are floats, and floats without a fraction are integers.
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    let (mut rest, step) = (a.abs(), b.abs());
    if !(rest < f64::INFINITY && step > 0.0) {
        return f64::NAN;
    }
    let whole = |value: f64| value < WHOLE && value.trunc() == value;
    if rest < step {
        return a;
    }
    if whole(rest) && whole(step) {
        let rest = (rest as u64).checked_rem(step as u64).unwrap_or(0);
        return (rest as f64).copysign(a);
    }
    // Long division in base two; every operation is exact.
    let mut part = step;
    while part <= rest - part {
        part += part;
    }
    while part >= step {
        if rest >= part {
            rest -= part;
        }
        part *= 0.5;
    }
    rest.copysign(a)
}

/// `a % b` for floats: with the sign of `b`, and `a` itself if `b` is an
/// infinity of the same sign.
#[inline]
pub fn float_modulo(a: f64, b: f64) -> f64 {
    let remainder = remainder(a, b);
    let other_sign = if remainder > 0.0 {
        b < 0.0
    } else {
        remainder < 0.0 && b > 0.0
    };
    settle(if other_sign { remainder + b } else { remainder }, a, b)
}

/// `x << by`: logical, to the right if `by` is negative, zero from 64 bits on.
#[inline]
pub fn shift_left(x: i64, by: i64) -> i64 {
    match by {
        0..=63 => ((x as u64) << by) as i64,
        -63..=-1 => ((x as u64) >> by.unsigned_abs()) as i64,
        _ => 0,
    }
}

/// `x >> by`: logical, to the left if `by` is negative, zero from 64 bits on.
#[inline]
pub fn shift_right(x: i64, by: i64) -> i64 {
    shift_left(x, by.wrapping_neg())
}

/// Whether every integer up to the size of `i` is a float.
#[inline]
fn fits_float(i: i64) -> bool {
    i.unsigned_abs() <= 1 << 53
}

/// `i == f`, exactly.
#[inline]
pub fn eq_int_float(i: i64, f: f64) -> bool {
    float_to_integer(f) == Some(i)
}

/// `i < f`, exactly.
#[inline]
pub fn lt_int_float(i: i64, f: f64) -> bool {
    if fits_float(i) {
        return (i as f64) < f;
    }
    match ceil_to_integer(f) {
        Some(bound) => i < bound,
        // Beyond the integers, or NaN, which is not above anything.
        None => f > 0.0,
    }
}

/// `i <= f`, exactly.
#[inline]
pub fn le_int_float(i: i64, f: f64) -> bool {
    if fits_float(i) {
        return i as f64 <= f;
    }
    match floor_to_integer(f) {
        Some(bound) => i <= bound,
        None => f > 0.0,
    }
}

/// `f < i`, exactly.
#[inline]
pub fn lt_float_int(f: f64, i: i64) -> bool {
    if fits_float(i) {
        return f < i as f64;
    }
    match floor_to_integer(f) {
        Some(bound) => bound < i,
        None => f < 0.0,
    }
}

/// `f <= i`, exactly.
#[inline]
pub fn le_float_int(f: f64, i: i64) -> bool {
    if fits_float(i) {
        return f <= i as f64;
    }
    match ceil_to_integer(f) {
        Some(bound) => bound <= i,
        None => f < 0.0,
    }
}

/// `a == b` for numbers of any subtype, exactly.
#[inline]
pub fn eq(a: Number, b: Number) -> bool {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a == b,
        (Number::Float(a), Number::Float(b)) => a == b,
        (Number::Int(i), Number::Float(f)) | (Number::Float(f), Number::Int(i)) => {
            eq_int_float(i, f)
        }
    }
}

/// `a < b` for numbers of any subtype, exactly.
#[inline]
pub fn lt(a: Number, b: Number) -> bool {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a < b,
        (Number::Float(a), Number::Float(b)) => a < b,
        (Number::Int(a), Number::Float(b)) => lt_int_float(a, b),
        (Number::Float(a), Number::Int(b)) => lt_float_int(a, b),
    }
}

/// `a <= b` for numbers of any subtype, exactly.
#[inline]
pub fn le(a: Number, b: Number) -> bool {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a <= b,
        (Number::Float(a), Number::Float(b)) => a <= b,
        (Number::Int(a), Number::Float(b)) => le_int_float(a, b),
        (Number::Float(a), Number::Int(b)) => le_float_int(a, b),
    }
}

/// How a numerical `for` loop runs, decided once before its first round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ForLoop {
    /// Not a single round.
    Skip,
    /// One round with `start`, then `count` more, adding `step` each time. No
    /// addition overflows.
    Int {
        /// The first value of the control variable.
        start: i64,
        /// What each further round adds; not zero.
        step: i64,
        /// How many rounds follow the first.
        count: u64,
    },
    /// One round with `start`, then more, adding `step`, while [`float_loop_goes_on`].
    Float {
        /// The first value of the control variable.
        start: f64,
        /// The last value allowed.
        limit: f64,
        /// What each further round adds; not zero.
        step: f64,
    },
}

/// The error `'for' step is zero`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForStepIsZero;

/// Prepares `for v = start, limit, step`.
///
/// The loop counts in integers if `start` and `step` are integers; a float
/// limit is then rounded and clipped, so that no round is lost or added.
/// Otherwise it counts in floats. Lua takes strings here too: the caller turns
/// a string `limit` into the number it stands for, and a string `start` or
/// `step` into a float, even if it stands for an integer.
///
/// # Errors
/// [`ForStepIsZero`] if the step is zero.
///
/// ```
/// use algocline_lua::text::arith::{for_prep, ForLoop};
/// use algocline_lua::text::number::Number::{Float, Int};
/// let prepared = for_prep(Int(1), Float(3.7), Int(1));
/// assert_eq!(prepared, Ok(ForLoop::Int { start: 1, step: 1, count: 2 }));
/// ```
pub fn for_prep(start: Number, limit: Number, step: Number) -> Result<ForLoop, ForStepIsZero> {
    let (Number::Int(start), Number::Int(step)) = (start, step) else {
        return float_loop(start.to_float(), limit.to_float(), step.to_float());
    };
    if step == 0 {
        return Err(ForStepIsZero);
    }
    let limit = match limit {
        Number::Int(limit) => limit,
        Number::Float(limit) => match clip_limit(limit, step) {
            Some(limit) => limit,
            None => return Ok(ForLoop::Skip),
        },
    };
    let runs = if step > 0 {
        start <= limit
    } else {
        start >= limit
    };
    if !runs {
        return Ok(ForLoop::Skip);
    }
    let count = start.abs_diff(limit) / step.unsigned_abs();
    Ok(ForLoop::Int { start, step, count })
}

/// The integer limit with the same rounds as `limit`, or `None` if there are none.
fn clip_limit(limit: f64, step: i64) -> Option<i64> {
    let rounded = if step > 0 {
        floor_to_integer(limit)
    } else {
        ceil_to_integer(limit)
    };
    // NaN counts as a limit below every integer, as in PUC Lua: a loop downwards
    // to NaN runs.
    match rounded {
        Some(limit) => Some(limit),
        None if limit > 0.0 => (step > 0).then_some(i64::MAX),
        None => (step < 0).then_some(i64::MIN),
    }
}

fn float_loop(start: f64, limit: f64, step: f64) -> Result<ForLoop, ForStepIsZero> {
    if step == 0.0 {
        return Err(ForStepIsZero);
    }
    // Not the negation of `float_loop_goes_on`: with NaN the first round runs.
    let skip = if step > 0.0 {
        limit < start
    } else {
        start < limit
    };
    Ok(if skip {
        ForLoop::Skip
    } else {
        ForLoop::Float { start, limit, step }
    })
}

/// Whether a float loop runs a round with `value`, the control variable after a step.
#[inline]
pub fn float_loop_goes_on(value: f64, limit: f64, step: f64) -> bool {
    if step > 0.0 {
        value <= limit
    } else {
        limit <= value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Number::{Float, Int};

    #[test]
    fn division_rounds_down_and_never_overflows() {
        assert_eq!(int_floor_div(-7, 2), Some(-4));
        assert_eq!(int_floor_div(7, -2), Some(-4));
        assert_eq!(int_floor_div(-8, 2), Some(-4));
        assert_eq!(int_floor_div(i64::MIN, -1), Some(i64::MIN));
        assert_eq!(int_floor_div(1, 0), None);
        assert_eq!(int_modulo(-7, 2), Some(1));
        assert_eq!(int_modulo(7, -2), Some(-1));
        assert_eq!(int_modulo(i64::MIN, -1), Some(0));
        assert_eq!(int_modulo(1, 0), None);
        assert_eq!(float_floor_div(-7.0, 2.0), -4.0);
        assert_eq!(float_floor_div(1.0, 0.0), f64::INFINITY);
    }

    #[test]
    fn remainders_are_those_of_the_standard_library() {
        let edges = [
            0.0,
            5e-324,
            1e-310,
            f64::MIN_POSITIVE,
            0.1,
            1.0,
            1.5,
            3.0,
            7.0,
            1e15,
            1e16,
            9_007_199_254_740_991.0,
            9_007_199_254_740_992.0,
            1e22,
            1e300,
            f64::MAX,
            f64::INFINITY,
            f64::NAN,
        ];
        let mut random = 1u64;
        let mut next = || {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            f64::from_bits(random.rotate_left(29))
        };
        let pairs = (0..20_000).map(|_| (next(), next())).collect::<Vec<_>>();
        let edges = edges.iter().flat_map(|a| edges.map(|b| (*a, b)));
        for (a, b) in edges.chain(pairs) {
            for (a, b) in [
                (a, b),
                (-a, b),
                (a, -b),
                (a.trunc(), b.trunc()),
                (a, a / 7.0),
            ] {
                let (ours, theirs) = (remainder(a, b), a % b);
                let same = ours.to_bits() == theirs.to_bits() || ours.is_nan() && theirs.is_nan();
                assert!(same, "{a:e} % {b:e}: {ours:e} {theirs:e}");
            }
        }
    }

    #[test]
    fn float_modulo_has_the_sign_of_the_divisor() {
        assert_eq!(float_modulo(-5.5, 2.0), 0.5);
        assert_eq!(float_modulo(5.5, -2.0), -0.5);
        assert_eq!(float_modulo(5.0, f64::INFINITY), 5.0);
        assert_eq!(float_modulo(-5.0, f64::INFINITY), f64::INFINITY);
        assert_eq!(float_modulo(5.0, f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert!(float_modulo(-6.0, 2.0).is_sign_negative());
        let nan = float_modulo(1.0, 0.0);
        assert!(nan.is_nan() && nan.is_sign_negative());
        assert!(float_modulo(-canonical_nan(), 1.0).is_sign_positive());
    }

    #[test]
    fn shifts_of_any_width() {
        assert_eq!(shift_left(1, 63), i64::MIN);
        assert_eq!(shift_left(1, 64), 0);
        assert_eq!(shift_left(-1, -63), 1);
        assert_eq!(shift_left(-1, -64), 0);
        assert_eq!(shift_right(-1, 1), i64::MAX);
        assert_eq!(shift_right(1, i64::MIN), 0);
        assert_eq!(shift_left(1, i64::MIN), 0);
        assert_eq!(shift_left(1, i64::MAX), 0);
        assert_eq!(shift_left(5, 0), 5);
    }

    #[test]
    fn comparison_is_exact_beyond_2_to_the_53() {
        let big = (1i64 << 53) + 1;
        let near = (1i64 << 53) as f64;
        assert!(lt(Float(near), Int(big)));
        assert!(!lt(Int(big), Float(near)));
        assert!(!eq(Int(big), Float(near)));
        assert!(le(Float(near), Int(1 << 53)));
        assert!(lt(Int(i64::MAX), Float(9223372036854775808.0)));
        assert!(!le(Float(9223372036854775808.0), Int(i64::MAX)));
        assert!(le(Int(i64::MIN), Float(-9223372036854775808.0)));
        assert!(!lt(Int(i64::MIN), Float(-9223372036854775808.0)));
        assert!(lt(Float(f64::NEG_INFINITY), Int(i64::MIN)));
        for i in [0, i64::MAX, i64::MIN] {
            let nan = Float(f64::NAN);
            assert!(!lt(Int(i), nan) && !le(Int(i), nan) && !eq(Int(i), nan));
            assert!(!lt(nan, Int(i)) && !le(nan, Int(i)));
        }
    }

    #[test]
    fn for_loops_clip_their_limit() {
        let int = |start, step, count| Ok(ForLoop::Int { start, step, count });
        assert_eq!(for_prep(Int(1), Int(0), Int(1)), Ok(ForLoop::Skip));
        assert_eq!(for_prep(Int(1), Int(10), Int(3)), int(1, 3, 3));
        assert_eq!(for_prep(Int(1), Int(-10), Int(-3)), int(1, -3, 3));
        assert_eq!(
            for_prep(Int(1), Float(1e300), Int(1)),
            int(1, 1, i64::MAX as u64 - 1)
        );
        assert_eq!(for_prep(Int(1), Float(-1e300), Int(1)), Ok(ForLoop::Skip));
        assert_eq!(for_prep(Int(1), Float(1e300), Int(-1)), Ok(ForLoop::Skip));
        assert_eq!(
            for_prep(Int(i64::MIN), Int(i64::MAX), Int(1)),
            int(i64::MIN, 1, u64::MAX)
        );
        assert_eq!(
            for_prep(Int(i64::MAX), Int(i64::MIN), Int(i64::MIN)),
            int(i64::MAX, i64::MIN, 1)
        );
        assert_eq!(for_prep(Int(1), Float(f64::NAN), Int(1)), Ok(ForLoop::Skip));
        assert_eq!(for_prep(Int(1), Int(2), Int(0)), Err(ForStepIsZero));
        assert_eq!(for_prep(Int(1), Int(2), Float(0.0)), Err(ForStepIsZero));
        assert_eq!(
            for_prep(Float(1.0), Int(2), Int(1)),
            Ok(ForLoop::Float {
                start: 1.0,
                limit: 2.0,
                step: 1.0
            })
        );
        assert_eq!(for_prep(Float(3.0), Int(2), Int(1)), Ok(ForLoop::Skip));
        assert!(float_loop_goes_on(2.0, 2.0, 1.0));
        assert!(!float_loop_goes_on(2.0, 2.5, -1.0));
    }
}
