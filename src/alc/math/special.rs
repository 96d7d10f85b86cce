//! Special functions, most of them as the `statrs` crate computes them.
//!
//! The crate's functions panic on arguments out of their domain and may loop on
//! extreme ones; here both become results or errors.

use statrs::function::{beta as beta_fn, erf as erf_fn, gamma};

use crate::lua::error::Error;
use crate::lua::text::float_text::Shortest;
use crate::lua::text::mathfn::{exp, log};
use crate::lua::value::Value;

use super::call::{Call, fail_in};
use super::special_beta::beta_share;
use super::special_gamma::{digamma_of, lower_gamma};

/// What an incomplete beta or gamma function costs.
pub(super) const PRICE: usize = 150;

/// ln |Γ(x)|.
pub(super) fn ln_gamma(x: f64) -> f64 {
    // By the reflection formula, the crate's is NaN where Γ is negative.
    if x < 0.0 {
        libm::lgamma(x)
    } else {
        gamma::ln_gamma(x)
    }
}

/// `erf(x)`: the error function.
pub(super) fn erf(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    Ok(Value::Float(erf_fn::erf(call.float(1)?)))
}

/// `erfc(x)`: 1 - erf(x), exact where that is small.
pub(super) fn erfc(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    Ok(Value::Float(erf_fn::erfc(call.float(1)?)))
}

/// `lgamma(x)`: the logarithm of |Γ(x)|.
pub(super) fn lgamma(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    Ok(Value::Float(ln_gamma(call.float(1)?)))
}

/// `beta(a, b)`: the beta function.
pub(super) fn beta(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (a, b) = (call.float(1)?, call.float(2)?);
    let value = beta_fn::checked_beta(a, b).map_err(|why| fail_in("beta", &why))?;
    Ok(Value::Float(value))
}

/// `ln_beta(a, b)`: its logarithm.
pub(super) fn ln_beta(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (a, b) = (call.float(1)?, call.float(2)?);
    let value = beta_fn::checked_ln_beta(a, b).map_err(|why| fail_in("ln_beta", &why))?;
    Ok(Value::Float(value))
}

/// `regularized_incomplete_beta(x, a, b)`.
pub(super) fn incomplete_beta(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (x, a, b) = (call.float(1)?, call.float(2)?, call.float(3)?);
    call.ctx.charge(PRICE);
    let value = beta_share(a, b, x).map_err(|why| fail_in("regularized_incomplete_beta", &why))?;
    Ok(Value::Float(value))
}

/// `regularized_incomplete_gamma(a, x)`: the lower one.
pub(super) fn incomplete_gamma(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (a, x) = (call.float(1)?, call.float(2)?);
    call.ctx.charge(PRICE);
    let value = lower_gamma(a, x).map_err(|why| fail_in("regularized_incomplete_gamma", &why))?;
    Ok(Value::Float(value))
}

/// `digamma(x)`: the derivative of ln Γ.
pub(super) fn digamma(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    Ok(Value::Float(digamma_of(call.float(1)?)))
}

/// The largest number whose factorial is a float.
const MAX_FACTORIAL: u64 = 170;

/// n!, rounded after each factor like the crate's, which keeps all in a table.
fn factorial_of(n: u64) -> f64 {
    (1..=n).fold(1.0, |product, factor| product * factor as f64)
}

/// `factorial(n)`: as a float, so `n` is at most 170.
pub(super) fn factorial(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let n = call.u64(1)?;
    if n > MAX_FACTORIAL {
        return Err(fail_in("factorial", &"n > 170 overflows f64"));
    }
    Ok(Value::Float(factorial_of(n)))
}

/// `ln_factorial(n)`.
pub(super) fn ln_factorial(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let n = call.u64(1)?;
    Ok(Value::Float(if n <= MAX_FACTORIAL {
        log(factorial_of(n))
    } else {
        gamma::ln_gamma(n as f64 + 1.0)
    }))
}

