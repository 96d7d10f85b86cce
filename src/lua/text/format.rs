//! One conversion of `string.format`: reading it and writing a value with it.
//!
//! The caller walks the format string, fetches and converts the arguments, and
//! words argument errors. Output is that of C's `printf` in the "C" locale.
//!
//! PUC Lua checks in a fixed order, which shows in which of two errors comes
//! out: is there an argument (`bad argument #2 to 'format' (no value)`); then
//! [`FormatSpec::parse`]; then [`FormatSpec::check_early`]; then the conversion
//! of the argument; then the `write_…` method, which checks the rest.

use super::float_text::{
    special_name, write_fixed, write_general_magnitude, write_hex, write_scientific,
};
use super::number::{format_int, format_uint};

/// What is wrong with a conversion specification or its argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// The letter names no conversion; the bytes are the specification.
    UnknownConversion(Vec<u8>),
    /// The conversion does not take these flags, width or precision; the bytes
    /// are the specification.
    InvalidSpecification(Vec<u8>),
    /// More than twenty bytes between `%` and the letter.
    TooLong,
    /// `%q` with flags, width or precision.
    QuoteModifiers,
    /// A string with a zero byte for `%s` with width or precision.
    ContainsZeros,
}

impl FormatError {
    /// PUC Lua's message. It may quote arbitrary bytes of the format string.
    pub fn message(&self) -> Vec<u8> {
        let quoting = |before: &[u8], spec: &[u8], after: &[u8]| [before, spec, after].concat();
        match self {
            Self::UnknownConversion(spec) => {
                quoting(b"invalid conversion '", spec, b"' to 'format'")
            }
            Self::InvalidSpecification(spec) => {
                quoting(b"invalid conversion specification: '", spec, b"'")
            }
            Self::TooLong => b"invalid format (too long)".to_vec(),
            Self::QuoteModifiers => b"specifier '%q' cannot have modifiers".to_vec(),
            Self::ContainsZeros => b"string contains zeros".to_vec(),
        }
    }

    /// Whether the message is about the argument, to be worded as
    /// `bad argument #n to 'format' (…)`.
    pub fn is_argument_error(&self) -> bool {
        matches!(self, Self::ContainsZeros)
    }
}

/// The kind of argument a conversion takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// `%c`: an integer; see [`FormatSpec::write_char`].
    Char,
    /// `%d %i %u %o %x %X`: an integer; see [`FormatSpec::write_int`].
    Integer,
    /// `%a %A %e %E %f %g %G`: a float; see [`FormatSpec::write_float`].
    Float,
    /// `%p`: any value; see [`FormatSpec::write_pointer`].
    Pointer,
    /// `%q`: a string, number, boolean or nil; see [`quote_string`],
    /// [`quote_int`] and [`quote_float`].
    Quoted,
    /// `%s`: any value, as `tostring` shows it; see [`FormatSpec::write_str`].
    Text,
}

/// A conversion specification such as `%-5.2f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatSpec<'a> {
    /// What stands between `%` and the letter.
    modifiers: &'a [u8],
    letter: u8,
    conversion: Conversion,
    /// The modifiers, understood; none if the conversion does not take them.
    layout: Option<Layout>,
}

/// The most bytes a specification may have between `%` and its end, the letter included.
const MAX_SPEC: usize = 21;

/// The modifiers of a specification, understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Layout {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

