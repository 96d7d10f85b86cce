//! What a snapshot shows of each open query.

use super::text::prefix;
use super::{Json, JsonObject, LlmQuery};
use std::error::Error;
use std::fmt;

/// The prompt characters that the preset `preview` shows unless told otherwise.
pub const DEFAULT_PREVIEW_CHARS: usize = 200;

/// The keys that a filter shows or not, and what stands there where a query has none:
/// false or null.
const KEYS: [(&str, Json); 7] = [
    ("query_id", Json::Null),
    ("max_tokens", Json::Null),
    ("system", Json::Null),
    ("grounded", Json::Bool(false)),
    ("underspecified", Json::Bool(false)),
    ("cache_breakpoint", Json::Null),
    ("role", Json::Null),
];

/// Which keys of a query a snapshot shows; by default none.
///
/// In JSON the booleans under their own names and `prompt` as
/// `{"mode": "off"}`, `{"mode": "preview", "chars": n}` or `{"mode": "full"}`.
/// Unknown keys are ignored.
///
/// ```
/// use algocline_wasm::domain::{LlmQuery, PendingFilter, QueryId};
/// let filter = PendingFilter::preset("preview", 5).unwrap();
/// let shown = filter.project(&LlmQuery::new(QueryId::single(), "abcdefghij"));
/// assert_eq!(shown.get("prompt_preview"), Some(&"abcde".into()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PendingFilter {
    /// Whether it shows `query_id`, `max_tokens`, `system`, `grounded`, `underspecified`,
    /// `cache_breakpoint`, `role`.
    pub keys: [bool; 7],
    /// How much of the prompt is shown.
    pub prompt: PromptProjection,
}

/// How much of a prompt a snapshot shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PromptProjection {
    /// Nothing.
    #[default]
    Off,
    /// Its first characters, under `prompt_preview`.
    Preview {
        /// How many.
        chars: usize,
    },
    /// All of it, under `prompt`.
    Full,
}

/// A filter was not understood: there is no preset of that name, a field of the object is
/// wrong, or it is neither a name nor an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError(String);

impl FilterError {
    #[cold]
    #[inline(never)]
    fn new(parts: &[&str]) -> Self {
        Self(parts.concat())
    }

