//! Reading arguments: fields of JSON objects that `js/core.ts` has written.

use std::cell::Cell;

use crate::domain::{Json, SessionError};

/// The fields of an object. Null is as good as missing.
///
/// A field of the wrong type is a mistake in the TypeScript around the core, which has
/// checked what hosts give. It is noted, and something harmless taken in its place:
/// whoever has read all fields asks [`check`](Self::check) before anything happens.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    object: &'a Json,
    /// The name of the first field with a mistake; empty without one.
    mistake: &'a Cell<&'static str>,
}

impl<'a> Args<'a> {
    /// The fields of this object; there are none in anything else.
    pub fn new(object: &'a Json, mistake: &'a Cell<&'static str>) -> Self {
        Self { object, mistake }
    }

    /// What is wrong with the fields read so far.
    #[inline(never)]
    pub fn check(self) -> Result<(), SessionError> {
        let name = self.mistake.get();
        if name.is_empty() {
            return Ok(());
        }
        let problem = "is missing or has the wrong type";
        Err(SessionError::invalid_argument(name, problem))
    }

    /// The value, or else a mistake.
    fn sound<T>(self, name: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() && self.mistake.get().is_empty() {
            self.mistake.set(name);
        }
        value
    }

    /// A field of any type.
    #[inline(never)]
    pub fn get(self, name: &str) -> Option<&'a Json> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// The fields of an element or a field.
    pub fn of(self, object: &'a Json) -> Self {
        Self { object, ..self }
    }

    /// A field that is an object; one without fields where it is missing.
    pub fn object(self, name: &str) -> Self {
        self.of(self.get(name).unwrap_or(&Json::Null))
    }

    /// A field that may be a text.
    #[inline(never)]
    pub fn optional_text(self, name: &'static str) -> Option<&'a str> {
        self.sound(name, self.get(name)?.as_str())
    }

    /// A field that is a text.
    #[inline(never)]
    pub fn text(self, name: &'static str) -> &'a str {
        let text = self.get(name).and_then(Json::as_str);
        self.sound(name, text).unwrap_or_default()
    }

    /// A field that may be a number.
    #[inline(never)]
    pub fn optional_number(self, name: &'static str) -> Option<f64> {
        self.sound(name, self.get(name)?.as_f64())
    }

    /// A field that may be a whole number of 53 bits; its fraction is cut off.
    #[inline(never)]
    pub fn optional_whole(self, name: &'static str) -> Option<u64> {
        Some(self.optional_number(name)? as u64)
    }

    /// A number of 64 bits, which stands there as a text; 0 where it is missing.
    #[inline(never)]
    pub fn bits(self, name: &'static str) -> u64 {
        let mut bits = 0_u64;
        for digit in self.optional_text(name).unwrap_or_default().bytes() {
            let digit = self.sound(name, char::from(digit).to_digit(10));
            let digit = u64::from(digit.unwrap_or(0));
            bits = bits.wrapping_mul(10).wrapping_add(digit);
        }
        bits
    }

    /// A field that is true or else missing or false.
    pub fn flag(self, name: &str) -> bool {
        self.get(name) == Some(&Json::Bool(true))
    }

    /// A field that is a list.
    pub fn list(self, name: &'static str) -> &'a [Json] {
        let list = self.get(name).and_then(Json::as_array);
        self.sound(name, list).unwrap_or_default()
    }

    /// A field that is a list of pairs of texts.
    #[inline(never)]
    pub fn pairs(self, name: &'static str) -> Vec<(&'a str, &'a str)> {
        let mut pairs = Vec::new();
        for pair in self.list(name) {
            let part = |at: usize| pair.as_array()?.get(at)?.as_str();
            let pair = part(0).and_then(|key| Some((key, part(1)?)));
            pairs.extend(self.sound(name, pair));
        }
        pairs
    }
}
