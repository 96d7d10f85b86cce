//! Patterns compiled: items as numbers, sets as bits, and what may follow a repetition.
//!
//! PUC Lua reads the pattern text anew at every step. Here it is read once, so
//! that steps are cheap and so that repetitions can tell which of their lengths
//! are worth a try: those before a byte with which the rest can begin. A mistake
//! becomes an item of its own that fails when it is reached, since PUC Lua
//! does not notice mistakes in parts of a pattern it never gets to.

use super::class::{ByteSet, Single, escaped, read_set};
use super::{MAX_CAPTURES, PatternError};

/// The most items a pattern can have; a stretch of literal bytes is one item.
pub const MAX_ITEMS: usize = 8192;

/// One item of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// The end of the pattern.
    Accept,
    /// One byte.
    One(Single),
    /// Several literal bytes, a stretch of the pattern's literals.
    Literal { start: u32, len: u32 },
    /// A byte with a suffix.
    Repeat {
        single: Single,
        suffix: Suffix,
        /// No other length than the first is worth a try.
        only_first: bool,
        /// The number of its [`Follow`], or [`NO_FOLLOW`] if anything may follow.
        follow: u16,
    },
    /// `(`
    Open,
    /// `()`
    Position,
    /// `)`
    Close,
    /// `$` at the end.
    AtEnd,
    /// `%b` and its two bytes.
    Balance(u8, u8),
    /// `%f` and the number of its set.
    Frontier(u16),
    /// `%0` to `%9`: the digit's value.
    Back(u8),
    /// A mistake in the pattern.
    Fail(PatternError),
}

/// What an [`Op`], a [`ByteSet`] and a [`Follow`] are charged: their sizes where
/// addresses have 64 bits, so that an account does not depend on the platform.
const OP_BYTES: usize = 16;
const SET_BYTES: usize = 32;
const FOLLOW_BYTES: usize = 40;

/// What stands after a single-byte item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suffix {
    /// `*`
    Star,
    /// `+`
    Plus,
    /// `-`
    Lazy,
    /// `?`
    Maybe,
}

/// What the rest of a pattern can begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Follow {
    pub(super) set: ByteSet,
    /// Whether it can match the end of the subject.
    pub(super) at_end: bool,
    /// The only byte of the set.
    pub(super) sole: Option<u8>,
}

/// Anything may follow.
pub(super) const NO_FOLLOW: u16 = u16::MAX;

impl Follow {
    fn new(set: ByteSet, at_end: bool) -> Self {
        Follow {
            set,
            at_end,
            sole: set.sole(),
        }
    }

    /// Whether the rest can begin with `next`, which is `None` at the end of the subject.
    #[inline]
    pub(super) fn allows(&self, next: Option<&u8>) -> bool {
        match next {
            Some(byte) => self.set.contains(*byte),
            None => self.at_end,
        }
    }

    /// Where in `bytes` is the first that the rest can begin with.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self.sole {
            Some(byte) => memchr::memchr(byte, bytes),
            None => bytes.iter().position(|b| self.set.contains(*b)),
        }
    }

    /// Where in `bytes` is the last that the rest can begin with.
    #[inline]
    pub(super) fn rfind(&self, bytes: &[u8]) -> Option<usize> {
        match self.sole {
            Some(byte) => memchr::memrchr(byte, bytes),
            None => bytes.iter().rposition(|b| self.set.contains(*b)),
        }
    }
}

/// A compiled pattern. Many searches can share one.
///
/// ```
/// use algocline_lua::text::pattern::{MatchState, Pattern, Step};
/// let pattern = Pattern::new(b"^%s*(.-)%s*$", true);
/// let mut search = MatchState::new();
/// search.start(0);
/// let step = search.run(b"  trim  ", &pattern, &mut 1_000);
/// assert_eq!(step, Ok(Step::Matched { start: 0, end: 8 }));
/// ```
#[derive(Clone, Debug)]
pub struct Pattern {
    anchored: bool,
    ops: Vec<Op>,
    literals: Vec<u8>,
    sets: Vec<ByteSet>,
    follows: Vec<Follow>,
    /// What a match must begin with, if that is known.
    first: Option<Follow>,
}

