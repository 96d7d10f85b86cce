//! Checking a source text.

use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::alc::json_text;

/// The mistakes in a program, as a JSON list of `{line, column, message}`.
#[wasm_bindgen]
pub fn check(source: &str) -> String {
    let found = crate::session::check(source).map(|mistake| {
        json!({
            "line": mistake.line,
            "column": mistake.column,
            "message": mistake.message,
        })
    });
    json_text(&serde_json::Value::from_iter(found))
}
