//! The replacement string of `string.gsub`.

use super::super::number::format_uint;
use super::{Captured, MatchState, PatternError};

/// A stretch of an expanded replacement string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Bytes of the replacement string itself.
    Literal(&'a [u8]),
    /// A stretch of the subject: the whole match or a capture.
    Subject {
        /// The first byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
    /// A position capture, counted from one, to be written in decimal.
    Position(usize),
}

/// The pieces a replacement string expands to for one match.
pub struct Pieces<'a> {
    rest: &'a [u8],
    state: &'a MatchState,
}

impl<'a> Pieces<'a> {
    /// Expands `replacement` with the captures of `state`, which has just matched.
    pub fn new(replacement: &'a [u8], state: &'a MatchState) -> Self {
        Pieces {
            rest: replacement,
            state,
        }
    }

    fn escape(&mut self) -> Result<Piece<'a>, PatternError> {
        let Some((code, tail)) = self.rest.get(1..).and_then(<[u8]>::split_first) else {
            return Err(PatternError::InvalidReplacement);
        };
        let piece = match code {
            b'%' => Piece::Literal(b"%"),
            b'0' => {
                let (start, end) = self.state.span();
                Piece::Subject { start, end }
            }
            b'1'..=b'9' => match self.state.capture(usize::from(code - b'1'))? {
                Captured::Text { start, end } => Piece::Subject { start, end },
                Captured::Position(position) => Piece::Position(position),
            },
            _ => return Err(PatternError::InvalidReplacement),
        };
        self.rest = tail;
        Ok(piece)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>, PatternError>;

    fn next(&mut self) -> Option<Self::Item> {
        let stop = match memchr::memchr(b'%', self.rest) {
            None => self.rest.len(),
            Some(0) => {
                let piece = self.escape();
                if piece.is_err() {
                    self.rest = &[];
                }
                return Some(piece);
            }
            Some(stop) => stop,
        };
        let (literal, tail) = self.rest.split_at_checked(stop)?;
        self.rest = tail;
        (!literal.is_empty()).then_some(Ok(Piece::Literal(literal)))
    }
}

/// How many bytes [`expand`] would append, so that they can be charged first.
///
/// # Errors
/// Those of [`expand`].
pub fn expanded_len(replacement: &[u8], state: &MatchState) -> Result<usize, PatternError> {
    let mut total = 0usize;
    for piece in Pieces::new(replacement, state) {
        let len = match piece? {
            Piece::Literal(bytes) => bytes.len(),
            Piece::Subject { start, end } => end.saturating_sub(start),
            Piece::Position(position) => decimal_len(position),
        };
        total = total.saturating_add(len);
    }
    Ok(total)
}

/// Appends `replacement` for the match that `state` just found in `subject`.
///
/// # Errors
/// [`PatternError::InvalidReplacement`] for a `%` before anything but a digit or
/// `%`, [`PatternError::InvalidCaptureIndex`] for a capture the pattern lacks,
/// [`PatternError::UnfinishedCapture`] for one it never closed.
pub fn expand(
    replacement: &[u8],
    subject: &[u8],
    state: &MatchState,
    out: &mut Vec<u8>,
) -> Result<(), PatternError> {
    for piece in Pieces::new(replacement, state) {
        match piece? {
            Piece::Literal(bytes) => out.extend_from_slice(bytes),
            Piece::Subject { start, end } => {
                out.extend_from_slice(subject.get(start..end).unwrap_or(&[]));
            }
            Piece::Position(position) => format_uint(position as u64, false, out),
        }
    }
    Ok(())
}

fn decimal_len(value: usize) -> usize {
    value.checked_ilog10().unwrap_or(0) as usize + 1
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use super::*;

    fn expanded(subject: &str, pattern: &str, replacement: &str) -> Result<String, PatternError> {
        let mut state = MatchState::new();
        state.start(0);
        let pattern = Pattern::new(pattern.as_bytes(), true);
        state.run(subject.as_bytes(), &pattern, &mut 1000)?;
        let mut out = Vec::new();
        expand(replacement.as_bytes(), subject.as_bytes(), &state, &mut out)?;
        assert_eq!(expanded_len(replacement.as_bytes(), &state), Ok(out.len()));
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn expands_captures_positions_and_percents() {
        let show = |pattern, replacement| expanded("hello world", pattern, replacement);
        assert_eq!(show("o (w)", "<%1%%%0>").unwrap(), "<w%o w>");
        assert_eq!(show("o", "[%1%0]").unwrap(), "[oo]");
        assert_eq!(show("world()", "%1").unwrap(), "12");
        assert_eq!(show("o", "").unwrap(), "");
        assert_eq!(show("o", "%2"), Err(PatternError::InvalidCaptureIndex(2)));
        assert_eq!(show("o", "a%"), Err(PatternError::InvalidReplacement));
        assert_eq!(show("o", "%x%1"), Err(PatternError::InvalidReplacement));
        assert_eq!(show("(o", "%1"), Err(PatternError::UnfinishedCapture));
        assert_eq!(show("(o", "x").unwrap(), "x");
    }
}
