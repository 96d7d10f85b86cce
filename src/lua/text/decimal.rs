//! The float nearest to a decimal numeral.
//!
//! The standard library's own conversion is faster for numerals of more than 15
//! digits, but its table of powers of five does not compress and would be a
//! twentieth of the module. Here, what is not exact in a float is computed with
//! integers of any length.

use super::number::scale;

/// The digits that are looked at. Any more only tell whether something follows: no
/// two neighbouring floats have a middle with more than 767 digits.
const DIGITS: usize = 770;

/// The largest integer below which every integer is a float.
const EXACT: u64 = 1 << 53;

/// The powers of ten that are floats.
const POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The float nearest to `digits [. digits] [e [sign] digits]`, ties to even; none if
/// the text is something else, or has no digit before the exponent.
///
/// Source of the short way: W. D. Clinger, "How to read floating point numbers
/// accurately", 1990.
///
/// ```
/// use algocline_lua::text::decimal::parse_decimal_float;
/// assert_eq!(parse_decimal_float(b"0.1"), Some(0.1));
/// assert_eq!(parse_decimal_float(b"1e999"), Some(f64::INFINITY));
/// assert_eq!(parse_decimal_float(b"-1"), None);
/// ```
pub fn parse_decimal_float(text: &[u8]) -> Option<f64> {
    Some(Numeral::read(text)?.value())
}

/// The float nearest to `digits * 10^exponent`, ties to even.
pub(super) fn nearest_float(digits: &[u8], exponent: i32) -> f64 {
    let numeral = Numeral {
        digits,
        count: digits.len(),
        exponent: i64::from(exponent),
        sticky: false,
    };
    numeral.value()
}

/// `digits * 10^exponent`, and a little more if `sticky`.
struct Numeral<'t> {
    /// Digits from the first that is not zero on, with at most one point.
    digits: &'t [u8],
    /// How many of them count.
    count: usize,
    exponent: i64,
    sticky: bool,
}

impl<'t> Numeral<'t> {
    fn read(text: &'t [u8]) -> Option<Self> {
        let mantissa = text
            .iter()
            .position(|byte| !byte.is_ascii_digit() && *byte != b'.')
            .unwrap_or(text.len());
        let (mantissa, rest) = text.split_at_checked(mantissa)?;
        let written = match rest {
            [] => 0,
            [b'e' | b'E', b'-', digits @ ..] => read_exponent(digits)?.saturating_neg(),
            [b'e' | b'E', b'+', digits @ ..] | [b'e' | b'E', digits @ ..] => read_exponent(digits)?,
            _ => return None,
        };
        let mut numeral = Numeral {
            digits: &[],
            count: 0,
            exponent: written,
            sticky: false,
        };
        let (mut any, mut point) = (false, false);
        for (at, byte) in mantissa.iter().enumerate() {
            if *byte == b'.' {
                if point {
                    return None;
                }
                point = true;
                continue;
            }
            any = true;
            if numeral.count == 0 && *byte != b'0' {
                numeral.digits = mantissa.get(at..).unwrap_or(&[]);
            }
            let counts = !numeral.digits.is_empty() && numeral.count < DIGITS;
            numeral.count += usize::from(counts);
            numeral.sticky |= !counts && *byte != b'0';
            // Each digit after the point that counts is a tenth, and each before it
            // that does not is a factor of ten. Zeros at the beginning are neither
            // or, after the point, tenths.
            let dropped = !counts && numeral.count > 0;
            match (point, dropped) {
                (true, false) => numeral.exponent -= 1,
                (false, true) => numeral.exponent += 1,
                _ => {}
            }
        }
        any.then_some(numeral)
    }

    /// The digits that count.
    fn values(&self) -> impl Iterator<Item = u8> {
        let digits = self.digits.iter().filter(|byte| **byte != b'.');
        digits.take(self.count).map(|byte| byte.wrapping_sub(b'0'))
    }

    fn value(&self) -> f64 {
        self.short().unwrap_or_else(|| self.exact())
    }

