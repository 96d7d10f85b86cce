//! The tokens of a Lua source, as far as a shorter text needs them.

/// What a token is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Blanks on a line, a line break, or a comment.
    Blank,
    /// A name or a keyword.
    Name,
    /// A string, a sign, or what a number consists of.
    Other,
}

/// A piece of a source.
#[derive(Clone, Copy)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a [u8],
}

/// What of a source is still to be read.
#[derive(Clone, Copy)]
pub struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub const fn new(source: &'a str) -> Tokens<'a> {
        Tokens {
            rest: source.as_bytes(),
        }
    }

    pub const fn next(&mut self) -> Option<Token<'a>> {
        let Some(first) = self.rest.first() else {
            return None;
        };
        let (kind, end) = match *first {
            b' ' | b'\t' | b'\r' | b'\n' => (Kind::Blank, 1),
            b'-' if is_at(self.rest, 1, b'-') => (Kind::Blank, comment_end(self.rest)),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => (Kind::Name, word_end(self.rest)),
            b'0'..=b'9' => (Kind::Other, word_end(self.rest)),
            _ => (Kind::Other, sign_end(self.rest)),
        };
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(Token { kind, text })
    }

    /// Whether `=` is the next token that is no blank.
    pub const fn begin_with_equals_sign(&self) -> bool {
        let mut tokens = *self;
        while let Some(token) = tokens.next() {
            if !matches!(token.kind, Kind::Blank) {
                return matches!(token.text, b"=");
            }
        }
        false
    }
}

const fn is_at(text: &[u8], at: usize, byte: u8) -> bool {
    at < text.len() && text[at] == byte
}

const fn word_end(text: &[u8]) -> usize {
    let mut end = 1;
    while end < text.len() && (text[end].is_ascii_alphanumeric() || text[end] == b'_') {
        end += 1;
    }
    end
}

/// The end of the comment at the start, before the line break if it is a short one.
const fn comment_end(text: &[u8]) -> usize {
    if let Some(end) = long_end(text, 2) {
        return end;
    }
    let mut end = 0;
    while end < text.len() && text[end] != b'\n' {
        end += 1;
    }
    end
}

/// The end of the string or the sign at the start.
const fn sign_end(text: &[u8]) -> usize {
    let first = text[0];
    match first {
        b'"' | b'\'' => string_end(text),
        b'[' => match long_end(text, 0) {
            Some(end) => end,
            None => 1,
        },
        b'.' => {
            let mut end = 1;
            while is_at(text, end, b'.') {
                end += 1;
            }
            end
        }
        b':' if is_at(text, 1, b':') => 2,
        b'=' | b'<' | b'>' | b'~' if is_at(text, 1, b'=') => 2,
        _ => 1,
    }
}

const fn string_end(text: &[u8]) -> usize {
    let mut end = 1;
    while end < text.len() && text[end] != text[0] {
        // What an escape begins with is no end, and two bytes are enough of it.
        end += if text[end] == b'\\' { 2 } else { 1 };
    }
    if end < text.len() {
        end + 1
    } else {
        text.len()
    }
}

/// The end of the long bracket that opens at `at`, if one does.
const fn long_end(text: &[u8], at: usize) -> Option<usize> {
    if !is_at(text, at, b'[') {
        return None;
    }
    let mut inner = at + 1;
    while is_at(text, inner, b'=') {
        inner += 1;
    }
    if !is_at(text, inner, b'[') {
        return None;
    }
    let level = inner - at - 1;
    let mut close = inner + 1;
    while close < text.len() {
        if text[close] == b']' {
            let mut equals = 0;
            while is_at(text, close + 1 + equals, b'=') {
                equals += 1;
            }
            if equals == level && is_at(text, close + 1 + equals, b']') {
                return Some(close + level + 2);
            }
        }
        close += 1;
    }
    Some(text.len())
}
