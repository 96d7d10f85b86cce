//! Distribution functions and quantiles.

use std::f64::consts::SQRT_2;

use statrs::distribution::{Beta, Gamma, Normal, Poisson};
use statrs::function::erf::{erfc, erfc_inv};

use crate::lua::error::Error;
use crate::lua::text::float_text::Shortest;
use crate::lua::value::Value;

use super::call::{Call, fail_in};
use super::special::{PRICE, beta_quantile};
use super::special_beta::beta_share;
use super::special_gamma::{lower_gamma, upper_gamma};

/// The distribution function of the standard normal distribution.
pub(super) fn standard_cdf(x: f64) -> f64 {
    0.5 * erfc(-x / SQRT_2)
}

/// The quantile of the standard normal distribution, for `p` in [0, 1].
pub(super) fn standard_quantile(p: f64) -> f64 {
    -(SQRT_2 * erfc_inv(2.0 * p))
}

/// `p` if it is a probability.
fn probability(call: &mut Call<'_, '_>, name: &str, p: f64) -> Result<f64, Error> {
    call.ctx.charge(20);
    if (0.0..=1.0).contains(&p) {
        return Ok(p);
    }
    Err(fail_in(
        name,
        &format_args!("p must be in [0, 1], got {}", Shortest(p)),
    ))
}

/// `normal_cdf(x, mu, sigma)`.
pub(super) fn normal_cdf(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (x, mu, sigma) = (call.float(1)?, call.float(2)?, call.float(3)?);
    Normal::new(mu, sigma).map_err(|why| fail_in("normal_cdf", &why))?;
    call.ctx.charge(20);
    Ok(Value::Float(0.5 * erfc((mu - x) / (sigma * SQRT_2))))
}

/// `normal_ppf(p)`: the quantile of the standard normal distribution.
pub(super) fn normal_ppf(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let p = call.float(1)?;
    let p = probability(call, "normal_ppf", p)?;
    Ok(Value::Float(standard_quantile(p)))
}

/// `normal_inverse_cdf(p, mu, sigma)`: a quantile.
pub(super) fn normal_inverse_cdf(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "normal_inverse_cdf";
    let (p, mu, sigma) = (call.float(1)?, call.float(2)?, call.float(3)?);
    let p = probability(call, NAME, p)?;
    Normal::new(mu, sigma).map_err(|why| fail_in(NAME, &why))?;
    Ok(Value::Float(mu - (sigma * SQRT_2 * erfc_inv(2.0 * p))))
}

/// `beta_cdf(x, alpha, beta)`.
pub(super) fn beta_cdf(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "beta_cdf";
    let (x, alpha, beta) = (call.float(1)?, call.float(2)?, call.float(3)?);
    Beta::new(alpha, beta).map_err(|why| fail_in(NAME, &why))?;
    call.ctx.charge(PRICE);
    if x.is_nan() {
        return Ok(Value::Float(x));
    }
    let x = x.clamp(0.0, 1.0);
    let share = beta_share(alpha, beta, x).map_err(|why| fail_in(NAME, &why))?;
    Ok(Value::Float(share))
}

/// `beta_ppf(p, alpha, beta)`: a quantile.
pub(super) fn beta_ppf(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "beta_ppf";
    let (p, alpha, beta) = (call.float(1)?, call.float(2)?, call.float(3)?);
    let p = probability(call, NAME, p)?;
    Beta::new(alpha, beta).map_err(|why| fail_in(NAME, &why))?;
    call.ctx.charge(PRICE * 10);
    Ok(Value::Float(beta_quantile(alpha, beta, p)))
}

/// The shapes of a beta distribution in the first two arguments.
fn shapes(call: &mut Call<'_, '_>, name: &str) -> Result<(f64, f64), Error> {
    let (alpha, beta) = (call.float(1)?, call.float(2)?);
    if alpha <= 0.0 || beta <= 0.0 {
        return Err(fail_in(name, &"alpha and beta must be > 0"));
    }
    Ok((alpha, beta))
}

/// `beta_mean(alpha, beta)`.
pub(super) fn beta_mean(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (alpha, beta) = shapes(call, "beta_mean")?;
    Ok(Value::Float(alpha / (alpha + beta)))
}

/// `beta_variance(alpha, beta)`.
pub(super) fn beta_variance(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (alpha, beta) = shapes(call, "beta_variance")?;
    let sum = alpha + beta;
    let variance = (alpha * beta) / (sum * sum * (sum + 1.0));
    Ok(Value::Float(variance))
}

/// `gamma_cdf(x, shape, scale)`.
pub(super) fn gamma_cdf(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "gamma_cdf";
    let (x, shape, scale) = (call.float(1)?, call.float(2)?, call.float(3)?);
    if scale <= 0.0 {
        return Err(fail_in(NAME, &"scale must be > 0"));
    }
    let rate = 1.0 / scale;
    Gamma::new(shape, rate).map_err(|why| fail_in(NAME, &why))?;
    call.ctx.charge(PRICE);
    if x <= 0.0 {
        return Ok(Value::Float(0.0));
    }
    let share = lower_gamma(shape, x * rate).map_err(|why| fail_in(NAME, &why))?;
    Ok(Value::Float(share))
}

/// `poisson_cdf(k, lambda)`.
pub(super) fn poisson_cdf(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "poisson_cdf";
    let (k, lambda) = (call.u64(1)?, call.float(2)?);
    Poisson::new(lambda).map_err(|why| fail_in(NAME, &why))?;
    call.ctx.charge(PRICE);
    let share = upper_gamma(k as f64 + 1.0, lambda).map_err(|why| fail_in(NAME, &why))?;
    Ok(Value::Float(share))
}