    fn field(name: &str, wanted: &str) -> Self {
        Self::new(&[
            "invalid pending_filter object: `",
            name,
            "` must be ",
            wanted,
        ])
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for FilterError {}

impl PendingFilter {
    /// The filter of a preset, `meta`, `preview` (with that many characters of
    /// the prompt) or `full`; `None` for any other name.
    pub fn preset(name: &str, preview_chars: usize) -> Option<Self> {
        const META: [bool; 7] = [true, true, false, false, false, false, false];
        const PREVIEW: [bool; 7] = [true, true, false, false, false, false, true];
        let chars = preview_chars;
        let (keys, prompt) = match name {
            "meta" => (META, PromptProjection::Off),
            "preview" => (PREVIEW, PromptProjection::Preview { chars }),
            "full" => ([true; 7], PromptProjection::Full),
            _ => return None,
        };
        Some(Self { keys, prompt })
    }

    /// The filter that a host gave as a preset's name or as an object.
    ///
    /// # Errors
    /// For an unknown name, an object with a wrong value, any other JSON type.
    pub fn from_json(given: &Json, preview_chars: usize) -> Result<Self, FilterError> {
        let kind = match given {
            Json::String(name) => {
                return Self::preset(name, preview_chars).ok_or_else(|| {
                    let valid = "' (valid: \"meta\" | \"preview\" | \"full\")";
                    FilterError::new(&["unknown pending_filter preset '", name, valid])
                });
            }
            Json::Object(fields) => return Self::from_fields(fields),
            Json::Null => "null",
            Json::Bool(_) => "bool",
            Json::Int(_) | Json::Large(_) | Json::Float(_) => "number",
            Json::Array(_) => "array",
        };
        let wanted = "pending_filter must be a preset name (string) or filter object, got ";
        Err(FilterError::new(&[wanted, kind]))
    }

    fn from_fields(fields: &JsonObject) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for ((name, _), shown) in KEYS.iter().zip(&mut filter.keys) {
            match fields.get(*name) {
                None => {}
                Some(Json::Bool(given)) => *shown = *given,
                Some(_) => return Err(FilterError::field(name, "a boolean")),
            }
        }
        if let Some(prompt) = fields.get("prompt") {
            filter.prompt = PromptProjection::from_json(prompt)?;
        }
        Ok(filter)
    }

    /// What the filter shows of `query`.
    pub fn project(self, query: &LlmQuery) -> JsonObject {
        let all = query.to_event_json();
        let mut json = JsonObject::new();
        for ((name, absent), shown) in KEYS.iter().zip(self.keys) {
            if shown {
                json.set(name, all.get(*name).unwrap_or(absent).clone());
            }
        }
        match self.prompt {
            PromptProjection::Off => {}
            PromptProjection::Preview { chars } => {
                json.set("prompt_preview", prefix(&query.prompt, chars));
            }
            PromptProjection::Full => json.set("prompt", query.prompt.as_str()),
        }
        json
    }
}

impl PromptProjection {
    fn from_json(given: &Json) -> Result<Self, FilterError> {
        let chars = given.get("chars").and_then(Json::as_u64);
        match (given.get("mode").and_then(Json::as_str), chars) {
            (Some("off"), _) => Ok(Self::Off),
            (Some("full"), _) => Ok(Self::Full),
            (Some("preview"), Some(chars)) => Ok(Self::Preview {
                chars: usize::try_from(chars).unwrap_or(usize::MAX),
            }),
            (Some("preview"), None) => Err(FilterError::field("prompt.chars", "a whole number")),
            _ => Err(FilterError::field(
                "prompt",
                "an object with the mode \"off\", \"preview\" or \"full\"",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::QueryId;
    use crate::domain::json;

    fn shown(filter: PendingFilter, query: &LlmQuery) -> Json {
        Json::Object(filter.project(query))
    }

    fn plain(prompt: &str) -> LlmQuery {
        LlmQuery::new(QueryId::single(), prompt)
    }

    fn rich() -> LlmQuery {
        LlmQuery {
            system: Some("s".into()),
            grounded: true,
            underspecified: true,
            cache_breakpoint: Some("b".into()),
            role: Some("r".into()),
            ..plain("p")
        }
    }

    #[test]
    fn all_off_shows_nothing() {
        assert_eq!(shown(PendingFilter::default(), &rich()), json!({}));
    }

    #[test]
    fn meta_shows_two_keys() {
        let meta = PendingFilter::preset("meta", 200).unwrap();
        assert_eq!(
            shown(meta, &rich()),
            json!({"query_id": "q-0", "max_tokens": 1024})
        );
    }

    #[test]
    fn preview_cuts_the_prompt_on_characters() {
        let prompt = "x".repeat(300);
        for chars in [DEFAULT_PREVIEW_CHARS, 42, 73] {
            let filter = PendingFilter::preset("preview", chars).unwrap();
            assert_eq!(
                shown(filter, &plain(&prompt)),
                json!({
                    "query_id": "q-0", "max_tokens": 1024, "role": null,
                    "prompt_preview": "x".repeat(chars),
                })
            );
        }
        let cut = |prompt: &str, chars| {
            let filter = PendingFilter::preset("preview", chars).unwrap();
            shown(filter, &plain(prompt))["prompt_preview"].clone()
        };
        assert_eq!(cut("abcdefghij", 5), json!("abcde"));
        assert_eq!(cut("あいうえお", 3), json!("あいう"));
        assert_eq!(cut("short", 100), json!("short"));
    }

    #[test]
    fn full_shows_all_with_nulls_and_false_written_out() {
        let full = PendingFilter::preset("full", 200).unwrap();
        assert_eq!(
            shown(full, &rich()),
            json!({
                "query_id": "q-0", "max_tokens": 1024, "system": "s", "grounded": true,
                "underspecified": true, "cache_breakpoint": "b", "role": "r", "prompt": "p",
            })
        );
        assert_eq!(
            shown(full, &plain("p")),
            json!({
                "query_id": "q-0", "max_tokens": 1024, "system": null, "grounded": false,
                "underspecified": false, "cache_breakpoint": null, "role": null, "prompt": "p",
            })
        );
    }

    #[test]
    fn other_names_are_no_presets() {
        for name in ["", "META", "bogus"] {
            assert_eq!(PendingFilter::preset(name, 200), None);
            assert_eq!(
                PendingFilter::from_json(&json!(name), 200)
                    .unwrap_err()
                    .to_string(),
                format!(
                    "unknown pending_filter preset '{name}' (valid: \"meta\" | \"preview\" | \"full\")"
                )
            );
        }
    }

    #[test]
    fn filters_come_as_objects_too() {
        let read = |json: Json| PendingFilter::from_json(&json, 200);
        assert_eq!(read(json!({})), Ok(PendingFilter::default()));
        assert_eq!(
            read(json!({"query_id": true, "prompt": {"mode": "preview", "chars": 50}, "new": 1})),
            Ok(PendingFilter {
                keys: [true, false, false, false, false, false, false],
                prompt: PromptProjection::Preview { chars: 50 },
            })
        );
        assert_eq!(
            read(json!({"prompt": {"mode": "full"}})).map(|f| f.prompt),
            Ok(PromptProjection::Full)
        );
        assert_eq!(
            read(json!({"prompt": {"mode": "off"}})),
            Ok(PendingFilter::default())
        );
        assert_eq!(
            read(json!("full")),
            Ok(PendingFilter::preset("full", 200).unwrap())
        );
    }

    #[test]
    fn objects_with_wrong_values_are_refused() {
        for bad in [
            json!({"query_id": 1}),
            json!({"prompt": "full"}),
            json!({"prompt": {"mode": "preview"}}),
            json!({"prompt": {"mode": "preview", "chars": -1}}),
            json!({"prompt": {"mode": "loud"}}),
        ] {
            let text = PendingFilter::from_json(&bad, 200).unwrap_err().to_string();
            assert!(
                text.starts_with("invalid pending_filter object: "),
                "{text}"
            );
        }
    }

    #[test]
    fn other_json_types_are_named() {
        for (given, kind) in [
            (json!(null), "null"),
            (json!(true), "bool"),
            (json!(1), "number"),
            (json!([]), "array"),
        ] {
            assert_eq!(
                PendingFilter::from_json(&given, 200)
                    .unwrap_err()
                    .to_string(),
                format!(
                    "pending_filter must be a preset name (string) or filter object, got {kind}"
                )
            );
        }
    }
}
