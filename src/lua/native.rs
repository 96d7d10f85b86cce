//! Library functions: how they see their arguments and what they may ask for.
//!
//! A native is a plain `fn` in a table, so a frozen program can name it. It
//! never calls Lua: it asks for the call ([`Next`]), returns, and is entered
//! again at the stage it named. Whatever it needs until then it leaves
//! as values in its part of the stack, from `base` on.
//!
//! A native must not change anything before its last allocation: where the
//! heap's cap refuses one, a collection runs and the same stage starts again.

use std::any::Any;

use super::error::Error;
use super::event::Event;
use super::function::Bound;
use super::heap::Heap;
use super::host::Host;
use super::random::Random;
use super::text::number::{Number, format_float, format_int, parse_number};
use super::thread::Thread;
use super::value::{DataId, NativeId, StrId, TableId, ThreadId, Value};

/// The code of a native.
pub type NativeFn = fn(&mut Ctx<'_>) -> Result<Action, Error>;

/// A native by name.
#[derive(Clone, Copy)]
pub struct NativeDef {
    /// A unique name, as `string.format`; it stands for the native in images,
    /// and in messages where the program gives no better one.
    pub name: &'static str,
    /// The code.
    pub run: NativeFn,
}

/// The table of all natives, the same for all machines of a template.
#[derive(Default)]
pub struct Natives {
    pub(super) defs: Vec<NativeDef>,
}

impl Natives {
    /// A native; none if the number is not in use.
    #[inline]
    pub fn get(&self, id: NativeId) -> Option<&NativeDef> {
        self.defs.get(id.0 as usize)
    }

    /// The native of a name.
    pub fn find(&self, name: &str) -> Option<NativeId> {
        let at = self.defs.iter().position(|def| def.name == name)?;
        Some(NativeId(at as u32))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.defs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.defs.is_empty()
    }
}

/// A native's word that it said in its [`Ctx`] what comes next. Only the methods
/// that note that make one, so none forgets it; and a result without contents is
/// a single word, which makes `?` cheap.
#[derive(Debug)]
pub struct Action(());

/// What a native wants next.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    /// To return this one value.
    Return(Value),
    /// To return the stack slots from here up to the top.
    Results(usize),
    /// To call the function `args + 1` slots below the top with the arguments
    /// above it, and be entered again at `stage` with the results, as many as
    /// wanted (-1: all), from [`Ctx::results_at`] up to the top.
    Call {
        args: usize,
        results: i32,
        stage: u32,
    },
    /// As `Call` with all results, but errors stop here: `pcall`. After an error
    /// it is entered at `stage + 1` with the error value as the only result.
    Protect { args: usize, stage: u32 },
    /// To be replaced by the function `args + 1` slots below the top.
    TailCall { args: usize },
    /// To suspend the coroutine: the slots from here up to the top go to the
    /// resumer; entered at `stage` with the values of the next resume.
    Yield { from: usize, stage: u32 },
    /// To run another coroutine with the `args` values below the top; entered at
    /// `stage` with what it yields or returns, or at `stage + 1` with its error.
    Resume {
        thread: ThreadId,
        args: usize,
        stage: u32,
    },
    /// To close a suspended or dead coroutine; entered at `stage` with nil or
    /// the error value.
    CloseThread { thread: ThreadId, stage: u32 },
    /// To stand still together with all coroutines up to and with the first one of
    /// this realm: its resumer, of another realm, is entered at its stage with this
    /// coroutine as the only result. A `Resume` of this coroutine lets all of them
    /// go on, this one at `stage`.
    Detach { stage: u32 },
    /// To stop the whole machine until the host lets it go on; entered at `stage`.
    Pause { stage: u32 },
    /// To be entered again at `stage` once there is fuel; see [`Ctx::scratch`].
    Refuel { stage: u32 },
    /// To have all garbage collected, and be entered again at `stage`.
    Collect { stage: u32 },
}

