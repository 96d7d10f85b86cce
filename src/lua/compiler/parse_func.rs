//! The grammar of functions and chunks.

use std::rc::Rc;

use super::Compiler;
use super::atom::Atom;
use super::expr::{Expr, Kind};
use super::function::Upval;
use super::scope::ENV_VAR;
use super::token::Token;
use crate::lua::opcode::{Instr, MAX_BX, Op};
use crate::lua::proto::Proto;

impl Compiler<'_> {
    /// Reads the whole chunk.
    pub(super) fn chunk(&mut self) -> Box<Proto> {
        self.enter_block(false);
        self.f.upvals.push(Upval {
            name: Atom::ENV,
            var: ENV_VAR,
            in_stack: true,
            index: 0,
            read_only: false,
        });
        self.set_vararg();
        self.lex.next();
        self.statements();
        self.expect(Token::Eof);
        self.close_function()
    }

    fn set_vararg(&mut self) {
        self.f.proto.is_vararg = true;
        self.emit_abc(Op::VarargPrep, self.f.proto.num_params, 0, 0);
    }

    /// Reads parameters and body of a function that began on `line`. The
    /// closure is in the last register.
    pub(super) fn function_body(&mut self, is_method: bool, line: u32) -> Expr {
        self.open_function(line);
        self.expect(Token::Byte(b'('));
        if is_method {
            self.declare(Atom::SELF);
            self.activate(1);
        }
        self.parameters();
        self.expect(Token::Byte(b')'));
        self.statements();
        self.f.proto.last_line_defined = self.lex.line;
        self.expect_closing(Token::End, Token::Function, line);
        let proto = self.close_function();
        let index = self.f.proto.protos.len() as u32;
        if index > MAX_BX {
            self.too_many("functions", MAX_BX);
        }
        self.f.proto.protos.push(Rc::from(proto));
        let closure = self.emit(Instr::abx(Op::Closure, 0, index));
        let mut e = Expr::new(Kind::Pending(closure));
        // The last register, so that everything above it is dead while the
        // closure is being made.
        self.load_next(&mut e);
        e
    }

    fn parameters(&mut self) {
        let mut count = 0;
        let mut has_rest = false;
        if self.token() != Token::Byte(b')') {
            loop {
                match self.token() {
                    Token::Name => {
                        let name = self.name();
                        self.declare(name);
                        count += 1;
                    }
                    Token::Dots => {
                        self.lex.next();
                        has_rest = true;
                        break;
                    }
                    _ => self.lex.fail_near(b"<name> or '...' expected"),
                }
                if !self.accept(Token::Byte(b',')) {
                    break;
                }
            }
        }
        self.activate(count);
        self.f.proto.num_params = self.f.active as u8;
        if has_rest {
            self.set_vararg();
        }
        self.reserve(self.f.active);
    }
}
