//! How large a difference is.

use crate::lua::error::Error;

use super::call::{Call, Given};
use super::descriptive::{mean_of, variance_of};
use super::hypothesis::check_groups;
use super::sorting::sorted;

/// `cohens_d(xs, ys)`: the difference of the means in pooled standard deviations.
pub(super) fn cohens_d(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    check_groups(call, given)?;
    let (xs, ys) = (&given.xs, &given.ys);
    let (nx, ny) = (xs.len() as f64, ys.len() as f64);
    let squares = (nx - 1.0) * variance_of(xs) + (ny - 1.0) * variance_of(ys);
    let pooled = squares / (nx + ny - 2.0);
    let why = "pooled variance is zero; both groups are constant";
    call.require(pooled > 0.0 || pooled.is_nan(), why)?;
    Ok((mean_of(xs) - mean_of(ys)) / pooled.sqrt())
}

/// `cliffs_delta(xs, ys)`: P(x > y) - P(x < y), from -1 to 1.
pub(super) fn cliffs_delta(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let (xs, ys) = (&given.xs, sorted(&given.ys));
    call.charge_sort(xs.len() + ys.len());
    let mut difference = 0i64;
    for x in xs {
        let less = ys.partition_point(|y| y < x);
        let not_greater = ys.partition_point(|y| y <= x);
        // Elements of ys below x, less those above it.
        difference += less as i64 - (ys.len() - not_greater) as i64;
    }
    let pairs = xs.len() as f64 * ys.len() as f64;
    Ok(difference as f64 / pairs)
}
