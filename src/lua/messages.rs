//! What messages say: positions, variable names, tracebacks.

use std::rc::Rc;

use super::error::Error;
use super::heap::Heap;
use super::names;
use super::native::type_name;
use super::operate::Operand;
use super::proto::{Proto, short_source};
use super::thread::{Frame, FrameKind, Thread};
use super::unwind::is_hidden;
use super::value::{NativeId, ThreadId, Value};
use super::vm::Vm;

/// The name by which a function was called, and what kind of name that is.
pub(super) struct CalledBy {
    pub kind: &'static str,
    pub name: Vec<u8>,
}

/// The prototype of a Lua frame.
pub(super) fn frame_proto(heap: &Heap, frame: &Frame) -> Option<Rc<Proto>> {
    match frame.kind {
        FrameKind::Lua(closure) => {
            let proto = heap.closures.get(closure.0).proto;
            heap.protos.get(proto.0).proto.clone()
        }
        FrameKind::Native(_) => None,
    }
}

/// Whether a prototype is a part of a library written in Lua, which shows itself
/// as a native does.
pub(super) fn is_library(proto: &Proto) -> bool {
    &*proto.source == b"=[C]"
}

/// The instruction that a frame executes, or that made its last call.
fn current_pc(frame: &Frame) -> usize {
    (frame.pc as usize).saturating_sub(1)
}

/// The source line that a Lua frame executes.
pub(super) fn current_line(proto: &Proto, frame: &Frame) -> Option<u32> {
    proto.lines.get(current_pc(frame)).copied()
}

/// `chunk:line: ` for a frame; empty for natives.
pub(super) fn position(heap: &Heap, frame: &Frame) -> Vec<u8> {
    let Some(proto) = frame_proto(heap, frame) else {
        return Vec::new();
    };
    if is_library(&proto) {
        return Vec::new();
    }
    let mut text = short_source(&proto.source);
    match current_line(&proto, frame) {
        Some(line) => text.extend_from_slice(format!(":{line}: ").as_bytes()),
        None => text.extend_from_slice(b":?: "),
    }
    text
}

/// How the function of frame `at` was called, judged by its caller's code.
pub(super) fn called_by(heap: &Heap, th: &Thread, at: usize) -> Option<CalledBy> {
    let frame = th.frames.get(at)?;
    if frame.tail {
        return None;
    }
    called_from(heap, th.frames.get(at.checked_sub(1)?)?)
}

/// The name of what a frame's current instruction calls.
pub(super) fn called_from(heap: &Heap, caller: &Frame) -> Option<CalledBy> {
    let proto = frame_proto(heap, caller)?;
    if is_library(&proto) {
        return None;
    }
    let (kind, name) = names::called_name(&proto, current_pc(caller))?;
    Some(CalledBy {
        kind: kind.word(),
        name: name.to_vec(),
    })
}

/// The name under which `package.loaded` knows a function: `string.format`.
pub(super) fn global_function_name(heap: &Heap, function: Value) -> Option<Vec<u8>> {
    let Value::Table(loaded) = heap.raw_get_name(heap.registry, "loaded") else {
        return None;
    };
    for module in heap.table(loaded).nodes() {
        let (Value::Str(module_name), Value::Table(table)) = (module.key, module.value) else {
            continue;
        };
        for node in heap.table(table).nodes() {
            if node.value.is_function()
                && node.value.same(function)
                && let Value::Str(field) = node.key
            {
                let module_name = heap.bytes(module_name);
                let mut name = Vec::new();
                if module_name != b"_G" {
                    name.extend_from_slice(module_name);
                    name.push(b'.');
                }
                name.extend_from_slice(heap.bytes(field));
                return Some(name);
            }
        }
    }
    None
}

/// The frame that called the running native, which has one itself if `pushed`.
fn caller(th: &Thread, pushed: bool) -> Option<&Frame> {
    let own = usize::from(pushed);
    th.frames.iter().nth_back(own)
}

impl Vm {
    /// A message with the position of the innermost frame, if that is Lua.
    pub(super) fn position_current(&self, th: &Thread, text: &[u8]) -> Vec<u8> {
        let mut message = match th.frames.last() {
            Some(frame) => position(&self.heap, frame),
            None => Vec::new(),
        };
        message.extend_from_slice(text);
        message
    }

