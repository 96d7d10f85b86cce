//! The matcher: one loop, an explicit stack of choices, and state that can be kept.
//!
//! PUC Lua's matcher recurses; this one remembers on a stack where to come back
//! to. Both try the same alternatives in the same order, so they find the same
//! match and raise the same errors. Alternatives that the byte after them rules
//! out are skipped, but never the first one, which is the one that may raise.

use super::plain::{equal, pay, reach};
use super::program::{Op, Pattern, Suffix};
use super::repetition::{Next, grow, pay_scan, shrink};
use super::{MAX_CAPTURES, MAX_CHOICES, PatternError};

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

/// A capture: where it starts, and where it ends or one of two marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Capture {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The end of a capture that is not closed yet.
pub(super) const OPEN: usize = usize::MAX;

/// The end of a position capture.
pub(super) const POSITION: usize = usize::MAX - 1;

/// No place in any subject.
pub(super) const NOWHERE: usize = usize::MAX;

/// An alternative to come back to when the rest of the pattern fails, or a
/// change of the captures to undo on the way back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice {
    /// The greedy repetition with this number reached `high` and may shrink to `low`.
    Shrink { op: u32, low: usize, high: usize },
    /// The lazy repetition with this number reached `at` and may grow.
    Grow { op: u32, at: usize },
    /// The optional item with this number was taken at `at` and may be left out.
    LeaveOut { op: u32, at: usize },
    /// A capture was opened.
    Opened,
    /// This capture was closed.
    Closed(u8),
}

/// What a choice is charged: its size where addresses have 64 bits, so that an
/// account does not depend on the platform.
const CHOICE_BYTES: usize = 24;

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

