//! The incomplete beta function for any arguments, in bounded time.

use std::f64::consts::PI;

use libm::{exp, log};

use super::error_function::erfc;
use super::special_gamma::{excess, ln_gamma};

/// From here on the short continued fraction may end too early, and its
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
pub(super) fn beta_share(a: f64, b: f64, x: f64) -> Result<f64, &'static str> {
    if a.is_nan() || b.is_nan() {
        return Ok(f64::NAN);
    }
    check_shapes(a, b)?;
    if !(0.0..=1.0).contains(&x) {
        return Err("x is not in [0, 1]");
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
        by_short_fraction(a, b, x)
    } else if smaller < LARGE {
        by_fraction(a, b, x)
    } else {
        by_expansion(a, b, x)
    };
    // Tiny shapes leave the range by rounding.
    Ok(share.clamp(0.0, 1.0))
}

/// Refuses what is no shape; NaN passes.
pub(super) fn check_shapes(a: f64, b: f64) -> Result<(), &'static str> {
    if a <= 0.0 {
        return Err("a is zero or less than zero");
    }
    if b <= 0.0 {
        return Err("b is zero or less than zero");
    }
    Ok(())
}

/// ln B(a, b).
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// By the continued fraction. What it leaves after 140 terms is small for shapes below
/// [`MEDIUM`].
fn by_short_fraction(a: f64, b: f64, x: f64) -> f64 {
    let ln_scale = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * log(x) + b * log(1.0 - x);
    // Next to 1 nothing is left above.
    let at_end = 1.0 - x <= 2.0 * f64::EPSILON;
    let scale = if at_end { 0.0 } else { exp(ln_scale) };
    let mirrored = x >= (a + 1.0) / (a + b + 2.0);
    let (a, b, x) = if mirrored { (b, a, 1.0 - x) } else { (a, b, x) };
    let share = scale * fraction(a, b, x, 140) / a;
    if mirrored { 1.0 - share } else { share }
}

/// The continued fraction 26.5.8 of M. Abramowitz and I. A. Stegun, "Handbook of
/// mathematical functions", 1964, evaluated by Lentz's method.
#[inline(never)]
fn fraction(a: f64, b: f64, x: f64, max_terms: u32) -> f64 {
    const PRECISE: f64 = f64::EPSILON / 2.0;
    let guard = |value: f64| {
        if value.abs() < f64::MIN_POSITIVE / PRECISE {
            f64::MIN_POSITIVE / PRECISE
        } else {
            value
        }
    };
    let (both, above, below) = (a + b, a + 1.0, a - 1.0);
    let (mut c, mut d) = (1.0, 1.0 / guard(1.0 - both * x / above));
    let mut fraction = d;
    for m in 1..=max_terms {
        let m = f64::from(m);
        let at = a + m * 2.0;
        let even = m * (b - m) * x / ((below + m * 2.0) * at);
        let odd = -(a + m) * (both + m) * x / (at * (above + m * 2.0));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        fraction = fraction * d * c;
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let step = d * c;
        fraction *= step;
        if (step - 1.0).abs() <= PRECISE {
            break;
        }
    }
    fraction
}

/// Where the mass is, what is on its other side, and minus the logarithm of the
/// density at `x` compared to that at the mean.
fn around_mean(a: f64, b: f64, x: f64) -> (f64, f64, f64) {
    let (mean, rest) = (1.0 / (1.0 + b / a), 1.0 / (1.0 + a / b));
    let off = x - mean;
    let exponent = a * excess(off / mean) + b * excess(-off / rest);
    (mean, rest, exponent)
}

/// By the continued fraction and Stirling's formula.
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
    scale * fraction(a, b, x, MAX_TERMS) / a
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

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::function::beta::checked_beta_reg;

    proptest! {
        #[test]
        fn the_short_fraction_is_that_of_the_crate(
            a in -20.0f64..6.6,
            b in -20.0f64..20.0,
            x in 0.0f64..1.0,
        ) {
            let (a, b) = (a.exp2(), b.exp2());
            for x in [x, x * 1e-9, 1.0 - x * 1e-9] {
                for (a, b) in [(a, b), (b, a)] {
                    if x == 0.0 || x == 1.0 {
                        continue;
                    }
                    let theirs = checked_beta_reg(a, b, x).unwrap();
                    let ours = by_short_fraction(a, b, x);
                    // The crate takes exp and ln from the C library, and logarithms as
                    // large as the shapes cancel.
                    let slack = 1e-15 * (a + b + 1.0) * 30.0;
                    prop_assert!(
                        ours == theirs || (ours - theirs).abs() <= slack || ours.is_nan(),
                        "{} {} {}: {} {}", a, b, x, ours, theirs
                    );
                }
            }
        }
    }

    #[test]
    fn the_fraction_continues_the_short_one() {
        for (a, b) in [(100.0, 100.0), (100.0, 900.0), (700.0, 120.0)] {
            for step in -12..=12 {
                let mean: f64 = a / (a + b);
                let deviation = (mean * (1.0 - mean) / (a + b + 1.0)).sqrt();
                let x = mean + f64::from(step) * 0.5 * deviation;
                let theirs = by_short_fraction(a, b, x);
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
