//! Numerals: from text to number and back, and floats with an exact integer value.
//!
//! The rules are those of the reference manual, §3.1 and §3.4.3.

use super::decimal::parse_decimal_float;

/// A Lua number: its subtype is part of its value (`1` and `1.0` print differently).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// The integer subtype.
    Int(i64),
    /// The float subtype.
    Float(f64),
}

impl Number {
    /// The nearest float.
    #[inline]
    pub fn to_float(self) -> f64 {
        match self {
            Number::Int(i) => i as f64,
            Number::Float(f) => f,
        }
    }

    /// The same number as an integer, if it has an integer value in range.
    #[inline]
    pub fn to_integer(self) -> Option<i64> {
        match self {
            Number::Int(i) => Some(i),
            Number::Float(f) => float_to_integer(f),
        }
    }
}

/// 2^63, the first float above every integer.
const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;

/// The integer equal to `f`, or `None` if `f` has a fraction, is out of range,
/// infinite or not a number.
#[inline]
pub fn float_to_integer(f: f64) -> Option<i64> {
    if (-TWO_POW_63..TWO_POW_63).contains(&f) {
        let i = f as i64;
        // `i as f64` is exact here: `i` came from a float by truncation.
        (i as f64 == f).then_some(i)
    } else {
        None
    }
}

/// `math.floor`: the greatest integer not above `f`, or `None` if it is no integer in range.
#[inline]
pub fn floor_to_integer(f: f64) -> Option<i64> {
    float_to_integer(f.floor())
}

/// `math.ceil`: the least integer not below `f`, or `None` if it is no integer in range.
#[inline]
pub fn ceil_to_integer(f: f64) -> Option<i64> {
    float_to_integer(f.ceil())
}

/// The integer a string stands for, as `3 | "0x10"` and `math.tointeger` read it:
/// the string must be a numeral whose value is an integer in range.
pub fn string_to_integer(text: &[u8]) -> Option<i64> {
    parse_number(text)?.to_integer()
}

/// The white space of C's `isspace` in the "C" locale.
#[inline]
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0b' | b'\x0c' | b'\r')
}

/// Converts a numeral to a number, as `tonumber` and the lexer do.
///
/// White space around it and one sign are allowed. Hexadecimal integers wrap
/// around modulo 2^64; decimal integers that do not fit become floats; floats,
/// decimal or hexadecimal, are rounded to nearest, ties to even. `inf` and
/// `nan` are no numerals.
///
/// ```
/// use algocline_lua::text::number::{parse_number, Number};
/// assert_eq!(parse_number(b" 0x10 "), Some(Number::Int(16)));
/// assert_eq!(parse_number(b"1e1"), Some(Number::Float(10.0)));
/// assert_eq!(parse_number(b"0x.8p1"), Some(Number::Float(1.0)));
/// assert_eq!(parse_number(b"1e"), None);
/// ```
pub fn parse_number(text: &[u8]) -> Option<Number> {
    let text = trim(text);
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    match digits {
        [b'0', b'x' | b'X', hex @ ..] => parse_hex(hex, negative),
        _ => parse_decimal(digits, negative),
    }
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let Some((first, rest)) = text.split_first() {
        if !is_space(*first) {
            break;
        }
        text = rest;
    }
    while let Some((last, rest)) = text.split_last() {
        if !is_space(*last) {
            break;
        }
        text = rest;
    }
    text
}

/// How many leading bytes are decimal digits.
fn count_digits(text: &[u8]) -> usize {
    text.iter()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(text.len())
}

/// The part of `text` from `at` on; empty if `at` is beyond the end.
fn tail(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or(&[])
}

/// Reads `digits`, which carries no sign, as a decimal numeral.
fn parse_decimal(digits: &[u8], negative: bool) -> Option<Number> {
    let whole = count_digits(digits);
    if whole == digits.len()
        && whole > 0
        && let Some(value) = decimal_integer(digits, negative)
    {
        return Some(Number::Int(value));
    }
    let value = parse_decimal_float(digits)?;
    Some(Number::Float(if negative { -value } else { value }))
}

