//! The matcher: one loop, an explicit stack of choices, and state that can be kept.
//!
//! PUC Lua's matcher recurses; this one remembers on a stack where to come back
//! to. Both try the same alternatives in the same order, so they find the same
//! match and raise the same errors. Alternatives that the byte after them rules
//! out are skipped, but never the first one, which is the one that may raise.

use super::choice::{Choice, Follow, Scan, first_byte, follow, grow, shrink};
use super::class::{SetCache, Single, single_at};
use super::plain::{pay, reach};
use super::{BYTES_PER_STEP, PatternError};

/// The most captures a pattern can have.
pub const MAX_CAPTURES: usize = 32;

/// The most entries of the choice stack; a pattern that needs more is too complex.
pub const MAX_CHOICES: usize = 4096;

/// What a call of [`MatchState::run`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The pattern matches `subject[start..end]`.
    Matched {
        /// The first byte of the match.
        start: usize,
        /// One past its last byte.
        end: usize,
    },
    /// There is no (further) match.
    NoMatch,
    /// The budget is used up: call again to go on.
    OutOfBudget,
}

/// What a capture holds after a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Captured {
    /// A stretch of the subject.
    Text {
        /// The first byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
    /// The position capture `()`, counted from one.
    Position(usize),
}

/// How far a capture has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Not closed yet.
    Open,
    /// A position capture.
    Position,
    /// Closed, this many bytes long.
    Length(usize),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Capture {
    pub(super) start: usize,
    pub(super) extent: Extent,
}

/// Where a search stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Looking for the next place to try.
    Seek,
    /// Matching the item at `p` against the subject at `s`.
    Forward,
    /// Going back to the last choice.
    Backward,
    /// Nothing more to find.
    Done,
}

/// What an attempt at one place came to.
enum Attempt {
    Matched(usize),
    Failed,
    OutOfBudget,
}

/// What going back came to.
enum Backtrack {
    /// Go on matching at this place of the subject and of the pattern.
    At(usize, usize),
    Exhausted,
    OutOfBudget,
}

/// No place in any subject.
pub(super) const NOWHERE: usize = usize::MAX;

/// A search for a pattern: plain data that can be stopped, kept and resumed.
///
/// [`start`](Self::start) begins a search, [`run`](Self::run) carries it on,
/// [`start_again`](Self::start_again) looks for the next match. Reuse a state
/// where you can: it then allocates nothing.
#[derive(Clone, Debug)]
pub struct MatchState {
    pub(super) phase: Phase,
    /// Only the first place is tried.
    pub(super) anchored: bool,
    /// The place being tried, and after a match its start.
    pub(super) init: usize,
    /// The end of the match; valid after a match only.
    pub(super) end: usize,
    /// A match that ends here does not count.
    pub(super) forbidden_end: usize,
    pub(super) s: usize,
    pub(super) p: usize,
    /// How far an interrupted scan from `s` has come, or zero.
    pub(super) scan: usize,
    /// How many openings an interrupted `%b` has seen that are not closed.
    pub(super) depth: usize,
    /// What the first byte of any match must be.
    pub(super) first: Option<Single>,
    pub(super) level: usize,
    pub(super) captures: [Capture; MAX_CAPTURES],
    pub(super) choices: Vec<Choice>,
    pub(super) sets: SetCache,
}

impl Default for MatchState {
    fn default() -> Self {
        Self::new()
    }
}

impl MatchState {
    /// A state that has found nothing and finds nothing before [`start`](Self::start).
    pub fn new() -> Self {
        MatchState {
            phase: Phase::Done,
            anchored: false,
            init: 0,
            end: 0,
            forbidden_end: NOWHERE,
            s: 0,
            p: 0,
            scan: 0,
            depth: 0,
            first: None,
            level: 0,
            captures: [Capture {
                start: 0,
                extent: Extent::Open,
            }; MAX_CAPTURES],
            choices: Vec::new(),
            sets: SetCache::default(),
        }
    }

