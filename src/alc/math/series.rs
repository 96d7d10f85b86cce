//! Statistics of lists whose order matters.

use crate::lua::error::Error;
use crate::lua::value::Value;

use super::call::{Call, Given, Part};
use super::descriptive::{mean_of, sum_of};

/// `moving_average(list, window)`: the means of `window` neighbours.
pub(super) fn moving_average(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let ([window, _], len) = (given.counts, given.xs.len());
    if window == 0 || window > len as u64 {
        let parts = [Part::of(len), Part::Count(window)];
        return Err(call.fail("window must be in [1, #], got #", &parts));
    }
    let (first, rest) = given.xs.split_at(window as usize);
    let mut sum = sum_of(first);
    let mut means = call.vec(rest.len() + 1)?;
    means.push(sum / window as f64);
    for (&enters, &leaves) in rest.iter().zip(&given.xs) {
        sum += enters - leaves;
        means.push(sum / window as f64);
    }
    call.float_list(&means)
}

/// `ewma(list, alpha)`: each value weighs `alpha`, what came before the rest.
pub(super) fn ewma(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let ([list, ..], [alpha, ..]) = (given.tables, given.floats);
    call.require_up_to(alpha, 1.0, "alpha must be in [0, 1], got #")?;
    let mut values = call.floats(list)?;
    let mut average = None;
    for value in &mut values {
        if let Some(before) = average {
            *value = alpha * *value + (1.0 - alpha) * before;
        }
        average = Some(*value);
    }
    call.float_list(&values)
}

/// `autocorrelation(list, lag)`.
pub(super) fn autocorrelation(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let ([lag, _], values) = (given.counts, &given.xs);
    if lag == 0 {
        return Ok(1.0);
    }
    if lag >= values.len() as u64 {
        let parts = [Part::of(values.len()), Part::Count(lag)];
        return Err(call.fail("lag must be < array length (#), got #", &parts));
    }
    let mean = mean_of(values);
    let product_at = |lag: usize| {
        let pairs = values.iter().zip(values.iter().skip(lag));
        pairs.map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>()
    };
    let variance = product_at(0);
    call.require(variance != 0.0, "zero variance")?;
    Ok(product_at(lag as usize) / variance)
}
