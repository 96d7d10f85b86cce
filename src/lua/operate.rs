//! Operations beyond the common case: handlers, conversions, errors.
//!
//! An operation either has its value at once or calls a handler, whose result
//! finishes the instruction later (`finish_instruction`).

use super::call::Step;
use super::error::Error;
use super::event::Event;
use super::function::Upval;
use super::host::Host;
use super::native::{to_number, write_number};
use super::opcode::num;
use super::text::arith::{self, ForLoop, for_prep};
use super::text::mathfn;
use super::text::number::Number;
use super::thread::{Frame, FrameKind, Returns, Thread};
use super::value::{ClosureId, TableId, UpvalId, Value};
use super::vm::Vm;

/// An arithmetic or bitwise operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arith {
    Add,
    Sub,
    Mul,
    Mod,
    Pow,
    Div,
    IDiv,
    BAnd,
    BOr,
    BXor,
    Shl,
    Shr,
    Unm,
    BNot,
}

impl Arith {
    /// The handler's event.
    pub fn event(self) -> Event {
        match self {
            Arith::Add => Event::Add,
            Arith::Sub => Event::Sub,
            Arith::Mul => Event::Mul,
            Arith::Mod => Event::Mod,
            Arith::Pow => Event::Pow,
            Arith::Div => Event::Div,
            Arith::IDiv => Event::IDiv,
            Arith::BAnd => Event::BAnd,
            Arith::BOr => Event::BOr,
            Arith::BXor => Event::BXor,
            Arith::Shl => Event::Shl,
            Arith::Shr => Event::Shr,
            Arith::Unm => Event::Unm,
            Arith::BNot => Event::BNot,
        }
    }

    fn is_bitwise(self) -> bool {
        matches!(
            self,
            Arith::BAnd | Arith::BOr | Arith::BXor | Arith::Shl | Arith::Shr | Arith::BNot
        )
    }
}

/// Where an operand comes from, for the variable's name in messages.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    Reg(u8),
    Upval(u8),
    None,
}

/// What an operation came to.
pub(super) enum Fetched {
    Value(Value),
    /// The operation has no value, and is over.
    Done,
    /// A handler was called; this is how the call went.
    Called(Step),
}

/// A frame's note that the comparison under way asked the opposite question.
const NEGATED: u32 = 1;

/// `__index` and `__newindex` tables that may stand behind one another.
const MAX_CHAIN: usize = 2000;

/// Arithmetic on two numbers, or why there is no result.
pub(super) fn arith_numbers(op: Arith, a: Number, b: Number) -> Result<Value, Error> {
    use Number::Int;
    if op.is_bitwise() {
        let (Some(a), Some(b)) = (a.to_integer(), b.to_integer()) else {
            return Err(Error::message("number has no integer representation"));
        };
        return Ok(Value::Int(match op {
            Arith::BAnd => a & b,
            Arith::BOr => a | b,
            Arith::BXor => a ^ b,
            Arith::Shl => arith::shift_left(a, b),
            Arith::Shr => arith::shift_right(a, b),
            _ => !a,
        }));
    }
    let (x, y) = (a.to_float(), b.to_float());
    Ok(match (op, a, b) {
        (Arith::Add, Int(a), Int(b)) => Value::Int(a.wrapping_add(b)),
        (Arith::Sub, Int(a), Int(b)) => Value::Int(a.wrapping_sub(b)),
        (Arith::Mul, Int(a), Int(b)) => Value::Int(a.wrapping_mul(b)),
        (Arith::Unm, Int(a), _) => Value::Int(a.wrapping_neg()),
        (Arith::IDiv, Int(a), Int(b)) => match arith::int_floor_div(a, b) {
            Some(q) => Value::Int(q),
            None => return Err(Error::message("attempt to divide by zero")),
        },
        (Arith::Mod, Int(a), Int(b)) => match arith::int_modulo(a, b) {
            Some(r) => Value::Int(r),
            None => return Err(Error::message("attempt to perform 'n%0'")),
        },
        (Arith::Add, ..) => Value::Float(arith::settle(x + y, x, y)),
        (Arith::Sub, ..) => Value::Float(arith::settle(x - y, x, y)),
        (Arith::Mul, ..) => Value::Float(arith::settle(x * y, x, y)),
        (Arith::Div, ..) => Value::Float(arith::settle(x / y, x, y)),
        (Arith::IDiv, ..) => Value::Float(arith::float_floor_div(x, y)),
        (Arith::Mod, ..) => Value::Float(arith::float_modulo(x, y)),
        (Arith::Pow, ..) => Value::Float(mathfn::pow(x, y)),
        _ => Value::Float(-x),
    })
}

