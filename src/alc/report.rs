//! What a program tells about itself: logs, progress, own figures; and what it
//! can learn of its accounts.

use crate::domain::{LogSource, Progress};
use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::Value;

use super::args::Args;
use super::host::AlcHost;
use super::json::to_json;
use super::json_decode::from_json;

/// `alc.log(level, message)`.
pub(super) fn log(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let level = ctx.text(1)?;
    let message = ctx.text(2)?;
    ctx.charge(50);
    AlcHost::of(ctx.host)?.log(&level, LogSource::AlcLog, &message);
    ctx.nothing()
}

/// `alc.progress(step, total, [message])`.
pub(super) fn progress(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let step = ctx.u64(1)?;
    let total = ctx.u64(2)?;
    let message = ctx.opt_text(3)?;
    ctx.charge(50);
    AlcHost::of(ctx.host)?.report(Progress::new(step, total, message.as_deref()));
    ctx.nothing()
}

/// `alc.stats.record(key, value)`.
pub(super) fn stats_record(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let key = ctx.text(1)?;
    let value = to_json(ctx, ctx.arg(2))?;
    let custom = AlcHost::of(ctx.host)?.record.metrics_mut().custom_mut();
    match custom.record(&key, value) {
        Ok(()) => ctx.nothing(),
        Err(refused) => Err(ctx.raise(refused.to_string())),
    }
}

/// `alc.stats.get(key)`: what was recorded, or nil.
pub(super) fn stats_get(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let key = ctx.text(1)?;
    let custom = AlcHost::of(ctx.host)?.record.metrics().custom();
    match custom.get(&key) {
        Some(recorded) => {
            let before = ctx.heap.account.used();
            let value = from_json(ctx.heap, recorded)?;
            let grown = ctx.heap.account.used().saturating_sub(before);
            ctx.charge(usize::try_from(grown / 8).unwrap_or(usize::MAX));
            ctx.give(value)
        }
        None => ctx.give(Value::Nil),
    }
}

/// `alc.stats.llm_calls()`: how many queries were asked so far.
pub(super) fn stats_llm_calls(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let calls = AlcHost::of(ctx.host)?.record.metrics().llm_calls();
    ctx.give(integer(calls))
}

/// `alc.time()`: seconds since the epoch, with a fraction.
pub(super) fn time(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = Value::Float(ctx.host.now_ms() / 1000.0);
    ctx.give(value)
}

/// `alc.budget_remaining()`: what is left of each limit, or nil without any.
pub(super) fn budget_remaining(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let host = AlcHost::of(ctx.host)?;
    let Some(left) = host.record.metrics().budget_remaining(host.now()) else {
        return ctx.give(Value::Nil);
    };
    let table = ctx.heap.new_table()?;
    let limits = [
        ("llm_calls", left.llm_calls),
        ("elapsed_ms", left.elapsed_ms),
        ("tokens", left.tokens),
    ];
    for (name, left) in limits {
        if let Some(left) = left {
            ctx.heap.raw_set_name(table, name, integer(left))?;
        }
    }
    ctx.give(Value::Table(table))
}

/// A count as a Lua integer, at most the largest one.
fn integer(count: u64) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}
