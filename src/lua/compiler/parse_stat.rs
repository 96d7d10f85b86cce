//! The grammar of statements, apart from loops.

use super::Compiler;
use super::atom::Atom;
use super::expr::{Expr, JumpList, Kind, NO_JUMP};
use super::scope::VarKind;
use super::token::Token;
use crate::lua::opcode::{Instr, Op};

impl Compiler<'_> {
    /// Whether the current token ends a list of statements.
    pub(super) fn at_block_end(&self, until_ends: bool) -> bool {
        match self.token() {
            Token::Else | Token::Elseif | Token::End | Token::Eof => true,
            Token::Until => until_ends,
            _ => false,
        }
    }

    /// Reads statements up to the end of the block.
    pub(super) fn statements(&mut self) {
        while !self.at_block_end(true) {
            let is_last = self.token() == Token::Return;
            self.statement();
            if is_last {
                break;
            }
        }
    }

    /// Reads a block with a scope of its own.
    pub(super) fn block(&mut self) {
        self.enter_block(false);
        self.statements();
        self.leave_block();
    }

    fn statement(&mut self) {
        let line = self.lex.line;
        self.enter_level();
        match self.token() {
            Token::Byte(b';') => self.lex.next(),
            Token::If => self.if_statement(line),
            Token::While => self.while_loop(line),
            Token::Do => {
                self.lex.next();
                self.block();
                self.expect_closing(Token::End, Token::Do, line);
            }
            Token::For => self.for_loop(line),
            Token::Repeat => self.repeat_loop(line),
            Token::Function => self.function_statement(line),
            Token::Local => {
                self.lex.next();
                if self.accept(Token::Function) {
                    self.local_function();
                } else {
                    self.local_statement();
                }
            }
            Token::DoubleColon => {
                self.lex.next();
                let name = self.name();
                self.label_statement(name, line);
            }
            Token::Return => {
                self.lex.next();
                self.return_statement();
            }
            Token::Break => {
                self.lex.next();
                let jump = self.jump();
                self.add_goto(Atom::BREAK, line, jump);
            }
            Token::Goto => {
                self.lex.next();
                self.goto_statement();
            }
            _ => self.expr_statement(),
        }
        // Temporaries do not outlive a statement.
        self.f.free_reg = self.f.active_regs;
        self.level -= 1;
    }

    fn if_statement(&mut self, line: u32) {
        let mut to_end = NO_JUMP;
        self.guarded_block(&mut to_end);
        while self.token() == Token::Elseif {
            self.guarded_block(&mut to_end);
        }
        if self.accept(Token::Else) {
            self.block();
        }
        self.expect_closing(Token::End, Token::If, line);
        self.patch_to_here(to_end);
    }

    /// Reads a condition and the block behind it. The jump from its end is
    /// added to `to_end`.
    fn guarded_block(&mut self, to_end: &mut JumpList) {
        self.lex.next();
        let mut condition = self.expr();
        self.expect(Token::Then);
        let skip = match self.token() {
            Token::Break | Token::Goto => match self.conditional_goto(&mut condition) {
                Some(skip) => skip,
                None => return,
            },
            _ => {
                let skip = self.jumps_if_false(&mut condition);
                self.enter_block(false);
                skip
            }
        };
        self.statements();
        self.leave_block();
        if matches!(self.token(), Token::Else | Token::Elseif) {
            let jump = self.jump();
            *to_end = self.push_jump(jump, *to_end);
        }
        self.patch_to_here(skip);
    }

    /// Reads `break` or `goto` at the beginning of a guarded block, which then
    /// is where the condition itself jumps to. Answers the jumps that skip the
    /// rest of the block, if there is a rest.
    fn conditional_goto(&mut self, condition: &mut Expr) -> Option<JumpList> {
        let mut line = self.lex.line;
        let mut name = Atom::BREAK;
        let is_goto = self.token() == Token::Goto;
        if is_goto {
            // The condition's code comes first, but depends on the name.
            let ahead = self.lex.peek();
            if ahead.token != Token::Name {
                self.lex.next();
                self.lex.fail_near(b"<name> expected");
            }
            name = ahead.atom();
            line = self.lex.line;
        }
        if let Some(level) = self.level_to_close(name) {
            // A close has to come first, so this is a block like any other.
            let skip = self.jumps_if_false(condition);
            self.skip_goto(is_goto);
            self.enter_block(false);
            self.emit_close(level);
            let jump = self.jump();
            self.go_to(name, line, jump);
            return Some(skip);
        }
        let jumps = self.jumps_if_true(condition);
        self.skip_goto(is_goto);
        self.enter_block(false);
        self.go_to(name, line, jumps);
        while self.accept(Token::Byte(b';')) {}
        if self.at_block_end(false) {
            self.leave_block();
            return None;
        }
        Some(self.jump())
    }

    /// Skips `break`, or `goto` with the name behind it.
    fn skip_goto(&mut self, is_goto: bool) {
        if is_goto {
            self.lex.next();
        }
        self.lex.next()
    }

    fn goto_statement(&mut self) {
        let line = self.lex.line;
        let name = self.name();
        if let Some(level) = self.level_to_close(name) {
            self.emit_close(level);
        }
        let jump = self.jump();
        self.go_to(name, line, jump);
    }

    fn label_statement(&mut self, name: Atom, line: u32) {
        self.expect(Token::DoubleColon);
        // What does nothing does not stand between a label and its block's end.
        while matches!(self.token(), Token::Byte(b';') | Token::DoubleColon) {
            self.statement();
        }
        self.check_new_label(name);
        let is_last = self.at_block_end(false);
        self.create_label(name, line, is_last);
    }

    fn function_statement(&mut self, line: u32) {
        self.lex.next();
        let name = self.name();
        let mut variable = self.variable(name);
        let mut is_method = false;
        while self.token() == Token::Byte(b'.') {
            self.field(&mut variable);
        }
        if self.token() == Token::Byte(b':') {
            is_method = true;
            self.field(&mut variable);
        }
        let mut body = self.function_body(is_method, line);
        self.check_writable(&variable);
        self.store(&variable, &mut body);
        // The definition happens on its first line.
        self.f.fix_line(line);
    }

    fn local_function(&mut self) {
        let name = self.name();
        self.declare(name);
        self.activate(1);
        self.function_body(false, self.lex.line);
        // Debuggers see the variable only when it has its value.
        let pc = self.f.pc();
        if let Some(local) = self.f.proto.locals.last_mut() {
            local.start_pc = pc;
        }
    }

    fn local_statement(&mut self) {
        let mut count = 0;
        let mut to_close = None;
        let last = loop {
            let name = self.name();
            let last = self.declare(name);
            let kind = self.attribute();
            if matches!(kind, VarKind::Close) {
                if to_close.is_some() {
                    self.lex
                        .fail_plain(b"multiple to-be-closed variables in local list");
                }
                to_close = Some(last);
            }
            if let Some(var) = self.vars.get_mut(last as usize) {
                var.kind = kind;
            }
            count += 1;
            if !self.accept(Token::Byte(b',')) {
                break last;
            }
        };
        let (mut value, values) = if self.accept(Token::Byte(b'=')) {
            self.expr_list()
        } else {
            (Expr::new(Kind::Void), 0)
        };
        if count == values && self.make_known(last, &mut value) {
            // All but the last one are in registers already.
            self.activate(count);
            return;
        }
        self.adjust_values(count, values, &mut value);
        self.activate(count);
        if let Some(var) = to_close.and_then(|var| self.vars.get(var as usize)) {
            let reg = var.reg;
            self.mark_to_be_closed();
            self.emit_abc(Op::Tbc, reg, 0, 0);
        }
    }

    /// Reads the attribute of a local variable, if there is one.
    fn attribute(&mut self) -> VarKind {
        if !self.accept(Token::Byte(b'<')) {
            return VarKind::Regular;
        }
        let name = self.name();
        self.expect(Token::Byte(b'>'));
        let text = self.lex.atoms.text(name);
        match &*text {
            b"const" => VarKind::Const,
            b"close" => VarKind::Close,
            _ => {
                let message = [b"unknown attribute '", &*text, b"'"].concat();
                self.lex.fail_plain(&message);
                VarKind::Regular
            }
        }
    }

    /// Makes a constant variable with a constant value one that needs no
    /// register.
    fn make_known(&mut self, var: u32, value: &mut Expr) -> bool {
        self.discharge_known(value);
        if !value.is_constant() {
            return false;
        }
        match self.vars.get_mut(var as usize) {
            Some(var) if matches!(var.kind, VarKind::Const) => {
                var.kind = VarKind::Known(value.kind);
                true
            }
            _ => false,
        }
    }

    /// Puts the last of `values` values into registers such that there are as
    /// many as `variables`.
    pub(super) fn adjust_values(&mut self, variables: u32, values: u32, last: &mut Expr) {
        let missing = variables.saturating_sub(values);
        if last.is_multi() {
            // The last one gives what is missing, and its own value.
            let wanted = (variables + 1).saturating_sub(values);
            self.set_results(last, Some(wanted));
        } else {
            if !last.is_void() {
                self.load_next(last);
            }
            if missing > 0 {
                let first = self.f.free_reg;
                self.check_registers(missing);
                self.code_nil(first, missing);
            }
        }
        if missing > 0 {
            self.reserve(missing)
        } else {
            self.f.free_reg -= (values - variables).min(self.f.free_reg);
        }
    }

    fn return_statement(&mut self) {
        let mut first = self.f.active_regs as u8;
        let mut count = Some(0);
        if !self.at_block_end(true) && self.token() != Token::Byte(b';') {
            let (mut e, values) = self.expr_list();
            let in_tbc = self.f.blocks.last().is_some_and(|block| block.inside_tbc);
            if let Kind::Call(pc) = e.kind
                && values == 1
                && !in_tbc
            {
                let call = self.f.instr(pc);
                let (a, b) = (call.a().into(), call.b().into());
                self.f.replace(pc, Instr::abc(Op::TailCall, a, b, 0));
                // What the call leaves is returned here if it was none of a Lua
                // function, which would have taken this frame's place.
                self.code_return_multi(a as u8, None);
                self.accept(Token::Byte(b';'));
                return;
            }
            if e.is_multi() {
                self.set_results(&e, None);
                count = None;
            } else if values == 1 {
                first = self.load_any(&mut e);
                count = Some(1);
            } else {
                self.load_next(&mut e);
                count = Some(values);
            }
        }
        self.code_return_multi(first, count);
        self.accept(Token::Byte(b';'));
    }

    fn expr_statement(&mut self) {
        let e = self.suffixed_expr();
        if matches!(self.token(), Token::Byte(b'=' | b',')) {
            return self.assignment(e);
        }
        let Kind::Call(pc) = e.kind else {
            return self.lex.fail_near(b"syntax error");
        };
        self.f.set_c(pc, 1);
    }

    fn assignment(&mut self, first: Expr) {
        let level = self.level;
        let mut variables = Vec::new();
        let mut last = first;
        self.check_assignable(&last);
        while self.accept(Token::Byte(b',')) {
            variables.push(last);
            last = self.suffixed_expr();
            if !is_indexed(&last) {
                self.keep_indexed(&mut variables, &last);
            }
            // PUC recurses here, and a limit as deep keeps the time linear.
            self.enter_level();
            self.check_assignable(&last);
        }
        self.expect(Token::Byte(b'='));
        let (mut value, values) = self.expr_list();
        self.level = level;
        if values == variables.len() as u32 + 1 {
            self.set_one_result(&mut value);
            self.store(&last, &mut value);
        } else {
            self.adjust_values(variables.len() as u32 + 1, values, &mut value);
            self.store_top(&last);
        }
        for variable in variables.iter().rev() {
            self.store_top(variable);
        }
    }

    /// Assigns the value in the last register.
    fn store_top(&mut self, variable: &Expr) {
        let top = self.f.free_reg.saturating_sub(1) as u8;
        self.store(variable, &mut Expr::new(Kind::Fixed(top)))
    }

    fn check_assignable(&mut self, e: &Expr) {
        let is_variable =
            is_indexed(e) || matches!(e.kind, Kind::Local { .. } | Kind::Upval(_) | Kind::Known(_));
        if !is_variable {
            self.lex.fail_near(b"syntax error");
        }
        self.check_writable(e)
    }

    /// Where `variable` is assigned to in the same statement as fields of the
    /// table it holds, or with it as a key, lets those use a copy of it.
    fn keep_indexed(&mut self, variables: &mut [Expr], variable: &Expr) {
        let copy = self.f.free_reg as u8;
        let mut conflict = false;
        for other in variables {
            match (&mut other.kind, variable.kind) {
                (Kind::IndexUp { table, key }, Kind::Upval(up)) if *table == up => {
                    conflict = true;
                    other.kind = Kind::IndexStr {
                        table: copy,
                        key: *key,
                    };
                }
                (
                    Kind::IndexInt { table, .. } | Kind::IndexStr { table, .. },
                    Kind::Local { reg, .. },
                ) if *table == reg => {
                    conflict = true;
                    *table = copy;
                }
                (Kind::Index { table, key }, Kind::Local { reg, .. }) => {
                    for operand in [table, key] {
                        if *operand == reg {
                            conflict = true;
                            *operand = copy;
                        }
                    }
                }
                _ => {}
            }
        }
        if !conflict {
            return;
        }
        match variable.kind {
            Kind::Local { reg, .. } => self.emit_abc(Op::Move, copy, reg, 0),
            Kind::Upval(index) => self.emit_abc(Op::GetUpval, copy, index, 0),
            _ => return,
        };
        self.reserve(1)
    }
}

/// Whether the expression is a field.
fn is_indexed(e: &Expr) -> bool {
    matches!(
        e.kind,
        Kind::Index { .. } | Kind::IndexUp { .. } | Kind::IndexInt { .. } | Kind::IndexStr { .. }
    )
}
