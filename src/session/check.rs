//! Looking for mistakes in a source text without running it.

use crate::lua::compiler::{Options, SyntaxError, compile};

use super::program::CHUNK_NAME;

/// The most memory that a check takes, in bytes; that of a session by default.
const MAX_BYTES: usize = 64 << 20;

/// A mistake in a source text, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The line, from 1.
    pub line: u32,
    /// The column in it, from 1, counted in characters.
    pub column: u32,
    /// The compiler's message, without chunk name and line.
    pub message: String,
}

impl From<SyntaxError> for Diagnostic {
    fn from(error: SyntaxError) -> Self {
        let text = error.to_string();
        let place = format!("strategy:{}: ", error.line);
        Self {
            line: error.line,
            column: error.column,
            message: text.strip_prefix(&place).unwrap_or(&text).to_owned(),
        }
    }
}

/// The first mistake in a program, if there is one: the compiler stops at it.
///
/// ```
/// use algocline_wasm::session::check;
///
/// assert_eq!(check("return 1"), None);
/// let found = check("local a = 1\nlocal b = = 2").unwrap();
/// assert_eq!((found.line, found.column), (2, 11));
/// assert_eq!(found.message, "unexpected symbol near '='");
/// ```
pub fn check(source: &str) -> Option<Diagnostic> {
    let options = Options {
        max_bytes: MAX_BYTES,
        skip_shebang: true,
    };
    compile(source.as_bytes(), CHUNK_NAME.as_bytes(), &options)
        .err()
        .map(Diagnostic::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_has_its_place_and_a_message_without_it() {
        let found = check("x = 'é' ..\n  ) y").unwrap();
        assert_eq!((found.line, found.column), (2, 3));
        assert_eq!(found.message, "unexpected symbol near ')'");
    }

    #[test]
    fn what_compiles_has_no_mistake() {
        assert_eq!(check(""), None);
        assert_eq!(check("#!/usr/bin/lua\nreturn alc.llm('x')"), None);
    }
}