    /// A native's message with the position of its caller.
    pub(super) fn position_native(&self, th: &Thread, pushed: bool, text: Vec<u8>) -> Error {
        let mut message = match caller(th, pushed) {
            Some(frame) => position(&self.heap, frame),
            None => Vec::new(),
        };
        message.extend_from_slice(&text);
        Error::bare(message)
    }

    /// `bad argument #n to 'name' (…)`.
    pub(super) fn argument_message(
        &self,
        th: &Thread,
        id: NativeId,
        pushed: bool,
        index: usize,
        text: &[u8],
    ) -> Vec<u8> {
        let called = caller(th, pushed).and_then(|frame| called_from(&self.heap, frame));
        let mut index = index;
        let name = match called {
            Some(CalledBy { kind, name }) => {
                if kind == "method" {
                    if index == 1 {
                        return [b"calling '", &*name, b"' on bad self (", text, b")"].concat();
                    }
                    index -= 1;
                }
                name
            }
            None => match global_function_name(&self.heap, Value::Native(id)) {
                Some(name) => name,
                None => match self.natives.get(id) {
                    Some(def) => def.name.as_bytes().to_vec(),
                    None => b"?".to_vec(),
                },
            },
        };
        let start = format!("bad argument #{index} to '");
        [start.as_bytes(), &name, b"' (", text, b")"].concat()
    }

    /// ` (local 'x')` for an operand of the current instruction, or nothing.
    pub(super) fn variable_info(&self, th: &Thread, operand: Operand) -> Vec<u8> {
        let Some(frame) = th.frames.last() else {
            return Vec::new();
        };
        let Some(proto) = frame_proto(&self.heap, frame) else {
            return Vec::new();
        };
        let (kind, name) = match operand {
            Operand::Reg(reg) => match names::variable_name(&proto, current_pc(frame), reg) {
                Some((kind, name)) => (kind.word(), name.to_vec()),
                None => return Vec::new(),
            },
            Operand::Upval(n) => match proto.upvals.get(usize::from(n)) {
                Some(desc) => ("upvalue", desc.name.to_vec()),
                None => return Vec::new(),
            },
            Operand::None => return Vec::new(),
        };
        parenthesised(kind, &name)
    }

    /// `attempt to … a … value (…)`.
    #[cold]
    pub(super) fn type_error(
        &mut self,
        th: &Thread,
        value: Value,
        what: &str,
        operand: Operand,
    ) -> Error {
        let info = self.variable_info(th, operand);
        self.cannot(what, value, &info)
    }

    /// `attempt to <what> a … value` and more.
    fn cannot(&mut self, what: &str, value: Value, info: &[u8]) -> Error {
        let name = type_name(&mut self.heap, value);
        let what = what.as_bytes();
        Error::message([b"attempt to ", what, b" a ", &name, b" value", info].concat())
    }

    /// `attempt to index a … value (…)`. A value without a name of its own is
    /// described by the key, as in `field 'x'`.
    #[cold]
    pub(super) fn index_error(
        &mut self,
        th: &Thread,
        value: Value,
        _key: Value,
        operand: Operand,
    ) -> Error {
        self.type_error(th, value, "index", operand)
    }

    /// `attempt to call a … value (…)`.
    #[cold]
    pub(super) fn call_error(&mut self, th: &Thread, func: usize, value: Value) -> Error {
        let mut info = Vec::new();
        if let Some(frame) = th.frames.last() {
            if let Some(called) = called_from(&self.heap, frame) {
                info = parenthesised(called.kind, &called.name);
            } else if let Ok(reg) = u8::try_from(func.wrapping_sub(frame.base as usize)) {
                info = self.variable_info(th, Operand::Reg(reg));
            }
        }
        self.cannot("call", value, &info)
    }

    /// `attempt to compare …`.
    #[cold]
    pub(super) fn compare_error(&mut self, x: Value, y: Value) -> Error {
        let x = type_name(&mut self.heap, x);
        let y = type_name(&mut self.heap, y);
        Error::message(compare_text(&x, &y))
    }

    /// The name of the variable in a register of the innermost frame.
    pub(super) fn local_name(&self, th: &Thread, register: usize) -> Vec<u8> {
        let found = th.frames.last().and_then(|frame| {
            let proto = frame_proto(&self.heap, frame)?;
            let pc = frame.pc;
            proto
                .locals
                .iter()
                .rfind(|local| {
                    usize::from(local.register) == register
                        && local.start_pc <= pc
                        && pc < local.end_pc
                })
                .map(|local| local.name.to_vec())
        });
        found.unwrap_or_else(|| b"?".to_vec())
    }