impl Pattern {
    /// Compiles a pattern. A `^` at its start ties matches to where a search
    /// begins if `anchors` is set, and is a literal otherwise, as in
    /// `string.gmatch`. Mistakes show only when a search reaches them.
    ///
    /// It takes time in proportion to the length, and at most
    /// [`max_heap_bytes`](Self::max_heap_bytes) of memory.
    pub fn new(source: &[u8], anchors: bool) -> Self {
        let anchored = anchors && source.first() == Some(&b'^');
        let mut pattern = Pattern {
            anchored,
            ops: Vec::with_capacity(source.len().min(15) + 1),
            literals: Vec::new(),
            sets: Vec::new(),
            follows: Vec::new(),
            first: None,
        };
        pattern.read(source, usize::from(anchored));
        pattern.look_ahead();
        pattern
    }

    /// Whether the pattern began with an obeyed `^`, so that `gsub` tries one place only.
    pub fn is_anchored(&self) -> bool {
        self.anchored
    }

    /// The bytes this pattern holds on the heap, the same on every platform.
    pub fn heap_bytes(&self) -> usize {
        [
            self.literals.capacity(),
            self.ops.capacity().saturating_mul(OP_BYTES),
            self.sets.capacity().saturating_mul(SET_BYTES),
            self.follows.capacity().saturating_mul(FOLLOW_BYTES),
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }

    /// The most bytes a pattern with a source of this length can hold on the
    /// heap, to be charged before it is compiled.
    pub fn max_heap_bytes(source_len: usize) -> usize {
        let items = source_len.saturating_add(1).min(MAX_ITEMS + 1);
        // A vector at most doubles: twice as much as is used, or a few entries.
        source_len.saturating_mul(2).saturating_add(
            items
                .max(16)
                .saturating_mul(2 * (OP_BYTES + SET_BYTES + FOLLOW_BYTES)),
        )
    }

    pub(super) fn ops(&self) -> &[Op] {
        &self.ops
    }

    pub(super) fn sets(&self) -> &[ByteSet] {
        &self.sets
    }

    pub(super) fn follow(&self, number: u16) -> Option<&Follow> {
        self.follows.get(usize::from(number))
    }

    pub(super) fn first(&self) -> Option<&Follow> {
        self.first.as_ref()
    }

    pub(super) fn literal(&self, start: u32, len: u32) -> &[u8] {
        let start = start as usize;
        self.literals
            .get(start..start.saturating_add(len as usize))
            .unwrap_or(&[])
    }

    /// Reads the items from byte `at` on.
    fn read(&mut self, source: &[u8], mut at: usize) {
        while at < source.len() {
            if self.ops.len() >= MAX_ITEMS {
                self.ops.push(Op::Fail(PatternError::TooComplex));
                break;
            }
            match self.read_item(source, at) {
                Ok(next) => at = next,
                Err(mistake) => {
                    self.ops.push(Op::Fail(mistake));
                    break;
                }
            }
        }
        self.ops.push(Op::Accept);
    }

    /// Reads the item at `at` and says where the next one is.
    fn read_item(&mut self, source: &[u8], at: usize) -> Result<usize, PatternError> {
        let rest = source.get(at..).unwrap_or(&[]);
        let (op, len) = match rest {
            [b'(', b')', ..] => (Op::Position, 2),
            [b'(', ..] => (Op::Open, 1),
            [b')', ..] => (Op::Close, 1),
            [b'$'] => (Op::AtEnd, 1),
            [b'%', b'b', open, close, ..] => (Op::Balance(*open, *close), 4),
            [b'%', b'b', ..] => return Err(PatternError::MissingBalanceArguments),
            [b'%', b'f', b'[', ..] => {
                let (number, end) = self.read_set(source, at.saturating_add(2))?;
                (Op::Frontier(number), end.saturating_sub(at))
            }
            [b'%', b'f', ..] => return Err(PatternError::MissingFrontierSet),
            [b'%', digit @ b'0'..=b'9', ..] => (Op::Back(digit - b'0'), 2),
            _ => return self.read_single(source, at),
        };
        self.ops.push(op);
        Ok(at.saturating_add(len))
    }

    fn read_set(&mut self, source: &[u8], at: usize) -> Result<(u16, usize), PatternError> {
        let (set, end) = read_set(source, at)?;
        let number = u16::try_from(self.sets.len()).map_err(|_| PatternError::TooComplex)?;
        self.sets.push(set);
        Ok((number, end))
    }

    /// Reads an item that matches one byte, and its suffix.
    fn read_single(&mut self, source: &[u8], at: usize) -> Result<usize, PatternError> {
        let rest = source.get(at..).unwrap_or(&[]);
        let (single, end) = match rest {
            [b'.', ..] => (Single::Any, at.saturating_add(1)),
            [b'%', byte, ..] => (escaped(*byte), at.saturating_add(2)),
            [b'%'] => return Err(PatternError::EndsWithPercent),
            [b'[', ..] => {
                let (number, end) = self.read_set(source, at)?;
                (Single::Set(number), end)
            }
            [byte, ..] => (Single::Byte(*byte), at.saturating_add(1)),
            [] => return Ok(at),
        };
        let suffix = match source.get(end) {
            Some(b'*') => Suffix::Star,
            Some(b'+') => Suffix::Plus,
            Some(b'-') => Suffix::Lazy,
            Some(b'?') => Suffix::Maybe,
            _ => {
                self.push_one(single);
                return Ok(end);
            }
        };
        self.ops.push(Op::Repeat {
            single,
            suffix,
            only_first: false,
            follow: NO_FOLLOW,
        });
        Ok(end.saturating_add(1))
    }

    /// Adds a byte without suffix; literals next to each other become one item.
    fn push_one(&mut self, single: Single) {
        let Single::Byte(byte) = single else {
            self.ops.push(Op::One(single));
            return;
        };
        match self.ops.last_mut() {
            Some(Op::Literal { len, .. }) => {
                // The literals end with this one, which is the last item so far.
                self.literals.push(byte);
                *len = len.saturating_add(1);
            }
            Some(last @ Op::One(Single::Byte(_))) => {
                let Op::One(Single::Byte(before)) = *last else {
                    return;
                };
                *last = Op::Literal {
                    start: u32::try_from(self.literals.len()).unwrap_or(u32::MAX),
                    len: 2,
                };
                self.literals.extend_from_slice(&[before, byte]);
            }
            _ => self.ops.push(Op::One(single)),
        }
    }

    /// Finds out, from the end backwards, what can follow each repetition.
    ///
    /// A place where the rest cannot begin fails at once and without an error:
    /// what the rest does before it takes a byte, such as closing a capture,
    /// does not depend on the place, and the first length is always tried.
    fn look_ahead(&mut self) {
        // What the rest can begin with, and whether it can match the end; `None`
        // if that is not known.
        let mut rest: Option<(ByteSet, bool)> = None;
        for op in self.ops.iter_mut().rev() {
            rest = match op {
                Op::Accept | Op::Back(_) | Op::Fail(_) => None,
                Op::AtEnd => Some((ByteSet::default(), true)),
                Op::Open | Op::Position | Op::Close => rest,
                Op::One(single) => Some((single.set(&self.sets), false)),
                Op::Literal { start, .. } => {
                    let first = self.literals.get(*start as usize).copied();
                    first.map(|byte| (ByteSet::of(byte), false))
                }
                Op::Balance(open, _) => Some((ByteSet::of(*open), false)),
                Op::Frontier(number) => {
                    let set = Single::Set(*number).set(&self.sets);
                    // Beyond the end there is a zero byte.
                    Some((set, set.contains(0)))
                }
                Op::Repeat {
                    single,
                    suffix,
                    only_first,
                    follow,
                } => {
                    let own = single.set(&self.sets);
                    if let Some((set, at_end)) = rest {
                        *only_first = *suffix != Suffix::Lazy && own.is_disjoint(&set);
                        if let (false, Ok(number)) =
                            (*only_first, u16::try_from(self.follows.len()))
                        {
                            *follow = number;
                            self.follows.push(Follow::new(set, at_end));
                        }
                    }
                    match suffix {
                        Suffix::Plus => Some((own, false)),
                        _ => rest.map(|(mut set, at_end)| {
                            set.insert_all(&own);
                            (set, at_end)
                        }),
                    }
                }
            };
        }
        // With nothing after it, a greedy repetition cannot fail.
        if let Some(
            [
                Op::Repeat {
                    suffix, only_first, ..
                },
                tail @ ..,
            ],
        ) = self.last_repeat()
            && tail
                .iter()
                .all(|op| matches!(op, Op::Open | Op::Position | Op::Close | Op::Accept))
        {
            *only_first = *suffix != Suffix::Lazy;
        }
        let can_skip = !self.anchored && self.begins_without_error();
        self.first = rest
            .filter(|_| can_skip)
            .map(|(set, at_end)| Follow::new(set, at_end));
    }

    /// The items from the last repetition on.
    fn last_repeat(&mut self) -> Option<&mut [Op]> {
        let at = self
            .ops
            .iter()
            .rposition(|op| matches!(op, Op::Repeat { .. }))?;
        self.ops.get_mut(at..)
    }

    /// Whether nothing can go wrong before the first byte is taken, so that places
    /// where that byte does not occur need no try.
    fn begins_without_error(&self) -> bool {
        let (mut captures, mut open) = (0, 0usize);
        for op in &self.ops {
            match op {
                Op::Open | Op::Position => {
                    captures += 1;
                    if captures > MAX_CAPTURES {
                        return false;
                    }
                    open += usize::from(*op == Op::Open);
                }
                Op::Close => match open.checked_sub(1) {
                    Some(left) => open = left,
                    None => return false,
                },
                Op::Repeat {
                    suffix: Suffix::Plus,
                    ..
                }
                | Op::One(_)
                | Op::Literal { .. }
                | Op::Balance(..)
                | Op::Frontier(_)
                | Op::AtEnd => return true,
                Op::Repeat { .. } => {}
                Op::Accept | Op::Back(_) | Op::Fail(_) => return false,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_first(source: &str) -> Vec<bool> {
        Pattern::new(source.as_bytes(), true)
            .ops()
            .iter()
            .filter_map(|op| match op {
                Op::Repeat { only_first, .. } => Some(*only_first),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn repetitions_know_when_they_need_no_second_try() {
        assert_eq!(only_first("(%w+)%s*=%s*(%w+)"), [true; 4]);
        assert_eq!(only_first("a*ab?c"), [false, true]);
        assert_eq!(only_first("%s*$"), [true]);
        assert_eq!(only_first(".*"), [true]);
        assert_eq!(only_first("(.*)()"), [true]);
        assert_eq!(only_first(".-x"), [false]);
        assert_eq!(only_first("a*%1"), [false]);
        assert_eq!(only_first("a*."), [false]);
        assert_eq!(only_first("%d+%f[^%d]"), [true]);
        assert_eq!(only_first("a+%f[a]"), [false]);
    }

    #[test]
    fn places_are_skipped_only_where_nothing_can_go_wrong() {
        let first = |source: &str| {
            let pattern = Pattern::new(source.as_bytes(), true);
            pattern.first().map(|first| (first.sole, first.at_end))
        };
        assert_eq!(first("abc"), Some((Some(b'a'), false)));
        assert_eq!(first("((a"), Some((Some(b'a'), false)));
        assert_eq!(first("()a"), Some((Some(b'a'), false)));
        assert_eq!(first("x*$"), Some((Some(b'x'), true)));
        assert_eq!(first("^a"), None);
        assert_eq!(first(")a"), None);
        assert_eq!(first("a?"), None);
        assert_eq!(first("a?%"), None);
        assert_eq!(first(""), None);
        assert_eq!(first(&format!("{}a", "()".repeat(33))), None);
        assert_eq!(first("%bxy"), Some((Some(b'x'), false)));
        assert_eq!(first("%f[%z]"), Some((Some(0), true)));
    }

    #[test]
    fn memory_stays_within_the_announced_bound() {
        assert!(size_of::<Op>() <= OP_BYTES);
        assert!(size_of::<ByteSet>() <= SET_BYTES);
        assert!(size_of::<Follow>() <= FOLLOW_BYTES);
        for source in [
            "",
            "a",
            "[a]",
            &"[a]*".repeat(3000),
            &"a?".repeat(9000),
            &"x".repeat(9000),
        ] {
            let pattern = Pattern::new(source.as_bytes(), true);
            let bound = Pattern::max_heap_bytes(source.len());
            assert!(
                pattern.heap_bytes() <= bound,
                "{} {bound}",
                pattern.heap_bytes()
            );
        }
    }
}
