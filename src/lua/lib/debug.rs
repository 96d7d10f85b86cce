//! The part of the debug library that means something here: what reads and
//! changes functions, variables and metatables. Hooks are accepted and never
//! called; there is no registry to see.

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::function::Upval;
use crate::lua::heap::type_index;
use crate::lua::library::Builder;
use crate::lua::messages;
use crate::lua::native::{Action, Ctx};
use crate::lua::natives;
use crate::lua::proto::{Proto, short_source};
use crate::lua::thread::{Frame, FrameKind, Thread};
use crate::lua::value::{TableId, UpvalId, Value};

/// Opens the library.
pub fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    b.library(
        "debug",
        natives! {
            "debug.gethook" => gethook,
            "debug.getinfo" => getinfo,
            "debug.getlocal" => getlocal,
            "debug.getmetatable" => getmetatable,
            "debug.getupvalue" => getupvalue,
            "debug.getuservalue" => getuservalue,
            "debug.sethook" => sethook,
            "debug.setlocal" => setlocal,
            "debug.setmetatable" => setmetatable,
            "debug.setupvalue" => setupvalue,
            "debug.setuservalue" => setuservalue,
            "debug.traceback" => traceback,
            "debug.upvalueid" => upvalueid,
            "debug.upvaluejoin" => upvaluejoin,
        },
    )?;
    Ok(())
}

/// What a level of a stack is.
#[derive(Clone, Copy)]
enum Level {
    /// The library function that asks; it has no frame.
    Running,
    /// The frame at this index.
    Frame(usize),
}

/// The coroutine that an optional first argument names, and how many arguments
/// that took. None: the running one.
fn thread_argument(ctx: &Ctx<'_>) -> (Option<crate::lua::value::ThreadId>, usize) {
    match ctx.arg(1) {
        Value::Thread(id) if id == ctx.thread_id => (None, 1),
        Value::Thread(id) => (Some(id), 1),
        _ => (None, 0),
    }
}

fn thread_of<'a>(ctx: &'a Ctx<'_>, other: Option<crate::lua::value::ThreadId>) -> &'a Thread {
    match other {
        Some(id) => ctx.heap.threads.get(id.0),
        None => ctx.thread,
    }
}

fn find_level(thread: &Thread, own: bool, level: i64) -> Option<Level> {
    let level = usize::try_from(level).ok()?;
    let inner = if own {
        if level == 0 {
            return Some(Level::Running);
        }
        level
    } else {
        level + 1
    };
    let visible = messages::visible_frames(thread);
    let at = visible.len().checked_sub(inner)?;
    visible.get(at).map(|&at| Level::Frame(at))
}

fn traceback(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (other, skip) = thread_argument(ctx);
    let message = ctx.arg(skip + 1);
    if !matches!(
        message,
        Value::Nil | Value::Str(_) | Value::Int(_) | Value::Float(_)
    ) {
        return ctx.give(message);
    }
    let default = i64::from(other.is_none());
    let level = ctx.opt_int(skip + 2, default)?;
    let mut text = Vec::new();
    if !message.is_nil() {
        let id = ctx.check_str(skip + 1)?;
        text.extend_from_slice(ctx.heap.bytes(id));
        text.push(b'\n');
    }
    let running = (other.is_none() && level <= 0).then(|| ctx.thread.slot(ctx.func));
    let frames = match other {
        None => level.max(1) - 1,
        Some(_) => level.max(0),
    };
    let thread = thread_of(ctx, other);
    let frames = usize::try_from(frames).unwrap_or(usize::MAX);
    text.extend_from_slice(&messages::traceback(ctx.heap, thread, frames, running));
    ctx.charge(16 + text.len() / 4);
    ctx.return_bytes(&text)
}

