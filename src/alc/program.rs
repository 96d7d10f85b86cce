//! How a session's program is run: its context, its result.

use serde_json::Value as Json;

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::heap::Heap;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::Value;

use super::json::encode_value;
use super::json_decode::from_json;

/// The name of the native that runs a program: it calls its first argument with
/// the others and returns the JSON text of the first result.
///
/// It makes the conversion part of the program, so that this is metered and its
/// errors are the program's.
pub const RUN_PROGRAM: &str = "alc/run_program";

/// Lua code that runs the strategy named by its first argument.
pub const ADVICE: &str = include_str!("advice.lua");

/// The name of the chunk of [`ADVICE`].
pub const ADVICE_CHUNK: &str = "=advice";

pub(super) fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    b.native(RUN_PROGRAM, run_program);
    Ok(())
}

/// Sets the global `ctx`. Null in it is nil, and a null context an empty table.
///
/// # Errors
/// Memory is short.
pub fn set_ctx(heap: &mut Heap, ctx: &Json) -> Result<(), Error> {
    let value = match ctx {
        Json::Null => Value::Table(heap.new_table()?),
        _ => from_json(heap, ctx)?,
    };
    let globals = heap.globals;
    heap.raw_set_name(globals, "ctx", value)?;
    Ok(())
}

const RETURNED: u32 = 1;

fn run_program(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == RETURNED {
        let text = encode_value(ctx, ctx.result(0))?;
        return ctx.return_bytes(&text);
    }
    let args = ctx.args().saturating_sub(1);
    Ok(Action::Call {
        args,
        results: 1,
        stage: RETURNED,
    })
}
