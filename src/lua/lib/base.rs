//! The basic library.

use std::rc::Rc;

use super::os::check_option;
use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::event::Event;
use crate::lua::library::Builder;
use crate::lua::messages;
use crate::lua::native::{Action, Ctx, Indexed, Next, to_number, write_number};
use crate::lua::native_text::{Text, text_of};
use crate::lua::natives;
use crate::lua::source::ChunkSource;
use crate::lua::table::StoreError;
use crate::lua::text::number::Number;
use crate::lua::unwind::is_hidden;
use crate::lua::value::{StrId, Value};
use crate::lua::vm::load_chunk;

/// Opens the library.
pub fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    let globals = b.heap.globals;
    b.functions(
        globals,
        natives! {
            "assert" => assert,
            "collectgarbage" => collectgarbage,
            "dofile" => dofile,
            "error" => error,
            "getmetatable" => getmetatable,
            "ipairs" => ipairs,
            "load" => load,
            "loadfile" => loadfile,
            "next" => next,
            "pairs" => pairs,
            "pcall" => pcall,
            "print" => print,
            "rawequal" => rawequal,
            "rawget" => rawget,
            "rawlen" => rawlen,
            "rawset" => rawset,
            "select" => select,
            "setmetatable" => setmetatable,
            "tonumber" => tonumber,
            "tostring" => tostring,
            "type" => type_of,
            "warn" => warn,
            "xpcall" => xpcall,
        },
    )?;
    b.native("ipairs/next", ipairs_next);
    b.heap.raw_set_name(globals, "_G", Value::Table(globals))?;
    let version = b.heap.new_string(b"Lua 5.4")?;
    b.heap.raw_set_name(globals, "_VERSION", version)?;
    let loaded = b.loaded;
    b.heap.raw_set_name(loaded, "_G", Value::Table(globals))?;
    // The one string that has to exist when there is no room for any.
    let registry = b.heap.registry;
    let text = b.heap.new_string(b"not enough memory")?;
    b.heap.raw_set_name(registry, "out of memory", text)
}

fn assert(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.check_any(1)?.truthy() {
        return ctx.give_from(ctx.base);
    }
    if !ctx.has(2) {
        return Err(Error::message("assertion failed!"));
    }
    // As with `error`, a string gets the caller's position.
    Err(match ctx.arg(2) {
        Value::Str(id) => Error::message(ctx.heap.bytes(id)),
        other => Error::value(other),
    })
}

fn collectgarbage(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == 1 {
        return ctx.give(Value::Int(0));
    }
    if ctx.stage == 2 {
        return ctx.give(Value::Bool(true));
    }
    let option = check_option(ctx, 1, Some(b"collect"), &COLLECTOR_OPTIONS)?;
    match option {
        0 => ctx.want(Next::Collect { stage: 1 }),
        1 => ctx.want(Next::Collect { stage: 2 }),
        2 => ctx.give(Value::Float(ctx.heap.account.used() as f64 / 1024.0)),
        3 => ctx.give(Value::Bool(true)),
        4 | 5 => ctx.give(Value::Int(0)),
        6 => ctx.give(Value::Int(200)),
        7 => ctx.give(Value::Int(100)),
        _ => ctx.return_bytes(b"incremental"),
    }
}

/// The options of `collectgarbage`. The settings of the collector are those of C
/// Lua, and stay so.
const COLLECTOR_OPTIONS: [&[u8]; 10] = [
    b"collect",
    b"step",
    b"count",
    b"isrunning",
    b"stop",
    b"restart",
    b"setpause",
    b"setstepmul",
    b"generational",
    b"incremental",
];

/// There are no files: every name is one of a file that does not exist.
fn cannot_open(ctx: &mut Ctx<'_>) -> Result<Vec<u8>, Error> {
    let mut text = b"cannot open ".to_vec();
    match ctx.opt_str(1)? {
        Some(name) => text.extend_from_slice(ctx.heap.bytes(name)),
        None => text.extend_from_slice(b"standard input"),
    }
    text.extend_from_slice(b" (there are no files here)");
    Ok(text)
}

