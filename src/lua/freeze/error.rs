//! Why a machine cannot be frozen or thawed.

use std::fmt;

use crate::codec::CodecError;
use crate::lua::account::OutOfMemory;

/// Why a machine cannot be frozen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreezeError {
    /// A collection is under way; `Vm::settle` ends it.
    Collecting,
    /// A library function ran out of fuel in the middle of its work; after the next
    /// `Vm::run` it may be possible. It never is so at a pause.
    Unfinished,
    /// The machine does not come from the template given.
    OtherTemplate,
}

/// Why bytes are no image of a machine that can go on here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThawError {
    /// The bytes contradict themselves or end too early.
    Bad(CodecError),
    /// The libraries here lack what the program was using; the text names it.
    Missing(String),
    /// A function of the chunk of this name was compiled to other code, by another
    /// version of the compiler.
    OtherCode(String),
    /// The program's objects take more memory than the limit allows.
    Memory,
}

impl fmt::Display for FreezeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Collecting => "garbage is being collected",
            Self::Unfinished => "a library function is in the middle of its work",
            Self::OtherTemplate => "the machine has other libraries",
        })
    }
}

impl fmt::Display for ThawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(error) => write!(f, "the machine's image is damaged: {error}"),
            Self::Missing(name) => write!(f, "the libraries here have no '{name}'"),
            Self::OtherCode(name) => write!(f, "'{name}' compiles to other code here"),
            Self::Memory => f.write_str("the machine's objects exceed the memory limit"),
        }
    }
}

impl std::error::Error for FreezeError {}
impl std::error::Error for ThawError {}

impl From<CodecError> for ThawError {
    fn from(error: CodecError) -> Self {
        Self::Bad(error)
    }
}

impl From<OutOfMemory> for ThawError {
    fn from(_: OutOfMemory) -> Self {
        Self::Memory
    }
}
