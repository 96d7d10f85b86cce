//! Statistics of one list or two, and lists rescaled.

use crate::lua::error::Error;
use crate::lua::text::float_text::Shortest;
use crate::lua::text::mathfn::{exp, log};
use crate::lua::value::Value;

use super::call::{Call, count_value, fail, fail_in};
use super::sorting::select;

/// The arithmetic mean; NaN of nothing.
#[inline(never)]
pub(super) fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
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
/// type 7 of R. Puts the values into another order. NaN of nothing.
///
/// It selects instead of sorting, so it takes time in proportion to the count.
#[inline(never)]
pub(super) fn percentile_of(values: &mut [f64], p: f64) -> f64 {
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
fn max_of(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// `mean(list)`.
pub(super) fn mean(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    Ok(Value::Float(mean_of(&call.floats(list)?)))
}

/// `variance(list)`: with n - 1; 0 for a single value.
pub(super) fn variance(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    Ok(Value::Float(variance_of(&call.floats(list)?)))
}

/// `stddev(list)`: the square root of the variance.
pub(super) fn stddev(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    Ok(Value::Float(variance_of(&call.floats(list)?).sqrt()))
}

/// `median(list)`.
pub(super) fn median(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    let mut values = call.floats(list)?;
    Ok(Value::Float(percentile_of(&mut values, 50.0)))
}

/// `percentile(list, p)`: `p` from 0 to 100.
pub(super) fn percentile(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (list, p) = (call.table(1)?, call.float(2)?);
    if !(0.0..=100.0).contains(&p) {
        return Err(fail_in(
            "percentile",
            &format_args!("p must be in [0, 100], got {}", Shortest(p)),
        ));
    }
    let mut values = call.floats(list)?;
    Ok(Value::Float(percentile_of(&mut values, p)))
}

/// `iqr(list)`: the 75th percentile less the 25th.
pub(super) fn iqr(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    let mut values = call.floats(list)?;
    let upper = percentile_of(&mut values, 75.0);
    Ok(Value::Float(upper - percentile_of(&mut values, 25.0)))
}

/// Two lists of the same length of at least two, or an error of `name`.
pub(super) fn paired(call: &mut Call<'_, '_>, name: &str) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let (xs, ys) = call.two_lists(1)?;
    if xs.len() != ys.len() {
        return Err(fail_in(name, &"arrays must have equal length"));
    }
    if xs.len() < 2 {
        return Err(fail_in(name, &"need at least 2 values"));
    }
    Ok((xs, ys))
}

/// Pearson's correlation; none if one of the lists does not vary.
pub(super) fn pearson(xs: &[f64], ys: &[f64]) -> Option<f64> {
    let (mean_x, mean_y) = (mean_of(xs), mean_of(ys));
    let (mut both, mut of_x, mut of_y) = (0.0, 0.0, 0.0);
    for (&x, &y) in xs.iter().zip(ys) {
        let (dx, dy) = (x - mean_x, y - mean_y);
        both += dx * dy;
        of_x += dx * dx;
        of_y += dy * dy;
    }
    let scale = (of_x * of_y).sqrt();
    (scale != 0.0).then_some(both / scale)
}

/// `covariance(xs, ys)`: with n - 1.
pub(super) fn covariance(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (xs, ys) = paired(call, "covariance")?;
    let (mut mean_x, mut mean_y, mut products) = (0.0, 0.0, 0.0);
    for (seen, (&x, &y)) in (1u32..).zip(xs.iter().zip(&ys)) {
        let before = x - mean_x;
        mean_x += before / f64::from(seen);
        mean_y += (y - mean_y) / f64::from(seen);
        products += before * (y - mean_y);
    }
    Ok(Value::Float(products / (xs.len() - 1) as f64))
}

/// `correlation(xs, ys)`: Pearson's.
pub(super) fn correlation(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (xs, ys) = paired(call, "correlation")?;
    match pearson(&xs, &ys) {
        Some(r) => Ok(Value::Float(r)),
        None => Err(fail_in("correlation", &"zero variance")),
    }
}

/// `histogram(list, bins)`: `{counts, edges}` over bins of equal width.
pub(super) fn histogram(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (list, bins) = (call.table(1)?, call.count(2)?);
    if bins == 0 {
        return Err(fail_in("histogram", &"bins must be > 0"));
    }
    let values = call.floats(list)?;
    let bins = usize::try_from(bins).unwrap_or(usize::MAX);
    let mut counts = call.repeat(0u64, bins)?;
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = max_of(&values);
    let range = max - min;
    // Values that do not differ fill the first bin.
    let flat = range <= max.abs() * f64::EPSILON;
    let width = if flat { 1.0 } else { range } / bins as f64;
    for &value in &values {
        let at = if flat { 0.0 } else { (value - min) / width };
        if let Some(count) = counts.get_mut((at as usize).min(bins - 1)) {
            *count += 1;
        }
    }
    let counts = call.list(counts.into_iter().map(count_value))?;
    let edge = |at: u32| Value::Float(min + f64::from(at) * width);
    let last = u32::try_from(bins).map_err(|_| fail("histogram: too many bins"))?;
    let edges = call.new_list(bins.saturating_add(1))?;
    for at in 0..=last {
        call.ctx
            .heap
            .raw_set_int(edges, i64::from(at) + 1, edge(at))?;
    }
    call.ctx.charge(bins);
    call.record(&[("counts", counts), ("edges", Value::Table(edges))])
}

/// `softmax(list)`: positive numbers that sum to 1.
pub(super) fn softmax(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    let mut values = call.floats(list)?;
    call.ctx.charge(values.len() * 4);
    let max = max_of(&values);
    for value in &mut values {
        *value = exp(*value - max);
    }
    let sum: f64 = values.iter().sum();
    for value in &mut values {
        *value /= sum;
    }
    call.float_list(&values)
}

/// `log_normalize(list)`: ln(1 + x) in percent of that of the largest.
pub(super) fn log_normalize(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    let mut values = call.floats(list)?;
    for (index, value) in (1..).zip(&values) {
        if *value <= 0.0 {
            let why = format!(
                "element at index {index} is {} (all values must be > 0)",
                Shortest(*value)
            );
            return Err(fail_in("log_normalize", &why));
        }
    }
    call.ctx.charge(values.len() * 4);
    let scale = log(1.0 + max_of(&values));
    for value in &mut values {
        *value = log(1.0 + *value) / scale * 100.0;
    }
    call.float_list(&values)
}

/// `logsumexp(list)`: ln Σ exp(x), without overflow.
pub(super) fn logsumexp(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    let values = call.floats(list)?;
    call.ctx.charge(values.len() * 4);
    let max = max_of(&values);
    let sum: f64 = values.iter().map(|&value| exp(value - max)).sum();
    Ok(Value::Float(max + log(sum)))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn selected_percentiles_are_those_of_the_sorted_list(
            mut values in prop::collection::vec(-1e6f64..1e6, 1..60),
            p in 0.0f64..=100.0,
        ) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let rank = p / 100.0 * (sorted.len() - 1) as f64;
            let low = sorted[rank.floor() as usize];
            let high = sorted.get(rank.floor() as usize + 1).copied().unwrap_or(low);
            let expected = low + (rank - rank.floor()) * (high - low);
            prop_assert_eq!(percentile_of(&mut values, p), expected);
        }
    }
}