fn dofile(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    Err(Error::bare(cannot_open(ctx)?))
}

fn loadfile(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = cannot_open(ctx)?;
    let text = ctx.heap.new_string(&text)?;
    ctx.results(&[Value::Nil, text])
}

fn error(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let level = ctx.opt_int(2, 1)?;
    let value = ctx.arg(1);
    if let (Value::Str(id), true) = (value, level > 0) {
        // Level 1 is the caller, whose frame is the innermost one.
        let mut visible = ctx.thread.frames.iter().rev().filter(|f| !is_hidden(f));
        let frame = usize::try_from(level - 1).ok().and_then(|n| visible.nth(n));
        if let Some(frame) = frame {
            let mut text = messages::position(ctx.heap, frame);
            text.extend_from_slice(ctx.heap.bytes(id));
            return Err(Error::value(ctx.heap.new_string(&text)?));
        }
    }
    Err(Error::value(value))
}

fn getmetatable(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = ctx.check_any(1)?;
    let Some(meta) = ctx.heap.metatable(value) else {
        return ctx.give(Value::Nil);
    };
    let shown = ctx.heap.handler(meta, Event::Metatable);
    ctx.give(if shown.is_nil() {
        Value::Table(meta)
    } else {
        shown
    })
}

fn setmetatable(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let table = ctx.check_table(1)?;
    let meta = match ctx.arg(2) {
        Value::Table(meta) => Some(meta),
        Value::Nil if ctx.has(2) => None,
        _ => return Err(ctx.type_error(2, "nil or table")),
    };
    if !ctx
        .heap
        .metamethod(Value::Table(table), Event::Metatable)
        .is_nil()
    {
        return Err(Error::message("cannot change a protected metatable"));
    }
    ctx.heap.table_mut(table).meta = meta;
    ctx.give(Value::Table(table))
}

fn ipairs(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let value = ctx.check_any(1)?;
    let next = ctx.natives.find("ipairs/next").unwrap_or_default();
    ctx.results(&[Value::Native(next), value, Value::Int(0)])
}

fn ipairs_next(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let next = match ctx.arg(2) {
        Value::Int(i) if ctx.stage == 0 => i.wrapping_add(1),
        Value::Int(i) => i,
        _ => ctx.check_int(2)?.wrapping_add(1),
    };
    let value = if ctx.stage == 1 {
        ctx.result(0)
    } else {
        let object = ctx.arg(1);
        match ctx.index(object, Value::Int(next))? {
            Indexed::Value(value) => value,
            Indexed::Handler(handler, object) => {
                ctx.set_local(1, Value::Int(next));
                return ctx.call(handler, &[object, Value::Int(next)], 1, 1);
            }
        }
    };
    if value.is_nil() {
        return ctx.give(Value::Nil);
    }
    ctx.results(&[Value::Int(next), value])
}

fn next(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let table = ctx.check_table(1)?;
    let key = ctx.arg(2);
    match ctx.heap.table(table).next(key, &ctx.heap.strings) {
        Ok(Some((key, value))) => ctx.results(&[key, value]),
        Ok(None) => ctx.give(Value::Nil),
        Err(_) => Err(Error::message("invalid key to 'next'")),
    }
}

fn pairs(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == 1 {
        return ctx.give_from(ctx.results_at);
    }
    let value = ctx.check_any(1)?;
    let handler = ctx.heap.metamethod(value, Event::Pairs);
    if !handler.is_nil() {
        return ctx.call(handler, &[value], 3, 1);
    }
    let next = ctx.natives.find("next").unwrap_or_default();
    ctx.results(&[Value::Native(next), value, Value::Nil])
}

#[cfg_attr(tuned, optimize(speed))]
fn pcall(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == 0 {
        ctx.check_any(1)?;
        let args = ctx.args() - 1;
        return ctx.want(Next::Protect { args, stage: 1 });
    }
    // The results stand right above the function's own slot.
    let func = ctx.func;
    ctx.thread.set_slot(func, Value::Bool(ctx.stage == 1));
    ctx.give_from(func)
}

