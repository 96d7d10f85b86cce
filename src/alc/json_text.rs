//! JSON trees as text, as `serde_json` writes them. Its own writer brings a second
//! way to find the digits of a float, with ten kilobytes of tables.

use std::fmt;

use crate::domain::Json;
use crate::lua::text::float_text::Shortest;

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&json_text(self))
    }
}

/// The JSON text of a tree, without space, with the keys in order.
pub fn json_text(value: &Json) -> String {
    let mut out = Vec::new();
    write_tree(&mut out, value);
    // Only whole characters are written.
    String::from_utf8(out).unwrap_or_default()
}

/// Writes a tree. The recursion is as deep as the tree, 127 levels at most, since
/// trees are read from text or built by this crate.
fn write_tree(out: &mut Vec<u8>, value: &Json) {
    match value {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(true) => out.extend_from_slice(b"true"),
        Json::Bool(false) => out.extend_from_slice(b"false"),
        Json::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Json::Large(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Json::Float(number) => write_float(out, *number),
        Json::String(text) => write_string(out, text),
        Json::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_tree(out, item);
            }
            out.push(b']');
        }
        Json::Object(fields) => {
            out.push(b'{');
            for (at, (key, field)) in fields.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_string(out, key);
                out.push(b':');
                write_tree(out, field);
            }
            out.push(b'}');
        }
    }
}

/// Writes a text with its quotation marks.
pub(super) fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest
        .iter()
        .position(|&byte| byte < b' ' || byte == b'"' || byte == b'\\')
    {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        if let Some((&byte, after)) = special.split_first() {
            write_escape(out, byte);
            rest = after;
        }
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        8 => b'b',
        12 => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

/// Writes a float with the fewest digits that say which one it is; null for one that
/// is no number or infinite.
pub(super) fn write_float(out: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        out.extend_from_slice(b"null");
        return;
    }
    let value = Shortest(value);
    let mut text = match value.0.abs() {
        0.0 | 1e-5..1e16 => value.to_string(),
        magnitude if magnitude >= 1.0 => format!("{value:e}").replace('e', "e+"),
        _ => format!("{value:e}"),
    };
    // A float shows itself as one.
    if !text.contains(['.', 'e']) {
        text.push_str(".0");
    }
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn trees_are_written_as_serde_json_writes_them() {
        let controls: String = (0..=0x7f).map(char::from).collect();
        let tree = json!({
            "b": [null, true, false, [], {}, [[1]]], "a": {"x": "é😀", "": controls},
            "n": [0, -1, i64::MIN, u64::MAX, 0.0, -0.0, 1.5, f64::MAX, f64::MIN_POSITIVE, 5e-324],
        });
        assert_eq!(json_text(&tree.clone().into()), tree.to_string());
    }

    #[test]
    fn floats_of_every_size_are_written_as_serde_json_writes_them() {
        for exponent in -330..310 {
            for digits in ["1", "9.999999999999999", "1.2345", "-7.000000000000001"] {
                let number: f64 = format!("{digits}e{exponent}").parse().unwrap();
                assert_eq!(json_text(&number.into()), json!(number).to_string());
            }
        }
    }

    #[test]
    fn powers_of_two_are_written_as_serde_json_writes_them() {
        for exponent in 0..2_047_u64 {
            let number = f64::from_bits(exponent << 52);
            assert_eq!(json_text(&number.into()), json!(number).to_string());
        }
    }

    #[test]
    fn of_two_shortest_texts_the_even_one_is_written() {
        let whole = 1_395_142_739_753_009_f64;
        for number in [whole + 0.25, -whole - 0.75, 5e-324, 2_f64.powi(60)] {
            assert_eq!(json_text(&number.into()), json!(number).to_string());
        }
        assert_eq!(json_text(&(whole + 0.25).into()), "1395142739753009.2");
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod random {
        use super::*;
        use proptest::prelude::*;

        proptest! {
            #[test]
            fn any_float(bits: u64) {
                let number = f64::from_bits(bits);
                prop_assert_eq!(json_text(&number.into()), json!(number).to_string());
            }

            #[test]
            fn any_float_near_the_end_of_precision(whole in 1_u64 << 50..1 << 53, eighths in 0_u8..8) {
                let number = whole as f64 + f64::from(eighths) / 8.0;
                prop_assert_eq!(json_text(&number.into()), json!(number).to_string());
            }

            #[test]
            fn any_text(text: String) {
                prop_assert_eq!(json_text(&text.as_str().into()), json!(text).to_string());
            }
        }
    }
}
