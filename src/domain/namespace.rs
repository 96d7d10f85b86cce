//! The namespace of a session's stored state.

use serde_json::Value;

/// The namespace of a session whose context names none.
pub const DEFAULT_NAMESPACE: &str = "default";

/// The text under `_ns` of the context, or [`DEFAULT_NAMESPACE`] where there is
/// none. An empty text is taken as it is; the store refuses it later.
///
/// ```
/// use algocline_wasm::domain::namespace_of;
/// assert_eq!(namespace_of(&serde_json::json!({"_ns": "mine"})), "mine");
/// ```
pub fn namespace_of(ctx: &Value) -> &str {
    ctx.get("_ns")
        .and_then(Value::as_str)
        .unwrap_or(DEFAULT_NAMESPACE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_text_under_ns_counts() {
        assert_eq!(namespace_of(&json!({"_ns": "custom"})), "custom");
        assert_eq!(namespace_of(&json!({"_ns": ""})), "");
        for ctx in [
            json!({}),
            Value::Null,
            json!({"_ns": 5}),
            json!({"_ns": null}),
            json!(["_ns"]),
            json!("x"),
        ] {
            assert_eq!(namespace_of(&ctx), "default", "{ctx}");
        }
    }
}
