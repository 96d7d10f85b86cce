//! From bytes to tokens.

use super::atom::{Atom, Atoms};
use super::error::{SyntaxError, SyntaxErrorKind};
use super::expr::Kind;
use super::token::Token;
use crate::lua::proto::short_source;

/// A token and the bytes of the source it was read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub token: Token,
    /// What a literal says. The text of a name, too, is a string.
    pub value: Kind,
    start: usize,
    end: usize,
}

impl Read {
    /// The name or the string that the token is.
    pub fn atom(&self) -> Atom {
        match self.value {
            Kind::Str(atom) => atom,
            _ => Atom::NIL,
        }
    }
}

/// Reads a source, one token at a time and at most one ahead.
pub(super) struct Lexer<'s> {
    pub(super) source: &'s [u8],
    /// The next byte to read.
    pub(super) pos: usize,
    /// Where the token being read began.
    pub(super) start: usize,
    /// The line of the next byte to read.
    pub line: u32,
    /// The line on which the last token that the parser took ended.
    pub last_line: u32,
    /// The current token.
    pub current: Read,
    ahead: Option<Read>,
    /// What the literal being read says.
    pub(super) value: Kind,
    chunk_name: &'s [u8],
    /// The interned names and constants.
    pub atoms: Atoms,
    /// How many tokens were read.
    pub tokens: u64,
    bytes: usize,
    max_bytes: usize,
    /// The first error.
    failure: Option<Box<SyntaxError>>,
}

