//! Forms that are written and read by one description.

use super::{CodecError, Reader, Writer};

/// A part of a saved session.
///
/// ```
/// use algocline_codec::{Codec, Image, Reader, Writer};
///
/// #[derive(Debug, Default, PartialEq)]
/// struct Pen { colour: String, price: Option<u64> }
///
/// impl Image for Pen {
///     fn fields(&mut self, codec: &mut Codec) {
///         self.colour.fields(codec);
///         self.price.fields(codec);
///     }
/// }
///
/// let mut pens = vec![Pen { colour: "red".into(), price: Some(3) }];
/// let mut writer = Writer::new();
/// pens.fields(&mut Codec::writing(&mut writer));
///
/// let bytes = writer.into_bytes();
/// let mut reader = Reader::new(&bytes);
/// let mut read = Vec::<Pen>::new();
/// read.fields(&mut Codec::reading(&mut reader));
/// assert_eq!((read, reader.finish()), (pens, Ok(())));
/// ```
pub trait Image: Default {
    /// Takes every field in turn to the codec, which writes it, or puts what it reads in
    /// its place. What is read into is a default value. Where the bytes are no such part,
    /// the reader knows it.
    fn fields(&mut self, codec: &mut Codec<'_, '_>);
}

/// Writes fields, or reads them.
#[derive(Debug)]
pub struct Codec<'c, 'b> {
    way: Way<'c, 'b>,
    /// How many levels of a nested value are around the field.
    pub depth: usize,
}

#[derive(Debug)]
enum Way<'c, 'b> {
    Write(&'c mut Writer),
    Read(&'c mut Reader<'b>),
}

impl<'c, 'b> Codec<'c, 'b> {
    /// Writes what fields hold, and changes none of them.
    pub fn writing(writer: &'c mut Writer) -> Self {
        let way = Way::Write(writer);
        Self { way, depth: 0 }
    }

    /// Reads fields.
    pub fn reading(reader: &'c mut Reader<'b>) -> Self {
        let way = Way::Read(reader);
        Self { way, depth: 0 }
    }

    /// Whether fields get what was read.
    pub fn is_reading(&self) -> bool {
        matches!(self.way, Way::Read(_))
    }

    /// Notes that what was read is wrong.
    #[cold]
    #[inline(never)]
    pub fn refuse(&mut self, error: CodecError) {
        if let Way::Read(reader) = &mut self.way {
            reader.refuse(error);
        }
    }

    /// One of the first `count` numbers, which tells the kind of what follows.
    #[inline(never)]
    pub fn kind(&mut self, kind: &mut u8, count: u8, what: &'static str) {
        match &mut self.way {
            Way::Write(writer) => writer.u8(*kind),
            Way::Read(reader) => {
                *kind = reader.u8();
                if *kind >= count {
                    reader.refuse(CodecError::BadTag(what));
                    *kind = 0;
                }
            }
        }
    }

    /// The length of a list, and its items by their places; no more after an error.
    #[inline(never)]
    fn list(&mut self, mut length: usize, item: &mut dyn FnMut(&mut Self, usize)) {
        match &mut self.way {
            Way::Write(writer) => writer.len_of(length),
            Way::Read(reader) => length = reader.len_of(1),
        }
        for at in 0..length {
            item(self, at);
            if let Way::Read(reader) = &self.way
                && !reader.is_sound()
            {
                return;
            }
        }
    }
}

impl Image for bool {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        match &mut codec.way {
            Way::Write(writer) => writer.bool(*self),
            Way::Read(reader) => *self = reader.bool(),
        }
    }
}

impl Image for u64 {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        match &mut codec.way {
            Way::Write(writer) => writer.u64(*self),
            Way::Read(reader) => *self = reader.u64(),
        }
    }
}

impl Image for u32 {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        match &mut codec.way {
            Way::Write(writer) => writer.u32(*self),
            Way::Read(reader) => *self = reader.u32(),
        }
    }
}

impl Image for i64 {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        match &mut codec.way {
            Way::Write(writer) => writer.i64(*self),
            Way::Read(reader) => *self = reader.i64(),
        }
    }
}

impl Image for f64 {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        match &mut codec.way {
            Way::Write(writer) => writer.f64(*self),
            Way::Read(reader) => *self = reader.f64(),
        }
    }
}

impl Image for String {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        match &mut codec.way {
            Way::Write(writer) => writer.str(self),
            Way::Read(reader) => *self = reader.string(),
        }
    }
}

/// Whether there is a value, and the value.
impl<T: Image> Image for Option<T> {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        let mut is_there = self.is_some();
        is_there.fields(codec);
        if is_there {
            self.get_or_insert_default().fields(codec);
        }
    }
}

/// A length and the items, which take at least one byte each.
impl<T: Image> Image for Vec<T> {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        codec.list(self.len(), &mut |codec, at| {
            // Not reserved at once: an item may be much larger than its bytes.
            if at >= self.len() {
                self.push(T::default());
            }
            if let Some(item) = self.get_mut(at) {
                item.fields(codec);
            }
        });
    }
}

impl<A: Image, B: Image> Image for (A, B) {
    #[inline]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.0.fields(codec);
        self.1.fields(codec);
    }
}
