//! Incomplete gamma functions for any arguments, in bounded time.

use std::f64::consts::{E, PI};

use libm::{exp, log};

use crate::lua::text::mathfn;

use super::error_function::erfc;

/// From here on the expansion for a large `a` is exact to the last digits, while
/// series and fractions take ever more terms.
const LARGE: f64 = 1e5;

/// P(a, x), the share of the gamma function below `x`.
///
/// # Errors
/// `a` is not positive and finite, or `x` is negative.
pub(super) fn lower_gamma(a: f64, x: f64) -> Result<f64, &'static str> {
    share(a, x, true)
}

/// Q(a, x) = 1 - P(a, x).
///
/// # Errors
/// As [`lower_gamma`].
pub(super) fn upper_gamma(a: f64, x: f64) -> Result<f64, &'static str> {
    share(a, x, false)
}

fn share(a: f64, x: f64, lower: bool) -> Result<f64, &'static str> {
    if a.is_nan() || x.is_nan() {
        return Ok(f64::NAN);
    }
    if a <= 0.0 || a.is_infinite() {
        return Err("a is infinite, zero or less than zero");
    }
    if x < 0.0 {
        return Err("x is less than zero");
    }
    if x == 0.0 || x.is_infinite() {
        return Ok(f64::from((x > 0.0) == lower));
    }
    if a >= LARGE {
        return Ok(share_of_large(a, x, lower));
    }
    Ok(share_of_small(a, x, lower))
}

/// The coefficients of [`ln_gamma`] and the point that goes with them.
const LANCZOS: [f64; 11] = [
    2.4857408913875355e-05,
    1.0514237858172197,
    -3.4568709722201625,
    4.512277094668948,
    -2.9828522532357664,
    1.056397115771267,
    -0.19542877319164587,
    0.01709705434044412,
    -0.0005719261174043057,
    4.633994733599057e-06,
    -2.7199490848860772e-09,
];
const LANCZOS_POINT: f64 = 10.900511;

/// ln Γ(x) for `x` from 0, and ln |Γ(x)| below.
///
/// Source: G. R. Pugh, "An analysis of the Lanczos gamma approximation", 2004.
#[inline(never)]
pub(super) fn ln_gamma(x: f64) -> f64 {
    /// ln π, and ln (2·√(e/π)).
    const LN_PI: f64 = 1.1447298858494002;
    const LN_SCALE: f64 = 0.6207822376352452;
    if x == f64::NEG_INFINITY {
        return f64::INFINITY;
    }
    let mirrored = x < 0.5;
    let [first, rest @ ..] = LANCZOS;
    let mut sum = first;
    let mut at = 1.0;
    for coefficient in rest {
        sum += coefficient / if mirrored { at - x } else { x + at - 1.0 };
        at += 1.0;
    }
    let off = if mirrored { 0.5 - x } else { x - 0.5 };
    let power = off * log((off + LANCZOS_POINT) / E);
    if !mirrored {
        return log(sum) + LN_SCALE + power;
    }
    // Below 0 the sign of Γ goes, and so do the whole periods of the sine.
    let angle = if x < 0.0 {
        (x - x.round_ties_even()).abs()
    } else {
        x
    };
    LN_PI - log(mathfn::sin(PI * angle)) - log(sum) - LN_SCALE - power
}

