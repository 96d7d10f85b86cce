//! Generators, and what draws evenly from a range.

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::{TableId, Value};

use super::super::args::Args;
use super::call::{Call, Formula, Given, Work};
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
pub(super) const FLOAT: Formula = Formula {
    work: Work::Draw(|rng, _| rng.float()),
    checks: &[],
    price: 0,
};

/// `rng_int(rng, min, max)`: an integer, both bounds included.
pub(super) fn int(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let [min, max] = given.counts.map(|bits| bits as i64);
    if min > max {
        let parts = [Value::Int(min), Value::Int(max)];
        return Err(call.fail("min (#) must be <= max (#)", &parts));
    }
    Ok(Value::Int(call.generator(given)?.between(min, max)))
}