fn getinfo(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (other, skip) = thread_argument(ctx);
    let what = match ctx.opt_str(skip + 2)? {
        Some(id) => ctx.heap.bytes(id).to_vec(),
        None => b"flnSrtu".to_vec(),
    };
    if what.first() == Some(&b'>') {
        return Err(Error::argument(skip + 2, "invalid option '>'"));
    }
    if !what.iter().all(|b| b"SlnrutLf".contains(b)) {
        return Err(Error::argument(skip + 2, "invalid option"));
    }
    let subject = ctx.arg(skip + 1);
    let (function, level) = if subject.is_function() {
        (subject, None)
    } else {
        let level = ctx.check_int(skip + 1)?;
        let thread = thread_of(ctx, other);
        match find_level(thread, other.is_none(), level) {
            Some(Level::Running) => (ctx.thread.slot(ctx.func), Some(Level::Running)),
            Some(Level::Frame(at)) => {
                let func = thread.frames.get(at).map_or(0, |frame| frame.func as usize);
                (thread.slot(func), Some(Level::Frame(at)))
            }
            None => return ctx.give(Value::Nil),
        }
    };
    let proto = proto_of(ctx, function);
    let table = ctx.heap.new_table()?;
    let frame = match level {
        Some(Level::Frame(at)) => thread_of(ctx, other).frames.get(at),
        _ => None,
    };
    let tail = frame.is_some_and(|frame| frame.tail);
    let line = match (&proto, frame) {
        (Some(proto), Some(frame)) if !messages::is_library(proto) => {
            messages::current_line(proto, frame).map_or(-1, i64::from)
        }
        _ => -1,
    };
    for option in what {
        match option {
            b'S' => source_fields(ctx, table, proto.as_deref())?,
            b'l' => set(ctx, table, "currentline", Value::Int(line))?,
            b'u' => upvalue_fields(ctx, table, function, proto.as_deref())?,
            b'n' => {
                let called = match level {
                    Some(Level::Frame(at)) => {
                        messages::called_by(ctx.heap, thread_of(ctx, other), at)
                    }
                    Some(Level::Running) => {
                        let caller = ctx.thread.frames.last();
                        caller.and_then(|frame| messages::called_from(ctx.heap, frame))
                    }
                    None => None,
                };
                let mut kind = "";
                if let Some(called) = called {
                    set_text(ctx, table, "name", &called.name)?;
                    kind = called.kind;
                }
                set_text(ctx, table, "namewhat", kind.as_bytes())?;
            }
            b'r' => {
                set(ctx, table, "ftransfer", Value::Int(0))?;
                set(ctx, table, "ntransfer", Value::Int(0))?;
            }
            b't' => set(ctx, table, "istailcall", Value::Bool(tail))?,
            b'L' => active_lines(ctx, table, proto.as_deref())?,
            _ => set(ctx, table, "func", function)?,
        }
    }
    ctx.charge(32);
    ctx.give(Value::Table(table))
}

fn set(ctx: &mut Ctx<'_>, table: TableId, name: &str, value: Value) -> Result<(), Error> {
    Ok(ctx.heap.raw_set_name(table, name, value)?)
}

fn set_text(ctx: &mut Ctx<'_>, table: TableId, name: &str, text: &[u8]) -> Result<(), Error> {
    let value = ctx.heap.new_string(text)?;
    set(ctx, table, name, value)
}

fn proto_of(ctx: &Ctx<'_>, function: Value) -> Option<std::rc::Rc<Proto>> {
    match function {
        Value::Closure(id) => {
            let proto = ctx.heap.closures.get(id.0).proto;
            ctx.heap.protos.get(proto.0).proto.clone()
        }
        _ => None,
    }
}

fn source_fields(ctx: &mut Ctx<'_>, table: TableId, proto: Option<&Proto>) -> Result<(), Error> {
    let (what, source, first, last): (&[u8], &[u8], _, _) =
        match proto.filter(|proto| !messages::is_library(proto)) {
            Some(proto) => (
                if proto.line_defined == 0 {
                    b"main"
                } else {
                    b"Lua"
                },
                &proto.source,
                i64::from(proto.line_defined),
                i64::from(proto.last_line_defined),
            ),
            None => (b"C", b"=[C]", -1, -1),
        };
    set_text(ctx, table, "what", what)?;
    set_text(ctx, table, "source", source)?;
    set_text(ctx, table, "short_src", &short_source(source))?;
    set(ctx, table, "linedefined", Value::Int(first))?;
    set(ctx, table, "lastlinedefined", Value::Int(last))
}

fn upvalue_fields(
    ctx: &mut Ctx<'_>,
    table: TableId,
    function: Value,
    proto: Option<&Proto>,
) -> Result<(), Error> {
    let (count, params, vararg) = match (function, proto) {
        (_, Some(proto)) => (
            proto.upvals.len() as i64,
            i64::from(proto.num_params),
            proto.is_vararg,
        ),
        (Value::Bound(id), None) => (ctx.heap.bounds.get(id.0).upvals.len() as i64, 0, true),
        _ => (0, 0, true),
    };
    set(ctx, table, "nups", Value::Int(count))?;
    set(ctx, table, "nparams", Value::Int(params))?;
    set(ctx, table, "isvararg", Value::Bool(vararg))
}

fn active_lines(ctx: &mut Ctx<'_>, table: TableId, proto: Option<&Proto>) -> Result<(), Error> {
    let Some(proto) = proto.filter(|proto| !messages::is_library(proto)) else {
        return Ok(());
    };
    let lines = ctx.heap.new_table()?;
    set(ctx, table, "activelines", Value::Table(lines))?;
    // The first instruction of a vararg function belongs to no line.
    let skip = usize::from(proto.is_vararg);
    for &line in proto.lines.iter().skip(skip) {
        ctx.heap
            .raw_set_int(lines, i64::from(line), Value::Bool(true))?;
    }
    ctx.charge(proto.lines.len());
    Ok(())
}

