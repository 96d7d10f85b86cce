//! Function prototypes: what the compiler makes of a function's source.
//!
//! A prototype holds no handle and belongs to no heap. All sessions of a
//! registry share it behind an `Rc`; a heap adds its own view of the constants
//! when it loads the prototype.

use std::rc::Rc;

use super::opcode::Instr;
use super::source::ChunkSource;
use super::value::Value;

/// A constant of a function.
#[derive(Clone, Debug)]
pub enum Const {
    /// An integer.
    Int(i64),
    /// A float, compared by its bits.
    Float(f64),
    /// A byte string.
    Str(Rc<[u8]>),
    /// `nil`, `true` and `false` are constants only as operands of a store or
    /// of `EqK`.
    Nil,
    /// A boolean operand of a store or of `EqK`.
    Bool(bool),
}

impl Const {
    /// The value of a constant that is no string.
    pub(super) fn plain_value(&self) -> Value {
        match self {
            Const::Int(int) => Value::Int(*int),
            Const::Float(float) => Value::Float(*float),
            Const::Bool(bool) => Value::Bool(*bool),
            Const::Nil | Const::Str(_) => Value::Nil,
        }
    }
}

/// Where a new closure finds an upvalue.
#[derive(Clone, Debug)]
pub struct UpvalDesc {
    /// The variable's name, for messages and `debug`. Empty if stripped.
    pub name: Rc<[u8]>,
    /// True: a register of the enclosing function. False: one of its upvalues.
    pub in_stack: bool,
    /// The register's or the upvalue's index.
    pub index: u8,
    /// Whether the variable is `<const>` or `<close>`.
    pub read_only: bool,
}

/// A local variable's name and the instructions in which it lives.
#[derive(Clone, Debug)]
pub struct LocalDesc {
    /// The variable's name. Compiler-made ones are like `(for state)`.
    pub name: Rc<[u8]>,
    /// The first instruction at which the variable is active.
    pub start_pc: u32,
    /// The first instruction at which it is not any more.
    pub end_pc: u32,
    /// The register it lives in.
    pub register: u8,
}

/// A compiled function.
#[derive(Debug)]
pub struct Proto {
    /// The instructions. Ends with a return, so `pc` never runs off.
    pub code: Vec<Instr>,
    /// The constants.
    pub consts: Vec<Const>,
    /// The functions defined inside this one.
    pub protos: Vec<Rc<Proto>>,
    /// The captured variables.
    pub upvals: Vec<UpvalDesc>,
    /// How many fixed parameters it takes.
    pub num_params: u8,
    /// Whether it takes extra arguments.
    pub is_vararg: bool,
    /// How many registers it uses, at least 2, at most 255.
    pub max_stack: u8,
    /// The source line of each instruction. Empty if stripped.
    pub lines: Vec<u32>,
    /// The local variables, in the order of their `start_pc`.
    pub locals: Vec<LocalDesc>,
    /// The line of the `function` keyword, 0 for a main chunk.
    pub line_defined: u32,
    /// The line of the closing `end`, 0 for a main chunk.
    pub last_line_defined: u32,
    /// The chunk's name as `load` got it (`=strategy`, `@file`, or its text).
    pub source: Rc<[u8]>,
    /// What it was compiled from.
    pub chunk: Rc<ChunkSource>,
    /// Its number within the chunk: functions count by where they begin, and the
    /// main function is 0.
    pub ordinal: u32,
}

/// The printable form of a chunk's name, at most 59 bytes, as messages show it:
/// `=name` and `@name` without the sign, text as `[string "first line..."]`.
pub fn short_source(source: &[u8]) -> Vec<u8> {
    /// Room for the name without C's closing zero.
    const ROOM: usize = 59;
    match source.first() {
        Some(b'=') => source[1..].iter().copied().take(ROOM).collect(),
        Some(b'@') => {
            let name = &source[1..];
            if name.len() <= ROOM {
                name.to_vec()
            } else {
                let mut out = b"...".to_vec();
                out.extend_from_slice(&name[name.len() - (ROOM - 3)..]);
                out
            }
        }
        _ => {
            let line_end = source.iter().position(|&b| b == b'\n');
            let line = &source[..line_end.unwrap_or(source.len())];
            // The frame is `[string "` and `"]`, the cut mark `...`.
            let room = ROOM - (9 + 2 + 3);
            let mut out = b"[string \"".to_vec();
            if line_end.is_none() && line.len() <= room {
                out.extend_from_slice(line);
            } else {
                out.extend_from_slice(&line[..line.len().min(room)]);
                out.extend_from_slice(b"...");
            }
            out.extend_from_slice(b"\"]");
            out
        }
    }
}
