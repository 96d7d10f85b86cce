//! What the functions that resample or relabel do at each draw.

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::{TableId, Value};

use super::call::{Call, Given};
use super::generator::Generator;
use super::sorting::ascending;

/// The most lists that are resampled together.
const LISTS: usize = 4;

/// `pick(rng, n)`: an integer from 1 to `n`.
pub(super) fn pick(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let [n, _] = given.counts;
    // Indices of 32 bits are drawn alike on every platform.
    let place = call.generator(given)?.below(n as u32);
    Ok(Value::Int(i64::from(place) + 1))
}

/// `resample(rng, list, ...)`: the sum of each list over as many random places as there
/// are, the same in all; over every place once if `rng` is nil.
pub(super) fn resample(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let given: [Value; LISTS + 1] = std::array::from_fn(|at| ctx.arg(at + 1));
    let [rng, lists @ ..] = given;
    let heap = &mut *ctx.heap;
    let arrays = lists.map(|list| match list {
        Value::Table(id) => heap.tables.get(id.0).array(),
        _ => &[],
    });
    let mut rng = match rng {
        Value::Data(id) => Generator::of(&mut heap.datas.get_mut(id.0).bytes),
        _ => None,
    };
    let count = arrays[0].len() as u32;
    let mut sums = [0.0; LISTS];
    for at in 0..count {
        let place = match &mut rng {
            Some(rng) => rng.below(count),
            None => at,
        };
        for (sum, array) in sums.iter_mut().zip(&arrays) {
            if let Some(Value::Float(value)) = array.get(place as usize) {
                *sum += value;
            }
        }
    }
    ctx.charge(2 * count as usize);
    ctx.results(&sums.map(Value::Float))
}

/// `relabel(rng, pool, first)`: puts random elements of a list behind the first ones;
/// the sum of those.
pub(super) fn relabel(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let ([first, _], [pool, ..]) = (given.counts, given.tables);
    let heap = &mut *call.ctx.heap;
    let pool = match pool {
        Some(TableId(slot)) => heap.tables.get_mut(slot).array_mut(),
        None => &mut [],
    };
    let rng = given
        .generator
        .map(|id| &mut heap.datas.get_mut(id.0).bytes);
    if let Some(mut rng) = rng.and_then(|bytes| Generator::of(bytes)) {
        rng.shuffle_tail(pool, first as usize);
    }
    let (mut sum, len) = (-0.0, pool.len());
    for value in pool.iter().take(first as usize) {
        if let Value::Float(value) = value {
            sum += value;
        }
    }
    call.charge(len * 2);
    Ok(Value::Float(sum))
}

/// `order(list)`: the places of its elements in ascending order; equal ones stay in
/// order.
pub(super) fn order(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let count = given.xs.len();
    let rounds = (usize::BITS - count.leading_zeros()) as usize;
    call.charge(count.saturating_mul(rounds) / 4 + 1);
    call.borrow(16 * count as u64)?;
    let places = ascending(&given.xs);
    call.list(&mut places.iter().map(|place| Value::Int(*place as i64 + 1)))
}
