//! Ranks, the correlation of ranks, and the quality of rankings.

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::order::sorted_positions;
use crate::lua::text::mathfn::log2;
use crate::lua::value::Value;

use super::call::{Call, Given};
use super::descriptive::{check_paired, pearson};
use super::sorting::{ascending, gather, sorted};

/// The places of values in ascending order, paid for.
#[inline(never)]
pub(super) fn places_of(
    call: &mut Call<'_, '_>,
    values: &[f64],
) -> Result<Vec<usize>, OutOfMemory> {
    call.charge_sort(values.len());
    call.borrow(16 * values.len() as u64)?;
    Ok(ascending(values))
}

/// Fractional ranks from 1, equal values sharing the mean of theirs; and Σ (n³ - n)
/// over the groups of equal values.
#[inline(never)]
pub(super) fn ranks_of(call: &mut Call<'_, '_>, values: &[f64]) -> Result<(Vec<f64>, f64), Error> {
    let order = places_of(call, values)?;
    let in_order = gather(values, &order);
    let mut ranks = call.zeros(values.len())?;
    let (mut before, mut ties) = (0, 0.0);
    for group in in_order.chunk_by(|a, b| a == b) {
        let size = group.len();
        for &at in order.iter().skip(before).take(size) {
            if let Some(rank) = ranks.get_mut(at) {
                *rank = (2 * before + 1 + size) as f64 / 2.0;
            }
        }
        before += size;
        let size = size as f64;
        ties += size * size * size - size;
    }
    Ok((ranks, ties))
}

/// `rank(list)`: the rank of each element, in the order of the list.
pub(super) fn rank(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let (ranks, _) = ranks_of(call, &given.xs)?;
    call.float_list(&ranks)
}

/// `spearman_correlation(xs, ys)`: Pearson's correlation of the ranks.
pub(super) fn spearman(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    check_paired(call, given)?;
    let (xs, _) = ranks_of(call, &given.xs)?;
    let (ys, _) = ranks_of(call, &given.ys)?;
    pearson(call, &xs, &ys, "zero variance in ranks")
}

/// `kendall_tau(xs, ys)`: tau-b, which allows for equal values.
///
/// Source: W. R. Knight, "A computer method for calculating Kendall's tau with
/// ungrouped data", 1966: sorted by x, the discordant pairs are the exchanges
/// that sorting by y takes.
pub(super) fn kendall(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    check_paired(call, given)?;
    let count = given.xs.len();
    call.charge_sort(count * 2);
    call.borrow(24 * count as u64)?;
    // Minus zero equals zero.
    for value in given.xs.iter_mut().chain(&mut given.ys) {
        *value += 0.0;
    }
    let (xs, ys) = (&given.xs, &given.ys);
    let pair = |at: usize| xs.get(at).zip(ys.get(at));
    let order = sorted_positions(count, &mut |a, b| pair(a) < pair(b));
    let in_order = gather(xs, &order);
    let mut ys = gather(ys, &order);
    let tied_x = ties(&in_order, &in_order);
    let tied_both = ties(&in_order, &ys);
    let mut spare = call.zeros(count)?;
    let discordant = exchanges(&mut ys, &mut spare);
    let tied_y = ties(&ys, &ys);
    let all = pairs_among(count as u64);
    let (free_x, free_y) = ((all - tied_x) as f64, (all - tied_y) as f64);
    let scale = (free_x * free_y).sqrt();
    call.require(scale != 0.0, "zero variance (all values tied)")?;
    // Every pair is concordant, discordant, or tied in one of the lists.
    let apart = (all + tied_both).saturating_sub(tied_x + tied_y);
    Ok((apart as f64 - 2.0 * discordant as f64) / scale)
}

/// How many pairs of places there are that are equal in both lists, in which equal
/// ones are side by side.
#[inline(never)]
fn ties(first: &[f64], second: &[f64]) -> u64 {
    let (mut pairs, mut before) = (0, 0);
    let mut last = None;
    for pair in first.iter().zip(second) {
        // Each place makes a pair with every equal one before it.
        before = if last == Some(pair) { before + 1 } else { 0 };
        pairs += before;
        last = Some(pair);
    }
    pairs
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

/// Σ relevance / log₂(place + 1) over the first `count`.
#[inline(never)]
fn discounted(relevance: &[f64], count: usize) -> f64 {
    let gain = |(at, &value): (u32, &f64)| value / log2(2.0 + f64::from(at));
    (0u32..).zip(relevance).take(count).map(gain).sum()
}

/// `ndcg(relevance, k)`: discounted gain of the first `k`, 1 for the best order.
pub(super) fn ndcg(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let ([k, _], values) = (given.counts, &given.xs);
    let k = usize::try_from(k).unwrap_or(usize::MAX).min(values.len());
    call.charge_sort(values.len());
    call.charge(k * 4);
    call.borrow(8 * values.len() as u64)?;
    let mut ideal = sorted(values);
    ideal.reverse();
    let best = discounted(&ideal, k);
    if best == 0.0 {
        return Ok(0.0);
    }
    Ok(discounted(values, k) / best)
}

/// `mrr(ranks)`: the mean of 1 / rank.
pub(super) fn mrr(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let mut sum = 0.0;
    for rank in &given.xs {
        call.require(*rank >= 1.0, "rank values must be >= 1")?;
        call.require(rank.trunc() == *rank, "rank values must be integers")?;
        sum += 1.0 / rank;
    }
    Ok(sum / given.xs.len() as f64)
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