    /// Begins a search for `pattern` at byte `init` of the subject.
    ///
    /// A `^` at the start of the pattern ties the match to `init` if `anchors`
    /// is set, and is a literal otherwise, as in `string.gmatch`. An `init`
    /// beyond the end of the subject finds nothing.
    pub fn start(&mut self, pattern: &[u8], init: usize, anchors: bool) {
        self.anchored = anchors && pattern.first() == Some(&b'^');
        self.sets.clear();
        self.first = if self.anchored {
            None
        } else {
            first_byte(pattern, &mut self.sets)
        };
        self.start_again(init, None);
    }

    /// Searches on for the same pattern from byte `init`, past a match that ends
    /// at `not_ending_at`. `gmatch` and `gsub` pass the end of the last match as
    /// both, so that an empty match does not repeat it.
    ///
    /// If the pattern [is anchored](Self::is_anchored), `gsub` does not search on.
    pub fn start_again(&mut self, init: usize, not_ending_at: Option<usize>) {
        self.phase = Phase::Seek;
        self.init = init;
        self.forbidden_end = not_ending_at.unwrap_or(NOWHERE);
        self.level = 0;
    }

    /// Whether the pattern of this search began with an obeyed `^`.
    pub fn is_anchored(&self) -> bool {
        self.anchored
    }

    /// The start and the end of the match just found.
    pub fn span(&self) -> (usize, usize) {
        (self.init, self.end)
    }

    /// How many captures the match has. `match`, `gmatch` and `gsub` give the
    /// whole match if there are none; `find` does not.
    pub fn capture_count(&self) -> usize {
        self.level
    }

    /// The capture with this index, counted from zero. If the pattern has no
    /// captures, index zero is the whole match.
    ///
    /// # Errors
    /// [`PatternError::InvalidCaptureIndex`] if there is no such capture,
    /// [`PatternError::UnfinishedCapture`] if the pattern did not close it.
    pub fn capture(&self, index: usize) -> Result<Captured, PatternError> {
        let Some(capture) = self.captures.get(..self.level).and_then(|c| c.get(index)) else {
            if index == 0 {
                let (start, end) = self.span();
                return Ok(Captured::Text { start, end });
            }
            return Err(PatternError::InvalidCaptureIndex(index.saturating_add(1)));
        };
        match capture.extent {
            Extent::Open => Err(PatternError::UnfinishedCapture),
            Extent::Position => Ok(Captured::Position(capture.start.saturating_add(1))),
            Extent::Length(length) => Ok(Captured::Text {
                start: capture.start,
                end: capture.start.saturating_add(length),
            }),
        }
    }

    /// The bytes this state holds on the heap now.
    pub fn heap_bytes(&self) -> usize {
        self.choices
            .capacity()
            .saturating_mul(size_of::<Choice>())
            .saturating_add(self.sets.heap_bytes())
    }

    /// The most bytes a state can come to hold on the heap for a pattern of this
    /// length, to be charged before the search.
    pub fn max_heap_bytes(pattern_len: usize) -> usize {
        // A vector grows to a power of two, at least four.
        let entries = pattern_len
            .min(MAX_CHOICES)
            .checked_next_power_of_two()
            .unwrap_or(MAX_CHOICES)
            .max(4);
        entries
            .saturating_mul(size_of::<Choice>())
            .saturating_add(SetCache::max_heap_bytes())
    }