impl Layout {
    /// Understands the modifiers, if the conversion takes them.
    fn read(modifiers: &[u8], letter: u8) -> Option<Layout> {
        let (flags, takes_precision): (&[u8], bool) = match letter {
            b'd' | b'i' => (b"-+0 ", true),
            b'u' => (b"-0", true),
            b'o' | b'x' | b'X' => (b"-#0", true),
            b'c' | b'p' => (b"-", false),
            b's' => (b"-", true),
            _ => (b"-+#0 ", true),
        };
        let mut layout = Layout::default();
        let mut rest = modifiers;
        while let Some((flag, tail)) = rest.split_first() {
            if !flags.contains(flag) {
                break;
            }
            match flag {
                b'-' => layout.left = true,
                b'+' => layout.plus = true,
                b' ' => layout.space = true,
                b'#' => layout.alternate = true,
                _ => layout.zero = true,
            }
            rest = tail;
        }
        // A zero that is no flag here is no width either.
        if rest.first() != Some(&b'0') {
            (layout.width, rest) = two_digits(rest);
            if let (Some((b'.', tail)), true) = (rest.split_first(), takes_precision) {
                let (precision, tail) = two_digits(tail);
                layout.precision = Some(precision);
                rest = tail;
            }
        }
        rest.is_empty().then_some(layout)
    }
}

impl<'a> FormatSpec<'a> {
    /// Reads the specification whose `%` stands right before `at`, and says where
    /// the rest of the format string begins.
    ///
    /// # Errors
    /// [`FormatError::TooLong`], [`FormatError::UnknownConversion`], and
    /// [`FormatError::QuoteModifiers`].
    ///
    /// ```
    /// use algocline_lua::text::format::FormatSpec;
    /// let (spec, rest) = FormatSpec::parse(b"<%05.1f>", 2)?;
    /// let mut out = Vec::new();
    /// spec.write_float(2.25, &mut out)?;
    /// assert_eq!((out.as_slice(), rest), (&b"002.2"[..], 7));
    /// # Ok::<(), algocline_lua::text::format::FormatError>(())
    /// ```
    #[cfg_attr(tuned, optimize(speed))]
    pub fn parse(format: &'a [u8], at: usize) -> Result<(Self, usize), FormatError> {
        let rest = format.get(at..).unwrap_or(&[]);
        let count = rest
            .iter()
            .position(|b| !matches!(b, b'-' | b'+' | b'#' | b' ' | b'.' | b'0'..=b'9'))
            .unwrap_or(rest.len());
        if count >= MAX_SPEC {
            return Err(FormatError::TooLong);
        }
        let modifiers = rest.get(..count).unwrap_or(&[]);
        // At the end of the string C sees a zero byte.
        let letter = rest.get(count).copied().unwrap_or(0);
        let conversion = match letter {
            b'c' => Conversion::Char,
            b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => Conversion::Integer,
            b'a' | b'A' | b'e' | b'E' | b'f' | b'g' | b'G' => Conversion::Float,
            b'p' => Conversion::Pointer,
            b'q' if count > 0 => return Err(FormatError::QuoteModifiers),
            b'q' => Conversion::Quoted,
            b's' => Conversion::Text,
            _ => {
                return Err(FormatError::UnknownConversion(specification(
                    modifiers, letter,
                )));
            }
        };
        let spec = FormatSpec {
            modifiers,
            letter,
            conversion,
            layout: Layout::read(modifiers, letter),
        };
        Ok((spec, at.saturating_add(count).saturating_add(1)))
    }

    /// The kind of argument to fetch.
    pub fn conversion(&self) -> Conversion {
        self.conversion
    }

    /// Whether there is nothing between `%` and the letter.
    pub fn is_plain(&self) -> bool {
        self.modifiers.is_empty()
    }

    /// The check that comes before the argument is converted: for `%c`, `%a` and `%A`.
    ///
    /// # Errors
    /// [`FormatError::InvalidSpecification`].
    pub fn check_early(&self) -> Result<(), FormatError> {
        match self.letter {
            b'c' | b'a' | b'A' => self.layout().map(|_| ()),
            _ => Ok(()),
        }
    }

    fn layout(&self) -> Result<&Layout, FormatError> {
        self.layout.as_ref().ok_or_else(|| self.invalid())
    }

    #[cold]
    #[inline(never)]
    fn invalid(&self) -> FormatError {
        FormatError::InvalidSpecification(specification(self.modifiers, self.letter))
    }

