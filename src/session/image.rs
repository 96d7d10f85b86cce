//! A paused session as bytes, and back.

use std::rc::Rc;

use crate::alc::{AlcHost, Packages};
use crate::codec::{Codec, CodecError, Image, Reader, Writer};
use crate::domain::{SessionError, SessionId, SessionRecord, TransitionError};
use crate::lua::Vm;
use crate::lua::freeze::Sources;

use super::session::{Session, Shared, Stage};
use super::sources::KnownSources;
use super::{HistoryLimits, LimitsGiven, container};

/// The longest name of a session in an image, in bytes.
const MAX_ID_BYTES: usize = 128;
/// The longest slice that an image may ask for, in milliseconds.
const MAX_SLICE_MS: f64 = 60_000.0;

/// How the sources of a program are saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceForm {
    /// Whole, so that the image is complete in itself.
    #[default]
    Embedded,
    /// By name and hash where the registry has them; the restoring one must have
    /// the same.
    ByHash,
}

/// How a saved session comes back.
#[derive(Clone, Debug, Default)]
pub struct Restoration {
    /// The name of the copy; nothing where the session keeps its own name.
    pub copy: Option<SessionId>,
    /// Limits to have instead of those saved.
    pub limits: LimitsGiven,
    /// What `require` finds; by default what it finds in new sessions.
    pub packages: Option<Rc<Packages>>,
}

/// What a saved session says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedInfo {
    /// The version of the format.
    pub version: u16,
    /// The session's record. Its clock is set as if it were restored now.
    pub record: SessionRecord,
}

/// Looks into a saved session without restoring it.
///
/// # Errors
/// `BadSnapshot`, `UnsupportedSnapshot`.
pub fn inspect(saved: &[u8], now_ms: u64) -> Result<SavedInfo, SessionError> {
    let mut reader = container::open(saved)?;
    let mut host = AlcHost::blank(Rc::default());
    read_host(&mut host, &mut reader, now_ms);
    reader.check().map_err(|error| damaged(&error))?;
    Ok(SavedInfo {
        version: container::VERSION,
        record: host.record,
    })
}

impl Session {
    /// The paused session as bytes; it is not changed.
    ///
    /// # Errors
    /// `InvalidTransition` unless it waits for answers.
    pub fn save(
        &mut self,
        form: SourceForm,
        shared: &Shared,
        now_ms: u64,
    ) -> Result<Vec<u8>, SessionError> {
        let record = &self.host.record;
        let Stage::Program(vm) = &self.stage else {
            return Err(not_paused(record));
        };
        if record.state().pending().is_none() {
            return Err(not_paused(record));
        }
        let mut machine = Writer::new();
        let mut sources = Sources::new();
        vm.freeze(&shared.template, &mut machine, &mut sources)
            .map_err(|error| {
                let problem = format!("the session cannot be saved: {error}");
                SessionError::invalid_argument("sessionId", &problem)
            })?;
        let mut writer = container::begin();
        let mut codec = Codec::writing(&mut writer);
        self.host.image(&mut codec, now_ms);
        self.accounts(&mut codec);
        let known = KnownSources {
            shared,
            packages: &self.host.packages,
        };
        writer.len_of(sources.list().len());
        for source in sources.list() {
            known.write(&mut writer, source, form);
        }
        writer.raw(&machine.into_bytes());
        Ok(container::seal(writer))
    }

    /// The session that [`save`](Self::save) made bytes of. It waits for the same
    /// answers, and counts as active at this moment.
    ///
    /// The bytes are trusted in nothing. Whatever they are, time and memory are
    /// bounded by their length and the limits.
    ///
    /// # Errors
    /// `BadSnapshot`, `UnsupportedSnapshot`, `MissingSource`.
    pub fn restore(
        saved: &[u8],
        how: Restoration,
        shared: &Rc<Shared>,
        observed: bool,
        now_ms: u64,
    ) -> Result<Box<Self>, SessionError> {
        let bad = |error: CodecError| damaged(&error);
        let mut reader = container::open(saved)?;
        let packages = how.packages.unwrap_or_else(|| shared.packages());
        let mut session = Self::around(AlcHost::blank(packages), shared, observed);
        session.host.now_ms = now_ms as f64;
        read_host(&mut session.host, &mut reader, now_ms);
        session.accounts(&mut Codec::reading(&mut reader));
        reader.check().map_err(bad)?;
        session.limits = how.limits.or(session.limits);
        // Not what is left beside the transcript: the heap may hold more than that at
        // a pause, whose queries have just joined it.
        let memory = session.limits.memory_bytes;
        let known = KnownSources {
            shared,
            packages: &session.host.packages,
        };
        let chunks = known.read_all(&mut reader, memory)?;
        if let Some(id) = how.copy {
            session.host.record.become_copy(id);
        }
        let vm = Vm::thaw(&shared.template, &mut reader, &chunks, memory)
            .map_err(|error| SessionError::bad_snapshot(&error.to_string()))?;
        reader.finish().map_err(bad)?;
        session.stage = Stage::Program(vm);
        Ok(session)
    }

    /// Writes or reads what it may use, and has used.
    fn accounts(&mut self, codec: &mut Codec<'_, '_>) {
        self.limits.fuel.fields(codec);
        self.limits.memory_bytes.fields(codec);
        self.limits.slice_ms.fields(codec);
        self.fuel_total.fields(codec);
        self.history.fields(codec);
        let limits = self.limits;
        let is_slice = limits.slice_ms > 0.0 && limits.slice_ms <= MAX_SLICE_MS;
        if limits.fuel == 0 || limits.memory_bytes == 0 || !is_slice {
            codec.refuse(CodecError::Invalid("a limit is out of its range"));
        }
        if self.history.is_some_and(|history| !history.is_sound()) {
            let problem = "the history's bounds are out of their range";
            codec.refuse(CodecError::Invalid(problem));
        }
    }
}

pub(super) fn damaged(error: &CodecError) -> SessionError {
    SessionError::bad_snapshot(&error.to_string())
}

fn not_paused(record: &SessionRecord) -> SessionError {
    let error = TransitionError {
        expected: "Paused",
        actual: record.state().name(),
    };
    SessionError::invalid_transition(record.id(), &error)
}

#[inline(never)]
fn read_host(host: &mut AlcHost, reader: &mut Reader<'_>, now_ms: u64) {
    host.image(&mut Codec::reading(reader), now_ms);
    let id = host.record.id().as_str();
    let is_name = id.starts_with("s-") && id.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_name || id.len() > MAX_ID_BYTES {
        reader.refuse(CodecError::Invalid("the session's id is none"));
    }
}

impl Image for HistoryLimits {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.pauses.fields(codec);
        self.bytes.fields(codec);
    }
}
