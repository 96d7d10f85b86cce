//! How a session's program is run: its context, its result.

use crate::domain::Json;
use crate::lua::error::Error;
use crate::lua::heap::Heap;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::value::Value;
use crate::lua::vm::{Outcome, Vm};

use super::host::AlcHost;
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

/// Why a program failed, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureText {
    /// What algocline reports: `lua error: ` and the message.
    pub error: String,
    /// The calls that led to the error.
    pub traceback: String,
}

/// Fuel for the `__tostring` of an error value.
const TOSTRING_FUEL: i64 = 100_000;

/// The error that ended a program, after `Outcome::Failed`. A `__tostring` of the
/// error value is run, which ends what was left of the program.
pub fn failure_text(vm: &mut Vm, host: &mut AlcHost) -> FailureText {
    let (value, traceback) = match vm.failure() {
        Some(failure) => (failure.value, failure.traceback.clone()),
        None => (Value::Nil, Vec::new()),
    };
    let message = match value {
        Value::Str(id) => String::from_utf8_lossy(vm.heap.bytes(id)).into_owned(),
        _ => to_string(vm, host, value).unwrap_or_else(|| value.type_name().to_owned()),
    };
    FailureText {
        error: host.describe_error(&message),
        traceback: String::from_utf8_lossy(&traceback).into_owned(),
    }
}

fn to_string(vm: &mut Vm, host: &mut AlcHost, value: Value) -> Option<String> {
    let tostring = Value::Native(vm.natives().find("tostring")?);
    vm.start(tostring, &[value]).ok()?;
    if vm.run(TOSTRING_FUEL, host) != Outcome::Done {
        return None;
    }
    match vm.results().first() {
        Some(Value::Str(id)) => Some(String::from_utf8_lossy(vm.heap.bytes(*id)).into_owned()),
        _ => None,
    }
}

const RETURNED: u32 = 1;

/// The native called [`RUN_PROGRAM`].
pub(super) fn run_program(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == RETURNED {
        let text = encode_value(ctx, ctx.result(0))?;
        return ctx.return_bytes(&text);
    }
    let args = ctx.args().saturating_sub(1);
    ctx.want(Next::Call {
        args,
        results: 1,
        stage: RETURNED,
    })
}
