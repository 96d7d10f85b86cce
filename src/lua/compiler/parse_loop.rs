//! The grammar of loops.

use super::Compiler;
use super::atom::Atom;
use super::expr::Expr;
use super::token::Token;
use crate::lua::opcode::{Instr, MAX_BX, Op};

/// The instructions of a `for` loop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Numeric,
    Generic,
}

impl Compiler<'_> {
    /// Reads a `while` loop. The code of its condition is put behind the body,
    /// so that a round takes one jump instead of two.
    pub(super) fn while_loop(&mut self, line: u32) {
        self.lex.next();
        let start = self.label_here();
        let mut condition = self.expr();
        self.discharge_known(&mut condition);
        if condition.is_constant() {
            return self.constant_while(condition, start, line);
        }
        let again = self.jumps_if_true(&mut condition);
        let moved = self.f.cut(start);
        let entry = self.jump();
        let body = self.label_here();
        self.while_body();
        self.patch_to_here(entry);
        let distance = self.f.pc() - start;
        self.f.append(moved);
        self.patch_list(again.saturating_add(distance), body);
        self.label_here();
        self.expect_closing(Token::End, Token::While, line);
        self.leave_block();
    }

    /// Reads the rest of a `while` loop that runs for ever or never.
    fn constant_while(&mut self, mut condition: Expr, start: u32, line: u32) {
        let exit = self.jumps_if_false(&mut condition);
        self.while_body();
        let back = self.jump();
        self.patch_list(back, start);
        self.expect_closing(Token::End, Token::While, line);
        self.leave_block();
        self.patch_to_here(exit);
    }

    /// Reads what is between the condition and the `end`.
    fn while_body(&mut self) {
        self.enter_block(true);
        self.expect(Token::Do);
        self.block()
    }

    pub(super) fn repeat_loop(&mut self, line: u32) {
        let start = self.label_here();
        self.enter_block(true);
        self.enter_block(false);
        self.lex.next();
        self.statements();
        self.expect_closing(Token::Until, Token::Repeat, line);
        // The condition sees the variables of the body.
        let mut condition = self.expr();
        let mut again = self.jumps_if_false(&mut condition);
        let body = self.leave_block();
        if let Some(body) = body.filter(|body| body.must_close) {
            let exit = self.jump();
            self.patch_to_here(again);
            self.emit_close(body.level);
            again = self.jump();
            self.patch_to_here(exit);
        }
        self.patch_list(again, start);
        self.leave_block();
    }

    pub(super) fn for_loop(&mut self, line: u32) {
        self.enter_block(true);
        self.lex.next();
        let name = self.name();
        match self.token() {
            Token::Byte(b'=') => self.numeric_for(name, line),
            Token::Byte(b',') | Token::In => self.generic_for(name),
            _ => self.lex.fail_near(b"'=' or 'in' expected"),
        }
        self.expect_closing(Token::End, Token::For, line);
        self.leave_block();
    }

    /// Reads an expression into the next register.
    fn expr_to_next_reg(&mut self) {
        let mut e = self.expr();
        self.load_next(&mut e);
    }

    fn numeric_for(&mut self, name: Atom, line: u32) {
        let base = self.f.free_reg as u8;
        for _ in 0..3 {
            self.declare(Atom::FOR_STATE);
        }
        self.declare(name);
        self.lex.next();
        self.expr_to_next_reg();
        self.expect(Token::Byte(b','));
        self.expr_to_next_reg();
        if self.accept(Token::Byte(b',')) {
            self.expr_to_next_reg();
        } else {
            let step = self.f.free_reg;
            self.emit(Instr::asbx(Op::LoadI, step, 1));
            self.reserve(1);
        }
        self.activate(3);
        self.for_body(For::Numeric, base, line, 1)
    }

    fn generic_for(&mut self, name: Atom) {
        let base = self.f.free_reg as u8;
        for _ in 0..4 {
            self.declare(Atom::FOR_STATE);
        }
        self.declare(name);
        let mut count = 1;
        while self.accept(Token::Byte(b',')) {
            let name = self.name();
            self.declare(name);
            count += 1;
        }
        self.expect(Token::In);
        let line = self.lex.line;
        let (mut last, values) = self.expr_list();
        self.adjust_values(4, values, &mut last);
        self.activate(4);
        self.mark_to_be_closed();
        // Room to call the iterator.
        self.check_registers(3);
        self.for_body(For::Generic, base, line, count)
    }

    fn for_body(&mut self, kind: For, base: u8, line: u32, variables: u32) {
        self.expect(Token::Do);
        let (prepare, again) = match kind {
            For::Numeric => (Op::ForPrep, Op::ForLoop),
            For::Generic => (Op::TForPrep, Op::TForLoop),
        };
        let prepare = self.emit(Instr::abx(prepare, base.into(), 0));
        self.enter_block(false);
        self.activate(variables);
        self.reserve(variables);
        self.block();
        self.leave_block();
        let here = self.label_here();
        self.fix_loop(prepare, here - prepare - 1);
        if kind == For::Generic {
            self.emit(Instr::abc(Op::TForCall, base.into(), 0, variables));
            self.f.fix_line(line);
        }
        let again = self.emit(Instr::abx(again, base.into(), 0));
        self.f.fix_line(line);
        self.fix_loop(again, again - prepare);
    }

    /// Sets the length of a loop's jump.
    fn fix_loop(&mut self, pc: u32, length: u32) {
        if length > MAX_BX {
            self.lex.fail_near(b"control structure too long");
        }
        let instr = self.f.instr(pc);
        let fixed = Instr::abx(instr.op(), instr.a().into(), length);
        self.f.replace(pc, fixed);
    }
}
