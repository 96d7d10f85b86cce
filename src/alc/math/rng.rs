//! Generators, and what draws evenly from a range or a list.

use rand::Rng;

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::{TableId, Value};

use super::super::args::Args;
use super::call::{Call, fail, fail_with};
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
    Ok(Action::Return(Value::Data(id)))
}

/// `rng_float(rng)`: a float from 0 (included) to 1 (excluded).
pub(super) fn float(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    Ok(Value::Float(call.generator(id)?.random()))
}

/// `rng_int(rng, min, max)`: an integer, both bounds included.
pub(super) fn int(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let (min, max) = (call.int(2)?, call.int(3)?);
    if min > max {
        return Err(fail_with(format_args!(
            "rng_int: min ({min}) must be <= max ({max})"
        )));
    }
    Ok(Value::Int(call.generator(id)?.random_range(min..=max)))
}

/// `shuffle(rng, list)`: a new list in random order, by Fisher and Yates.
pub(super) fn shuffle(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let list = call.table(2)?;
    let count = call.len(list);
    call.ctx.charge(count.saturating_mul(3));
    let mut values = call.vec(count)?;
    values.extend((1..=count).map(|index| call.element(list, index)));
    // The last allocation comes before the generator moves.
    let result = call.new_list(count)?;
    let mut generator = call.generator(id)?;
    for last in (1..count).rev() {
        // Indices of 32 bits are drawn alike on every platform.
        let other = generator.random_range(0..=last as u32);
        values.swap(last, other as usize);
    }
    fill(call, result, values.into_iter())
}

/// `sample_with_replacement(rng, list, n)`: `n` elements, each drawn from all.
pub(super) fn sample_with_replacement(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let list = call.table(2)?;
    let count = call.count(3)?;
    let len = call.len(list);
    if len == 0 {
        return Err(fail("sample_with_replacement: input must be non-empty"));
    }
    let count = usize::try_from(count).map_err(|_| OutOfMemory)?;
    let mut picks = call.vec::<u32>(count)?;
    let result = call.new_list(count)?;
    call.ctx.charge(count.saturating_mul(3));
    let mut generator = call.generator(id)?;
    picks.extend((0..count).map(|_| generator.random_range(1..=len as u32)));
    for (index, pick) in (1..).zip(picks) {
        let value = call.element(list, pick as usize);
        call.ctx.heap.raw_set_int(result, index, value)?;
    }
    Ok(Value::Table(result))
}

/// Puts values into a list that has room for them.
fn fill(
    call: &mut Call<'_, '_>,
    list: TableId,
    values: impl Iterator<Item = Value>,
) -> Result<Value, Error> {
    for (index, value) in (1..).zip(values) {
        call.ctx.heap.raw_set_int(list, index, value)?;
    }
    Ok(Value::Table(list))
}
