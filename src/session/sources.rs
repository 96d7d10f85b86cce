//! The sources of a saved session's functions.
//!
//! An image holds no code. Each source stands in it whole, or as name and hash of
//! one that the registry has; the restoring registry's own compiled copy is taken
//! wherever it is of the very same text.

use std::rc::Rc;

use crate::alc::{self, Packages};
use crate::codec::{CodecError, Reader, Writer};
use crate::domain::SessionError;
use crate::lua::compiler::SyntaxError;
use crate::lua::proto::Proto;
use crate::lua::source::{ChunkSource, SourceHash};

use super::image::{SourceForm, damaged};
use super::program::Program;
use super::session::Shared;

/// The text of a source follows.
const EMBEDDED: u8 = 0;
/// The hash of a source follows, which the registry has.
const BY_HASH: u8 = 1;

/// The sources that a session's registry has.
pub(super) struct KnownSources<'a> {
    pub shared: &'a Shared,
    /// What the session's `require` finds.
    pub packages: &'a Packages,
}

impl KnownSources<'_> {
    /// Writes one source.
    pub(super) fn write(&self, writer: &mut Writer, source: &ChunkSource, form: SourceForm) {
        writer.bytes(source.name());
        writer.bool(source.skip_shebang());
        if form == SourceForm::ByHash && self.has(source) {
            writer.u8(BY_HASH);
            writer.raw(&source.hash().0);
        } else {
            writer.u8(EMBEDDED);
            writer.bytes(source.text());
        }
    }

    /// Reads what [`write`](Self::write) has written, as many as there are: the main functions,
    /// those of the registry where it has the same source.
    pub(super) fn read_all(
        &self,
        reader: &mut Reader<'_>,
        memory: u64,
    ) -> Result<Vec<Rc<Proto>>, SessionError> {
        let count = reader.len_of(4).map_err(|error| damaged(&error))?;
        let mut chunks = Vec::new();
        for _ in 0..count {
            chunks.push(self.read(reader, memory)?);
        }
        Ok(chunks)
    }

    /// The compiler may take as much memory as a session. What it makes is in proportion
    /// to the text, so that many sources do not add up to more than the image is worth.
    fn read(&self, reader: &mut Reader<'_>, memory: u64) -> Result<Rc<Proto>, SessionError> {
        let bad = |error: CodecError| damaged(&error);
        let name = reader.bytes().map_err(bad)?;
        let skips_shebang = reader.bool().map_err(bad)?;
        match reader.u8().map_err(bad)? {
            EMBEDDED => {
                let text = reader.bytes().map_err(bad)?;
                let compiled = match skips_shebang {
                    // Only what comes from outside of a program may begin so.
                    true => self.code(name, text, memory),
                    false => compile(name, text, memory),
                };
                compiled.map_err(|error| {
                    let problem = format!("a source in it does not compile: {error}");
                    SessionError::bad_snapshot(&problem)
                })
            }
            BY_HASH => {
                let mut hash = SourceHash([0; 16]);
                let bytes = reader.raw(hash.0.len()).map_err(bad)?;
                hash.0.copy_from_slice(bytes);
                let found = self.own(name, &|text| SourceHash::of(text) == hash);
                found.ok_or_else(|| SessionError::missing_source(&String::from_utf8_lossy(name)))
            }
            _ => Err(damaged(&CodecError::BadTag("a source"))),
        }
    }

    /// Whether the registry has this source, so that its hash can stand for it.
    fn has(&self, source: &ChunkSource) -> bool {
        let is_text = |text: &[u8]| *text == **source.text();
        source.skip_shebang() && self.own(source.name(), &is_text).is_some()
    }

    /// The code of a source that came from the host: the registry's, or
    /// compiled and kept for the next.
    fn code(&self, name: &[u8], text: &[u8], memory: u64) -> Result<Rc<Proto>, SyntaxError> {
        match self.own(name, &|own| own == text) {
            Some(proto) => Ok(proto),
            None => Ok(self.shared.programs.chunk(name, text, memory)?.proto),
        }
    }

    /// The code of the registry's own source of this name, if it is this text.
    fn own(&self, name: &[u8], is_text: &dyn Fn(&[u8]) -> bool) -> Option<Rc<Proto>> {
        if name == alc::ADVICE_CHUNK.as_bytes() {
            let advice = Program::Strategy(String::new());
            if !is_text(alc::ADVICE.as_bytes()) {
                return None;
            }
            return Some(self.shared.programs.code(&advice, u64::MAX).ok()?.proto);
        }
        self.packages
            .compiled(std::str::from_utf8(name).ok()?, is_text)
    }
}

/// Compiles what the program itself had compiled.
fn compile(name: &[u8], text: &[u8], memory: u64) -> Result<Rc<Proto>, SyntaxError> {
    let source = ChunkSource::new(text.into(), name.into(), false);
    let compiled = Rc::new(source).compile(usize::try_from(memory).unwrap_or(usize::MAX))?;
    Ok(Rc::new(compiled.proto))
}
