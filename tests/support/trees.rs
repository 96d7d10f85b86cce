//! JSON of the library and of `serde_json`, with whose macro tests write theirs.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code)]

use algocline_wasm::alc::{json_text, read_tree};
use algocline_wasm::domain::{Json, JsonObject, SessionEvent};
use serde_json::Value;

/// What tests look at as a tree of `serde_json`.
pub trait Theirs {
    fn theirs(&self) -> Value;
}

impl Theirs for Json {
    fn theirs(&self) -> Value {
        serde_json::from_str(&json_text(self)).unwrap()
    }
}

impl Theirs for JsonObject {
    fn theirs(&self) -> Value {
        Json::Object(self.clone()).theirs()
    }
}

impl Theirs for SessionEvent {
    fn theirs(&self) -> Value {
        self.clone().into_json().theirs()
    }
}

/// A tree for the library.
pub fn ours(value: &Value) -> Json {
    read_tree(value.to_string().as_bytes()).unwrap()
}
