//! Variables and blocks.

use super::Compiler;
use super::atom::{Atom, NONE};
use super::expr::{Expr, Kind};
use super::function::{Block, Func, Upval};
use crate::lua::proto::LocalDesc;

/// What may be done with a variable.
#[derive(Clone, Copy, Debug)]
pub(super) enum VarKind {
    /// Anything.
    Regular,
    /// It cannot be assigned to.
    Const,
    /// Nor this; and it is closed at the end of its block.
    Close,
    /// Its value is known and takes no register.
    Known(Kind),
}

/// A local variable of any of the open functions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Var {
    pub name: Atom,
    pub kind: VarKind,
    pub reg: u8,
    /// How many functions are around its own.
    pub depth: u32,
    /// The index of its description among the function's locals.
    pub local: u32,
    /// The variable that its name denoted before.
    pub hidden: u32,
}

/// The variable `_ENV` around the whole chunk.
pub(super) const ENV_VAR: u32 = NONE - 1;

/// How many variables a function may have at a time, and how many upvalues.
const MAX_VARS: u32 = 200;
const MAX_UPVALS: u32 = 255;

impl Compiler<'_> {
    /// How many functions are around the current one.
    pub(super) fn depth(&self) -> u32 {
        self.outer.len() as u32
    }

    fn function_at(&mut self, depth: u32) -> &mut Func {
        match self.outer.get_mut(depth as usize) {
            Some(outer) => outer,
            None => &mut self.f,
        }
    }

    /// Notes the error of a function that has more of something than it may.
    #[cold]
    pub(super) fn too_many(&mut self, what: &str, limit: u32) {
        self.too_many_in(self.f.proto.line_defined, what, limit)
    }

    /// Likewise for the function that begins on `line`.
    #[cold]
    fn too_many_in(&mut self, line: u32, what: &str, limit: u32) {
        let place = match line {
            0 => "main function".to_owned(),
            _ => format!("function at line {line}"),
        };
        let message = format!("too many {what} (limit is {limit}) in {place}");
        self.lex.fail_near(message.as_bytes());
    }

    /// Declares a variable. It becomes visible when it is activated.
    pub(super) fn declare(&mut self, name: Atom) -> u32 {
        if self.vars.len() - self.f.first_var >= MAX_VARS as usize {
            self.too_many("local variables", MAX_VARS);
        }
        self.vars.push(Var {
            name,
            kind: VarKind::Regular,
            reg: 0,
            depth: self.depth(),
            local: NONE,
            hidden: NONE,
        });
        self.vars.len() as u32 - 1
    }

    /// Makes the next `count` declared variables visible, and puts each into
    /// the next register, unless its value is known.
    pub(super) fn activate(&mut self, count: u32) {
        for _ in 0..count {
            let index = self.f.first_var as u32 + self.f.active;
            let Some(var) = self.vars.get_mut(index as usize) else {
                return;
            };
            self.f.active += 1;
            var.hidden = self.lex.atoms.bind(var.name, index);
            if matches!(var.kind, VarKind::Known(_)) {
                continue;
            }
            var.reg = self.f.active_regs as u8;
            var.local = self.f.proto.locals.len() as u32;
            self.f.active_regs += 1;
            self.f.proto.locals.push(LocalDesc {
                name: self.lex.atoms.text(var.name),
                start_pc: self.f.pc(),
                end_pc: self.f.pc(),
                register: var.reg,
            });
            self.lex.charge(size_of::<LocalDesc>());
        }
    }

    /// Ends the scope of all but `active` variables of the function.
    fn end_scopes(&mut self, active: u32, level: u32) {
        let pc = self.f.pc();
        let keep = self.f.first_var + active as usize;
        while self.vars.len() > keep {
            let Some(var) = self.vars.pop() else {
                break;
            };
            // Variables that were declared only hide nothing.
            if self.lex.atoms.binding(var.name) == self.vars.len() as u32 {
                self.lex.atoms.bind(var.name, var.hidden);
            }
            if let Some(local) = self.f.proto.locals.get_mut(var.local as usize) {
                local.end_pc = pc;
            }
        }
        self.f.active = active;
        self.f.active_regs = level;
    }

    /// The value of a variable that is known.
    pub(super) fn known_value(&self, var: u32) -> Kind {
        match self.vars.get(var as usize).map(|var| var.kind) {
            Some(VarKind::Known(value)) => value,
            _ => Kind::Nil,
        }
    }

    /// The variable that a name denotes, if there is one.
    fn resolve(&mut self, name: Atom) -> Option<Kind> {
        let binding = self.lex.atoms.binding(name);
        let Some(&var) = self.vars.get(binding as usize) else {
            if name == Atom::ENV {
                // It belongs to a function around the main one.
                let index = self.upvalue(name, ENV_VAR, u32::MAX, 0, false);
                return Some(Kind::Upval(index));
            }
            return None;
        };
        if matches!(var.kind, VarKind::Known(_)) {
            return Some(Kind::Known(binding));
        }
        if var.depth == self.depth() {
            return Some(Kind::Local {
                reg: var.reg,
                var: binding,
            });
        }
        let read_only = !matches!(var.kind, VarKind::Regular);
        let index = self.upvalue(name, binding, var.depth, var.reg, read_only);
        Some(Kind::Upval(index))
    }

    /// The upvalue of the current function for a variable of a function
    /// around it; all functions between get one, too.
    fn upvalue(&mut self, name: Atom, var: u32, depth: u32, reg: u8, read_only: bool) -> u8 {
        let current = self.depth();
        // Find the innermost function that has it.
        let mut level = current;
        let mut index = loop {
            let func = self.function_at(level);
            if let Some(found) = func.upvals.iter().position(|upval| upval.var == var) {
                break found as u8;
            }
            if level == depth.wrapping_add(1) || level == 0 {
                self.mark_captured(var, depth);
                break self.add_upvalue(level, name, var, true, reg, read_only);
            }
            level -= 1;
        };
        while level < current {
            level += 1;
            index = self.add_upvalue(level, name, var, false, index, read_only);
        }
        index
    }

    fn add_upvalue(
        &mut self,
        level: u32,
        name: Atom,
        var: u32,
        in_stack: bool,
        index: u8,
        read_only: bool,
    ) -> u8 {
        self.lex.charge(size_of::<Upval>() * 2);
        let func = self.function_at(level);
        let count = func.upvals.len();
        if count >= MAX_UPVALS as usize {
            let line = func.proto.line_defined;
            self.too_many_in(line, "upvalues", MAX_UPVALS);
            return 0;
        }
        func.upvals.push(Upval {
            name,
            var,
            in_stack,
            index,
            read_only,
        });
        count as u8
    }

    /// Notes that a variable has to be closed at the end of its block.
    fn mark_captured(&mut self, var: u32, depth: u32) {
        let Some(&Var { local, .. }) = self.vars.get(var as usize) else {
            return;
        };
        let func = self.function_at(depth);
        let number = var - func.first_var as u32;
        let start = func
            .proto
            .locals
            .get(local as usize)
            .map_or(0, |d| d.start_pc);
        let block = func.blocks.iter_mut().rev().find(|b| b.active <= number);
        if let Some(block) = block {
            block.must_close = true;
            block.close_from = block.close_from.min(start);
        }
    }

    /// Notes that the variable just activated is to be closed.
    pub(super) fn mark_to_be_closed(&mut self) {
        let pc = self.f.pc();
        if let Some(block) = self.f.blocks.last_mut() {
            block.must_close = true;
            block.inside_tbc = true;
            block.close_from = block.close_from.min(pc);
        }
    }

    /// The variable that a name denotes, a global one if there is no other.
    pub(super) fn variable(&mut self, name: Atom) -> Expr {
        if let Some(kind) = self.resolve(name) {
            return Expr::new(kind);
        }
        let env = self.resolve(Atom::ENV);
        let mut e = Expr::new(env.unwrap_or(Kind::Nil));
        self.load_any_or_upval(&mut e);
        let mut key = Expr::new(Kind::Str(name));
        self.index(&mut e, &mut key);
        e
    }

    /// Reports an assignment to a variable that cannot be assigned to.
    pub(super) fn check_writable(&mut self, e: &Expr) {
        let name = match e.kind {
            Kind::Known(var) => self.vars.get(var as usize).map(|var| var.name),
            Kind::Local { var, .. } => self
                .vars
                .get(var as usize)
                .filter(|var| !matches!(var.kind, VarKind::Regular))
                .map(|var| var.name),
            Kind::Upval(index) => self
                .f
                .upvals
                .get(usize::from(index))
                .filter(|upval| upval.read_only)
                .map(|upval| upval.name),
            _ => None,
        };
        match name {
            None => {}
            Some(name) => {
                let name = self.lex.atoms.text(name);
                let message = [b"attempt to assign to const variable '", &*name, b"'"];
                self.lex.fail_plain(&message.concat());
            }
        }
    }

    /// Begins a block.
    pub(super) fn enter_block(&mut self, is_loop: bool) {
        let inside_tbc = self.f.blocks.last().is_some_and(|block| block.inside_tbc);
        self.f.blocks.push(Block {
            is_loop,
            active: self.f.active,
            level: self.f.active_regs,
            first_label: self.labels.len(),
            first_goto: self.gotos.len(),
            must_close: false,
            close_from: u32::MAX,
            inside_tbc,
        });
    }

    /// Ends the innermost block. Answers what it was.
    pub(super) fn leave_block(&mut self) -> Option<Block> {
        let block = self.f.blocks.last().copied()?;
        self.end_scopes(block.active, block.level);
        let mut closed = false;
        if block.is_loop {
            closed = self.create_break_label();
        }
        let is_outermost = self.f.blocks.len() == 1;
        if block.must_close {
            if !closed && !is_outermost {
                self.emit_close(block.level);
            }
            self.f.close_spans.push((block.close_from, self.f.pc()));
        }
        self.f.free_reg = block.level;
        self.forget_labels(block.first_label);
        self.f.blocks.pop();
        self.leave_gotos(&block, is_outermost);
        Some(block)
    }
}
