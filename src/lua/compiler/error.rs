//! What is wrong with a source text.

use std::fmt;

/// Why a compilation was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// The text is not a Lua program, or exceeds a limit of the language.
    Syntax,
    /// The code would take more bytes than the caller allows.
    Memory,
}

/// The error of a failed compilation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The whole message as PUC Lua 5.4 words it, with chunk name and line:
    /// `strategy:3: unexpected symbol near 'x'`. Any bytes, like the source.
    pub message: Vec<u8>,
    /// The line that the message names, from 1.
    pub line: u32,
    /// The column of the offending token in that line, from 1, counted in
    /// UTF-8 characters. A token that began on an earlier line gives 1.
    pub column: u32,
    /// What sort of error it is.
    pub kind: SyntaxErrorKind,
    /// The work done until then, in the unit of [`super::Compiled::cost`].
    pub cost: u64,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.message))
    }
}

impl std::error::Error for SyntaxError {}
