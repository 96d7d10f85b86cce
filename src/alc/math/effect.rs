//! How large a difference is.

use crate::lua::error::Error;
use crate::lua::value::Value;

use super::call::{Call, fail_in};
use super::descriptive::{mean_of, variance_of};
use super::sorting::sort_floats;

/// `cohens_d(xs, ys)`: the difference of the means in pooled standard deviations.
pub(super) fn cohens_d(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "cohens_d";
    let (xs, ys) = call.two_lists(1)?;
    if xs.len() < 2 || ys.len() < 2 {
        return Err(fail_in(NAME, &"each group needs at least 2 values"));
    }
    let (nx, ny) = (xs.len() as f64, ys.len() as f64);
    let squares = (nx - 1.0) * variance_of(&xs) + (ny - 1.0) * variance_of(&ys);
    let pooled = squares / (nx + ny - 2.0);
    if pooled <= 0.0 {
        let why = "pooled variance is zero; both groups are constant";
        return Err(fail_in(NAME, &why));
    }
    Ok(Value::Float((mean_of(&xs) - mean_of(&ys)) / pooled.sqrt()))
}

/// `cliffs_delta(xs, ys)`: P(x > y) - P(x < y), from -1 to 1.
pub(super) fn cliffs_delta(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (xs, mut ys) = call.two_lists(1)?;
    call.charge_sort(xs.len() + ys.len());
    sort_floats(&mut ys);
    let mut difference = 0i64;
    for x in &xs {
        let less = ys.partition_point(|y| y < x);
        let not_greater = ys.partition_point(|y| y <= x);
        // Elements of ys below x, less those above it.
        difference += less as i64 - (ys.len() - not_greater) as i64;
    }
    let pairs = xs.len() as f64 * ys.len() as f64;
    Ok(Value::Float(difference as f64 / pairs))
}