fn decimal_integer(digits: &[u8], negative: bool) -> Option<i64> {
    let mut value: i64 = 0;
    // Counting downwards reaches the lowest integer without overflow.
    for digit in digits {
        value = value
            .checked_mul(10)?
            .checked_sub(i64::from(digit.wrapping_sub(b'0')))?;
    }
    if negative {
        Some(value)
    } else {
        value.checked_neg()
    }
}

/// The value of a hexadecimal digit.
#[inline]
pub(crate) fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(byte.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}

/// Reads what follows `0x`, first as an integer, then as a float.
fn parse_hex(text: &[u8], negative: bool) -> Option<Number> {
    let mut value: u64 = 0;
    let mut all_digits = !text.is_empty();
    for byte in text {
        let Some(digit) = hex_digit(*byte) else {
            all_digits = false;
            break;
        };
        value = value.wrapping_shl(4) | u64::from(digit);
    }
    if all_digits {
        let value = value as i64;
        return Some(Number::Int(if negative {
            value.wrapping_neg()
        } else {
            value
        }));
    }
    let value = hex_float(text)?;
    Some(Number::Float(if negative { -value } else { value }))
}

/// Reads `hex [. hex] [p [sign] decimal]`, rounding to nearest, ties to even.
fn hex_float(text: &[u8]) -> Option<f64> {
    let mut mantissa: u64 = 0;
    // Whether a one was among the bits too low to keep.
    let mut sticky = false;
    let mut exponent: i64 = 0;
    let mut any_digit = false;
    let mut after_point = false;
    let mut at = 0usize;
    while let Some(byte) = text.get(at) {
        if let Some(digit) = hex_digit(*byte) {
            any_digit = true;
            if mantissa >> 60 == 0 {
                mantissa = (mantissa << 4) | u64::from(digit);
            } else {
                sticky |= digit != 0;
                exponent = exponent.saturating_add(4);
            }
            if after_point {
                exponent = exponent.saturating_sub(4);
            }
        } else if *byte == b'.' && !after_point {
            after_point = true;
        } else {
            break;
        }
        at = at.saturating_add(1);
    }
    if !any_digit {
        return None;
    }
    let rest = tail(text, at);
    let shift = match rest {
        [] => 0,
        [b'p' | b'P', b'-', digits @ ..] => binary_exponent(digits)?.saturating_neg(),
        [b'p' | b'P', b'+', digits @ ..] | [b'p' | b'P', digits @ ..] => binary_exponent(digits)?,
        _ => return None,
    };
    Some(scale(mantissa, sticky, exponent.saturating_add(shift)))
}

/// The decimal exponent after `p`; huge ones saturate, which rounds to zero or infinity.
fn binary_exponent(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || count_digits(digits) != digits.len() {
        return None;
    }
    let mut value: i64 = 0;
    for digit in digits {
        value = value
            .saturating_mul(10)
            .saturating_add(i64::from(digit.wrapping_sub(b'0')));
    }
    // Half the range, so that a sum with the count of digits saturates nowhere else.
    Some(value.min(i64::MAX / 4))
}