fn xpcall(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == 0 {
        let args = ctx.args();
        if !ctx.arg(2).is_function() {
            return Err(ctx.type_error(2, "function"));
        }
        let function = ctx.arg(1);
        ctx.push(function)?;
        for n in 3..=args {
            let value = ctx.local(n - 1);
            ctx.push(value)?;
        }
        let args = args - 2;
        return ctx.want(Next::Protect { args, stage: 1 });
    }
    let from = ctx.results_at - 1;
    ctx.thread.set_slot(from, Value::Bool(ctx.stage == 1));
    ctx.give_from(from)
}

/// Turns its arguments into strings one by one, in place, then writes the line.
/// Behind the arguments stands the number of those that are done.
fn print(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (count, mut done) = if ctx.stage == 0 {
        let count = ctx.args();
        ctx.push(Value::Int(0))?;
        (count, 0)
    } else {
        let count = ctx.results_at.saturating_sub(ctx.base + 1);
        let done = match ctx.local(count) {
            Value::Int(done) => usize::try_from(done).unwrap_or(count).min(count),
            _ => 0,
        };
        let text = handler_text(ctx)?;
        ctx.drop_results();
        ctx.set_local(done, text);
        (count, done + 1)
    };
    while done < count {
        let value = ctx.local(done);
        if !matches!(value, Value::Str(_)) {
            match text_of(ctx.heap, value) {
                Text::Bytes(bytes) => {
                    let text = ctx.heap.new_string(&bytes)?;
                    ctx.set_local(done, text);
                }
                Text::Handler(handler) => {
                    ctx.set_local(count, Value::Int(done as i64));
                    return ctx.call(handler, &[value], 1, 1);
                }
            }
        }
        done += 1;
    }
    let mut line = Vec::new();
    for n in 0..count {
        if n > 0 {
            line.push(b'\t');
        }
        if let Value::Str(id) = ctx.local(n) {
            line.extend_from_slice(ctx.heap.bytes(id));
        }
    }
    ctx.charge(1 + line.len() / 8);
    ctx.host.print(&line);
    ctx.nothing()
}

fn rawequal(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (a, b) = (ctx.check_any(1)?, ctx.check_any(2)?);
    ctx.give(Value::Bool(ctx.heap.raw_equal(a, b)))
}

fn rawget(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let table = ctx.check_table(1)?;
    let key = ctx.check_any(2)?;
    ctx.give(ctx.heap.raw_get(table, key))
}

fn rawlen(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let len = match ctx.arg(1) {
        Value::Table(id) => ctx.heap.table(id).len(),
        Value::Str(id) => ctx.heap.bytes(id).len() as i64,
        _ => return Err(ctx.type_error(1, "table or string")),
    };
    ctx.give(Value::Int(len))
}

fn rawset(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let table = ctx.check_table(1)?;
    let (key, value) = (ctx.check_any(2)?, ctx.check_any(3)?);
    match ctx.heap.raw_set(table, key, value) {
        Ok(()) => ctx.give(Value::Table(table)),
        Err(StoreError::Memory) => Err(StoreError::Memory.into()),
        // As in C Lua the position is that of the caller.
        Err(error) => Err(error.into()),
    }
}

#[cfg_attr(tuned, optimize(speed))]
fn select(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let count = ctx.args() as i64;
    if let Value::Str(id) = ctx.arg(1)
        && ctx.heap.bytes(id).first() == Some(&b'#')
    {
        return ctx.give(Value::Int(count - 1));
    }
    let n = ctx.check_int(1)?;
    let n = if n < 0 {
        count.saturating_add(n)
    } else {
        n.min(count)
    };
    if n < 1 {
        return Err(Error::argument(1, "index out of range"));
    }
    ctx.want(Next::Results(ctx.base + n as usize))
}

