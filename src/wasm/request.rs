//! Requests of running programs on their way to JavaScript and back, as JSON.

use crate::alc::{Reply, Request, StoreOp, StoreValue, json_text, read_tree};
use crate::domain::{Json, JsonObject};

/// The request as `answerRequest` of the TypeScript layer reads it; null for one that is no
/// business of JavaScript's. The value of a store's key stays the JSON text that it is.
pub fn request_json(request: &Request) -> Json {
    let (op, key, value) = match request {
        Request::LoadPackage(name) => ("package", name.as_str(), None),
        Request::Store(op) => {
            let (name, key) = op.name_and_key();
            let value = match op {
                StoreOp::Set(_, value) => Some(value.as_str()),
                _ => None,
            };
            (name, key, value)
        }
        _ => return Json::Null,
    };
    let mut json = JsonObject::new();
    json.set("op", op);
    json.set("key", key);
    json.set("value", value);
    json.into()
}

/// The host's answer while it is read: what is wrong with it, if anything is.
///
/// The first problem counts, and something harmless is read in its place.
#[derive(Default)]
struct Answer {
    problem: Option<String>,
}

impl Answer {
    #[cold]
    #[inline(never)]
    fn refuse(&mut self, problem: &[&str]) {
        self.problem.get_or_insert(problem.concat());
    }

    /// The value in the answer `{value}`; the problem of `{error}`.
    fn read(&mut self, text: &str) -> Json {
        let mut answer = match read_tree(text.as_bytes()) {
            Ok(answer) => answer,
            Err(error) => {
                self.refuse(&[&error.to_string()]);
                Json::Null
            }
        };
        if let Some(Json::String(error)) = answer.get("error") {
            self.refuse(&[error]);
        }
        answer.get_mut("value").map(Json::take).unwrap_or_default()
    }

    fn text_or_none(&mut self, value: &Json) -> Option<String> {
        match value {
            Json::Null => {}
            Json::String(text) => return Some(text.clone()),
            other => self.refuse(&["the answer is no text: ", &json_text(other)]),
        }
        None
    }

    fn text(&mut self, value: &Json) -> String {
        let text = self.text_or_none(value);
        if text.is_none() {
            self.refuse(&["the answer has no text"]);
        }
        text.unwrap_or_default()
    }

    fn items<'a>(&mut self, value: &'a Json) -> &'a [Json] {
        match value {
            Json::Null => {}
            Json::Array(items) => return items,
            other => self.refuse(&["the answer is no list: ", &json_text(other)]),
        }
        &[]
    }

    fn store_value(&mut self, op: &StoreOp, value: &Json) -> StoreValue {
        match op {
            StoreOp::Get(_) => StoreValue::Found(self.text_or_none(value)),
            StoreOp::Set(..) => StoreValue::Set,
            StoreOp::Delete(_) => StoreValue::Deleted(*value == Json::Bool(true)),
            StoreOp::List(_) => {
                let mut keys = Vec::new();
                for key in self.items(value) {
                    keys.push(self.text(key));
                }
                StoreValue::Keys(keys)
            }
            StoreOp::Entries(_) => {
                let mut entries = Vec::new();
                for entry in self.items(value) {
                    match self.items(entry) {
                        [key, value] => entries.push((self.text(key), self.text(value))),
                        _ => self.refuse(&["the answer has an entry that is no pair"]),
                    }
                }
                StoreValue::Entries(entries)
            }
        }
    }

    fn finish<T>(self, value: T) -> Result<T, String> {
        match self.problem {
            None => Ok(value),
            Some(problem) => Err(problem),
        }
    }
}

/// The reply to a request that the host has answered with this text; nothing for
/// those that it is not asked.
pub fn reply_of(request: &Request, text: &str) -> Option<Reply> {
    let mut answer = Answer::default();
    let value = answer.read(text);
    Some(match request {
        Request::LoadPackage(_) => {
            let source = answer.text_or_none(&value);
            Reply::Package(answer.finish(source))
        }
        Request::Store(op) => {
            let value = answer.store_value(op, &value);
            Reply::Store(answer.finish(value))
        }
        _ => return None,
    })
}
