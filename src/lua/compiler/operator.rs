//! Code for operators.

use super::Compiler;
use super::expr::{Expr, JumpList, Kind, NO_JUMP};
use super::fold;
use super::function::NO_REG;
use super::token::Token;
use crate::lua::opcode::Op;

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Or,
    And,
    Lt,
    Gt,
    Le,
    Ge,
    Ne,
    Eq,
    BOr,
    BXor,
    BAnd,
    Shl,
    Shr,
    Concat,
    Add,
    Sub,
    Mul,
    Div,
    IDiv,
    Mod,
    Pow,
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Not,
    Neg,
    BNot,
    Len,
}

/// How tightly unary operators bind.
pub(super) const UNARY_PRIORITY: u8 = 12;

/// A binary operator as the grammar sees it.
pub(super) struct Operator {
    token: Token,
    pub op: Binary,
    /// How tightly it binds to the left.
    pub left: u8,
    /// How tightly it binds to the right.
    pub right: u8,
}

const fn operator(token: Token, op: Binary, left: u8, right: u8) -> Operator {
    Operator {
        token,
        op,
        left,
        right,
    }
}

const OPERATORS: &[Operator] = &[
    operator(Token::Or, Binary::Or, 1, 1),
    operator(Token::And, Binary::And, 2, 2),
    operator(Token::Byte(b'<'), Binary::Lt, 3, 3),
    operator(Token::Byte(b'>'), Binary::Gt, 3, 3),
    operator(Token::Le, Binary::Le, 3, 3),
    operator(Token::Ge, Binary::Ge, 3, 3),
    operator(Token::Ne, Binary::Ne, 3, 3),
    operator(Token::Eq, Binary::Eq, 3, 3),
    operator(Token::Byte(b'|'), Binary::BOr, 4, 4),
    operator(Token::Byte(b'~'), Binary::BXor, 5, 5),
    operator(Token::Byte(b'&'), Binary::BAnd, 6, 6),
    operator(Token::Shl, Binary::Shl, 7, 7),
    operator(Token::Shr, Binary::Shr, 7, 7),
    operator(Token::Concat, Binary::Concat, 9, 8),
    operator(Token::Byte(b'+'), Binary::Add, 10, 10),
    operator(Token::Byte(b'-'), Binary::Sub, 10, 10),
    operator(Token::Byte(b'*'), Binary::Mul, 11, 11),
    operator(Token::Byte(b'/'), Binary::Div, 11, 11),
    operator(Token::IDiv, Binary::IDiv, 11, 11),
    operator(Token::Byte(b'%'), Binary::Mod, 11, 11),
    operator(Token::Byte(b'^'), Binary::Pow, 14, 13),
];

impl Operator {
    /// The binary operator that a token is, if it is one.
    #[inline]
    pub fn of(token: Token) -> Option<&'static Operator> {
        // What most often stands behind an operand is known at once.
        if matches!(
            token,
            Token::Byte(b'(' | b')' | b',' | b';' | b'=' | b']' | b'}')
                | Token::Name
                | Token::Do
                | Token::End
                | Token::If
                | Token::Local
                | Token::Return
                | Token::Then
        ) {
            return None;
        }
        OPERATORS.iter().find(|operator| operator.token == token)
    }
}

/// The operations of a binary operator.
struct Arithmetic {
    /// With both operands in registers.
    registers: Op,
    /// With a constant number on the right, and on the left.
    constant: Option<(Op, Op)>,
    /// With a small integer on the right.
    immediate: Option<Op>,
}

impl Binary {
    /// The operations of an arithmetic or bitwise operator.
    fn arithmetic(self) -> Option<Arithmetic> {
        let (registers, constant, immediate) = match self {
            Binary::Add => (Op::Add, Some((Op::AddK, Op::AddKR)), Some(Op::AddI)),
            Binary::Sub => (Op::Sub, Some((Op::SubK, Op::SubKR)), Some(Op::SubI)),
            Binary::Mul => (Op::Mul, Some((Op::MulK, Op::MulKR)), None),
            Binary::Mod => (Op::Mod, Some((Op::ModK, Op::ModKR)), None),
            Binary::Pow => (Op::Pow, Some((Op::PowK, Op::PowKR)), None),
            Binary::Div => (Op::Div, Some((Op::DivK, Op::DivKR)), None),
            Binary::IDiv => (Op::IDiv, Some((Op::IDivK, Op::IDivKR)), None),
            Binary::BAnd => (Op::BAnd, Some((Op::BAndK, Op::BAndKR)), None),
            Binary::BOr => (Op::BOr, Some((Op::BOrK, Op::BOrKR)), None),
            Binary::BXor => (Op::BXor, Some((Op::BXorK, Op::BXorKR)), None),
            Binary::Shl => (Op::Shl, None, Some(Op::ShlI)),
            Binary::Shr => (Op::Shr, None, Some(Op::ShrI)),
            _ => return None,
        };
        Some(Arithmetic {
            registers,
            constant,
            immediate,
        })
    }
}

