//! What a session runs, and the code of it, compiled once for all sessions.

use std::cell::RefCell;
use std::rc::Rc;

use crate::alc;
use crate::lua::compiler::{SyntaxError, SyntaxErrorKind};
use crate::lua::proto::Proto;
use crate::lua::source::ChunkSource;

/// The name under which a host's chunk appears in messages.
pub(super) const CHUNK_NAME: &str = "=strategy";

/// What a session runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// The source of a chunk.
    Chunk(Rc<str>),
    /// `require(name).run(ctx)`.
    Strategy(String),
}

impl Program {
    /// The source and the name of its chunk.
    fn source(&self) -> (&str, &'static str) {
        match self {
            Self::Chunk(source) => (source, CHUNK_NAME),
            Self::Strategy(_) => (alc::ADVICE, alc::ADVICE_CHUNK),
        }
    }
}

/// A compiled chunk.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub proto: Rc<Proto>,
    /// What compiling it cost, in units of fuel. Each session pays, so that none
    /// depends on what others have run.
    pub cost: u64,
    /// The memory that compiling it took, in bytes.
    bytes: usize,
}

/// The most chunks kept.
const MAX_CHUNKS: usize = 64;
/// The most bytes of source kept.
const MAX_SOURCE_BYTES: usize = 4 << 20;

/// The last chunks compiled. They are few, so that looking through all of them is no
/// work: texts are compared only where their lengths agree.
#[derive(Debug, Default)]
pub struct ProgramCache(RefCell<Chunks>);

#[derive(Debug, Default)]
struct Chunks {
    /// In the order of their last use; the first goes first.
    list: Vec<Code>,
    source_bytes: usize,
}

impl ProgramCache {
    /// The code of a program, compiled now unless it was before.
    ///
    /// # Errors
    /// It is no Lua program, or compiling it takes more than `max_bytes`.
    pub(super) fn code(&self, program: &Program, max_bytes: u64) -> Result<Code, SyntaxError> {
        let (source, name) = program.source();
        self.chunk(name.as_bytes(), source.as_bytes(), max_bytes)
    }

    /// The code of any source that came from the host.
    ///
    /// # Errors
    /// Those of [`code`](Self::code).
    pub(super) fn chunk(
        &self,
        name: &[u8],
        text: &[u8],
        max_bytes: u64,
    ) -> Result<Code, SyntaxError> {
        let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        if let Some(code) = self.0.borrow_mut().get(name, text)
            && code.bytes <= max_bytes
        {
            return Ok(code);
        }
        if text.len() > max_bytes {
            return Err(too_large());
        }
        let code = compile(name, text, true, max_bytes)?;
        let mut chunks = self.0.borrow_mut();
        // What was there was refused for its size.
        chunks.take(name, text);
        chunks.insert(code.clone());
        Ok(code)
    }
}

/// Compiles a chunk that nobody keeps. Only what comes from outside of a program may begin
/// with a shebang.
#[inline(never)]
pub(super) fn compile(
    name: &[u8],
    text: &[u8],
    skip_shebang: bool,
    max_bytes: usize,
) -> Result<Code, SyntaxError> {
    let chunk = ChunkSource::new(text.into(), name.into(), skip_shebang);
    let compiled = Rc::new(chunk).compile(max_bytes)?;
    Ok(Code {
        proto: Rc::new(compiled.proto),
        cost: compiled.cost,
        bytes: compiled.bytes,
    })
}

fn too_large() -> SyntaxError {
    SyntaxError {
        message: b"not enough memory".to_vec(),
        line: 1,
        column: 1,
        kind: SyntaxErrorKind::Memory,
        cost: 0,
    }
}

impl Code {
    fn source(&self) -> &ChunkSource {
        &self.proto.chunk
    }

    fn size(&self) -> usize {
        self.source().text().len()
    }
}

impl Chunks {
    fn get(&mut self, name: &[u8], text: &[u8]) -> Option<Code> {
        let code = self.take(name, text)?;
        self.insert(code.clone());
        Some(code)
    }

