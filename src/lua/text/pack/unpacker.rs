//! `string.unpack`.

use super::{INTEGER_SIZE, Letter, MAX_INT_SIZE, PackError, PackOption, Reader};

/// A value read from packed data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unpacked {
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A stretch of the data.
    Text {
        /// The first byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
}

/// `string.unpack`, value by value.
///
/// ```
/// use algocline_lua::text::pack::{Unpacked, Unpacker};
/// let data = b"\x02\x01ab\0";
/// let mut unpacker = Unpacker::new(b">I2 z", data, 0)?;
/// assert_eq!(unpacker.next_value()?, Some(Unpacked::Int(513)));
/// assert_eq!(unpacker.next_value()?, Some(Unpacked::Text { start: 2, end: 4 }));
/// assert_eq!(unpacker.next_value()?, None);
/// assert_eq!(unpacker.position(), 5);
/// # Ok::<(), algocline_lua::text::pack::PackError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Unpacker<'a> {
    reader: Reader<'a>,
    data: &'a [u8],
    at: usize,
}

impl<'a> Unpacker<'a> {
    /// Starts at byte `at` of the data, counted from zero.
    ///
    /// # Errors
    /// [`PackError::InitialPosition`] if that is beyond the end.
    pub fn new(format: &'a [u8], data: &'a [u8], at: usize) -> Result<Self, PackError> {
        if at > data.len() {
            return Err(PackError::InitialPosition);
        }
        Ok(Unpacker {
            reader: Reader::new(format),
            data,
            at,
        })
    }

    /// The place of the first byte not read, counted from zero.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Reads the next value; `None` at the end of the format.
    ///
    /// # Errors
    /// [`PackError`], about the format or the data.
    pub fn next_value(&mut self) -> Result<Option<Unpacked>, PackError> {
        while let Some(item) = self.reader.item(self.at as u64)? {
            self.take(item.padding, item.size)?;
            let start = self.at;
            self.at = start.saturating_add(item.size);
            let Letter::Value(option) = item.letter else {
                continue;
            };
            let bytes = self.data.get(start..self.at).unwrap_or(&[]);
            return Ok(Some(match option {
                PackOption::Int { signed, .. } => Unpacked::Int(self.int(bytes, signed)?),
                PackOption::Single => {
                    let bits = self.int(bytes, false)? as u32;
                    Unpacked::Float(widen(f32::from_bits(bits)))
                }
                PackOption::Double => {
                    let bits = self.int(bytes, false)? as u64;
                    Unpacked::Float(f64::from_bits(bits))
                }
                PackOption::Fixed { .. } => Unpacked::Text {
                    start,
                    end: self.at,
                },
                PackOption::Prefixed { .. } => {
                    let length = self.int(bytes, false)? as u64;
                    let start = self.at;
                    let length = usize::try_from(length).map_err(|_| PackError::DataTooShort)?;
                    self.take(0, length)?;
                    self.at = start.saturating_add(length);
                    Unpacked::Text {
                        start,
                        end: self.at,
                    }
                }
                PackOption::ZeroEnded => {
                    let rest = self.data.get(start..).unwrap_or(&[]);
                    let length = memchr::memchr(0, rest).ok_or(PackError::UnfinishedString)?;
                    let end = start.saturating_add(length);
                    self.at = end.saturating_add(1);
                    Unpacked::Text { start, end }
                }
            }));
        }
        Ok(None)
    }

    /// Passes `padding` bytes and checks that `size` more are there.
    fn take(&mut self, padding: usize, size: usize) -> Result<(), PackError> {
        let left = self.data.len().saturating_sub(self.at);
        if padding.saturating_add(size) > left {
            return Err(PackError::DataTooShort);
        }
        self.at = self.at.saturating_add(padding);
        Ok(())
    }

    /// Reads an integer of 1 to 16 bytes.
    fn int(&self, bytes: &[u8], signed: bool) -> Result<i64, PackError> {
        let mut low = [0u8; INTEGER_SIZE];
        let mut high = [0u8; MAX_INT_SIZE - INTEGER_SIZE];
        let slots = low.iter_mut().chain(&mut high);
        if self.reader.little {
            slots
                .zip(bytes.iter())
                .for_each(|(slot, byte)| *slot = *byte);
        } else {
            slots
                .zip(bytes.iter().rev())
                .for_each(|(slot, byte)| *slot = *byte);
        }
        let value = i64::from_le_bytes(low);
        let size = bytes.len();
        if size < INTEGER_SIZE {
            let unused = (8 * (INTEGER_SIZE - size)) as u32;
            return Ok(if signed {
                value.wrapping_shl(unused) >> unused
            } else {
                value
            });
        }
        // The bytes that have no room must only carry the sign on.
        let fill = if signed && value < 0 { 0xff } else { 0 };
        if high.iter().take(size - INTEGER_SIZE).all(|b| *b == fill) {
            Ok(value)
        } else {
            Err(PackError::DoesNotFit(size))
        }
    }
}

/// To double precision; the bits of a NaN are moved by hand, as in packing.
fn widen(value: f32) -> f64 {
    if !value.is_nan() {
        return f64::from(value);
    }
    let bits = value.to_bits();
    let sign = u64::from(bits >> 31);
    let fraction = u64::from(bits & 0x003f_ffff) << 29;
    f64::from_bits((sign << 63) | 0x7ff8_0000_0000_0000 | fraction)
}