    /// One rounding of exact operands gives the nearest float.
    fn short(&self) -> Option<f64> {
        if self.count > 18 || self.sticky {
            return None;
        }
        let integer = self.values().fold(0u64, |sum, digit| {
            sum.wrapping_mul(10).wrapping_add(u64::from(digit))
        });
        if integer == 0 {
            return Some(0.0);
        }
        if integer > EXACT {
            return None;
        }
        let power = usize::try_from(self.exponent.unsigned_abs()).ok()?;
        let power = *POWERS_OF_TEN.get(power)?;
        Some(match self.exponent < 0 {
            true => integer as f64 / power,
            false => integer as f64 * power,
        })
    }

    fn exact(&self) -> f64 {
        // The value is below 10^(count + exponent).
        let magnitude = self.exponent.saturating_add(self.count as i64);
        if self.count == 0 || magnitude < -330 {
            return 0.0;
        }
        if magnitude > 310 {
            return f64::INFINITY;
        }
        let mut integer = Natural::default();
        for digit in self.values() {
            integer.multiply_add(10, u32::from(digit));
        }
        let mut sticky = self.sticky;
        // Ten is five times two: the power of two goes to the binary exponent.
        let mut exponent = self.exponent;
        let mut fives = self.exponent.unsigned_abs();
        if self.exponent < 0 {
            // So many bits that 64 are left: a factor of five is less than 2.33 bits.
            let more = fives.saturating_mul(7) / 3 + 96;
            exponent = exponent.saturating_sub(integer.shift_words(more / 32));
        }
        while fives > 0 {
            let step = fives.min(MOST_FIVES);
            let factor = 5u32.pow(step as u32);
            fives -= step;
            if self.exponent < 0 {
                // Quotients rounded down one after the other are the one quotient
                // rounded down.
                sticky |= integer.divide(factor) != 0;
            } else {
                integer.multiply_add(factor, 0);
            }
        }
        let (top, below, low) = integer.top();
        scale(top, sticky || low, exponent.saturating_add(below))
    }
}

/// 5^13 is the largest power of five below 2^32.
const MOST_FIVES: u64 = 13;

/// The exponent's digits; a huge one saturates, which rounds to zero or infinity.
fn read_exponent(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() {
        return None;
    }
    let mut value: i64 = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value
            .saturating_mul(10)
            .saturating_add(i64::from(digit.wrapping_sub(b'0')));
    }
    // Half the range, so that a sum with the count of digits saturates nowhere.
    Some(value.min(i64::MAX / 4))
}

/// A natural number, the lowest 32 bits first, without zeros at the end.
#[derive(Default)]
pub(super) struct Natural {
    words: Vec<u32>,
}

impl Natural {
    /// Multiplies, then adds.
    pub(super) fn multiply_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for word in &mut self.words {
            let product = u64::from(*word) * u64::from(factor) + carry;
            *word = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.words.push(carry as u32);
        }
    }

    /// Divides, rounding down; the remainder.
    fn divide(&mut self, divisor: u32) -> u32 {
        let divisor = u64::from(divisor.max(1));
        let mut rest = 0;
        for word in self.words.iter_mut().rev() {
            let dividend = rest << 32 | u64::from(*word);
            *word = (dividend / divisor) as u32;
            rest = dividend % divisor;
        }
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
        rest as u32
    }

    /// Its decimal digits.
    pub(super) fn into_digits(mut self) -> Vec<u8> {
        let mut digits = Vec::new();
        while !self.words.is_empty() {
            // The lowest nine digits, the last one first.
            let mut rest = self.divide(1_000_000_000);
            for _ in 0..9 {
                digits.push(b'0' + (rest % 10) as u8);
                rest /= 10;
            }
        }
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            digits.push(b'0');
        }
        digits.reverse();
        digits
    }

    /// Multiplies by 2^32 `count` times; how many bits these are.
    fn shift_words(&mut self, count: u64) -> i64 {
        let zeros = usize::try_from(count).unwrap_or(0);
        self.words.splice(0..0, std::iter::repeat_n(0, zeros));
        (count as i64) * 32
    }

    /// The top 64 bits or more than 32 of them, how many are below, and whether
    /// one of those is set.
    fn top(&self) -> (u64, i64, bool) {
        let below = self.words.len().saturating_sub(3);
        let (low, high) = self
            .words
            .split_at_checked(below)
            .unwrap_or((&[], &self.words));
        let wide = (high.iter().rev()).fold(0u128, |sum, word| sum << 32 | u128::from(*word));
        let spare = 64u32.saturating_sub(wide.leading_zeros());
        let cut = wide & ((1u128 << spare) - 1);
        let sticky = cut != 0 || low.iter().any(|word| *word != 0);
        (
            (wide >> spare) as u64,
            below as i64 * 32 + i64::from(spare),
            sticky,
        )
    }
}

