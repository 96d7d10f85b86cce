//! Expressions into registers, and values into variables.

use super::Compiler;
use super::atom::Atom;
use super::expr::{Expr, Kind, NO_JUMP};
use crate::lua::opcode::{Instr, Op};
use crate::lua::value::SHORT_STRING_MAX;

/// An operand that may be a constant.
pub(super) enum Operand {
    Reg(u8),
    Const(u8),
}

impl Compiler<'_> {
    /// Fixes how many values a call or `...` gives; all if `count` is `None`.
    pub(super) fn set_results(&mut self, e: &Expr, count: Option<u32>) {
        let operand = count.map_or(0, |count| (count + 1) as u8);
        match e.kind {
            Kind::Call(pc) => self.f.set_c(pc, operand),
            Kind::Vararg(pc) => {
                self.f.set_c(pc, operand);
                self.f.set_a(pc, self.f.free_reg as u8);
                self.reserve(1);
            }
            _ => {}
        }
    }

    /// Cuts a call or `...` down to its first value.
    pub(super) fn set_one_result(&mut self, e: &mut Expr) {
        match e.kind {
            // The call leaves it where the function was.
            Kind::Call(pc) => e.kind = Kind::Fixed(self.f.instr(pc).a()),
            Kind::Vararg(pc) => {
                self.f.set_c(pc, 2);
                e.kind = Kind::Pending(pc);
            }
            _ => {}
        }
    }

    /// Makes sure that the expression is no variable any more: its value is
    /// known, in a register, or about to be put into one.
    pub(super) fn discharge_variable(&mut self, e: &mut Expr) {
        let pc = match e.kind {
            Kind::Known(var) => {
                e.kind = self.known_value(var);
                return;
            }
            Kind::Local { reg, .. } => {
                e.kind = Kind::Fixed(reg);
                return;
            }
            Kind::Upval(index) => self.emit_abc(Op::GetUpval, 0, index, 0),
            Kind::IndexUp { table, key } => self.emit_abc(Op::GetTabUp, 0, table, key),
            Kind::IndexInt { table, key } => {
                self.f.free_register(table);
                self.emit_abc(Op::GetInt, 0, table, key)
            }
            Kind::IndexStr { table, key } => {
                self.f.free_register(table);
                self.emit_abc(Op::GetField, 0, table, key)
            }
            Kind::Index { table, key } => {
                self.free_both(table, key);
                self.emit_abc(Op::GetTable, 0, table, key)
            }
            Kind::Call(_) | Kind::Vararg(_) => {
                self.set_one_result(e);
                return;
            }
            _ => return,
        };
        e.kind = Kind::Pending(pc);
    }

    /// Gives back two temporaries, the higher one first.
    pub(super) fn free_both(&mut self, a: u8, b: u8) {
        self.f.free_register(a.max(b));
        self.f.free_register(a.min(b));
    }

    /// Gives back the register of an expression.
    pub(super) fn free_expr(&mut self, e: &Expr) {
        if let Kind::Fixed(reg) = e.kind {
            self.f.free_register(reg);
        }
    }

    /// Gives back the registers of two expressions, the higher one first.
    pub(super) fn free_exprs(&mut self, a: &Expr, b: &Expr) {
        match (a.kind, b.kind) {
            (Kind::Fixed(a), Kind::Fixed(b)) => self.free_both(a, b),
            _ => {
                self.free_expr(a);
                self.free_expr(b);
            }
        }
    }

    /// Puts the value, apart from what jumps decide, into `reg`.
    fn discharge_to(&mut self, e: &mut Expr, reg: u8) {
        self.discharge_variable(e);
        match e.kind {
            Kind::Nil => self.code_nil(reg.into(), 1),
            Kind::False => {
                self.emit_abc(Op::LoadFalse, reg, 0, 0);
            }
            Kind::True => {
                self.emit_abc(Op::LoadTrue, reg, 0, 0);
            }
            Kind::Str(atom) => self.load_constant(reg, atom),
            Kind::Int(value) => match i16::try_from(value) {
                Ok(small) => {
                    self.emit(Instr::asbx(Op::LoadI, reg.into(), small.into()));
                }
                Err(_) => {
                    let atom = self.integer_atom(value);
                    self.load_constant(reg, atom);
                }
            },
            Kind::Float(value) => {
                let small = value as i16;
                if f64::from(small).to_bits() == value.to_bits() {
                    self.emit(Instr::asbx(Op::LoadF, reg.into(), small.into()));
                } else {
                    let atom = self.float_atom(value);
                    self.load_constant(reg, atom);
                }
            }
            Kind::Pending(pc) => self.f.set_a(pc, reg),
            Kind::Fixed(from) => {
                if from != reg {
                    self.emit_abc(Op::Move, reg, from, 0);
                }
            }
            // A comparison is decided by its jump, nothing by nothing.
            _ => return,
        }
        e.kind = Kind::Fixed(reg);
    }

    fn load_constant(&mut self, reg: u8, atom: Atom) {
        let index = self.constant(atom);
        self.code_constant(reg, index);
    }

    /// Puts the value, apart from what jumps decide, into some register.
    pub(super) fn discharge_to_any(&mut self, e: &mut Expr) {
        if matches!(e.kind, Kind::Fixed(_)) {
            return;
        }
        self.reserve(1);
        self.discharge_to(e, (self.f.free_reg - 1) as u8)
    }

    /// Puts the whole value into `reg`.
    fn put_into(&mut self, e: &mut Expr, reg: u8) {
        self.discharge_to(e, reg);
        if let Kind::Jump(pc) = e.kind {
            e.on_true = self.push_jump(pc, e.on_true);
        }
        if e.has_jumps() {
            self.join_jumps(e, reg);
        }
        *e = Expr::new(Kind::Fixed(reg));
    }

    /// Lets all jumps of an expression end behind it with a value in `reg`.
    fn join_jumps(&mut self, e: &Expr, reg: u8) {
        let mut put_false = NO_JUMP;
        let mut put_true = NO_JUMP;
        if self.needs_value(e.on_true) || self.needs_value(e.on_false) {
            let over = match e.kind {
                Kind::Jump(_) => NO_JUMP,
                _ => self.jump(),
            };
            put_false = self.label_here();
            self.emit_abc(Op::LoadFalseSkip, reg, 0, 0);
            put_true = self.label_here();
            self.emit_abc(Op::LoadTrue, reg, 0, 0);
            self.patch_to_here(over);
        }
        let end = self.label_here();
        self.patch_values(e.on_false, end, reg, put_false);
        self.patch_values(e.on_true, end, reg, put_true)
    }

    /// Puts the value into the next free register.
    pub(super) fn load_next(&mut self, e: &mut Expr) -> u8 {
        self.discharge_variable(e);
        self.free_expr(e);
        self.reserve(1);
        let reg = (self.f.free_reg - 1) as u8;
        self.put_into(e, reg);
        reg
    }

    /// Puts the value into any register, where it is if it is in one.
    pub(super) fn load_any(&mut self, e: &mut Expr) -> u8 {
        self.discharge_variable(e);
        if let Kind::Fixed(reg) = e.kind {
            if !e.has_jumps() {
                return reg;
            }
            // A temporary can take the value of the jumps; a variable not.
            if u32::from(reg) >= self.f.active_regs {
                self.put_into(e, reg);
                return reg;
            }
        }
        self.load_next(e)
    }

    /// Puts the value into any register, unless it is an upvalue's.
    pub(super) fn load_any_or_upval(&mut self, e: &mut Expr) {
        if !matches!(e.kind, Kind::Upval(_)) || e.has_jumps() {
            self.load_any(e);
        }
    }

    /// Makes sure that the value is in a register, about to be put into one,
    /// or known.
    pub(super) fn load_value(&mut self, e: &mut Expr) {
        if e.has_jumps() || matches!(e.kind, Kind::Jump(_)) {
            self.load_any(e);
            return;
        }
        self.discharge_variable(e)
    }

    /// The atom of a constant expression.
    fn constant_atom(&mut self, e: &Expr) -> Option<Atom> {
        if e.has_jumps() {
            return None;
        }
        Some(match e.kind {
            Kind::Nil => Atom::NIL,
            Kind::False => Atom::FALSE,
            Kind::True => Atom::TRUE,
            Kind::Str(atom) => atom,
            Kind::Int(value) => self.integer_atom(value),
            Kind::Float(value) => self.float_atom(value),
            _ => return None,
        })
    }

    /// The constant operand that the expression can be, if any.
    pub(super) fn constant_operand(&mut self, e: &Expr) -> Option<u8> {
        match self.constant_atom(e) {
            Some(atom) => self.byte_constant(atom),
            None => None,
        }
    }

    /// Makes the expression a constant operand if it fits, else a register.
    pub(super) fn load_operand(&mut self, e: &mut Expr) -> Operand {
        self.discharge_known(e);
        match self.constant_operand(e) {
            Some(index) => Operand::Const(index),
            None => Operand::Reg(self.load_any(e)),
        }
    }

    /// Replaces a variable whose value is known by that value.
    pub(super) fn discharge_known(&mut self, e: &mut Expr) {
        if let Kind::Known(var) = e.kind {
            e.kind = self.known_value(var);
        }
    }

    /// The index of a constant that may be a field's name: a short string.
    fn field_constant(&mut self, key: &Expr) -> Option<u8> {
        match key.kind {
            Kind::Str(atom) if !key.has_jumps() => {
                if self.lex.atoms.text_len(atom) > SHORT_STRING_MAX {
                    return None;
                }
                self.byte_constant(atom)
            }
            _ => None,
        }
    }

    /// Makes `table` the expression `table[key]`. The table is in a register or
    /// an upvalue.
    pub(super) fn index(&mut self, table: &mut Expr, key: &mut Expr) {
        self.discharge_known(key);
        let field = self.field_constant(key);
        if let (Kind::Upval(up), Some(key)) = (table.kind, field) {
            table.kind = Kind::IndexUp { table: up, key };
            return;
        }
        let reg = self.load_any(table);
        table.kind = match (field, key.kind) {
            (Some(key), _) => Kind::IndexStr { table: reg, key },
            (None, Kind::Int(value @ 0..=255)) if !key.has_jumps() => Kind::IndexInt {
                table: reg,
                key: value as u8,
            },
            _ => Kind::Index {
                table: reg,
                key: self.load_any(key),
            },
        };
    }

    /// Makes `object` the function of `object:key(…)`, with the object itself
    /// in the register behind.
    pub(super) fn method(&mut self, object: &mut Expr, key: Atom) {
        let reg = self.load_any(object);
        self.free_expr(object);
        let base = self.f.free_reg as u8;
        object.kind = Kind::Fixed(base);
        self.reserve(2);
        match self.byte_constant(key) {
            Some(key) => self.emit_abc(Op::Method, base, reg, key),
            None => {
                let mut name = Expr::new(Kind::Str(key));
                let key = self.load_any(&mut name);
                self.free_expr(&name);
                self.emit_abc(Op::MethodR, base, reg, key)
            }
        };
    }

    /// Assigns a value to a variable.
    pub(super) fn store(&mut self, variable: &Expr, value: &mut Expr) {
        let (op, op_const, a, b) = match variable.kind {
            Kind::Local { reg, .. } => {
                self.discharge_variable(value);
                self.free_expr(value);
                return self.put_into(value, reg);
            }
            Kind::Upval(index) => {
                let reg = self.load_any(value);
                self.emit_abc(Op::SetUpval, reg, index, 0);
                self.free_expr(value);
                return;
            }
            Kind::IndexUp { table, key } => (Op::SetTabUp, Op::SetTabUpK, table, key),
            Kind::IndexInt { table, key } => (Op::SetInt, Op::SetIntK, table, key),
            Kind::IndexStr { table, key } => (Op::SetField, Op::SetFieldK, table, key),
            Kind::Index { table, key } => (Op::SetTable, Op::SetTableK, table, key),
            _ => return,
        };
        match self.load_operand(value) {
            Operand::Reg(reg) => self.emit_abc(op, a, b, reg),
            Operand::Const(index) => self.emit_abc(op_const, a, b, index),
        };
        self.free_expr(value);
    }
}
