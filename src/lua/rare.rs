//! What an instruction does where its operands are not the common ones.
//!
//! The interpreter has the common cases in line and comes here for the rest, with
//! pc and fuel saved. The instruction is looked at once more, from its beginning.

use super::call::Step;
use super::error::Error;
use super::host::Host;
use super::opcode::{Instr, num};
use super::operate::{Arith, Fetched, Operand};
use super::thread::{Thread, WINDOW};
use super::value::{ClosureId, UpvalId, Value};
use super::vm::{Exit, Vm};

/// The operations of `Add` … `Shr`, and in the same order those of the forms with a
/// constant, which have no shifts.
const BINARY: [Arith; 12] = [
    Arith::Add,
    Arith::Sub,
    Arith::Mul,
    Arith::Mod,
    Arith::Pow,
    Arith::Div,
    Arith::IDiv,
    Arith::BAnd,
    Arith::BOr,
    Arith::BXor,
    Arith::Shl,
    Arith::Shr,
];

/// The operation that stands so far behind the first one of its form.
fn binary(number: u8, first: u8) -> Arith {
    let place = usize::from(number.wrapping_sub(first));
    BINARY.get(place).copied().unwrap_or(Arith::Add)
}

impl Vm {
    /// Executes an instruction of the innermost frame, whose function and base these
    /// are. The interpreter stores a value in `R[A]`, or jumps by it.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn rare_case(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        closure: ClosureId,
        base: usize,
        i: Instr,
    ) -> Result<Fetched, Error> {
        let number = i.0 as u8;
        let reg = |n: u8| th.slot(base + usize::from(n));
        let constant = |n: u8| {
            let proto = self.heap.closures.get(closure.0).proto;
            let consts = &self.heap.protos.get(proto.0).consts;
            consts.get(usize::from(n)).copied().unwrap_or_default()
        };
        let upvalue = |n: u8| {
            let upvals = &self.heap.closures.get(closure.0).upvals;
            let id: UpvalId = upvals.get(usize::from(n)).copied().unwrap_or_default();
            self.upvalue(th, id)
        };
        let (a, b, c) = (i.a(), i.b(), i.c());
        match number {
            num::GetTabUp => {
                let (object, key) = (upvalue(b), constant(c));
                self.index(th, host, object, key, Operand::Upval(b))
            }
            num::GetTable | num::GetInt | num::GetField | num::Method | num::MethodR => {
                let key = match number {
                    num::GetTable | num::MethodR => reg(c),
                    num::GetInt => Value::Int(c.into()),
                    _ => constant(c),
                };
                let object = reg(b);
                self.index(th, host, object, key, Operand::Reg(b))
            }
            num::SetTabUp..=num::SetTabUpK | num::SetTable..=num::SetFieldK => {
                let (object, operand) = match number {
                    num::SetTabUp | num::SetTabUpK => (upvalue(a), Operand::Upval(a)),
                    _ => (reg(a), Operand::Reg(a)),
                };
                let key = match number {
                    num::SetTable | num::SetTableK => reg(b),
                    num::SetInt | num::SetIntK => Value::Int(b.into()),
                    _ => constant(b),
                };
                let value = match number {
                    num::SetTabUp | num::SetTable | num::SetInt | num::SetField => reg(c),
                    _ => constant(c),
                };
                let step = self.set_index(th, host, object, key, value, operand)?;
                Ok(self.done(step))
            }

            num::AddI | num::SubI | num::ShlI | num::ShrI => {
                let op = match number {
                    num::AddI => Arith::Add,
                    num::SubI => Arith::Sub,
                    num::ShlI => Arith::Shl,
                    _ => Arith::Shr,
                };
                let (x, y) = (reg(b), Value::Int(i.sc()));
                self.arith(th, host, op, x, y, Operand::Reg(b), Operand::None)
            }
            num::AddK..=num::BXorK => {
                let (op, x, y) = (binary(number, num::AddK), reg(b), constant(c));
                self.arith(th, host, op, x, y, Operand::Reg(b), Operand::None)
            }
            num::AddKR..=num::BXorKR => {
                let (op, x, y) = (binary(number, num::AddKR), constant(b), reg(c));
                self.arith(th, host, op, x, y, Operand::None, Operand::Reg(c))
            }
            num::Add..=num::Shr => {
                let (op, x, y) = (binary(number, num::Add), reg(b), reg(c));
                self.arith(th, host, op, x, y, Operand::Reg(b), Operand::Reg(c))
            }
            num::Unm | num::BNot => {
                let (op, x) = match number {
                    num::Unm => (Arith::Unm, reg(b)),
                    _ => (Arith::BNot, reg(b)),
                };
                self.arith(th, host, op, x, x, Operand::Reg(b), Operand::Reg(b))
            }
            num::Len => {
                let object = reg(b);
                self.length(th, host, object, Operand::Reg(b))
            }
            num::Concat => {
                let count = match th.frames.last() {
                    Some(frame) if frame.aux != 0 => frame.aux as usize,
                    _ => usize::from(b),
                };
                let step = self.concat(th, host, base + usize::from(a), count)?;
                Ok(self.done(step))
            }

            num::Eq => {
                let (x, y) = (reg(a), reg(b));
                self.equal_by_handler(th, host, x, y)
            }
            num::Lt | num::Le => {
                let (x, y) = (reg(a), reg(b));
                self.compare(th, host, number == num::Lt, x, y)
            }
            num::LtI..=num::GeI => {
                let imm = match c & 2 {
                    0 => Value::Int(i.sb()),
                    _ => Value::Float(i.sb() as f64),
                };
                let (x, y) = match number {
                    num::LtI | num::LeI => (reg(a), imm),
                    _ => (imm, reg(a)),
                };
                let less = matches!(number, num::LtI | num::GtI);
                self.compare(th, host, less, x, y)
            }

            num::Close => {
                let level = base + usize::from(a);
                Ok(match self.close_one(th, host, level, Value::Nil)? {
                    Step::Done => {
                        self.close_upvalues(th, level);
                        Fetched::Done
                    }
                    step => Fetched::Called(step),
                })
            }
            num::Tbc => {
                self.mark_to_be_closed(th, base + usize::from(a))?;
                Ok(Fetched::Done)
            }
            num::Closure => {
                let value = self.make_closure(th, closure, base, i.bx())?;
                th.set_slot(base + usize::from(a), value);
                Ok(self.done(Step::Done))
            }
            num::Vararg => {
                self.varargs(th, base, base + usize::from(a), c)?;
                Ok(Fetched::Done)
            }
            // No others come here.
            _ => Ok(Fetched::Done),
        }
    }

    /// An operation without a value, which may have made garbage.
    fn done(&mut self, step: Step) -> Fetched {
        match step {
            Step::Done if self.heap.account.is_due() => Fetched::Called(Step::Exit(Exit::Collect)),
            Step::Done => Fetched::Done,
            step => Fetched::Called(step),
        }
    }

    /// Copies extra arguments to slot `to`: all of them if `c` is 0, else `c - 1`.
    fn varargs(&mut self, th: &mut Thread, base: usize, to: usize, c: u8) -> Result<(), Error> {
        let have = th.frames.last().map_or(0, |frame| frame.varargs as usize);
        let wanted = match c {
            0 => have,
            c => usize::from(c) - 1,
        };
        if c == 0 {
            th.ensure(to + wanted + WINDOW, &mut self.heap.account)?;
            th.top = to + wanted;
        }
        let moved = wanted.min(have);
        th.copy_slots(base - have, to, moved);
        for at in to + moved..to + wanted {
            th.set_slot(at, Value::Nil);
        }
        self.fuel -= moved as i64 / 8;
        Ok(())
    }
}
