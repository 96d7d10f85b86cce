//! Tests of the compiler.

mod errors;

use super::{Compiled, Options, SyntaxError, compile};

/// Compiles a text that is called `c`.
fn try_compile(source: &str) -> Result<Compiled, SyntaxError> {
    compile(source.as_bytes(), b"=c", &Options::default())
}
