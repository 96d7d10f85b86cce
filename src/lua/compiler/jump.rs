//! Jumps and lists of jumps that wait for their target.
//!
//! A waiting jump's offset leads to the next jump of its list, an offset of -1
//! (which would be a jump to itself) ends the list.

use super::Compiler;
use super::expr::{JumpList, NO_JUMP};
use super::function::NO_REG;
use crate::lua::opcode::{Instr, MAX_SJ, Op};

/// The offset that ends a list.
const END_OF_LIST: i32 = -1;

impl Compiler<'_> {
    /// Appends a jump that waits for its target.
    pub(super) fn jump(&mut self) -> u32 {
        self.emit(Instr::sj(Op::Jmp, END_OF_LIST))
    }

    /// Marks the next instruction as one that something jumps to.
    pub(super) fn label_here(&mut self) -> u32 {
        self.f.last_target = self.f.pc();
        self.f.last_target
    }

    /// The jump behind the one at `pc` in its list.
    fn next_jump(&self, pc: u32) -> JumpList {
        let offset = self.f.instr(pc).get_sj();
        // After an error a list may lead anywhere.
        if offset == END_OF_LIST || self.lex.has_failed() {
            return NO_JUMP;
        }
        (pc + 1).wrapping_add_signed(offset)
    }

    /// Lets the jump at `pc` go to `target`.
    fn fix_jump(&mut self, pc: u32, target: u32) {
        let offset = i64::from(target) - i64::from(pc) - 1;
        match i32::try_from(offset) {
            Ok(offset) if (-MAX_SJ..=MAX_SJ).contains(&offset) => {
                self.f.replace(pc, Instr::sj(Op::Jmp, offset));
            }
            _ => self.lex.fail_near(b"control structure too long"),
        }
    }

    /// Appends `second` to `first`. This walks over `first`, so the longer list
    /// belongs into `second`.
    pub(super) fn concat_jumps(&mut self, first: &mut JumpList, second: JumpList) {
        if second == NO_JUMP {
            return;
        }
        if *first == NO_JUMP {
            *first = second;
            return;
        }
        let mut last = *first;
        loop {
            let next = self.next_jump(last);
            if next == NO_JUMP {
                break;
            }
            last = next;
        }
        self.fix_jump(last, second)
    }

    /// Where the condition of the jump at `pc` is: the instruction before it,
    /// or the jump itself if it is unconditional.
    fn control_pc(&self, pc: u32) -> u32 {
        match pc.checked_sub(1) {
            Some(before) if is_condition(self.f.instr(before).op()) => before,
            _ => pc,
        }
    }

    /// Lets the value that the jump at `pc` depends on go to `reg`, or nowhere
    /// if `reg` is [`NO_REG`]. False if the jump carries no value.
    fn set_test_target(&mut self, pc: u32, reg: u8) -> bool {
        let pc = self.control_pc(pc);
        let test = self.f.instr(pc);
        if test.op() != Op::TestSet {
            return false;
        }
        if reg != NO_REG && reg != test.b() {
            self.f.set_a(pc, reg);
        } else {
            // No target, or the value is there already.
            let plain = Instr::abc(Op::Test, test.b().into(), 0, test.c().into());
            self.f.replace(pc, plain);
        }
        true
    }

    /// Whether some jump of a list carries no value.
    pub(super) fn needs_value(&self, mut list: JumpList) -> bool {
        while list != NO_JUMP {
            if self.f.instr(self.control_pc(list)).op() != Op::TestSet {
                return true;
            }
            list = self.next_jump(list);
        }
        false
    }

    /// Lets no jump of a list carry a value.
    pub(super) fn drop_values(&mut self, mut list: JumpList) {
        while list != NO_JUMP {
            self.set_test_target(list, NO_REG);
            list = self.next_jump(list);
        }
    }

    /// Lets the jumps of a list that carry a value put it into `reg` and go to
    /// `with_value`, and the others to `without`.
    pub(super) fn patch_values(
        &mut self,
        mut list: JumpList,
        with_value: u32,
        reg: u8,
        without: u32,
    ) {
        while list != NO_JUMP {
            let next = self.next_jump(list);
            let target = if self.set_test_target(list, reg) {
                with_value
            } else {
                without
            };
            self.fix_jump(list, target);
            list = next;
        }
    }

    /// Lets all jumps of a list go to `target`.
    pub(super) fn patch_list(&mut self, list: JumpList, target: u32) {
        self.patch_values(list, target, NO_REG, target)
    }

    /// Lets all jumps of a list go to the next instruction.
    pub(super) fn patch_to_here(&mut self, list: JumpList) {
        let here = self.label_here();
        self.patch_list(list, here)
    }

    /// Appends a condition and the jump that is taken if it holds.
    pub(super) fn conditional_jump(&mut self, op: Op, a: u8, b: u8, holds: bool) -> u32 {
        self.emit_abc(op, a, b, holds.into());
        self.jump()
    }

    /// Turns the condition of the jump at `pc` into its opposite.
    pub(super) fn negate_condition(&mut self, pc: u32) {
        let control = self.control_pc(pc);
        let holds = self.f.instr(control).c();
        self.f.set_c(control, holds ^ 1);
    }
}

/// Whether an operation decides on the jump behind it.
pub(super) fn is_condition(op: Op) -> bool {
    matches!(
        op,
        Op::Eq
            | Op::Lt
            | Op::Le
            | Op::EqK
            | Op::EqI
            | Op::LtI
            | Op::LeI
            | Op::GtI
            | Op::GeI
            | Op::Test
            | Op::TestSet
    )
}
