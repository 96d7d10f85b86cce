//! What a program asks of a model.

use super::{JsonObject, QueryId};

/// The answer length, in tokens, of a query that names none.
pub const DEFAULT_MAX_TOKENS: u32 = 1024;

/// One question to a model, as `alc.llm` and its relatives make it.
///
/// ```
/// use algocline_wasm::domain::{LlmQuery, QueryId};
/// let query = LlmQuery::new(QueryId::single(), "2+2?");
/// assert_eq!(
///     algocline_wasm::alc::json_text(&query.to_event_json().into()),
///     r#"{"id":"q-0","max_tokens":1024,"prompt":"2+2?","query_id":"q-0","system":null}"#,
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LlmQuery {
    /// The query's name within its pause.
    pub id: QueryId,
    /// The question.
    pub prompt: String,
    /// The system prompt.
    pub system: Option<String>,
    /// The longest answer wanted, in tokens.
    pub max_tokens: u32,
    /// Whether the host shall answer from evidence.
    pub grounded: bool,
    /// Whether the answer depends on an intent that only the host or user has.
    pub underspecified: bool,
    /// An opaque mark for the host's prompt cache.
    pub cache_breakpoint: Option<String>,
    /// An opaque hint who shall answer; judges of the graders use `"grader"`.
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

    /// The query as it stands in events: its id under both `id` and `query_id`, and
    /// of the optional keys those that are set.
    pub fn to_event_json(&self) -> JsonObject {
        let mut json = JsonObject::new();
        self.show(&mut json);
        json
    }

    /// Adds the same fields to an object.
    pub(super) fn show(&self, json: &mut JsonObject) {
        json.set("id", self.id.as_str());
        json.set("query_id", self.id.as_str());
        json.set("prompt", self.prompt.as_str());
        json.set("system", self.system.as_deref());
        json.set("max_tokens", self.max_tokens);
        json.set_some("grounded", self.grounded.then_some(true));
        json.set_some("underspecified", self.underspecified.then_some(true));
        json.set_some("cache_breakpoint", self.cache_breakpoint.as_deref());
        json.set_some("role", self.role.as_deref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::image::reread;
    use crate::domain::json;

    #[test]
    fn flags_that_are_off_leave_no_key() {
        assert_eq!(
            LlmQuery::new(QueryId::single(), "p").to_event_json(),
            json!({
                "id": "q-0", "query_id": "q-0", "prompt": "p", "system": null, "max_tokens": 1024,
            })
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
            assert_eq!(reread(&query).as_ref(), Ok(&query));
            let event = query.to_event_json();
            assert_eq!(event.get(key), Some(&expected), "{key}");
            assert_eq!(event.len(), 6, "{key}");
        }
    }
}
