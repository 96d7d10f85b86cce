//! The coroutine library.

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::library::Builder;
use crate::lua::messages;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::natives;
use crate::lua::thread::Status;
use crate::lua::value::{ThreadId, Value};

/// Opens the library.
pub fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    b.library(
        "coroutine",
        natives! {
            "coroutine.close" => close,
            "coroutine.create" => create,
            "coroutine.isyieldable" => isyieldable,
            "coroutine.resume" => resume,
            "coroutine.running" => running,
            "coroutine.status" => status,
            "coroutine.wrap" => wrap,
            "coroutine.yield" => yield_,
        },
    )?;
    b.native("coroutine.wrap/resume", wrapped);
    Ok(())
}

fn new_coroutine(ctx: &mut Ctx<'_>) -> Result<ThreadId, Error> {
    let function = ctx.check_function(1)?;
    let id = ctx.heap.new_thread()?;
    let thread = ctx.heap.threads.get_mut(id.0);
    thread.realm = ctx.thread.realm;
    thread.ensure(2, &mut ctx.heap.account)?;
    thread.set_slot(0, function);
    thread.top = 1;
    ctx.charge(16);
    Ok(id)
}

fn create(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = Value::Thread(new_coroutine(ctx)?);
    ctx.give(value)
}

fn wrap(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let thread = Value::Thread(new_coroutine(ctx)?);
    let native = ctx
        .natives
        .find("coroutine.wrap/resume")
        .unwrap_or_default();
    let value = Value::Bound(ctx.heap.new_bound(native, &[thread])?);
    ctx.give(value)
}

/// A coroutine's status; the running one is not in its slab slot.
fn status_of(ctx: &Ctx<'_>, id: ThreadId) -> Status {
    if id == ctx.thread_id {
        return Status::Running;
    }
    ctx.heap.threads.get(id.0).status
}

fn refusal(status: Status) -> &'static [u8] {
    match status {
        Status::Dead => b"cannot resume dead coroutine",
        _ => b"cannot resume non-suspended coroutine",
    }
}

#[cfg_attr(tuned, optimize(speed))]
fn resume(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage > 0 {
        let from = ctx.results_at - 1;
        ctx.thread.set_slot(from, Value::Bool(ctx.stage == 1));
        return ctx.give_from(from);
    }
    let thread = check_coroutine(ctx)?;
    let status = status_of(ctx, thread);
    if status != Status::Suspended {
        let text = ctx.heap.new_string(refusal(status))?;
        return ctx.results(&[Value::Bool(false), text]);
    }
    let args = ctx.args() - 1;
    ctx.want(Next::Resume {
        thread,
        args,
        stage: 1,
    })
}

fn check_coroutine(ctx: &mut Ctx<'_>) -> Result<ThreadId, Error> {
    match ctx.arg(1) {
        Value::Thread(id) => Ok(id),
        _ => Err(ctx.type_error(1, "coroutine")),
    }
}

/// The function that `wrap` returns. An error closes the coroutine and goes on
/// to the caller; a message gets the caller's position in front.
#[cfg_attr(tuned, optimize(speed))]
fn wrapped(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let Value::Thread(thread) = ctx.upvalue(0) else {
        return ctx.nothing();
    };
    match ctx.stage {
        0 => {
            let status = status_of(ctx, thread);
            if status != Status::Suspended {
                return Err(Error::message(refusal(status)));
            }
            let args = ctx.args();
            ctx.want(Next::Resume {
                thread,
                args,
                stage: 1,
            })
        }
        1 => ctx.give_from(ctx.results_at),
        2 => {
            let error = ctx.result(0);
            if ctx.heap.threads.get(thread.0).tbc.is_empty() {
                return Err(positioned(ctx, error));
            }
            ctx.set_locals(0)?;
            ctx.push(error)?;
            ctx.want(Next::CloseThread { thread, stage: 3 })
        }
        3 => {
            let error = ctx.local(0);
            Err(positioned(ctx, error))
        }
        _ => {
            let error = ctx.result(0);
            Err(positioned(ctx, error))
        }
    }
}

fn positioned(ctx: &mut Ctx<'_>, error: Value) -> Error {
    if let Value::Str(id) = error {
        // This native has a frame; its caller's is the one below.
        let caller = ctx.thread.frames.len().checked_sub(2);
        if let Some(frame) = caller.and_then(|at| ctx.thread.frames.get(at)) {
            let mut text = messages::position(ctx.heap, frame);
            text.extend_from_slice(ctx.heap.bytes(id));
            return Error::bare(text);
        }
    }
    Error::value(error)
}

#[cfg_attr(tuned, optimize(speed))]
fn yield_(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == 1 {
        return ctx.give_from(ctx.results_at);
    }
    if !is_yieldable(ctx) {
        return Err(Error::message("attempt to yield from outside a coroutine"));
    }
    ctx.want(Next::Yield {
        from: ctx.base,
        stage: 1,
    })
}

/// Whether the running coroutine is no program's first one.
fn is_yieldable(ctx: &Ctx<'_>) -> bool {
    match ctx.thread.resumer {
        Some(resumer) => ctx.heap.threads.get(resumer.0).realm == ctx.thread.realm,
        None => false,
    }
}

fn isyieldable(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let yieldable = match ctx.arg(1) {
        Value::Thread(id) if id != ctx.thread_id => id != ctx.main,
        _ => is_yieldable(ctx),
    };
    ctx.give(Value::Bool(yieldable))
}

fn running(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let thread = Value::Thread(ctx.thread_id);
    let main = Value::Bool(ctx.thread_id == ctx.main);
    ctx.results(&[thread, main])
}

fn status(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let thread = check_coroutine(ctx)?;
    let name: &[u8] = match status_of(ctx, thread) {
        Status::Suspended => b"suspended",
        Status::Running => b"running",
        Status::Normal => b"normal",
        Status::Dead => b"dead",
    };
    ctx.return_bytes(name)
}

fn close(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    match ctx.stage {
        1 => return ctx.give(Value::Bool(true)),
        2 => {
            let error = ctx.result(0);
            return ctx.results(&[Value::Bool(false), error]);
        }
        _ => {}
    }
    let thread = check_coroutine(ctx)?;
    match status_of(ctx, thread) {
        Status::Suspended | Status::Dead if thread != ctx.main => {
            ctx.want(Next::CloseThread { thread, stage: 1 })
        }
        Status::Normal => Err(Error::message("cannot close a normal coroutine")),
        _ => Err(Error::message("cannot close a running coroutine")),
    }
}
