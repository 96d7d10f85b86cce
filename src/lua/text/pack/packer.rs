//! `string.pack`.

use super::{INTEGER_SIZE, Letter, MAX_INT_SIZE, PackError, PackOption, Reader};

/// `string.pack`, value by value.
///
/// ```
/// use algocline_lua::text::pack::{PackOption, Packer};
/// let (mut packer, mut out) = (Packer::new(b">I2 z"), Vec::new());
/// let option = packer.next_option(&mut out)?;
/// assert_eq!(option, Some(PackOption::Int { size: 2, signed: false }));
/// packer.put_int(2, false, 513, &mut out)?;
/// assert_eq!(packer.next_option(&mut out)?, Some(PackOption::ZeroEnded));
/// packer.put_text(PackOption::ZeroEnded, b"ab", &mut out)?;
/// assert_eq!(packer.next_option(&mut out)?, None);
/// assert_eq!(out, b"\x02\x01ab\0");
/// # Ok::<(), algocline_lua::text::pack::PackError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Packer<'a> {
    reader: Reader<'a>,
    /// The size of the result so far, which decides about alignment.
    total: u64,
}

impl<'a> Packer<'a> {
    /// Starts at the beginning of a format.
    pub fn new(format: &'a [u8]) -> Self {
        Packer {
            reader: Reader::new(format),
            total: 0,
        }
    }

    /// Reads on to the next option that takes a value, appending the padding
    /// before it: at most sixteen bytes for each byte of the format. `None` at
    /// the end of the format.
    ///
    /// # Errors
    /// [`PackError`], about the format.
    pub fn next_option(&mut self, out: &mut Vec<u8>) -> Result<Option<PackOption>, PackError> {
        while let Some(item) = self.reader.item(self.total)? {
            let zeros = match item.letter {
                Letter::Padding => item.padding.saturating_add(1),
                _ => item.padding,
            };
            push_zeros(zeros, out);
            self.total = self
                .total
                .saturating_add((item.padding as u64).saturating_add(item.size as u64));
            if let Letter::Value(option) = item.letter {
                return Ok(Some(option));
            }
        }
        Ok(None)
    }

    /// How many bytes a value takes, so that they can be charged first; `text_len`
    /// matters for strings only.
    pub fn packed_len(option: PackOption, text_len: usize) -> usize {
        match option {
            PackOption::Prefixed { size } => size.saturating_add(text_len),
            PackOption::ZeroEnded => text_len.saturating_add(1),
            fixed => Letter::Value(fixed).size(),
        }
    }

    /// Appends an integer for [`PackOption::Int`].
    ///
    /// # Errors
    /// [`PackError::IntegerOverflow`], [`PackError::UnsignedOverflow`].
    pub fn put_int(
        &mut self,
        size: usize,
        signed: bool,
        value: i64,
        out: &mut Vec<u8>,
    ) -> Result<(), PackError> {
        if size < INTEGER_SIZE {
            let bits = (size * 8) as u32;
            if signed {
                let limit = 1i64 << bits.saturating_sub(1);
                if !(-limit..limit).contains(&value) {
                    return Err(PackError::IntegerOverflow);
                }
            } else if value as u64 >> bits != 0 {
                return Err(PackError::UnsignedOverflow);
            }
        }
        self.push_int(size, value, signed && value < 0, out);
        Ok(())
    }

    fn push_int(&self, size: usize, value: i64, negative: bool, out: &mut Vec<u8>) {
        let fill = if negative { 0xff } else { 0 };
        let mut bytes = [fill; MAX_INT_SIZE];
        for (slot, byte) in bytes.iter_mut().zip(value.to_le_bytes()) {
            *slot = byte;
        }
        let bytes = bytes.get(..size).unwrap_or(&bytes);
        self.push_ordered(bytes, out);
    }

    /// Appends bytes given in little-endian order.
    fn push_ordered(&self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.reader.little {
            out.extend_from_slice(bytes);
        } else {
            out.extend(bytes.iter().rev());
        }
    }

    /// Appends a float for [`PackOption::Single`], rounding it, or [`PackOption::Double`].
    pub fn put_float(&mut self, option: PackOption, value: f64, out: &mut Vec<u8>) {
        if option == PackOption::Single {
            self.push_ordered(&narrow(value).to_le_bytes(), out);
        } else {
            self.push_ordered(&value.to_le_bytes(), out);
        }
    }

    /// Appends a string for [`PackOption::Fixed`], [`PackOption::Prefixed`] or
    /// [`PackOption::ZeroEnded`].
    ///
    /// # Errors
    /// [`PackError::StringTooLong`], [`PackError::LengthDoesNotFit`],
    /// [`PackError::ContainsZeros`].
    pub fn put_text(
        &mut self,
        option: PackOption,
        text: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), PackError> {
        match option {
            PackOption::Fixed { size } => {
                let Some(missing) = size.checked_sub(text.len()) else {
                    return Err(PackError::StringTooLong);
                };
                out.extend_from_slice(text);
                push_zeros(missing, out);
            }
            PackOption::Prefixed { size } => {
                let length = text.len() as u64;
                if size < INTEGER_SIZE && length >> (size * 8) != 0 {
                    return Err(PackError::LengthDoesNotFit);
                }
                self.push_int(size, length as i64, false, out);
                out.extend_from_slice(text);
                self.total = self.total.saturating_add(length);
            }
            _ => {
                if memchr::memchr(0, text).is_some() {
                    return Err(PackError::ContainsZeros);
                }
                out.extend_from_slice(text);
                out.push(0);
                self.total = self.total.saturating_add(text.len() as u64 + 1);
            }
        }
        Ok(())
    }
}

fn push_zeros(count: usize, out: &mut Vec<u8>) {
    out.extend(std::iter::repeat_n(0, count));
}

/// To single precision. WebAssembly leaves open what a conversion makes of the
/// bits of a NaN, so they are moved by hand, as x86-64 does.
fn narrow(value: f64) -> f32 {
    if !value.is_nan() {
        return value as f32;
    }
    let bits = value.to_bits();
    let sign = (bits >> 63) as u32;
    let fraction = (bits >> 29) as u32 & 0x003f_ffff;
    f32::from_bits((sign << 31) | 0x7fc0_0000 | fraction)
}
