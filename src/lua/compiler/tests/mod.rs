//! Tests of the compiler.

mod errors;
mod limits;
mod listings;
mod random;

use super::{Compiled, Options, SyntaxError, compile};

/// Compiles a text that is called `c`.
fn try_compile(source: &str) -> Result<Compiled, SyntaxError> {
    compile(source.as_bytes(), b"=c", &Options::default())
}

/// The error of a text that must not compile.
fn error_of(source: &str) -> SyntaxError {
    match try_compile(source) {
        Ok(_) => panic!("this compiles: {source:?}"),
        Err(error) => error,
    }
}

/// The message of a text, or `ok`.
fn outcome(source: &str) -> String {
    match try_compile(source) {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.to_string(),
    }
}