/// What a native sees of the machine.
pub struct Ctx<'a> {
    /// All objects.
    pub heap: &'a mut Heap,
    /// The running coroutine.
    pub thread: &'a mut Thread,
    /// Its handle.
    pub thread_id: ThreadId,
    /// The world outside.
    pub host: &'a mut dyn Host,
    /// Fuel left in this slice; may fall below zero.
    pub fuel: &'a mut i64,
    /// The state of `math.random`.
    pub random: &'a mut Random,
    /// All natives.
    pub natives: &'a Natives,
    /// Unfinished work of a native that ran out of fuel. Lives from `Refuel` to
    /// the next entry, during which no program can be frozen.
    pub scratch: &'a mut Option<Box<dyn Any>>,
    /// The main coroutine.
    pub main: ThreadId,
    /// The function's own slot.
    pub func: usize,
    /// The first argument's slot.
    pub base: usize,
    /// The stage at which the native goes on; 0 at first.
    pub stage: u32,
    /// Where the results of the call asked for begin.
    pub results_at: usize,
    /// What the native wants next, once it has returned.
    pub next: Next,
}

impl Ctx<'_> {
    /// The registry of the running program.
    pub fn registry(&self) -> TableId {
        self.thread.realm.unwrap_or(self.heap.registry)
    }

    /// The globals of the running program.
    pub fn globals(&self) -> TableId {
        let realm = self.thread.realm;
        match realm.map(|realm| self.heap.raw_get_name(realm, "globals")) {
            Some(Value::Table(globals)) => globals,
            _ => self.heap.globals,
        }
    }

    /// How many arguments there are. Only right at stage 0 and before a push.
    #[inline]
    pub fn args(&self) -> usize {
        self.thread.top - self.base
    }

    /// The full name of the native that runs.
    pub fn function_name(&self) -> &'static str {
        match self.thread.slot(self.func) {
            Value::Native(id) => self.natives.get(id).map_or("", |native| native.name),
            _ => "",
        }
    }

    /// Argument `index` from 1; nil if there are not so many.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn arg(&self, index: usize) -> Value {
        let at = self.base + index - 1;
        if at < self.thread.top {
            self.thread.slot(at)
        } else {
            Value::Nil
        }
    }

    /// Whether argument `index` was given.
    #[inline]
    pub fn has(&self, index: usize) -> bool {
        self.base + index <= self.thread.top
    }

    /// The values of the native closure that runs.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn upvalue(&self, index: usize) -> Value {
        match self.thread.slot(self.func) {
            Value::Bound(id) => {
                let Bound { upvals, .. } = self.heap.bounds.get(id.0);
                upvals.get(index).copied().unwrap_or(Value::Nil)
            }
            _ => Value::Nil,
        }
    }

    /// Changes a value of the native closure that runs.
    pub fn set_upvalue(&mut self, index: usize, value: Value) {
        if let Value::Bound(id) = self.thread.slot(self.func)
            && let Some(slot) = self.heap.bounds.get_mut(id.0).upvals.get_mut(index)
        {
            *slot = value;
        }
    }

    /// The local value number `index` from 0 in the native's part of the stack,
    /// at any stage.
    #[inline]
    pub fn local(&self, index: usize) -> Value {
        // The index may come from an image.
        self.thread.slot(self.base.wrapping_add(index))
    }

    /// Changes a local value.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn set_local(&mut self, index: usize, value: Value) {
        self.thread.set_slot(self.base.wrapping_add(index), value);
    }

    /// Makes the native's part of the stack `count` values, filling up with nil.
    pub fn set_locals(&mut self, count: usize) -> Result<(), Error> {
        let top = self.base + count;
        self.thread.ensure(top + 1, &mut self.heap.account)?;
        for at in self.thread.top..top {
            self.thread.set_slot(at, Value::Nil);
        }
        self.thread.top = top;
        Ok(())
    }

    /// Pushes a value.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn push(&mut self, value: Value) -> Result<(), Error> {
        let at = self.thread.top;
        self.thread.ensure(at + 1, &mut self.heap.account)?;
        self.thread.set_slot(at, value);
        self.thread.top = at + 1;
        Ok(())
    }

    /// Result number `index` from 0 of the call that was asked for.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn result(&self, index: usize) -> Value {
        let at = self.results_at + index;
        if at < self.thread.top {
            self.thread.slot(at)
        } else {
            Value::Nil
        }
    }

    /// Drops the results, so that locals are on top again.
    #[inline]
    pub fn drop_results(&mut self) {
        self.thread.top = self.results_at;
    }

    /// Asks for a call of `function` with `args`.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn call(
        &mut self,
        function: Value,
        args: &[Value],
        results: i32,
        stage: u32,
    ) -> Result<Action, Error> {
        self.push(function)?;
        for &arg in args {
            self.push(arg)?;
        }
        self.want(Next::Call {
            args: args.len(),
            results,
            stage,
        })
    }

    /// Reads `object[key]` with `__index`.
    ///
    /// # Errors
    /// The object cannot be indexed, or its chain of handlers is too long.
    pub fn index(&mut self, object: Value, key: Value) -> Result<Indexed, Error> {
        let mut at = object;
        for round in 0..2000 {
            let handler = match at {
                Value::Table(id) => {
                    let value = self.heap.raw_get(id, key);
                    let Some(meta) = self.heap.table(id).meta else {
                        return Ok(Indexed::Value(value));
                    };
                    if !value.is_nil() {
                        return Ok(Indexed::Value(value));
                    }
                    let handler = self.heap.handler(meta, Event::Index);
                    if handler.is_nil() {
                        return Ok(Indexed::Value(Value::Nil));
                    }
                    handler
                }
                _ => {
                    let handler = self.heap.metamethod(at, Event::Index);
                    if handler.is_nil() {
                        let mut text = b"attempt to index a ".to_vec();
                        text.extend_from_slice(&type_name(self.heap, at));
                        text.extend_from_slice(b" value");
                        // A native's operation has no position and no variable.
                        return Err(Error::bare(text));
                    }
                    handler
                }
            };
            if handler.is_function() {
                return Ok(Indexed::Handler(handler, at));
            }
            at = handler;
            if round > 8 {
                self.charge(1);
            }
        }
        Err(Error::bare("'__index' chain too long; possibly a loop"))
    }

    /// Pays for work.
    #[inline]
    pub fn charge(&mut self, units: usize) {
        // Far from the end of the range: a slice begins with much less than that.
        *self.fuel = self.fuel.wrapping_sub(units as i64);
    }

    /// To go on like this. Never fails; the result is what natives return.
    #[inline]
    pub fn want(&mut self, next: Next) -> Result<Action, Error> {
        self.next = next;
        Ok(Action(()))
    }

    /// To return one value.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn give(&mut self, value: Value) -> Result<Action, Error> {
        self.want(Next::Return(value))
    }

    /// To return the stack slots from here up to the top.
    #[inline(never)]
    pub fn give_from(&mut self, from: usize) -> Result<Action, Error> {
        self.want(Next::Results(from))
    }

    /// To return several values.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub fn results(&mut self, values: &[Value]) -> Result<Action, Error> {
        let from = self.thread.top;
        for &value in values {
            self.push(value)?;
        }
        self.want(Next::Results(from))
    }

    /// To return nothing.
    pub fn nothing(&mut self) -> Result<Action, Error> {
        self.want(Next::Results(self.thread.top))
    }

    /// To return a new string.
    pub fn return_bytes(&mut self, bytes: &[u8]) -> Result<Action, Error> {
        self.charge(bytes.len() / 16);
        let text = self.heap.new_string(bytes)?;
        self.want(Next::Return(text))
    }

    /// `bad argument #index to 'name' (expected expected, got …)`.
    #[cold]
    pub fn type_error(&mut self, index: usize, expected: &str) -> Error {
        let got = self.type_name_of_arg(index);
        let mut text = expected.as_bytes().to_vec();
        text.extend_from_slice(b" expected, got ");
        text.extend_from_slice(&got);
        Error::argument(index, text)
    }

    /// The type of an argument as messages name it, `__name` included.
    pub fn type_name_of_arg(&mut self, index: usize) -> Vec<u8> {
        if !self.has(index) {
            return b"no value".to_vec();
        }
        type_name(self.heap, self.arg(index))
    }

    /// Any argument; an error if it was not given.
    pub fn check_any(&mut self, index: usize) -> Result<Value, Error> {
        if self.has(index) {
            Ok(self.arg(index))
        } else {
            Err(Error::argument(index, "value expected"))
        }
    }

    /// A table.
    pub fn check_table(&mut self, index: usize) -> Result<TableId, Error> {
        match self.arg(index) {
            Value::Table(id) => Ok(id),
            _ => Err(self.type_error(index, "table")),
        }
    }

    /// A coroutine.
    pub fn check_thread(&mut self, index: usize) -> Result<ThreadId, Error> {
        match self.arg(index) {
            Value::Thread(id) => Ok(id),
            _ => Err(self.type_error(index, "thread")),
        }
    }

    /// A function.
    pub fn check_function(&mut self, index: usize) -> Result<Value, Error> {
        let value = self.arg(index);
        if value.is_function() {
            Ok(value)
        } else {
            Err(self.type_error(index, "function"))
        }
    }

    /// A host object with this tag.
    pub fn check_data(&mut self, index: usize, tag: u32, name: &str) -> Result<DataId, Error> {
        match self.arg(index) {
            Value::Data(id) if self.heap.datas.get(id.0).tag == tag => Ok(id),
            _ => Err(self.type_error(index, name)),
        }
    }

    /// An integer, or a float or string that stands for one.
    #[inline]
    pub fn check_int(&mut self, index: usize) -> Result<i64, Error> {
        match self.arg(index) {
            Value::Int(i) => Ok(i),
            _ => self.check_int_slow(index),
        }
    }

    #[inline(never)]
    fn check_int_slow(&mut self, index: usize) -> Result<i64, Error> {
        match to_number(self.heap, self.arg(index)) {
            Some(number) => match number.to_integer() {
                Some(i) => Ok(i),
                None => Err(Error::argument(
                    index,
                    "number has no integer representation",
                )),
            },
            None => Err(self.type_error(index, "number")),
        }
    }

    /// An integer, or `default` if the argument is nil or missing.
    pub fn opt_int(&mut self, index: usize, default: i64) -> Result<i64, Error> {
        match self.arg(index) {
            Value::Nil => Ok(default),
            _ => self.check_int(index),
        }
    }

    /// A number, or a string that stands for one.
    pub fn check_number(&mut self, index: usize) -> Result<Number, Error> {
        match to_number(self.heap, self.arg(index)) {
            Some(number) => Ok(number),
            None => Err(self.type_error(index, "number")),
        }
    }

    /// A number as a float.
    #[inline]
    pub fn check_float(&mut self, index: usize) -> Result<f64, Error> {
        match self.arg(index) {
            Value::Float(f) => Ok(f),
            _ => Ok(self.check_number(index)?.to_float()),
        }
    }

    /// A string; a number is turned into one.
    #[inline]
    pub fn check_str(&mut self, index: usize) -> Result<StrId, Error> {
        match self.arg(index) {
            Value::Str(id) => Ok(id),
            _ => self.check_str_slow(index),
        }
    }

    #[inline(never)]
    fn check_str_slow(&mut self, index: usize) -> Result<StrId, Error> {
        let mut text = Vec::new();
        if !write_number(self.arg(index), &mut text) {
            return Err(self.type_error(index, "string"));
        }
        let id = self.heap.intern(&text)?;
        // As in C Lua the argument itself becomes the string, which also keeps it
        // alive.
        self.thread.set_slot(self.base + index - 1, Value::Str(id));
        Ok(id)
    }

    /// A string, or none if the argument is nil or missing.
    pub fn opt_str(&mut self, index: usize) -> Result<Option<StrId>, Error> {
        match self.arg(index) {
            Value::Nil => Ok(None),
            _ => self.check_str(index).map(Some),
        }
    }
}

