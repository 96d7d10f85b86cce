//! The `io` library: the three standard files, and no file system.
//!
//! What is written goes to the host. Standard input is always at its end. No
//! other file can be opened, as on a machine whose disk is empty and read-only.

use super::os::check_option;
use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx, Next, write_number};
use crate::lua::natives;
use crate::lua::value::{DataId, StrId, Value};

/// The tag of file handles.
pub const FILE_TAG: u32 = u32::from_be_bytes(*b"FILE");
/// The name of their type.
const FILE: &str = "FILE*";
/// Where the registry keeps the default files.
const INPUT: &str = "_IO_input";
const OUTPUT: &str = "_IO_output";
/// The native behind the functions that `lines` returns.
const NEXT_LINE: &str = "io.lines/next";
/// The most formats that `lines` takes.
const MAX_FORMATS: usize = 250;
/// Written pieces up to this many bytes are put together before they go out.
const WRITE_BUFFER: usize = 4096;

/// Why an operation failed, as POSIX numbers and words it.
#[derive(Clone, Copy)]
pub(super) struct Errno {
    number: i64,
    text: &'static str,
}

/// There is no file of this name.
pub(super) const ENOENT: Errno = Errno {
    number: 2,
    text: "No such file or directory",
};
/// Reading from an output file, or writing to an input file.
const EBADF: Errno = Errno {
    number: 9,
    text: "Bad file descriptor",
};
/// The standard files are streams.
const ESPIPE: Errno = Errno {
    number: 29,
    text: "Illegal seek",
};
/// No file can be made.
const EROFS: Errno = Errno {
    number: 30,
    text: "Read-only file system",
};

/// Which standard file a handle stands for: the only byte of the object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standard {
    Input = 0,
    Output = 1,
    Error = 2,
}

/// Adds the library.
pub fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    let io = b.library(
        "io",
        natives! {
            "io.close" => close,
            "io.flush" => flush,
            "io.input" => input,
            "io.lines" => lines,
            "io.open" => open_file,
            "io.output" => output,
            "io.popen" => popen,
            "io.read" => read,
            "io.tmpfile" => tmpfile,
            "io.type" => kind,
            "io.write" => write,
        },
    )?;
    b.native(NEXT_LINE, next_line);
    let methods = b.heap.new_table()?;
    b.functions(
        methods,
        natives! {
            "file.close" => file_close,
            "file.flush" => file_flush,
            "file.lines" => file_lines,
            "file.read" => file_read,
            "file.seek" => file_seek,
            "file.setvbuf" => file_setvbuf,
            "file.write" => file_write,
        },
    )?;
    let meta = b.heap.new_table()?;
    b.functions(
        meta,
        natives! {
            "file.__close" => file_keep,
            "file.__gc" => file_keep,
            "file.__tostring" => file_tostring,
        },
    )?;
    let name = b.heap.new_string(FILE.as_bytes())?;
    b.heap.raw_set_name(meta, "__name", name)?;
    b.heap
        .raw_set_name(meta, "__index", Value::Table(methods))?;
    let registry = b.heap.registry;
    for (file, field, default) in [
        (Standard::Input, "stdin", Some(INPUT)),
        (Standard::Output, "stdout", Some(OUTPUT)),
        (Standard::Error, "stderr", None),
    ] {
        let handle = b.heap.new_data(FILE_TAG, vec![file as u8], Vec::new())?;
        b.heap.datas.get_mut(handle.0).meta = Some(meta);
        b.heap.raw_set_name(io, field, Value::Data(handle))?;
        if let Some(default) = default {
            b.heap
                .raw_set_name(registry, default, Value::Data(handle))?;
        }
    }
    Ok(())
}

/// Nil, a message and its number, as functions on files answer.
pub(super) fn failure(
    ctx: &mut Ctx<'_>,
    name: Option<StrId>,
    errno: Errno,
) -> Result<Action, Error> {
    let mut text = Vec::new();
    if let Some(name) = name {
        // A very long name is cut, so that the message stays small.
        let name = ctx.heap.bytes(name);
        text.extend_from_slice(name.get(..1000).unwrap_or(name));
        text.extend_from_slice(b": ");
    }
    text.extend_from_slice(errno.text.as_bytes());
    let message = ctx.heap.new_string(&text)?;
    ctx.results(&[Value::Nil, message, Value::Int(errno.number)])
}

/// Which file a handle stands for.
fn standard(ctx: &Ctx<'_>, handle: DataId) -> Standard {
    match ctx.heap.datas.get(handle.0).bytes.first() {
        Some(0) => Standard::Input,
        Some(2) => Standard::Error,
        _ => Standard::Output,
    }
}

/// The file that is argument 1.
fn check_file(ctx: &mut Ctx<'_>) -> Result<Standard, Error> {
    let handle = ctx.check_data(1, FILE_TAG, FILE)?;
    Ok(standard(ctx, handle))
}