/// Whether a byte may stand in a name.
#[inline]
pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl<'s> Lexer<'s> {
    /// A lexer before the first token of `source`, of which everything before
    /// `pos` is skipped.
    pub fn new(source: &'s [u8], pos: usize, chunk_name: &'s [u8], max_bytes: usize) -> Self {
        Lexer {
            source,
            pos,
            start: pos,
            line: 1,
            last_line: 1,
            current: Read {
                token: Token::Eof,
                value: Kind::Void,
                start: pos,
                end: pos,
            },
            ahead: None,
            value: Kind::Void,
            chunk_name,
            atoms: Atoms::new(),
            tokens: 0,
            bytes: 0,
            max_bytes,
            failure: None,
        }
    }

    /// Notes an error, the first of which counts. From there on the source is at its
    /// end, so that everything comes to its own without a look at a result; what is
    /// made meanwhile is thrown away.
    #[cold]
    #[inline(never)]
    fn fail(&mut self, message: Vec<u8>, at: usize, kind: SyntaxErrorKind) {
        self.failure = Some(Box::new(SyntaxError {
            message,
            line: self.line,
            column: self.column(at),
            kind,
            // Known when the compilation is over.
            cost: 0,
        }));
        self.current.token = Token::Eof;
    }

    /// The error that was noted.
    pub fn take_failure(&mut self) -> Option<Box<SyntaxError>> {
        self.failure.take()
    }

    /// Whether an error was noted.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Goes to the next token.
    pub fn next(&mut self) {
        if self.has_failed() {
            return;
        }
        self.last_line = self.line;
        let read = match self.ahead.take() {
            Some(read) => read,
            None => self.read(),
        };
        if !self.has_failed() {
            self.current = read;
        }
    }

    /// The token after the current one.
    pub fn peek(&mut self) -> Read {
        let mut read = match self.ahead {
            Some(read) => read,
            None if self.has_failed() => self.current,
            None => self.read(),
        };
        if self.has_failed() {
            read.token = Token::Eof;
        }
        self.ahead = Some(read);
        read
    }

    /// Takes `bytes` from the memory that the result may use.
    #[inline]
    pub fn charge(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.max_bytes {
            self.fail_bare("not enough memory", SyntaxErrorKind::Memory);
        }
    }

    /// The memory taken until now.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The atom of a string.
    pub fn string_atom(&mut self, text: &[u8]) -> Atom {
        let (atom, bytes) = self.atoms.string(text);
        self.charge(bytes);
        atom
    }

    fn read(&mut self) -> Read {
        self.tokens += 1;
        let token = self.scan();
        Read {
            token,
            value: self.value,
            start: self.start,
            end: self.pos,
        }
    }

    /// The byte `offset` behind the next one.
    #[inline]
    pub(super) fn byte_at(&self, offset: usize) -> Option<u8> {
        self.source.get(self.pos + offset).copied()
    }

    /// The next byte.
    #[inline]
    pub(super) fn byte(&self) -> Option<u8> {
        self.source.get(self.pos).copied()
    }

    fn scan(&mut self) -> Token {
        loop {
            self.start = self.pos;
            let Some(byte) = self.byte() else {
                return Token::Eof;
            };
            match byte {
                b' ' | b'\t' | 0x0b | 0x0c => self.pos += 1,
                b'\n' | b'\r' => self.skip_newline(),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => return self.name(),
                b'0'..=b'9' => return self.numeral(),
                b'"' | b'\'' => return self.short_string(byte),
                b'-' if self.byte_at(1) == Some(b'-') => self.comment(),
                b'.' if self.byte_at(1).is_some_and(|next| next.is_ascii_digit()) => {
                    return self.numeral();
                }
                b'[' => match self.long_bracket() {
                    Some(level) => return self.long_string(level),
                    None if self.byte_at(1) == Some(b'=') => {
                        return self.bad_long_bracket();
                    }
                    None => return self.sign(byte),
                },
                _ => return self.sign(byte),
            }
        }
    }

    fn sign(&mut self, byte: u8) -> Token {
        let rest = self.source.get(self.pos..).unwrap_or_default();
        let (token, len) = Token::sign(rest).unwrap_or((Token::Byte(byte), 1));
        self.pos += len;
        token
    }

    fn name(&mut self) -> Token {
        let rest = self.source.get(self.start..).unwrap_or_default();
        let len = rest
            .iter()
            .position(|&byte| !is_name_byte(byte))
            .unwrap_or(rest.len());
        self.pos = self.start + len;
        let text = rest.get(..len).unwrap_or_default();
        if let Some(keyword) = Token::keyword(text) {
            return keyword;
        }
        self.value = Kind::Str(self.string_atom(text));
        Token::Name
    }

    /// Skips a line break: a line feed, a carriage return, or both in either
    /// order.
    pub(super) fn skip_newline(&mut self) {
        let pair = matches!(
            (self.byte(), self.byte_at(1)),
            (Some(b'\n'), Some(b'\r')) | (Some(b'\r'), Some(b'\n'))
        );
        self.pos += if pair { 2 } else { 1 };
        self.line = self.line.saturating_add(1);
    }

    fn comment(&mut self) {
        self.pos += 2;
        if let Some(level) = self.long_bracket() {
            self.skip_long(level, "comment");
            return;
        }
        let rest = self.source.get(self.pos..).unwrap_or_default();
        let len = rest.iter().position(|&byte| byte == b'\n' || byte == b'\r');
        self.pos += len.unwrap_or(rest.len());
    }

    /// The text of the current token as messages show it after `near`.
    fn near_current(&self) -> Vec<u8> {
        let Read {
            token, start, end, ..
        } = self.current;
        let shown = match token {
            Token::Name | Token::Int | Token::Float => {
                self.source.get(start..end).unwrap_or_default().to_vec()
            }
            Token::Str => self.shown_string(self.current.atom(), start),
            _ => return token.describe(),
        };
        quote(&shown)
    }

    /// Notes an error at the current token, which the message shows.
    #[cold]
    pub fn fail_near(&mut self, message: &[u8]) {
        let near = self.near_current();
        self.fail_at(&[message, b" near ", &near], self.current.start);
    }

    /// Notes an error of meaning, which shows no token.
    #[cold]
    pub fn fail_plain(&mut self, message: &[u8]) {
        self.fail_at(&[message], self.current.start);
    }

    /// Notes an error inside the token being read, whose text until now is `seen`
    /// (the end of the source if none).
    #[cold]
    pub(super) fn fail_inside(&mut self, message: &[u8], seen: Option<&[u8]>) -> Token {
        let near = seen.map_or_else(|| Token::Eof.describe(), quote);
        self.fail_at(&[message, b" near ", &near], self.start);
        Token::Eof
    }

    /// Notes an error that PUC gives no position.
    #[cold]
    pub fn fail_bare(&mut self, message: &str, kind: SyntaxErrorKind) {
        if !self.has_failed() {
            self.fail(message.into(), self.current.start, kind);
        }
    }

    #[cold]
    fn fail_at(&mut self, message: &[&[u8]], at: usize) {
        if !self.has_failed() {
            let mut text = short_source(self.chunk_name);
            text.extend_from_slice(format!(":{}: ", self.line).as_bytes());
            text.extend_from_slice(&message.concat());
            self.fail(text, at, SyntaxErrorKind::Syntax);
        }
    }

    /// The column of the byte `at`; 1 if that is not on the current line.
    fn column(&self, at: usize) -> u32 {
        let read = self.source.get(..self.pos).unwrap_or(self.source);
        let is_break = |&byte: &u8| byte == b'\n' || byte == b'\r';
        let line_start = read.iter().rposition(is_break).map_or(0, |end| end + 1);
        let before = self.source.get(line_start..at).unwrap_or_default();
        // Bytes 10xxxxxx continue a character.
        let chars = before.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        u32::try_from(chars).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// A token's text as messages quote it. C's formatting stops at a zero byte.
fn quote(text: &[u8]) -> Vec<u8> {
    let shown = text.split(|&byte| byte == 0).next().unwrap_or_default();
    [b"'", shown, b"'"].concat()
}