    /// Carries the search on for at most `budget` steps, which is reduced by
    /// those taken.
    ///
    /// A step is one item of the pattern tried, one choice taken back, or
    /// sixteen bytes scanned. With a budget of at least one a call gets further;
    /// with zero it returns [`Step::OutOfBudget`] at once. `subject` and
    /// `pattern` must be the same in every call for one search; if they are not,
    /// the result is arbitrary but nothing breaks.
    ///
    /// # Errors
    /// [`PatternError`], as late as PUC Lua: a mistake in a part of the pattern
    /// that is never reached is not noticed. The search is then over.
    pub fn run(
        &mut self,
        subject: &[u8],
        pattern: &[u8],
        budget: &mut u64,
    ) -> Result<Step, PatternError> {
        loop {
            match self.phase {
                Phase::Done => return Ok(Step::NoMatch),
                Phase::Seek => match self.seek(subject, budget) {
                    Attempt::Failed => {
                        self.phase = Phase::Done;
                        continue;
                    }
                    Attempt::OutOfBudget => return Ok(Step::OutOfBudget),
                    Attempt::Matched(at) => self.begin_attempt(at),
                },
                Phase::Forward | Phase::Backward => {}
            }
            match self.attempt(subject, pattern, budget) {
                Ok(Attempt::Matched(end)) if end != self.forbidden_end => {
                    self.phase = Phase::Done;
                    self.end = end;
                    return Ok(Step::Matched {
                        start: self.init,
                        end,
                    });
                }
                Ok(Attempt::OutOfBudget) => return Ok(Step::OutOfBudget),
                Ok(Attempt::Matched(_) | Attempt::Failed) => {
                    if self.anchored || self.init >= subject.len() {
                        self.phase = Phase::Done;
                    } else {
                        self.init += 1;
                        self.phase = Phase::Seek;
                    }
                }
                Err(error) => {
                    self.phase = Phase::Done;
                    return Err(error);
                }
            }
        }
    }

    /// Finds the next place from `init` on where a match could start.
    fn seek(&mut self, subject: &[u8], budget: &mut u64) -> Attempt {
        if self.init > subject.len() {
            return Attempt::Failed;
        }
        let Some(first) = &self.first else {
            return Attempt::Matched(self.init);
        };
        while self.init < subject.len() {
            if *budget == 0 {
                return Attempt::OutOfBudget;
            }
            let stop = subject.len().min(self.init.saturating_add(reach(*budget)));
            let window = subject.get(self.init..stop).unwrap_or(&[]);
            match first.find(window) {
                Some(0) => return Attempt::Matched(self.init),
                Some(offset) => {
                    pay(budget, offset);
                    return Attempt::Matched(self.init + offset);
                }
                None => {
                    pay(budget, window.len());
                    self.init = stop;
                }
            }
        }
        Attempt::Failed
    }

    fn begin_attempt(&mut self, at: usize) {
        self.init = at;
        self.s = at;
        self.p = usize::from(self.anchored);
        self.scan = 0;
        self.depth = 0;
        self.level = 0;
        self.choices.clear();
        self.phase = Phase::Forward;
    }

    /// Matches the pattern at the place `init`.
    fn attempt(
        &mut self,
        subject: &[u8],
        pattern: &[u8],
        budget: &mut u64,
    ) -> Result<Attempt, PatternError> {
        let mut s = self.s;
        let mut p = self.p;
        let mut failed = self.phase == Phase::Backward;
        loop {
            if failed {
                match self.backtrack(subject, pattern, budget)? {
                    Backtrack::At(at, next) => (s, p) = (at, next),
                    Backtrack::Exhausted => return Ok(Attempt::Failed),
                    Backtrack::OutOfBudget => {
                        self.phase = Phase::Backward;
                        return Ok(Attempt::OutOfBudget);
                    }
                }
            }
            if *budget == 0 {
                return Ok(self.interrupt(s, p));
            }
            *budget -= 1;
            let Some(code) = pattern.get(p) else {
                return Ok(Attempt::Matched(s));
            };
            // Each arm either moves on and continues, or leaves whether it failed.
            failed = match code {
                b'(' => {
                    if pattern.get(p + 1) == Some(&b')') {
                        self.open_capture(s, Extent::Position)?;
                        p += 2;
                    } else {
                        self.open_capture(s, Extent::Open)?;
                        p += 1;
                    }
                    false
                }
                b')' => {
                    self.close_capture(s)?;
                    p += 1;
                    false
                }
                b'$' if p + 1 == pattern.len() => {
                    p += 1;
                    s != subject.len()
                }
                b'%' => match pattern.get(p + 1) {
                    Some(b'b') => match self.balance(subject, pattern, s, p, budget)? {
                        Some(Some(end)) => {
                            s = end;
                            p += 4;
                            false
                        }
                        Some(None) => true,
                        None => return Ok(self.interrupt(s, p)),
                    },
                    Some(b'f') => match self.frontier(subject, pattern, s, p + 2)? {
                        Some(next) => {
                            p = next;
                            false
                        }
                        None => true,
                    },
                    Some(digit @ b'0'..=b'9') => match self.back_reference(subject, s, *digit)? {
                        Some(length) => {
                            pay(budget, length);
                            s += length;
                            p += 2;
                            false
                        }
                        None => true,
                    },
                    _ => match self.item(subject, pattern, &mut s, &mut p, budget)? {
                        Some(failed) => failed,
                        None => return Ok(self.interrupt(s, p)),
                    },
                },
                _ => match self.item(subject, pattern, &mut s, &mut p, budget)? {
                    Some(failed) => failed,
                    None => return Ok(self.interrupt(s, p)),
                },
            };
        }
    }

