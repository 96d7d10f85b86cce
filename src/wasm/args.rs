//! Reading arguments: fields of JSON objects that `js/core.ts` has written.

use crate::domain::{Json, SessionError};

/// A mistake in the TypeScript around the core, which has checked what hosts give.
fn mistaken<T>(name: &str) -> Result<T, SessionError> {
    Err(SessionError::invalid_argument(
        name,
        "is missing or has the wrong type",
    ))
}

/// The fields of an object. Null is as good as missing.
#[derive(Clone, Copy)]
pub struct Args<'a>(&'a Json);

impl<'a> Args<'a> {
    /// The fields of this object; there are none in anything else.
    pub fn new(object: &'a Json) -> Self {
        Self(object)
    }

    /// A field of any type.
    pub fn get(self, name: &str) -> Option<&'a Json> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A field that is an object.
    pub fn object(self, name: &str) -> Option<Self> {
        self.get(name).map(Self)
    }

    /// A field that may be a text.
    pub fn optional_text(self, name: &str) -> Result<Option<&'a str>, SessionError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => mistaken(name),
        }
    }

    /// A field that is a text.
    pub fn text(self, name: &str) -> Result<&'a str, SessionError> {
        match self.optional_text(name)? {
            Some(text) => Ok(text),
            None => mistaken(name),
        }
    }

    /// A field that may be a number.
    pub fn optional_number(self, name: &str) -> Result<Option<f64>, SessionError> {
        match self.get(name).map(Json::as_f64) {
            Some(None) => mistaken(name),
            number => Ok(number.flatten()),
        }
    }

    /// A field that may be a whole number of 53 bits; its fraction is cut off.
    pub fn optional_whole(self, name: &str) -> Result<Option<u64>, SessionError> {
        let number = self.optional_number(name)?;
        Ok(number.map(|number| number as u64))
    }

    /// A field that may be a number of 64 bits, which stands there as a text.
    pub fn optional_bits(self, name: &str) -> Result<Option<u64>, SessionError> {
        match self.optional_text(name)?.map(str::parse) {
            None => Ok(None),
            Some(Ok(bits)) => Ok(Some(bits)),
            Some(Err(_)) => mistaken(name),
        }
    }

    /// A field that is true or else missing or false.
    pub fn flag(self, name: &str) -> bool {
        self.get(name).and_then(Json::as_bool).unwrap_or(false)
    }

    /// A field that is a list.
    pub fn list(self, name: &str) -> Result<&'a [Json], SessionError> {
        match self.get(name) {
            Some(Json::Array(items)) => Ok(items),
            _ => mistaken(name),
        }
    }

    /// A field that is a list of pairs of texts.
    pub fn pairs(self, name: &str) -> Result<Vec<(&'a str, &'a str)>, SessionError> {
        let mut pairs = Vec::new();
        for pair in self.list(name)? {
            let part = |at: usize| pair.as_array()?.get(at)?.as_str();
            match (part(0), part(1)) {
                (Some(key), Some(value)) => pairs.push((key, value)),
                _ => return mistaken(name),
            }
        }
        Ok(pairs)
    }
}
