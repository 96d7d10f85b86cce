//! Limits that a program's caller sets on its queries.

use super::{Json, JsonObject};
use std::error::Error;
use std::fmt;

/// The limits of a session; at least one is set.
///
/// ```
/// use algocline_wasm::domain::{Budget, BudgetUse};
/// let ctx = algocline_wasm::alc::read_tree(br#"{"budget": {"max_llm_calls": 2}}"#).unwrap();
/// let budget = Budget::from_ctx(&ctx).unwrap();
/// let used = BudgetUse { llm_calls: 2, ..BudgetUse::default() };
/// assert_eq!(
///     budget.check(used, 1).unwrap_err().to_string(),
///     "budget_exceeded: max_llm_calls (2) reached (2 used)",
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// The most queries.
    pub max_llm_calls: Option<u64>,
    /// The most time since the start, in milliseconds; waiting for answers counts,
    /// time spent frozen does not.
    pub max_elapsed_ms: Option<u64>,
    /// The most tokens of prompts and answers together, estimates included.
    pub max_tokens: Option<u64>,
}

/// What a session has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetUse {
    /// Queries.
    pub llm_calls: u64,
    /// Milliseconds since the start.
    pub elapsed_ms: u64,
    /// Tokens of prompts and answers.
    pub tokens: u64,
}

/// What is left of each limit; `None` where there is no such limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetRemaining {
    /// Queries left.
    pub llm_calls: Option<u64>,
    /// Milliseconds left.
    pub elapsed_ms: Option<u64>,
    /// Tokens left.
    pub tokens: Option<u64>,
}

impl BudgetRemaining {
    /// What is left on the wire; null where there is no limit.
    pub(super) fn to_json(self) -> JsonObject {
        let mut json = JsonObject::new();
        json.set("llm_calls", self.llm_calls);
        json.set("elapsed_ms", self.elapsed_ms);
        json.set("tokens", self.tokens);
        json
    }

    /// Whether nothing is left of some limit.
    pub fn is_exhausted(self) -> bool {
        [self.llm_calls, self.elapsed_ms, self.tokens].contains(&Some(0))
    }
}

/// A limit forbids the next queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetExceeded {
    /// There would be too many queries.
    LlmCalls {
        /// The limit.
        max: u64,
        /// Queries asked so far.
        used: u64,
        /// Queries that the program wants to ask now.
        requested: u64,
    },
    /// The time is over.
    ElapsedMs {
        /// The limit.
        max: u64,
        /// Milliseconds since the start.
        elapsed: u64,
    },
    /// The tokens are spent.
    Tokens {
        /// The limit.
        max: u64,
        /// Tokens used so far.
        used: u64,
    },
}

impl fmt::Display for BudgetExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            // The limit is not reached yet, but the batch would go beyond it.
            Self::LlmCalls {
                max,
                used,
                requested,
            } if used < max => write!(
                f,
                "budget_exceeded: max_llm_calls ({max}) reached ({used} used, {requested} requested)"
            ),
            Self::LlmCalls { max, used, .. } => write!(
                f,
                "budget_exceeded: max_llm_calls ({max}) reached ({used} used)"
            ),
            Self::ElapsedMs { max, elapsed } => write!(
                f,
                "budget_exceeded: max_elapsed_ms ({max}ms) reached ({elapsed}ms elapsed)"
            ),
            Self::Tokens { max, used } => {
                write!(
                    f,
                    "budget_exceeded: max_tokens ({max}) reached ({used} used)"
                )
            }
        }
    }
}

impl Error for BudgetExceeded {}

impl Budget {
    /// The limits under `budget` of the context. A limit that is not a
    /// non-negative integer is ignored; `None` where no limit remains.
    pub fn from_ctx(ctx: &Json) -> Option<Self> {
        let given = ctx.get("budget")?;
        let limit = |key| given.get(key).and_then(Json::as_u64);
        let budget = Self {
            max_llm_calls: limit("max_llm_calls"),
            max_elapsed_ms: limit("max_elapsed_ms"),
            max_tokens: limit("max_tokens"),
        };
        let some = [
            budget.max_llm_calls,
            budget.max_elapsed_ms,
            budget.max_tokens,
        ]
        .iter()
        .any(Option::is_some);
        some.then_some(budget)
    }

    /// The limits that are set, on the wire.
    pub(super) fn to_json(self) -> JsonObject {
        let mut json = JsonObject::new();
        json.set_some("max_llm_calls", self.max_llm_calls);
        json.set_some("max_elapsed_ms", self.max_elapsed_ms);
        json.set_some("max_tokens", self.max_tokens);
        json
    }

    /// Whether `requested` more queries may be asked (at least one is assumed).
    ///
    /// # Errors
    /// The first limit that forbids it, in the order queries, time, tokens.
    pub fn check(&self, used: BudgetUse, requested: u64) -> Result<(), BudgetExceeded> {
        let BudgetUse {
            llm_calls,
            elapsed_ms,
            tokens,
        } = used;
        let requested = requested.max(1);
        match *self {
            Self {
                max_llm_calls: Some(max),
                ..
            } if llm_calls.saturating_add(requested) > max => Err(BudgetExceeded::LlmCalls {
                max,
                used: llm_calls,
                requested,
            }),
            Self {
                max_elapsed_ms: Some(max),
                ..
            } if elapsed_ms >= max => Err(BudgetExceeded::ElapsedMs {
                max,
                elapsed: elapsed_ms,
            }),
            Self {
                max_tokens: Some(max),
                ..
            } if tokens >= max => Err(BudgetExceeded::Tokens { max, used: tokens }),
            _ => Ok(()),
        }
    }

