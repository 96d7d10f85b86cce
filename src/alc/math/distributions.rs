//! Distribution functions and quantiles.

use std::f64::consts::SQRT_2;

use crate::lua::error::Error;

use super::call::{Call, Given};
use super::error_function::{erfc, erfc_inverse};
use super::special::{PRICE, beta_quantile};
use super::special_beta::beta_share;
use super::special_gamma::{lower_gamma, upper_gamma};

/// The quantile of the standard normal distribution, for `p` in [0, 1].
pub(super) fn standard_quantile(p: f64) -> f64 {
    -(SQRT_2 * erfc_inverse(2.0 * p))
}

/// Checks a probability, the first argument.
#[inline(never)]
fn probability(call: &mut Call<'_, '_>, given: &Given) -> Result<f64, Error> {
    call.charge(20);
    let [p, ..] = given.floats;
    call.require_up_to(p, 1.0, "p must be in [0, 1], got #")?;
    Ok(p)
}

/// Mean and standard deviation, behind the first argument.
#[inline(never)]
fn normal(call: &mut Call<'_, '_>, given: &Given) -> Result<(f64, f64), Error> {
    let [_, mu, sigma] = given.floats;
    call.require(!mu.is_nan(), "Mean is NaN")?;
    let why = "Standard deviation is NaN, zero or less than zero";
    call.require(sigma > 0.0, why)?;
    Ok((mu, sigma))
}

/// The shapes of a beta distribution, behind the first argument.
#[inline(never)]
fn shapes(call: &mut Call<'_, '_>, given: &Given) -> Result<(f64, f64), Error> {
    let [_, alpha, beta] = given.floats;
    let why = "Shape A is NaN, infinite, zero or negative";
    call.require(alpha > 0.0 && alpha.is_finite(), why)?;
    let why = "Shape B is NaN, infinite, zero or negative";
    call.require(beta > 0.0 && beta.is_finite(), why)?;
    Ok((alpha, beta))
}

/// `normal_cdf(x, mu, sigma)`.
pub(super) fn normal_cdf(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let (mu, sigma) = normal(call, given)?;
    call.charge(20);
    Ok(0.5 * erfc((mu - given.floats[0]) / (sigma * SQRT_2)))
}

/// `normal_ppf(p)`: the quantile of the standard normal distribution.
pub(super) fn normal_ppf(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    probability(call, given).map(standard_quantile)
}

/// `normal_inverse_cdf(p, mu, sigma)`: a quantile.
pub(super) fn normal_inverse_cdf(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let p = probability(call, given)?;
    let (mu, sigma) = normal(call, given)?;
    Ok(mu - (sigma * SQRT_2 * erfc_inverse(2.0 * p)))
}

/// `beta_cdf(x, alpha, beta)`.
pub(super) fn beta_cdf(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let (alpha, beta) = shapes(call, given)?;
    call.charge(PRICE);
    let [x, ..] = given.floats;
    if x.is_nan() {
        return Ok(x);
    }
    call.named(beta_share(alpha, beta, x.clamp(0.0, 1.0)))
}

/// `beta_ppf(p, alpha, beta)`: a quantile.
pub(super) fn beta_ppf(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let p = probability(call, given)?;
    let (alpha, beta) = shapes(call, given)?;
    call.charge(PRICE * 10);
    Ok(beta_quantile(alpha, beta, p))
}

/// `beta_mean(alpha, beta)`.
pub(super) fn beta_mean(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let [alpha, beta, _] = given.floats;
    let positive = !(alpha <= 0.0 || beta <= 0.0);
    call.require(positive, "alpha and beta must be > 0")?;
    Ok(alpha / (alpha + beta))
}

/// `beta_variance(alpha, beta)`.
pub(super) fn beta_variance(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    beta_mean(call, given)?;
    let [alpha, beta, _] = given.floats;
    let sum = alpha + beta;
    Ok((alpha * beta) / (sum * sum * (sum + 1.0)))
}

/// `gamma_cdf(x, shape, scale)`.
pub(super) fn gamma_cdf(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let [x, shape, scale] = given.floats;
    call.require(scale > 0.0 || scale.is_nan(), "scale must be > 0")?;
    let rate = 1.0 / scale;
    call.require(shape > 0.0, "Shape is NaN zero, or less than zero.")?;
    call.require(rate > 0.0, "Rate is NaN zero, or less than zero.")?;
    let both = shape.is_infinite() && rate.is_infinite();
    call.require(!both, "Shape and rate are infinite")?;
    call.charge(PRICE);
    if x <= 0.0 {
        return Ok(0.0);
    }
    call.named(lower_gamma(shape, x * rate))
}

/// `poisson_cdf(k, lambda)`.
pub(super) fn poisson_cdf(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let ([k, _], [lambda, ..]) = (given.counts, given.floats);
    call.require(lambda > 0.0, "Lambda is NaN, zero or less than zero")?;
    call.charge(PRICE);
    call.named(upper_gamma(k as f64 + 1.0, lambda))
}