impl Vm {
    /// A value's handler chain for reading: the value, or a call of a function.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn index(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        object: Value,
        key: Value,
        operand: Operand,
    ) -> Result<Fetched, Error> {
        let mut at = object;
        for round in 0..MAX_CHAIN {
            let handler = match at {
                Value::Table(id) => {
                    let value = self.heap.raw_get(id, key);
                    if !value.is_nil() {
                        return Ok(Fetched::Value(value));
                    }
                    let Some(meta) = self.heap.table(id).meta else {
                        return Ok(Fetched::Value(Value::Nil));
                    };
                    let handler = self.heap.handler(meta, Event::Index);
                    if handler.is_nil() {
                        return Ok(Fetched::Value(Value::Nil));
                    }
                    handler
                }
                _ => {
                    let handler = self.heap.metamethod(at, Event::Index);
                    if handler.is_nil() {
                        let operand = if round == 0 { operand } else { Operand::None };
                        return Err(self.index_error(th, at, key, operand));
                    }
                    handler
                }
            };
            if handler.is_function() {
                let step = self.call_handler(th, host, handler, &[at, key])?;
                return Ok(Fetched::Called(step));
            }
            at = handler;
            if round > 8 {
                self.fuel -= 1;
            }
        }
        Err(Error::message("'__index' chain too long; possibly a loop"))
    }

    /// A store, with `__newindex`.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn set_index(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        object: Value,
        key: Value,
        value: Value,
        operand: Operand,
    ) -> Result<Step, Error> {
        let mut at = object;
        for round in 0..MAX_CHAIN {
            let handler = match at {
                Value::Table(id) => {
                    let handler = match self.heap.table(id).meta {
                        Some(meta) => self.heap.handler(meta, Event::NewIndex),
                        None => Value::Nil,
                    };
                    if handler.is_nil() || !self.heap.raw_get(id, key).is_nil() {
                        self.heap.raw_set(id, key, value)?;
                        return Ok(Step::Done);
                    }
                    handler
                }
                _ => {
                    let handler = self.heap.metamethod(at, Event::NewIndex);
                    if handler.is_nil() {
                        let operand = if round == 0 { operand } else { Operand::None };
                        return Err(self.index_error(th, at, key, operand));
                    }
                    handler
                }
            };
            if handler.is_function() {
                return self.call_handler(th, host, handler, &[at, key, value]);
            }
            at = handler;
            if round > 8 {
                self.fuel -= 1;
            }
        }
        Err(Error::message(
            "'__newindex' chain too long; possibly a loop",
        ))
    }

    /// Arithmetic beyond the common case.
    #[inline(never)]
    #[allow(clippy::too_many_arguments)]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn arith(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        op: Arith,
        x: Value,
        y: Value,
        x_operand: Operand,
        y_operand: Operand,
    ) -> Result<Fetched, Error> {
        // Strings are converted by the string library's handlers, which exist for
        // arithmetic but not for bitwise operations.
        if let (Some(a), Some(b)) = (plain_number(x), plain_number(y))
            && (!op.is_bitwise() || (a.to_integer().is_some() && b.to_integer().is_some()))
        {
            return Ok(Fetched::Value(arith_numbers(op, a, b)?));
        }
        let mut handler = self.heap.metamethod(x, op.event());
        if handler.is_nil() {
            handler = self.heap.metamethod(y, op.event());
        }
        if !handler.is_nil() {
            let step = self.call_handler(th, host, handler, &[x, y])?;
            return Ok(Fetched::Called(step));
        }
        let numeric = |v: Value| matches!(v, Value::Int(_) | Value::Float(_));
        if op.is_bitwise() {
            if numeric(x) && numeric(y) {
                let x_is_integer = to_number(&self.heap, x)
                    .and_then(Number::to_integer)
                    .is_some();
                let operand = if x_is_integer { y_operand } else { x_operand };
                let variable = self.variable_info(th, operand);
                let mut text = b"number".to_vec();
                text.extend_from_slice(&variable);
                text.extend_from_slice(b" has no integer representation");
                return Err(Error::message(text));
            }
            let (culprit, operand) = if numeric(x) {
                (y, y_operand)
            } else {
                (x, x_operand)
            };
            return Err(self.type_error(th, culprit, "perform bitwise operation on", operand));
        }
        let (culprit, operand) = if numeric(x) {
            (y, y_operand)
        } else {
            (x, x_operand)
        };
        Err(self.type_error(th, culprit, "perform arithmetic on", operand))
    }

    /// `x < y` (less) or `x <= y`.
    #[inline(never)]
    pub(super) fn compare(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        less: bool,
        x: Value,
        y: Value,
    ) -> Result<Fetched, Error> {
        if let Some(answer) = self.compare_raw(less, x, y) {
            return Ok(Fetched::Value(Value::Bool(answer)));
        }
        let event = if less { Event::Lt } else { Event::Le };
        let mut handler = self.heap.metamethod(x, event);
        if handler.is_nil() {
            handler = self.heap.metamethod(y, event);
        }
        if handler.is_nil() && !less {
            return self.compare_swapped(th, host, x, y);
        }
        if handler.is_nil() {
            return Err(self.compare_error(x, y));
        }
        let step = self.call_handler(th, host, handler, &[x, y])?;
        Ok(Fetched::Called(step))
    }

    /// `x <= y` as `not (y < x)`, where only `__lt` is there: C Lua 5.4 as it is
    /// built by default still does that. The frame notes the negation.
    fn compare_swapped(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        x: Value,
        y: Value,
    ) -> Result<Fetched, Error> {
        let mut handler = self.heap.metamethod(y, Event::Lt);
        if handler.is_nil() {
            handler = self.heap.metamethod(x, Event::Lt);
        }
        if handler.is_nil() {
            return Err(self.compare_error(x, y));
        }
        set_aux(th, NEGATED);
        let step = self.call_handler(th, host, handler, &[y, x])?;
        Ok(Fetched::Called(step))
    }

    /// The order of two numbers or two strings; none for other values.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn compare_raw(&mut self, less: bool, x: Value, y: Value) -> Option<bool> {
        if let (Value::Str(a), Value::Str(b)) = (x, y) {
            let (a, b) = (self.heap.bytes(a), self.heap.bytes(b));
            self.fuel -= (a.len().min(b.len()) / 32) as i64;
            let order = a.cmp(b);
            return Some(if less { order.is_lt() } else { order.is_le() });
        }
        let a = plain_number(x)?;
        let b = plain_number(y)?;
        Some(if less {
            arith::lt(a, b)
        } else {
            arith::le(a, b)
        })
    }

    /// `x == y` for two different tables or host objects.
    #[inline(never)]
    pub(super) fn equal_by_handler(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        x: Value,
        y: Value,
    ) -> Result<Fetched, Error> {
        let mut handler = self.heap.metamethod(x, Event::Eq);
        if handler.is_nil() {
            handler = self.heap.metamethod(y, Event::Eq);
        }
        if handler.is_nil() {
            return Ok(Fetched::Value(Value::Bool(false)));
        }
        let step = self.call_handler(th, host, handler, &[x, y])?;
        Ok(Fetched::Called(step))
    }

    /// `#object`.
    #[inline(never)]
    pub(super) fn length(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        object: Value,
        operand: Operand,
    ) -> Result<Fetched, Error> {
        if let Value::Str(id) = object {
            return Ok(Fetched::Value(Value::Int(self.heap.bytes(id).len() as i64)));
        }
        let handler = self.heap.metamethod(object, Event::Len);
        if !handler.is_nil() {
            let step = self.call_handler(th, host, handler, &[object, object])?;
            return Ok(Fetched::Called(step));
        }
        match object {
            Value::Table(id) => Ok(Fetched::Value(Value::Int(self.heap.table(id).len()))),
            _ => Err(self.type_error(th, object, "get length of", operand)),
        }
    }

    /// Joins `count` values from slot `first` on, from the right. The frame notes
    /// how many are left, so that it can go on after a handler or a collection.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn concat(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        first: usize,
        count: usize,
    ) -> Result<Step, Error> {
        let mut count = count;
        while count > 1 {
            let joinable = self.joinable(th, first, count);
            if joinable >= 2 {
                let from = first + count - joinable;
                let value = self.join(th, from, joinable)?;
                th.set_slot(from, value);
                count -= joinable - 1;
                set_aux(th, if count > 1 { count as u32 } else { 0 });
                continue;
            }
            let (x, y) = (th.slot(first + count - 2), th.slot(first + count - 1));
            let mut handler = self.heap.metamethod(x, Event::Concat);
            if handler.is_nil() {
                handler = self.heap.metamethod(y, Event::Concat);
            }
            if handler.is_nil() {
                let bad = usize::from(is_joinable(x));
                let base = th.frames.last().map_or(0, |frame| frame.base as usize);
                let slot = first + count - 2 + bad;
                let operand = match u8::try_from(slot.saturating_sub(base)) {
                    Ok(reg) => Operand::Reg(reg),
                    Err(_) => Operand::None,
                };
                set_aux(th, 0);
                let culprit = if bad == 1 { y } else { x };
                return Err(self.type_error(th, culprit, "concatenate", operand));
            }
            set_aux(th, count as u32);
            return self.call_handler(th, host, handler, &[x, y]);
        }
        set_aux(th, 0);
        Ok(Step::Done)
    }

    /// How many of the rightmost values are strings or numbers.
    fn joinable(&self, th: &Thread, first: usize, count: usize) -> usize {
        (0..count)
            .take_while(|n| is_joinable(th.slot(first + count - 1 - n)))
            .count()
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn join(&mut self, th: &Thread, from: usize, count: usize) -> Result<Value, Error> {
        // Numbers are short; strings count by their length.
        let mut total = 0usize;
        for at in from..from + count {
            total = total.saturating_add(match th.slot(at) {
                Value::Str(id) => self.heap.bytes(id).len(),
                _ => 32,
            });
        }
        if total as u64 > self.heap.account.limit() {
            return Err(super::account::OutOfMemory.into());
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        // Bytes that a string will take are charged before they are written.
        if total > super::value::SHORT_STRING_MAX {
            self.heap.account.charge(total as u64)?;
        }
        for at in from..from + count {
            match th.slot(at) {
                Value::Str(id) => buffer.extend_from_slice(self.heap.bytes(id)),
                value => {
                    write_number(value, &mut buffer);
                }
            }
        }
        if total > super::value::SHORT_STRING_MAX {
            self.heap.account.release(total as u64);
        }
        // Paid for only once there is room, since a retry is known by its fuel.
        self.fuel -= (total / 16) as i64;
        let value = self.heap.new_string(&buffer);
        if buffer.capacity() <= 64 * 1024 {
            self.buffer = buffer;
        }
        Ok(value?)
    }

    /// Finishes the innermost frame's instruction with the result of the handler
    /// that it called.
    pub(super) fn finish_instruction(
        &mut self,
        th: &mut Thread,
        value: Value,
    ) -> Result<(), Error> {
        let Some(frame) = th.frames.last() else {
            return Ok(());
        };
        let FrameKind::Lua(closure) = frame.kind else {
            return Ok(());
        };
        let (base, pc, aux) = (frame.base as usize, frame.pc as usize, frame.aux as usize);
        let proto = self.heap.closures.get(closure.0).proto;
        let code = self.heap.protos.get(proto.0).code();
        let Some(&instr) = code.get(pc.wrapping_sub(1)) else {
            return Ok(());
        };
        let next = code.get(pc).map_or(0, |next| next.get_sj());
        let goto = |th: &mut Thread, pc: usize| {
            if let Some(frame) = th.frames.last_mut() {
                frame.pc = pc as u32;
            }
        };
        match instr.0 as u8 {
            num::Eq | num::Lt | num::Le | num::LtI | num::LeI | num::GtI | num::GeI => {
                let truth = value.truthy() != (aux == NEGATED as usize);
                set_aux(th, 0);
                if truth == instr.condition() {
                    // A jump back in a condition is not counted: it is one at most
                    // for each call of a handler, which is.
                    goto(th, (pc + 1).wrapping_add_signed(next as isize));
                } else {
                    goto(th, pc + 1);
                }
            }
            num::Concat => {
                let at = base + instr.a() as usize + aux.saturating_sub(2);
                th.set_slot(at, value);
                let left = aux.saturating_sub(1);
                if left > 1 {
                    set_aux(th, left as u32);
                    goto(th, pc - 1);
                } else {
                    set_aux(th, 0);
                }
            }
            // Closing goes on with the next variable.
            num::Close | num::Return => goto(th, pc - 1),
            num::SetTabUp
            | num::SetTabUpK
            | num::SetTable
            | num::SetTableK
            | num::SetInt
            | num::SetIntK
            | num::SetField
            | num::SetFieldK => {}
            _ => th.set_slot(base + instr.a() as usize, value),
        }
        Ok(())
    }

    /// What `__index` of a metatable is; nil if nothing.
    #[inline]
    pub(super) fn class_of(&mut self, meta: TableId) -> Value {
        self.heap.handler(meta, Event::Index)
    }

    /// Checks and prepares a numeric loop; false if it does not run at all.
    /// `slots` begins with its registers.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn prepare_loop(
        &mut self,
        init: Value,
        limit: Value,
        step: Value,
        slots: &mut [Value],
    ) -> Result<bool, Error> {
        let mut part = |value: Value, what: &str| match to_number(&self.heap, value) {
            Some(number) => Ok(number),
            None => {
                let mut text = format!("bad 'for' {what} (number expected, got ").into_bytes();
                text.extend_from_slice(&super::native::type_name(&mut self.heap, value));
                text.push(b')');
                Err(Error::message(text))
            }
        };
        let limit_number = part(limit, "limit")?;
        let step_number = part(step, "step")?;
        let init_number = part(init, "initial value")?;
        // Strings count in floats, as in C Lua.
        let as_start = |value: Value, number: Number| match value {
            Value::Str(_) => Number::Float(number.to_float()),
            _ => number,
        };
        let start = as_start(init, init_number);
        let step = as_start(step, step_number);
        let prepared = match for_prep(start, limit_number, step) {
            Ok(prepared) => prepared,
            Err(_) => return Err(Error::message("'for' step is zero")),
        };
        let values = match prepared {
            ForLoop::Skip => return Ok(false),
            ForLoop::Int { start, step, count } => [
                Value::Int(start),
                Value::Int(count as i64),
                Value::Int(step),
                Value::Int(start),
            ],
            ForLoop::Float { start, limit, step } => [
                Value::Float(start),
                Value::Float(limit),
                Value::Float(step),
                Value::Float(start),
            ],
        };
        for (slot, value) in slots.iter_mut().zip(values) {
            *slot = value;
        }
        Ok(true)
    }

    /// Next round of a loop with more rounds left than an `i64` counts.
    #[inline(never)]
    pub(super) fn long_loop(&mut self, slots: &mut [Value]) -> bool {
        let [index, count, step, visible, ..] = slots else {
            return false;
        };
        let (Value::Int(at), Value::Int(left), Value::Int(by)) = (*index, *count, *step) else {
            return false;
        };
        if left == 0 {
            return false;
        }
        *count = Value::Int(left.wrapping_sub(1));
        *index = Value::Int(at.wrapping_add(by));
        *visible = *index;
        true
    }

    /// A new closure over the running function's variables.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn make_closure(
        &mut self,
        th: &mut Thread,
        outer: ClosureId,
        base: usize,
        child: u32,
    ) -> Result<Value, Error> {
        let loaded = self
            .heap
            .protos
            .get(self.heap.closures.get(outer.0).proto.0);
        let Some(&id) = loaded.children.get(child as usize) else {
            return Err(Error::bare("missing function prototype"));
        };
        let Some(proto) = self.heap.protos.get(id.0).proto.clone() else {
            return Err(Error::bare("function without code"));
        };
        let mut upvals = Vec::with_capacity(proto.upvals.len());
        for desc in &proto.upvals {
            let upval = if desc.in_stack {
                self.capture(th, base + usize::from(desc.index))?
            } else {
                let outer = &self.heap.closures.get(outer.0).upvals;
                outer
                    .get(usize::from(desc.index))
                    .copied()
                    .unwrap_or_default()
            };
            upvals.push(upval);
        }
        Ok(Value::Closure(self.heap.new_closure(id, upvals.into())?))
    }

    /// The captured variable for a stack slot, made if there is none yet.
    #[cfg_attr(tuned, optimize(speed))]
    fn capture(&mut self, th: &mut Thread, slot: usize) -> Result<UpvalId, Error> {
        let slot = slot as u32;
        // Innermost variables are at the end, and closures capture those.
        let mut at = th.open.len();
        while at > 0 {
            let (open, id) = th.open[at - 1];
            if open == slot {
                return Ok(id);
            }
            if open < slot {
                break;
            }
            at -= 1;
        }
        let id = self.heap.new_upval(Upval::Open(self.current, slot))?;
        th.open.insert(at, (slot, id));
        Ok(id)
    }

    /// Notes that a variable is to be closed.
    pub(super) fn mark_to_be_closed(&mut self, th: &mut Thread, slot: usize) -> Result<(), Error> {
        let value = th.slot(slot);
        if !value.truthy() {
            return Ok(());
        }
        if self.heap.metamethod(value, Event::Close).is_nil() {
            let base = th.frames.last().map_or(0, |frame| frame.base as usize);
            let name = self.local_name(th, slot.saturating_sub(base));
            let mut text = b"variable '".to_vec();
            text.extend_from_slice(&name);
            text.extend_from_slice(b"' got a non-closable value");
            return Err(Error::message(text));
        }
        th.tbc.push(slot as u32);
        Ok(())
    }

    /// Closes the innermost variable at or above `level`, if there is one, by a
    /// call of its handler. `Done` if there was none.
    pub(super) fn close_one(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        level: usize,
        error: Value,
    ) -> Result<Step, Error> {
        let Some(&slot) = th.tbc.last() else {
            return Ok(Step::Done);
        };
        if (slot as usize) < level {
            return Ok(Step::Done);
        }
        th.tbc.pop();
        self.close_upvalues(th, slot as usize + 1);
        let value = th.slot(slot as usize);
        let handler = self.heap.metamethod(value, Event::Close);
        if handler.is_nil() {
            let base = th.frames.last().map_or(0, |frame| frame.base as usize);
            let name = self.local_name(th, (slot as usize).saturating_sub(base));
            let mut text = b"metamethod 'close' of variable '".to_vec();
            text.extend_from_slice(&name);
            text.extend_from_slice(b"' is not callable");
            return Err(Error::message(text));
        }
        match self.call_handler(th, host, handler, &[value, error])? {
            Step::Done => Ok(Step::Reload),
            step => Ok(step),
        }
    }

    /// Closes what a returning function has to close, one variable for each time
    /// the instruction runs. The frame notes where its return values end.
    pub(super) fn close_for_return(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        base: usize,
        from: usize,
        b: u8,
    ) -> Result<Step, Error> {
        let Some(frame) = th.frames.last_mut() else {
            return Ok(Step::Done);
        };
        if th.tbc.last().is_some_and(|&slot| slot as usize >= base) {
            if frame.aux == 0 {
                let end = match b {
                    0 => th.top,
                    b => from + b as usize - 1,
                };
                frame.aux = end as u32;
                th.top = th.top.max(end);
            }
            return self.close_one(th, host, base, Value::Nil);
        }
        self.close_upvalues(th, base);
        Ok(Step::Done)
    }

    /// A tail call: a Lua function replaces the running one. Others are called,
    /// and the `Return` that follows passes their results on.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn tail_call(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        func: usize,
        args: usize,
    ) -> Result<Step, Error> {
        let mut args = args;
        if !th.slot(func).is_function() {
            args = self.resolve_callable(th, func, args)?;
        }
        let (Value::Closure(id), Some(&frame)) = (th.slot(func), th.frames.last()) else {
            return self.call_value(th, host, func, args, Returns::To(-1));
        };
        let to = frame.func as usize;
        th.copy_slots(func, to, args + 1);
        th.frames.pop();
        self.push_lua(th, id, to, args, frame.returns)?;
        if let Some(Frame { tail, .. }) = th.frames.last_mut() {
            *tail = true;
        }
        self.fuel -= args as i64 / 8;
        Ok(Step::Reload)
    }
}

fn is_joinable(value: Value) -> bool {
    matches!(value, Value::Str(_) | Value::Int(_) | Value::Float(_))
}

fn plain_number(value: Value) -> Option<Number> {
    match value {
        Value::Int(i) => Some(Number::Int(i)),
        Value::Float(f) => Some(Number::Float(f)),
        _ => None,
    }
}

fn set_aux(th: &mut Thread, aux: u32) {
    if let Some(frame) = th.frames.last_mut() {
        frame.aux = aux;
    }
}
