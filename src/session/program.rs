//! What a session runs, and the code of it, compiled once for all sessions.

use std::cell::RefCell;
use std::rc::Rc;

use crate::alc;
use crate::domain::SortedMap;
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

/// The last chunks compiled, by their source.
#[derive(Debug, Default)]
pub struct ProgramCache(RefCell<Chunks>);

#[derive(Debug, Default)]
struct Chunks {
    by_source: SortedMap<Box<str>, Chunk>,
    source_bytes: usize,
    /// Counts the uses; the chunk with the lowest number goes first.
    clock: u64,
}

#[derive(Debug)]
struct Chunk {
    code: Code,
    last_used: u64,
}

impl ProgramCache {
    /// The code of a program, compiled now unless it was before.
    ///
    /// # Errors
    /// It is no Lua program, or compiling it takes more than `max_bytes`.
    pub(super) fn code(&self, program: &Program, max_bytes: u64) -> Result<Code, SyntaxError> {
        let (source, chunk_name) = program.source();
        let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        if let Some(code) = self.0.borrow_mut().get(source)
            && code.bytes <= max_bytes
        {
            return Ok(code);
        }
        if source.len() > max_bytes {
            return Err(too_large());
        }
        let text = match program {
            Program::Chunk(source) => Rc::<[u8]>::from(Rc::clone(source)),
            Program::Strategy(_) => source.as_bytes().into(),
        };
        let chunk = ChunkSource::new(text, chunk_name.as_bytes().into(), true);
        let compiled = Rc::new(chunk).compile(max_bytes)?;
        let code = Code {
            proto: Rc::new(compiled.proto),
            cost: compiled.cost,
            bytes: compiled.bytes,
        };
        self.0.borrow_mut().insert(source, code.clone());
        Ok(code)
    }
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

impl Chunks {
    fn get(&mut self, source: &str) -> Option<Code> {
        let chunk = self.by_source.get_mut(source)?;
        self.clock = self.clock.wrapping_add(1);
        chunk.last_used = self.clock;
        Some(chunk.code.clone())
    }

    fn insert(&mut self, source: &str, code: Code) {
        if source.len() > MAX_SOURCE_BYTES {
            return;
        }
        self.clock = self.clock.wrapping_add(1);
        let last_used = self.clock;
        let chunk = Chunk { code, last_used };
        if self.by_source.insert(source.into(), chunk).is_none() {
            self.source_bytes = self.source_bytes.saturating_add(source.len());
        }
        while self.by_source.len() > MAX_CHUNKS || self.source_bytes > MAX_SOURCE_BYTES {
            let oldest = self
                .by_source
                .iter()
                .min_by_key(|(_, chunk)| chunk.last_used)
                .map(|(source, _)| source.clone());
            let Some(oldest) = oldest else {
                return;
            };
            self.by_source.remove(&oldest);
            self.source_bytes = self.source_bytes.saturating_sub(oldest.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(source: &str) -> Program {
        Program::Chunk(source.into())
    }

    fn is_kept(cache: &ProgramCache, source: &str) -> bool {
        cache.0.borrow().by_source.contains_key(source)
    }

    #[test]
    fn the_same_source_is_compiled_once() {
        let cache = ProgramCache::default();
        let first = cache.code(&chunk("return 1"), 1 << 20).unwrap();
        let second = cache.code(&chunk("return 1"), 1 << 20).unwrap();
        assert!(Rc::ptr_eq(&first.proto, &second.proto));
        assert_eq!(first.cost, second.cost);
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
        assert_eq!(cache.0.borrow().by_source.len(), MAX_CHUNKS);
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
