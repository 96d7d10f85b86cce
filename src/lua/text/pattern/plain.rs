//! Search for a byte string, without patterns.

use super::BYTES_PER_STEP;

/// What a plain search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The needle starts here.
    At(usize),
    /// The needle does not occur.
    Nowhere,
    /// The budget is used up; search again with `init` set to this place.
    OutOfBudget(usize),
}

/// Finds the first `needle` in `subject` at or after byte `init`.
///
/// A step of the budget pays for one candidate, or for sixteen bytes passed or
/// compared. With a budget of at least one, a call gets further; with zero it
/// returns [`Found::OutOfBudget`] at once.
///
/// ```
/// use algocline_lua::text::pattern::{find_plain, Found};
/// assert_eq!(find_plain(b"a.b.c", b".", 2, &mut 100), Found::At(3));
/// ```
pub fn find_plain(subject: &[u8], needle: &[u8], init: usize, budget: &mut u64) -> Found {
    let Some((first, rest)) = needle.split_first() else {
        return if init <= subject.len() {
            Found::At(init)
        } else {
            Found::Nowhere
        };
    };
    // One past the last place where the needle could start.
    let Some(end) = (subject.len() + 1).checked_sub(needle.len()) else {
        return Found::Nowhere;
    };
    let mut at = init;
    while at < end {
        if *budget == 0 {
            return Found::OutOfBudget(at);
        }
        let window_end = end.min(at.saturating_add(reach(*budget)));
        let window = subject.get(at..window_end).unwrap_or(&[]);
        let Some(offset) = memchr::memchr(*first, window) else {
            pay(budget, window.len());
            at = window_end;
            continue;
        };
        let start = at + offset;
        if subject.get(start + 1..start + needle.len()) == Some(rest) {
            pay(budget, offset);
            return Found::At(start);
        }
        pay(budget, offset + common_prefix_bound(rest));
        at = start + 1;
    }
    Found::Nowhere
}

/// How far a budget of steps lets a scan go, in bytes.
pub(super) fn reach(budget: u64) -> usize {
    usize::try_from(budget)
        .unwrap_or(usize::MAX)
        .saturating_mul(BYTES_PER_STEP)
}

/// Takes the price of a scan over `bytes` bytes, at least one step.
pub(super) fn pay(budget: &mut u64, bytes: usize) {
    *budget = budget.saturating_sub(1 + (bytes / BYTES_PER_STEP) as u64);
}

/// Compares stretches of the same length; most are too short to call a function.
#[inline(always)]
pub(super) fn equal(a: &[u8], b: &[u8]) -> bool {
    if b.len() <= 16 {
        a.iter().zip(b).all(|(x, y)| x == y)
    } else {
        a == b
    }
}

/// What a failed comparison may have cost: a long needle can differ at its end.
fn common_prefix_bound(rest: &[u8]) -> usize {
    // The comparison itself runs at many bytes a cycle.
    rest.len() / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_and_nothing_else() {
        let find = |s: &str, n: &str, init| find_plain(s.as_bytes(), n.as_bytes(), init, &mut 1000);
        assert_eq!(find("abcabc", "bc", 0), Found::At(1));
        assert_eq!(find("abcabc", "bc", 2), Found::At(4));
        assert_eq!(find("abcabc", "bc", 5), Found::Nowhere);
        assert_eq!(find("abc", "", 3), Found::At(3));
        assert_eq!(find("abc", "", 4), Found::Nowhere);
        assert_eq!(find("", "a", 0), Found::Nowhere);
        assert_eq!(find("aaab", "aab", 0), Found::At(1));
        assert_eq!(find("ab", "abc", 0), Found::Nowhere);
        assert_eq!(find("a", "a", usize::MAX), Found::Nowhere);
    }

    #[test]
    fn a_small_budget_gives_the_same_answer() {
        let subject = [b"a".repeat(3000), b"b".repeat(3)].concat();
        let needle = [b"a".repeat(100), b"bb".to_vec()].concat();
        let (mut at, mut calls) = (0, 0);
        let found = loop {
            calls += 1;
            match find_plain(&subject, &needle, at, &mut 5) {
                Found::OutOfBudget(next) => {
                    assert!(next > at);
                    at = next;
                }
                found => break found,
            }
        };
        assert_eq!(found, Found::At(2900));
        assert!(calls > 500);
        assert_eq!(find_plain(b"xx", b"x", 0, &mut 0), Found::OutOfBudget(0));
    }
}
