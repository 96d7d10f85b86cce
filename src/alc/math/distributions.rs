//! Distribution functions and quantiles.

use std::f64::consts::SQRT_2;

use super::call::{Check, Formula};
use super::error_function::{erfc, erfc_inverse};
use super::special::{PRICE, beta_quantile};
use super::special_beta::beta_share;
use super::special_gamma::{lower_gamma, upper_gamma};

const IS_PROBABILITY: Check = (
    |[p, ..]| (0.0..=1.0).contains(&p),
    "p must be in [0, 1], got #",
);

/// Of mean and standard deviation, behind the first number.
const HAS_MEAN: Check = (|[_, mu, _]| !mu.is_nan(), "Mean is NaN");
const HAS_SPREAD: Check = (
    |[.., sigma]| sigma > 0.0,
    "Standard deviation is NaN, zero or less than zero",
);

/// Of the shapes of a beta distribution, behind the first number.
const HAS_ALPHA: Check = (
    |[_, alpha, _]| alpha > 0.0 && alpha.is_finite(),
    "Shape A is NaN, infinite, zero or negative",
);
const HAS_BETA: Check = (
    |[.., beta]| beta > 0.0 && beta.is_finite(),
    "Shape B is NaN, infinite, zero or negative",
);

/// `normal_cdf(x, mu, sigma)`.
pub(super) const NORMAL_CDF: Formula = Formula {
    checks: &[HAS_MEAN, HAS_SPREAD],
    price: 20,
    ..Formula::plain(|given| {
        let [x, mu, sigma] = given.floats;
        Ok(0.5 * erfc((mu - x) / (sigma * SQRT_2)))
    })
};

/// `normal_ppf(p)`: the quantile of the standard normal distribution.
pub(super) const NORMAL_PPF: Formula = Formula {
    checks: &[IS_PROBABILITY],
    price: 20,
    ..Formula::plain(|given| Ok(-(SQRT_2 * erfc_inverse(2.0 * given.floats[0]))))
};

/// `normal_inverse_cdf(p, mu, sigma)`: a quantile.
pub(super) const NORMAL_INVERSE_CDF: Formula = Formula {
    checks: &[IS_PROBABILITY, HAS_MEAN, HAS_SPREAD],
    price: 20,
    ..Formula::plain(|given| {
        let [p, mu, sigma] = given.floats;
        Ok(mu - (sigma * SQRT_2 * erfc_inverse(2.0 * p)))
    })
};

/// `beta_cdf(x, alpha, beta)`.
pub(super) const BETA_CDF: Formula = Formula {
    checks: &[HAS_ALPHA, HAS_BETA],
    price: PRICE,
    ..Formula::plain(|given| {
        let [x, alpha, beta] = given.floats;
        if x.is_nan() {
            return Ok(x);
        }
        beta_share(alpha, beta, x.clamp(0.0, 1.0))
    })
};

/// `beta_ppf(p, alpha, beta)`: a quantile.
pub(super) const BETA_PPF: Formula = Formula {
    checks: &[IS_PROBABILITY, HAS_ALPHA, HAS_BETA],
    price: PRICE * 10,
    ..Formula::plain(|given| {
        let [p, alpha, beta] = given.floats;
        Ok(beta_quantile(alpha, beta, p))
    })
};

const ARE_POSITIVE: Check = (
    |[alpha, beta, _]| !(alpha <= 0.0 || beta <= 0.0),
    "alpha and beta must be > 0",
);

/// `beta_mean(alpha, beta)`.
pub(super) const BETA_MEAN: Formula = Formula {
    checks: &[ARE_POSITIVE],
    ..Formula::plain(|given| {
        let [alpha, beta, _] = given.floats;
        Ok(alpha / (alpha + beta))
    })
};

/// `beta_variance(alpha, beta)`.
pub(super) const BETA_VARIANCE: Formula = Formula {
    checks: &[ARE_POSITIVE],
    ..Formula::plain(|given| {
        let [alpha, beta, _] = given.floats;
        let sum = alpha + beta;
        Ok((alpha * beta) / (sum * sum * (sum + 1.0)))
    })
};

/// `gamma_cdf(x, shape, scale)`.
pub(super) const GAMMA_CDF: Formula = Formula {
    checks: &[
        (
            |[.., scale]| scale > 0.0 || scale.is_nan(),
            "scale must be > 0",
        ),
        (
            |[_, shape, _]| shape > 0.0,
            "Shape is NaN zero, or less than zero.",
        ),
        (
            |[.., scale]| 1.0 / scale > 0.0,
            "Rate is NaN zero, or less than zero.",
        ),
        (
            |[_, shape, scale]| !(shape.is_infinite() && (1.0 / scale).is_infinite()),
            "Shape and rate are infinite",
        ),
    ],
    price: PRICE,
    ..Formula::plain(|given| {
        let [x, shape, scale] = given.floats;
        if x <= 0.0 {
            return Ok(0.0);
        }
        lower_gamma(shape, x * (1.0 / scale))
    })
};

/// `poisson_cdf(k, lambda)`.
pub(super) const POISSON_CDF: Formula = Formula {
    checks: &[(
        |[lambda, ..]| lambda > 0.0,
        "Lambda is NaN, zero or less than zero",
    )],
    price: PRICE,
    ..Formula::plain(|given| upper_gamma(given.counts[0] as f64 + 1.0, given.floats[0]))
};
