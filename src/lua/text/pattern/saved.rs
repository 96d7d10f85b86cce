//! A search as numbers, to be kept in an image and taken up again.

use super::matcher::{Capture, Choice, NOWHERE, OPEN, POSITION, Phase};
use super::program::{Op, Suffix};
use super::{MAX_CAPTURES, MAX_CHOICES, MatchState, Pattern};

impl MatchState {
    /// This search as numbers. [`from_words`](Self::from_words) reads them back.
    pub fn to_words(&self) -> Vec<u64> {
        let mut words = vec![
            match self.phase {
                Phase::Seek => 0,
                Phase::Forward => 1,
                Phase::Backward => 2,
                Phase::Done => 3,
            },
            self.init as u64,
            self.end as u64,
            if self.forbidden_end == NOWHERE {
                u64::MAX
            } else {
                self.forbidden_end as u64
            },
            self.s as u64,
            self.p as u64,
            self.scan as u64,
            self.depth as u64,
            self.level as u64,
        ];
        for capture in self.captures.iter().take(self.level) {
            words.push(capture.start as u64);
            words.push(match capture.end {
                OPEN => 0,
                POSITION => 1,
                end => (end as u64).saturating_add(2),
            });
        }
        words.push(self.choices.len() as u64);
        for choice in &self.choices {
            match *choice {
                Choice::Shrink { op, low, high } => {
                    words.extend([0, u64::from(op), low as u64, high as u64]);
                }
                Choice::Grow { op, at } => words.extend([1, u64::from(op), at as u64]),
                Choice::LeaveOut { op, at } => words.extend([2, u64::from(op), at as u64]),
                Choice::Opened => words.push(3),
                Choice::Closed(index) => words.extend([4, u64::from(index)]),
            }
        }
        words
    }

    /// The search that [`to_words`](Self::to_words) wrote, for a subject of
    /// `subject_len` bytes and this pattern; `None` if the words are not of such a
    /// search. Any words are safe to pass.
    pub fn from_words(words: &[u64], subject_len: usize, pattern: &Pattern) -> Option<Self> {
        let mut reader = Reader {
            words: words.iter(),
            subject_len,
            pattern,
        };
        let state = reader.state()?;
        reader.words.next().is_none().then_some(state)
    }
}

/// Reads words and refuses what lies outside subject or pattern.
struct Reader<'a> {
    words: std::slice::Iter<'a, u64>,
    subject_len: usize,
    pattern: &'a Pattern,
}

