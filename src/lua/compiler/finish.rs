//! The last pass over a function's code.

use super::Compiler;
use crate::lua::opcode::{Instr, MAX_SJ, Op};
use crate::lua::order::sorted_positions;

/// How many jumps in a row are followed at most; they may go in a circle.
const MAX_HOPS: u32 = 100;

impl Compiler<'_> {
    /// Gives the returns their final form and lets jumps skip other jumps.
    pub(super) fn finish(&mut self) {
        let f = &mut self.f;
        let spans = std::mem::take(&mut f.close_spans);
        let order = sorted_positions(spans.len(), &mut |a, b| spans.get(a) < spans.get(b));
        let mut next = 0;
        let mut close_until = 0;
        for pc in 0..f.pc() {
            while let Some(&(start, end)) = order.get(next).and_then(|&at| spans.get(at))
                && start <= pc
            {
                close_until = close_until.max(end);
                next += 1;
            }
            let close = u8::from(pc < close_until);
            let instr = f.instr(pc);
            match instr.op() {
                Op::Return0 | Op::Return1 if close == 1 => {
                    let (a, b) = (instr.a().into(), instr.b().into());
                    f.replace(pc, Instr::abc(Op::Return, a, b, close.into()));
                }
                Op::Return | Op::TailCall => f.set_c(pc, close),
                Op::Jmp => {
                    let target = final_target(&f.proto.code, pc);
                    let offset = i64::from(target) - i64::from(pc) - 1;
                    if offset.abs() <= i64::from(MAX_SJ) {
                        f.replace(pc, Instr::sj(Op::Jmp, offset as i32));
                    }
                }
                _ => {}
            }
        }
    }
}

/// Where a jump ends if those that it meets are followed.
fn final_target(code: &[Instr], mut pc: u32) -> u32 {
    for _ in 0..MAX_HOPS {
        match code.get(pc as usize) {
            Some(jump) if jump.op() == Op::Jmp => {
                pc = (pc + 1).wrapping_add_signed(jump.get_sj());
            }
            _ => break,
        }
    }
    pc
}
