//! The digits of a float, laid out as C's `printf` does for `e`, `f`, `g` and `a`.
//!
//! Decimal digits come from the standard library, which rounds the exact value
//! to any number of digits, ties to even. Only the absolute value is laid out
//! here; [`super::format`] adds sign, width and padding. `inf` and `nan` are
//! spelled in lower case; upper case conversions change the case afterwards.

use super::number::{Scratch, format_uint};

/// The largest result is `%.99f` of the largest float: 309 digits, a point, 99 digits.
type Digits = Scratch<420>;

/// `inf` or `nan`, if `value` is one.
pub(crate) fn special_name(value: f64) -> Option<&'static [u8]> {
    if value.is_nan() {
        Some(b"nan")
    } else if value.is_infinite() {
        Some(b"inf")
    } else {
        None
    }
}

/// `%.<precision>f` of the absolute value of a finite float; `alternate` keeps a bare point.
pub(crate) fn write_fixed(value: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    let digits = Digits::format(format_args!("{:.*}", precision, value.abs()));
    out.extend_from_slice(digits.as_bytes());
    if alternate && precision == 0 {
        out.push(b'.');
    }
}

/// A finite float rounded to `count` significant digits: the digits and the
/// power of ten of the first.
struct Rounded {
    text: Digits,
    exponent: i32,
}

impl Rounded {
    fn new(value: f64, count: usize) -> Self {
        let text = Digits::format(format_args!("{:.*e}", count.saturating_sub(1), value.abs()));
        let bytes = text.as_bytes();
        let mark = bytes.iter().position(|b| *b == b'e').unwrap_or(bytes.len());
        let exponent = bytes
            .get(mark.saturating_add(1)..)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0);
        Rounded { text, exponent }
    }

    /// The digits one after another, without the point.
    fn digits(&self) -> impl Iterator<Item = u8> + '_ {
        self.text
            .as_bytes()
            .iter()
            .copied()
            .take_while(|b| *b != b'e')
            .filter(|b| *b != b'.')
    }
}

/// `%.<precision>e` of the absolute value of a finite float.
pub(crate) fn write_scientific(value: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    let rounded = Rounded::new(value, precision.saturating_add(1));
    push_scientific(&rounded, precision.saturating_add(1), alternate, out);
}

/// The first `count` digits with a point after the first, then the exponent.
fn push_scientific(rounded: &Rounded, count: usize, alternate: bool, out: &mut Vec<u8>) {
    for (index, digit) in rounded.digits().take(count).enumerate() {
        if index == 1 {
            out.push(b'.');
        }
        out.push(digit);
    }
    if count == 1 && alternate {
        out.push(b'.');
    }
    push_exponent(b'e', rounded.exponent, 2, out);
}

/// The letter, a sign and at least `width` digits.
fn push_exponent(letter: u8, exponent: i32, width: usize, out: &mut Vec<u8>) {
    out.push(letter);
    out.push(if exponent < 0 { b'-' } else { b'+' });
    let magnitude = exponent.unsigned_abs();
    if width == 2 && magnitude < 10 {
        out.push(b'0');
    }
    format_uint(u64::from(magnitude), false, out);
}

/// `%.<precision>g`: with the sign, and with `inf` and `nan`, as `tostring` needs it.
pub(crate) fn write_general(value: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    if value.is_sign_negative() {
        out.push(b'-');
    }
    match special_name(value) {
        Some(name) => out.extend_from_slice(name),
        None => write_general_magnitude(value, precision, alternate, out),
    }
}

/// `%.<precision>g` of the absolute value of a finite float.
pub(crate) fn write_general_magnitude(
    value: f64,
    precision: usize,
    alternate: bool,
    out: &mut Vec<u8>,
) {
    let precision = precision.max(1);
    let rounded = Rounded::new(value, precision);
    let count = if alternate {
        precision
    } else {
        // Trailing zeros go, but the first digit stays.
        let mut significant = 1;
        for (index, digit) in rounded.digits().enumerate() {
            if digit != b'0' {
                significant = index.saturating_add(1);
            }
        }
        significant
    };
    let exponent = rounded.exponent;
    let Ok(limit) = i32::try_from(precision) else {
        return;
    };
    if exponent < -4 || exponent >= limit {
        return push_scientific(&rounded, count, alternate, out);
    }
    if exponent < 0 {
        out.extend_from_slice(b"0.");
        for _ in 1..exponent.unsigned_abs() {
            out.push(b'0');
        }
        out.extend(rounded.digits().take(count));
        return;
    }
    let whole = exponent.unsigned_abs() as usize + 1;
    for (index, digit) in rounded.digits().take(count.max(whole)).enumerate() {
        if index == whole {
            out.push(b'.');
        }
        out.push(digit);
    }
    if alternate && count <= whole {
        out.push(b'.');
    }
}

