//! Statistics of lists whose order matters.

use crate::lua::error::Error;
use crate::lua::text::float_text::Shortest;
use crate::lua::value::Value;

use super::call::{Call, fail_in};
use super::descriptive::mean_of;

/// `moving_average(list, window)`: the means of `window` neighbours.
pub(super) fn moving_average(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (list, window) = (call.table(1)?, call.count(2)?);
    let values = call.floats(list)?;
    let len = values.len();
    let Some((first, rest)) = usize::try_from(window)
        .ok()
        .filter(|&window| window > 0)
        .and_then(|window| values.split_at_checked(window))
    else {
        let why = format!("window must be in [1, {len}], got {window}");
        return Err(fail_in("moving_average", &why));
    };
    let mut sum: f64 = first.iter().sum();
    let mut means = call.vec(rest.len() + 1)?;
    means.push(sum / window as f64);
    for (&enters, &leaves) in rest.iter().zip(&values) {
        sum += enters - leaves;
        means.push(sum / window as f64);
    }
    call.float_list(&means)
}

/// `ewma(list, alpha)`: each value weighs `alpha`, what came before the rest.
pub(super) fn ewma(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (list, alpha) = (call.table(1)?, call.float(2)?);
    if !(0.0..=1.0).contains(&alpha) {
        let why = format!("alpha must be in [0, 1], got {}", Shortest(alpha));
        return Err(fail_in("ewma", &why));
    }
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
pub(super) fn autocorrelation(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (list, lag) = (call.table(1)?, call.count(2)?);
    let values = call.floats(list)?;
    if lag == 0 {
        return Ok(Value::Float(1.0));
    }
    let len = values.len();
    let later = usize::try_from(lag).ok().and_then(|lag| values.get(lag..));
    let Some(later) = later.filter(|later| !later.is_empty()) else {
        let why = format!("lag must be < array length ({len}), got {lag}");
        return Err(fail_in("autocorrelation", &why));
    };
    let mean = mean_of(&values);
    let variance: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    if variance == 0.0 {
        return Err(fail_in("autocorrelation", &"zero variance"));
    }
    let pairs = values.iter().zip(later);
    let covariance: f64 = pairs.map(|(x, y)| (x - mean) * (y - mean)).sum();
    Ok(Value::Float(covariance / variance))
}
