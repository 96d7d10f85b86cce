//! Elementary functions with the same result on every platform.
//!
//! What the C library or the WebAssembly engine offers differs in the last bit
//! from one system to the next, and a run must not depend on it. So these call
//! the `libm` crate everywhere; only functions that IEEE 754 defines exactly
//! come from the processor. A NaN result has the sign [`nan_of`] gives it.

use super::arith::{nan_of, remainder, settle};
use super::trig;

/// The result of a function of one argument, with a settled NaN.
#[inline]
fn one(result: f64, x: f64) -> f64 {
    settle(result, x, x)
}

/// `a ^ b`.
#[inline]
pub fn pow(a: f64, b: f64) -> f64 {
    // A square is common and must be exactly the product.
    if b == 2.0 {
        return one(a * a, a);
    }
    // So is a square root, which the processor knows. Zero and minus infinity differ.
    if b == 0.5 && a > 0.0 {
        return a.sqrt();
    }
    settle(libm::pow(a, b), a, b)
}

/// `math.sqrt`.
#[inline]
pub fn sqrt(x: f64) -> f64 {
    one(x.sqrt(), x)
}

/// `math.fmod` for floats: the remainder with the sign of `a`.
#[inline]
pub fn fmod(a: f64, b: f64) -> f64 {
    settle(remainder(a, b), a, b)
}

/// `math.exp`.
pub fn exp(x: f64) -> f64 {
    one(libm::exp(x), x)
}

/// `math.log` with one argument: the natural logarithm.
pub fn log(x: f64) -> f64 {
    one(libm::log(x), x)
}

/// The logarithm to base 2.
pub fn log2(x: f64) -> f64 {
    one(libm::log2(x), x)
}

/// The logarithm to base 10.
pub fn log10(x: f64) -> f64 {
    one(libm::log10(x), x)
}

/// `math.log` with two arguments; bases 2 and 10 have functions of their own.
pub fn log_base(x: f64, base: f64) -> f64 {
    if base == 2.0 {
        log2(x)
    } else if base == 10.0 {
        log10(x)
    } else {
        let (top, bottom) = (log(x), log(base));
        settle(top / bottom, top, bottom)
    }
}

/// `math.sin`, of radians.
pub fn sin(x: f64) -> f64 {
    one(trig::sin(x), x)
}

/// `math.cos`, of radians.
pub fn cos(x: f64) -> f64 {
    one(trig::cos(x), x)
}

/// `math.tan`, of radians.
pub fn tan(x: f64) -> f64 {
    one(trig::tan(x), x)
}

/// `math.asin`, in radians.
pub fn asin(x: f64) -> f64 {
    positive_nan(libm::asin(x), x)
}

/// `math.acos`, in radians.
pub fn acos(x: f64) -> f64 {
    positive_nan(libm::acos(x), x)
}

/// The C library's `asin` and `acos` answer a positive NaN outside [-1, 1].
fn positive_nan(result: f64, x: f64) -> f64 {
    if result.is_nan() && !x.is_nan() {
        -nan_of(x, x)
    } else {
        one(result, x)
    }
}

/// `math.atan(y, x)`: the angle of the point (`x`, `y`), in radians.
pub fn atan2(y: f64, x: f64) -> f64 {
    settle(libm::atan2(y, x), y, x)
}

/// The hyperbolic sine.
pub fn sinh(x: f64) -> f64 {
    if x.abs() >= 1.0 {
        let half = half_exp(x.abs());
        return one((half - 0.25 / half).copysign(x), x);
    }
    // Two exponentials would cancel. The last term is below 10^-17 of the first.
    let mut sum = 1.0;
    for k in (1..=8).map(|k| f64::from(2 * k)).rev() {
        sum = 1.0 + sum * x * x / (k * (k + 1.0));
    }
    one(x * sum, x)
}

/// The hyperbolic cosine.
pub fn cosh(x: f64) -> f64 {
    let half = half_exp(x.abs());
    one(half + 0.25 / half, x)
}

/// The hyperbolic tangent.
pub fn tanh(x: f64) -> f64 {
    // Far out it is 1 as near as makes no difference.
    let x = x.clamp(-22.0, 22.0);
    one(sinh(x) / cosh(x), x)
}

/// Half of exp(x), which may be in range where exp(x) is not.
fn half_exp(x: f64) -> f64 {
    if x > 700.0 {
        let root = libm::exp(0.5 * x);
        return 0.5 * root * root;
    }
    0.5 * libm::exp(x)
}

/// `math.frexp`: a fraction in [0.5, 1) and a power of two whose product is `x`.
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    libm::frexp(x)
}

/// `math.ldexp`: `fraction` times two to the power of `exponent`.
pub fn ldexp(fraction: f64, exponent: i32) -> f64 {
    one(libm::ldexp(fraction, exponent), fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_whole_numbers_are_exact() {
        assert_eq!(pow(2.0, 10.0), 1024.0);
        assert_eq!(pow(3.0, 2.0), 9.0);
        assert_eq!(pow(10.0, 15.0), 1e15);
        assert_eq!(pow(7.0, 0.0), 1.0);
        assert_eq!(pow(f64::NAN, 0.0), 1.0);
        assert_eq!(pow(4.0, 0.5), 2.0);
        assert!(pow(-0.0, 0.5).is_sign_positive());
        assert_eq!(pow(f64::NEG_INFINITY, 0.5), f64::INFINITY);
    }

    #[test]
    fn made_nans_are_negative_and_found_ones_keep_their_sign() {
        for value in [
            pow(-8.0, 1.0 / 3.0),
            sqrt(-1.0),
            log(-1.0),
            sin(f64::INFINITY),
        ] {
            assert!(value.is_nan() && value.is_sign_negative());
        }
        let positive = f64::from_bits(0x7ff8_0000_0000_0000);
        assert!(sin(positive).is_sign_positive());
        assert!(pow(positive, 2.0).is_sign_positive());
        assert!(acos(2.0).is_nan() && acos(2.0).is_sign_positive());
    }

    #[test]
    fn hyperbolic_functions_are_those_of_the_crate_but_for_rounding() {
        for step in -4000..=4000 {
            for x in [
                f64::from(step) / 5.5,
                f64::from(step) / 2000.0,
                f64::from(step) * 1e-300,
            ] {
                for (ours, theirs) in [
                    (sinh(x), libm::sinh(x)),
                    (cosh(x), libm::cosh(x)),
                    (tanh(x), libm::tanh(x)),
                ] {
                    assert!(
                        ours == theirs || (ours / theirs - 1.0).abs() < 1e-15,
                        "{x} {ours} {theirs}"
                    );
                }
            }
        }
        for x in [0.0, 711.0, f64::MAX, f64::INFINITY] {
            for x in [x, -x] {
                assert_eq!(sinh(x).to_bits(), libm::sinh(x).to_bits());
                assert_eq!(cosh(x), libm::cosh(x));
                assert_eq!(tanh(x).to_bits(), libm::tanh(x).to_bits());
            }
        }
        assert!(tanh(f64::NAN).is_nan() && sinh(f64::NAN).is_nan());
    }

    #[test]
    fn logarithms_choose_by_base() {
        assert_eq!(log_base(8.0, 2.0), 3.0);
        assert_eq!(log_base(1000.0, 10.0), 3.0);
        assert_eq!(log_base(81.0, 3.0), log(81.0) / log(3.0));
        assert_eq!(frexp(8.0), (0.5, 4));
        assert_eq!(ldexp(0.5, 4), 8.0);
        assert_eq!(ldexp(1.0, i32::MIN), 0.0);
    }
}
