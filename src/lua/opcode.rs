//! The instruction set of the register machine.
//!
//! An instruction is 32 bits: the opcode in the low byte, then the bytes A, B
//! and C. `Bx` is the 16 bits of B and C, `sBx` the same signed, `sJ` the upper
//! 24 bits signed. `R[x]` is a register, `K[x]` a constant of the prototype,
//! `U[x]` an upvalue. `sB` and `sC` are the bytes B and C less 128.
//!
//! A conditional instruction (`Eq` … `TestSet`) is always followed by a `Jmp`.
//! Where its condition holds, that jump is taken, else it is skipped.

macro_rules! opcodes {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// The operations; the comment of each is its whole meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Op { $($(#[$doc])* $name),* }

        impl Op {
            /// All operations in the order of their numbers.
            pub const ALL: &'static [Op] = &[$(Op::$name),*];
        }

        /// The numbers of the operations, as patterns for the executor, which
        /// must not look the operation up for every instruction.
        #[allow(non_upper_case_globals)]
        #[allow(dead_code, reason = "some are only the inner ones of ranges")]
        pub(super) mod num {
            $(pub const $name: u8 = super::Op::$name as u8;)*
        }
    };
}

opcodes! {
    /// `R[A] := R[B]`
    Move,
    /// `R[A] := sBx` as an integer
    LoadI,
    /// `R[A] := sBx` as a float
    LoadF,
    /// `R[A] := K[Bx]`
    LoadK,
    /// `R[A] := K[Ax of the next instruction]`, which is an `Extra`
    LoadKX,
    /// `R[A] := false`
    LoadFalse,
    /// `R[A] := true`
    LoadTrue,
    /// `R[A] := false`, and the next instruction is skipped
    LoadFalseSkip,
    /// `R[A], …, R[A+B] := nil`
    LoadNil,
    /// `R[A] := U[B]`
    GetUpval,
    /// `U[B] := R[A]`
    SetUpval,
    /// `R[A] := U[B][K[C]]`, `K[C]` a short string
    GetTabUp,
    /// `U[A][K[B]] := R[C]`, `K[B]` a short string
    SetTabUp,
    /// `U[A][K[B]] := K[C]`, `K[B]` a short string
    SetTabUpK,
    /// `R[A] := R[B][R[C]]`
    GetTable,
    /// `R[A] := R[B][C]`, C an integer from 0 to 255
    GetInt,
    /// `R[A] := R[B][K[C]]`, `K[C]` a short string
    GetField,
    /// `R[A][R[B]] := R[C]`
    SetTable,
    /// `R[A][R[B]] := K[C]`
    SetTableK,
    /// `R[A][B] := R[C]`, B an integer from 0 to 255
    SetInt,
    /// `R[A][B] := K[C]`, B an integer from 0 to 255
    SetIntK,
    /// `R[A][K[B]] := R[C]`, `K[B]` a short string
    SetField,
    /// `R[A][K[B]] := K[C]`, `K[B]` a short string
    SetFieldK,
    /// `R[A] := {}` with room for `2^(B-1)` hash entries (none if B is 0) and C
    /// array elements; an `Extra` follows whose Ax, times 256, adds to C
    NewTable,
    /// `R[A+1] := R[B]; R[A] := R[B][K[C]]`, `K[C]` a string
    Method,
    /// `R[A+1] := R[B]; R[A] := R[B][R[C]]` (the key did not fit in C)
    MethodR,

    /// `R[A] := R[B] + sC`. The constant stands on the right; for
    /// `sC - 128` out of reach or a constant on the left see the forms below
    AddI,
    /// `R[A] := R[B] - sC`
    SubI,
    /// `R[A] := R[B] + K[C]`, `K[C]` a number; likewise for each below
    AddK,
    SubK,
    MulK,
    ModK,
    PowK,
    DivK,
    IDivK,
    BAndK,
    BOrK,
    BXorK,
    /// `R[A] := K[B] + R[C]`, `K[B]` a number; likewise for each below
    AddKR,
    SubKR,
    MulKR,
    ModKR,
    PowKR,
    DivKR,
    IDivKR,
    BAndKR,
    BOrKR,
    BXorKR,
    /// `R[A] := R[B] << sC`
    ShlI,
    /// `R[A] := R[B] >> sC`
    ShrI,
    /// `R[A] := R[B] + R[C]`; likewise for each below
    Add,
    Sub,
    Mul,
    Mod,
    Pow,
    Div,
    IDiv,
    BAnd,
    BOr,
    BXor,
    Shl,
    Shr,
    /// `R[A] := -R[B]`
    Unm,
    /// `R[A] := ~R[B]`
    BNot,
    /// `R[A] := not R[B]`
    Not,
    /// `R[A] := #R[B]`
    Len,
    /// `R[A] := R[A] .. … .. R[A+B-1]`, B at least 2
    Concat,

    /// Closes all upvalues and to-be-closed variables from `R[A]` upwards
    Close,
    /// Marks `R[A]` as to be closed
    Tbc,
    /// `pc += sJ`
    Jmp,
    /// Jump if `(R[A] == R[B]) == C`, C 0 or 1; likewise for each below
    Eq,
    Lt,
    Le,
    /// Jump if `(R[A] == K[B]) == C`, `K[B]` any constant, `nil` and booleans too
    EqK,
    /// Jump if `(R[A] == sB) == C`, where `R[A]` may be a float
    EqI,
    /// Jump if `(R[A] < sB) == C & 1`; likewise for each below. With bit 1 of C
    /// the immediate stands for a float, which only a metamethod can tell
    LtI,
    LeI,
    GtI,
    GeI,
    /// Jump if `truthy(R[A]) == C`
    Test,
    /// Jump, after `R[A] := R[B]`, if `truthy(R[B]) == C`
    TestSet,

    /// Calls `R[A]` with B-1 arguments `R[A+1], …` (B = 0: up to the top that
    /// the previous instruction left) and leaves C-1 results in `R[A], …` (C = 0:
    /// all of them, and sets the top)
    Call,
    /// `return R[A](R[A+1], …)` with B as for `Call`; C is 1 if upvalues have to
    /// be closed first. A `Return` of all results follows: a function that is not
    /// a Lua closure is called like any other
    TailCall,
    /// Returns B-1 values `R[A], …` (B = 0: up to the top); C is 1 if upvalues
    /// or to-be-closed variables of this function have to be closed first. It is
    /// 0 where none of them is in scope, so a function may have both kinds
    Return,
    /// `return` without values, nothing to close
    Return0,
    /// `return R[A]`, nothing to close
    Return1,

    /// Prepares the numeric loop over `R[A]` (initial value), `R[A+1]` (limit),
    /// `R[A+2]` (step); `R[A+3]` is the visible variable. Where the loop does not
    /// run at all, `pc += Bx + 1`, which is behind its `ForLoop`
    ForPrep,
    /// Next round of the numeric loop: `pc -= Bx` if there is one
    ForLoop,
    /// Marks `R[A+3]` as to be closed and jumps to the `TForCall`: `pc += Bx`.
    /// `R[A], R[A+1], R[A+2]` are iterator, state, control variable
    TForPrep,
    /// `R[A+4], …, R[A+3+C] := R[A](R[A+1], R[A+2])`
    TForCall,
    /// If `R[A+4]` is not nil: `R[A+2] := R[A+4]; pc -= Bx`
    TForLoop,

    /// `R[A][C+i] := R[A+i]` for `1 <= i <= B` (B = 0: up to the top); an `Extra`
    /// follows whose Ax, times 256, adds to C
    SetList,
    /// `R[A] := closure(prototype Bx)`
    Closure,
    /// `R[A], …, R[A+C-2] := …` (C = 0: all of them, and sets the top)
    Vararg,
    /// First instruction of a vararg function: moves A fixed parameters above
    /// the extra arguments
    VarargPrep,
    /// Argument Ax (unsigned 24 bits) of the instruction before
    Extra,
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr(pub u32);

/// The largest value of a byte operand.
pub const MAX_BYTE: u32 = 0xff;
/// The largest value of `Bx`.
pub const MAX_BX: u32 = 0xffff;
/// The largest value of `Ax`.
pub const MAX_AX: u32 = 0xff_ffff;
/// The range of `sJ`.
pub const MAX_SJ: i32 = 0x7f_ffff;

impl Instr {
    /// `op A B C`
    pub fn abc(op: Op, a: u32, b: u32, c: u32) -> Self {
        Instr(op as u32 | (a & 0xff) << 8 | (b & 0xff) << 16 | (c & 0xff) << 24)
    }

    /// `op A Bx`
    pub fn abx(op: Op, a: u32, bx: u32) -> Self {
        Instr(op as u32 | (a & 0xff) << 8 | (bx & 0xffff) << 16)
    }

    /// `op A sBx`
    pub fn asbx(op: Op, a: u32, sbx: i32) -> Self {
        Instr::abx(op, a, (sbx as u32) & 0xffff)
    }

    /// `op Ax`
    pub fn ax(op: Op, ax: u32) -> Self {
        Instr(op as u32 | (ax & MAX_AX) << 8)
    }

    /// `op sJ`
    pub fn sj(op: Op, sj: i32) -> Self {
        Instr(op as u32 | (sj as u32) << 8)
    }

    /// The opcode. Numbers beyond the last operation cannot come from the
    /// compiler, and a frozen image holds no code; they read as `Extra`.
    #[inline]
    pub fn op(self) -> Op {
        match Op::ALL.get((self.0 & 0xff) as usize) {
            Some(op) => *op,
            None => Op::Extra,
        }
    }

    /// Operand A.
    #[inline]
    pub fn a(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// Operand B.
    #[inline]
    pub fn b(self) -> u8 {
        (self.0 >> 16) as u8
    }

    /// Operand C.
    #[inline]
    pub fn c(self) -> u8 {
        (self.0 >> 24) as u8
    }

    /// Operand B less 128.
    #[inline]
    pub fn sb(self) -> i64 {
        i64::from(self.b()) - 128
    }

    /// Operand C less 128.
    #[inline]
    pub fn sc(self) -> i64 {
        i64::from(self.c()) - 128
    }

    /// The C of a condition: the outcome for which its jump is taken.
    #[inline]
    pub fn condition(self) -> bool {
        self.0 & 1 << 24 != 0
    }

    /// Whether this compares two values, and a jump follows.
    #[inline]
    pub fn is_comparison(self) -> bool {
        matches!(self.0 as u8, num::Eq..=num::GeI)
    }

    /// Operands B and C together.
    #[inline]
    pub fn bx(self) -> u32 {
        self.0 >> 16
    }

    /// Operands B and C together, signed.
    #[inline]
    pub fn sbx(self) -> i32 {
        (self.0 as i32) >> 16
    }

    /// Operands A, B and C together.
    #[inline]
    pub fn get_ax(self) -> u32 {
        self.0 >> 8
    }

    /// Operands A, B and C together, signed.
    #[inline]
    pub fn get_sj(self) -> i32 {
        (self.0 as i32) >> 8
    }
}