/// A search: plain data that can be stopped, kept and resumed.
///
/// [`start`](Self::start) begins a search, [`run`](Self::run) carries it on,
/// [`start_again`](Self::start_again) looks for the next match. Reuse a state
/// where you can: it then allocates nothing.
#[derive(Clone, Debug)]
pub struct MatchState {
    pub(super) phase: Phase,
    /// The place being tried, and after a match its start.
    pub(super) init: usize,
    /// The end of the match; valid after a match only.
    pub(super) end: usize,
    /// A match that ends here does not count.
    pub(super) forbidden_end: usize,
    /// Where an interrupted attempt stands in the subject, and in the items of the pattern.
    pub(super) s: usize,
    pub(super) p: usize,
    /// How far an interrupted scan from `s` has come, or zero.
    pub(super) scan: usize,
    /// How many openings an interrupted `%b` has seen that are not closed.
    pub(super) depth: usize,
    pub(super) level: usize,
    pub(super) captures: [Capture; MAX_CAPTURES],
    pub(super) choices: Vec<Choice>,
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
            init: 0,
            end: 0,
            forbidden_end: NOWHERE,
            s: 0,
            p: 0,
            scan: 0,
            depth: 0,
            level: 0,
            captures: [Capture {
                start: 0,
                end: OPEN,
            }; MAX_CAPTURES],
            choices: Vec::new(),
        }
    }

    /// Begins a search at byte `init` of the subject. An `init` beyond its end
    /// finds nothing.
    #[inline]
    pub fn start(&mut self, init: usize) {
        self.start_again(init, None);
    }

    /// Searches on for the same pattern from byte `init`, past a match that ends
    /// at `not_ending_at`. `gmatch` and `gsub` pass the end of the last match as
    /// both, so that an empty match does not repeat it.
    ///
    /// If the pattern [is anchored](Pattern::is_anchored), `gsub` does not search on.
    #[inline]
    pub fn start_again(&mut self, init: usize, not_ending_at: Option<usize>) {
        self.phase = Phase::Seek;
        self.init = init;
        self.forbidden_end = not_ending_at.unwrap_or(NOWHERE);
        self.level = 0;
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
        let start = capture.start;
        match capture.end {
            OPEN => Err(PatternError::UnfinishedCapture),
            POSITION => Ok(Captured::Position(start.saturating_add(1))),
            end => Ok(Captured::Text { start, end }),
        }
    }

    /// The bytes this state holds on the heap, the same on every platform.
    pub fn heap_bytes(&self) -> usize {
        self.choices.capacity().saturating_mul(CHOICE_BYTES)
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
        entries.saturating_mul(CHOICE_BYTES)
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
    #[cfg_attr(tuned, optimize(speed))]
    pub fn run(
        &mut self,
        subject: &[u8],
        pattern: &Pattern,
        budget: &mut u64,
    ) -> Result<Step, PatternError> {
        // The copy stays in a register.
        let mut fuel = *budget;
        let step = self.search(subject, pattern, &mut fuel);
        *budget = fuel;
        if !matches!(step, Ok(Step::OutOfBudget)) {
            self.phase = Phase::Done;
        }
        step
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn search(
        &mut self,
        subject: &[u8],
        pattern: &Pattern,
        fuel: &mut u64,
    ) -> Result<Step, PatternError> {
        loop {
            match self.phase {
                Phase::Done => return Ok(Step::NoMatch),
                Phase::Seek => match self.seek(subject, pattern, fuel) {
                    Next::Nothing => return Ok(Step::NoMatch),
                    Next::OutOfBudget => return Ok(Step::OutOfBudget),
                    Next::At(at) => {
                        self.init = at;
                        self.s = at;
                        self.p = 0;
                        self.scan = 0;
                        self.depth = 0;
                        self.level = 0;
                        self.choices.clear();
                        self.phase = Phase::Forward;
                    }
                },
                Phase::Forward | Phase::Backward => {}
            }
            match self.attempt(subject, pattern, fuel)? {
                Attempt::Matched(end) if end != self.forbidden_end => {
                    self.end = end;
                    let start = self.init;
                    return Ok(Step::Matched { start, end });
                }
                Attempt::OutOfBudget => return Ok(Step::OutOfBudget),
                Attempt::Matched(_) | Attempt::Failed => {
                    if pattern.is_anchored() || self.init >= subject.len() {
                        return Ok(Step::NoMatch);
                    }
                    self.init += 1;
                    self.phase = Phase::Seek;
                }
            }
        }
    }

    /// Finds the next place from `init` on where a match could start.
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    fn seek(&mut self, subject: &[u8], pattern: &Pattern, fuel: &mut u64) -> Next {
        if self.init > subject.len() {
            return Next::Nothing;
        }
        let Some(first) = pattern.first() else {
            return Next::At(self.init);
        };
        while self.init < subject.len() {
            if *fuel == 0 {
                return Next::OutOfBudget;
            }
            let stop = subject.len().min(self.init.saturating_add(reach(*fuel)));
            let window = subject.get(self.init..stop).unwrap_or(&[]);
            match first.find(window) {
                Some(offset) => {
                    pay_scan(fuel, offset);
                    return Next::At(self.init.saturating_add(offset));
                }
                None => {
                    pay(fuel, window.len());
                    self.init = stop;
                }
            }
        }
        if first.at_end {
            Next::At(self.init)
        } else {
            Next::Nothing
        }
    }

    /// Matches the pattern at the place `init`.
    #[cfg_attr(tuned, optimize(speed))]
    fn attempt(
        &mut self,
        subject: &[u8],
        pattern: &Pattern,
        budget: &mut u64,
    ) -> Result<Attempt, PatternError> {
        let ops = pattern.ops();
        let sets = pattern.sets();
        let mut fuel = *budget;
        let mut s = self.s;
        let mut p = self.p;
        let mut back = self.phase == Phase::Backward;
        // Leaves with the place kept for the next call.
        macro_rules! interrupt {
            ($phase:expr) => {{
                (self.s, self.p, self.phase) = (s, p, $phase);
                *budget = fuel;
                return Ok(Attempt::OutOfBudget);
            }};
        }
        loop {
            if back {
                // A separate variable for its address, so that `fuel` needs none.
                let mut left = fuel;
                let next = self.backtrack(subject, pattern, &mut p, &mut left);
                fuel = left;
                match next {
                    Next::At(at) => s = at,
                    Next::Nothing => {
                        *budget = fuel;
                        return Ok(Attempt::Failed);
                    }
                    Next::OutOfBudget => interrupt!(Phase::Backward),
                }
            }
            if fuel == 0 {
                interrupt!(Phase::Forward);
            }
            fuel -= 1;
            let Some(op) = ops.get(p) else {
                // Only a damaged image has a place beyond the last item.
                return Ok(Attempt::Failed);
            };
            // Each arm moves on, or says that it is time to go back.
            back = match *op {
                Op::Accept => {
                    *budget = fuel;
                    return Ok(Attempt::Matched(s));
                }
                Op::One(single) => match subject.get(s) {
                    Some(byte) if single.matches(*byte, sets) => {
                        s += 1;
                        p += 1;
                        false
                    }
                    _ => true,
                },
                Op::Literal { start, len } => {
                    let literal = pattern.literal(start, len);
                    match subject.get(s..s.saturating_add(literal.len())) {
                        Some(here) if equal(here, literal) => {
                            pay_scan(&mut fuel, literal.len());
                            s += literal.len();
                            p += 1;
                            false
                        }
                        _ => true,
                    }
                }
                Op::Repeat {
                    single,
                    suffix,
                    only_first,
                    follow,
                } => {
                    let here = subject.get(s).is_some_and(|b| single.matches(*b, sets));
                    match suffix {
                        Suffix::Star | Suffix::Plus => {
                            if here {
                                let low = s + usize::from(suffix == Suffix::Plus);
                                // The byte at `s` is known to match.
                                let from = self.scan.max(s + 1);
                                // One step more than is left, so that a scan always gets further.
                                let most = reach(fuel.saturating_add(1));
                                let stop = subject.len().min(from.saturating_add(most));
                                let window = subject.get(from..stop).unwrap_or(&[]);
                                let length = single.run_length(window, sets);
                                pay_scan(&mut fuel, length);
                                let high = from + length;
                                if high == stop && stop < subject.len() {
                                    self.scan = high;
                                    fuel = 0;
                                    interrupt!(Phase::Forward);
                                }
                                self.scan = 0;
                                if !only_first && high > low {
                                    let op = p as u32;
                                    self.push(Choice::Shrink { op, low, high })?;
                                }
                                s = high;
                                p += 1;
                                false
                            } else {
                                p += 1;
                                suffix == Suffix::Plus
                            }
                        }
                        Suffix::Lazy => {
                            if here {
                                self.push(Choice::Grow {
                                    op: p as u32,
                                    at: s,
                                })?;
                            }
                            p += 1;
                            false
                        }
                        Suffix::Maybe => {
                            if here {
                                let worth = !only_first
                                    && pattern
                                        .follow(follow)
                                        .is_none_or(|follow| follow.allows(subject.get(s)));
                                if worth {
                                    self.push(Choice::LeaveOut {
                                        op: p as u32,
                                        at: s,
                                    })?;
                                }
                                s += 1;
                            }
                            p += 1;
                            false
                        }
                    }
                }
                Op::Open => {
                    self.open_capture(s, OPEN)?;
                    p += 1;
                    false
                }
                Op::Position => {
                    self.open_capture(s, POSITION)?;
                    p += 1;
                    false
                }
                Op::Close => {
                    self.close_capture(s)?;
                    p += 1;
                    false
                }
                Op::AtEnd => {
                    p += 1;
                    s != subject.len()
                }
                Op::Balance(open, close) => {
                    let mut left = fuel;
                    let next = self.balance(subject, s, (open, close), &mut left);
                    fuel = left;
                    match next {
                        Next::At(end) => {
                            s = end;
                            p += 1;
                            false
                        }
                        Next::Nothing => true,
                        Next::OutOfBudget => interrupt!(Phase::Forward),
                    }
                }
                Op::Frontier(number) => {
                    let set = super::class::Single::Set(number);
                    // Beyond both ends there is a zero byte.
                    let before = s.checked_sub(1).and_then(|at| subject.get(at));
                    let here = subject.get(s).copied().unwrap_or(0);
                    p += 1;
                    set.matches(before.copied().unwrap_or(0), sets) || !set.matches(here, sets)
                }
                Op::Back(digit) => match self.back_reference(subject, s, digit)? {
                    Some(length) => {
                        pay_scan(&mut fuel, length);
                        s += length;
                        p += 1;
                        false
                    }
                    None => true,
                },
                Op::Fail(mistake) => return Err(mistake),
            };
        }
    }

    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    fn push(&mut self, choice: Choice) -> Result<(), PatternError> {
        if self.choices.len() >= MAX_CHOICES {
            return Err(PatternError::TooComplex);
        }
        self.choices.push(choice);
        Ok(())
    }

    /// Remembers how to undo a change of the captures, if there is a choice to
    /// go back to; otherwise the whole attempt is given up.
    #[inline]
    fn push_undo(&mut self, undo: Choice) -> Result<(), PatternError> {
        if self.choices.is_empty() {
            return Ok(());
        }
        self.push(undo)
    }

    #[inline]
    fn open_capture(&mut self, start: usize, end: usize) -> Result<(), PatternError> {
        let Some(slot) = self.captures.get_mut(self.level) else {
            return Err(PatternError::TooManyCaptures);
        };
        *slot = Capture { start, end };
        self.level += 1;
        self.push_undo(Choice::Opened)
    }

    /// Closes the capture opened last.
    #[inline]
    fn close_capture(&mut self, s: usize) -> Result<(), PatternError> {
        let mut index = self.level;
        while let Some(before) = index.checked_sub(1) {
            index = before;
            match self.captures.get_mut(index) {
                Some(capture) if capture.end == OPEN => {
                    capture.end = s;
                    return self.push_undo(Choice::Closed(index as u8));
                }
                _ => {}
            }
        }
        Err(PatternError::InvalidCapture)
    }

    /// Matches `%b` at `s`: the place after the balanced stretch.
    #[cfg_attr(tuned, optimize(speed))]
    fn balance(
        &mut self,
        subject: &[u8],
        s: usize,
        (open, close): (u8, u8),
        fuel: &mut u64,
    ) -> Next {
        if subject.get(s) != Some(&open) {
            return Next::Nothing;
        }
        let from = self.scan.max(s.saturating_add(1));
        let mut depth = self.depth.max(1);
        (self.scan, self.depth) = (0, 0);
        let most = reach(fuel.saturating_add(1));
        let stop = subject.len().min(from.saturating_add(most));
        let window = subject.get(from..stop).unwrap_or(&[]);
        for (offset, byte) in window.iter().enumerate() {
            if *byte == close {
                depth -= 1;
                if depth == 0 {
                    pay_scan(fuel, offset);
                    return Next::At(from.saturating_add(offset).saturating_add(1));
                }
            } else if *byte == open {
                depth += 1;
            }
        }
        pay_scan(fuel, window.len());
        if stop < subject.len() {
            (self.scan, self.depth) = (stop, depth);
            *fuel = 0;
            return Next::OutOfBudget;
        }
        Next::Nothing
    }

    /// Matches `%1` to `%9`: the length of the capture if it occurs again at `s`.
    #[cfg_attr(tuned, optimize(speed))]
    fn back_reference(
        &self,
        subject: &[u8],
        s: usize,
        digit: u8,
    ) -> Result<Option<usize>, PatternError> {
        let number = usize::from(digit);
        let capture = number
            .checked_sub(1)
            .and_then(|index| self.captures.get(..self.level)?.get(index))
            .filter(|capture| capture.end != OPEN)
            .ok_or(PatternError::InvalidCaptureIndex(number))?;
        // A position has no bytes, and so its end is in no subject.
        Ok(subject.get(capture.start..capture.end).and_then(|bytes| {
            let here = subject.get(s..)?;
            here.starts_with(bytes).then_some(bytes.len())
        }))
    }

    /// Goes back to the last choice that has an alternative left, and says where in
    /// the subject to go on; `p` becomes the item to go on with.
    #[cfg_attr(tuned, optimize(speed))]
    fn backtrack(
        &mut self,
        subject: &[u8],
        pattern: &Pattern,
        p: &mut usize,
        fuel: &mut u64,
    ) -> Next {
        loop {
            let Some(choice) = self.choices.last_mut() else {
                return Next::Nothing;
            };
            if *fuel == 0 {
                return Next::OutOfBudget;
            }
            *fuel -= 1;
            match choice {
                Choice::Opened => self.level = self.level.saturating_sub(1),
                Choice::Closed(index) => {
                    if let Some(capture) = self.captures.get_mut(usize::from(*index)) {
                        capture.end = OPEN;
                    }
                }
                Choice::LeaveOut { op, at } => {
                    let at = *at;
                    *p = *op as usize + 1;
                    self.choices.pop();
                    return Next::At(at);
                }
                Choice::Shrink { op, low, high } => {
                    let op = *op as usize;
                    match shrink(subject, pattern, op, *low, high, fuel) {
                        Next::At(at) => {
                            *p = op + 1;
                            if at <= *low {
                                self.choices.pop();
                            }
                            return Next::At(at);
                        }
                        Next::OutOfBudget => return Next::OutOfBudget,
                        Next::Nothing => {}
                    }
                }
                Choice::Grow { op, at } => {
                    let op = *op as usize;
                    match grow(subject, pattern, op, at, fuel) {
                        Next::At(at) => {
                            *p = op + 1;
                            return Next::At(at);
                        }
                        Next::OutOfBudget => return Next::OutOfBudget,
                        Next::Nothing => {}
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
        state.start(0);
        let pattern = Pattern::new(pattern.as_bytes(), true);
        state.run(subject.as_bytes(), &pattern, &mut 1_000_000)
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
        let subject = b"aab-c";
        state.start(0);
        let step = state.run(subject, &Pattern::new(b"()(a-)(b?)%-(c)", true), &mut 1000);
        assert_eq!(step, matched(0, 5));
        assert_eq!(state.capture_count(), 4);
        assert_eq!(state.capture(0), Ok(Captured::Position(1)));
        assert_eq!(state.capture(1), Ok(Captured::Text { start: 0, end: 2 }));
        assert_eq!(state.capture(2), Ok(Captured::Text { start: 2, end: 3 }));
        assert_eq!(state.capture(4), Err(PatternError::InvalidCaptureIndex(5)));
        state.start(5);
        let unclosed = Pattern::new(b"(", true);
        assert_eq!(state.run(subject, &unclosed, &mut 10), matched(5, 5));
        assert_eq!(state.capture(0), Err(PatternError::UnfinishedCapture));
    }

    #[test]
    fn empty_matches_do_not_repeat() {
        let mut state = MatchState::new();
        let (subject, pattern) = (b"abc", Pattern::new(b"b*", true));
        state.start(0);
        let mut spans = Vec::new();
        while let Ok(Step::Matched { start, end }) = state.run(subject, &pattern, &mut 1000) {
            spans.push((start, end));
            state.start_again(end, Some(end));
        }
        assert_eq!(spans, [(0, 0), (1, 2), (3, 3)]);
    }

    #[test]
    fn a_caret_is_literal_where_it_is_no_anchor() {
        let mut state = MatchState::new();
        state.start(0);
        let literal = Pattern::new(b"^b", false);
        assert_eq!(state.run(b"a^b", &literal, &mut 100), matched(1, 3));
        assert!(!literal.is_anchored());
        state.start(2);
        let pattern = Pattern::new(b"a", true);
        assert_eq!(state.run(b"a", &pattern, &mut 100), Ok(Step::NoMatch));
    }

    #[test]
    fn hostile_patterns_stay_within_budget_and_memory() {
        assert!(size_of::<Choice>() <= CHOICE_BYTES);
        let subject = b"a".repeat(100);
        let source = [b"a*".repeat(50), b"[bc]".to_vec()].concat();
        let pattern = Pattern::new(&source, true);
        let mut state = MatchState::new();
        state.start(0);
        let mut budget = 100_000;
        let step = state.run(&subject, &pattern, &mut budget);
        assert_eq!((step, budget), (Ok(Step::OutOfBudget), 0));
        assert!(state.heap_bytes() <= MatchState::max_heap_bytes(source.len()));
    }
}