impl From<u64> for Natural {
    fn from(value: u64) -> Self {
        let mut words = vec![value as u32, (value >> 32) as u32];
        while words.last() == Some(&0) {
            words.pop();
        }
        Natural { words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let expected: f64 = text.parse().unwrap();
        let read = parse_decimal_float(text.as_bytes());
        assert_eq!(
            read.map(f64::to_bits),
            Some(expected.to_bits()),
            "{text}: {read:?} {expected:?}"
        );
    }

    #[test]
    fn special_cases_are_read_as_the_standard_library_does() {
        for text in [
            "0",
            "0.",
            ".0",
            "00.00e5",
            "1",
            "1.",
            ".5",
            "000.1",
            "1e22",
            "1e23",
            "1e-22",
            "1e-23",
            "9007199254740991",
            "9007199254740992",
            "9007199254740993",
            "9007199254740993.00",
            "9007199254740992.9999999999999999999999999999",
            "18446744073709551616",
            "1e308",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e309",
            "1e400",
            "1e99999999999999999999999",
            "1e-99999999999999999999999",
            "0e999999999999",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1e-323",
            "1e-400",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "2.2250738585072012e-308",
            "123456789012345678901234567890",
            "0.1e1",
            "0.000001e6",
            "100e-2",
            "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880",
        ] {
            check(text);
        }
    }

    #[test]
    fn middles_between_two_floats_go_to_the_even_one() {
        for bits in [
            1u64,
            2,
            3,
            0x000f_ffff_ffff_ffff,
            0x0010_0000_0000_0001,
            0x3fb9_9999_9999_999a,
        ] {
            // The middle, exactly: the halves of two neighbours have a short sum in
            // the next smaller unit, but for those that are as small as can be.
            let value = f64::from_bits(bits);
            let exact = format!("{value:.1100}");
            check(&exact);
            check(exact.trim_end_matches('0'));
        }
        let middle = format!("{:.1075}", f64::from_bits(1));
        // 5e-324 is 10 times the digits of half of it.
        check(&middle);
        let half = "24703282292062327208051355043108346";
        check(&format!("{half}e-358"));
        check(&format!(
            "1.00000000000000011102230246251565404236316680908203125{}",
            "0".repeat(2000)
        ));
        check(&format!(
            "1.00000000000000011102230246251565404236316680908203125{}1",
            "0".repeat(2000)
        ));
        check(&format!(
            "1.00000000000000033306690738754696212708950042724609375{}",
            "0".repeat(900)
        ));
        check(&format!("{}e-3000", "9".repeat(3200)));
        check(&format!("0.{}7e3000", "0".repeat(2999)));
        check(&format!("1{}e-2000", "0".repeat(2000)));
    }

    #[test]
    fn what_is_no_numeral_is_refused() {
        for text in [
            "", ".", "e1", ".e1", "1e", "1e+", "1e+-1", "1..2", "1.2.3", "-1", "+1", "1x", "inf",
            "1e1.", "1 ",
        ] {
            assert_eq!(parse_decimal_float(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn random_numerals_are_read_as_the_standard_library_does() {
        let mut state = 7u64;
        let mut next = || {
            state = state
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(0x1405_7b7e_f767_814f);
            state >> 11
        };
        for _ in 0..20_000 {
            let value = f64::from_bits(next() << 11 | next() & 0x7ff).abs();
            if value.is_finite() {
                check(&format!("{value:e}"));
                check(&format!("{value:.20e}"));
            }
            let digits = next().to_string();
            let point = next() as usize % digits.len();
            let exponent = next() as i64 % 700 - 350;
            let (whole, fraction) = digits.split_at(point);
            check(&format!("{whole}.{fraction}e{exponent}"));
            check(&format!(
                "{whole}.{fraction}{digits}{digits}e{}",
                exponent / 10
            ));
        }
    }
}
