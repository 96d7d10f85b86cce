//! Reads JSON, event by event: one walk for all that is made of it.
//!
//! The texts of errors, their positions and the limit on nesting are those of
//! `serde_json`, since native algocline shows them.

use std::fmt;

use crate::domain::{Json, JsonObject};
use crate::lua::order::sorted_positions;
use crate::lua::text::decimal::parse_decimal_float;

/// The nesting that is refused.
const DEPTH_LIMIT: usize = 128;

/// A part of a JSON text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'t> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above all of those.
    Large(u64),
    /// Another number, or one that is too large.
    Float(f64),
    /// A text.
    Text(&'t str),
    /// The key of the next value of an object.
    Key(&'t str),
    /// A list begins.
    Array,
    /// The list that began last is complete.
    ArrayEnd,
    /// An object begins.
    Object,
    /// The object that began last is complete.
    ObjectEnd,
}

/// Why a text is not JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    problem: &'static str,
    line: usize,
    column: usize,
    /// How many bytes of the text were read.
    pub offset: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let JsonError {
            problem,
            line,
            column,
            ..
        } = self;
        write!(f, "{problem} at line {line} column {column}")
    }
}

/// Why reading has stopped.
#[derive(Debug)]
pub enum Stop {
    /// The text is not JSON.
    Syntax(JsonError),
    /// The receiver of the events wants no more.
    Refused,
}

/// Reads a whole text. `receive` tells of each event whether it wants more.
///
/// # Errors
/// The text is not one JSON value, or the receiver wants no more.
pub fn read_json(text: &[u8], receive: Receiver<'_>) -> Result<(), Stop> {
    let mut reader = Reader::new(text);
    let read = reader
        .value(receive)
        .and_then(|()| match reader.skip_space() {
            Some(_) => Err(reader.after("trailing characters")),
            None => Ok(()),
        });
    match read {
        Ok(()) => Ok(()),
        Err(Failed) => Err(reader.explain()),
    }
}

/// The length of the JSON value at the beginning of a text, space before it
/// included.
///
/// # Errors
/// There is no whole value; how many bytes were read to find that out.
pub fn prefix_len(text: &[u8]) -> Result<usize, usize> {
    let mut reader = Reader::new(text);
    let first = reader.skip_space();
    match reader.value(&mut |_| true) {
        Ok(()) => {
            // Other values have no end of their own, so something must separate them.
            let ends = matches!(first, Some(b'[' | b'{' | b'"'));
            match reader.peek() {
                Some(next) if !ends && !b" \n\t\r\"[]{},:".contains(&next) => {
                    Err(reader.at.saturating_add(1))
                }
                _ => Ok(reader.at),
            }
        }
        Err(Failed) => Err(reader.problem.map_or(reader.at, |(_, at)| at)),
    }
}

/// What takes the events, and tells whether it wants more.
type Receiver<'r> = &'r mut dyn FnMut(Event<'_>) -> bool;

/// Reading has stopped: at the reader's problem, or since the receiver wants no more.
struct Failed;

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    /// For texts with escapes.
    scratch: Vec<u8>,
    /// What is wrong, and at which offset.
    problem: Option<(&'static str, usize)>,
}

fn give(receive: Receiver<'_>, event: Event<'_>) -> Result<(), Failed> {
    match receive(event) {
        true => Ok(()),
        false => Err(Failed),
    }
}

/// A container that has begun.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Array,
    Object,
}

