//! The `os` library, as far as it means something without an operating system.
//!
//! The clock is the host's, and the only time zone is UTC. There are no files and
//! no processes, so the functions for them fail as they do where nothing exists.

use std::ops::RangeInclusive;

use super::io::{ENOENT, failure};
use super::shim::{hand_over, shim};
use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx};
use crate::lua::natives;
use crate::lua::value::Value;

/// Adds the library.
pub fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    b.library(
        "os",
        natives! {
            "os.clock" => clock,
            "os.date" => date,
            "os.difftime" => difftime,
            "os.execute" => execute,
            "os.exit" => exit,
            "os.getenv" => getenv,
            "os.remove" => remove,
            "os.rename" => rename,
            "os.setlocale" => setlocale,
            "os.time" => time,
            "os.tmpname" => tmpname,
        },
    )?;
    Ok(())
}

/// `os.clock()`.
fn clock(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let seconds = ctx.host.clock(*ctx.fuel);
    ctx.give(Value::Float(seconds))
}

/// Whole seconds since the epoch, by the host's clock.
fn now(ctx: &mut Ctx<'_>) -> i64 {
    (ctx.host.now_ms() / 1000.0).floor() as i64
}

/// `os.difftime(t2, t1)`.
fn difftime(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (to, from) = (ctx.check_int(1)?, ctx.check_int(2)?);
    // The difference may need a bit more than an integer has.
    let seconds = to.abs_diff(from) as f64;
    let seconds = if to < from { -seconds } else { seconds };
    ctx.give(Value::Float(seconds))
}

/// `os.getenv(name)`: what the host lets the program see.
fn getenv(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let name = ctx.check_str(1)?;
    match ctx.host.getenv(ctx.heap.bytes(name)) {
        Some(value) => ctx.return_bytes(&value),
        None => ctx.give(Value::Nil),
    }
}

/// `os.execute([command])`: there is no shell.
fn execute(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    match ctx.opt_str(1)? {
        None => ctx.give(Value::Bool(false)),
        Some(_) => {
            let reason = ctx.heap.new_string(b"os.execute is not available here")?;
            // The number is that of ENOSYS.
            ctx.results(&[Value::Nil, reason, Value::Int(38)])
        }
    }
}

/// `os.exit(...)`: a program ends by returning.
fn exit(_ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    Err(Error::message("os.exit is not available here"))
}

/// `os.remove(name)`: there is no such file.
fn remove(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let name = ctx.check_str(1)?;
    failure(ctx, Some(name), ENOENT)
}

/// `os.rename(from, to)`: there is no such file.
fn rename(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.check_str(1)?;
    ctx.check_str(2)?;
    failure(ctx, None, ENOENT)
}

/// `os.tmpname()`.
fn tmpname(_ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    Err(Error::message("unable to generate a unique filename"))
}

/// `os.setlocale([locale [, category]])`: the only locale is "C".
fn setlocale(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    const CATEGORIES: [&[u8]; 6] = [
        b"all",
        b"collate",
        b"ctype",
        b"monetary",
        b"numeric",
        b"time",
    ];
    let locale = ctx.opt_str(1)?;
    check_option(ctx, 2, Some(b"all"), &CATEGORIES)?;
    let known = match locale {
        None => true,
        Some(locale) => matches!(ctx.heap.bytes(locale), b"" | b"C" | b"POSIX"),
    };
    if known {
        ctx.return_bytes(b"C")
    } else {
        ctx.give(Value::Nil)
    }
}

/// Which of `options` argument `index` is.
///
/// # Errors
/// `bad argument #index to … (invalid option '…')`.
pub(super) fn check_option(
    ctx: &mut Ctx<'_>,
    index: usize,
    default: Option<&[u8]>,
    options: &[&[u8]],
) -> Result<usize, Error> {
    let given = match (ctx.arg(index), default) {
        (Value::Nil, Some(default)) => default,
        _ => {
            let given = ctx.check_str(index)?;
            ctx.heap.bytes(given)
        }
    };
    match options.iter().position(|option| *option == given) {
        Some(at) => Ok(at),
        None => {
            let text = [b"invalid option '", given, b"'"].concat();
            Err(Error::argument(index, text))
        }
    }
}

/// The moments whose year, counted from 1900, fits in 32 bits, as in C.
const SECONDS: RangeInclusive<i64> = -67_768_040_609_740_800..=67_768_036_191_676_799;

/// `os.date([format [, time]])`. A shim makes the text or the table, or finds out
/// what is wrong with the format.
fn date(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == 1 {
        let made = ctx.result(0);
        return match ctx.result(1) {
            Value::Str(why) => Err(Error::argument(1, ctx.heap.bytes(why))),
            _ => ctx.give(made),
        };
    }
    let format = ctx.opt_str(1)?;
    let seconds = match ctx.arg(2) {
        Value::Nil => now(ctx),
        _ => ctx.check_int(2)?,
    };
    let format = match format {
        Some(format) => Value::Str(format),
        None => ctx.heap.new_string(b"%c")?,
    };
    if !SECONDS.contains(&seconds) {
        let why = "date result cannot be represented in this installation";
        return Err(Error::message(why));
    }
    let shim = shim(ctx, "os.date")?;
    ctx.call(shim, &[format, Value::Int(seconds)], 2, 1)
}

/// `os.time([table])`. A shim brings the fields of the table into their ranges.
fn time(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.arg(1).is_nil() {
        let value = Value::Int(now(ctx));
        return ctx.give(value);
    }
    let table = ctx.check_table(1)?;
    hand_over(ctx, "os.time", &[Value::Table(table)])
}
