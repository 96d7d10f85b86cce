//! What a program counts for itself.

use super::{Json, JsonObject};
use std::error::Error;
use std::fmt;

/// The most that all entries of a session may hold, in bytes of keys, texts and
/// values: they lie outside of the Lua heap and its cap.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The deepest nesting of a value. Hosts read JSON with parsers that refuse 128
/// levels, and the entries stand a few levels down in it.
pub(super) const MAX_DEPTH: usize = 100;
/// What a value costs apart from its texts, in bytes.
const VALUE_BYTES: usize = 32;

/// The entries that `alc.stats.record` has written; the last one of a key wins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomStats {
    pub(super) entries: JsonObject,
    bytes: usize,
}

/// An entry was refused; the earlier ones stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomStatsError {
    /// The value is nested too deeply.
    TooDeep,
    /// All entries together would be too large.
    TooLarge,
}

impl fmt::Display for CustomStatsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep => write!(
                f,
                "alc.stats.record: value is nested more than {MAX_DEPTH} levels deep"
            ),
            Self::TooLarge => write!(
                f,
                "alc.stats.record: entries would hold more than {MAX_BYTES} bytes"
            ),
        }
    }
}

impl Error for CustomStatsError {}

impl CustomStats {
    /// Writes the entry `key`.
    ///
    /// # Errors
    /// With a value nested over 100 levels deep, and when all entries together
    /// would hold over 4 MiB. Then nothing changes.
    pub fn record(&mut self, key: &str, value: Json) -> Result<(), CustomStatsError> {
        let size = entry_bytes(key, &value, MAX_DEPTH).ok_or(CustomStatsError::TooDeep)?;
        let old = self.entries.get(key);
        let old = old.and_then(|old| entry_bytes(key, old, MAX_DEPTH));
        let bytes = self
            .bytes
            .saturating_sub(old.unwrap_or(0))
            .saturating_add(size);
        if bytes > MAX_BYTES {
            return Err(CustomStatsError::TooLarge);
        }
        self.entries.insert(key.to_owned(), value);
        self.bytes = bytes;
        Ok(())
    }

    /// The entry `key`.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.entries.get(key)
    }

    /// All entries as a JSON object.
    pub fn to_json(&self) -> Json {
        Json::Object(self.entries.clone())
    }

    /// About how many bytes the entries hold.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

fn entry_bytes(key: &str, value: &Json, levels: usize) -> Option<usize> {
    Some(key.len().saturating_add(measure(value, levels)?))
}

/// About how many bytes a value holds; nothing if it has more levels than `levels`. A
/// scalar is one level.
fn measure(value: &Json, levels: usize) -> Option<usize> {
    let below = levels.checked_sub(1)?;
    let mut bytes = VALUE_BYTES;
    match value {
        Json::String(text) => bytes = bytes.saturating_add(text.len()),
        Json::Array(items) => {
            for item in items {
                bytes = bytes.saturating_add(measure(item, below)?);
            }
        }
        Json::Object(fields) => {
            for (key, field) in fields.iter() {
                bytes = bytes.saturating_add(entry_bytes(key, field, below)?);
            }
        }
        _ => {}
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::image::reread;
    use crate::domain::json;

    #[test]
    fn entries_are_read_back_overwritten_and_missed() {
        let mut stats = CustomStats::default();
        assert_eq!(stats.get("a"), None);
        stats.record("a", json!(1)).unwrap();
        stats.record("n", Json::Null).unwrap();
        assert_eq!(stats.get("a"), Some(&json!(1)));
        assert_eq!(stats.get("n"), Some(&Json::Null));
        stats.record("a", json!({"x": [1, 2.5]})).unwrap();
        assert_eq!(stats.to_json(), json!({"a": {"x": [1, 2.5]}, "n": null}));
    }

    #[test]
    fn too_much_is_refused_and_the_old_entry_stays() {
        let mut stats = CustomStats::default();
        stats.record("a", json!(1)).unwrap();
        let huge = Json::from("x".repeat(MAX_BYTES));
        assert_eq!(stats.record("a", huge), Err(CustomStatsError::TooLarge));
        assert_eq!(stats.get("a"), Some(&json!(1)));

        let big = || Json::from("x".repeat(MAX_BYTES / 2));
        stats.record("a", big()).unwrap();
        stats.record("a", big()).unwrap();
        assert_eq!(stats.record("b", big()), Err(CustomStatsError::TooLarge));
        stats.record("a", json!(1)).unwrap();
        stats.record("b", big()).unwrap();
    }

    #[test]
    fn nesting_is_bounded_where_images_can_still_be_read() {
        let nested = |levels: usize| (1..levels).fold(json!(1), |inner, _| json!([inner]));
        let mut stats = CustomStats::default();
        stats.record("a", nested(MAX_DEPTH)).unwrap();
        let error = stats.record("a", nested(MAX_DEPTH + 1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "alc.stats.record: value is nested more than 100 levels deep"
        );
        assert_eq!(reread(&stats), Ok(stats));
    }
}