    /// Writes an integer: `%d %i %u %o %x %X`.
    ///
    /// # Errors
    /// [`FormatError::InvalidSpecification`].
    pub fn write_int(&self, value: i64, out: &mut Vec<u8>) -> Result<(), FormatError> {
        if self.is_plain() && matches!(self.letter, b'd' | b'i') {
            format_int(value, out);
            return Ok(());
        }
        let layout = self.layout()?;
        let from = out.len();
        let mut prefix: &[u8] = b"";
        if matches!(self.letter, b'd' | b'i') {
            prefix = sign(value < 0, layout);
        } else if layout.alternate && value != 0 && matches!(self.letter, b'x' | b'X') {
            prefix = b"0x";
        }
        out.extend_from_slice(prefix);
        let digits_from = out.len();
        // With precision zero a zero has no digits at all.
        if value != 0 || layout.precision != Some(0) {
            match self.letter {
                b'o' => push_radix(value as u64, 3, out),
                b'x' | b'X' => push_radix(value as u64, 4, out),
                b'u' => format_uint(value as u64, false, out),
                _ => format_uint(value.unsigned_abs(), false, out),
            }
        }
        let digits = out.len().saturating_sub(digits_from);
        let mut zeros = layout.precision.unwrap_or(1).saturating_sub(digits);
        let wants_zero = self.letter == b'o' && layout.alternate && zeros == 0;
        if wants_zero && out.get(digits_from) != Some(&b'0') {
            zeros = 1;
        }
        insert_repeated(b'0', zeros, digits_from, out);
        let zero_pad = layout.zero && layout.precision.is_none();
        pad(layout, from, prefix.len(), zero_pad, out);
        if self.letter == b'X' {
            upper_case(out, from);
        }
        Ok(())
    }

    /// Writes a float: `%a %A %e %E %f %g %G`.
    ///
    /// # Errors
    /// [`FormatError::InvalidSpecification`].
    pub fn write_float(&self, value: f64, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let layout = self.layout()?;
        let from = out.len();
        let sign = sign(value.is_sign_negative(), layout);
        out.extend_from_slice(sign);
        if let Some(name) = special_name(value) {
            out.extend_from_slice(name);
            pad(layout, from, 0, false, out);
        } else {
            let precision = layout.precision.unwrap_or(6);
            let alternate = layout.alternate;
            let mut prefix = sign.len();
            match self.letter {
                b'e' | b'E' => write_scientific(value, precision, alternate, out),
                b'f' => write_fixed(value, precision, alternate, out),
                b'a' | b'A' => {
                    out.extend_from_slice(b"0x");
                    prefix = prefix.saturating_add(2);
                    write_hex(value, layout.precision, alternate, out);
                }
                _ => write_general_magnitude(value, precision, alternate, out),
            }
            pad(layout, from, prefix, layout.zero, out);
        }
        if self.letter.is_ascii_uppercase() {
            upper_case(out, from);
        }
        Ok(())
    }

    /// Writes a string: `%s`. Without modifiers it is appended whole; with a
    /// width at most 99 bytes more than the string are appended.
    ///
    /// # Errors
    /// [`FormatError::ContainsZeros`] if there are modifiers and a zero byte,
    /// [`FormatError::InvalidSpecification`].
    pub fn write_str(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), FormatError> {
        if self.is_plain() {
            out.extend_from_slice(text);
            return Ok(());
        }
        if memchr::memchr(0, text).is_some() {
            return Err(FormatError::ContainsZeros);
        }
        let layout = self.layout()?;
        let shown = layout.precision.and_then(|most| text.get(..most));
        push_padded(layout, shown.unwrap_or(text), out);
        Ok(())
    }

    /// Writes the byte an integer stands for, modulo 256: `%c`.
    ///
    /// # Errors
    /// [`FormatError::InvalidSpecification`].
    pub fn write_char(&self, value: i64, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let layout = self.layout()?;
        push_padded(layout, &[value as u8], out);
        Ok(())
    }

