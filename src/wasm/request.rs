//! Requests of running programs on their way to JavaScript and back, as JSON.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::alc::{Reply, Request, StoreOp, StoreValue};

/// The request as `answerRequest` of the TypeScript layer reads it; nothing for
/// one that is no business of JavaScript's.
pub fn request_text(request: &Request) -> Option<String> {
    let form = match request {
        Request::LoadPackage(name) => json!({"op": "package", "key": name}),
        Request::Store(op) => {
            let (name, key) = op.name_and_key();
            if let StoreOp::Set(_, value) = op {
                // The value is JSON text already.
                let key = Json::from(key);
                return Some(format!(r#"{{"op":"set","key":{key},"value":{value}}}"#));
            }
            json!({"op": name, "key": key})
        }
        _ => return None,
    };
    Some(form.to_string())
}

#[derive(Deserialize)]
struct Answer<T> {
    value: Option<T>,
    error: Option<String>,
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<Option<T>, String> {
    let answer: Answer<T> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match answer.error {
        Some(error) => Err(error),
        None => Ok(answer.value),
    }
}

/// The reply to a request that is in `text`.
pub fn reply_of(request: &Request, text: &str) -> Option<Reply> {
    let store = |value| Some(Reply::Store(value));
    match request {
        Request::LoadPackage(_) => Some(Reply::Package(read(text))),
        Request::Store(StoreOp::Get(_)) => store(read(text).map(StoreValue::Found)),
        Request::Store(StoreOp::Set(..)) => store(read::<Json>(text).map(|_| StoreValue::Set)),
        Request::Store(StoreOp::Delete(_)) => {
            store(read(text).map(|gone| StoreValue::Deleted(gone.unwrap_or(false))))
        }
        Request::Store(StoreOp::List(_)) => {
            store(read(text).map(|keys| StoreValue::Keys(keys.unwrap_or_default())))
        }
        Request::Store(StoreOp::Entries(_)) => {
            store(read(text).map(|entries| StoreValue::Entries(entries.unwrap_or_default())))
        }
        _ => None,
    }
}
