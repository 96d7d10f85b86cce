//! JSON as a tree: what hosts and programs hand over, and what events are made of.

use super::SortedMap;

/// The fields of an object, in the order of their names.
pub type JsonObject = SortedMap<String, Json>;

/// A JSON value.
///
/// There is one form of each number: whole numbers are `Int`, those that are too
/// large for that `Large`, all others `Float`, which is finite.
///
/// ```
/// use algocline_wasm::domain::{Json, JsonObject};
/// let mut object = JsonObject::new();
/// object.set("pause", 1_u64);
/// object.set("ids", vec![Json::from("q-0")]);
/// let json = Json::Object(object);
/// assert_eq!(json.get("pause").and_then(Json::as_u64), Some(1));
/// assert_eq!(algocline_wasm::alc::json_text(&json), r#"{"ids":["q-0"],"pause":1}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above all of those.
    Large(u64),
    /// Another number.
    Float(f64),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// An object.
    Object(JsonObject),
}

impl Json {
    /// The field of an object; nothing for one that lacks it, or another value.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.as_object()?.get(name)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        match self {
            Json::Object(fields) => fields.get_mut(name),
            _ => None,
        }
    }

    /// The value, which is null from now on.
    pub fn take(&mut self) -> Json {
        std::mem::take(self)
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Json::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The whole number, unless it is negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Json::Int(number) => u64::try_from(*number).ok(),
            Json::Large(number) => Some(*number),
            _ => None,
        }
    }

    /// The number, whole or not; the nearest float to a large one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Json::Int(number) => Some(*number as f64),
            Json::Large(number) => Some(*number as f64),
            Json::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Json::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The fields of an object.
    pub fn as_object(&self) -> Option<&JsonObject> {
        match self {
            Json::Object(fields) => Some(fields),
            _ => None,
        }
    }
}

impl JsonObject {
    /// Sets a field.
    pub fn set(&mut self, name: &str, value: impl Into<Json>) {
        self.set_json(name, value.into());
    }

    /// Sets a field if there is a value for it.
    pub fn set_some(&mut self, name: &str, value: Option<impl Into<Json>>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    // One copy for all types of values.
    #[inline(never)]
    fn set_json(&mut self, name: &str, value: Json) {
        self.insert(name.to_owned(), value);
    }
}

impl From<bool> for Json {
    fn from(truth: bool) -> Self {
        Json::Bool(truth)
    }
}

impl From<u32> for Json {
    fn from(number: u32) -> Self {
        Json::Int(number.into())
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Json::Int(number)
    }
}

impl From<u64> for Json {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or(Json::Large(number), Json::Int)
    }
}

impl From<usize> for Json {
    fn from(number: usize) -> Self {
        Json::from(super::text::saturating_u64(number))
    }
}

impl From<f64> for Json {
    /// NaN and the infinities have no JSON form and become null.
    fn from(number: f64) -> Self {
        match number.is_finite() {
            true => Json::Float(number),
            false => Json::Null,
        }
    }
}

impl From<&str> for Json {
    // Nearly every field is made with it.
    #[inline(never)]
    fn from(text: &str) -> Self {
        Json::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::String(text)
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Self {
        Json::Array(items)
    }
}

impl From<JsonObject> for Json {
    fn from(fields: JsonObject) -> Self {
        Json::Object(fields)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Json::Null, Into::into)
    }
}

impl FromIterator<Json> for Json {
    fn from_iter<I: IntoIterator<Item = Json>>(items: I) -> Self {
        Json::Array(items.into_iter().collect())
    }
}

/// JSON as it is written, for tests.
#[cfg(test)]
macro_rules! json {
    ($($json:tt)+) => {
        $crate::domain::Json::from(serde_json::json!($($json)+))
    };
}

#[cfg(test)]
pub(crate) use json;

/// What tests need to write and compare JSON as with `serde_json`.
#[cfg(test)]
mod theirs {
    use super::{Json, JsonObject};
    use serde::{Serialize, Serializer};
    use serde_json::Value;

