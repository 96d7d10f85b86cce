//! The bytes of a saved session: what every part of an image is written and
//! read with.
//!
//! Whole numbers are LEB128 (seven bits a byte, low bits first; signed ones in
//! zigzag), floats are their eight bytes, little end first, so that every NaN
//! and both zeros survive; texts and lists begin with their length. A [`Reader`]
//! trusts nothing: it never reads past the end, and a length is refused before
//! anything is reserved for it.

// The package is built without what `{:?}` prints.
#![cfg_attr(not(test), deny(clippy::use_debug))]

#[path = "codec/checksum.rs"]
mod checksum;
#[path = "codec/fields.rs"]
mod fields;

use std::fmt;

pub use checksum::crc32;
pub use fields::Fields;

/// Why bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodecError {
    /// The bytes end in the middle of something.
    Truncated,
    /// A whole number is longer or larger than its kind allows.
    BadNumber,
    /// A length says more than the bytes that follow could hold.
    BadLength,
    /// A text is not UTF-8.
    BadText,
    /// A tag names nothing that this version knows; the text says what was read.
    BadTag(&'static str),
    /// A value contradicts another; the text says which.
    Invalid(&'static str),
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("it ends too early"),
            Self::BadNumber => f.write_str("a number is too large"),
            Self::BadLength => f.write_str("a length is larger than the rest"),
            Self::BadText => f.write_str("a text is not UTF-8"),
            Self::BadTag(what) => write!(f, "the kind of {what} is unknown"),
            Self::Invalid(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for CodecError {}

/// A part of a saved session.
pub trait Image: Sized {
    /// Adds the part's bytes.
    fn write(&self, writer: &mut Writer);

    /// Takes the part's bytes. Where they are no such part, `fields` knows it.
    fn read(fields: &mut Fields<'_>) -> Self;
}

/// Collects the bytes of an image, in one pass.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub fn new() -> Self {
        Self::default()
    }

    /// How many bytes there are so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    pub fn u64(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub fn u32(&mut self, value: u32) {
        self.u64(u64::from(value));
    }

    pub fn len_of(&mut self, length: usize) {
        self.u64(length as u64);
    }

    pub fn i64(&mut self, value: i64) {
        self.u64(((value << 1) ^ (value >> 63)) as u64);
    }

    pub fn f64(&mut self, value: f64) {
        self.bytes.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// Bytes without a length; the reader must know how many there are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.len_of(bytes.len());
        self.raw(bytes);
    }

    pub fn str(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Whether there is a value, and the value.
    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.bool(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// A length and the items.
    pub fn list<T>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.len_of(items.len());
        for item in items {
            write(self, item);
        }
    }
}

/// Takes an image apart, front to back.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Refuses bytes after the end of what was to be read.
    pub fn finish(&self) -> Result<(), CodecError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(CodecError::BadLength)
        }
    }

    pub fn raw(&mut self, length: usize) -> Result<&'a [u8], CodecError> {
        let (head, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(CodecError::Truncated)?;
        self.rest = rest;
        Ok(head)
    }

    pub fn u8(&mut self) -> Result<u8, CodecError> {
        let (&first, rest) = self.rest.split_first().ok_or(CodecError::Truncated)?;
        self.rest = rest;
        Ok(first)
    }

    pub fn bool(&mut self) -> Result<bool, CodecError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CodecError::BadNumber),
        }
    }

    /// A number has one spelling only, so that reading and writing again gives the same bytes.
    pub fn u64(&mut self) -> Result<u64, CodecError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if (shift == 63 && bits > 1) || (shift > 0 && byte == 0) {
                return Err(CodecError::BadNumber);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(CodecError::BadNumber)
    }

    pub fn u32(&mut self) -> Result<u32, CodecError> {
        u32::try_from(self.u64()?).map_err(|_| CodecError::BadNumber)
    }

    pub fn i64(&mut self) -> Result<i64, CodecError> {
        let value = self.u64()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    pub fn f64(&mut self) -> Result<f64, CodecError> {
        let bytes = self.raw(8)?;
        let mut bits = [0; 8];
        bits.copy_from_slice(bytes);
        Ok(f64::from_bits(u64::from_le_bytes(bits)))
    }

    /// The length of a list whose items take at least `smallest` bytes each.
    pub fn len_of(&mut self, smallest: usize) -> Result<usize, CodecError> {
        let length = usize::try_from(self.u64()?).map_err(|_| CodecError::BadLength)?;
        match length.checked_mul(smallest.max(1)) {
            Some(bytes) if bytes <= self.rest.len() => Ok(length),
            _ => Err(CodecError::BadLength),
        }
    }

    pub fn bytes(&mut self) -> Result<&'a [u8], CodecError> {
        let length = self.len_of(1)?;
        self.raw(length)
    }

    pub fn str(&mut self) -> Result<&'a str, CodecError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| CodecError::BadText)
    }

    pub fn string(&mut self) -> Result<String, CodecError> {
        self.str().map(str::to_owned)
    }

    pub fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, CodecError>,
    ) -> Result<Option<T>, CodecError> {
        if self.bool()? {
            read(self).map(Some)
        } else {
            Ok(None)
        }
    }

    /// A list whose items take at least one byte each.
    pub fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, CodecError>,
    ) -> Result<Vec<T>, CodecError> {
        let length = self.len_of(1)?;
        // Not reserved at once: an item may be much larger than its bytes.
        let mut items = Vec::new();
        for _ in 0..length {
            items.push(read(self)?);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let mut writer = Writer::new();
        for value in [0, 1, 127, 128, u64::from(u32::MAX), u64::MAX] {
            writer.u64(value);
        }
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            writer.i64(value);
        }
        writer.f64(-0.0);
        writer.f64(f64::from_bits(0xfff8_0000_0000_0001));
        writer.str("naïve");
        writer.option(Some(7_u32), Writer::u32);
        writer.option(None, Writer::u32);
        writer.list([true, false].into_iter(), Writer::bool);
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        for value in [0, 1, 127, 128, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(reader.u64(), Ok(value));
        }
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(reader.i64(), Ok(value));
        }
        assert_eq!(reader.f64().map(f64::to_bits), Ok((-0.0_f64).to_bits()));
        assert_eq!(reader.f64().map(f64::to_bits), Ok(0xfff8_0000_0000_0001));
        assert_eq!(reader.str(), Ok("naïve"));
        assert_eq!(reader.option(Reader::u32), Ok(Some(7)));
        assert_eq!(reader.option(Reader::u32), Ok(None));
        assert_eq!(reader.list(Reader::bool), Ok(vec![true, false]));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn every_prefix_is_refused() {
        let mut writer = Writer::new();
        writer.u64(300);
        writer.f64(1.5);
        writer.str("text");
        let bytes = writer.into_bytes();
        for end in 0..bytes.len() {
            let mut reader = Reader::new(&bytes[..end]);
            let all = reader
                .u64()
                .and_then(|_| reader.f64())
                .and_then(|_| reader.str());
            assert!(all.is_err(), "{end} bytes were enough");
        }
    }

    #[test]
    fn numbers_of_other_spellings_are_refused() {
        assert_eq!(Reader::new(&[0x80, 0]).u64(), Err(CodecError::BadNumber));
        assert_eq!(Reader::new(&[0xff; 10]).u64(), Err(CodecError::BadNumber));
        assert_eq!(Reader::new(&[2]).bool(), Err(CodecError::BadNumber));
        assert_eq!(
            Reader::new(&[0xff, 0xff, 0xff, 0xff, 0x1f]).u32(),
            Err(CodecError::BadNumber)
        );
    }

    #[test]
    fn a_length_beyond_the_bytes_reserves_nothing() {
        let four_gigabytes = [0xff, 0xff, 0xff, 0xff, 0x0f, 0];
        assert_eq!(
            Reader::new(&four_gigabytes).bytes(),
            Err(CodecError::BadLength)
        );
        assert_eq!(
            Reader::new(&four_gigabytes).list(Reader::u8),
            Err(CodecError::BadLength)
        );
    }
}