/// `logit(p)`: ln (p / (1 - p)).
pub(super) fn logit(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let p = call.float(1)?;
    if !(p > 0.0 && p < 1.0) {
        let why = format!("p must be in (0, 1), got {}", Shortest(p));
        return Err(fail_in("logit", &why));
    }
    Ok(Value::Float(log(p / (1.0 - p))))
}

/// `expit(x)`: 1 / (1 + exp(-x)).
pub(super) fn expit(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let x = call.float(1)?;
    // The exponential of a number above 0 could overflow.
    let small = exp(-x.abs());
    let top = if x < 0.0 { small } else { 1.0 };
    Ok(Value::Float(top / (1.0 + small)))
}

/// The quantile of a beta distribution: `x` with I_x(a, b) = p, for `p` in [0, 1]
/// and finite, positive `a` and `b`. Newton's method inside a shrinking bracket.
pub(super) fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    if p == 0.0 || p == 1.0 {
        return p;
    }
    let ln_scale = gamma::ln_gamma(a + b) - gamma::ln_gamma(a) - gamma::ln_gamma(b);
    let (mut low, mut high) = (0.0f64, 1.0f64);
    let mut x = a / (a + b);
    for _ in 0..MAX_STEPS {
        let Ok(share) = beta_share(a, b, x) else {
            return f64::NAN;
        };
        let miss = share - p;
        if miss == 0.0 {
            return x;
        }
        if miss > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let ln_density = ln_scale + (a - 1.0) * log(x) + (b - 1.0) * libm::log1p(-x);
        let newton = x - miss / exp(ln_density);
        let next = if newton > low && newton < high {
            newton
        } else {
            middle(low, high)
        };
        if (next - x).abs() <= f64::EPSILON * next || next <= low || next >= high {
            return next;
        }
        x = next;
    }
    x
}

/// Steps that reach any quantile: ten to find its power of two, the bits of a
/// fraction to find it there, and as many again for steps of Newton's.
const MAX_STEPS: u32 = 150;

/// A point that halves the bracket, on the scale of logarithms while it spans
/// more than one power of two.
fn middle(low: f64, high: f64) -> f64 {
    let floor = low.max(f64::MIN_POSITIVE);
    if high > 4.0 * floor {
        return exp(0.5 * (log(floor) + log(high))).clamp(floor, high);
    }
    0.5 * (low + high)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::LN_2;

    #[test]
    fn quantiles_reach_into_both_ends() {
        for (a, b, p, expected) in [
            (1.0, 1.0, 0.25, 0.25),
            (2.0, 1.0, 0.25, 0.5),
            (1.0, 2.0, 0.75, 0.5),
            (0.5, 0.5, 0.5, 0.5),
            // I_x(a, 1) = x^a.
            (0.01, 1.0, 0.5, exp(-100.0 * LN_2)),
        ] {
            let x = beta_quantile(a, b, p);
            assert!((x / expected - 1.0).abs() < 1e-12, "{a} {b} {p}: {x}");
        }
    }

    #[test]
    fn factorials_are_those_of_the_crate() {
        for n in 0..=MAX_FACTORIAL {
            assert_eq!(factorial_of(n), statrs::function::factorial::factorial(n));
        }
        assert!(factorial_of(MAX_FACTORIAL + 1).is_infinite());
    }

    proptest! {
        #[test]
        fn a_quantile_has_its_share_below(
            a in 0.05f64..200.0,
            b in 0.05f64..200.0,
            p in 0.001f64..0.999,
        ) {
            let x = beta_quantile(a, b, p);
            prop_assert!((0.0..=1.0).contains(&x));
            // Next to 1 the floats are too far apart to meet every share.
            if x < 0.999_999 {
                prop_assert!((beta_share(a, b, x).unwrap() - p).abs() < 1e-9);
            }
        }
    }
}
