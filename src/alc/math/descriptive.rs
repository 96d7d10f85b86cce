//! Statistics of one list or two, and lists rescaled.

use crate::lua::error::Error;
use crate::lua::text::mathfn::{exp, log};
use crate::lua::value::Value;

use super::call::{Call, Formula, Given};
use super::sorting::select;

/// The sum, from the first to the last.
#[inline(never)]
pub(super) fn sum_of(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// The arithmetic mean; NaN of nothing.
#[inline(never)]
pub(super) fn mean_of(values: &[f64]) -> f64 {
    sum_of(values) / values.len() as f64
}

/// The sample variance (n - 1), 0 below two values. Source: B. P. Welford, "Note
/// on a method for calculating corrected sums of squares and products", 1962.
#[inline(never)]
pub(super) fn variance_of(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let (mut mean, mut squares) = (0.0, 0.0);
    for (seen, &value) in (1u32..).zip(values) {
        let before = value - mean;
        mean += before / f64::from(seen);
        squares += before * (value - mean);
    }
    squares / (values.len() - 1) as f64
}

/// The percentile `p` in [0, 100] with linear interpolation: rank p/100·(n - 1),
/// type 7 of R. NaN of nothing.
///
/// It selects instead of sorting, so it takes time in proportion to the count.
#[inline(never)]
pub(super) fn percentile_of(values: &[f64], p: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else {
        return f64::NAN;
    };
    let rank = (p / 100.0) * last as f64;
    let below = (rank.floor() as usize).min(last);
    let fraction = rank - below as f64;
    match select(values, below) {
        Some((low, Some(high))) => low + fraction * (high - low),
        Some((low, None)) => low,
        None => f64::NAN,
    }
}

/// The largest value.
#[inline(never)]
fn max_of(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// `sum(list)`: of any numbers.
pub(super) const SUM: Formula = Formula::plain(|given| Ok(sum_of(&given.xs)));

/// `mean(list)`.
pub(super) const MEAN: Formula = Formula::plain(|given| Ok(mean_of(&given.xs)));

/// `variance(list)`: with n - 1; 0 for a single value.
pub(super) const VARIANCE: Formula = Formula::plain(|given| Ok(variance_of(&given.xs)));

/// `stddev(list)`: the square root of the variance.
pub(super) const STDDEV: Formula = Formula::plain(|given| Ok(variance_of(&given.xs).sqrt()));

/// `median(list)`.
pub(super) const MEDIAN: Formula = Formula::plain(|given| Ok(percentile_of(&given.xs, 50.0)));

/// `iqr(list)`: the 75th percentile less the 25th.
pub(super) const IQR: Formula =
    Formula::plain(|given| Ok(percentile_of(&given.xs, 75.0) - percentile_of(&given.xs, 25.0)));

/// `percentile(list, p)`: `p` from 0 to 100.
pub(super) fn percentile(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let ([list, ..], [p, ..]) = (given.tables, given.floats);
    if !(0.0..=100.0).contains(&p) {
        return Err(call.fail("p must be in [0, 100], got #", &[Value::Float(p)]));
    }
    Ok(Value::Float(percentile_of(&call.floats(list)?, p)))
}

/// `softmax(list)`: positive numbers that sum to 1.
pub(super) fn softmax(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let sum = exponentials(call, given);
    for value in &mut given.xs {
        *value /= sum.0;
    }
    call.float_list(&given.xs)
}

/// Puts exp(x - max) in the place of each x; their sum, and max.
#[inline(never)]
fn exponentials(call: &mut Call<'_, '_>, given: &mut Given) -> (f64, f64) {
    call.charge(given.xs.len() * 4);
    let max = max_of(&given.xs);
    for value in &mut given.xs {
        *value = exp(*value - max);
    }
    (sum_of(&given.xs), max)
}

/// `logsumexp(list)`: ln Σ exp(x), without overflow.
pub(super) fn logsumexp(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let (sum, max) = exponentials(call, given);
    Ok(Value::Float(max + log(sum)))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn selected_percentiles_are_those_of_the_sorted_list(
            values in prop::collection::vec(-1e6f64..1e6, 1..60),
            p in 0.0f64..=100.0,
        ) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let rank = p / 100.0 * (sorted.len() - 1) as f64;
            let low = sorted[rank.floor() as usize];
            let high = sorted.get(rank.floor() as usize + 1).copied().unwrap_or(low);
            let expected = low + (rank - rank.floor()) * (high - low);
            prop_assert_eq!(percentile_of(&values, p), expected);
        }
    }
}
