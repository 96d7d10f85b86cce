//! The digits of a float, laid out as C's `printf` does for `e`, `f`, `g` and `a`.
//!
//! A decimal result is the float times a power of ten, rounded to an integer,
//! ties to even. Where that product fits in 128 bits it is formed exactly; the
//! standard library, which is exact for any number of digits and slower, does the
//! rest. Only the absolute value is laid out here; [`super::format`] adds sign,
//! width and padding. `inf` and `nan` are spelled in lower case; upper case
//! conversions change the case afterwards.

use super::number::{DecimalDigits, Scratch, format_uint};

/// The largest result of the standard library: `%.99f` of the largest float, with
/// 309 digits, a point, and 99 digits.
type Text = Scratch<420>;

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

/// The powers of five that fit in 64 bits.
const POWERS_OF_FIVE: [u64; 28] = {
    let mut table = [1u64; 28];
    let mut index = 1;
    while index < table.len() {
        table[index] = table[index - 1] * 5;
        index += 1;
    }
    table
};

/// The powers of ten that fit in 64 bits.
const POWERS_OF_TEN: [u64; 20] = {
    let mut table = [1u64; 20];
    let mut index = 1;
    while index < table.len() {
        table[index] = table[index - 1] * 10;
        index += 1;
    }
    table
};

/// `|value| * 10^power` rounded to an integer, ties to even, or `None` if this is
/// not one of the cases that 128 bits can hold exactly.
fn scaled(value: f64, power: i32) -> Option<u64> {
    let bits = value.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let fraction = bits & ((1u64 << 52) - 1);
    let (mantissa, exponent) = match biased {
        0 => (fraction, -1074),
        _ => (fraction | (1u64 << 52), biased - 1075),
    };
    let five = *POWERS_OF_FIVE.get(usize::try_from(power).ok()?)?;
    // The value times the power of ten is `product * 2^shift`, below 2^117 * 2^shift.
    let product = u128::from(mantissa) * u128::from(five);
    let shift = exponent + power;
    if shift >= 0 {
        let room = i32::try_from(product.leading_zeros()).ok()?;
        if shift >= room {
            return None;
        }
        return u64::try_from(product << shift).ok();
    }
    let drop = shift.unsigned_abs();
    if drop >= 128 {
        // Far below one half.
        return Some(0);
    }
    let whole = product >> drop;
    let rest = product & ((1u128 << drop) - 1);
    let half = 1u128 << (drop - 1);
    let up = rest > half || (rest == half && whole & 1 == 1);
    u64::try_from(whole + u128::from(up)).ok()
}

/// `%.<precision>f` of the absolute value of a finite float; `alternate` keeps a bare point.
pub(crate) fn write_fixed(value: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    let power = i32::try_from(precision).unwrap_or(i32::MAX);
    if let (Some(number), Some(unit)) = (scaled(value, power), POWERS_OF_TEN.get(precision)) {
        format_uint(number / unit, false, out);
        if precision > 0 {
            out.push(b'.');
            let digits = DecimalDigits::new(number % unit);
            push_zeros(precision.saturating_sub(digits.as_bytes().len()), out);
            out.extend_from_slice(digits.as_bytes());
        }
    } else {
        let text = Text::format(format_args!("{:.*}", precision, value.abs()));
        out.extend_from_slice(text.as_bytes());
    }
    if alternate && precision == 0 {
        out.push(b'.');
    }
}

fn push_zeros(count: usize, out: &mut Vec<u8>) {
    out.extend(std::iter::repeat_n(b'0', count));
}

/// A finite float rounded to a number of significant digits: the digits and the
/// power of ten of the first.
struct Rounded {
    digits: Scratch<104>,
    exponent: i32,
}

impl Rounded {
    /// Rounds to `count` digits, at least one and at most a hundred.
    fn new(value: f64, count: usize) -> Self {
        Self::quick(value, count).unwrap_or_else(|| Self::exact(value, count))
    }

