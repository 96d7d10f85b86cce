//! Library functions on values with metamethods: the slow ways, written in Lua.
//!
//! PUC Lua lets `__index`, `__newindex` and `__len` take part in the table
//! functions. Where a value has them, the native hands over to a Lua function
//! of the same name, so that the metamethods are called, metered, preempted and
//! frozen like any other Lua code.

use crate::lua::error::Error;
use crate::lua::library::Chunk;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::value::Value;

/// The chunk that returns a table from names to functions. It runs when all
/// libraries are open.
pub const CHUNK: Chunk = Chunk {
    name: "=[C]",
    source: crate::compact_lua!(include_str!("shims.lua")),
    keep_as: REGISTRY_KEY,
};

/// Where the registry keeps what the chunk returned.
const REGISTRY_KEY: &str = "shims";

/// The native is replaced by the shim called `name`, with these arguments.
///
/// # Errors
/// A message if the template was built without shims.
pub fn hand_over(ctx: &mut Ctx<'_>, name: &str, args: &[Value]) -> Result<Action, Error> {
    let shims = ctx.heap.raw_get_name(ctx.heap.registry, REGISTRY_KEY);
    let shim = match shims {
        Value::Table(shims) => ctx.heap.raw_get_name(shims, name),
        _ => Value::Nil,
    };
    if shim.is_nil() {
        return Err(Error::message("metamethods are not available here"));
    }
    ctx.push(shim)?;
    for &arg in args {
        ctx.push(arg)?;
    }
    ctx.want(Next::TailCall { args: args.len() })
}