impl<'t> Reader<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            at: 0,
            scratch: Vec::new(),
            problem: None,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at = self.at.saturating_add(1);
        Some(byte)
    }

    fn skip_space(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.next();
        }
        self.peek()
    }

    /// A problem at an offset.
    #[cold]
    #[inline(never)]
    fn fail(&mut self, problem: &'static str, at: usize) -> Failed {
        self.problem = Some((problem, at));
        Failed
    }

    /// A problem with what was read last.
    fn here(&mut self, problem: &'static str) -> Failed {
        self.fail(problem, self.at)
    }

    /// A problem with what comes next.
    #[cold]
    #[inline(never)]
    fn after(&mut self, problem: &'static str) -> Failed {
        let at = self.at.saturating_add(1).min(self.text.len());
        self.fail(problem, at)
    }

    fn explain(&self) -> Stop {
        let Some((problem, at)) = self.problem else {
            return Stop::Refused;
        };
        let before = self.text.get(..at).unwrap_or_default();
        let (mut line, mut column) = (1_usize, 0_usize);
        for &byte in before {
            column = column.saturating_add(1);
            if byte == b'\n' {
                (line, column) = (line.saturating_add(1), 0);
            }
        }
        Stop::Syntax(JsonError {
            problem,
            line,
            column,
            offset: at,
        })
    }

    /// Reads a value with all that is in it, without recursion.
    fn value(&mut self, receive: Receiver<'_>) -> Result<(), Failed> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            // A value comes next.
            let mut is_first = false;
            match self.skip_space() {
                Some(byte @ (b'[' | b'{')) => {
                    self.begin(byte, &mut open, receive)?;
                    is_first = true;
                }
                Some(byte) => self.scalar(byte, receive)?,
                None => return Err(self.after("EOF while parsing a value")),
            }
            // After it the containers that end here, then a comma or nothing.
            loop {
                let Some(&container) = open.last() else {
                    return Ok(());
                };
                let (more, end) = match container {
                    Open::Array => (self.has_element(is_first)?, Event::ArrayEnd),
                    Open::Object => (self.has_field(is_first)?, Event::ObjectEnd),
                };
                if more {
                    break;
                }
                self.next();
                open.pop();
                is_first = false;
                give(receive, end)?;
            }
            if open.last() == Some(&Open::Object) {
                self.key(receive)?;
            }
        }
    }

    fn begin(
        &mut self,
        byte: u8,
        open: &mut Vec<Open>,
        receive: Receiver<'_>,
    ) -> Result<(), Failed> {
        if open.len() >= DEPTH_LIMIT.saturating_sub(1) {
            return Err(self.after("recursion limit exceeded"));
        }
        self.next();
        let (container, event) = match byte {
            b'[' => (Open::Array, Event::Array),
            _ => (Open::Object, Event::Object),
        };
        open.push(container);
        give(receive, event)
    }

    /// Whether a list goes on; then its next element comes next, else its end.
    fn has_element(&mut self, is_first: bool) -> Result<bool, Failed> {
        match self.skip_space() {
            None => Err(self.after("EOF while parsing a list")),
            Some(b']') => Ok(false),
            Some(_) if is_first => Ok(true),
            Some(b',') => {
                self.next();
                match self.skip_space() {
                    Some(b']') => Err(self.after("trailing comma")),
                    Some(_) => Ok(true),
                    None => Err(self.after("EOF while parsing a value")),
                }
            }
            Some(_) => Err(self.after("expected `,` or `]`")),
        }
    }

    /// Whether an object goes on; then its next key comes next, else its end.
    fn has_field(&mut self, is_first: bool) -> Result<bool, Failed> {
        match self.skip_space() {
            None => Err(self.after("EOF while parsing an object")),
            Some(b'}') => Ok(false),
            Some(b'"') if is_first => Ok(true),
            Some(_) if is_first => Err(self.after("key must be a string")),
            Some(b',') => {
                self.next();
                match self.skip_space() {
                    Some(b'"') => Ok(true),
                    Some(b'}') => Err(self.after("trailing comma")),
                    Some(_) => Err(self.after("key must be a string")),
                    None => Err(self.after("EOF while parsing a value")),
                }
            }
            Some(_) => Err(self.after("expected `,` or `}`")),
        }
    }

    fn key(&mut self, receive: Receiver<'_>) -> Result<(), Failed> {
        self.next();
        self.string(receive, true)?;
        match self.skip_space() {
            Some(b':') => {
                self.next();
                Ok(())
            }
            Some(_) => Err(self.after("expected `:`")),
            None => Err(self.after("EOF while parsing an object")),
        }
    }

    fn scalar(&mut self, first: u8, receive: Receiver<'_>) -> Result<(), Failed> {
        match first {
            b'n' => self.word(b"null", Event::Null, receive),
            b't' => self.word(b"true", Event::Bool(true), receive),
            b'f' => self.word(b"false", Event::Bool(false), receive),
            b'-' | b'0'..=b'9' => {
                let event = self.number()?;
                give(receive, event)
            }
            b'"' => {
                self.next();
                self.string(receive, false)
            }
            _ => Err(self.after("expected value")),
        }
    }

    fn word(&mut self, word: &[u8], event: Event<'_>, receive: Receiver<'_>) -> Result<(), Failed> {
        for &expected in word {
            match self.next() {
                None => return Err(self.here("EOF while parsing a value")),
                Some(byte) if byte != expected => return Err(self.here("expected ident")),
                Some(_) => {}
            }
        }
        give(receive, event)
    }

    fn skip_digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.next();
        }
    }

    fn number(&mut self) -> Result<Event<'static>, Failed> {
        let start = self.at;
        let is_negative = self.peek() == Some(b'-');
        if is_negative {
            self.next();
        }
        match self.next() {
            None => return Err(self.here("EOF while parsing a value")),
            Some(b'0') => {
                if let Some(b'0'..=b'9') = self.peek() {
                    return Err(self.after("invalid number"));
                }
            }
            Some(b'1'..=b'9') => self.skip_digits(),
            Some(_) => return Err(self.here("invalid number")),
        }
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            is_whole = false;
            self.next();
            match self.peek() {
                Some(b'0'..=b'9') => self.skip_digits(),
                Some(_) => return Err(self.after("invalid number")),
                None => return Err(self.after("EOF while parsing a value")),
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            is_whole = false;
            self.next();
            if let Some(b'+' | b'-') = self.peek() {
                self.next();
            }
            match self.next() {
                None => return Err(self.here("EOF while parsing a value")),
                Some(b'0'..=b'9') => self.skip_digits(),
                Some(_) => return Err(self.here("invalid number")),
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let text = std::str::from_utf8(text).unwrap_or_default();
        // Negative zero is no whole number.
        let digits = text.strip_prefix('-').unwrap_or(text);
        if is_whole
            && text != "-0"
            && let Some(number) = whole(digits, is_negative)
        {
            return Ok(number);
        }
        match parse_decimal_float(digits.as_bytes()) {
            Some(number) if number.is_finite() => {
                Ok(Event::Float(if is_negative { -number } else { number }))
            }
            _ => Err(self.here("number out of range")),
        }
    }

    /// The rest of a text, whose opening quotation mark has been read.
    fn string(&mut self, receive: Receiver<'_>, is_key: bool) -> Result<(), Failed> {
        self.scratch.clear();
        let mut start = self.at;
        loop {
            while let Some(byte) = self.peek()
                && byte >= b' '
                && byte != b'"'
                && byte != b'\\'
            {
                self.at = self.at.saturating_add(1);
            }
            let plain = self.text.get(start..self.at).unwrap_or_default();
            match self.next() {
                None => return Err(self.here("EOF while parsing a string")),
                Some(b'"') => {
                    let bytes = match self.scratch.is_empty() {
                        true => plain,
                        false => {
                            self.scratch.extend_from_slice(plain);
                            &self.scratch
                        }
                    };
                    let invalid = match std::str::from_utf8(bytes) {
                        Ok(text) if is_key => return give(receive, Event::Key(text)),
                        Ok(text) => return give(receive, Event::Text(text)),
                        Err(error) => bytes.len().saturating_sub(error.valid_up_to()),
                    };
                    let at = self.at.saturating_sub(invalid);
                    return Err(self.fail("invalid unicode code point", at));
                }
                Some(b'\\') => {
                    self.scratch.extend_from_slice(plain);
                    self.escape()?;
                    start = self.at;
                }
                Some(_) => {
                    let text = "control character (\\u0000-\\u001F) found while parsing a string";
                    return Err(self.here(text));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<(), Failed> {
        let byte = match self.next() {
            None => return Err(self.here("EOF while parsing a string")),
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => return self.unicode_escape(),
            Some(_) => return Err(self.here("invalid escape")),
        };
        self.scratch.push(byte);
        Ok(())
    }

    /// What stands for a character as one or two numbers of UTF-16.
    fn unicode_escape(&mut self) -> Result<(), Failed> {
        let first = self.hex()?;
        let mut code = first;
        if (0xD800..0xDC00).contains(&first) {
            for expected in [b'\\', b'u'] {
                match self.next() {
                    None => return Err(self.here("EOF while parsing a string")),
                    Some(byte) if byte == expected => {}
                    Some(_) => return Err(self.here("unexpected end of hex escape")),
                }
            }
            // A number that is no second half makes no character either.
            let second = self.hex()?.wrapping_sub(0xDC00);
            let high = first.wrapping_sub(0xD800) << 10;
            code = match second {
                0..0x400 => (high | second).saturating_add(0x1_0000),
                _ => u32::MAX,
            };
        }
        let Some(char) = char::from_u32(code) else {
            return Err(self.here("lone leading surrogate in hex escape"));
        };
        let mut utf8 = [0; 4];
        let utf8 = char.encode_utf8(&mut utf8);
        self.scratch.extend_from_slice(utf8.as_bytes());
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, Failed> {
        let Some(digits) = self.text.get(self.at..).and_then(|rest| rest.get(..4)) else {
            self.at = self.text.len();
            return Err(self.here("EOF while parsing a string"));
        };
        self.at = self.at.saturating_add(4);
        let mut number = 0;
        for &digit in digits {
            let Some(digit) = char::from(digit).to_digit(16) else {
                return Err(self.here("invalid escape"));
            };
            number = number << 4 | digit;
        }
        Ok(number)
    }
}

/// The whole number of these digits; nothing for one that is too large.
fn whole(digits: &str, is_negative: bool) -> Option<Event<'static>> {
    let mut number = 0_u64;
    for digit in digits.bytes() {
        let digit = u64::from(digit.wrapping_sub(b'0'));
        number = number.checked_mul(10)?.checked_add(digit)?;
    }
    match is_negative {
        true => 0_i64.checked_sub_unsigned(number).map(Event::Int),
        false => Some(i64::try_from(number).map_or(Event::Large(number), Event::Int)),
    }
}

/// The tree of a whole text. Of several fields of one name the last one counts.
///
/// # Errors
/// The text is not JSON.
pub fn read_tree(text: &[u8]) -> Result<Json, JsonError> {
    let mut open: Vec<Branch> = Vec::new();
    let mut root = Json::Null;
    let read = read_json(text, &mut |event| {
        let done = match event {
            Event::Null => Json::Null,
            Event::Bool(value) => Json::Bool(value),
            Event::Int(value) => Json::Int(value),
            Event::Large(value) => Json::Large(value),
            Event::Float(value) => Json::Float(value),
            Event::Text(text) => Json::from(text),
            Event::Key(key) => {
                if let Some(Branch::Object(_, next)) = open.last_mut() {
                    *next = key.to_owned();
                }
                return true;
            }
            Event::Array => {
                open.push(Branch::Array(Vec::new()));
                return true;
            }
            Event::Object => {
                open.push(Branch::Object(Vec::new(), String::new()));
                return true;
            }
            Event::ArrayEnd | Event::ObjectEnd => match open.pop() {
                Some(Branch::Array(items)) => Json::Array(items),
                Some(Branch::Object(fields, _)) => Json::Object(in_order(fields)),
                None => return true,
            },
        };
        match open.last_mut() {
            Some(Branch::Array(items)) => items.push(done),
            Some(Branch::Object(fields, key)) => fields.push((std::mem::take(key), done)),
            None => root = done,
        }
        true
    });
    match read {
        Err(Stop::Syntax(error)) => Err(error),
        Ok(()) | Err(Stop::Refused) => Ok(root),
    }
}

/// A container under construction.
enum Branch {
    Array(Vec<Json>),
    /// The fields so far, and the name of the next one.
    Object(Vec<(String, Json)>, String),
}

/// The object of fields in any order: sorted first, since each field that comes out of
/// order would move all those behind it.
fn in_order(mut fields: Vec<(String, Json)>) -> JsonObject {
    let mut object = JsonObject::new();
    let name = |at: usize| fields.get(at).map(|(name, _)| name.as_str());
    let order = sorted_positions(fields.len(), &mut |a, b| name(a) < name(b));
    for at in order {
        if let Some((name, value)) = fields.get_mut(at) {
            object.insert(std::mem::take(name), value.take());
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same tree or the same error text as `serde_json`.
    fn compare(text: &[u8]) {
        let theirs = serde_json::from_slice::<serde_json::Value>(text)
            .map(Json::from)
            .map_err(|error| error.to_string());
        let ours = read_tree(text).map_err(|error| error.to_string());
        assert_eq!(ours, theirs, "{}", String::from_utf8_lossy(text));
        let mut values =
            serde_json::Deserializer::from_slice(text).into_iter::<serde_json::Value>();
        let theirs = match values.next() {
            Some(Ok(_)) => Some(values.byte_offset()),
            _ => None,
        };
        assert_eq!(
            prefix_len(text).ok(),
            theirs,
            "{}",
            String::from_utf8_lossy(text)
        );
    }

    #[test]
    fn it_reads_and_refuses_as_serde_json_does() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        let texts = [
            "",
            " ",
            "null",
            "nul",
            "nulx",
            "true",
            "tru ",
            "false",
            "fals\n",
            "x",
            "nullx",
            "0",
            "-0",
            "-",
            "-x",
            "00",
            "01",
            "1.",
            "1.x",
            "1.5",
            "1e",
            "1e+",
            "1ex",
            "1e5",
            "1E-5",
            "-1.5e+3x",
            "1e999",
            "-1e999",
            "1e-999",
            "0e999",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "18446744073709551615",
            "18446744073709551616",
            "123456789012345678901234567890",
            "0.1",
            "2.2250738585072011e-308",
            "\"",
            "\"a",
            "\"a\"",
            "\"\\n\\t\\/\\\"\"",
            "\"\\x\"",
            "\"\\\"",
            "\"a\u{1}\"",
            "\"é\"",
            "\"\\u00e9\"",
            "\"\\u00g9\"",
            "\"\\u00\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ud83dx\"",
            "\"\\ud83d\\n\"",
            "\"\\ude00\"",
            "\"\\ud83d\\u0041\"",
            "\"\\ud83d\\",
            "\"\\ud83d",
            "[",
            "[]",
            "[ ]",
            "[,",
            "[1",
            "[1,",
            "[1,]",
            "[1 2]",
            "[1,2]",
            "[1]]",
            "[[],[[]],{}]",
            "]",
            "{",
            "{}",
            "{ }",
            "{,",
            "{1:2}",
            "{\"a\"",
            "{\"a\":",
            "{\"a\" 1}",
            "{\"a\":}",
            "{\"a\":1",
            "{\"a\":1,",
            "{\"a\":1,}",
            "{\"a\":1,2}",
            "{\"a\":1 \"b\"",
            "{\"a\":1,\"b\":[{}]}",
            "{\"a\":1,\"a\":2}",
            "{\"b\":1,\"a\":2,\"c\":3,\"a\":4,\"b\":5}",
            "}",
            "1 2",
            "[] x",
            "\n\n [1,\n x]",
            "1,",
            "true]",
        ];
        for text in texts {
            compare(text.as_bytes());
        }
        compare(b"\"\xff\"");
        compare(b"\xff");
        compare(deep(127).as_bytes());
        compare(deep(128).as_bytes());
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod random {
        use super::compare;
        use proptest::prelude::*;

        proptest! {
            #[test]
            fn of_random_texts_too(text in r#"[\[\]{},:" 0-9a-e.+\\\-\nu]{0,24}"#) {
                compare(text.as_bytes());
            }

            #[test]
            fn of_random_numbers_too(text in r"-?[0-9]{1,25}(\.[0-9]{0,30})?([eE][+-]?[0-9]{0,4})?") {
                compare(text.as_bytes());
            }
        }
    }
}
