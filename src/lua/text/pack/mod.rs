//! The formats of `string.pack`, `string.unpack` and `string.packsize`.
//!
//! Sizes are those of PUC Lua on x86-64 Linux on every platform: `h` 2, `i` 4,
//! `l`, `j`, `T`, `n` and `d` 8 bytes, native order little-endian, native
//! alignment 8. As in C, a zero byte ends the format.

mod packer;
mod unpacker;

use std::fmt;

pub use packer::Packer;
pub use unpacker::{Unpacked, Unpacker};

/// The largest integer in bytes.
const MAX_INT_SIZE: usize = 16;

/// The size of a Lua integer in bytes.
const INTEGER_SIZE: usize = 8;

/// The native alignment, which `!` alone stands for.
const NATIVE_ALIGN: usize = 8;

/// The largest size of a result, and of anything in it: C's `INT_MAX`.
const MAX_SIZE: u64 = 0x7fff_ffff;

/// What is wrong with a format, a value or the data, in PUC Lua's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackError {
    /// The size after `i`, `I`, `s` or `!` is not in 1 to 16.
    IntegralSize(u32),
    /// `c` without a size.
    MissingSize,
    /// No option has this letter.
    InvalidOption(u8),
    /// What follows `X` has no alignment.
    InvalidNext,
    /// The size of an item is no power of two, and the format asks for alignment.
    NotPowerOfTwo,
    /// `packsize` of a format with `s` or `z`.
    VariableLength,
    /// `packsize` of a format whose result would be too large.
    ResultTooLarge,
    /// A signed integer does not fit in its size.
    IntegerOverflow,
    /// An unsigned integer does not fit in its size.
    UnsignedOverflow,
    /// A string does not fit in the size after `c`.
    StringTooLong,
    /// The length of a string does not fit in the size after `s`.
    LengthDoesNotFit,
    /// A string for `z` has a zero byte.
    ContainsZeros,
    /// The data end within an item.
    DataTooShort,
    /// The data for `z` have no zero byte.
    UnfinishedString,
    /// An integer of this many bytes is too large for Lua.
    DoesNotFit(usize),
    /// Unpacking should start beyond the end of the data.
    InitialPosition,
}

/// The argument an error is about, to be worded as `bad argument #n to 'pack' (…)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// None: the message stands alone.
    None,
    /// The format, argument 1.
    Format,
    /// The data to unpack, argument 2.
    Data,
    /// The position to start at, argument 3.
    Position,
    /// The value being packed.
    Value,
}

impl PackError {
    /// PUC Lua's message. It may quote any byte of the format.
    pub fn message(&self) -> Vec<u8> {
        let words = match self {
            Self::IntegralSize(size) => {
                &*format!("integral size ({size}) out of limits [1,{MAX_INT_SIZE}]")
            }
            Self::InvalidOption(byte) => {
                return [b"invalid format option '", &[*byte][..], b"'"].concat();
            }
            Self::DoesNotFit(size) => {
                &*format!("{size}-byte integer does not fit into Lua Integer")
            }
            Self::MissingSize => "missing size for format option 'c'",
            Self::InvalidNext => "invalid next option for option 'X'",
            Self::NotPowerOfTwo => "format asks for alignment not power of 2",
            Self::VariableLength => "variable-length format",
            Self::ResultTooLarge => "format result too large",
            Self::IntegerOverflow => "integer overflow",
            Self::UnsignedOverflow => "unsigned overflow",
            Self::StringTooLong => "string longer than given size",
            Self::LengthDoesNotFit => "string length does not fit in given size",
            Self::ContainsZeros => "string contains zeros",
            Self::DataTooShort => "data string too short",
            Self::UnfinishedString => "unfinished string for format 'z'",
            Self::InitialPosition => "initial position out of string",
        };
        words.into()
    }

    /// The argument the message is about.
    pub fn blame(&self) -> Blame {
        match self {
            Self::IntegralSize(_)
            | Self::MissingSize
            | Self::InvalidOption(_)
            | Self::DoesNotFit(_) => Blame::None,
            Self::InvalidNext
            | Self::NotPowerOfTwo
            | Self::VariableLength
            | Self::ResultTooLarge => Blame::Format,
            Self::DataTooShort | Self::UnfinishedString => Blame::Data,
            Self::InitialPosition => Blame::Position,
            Self::IntegerOverflow
            | Self::UnsignedOverflow
            | Self::StringTooLong
            | Self::LengthDoesNotFit
            | Self::ContainsZeros => Blame::Value,
        }
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.message()))
    }
}

impl std::error::Error for PackError {}

