//! String literals, long brackets and numerals.

use super::atom::Atom;
use super::error::{Res, SyntaxError};
use super::lexer::{Lexer, is_name_byte};
use super::token::Token;
use crate::lua::text::number::{Number, parse_number};

impl Lexer<'_> {
    /// Reads a numeral. As PUC does, first everything that looks like a part
    /// of one is taken, then that text is converted as a whole.
    pub(super) fn numeral(&mut self) -> Res<Token> {
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
        match parse_number(text) {
            Some(Number::Int(value)) => Ok(Token::Int(value)),
            Some(Number::Float(value)) => Ok(Token::Float(value)),
            None => Err(self.error_inside("malformed number", Some(text))),
        }
    }

    /// Reads a string between single or double quotes.
    pub(super) fn short_string(&mut self, quote: u8) -> Res<Token> {
        self.pos += 1;
        let first = self.pos;
        let rest = self.source.get(first..).unwrap_or_default();
        let special = |&byte: &u8| byte == quote || matches!(byte, b'\\' | b'\n' | b'\r');
        let len = rest.iter().position(special).unwrap_or(rest.len());
        let plain = rest.get(..len).unwrap_or_default();
        self.pos = first + len;
        if self.byte() == Some(quote) {
            self.pos += 1;
            return Ok(Token::Str(self.string_atom(plain)));
        }
        self.escaped_string(quote, plain)
    }

    /// Goes on with a string whose first bytes needed no translation.
    #[cold]
    fn escaped_string(&mut self, quote: u8, plain: &[u8]) -> Res<Token> {
        // The text with its opening quote, as messages show it.
        let mut text = Vec::with_capacity(plain.len() + 16);
        text.push(quote);
        text.extend_from_slice(plain);
        loop {
            match self.byte() {
                None => return Err(self.error_inside("unfinished string", None)),
                Some(b'\n' | b'\r') => {
                    return Err(self.error_inside("unfinished string", Some(&text)));
                }
                Some(b'\\') => self.escape(&mut text)?,
                Some(byte) => {
                    self.pos += 1;
                    if byte == quote {
                        break;
                    }
                    text.push(byte);
                }
            }
        }
        let content = text.get(1..).unwrap_or_default();
        Ok(Token::Str(self.string_atom(content)))
    }

    /// Translates one escape sequence and appends it to `text`.
    fn escape(&mut self, text: &mut Vec<u8>) -> Res<()> {
        let begin = self.pos;
        self.pos += 1;
        let simple = match self.byte() {
            // The caller finds the end and reports it.
            None => return Ok(()),
            Some(b'a') => 0x07,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'v') => 0x0b,
            Some(byte @ (b'\\' | b'"' | b'\'')) => byte,
            Some(b'\n' | b'\r') => {
                self.skip_newline();
                text.push(b'\n');
                return Ok(());
            }
            Some(b'x') => {
                let high = self.hex_digit(begin, text)?;
                let low = self.hex_digit(begin, text)?;
                (high << 4 | low) as u8
            }
            Some(b'z') => {
                self.pos += 1;
                self.skip_space();
                return Ok(());
            }
            Some(b'u') => return self.utf8_escape(begin, text),
            Some(b'0'..=b'9') => return self.decimal_escape(begin, text),
            Some(_) => return Err(self.bad_escape("invalid escape sequence", begin, text)),
        };
        self.pos += 1;
        text.push(simple);
        Ok(())
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

    /// The digit behind the next byte, which becomes the next byte.
    fn hex_digit(&mut self, begin: usize, text: &[u8]) -> Res<u32> {
        self.pos += 1;
        match self.byte().and_then(|byte| char::from(byte).to_digit(16)) {
            Some(digit) => Ok(digit),
            None => Err(self.bad_escape("hexadecimal digit expected", begin, text)),
        }
    }

    fn decimal_escape(&mut self, begin: usize, text: &mut Vec<u8>) -> Res<()> {
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
            Err(_) => return Err(self.bad_escape("decimal escape too large", begin, text)),
        }
        Ok(())
    }

    fn utf8_escape(&mut self, begin: usize, text: &mut Vec<u8>) -> Res<()> {
        self.pos += 1;
        if self.byte() != Some(b'{') {
            return Err(self.bad_escape("missing '{'", begin, text));
        }
        let mut value = self.hex_digit(begin, text)?;
        self.pos += 1;
        while let Some(digit) = self.byte().and_then(|byte| char::from(byte).to_digit(16)) {
            if value > 0x7fff_ffff >> 4 {
                return Err(self.bad_escape("UTF-8 value too large", begin, text));
            }
            value = value << 4 | digit;
            self.pos += 1;
        }
        if self.byte() != Some(b'}') {
            return Err(self.bad_escape("missing '}'", begin, text));
        }
        self.pos += 1;
        push_utf8(text, value);
        Ok(())
    }

    /// The error of a wrong escape sequence. It shows the string until there,
    /// the sequence as written, and the byte that made it wrong.
    fn bad_escape(&self, message: &str, begin: usize, text: &[u8]) -> Box<SyntaxError> {
        let end = (self.pos + 1).min(self.source.len());
        let raw = self.source.get(begin..end).unwrap_or_default();
        self.error_inside(message, Some(&[text, raw].concat()))
    }

    /// The level of the long bracket that opens here, if one does.
    pub(super) fn long_bracket(&self) -> Option<usize> {
        let rest = self.source.get(self.pos..)?.strip_prefix(b"[")?;
        let level = rest.iter().take_while(|&&byte| byte == b'=').count();
        (rest.get(level) == Some(&b'[')).then_some(level)
    }

    /// The error of `[=` without the second bracket.
    pub(super) fn bad_long_bracket(&self) -> Box<SyntaxError> {
        let rest = self.source.get(self.pos + 1..).unwrap_or_default();
        let level = rest.iter().take_while(|&&byte| byte == b'=').count();
        let end = self.pos + 1 + level;
        let seen = self.source.get(self.pos..end).unwrap_or_default();
        self.error_inside("invalid long string delimiter", Some(seen))
    }

    /// Reads a long string that opens here.
    pub(super) fn long_string(&mut self, level: usize) -> Res<Token> {
        let content = self.skip_long(level, "string")?;
        let source = self.source;
        let raw = source.get(content).unwrap_or_default();
        let atom = if raw.contains(&b'\r') {
            self.string_atom(&with_line_feeds(raw))
        } else {
            self.string_atom(raw)
        };
        Ok(Token::Str(atom))
    }

    /// Skips a long bracket with all it holds, and says where in the source
    /// that is, without a line break at the very beginning.
    pub(super) fn skip_long(&mut self, level: usize, what: &str) -> Res<std::ops::Range<usize>> {
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
                return Err(self.error_inside(&message, None));
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
                return Ok(first..last);
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
