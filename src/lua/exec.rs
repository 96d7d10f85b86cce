//! The interpreter: one loop over the instructions of the innermost frame.
//!
//! The loop keeps code, constants, base and pc in locals, and the registers as
//! a window of fixed size, so that a register byte needs no bounds check. Only
//! common cases are here; an instruction whose operands are of another kind leaves
//! its block `'rare`, behind which `rare_case` looks at it anew: so that all that
//! may call a handler, raise an error or grow a table stands in one place.
//!
//! Before anything that may leave the loop, the pc is saved in the frame.

use std::rc::Rc;

use super::call::Step;
use super::error::Error;
use super::function::Upval;
use super::heap::STRING_TYPE;
use super::host::Host;
use super::opcode::num;
use super::operate::Fetched;
use super::text::arith;
use super::thread::{FrameKind, Returns, Thread, WINDOW};
use super::value::{UpvalId, Value};
use super::vm::{Exit, Vm};

/// What a call costs beside the jumps inside the function.
const CALL_FUEL: i64 = 3;

impl Vm {
    /// Executes the innermost frame, and those it calls and returns to, until
    /// the coroutine leaves the processor.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn interpret(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
    ) -> Result<Exit, Error> {
        let mut loaded = Rc::clone(&self.idle);
        // What ran before: mostly a function and those that it calls take turns.
        let mut other = Rc::clone(&loaded);
        // Makes a function the one that runs. Counting its uses is saved
        // where it calls itself, or was the one before.
        macro_rules! switch_to {
            ($next:expr) => {
                if !Rc::ptr_eq($next, &loaded) {
                    std::mem::swap(&mut loaded, &mut other);
                    if !Rc::ptr_eq($next, &loaded) {
                        loaded = Rc::clone($next);
                    }
                }
            };
        }

        'reload: loop {
            let Some(&frame) = th.frames.last() else {
                return Ok(Exit::Finished);
            };
            if self.fuel <= 0 {
                return Ok(Exit::OutOfFuel);
            }
            let mut closure = match frame.kind {
                FrameKind::Lua(closure) => closure,
                FrameKind::Native(id) => match self.reenter(th, host, frame, id)? {
                    Step::Exit(exit) => return Ok(exit),
                    _ if self.heap.account.is_due() => return Ok(Exit::Collect),
                    _ => continue 'reload,
                },
            };
            let mut base = frame.base as usize;
            let mut pc = frame.pc as usize;
            let mut fuel = self.fuel;
            th.ensure(base + WINDOW, &mut self.heap.account)?;
            switch_to!(self.heap.loaded(closure));

            // A Lua function that calls or returns to another one enters it here.
            'enter: loop {
                let code = loaded.code();
                let consts = &loaded.consts[..];

                macro_rules! window {
                    () => {
                        match th
                            .stack
                            .get_mut(base..base + WINDOW)
                            .and_then(|slots| <&mut [Value; WINDOW]>::try_from(slots).ok())
                        {
                            Some(window) => window,
                            None => return Err(broken("stack too short")),
                        }
                    };
                }
                let mut regs: &mut [Value; WINDOW] = window!();

                // Notes pc and fuel for code outside of the loop.
                macro_rules! save {
                    () => {
                        if let Some(frame) = th.frames.last_mut() {
                            frame.pc = pc as u32;
                        }
                        self.fuel = fuel;
                    };
                }
                macro_rules! constant {
                    ($n:expr) => {
                        match consts.get($n as usize) {
                            Some(value) => *value,
                            None => Value::Nil,
                        }
                    };
                }
                macro_rules! fetch {
                    () => {
                        match code.get(pc) {
                            Some(&instr) => {
                                pc += 1;
                                instr
                            }
                            None => return Err(broken("code without end")),
                        }
                    };
                }
                // Goes on after a call that an operation made.
                macro_rules! after {
                    ($step:expr) => {
                        match $step {
                            Step::Exit(exit) => return Ok(exit),
                            _ => continue 'reload,
                        }
                    };
                }
                // Jumps back or forth; only jumping back costs fuel.
                macro_rules! jump {
                    ($offset:expr) => {{
                        let offset = $offset as isize;
                        pc = pc.wrapping_add_signed(offset);
                        if offset < 0 {
                            fuel += offset as i64;
                            if fuel <= 0 {
                                save!();
                                return Ok(Exit::OutOfFuel);
                            }
                        }
                    }};
                }
                // Takes or skips the jump that follows a condition.
                macro_rules! branch {
                    ($cond:expr, $i:expr) => {
                        if $cond == $i.condition() {
                            let next = fetch!();
                            jump!(next.get_sj());
                        } else {
                            pc += 1;
                        }
                    };
                }
                macro_rules! collect_if_due {
                    () => {
                        if self.heap.account.is_due() {
                            save!();
                            return Ok(Exit::Collect);
                        }
                    };
                }
                macro_rules! rb {
                    ($i:expr) => {
                        regs[$i.b() as usize]
                    };
                }
                macro_rules! rc {
                    ($i:expr) => {
                        regs[$i.c() as usize]
                    };
                }

                // Goes on in the frame below the one that was popped.
                macro_rules! enter_caller {
                    () => {
                        match th.frames.last() {
                            Some(caller) if let FrameKind::Lua(id) = caller.kind => {
                                closure = id;
                                base = caller.base as usize;
                                pc = caller.pc as usize;
                                switch_to!(self.heap.loaded(closure));
                                continue 'enter;
                            }
                            _ => {
                                self.fuel = fuel;
                                continue 'reload;
                            }
                        }
                    };
                }

                'next: loop {
                    let i = fetch!();
                    'rare: {
                        macro_rules! arith_op {
                            ($i:expr, $x:expr, $y:expr, $int:expr, $float:expr) => {{
                                match (&$x, &$y) {
                                    (&Value::Int(x), &Value::Int(y)) => {
                                        regs[$i.a() as usize] = Value::Int($int(x, y));
                                    }
                                    (&Value::Float(x), &Value::Float(y)) => {
                                        regs[$i.a() as usize] =
                                            Value::Float(arith::settle($float(x, y), x, y));
                                    }
                                    (&Value::Float(x), &Value::Int(y)) => {
                                        let y = y as f64;
                                        regs[$i.a() as usize] =
                                            Value::Float(arith::settle($float(x, y), x, y));
                                    }
                                    (&Value::Int(x), &Value::Float(y)) => {
                                        let x = x as f64;
                                        regs[$i.a() as usize] =
                                            Value::Float(arith::settle($float(x, y), x, y));
                                    }
                                    _ => break 'rare,
                                }
                            }};
                        }
                        macro_rules! div_op {
                            ($i:expr, $x:expr, $y:expr) => {{
                                match (&$x, &$y) {
                                    (&Value::Float(x), &Value::Float(y)) => {
                                        regs[$i.a() as usize] =
                                            Value::Float(arith::settle(x / y, x, y));
                                    }
                                    (&Value::Int(x), &Value::Int(y)) => {
                                        let (x, y) = (x as f64, y as f64);
                                        regs[$i.a() as usize] =
                                            Value::Float(arith::settle(x / y, x, y));
                                    }
                                    _ => break 'rare,
                                }
                            }};
                        }
                        // Integer division and modulo: only positive divisors in line.
                        macro_rules! euclid_op {
                            ($i:expr, $x:expr, $y:expr, $int:ident) => {{
                                match (&$x, &$y) {
                                    (&Value::Int(x), &Value::Int(y)) if y > 0 => {
                                        regs[$i.a() as usize] = Value::Int(x.$int(y));
                                    }
                                    _ => break 'rare,
                                }
                            }};
                        }
                        macro_rules! bit_op {
                            ($i:expr, $x:expr, $y:expr, $int:expr) => {{
                                match (&$x, &$y) {
                                    (&Value::Int(x), &Value::Int(y)) => {
                                        regs[$i.a() as usize] = Value::Int($int(x, y));
                                    }
                                    _ => break 'rare,
                                }
                            }};
                        }
                        macro_rules! order_op {
                            ($i:expr, $int:expr, $float:expr) => {{
                                let (x, y) = (regs[$i.a() as usize], rb!($i));
                                match (x, y) {
                                    (Value::Int(x), Value::Int(y)) => branch!($int(&x, &y), $i),
                                    (Value::Float(x), Value::Float(y)) => {
                                        branch!($float(&x, &y), $i)
                                    }
                                    _ => break 'rare,
                                }
                            }};
                        }
                        // A comparison with an immediate.
                        macro_rules! order_imm {
                            ($i:expr, $int:expr, $float:expr) => {{
                                let imm = $i.sb();
                                match regs[$i.a() as usize] {
                                    Value::Int(x) => branch!($int(&x, &imm), $i),
                                    Value::Float(x) => branch!($float(&x, &(imm as f64)), $i),
                                    _ => break 'rare,
                                }
                            }};
                        }
                        macro_rules! set_int {
                            ($i:expr, $key:expr, $value:expr) => {{
                                let key = $key;
                                if let &Value::Table(id) = &regs[$i.a() as usize] {
                                    let value = &$value;
                                    let table = self.heap.tables.get_mut(id.0);
                                    if !value.is_nil() {
                                        if let Some(slot) = table.int_slot(key) {
                                            *slot = *value;
                                            continue 'next;
                                        }
                                        if table.meta.is_none()
                                            && table.append(key, *value, &mut self.heap.account)
                                        {
                                            continue 'next;
                                        }
                                    }
                                }
                                break 'rare;
                            }};
                        }
                        macro_rules! set_field {
                            ($object:expr, $key:expr, $value:expr) => {{
                                let (object, value) = ($object, $value);
                                if let (Value::Table(id), Value::Str(key)) = (object, $key)
                                    && !value.is_nil()
                                {
                                    let table = self.heap.tables.get_mut(id.0);
                                    if let Some(n) = table.find_short(key)
                                        && let Some(slot) = table.node_value(n)
                                        && !slot.is_nil()
                                    {
                                        *slot = value;
                                        continue 'next;
                                    }
                                }
                                break 'rare;
                            }};
                        }
                        // Stores under a key that is no integer.
                        macro_rules! set_key {
                            ($i:expr, $key:expr, $value:expr) => {{
                                let key = $key;
                                match key {
                                    Value::Str(id) if !id.is_long() => {
                                        set_field!(regs[$i.a() as usize], key, $value)
                                    }
                                    _ => break 'rare,
                                }
                            }};
                        }

                        match i.0 as u8 {
                            num::Move => regs[i.a() as usize] = rb!(i),
                            num::LoadI => regs[i.a() as usize] = Value::Int(i64::from(i.sbx())),
                            num::LoadF => regs[i.a() as usize] = Value::Float(f64::from(i.sbx())),
                            num::LoadK => regs[i.a() as usize] = constant!(i.bx()),
                            num::LoadKX => {
                                let extra = fetch!();
                                regs[i.a() as usize] = constant!(extra.get_ax());
                            }
                            num::LoadFalse => regs[i.a() as usize] = Value::Bool(false),
                            num::LoadTrue => regs[i.a() as usize] = Value::Bool(true),
                            num::LoadFalseSkip => {
                                regs[i.a() as usize] = Value::Bool(false);
                                pc += 1;
                            }
                            num::LoadNil => {
                                let from = i.a() as usize;
                                let to = (from + i.b() as usize).min(WINDOW - 1);
                                regs[from..=to].fill(Value::Nil);
                            }
                            num::GetUpval => {
                                let upvals = &self.heap.closures.get(closure.0).upvals;
                                let id = upvals.get(i.b() as usize).copied().unwrap_or_default();
                                match self.heap.upvals.get(id.0) {
                                    Upval::Closed(value) => regs[i.a() as usize] = *value,
                                    &Upval::Open(thread, slot) if thread == self.current => {
                                        let (from, to) = (slot as usize, base + i.a() as usize);
                                        th.copy_slot(from, to);
                                        regs = window!();
                                    }
                                    &Upval::Open(thread, slot) => {
                                        let other = self.heap.threads.get(thread.0);
                                        regs[i.a() as usize] = other.slot(slot as usize);
                                    }
                                }
                            }
                            num::SetUpval => {
                                let value = regs[i.a() as usize];
                                let upvals = &self.heap.closures.get(closure.0).upvals;
                                let id = upvals.get(i.b() as usize).copied().unwrap_or_default();
                                match self.heap.upvals.get_mut(id.0) {
                                    Upval::Closed(slot) => *slot = value,
                                    &mut Upval::Open(thread, slot) => {
                                        if thread == self.current {
                                            th.set_slot(slot as usize, value);
                                        } else {
                                            let other = self.heap.threads.get_mut(thread.0);
                                            other.set_slot(slot as usize, value);
                                        }
                                        regs = window!();
                                    }
                                }
                            }
                            num::GetTabUp => {
                                let upvals = &self.heap.closures.get(closure.0).upvals;
                                let id = upvals.get(i.b() as usize).copied().unwrap_or_default();
                                let key = constant!(i.c());
                                if let &Upval::Closed(Value::Table(table)) =
                                    self.heap.upvals.get(id.0)
                                    && let Value::Str(key) = key
                                {
                                    let value = self.heap.tables.get(table.0).get_short(key);
                                    if !value.is_nil() {
                                        regs[i.a() as usize] = value;
                                        continue 'next;
                                    }
                                }
                                break 'rare;
                            }
                            num::SetTabUp | num::SetTabUpK => {
                                let value = if i.0 as u8 == num::SetTabUp {
                                    rc!(i)
                                } else {
                                    constant!(i.c())
                                };
                                let upvals = &self.heap.closures.get(closure.0).upvals;
                                let id = upvals.get(i.a() as usize).copied().unwrap_or_default();
                                let object = self.upvalue(th, id);
                                regs = window!();
                                set_field!(object, constant!(i.b()), value)
                            }
                            num::GetTable => {
                                if let &Value::Table(id) = &rb!(i) {
                                    let table = self.heap.tables.get(id.0);
                                    match rc!(i) {
                                        Value::Int(key) => {
                                            if let Some(value) = table.int_ref(key) {
                                                regs[i.a() as usize] = *value;
                                                continue 'next;
                                            }
                                        }
                                        Value::Str(key) if !key.is_long() => {
                                            if let Some(value) = table.short_ref(key) {
                                                regs[i.a() as usize] = *value;
                                                continue 'next;
                                            }
                                        }
                                        _ => {}
                                    }
                                }
                                break 'rare;
                            }
                            num::GetInt => {
                                let object = rb!(i);
                                let key = i64::from(i.c());
                                if let Value::Table(id) = object {
                                    let value = self.heap.tables.get(id.0).get_int(key);
                                    if !value.is_nil() {
                                        regs[i.a() as usize] = value;
                                        continue 'next;
                                    }
                                }
                                break 'rare;
                            }
                            num::GetField => {
                                let object = rb!(i);
                                let key = constant!(i.c());
                                if let (Value::Table(id), Value::Str(key)) = (object, key) {
                                    let value = self.heap.tables.get(id.0).get_short(key);
                                    if !value.is_nil() {
                                        regs[i.a() as usize] = value;
                                        continue 'next;
                                    }
                                }
                                break 'rare;
                            }
                            num::SetTable => match rb!(i) {
                                Value::Int(key) => set_int!(i, key, rc!(i)),
                                key => set_key!(i, key, rc!(i)),
                            },
                            num::SetTableK => match rb!(i) {
                                Value::Int(key) => set_int!(i, key, constant!(i.c())),
                                key => set_key!(i, key, constant!(i.c())),
                            },
                            num::SetInt => set_int!(i, i64::from(i.b()), rc!(i)),
                            num::SetIntK => set_int!(i, i64::from(i.b()), constant!(i.c())),
                            num::SetField => {
                                set_field!(regs[i.a() as usize], constant!(i.b()), rc!(i))
                            }
                            num::SetFieldK => {
                                set_field!(regs[i.a() as usize], constant!(i.b()), constant!(i.c()))
                            }
                            num::NewTable => {
                                save!();
                                let extra = fetch!().get_ax() * 256;
                                let array = u32::from(i.c()) + extra;
                                let hash = match i.b() {
                                    0 => 0,
                                    b => 1 << u32::from(b - 1).min(26),
                                };
                                let id = self.heap.new_table()?;
                                if array > 0 || hash > 0 {
                                    let table = self.heap.tables.get_mut(id.0);
                                    table.reserve(array, hash, &mut self.heap.account)?;
                                    fuel -= i64::from(array / 16 + hash / 4);
                                }
                                regs[i.a() as usize] = Value::Table(id);
                                collect_if_due!();
                            }
                            num::Method | num::MethodR => {
                                let object = rb!(i);
                                let key = if i.0 as u8 == num::Method {
                                    constant!(i.c())
                                } else {
                                    rc!(i)
                                };
                                regs[(i.a() as usize + 1) % WINDOW] = object;
                                if let (Value::Table(id), Value::Str(key)) = (object, key)
                                    && !key.is_long()
                                {
                                    let table = self.heap.tables.get(id.0);
                                    let mut value = table.get_short(key);
                                    // One step up to a class is the usual case.
                                    if value.is_nil()
                                        && let Some(meta) = table.meta
                                        && let Value::Table(class) = self.class_of(meta)
                                    {
                                        value = self.heap.tables.get(class.0).get_short(key);
                                    }
                                    if !value.is_nil() {
                                        regs[i.a() as usize] = value;
                                        continue 'next;
                                    }
                                }
                                // The methods of strings stand in one table.
                                if let (Value::Str(_), Value::Str(key)) = (object, key)
                                    && !key.is_long()
                                    && let Some(meta) = self.heap.type_meta[STRING_TYPE]
                                    && let Value::Table(class) = self.class_of(meta)
                                {
                                    let method = self.heap.tables.get(class.0).get_short(key);
                                    if !method.is_nil() {
                                        regs[i.a() as usize] = method;
                                        continue 'next;
                                    }
                                }
                                break 'rare;
                            }

                            num::AddI => {
                                let imm = i.sc();
                                match rb!(i) {
                                    Value::Int(x) => {
                                        regs[i.a() as usize] = Value::Int(x.wrapping_add(imm));
                                    }
                                    Value::Float(x) => {
                                        let imm = imm as f64;
                                        let sum = arith::settle(x + imm, x, imm);
                                        regs[i.a() as usize] = Value::Float(sum);
                                    }
                                    _ => break 'rare,
                                }
                            }
                            num::SubI => {
                                let imm = i.sc();
                                match rb!(i) {
                                    Value::Int(x) => {
                                        regs[i.a() as usize] = Value::Int(x.wrapping_sub(imm));
                                    }
                                    Value::Float(x) => {
                                        let imm = imm as f64;
                                        let difference = arith::settle(x - imm, x, imm);
                                        regs[i.a() as usize] = Value::Float(difference);
                                    }
                                    _ => break 'rare,
                                }
                            }
                            num::AddK => arith_op!(
                                i,
                                rb!(i),
                                constant!(i.c()),
                                i64::wrapping_add,
                                |x: f64, y: f64| x + y
                            ),
                            num::SubK => arith_op!(
                                i,
                                rb!(i),
                                constant!(i.c()),
                                i64::wrapping_sub,
                                |x: f64, y: f64| x - y
                            ),
                            num::MulK => arith_op!(
                                i,
                                rb!(i),
                                constant!(i.c()),
                                i64::wrapping_mul,
                                |x: f64, y: f64| x * y
                            ),
                            num::ModK => euclid_op!(i, rb!(i), constant!(i.c()), rem_euclid),
                            num::DivK => div_op!(i, rb!(i), constant!(i.c())),
                            num::IDivK => euclid_op!(i, rb!(i), constant!(i.c()), div_euclid),
                            num::BAndK => bit_op!(i, rb!(i), constant!(i.c()), |x, y| x & y),
                            num::BOrK => bit_op!(i, rb!(i), constant!(i.c()), |x, y| x | y),
                            num::BXorK => bit_op!(i, rb!(i), constant!(i.c()), |x, y| x ^ y),
                            num::AddKR => arith_op!(
                                i,
                                constant!(i.b()),
                                rc!(i),
                                i64::wrapping_add,
                                |x: f64, y: f64| x + y
                            ),
                            num::SubKR => arith_op!(
                                i,
                                constant!(i.b()),
                                rc!(i),
                                i64::wrapping_sub,
                                |x: f64, y: f64| x - y
                            ),
                            num::MulKR => arith_op!(
                                i,
                                constant!(i.b()),
                                rc!(i),
                                i64::wrapping_mul,
                                |x: f64, y: f64| x * y
                            ),
                            num::DivKR => div_op!(i, constant!(i.b()), rc!(i)),
                            num::ShlI => bit_op!(i, rb!(i), Value::Int(i.sc()), arith::shift_left),
                            num::ShrI => bit_op!(i, rb!(i), Value::Int(i.sc()), arith::shift_right),
                            num::Add => {
                                arith_op!(i, rb!(i), rc!(i), i64::wrapping_add, |x: f64, y: f64| x
                                    + y)
                            }
                            num::Sub => {
                                arith_op!(i, rb!(i), rc!(i), i64::wrapping_sub, |x: f64, y: f64| x
                                    - y)
                            }
                            num::Mul => {
                                arith_op!(i, rb!(i), rc!(i), i64::wrapping_mul, |x: f64, y: f64| x
                                    * y)
                            }
                            num::Mod => euclid_op!(i, rb!(i), rc!(i), rem_euclid),
                            num::Div => {
                                div_op!(i, rb!(i), rc!(i))
                            }
                            num::IDiv => euclid_op!(i, rb!(i), rc!(i), div_euclid),
                            num::BAnd => bit_op!(i, rb!(i), rc!(i), |x, y| x & y),
                            num::BOr => bit_op!(i, rb!(i), rc!(i), |x, y| x | y),
                            num::BXor => bit_op!(i, rb!(i), rc!(i), |x, y| x ^ y),
                            num::Shl => bit_op!(i, rb!(i), rc!(i), arith::shift_left),
                            num::Shr => bit_op!(i, rb!(i), rc!(i), arith::shift_right),
                            num::Unm => match rb!(i) {
                                Value::Int(x) => {
                                    regs[i.a() as usize] = Value::Int(x.wrapping_neg())
                                }
                                Value::Float(x) => regs[i.a() as usize] = Value::Float(-x),
                                _ => break 'rare,
                            },
                            num::BNot => match rb!(i) {
                                Value::Int(x) => regs[i.a() as usize] = Value::Int(!x),
                                _ => break 'rare,
                            },
                            num::Not => {
                                regs[i.a() as usize] = Value::Bool(!rb!(i).truthy());
                            }
                            num::Len => {
                                let object = rb!(i);
                                match object {
                                    Value::Table(id) if self.heap.table(id).meta.is_none() => {
                                        regs[i.a() as usize] =
                                            Value::Int(self.heap.table(id).len());
                                    }
                                    _ => break 'rare,
                                }
                            }
                            num::Jmp => jump!(i.get_sj()),
                            num::Eq => {
                                let (x, y) = (regs[i.a() as usize], rb!(i));
                                match (x, y) {
                                    (Value::Int(x), Value::Int(y)) => branch!((x == y), i),
                                    (Value::Table(_), Value::Table(_))
                                    | (Value::Data(_), Value::Data(_))
                                        if !x.same(y) =>
                                    {
                                        break 'rare;
                                    }
                                    _ => branch!(self.heap.raw_equal(x, y), i),
                                }
                            }
                            num::Lt => order_op!(i, i64::lt, f64::lt),
                            num::Le => order_op!(i, i64::le, f64::le),
                            num::EqK => {
                                let x = regs[i.a() as usize];
                                branch!(self.heap.raw_equal(x, constant!(i.b())), i)
                            }
                            num::EqI => {
                                let imm = i.sb();
                                let equal = match regs[i.a() as usize] {
                                    Value::Int(x) => x == imm,
                                    Value::Float(x) => x == imm as f64,
                                    _ => false,
                                };
                                branch!(equal, i)
                            }
                            num::LtI => order_imm!(i, i64::lt, f64::lt),
                            num::LeI => order_imm!(i, i64::le, f64::le),
                            num::GtI => order_imm!(i, i64::gt, f64::gt),
                            num::GeI => order_imm!(i, i64::ge, f64::ge),
                            num::Test => branch!(regs[i.a() as usize].truthy(), i),
                            num::TestSet => {
                                let value = rb!(i);
                                if value.truthy() == i.condition() {
                                    regs[i.a() as usize] = value;
                                    let next = fetch!();
                                    jump!(next.get_sj());
                                } else {
                                    pc += 1;
                                }
                            }

                            num::Call => {
                                let func = base + i.a() as usize;
                                let args = match i.b() {
                                    0 => th.top.saturating_sub(func + 1),
                                    b => b as usize - 1,
                                };
                                let returns = Returns::To(i32::from(i.c()) - 1);
                                fuel -= CALL_FUEL;
                                let callee = regs[i.a() as usize];
                                save!();
                                match callee {
                                    Value::Closure(id) => {
                                        let next = self.heap.loaded(id);
                                        if !next.is_vararg && th.has_room(func + 1) && fuel > 0 {
                                            let params = usize::from(next.num_params);
                                            for n in args..params {
                                                th.set_slot(func + 1 + n, Value::Nil);
                                            }
                                            switch_to!(next);
                                            th.enter_lua(id, func, returns);
                                            closure = id;
                                            base = func + 1;
                                            pc = 0;
                                            continue 'enter;
                                        }
                                        self.push_lua(th, id, func, args, returns)?;
                                        continue 'reload;
                                    }
                                    Value::Native(id) => {
                                        match self.call_native(th, host, id, func, args, returns)? {
                                            Step::Done => {
                                                fuel = self.fuel;
                                                regs = window!();
                                                if fuel <= 0 {
                                                    return Ok(Exit::OutOfFuel);
                                                }
                                                collect_if_due!();
                                            }
                                            step => after!(step),
                                        }
                                    }
                                    _ => match self.call_value(th, host, func, args, returns)? {
                                        Step::Done if !self.heap.account.is_due() => {
                                            continue 'reload;
                                        }
                                        Step::Done => return Ok(Exit::Collect),
                                        step => after!(step),
                                    },
                                }
                            }
                            num::TailCall => {
                                let func = base + i.a() as usize;
                                let args = match i.b() {
                                    0 => th.top.saturating_sub(func + 1),
                                    b => b as usize - 1,
                                };
                                fuel -= CALL_FUEL;
                                save!();
                                if i.c() != 0 && matches!(regs[i.a() as usize], Value::Closure(_)) {
                                    self.close_upvalues(th, base);
                                }
                                match self.tail_call(th, host, func, args)? {
                                    Step::Exit(exit) => return Ok(exit),
                                    _ if self.heap.account.is_due() => return Ok(Exit::Collect),
                                    _ => continue 'reload,
                                }
                            }
                            num::Return => {
                                save!();
                                let from = base + i.a() as usize;
                                if i.c() != 0 {
                                    // Closing may call handlers; the values wait below
                                    // the top, and the instruction runs again.
                                    match self.close_for_return(th, host, base, from, i.b())? {
                                        Step::Done => {}
                                        step => after!(step),
                                    }
                                }
                                let count = match (i.b(), frame_aux(th)) {
                                    (_, aux) if aux != 0 => (aux as usize).saturating_sub(from),
                                    (0, _) => th.top.saturating_sub(from),
                                    (b, _) => b as usize - 1,
                                };
                                if let Some(done) = th.frames.pop() {
                                    let func = done.func as usize;
                                    if self
                                        .deliver(th, func, done.returns, from, count)?
                                        .is_reload()
                                    {
                                        continue 'reload;
                                    }
                                }
                                fuel = self.fuel;
                                enter_caller!()
                            }
                            num::Return0 => {
                                self.fuel = fuel;
                                if let Some(done) = th.frames.pop() {
                                    let func = done.func as usize;
                                    th.top = func;
                                    if done.returns != Returns::To(0)
                                        && self
                                            .deliver(th, func, done.returns, base, 0)?
                                            .is_reload()
                                    {
                                        continue 'reload;
                                    }
                                }
                                enter_caller!()
                            }
                            num::Return1 => {
                                self.fuel = fuel;
                                let value = regs[i.a() as usize];
                                if let Some(done) = th.frames.pop() {
                                    let func = done.func as usize;
                                    th.top = func + 1;
                                    if done.returns == Returns::To(1) {
                                        th.set_slot(func, value);
                                    } else {
                                        let from = base + i.a() as usize;
                                        if self
                                            .deliver(th, func, done.returns, from, 1)?
                                            .is_reload()
                                        {
                                            continue 'reload;
                                        }
                                    }
                                }
                                enter_caller!()
                            }

                            num::ForPrep => {
                                let a = i.a() as usize;
                                let (init, limit, step) =
                                    (regs[a], regs[(a + 1) % WINDOW], regs[(a + 2) % WINDOW]);
                                save!();
                                let slots = &mut regs[a..];
                                if !self.prepare_loop(init, limit, step, slots)? {
                                    pc += i.bx() as usize + 1;
                                }
                            }
                            num::ForLoop => {
                                let a = i.a() as usize;
                                if let Value::Int(step) = regs[(a + 2) % WINDOW] {
                                    if let Value::Int(count) = regs[(a + 1) % WINDOW]
                                        && count > 0
                                        && let Value::Int(index) = regs[a]
                                    {
                                        let next = index.wrapping_add(step);
                                        regs[(a + 1) % WINDOW] = Value::Int(count - 1);
                                        regs[a] = Value::Int(next);
                                        regs[(a + 3) % WINDOW] = Value::Int(next);
                                        jump!(-(i.bx() as isize));
                                    } else if self.long_loop(&mut regs[a..]) {
                                        jump!(-(i.bx() as isize));
                                    }
                                } else if let (
                                    Value::Float(index),
                                    Value::Float(limit),
                                    Value::Float(step),
                                ) =
                                    (regs[a], regs[(a + 1) % WINDOW], regs[(a + 2) % WINDOW])
                                {
                                    let next = index + step;
                                    if arith::float_loop_goes_on(next, limit, step) {
                                        regs[a] = Value::Float(next);
                                        regs[(a + 3) % WINDOW] = Value::Float(next);
                                        jump!(-(i.bx() as isize));
                                    }
                                }
                            }
                            num::TForPrep => {
                                save!();
                                self.mark_to_be_closed(th, base + i.a() as usize + 3)?;
                                regs = window!();
                                pc += i.bx() as usize;
                            }
                            num::TForCall => {
                                let a = i.a() as usize;
                                let (iterator, state, control) =
                                    (regs[a], regs[(a + 1) % WINDOW], regs[(a + 2) % WINDOW]);
                                if let (Value::Native(id), Value::Table(table)) = (iterator, state)
                                    && id == self.special.next
                                    && i.c() <= 2
                                {
                                    let table = self.heap.tables.get(table.0);
                                    if let Ok(entry) = table.next(control, &self.heap.strings) {
                                        let (key, value) = entry.unwrap_or_default();
                                        regs[(a + 4) % WINDOW] = key;
                                        regs[(a + 5) % WINDOW] = value;
                                        continue 'next;
                                    }
                                }
                                regs[(a + 4) % WINDOW] = iterator;
                                regs[(a + 5) % WINDOW] = state;
                                regs[(a + 6) % WINDOW] = control;
                                let func = base + a + 4;
                                let returns = Returns::To(i32::from(i.c()));
                                fuel -= CALL_FUEL;
                                save!();
                                let step = match iterator {
                                    Value::Native(id) => {
                                        self.call_native(th, host, id, func, 2, returns)?
                                    }
                                    Value::Bound(id) => {
                                        let id = self.heap.bounds.get(id.0).native;
                                        self.call_native(th, host, id, func, 2, returns)?
                                    }
                                    _ => self.call_value(th, host, func, 2, returns)?,
                                };
                                match step {
                                    Step::Done => {
                                        fuel = self.fuel;
                                        regs = window!();
                                        collect_if_due!();
                                    }
                                    step => after!(step),
                                }
                            }
                            num::TForLoop => {
                                let a = i.a() as usize;
                                let control = regs[(a + 4) % WINDOW];
                                if !control.is_nil() {
                                    regs[(a + 2) % WINDOW] = control;
                                    jump!(-(i.bx() as isize));
                                }
                            }

                            num::SetList => {
                                save!();
                                let extra = fetch!().get_ax() * 256;
                                let first = base + i.a() as usize + 1;
                                let count = match i.b() {
                                    0 => th.top.saturating_sub(first),
                                    b => b as usize,
                                };
                                let offset = i64::from(u32::from(i.c()) + extra);
                                if let Value::Table(id) = regs[i.a() as usize] {
                                    let table = self.heap.tables.get_mut(id.0);
                                    let values = th.stack.get(first..first + count).unwrap_or(&[]);
                                    table.set_list(offset + 1, values, &mut self.heap.account)?;
                                    fuel -= count as i64 / 8;
                                }
                                regs = window!();
                            }
                            num::VarargPrep | num::Extra => {}
                            _ => break 'rare,
                        }
                        continue 'next;
                    }
                    save!();
                    match self.rare_case(th, host, closure, base, i)? {
                        Fetched::Called(step) => after!(step),
                        Fetched::Done => {
                            fuel = self.fuel;
                            regs = window!();
                        }
                        Fetched::Value(value) => {
                            fuel = self.fuel;
                            regs = window!();
                            if i.is_comparison() {
                                branch!(value.truthy(), i);
                            } else {
                                regs[i.a() as usize] = value;
                            }
                        }
                    }
                }
            }
        }
    }

    /// The value of a captured variable.
    pub(super) fn upvalue(&self, th: &Thread, id: UpvalId) -> Value {
        match *self.heap.upvals.get(id.0) {
            Upval::Closed(value) => value,
            Upval::Open(thread, slot) if thread == self.current => th.slot(slot as usize),
            Upval::Open(thread, slot) => self.heap.threads.get(thread.0).slot(slot as usize),
        }
    }
}

/// An error that no program of the compiler meets.
#[cold]
#[inline(never)]
fn broken(what: &'static str) -> Error {
    Error::bare(what)
}

/// The innermost frame's note to itself.
fn frame_aux(th: &Thread) -> u32 {
    match th.frames.last() {
        Some(frame) => frame.aux,
        None => 0,
    }
}