/// An option that takes or yields a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackOption {
    /// `b h i l j` and, unsigned, `B H I L J T`.
    Int {
        /// 1 to 16 bytes.
        size: usize,
        /// Whether the top bit is a sign.
        signed: bool,
    },
    /// `f`: a float of four bytes.
    Single,
    /// `d n`: a float of eight bytes.
    Double,
    /// `c`: a string of exactly this size.
    Fixed {
        /// Bytes, up to 2^31.
        size: usize,
    },
    /// `s`: a string after its length.
    Prefixed {
        /// The size of the length, 1 to 16 bytes.
        size: usize,
    },
    /// `z`: a string that ends with a zero byte.
    ZeroEnded,
}

/// What one letter of a format means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letter {
    Value(PackOption),
    /// `x`
    Padding,
    /// `X`
    Align,
    /// Blanks, byte order and alignment.
    Setting,
}

impl Letter {
    /// The bytes it takes, as far as the format tells.
    fn size(self) -> usize {
        match self {
            Letter::Value(
                PackOption::Int { size, .. }
                | PackOption::Fixed { size }
                | PackOption::Prefixed { size },
            ) => size,
            Letter::Value(PackOption::Single) => 4,
            Letter::Value(PackOption::Double) => 8,
            Letter::Padding => 1,
            Letter::Value(PackOption::ZeroEnded) | Letter::Align | Letter::Setting => 0,
        }
    }
}

/// An option in its place.
struct Item {
    letter: Letter,
    /// Zero bytes before it, fewer than sixteen.
    padding: usize,
    size: usize,
}

/// Reads a format option by option.
#[derive(Clone, Debug)]
struct Reader<'a> {
    rest: &'a [u8],
    little: bool,
    max_align: usize,
}

impl<'a> Reader<'a> {
    fn new(format: &'a [u8]) -> Self {
        let end = memchr::memchr(0, format).unwrap_or(format.len());
        Reader {
            rest: format.get(..end).unwrap_or(&[]),
            little: true,
            max_align: 1,
        }
    }

    /// A decimal numeral, if there is one; it ends before it could exceed `INT_MAX`.
    fn number(&mut self) -> Option<u32> {
        const LAST_TO_GROW: u32 = (MAX_SIZE as u32 - 9) / 10;
        let mut value: Option<u32> = None;
        while let Some((digit @ b'0'..=b'9', rest)) = self.rest.split_first() {
            let before = value.unwrap_or(0);
            if before > LAST_TO_GROW {
                break;
            }
            value = Some(before * 10 + u32::from(digit - b'0'));
            self.rest = rest;
        }
        value
    }

    /// The size after a letter, or `default`.
    fn int_size(&mut self, default: usize) -> Result<usize, PackError> {
        match self.number() {
            None => Ok(default),
            Some(size) if (1..=MAX_INT_SIZE as u32).contains(&size) => Ok(size as usize),
            Some(size) => Err(PackError::IntegralSize(size)),
        }
    }

    /// Reads one letter and what belongs to it; `None` at the end.
    fn letter(&mut self) -> Result<Option<Letter>, PackError> {
        let Some((letter, rest)) = self.rest.split_first() else {
            return Ok(None);
        };
        self.rest = rest;
        let int = |size, signed| Letter::Value(PackOption::Int { size, signed });
        Ok(Some(match letter {
            b'b' => int(1, true),
            b'B' => int(1, false),
            b'h' => int(2, true),
            b'H' => int(2, false),
            b'l' | b'j' => int(8, true),
            b'L' | b'J' | b'T' => int(8, false),
            b'i' => int(self.int_size(4)?, true),
            b'I' => int(self.int_size(4)?, false),
            b'f' => Letter::Value(PackOption::Single),
            b'd' | b'n' => Letter::Value(PackOption::Double),
            b's' => Letter::Value(PackOption::Prefixed {
                size: self.int_size(8)?,
            }),
            b'c' => Letter::Value(PackOption::Fixed {
                size: self.number().ok_or(PackError::MissingSize)? as usize,
            }),
            b'z' => Letter::Value(PackOption::ZeroEnded),
            b'x' => Letter::Padding,
            b'X' => Letter::Align,
            b' ' => Letter::Setting,
            b'<' | b'=' => {
                self.little = true;
                Letter::Setting
            }
            b'>' => {
                self.little = false;
                Letter::Setting
            }
            b'!' => {
                self.max_align = self.int_size(NATIVE_ALIGN)?;
                Letter::Setting
            }
            other => return Err(PackError::InvalidOption(*other)),
        }))
    }