/// `%a` of the absolute value of a finite float without its `0x`, as glibc prints it: a leading
/// one (zero for subnormals), the shortest exact fraction unless `precision`
/// asks for a length, rounding ties to even.
pub(crate) fn write_hex(value: f64, precision: Option<usize>, alternate: bool, out: &mut Vec<u8>) {
    const FRACTION_DIGITS: usize = 13;
    let bits = value.to_bits();
    let biased = (bits >> 52) & 0x7ff;
    let fraction = bits & ((1u64 << 52) - 1);
    let (lead, exponent) = match (biased, fraction) {
        (0, 0) => (0u64, 0i32),
        (0, _) => (0, -1022),
        _ => (1, biased as i32 - 1023),
    };
    let mut mantissa = (lead << 52) | fraction;
    if let Some(precision) = precision.filter(|p| *p < FRACTION_DIGITS) {
        let drop = 4 * (FRACTION_DIGITS - precision) as u32;
        let half = 1u64 << (drop - 1);
        let rest = mantissa & ((1u64 << drop) - 1);
        let kept = mantissa >> drop;
        let up = rest > half || (rest == half && kept & 1 == 1);
        mantissa = (kept + u64::from(up)) << drop;
    }
    let mut digits = [0u8; FRACTION_DIGITS];
    let mut significant = 0usize;
    for (index, slot) in digits.iter_mut().enumerate() {
        let nibble = (mantissa >> (48 - 4 * index as u32)) & 0xf;
        if nibble != 0 {
            significant = index + 1;
        }
        *slot = b"0123456789abcdef"
            .get(nibble as usize)
            .copied()
            .unwrap_or(b'0');
    }
    out.push(b'0' + (mantissa >> 52) as u8);
    let count = precision.unwrap_or(significant);
    if count > 0 || alternate {
        out.push(b'.');
    }
    out.extend(digits.iter().take(count));
    for _ in FRACTION_DIGITS..count {
        out.push(b'0');
    }
    push_exponent(b'p', exponent, 1, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn ties_go_to_the_even_digit() {
        for (value, precision, expected) in [
            (0.5, 0, "0"),
            (1.5, 0, "2"),
            (2.5, 0, "2"),
            (0.125, 2, "0.12"),
            (0.375, 2, "0.38"),
            (1e22, 0, "10000000000000000000000"),
        ] {
            assert_eq!(text(|o| write_fixed(value, precision, false, o)), expected);
        }
        assert_eq!(text(|o| write_scientific(25.0, 0, false, o)), "2e+01");
        assert_eq!(text(|o| write_scientific(35.0, 0, true, o)), "4.e+01");
        assert_eq!(text(|o| write_general(2.5, 1, false, o)), "2");
    }

    #[test]
    fn the_longest_result_fits() {
        assert_eq!(text(|o| write_fixed(f64::MAX, 99, false, o)).len(), 409);
        let tiny = text(|o| write_scientific(5e-324, 99, false, o));
        assert!(tiny.starts_with("4.94065645841246544176568792868221372365059802614324764425585682500675507270208751865299836361635992"));
        assert!(tiny.ends_with("e-324"));
    }

    #[test]
    fn general_keeps_zeros_only_when_asked() {
        assert_eq!(text(|o| write_general(100.0, 6, true, o)), "100.000");
        assert_eq!(text(|o| write_general(100.0, 3, true, o)), "100.");
        assert_eq!(text(|o| write_general(100.0, 2, false, o)), "1e+02");
        assert_eq!(text(|o| write_general(0.0, 6, true, o)), "0.00000");
        assert_eq!(text(|o| write_general(0.00012, 6, true, o)), "0.000120000");
        assert_eq!(text(|o| write_general(-0.0, 0, false, o)), "-0");
    }

    #[test]
    fn hex_as_glibc() {
        assert_eq!(text(|o| write_hex(1.5, None, false, o)), "1.8p+0");
        assert_eq!(text(|o| write_hex(1.5, Some(0), false, o)), "2p+0");
        assert_eq!(text(|o| write_hex(0.5, Some(0), true, o)), "1.p-1");
        assert_eq!(text(|o| write_hex(0.0, None, false, o)), "0p+0");
        assert_eq!(
            text(|o| write_hex(5e-324, None, false, o)),
            "0.0000000000001p-1022"
        );
        assert_eq!(text(|o| write_hex(0.1, Some(3), false, o)), "1.99ap-4");
        assert_eq!(
            text(|o| write_hex(1.0, Some(15), false, o)),
            "1.000000000000000p+0"
        );
    }
}
