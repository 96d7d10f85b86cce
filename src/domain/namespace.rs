//! The namespace of a session's stored state.

use super::Json;

/// The namespace of a session whose context names none.
pub const DEFAULT_NAMESPACE: &str = "default";

/// The text under `_ns` of the context, or [`DEFAULT_NAMESPACE`] where there is
/// none. An empty text is taken as it is; the store refuses it later.
///
/// ```
/// use algocline_wasm::domain::namespace_of;
/// let ctx = algocline_wasm::alc::read_tree(br#"{"_ns": "mine"}"#).unwrap_or_default();
/// assert_eq!(namespace_of(&ctx), "mine");
/// ```
pub fn namespace_of(ctx: &Json) -> &str {
    ctx.get("_ns")
        .and_then(Json::as_str)
        .unwrap_or(DEFAULT_NAMESPACE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json;

    #[test]
    fn only_a_text_under_ns_counts() {
        assert_eq!(namespace_of(&json!({"_ns": "custom"})), "custom");
        assert_eq!(namespace_of(&json!({"_ns": ""})), "");
        for ctx in [
            json!({}),
            Json::Null,
            json!({"_ns": 5}),
            json!({"_ns": null}),
            json!(["_ns"]),
            json!("x"),
        ] {
            assert_eq!(namespace_of(&ctx), "default", "{ctx:?}");
        }
    }
}