    /// Reads the next option that is no setting, for a place `at` bytes from the start.
    fn item(&mut self, at: u64) -> Result<Option<Item>, PackError> {
        loop {
            let Some(letter) = self.letter()? else {
                return Ok(None);
            };
            if letter == Letter::Setting {
                continue;
            }
            // `X` aligns as the option after it would, and takes that away.
            let aligned_as = if letter == Letter::Align {
                self.letter()?
                    .filter(|next| next.size() > 0)
                    .ok_or(PackError::InvalidNext)?
            } else {
                letter
            };
            let fixed = matches!(aligned_as, Letter::Value(PackOption::Fixed { .. }));
            if letter == Letter::Align && fixed {
                return Err(PackError::InvalidNext);
            }
            let align = aligned_as.size();
            let padding = if align <= 1 || fixed {
                0
            } else {
                let align = align.min(self.max_align);
                if !align.is_power_of_two() {
                    return Err(PackError::NotPowerOfTwo);
                }
                let mask = align - 1;
                (align - (at as usize & mask)) & mask
            };
            return Ok(Some(Item {
                letter,
                padding,
                size: letter.size(),
            }));
        }
    }
}

/// `string.packsize`: the size of the result of a format without `s` and `z`.
///
/// # Errors
/// [`PackError`], about the format.
///
/// ```
/// use algocline_lua::text::pack::pack_size;
/// assert_eq!(pack_size(b"!8 b Xd d"), Ok(16));
/// ```
pub fn pack_size(format: &[u8]) -> Result<i64, PackError> {
    let mut reader = Reader::new(format);
    let mut total: u64 = 0;
    while let Some(item) = reader.item(total)? {
        if matches!(
            item.letter,
            Letter::Value(PackOption::Prefixed { .. } | PackOption::ZeroEnded)
        ) {
            return Err(PackError::VariableLength);
        }
        total = total.saturating_add((item.padding as u64).saturating_add(item.size as u64));
        if total > MAX_SIZE {
            return Err(PackError::ResultTooLarge);
        }
    }
    Ok(total as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packs integers and says how the result or the error looks.
    fn pack_ints(format: &str, values: &[i64]) -> Result<Vec<u8>, String> {
        let shown = |error: PackError| error.to_string();
        let (mut packer, mut out) = (Packer::new(format.as_bytes()), Vec::new());
        let mut values = values.iter();
        while let Some(option) = packer.next_option(&mut out).map_err(shown)? {
            let PackOption::Int { size, signed } = option else {
                panic!("{option:?}");
            };
            let value = *values.next().unwrap();
            let before = out.len();
            packer
                .put_int(size, signed, value, &mut out)
                .map_err(shown)?;
            assert_eq!(out.len() - before, Packer::packed_len(option, 0));
        }
        Ok(out)
    }

    #[test]
    fn integers_of_every_size() {
        assert_eq!(pack_ints("<i3", &[-2]), Ok(vec![0xfe, 0xff, 0xff]));
        assert_eq!(pack_ints(">i3", &[-2]), Ok(vec![0xff, 0xff, 0xfe]));
        assert_eq!(pack_ints(">h <H", &[1, 2]), Ok(vec![0, 1, 2, 0]));
        assert_eq!(pack_ints("i16", &[-1]), Ok(vec![0xff; 16]));
        assert_eq!(pack_ints("I9", &[-1]).unwrap()[8], 0);
        assert_eq!(pack_ints("b", &[128]).unwrap_err(), "integer overflow");
        assert_eq!(pack_ints("i7", &[1 << 55]).unwrap_err(), "integer overflow");
        assert_eq!(pack_ints("B", &[256]).unwrap_err(), "unsigned overflow");
        assert_eq!(pack_ints("I7", &[-1]).unwrap_err(), "unsigned overflow");
        assert_eq!(pack_ints("J", &[-1]), Ok(vec![0xff; 8]));
        for size in 1..=16usize {
            for order in ["<", ">"] {
                let format = format!("{order}i{size}");
                for value in [0, 1, -1, 127, -128] {
                    let data = pack_ints(&format, &[value]).unwrap();
                    let mut unpacker = Unpacker::new(format.as_bytes(), &data, 0).unwrap();
                    assert_eq!(unpacker.next_value(), Ok(Some(Unpacked::Int(value))));
                    assert_eq!(unpacker.position(), size);
                }
            }
        }
    }

    #[test]
    fn alignment() {
        assert_eq!(pack_size(b"!b i"), Ok(8));
        assert_eq!(pack_size(b"!2 b i"), Ok(6));
        assert_eq!(pack_size(b"b i"), Ok(5));
        assert_eq!(pack_size(b"!4 b Xi8 b"), Ok(5));
        assert_eq!(pack_size(b"!4 i3"), Err(PackError::NotPowerOfTwo));
        assert_eq!(pack_size(b"!3 i4"), Err(PackError::NotPowerOfTwo));
        assert_eq!(pack_size(b"c3 !4 c4 i"), Ok(12));
        for format in ["X", "Xz", "Xc1", "XX", "X i", "X<i"] {
            assert_eq!(pack_size(format.as_bytes()), Err(PackError::InvalidNext));
        }
        assert_eq!(pack_size(b"Xc"), Err(PackError::MissingSize));
    }

    #[test]
    fn formats_are_checked() {
        assert_eq!(pack_size(b"i0"), Err(PackError::IntegralSize(0)));
        assert_eq!(pack_size(b"i17"), Err(PackError::IntegralSize(17)));
        assert_eq!(pack_size(b"s1"), Err(PackError::VariableLength));
        assert_eq!(pack_size(b"\0y"), Ok(0));
        assert_eq!(pack_size(b"c2147483639"), Ok(2147483639));
        assert_eq!(pack_size(b"c2147483639c8"), Ok(2147483647));
        assert_eq!(pack_size(b"c2147483639c9"), Err(PackError::ResultTooLarge));
        assert_eq!(
            pack_size(b"c21474836390"),
            Err(PackError::InvalidOption(b'0'))
        );
        let error = pack_size(b"\xff").unwrap_err();
        assert_eq!(error.message(), b"invalid format option '\xff'");
        assert_eq!(error.blame(), Blame::None);
        assert_eq!(
            PackError::IntegralSize(17).message(),
            b"integral size (17) out of limits [1,16]"
        );
    }

    #[test]
    fn strings() {
        let put = |format: &str, text: &[u8]| {
            let (mut packer, mut out) = (Packer::new(format.as_bytes()), Vec::new());
            let option = packer.next_option(&mut out)?.unwrap();
            packer.put_text(option, text, &mut out)?;
            assert_eq!(packer.next_option(&mut out)?, None);
            Ok(out)
        };
        assert_eq!(put("c4", b"ab"), Ok(b"ab\0\0".to_vec()));
        assert_eq!(put("c1", b"ab"), Err(PackError::StringTooLong));
        assert_eq!(put(">s2", b"ab"), Ok(b"\0\x02ab".to_vec()));
        assert_eq!(put("s1", &[b'a'; 256]), Err(PackError::LengthDoesNotFit));
        assert_eq!(put("zx", b"ab"), Ok(b"ab\0\0".to_vec()));
        assert_eq!(put("z", b"a\0"), Err(PackError::ContainsZeros));
    }

    #[test]
    fn data_are_checked() {
        let first = |format: &str, data: &[u8]| {
            Unpacker::new(format.as_bytes(), data, 0).and_then(|mut u| u.next_value())
        };
        assert_eq!(first("i4", b"abc"), Err(PackError::DataTooShort));
        assert_eq!(first("z", b"abc"), Err(PackError::UnfinishedString));
        assert_eq!(first("s1", b"\x03ab"), Err(PackError::DataTooShort));
        assert_eq!(first("s8", &[0xff; 20]), Err(PackError::DataTooShort));
        assert_eq!(first("s16", &[3; 20]), Err(PackError::DoesNotFit(16)));
        assert_eq!(first("i16", &[3; 16]), Err(PackError::DoesNotFit(16)));
        assert_eq!(first("I9", &[0xff; 9]), Err(PackError::DoesNotFit(9)));
        assert_eq!(first("xx!4i", b"ab"), Err(PackError::DataTooShort));
        assert_eq!(
            Unpacker::new(b"", b"", 1).err(),
            Some(PackError::InitialPosition)
        );
    }

    #[test]
    fn floats_keep_their_bits() {
        let trip = |format: &str, option, value| {
            let (mut packer, mut out) = (Packer::new(format.as_bytes()), Vec::new());
            assert_eq!(packer.next_option(&mut out), Ok(Some(option)));
            packer.put_float(option, value, &mut out);
            match Unpacker::new(format.as_bytes(), &out, 0).and_then(|mut u| u.next_value()) {
                Ok(Some(Unpacked::Float(value))) => value.to_bits(),
                other => panic!("{other:?}"),
            }
        };
        for bits in [
            0x7ff8_0000_0000_0000,
            0xfff8_0000_2000_0000,
            0xfff8_1234_5678_9abc,
        ] {
            let nan = f64::from_bits(bits);
            assert_eq!(trip(">d", PackOption::Double, nan), bits);
            let single = trip("<f", PackOption::Single, nan);
            assert_eq!(single, bits & 0xffff_ffff_e000_0000);
        }
        for value in [0.0, -0.0, 1.5, 5e-324, f64::MAX, f64::NEG_INFINITY] {
            assert_eq!(trip(">d", PackOption::Double, value), value.to_bits());
            let single = f64::from(value as f32).to_bits();
            assert_eq!(trip("<f", PackOption::Single, value), single);
        }
    }
}
