//! Counting tokens: estimates, figures given by the host, and how sure a sum is.

use super::JsonObject;
use super::text::saturating_u64;

/// What the host may say about the cost of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenUsage {
    /// Tokens of prompt and system prompt.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer.
    pub completion_tokens: Option<u64>,
}

/// Where a token count comes from, the least certain first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenSource {
    /// Guessed from the text.
    #[default]
    Estimated,
    /// Given by the host.
    Provided,
    /// Certain; an empty sum is.
    Definite,
}

impl TokenSource {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Estimated => "estimated",
            Self::Provided => "provided",
            Self::Definite => "definite",
        }
    }

    /// The less certain of the two, which is the certainty of their sum.
    #[must_use]
    pub fn weaker(self, other: Self) -> Self {
        self.min(other)
    }
}

/// A number of tokens and its source; in JSON `{"tokens", "source"}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenCount {
    /// The number.
    pub tokens: u64,
    /// Its certainty.
    pub source: TokenSource,
}

impl TokenCount {
    /// The empty sum: 0, definite.
    pub const ZERO: Self = Self::new(0, TokenSource::Definite);

    /// A count of known source.
    pub const fn new(tokens: u64, source: TokenSource) -> Self {
        Self { tokens, source }
    }

    /// The estimate for `text`.
    pub fn estimate(text: &str) -> Self {
        Self::new(estimate_tokens(text), TokenSource::Estimated)
    }

    pub(super) fn to_json(self) -> JsonObject {
        let mut json = JsonObject::new();
        json.set("tokens", self.tokens);
        json.set("source", self.source.as_str());
        json
    }

    /// Both together, as certain as the weaker of them. Stops at the maximum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::new(
            self.tokens.saturating_add(other.tokens),
            self.source.weaker(other.source),
        )
    }
}

/// The tokens that `text` probably has: a quarter of its ASCII characters and
/// two thirds of the others, each rounded up.
///
/// ```
/// use algocline_wasm::domain::estimate_tokens;
/// assert_eq!(estimate_tokens("hello world"), 3);
/// assert_eq!(estimate_tokens("あいう"), 2);
/// ```
pub fn estimate_tokens(text: &str) -> u64 {
    let (mut ascii, mut other) = (0_usize, 0_usize);
    for c in text.chars() {
        let class = if c.is_ascii() { &mut ascii } else { &mut other };
        *class = class.saturating_add(1);
    }
    saturating_u64(ascii)
        .div_ceil(4)
        .saturating_add(saturating_u64(other).saturating_mul(2).div_ceil(3))
}

#[cfg(test)]
mod tests {
    use super::TokenSource::{Definite, Estimated, Provided};
    use super::*;
    use crate::domain::json;

    #[test]
    fn estimates_follow_the_two_rates() {
        assert_eq!(estimate_tokens(""), 0);
        assert_eq!(estimate_tokens("hello world"), 3);
        assert_eq!(estimate_tokens("あいう"), 2);
        assert_eq!(estimate_tokens("hello あ"), 3);
        assert_eq!(estimate_tokens(&"x".repeat(40)), 10);
    }

    #[test]
    fn the_weaker_source_wins_whatever_the_order() {
        let table = [
            (Estimated, Estimated, Estimated),
            (Estimated, Provided, Estimated),
            (Estimated, Definite, Estimated),
            (Provided, Provided, Provided),
            (Provided, Definite, Provided),
            (Definite, Definite, Definite),
        ];
        for (a, b, weaker) in table {
            assert_eq!(a.weaker(b), weaker);
            assert_eq!(b.weaker(a), weaker);
        }
    }

    #[test]
    fn a_sum_is_as_certain_as_its_weakest_part() {
        let sum = TokenCount::new(10, Definite)
            .plus(TokenCount::new(5, Provided))
            .plus(TokenCount::new(3, Estimated));
        assert_eq!(sum, TokenCount::new(18, Estimated));
    }

    #[test]
    fn sums_stop_at_the_maximum() {
        let most = TokenCount::new(u64::MAX, Provided);
        assert_eq!(most.plus(most), most);
    }

    #[test]
    fn json_has_number_and_source() {
        assert_eq!(
            TokenCount::new(42, Provided).to_json(),
            json!({"tokens": 42, "source": "provided"})
        );
    }
}
