//! Generators, and what draws evenly from a range or a list.

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::{TableId, Value};

use super::super::args::Args;
use super::call::{Call, Given, Part};
use super::generator::{TAG, state_of};

/// Adds `rng_create` with the metatable of generators.
pub(super) fn open(b: &mut Builder, math: TableId) -> Result<(), OutOfMemory> {
    let meta = b.heap.new_table()?;
    let tostring = b.native("alc.math.rng_create/tostring", tostring);
    b.heap
        .raw_set_name(meta, "__tostring", Value::Native(tostring))?;
    let name = b.heap.new_string(b"LuaRng")?;
    b.heap.raw_set_name(meta, "__name", name)?;
    b.heap
        .raw_set_name(meta, "__metatable", Value::Bool(false))?;
    let create = b.native("alc.math.rng_create", create);
    let create = b.heap.new_bound(create, &[Value::Table(meta)])?;
    b.heap
        .raw_set_name(math, "rng_create", Value::Bound(create))
}

fn tostring(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.return_bytes(b"LuaRng(StdRng)")
}

/// `rng_create(seed)`: a generator. Equal seeds give equal numbers.
fn create(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let seed = ctx.u64(1)?;
    ctx.charge(20);
    let id = ctx.heap.new_data(TAG, state_of(seed), Vec::new())?;
    if let Value::Table(meta) = ctx.upvalue(0) {
        ctx.heap.datas.get_mut(id.0).meta = Some(meta);
    }
    ctx.give(Value::Data(id))
}

/// `rng_float(rng)`: a float from 0 (included) to 1 (excluded).
pub(super) fn float(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    Ok(call.generator(given)?.float())
}

/// `rng_int(rng, min, max)`: an integer, both bounds included.
pub(super) fn int(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let [min, max] = given.counts.map(|bits| bits as i64);
    if min > max {
        let parts = [Part::Int(min), Part::Int(max)];
        return Err(call.fail("min (#) must be <= max (#)", &parts));
    }
    Ok(Value::Int(call.generator(given)?.between(min, max)))
}

/// `shuffle(rng, list)`: a new list in random order, by Fisher and Yates.
pub(super) fn shuffle(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let [list, ..] = given.tables;
    let count = call.len(list);
    call.charge(count.saturating_mul(3));
    // Where each element comes from.
    let mut places = call.vec(count)?;
    places.extend((1..=count).map(|place| place as f64));
    // The last allocation comes before the generator moves.
    let result = call.new_list(count)?;
    let mut rng = call.generator(given)?;
    for last in (1..count).rev() {
        // Indices of 32 bits are drawn alike on every platform.
        let other = rng.below((last as u32).wrapping_add(1));
        places.swap(last, other as usize);
    }
    pick(call, list, &places, result)
}

/// `sample_with_replacement(rng, list, n)`: `n` elements, each drawn from all.
pub(super) fn sample_with_replacement(
    call: &mut Call<'_, '_>,
    given: &mut Given,
) -> Result<Value, Error> {
    let ([list, ..], [count, _]) = (given.tables, given.counts);
    let len = call.len(list);
    call.require(len > 0, "input must be non-empty")?;
    let count = usize::try_from(count).map_err(|_| OutOfMemory)?;
    let mut places = call.vec(count)?;
    let result = call.new_list(count)?;
    call.charge(count.saturating_mul(3));
    let mut rng = call.generator(given)?;
    for _ in 0..count {
        places.push(f64::from(rng.below(len as u32)) + 1.0);
    }
    pick(call, list, &places, result)
}

/// Fills a list, which has room for them, with the elements at some places of
/// another one.
fn pick(
    call: &mut Call<'_, '_>,
    from: Option<TableId>,
    places: &[f64],
    to: TableId,
) -> Result<Value, Error> {
    for (index, place) in (1..).zip(places) {
        let value = call.element(from, *place as usize);
        call.set(to, index, value)?;
    }
    Ok(Value::Table(to))
}