impl Reader<'_> {
    /// The next word, which must not exceed `limit`.
    fn word(&mut self, limit: usize) -> Option<usize> {
        let word = usize::try_from(*self.words.next()?).ok()?;
        (word <= limit).then_some(word)
    }

    /// A place in the subject, its end included.
    fn place(&mut self) -> Option<usize> {
        self.word(self.subject_len)
    }

    /// The number of a repetition with one of these suffixes.
    fn repeat(&mut self, suffixes: &[Suffix]) -> Option<u32> {
        let number = u32::try_from(*self.words.next()?).ok()?;
        match self.pattern.ops().get(number as usize)? {
            Op::Repeat { suffix, .. } if suffixes.contains(suffix) => Some(number),
            _ => None,
        }
    }

    fn state(&mut self) -> Option<MatchState> {
        let mut state = MatchState::new();
        state.phase = match self.word(3)? {
            0 => Phase::Seek,
            1 => Phase::Forward,
            2 => Phase::Backward,
            _ => Phase::Done,
        };
        // A search may begin just beyond the end, where it finds nothing.
        state.init = self.word(self.subject_len.saturating_add(1))?;
        state.end = self.place()?;
        state.forbidden_end = match self.words.next()? {
            &u64::MAX => NOWHERE,
            word => usize::try_from(*word)
                .ok()
                .filter(|w| *w <= self.subject_len)?,
        };
        state.s = self.place()?;
        state.p = self.word(self.pattern.ops().len().checked_sub(1)?)?;
        state.scan = self.place()?;
        state.depth = self.place()?;
        state.level = self.word(MAX_CAPTURES)?;
        for index in 0..state.level {
            *state.captures.get_mut(index)? = self.capture()?;
        }
        let count = self.word(MAX_CHOICES)?;
        for _ in 0..count {
            let choice = self.choice(state.level)?;
            state.choices.push(choice);
        }
        Some(state)
    }

    fn capture(&mut self) -> Option<Capture> {
        let start = self.place()?;
        let end = match self.word(self.subject_len.saturating_add(2))? {
            0 => OPEN,
            1 => POSITION,
            end => end.checked_sub(2).filter(|end| *end >= start)?,
        };
        Some(Capture { start, end })
    }

    fn choice(&mut self, level: usize) -> Option<Choice> {
        Some(match self.word(4)? {
            0 => {
                let op = self.repeat(&[Suffix::Star, Suffix::Plus])?;
                let low = self.place()?;
                let high = self.place().filter(|high| *high >= low)?;
                Choice::Shrink { op, low, high }
            }
            1 => Choice::Grow {
                op: self.repeat(&[Suffix::Lazy])?,
                at: self.place()?,
            },
            2 => Choice::LeaveOut {
                op: self.repeat(&[Suffix::Maybe])?,
                at: self.place()?,
            },
            3 => Choice::Opened,
            _ => Choice::Closed(u8::try_from(self.word(level.checked_sub(1)?)?).ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Step;
    use super::*;

    #[test]
    fn a_search_survives_any_interruption() {
        let subject = b"key = (a(b)c) value, k2=(x)  and the rest aaaaaaaaaaaaaaaaaaaaaaaaaaaab";
        for source in [
            &b"(%w+)%s*=%s*(%b())().-a-(a*)a%s?b$"[..],
            b"(a-)()%1b",
            b"%f[%w]%w+%f[%W].-()([^,]*),",
            b"x?y?z?(k)(2)",
        ] {
            let pattern = &Pattern::new(source, true);
            let mut whole = MatchState::new();
            whole.start(0);
            let expected = whole.run(subject, pattern, &mut 1_000_000).unwrap();
            assert!(matches!(expected, Step::Matched { .. }));

            let mut state = MatchState::new();
            state.start(0);
            let found = loop {
                match state.run(subject, pattern, &mut 1).unwrap() {
                    Step::OutOfBudget => {
                        let words = state.to_words();
                        state = MatchState::from_words(&words, subject.len(), pattern).unwrap();
                        assert_eq!(state.to_words(), words);
                    }
                    step => break step,
                }
            };
            assert_eq!(found, expected);
            for index in 0..whole.capture_count() {
                assert_eq!(state.capture(index), whole.capture(index));
            }
        }
    }

    #[test]
    fn damaged_words_are_refused_or_harmless() {
        let subject = b"aaaa(bb)aab";
        let pattern = &Pattern::new(b"(a-)%b()(a*)b?%2(.)c", true);
        let mut state = MatchState::new();
        state.start(0);
        let mut images = Vec::new();
        while state.run(subject, pattern, &mut 1) == Ok(Step::OutOfBudget) {
            images.push(state.to_words());
        }
        assert!(images.len() > 20);
        let mut accepted = 0;
        for image in images {
            for index in 0..image.len() {
                for value in [0, 1, 2, 3, 4, 11, 12, 33, 5000, u64::MAX - 1, u64::MAX] {
                    let mut damaged = image.clone();
                    damaged[index] = value;
                    let state = MatchState::from_words(&damaged, subject.len(), pattern);
                    if let Some(mut state) = state {
                        accepted += 1;
                        // It ends, one way or another, and breaks nothing.
                        let _ = state.run(subject, pattern, &mut 10_000);
                        let _ = state.capture(0);
                    }
                }
            }
            assert!(MatchState::from_words(&image[1..], subject.len(), pattern).is_none());
        }
        assert!(accepted > 0);
    }
}