/// What reading a field came to.
#[derive(Clone, Copy, Debug)]
pub enum Indexed {
    /// The value.
    Value(Value),
    /// This function has to be called with this object and the key.
    Handler(Value, Value),
}

/// The type of a value as messages name it: `__name` if that is a string.
pub fn type_name(heap: &mut Heap, value: Value) -> Vec<u8> {
    if let Value::Str(name) = heap.metamethod(value, Event::Name)
        && matches!(value, Value::Table(_) | Value::Data(_))
    {
        return heap.bytes(name).to_vec();
    }
    value.type_name().as_bytes().to_vec()
}

/// The number that a number is or a string stands for.
#[inline]
pub fn to_number(heap: &Heap, value: Value) -> Option<Number> {
    match value {
        Value::Int(i) => Some(Number::Int(i)),
        Value::Float(f) => Some(Number::Float(f)),
        Value::Str(id) => parse_number(heap.bytes(id)),
        _ => None,
    }
}

/// A number as a value.
#[inline]
pub fn number_value(number: Number) -> Value {
    match number {
        Number::Int(i) => Value::Int(i),
        Number::Float(f) => Value::Float(f),
    }
}

/// Appends a number's text; false if the value is no number.
pub fn write_number(value: Value, out: &mut Vec<u8>) -> bool {
    match value {
        Value::Int(i) => format_int(i, out),
        Value::Float(f) => format_float(f, out),
        _ => return false,
    }
    true
}
