//! `alc.env`: the variables that the host gave to the session, read-only.

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx, NativeFn};
use crate::lua::value::{TableId, Value};

use super::args::{Args, to_text, to_text_list};
use super::host::AlcHost;

/// The tag of the object.
const TAG: u32 = u32::from_be_bytes(*b"aenv");

/// Adds `alc.env`.
pub(super) fn open(b: &mut Builder, alc: TableId) -> Result<(), OutOfMemory> {
    let meta = b.heap.new_table()?;
    // The two methods are found by `index`, which looks for them here.
    let natives: [(&'static str, &str, NativeFn); 4] = [
        ("alc.env/index", "__index", index),
        ("alc.env/newindex", "__newindex", newindex),
        ("alc.env/get", "get", get),
        ("alc.env/use", "use", use_),
    ];
    for (name, field, run) in natives {
        let native = b.native(name, run);
        b.heap.raw_set_name(meta, field, Value::Native(native))?;
    }
    let name = b.heap.new_string(b"alc.env")?;
    b.heap.raw_set_name(meta, "__name", name)?;
    b.heap
        .raw_set_name(meta, "__metatable", Value::Bool(false))?;
    let env = b.heap.new_data(TAG, Vec::new(), Vec::new())?;
    b.heap.datas.get_mut(env.0).meta = Some(meta);
    b.heap.raw_set_name(alc, "env", Value::Data(env))
}

/// The variable that argument 2 names as a Lua string; nil if there is none.
fn named(ctx: &mut Ctx<'_>) -> Result<Value, Error> {
    let name = ctx.text(2)?;
    variable(ctx, &name)
}

/// A variable as a Lua string; nil if there is none.
fn variable(ctx: &mut Ctx<'_>, name: &str) -> Result<Value, Error> {
    match AlcHost::of(ctx.host)?.env.get(name) {
        Some(value) => Ok(ctx.heap.new_string(value.as_bytes())?),
        None => Ok(Value::Nil),
    }
}

/// `alc.env.NAME`, `alc.env.get`, `alc.env.use`.
fn index(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if let (Some(meta), Value::Str(key)) = (ctx.heap.metatable(ctx.arg(1)), ctx.arg(2))
        && matches!(ctx.heap.bytes(key), b"get" | b"use")
    {
        return ctx.give(ctx.heap.raw_get(meta, Value::Str(key)));
    }
    let value = named(ctx)?;
    ctx.give(value)
}

fn newindex(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    Err(ctx.raise("alc.env is readonly"))
}

/// `alc.env:get(name, [default])`.
fn get(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.check_data(1, TAG, "alc.env")?;
    let value = match named(ctx)? {
        Value::Nil => ctx.arg(3),
        value => value,
    };
    ctx.give(value)
}

/// `alc.env:use{name, …}`: those of the variables that exist, by name.
fn use_(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.check_data(1, TAG, "alc.env")?;
    let (names, count) = match to_text_list(ctx.heap, ctx.arg(2)) {
        Ok(list) => list,
        Err(why) => return Err(ctx.bad_argument(2, why)),
    };
    let found = ctx.heap.new_table()?;
    for index in 1..=count {
        ctx.charge(10);
        let key = ctx.heap.table(names).get_int(index);
        let name = match to_text(ctx.heap, key) {
            Ok(name) => name,
            Err(why) => return Err(ctx.bad_argument(2, why)),
        };
        let value = variable(ctx, &name)?;
        let key = ctx.heap.new_string(name.as_bytes())?;
        ctx.heap.raw_set(found, key, value)?;
    }
    ctx.give(Value::Table(found))
}