    /// What is left; never below 0.
    pub fn remaining(&self, used: BudgetUse) -> BudgetRemaining {
        let left = |max: Option<u64>, used: u64| max.map(|max| max.saturating_sub(used));
        BudgetRemaining {
            llm_calls: left(self.max_llm_calls, used.llm_calls),
            elapsed_ms: left(self.max_elapsed_ms, used.elapsed_ms),
            tokens: left(self.max_tokens, used.tokens),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json;

    fn budget(given: Json) -> Budget {
        Budget::from_ctx(&json!({ "budget": given })).unwrap()
    }

    fn used(llm_calls: u64, elapsed_ms: u64, tokens: u64) -> BudgetUse {
        BudgetUse {
            llm_calls,
            elapsed_ms,
            tokens,
        }
    }

    #[test]
    fn without_a_valid_limit_there_is_no_budget() {
        for ctx in [
            json!({}),
            Json::Null,
            json!([1]),
            json!({"budget": {}}),
            json!({"budget": null}),
            json!({"budget": 5}),
            json!({"budget": {"max_llm_calls": "3"}}),
            json!({"budget": {"max_llm_calls": -1, "max_tokens": 2.5}}),
        ] {
            assert_eq!(Budget::from_ctx(&ctx), None, "{ctx:?}");
        }
    }

    #[test]
    fn each_limit_may_stand_alone_or_with_others() {
        for key in ["max_llm_calls", "max_elapsed_ms", "max_tokens"] {
            let read = budget(json!({ key: 7, "other": "x" }));
            assert_eq!(read.to_json(), json!({ key: 7 }));
        }
        let both = budget(json!({"max_llm_calls": 1, "max_tokens": 0}));
        assert_eq!(both.max_llm_calls, Some(1));
        assert_eq!(both.max_tokens, Some(0));
        assert_eq!(both.max_elapsed_ms, None);
    }

    #[test]
    fn within_the_limits_queries_may_be_asked() {
        let all = budget(json!({"max_llm_calls": 2, "max_elapsed_ms": 10, "max_tokens": 10}));
        assert_eq!(all.check(used(1, 9, 9), 1), Ok(()));
        assert_eq!(all.check(used(0, 0, 0), 2), Ok(()));
    }

    #[test]
    fn texts_are_those_of_the_native_engine() {
        let cases = [
            (
                json!({"max_llm_calls": 2}),
                used(2, 0, 0),
                "budget_exceeded: max_llm_calls (2) reached (2 used)",
            ),
            (
                json!({"max_llm_calls": 3}),
                used(4, 0, 0),
                "budget_exceeded: max_llm_calls (3) reached (4 used)",
            ),
            (
                json!({"max_elapsed_ms": 0}),
                used(0, 0, 0),
                "budget_exceeded: max_elapsed_ms (0ms) reached (0ms elapsed)",
            ),
            (
                json!({"max_tokens": 10}),
                used(0, 0, 11),
                "budget_exceeded: max_tokens (10) reached (11 used)",
            ),
        ];
        for (given, used, text) in cases {
            let error = budget(given).check(used, 1).unwrap_err();
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn limits_are_checked_in_order() {
        let all = budget(json!({"max_llm_calls": 1, "max_elapsed_ms": 1, "max_tokens": 1}));
        let first = |used| all.check(used, 1).unwrap_err();
        assert!(matches!(
            first(used(1, 1, 1)),
            BudgetExceeded::LlmCalls { .. }
        ));
        assert!(matches!(
            first(used(0, 1, 1)),
            BudgetExceeded::ElapsedMs { .. }
        ));
        assert!(matches!(
            first(used(0, 0, 1)),
            BudgetExceeded::Tokens { .. }
        ));
    }

    #[test]
    fn a_batch_may_not_overshoot() {
        let one = budget(json!({"max_llm_calls": 1}));
        assert_eq!(
            one.check(used(0, 0, 0), 3).unwrap_err().to_string(),
            "budget_exceeded: max_llm_calls (1) reached (0 used, 3 requested)"
        );
        assert!(one.check(used(1, 0, 0), 0).is_err());
        assert!(one.check(used(u64::MAX, 0, 0), u64::MAX).is_err());
    }

    #[test]
    fn the_rest_stops_at_zero_and_is_null_without_a_limit() {
        let two = budget(json!({"max_llm_calls": 5, "max_tokens": 100}));
        let rest = two.remaining(used(1, 50, 2));
        assert_eq!(
            rest.to_json(),
            json!({"llm_calls": 4, "elapsed_ms": null, "tokens": 98})
        );
        assert!(!rest.is_exhausted());
        let rest = two.remaining(used(9, 0, 2));
        assert_eq!(rest.llm_calls, Some(0));
        assert!(rest.is_exhausted());
        assert!(two.remaining(used(0, 0, 100)).is_exhausted());
    }
}