    impl From<Value> for Json {
        fn from(value: Value) -> Self {
            match value {
                Value::Null => Json::Null,
                Value::Bool(truth) => truth.into(),
                Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                    (Some(number), _) => number.into(),
                    (None, Some(number)) => number.into(),
                    (None, None) => number.as_f64().into(),
                },
                Value::String(text) => text.into(),
                Value::Array(items) => items.into_iter().map(Json::from).collect(),
                Value::Object(fields) => {
                    let fields = fields.into_iter();
                    Json::Object(fields.map(|(name, value)| (name, value.into())).collect())
                }
            }
        }
    }

    impl Serialize for Json {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Json::Null => serializer.serialize_unit(),
                Json::Bool(truth) => serializer.serialize_bool(*truth),
                Json::Int(number) => serializer.serialize_i64(*number),
                Json::Large(number) => serializer.serialize_u64(*number),
                Json::Float(number) => serializer.serialize_f64(*number),
                Json::String(text) => serializer.serialize_str(text),
                Json::Array(items) => serializer.collect_seq(items),
                Json::Object(fields) => serializer.collect_map(fields.iter()),
            }
        }
    }

    impl std::ops::Index<&str> for Json {
        type Output = Json;

        fn index(&self, name: &str) -> &Json {
            self.get(name).unwrap_or(&Json::Null)
        }
    }

    impl std::ops::IndexMut<&str> for Json {
        fn index_mut(&mut self, name: &str) -> &mut Json {
            match self {
                Json::Object(fields) => {
                    fields.set(name, Json::Null);
                    fields.get_mut(name).unwrap()
                }
                other => panic!("{other} is no object"),
            }
        }
    }

    impl std::ops::Index<usize> for Json {
        type Output = Json;

        fn index(&self, at: usize) -> &Json {
            let item = self.as_array().and_then(|items| items.get(at));
            item.unwrap_or(&Json::Null)
        }
    }

    impl std::ops::Index<&str> for JsonObject {
        type Output = Json;

        fn index(&self, name: &str) -> &Json {
            self.get(name).unwrap_or(&Json::Null)
        }
    }

    impl PartialEq<u64> for Json {
        fn eq(&self, other: &u64) -> bool {
            self.as_u64() == Some(*other)
        }
    }

    impl PartialEq<&str> for Json {
        fn eq(&self, other: &&str) -> bool {
            self.as_str() == Some(other)
        }
    }

    impl PartialEq<Json> for JsonObject {
        fn eq(&self, other: &Json) -> bool {
            Some(self) == other.as_object()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_one_form() {
        assert_eq!(Json::from(7_u64), Json::Int(7));
        assert_eq!(Json::from(u64::MAX), Json::Large(u64::MAX));
        assert_eq!(Json::from(f64::NAN), Json::Null);
        assert_eq!(Json::from(1.0), Json::Float(1.0));
        assert_ne!(Json::from(1.0), Json::Int(1));
    }

    #[test]
    fn accessors_give_only_what_is_there() {
        let json = json!({
            "n": -1, "u": 5, "big": u64::MAX, "f": 2.5, "t": "x", "b": true, "l": [1], "z": null,
        });
        assert_eq!(json["n"].as_u64(), None);
        assert_eq!(json["u"].as_u64(), Some(5));
        assert_eq!(json["big"].as_u64(), Some(u64::MAX));
        assert_eq!(json["f"].as_u64(), None);
        let floats = ["n", "u", "f", "t"].map(|name| json[name].as_f64());
        assert_eq!(floats, [Some(-1.0), Some(5.0), Some(2.5), None]);
        assert_eq!(json["big"].as_f64(), Some(u64::MAX as f64));
        assert_eq!((json["t"].as_str(), json["b"].as_str()), (Some("x"), None));
        let truths = ["b", "t"].map(|name| json[name].as_bool());
        assert_eq!(truths, [Some(true), None]);
        assert_eq!(json["l"].as_array(), Some(&[Json::Int(1)][..]));
        assert_eq!(json["t"].get("t"), None);
        assert!(json.get("z").is_some_and(Json::is_null));
    }

    #[test]
    fn the_last_value_of_a_name_stays() {
        let mut object = JsonObject::new();
        object.set("b", "old");
        object.set("a", None::<&str>);
        object.set_some("c", None::<&str>);
        object.set("b", 2_u32);
        assert_eq!(Json::Object(object), json!({"a": null, "b": 2}));
    }

    #[test]
    fn what_is_taken_leaves_null() {
        let mut json = json!({"a": [1]});
        let taken = json.get_mut("a").map(Json::take);
        assert_eq!(taken, Some(Json::Array(vec![Json::Int(1)])));
        assert_eq!(json, json!({"a": null}));
    }
}
