//! The digits of a float, laid out as C's `printf` does for `e`, `f`, `g` and `a`.
//!
//! A decimal result is the float times a power of ten, rounded to an integer,
//! ties to even. Where that product fits in 128 bits it is formed exactly; the
//! rest is rounded from all digits that the float has. Only the absolute value is
//! laid out here; [`super::format`] adds sign, width and padding. `inf` and `nan`
//! are spelled in lower case; upper case conversions change the case afterwards.
//!
//! [`Shortest`] writes a float with the fewest digits, as Rust and JavaScript do.
//! The standard library's own conversions would be a fiftieth of the module.

use std::fmt;

use super::decimal::{Natural, nearest_float};
use super::number::{DecimalDigits, format_int, format_uint};

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

/// A finite float as an integer times a power of two.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let fraction = bits & ((1u64 << 52) - 1);
    match biased {
        0 => (fraction, -1074),
        _ => (fraction | (1u64 << 52), biased - 1075),
    }
}

/// `|value| * 10^power` rounded to an integer, ties to even, or `None` if this is
/// not one of the cases that 128 bits can hold exactly.
fn scaled(value: f64, power: i32) -> Option<u64> {
    let (mantissa, exponent) = parts(value);
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

/// Decimal digits of a float, rounded somewhere, and the power of ten of the first.
struct Rounded {
    /// The digits where 64 bits hold them.
    quick: DecimalDigits,
    /// The digits where they do not.
    exact: Vec<u8>,
    exponent: i32,
}

impl Rounded {
    /// Rounds to `count` digits, at least one.
    #[cfg_attr(tuned, optimize(speed))]
    fn new(value: f64, count: usize) -> Self {
        Self::quick(value, count).unwrap_or_else(|| {
            let mut exact = Self::exact(value);
            exact.cut(count as i32);
            exact
        })
    }

    /// Rounds to so many digits after the point.
    fn fixed(value: f64, precision: usize) -> Self {
        let places = precision as i32;
        if let Some(number) = scaled(value, places) {
            let quick = DecimalDigits::new(number);
            let exponent = quick.as_bytes().len() as i32 - 1 - places;
            return Self::of_quick(quick, exponent);
        }
        let mut exact = Self::exact(value);
        exact.cut(exact.exponent + 1 + places);
        exact
    }

    fn of_quick(quick: DecimalDigits, exponent: i32) -> Self {
        Rounded {
            quick,
            exact: Vec::new(),
            exponent,
        }
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
                return Some(Self::of_quick(DecimalDigits::new(number), exponent));
            }
        }
        None
    }

    /// All digits, of which there are less than 800.
    fn exact(value: f64) -> Self {
        let (mantissa, exponent) = parts(value);
        let mut integer = Natural::from(mantissa);
        // A half is five tenths.
        let (base, mut power) = match exponent < 0 {
            true => (5, -exponent),
            false => (2, exponent),
        };
        while power > 0 {
            let step = power.min(13);
            integer.multiply_add(u32::pow(base, step as u32), 0);
            power -= step;
        }
        let exact = integer.into_digits();
        Rounded {
            quick: DecimalDigits::new(0),
            exponent: match mantissa {
                0 => 0,
                _ => exact.len() as i32 - 1 + exponent.min(0),
            },
            exact,
        }
    }

    /// Keeps the first `count` of the exact digits, rounding to nearest, ties to even.
    fn cut(&mut self, count: i32) {
        let Ok(count) = usize::try_from(count) else {
            // The first digit is not even the one behind those that count.
            return self.exact.clear();
        };
        let Some((kept, [next, rest @ ..])) = self.exact.split_at_checked(count) else {
            return;
        };
        let is_odd = kept.last().is_some_and(|last| last % 2 == 1);
        let up = match next {
            b'5' => is_odd || rest.iter().any(|digit| *digit != b'0'),
            _ => *next > b'5',
        };
        self.exact.truncate(count);
        if up {
            self.step();
        }
    }

    /// Adds one to the last of the exact digits.
    fn step(&mut self) {
        for digit in self.exact.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
        // All were nines. The digit too many is a zero.
        self.exact.insert(0, b'1');
        self.exponent += 1;
    }

    /// The float nearest to what the digits say.
    fn value(&self) -> f64 {
        let digits = self.digits();
        nearest_float(digits, self.exponent + 1 - digits.len() as i32)
    }

    /// The digits, one after another, without a point.
    fn digits(&self) -> &[u8] {
        match &*self.exact {
            [] => self.quick.as_bytes(),
            exact => exact,
        }
    }

    /// The digits up to the last one that is not zero; one at least.
    fn significant(&self) -> &[u8] {
        let digits = self.digits();
        let last = digits.iter().rposition(|digit| *digit != b'0');
        digits.get(..=last.unwrap_or(0)).unwrap_or(digits)
    }
}

