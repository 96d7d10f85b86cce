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
#[path = "codec/image.rs"]
mod image;

use std::fmt;

pub use checksum::crc32;
pub use image::{Codec, Image};

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

/// Takes an image apart, front to back, and remembers its first error.
///
/// From then on every number is zero, every text empty and every list at its end, until
/// [`finish`](Self::finish) tells. So the code that reads a form of many fields has no way
/// out after each of them, which would be most of it.
///
/// ```
/// use algocline_codec::{CodecError, Reader};
/// let mut reader = Reader::new(&[7, 2, b'o', b'k', 0]);
/// assert_eq!((reader.u64(), reader.string()), (7, "ok".to_owned()));
/// assert_eq!(reader.list(Reader::u64), [0_u64; 0]);
/// assert_eq!(reader.finish(), Ok(()));
///
/// let mut reader = Reader::new(&[9, 1]);
/// assert_eq!((reader.string(), reader.u64()), (String::new(), 0));
/// assert_eq!(reader.finish(), Err(CodecError::BadLength));
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    error: Option<CodecError>,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            error: None,
        }
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Notes an error, unless there was one before. Nothing is read any more.
    #[cold]
    #[inline(never)]
    pub fn refuse(&mut self, error: CodecError) {
        self.error.get_or_insert(error);
        self.rest = &[];
    }

    /// Whether there was no error so far.
    pub fn is_sound(&self) -> bool {
        self.error.is_none()
    }

    /// Tells of the first error so far.
    #[inline(never)]
    pub fn check(&self) -> Result<(), CodecError> {
        self.error.map_or(Ok(()), Err)
    }

    /// Refuses bytes after the end of what was to be read, and tells of the first error.
    #[inline(never)]
    pub fn finish(&mut self) -> Result<(), CodecError> {
        if !self.rest.is_empty() {
            self.refuse(CodecError::BadLength);
        }
        self.check()
    }

    /// So many bytes, or none.
    #[inline(never)]
    pub fn raw(&mut self, length: usize) -> &'a [u8] {
        match self.rest.split_at_checked(length) {
            Some((head, rest)) => {
                self.rest = rest;
                head
            }
            None => {
                self.refuse(CodecError::Truncated);
                &[]
            }
        }
    }

    #[inline(never)]
    pub fn u8(&mut self) -> u8 {
        self.raw(1).first().copied().unwrap_or_default()
    }

    #[inline(never)]
    pub fn bool(&mut self) -> bool {
        let byte = self.u8();
        if byte > 1 {
            self.refuse(CodecError::BadNumber);
        }
        byte == 1
    }

    /// A number has one spelling only, so that reading and writing again gives the same bytes.
    #[inline(never)]
    pub fn u64(&mut self) -> u64 {
        let mut value = 0;
        let mut shift = 0_u32;
        for (at, byte) in self.rest.iter().enumerate() {
            let bits = u64::from(byte & 0x7f);
            if (shift == 63 && *byte > 1) || (shift > 0 && *byte == 0) {
                self.refuse(CodecError::BadNumber);
                return 0;
            }
            value |= bits.wrapping_shl(shift);
            if byte & 0x80 == 0 {
                self.rest = self.rest.get(at.wrapping_add(1)..).unwrap_or_default();
                return value;
            }
            shift = shift.wrapping_add(7);
        }
        self.refuse(CodecError::Truncated);
        0
    }

    #[inline(never)]
    pub fn u32(&mut self) -> u32 {
        u32::try_from(self.u64()).unwrap_or_else(|_| {
            self.refuse(CodecError::BadNumber);
            0
        })
    }

    #[inline(never)]
    pub fn i64(&mut self) -> i64 {
        let value = self.u64();
        (value >> 1) as i64 ^ -((value & 1) as i64)
    }

    /// Eight bytes, little end first.
    #[inline(never)]
    pub fn word(&mut self) -> u64 {
        match self.raw(8).first_chunk() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => 0,
        }
    }

    pub fn f64(&mut self) -> f64 {
        f64::from_bits(self.word())
    }

    /// The length of a list whose items take at least `smallest` bytes each, which is
    /// not 0.
    #[inline(never)]
    pub fn len_of(&mut self, smallest: usize) -> usize {
        let length = self.u64();
        let most = self.rest.len().checked_div(smallest).unwrap_or_default();
        if length > most as u64 {
            self.refuse(CodecError::BadLength);
            return 0;
        }
        length as usize
    }

    /// Counts down how many items of a list are still to be read: none after an error.
    #[inline(never)]
    pub fn more(&self, left: &mut usize) -> bool {
        match left.checked_sub(1) {
            Some(rest) if self.is_sound() => {
                *left = rest;
                true
            }
            _ => false,
        }
    }

    #[inline(never)]
    pub fn bytes(&mut self) -> &'a [u8] {
        let length = self.len_of(1);
        self.raw(length)
    }

    #[inline(never)]
    pub fn str(&mut self) -> &'a str {
        std::str::from_utf8(self.bytes()).unwrap_or_else(|_| {
            self.refuse(CodecError::BadText);
            ""
        })
    }

    #[inline(never)]
    pub fn string(&mut self) -> String {
        self.str().to_owned()
    }

    pub fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.bool().then(|| read(self))
    }

    /// A list whose items take at least one byte each.
    pub fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut left = self.len_of(1);
        // Not reserved at once: an item may be much larger than its bytes.
        let mut items = Vec::new();
        while self.more(&mut left) {
            items.push(read(self));
        }
        items
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
            assert_eq!(reader.u64(), value);
        }
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(reader.i64(), value);
        }
        assert_eq!(reader.f64().to_bits(), (-0.0_f64).to_bits());
        assert_eq!(reader.f64().to_bits(), 0xfff8_0000_0000_0001);
        assert_eq!(reader.str(), "naïve");
        assert_eq!(reader.option(Reader::u32), Some(7));
        assert_eq!(reader.option(Reader::u32), None);
        assert_eq!(reader.list(Reader::bool), [true, false]);
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
            reader.u64();
            reader.f64();
            reader.str();
            assert!(reader.finish().is_err(), "{end} bytes were enough");
        }
    }

    #[test]
    fn numbers_of_other_spellings_are_refused() {
        let error = |bytes: &[u8], read: fn(&mut Reader)| {
            let mut reader = Reader::new(bytes);
            read(&mut reader);
            reader.finish()
        };
        let bad = Err(CodecError::BadNumber);
        let u64 = |reader: &mut Reader| assert_eq!(reader.u64(), 0);
        assert_eq!(error(&[0x80, 0], u64), bad);
        assert_eq!(error(&[0xff; 10], u64), bad);
        assert_eq!(error(&[0xff; 11], u64), bad);
        assert_eq!(error(&[2], |reader| assert!(!reader.bool())), bad);
        let u32 = |reader: &mut Reader| assert_eq!(reader.u32(), 0);
        assert_eq!(error(&[0xff, 0xff, 0xff, 0xff, 0x1f], u32), bad);
    }

    #[test]
    fn a_length_beyond_the_bytes_reserves_nothing() {
        let four_gigabytes = [0xff, 0xff, 0xff, 0xff, 0x0f, 0];
        let mut reader = Reader::new(&four_gigabytes);
        assert_eq!(reader.bytes(), b"");
        assert_eq!(reader.check(), Err(CodecError::BadLength));
        let mut reader = Reader::new(&four_gigabytes);
        assert_eq!(reader.list(Reader::u8), b"");
        assert_eq!(reader.check(), Err(CodecError::BadLength));
    }

    #[test]
    fn after_an_error_lists_end() {
        let mut reader = Reader::new(&[3, 1, 2, 0]);
        assert_eq!(reader.list(Reader::bool), [true, false]);
        assert_eq!((reader.u8(), reader.word()), (0, 0));
        assert_eq!(reader.finish(), Err(CodecError::BadNumber));
    }
}