    /// Finds the exponent by trial, which 128 bits suffice for in common cases.
    fn quick(value: f64, count: usize) -> Option<Self> {
        let least = *POWERS_OF_TEN.get(count.checked_sub(1)?)?;
        let above = *POWERS_OF_TEN.get(count)?;
        let biased = ((value.to_bits() >> 52) & 0x7ff) as i32;
        // The binary exponent times log10(2), rounded down or one more.
        let mut exponent = ((biased - 1023) * 1233) >> 12;
        let wanted = i32::try_from(count).ok()? - 1;
        // The estimate is at most one off, and rounding may carry once.
        for _ in 0..3 {
            let number = scaled(value, wanted - exponent)?;
            if number < least {
                exponent -= 1;
            } else if number >= above {
                exponent += 1;
            } else {
                let mut digits = Scratch::new();
                digits.push(DecimalDigits::new(number).as_bytes());
                return Some(Rounded { digits, exponent });
            }
        }
        None
    }

    /// Lets the standard library find the digits.
    fn exact(value: f64, count: usize) -> Self {
        let text = Text::format(format_args!("{:.*e}", count.saturating_sub(1), value.abs()));
        let bytes = text.as_bytes();
        let mark = bytes.iter().position(|b| *b == b'e').unwrap_or(bytes.len());
        let (mantissa, exponent) = bytes.split_at_checked(mark).unwrap_or((bytes, &[]));
        let exponent = exponent
            .get(1..)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0);
        let mut digits = Scratch::new();
        digits.push(mantissa.get(..1).unwrap_or(&[]));
        digits.push(mantissa.get(2..).unwrap_or(&[]));
        Rounded { digits, exponent }
    }

    /// The first `count` digits, one after another, without a point.
    fn digits(&self, count: usize) -> &[u8] {
        let digits = self.digits.as_bytes();
        digits.get(..count).unwrap_or(digits)
    }
}

/// `%.<precision>e` of the absolute value of a finite float.
pub(crate) fn write_scientific(value: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    let count = precision.saturating_add(1);
    push_scientific(&Rounded::new(value, count), count, alternate, out);
}

/// The first `count` digits with a point after the first, then the exponent.
fn push_scientific(rounded: &Rounded, count: usize, alternate: bool, out: &mut Vec<u8>) {
    push_pointed(rounded.digits(count), 1, alternate, out);
    push_exponent(b'e', rounded.exponent, 2, out);
}

/// Digits with a point after `whole` of them, if any follow or if `alternate`.
fn push_pointed(digits: &[u8], whole: usize, alternate: bool, out: &mut Vec<u8>) {
    let (before, after) = digits.split_at_checked(whole).unwrap_or((digits, &[]));
    out.extend_from_slice(before);
    if alternate || !after.is_empty() {
        out.push(b'.');
    }
    out.extend_from_slice(after);
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
        let digits = rounded.digits(precision);
        let last = digits.iter().rposition(|digit| *digit != b'0');
        last.unwrap_or(0).saturating_add(1)
    };
    let exponent = rounded.exponent;
    if exponent < -4 || i32::try_from(precision).is_ok_and(|limit| exponent >= limit) {
        return push_scientific(&rounded, count, alternate, out);
    }
    let places = exponent.unsigned_abs() as usize;
    if exponent < 0 {
        out.extend_from_slice(b"0.");
        push_zeros(places.saturating_sub(1), out);
        out.extend_from_slice(rounded.digits(count));
    } else {
        let whole = places.saturating_add(1);
        push_pointed(rounded.digits(count.max(whole)), whole, alternate, out);
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
    push_zeros(count.saturating_sub(FRACTION_DIGITS), out);
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
    fn the_quick_way_and_the_exact_way_agree() {
        let mut state = 1u64;
        let mut quick = 0;
        for round in 0..20_000 {
            state = state
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(0x1405_7b7e_f767_814f);
            // Every exponent that matters, and short decimals with their many ties.
            let value = match round % 3 {
                0 => f64::from_bits((state >> 12) | (((round as u64 % 160) + 943) << 52)),
                1 => (state >> 44) as f64 / 8.0,
                _ => (state >> 44) as f64 / 1000.0,
            };
            let count = 1 + round % 18;
            if let Some(rounded) = Rounded::quick(value, count) {
                quick += 1;
                let exact = Rounded::exact(value, count);
                assert_eq!(
                    rounded.digits(count),
                    exact.digits(count),
                    "{value:e} {count}"
                );
                assert_eq!(rounded.exponent, exact.exponent, "{value:e} {count}");
            }
            let precision = round % 9;
            if value < 1e9 {
                let expected = format!("{value:.precision$}");
                assert_eq!(text(|o| write_fixed(value, precision, false, o)), expected);
            }
        }
        assert!(quick > 10_000, "{quick}");
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
