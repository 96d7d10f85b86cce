//! What a program asks of a model.

use super::QueryId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The answer length, in tokens, of a query that names none.
pub const DEFAULT_MAX_TOKENS: u32 = 1024;

/// One question to a model, as `alc.llm` and its relatives make it.
///
/// In JSON the optional keys stand only when set, and missing ones take their
/// defaults.
///
/// ```
/// use algocline_wasm::domain::{LlmQuery, QueryId};
/// let query = LlmQuery::new(QueryId::single(), "2+2?");
/// assert_eq!(
///     serde_json::to_string(&query).unwrap(),
///     r#"{"id":"q-0","prompt":"2+2?","system":null,"max_tokens":1024}"#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LlmQuery {
    /// The query's name within its pause.
    pub id: QueryId,
    /// The question.
    pub prompt: String,
    /// The system prompt.
    #[serde(default)]
    pub system: Option<String>,
    /// The longest answer wanted, in tokens.
    #[serde(default = "default_max_tokens")]
    pub max_tokens: u32,
    /// Whether the host shall answer from evidence.
    #[serde(default, skip_serializing_if = "is_false")]
    pub grounded: bool,
    /// Whether the answer depends on an intent that only the host or user has.
    #[serde(default, skip_serializing_if = "is_false")]
    pub underspecified: bool,
    /// An opaque mark for the host's prompt cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_breakpoint: Option<String>,
    /// An opaque hint who shall answer; judges of the graders use `"grader"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

impl LlmQuery {
    /// A query with every option at its default.
    pub fn new(id: QueryId, prompt: impl Into<String>) -> Self {
        Self {
            id,
            prompt: prompt.into(),
            system: None,
            max_tokens: DEFAULT_MAX_TOKENS,
            grounded: false,
            underspecified: false,
            cache_breakpoint: None,
            role: None,
        }
    }

    /// The query as it stands in events: its id under both `id` and `query_id`.
    pub fn to_event_json(&self) -> Map<String, Value> {
        let mut json = Map::new();
        json.insert("id".into(), self.id.as_str().into());
        json.insert("query_id".into(), self.id.as_str().into());
        json.insert("prompt".into(), self.prompt.as_str().into());
        json.insert("system".into(), self.system.as_deref().into());
        json.insert("max_tokens".into(), self.max_tokens.into());
        if self.grounded {
            json.insert("grounded".into(), true.into());
        }
        if self.underspecified {
            json.insert("underspecified".into(), true.into());
        }
        if let Some(mark) = &self.cache_breakpoint {
            json.insert("cache_breakpoint".into(), mark.as_str().into());
        }
        if let Some(role) = &self.role {
            json.insert("role".into(), role.as_str().into());
        }
        json
    }
}

fn default_max_tokens() -> u32 {
    DEFAULT_MAX_TOKENS
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn flags_that_are_off_leave_no_key() {
        let json = serde_json::to_value(LlmQuery::new(QueryId::single(), "p")).unwrap();
        assert_eq!(
            json,
            json!({"id": "q-0", "prompt": "p", "system": null, "max_tokens": 1024})
        );
    }

    #[test]
    fn each_flag_that_is_on_appears_and_survives() {
        let plain = LlmQuery::new(QueryId::single(), "p");
        let cases = [
            (
                "grounded",
                json!(true),
                LlmQuery {
                    grounded: true,
                    ..plain.clone()
                },
            ),
            (
                "underspecified",
                json!(true),
                LlmQuery {
                    underspecified: true,
                    ..plain.clone()
                },
            ),
            (
                "cache_breakpoint",
                json!("b"),
                LlmQuery {
                    cache_breakpoint: Some("b".into()),
                    ..plain.clone()
                },
            ),
            (
                "role",
                json!(""),
                LlmQuery {
                    role: Some(String::new()),
                    ..plain.clone()
                },
            ),
        ];
        for (key, expected, query) in cases {
            let json = serde_json::to_value(&query).unwrap();
            assert_eq!(json.get(key), Some(&expected), "{key}");
            assert_eq!(json.as_object().unwrap().len(), 5, "{key}");
            assert_eq!(serde_json::from_value::<LlmQuery>(json).unwrap(), query);
            let event = query.to_event_json();
            assert_eq!(event.get(key), Some(&expected), "{key}");
            assert_eq!(event.len(), 6, "{key}");
        }
    }

    #[test]
    fn missing_keys_take_their_defaults() {
        let query: LlmQuery = serde_json::from_value(json!({"id": "x", "prompt": "p"})).unwrap();
        assert_eq!(query, LlmQuery::new(QueryId::from("x"), "p"));
    }
}