fn tonumber(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.arg(2).is_nil() {
        let value = ctx.check_any(1)?;
        return ctx.give(match to_number(ctx.heap, value) {
            Some(Number::Int(i)) => Value::Int(i),
            Some(Number::Float(f)) => Value::Float(f),
            None => Value::Nil,
        });
    }
    let base = ctx.check_int(2)?;
    let Value::Str(id) = ctx.arg(1) else {
        return Err(ctx.type_error(1, "string"));
    };
    let Some(base) = u32::try_from(base).ok().filter(|b| (2..=36).contains(b)) else {
        return Err(Error::argument(2, "base out of range"));
    };
    let value = parse_in_base(ctx.heap.bytes(id), base);
    ctx.give(value.map_or(Value::Nil, Value::Int))
}

/// An integer in some base, wrapping around as C Lua's does.
fn parse_in_base(text: &[u8], base: u32) -> Option<i64> {
    let is_space = |b: &u8| b.is_ascii_whitespace() || *b == 0x0b;
    let start = text.iter().position(|b| !is_space(b))?;
    let end = text.iter().rposition(|b| !is_space(b))? + 1;
    let text = text.get(start..end)?;
    let (negative, digits) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0i64;
    for &byte in digits {
        let digit = char::from(byte).to_digit(36).filter(|&d| d < base)?;
        value = value
            .wrapping_mul(i64::from(base))
            .wrapping_add(i64::from(digit));
    }
    Some(if negative {
        value.wrapping_neg()
    } else {
        value
    })
}

/// What a `__tostring` handler returned, as a string. C Lua takes a number, too.
fn handler_text(ctx: &mut Ctx<'_>) -> Result<Value, Error> {
    let value = ctx.result(0);
    if matches!(value, Value::Str(_)) {
        return Ok(value);
    }
    let mut text = Vec::new();
    if write_number(value, &mut text) {
        return Ok(ctx.heap.new_string(&text)?);
    }
    Err(Error::message("'__tostring' must return a string"))
}

fn tostring(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == 1 {
        let value = handler_text(ctx)?;
        return ctx.give(value);
    }
    let value = ctx.check_any(1)?;
    if matches!(value, Value::Str(_)) {
        return ctx.give(value);
    }
    match text_of(ctx.heap, value) {
        Text::Bytes(bytes) => ctx.return_bytes(&bytes),
        Text::Handler(handler) => ctx.call(handler, &[value], 1, 1),
    }
}

fn type_of(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let name = ctx.check_any(1)?.type_name();
    ctx.return_bytes(name.as_bytes())
}

/// Warnings are off until `warn("@on")`; the switch is kept in the registry.
fn warn(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let count = ctx.args();
    ctx.check_str(1)?;
    let mut text = Vec::new();
    for n in 1..=count {
        let id = ctx.check_str(n)?;
        text.extend_from_slice(ctx.heap.bytes(id));
    }
    let registry = ctx.heap.registry;
    if count == 1 && text.first() == Some(&b'@') {
        match &*text {
            b"@on" => ctx.heap.raw_set_name(registry, "warn", Value::Bool(true))?,
            b"@off" => ctx.heap.raw_set_name(registry, "warn", Value::Nil)?,
            _ => {}
        }
    } else if ctx.heap.raw_get_name(registry, "warn").truthy() {
        let mut line = b"Lua warning: ".to_vec();
        line.extend_from_slice(&text);
        line.push(b'\n');
        ctx.charge(1 + line.len() / 8);
        ctx.host.write(&line, true);
    }
    ctx.nothing()
}

