//! Tests of hypotheses, and corrections for many of them.

use crate::lua::error::Error;
use crate::lua::text::mathfn::exp;
use crate::lua::value::Value;

use super::super::args;
use super::call::{Call, Given, Part};
use super::descriptive::{mean_of, sum_of, variance_of};
use super::distributions::standard_cdf;
use super::ranking::{places_of, ranks_of};
use super::sorting::sorted;
use super::special_beta::beta_share;
use super::special_gamma::upper_gamma;

/// Refuses groups of less than two values.
pub(super) fn check_groups(call: &Call<'_, '_>, given: &Given) -> Result<(), Error> {
    let enough = given.xs.len().min(given.ys.len()) >= 2;
    call.require(enough, "each group needs at least 2 values")
}

/// `welch_t_test(xs, ys)`: `{t_stat, df, p_value}`, two-sided.
///
/// Source: B. L. Welch, "The generalization of 'Student's' problem when several
/// different population variances are involved", 1947.
pub(super) fn welch(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    check_groups(call, given)?;
    let (xs, ys) = (&given.xs, &given.ys);
    let (nx, ny) = (xs.len() as f64, ys.len() as f64);
    let (of_x, of_y) = (variance_of(xs) / nx, variance_of(ys) / ny);
    let sum = of_x + of_y;
    call.require(sum != 0.0, "both groups have zero variance")?;
    let t = (mean_of(xs) - mean_of(ys)) / sum.sqrt();
    let df = (sum * sum) / (of_x * of_x / (nx - 1.0) + of_y * of_y / (ny - 1.0));
    call.charge(100);
    // P(|T| > t) for Student's T is an incomplete beta function. Taken directly,
    // a tiny probability is not lost in 1 - (1 - p).
    let p = beta_share(df / 2.0, 0.5, df / (df + t * t));
    let p = call.named(p.map_err(|_| "invalid degrees of freedom"))?;
    call.record(&[
        ("t_stat", Value::Float(t)),
        ("df", Value::Float(df)),
        ("p_value", Value::Float(p)),
    ])
}

/// `mann_whitney_u(xs, ys, [{tie_correction}])`: `{u_stat, z_score, p_value}`,
/// two-sided, in the normal approximation.
///
/// Source: H. B. Mann and D. R. Whitney, "On a test of whether one of two random
/// variables is stochastically larger than the other", 1947.
pub(super) fn mann_whitney(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let [.., options] = given.tables;
    let corrected = match options {
        Some(options) => args::field(call.ctx.heap, options, "tie_correction").truthy(),
        None => false,
    };
    let pool = call.pooled(given)?;
    let (ranks, ties) = ranks_of(call, &pool)?;
    let (nx, ny) = (given.xs.len() as f64, given.ys.len() as f64);
    let rank_sum = sum_of(ranks.get(..given.xs.len()).unwrap_or_default());
    let of_x = rank_sum - nx * (nx + 1.0) / 2.0;
    let u = of_x.min(nx * ny - of_x);
    let n = nx + ny;
    let variance = if corrected && ties > 0.0 {
        nx * ny / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)))
    } else {
        nx * ny * (n + 1.0) / 12.0
    };
    call.require(variance > 0.0, "zero variance (all values identical)")?;
    let z = (u - nx * ny / 2.0) / variance.sqrt();
    // The smaller U is never above its mean, so z is never positive.
    let p = 2.0 * standard_cdf(z);
    call.record(&[
        ("u_stat", Value::Float(u)),
        ("z_score", Value::Float(z)),
        ("p_value", Value::Float(p)),
    ])
}

/// `chi_squared_test(observed, expected)`: `{chi2_stat, df, p_value}`.
///
/// Source: K. Pearson, "On the criterion that a given system of deviations …",
/// 1900.
pub(super) fn chi_squared(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let (observed, expected) = (&given.xs, &given.ys);
    let why = "observed and expected must have equal length";
    call.require(observed.len() == expected.len(), why)?;
    call.require(observed.len() >= 2, "need at least 2 categories")?;
    let mut chi2 = 0.0;
    for (o, e) in observed.iter().zip(expected) {
        call.require(*e > 0.0, "expected values must be > 0")?;
        chi2 += (o - e) * (o - e) / e;
    }
    let df = (observed.len() - 1) as f64;
    call.charge(200);
    let p = call.named(upper_gamma(df / 2.0, chi2 / 2.0))?;
    call.record(&[
        ("chi2_stat", Value::Float(chi2)),
        ("df", Value::Float(df)),
        ("p_value", Value::Float(p)),
    ])
}

