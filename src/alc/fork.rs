//! What `alc.fork` stands on: children, and handing their queries around.
//!
//! A child is a coroutine with a realm: its own globals, modules and namespace.
//! Its queries do not stop the machine. They are left in `asked`, and the child
//! is detached, wherever it is; `alc.fork` collects them under ids of the child
//! and waits once for all. Within a child, waiting is asking in turn.
//!
//! Queries that are answered together form a group, which has a number.

use crate::domain::{LlmQuery, QueryId, Resolution, SortedMap};
use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::realm::new_realm;
use crate::lua::value::Value;

use super::args::Args;
use super::host::{AlcHost, Reply, Request};
use super::json::{decode_text, encode_value};
use super::json_decode::{MARKER, new_array};
use super::llm::NO_ANSWER;
use super::program::RUN_PROGRAM;

/// The name in the registry of the Lua function that a child runs.
pub(super) const CHILD: &str = "alc.fork_child";
/// The name of the namespace in a realm.
pub(super) const NAMESPACE: &str = "namespace";

/// `spawn(name, ctx, index)`: a coroutine with a realm of its own, and what it is
/// to be started with.
pub(super) fn spawn(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = encode_value(ctx, ctx.arg(2))?;
    let index = ctx.u64(3)?;
    let Some(template) = AlcHost::of(ctx.host)?.template.clone() else {
        return Err(ctx.raise("alc.fork: there is nothing to copy children from"));
    };
    ctx.charge(10_000);
    let realm = new_realm(template.heap(), ctx.heap, &[MARKER])?;
    let namespace = ctx.heap.new_string(format!("fork-{index}").as_bytes())?;
    ctx.heap.raw_set_name(realm, NAMESPACE, namespace)?;
    let copy = decode_text(ctx, &text)?;
    if let Value::Table(globals) = ctx.heap.raw_get_name(realm, "globals") {
        ctx.heap.raw_set_name(globals, "ctx", copy)?;
    }
    let body = ctx.heap.raw_get_name(realm, CHILD);
    let runner = ctx.natives.find(RUN_PROGRAM).map(Value::Native);
    let id = ctx.heap.new_thread()?;
    let thread = ctx.heap.threads.get_mut(id.0);
    thread.ensure(2, &mut ctx.heap.account)?;
    thread.set_slot(0, runner.unwrap_or_default());
    thread.top = 1;
    thread.realm = Some(realm);
    ctx.results(&[Value::Thread(id), body])
}

/// The child has ended or waits.
const STOPPED: u32 = 1;
/// The child has failed.
const FAILED: u32 = 2;

/// `run(thread, [groups], …)`: lets a child go on, with the answers to its groups
/// or, at the start, with the rest of the arguments. Returns 0 and the coroutine
/// to go on with, 1 and the result's JSON text, or 2 and the error's text.
pub(super) fn run(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    match ctx.stage {
        STOPPED => {
            let value = ctx.result(0);
            let kind = i64::from(!matches!(value, Value::Thread(_)));
            ctx.results(&[Value::Int(kind), value])
        }
        FAILED => {
            let message = match ctx.result(0) {
                Value::Str(id) => String::from_utf8_lossy(ctx.heap.bytes(id)).into_owned(),
                other => format!("(error object is a {} value)", other.type_name()),
            };
            let text = AlcHost::of(ctx.host)?.describe_error(&message);
            let text = ctx.heap.new_string(text.as_bytes())?;
            ctx.results(&[Value::Int(2), text])
        }
        _ => {
            let thread = ctx.check_thread(1)?;
            if let Value::Table(groups) = ctx.arg(2) {
                let count = ctx.heap.table(groups).len();
                let mut list = Vec::new();
                let host = AlcHost::of(ctx.host)?;
                for index in 1..=count {
                    if let Value::Int(group) = ctx.heap.table(groups).get_int(index)
                        && let Ok(group) = u64::try_from(group)
                        && let Some(resolution) = host.resolutions.remove(&group)
                    {
                        list.push((group, resolution));
                    }
                }
                host.reply = Some(Reply::Fork(list));
            }
            let args = ctx.args().saturating_sub(2);
            ctx.want(Next::Resume {
                thread,
                args,
                stage: STOPPED,
            })
        }
    }
}

/// `collect(child, count)`: takes over what the child has just asked; the numbers
/// of the groups, and how many queries the child has asked by now.
pub(super) fn collect(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let child = usize::try_from(ctx.u64(1)?).unwrap_or(usize::MAX);
    let mut count = ctx.u64(2)?;
    let host = AlcHost::of(ctx.host)?;
    let numbers: Vec<Value> = host.asked.iter().map(|(group, _)| number(*group)).collect();
    let groups = list(ctx, &numbers)?;
    let host = AlcHost::of(ctx.host)?;
    for (_, queries) in &mut host.asked {
        for query in queries {
            query.id = QueryId::fork(child, count);
            count = count.saturating_add(1);
        }
    }
    host.collected.append(&mut host.asked);
    ctx.results(&[groups, number(count)])
}

/// The answers to at least one group are there.
const ANSWERED: u32 = 1;

/// `wait(groups)`: asks these groups, which were collected; the numbers of the groups
/// that have their answers.
pub(super) fn wait(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == ANSWERED {
        let host = AlcHost::of(ctx.host)?;
        let answered: &[GroupResolution] = match &host.reply {
            Some(Reply::Fork(list)) => list,
            _ => &[],
        };
        let numbers: Vec<Value> = answered.iter().map(|(group, _)| number(*group)).collect();
        let ready = list(ctx, &numbers)?;
        let host = AlcHost::of(ctx.host)?;
        host.request = None;
        match host.reply.take() {
            Some(Reply::Fork(list)) if !list.is_empty() => host.resolutions.extend(list),
            _ => return Err(ctx.raise(NO_ANSWER)),
        }
        return ctx.give(ready);
    }
    let is_child = ctx.thread.realm.is_some();
    let groups = ctx.check_table(1)?;
    let (heap, host) = (&*ctx.heap, AlcHost::of(ctx.host)?);
    let list = heap.table(groups);
    let mut fresh = SortedMap::new();
    for index in 1..=list.len() {
        if let Value::Int(group) = list.get_int(index) {
            fresh.insert(group.cast_unsigned(), ());
        }
    }
    host.reply = None;
    let mut collected = Vec::new();
    // The others are those of forks around this one.
    for group in std::mem::take(&mut host.collected) {
        if fresh.contains_key(&group.0) {
            collected.push(group);
        } else {
            host.collected.push(group);
        }
    }
    if is_child {
        host.asked = collected;
        return ctx.want(Next::Detach { stage: ANSWERED });
    }
    host.request = Some(Request::Fork(collected));
    ctx.want(Next::Pause { stage: ANSWERED })
}

/// A number that the host knows, for Lua.
fn number(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A Lua list.
fn list(ctx: &mut Ctx<'_>, values: &[Value]) -> Result<Value, Error> {
    ctx.charge(values.len());
    Ok(Value::Table(new_array(ctx.heap, values)?))
}

/// Queries that are answered together, with their number.
pub type QueryGroup = (u64, Vec<LlmQuery>);
/// What has become of a group.
pub type GroupResolution = (u64, Resolution);