/// Locals when the chunk comes from a function: the four arguments, then a host
/// object that collects the pieces.
fn load(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == 0 {
        let given = ctx.args();
        let mode = ctx.opt_str(3)?;
        let name = ctx.opt_str(2)?;
        match ctx.arg(1) {
            Value::Str(_) | Value::Int(_) | Value::Float(_) => {
                let source = ctx.check_str(1)?;
                let name = match name {
                    Some(id) => ctx.heap.strings.shared(id),
                    None => ctx.heap.strings.shared(source),
                };
                let env = env_argument(ctx, given);
                return finish_load(ctx, source, name, mode, env);
            }
            value if value.is_function() => {}
            _ => return Err(ctx.type_error(1, "function")),
        }
        let has_env = Value::Bool(given >= 4);
        ctx.set_locals(4)?;
        let pieces = ctx.heap.new_data(0, Vec::new(), Vec::new())?;
        ctx.push(Value::Data(pieces))?;
        ctx.push(has_env)?;
        return call_reader(ctx);
    }
    if ctx.stage == 2 {
        // As in C Lua, what goes wrong in the reader is a result too.
        let error = ctx.result(0);
        return ctx.results(&[Value::Nil, error]);
    }
    let piece = ctx.result(0);
    let Value::Data(pieces) = ctx.local(4) else {
        return ctx.nothing();
    };
    match piece {
        Value::Str(id) if !ctx.heap.bytes(id).is_empty() => {
            let bytes = ctx.heap.strings.shared(id);
            let len = ctx.heap.datas.get(pieces.0).bytes.len() + bytes.len();
            ctx.heap.charge_data(pieces, len)?;
            let data = ctx.heap.datas.get_mut(pieces.0);
            data.bytes.extend_from_slice(&bytes);
            ctx.charge(1 + bytes.len() / 8);
            ctx.drop_results();
            call_reader(ctx)
        }
        Value::Nil | Value::Str(_) => {
            let source = &ctx.heap.datas.get(pieces.0).bytes;
            let source = ctx.heap.strings.intern(source, &mut ctx.heap.account)?;
            let name = match ctx.local(1) {
                Value::Str(id) => ctx.heap.strings.shared(id),
                _ => b"=(load)"[..].into(),
            };
            let mode = match ctx.local(2) {
                Value::Str(id) => Some(id),
                _ => None,
            };
            let env = if ctx.local(5).truthy() {
                ctx.local(3)
            } else {
                Value::Table(ctx.globals())
            };
            finish_load(ctx, source, name, mode, env)
        }
        _ => {
            let text = ctx
                .heap
                .new_string(b"reader function must return a string")?;
            ctx.results(&[Value::Nil, text])
        }
    }
}

fn call_reader(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let reader = ctx.local(0);
    ctx.push(reader)?;
    ctx.want(Next::Protect { args: 0, stage: 1 })
}

fn env_argument(ctx: &Ctx<'_>, given: usize) -> Value {
    if given >= 4 {
        ctx.arg(4)
    } else {
        Value::Table(ctx.globals())
    }
}

fn finish_load(
    ctx: &mut Ctx<'_>,
    source: StrId,
    name: Rc<[u8]>,
    mode: Option<StrId>,
    env: Value,
) -> Result<Action, Error> {
    let text = ctx.heap.strings.shared(source);
    let binary = text.first() == Some(&0x1b);
    let mode = mode.map_or(&b"bt"[..], |mode| ctx.heap.bytes(mode));
    let allowed = mode.contains(if binary { &b'b' } else { &b't' });
    let problem = if !allowed {
        let kind: &[u8] = if binary { b"binary" } else { b"text" };
        [
            b"attempt to load a ",
            kind,
            b" chunk (mode is '",
            mode,
            b"')",
        ]
        .concat()
    } else if binary {
        // There is no bytecode format: compiled code is never taken from outside.
        let mut text = crate::lua::proto::short_source(&name);
        text.extend_from_slice(b": bad binary format (truncated chunk)");
        text
    } else {
        let room = ctx.heap.account.limit() - ctx.heap.account.used().min(ctx.heap.account.limit());
        let chunk = Rc::new(ChunkSource::new(text, name, false));
        match chunk.compile(usize::try_from(room).unwrap_or(usize::MAX)) {
            Ok(compiled) => {
                ctx.charge(compiled.cost as usize);
                let proto = Rc::new(compiled.proto);
                let closure = load_chunk(ctx.heap, &proto, Some(source), env)?;
                return ctx.give(Value::Closure(closure));
            }
            Err(error) => {
                ctx.charge(error.cost as usize);
                error.message
            }
        }
    };
    let problem = ctx.heap.new_string(&problem)?;
    ctx.results(&[Value::Nil, problem])
}