    /// Keeps the place for the next call.
    fn interrupt(&mut self, s: usize, p: usize) -> Attempt {
        self.s = s;
        self.p = p;
        self.phase = Phase::Forward;
        Attempt::OutOfBudget
    }

    /// Matches a single-byte item and its suffix. Answers whether it failed, or
    /// `None` if the budget ended within a scan.
    #[inline]
    fn item(
        &mut self,
        subject: &[u8],
        pattern: &[u8],
        s: &mut usize,
        p: &mut usize,
        budget: &mut u64,
    ) -> Result<Option<bool>, PatternError> {
        let at = *s;
        let (single, end) = single_at(pattern, *p, &mut self.sets)?;
        let here = subject.get(at).is_some_and(|byte| single.matches(*byte));
        match pattern.get(end) {
            Some(b'*') => {
                if here {
                    return self.greedy(subject, pattern, &single, at, end + 1, s, p, budget);
                }
                *p = end + 1;
                Ok(Some(false))
            }
            Some(b'+') => {
                if here {
                    return self.greedy(subject, pattern, &single, at + 1, end + 1, s, p, budget);
                }
                Ok(Some(true))
            }
            Some(b'-') => {
                let next = end + 1;
                if here {
                    let follow = follow(pattern, next);
                    if follow != Follow::Accept {
                        self.push(Choice::Grow {
                            at,
                            item: *p,
                            follow,
                        })?;
                    }
                }
                *p = next;
                Ok(Some(false))
            }
            Some(b'?') => {
                let next = end + 1;
                if here {
                    let worth = match follow(pattern, next) {
                        Follow::Anything => true,
                        Follow::Byte(byte) => subject.get(at) == Some(&byte),
                        Follow::End | Follow::Accept => false,
                    };
                    if worth {
                        self.push(Choice::LeaveOut { at, next })?;
                    }
                    *s = at + 1;
                }
                *p = next;
                Ok(Some(false))
            }
            _ => {
                if here {
                    *s = at + 1;
                    *p = end;
                }
                Ok(Some(!here))
            }
        }
    }