/// P or Q by a series around 0 or a continued fraction.
///
/// Source: S. L. Moshier, "Methods and programs for mathematical functions", 1989.
#[inline(never)]
fn share_of_small(a: f64, x: f64, lower: bool) -> f64 {
    /// What is as good as zero.
    const TINY: f64 = 5.0 * f64::EPSILON;
    if !lower && (x < 1.0 || x <= a) {
        return 1.0 - share_of_small(a, x, true);
    }
    if lower && (a <= TINY || x <= TINY) {
        return f64::from(a <= TINY);
    }
    let ln_scale = a * log(x) - x - ln_gamma(a);
    if ln_scale < -709.782712893384 {
        return f64::from((a < x) == lower);
    }
    let scale = exp(ln_scale);
    if lower && (x <= 1.0 || x <= a) {
        let (mut n, mut term, mut sum) = (a, 1.0, 1.0);
        while term / sum > PRECISE {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return scale * sum / a;
    }
    let rest = scale * fraction(a, x);
    if lower { 1.0 - rest } else { rest }
}

/// Where series and fractions end.
const PRECISE: f64 = 1e-15;

/// The continued fraction of Γ(a, x) by its convergents.
fn fraction(a: f64, x: f64) -> f64 {
    /// Keeps numerators and denominators in range.
    const BIG: f64 = 4_503_599_627_370_496.0;
    let (mut y, mut z, mut n) = (1.0 - a, x + (1.0 - a) + 1.0, 0.0);
    let (mut over, mut under) = ([1.0, x + 1.0], [x, z * x]);
    let mut found = over[1] / under[1];
    loop {
        y += 1.0;
        z += 2.0;
        n += 1.0;
        let next = |pair: [f64; 2]| [pair[1], pair[1] * z - pair[0] * (y * n)];
        (over, under) = (next(over), next(under));
        let (p, q) = (over[1], under[1]);
        if p.abs() > BIG {
            over = over.map(|part| part / BIG);
            under = under.map(|part| part / BIG);
        }
        if q != 0.0 {
            let better = p / q;
            let change = ((found - better) / better).abs();
            found = better;
            if change <= PRECISE {
                return found;
            }
        }
    }
}

/// Coefficients of c₀, c₁ and c₂ by powers of η.
///
/// Source: A. R. DiDonato and A. H. Morris, "Computation of the incomplete gamma
/// function ratios and their inverse", 1986.
const C0: [f64; 8] = [
    -1.0 / 3.0,
    1.0 / 12.0,
    -2.0 / 135.0,
    1.0 / 864.0,
    1.0 / 2835.0,
    -139.0 / 777_600.0,
    1.0 / 25_515.0,
    -571.0 / 261_273_600.0,
];
const C1: [f64; 4] = [-1.0 / 540.0, -1.0 / 288.0, 1.0 / 378.0, -77.0 / 77_760.0];
const C2: [f64; 2] = [25.0 / 6048.0, -139.0 / 51_840.0];

/// P or Q by the uniform expansion for large `a`.
///
/// Source: N. M. Temme, "The asymptotic expansion of the incomplete gamma
/// functions", 1979.
fn share_of_large(a: f64, x: f64, lower: bool) -> f64 {
    let mu = (x - a) / a;
    // η²/2 = μ - ln(1 + μ), with the sign of μ.
    let half_square = excess(mu);
    let exponent = a * half_square;
    if exponent > 745.0 || !exponent.is_finite() {
        // Below the smallest float.
        return f64::from((mu > 0.0) == lower);
    }
    let eta = (2.0 * half_square).sqrt().copysign(mu);
    let at = |powers: &[f64]| powers.iter().rev().fold(0.0, |sum, c| sum * eta + c);
    let series = at(&C0) + (at(&C1) + at(&C2) / a) / a;
    let rest = exp(-exponent) / (2.0 * PI * a).sqrt() * series;
    let side = eta * (a / 2.0).sqrt();
    if lower {
        0.5 * erfc(-side) - rest
    } else {
        0.5 * erfc(side) + rest
    }
}

/// μ - ln(1 + μ) without cancellation.
pub(super) fn excess(mu: f64) -> f64 {
    if mu.abs() > 0.2 {
        return mu - libm::log1p(mu);
    }
    // Σ (-μ)^k / k from k = 2; the last term is below 10^-17 of the first.
    let terms = (2..=28)
        .rev()
        .fold(0.0, |sum, k| 1.0 / f64::from(k) - mu * sum);
    mu * mu * terms
}

/// The derivative of ln Γ.
///
/// Source: J. M. Bernardo, "Algorithm AS 103: psi (digamma) function", 1976.
pub(super) fn digamma_of(x: f64) -> f64 {
    if x == f64::INFINITY {
        return x;
    }
    if x == f64::NEG_INFINITY || x.is_nan() {
        return f64::NAN;
    }
    let below = x.floor();
    let whole = x - below <= f64::EPSILON || x.to_bits().abs_diff(below.to_bits()) <= 4;
    if x <= 0.0 && whole {
        return f64::NEG_INFINITY;
    }
    if x < 0.0 {
        return digamma_of(1.0 - x) + PI / mathfn::tan(-PI * x);
    }
    if x <= 1e-6 {
        return -0.5772156649015329 - 1.0 / x + 1.6449340668482264 * x;
    }
    let (mut result, mut z) = (0.0, x);
    while z < 12.0 {
        result -= 1.0 / z;
        z += 1.0;
    }
    let mut r = 1.0 / z;
    result += log(z) - 0.5 * r;
    r *= r;
    let series = 1.0 / 252.0 - r * (1.0 / 240.0 - r * (1.0 / 132.0));
    result - r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * series))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::function::gamma;

    #[test]
    fn the_expansion_continues_the_series() {
        let a = LARGE;
        for step in -30..=30 {
            let x = a + f64::from(step) * 0.2 * a.sqrt();
            let series = share_of_small(a, x, true);
            let expansion = share_of_large(a, x, true);
            // The series loses digits in a·ln x, which is near 10^6 here.
            assert!(
                (series - expansion).abs() < 1e-9,
                "{x}: {series} {expansion}"
            );
            let other = share_of_large(a, x, false);
            assert!((expansion + other - 1.0).abs() < 1e-14, "{x}");
        }
    }

    #[test]
    fn large_arguments_end() {
        for a in [1e5, 1e8, 1e15, 1e100, 1e300] {
            let half = lower_gamma(a, a).unwrap();
            assert!((0.5..0.501).contains(&half), "{a}: {half}");
            assert_eq!(lower_gamma(a, a * 2.0), Ok(1.0));
            assert_eq!(lower_gamma(a, a / 2.0), Ok(0.0));
            assert_eq!(lower_gamma(a, 1e-300), Ok(0.0));
            assert_eq!(upper_gamma(a, f64::MAX), Ok(0.0));
        }
        // P(a, a) = 1/2 + 1/(3·√(2πa)) + …
        let a = 1e10;
        let expected = 0.5 + 1.0 / (3.0 * (2.0 * PI * a).sqrt());
        assert!((lower_gamma(a, a).unwrap() - expected).abs() < 1e-15);
    }

    #[test]
    fn the_ends_of_the_range_are_results() {
        assert_eq!(lower_gamma(2.0, 0.0), Ok(0.0));
        assert_eq!(upper_gamma(2.0, 0.0), Ok(1.0));
        assert_eq!(lower_gamma(2.0, f64::INFINITY), Ok(1.0));
        assert!(lower_gamma(0.0, 1.0).is_err());
        assert!(lower_gamma(1.0, -1.0).is_err());
        assert!(lower_gamma(f64::NAN, 1.0).unwrap().is_nan());
    }

    /// The crate takes exp and ln from the C library.
    fn same(ours: f64, theirs: f64, scale: f64) -> bool {
        ours == theirs || (ours - theirs).abs() <= 1e-15 * scale || ours.is_nan() && theirs.is_nan()
    }

    proptest! {
        #[test]
        fn values_are_those_of_the_crate(power in -50.0f64..16.6, ratio in -5.0f64..5.0) {
            let a = power.exp2();
            let size = gamma::ln_gamma(a).abs() + a + 3.0;
            prop_assert!(same(ln_gamma(a), gamma::ln_gamma(a), size));
            let found = gamma::digamma(a);
            prop_assert!(same(digamma_of(a), found, found.abs() + 3.0));
            let found = gamma::digamma(-a);
            prop_assert!(same(digamma_of(-a), found, found.abs() * (a + 3.0)));
            let x = a * ratio.exp2();
            let (lower, upper) = (gamma::gamma_lr(a, x), gamma::gamma_ur(a, x));
            let size = size * (x + 3.0).ln();
            prop_assert!(same(share_of_small(a, x, true), lower, size), "P {} {}", a, x);
            prop_assert!(same(share_of_small(a, x, false), upper, size), "Q {} {}", a, x);
        }

        #[test]
        fn gamma_of_negative_numbers_is_that_of_the_c_library(x in -170.0f64..0.0) {
            let (ours, theirs) = (ln_gamma(x), libm::lgamma(x));
            let near = 1.0 / (x - x.round()).abs();
            prop_assert!((ours - theirs).abs() < 1e-13 * (theirs.abs() + 1.0) + 1e-16 * near);
        }
    }

    #[test]
    fn gamma_has_poles() {
        for x in [-0.0, -1.0, -2.0, -1e9, -1e300, f64::NEG_INFINITY] {
            assert_eq!(ln_gamma(x), f64::INFINITY, "{x}");
        }
        assert_eq!(digamma_of(-3.0), f64::NEG_INFINITY);
    }
}
