//! Incomplete gamma functions for any arguments, in bounded time.

use statrs::function::{erf, gamma};

use crate::lua::text::mathfn::{exp, log};

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
    let found = if lower {
        gamma::checked_gamma_lr(a, x)
    } else {
        gamma::checked_gamma_ur(a, x)
    };
    found.map_err(|_| "a or x is out of range")
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
    let rest = exp(-exponent) / (2.0 * std::f64::consts::PI * a).sqrt() * series;
    let side = eta * (a / 2.0).sqrt();
    if lower {
        0.5 * erf::erfc(-side) - rest
    } else {
        0.5 * erf::erfc(side) + rest
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
pub(super) fn digamma_of(x: f64) -> f64 {
    if x == f64::INFINITY {
        return log(x);
    }
    gamma::digamma(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expansion_continues_the_series() {
        let a = LARGE;
        for step in -30..=30 {
            let x = a + f64::from(step) * 0.2 * a.sqrt();
            let series = gamma::checked_gamma_lr(a, x).unwrap();
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
        let expected = 0.5 + 1.0 / (3.0 * (2.0 * std::f64::consts::PI * a).sqrt());
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
}