/// A default file and its handle.
fn default_file(ctx: &Ctx<'_>, key: &str) -> (Standard, Value) {
    let handle = ctx.heap.raw_get_name(ctx.heap.registry, key);
    match handle {
        Value::Data(id) => (standard(ctx, id), handle),
        _ if key == INPUT => (Standard::Input, handle),
        _ => (Standard::Output, handle),
    }
}

/// `io.type(x)`.
fn kind(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    match ctx.check_any(1)? {
        Value::Data(id) if ctx.heap.datas.get(id.0).tag == FILE_TAG => ctx.return_bytes(b"file"),
        _ => ctx.give(Value::Nil),
    }
}

/// `tostring(file)`.
fn file_tostring(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let handle = ctx.check_data(1, FILE_TAG, FILE)?;
    ctx.return_bytes(format!("file (0x{:08x})", handle.0).as_bytes())
}

/// `__gc` and `__close`: the standard files stay open.
fn file_keep(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    check_file(ctx)?;
    ctx.nothing()
}

/// Nil and the reason why a standard file is not closed.
fn refuse_to_close(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let reason = ctx.heap.new_string(b"cannot close standard file")?;
    ctx.results(&[Value::Nil, reason])
}

/// `file:close()`.
fn file_close(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    check_file(ctx)?;
    refuse_to_close(ctx)
}

/// `io.close([file])`.
fn close(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.has(1) {
        check_file(ctx)?;
    }
    refuse_to_close(ctx)
}

/// `file:flush()`: nothing is held back.
fn file_flush(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    check_file(ctx)?;
    ctx.give(Value::Bool(true))
}

/// `io.flush()`.
fn flush(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.give(Value::Bool(true))
}

/// `file:setvbuf(mode [, size])`: accepted, and without effect.
fn file_setvbuf(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    check_file(ctx)?;
    check_option(ctx, 2, None, &[b"no", b"full", b"line"])?;
    ctx.opt_int(3, 0)?;
    ctx.give(Value::Bool(true))
}

/// `file:seek([whence [, offset]])`.
fn file_seek(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    check_file(ctx)?;
    check_option(ctx, 2, Some(b"cur"), &[b"set", b"cur", b"end"])?;
    ctx.opt_int(3, 0)?;
    failure(ctx, None, ESPIPE)
}

/// `io.input([file])`.
fn input(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    choose_default(ctx, INPUT, ENOENT)
}

/// `io.output([file])`.
fn output(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    choose_default(ctx, OUTPUT, EROFS)
}

fn choose_default(ctx: &mut Ctx<'_>, key: &str, errno: Errno) -> Result<Action, Error> {
    match ctx.arg(1) {
        Value::Nil => {}
        Value::Str(_) | Value::Int(_) | Value::Float(_) => return Err(cannot_open(ctx, errno)?),
        file => {
            check_file(ctx)?;
            let registry = ctx.heap.registry;
            ctx.heap.raw_set_name(registry, key, file)?;
        }
    }
    ctx.give(default_file(ctx, key).1)
}

/// The error about the file that argument 1 names.
fn cannot_open(ctx: &mut Ctx<'_>, errno: Errno) -> Result<Error, Error> {
    let name = ctx.check_str(1)?;
    let name = ctx.heap.bytes(name);
    let name = name.get(..1000).unwrap_or(name);
    let why = errno.text.as_bytes();
    let text = [b"cannot open file '", name, b"' (", why, b")"].concat();
    Ok(Error::message(text))
}

/// `io.open(name [, mode])`.
fn open_file(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let name = ctx.check_str(1)?;
    let mode = match ctx.opt_str(2)? {
        Some(mode) => ctx.heap.bytes(mode),
        None => b"r",
    };
    let (&first, rest) = mode.split_first().unwrap_or((&0, &[]));
    let rest = rest.strip_prefix(b"+").unwrap_or(rest);
    if !matches!(first, b'r' | b'w' | b'a') || rest.iter().any(|&byte| byte != b'b') {
        return Err(Error::argument(2, "invalid mode"));
    }
    let errno = if first == b'r' { ENOENT } else { EROFS };
    failure(ctx, Some(name), errno)
}

/// `io.popen(...)`.
fn popen(_ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    Err(Error::message("'popen' not supported"))
}

/// `io.tmpfile()`.
fn tmpfile(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    failure(ctx, None, EROFS)
}

/// `io.read(...)`.
fn read(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (file, _) = default_file(ctx, INPUT);
    read_formats(ctx, file, 1)
}

/// `file:read(...)`.
fn file_read(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let file = check_file(ctx)?;
    read_formats(ctx, file, 2)
}

