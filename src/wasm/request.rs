//! Requests of running programs on their way to JavaScript and back, as JSON.

use crate::alc::{Reply, Request, StoreOp, StoreValue, json_text, read_tree};
use crate::domain::{Json, JsonObject};

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
    let mut json = JsonObject::new();
    json.set("op", op);
    json.set("key", key);
    json.set("value", value);
    json.into()
}

/// What JavaScript answers, `{"value": …}` or `{"error": "…"}`; null without either.
fn read(text: &str) -> Result<Json, String> {
    let mut answer = read_tree(text.as_bytes()).map_err(|error| error.to_string())?;
    match answer.get("error") {
        Some(Json::String(error)) => Err(error.clone()),
        _ => Ok(answer.get_mut("value").map(Json::take).unwrap_or_default()),
    }
}

fn text_or_none(value: &Json) -> Result<Option<String>, String> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(text.clone())),
        other => Err(format!("the answer is no text: {}", json_text(other))),
    }
}

fn text(value: &Json) -> Result<String, String> {
    text_or_none(value)?.ok_or_else(|| "the answer has no text".to_owned())
}

fn items(value: &Json) -> Result<&[Json], String> {
    match value {
        Json::Null => Ok(&[]),
        Json::Array(items) => Ok(items),
        other => Err(format!("the answer is no list: {}", json_text(other))),
    }
}

/// What a store has answered.
fn store_value(op: &StoreOp, value: &Json) -> Result<StoreValue, String> {
    Ok(match op {
        StoreOp::Get(_) => StoreValue::Found(text_or_none(value)?),
        StoreOp::Set(..) => StoreValue::Set,
        StoreOp::Delete(_) => StoreValue::Deleted(*value == Json::Bool(true)),
        StoreOp::List(_) => {
            let mut keys = Vec::new();
            for key in items(value)? {
                keys.push(text(key)?);
            }
            StoreValue::Keys(keys)
        }
        StoreOp::Entries(_) => {
            let mut entries = Vec::new();
            for entry in items(value)? {
                match items(entry)? {
                    [key, value] => entries.push((text(key)?, text(value)?)),
                    _ => return Err("the answer has an entry that is no pair".to_owned()),
                }
            }
            StoreValue::Entries(entries)
        }
    })
}

/// The reply to a request that is in `text`.
pub fn reply_of(request: &Request, text: &str) -> Option<Reply> {
    let answer = read(text);
    match request {
        Request::LoadPackage(_) => Some(Reply::Package(
            answer.and_then(|value| text_or_none(&value)),
        )),
        Request::Store(op) => Some(Reply::Store(
            answer.and_then(|value| store_value(op, &value)),
        )),
        _ => None,
    }
}
