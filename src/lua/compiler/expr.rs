//! Expressions whose code is not finished yet.
//!
//! The compiler makes one pass and keeps no syntax tree. Where an expression's
//! value goes is known only after it was read, so the parser hands around a
//! description of it, and the code generator finishes it as late as possible:
//! a constant needs no register before an operation that takes none, a field
//! access gets its target register when there is one.

use super::atom::Atom;

/// The head of a list of jumps that are linked through their own offsets.
pub(super) type JumpList = u32;

/// The empty list of jumps.
pub(super) const NO_JUMP: JumpList = u32::MAX;

/// Where the value of an expression is, or how to get it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// No expression: an empty list.
    Void,
    Nil,
    True,
    False,
    Int(i64),
    Float(f64),
    Str(Atom),
    /// Fixed in a register.
    Fixed(u8),
    /// A local variable: its register and its index among the variables.
    Local {
        reg: u8,
        var: u32,
    },
    /// An upvalue of the current function.
    Upval(u8),
    /// A `<const>` variable with a value known now: its index.
    Known(u32),
    /// `R[table][R[key]]`
    Index {
        table: u8,
        key: u8,
    },
    /// `U[table][K[key]]`
    IndexUp {
        table: u8,
        key: u8,
    },
    /// `R[table][key]`
    IndexInt {
        table: u8,
        key: u8,
    },
    /// `R[table][K[key]]`
    IndexStr {
        table: u8,
        key: u8,
    },
    /// A comparison: the jump at this place is taken if it holds.
    Jump(u32),
    /// The instruction at this place puts the value where its A will say.
    Pending(u32),
    /// The call at this place.
    Call(u32),
    /// The `...` at this place.
    Vararg(u32),
}

/// An expression, and the jumps that leave it with a value decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expr {
    /// The value where no jump is taken.
    pub kind: Kind,
    /// The jumps taken if the expression is true.
    pub on_true: JumpList,
    /// The jumps taken if the expression is false.
    pub on_false: JumpList,
}

impl Expr {
    /// An expression without jumps.
    #[inline]
    pub fn new(kind: Kind) -> Self {
        Expr {
            kind,
            on_true: NO_JUMP,
            on_false: NO_JUMP,
        }
    }

    /// Whether part of the value is decided by jumps.
    #[inline]
    pub fn has_jumps(&self) -> bool {
        self.on_true != self.on_false
    }

    /// Whether this is no expression.
    #[inline]
    pub fn is_void(&self) -> bool {
        matches!(self.kind, Kind::Void)
    }

    /// Whether this is a number that is known now.
    #[inline]
    pub fn is_numeral(&self) -> bool {
        matches!(self.kind, Kind::Int(_) | Kind::Float(_)) && !self.has_jumps()
    }

    /// Whether this is a value that is known now.
    #[inline]
    pub fn is_constant(&self) -> bool {
        let known = matches!(
            self.kind,
            Kind::Nil | Kind::True | Kind::False | Kind::Int(_) | Kind::Float(_) | Kind::Str(_)
        );
        known && !self.has_jumps()
    }

    /// Whether the expression may give any number of values.
    #[inline]
    pub fn is_multi(&self) -> bool {
        matches!(self.kind, Kind::Call(_) | Kind::Vararg(_))
    }

    /// The integer that fits a signed byte operand, if it is one.
    #[inline]
    pub fn small_int(&self) -> Option<i64> {
        match self.kind {
            Kind::Int(value) if (-128..=127).contains(&value) && !self.has_jumps() => Some(value),
            _ => None,
        }
    }
}