/// `ks_test(xs, ys)`: `{d_stat, p_value}` of two samples, asymptotic.
///
/// Source: M. A. Stephens, "Use of the Kolmogorov-Smirnov, Cramér-von Mises and
/// related statistics without extensive tables", 1970.
pub(super) fn kolmogorov_smirnov(
    call: &mut Call<'_, '_>,
    given: &mut Given,
) -> Result<Value, Error> {
    let (xs, ys) = (&given.xs, &given.ys);
    call.charge_sort(xs.len() + ys.len());
    let (nx, ny) = (xs.len() as f64, ys.len() as f64);
    let d = widest_gap(&sorted(xs), &sorted(ys));
    let n = (nx * ny / (nx + ny)).sqrt();
    call.charge(400);
    let p = kolmogorov((n + 0.12 + 0.11 / n) * d);
    call.record(&[("d_stat", Value::Float(d)), ("p_value", Value::Float(p))])
}

/// The widest gap between the distribution functions of two sorted samples.
fn widest_gap(xs: &[f64], ys: &[f64]) -> f64 {
    let (step_x, step_y) = (1.0 / xs.len() as f64, 1.0 / ys.len() as f64);
    let (mut xs, mut ys) = (xs, ys);
    let (mut gap, mut widest) = (0.0f64, 0.0f64);
    while let (Some(x), Some(y)) = (xs.first(), ys.first()) {
        // All elements equal to the next value count at once.
        let next = x.min(*y);
        let (from_x, from_y) = (count_first(xs, next), count_first(ys, next));
        gap += from_x as f64 * step_x - from_y as f64 * step_y;
        xs = xs.get(from_x..).unwrap_or_default();
        ys = ys.get(from_y..).unwrap_or_default();
        widest = widest.max(gap.abs());
    }
    widest
}

/// How many values at the beginning are equal to one.
#[inline(never)]
fn count_first(values: &[f64], value: f64) -> usize {
    values.iter().take_while(|found| **found == value).count()
}

/// P(K > lambda) of Kolmogorov's distribution.
fn kolmogorov(lambda: f64) -> f64 {
    // The series does not converge at 0. Below 0.1 the probability differs from 1
    // by less than 10^-50.
    if lambda < 0.1 {
        return 1.0;
    }
    let mut sum = 0.0;
    let mut sign = 2.0;
    for k in 1..=100 {
        let k = f64::from(k);
        sum += sign * exp(-2.0 * k * k * lambda * lambda);
        sign = -sign;
    }
    sum.clamp(0.0, 1.0)
}

/// The places of probabilities in ascending order.
#[inline(never)]
fn ranked(call: &mut Call<'_, '_>, given: &Given) -> Result<Vec<usize>, Error> {
    for (index, value) in (1..).zip(&given.xs) {
        if !(0.0..=1.0).contains(value) {
            let parts = [Part::of(index), Part::Float(*value)];
            return Err(call.fail("p[#] is not a p-value: #", &parts));
        }
    }
    Ok(places_of(call, &given.xs)?)
}

/// `holm(p)`: adjusted values that control the chance of any false rejection.
///
/// Source: S. Holm, "A simple sequentially rejective multiple test procedure",
/// 1979.
pub(super) fn holm(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let order = ranked(call, given)?;
    let mut largest = 0.0f64;
    for (rank, at) in order.iter().enumerate() {
        if let Some(value) = given.xs.get_mut(*at) {
            largest = largest.max(((order.len() - rank) as f64 * *value).min(1.0));
            *value = largest;
        }
    }
    call.float_list(&given.xs)
}

/// `benjamini_hochberg(p)`: adjusted values that control the share of false
/// rejections.
///
/// Source: Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate",
/// 1995.
pub(super) fn benjamini_hochberg(
    call: &mut Call<'_, '_>,
    given: &mut Given,
) -> Result<Value, Error> {
    let order = ranked(call, given)?;
    let mut smallest = 1.0f64;
    for (before, at) in order.iter().enumerate().rev() {
        if let Some(value) = given.xs.get_mut(*at) {
            let rank = (before + 1) as f64;
            smallest = smallest.min(order.len() as f64 / rank * *value);
            *value = smallest;
        }
    }
    call.float_list(&given.xs)
}