/// The register of variable `n` of a frame, and its name.
fn local_slot(ctx: &Ctx<'_>, thread: &Thread, at: usize, n: i64) -> Option<(usize, Vec<u8>)> {
    let frame: &Frame = thread.frames.get(at)?;
    let base = frame.base as usize;
    let proto = messages::frame_proto(ctx.heap, frame);
    if n < 0 {
        let n = usize::try_from(n.unsigned_abs()).ok()?;
        let have = frame.varargs as usize;
        if proto.is_none() || n > have {
            return None;
        }
        return Some((base - have + n - 1, b"(vararg)".to_vec()));
    }
    let n = usize::try_from(n).ok()?;
    let number = n.checked_sub(1)?;
    if let Some(proto) = &proto {
        let pc = (frame.pc as usize).saturating_sub(1);
        let mut active = proto
            .locals
            .iter()
            .filter(|local| local.start_pc as usize <= pc && pc < local.end_pc as usize);
        if let Some(local) = active.nth(number) {
            return Some((base + usize::from(local.register), local.name.to_vec()));
        }
    }
    // Values without a name, as far as the next frame.
    let end = match thread.frames.get(at + 1) {
        Some(next) => next.func as usize,
        None => match &proto {
            Some(proto) => base + usize::from(proto.max_stack),
            None => thread.top,
        },
    };
    let slot = base + number;
    let name: &[u8] = if proto.is_some() {
        b"(temporary)"
    } else {
        b"(C temporary)"
    };
    (slot < end).then(|| (slot, name.to_vec()))
}

fn getlocal(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (other, skip) = thread_argument(ctx);
    let n = ctx.check_int(skip + 2)?;
    let subject = ctx.arg(skip + 1);
    if subject.is_function() {
        let proto = proto_of(ctx, subject);
        let name = proto.and_then(|proto| {
            let number = usize::try_from(n).ok()?.checked_sub(1)?;
            let mut params = proto.locals.iter().filter(|local| local.start_pc == 0);
            params.nth(number).map(|local| local.name.to_vec())
        });
        return match name {
            Some(name) => ctx.return_bytes(&name),
            None => ctx.give(Value::Nil),
        };
    }
    let level = ctx.check_int(skip + 1)?;
    let thread = thread_of(ctx, other);
    let Some(level) = find_level(thread, other.is_none(), level) else {
        return Err(Error::argument(skip + 1, "level out of range"));
    };
    let found = match level {
        Level::Running => {
            let number = usize::try_from(n).ok().and_then(|n| n.checked_sub(1));
            number
                .filter(|number| ctx.base + number < ctx.thread.top)
                .map(|number| (ctx.base + number, b"(C temporary)".to_vec()))
        }
        Level::Frame(at) => local_slot(ctx, thread, at, n),
    };
    let Some((slot, name)) = found else {
        return ctx.give(Value::Nil);
    };
    let value = thread.slot(slot);
    let name = ctx.heap.new_string(&name)?;
    ctx.results(&[name, value])
}

fn setlocal(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (other, skip) = thread_argument(ctx);
    let level = ctx.check_int(skip + 1)?;
    let n = ctx.check_int(skip + 2)?;
    let value = ctx.check_any(skip + 3)?;
    let thread = thread_of(ctx, other);
    let found = match find_level(thread, other.is_none(), level) {
        // Library functions trust their own values, so only Lua's may be changed.
        Some(Level::Frame(at)) => thread
            .frames
            .get(at)
            .filter(|frame| matches!(frame.kind, FrameKind::Lua(_)))
            .and_then(|_| local_slot(ctx, thread, at, n)),
        Some(Level::Running) => None,
        None => return Err(Error::argument(skip + 1, "level out of range")),
    };
    let Some((slot, name)) = found else {
        return ctx.give(Value::Nil);
    };
    match other {
        Some(id) => ctx.heap.threads.get_mut(id.0).set_slot(slot, value),
        None => ctx.thread.set_slot(slot, value),
    }
    ctx.return_bytes(&name)
}

/// Number `n` of a function's captured variables: name and place.
fn upvalue(ctx: &mut Ctx<'_>, n: usize) -> Result<Option<(Vec<u8>, UpvalPlace)>, Error> {
    let function = ctx.check_function(1)?;
    let Ok(number) = usize::try_from(ctx.check_int(n)? - 1) else {
        return Ok(None);
    };
    Ok(match function {
        Value::Closure(id) => {
            let upval = ctx.heap.closures.get(id.0).upvals.get(number).copied();
            let proto = proto_of(ctx, function);
            let name = proto.and_then(|proto| {
                let desc = proto.upvals.get(number)?;
                Some(desc.name.to_vec())
            });
            match (upval, name) {
                (Some(upval), Some(name)) if name.is_empty() => {
                    Some((b"(no name)".to_vec(), UpvalPlace::Shared(upval)))
                }
                (Some(upval), Some(name)) => Some((name, UpvalPlace::Shared(upval))),
                _ => None,
            }
        }
        Value::Bound(id) if number < ctx.heap.bounds.get(id.0).upvals.len() => {
            Some((Vec::new(), UpvalPlace::Own(id.0, number)))
        }
        _ => None,
    })
}