/// `%.<precision>f` of the absolute value of a finite float; `alternate` keeps a bare point.
pub(crate) fn write_fixed(value: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    let rounded = Rounded::fixed(value, precision);
    let places = precision as i32;
    push_plain(rounded.digits(), rounded.exponent, places, alternate, out);
}

fn push_zeros(count: usize, out: &mut Vec<u8>) {
    out.extend(std::iter::repeat_n(b'0', count));
}

/// `%.<precision>e` of the absolute value of a finite float.
pub(crate) fn write_scientific(value: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    let count = precision.saturating_add(1);
    let rounded = Rounded::new(value, count);
    push_scientific(rounded.digits(), rounded.exponent, count, alternate, out);
}

/// The first `count` digits with a point after the first, then the exponent.
fn push_scientific(digits: &[u8], exponent: i32, count: usize, alternate: bool, out: &mut Vec<u8>) {
    push_plain(digits, 0, count as i32 - 1, alternate, out);
    push_exponent(b'e', exponent, 2, out);
}

/// Digits, the first of which counts `10^exponent`, with `places` of them after the
/// point, which stands if any follow or if `alternate`.
fn push_plain(digits: &[u8], exponent: i32, places: i32, alternate: bool, out: &mut Vec<u8>) {
    let mut position = exponent.max(0);
    while position >= -places {
        if position == -1 {
            out.push(b'.');
        }
        let index = usize::try_from(exponent - position).ok();
        let digit = index.and_then(|index| digits.get(index));
        out.push(digit.copied().unwrap_or(b'0'));
        position -= 1;
    }
    if alternate && places == 0 {
        out.push(b'.');
    }
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
    // Trailing zeros go, unless they are asked for.
    let count = match alternate {
        true => precision,
        false => rounded.significant().len(),
    };
    let (digits, exponent) = (rounded.digits(), rounded.exponent);
    if exponent < -4 || exponent >= precision as i32 {
        push_scientific(digits, exponent, count, alternate, out);
    } else {
        let places = (count as i32 - 1 - exponent).max(0);
        push_plain(digits, exponent, places, alternate, out);
    }
}

/// A float with the fewest digits that say which one it is, as Rust's `{}` writes
/// it, or as `{:e}` does. Of several such texts it is the one nearest to the float,
/// and of two equally near ones that with an even last digit.
///
/// ```
/// use algocline_lua::text::float_text::Shortest;
/// assert_eq!(Shortest(0.1).to_string(), "0.1");
/// assert_eq!(Shortest(-1e16).to_string(), "-10000000000000000");
/// assert_eq!(format!("{:e}", Shortest(1e16)), "1e16");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Shortest(pub f64);

impl Shortest {
    /// The fewest digits of a finite float without its sign, and the power of ten of
    /// the first one.
    fn rounded(self) -> Rounded {
        let value = self.0.abs();
        // Fifteen digits and less are read as written if they are no subnormal float.
        let least = if value < f64::MIN_POSITIVE { 1 } else { 15 };
        for count in least..17 {
            let mut rounded = Rounded::new(value, count);
            if rounded.value() == value {
                return rounded;
            }
            // Below a power of two floats are twice as dense as above, where the
            // nearest text may be too far away and the next one is not.
            if value.to_bits() << 12 == 0 {
                rounded = Rounded::exact(value);
                rounded.cut(count as i32);
                rounded.step();
                if rounded.value() == value {
                    return rounded;
                }
            }
        }
        Rounded::new(value, 17)
    }

    /// The text, with an exponent or without.
    fn text(self, scientific: bool) -> String {
        let mut out = Vec::new();
        if self.0.is_sign_negative() && !self.0.is_nan() {
            out.push(b'-');
        }
        match special_name(self.0) {
            Some(b"nan") => out.extend_from_slice(b"NaN"),
            Some(name) => out.extend_from_slice(name),
            None => {
                let rounded = self.rounded();
                let (digits, exponent) = (rounded.significant(), rounded.exponent);
                let count = digits.len() as i32;
                if scientific {
                    push_plain(digits, 0, count - 1, false, &mut out);
                    out.push(b'e');
                    format_int(i64::from(exponent), &mut out);
                } else {
                    let places = (count - 1 - exponent).max(0);
                    push_plain(digits, exponent, places, false, &mut out);
                }
            }
        }
        // Only ASCII is written.
        String::from_utf8(out).unwrap_or_default()
    }
}

