//! The `os` library, as far as it means something without an operating system.
//!
//! The clock is the host's, and the only time zone is UTC. There are no files and
//! no processes, so the functions for them fail as they do where nothing exists.

use super::calendar::Date;
use super::io::{ENOENT, failure};
use super::shim::hand_over;
use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::event::Event;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx, Next, to_number};
use crate::lua::natives;
use crate::lua::value::{TableId, Value};

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

/// The one-letter specifiers of `os.date`.
const SPECIFIERS: &[u8] = b"aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%";
/// What may follow `%E`.
const E_SPECIFIERS: &[u8] = b"cCxXyY";
/// What may follow `%O`.
const O_SPECIFIERS: &[u8] = b"deHImMSuUVwWy";
/// No conversion makes more than this many bytes of one byte of the format.
const DATE_GROWTH: u64 = 16;

/// `os.date([format [, time]])`.
fn date(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let format = ctx.opt_str(1)?;
    let seconds = match ctx.arg(2) {
        Value::Nil => now(ctx),
        _ => ctx.check_int(2)?,
    };
    let format = match format {
        Some(format) => ctx.heap.strings.shared(format),
        None => b"%c"[..].into(),
    };
    let (format, zone) = match format.strip_prefix(b"!") {
        Some(rest) => (rest, "GMT"),
        None => (&format[..], "UTC"),
    };
    let Some(date) = Date::from_seconds(seconds) else {
        return Err(Error::message(
            "date result cannot be represented in this installation",
        ));
    };
    if format == b"*t" {
        let table = ctx.heap.new_table()?;
        let account = &mut ctx.heap.account;
        ctx.heap.tables.get_mut(table.0).reserve(0, 9, account)?;
        set_fields(ctx, table, &date)?;
        return ctx.give(Value::Table(table));
    }
    let price = DATE_GROWTH * (format.len() as u64 + 1);
    ctx.heap.account.charge(price)?;
    let mut out = Vec::new();
    let formatted = format_date(format, &date, zone, &mut out);
    ctx.heap.account.release(price);
    ctx.charge(out.len());
    formatted?;
    ctx.return_bytes(&out)
}

/// Replaces all specifiers in a format.
fn format_date(format: &[u8], date: &Date, zone: &str, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut rest = format;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let (specifier, len) = match *after {
            [b'E', s, ..] if E_SPECIFIERS.contains(&s) => (s, 2),
            [b'O', s, ..] if O_SPECIFIERS.contains(&s) => (s, 2),
            [s, ..] if SPECIFIERS.contains(&s) => (s, 1),
            _ => {
                // The rest of the format, as a C string.
                let end = after.iter().position(|&byte| byte == 0);
                let shown = after.get(..end.unwrap_or(after.len())).unwrap_or(after);
                let mut text = b"invalid conversion specifier '%".to_vec();
                text.extend_from_slice(shown);
                text.push(b'\'');
                return Err(Error::argument(1, text));
            }
        };
        date.format(specifier, zone, out);
        rest = after.get(len..).unwrap_or(&[]);
    }
    Ok(())
}

/// Writes all fields of a date into a table.
fn set_fields(ctx: &mut Ctx<'_>, table: TableId, date: &Date) -> Result<(), OutOfMemory> {
    for (name, value) in [
        ("year", date.year),
        ("month", date.month),
        ("day", date.day),
        ("hour", date.hour),
        ("min", date.min),
        ("sec", date.sec),
        ("yday", date.yday),
        ("wday", date.wday),
    ] {
        ctx.heap.raw_set_name(table, name, Value::Int(value))?;
    }
    ctx.heap.raw_set_name(table, "isdst", Value::Bool(false))
}

/// `os.time([table])`. The fields of the table are brought into their ranges, in
/// a second stage, which may start again without harm.
fn time(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.arg(1).is_nil() {
        let value = Value::Int(now(ctx));
        return ctx.give(value);
    }
    let table = ctx.check_table(1)?;
    if ctx.stage == 0 {
        if let Some(meta) = ctx.heap.table(table).meta {
            let hooked = |ctx: &mut Ctx<'_>, event| !ctx.heap.handler(meta, event).is_nil();
            if hooked(ctx, Event::Index) || hooked(ctx, Event::NewIndex) {
                return hand_over(ctx, "os.time", &[Value::Table(table)]);
            }
        }
        let seconds = read_fields(ctx, table)?.to_seconds();
        ctx.set_locals(2)?;
        ctx.set_local(1, Value::Int(seconds));
        return ctx.want(Next::Refuel { stage: 1 });
    }
    let Value::Int(seconds) = ctx.local(1) else {
        return Err(Error::bare("os.time has lost its result"));
    };
    let unfit = || Error::message("time result cannot be represented in this installation");
    let date = Date::from_seconds(seconds).ok_or_else(unfit)?;
    set_fields(ctx, table, &date)?;
    // C's mark of a failure, even where it is the time asked for.
    if seconds == -1 {
        return Err(unfit());
    }
    ctx.give(Value::Int(seconds))
}

/// The fields of a date table, in the order in which their errors come.
fn read_fields(ctx: &mut Ctx<'_>, table: TableId) -> Result<Date, Error> {
    Ok(Date {
        year: field(ctx, table, "year", None, 1900)?,
        month: field(ctx, table, "month", None, 1)?,
        day: field(ctx, table, "day", None, 0)?,
        hour: field(ctx, table, "hour", Some(12), 0)?,
        min: field(ctx, table, "min", Some(0), 0)?,
        sec: field(ctx, table, "sec", Some(0), 0)?,
        wday: 0,
        yday: 0,
    })
}

/// A field that, less `delta`, fits in 32 bits.
fn field(
    ctx: &mut Ctx<'_>,
    table: TableId,
    name: &str,
    default: Option<i64>,
    delta: i64,
) -> Result<i64, Error> {
    let value = ctx.heap.raw_get_name(table, name);
    let number = to_number(ctx.heap, value).and_then(|number| number.to_integer());
    match (number, default) {
        (Some(i), _) => {
            let fits = if i >= 0 {
                i - delta <= i64::from(i32::MAX)
            } else {
                i64::from(i32::MIN) + delta <= i
            };
            if fits {
                Ok(i)
            } else {
                Err(Error::message(format!("field '{name}' is out-of-bound")))
            }
        }
        (None, _) if !value.is_nil() => {
            Err(Error::message(format!("field '{name}' is not an integer")))
        }
        (None, Some(default)) => Ok(default),
        (None, None) => Err(Error::message(format!(
            "field '{name}' missing in date table"
        ))),
    }
}
