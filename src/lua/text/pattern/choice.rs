//! Where a match can come back to, and which alternatives are worth a try.

use super::class::{SetCache, Single, single_at};
use super::plain::reach;
use super::{BYTES_PER_STEP, MAX_CAPTURES};

/// What must follow an item for the rest of the pattern to have a chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follow {
    /// Nothing is known.
    Anything,
    /// This byte.
    Byte(u8),
    /// The end of the subject.
    End,
    /// Nothing: the pattern ends here, so the first alternative matches.
    Accept,
}

/// An alternative to come back to when the rest of the pattern fails, or a
/// change of the captures to undo on the way back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice {
    /// A greedy repetition that reached `high` and may shrink to `low`.
    Shrink {
        low: usize,
        high: usize,
        next: usize,
        follow: Follow,
    },
    /// A lazy repetition of the item at `item` that reached `at` and may grow.
    Grow {
        at: usize,
        item: usize,
        follow: Follow,
    },
    /// An optional item that was taken at `at` and may be left out.
    LeaveOut { at: usize, next: usize },
    /// A capture was opened.
    Opened,
    /// This capture was closed.
    Closed(u8),
}

/// What the search for the next length of a repetition came to.
pub(super) enum Scan {
    /// The repetition may end here.
    Found(usize),
    /// There is no other length.
    Nothing,
    OutOfBudget,
}

/// Shortens a greedy repetition from `high`, which is moved along.
#[inline]
pub(super) fn shrink(
    subject: &[u8],
    low: usize,
    high: &mut usize,
    follow: Follow,
    budget: &mut u64,
) -> Scan {
    if *high <= low {
        return Scan::Nothing;
    }
    let Follow::Byte(byte) = follow else {
        *high -= 1;
        return Scan::Found(*high);
    };
    let floor = low.max(high.saturating_sub(reach(budget.saturating_add(1))));
    let window = subject.get(floor..*high).unwrap_or(&[]);
    let found = memchr::memrchr(byte, window);
    let passed = window.len() - found.unwrap_or(0);
    *budget = budget.saturating_sub((passed / BYTES_PER_STEP) as u64);
    match found {
        Some(offset) => {
            *high = floor + offset;
            Scan::Found(*high)
        }
        None if floor == low => Scan::Nothing,
        None => {
            *high = floor;
            *budget = 0;
            Scan::OutOfBudget
        }
    }
}

/// Lengthens a lazy repetition from `at`, which is moved along, by at least one byte.
#[inline]
pub(super) fn grow(
    subject: &[u8],
    single: &Single,
    at: &mut usize,
    follow: Follow,
    budget: &mut u64,
) -> Scan {
    let from = *at;
    if !subject.get(from).is_some_and(|byte| single.matches(*byte)) {
        return Scan::Nothing;
    }
    let sought = match follow {
        Follow::Byte(byte) => Some(byte),
        Follow::End => None,
        Follow::Anything | Follow::Accept => {
            *at += 1;
            return Scan::Found(*at);
        }
    };
    let stop = subject
        .len()
        .min((from + 1).saturating_add(reach(budget.saturating_add(1))));
    let window = subject.get(from + 1..stop).unwrap_or(&[]);
    // The repetition goes on over `run` bytes and may end before any of them or after the last.
    let ends = |byte: &u8| sought == Some(*byte);
    let found = match (single, sought) {
        (Single::Any, Some(byte)) => memchr::memchr(byte, window),
        _ => {
            let mut found = None;
            for (offset, byte) in window.iter().enumerate() {
                if ends(byte) {
                    found = Some(offset);
                    break;
                }
                if !single.matches(*byte) {
                    return Scan::Nothing;
                }
            }
            found
        }
    };
    let passed = found.unwrap_or(window.len());
    *budget = budget.saturating_sub((passed / BYTES_PER_STEP) as u64);
    match found {
        Some(offset) => {
            *at = from + 1 + offset;
            Scan::Found(*at)
        }
        None if stop == subject.len() => {
            if sought.is_some() {
                return Scan::Nothing;
            }
            *at = stop;
            Scan::Found(stop)
        }
        None => {
            // All of the window matched, so the last byte seen may serve as the new place.
            *at = stop - 1;
            *budget = 0;
            Scan::OutOfBudget
        }
    }
}

/// What must come after an item, judged by the pattern from `next` on. Captures
/// take no bytes, so the look goes past their parentheses.
#[inline]
pub(super) fn follow(pattern: &[u8], next: usize) -> Follow {
    let mut at = next;
    loop {
        let (byte, end) = match pattern.get(at) {
            None => return Follow::Accept,
            Some(b'(' | b')') => {
                at += 1;
                continue;
            }
            Some(b'$') if at + 1 == pattern.len() => return Follow::End,
            Some(b'.' | b'[') => return Follow::Anything,
            Some(b'%') => match pattern.get(at + 1) {
                Some(byte) if !byte.is_ascii_alphanumeric() => (*byte, at + 2),
                _ => return Follow::Anything,
            },
            Some(byte) => (*byte, at + 1),
        };
        return match pattern.get(end) {
            Some(b'*' | b'?' | b'-') => Follow::Anything,
            _ => Follow::Byte(byte),
        };
    }
}

/// What the first byte of a match must be, if the pattern tells.
pub(super) fn first_byte(pattern: &[u8], sets: &mut SetCache) -> Option<Single> {
    let mut at = 0;
    // Each capture may be opened without an error.
    for _ in 0..MAX_CAPTURES {
        match pattern.get(at..) {
            Some([b'(', b')', ..]) => at += 2,
            Some([b'(', ..]) => at += 1,
            _ => break,
        }
    }
    match pattern.get(at..)? {
        [] | [b'(' | b')', ..] | [b'$'] => None,
        [b'%', b'b', open, _, ..] => Some(Single::Byte(*open)),
        [b'%', b'b' | b'f' | b'0'..=b'9', ..] => None,
        _ => {
            let (single, end) = single_at(pattern, at, sets).ok()?;
            match pattern.get(end) {
                Some(b'*' | b'?' | b'-') => None,
                _ if single == Single::Any => None,
                _ => Some(single),
            }
        }
    }
}