    /// The stack of a coroutine as `debug.traceback` shows it, from `level` on
    /// (0 is the innermost frame).
    pub(super) fn traceback(&self, th: &Thread, _id: ThreadId, level: usize) -> Vec<u8> {
        traceback(&self.heap, th, level, None)
    }
}

/// `attempt to compare …`, of values with these types.
pub(super) fn compare_text(x: &[u8], y: &[u8]) -> Vec<u8> {
    match x == y {
        true => [b"attempt to compare two ", x, b" values"].concat(),
        false => [b"attempt to compare ", x, b" with ", y].concat(),
    }
}

fn parenthesised(kind: &str, name: &[u8]) -> Vec<u8> {
    let mut text = b" (".to_vec();
    text.extend_from_slice(kind.as_bytes());
    text.extend_from_slice(b" '");
    // As in C, a name ends before its first zero.
    text.extend(name.iter().take_while(|&&byte| byte != 0));
    text.extend_from_slice(b"')");
    text
}

/// Frames shown at either end of a long traceback.
const FIRST: usize = 10;
const LAST: usize = 11;

/// A traceback from the innermost frame less `skip` outwards. `running` is the
/// native that runs without a frame, shown first.
pub(super) fn traceback(heap: &Heap, th: &Thread, skip: usize, running: Option<Value>) -> Vec<u8> {
    let mut text = b"stack traceback:".to_vec();
    let visible = visible_frames(th);
    let count = visible.len().saturating_sub(skip);
    if let Some(native) = running {
        describe_native(heap, native, called_by_top(heap, th), &mut text);
    }
    for n in 0..count {
        let Some(&at) = visible.get(count - 1 - n) else {
            continue;
        };
        if count > FIRST + LAST && n == FIRST {
            let left = count - FIRST - LAST;
            text.extend_from_slice(format!("\n\t...\t(skipping {left} levels)").as_bytes());
        }
        if count > FIRST + LAST && n >= FIRST && n < count - LAST {
            continue;
        }
        if let Some(frame) = th.frames.get(at) {
            describe_frame(heap, th, at, frame, &mut text);
        }
    }
    text
}

/// The indices of the frames that a program may see, outermost first.
pub(super) fn visible_frames(th: &Thread) -> Vec<usize> {
    let frames = th.frames.iter().enumerate();
    frames
        .filter(|(_, frame)| !is_hidden(frame))
        .map(|(at, _)| at)
        .collect()
}

fn called_by_top(heap: &Heap, th: &Thread) -> Option<CalledBy> {
    called_from(heap, th.frames.last()?)
}

fn describe_native(heap: &Heap, function: Value, called: Option<CalledBy>, text: &mut Vec<u8>) {
    text.extend_from_slice(b"\n\t[C]: in ");
    if !name_function(heap, function, called, text) {
        text.push(b'?');
    }
}

/// Writes the best name of a function; false if it has none.
fn name_function(
    heap: &Heap,
    function: Value,
    called: Option<CalledBy>,
    text: &mut Vec<u8>,
) -> bool {
    let global = global_function_name(heap, function).map(|name| CalledBy {
        kind: "function",
        name,
    });
    let Some(CalledBy { kind, name }) = global.or(called) else {
        return false;
    };
    text.extend_from_slice(&[kind.as_bytes(), b" '", &name, b"'"].concat());
    true
}

fn describe_frame(heap: &Heap, th: &Thread, at: usize, frame: &Frame, text: &mut Vec<u8>) {
    let function = th.slot(frame.func as usize);
    let proto = frame_proto(heap, frame);
    match &proto {
        Some(proto) if !is_library(proto) => {
            text.extend_from_slice(b"\n\t");
            text.extend_from_slice(&short_source(&proto.source));
            match current_line(proto, frame) {
                Some(line) => text.extend_from_slice(format!(":{line}: in ").as_bytes()),
                None => text.extend_from_slice(b": in "),
            }
            if name_function(heap, function, called_by(heap, th, at), text) {
                // That says it all.
            } else if proto.line_defined == 0 {
                text.extend_from_slice(b"main chunk");
            } else {
                text.extend_from_slice(b"function <");
                text.extend_from_slice(&short_source(&proto.source));
                text.extend_from_slice(format!(":{}>", proto.line_defined).as_bytes());
            }
            if frame.tail {
                text.extend_from_slice(b"\n\t(...tail calls...)");
            }
        }
        _ => {
            describe_native(heap, function, called_by(heap, th, at), text);
        }
    }
}