    /// Adds code that is not there.
    fn insert(&mut self, code: Code) {
        if code.size() > MAX_SOURCE_BYTES {
            return;
        }
        self.source_bytes = self.source_bytes.saturating_add(code.size());
        self.list.push(code);
        while self.list.len() > MAX_CHUNKS || self.source_bytes > MAX_SOURCE_BYTES {
            self.remove(0);
        }
    }

    fn take(&mut self, name: &[u8], text: &[u8]) -> Option<Code> {
        let is_meant =
            |code: &Code| **code.source().name() == *name && **code.source().text() == *text;
        let at = self.list.iter().position(is_meant)?;
        Some(self.remove(at))
    }

    fn remove(&mut self, at: usize) -> Code {
        let code = self.list.remove(at);
        self.source_bytes = self.source_bytes.saturating_sub(code.size());
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(source: &str) -> Program {
        Program::Chunk(source.into())
    }

    fn is_kept(cache: &ProgramCache, source: &str) -> bool {
        let text = source.as_bytes();
        let chunks = &cache.0.borrow().list;
        chunks.iter().any(|code| **code.source().text() == *text)
    }

    #[test]
    fn the_same_source_is_compiled_once() {
        let cache = ProgramCache::default();
        let first = cache.code(&chunk("return 1"), 1 << 20).unwrap();
        let second = cache.code(&chunk("return 1"), 1 << 20).unwrap();
        assert!(Rc::ptr_eq(&first.proto, &second.proto));
        assert_eq!(first.cost, second.cost);
        // Names are in messages, so a text is not enough.
        let text = b"return 1";
        let other = cache.chunk(b"m.lua", text, 1 << 20);
        assert!(!Rc::ptr_eq(&first.proto, &other.unwrap().proto));
    }

    #[test]
    fn the_chunks_used_longest_ago_go_first() {
        let cache = ProgramCache::default();
        let source = |i: usize| format!("return {i}");
        for i in 0..MAX_CHUNKS {
            cache.code(&chunk(&source(i)), 1 << 20).unwrap();
        }
        cache.code(&chunk(&source(0)), 1 << 20).unwrap();
        cache.code(&chunk("return 'new'"), 1 << 20).unwrap();
        assert!(is_kept(&cache, &source(0)) && is_kept(&cache, "return 'new'"));
        assert!(!is_kept(&cache, &source(1)));
        assert_eq!(cache.0.borrow().list.len(), MAX_CHUNKS);
    }

    #[test]
    fn the_sources_kept_are_bounded() {
        let cache = ProgramCache::default();
        let long = |i: usize| format!("return {i} --{}", "x".repeat(MAX_SOURCE_BYTES / 2));
        for i in 0..3 {
            cache.code(&chunk(&long(i)), 1 << 30).unwrap();
        }
        assert!(is_kept(&cache, &long(2)) && !is_kept(&cache, &long(0)));
        assert!(cache.0.borrow().source_bytes <= MAX_SOURCE_BYTES);
        let huge = format!("return 1 --{}", "x".repeat(MAX_SOURCE_BYTES));
        cache.code(&chunk(&huge), 1 << 30).unwrap();
        assert!(!is_kept(&cache, &huge) && is_kept(&cache, &long(2)));
    }

    #[test]
    fn a_program_beyond_the_memory_is_refused_cached_or_not() {
        let cache = ProgramCache::default();
        let program = chunk("return 'some text', 1, 2, 3");
        let refused = |cache: &ProgramCache| cache.code(&program, 30).unwrap_err().kind;
        assert_eq!(refused(&cache), SyntaxErrorKind::Memory);
        cache.code(&program, 1 << 20).unwrap();
        assert_eq!(refused(&cache), SyntaxErrorKind::Memory);
        assert_eq!(cache.code(&program, 3).unwrap_err(), too_large());
    }
}
