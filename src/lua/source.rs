//! The source of a chunk, which every function compiled from it keeps.
//!
//! An image never holds code. A function stands there as a place in a source,
//! and is compiled again where the program goes on.

use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

use super::compiler::{Compiled, Options, SyntaxError, compile_source};
use super::sha256::sha256;

/// What stands for a source text: the first half of its SHA-256. Texts that were
/// made to share one cannot be found, so a name taken from a hostile image leads to
/// the very text that was meant, or to none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceHash(pub [u8; 16]);

impl SourceHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hash = [0; 16];
        for (to, from) in hash.iter_mut().zip(sha256(bytes)) {
            *to = from;
        }
        SourceHash(hash)
    }
}

impl fmt::Debug for SourceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// All that decides what the compiler makes of a chunk.
///
/// ```
/// use std::rc::Rc;
/// use algocline_lua::source::ChunkSource;
///
/// let source = ChunkSource::new(b"return 1".as_slice().into(), b"=one".as_slice().into(), false);
/// let source = Rc::new(source);
/// let compiled = source.compile(1 << 20)?;
/// assert!(Rc::ptr_eq(&compiled.proto.chunk, &source));
/// # Ok::<(), algocline_lua::SyntaxError>(())
/// ```
pub struct ChunkSource {
    text: Rc<[u8]>,
    name: Rc<[u8]>,
    skip_shebang: bool,
    hash: OnceCell<SourceHash>,
}

impl ChunkSource {
    /// A source text with the chunk's name and [`Options::skip_shebang`].
    pub fn new(text: Rc<[u8]>, name: Rc<[u8]>, skip_shebang: bool) -> Self {
        ChunkSource {
            text,
            name,
            skip_shebang,
            hash: OnceCell::new(),
        }
    }

    /// The text.
    pub fn text(&self) -> &Rc<[u8]> {
        &self.text
    }

    /// The chunk's name, as `load` takes it.
    pub fn name(&self) -> &Rc<[u8]> {
        &self.name
    }

    /// See [`Options::skip_shebang`].
    pub fn skip_shebang(&self) -> bool {
        self.skip_shebang
    }

    /// The hash of the text, computed when it is first asked for.
    pub fn hash(&self) -> SourceHash {
        *self.hash.get_or_init(|| SourceHash::of(&self.text))
    }

    /// Compiles the chunk. `max_bytes` is that of [`Options`].
    ///
    /// # Errors
    /// The text is no Lua program, or takes too much memory.
    pub fn compile(self: &Rc<Self>, max_bytes: usize) -> Result<Compiled, SyntaxError> {
        let options = Options {
            max_bytes,
            skip_shebang: self.skip_shebang,
        };
        compile_source(Rc::clone(self), &options)
    }
}

impl PartialEq for ChunkSource {
    fn eq(&self, other: &Self) -> bool {
        self.skip_shebang == other.skip_shebang
            && self.name == other.name
            && (Rc::ptr_eq(&self.text, &other.text) || self.text == other.text)
    }
}

impl Eq for ChunkSource {}

impl fmt::Debug for ChunkSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChunkSource({})", String::from_utf8_lossy(&self.name))
    }
}
