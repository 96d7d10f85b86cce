//! The sources of a saved session's functions.
//!
//! An image holds no code. Each source stands in it whole, or as name and hash of
//! one that the registry has; the restoring registry's own compiled copy is taken
//! wherever it is of the very same text.

use std::rc::Rc;

use crate::alc::{self, Packages};
use crate::codec::{CodecError, Reader, Writer};
use crate::domain::SessionError;
use crate::lua::proto::Proto;
use crate::lua::source::{ChunkSource, SourceHash};

use super::image::{SourceForm, damaged};
use super::program::{Program, compile};
use super::session::Shared;

/// The text of a source follows.
const EMBEDDED: u8 = 0;
/// The hash of a source follows, which the registry has.
const BY_HASH: u8 = 1;
/// The bytes of a hash.
const HASH_BYTES: usize = 16;

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
    #[inline(never)]
    pub(super) fn read_all(
        &self,
        reader: &mut Reader<'_>,
        memory: u64,
    ) -> Result<Vec<Rc<Proto>>, SessionError> {
        let mut left = reader.len_of(4);
        let mut chunks = Vec::new();
        while reader.more(&mut left) {
            chunks.push(self.read(reader, memory)?);
        }
        Ok(chunks)
    }

    /// The compiler may take as much memory as a session. What it makes is in proportion
    /// to the text, so that many sources do not add up to more than the image is worth.
    fn read(&self, reader: &mut Reader<'_>, memory: u64) -> Result<Rc<Proto>, SessionError> {
        let name = reader.bytes();
        let skips_shebang = reader.bool();
        let form = reader.u8();
        let content = match form {
            EMBEDDED => reader.bytes(),
            BY_HASH => reader.raw(HASH_BYTES),
            _ => {
                reader.refuse(CodecError::BadTag("a source"));
                &[]
            }
        };
        reader.check().map_err(|error| damaged(&error))?;
        let own = match form {
            BY_HASH => self.own(name, &|text| SourceHash::of(text).0 == *content),
            _ if skips_shebang => self.own(name, &|own| own == content),
            _ => None,
        };
        if let Some(proto) = own {
            return Ok(proto);
        }
        if form == BY_HASH {
            return Err(SessionError::missing_source(&String::from_utf8_lossy(name)));
        }
        let compiled = if skips_shebang {
            self.shared.programs.chunk(name, content, memory)
        } else {
            // What the program itself had compiled.
            let memory = usize::try_from(memory).unwrap_or(usize::MAX);
            compile(name, content, false, memory)
        };
        compiled.map(|code| code.proto).map_err(|error| {
            let problem = format!("a source in it does not compile: {error}");
            SessionError::bad_snapshot(&problem)
        })
    }

    /// Whether the registry has this source, so that its hash can stand for it.
    fn has(&self, source: &ChunkSource) -> bool {
        let is_text = |text: &[u8]| *text == **source.text();
        source.skip_shebang() && self.own(source.name(), &is_text).is_some()
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
