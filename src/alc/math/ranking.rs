//! Ranks, the correlation of ranks, and the quality of rankings.

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::text::mathfn::log2;
use crate::lua::value::Value;

use super::call::{Call, fail_in};
use super::descriptive::{paired, pearson};
use super::sorting::{sort_floats, sort_pairs};

/// Values in ascending order, each with its place, which is exact as a float.
#[inline(never)]
pub(super) fn ascending(
    call: &mut Call<'_, '_>,
    values: &[f64],
) -> Result<Vec<(f64, f64)>, OutOfMemory> {
    call.charge_sort(values.len());
    let mut order = call.vec(values.len())?;
    order.extend(
        (0u32..)
            .zip(values)
            .map(|(at, &value)| (value, f64::from(at))),
    );
    sort_pairs(&mut order);
    Ok(order)
}

/// Fractional ranks from 1, equal values sharing the mean of theirs; and the size
/// of each group of equal values.
#[inline(never)]
pub(super) fn ranks_of(
    call: &mut Call<'_, '_>,
    values: &[f64],
) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let order = ascending(call, values)?;
    let mut ranks = call.repeat(0.0, values.len())?;
    let mut groups = call.vec(values.len())?;
    let mut before = 0;
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let shared = (2 * before + 1 + group.len()) as f64 / 2.0;
        for &(_, at) in group {
            if let Some(rank) = ranks.get_mut(at as usize) {
                *rank = shared;
            }
        }
        before += group.len();
        groups.push(group.len() as f64);
    }
    Ok((ranks, groups))
}

/// `rank(list)`: the rank of each element, in the order of the list.
pub(super) fn rank(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    let values = call.floats(list)?;
    let (ranks, _) = ranks_of(call, &values)?;
    call.float_list(&ranks)
}

/// `spearman_correlation(xs, ys)`: Pearson's correlation of the ranks.
pub(super) fn spearman(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "spearman_correlation";
    let (xs, ys) = paired(call, NAME)?;
    let ((xs, _), (ys, _)) = (ranks_of(call, &xs)?, ranks_of(call, &ys)?);
    match pearson(&xs, &ys) {
        Some(rho) => Ok(Value::Float(rho)),
        None => Err(fail_in(NAME, &"zero variance in ranks")),
    }
}

/// `kendall_tau(xs, ys)`: tau-b, which allows for equal values.
///
/// Source: W. R. Knight, "A computer method for calculating Kendall's tau with
/// ungrouped data", 1966: sorted by x, the discordant pairs are the exchanges
/// that sorting by y takes.
pub(super) fn kendall(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "kendall_tau";
    let (xs, ys) = paired(call, NAME)?;
    call.charge_sort(xs.len() * 2);
    let mut pairs = call.vec(xs.len())?;
    // Minus zero equals zero.
    pairs.extend(xs.iter().zip(&ys).map(|(x, y)| (x + 0.0, y + 0.0)));
    sort_pairs(&mut pairs);
    let count = |sizes: &mut dyn Iterator<Item = usize>| -> u64 {
        sizes.map(|size| pairs_among(size as u64)).sum()
    };
    let tied_x = count(&mut pairs.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len));
    let tied_both = count(&mut pairs.chunk_by(|a, b| a == b).map(<[_]>::len));
    let mut ys = call.vec(pairs.len())?;
    ys.extend(pairs.iter().map(|pair| pair.1));
    let mut spare = call.repeat(0.0, ys.len())?;
    let discordant = exchanges(&mut ys, &mut spare);
    let tied_y = count(&mut ys.chunk_by(|a, b| a == b).map(<[_]>::len));
    let all = pairs_among(ys.len() as u64);
    let (free_x, free_y) = ((all - tied_x) as f64, (all - tied_y) as f64);
    let scale = (free_x * free_y).sqrt();
    if scale == 0.0 {
        return Err(fail_in(NAME, &"zero variance (all values tied)"));
    }
    // Every pair is concordant, discordant, or tied in one of the lists.
    let apart = (all + tied_both).saturating_sub(tied_x + tied_y);
    let difference = apart as f64 - 2.0 * discordant as f64;
    Ok(Value::Float(difference / scale))
}

/// How many pairs `n` things make.
fn pairs_among(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

/// Sorts by merging and counts the pairs that stood in the wrong order. `spare`
/// is as long as `values`.
fn exchanges(values: &mut [f64], spare: &mut [f64]) -> u64 {
    let mut count = 0;
    let mut width = 1;
    while width < values.len() {
        for (run, out) in values
            .chunks_mut(width * 2)
            .zip(spare.chunks_mut(width * 2))
        {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            for slot in out {
                let from_right = match (left.first(), right.first()) {
                    (Some(l), Some(r)) => r < l,
                    (None, _) => true,
                    (_, None) => false,
                };
                let source = if from_right { &mut right } else { &mut left };
                if let Some((first, rest)) = source.split_first() {
                    *slot = *first;
                    *source = rest;
                }
                if from_right {
                    count += left.len() as u64;
                }
            }
        }
        values.copy_from_slice(spare);
        width *= 2;
    }
    count
}

/// Σ relevance / log₂(place + 1).
fn discounted(relevance: &[f64]) -> f64 {
    let gain = |(at, &value): (u32, &f64)| value / log2(2.0 + f64::from(at));
    (0u32..).zip(relevance).map(gain).sum()
}

/// `ndcg(relevance, k)`: discounted gain of the first `k`, 1 for the best order.
pub(super) fn ndcg(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (list, k) = (call.table(1)?, call.count(2)?);
    let values = call.floats(list)?;
    let k = usize::try_from(k).unwrap_or(usize::MAX).min(values.len());
    call.charge_sort(values.len());
    call.ctx.charge(k * 4);
    let mut ideal = call.copy(&values)?;
    sort_floats(&mut ideal);
    ideal.reverse();
    let best = discounted(ideal.get(..k).unwrap_or_default());
    if best == 0.0 {
        return Ok(Value::Float(0.0));
    }
    let gained = discounted(values.get(..k).unwrap_or_default());
    Ok(Value::Float(gained / best))
}

/// `mrr(ranks)`: the mean of 1 / rank.
pub(super) fn mrr(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    let ranks = call.floats(list)?;
    for rank in &ranks {
        if *rank < 1.0 {
            return Err(fail_in("mrr", &"rank values must be >= 1"));
        }
        if rank.fract() != 0.0 {
            return Err(fail_in("mrr", &"rank values must be integers"));
        }
    }
    let sum: f64 = ranks.iter().map(|rank| 1.0 / rank).sum();
    Ok(Value::Float(sum / ranks.len() as f64))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn merging_counts_every_pair_in_the_wrong_order(
            small in prop::collection::vec(0u8..9, 0..70),
        ) {
            let mut values: Vec<f64> = small.iter().map(|&v| f64::from(v)).collect();
            let mut expected = 0;
            for (at, first) in values.iter().enumerate() {
                expected += values[at..].iter().filter(|later| *later < first).count() as u64;
            }
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let mut spare = vec![0.0; values.len()];
            prop_assert_eq!(exchanges(&mut values, &mut spare), expected);
            prop_assert_eq!(values, sorted);
        }
    }
}
