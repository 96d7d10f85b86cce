//! Measuring and cutting text on character borders.

use std::borrow::Cow;

/// Number of Unicode scalar values in `text`.
pub(super) fn count_chars(text: &str) -> u64 {
    saturating_u64(text.chars().count())
}

/// `n` as `u64`; a count that would not fit stays at the maximum.
pub(super) fn saturating_u64(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// The first `chars` Unicode scalar values of `text`, or all of a shorter one.
pub(super) fn prefix(text: &str, chars: usize) -> &str {
    match text.char_indices().nth(chars) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// `text` cut to at most `max_bytes` bytes, with `…` at the cut.
///
/// Programs choose these texts freely, and they live outside of the Lua heap
/// and its cap. A text within the limit comes back as it is.
pub(super) fn bounded(text: &str, max_bytes: usize) -> Cow<'_, str> {
    const MARK: &str = "…";
    if text.len() <= max_bytes {
        return Cow::Borrowed(text);
    }
    let mut end = max_bytes.saturating_sub(MARK.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let kept = text.get(..end).unwrap_or("");
    Cow::Owned(format!("{kept}{MARK}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_cut_on_characters() {
        assert_eq!(prefix("abcdefghij", 5), "abcde");
        assert_eq!(prefix("あいうえお", 3), "あいう");
        assert_eq!(prefix("abc", 9), "abc");
        assert_eq!(prefix("abc", 3), "abc");
        assert_eq!(prefix("abc", 0), "");
    }

    #[test]
    fn a_bounded_text_never_exceeds_its_limit_nor_splits_a_character() {
        assert_eq!(bounded("abc", 3), "abc");
        assert_eq!(bounded("abcdef", 5), "ab…");
        assert_eq!(bounded("ああああ", 8), "あ…");
        for max in 3..20 {
            assert!(bounded("aあbいcうdえ", max).len() <= max);
        }
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        assert_eq!(count_chars("日本"), 2);
        assert_eq!(count_chars(""), 0);
    }
}