impl Compiler<'_> {
    /// Applies a unary operator that stands on `line`.
    pub(super) fn unary(&mut self, op: Unary, e: &mut Expr, line: u32) {
        self.discharge_variable(e);
        let folded = match op {
            Unary::Neg => fold::negate(e),
            Unary::BNot => fold::complement(e),
            Unary::Not => return self.not(e),
            Unary::Len => None,
        };
        if let Some(kind) = folded {
            e.kind = kind;
            return;
        }
        let op = match op {
            Unary::Neg => Op::Unm,
            Unary::BNot => Op::BNot,
            _ => Op::Len,
        };
        let reg = self.load_any(e);
        self.free_expr(e);
        e.kind = Kind::Pending(self.emit_abc(op, 0, reg, 0));
        self.f.fix_line(line);
    }

    fn not(&mut self, e: &mut Expr) {
        match e.kind {
            Kind::Nil | Kind::False => e.kind = Kind::True,
            Kind::True | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) => e.kind = Kind::False,
            Kind::Jump(pc) => self.negate_condition(pc),
            _ => {
                self.discharge_to_any(e);
                self.free_expr(e);
                if let Kind::Fixed(reg) = e.kind {
                    e.kind = Kind::Pending(self.emit_abc(Op::Not, 0, reg, 0));
                }
            }
        }
        std::mem::swap(&mut e.on_true, &mut e.on_false);
        // The jumps' values were those of the operand, not of its negation.
        self.drop_values(e.on_true);
        self.drop_values(e.on_false);
    }

    /// Makes code go on if the expression is true and jump if it is false.
    pub(super) fn go_if_true(&mut self, e: &mut Expr) {
        self.discharge_variable(e);
        let jump = match e.kind {
            Kind::Jump(pc) => {
                self.negate_condition(pc);
                pc
            }
            Kind::True | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) => NO_JUMP,
            _ => self.jump_on(e, false),
        };
        e.on_false = self.push_jump(jump, e.on_false);
        self.patch_to_here(e.on_true);
        e.on_true = NO_JUMP;
    }

    /// Makes code go on if the expression is false and jump if it is true.
    pub(super) fn go_if_false(&mut self, e: &mut Expr) {
        self.discharge_variable(e);
        let jump = match e.kind {
            Kind::Jump(pc) => pc,
            Kind::Nil | Kind::False => NO_JUMP,
            _ => self.jump_on(e, true),
        };
        e.on_true = self.push_jump(jump, e.on_true);
        self.patch_to_here(e.on_false);
        e.on_false = NO_JUMP;
    }

    /// The jumps taken if a condition is false; else code goes on.
    pub(super) fn jumps_if_false(&mut self, condition: &mut Expr) -> JumpList {
        self.discharge_known(condition);
        if condition.is_constant() && matches!(condition.kind, Kind::Nil | Kind::False) {
            return self.jump();
        }
        self.go_if_true(condition);
        condition.on_false
    }

    /// The jumps taken if a condition is true; else code goes on.
    pub(super) fn jumps_if_true(&mut self, condition: &mut Expr) -> JumpList {
        self.discharge_known(condition);
        if condition.is_constant() && !matches!(condition.kind, Kind::Nil | Kind::False) {
            return self.jump();
        }
        self.go_if_false(condition);
        condition.on_true
    }

    /// A jump that is taken, with the value, if its truth is `holds`.
    fn jump_on(&mut self, e: &mut Expr, holds: bool) -> JumpList {
        if let Kind::Pending(pc) = e.kind {
            let instr = self.f.instr(pc);
            if instr.op() == Op::Not {
                self.f.remove_last();
                return self.conditional_jump(Op::Test, instr.b(), 0, !holds);
            }
        }
        self.discharge_to_any(e);
        self.free_expr(e);
        match e.kind {
            Kind::Fixed(reg) => self.conditional_jump(Op::TestSet, NO_REG, reg, holds),
            _ => NO_JUMP,
        }
    }

    /// Prepares the left operand before the right one is read.
    pub(super) fn before_right(&mut self, op: Binary, e: &mut Expr) {
        self.discharge_variable(e);
        match op {
            Binary::And => self.go_if_true(e),
            Binary::Or => self.go_if_false(e),
            // All operands have to be in a row.
            Binary::Concat => {
                self.load_next(e);
            }
            // The right operand may be one to fold with, or take it as is.
            Binary::Eq | Binary::Ne if e.is_constant() => {}
            Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge => {
                if small_number(e).is_none() {
                    self.load_any(e);
                }
            }
            _ => {
                if !e.is_numeral() {
                    self.load_any(e);
                }
            }
        }
    }

    /// Applies a binary operator that stands on `line`; the result is in `a`.
    pub(super) fn binary(&mut self, op: Binary, a: &mut Expr, b: &mut Expr, line: u32) {
        self.discharge_variable(b);
        match op {
            Binary::And => {
                self.concat_jumps(&mut b.on_false, a.on_false);
                *a = *b;
            }
            Binary::Or => {
                self.concat_jumps(&mut b.on_true, a.on_true);
                *a = *b;
            }
            Binary::Concat => self.concat(a, b, line),
            Binary::Eq | Binary::Ne => self.equality(op, a, b),
            Binary::Lt | Binary::Le => self.order(op, a, b),
            Binary::Gt | Binary::Ge => {
                let op = if op == Binary::Gt {
                    Binary::Lt
                } else {
                    Binary::Le
                };
                std::mem::swap(a, b);
                self.order(op, a, b);
            }
            _ => match fold::binary(op, a, b) {
                Some(kind) => a.kind = kind,
                None => self.arithmetic(op, a, b, line),
            },
        }
    }

    fn arithmetic(&mut self, op: Binary, a: &mut Expr, b: &mut Expr, line: u32) {
        let Some(ops) = op.arithmetic() else {
            return;
        };
        let (op, left, right) = if let (Some(op), Some(value)) = (ops.immediate, b.small_int()) {
            (op, self.load_any(a), (value + 128) as u8)
        } else if let Some((op_right, op_left)) = ops.constant {
            if let Some(index) = self.number_operand(op, b) {
                (op_right, self.load_any(a), index)
            } else {
                let right = self.load_any(b);
                match self.number_operand(op, a) {
                    Some(index) => (op_left, index, right),
                    None => (ops.registers, self.load_any(a), right),
                }
            }
        } else {
            let right = self.load_any(b);
            (ops.registers, self.load_any(a), right)
        };
        self.free_exprs(a, b);
        a.kind = Kind::Pending(self.emit_abc(op, 0, left, right));
        self.f.fix_line(line);
    }

    /// The constant operand that a number can be for an operator. Floats are
    /// none for bitwise operators.
    fn number_operand(&mut self, op: Binary, e: &Expr) -> Option<u8> {
        let bitwise = matches!(op, Binary::BAnd | Binary::BOr | Binary::BXor);
        match e.kind {
            Kind::Int(_) => self.constant_operand(e),
            Kind::Float(_) if !bitwise => self.constant_operand(e),
            _ => None,
        }
    }

    fn concat(&mut self, a: &mut Expr, b: &mut Expr, line: u32) {
        let right = self.load_next(b);
        let Kind::Fixed(left) = a.kind else {
            return;
        };
        match self.f.mergeable() {
            // `a .. (b .. c)` is one operation on three operands.
            Some(before) if before.op() == Op::Concat && before.a() == right => {
                let pc = self.f.pc() - 1;
                self.free_expr(b);
                self.f.set_a(pc, left);
                self.f.set_b(pc, before.b().wrapping_add(1));
            }
            _ => {
                self.emit_abc(Op::Concat, left, 2, 0);
                self.free_expr(b);
                self.f.fix_line(line);
            }
        }
    }

    fn equality(&mut self, op: Binary, a: &mut Expr, b: &mut Expr) {
        if a.is_constant() {
            std::mem::swap(a, b);
        }
        let left = self.load_any(a);
        let (op_code, right) = if let Some(value) = small_value(b) {
            (Op::EqI, (value + 128) as u8)
        } else if let Some(index) = self.constant_operand(b) {
            (Op::EqK, index)
        } else {
            (Op::Eq, self.load_any(b))
        };
        self.free_exprs(a, b);
        let jump = self.conditional_jump(op_code, left, right, op == Binary::Eq);
        a.kind = Kind::Jump(jump);
    }

    fn order(&mut self, op: Binary, a: &mut Expr, b: &mut Expr) {
        let less = op == Binary::Lt;
        let (op, left, right, is_float) = if let Some((value, is_float)) = small_number(b) {
            let left = self.load_any(a);
            let op = if less { Op::LtI } else { Op::LeI };
            (op, left, (value + 128) as u8, is_float)
        } else if let Some((value, is_float)) = small_number(a) {
            // `5 < x` is `x > 5`.
            let left = self.load_any(b);
            let op = if less { Op::GtI } else { Op::GeI };
            (op, left, (value + 128) as u8, is_float)
        } else {
            let left = self.load_any(a);
            let right = self.load_any(b);
            let op = if less { Op::Lt } else { Op::Le };
            (op, left, right, false)
        };
        self.free_exprs(a, b);
        let condition = 1 | u8::from(is_float) << 1;
        self.emit_abc(op, left, right, condition);
        a.kind = Kind::Jump(self.jump());
    }
}

/// The integer for the immediate operand of a comparison that a number can be,
/// and whether it stands for a float.
fn small_number(e: &Expr) -> Option<(i64, bool)> {
    match e.kind {
        Kind::Float(value) if !e.has_jumps() => {
            let small = value as i8;
            let same = f64::from(small).to_bits() == value.to_bits();
            same.then_some((small.into(), true))
        }
        _ => e.small_int().map(|value| (value, false)),
    }
}

/// The small integer that an operand of an equality equals, if it is a number
/// that does. No metamethod compares numbers, so a float may do.
fn small_value(e: &Expr) -> Option<i64> {
    match e.kind {
        Kind::Float(value) if !e.has_jumps() => {
            let small = value as i8;
            (f64::from(small) == value).then_some(small.into())
        }
        _ => e.small_int(),
    }
}
