//! Reading one field after the other, and asking once whether that went well.

use super::{CodecError, Reader};

/// A reader that remembers its first error. From then on every field is zero or empty and
/// every list ends, until [`finish`](Self::finish) tells. So the code that reads a form of
/// many fields has no way out after each of them, which would be most of it.
///
/// ```
/// use algocline_codec::{CodecError, Fields, Reader};
/// let mut fields = Fields::new(Reader::new(&[7, 2, b'o', b'k', 0]));
/// assert_eq!((fields.u64(), fields.string()), (7, "ok".to_owned()));
/// assert_eq!(fields.list(Fields::u64), [0_u64; 0]);
/// assert!(fields.finish().is_ok());
///
/// let mut fields = Fields::new(Reader::new(&[9, 1]));
/// assert_eq!((fields.string(), fields.u64()), (String::new(), 0));
/// assert_eq!(fields.finish().unwrap_err(), CodecError::BadLength);
/// ```
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    reader: Reader<'a>,
    error: Option<CodecError>,
}

impl<'a> Fields<'a> {
    /// Reads what this reader would read next.
    pub fn new(reader: Reader<'a>) -> Self {
        Self {
            reader,
            error: None,
        }
    }

    /// What is to be read after the fields.
    ///
    /// # Errors
    /// The first one there was.
    pub fn finish(self) -> Result<Reader<'a>, CodecError> {
        match self.error {
            None => Ok(self.reader),
            Some(error) => Err(error),
        }
    }

    /// Notes an error, unless there was one before.
    #[cold]
    #[inline(never)]
    pub fn refuse(&mut self, error: CodecError) {
        self.error.get_or_insert(error);
        // So nothing is read any more.
        self.reader = Reader::new(&[]);
    }

    /// What another way of reading gives; nothing where that fails.
    pub fn take<T: Default>(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, CodecError>,
    ) -> T {
        match read(&mut self.reader) {
            Ok(value) => value,
            Err(error) => {
                self.refuse(error);
                T::default()
            }
        }
    }

    /// One byte.
    #[inline(never)]
    pub fn u8(&mut self) -> u8 {
        self.take(Reader::u8)
    }

    /// A truth value.
    #[inline(never)]
    pub fn bool(&mut self) -> bool {
        self.take(Reader::bool)
    }

    /// A whole number.
    #[inline(never)]
    pub fn u64(&mut self) -> u64 {
        self.take(Reader::u64)
    }

    /// A whole number of 32 bits.
    #[inline(never)]
    pub fn u32(&mut self) -> u32 {
        self.take(Reader::u32)
    }

    /// A float.
    #[inline(never)]
    pub fn f64(&mut self) -> f64 {
        self.take(Reader::f64)
    }

    /// A text.
    #[inline(never)]
    pub fn str(&mut self) -> &'a str {
        self.take(Reader::str)
    }

    /// A text.
    #[inline(never)]
    pub fn string(&mut self) -> String {
        self.str().to_owned()
    }

    /// Something that may be missing.
    pub fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.bool().then(|| read(self))
    }

    /// A text that may be missing.
    #[inline(never)]
    pub fn optional_string(&mut self) -> Option<String> {
        self.option(Self::string)
    }

    /// A whole number that may be missing.
    #[inline(never)]
    pub fn optional_u64(&mut self) -> Option<u64> {
        self.option(Self::u64)
    }

    /// A list. Its length is at most that of the bytes left.
    pub fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut length = self.take(|reader| reader.len_of(1));
        // Not reserved at once: an item may be much larger than its bytes.
        let mut items = Vec::new();
        while length > 0 && self.error.is_none() {
            items.push(read(self));
            length = length.wrapping_sub(1);
        }
        items
    }
}