/// `mantissa * 2^exponent` to nearest, ties to even; `sticky` adds a little more than nothing.
pub(super) fn scale(mantissa: u64, sticky: bool, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let zeros = mantissa.leading_zeros();
    let bits = mantissa << zeros;
    let exponent = exponent.saturating_sub(i64::from(zeros));
    // The value is `bits * 2^exponent` with the top bit of `bits` set, so the
    // exponent of its leading one is `exponent + 63`.
    let lead = exponent.saturating_add(63);
    if lead > 1023 {
        return f64::INFINITY;
    }
    // 53 bits are kept for a normal number, fewer for a subnormal one.
    let drop = if lead >= -1022 {
        11
    } else {
        (-1022_i64).saturating_sub(lead).saturating_add(11)
    };
    if drop > 64 {
        return 0.0;
    }
    let (kept, rest, half) = if drop == 64 {
        (0, bits, 1u64 << 63)
    } else {
        (
            bits >> drop,
            bits & ((1u64 << drop) - 1),
            1u64 << (drop - 1),
        )
    };
    let up = rest > half || (rest == half && (sticky || kept & 1 == 1));
    let kept = kept + u64::from(up);
    // A carry out of the fraction runs into the exponent field, which is what is wanted.
    let field = if lead >= -1022 {
        ((lead + 1022) as u64) << 52
    } else {
        0
    };
    f64::from_bits(field + kept)
}

/// Appends an integer in decimal.
pub fn format_int(value: i64, out: &mut Vec<u8>) {
    format_uint(value.unsigned_abs(), value < 0, out);
}

/// Appends an unsigned integer in decimal, after a minus sign if `negative`.
pub(crate) fn format_uint(value: u64, negative: bool, out: &mut Vec<u8>) {
    if negative {
        out.push(b'-');
    }
    out.extend_from_slice(DecimalDigits::new(value).as_bytes());
}

/// The decimal digits of an unsigned integer.
pub(crate) struct DecimalDigits {
    bytes: [u8; 20],
    start: usize,
}

impl DecimalDigits {
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    pub(crate) fn new(mut value: u64) -> Self {
        let mut bytes = [0u8; 20];
        let mut start = bytes.len();
        for slot in bytes.iter_mut().rev() {
            *slot = b'0' + (value % 10) as u8;
            value /= 10;
            start -= 1;
            if value == 0 {
                break;
            }
        }
        DecimalDigits { bytes, start }
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or(&[])
    }
}