enum UpvalPlace {
    Shared(UpvalId),
    Own(u32, usize),
}

fn getupvalue(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let Some((name, place)) = upvalue(ctx, 2)? else {
        return ctx.nothing();
    };
    let value = match place {
        UpvalPlace::Own(id, n) => ctx.heap.bounds.get(id).upvals.get(n).copied(),
        UpvalPlace::Shared(id) => Some(match *ctx.heap.upvals.get(id.0) {
            Upval::Closed(value) => value,
            Upval::Open(thread, slot) if thread == ctx.thread_id => ctx.thread.slot(slot as usize),
            Upval::Open(thread, slot) => ctx.heap.threads.get(thread.0).slot(slot as usize),
        }),
    };
    let name = ctx.heap.new_string(&name)?;
    ctx.results(&[name, value.unwrap_or_default()])
}

fn setupvalue(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = ctx.check_any(3)?;
    let Some((name, place)) = upvalue(ctx, 2)? else {
        return ctx.nothing();
    };
    match place {
        // A library function trusts its own values.
        UpvalPlace::Own(..) => return ctx.nothing(),
        UpvalPlace::Shared(id) => match ctx.heap.upvals.get_mut(id.0) {
            Upval::Closed(slot) => *slot = value,
            &mut Upval::Open(thread, slot) if thread == ctx.thread_id => {
                ctx.thread.set_slot(slot as usize, value);
            }
            &mut Upval::Open(thread, slot) => {
                ctx.heap
                    .threads
                    .get_mut(thread.0)
                    .set_slot(slot as usize, value);
            }
        },
    }
    ctx.return_bytes(&name)
}

fn upvalueid(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let id = match upvalue(ctx, 2)? {
        Some((_, UpvalPlace::Shared(id))) => i64::from(id.0),
        Some((_, UpvalPlace::Own(id, n))) => -(i64::from(id) << 8) - n as i64 - 1,
        None => return ctx.give(Value::Nil),
    };
    // A number stands for the address that C Lua gives.
    ctx.give(Value::Int(id))
}

fn upvaluejoin(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (Value::Closure(to), Value::Closure(from)) = (ctx.arg(1), ctx.arg(3)) else {
        let index = if matches!(ctx.arg(1), Value::Closure(_)) {
            3
        } else {
            1
        };
        return Err(Error::argument(index, "Lua function expected"));
    };
    let mut pick = |n: usize, id: u32| -> Result<usize, Error> {
        let count = ctx.heap.closures.get(id).upvals.len();
        match usize::try_from(ctx.check_int(n)? - 1) {
            Ok(at) if at < count => Ok(at),
            _ => Err(Error::argument(n, "invalid upvalue index")),
        }
    };
    let (to_at, from_at) = (pick(2, to.0)?, pick(4, from.0)?);
    let upval = ctx.heap.closures.get(from.0).upvals.get(from_at).copied();
    let slots = &mut ctx.heap.closures.get_mut(to.0).upvals;
    if let (Some(slot), Some(upval)) = (slots.get_mut(to_at), upval) {
        *slot = upval;
    }
    ctx.nothing()
}

fn getmetatable(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = ctx.check_any(1)?;
    let meta = ctx.heap.metatable(value);
    ctx.give(meta.map_or(Value::Nil, Value::Table))
}

fn setmetatable(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let meta = match ctx.arg(2) {
        Value::Table(id) => Some(id),
        Value::Nil if ctx.has(2) => None,
        _ => return Err(ctx.type_error(2, "nil or table")),
    };
    let value = ctx.arg(1);
    match value {
        Value::Table(id) => ctx.heap.table_mut(id).meta = meta,
        Value::Data(id) => ctx.heap.datas.get_mut(id.0).meta = meta,
        _ => {
            if let Some(slot) = type_index(value).and_then(|i| ctx.heap.type_meta.get_mut(i)) {
                *slot = meta;
            }
        }
    }
    ctx.give(value)
}

fn getuservalue(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.charge(1);
    // The host's objects have no values that a program may see.
    ctx.give(Value::Nil)
}

fn setuservalue(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    match ctx.arg(1) {
        Value::Data(_) => ctx.give(Value::Nil),
        _ => Err(ctx.type_error(1, "userdata")),
    }
}

fn gethook(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.charge(1);
    ctx.give(Value::Nil)
}

fn sethook(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.charge(1);
    ctx.nothing()
}