    /// Takes as many bytes as match, at least up to `low`, and remembers that
    /// fewer may do.
    #[expect(
        clippy::too_many_arguments,
        reason = "part of `item`, split for length"
    )]
    #[inline]
    fn greedy(
        &mut self,
        subject: &[u8],
        pattern: &[u8],
        single: &Single,
        low: usize,
        next: usize,
        s: &mut usize,
        p: &mut usize,
        budget: &mut u64,
    ) -> Result<Option<bool>, PatternError> {
        let from = self.scan.max(low);
        self.scan = 0;
        // One step more than is left, so that a scan always gets further.
        let stop = subject
            .len()
            .min(from.saturating_add(reach(budget.saturating_add(1))));
        let length = single.run_length(subject.get(from..stop).unwrap_or(&[]));
        let high = from.saturating_add(length);
        *budget = budget.saturating_sub((length / BYTES_PER_STEP) as u64);
        if high == stop && stop < subject.len() {
            self.scan = high;
            *budget = 0;
            return Ok(None);
        }
        if high > low {
            let follow = follow(pattern, next);
            let worth = match follow {
                Follow::Anything => true,
                // Before `high` there are only bytes the item matches.
                Follow::Byte(byte) => single.matches(byte),
                Follow::End | Follow::Accept => false,
            };
            if worth {
                self.push(Choice::Shrink {
                    low,
                    high,
                    next,
                    follow,
                })?;
            }
        }
        *s = high;
        *p = next;
        Ok(Some(false))
    }

    fn push(&mut self, choice: Choice) -> Result<(), PatternError> {
        if self.choices.len() >= MAX_CHOICES {
            return Err(PatternError::TooComplex);
        }
        self.choices.push(choice);
        Ok(())
    }

    /// Remembers how to undo a change of the captures, if there is a choice to
    /// go back to; otherwise the whole attempt is given up.
    fn push_undo(&mut self, undo: Choice) -> Result<(), PatternError> {
        if self.choices.is_empty() {
            return Ok(());
        }
        self.push(undo)
    }

    fn open_capture(&mut self, s: usize, extent: Extent) -> Result<(), PatternError> {
        let Some(slot) = self.captures.get_mut(self.level) else {
            return Err(PatternError::TooManyCaptures);
        };
        *slot = Capture { start: s, extent };
        self.level += 1;
        self.push_undo(Choice::Opened)
    }

    fn close_capture(&mut self, s: usize) -> Result<(), PatternError> {
        let open = self.captures.get_mut(..self.level).and_then(|captures| {
            captures
                .iter_mut()
                .enumerate()
                .rev()
                .find(|(_, capture)| capture.extent == Extent::Open)
        });
        let Some((index, capture)) = open else {
            return Err(PatternError::InvalidCapture);
        };
        capture.extent = Extent::Length(s.saturating_sub(capture.start));
        self.push_undo(Choice::Closed(index as u8))
    }

    /// Matches `%bxy` at `s`: the place after the balanced stretch, or `None` within
    /// if there is none; `None` if the budget ended within it.
    fn balance(
        &mut self,
        subject: &[u8],
        pattern: &[u8],
        s: usize,
        p: usize,
        budget: &mut u64,
    ) -> Result<Option<Option<usize>>, PatternError> {
        let Some([open, close]) = pattern.get(p + 2..p + 4) else {
            return Err(PatternError::MissingBalanceArguments);
        };
        if subject.get(s) != Some(open) {
            return Ok(Some(None));
        }
        let from = self.scan.max(s + 1);
        let mut depth = self.depth.max(1);
        (self.scan, self.depth) = (0, 0);
        let stop = subject
            .len()
            .min(from.saturating_add(reach(budget.saturating_add(1))));
        for (offset, byte) in subject.get(from..stop).unwrap_or(&[]).iter().enumerate() {
            if byte == close {
                depth -= 1;
                if depth == 0 {
                    *budget = budget.saturating_sub((offset / BYTES_PER_STEP) as u64);
                    return Ok(Some(Some(from + offset + 1)));
                }
            } else if byte == open {
                depth += 1;
            }
        }
        let passed = stop.saturating_sub(from);
        *budget = budget.saturating_sub((passed / BYTES_PER_STEP) as u64);
        if stop < subject.len() {
            (self.scan, self.depth) = (stop, depth);
            *budget = 0;
            return Ok(None);
        }
        Ok(Some(None))
    }

    /// Matches `%f[set]`, whose set is at `set`: the place after it if `s` is
    /// where the subject enters the set. Beyond both ends there is a zero byte.
    fn frontier(
        &mut self,
        subject: &[u8],
        pattern: &[u8],
        s: usize,
        set: usize,
    ) -> Result<Option<usize>, PatternError> {
        if pattern.get(set) != Some(&b'[') {
            return Err(PatternError::MissingFrontierSet);
        }
        let (single, end) = single_at(pattern, set, &mut self.sets)?;
        let before = s.checked_sub(1).and_then(|at| subject.get(at));
        let enters = !single.matches(before.copied().unwrap_or(0))
            && single.matches(subject.get(s).copied().unwrap_or(0));
        Ok(enters.then_some(end))
    }

    /// Matches `%1` to `%9`: the length of the capture if it occurs again at `s`.
    fn back_reference(
        &self,
        subject: &[u8],
        s: usize,
        digit: u8,
    ) -> Result<Option<usize>, PatternError> {
        let number = usize::from(digit.wrapping_sub(b'0'));
        let capture = number
            .checked_sub(1)
            .and_then(|index| self.captures.get(..self.level)?.get(index));
        match capture {
            None
            | Some(Capture {
                extent: Extent::Open,
                ..
            }) => Err(PatternError::InvalidCaptureIndex(number)),
            // A position never occurs in the subject.
            Some(Capture {
                extent: Extent::Position,
                ..
            }) => Ok(None),
            Some(Capture {
                start,
                extent: Extent::Length(length),
            }) => {
                let captured = subject.get(*start..start.saturating_add(*length));
                let here = subject.get(s..s.saturating_add(*length));
                Ok((captured.is_some() && captured == here).then_some(*length))
            }
        }
    }

    /// Goes back to the last choice that has an alternative left.
    fn backtrack(
        &mut self,
        subject: &[u8],
        pattern: &[u8],
        budget: &mut u64,
    ) -> Result<Backtrack, PatternError> {
        loop {
            let Some(choice) = self.choices.last_mut() else {
                return Ok(Backtrack::Exhausted);
            };
            if *budget == 0 {
                return Ok(Backtrack::OutOfBudget);
            }
            *budget -= 1;
            match choice {
                Choice::Opened => self.level = self.level.saturating_sub(1),
                Choice::Closed(index) => {
                    if let Some(capture) = self.captures.get_mut(usize::from(*index)) {
                        capture.extent = Extent::Open;
                    }
                }
                Choice::LeaveOut { at, next } => {
                    let resume = Backtrack::At(*at, *next);
                    self.choices.pop();
                    return Ok(resume);
                }
                Choice::Shrink {
                    low,
                    high,
                    next,
                    follow,
                } => {
                    let next = *next;
                    match shrink(subject, *low, high, *follow, budget) {
                        Scan::Found(at) => {
                            if at <= *low {
                                self.choices.pop();
                            }
                            return Ok(Backtrack::At(at, next));
                        }
                        Scan::OutOfBudget => return Ok(Backtrack::OutOfBudget),
                        Scan::Nothing => {}
                    }
                }
                Choice::Grow { at, item, follow } => {
                    let (single, end) = single_at(pattern, *item, &mut self.sets)?;
                    match grow(subject, &single, at, *follow, budget) {
                        Scan::Found(at) => return Ok(Backtrack::At(at, end.saturating_add(1))),
                        Scan::OutOfBudget => return Ok(Backtrack::OutOfBudget),
                        Scan::Nothing => {}
                    }
                }
            }
            self.choices.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(subject: &str, pattern: &str) -> Result<Step, PatternError> {
        let mut state = MatchState::new();
        state.start(pattern.as_bytes(), 0, true);
        state.run(subject.as_bytes(), pattern.as_bytes(), &mut 1_000_000)
    }

    fn matched(start: usize, end: usize) -> Result<Step, PatternError> {
        Ok(Step::Matched { start, end })
    }

    #[test]
    fn finds_what_lua_finds() {
        for (subject, pattern, expected) in [
            ("hello", "l+", matched(2, 4)),
            ("hello", "", matched(0, 0)),
            ("hello", "^l", Ok(Step::NoMatch)),
            ("hello", "o$", matched(4, 5)),
            ("a$a", "$a", matched(1, 3)),
            ("THE (quick) fox", "%((%a+)%)", matched(4, 11)),
            ("f(a(b)c)d)", "%b()", matched(1, 8)),
            ("THE (quick) fox", "%f[%a]%a+%f[%A]", matched(0, 3)),
            ("aXbb", "(.)X?%1", matched(2, 4)),
            ("abab", "(ab)%1", matched(0, 4)),
            ("x", "()%1", Ok(Step::NoMatch)),
            ("[[x]]", "[]]", matched(3, 4)),
            ("a.b", "%.", matched(1, 2)),
            ("aaa", "a-$", matched(0, 3)),
            ("aaab", "a-b", matched(0, 4)),
            ("", ".*", matched(0, 0)),
            ("a\0b", "%z", matched(1, 2)),
        ] {
            assert_eq!(find(subject, pattern), expected, "{subject} {pattern}");
        }
    }

    #[test]
    fn mistakes_are_named_when_reached() {
        for (subject, pattern, expected) in [
            ("a", "%", Err(PatternError::EndsWithPercent)),
            ("a", "[a", Err(PatternError::MissingBracket)),
            ("a", "%f", Err(PatternError::MissingFrontierSet)),
            ("a", "%b(", Err(PatternError::MissingBalanceArguments)),
            ("a", "a)", Err(PatternError::InvalidCapture)),
            ("b", "a)", Ok(Step::NoMatch)),
            ("a", "(%1)", Err(PatternError::InvalidCaptureIndex(1))),
            ("a", "%0", Err(PatternError::InvalidCaptureIndex(0))),
            ("a", &"()".repeat(33), Err(PatternError::TooManyCaptures)),
        ] {
            assert_eq!(find(subject, pattern), expected, "{pattern}");
        }
        assert_eq!(find("aaa", &"a?".repeat(5000)), matched(0, 3));
        let many = format!("{}b", "a?.?".repeat(5000));
        assert_eq!(
            find(&"a".repeat(10000), &many),
            Err(PatternError::TooComplex)
        );
    }

    #[test]
    fn captures_are_kept_and_undone() {
        let mut state = MatchState::new();
        let (subject, pattern) = (b"aab-c", b"()(a-)(b?)%-(c)");
        state.start(pattern, 0, true);
        let step = state.run(subject, pattern, &mut 1000);
        assert_eq!(step, matched(0, 5));
        assert_eq!(state.capture_count(), 4);
        assert_eq!(state.capture(0), Ok(Captured::Position(1)));
        assert_eq!(state.capture(1), Ok(Captured::Text { start: 0, end: 2 }));
        assert_eq!(state.capture(2), Ok(Captured::Text { start: 2, end: 3 }));
        assert_eq!(state.capture(4), Err(PatternError::InvalidCaptureIndex(5)));
        state.start(b"(", 5, true);
        assert_eq!(state.run(subject, b"(", &mut 10), matched(5, 5));
        assert_eq!(state.capture(0), Err(PatternError::UnfinishedCapture));
    }

    #[test]
    fn empty_matches_do_not_repeat() {
        let mut state = MatchState::new();
        let (subject, pattern) = (b"abc", b"b*");
        state.start(pattern, 0, true);
        let mut spans = Vec::new();
        while let Ok(Step::Matched { start, end }) = state.run(subject, pattern, &mut 1000) {
            spans.push((start, end));
            state.start_again(end, Some(end));
        }
        assert_eq!(spans, [(0, 0), (1, 2), (3, 3)]);
    }

    #[test]
    fn a_caret_is_literal_where_it_is_no_anchor() {
        let mut state = MatchState::new();
        state.start(b"^b", 0, false);
        assert_eq!(state.run(b"a^b", b"^b", &mut 100), matched(1, 3));
        assert!(!state.is_anchored());
        state.start(b"a", 2, true);
        assert_eq!(state.run(b"a", b"a", &mut 100), Ok(Step::NoMatch));
    }

    #[test]
    fn hostile_patterns_stay_within_budget_and_memory() {
        let subject = b"a".repeat(100);
        let pattern = b"a*".repeat(50);
        let pattern = [pattern, b"[bc]".to_vec()].concat();
        let mut state = MatchState::new();
        state.start(&pattern, 0, true);
        let mut budget = 100_000;
        assert_eq!(
            state.run(&subject, &pattern, &mut budget),
            Ok(Step::OutOfBudget)
        );
        assert_eq!(budget, 0);
        assert!(state.heap_bytes() <= MatchState::max_heap_bytes(pattern.len()));
    }
}
