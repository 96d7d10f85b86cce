//! Lua patterns (reference manual §6.4.1) as a machine that can stop anywhere.
//!
//! A [`Pattern`] is compiled once. [`MatchState`] holds a search as plain data:
//! it recurses on nothing, does a bounded amount of work per call and goes on
//! where it stopped. A repetition is one entry on its choice stack however often
//! it repeats, and a pattern has no loops around groups, so the stack never
//! holds more entries than the pattern has bytes.
//!
//! ```
//! use algocline_lua::text::pattern::{Captured, MatchState, Pattern, Step};
//! let subject = b"key = value";
//! let pattern = Pattern::new(b"(%w+)%s*=%s*(%w+)", true);
//! let mut search = MatchState::new();
//! search.start(0);
//! let mut budget = 1_000;
//! let step = search.run(subject, &pattern, &mut budget);
//! assert_eq!(step, Ok(Step::Matched { start: 0, end: 11 }));
//! assert_eq!(search.capture(1), Ok(Captured::Text { start: 6, end: 11 }));
//! ```

mod class;
mod matcher;
mod plain;
mod program;
mod repetition;
mod replacement;
mod saved;

use std::fmt;

pub use matcher::{Captured, MatchState, Step};
pub use plain::{Found, find_plain};
pub use program::{MAX_ITEMS, Pattern};
pub use replacement::{Piece, Pieces, expand, expanded_len};

/// The most captures a pattern can have.
pub const MAX_CAPTURES: usize = 32;

/// The most entries of the choice stack; a pattern that needs more is too complex.
pub const MAX_CHOICES: usize = 4096;

/// Bytes that a scanning loop passes for one step of the budget.
pub(crate) const BYTES_PER_STEP: usize = 16;

/// What is wrong with a pattern or a replacement string, in PUC Lua's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// `%` is the last byte of the pattern.
    EndsWithPercent,
    /// A set has no end.
    MissingBracket,
    /// `%f` is not followed by a set.
    MissingFrontierSet,
    /// `%b` is not followed by two bytes.
    MissingBalanceArguments,
    /// `)` without an open capture.
    InvalidCapture,
    /// A capture was never closed.
    UnfinishedCapture,
    /// `%n` names a capture that does not exist or is still open; the number is `n`.
    InvalidCaptureIndex(usize),
    /// More than [`MAX_CAPTURES`] captures.
    TooManyCaptures,
    /// More than [`MAX_ITEMS`] items, or [`MAX_CHOICES`] points to come back to.
    TooComplex,
    /// `%` in a replacement string before something else than a digit or `%`.
    InvalidReplacement,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndsWithPercent => "malformed pattern (ends with '%')",
            Self::MissingBracket => "malformed pattern (missing ']')",
            Self::MissingFrontierSet => "missing '[' after '%f' in pattern",
            Self::MissingBalanceArguments => "malformed pattern (missing arguments to '%b')",
            Self::InvalidCapture => "invalid pattern capture",
            Self::UnfinishedCapture => "unfinished capture",
            Self::InvalidCaptureIndex(index) => {
                return write!(f, "invalid capture index %{index}");
            }
            Self::TooManyCaptures => "too many captures",
            Self::TooComplex => "pattern too complex",
            Self::InvalidReplacement => "invalid use of '%' in replacement string",
        })
    }
}

impl std::error::Error for PatternError {}

/// Whether a pattern has a byte that means something else than itself. If not,
/// [`find_plain`] finds the same, faster.
pub fn has_specials(pattern: &[u8]) -> bool {
    pattern.iter().any(|byte| {
        matches!(
            byte,
            b'^' | b'$' | b'*' | b'+' | b'?' | b'.' | b'(' | b'[' | b'%' | b'-'
        )
    })
}
