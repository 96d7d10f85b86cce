//! Functions as heap objects: loaded prototypes, closures, captured variables.

use std::rc::Rc;

use super::opcode::Instr;
use super::proto::Proto;
use super::value::{NativeId, ProtoId, StrId, ThreadId, UpvalId, Value};

/// A prototype as one heap sees it: the shared code, and the constants as
/// values of this heap.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The shared prototype; none in a free slot.
    pub proto: Option<Rc<Proto>>,
    /// Its constants.
    pub consts: Box<[Value]>,
    /// The functions defined inside it.
    pub children: Box<[ProtoId]>,
    /// The prototype's count of fixed parameters, at hand for calls.
    pub num_params: u8,
    /// Whether it takes extra arguments.
    pub is_vararg: bool,
    /// The text that a program had compiled, which the prototype keeps alive; none
    /// where it belongs to the host.
    pub text: Option<StrId>,
}

impl Loaded {
    /// The instructions.
    #[inline]
    pub fn code(&self) -> &[Instr] {
        match &self.proto {
            Some(proto) => &proto.code,
            None => &[],
        }
    }
}

/// A Lua function with what it captured.
#[derive(Clone, Debug, Default)]
pub struct Closure {
    /// What it runs.
    pub proto: ProtoId,
    /// Its captured variables, as many as the prototype lists.
    pub upvals: Box<[UpvalId]>,
}

/// A library function with values of its own.
#[derive(Clone, Debug, Default)]
pub struct Bound {
    /// What it runs.
    pub native: NativeId,
    /// Its values.
    pub upvals: Box<[Value]>,
}

/// A captured variable.
#[derive(Clone, Copy, Debug)]
pub enum Upval {
    /// Still on a coroutine's stack.
    Open(ThreadId, u32),
    /// On its own, its block having ended.
    Closed(Value),
}

impl Default for Upval {
    fn default() -> Self {
        Upval::Closed(Value::Nil)
    }
}