/// Appends a float as `tostring` prints it: `%.14g`, and `.0` after what looks like an integer.
///
/// A NaN is printed by its sign bit: `-nan` if it is set, else `nan`. See
/// [`canonical_nan`](super::arith::canonical_nan) for the sign the machine gives to a NaN.
pub fn format_float(value: f64, out: &mut Vec<u8>) {
    // Floats with a short integer value are common and need no rounding.
    if value.abs() < 1e14 {
        let truncated = value as i64;
        if truncated as f64 == value {
            format_uint(truncated.unsigned_abs(), value.is_sign_negative(), out);
            out.extend_from_slice(b".0");
            return;
        }
    }
    let from = out.len();
    super::float_text::write_general(value, 14, false, out);
    let looks_like_int = tail(out, from)
        .iter()
        .all(|b| *b == b'-' || b.is_ascii_digit());
    if looks_like_int {
        out.extend_from_slice(b".0");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(text: &str) -> f64 {
        match parse_number(text.as_bytes()) {
            Some(Number::Float(f)) => f,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn shown(value: f64) -> String {
        let mut out = Vec::new();
        format_float(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers_wrap_in_hex_and_become_floats_in_decimal() {
        let int = |text: &str| match parse_number(text.as_bytes()) {
            Some(Number::Int(i)) => i,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(int("9223372036854775807"), i64::MAX);
        assert_eq!(int("-9223372036854775808"), i64::MIN);
        assert_eq!(float("9223372036854775808"), 9223372036854775808.0);
        assert_eq!(float("-9223372036854775809"), -9223372036854775809.0);
        assert_eq!(int("0xffffffffffffffff"), -1);
        assert_eq!(int("0x1ffffffffffffffff"), -1);
        assert_eq!(int("-0x1"), -1);
        assert_eq!(int(" \t\x0b\x0c\r\n+007 "), 7);
    }

    #[test]
    fn what_is_no_numeral_is_refused() {
        for text in [
            "", " ", "-", "+", ".", "e1", ".e1", "1e", "1e+", "1e1.", "1 2", "0x", "0x.", "0xp1",
            "0x1p", "0x1p+", "0x1p1.", "0x1.1.1", "1..2", "inf", "nan", "-inf", "infinity", "NaN",
            "1f", "0b1", "--1", "- 1", "+-1", "1\0", "\0", "0x 1", "1_000", "0xg", "1e1e1", "٣",
        ] {
            assert_eq!(parse_number(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn hexadecimal_floats_round_to_even() {
        assert_eq!(float("0x.8"), 0.5);
        assert_eq!(float("0x1.p0"), 1.0);
        assert_eq!(float("-0x1p-1074"), -5e-324);
        assert_eq!(float("0x1p-1075"), 0.0);
        assert_eq!(float("0x1.8p-1075"), 5e-324);
        assert_eq!(float("0x3p-1075"), 1e-323);
        assert_eq!(float("0x1.00000000000008p0"), 1.0);
        assert_eq!(float("0x1.000000000000080001p0"), 1.0000000000000002);
        assert_eq!(float("0x1.00000000000018p0"), 1.0000000000000004);
        assert_eq!(float("0x1.fffffffffffff8p1023"), f64::INFINITY);
        assert_eq!(float("0x1.fffffffffffff7p1023"), f64::MAX);
        assert_eq!(
            float("0x0.fffffffffffffcp-1022"),
            f64::from_bits(0x0010_0000_0000_0000)
        );
        assert_eq!(float("0x1p99999999999999999999999"), f64::INFINITY);
        assert_eq!(float("0x1p-99999999999999999999999"), 0.0);
        assert_eq!(float("0x0p99999999999999999999999"), 0.0);
        let long = format!("0x{}1p-4000", "0".repeat(3000));
        assert_eq!(float(&long), 0.0);
        let long = format!("0x.{}1p12004", "0".repeat(3000));
        assert_eq!(float(&long), 1.0);
        let long = format!("0x1{}p-12000", "0".repeat(3000));
        assert_eq!(float(&long), 1.0);
    }

    #[test]
    fn only_whole_floats_in_range_are_integers() {
        assert_eq!(float_to_integer(-0.0), Some(0));
        assert_eq!(float_to_integer(-TWO_POW_63), Some(i64::MIN));
        assert_eq!(float_to_integer(TWO_POW_63), None);
        assert_eq!(float_to_integer(1.5), None);
        assert_eq!(float_to_integer(f64::NAN), None);
        assert_eq!(float_to_integer(f64::NEG_INFINITY), None);
        assert_eq!(floor_to_integer(-1.5), Some(-2));
        assert_eq!(ceil_to_integer(-1.5), Some(-1));
        assert_eq!(string_to_integer(b"0x10"), Some(16));
        assert_eq!(string_to_integer(b" 1e2 "), Some(100));
        assert_eq!(string_to_integer(b"1.5"), None);
    }

    #[test]
    fn floats_print_as_percent_14_g() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1e13, "-10000000000000.0"),
            (99999999999999.0, "99999999999999.0"),
            (1e14, "1e+14"),
            (123456789012345.0, "1.2345678901234e+14"),
            (0.1, "0.1"),
            (1.0 / 3.0, "0.33333333333333"),
            (2.345678901234567, "2.3456789012346"),
            (1e100, "1e+100"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (99999999999999.9, "1e+14"),
            (9999999999999.99, "10000000000000.0"),
            (5e-324, "4.9406564584125e-324"),
            (f64::MAX, "1.7976931348623e+308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(shown(value), text);
        }
        assert_eq!(shown(f64::from_bits(0x7ff8_0000_0000_0000)), "nan");
        assert_eq!(shown(f64::from_bits(0xfff8_0000_0000_0000)), "-nan");
    }

    #[test]
    fn integers_print_in_full() {
        for value in [0, 7, -7, 10, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            format_int(value, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
    }
}
