//! Special functions.
//!
//! Most are computed as the `statrs` crate does it, whose functions panic on arguments
//! out of their domain and may loop on extreme ones; here both become results or
//! errors.

use libm::{exp, log};

use crate::lua::text::mathfn;

use super::call::{Formula, Given};
use super::error_function;
use super::special_beta::{beta_share, check_shapes, ln_beta as ln_beta_of};
use super::special_gamma::{digamma_of, ln_gamma, lower_gamma, upper_gamma};

/// What an incomplete beta or gamma function costs.
pub(super) const PRICE: u16 = 150;

/// `erf(x)`: the error function.
pub(super) const ERF: Formula = Formula::plain(|given| Ok(error_function::erf(given.floats[0])));

/// `erfc(x)`: 1 - erf(x), exact where that is small.
pub(super) const ERFC: Formula = Formula::plain(|given| Ok(error_function::erfc(given.floats[0])));

/// `lgamma(x)`: the logarithm of |Γ(x)|.
pub(super) const LGAMMA: Formula = Formula::plain(|given| Ok(ln_gamma(given.floats[0])));

/// `digamma(x)`: the derivative of ln Γ.
pub(super) const DIGAMMA: Formula = Formula::plain(|given| Ok(digamma_of(given.floats[0])));

/// `ln_beta(a, b)`: the logarithm of the beta function.
pub(super) const LN_BETA: Formula = Formula::plain(ln_beta);

fn ln_beta(given: &Given) -> Result<f64, &'static str> {
    let [a, b, _] = given.floats;
    check_shapes(a, b)?;
    Ok(ln_beta_of(a, b))
}

/// `beta(a, b)`: the beta function.
pub(super) const BETA: Formula = Formula::plain(|given| Ok(exp(ln_beta(given)?)));

/// `regularized_incomplete_beta(x, a, b)`.
pub(super) const INCOMPLETE_BETA: Formula = Formula {
    price: PRICE,
    ..Formula::plain(|given| {
        let [x, a, b] = given.floats;
        beta_share(a, b, x)
    })
};

/// `regularized_incomplete_gamma(a, x)`: the lower one.
pub(super) const LOWER_GAMMA: Formula = Formula {
    price: PRICE,
    ..Formula::plain(|given| lower_gamma(given.floats[0], given.floats[1]))
};

/// `upper_gamma(a, x)`: 1 less the lower one.
pub(super) const UPPER_GAMMA: Formula = Formula {
    price: PRICE,
    ..Formula::plain(|given| upper_gamma(given.floats[0], given.floats[1]))
};

/// The largest number whose factorial is a float.
const MAX_FACTORIAL: u64 = 170;

/// n!, rounded after each factor like the crate's, which keeps all in a table.
fn factorial_of(n: u64) -> f64 {
    (1..=n).fold(1.0, |product, factor| product * factor as f64)
}

/// `factorial(n)`: as a float, so `n` is at most 170.
pub(super) const FACTORIAL: Formula = Formula::plain(|given| match given.counts[0] {
    n @ ..=MAX_FACTORIAL => Ok(factorial_of(n)),
    _ => Err("n > 170 overflows f64"),
});

/// `ln_factorial(n)`.
pub(super) const LN_FACTORIAL: Formula = Formula::plain(|given| {
    Ok(match given.counts[0] {
        n @ ..=MAX_FACTORIAL => log(factorial_of(n)),
        n => ln_gamma(n as f64 + 1.0),
    })
});

/// `logit(p)`: ln (p / (1 - p)).
pub(super) const LOGIT: Formula = Formula {
    checks: &[(|[p, ..]| p > 0.0 && p < 1.0, "p must be in (0, 1), got #")],
    ..Formula::plain(|given| Ok(log(given.floats[0] / (1.0 - given.floats[0]))))
};

/// `expit(x)`: 1 / (1 + exp(-x)).
pub(super) const EXPIT: Formula = Formula::plain(|given| {
    let [x, ..] = given.floats;
    // The exponential of a number above 0 could overflow.
    let small = mathfn::exp(-x.abs());
    let top = if x < 0.0 { small } else { 1.0 };
    Ok(top / (1.0 + small))
});

/// The quantile of a beta distribution: `x` with I_x(a, b) = p, for `p` in [0, 1]
/// and finite, positive `a` and `b`. Newton's method inside a shrinking bracket.
pub(super) fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    if p == 0.0 || p == 1.0 {
        return p;
    }
    let ln_scale = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
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
