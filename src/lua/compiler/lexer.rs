//! From bytes to tokens.

use super::atom::{Atom, Atoms};
use super::error::{Res, SyntaxError, SyntaxErrorKind};
use super::token::Token;
use crate::lua::proto::short_source;

/// A token and the bytes of the source it was read from.
#[derive(Clone, Copy, Debug)]
struct Read {
    token: Token,
    start: usize,
    end: usize,
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
    current: Read,
    ahead: Option<Read>,
    chunk_name: &'s [u8],
    /// The interned names and constants.
    pub atoms: Atoms,
    /// How many tokens were read.
    pub tokens: u64,
    bytes: usize,
    max_bytes: usize,
    /// An error that the code generator met.
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
                start: pos,
                end: pos,
            },
            ahead: None,
            chunk_name,
            atoms: Atoms::new(),
            tokens: 0,
            bytes: 0,
            max_bytes,
            failure: None,
        }
    }

    /// The current token.
    #[inline]
    pub fn token(&self) -> Token {
        self.current.token
    }

    /// Notes an error, the first of which counts. The code generator goes on, so
    /// that none of its functions has to be looked after, but only up to the next
    /// token.
    #[cold]
    pub fn fail(&mut self, error: Box<SyntaxError>) {
        self.failure.get_or_insert(error);
    }

    /// The error that was noted.
    pub fn failure(&mut self) -> Res<()> {
        match self.failure.take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Whether an error was noted.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Goes to the next token.
    pub fn next(&mut self) -> Res<()> {
        self.failure()?;
        self.last_line = self.line;
        self.current = match self.ahead.take() {
            Some(read) => read,
            None => self.read()?,
        };
        Ok(())
    }

    /// The token after the current one.
    pub fn peek(&mut self) -> Res<Token> {
        self.failure()?;
        if self.ahead.is_none() {
            self.ahead = Some(self.read()?);
        }
        Ok(self.ahead.map_or(Token::Eof, |read| read.token))
    }

    /// Takes `bytes` from the memory that the result may use.
    #[inline]
    pub fn charge(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.max_bytes {
            let error = self.out_of_memory();
            self.fail(error);
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

    fn read(&mut self) -> Res<Read> {
        self.tokens += 1;
        let token = self.scan()?;
        Ok(Read {
            token,
            start: self.start,
            end: self.pos,
        })
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

    /// Takes `len` bytes as `token`.
    #[inline]
    fn take(&mut self, len: usize, token: Token) -> Res<Token> {
        self.pos += len;
        Ok(token)
    }

    fn scan(&mut self) -> Res<Token> {
        loop {
            self.start = self.pos;
            let Some(byte) = self.byte() else {
                return Ok(Token::Eof);
            };
            match byte {
                b' ' | b'\t' | 0x0b | 0x0c => self.pos += 1,
                b'\n' | b'\r' => self.skip_newline(),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => return self.name(),
                b'0'..=b'9' => return self.numeral(),
                b'"' | b'\'' => return self.short_string(byte),
                b'-' => {
                    if self.byte_at(1) != Some(b'-') {
                        return self.take(1, Token::Byte(byte));
                    }
                    self.comment()?;
                }
                b'[' => match self.long_bracket() {
                    Some(level) => return self.long_string(level),
                    None if self.byte_at(1) == Some(b'=') => {
                        return Err(self.bad_long_bracket());
                    }
                    None => return self.take(1, Token::Byte(byte)),
                },
                _ => return self.sign(byte),
            }
        }
    }

    fn sign(&mut self, byte: u8) -> Res<Token> {
        let two = match (byte, self.byte_at(1)) {
            (b'=', Some(b'=')) => Token::Eq,
            (b'<', Some(b'=')) => Token::Le,
            (b'<', Some(b'<')) => Token::Shl,
            (b'>', Some(b'=')) => Token::Ge,
            (b'>', Some(b'>')) => Token::Shr,
            (b'~', Some(b'=')) => Token::Ne,
            (b'/', Some(b'/')) => Token::IDiv,
            (b':', Some(b':')) => Token::DoubleColon,
            (b'.', Some(b'.')) => {
                if self.byte_at(2) == Some(b'.') {
                    return self.take(3, Token::Dots);
                }
                Token::Concat
            }
            (b'.', Some(b'0'..=b'9')) => return self.numeral(),
            _ => return self.take(1, Token::Byte(byte)),
        };
        self.take(2, two)
    }

    fn name(&mut self) -> Res<Token> {
        let rest = self.source.get(self.start..).unwrap_or_default();
        let len = rest
            .iter()
            .position(|&byte| !is_name_byte(byte))
            .unwrap_or(rest.len());
        self.pos = self.start + len;
        let text = rest.get(..len).unwrap_or_default();
        if let Some(keyword) = Token::keyword(text) {
            return Ok(keyword);
        }
        Ok(Token::Name(self.string_atom(text)))
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

    fn comment(&mut self) -> Res<()> {
        self.pos += 2;
        if let Some(level) = self.long_bracket() {
            self.skip_long(level, "comment")?;
            return Ok(());
        }
        let rest = self.source.get(self.pos..).unwrap_or_default();
        let len = rest.iter().position(|&byte| byte == b'\n' || byte == b'\r');
        self.pos += len.unwrap_or(rest.len());
        Ok(())
    }

    /// The text of the current token as messages show it after `near`.
    fn near_current(&self) -> Vec<u8> {
        let Read { token, start, end } = self.current;
        let shown = match token {
            Token::Name(_) | Token::Int(_) | Token::Float(_) => {
                self.source.get(start..end).unwrap_or_default().to_vec()
            }
            Token::Str(atom) => self.shown_string(atom, start),
            _ => return token.describe(),
        };
        quote(&shown)
    }

    /// An error at the current token, which the message shows.
    pub fn error_near(&self, message: impl AsRef<[u8]>) -> Box<SyntaxError> {
        let near = self.near_current();
        self.error(message.as_ref(), Some(&near), self.current.start)
    }

    /// An error of meaning, which shows no token.
    pub fn error_plain(&self, message: impl AsRef<[u8]>) -> Box<SyntaxError> {
        self.error(message.as_ref(), None, self.current.start)
    }

    /// An error inside the token being read, whose text until now is `seen`
    /// (the end of the source if none).
    pub(super) fn error_inside(&self, message: &str, seen: Option<&[u8]>) -> Box<SyntaxError> {
        let near = seen.map_or_else(|| Token::Eof.describe(), quote);
        self.error(message.as_bytes(), Some(&near), self.start)
    }

    /// The error of a program nested too deeply. PUC gives it no position.
    pub fn too_deep(&self) -> Box<SyntaxError> {
        Box::new(SyntaxError {
            message: b"C stack overflow".to_vec(),
            ..*self.error_plain("")
        })
    }

    fn out_of_memory(&self) -> Box<SyntaxError> {
        Box::new(SyntaxError {
            message: b"not enough memory".to_vec(),
            kind: SyntaxErrorKind::Memory,
            ..*self.error_plain("")
        })
    }

    fn error(&self, message: &[u8], near: Option<&[u8]>, at: usize) -> Box<SyntaxError> {
        let mut text = short_source(self.chunk_name);
        text.extend_from_slice(format!(":{}: ", self.line).as_bytes());
        text.extend_from_slice(message);
        if let Some(near) = near {
            text.extend_from_slice(b" near ");
            text.extend_from_slice(near);
        }
        Box::new(SyntaxError {
            message: text,
            line: self.line,
            column: self.column(at),
            kind: SyntaxErrorKind::Syntax,
            // Known when the compilation is over.
            cost: 0,
        })
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