/// What reading at the end of a file gives: the empty string for each format
/// that takes all there is, until one wants more.
fn read_formats(ctx: &mut Ctx<'_>, file: Standard, first: usize) -> Result<Action, Error> {
    let end = ctx.args();
    let mut whole = 0;
    let mut ended = first > end;
    for index in first..=end {
        if matches!(ctx.arg(index), Value::Int(_) | Value::Float(_)) {
            ctx.check_int(index)?;
            ended = true;
            break;
        }
        let format = ctx.check_str(index)?;
        let format = ctx.heap.bytes(format);
        match format.strip_prefix(b"*").unwrap_or(format).first() {
            Some(b'a') => whole += 1,
            Some(b'n' | b'l' | b'L') => {
                ended = true;
                break;
            }
            _ => return Err(Error::argument(index, "invalid format")),
        }
    }
    if file != Standard::Input {
        return failure(ctx, None, EBADF);
    }
    let empty = ctx.heap.new_string(b"")?;
    ctx.charge(whole / 8);
    let from = ctx.thread.top;
    for _ in 0..whole {
        ctx.push(empty)?;
    }
    if ended {
        ctx.push(Value::Nil)?;
    }
    ctx.give_from(from)
}

/// `io.lines([name, ...])`.
fn lines(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if !ctx.arg(1).is_nil() {
        return Err(cannot_open(ctx, ENOENT)?);
    }
    let (_, handle) = default_file(ctx, INPUT);
    line_iterator(ctx, handle)
}

/// `file:lines(...)`.
fn file_lines(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    check_file(ctx)?;
    let handle = ctx.arg(1);
    line_iterator(ctx, handle)
}

/// A function that reads with the formats from argument 2 on. Its values are the
/// file and the formats.
fn line_iterator(ctx: &mut Ctx<'_>, handle: Value) -> Result<Action, Error> {
    let formats = ctx.args().saturating_sub(1);
    if formats > MAX_FORMATS {
        return Err(Error::argument(MAX_FORMATS + 2, "too many arguments"));
    }
    let mut values = vec![handle];
    for index in 2..formats + 2 {
        values.push(ctx.arg(index));
    }
    let Some(native) = ctx.natives.find(NEXT_LINE) else {
        return Err(Error::message("io.lines is not available here"));
    };
    let iterator = ctx.heap.new_bound(native, &values)?;
    ctx.give(Value::Bound(iterator))
}

/// The function that `lines` returns: reads with its formats, and returns
/// nothing at the end.
fn next_line(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    // The formats become arguments 2 and so on, as of `file:read`.
    let Value::Data(handle) = ctx.upvalue(0) else {
        return Err(Error::message("file is already closed"));
    };
    let file = standard(ctx, handle);
    if file != Standard::Input {
        return Err(Error::message(EBADF.text));
    }
    let count = match ctx.thread.slot(ctx.func) {
        Value::Bound(id) => ctx.heap.bounds.get(id.0).upvals.len(),
        _ => 1,
    };
    ctx.set_locals(count)?;
    for index in 1..count {
        let format = ctx.upvalue(index);
        ctx.set_local(index, format);
    }
    let action = read_formats(ctx, file, 2)?;
    // Nothing is returned where the first result is nil.
    match ctx.next {
        Next::Results(from) if ctx.thread.slot(from).is_nil() => ctx.nothing(),
        _ => Ok(action),
    }
}

/// `io.write(...)`.
fn write(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (file, handle) = default_file(ctx, OUTPUT);
    write_values(ctx, file, 1)?;
    done_writing(ctx, file, handle)
}

/// `file:write(...)`.
fn file_write(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let file = check_file(ctx)?;
    let handle = ctx.arg(1);
    write_values(ctx, file, 2)?;
    done_writing(ctx, file, handle)
}

fn done_writing(ctx: &mut Ctx<'_>, file: Standard, handle: Value) -> Result<Action, Error> {
    match file {
        Standard::Input => failure(ctx, None, EBADF),
        _ => ctx.give(handle),
    }
}

/// Writes the arguments from `first` on. What stands before a bad one is written
/// nevertheless. Nothing is allocated in the heap, so that nothing is written
/// twice.
fn write_values(ctx: &mut Ctx<'_>, file: Standard, first: usize) -> Result<(), Error> {
    let to_stderr = file == Standard::Error;
    let is_open = file != Standard::Input;
    let mut buffer = Vec::new();
    let mut outcome = Ok(());
    for index in first..=ctx.args() {
        let value = ctx.arg(index);
        if let Value::Str(piece) = value {
            let bytes = ctx.heap.bytes(piece);
            let units = bytes.len() as i64 / 16;
            *ctx.fuel = ctx.fuel.wrapping_sub(units);
            if bytes.len() < WRITE_BUFFER {
                buffer.extend_from_slice(bytes);
            } else if is_open {
                ctx.host.write(&buffer, to_stderr);
                buffer.clear();
                ctx.host.write(bytes, to_stderr);
            }
        } else if !write_number(value, &mut buffer) {
            outcome = Err(ctx.type_error(index, "string"));
            break;
        }
        if buffer.len() >= WRITE_BUFFER {
            if is_open {
                ctx.host.write(&buffer, to_stderr);
            }
            buffer.clear();
        }
    }
    if is_open && !buffer.is_empty() {
        ctx.host.write(&buffer, to_stderr);
    }
    outcome
}
