//! String literals, long brackets and numerals.

use super::atom::Atom;
use super::expr::Kind;
use super::lexer::{Lexer, is_name_byte};
use super::token::Token;
use crate::lua::text::number::{Number, parse_number};

impl Lexer<'_> {
    /// Reads a numeral. As PUC does, first everything that looks like a part
    /// of one is taken, then that text is converted as a whole.
    pub(super) fn numeral(&mut self) -> Token {
        let hex = self.byte() == Some(b'0') && matches!(self.byte_at(1), Some(b'x' | b'X'));
        let exponent = if hex { b'p' } else { b'e' };
        if hex {
            self.pos += 2;
        }
        while let Some(byte) = self.byte() {
            if byte.to_ascii_lowercase() == exponent {
                self.pos += 1;
                if matches!(self.byte(), Some(b'+' | b'-')) {
                    self.pos += 1;
                }
            } else if byte.is_ascii_hexdigit() || byte == b'.' {
                self.pos += 1;
            } else {
                break;
            }
        }
        // A letter that touches a numeral makes it wrong.
        if self.byte().is_some_and(is_name_byte) {
            self.pos += 1;
        }
        let text = self.source.get(self.start..self.pos).unwrap_or_default();
        let (value, token) = match parse_number(text) {
            Some(Number::Int(value)) => (Kind::Int(value), Token::Int),
            Some(Number::Float(value)) => (Kind::Float(value), Token::Float),
            None => return self.fail_inside(b"malformed number", Some(text)),
        };
        self.value = value;
        token
    }

    /// Reads a string between single or double quotes.
    pub(super) fn short_string(&mut self, quote: u8) -> Token {
        self.pos += 1;
        let first = self.pos;
        let rest = self.source.get(first..).unwrap_or_default();
        let special = |&byte: &u8| byte == quote || matches!(byte, b'\\' | b'\n' | b'\r');
        let len = rest.iter().position(special).unwrap_or(rest.len());
        let plain = rest.get(..len).unwrap_or_default();
        self.pos = first + len;
        if self.byte() == Some(quote) {
            self.pos += 1;
            return self.string(plain);
        }
        self.escaped_string(quote, plain)
    }

    /// The token of a string.
    fn string(&mut self, content: &[u8]) -> Token {
        self.value = Kind::Str(self.string_atom(content));
        Token::Str
    }

    /// Goes on with a string whose first bytes needed no translation.
    #[cold]
    fn escaped_string(&mut self, quote: u8, plain: &[u8]) -> Token {
        // The text with its opening quote, as messages show it.
        let mut text = Vec::with_capacity(plain.len() + 16);
        text.push(quote);
        text.extend_from_slice(plain);
        loop {
            match self.byte() {
                None => return self.fail_inside(b"unfinished string", None),
                Some(b'\n' | b'\r') => {
                    return self.fail_inside(b"unfinished string", Some(&text));
                }
                Some(b'\\') => {
                    self.escape(&mut text);
                    if self.has_failed() {
                        return Token::Eof;
                    }
                }
                Some(byte) => {
                    self.pos += 1;
                    if byte == quote {
                        break;
                    }
                    text.push(byte);
                }
            }
        }
        self.string(text.get(1..).unwrap_or_default())
    }

    /// Translates one escape sequence and appends it to `text`.
    fn escape(&mut self, text: &mut Vec<u8>) {
        let begin = self.pos;
        self.pos += 1;
        // The caller finds the end and reports it.
        let Some(byte) = self.byte() else {
            return;
        };
        let simple = match byte {
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'\\' | b'"' | b'\'' => byte,
            b'\n' | b'\r' => {
                self.skip_newline();
                text.push(b'\n');
                return;
            }
            b'x' => {
                let high = self.hex_digit(begin, text);
                let low = self.hex_digit(begin, text);
                (high << 4 | low) as u8
            }
            b'z' => {
                self.pos += 1;
                self.skip_space();
                return;
            }
            b'u' => return self.utf8_escape(begin, text),
            b'0'..=b'9' => return self.decimal_escape(begin, text),
            _ => return self.bad_escape(b"invalid escape sequence", begin, text),
        };
        self.pos += 1;
        text.push(simple);
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.byte() {
            match byte {
                b'\n' | b'\r' => self.skip_newline(),
                b' ' | b'\t' | 0x0b | 0x0c => self.pos += 1,
                _ => break,
            }
        }
    }

    /// What the next byte is worth as a hexadecimal digit.
    fn digit(&self) -> Option<u32> {
        self.byte().and_then(|byte| char::from(byte).to_digit(16))
    }

    /// The digit behind the next byte, which becomes the next byte.
    fn hex_digit(&mut self, begin: usize, text: &[u8]) -> u32 {
        self.pos += 1;
        self.digit().unwrap_or_else(|| {
            self.bad_escape(b"hexadecimal digit expected", begin, text);
            0
        })
    }

    fn decimal_escape(&mut self, begin: usize, text: &mut Vec<u8>) {
        let mut value = 0u32;
        for _ in 0..3 {
            let Some(byte @ b'0'..=b'9') = self.byte() else {
                break;
            };
            value = value * 10 + u32::from(byte - b'0');
            self.pos += 1;
        }
        match u8::try_from(value) {
            Ok(byte) => text.push(byte),
            Err(_) => self.bad_escape(b"decimal escape too large", begin, text),
        }
    }

    fn utf8_escape(&mut self, begin: usize, text: &mut Vec<u8>) {
        self.pos += 1;
        if self.byte() != Some(b'{') {
            return self.bad_escape(b"missing '{'", begin, text);
        }
        let mut value = self.hex_digit(begin, text);
        self.pos += 1;
        while let Some(digit) = self.digit() {
            if value > 0x7fff_ffff >> 4 {
                return self.bad_escape(b"UTF-8 value too large", begin, text);
            }
            value = value << 4 | digit;
            self.pos += 1;
        }
        if self.byte() != Some(b'}') {
            return self.bad_escape(b"missing '}'", begin, text);
        }
        self.pos += 1;
        push_utf8(text, value);
    }

    /// Notes the error of a wrong escape sequence. It shows the string until there,
    /// the sequence as written, and the byte that made it wrong.
    #[cold]
    fn bad_escape(&mut self, message: &[u8], begin: usize, text: &[u8]) {
        let end = (self.pos + 1).min(self.source.len());
        let raw = self.source.get(begin..end).unwrap_or_default();
        self.fail_inside(message, Some(&[text, raw].concat()));
    }

    /// The level of the long bracket that opens here, if one does.
    pub(super) fn long_bracket(&self) -> Option<usize> {
        let rest = self.source.get(self.pos..)?.strip_prefix(b"[")?;
        let level = rest.iter().take_while(|&&byte| byte == b'=').count();
        (rest.get(level) == Some(&b'[')).then_some(level)
    }

    /// Notes the error of `[=` without the second bracket.
    pub(super) fn bad_long_bracket(&mut self) -> Token {
        let rest = self.source.get(self.pos + 1..).unwrap_or_default();
        let level = rest.iter().take_while(|&&byte| byte == b'=').count();
        let end = self.pos + 1 + level;
        let seen = self.source.get(self.pos..end).unwrap_or_default();
        self.fail_inside(b"invalid long string delimiter", Some(seen))
    }

    /// Reads a long string that opens here.
    pub(super) fn long_string(&mut self, level: usize) -> Token {
        let content = self.skip_long(level, "string");
        if self.has_failed() {
            return Token::Eof;
        }
        let raw = self.source.get(content).unwrap_or_default();
        if raw.contains(&b'\r') {
            self.string(&with_line_feeds(raw))
        } else {
            self.string(raw)
        }
    }

    /// Skips a long bracket with all it holds, and says where in the source
    /// that is, without a line break at the very beginning. An error is noted if it
    /// never ends.
    pub(super) fn skip_long(&mut self, level: usize, what: &str) -> std::ops::Range<usize> {
        let line = self.line;
        self.pos += level + 2;
        if matches!(self.byte(), Some(b'\n' | b'\r')) {
            self.skip_newline();
        }
        let first = self.pos;
        loop {
            let rest = self.source.get(self.pos..).unwrap_or_default();
            let special = |&byte: &u8| matches!(byte, b']' | b'\n' | b'\r');
            let Some(len) = rest.iter().position(special) else {
                self.pos = self.source.len();
                let message = format!("unfinished long {what} (starting at line {line})");
                self.fail_inside(message.as_bytes(), None);
                return 0..0;
            };
            self.pos += len;
            if self.byte() != Some(b']') {
                self.skip_newline();
                continue;
            }
            let tail = rest.get(len + 1..).unwrap_or_default();
            let signs = tail.iter().take_while(|&&byte| byte == b'=').count();
            if signs == level && tail.get(signs) == Some(&b']') {
                let last = self.pos;
                self.pos += level + 2;
                return first..last;
            }
            self.pos += 1 + signs;
        }
    }

    /// A string token as messages show it: its own delimiters around the
    /// translated content.
    pub(super) fn shown_string(&self, atom: Atom, start: usize) -> Vec<u8> {
        let source = self.source.get(start..).unwrap_or_default();
        let quote = source.get(..1).unwrap_or_default();
        let content = self.atoms.text(atom);
        if quote != b"[" {
            return [quote, &content, quote].concat();
        }
        let level = source.iter().skip(1).take_while(|&&b| b == b'=').count();
        let signs = vec![b'='; level];
        [b"[", &*signs, b"[", &content, b"]", &signs, b"]"].concat()
    }
}

/// Replaces every line break by one line feed.
fn with_line_feeds(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\n' || byte == b'\r' {
            let other = if byte == b'\n' { b'\r' } else { b'\n' };
            bytes.next_if_eq(&other);
            out.push(b'\n');
        } else {
            out.push(byte);
        }
    }
    out
}

/// Appends the UTF-8 form of a code point below 2^31, which may take six bytes.
fn push_utf8(text: &mut Vec<u8>, code: u32) {
    if code < 0x80 {
        text.push(code as u8);
        return;
    }
    // Each continuation byte holds six bits; the first byte holds what is
    // left, behind as many ones as there are bytes.
    let mut tail = [0u8; 6];
    let mut len = 0;
    let mut rest = code;
    let mut room = 0x3f;
    while rest > room {
        if let Some(byte) = tail.get_mut(len) {
            *byte = 0x80 | (rest & 0x3f) as u8;
        }
        len += 1;
        rest >>= 6;
        room >>= 1;
    }
    text.push((!room << 1) as u8 | rest as u8);
    text.extend(tail.iter().take(len).rev());
}
