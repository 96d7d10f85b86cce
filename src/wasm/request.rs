//! Requests of running programs on their way to JavaScript and back, as JSON.

use serde_json::{Value as Json, json};

use crate::alc::{Reply, Request, StoreOp, StoreValue, json_text, read_tree};

/// The request as `answerRequest` of the TypeScript layer reads it; null for one that is no
/// business of JavaScript's. The value of a store's key stays the JSON text that it is.
pub fn request_json(request: Request) -> Json {
    let (op, key, value) = match &request {
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
    json!({"op": op, "key": key, "value": value})
}

/// What JavaScript answers, `{"value": …}` or `{"error": "…"}`; null without either.
fn read(text: &str) -> Result<Json, String> {
    let mut answer = read_tree(text.as_bytes()).map_err(|error| error.to_string())?;
    match answer.get("error") {
        Some(Json::String(error)) => Err(error.clone()),
        _ => Ok(answer.get_mut("value").map(Json::take).unwrap_or_default()),
    }
}

fn text_or_none(value: Json) -> Result<Option<String>, String> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(text)),
        other => Err(format!("the answer is no text: {}", json_text(&other))),
    }
}

fn text(value: Json) -> Result<String, String> {
    text_or_none(value)?.ok_or_else(|| "the answer has no text".to_owned())
}

fn items(value: Json) -> Result<Vec<Json>, String> {
    match value {
        Json::Null => Ok(Vec::new()),
        Json::Array(items) => Ok(items),
        other => Err(format!("the answer is no list: {}", json_text(&other))),
    }
}

/// A key with its value.
fn entry(value: Json) -> Result<(String, String), String> {
    let mut parts = items(value)?.into_iter();
    match (parts.next(), parts.next()) {
        (Some(key), Some(value)) => Ok((text(key)?, text(value)?)),
        _ => Err("the answer has an entry that is no pair".to_owned()),
    }
}

/// The reply to a request that is in `text`.
pub fn reply_of(request: &Request, text: &str) -> Option<Reply> {
    let answer = read(text);
    let value = match request {
        Request::LoadPackage(_) => return Some(Reply::Package(answer.and_then(text_or_none))),
        Request::Store(StoreOp::Get(_)) => answer.and_then(text_or_none).map(StoreValue::Found),
        Request::Store(StoreOp::Set(..)) => answer.map(|_| StoreValue::Set),
        Request::Store(StoreOp::Delete(_)) => {
            answer.map(|gone| StoreValue::Deleted(gone == Json::Bool(true)))
        }
        Request::Store(StoreOp::List(_)) => answer
            .and_then(|keys| items(keys)?.into_iter().map(self::text).collect())
            .map(StoreValue::Keys),
        Request::Store(StoreOp::Entries(_)) => answer
            .and_then(|entries| items(entries)?.into_iter().map(entry).collect())
            .map(StoreValue::Entries),
        _ => return None,
    };
    Some(Reply::Store(value))
}