    /// Writes an address: `%p`. A value without one is passed as `None` and shown
    /// as `(null)`.
    ///
    /// # Errors
    /// [`FormatError::InvalidSpecification`].
    pub fn write_pointer(
        &self,
        address: Option<&str>,
        out: &mut Vec<u8>,
    ) -> Result<(), FormatError> {
        let layout = self.layout()?;
        let text = address.unwrap_or("(null)").as_bytes();
        push_padded(layout, text, out);
        Ok(())
    }
}

/// A specification as C would print it: up to the first zero byte.
fn specification(modifiers: &[u8], letter: u8) -> Vec<u8> {
    let mut text = vec![b'%'];
    text.extend_from_slice(modifiers);
    if letter != 0 {
        text.push(letter);
    }
    text
}

/// Up to two leading digits as a number, and what follows them.
fn two_digits(text: &[u8]) -> (usize, &[u8]) {
    let value = |byte: &u8| usize::from(byte.wrapping_sub(b'0'));
    match text {
        [a, b, rest @ ..] if a.is_ascii_digit() && b.is_ascii_digit() => {
            (value(a) * 10 + value(b), rest)
        }
        [a, rest @ ..] if a.is_ascii_digit() => (value(a), rest),
        _ => (0, text),
    }
}

fn sign(negative: bool, layout: &Layout) -> &'static [u8] {
    if negative {
        b"-"
    } else if layout.plus {
        b"+"
    } else if layout.space {
        b" "
    } else {
        b""
    }
}

/// Appends `value` in base `2^bits`, in lower case.
fn push_radix(value: u64, bits: u32, out: &mut Vec<u8>) {
    let mut shift = (63 / bits) * bits;
    while shift > 0 && value >> shift == 0 {
        shift -= bits;
    }
    loop {
        let digit = (value >> shift) as u8 & ((1 << bits) - 1);
        out.push(if digit < 10 {
            b'0' + digit
        } else {
            b'a' + digit - 10
        });
        if shift == 0 {
            break;
        }
        shift -= bits;
    }
}

/// Appends text padded with spaces to the width.
fn push_padded(layout: &Layout, text: &[u8], out: &mut Vec<u8>) {
    let from = out.len();
    out.extend_from_slice(text);
    pad(layout, from, 0, false, out);
}

/// Pads what was written from `from` on to the width: with spaces on the left or
/// right, or with zeros after the first `prefix` bytes.
fn pad(layout: &Layout, from: usize, prefix: usize, zero_pad: bool, out: &mut Vec<u8>) {
    let written = out.len().saturating_sub(from);
    let missing = layout.width.saturating_sub(written);
    if missing == 0 {
        return;
    }
    if layout.left {
        push_repeated(b' ', missing, out);
    } else if zero_pad {
        insert_repeated(b'0', missing, from.saturating_add(prefix), out);
    } else {
        insert_repeated(b' ', missing, from, out);
    }
}

/// Inserts a byte `count` times at `at`.
fn insert_repeated(byte: u8, count: usize, at: usize, out: &mut Vec<u8>) {
    push_repeated(byte, count, out);
    if let Some(moved) = out.get_mut(at..) {
        moved.rotate_right(count.min(moved.len()));
    }
}

fn push_repeated(byte: u8, count: usize, out: &mut Vec<u8>) {
    out.extend(std::iter::repeat_n(byte, count));
}

fn upper_case(out: &mut [u8], from: usize) {
    if let Some(written) = out.get_mut(from..) {
        written.make_ascii_uppercase();
    }
}