impl fmt::Display for Shortest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(false))
    }
}

impl fmt::LowerExp for Shortest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(true))
    }
}

/// `%a` of the absolute value of a finite float without its `0x`, as glibc prints it: a leading
/// one (zero for subnormals), the shortest exact fraction unless `precision`
/// asks for a length, rounding ties to even.
pub(crate) fn write_hex(value: f64, precision: Option<usize>, alternate: bool, out: &mut Vec<u8>) {
    const FRACTION_DIGITS: usize = 13;
    let (mut mantissa, exponent) = parts(value);
    let exponent = if mantissa == 0 { 0 } else { exponent + 52 };
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

    /// Numbers without a pattern.
    fn random() -> impl FnMut() -> u64 {
        let mut state = 1u64;
        move || {
            state = state
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(0x1405_7b7e_f767_814f);
            state ^ state >> 29
        }
    }

    /// As the standard library has it, with C's exponent of at least two digits.
    fn expected_scientific(value: f64, precision: usize) -> String {
        let text = format!("{value:.precision$e}");
        let (mantissa, exponent) = text.split_once('e').unwrap();
        let exponent: i32 = exponent.parse().unwrap();
        format!("{mantissa}e{exponent:+03}")
    }

    fn check(value: f64, precision: usize) {
        let fixed = text(|o| write_fixed(value, precision, false, o));
        assert_eq!(fixed, format!("{value:.precision$}"), "{value:e}");
        let scientific = text(|o| write_scientific(value, precision, false, o));
        assert_eq!(scientific, expected_scientific(value, precision));
    }

    #[test]
    fn digits_are_those_of_the_standard_library() {
        let mut next = random();
        let mut quick = 0;
        for round in 0..20_000 {
            let bits = next() >> 12;
            // Every exponent that matters, and short decimals with their many ties.
            let value = match round % 4 {
                0 => f64::from_bits(bits | (((round as u64 % 160) + 943) << 52)),
                1 => (bits >> 32) as f64 / 8.0,
                2 => (bits >> 32) as f64 / 1000.0,
                _ => f64::from_bits(bits | ((next() % 2047) << 52)),
            };
            quick += usize::from(Rounded::quick(value, 1 + round % 18).is_some());
            check(value, round % 20);
        }
        assert!(quick > 10_000, "{quick}");
    }

    #[test]
    fn any_precision_is_exact() {
        let mut next = random();
        for round in 0..1_000 {
            let exponent = [0, 1, 2046, next() % 2047][round % 4];
            check(f64::from_bits(next() >> 12 | exponent << 52), round % 100);
        }
        // Halves and what is next to them, where all digits decide.
        for exponent in 0..2_047u64 {
            let value = f64::from_bits(exponent << 52 | (exponent % 5) << 49);
            check(value, exponent as usize % 100);
            check(value, 0);
        }
        for value in [
            0.0,
            5e-324,
            f64::MIN_POSITIVE,
            f64::MAX,
            9.5,
            99.5,
            0.95,
            999.999,
        ] {
            (0..100).for_each(|precision| check(value, precision));
        }
    }

    #[test]
    fn shortest_texts_are_those_of_the_standard_library() {
        let check = |value: f64| {
            let (plain, scientific) = (format!("{value}"), format!("{value:e}"));
            let ours = format!("{:e}", Shortest(value));
            if ours == scientific {
                assert_eq!(Shortest(value).to_string(), plain);
            } else {
                // Of two that are equally near the standard library takes the larger.
                assert_eq!(ours.parse(), Ok(value));
                assert_eq!(ours.len(), scientific.len());
                let precision = ours
                    .split('e')
                    .next()
                    .unwrap()
                    .trim_start_matches('-')
                    .len()
                    - 2;
                assert_eq!(ours, format!("{value:.precision$e}"));
            }
        };
        let mut next = random();
        for exponent in 0..2_047u64 {
            check(f64::from_bits(exponent << 52));
            check(f64::from_bits((exponent << 52) + 1));
            check(-f64::from_bits(exponent << 52 | next() >> 12));
            check(f64::from_bits(exponent << 52).next_down());
            check((next() % 100_000) as f64 / 10f64.powi(exponent as i32 % 30));
        }
        for bits in 0..2_000 {
            check(f64::from_bits(bits));
        }
        for value in [
            0.0,
            -0.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            -f64::NAN,
        ] {
            check(value);
        }
    }

    #[test]
    fn the_longest_results_are_whole() {
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
