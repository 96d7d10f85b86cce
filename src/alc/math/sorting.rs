//! Sorting, in one place: every use of the library's sort is a copy of it.

use crate::lua::order::sorted_positions;

/// Sorts in ascending order.
#[inline(never)]
pub(super) fn sort_floats(values: &mut [f64]) {
    values.sort_unstable_by(f64::total_cmp);
}

/// Sorts by the first of two floats, equal ones by the second.
#[inline(never)]
pub(super) fn sort_pairs(pairs: &mut [(f64, f64)]) {
    let is_less =
        |a: &(f64, f64), b: &(f64, f64)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).is_lt();
    let order = sorted_positions(pairs.len(), &mut |a, b| {
        pairs
            .get(a)
            .zip(pairs.get(b))
            .is_some_and(|(a, b)| is_less(a, b))
    });
    let sorted: Vec<_> = order
        .iter()
        .filter_map(|&at| pairs.get(at).copied())
        .collect();
    pairs.copy_from_slice(&sorted);
}

/// The value at `index` in ascending order, and the next one if there is any.
/// Puts the values into another order, in time in proportion to their number.
#[inline(never)]
pub(super) fn select(values: &mut [f64], index: usize) -> Option<(f64, Option<f64>)> {
    if index >= values.len() {
        return None;
    }
    let (_, &mut found, above) = values.select_nth_unstable_by(index, f64::total_cmp);
    Some((found, above.iter().copied().min_by(f64::total_cmp)))
}