/// Appends a string as a Lua literal that reads back the same: `%q`.
pub fn quote_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for (index, byte) in text.iter().enumerate() {
        match byte {
            b'"' | b'\\' | b'\n' => out.extend_from_slice(&[b'\\', *byte]),
            0..=31 | 127 => {
                out.push(b'\\');
                // A digit after it must not be read as part of the escape.
                let next = text.get(index.saturating_add(1));
                if next.is_some_and(u8::is_ascii_digit) {
                    let missing = if *byte < 10 {
                        2
                    } else {
                        usize::from(*byte < 100)
                    };
                    push_repeated(b'0', missing, out);
                }
                format_uint(u64::from(*byte), false, out);
            }
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
}

/// The most bytes [`quote_string`] appends for a string of this length.
pub fn max_quoted_len(len: usize) -> usize {
    len.saturating_mul(4).saturating_add(2)
}

/// Appends an integer that reads back as the same integer: `%q`.
pub fn quote_int(value: i64, out: &mut Vec<u8>) {
    if value == i64::MIN {
        // In decimal it would read back as a float.
        out.extend_from_slice(b"0x8000000000000000");
    } else {
        format_int(value, out);
    }
}

/// Appends a float that reads back as the same float: `%q`.
pub fn quote_float(value: f64, out: &mut Vec<u8>) {
    if value.is_nan() {
        out.extend_from_slice(b"(0/0)");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"1e9999" } else { b"-1e9999" });
    } else {
        if value.is_sign_negative() {
            out.push(b'-');
        }
        out.extend_from_slice(b"0x");
        write_hex(value, None, false, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(format: &str) -> FormatSpec<'_> {
        let (spec, end) = FormatSpec::parse(format.as_bytes(), 1).unwrap();
        assert_eq!(end, format.len());
        spec
    }

    fn text(write: impl Fn(&mut Vec<u8>) -> Result<(), FormatError>) -> String {
        let mut out = Vec::new();
        match write(&mut out) {
            Ok(()) => String::from_utf8(out).unwrap(),
            Err(error) => String::from_utf8(error.message()).unwrap(),
        }
    }

    #[test]
    fn integers_as_printf() {
        for (format, value, expected) in [
            ("%d", i64::MIN, "-9223372036854775808"),
            ("%5d", -3, "   -3"),
            ("%-5d", -3, "-3   "),
            ("%05d", -3, "-0003"),
            ("%-05d", 3, "3    "),
            ("%+.3d", 3, "+003"),
            ("% d", 3, " 3"),
            ("%+ d", 3, "+3"),
            ("%.0d", 0, ""),
            ("%+.0d", 0, "+"),
            ("%08.3d", 7, "     007"),
            ("%x", -1, "ffffffffffffffff"),
            ("%#X", 255, "0XFF"),
            ("%#x", 0, "0"),
            ("%#010x", 255, "0x000000ff"),
            ("%o", -1, "1777777777777777777777"),
            ("%#o", 8, "010"),
            ("%#o", 0, "0"),
            ("%#.0o", 0, "0"),
            ("%#.4o", 8, "0010"),
            ("%#04o", 8, "0010"),
            ("%#00o", 8, "010"),
            ("%u", -1, "18446744073709551615"),
            ("%#d", 1, "invalid conversion specification: '%#d'"),
            ("%+x", 1, "invalid conversion specification: '%+x'"),
            ("%123d", 1, "invalid conversion specification: '%123d'"),
            ("%.123d", 1, "invalid conversion specification: '%.123d'"),
            ("%1.2.3d", 1, "invalid conversion specification: '%1.2.3d'"),
        ] {
            assert_eq!(
                text(|o| spec(format).write_int(value, o)),
                expected,
                "{format}"
            );
        }
    }

    #[test]
    fn floats_as_printf() {
        for (format, value, expected) in [
            ("%.3f", 2.0 / 3.0, "0.667"),
            ("%010.2f", -2.34567, "-000002.35"),
            ("%+e", 12345.678, "+1.234568e+04"),
            ("%G", 1e-10, "1E-10"),
            ("%#.3g", 1.0, "1.00"),
            ("%g", 1e15, "1e+15"),
            ("%5.1f", 2.25, "  2.2"),
            ("%a", 1.0, "0x1p+0"),
            ("%A", 0.5, "0X1P-1"),
            ("%010a", 1.0, "0x00001p+0"),
            ("%+08f", f64::INFINITY, "    +inf"),
            ("%-6G", f64::NEG_INFINITY, "-INF  "),
            ("%.99f", 0.0, &format!("0.{}", "0".repeat(99))),
        ] {
            assert_eq!(
                text(|o| spec(format).write_float(value, o)),
                expected,
                "{format}"
            );
        }
    }

    #[test]
    fn strings_and_characters() {
        assert_eq!(text(|o| spec("%-5s").write_str(b"ab", o)), "ab   ");
        assert_eq!(text(|o| spec("%5.1s").write_str(b"ab", o)), "    a");
        assert_eq!(text(|o| spec("%.s").write_str(b"ab", o)), "");
        assert_eq!(text(|o| spec("%s").write_str(b"a\0b", o)), "a\0b");
        assert_eq!(
            text(|o| spec("%3s").write_str(b"a\0b", o)),
            "string contains zeros"
        );
        assert_eq!(
            text(|o| spec("%05s").write_str(b"a", o)),
            "invalid conversion specification: '%05s'"
        );
        assert_eq!(text(|o| spec("%3c").write_char(65, o)), "  A");
        assert_eq!(text(|o| spec("%c").write_char(256, o)), "\0");
        assert_eq!(text(|o| spec("%-8p").write_pointer(None, o)), "(null)  ");
        assert_eq!(
            text(|o| spec("%6p").write_pointer(Some("0x12"), o)),
            "  0x12"
        );
        assert!(spec("%.3c").check_early().is_err());
        assert!(spec("%.3d").check_early().is_ok());
    }

    #[test]
    fn bad_specifications_are_named() {
        let message = |format: &[u8]| {
            let error = FormatSpec::parse(format, 1).unwrap_err();
            assert!(!error.is_argument_error());
            error.message()
        };
        assert_eq!(message(b"%y"), b"invalid conversion '%y' to 'format'");
        assert_eq!(message(b"%"), b"invalid conversion '%' to 'format'");
        assert_eq!(
            message(b"%-5\xff"),
            b"invalid conversion '%-5\xff' to 'format'"
        );
        assert_eq!(message(b"%5q"), b"specifier '%q' cannot have modifiers");
        assert_eq!(message(b"%F"), b"invalid conversion '%F' to 'format'");
        let long = [b"%".as_slice(), &[b'-'; 21], b"d"].concat();
        assert_eq!(message(&long), b"invalid format (too long)");
        let fits = [b"%".as_slice(), &[b'-'; 20], b"d"].concat();
        assert!(FormatSpec::parse(&fits, 1).is_ok());
        assert!(FormatSpec::parse(b"", usize::MAX).is_err());
    }

    #[test]
    fn quotes_read_back() {
        let quoted = |bytes: &[u8]| {
            let mut out = Vec::new();
            quote_string(bytes, &mut out);
            assert!(out.len() <= max_quoted_len(bytes.len()));
            String::from_utf8_lossy(&out).into_owned()
        };
        assert_eq!(
            quoted(b"a\"\\\n\r\0b\x001\x7f9"),
            "\"a\\\"\\\\\\\n\\13\\0b\\0001\\1279\""
        );
        let int = |value| {
            let mut out = Vec::new();
            quote_int(value, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(int(i64::MIN), "0x8000000000000000");
        assert_eq!(int(-5), "-5");
        let float = |value| {
            let mut out = Vec::new();
            quote_float(value, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(float(0.1), "0x1.999999999999ap-4");
        assert_eq!(float(-0.0), "-0x0p+0");
        assert_eq!(float(f64::NAN), "(0/0)");
        assert_eq!(float(f64::NEG_INFINITY), "-1e9999");
    }
}
