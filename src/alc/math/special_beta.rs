//! The incomplete beta function for any arguments, in bounded time.

use std::f64::consts::PI;

use statrs::function::beta::{BetaFuncError, checked_beta_reg};
use statrs::function::erf::erfc;

use crate::lua::text::mathfn::exp;

use super::special_gamma::excess;

/// From here on the crate's continued fraction may end too early, and its
/// logarithms of Γ cancel.
const MEDIUM: f64 = 100.0;
/// From here on the expansion for large shapes is exact to nine digits.
const LARGE: f64 = 1e6;
/// Enough for every pair of shapes of which one is below [`LARGE`] and `x` is
/// near the mean.
const MAX_TERMS: u32 = 10_000;

/// The share of the beta function below `x`: the regularized incomplete beta
/// function I_x(a, b).
///
/// # Errors
/// A shape is not positive, or `x` is not in [0, 1].
pub(super) fn beta_share(a: f64, b: f64, x: f64) -> Result<f64, BetaFuncError> {
    if a.is_nan() || b.is_nan() {
        return Ok(f64::NAN);
    }
    let valid = a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&x);
    if !valid {
        return checked_beta_reg(a, b, x);
    }
    if x == 0.0 || x == 1.0 {
        return Ok(x);
    }
    // Far out in one shape everything is at one end.
    match (a.is_infinite(), b.is_infinite()) {
        (true, true) => return Ok(f64::NAN),
        (true, false) => return Ok(0.0),
        (false, true) => return Ok(1.0),
        (false, false) => {}
    }
    let smaller = a.min(b);
    let share = if smaller < MEDIUM {
        checked_beta_reg(a, b, x)?
    } else if smaller < LARGE {
        by_fraction(a, b, x)
    } else {
        by_expansion(a, b, x)
    };
    // Tiny shapes leave the range by rounding.
    Ok(share.clamp(0.0, 1.0))
}

/// Where the mass is, what is on its other side, and minus the logarithm of the
/// density at `x` compared to that at the mean.
fn around_mean(a: f64, b: f64, x: f64) -> (f64, f64, f64) {
    let (mean, rest) = (1.0 / (1.0 + b / a), 1.0 / (1.0 + a / b));
    let off = x - mean;
    let exponent = a * excess(off / mean) + b * excess(-off / rest);
    (mean, rest, exponent)
}

/// By the continued fraction 8.17.22 of the Digital Library of Mathematical
/// Functions, evaluated by Lentz's method.
fn by_fraction(a: f64, b: f64, x: f64) -> f64 {
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - by_fraction_below_mean(b, a, 1.0 - x);
    }
    by_fraction_below_mean(a, b, x)
}

fn by_fraction_below_mean(a: f64, b: f64, x: f64) -> f64 {
    let (_, _, exponent) = around_mean(a, b, x);
    // x^a (1 - x)^b / B(a, b), by Stirling's formula for all three Γ.
    let stirling = |z: f64| (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * z * z)) / (z * z)) / z;
    let correction = stirling(a + b) - stirling(a) - stirling(b);
    let scale = (a / (a + b) * b / (2.0 * PI)).sqrt() * exp(correction - exponent);
    if scale == 0.0 {
        return 0.0;
    }
    let guard = |value: f64| {
        if value.abs() < f64::MIN_POSITIVE {
            f64::MIN_POSITIVE
        } else {
            value
        }
    };
    let (mut c, mut d) = (1.0, 1.0 / guard(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..=MAX_TERMS {
        let m = f64::from(m);
        let at = a + 2.0 * m;
        let even = m * (b - m) * x / ((at - 1.0) * at);
        let odd = -(a + m) * (a + b + m) * x / (at * (at + 1.0));
        let mut step = 1.0;
        for term in [even, odd] {
            d = 1.0 / guard(1.0 + term * d);
            c = guard(1.0 + term / c);
            step = c * d;
            fraction *= step;
        }
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    scale * fraction / a
}

/// By the uniform expansion 8.18.9 of the Digital Library of Mathematical
/// Functions, to its first term.
fn by_expansion(a: f64, b: f64, x: f64) -> f64 {
    let (mean, rest, exponent) = around_mean(a, b, x);
    if exponent > 745.0 || exponent.is_nan() {
        // Below the smallest float.
        return f64::from(x > mean);
    }
    let n = (a + b).min(f64::MAX);
    let eta = (2.0 * exponent / n).sqrt().copysign(x - mean);
    let spread = (mean * rest).sqrt();
    let first = if eta.abs() < 1e-8 {
        (rest - mean) / (3.0 * spread)
    } else {
        1.0 / eta - spread / (x - mean)
    };
    let side = exponent.sqrt().copysign(x - mean);
    0.5 * erfc(-side) + exp(-exponent) / (2.0 * PI * n).sqrt() * first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_continues_the_crate() {
        for (a, b) in [(100.0, 100.0), (100.0, 900.0), (700.0, 120.0)] {
            for step in -12..=12 {
                let mean: f64 = a / (a + b);
                let deviation = (mean * (1.0 - mean) / (a + b + 1.0)).sqrt();
                let x = mean + f64::from(step) * 0.5 * deviation;
                let theirs = checked_beta_reg(a, b, x).unwrap();
                let ours = by_fraction(a, b, x);
                assert!(
                    (ours - theirs).abs() < 1e-11,
                    "{a} {b} {x}: {ours} {theirs}"
                );
            }
        }
    }

    #[test]
    fn the_expansion_continues_the_fraction() {
        for (a, b) in [(1e6, 1e6), (1e6, 3e6), (9e6, 1e6)] {
            for step in -12..=12 {
                let mean: f64 = a / (a + b);
                let deviation = (mean * (1.0 - mean) / (a + b + 1.0)).sqrt();
                let x = mean + f64::from(step) * 0.5 * deviation;
                let (fraction, expansion) = (by_fraction(a, b, x), by_expansion(a, b, x));
                assert!(
                    (fraction - expansion).abs() < 1e-9,
                    "{a} {b} {x}: {fraction} {expansion}"
                );
            }
        }
    }

    #[test]
    fn half_of_a_symmetric_distribution_is_below_its_mean() {
        for a in [0.1, 1.0, 50.0, 1e3, 1e4, 1e5, 1e6, 1e9, 1e100, 1e300, 1e308] {
            let half = beta_share(a, a, 0.5).unwrap();
            assert!((half - 0.5).abs() < 1e-12, "{a}: {half}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_results() {
        assert_eq!(beta_share(2.0, 3.0, 0.0), Ok(0.0));
        assert_eq!(beta_share(2.0, 3.0, 1.0), Ok(1.0));
        assert_eq!(beta_share(f64::INFINITY, 3.0, 0.5), Ok(0.0));
        assert_eq!(beta_share(2.0, f64::INFINITY, 0.5), Ok(1.0));
        assert!(beta_share(0.0, 1.0, 0.5).is_err());
        assert!(beta_share(1.0, 1.0, 1.5).is_err());
    }
}
