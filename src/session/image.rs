//! A paused session as bytes, and back.

use std::rc::Rc;

use crate::alc::{AlcHost, HostImage, Packages};
use crate::codec::{CodecError, Fields, Image, Reader, Writer};
use crate::domain::{SessionError, SessionId, SessionRecord, TransitionError};
use crate::lua::Vm;
use crate::lua::freeze::Sources;

use super::session::{Session, Shared, Stage};
use super::sources::KnownSources;
use super::{HistoryLimits, Limits, LimitsGiven, container};

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
    let mut reader = Reader::new(container::open(saved)?);
    let host = read_host(&mut reader, now_ms).map_err(|error| damaged(&error))?;
    Ok(SavedInfo {
        version: container::VERSION,
        record: host.into_record(),
    })
}

/// A session's parts outside of the machine, as they are written and read.
struct Accounts {
    limits: Limits,
    fuel_total: u64,
    history: Option<HistoryLimits>,
}

impl Session {
    /// The paused session as bytes; it is not changed.
    ///
    /// # Errors
    /// `InvalidTransition` unless it waits for answers.
    pub fn save(
        &self,
        form: SourceForm,
        shared: &Shared,
        now_ms: u64,
    ) -> Result<Vec<u8>, SessionError> {
        let record = self.record();
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
        let known = KnownSources {
            shared,
            packages: &self.host.packages,
        };
        let mut writer = Writer::new();
        self.host.write_image(&mut writer, now_ms);
        let accounts = Accounts {
            limits: self.limits,
            fuel_total: self.fuel_total,
            history: self.history,
        };
        accounts.write(&mut writer);
        writer.list(sources.list().iter(), |writer, source| {
            known.write(writer, source, form);
        });
        writer.raw(&machine.into_bytes());
        Ok(container::seal(&writer.into_bytes()))
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
    ) -> Result<Self, SessionError> {
        let bad = |error: CodecError| damaged(&error);
        let mut reader = Reader::new(container::open(saved)?);
        let mut host = read_host(&mut reader, now_ms).map_err(bad)?;
        let mut fields = Fields::new(reader);
        let mut accounts = Accounts::read(&mut fields);
        let mut reader = fields.finish().map_err(bad)?;
        accounts.limits = how.limits.or(accounts.limits);
        let packages = how.packages.unwrap_or_else(|| shared.packages());
        let known = KnownSources {
            shared,
            packages: &packages,
        };
        let chunks = known.read_all(&mut reader, accounts.limits.memory_bytes)?;
        if let Some(id) = how.copy {
            host.record_mut().become_copy(id);
        }
        let mut host = AlcHost::restored(host, packages);
        host.loads_packages = shared.loads_packages;
        host.template = Some(Rc::clone(&shared.template));
        host.store.clone_from(&shared.store);
        host.observed = observed;
        host.now_ms = now_ms as f64;
        let mut session = Self {
            host,
            stage: Stage::Ended,
            limits: accounts.limits,
            fuel_used: 0,
            fuel_total: accounts.fuel_total,
            history: accounts.history,
        };
        // Not what is left beside the transcript: the heap may hold more than that at
        // a pause, whose queries have just joined it.
        let memory = session.limits.memory_bytes;
        let vm = Vm::thaw(&shared.template, &mut reader, &chunks, memory)
            .map_err(|error| SessionError::bad_snapshot(&error.to_string()))?;
        reader.finish().map_err(bad)?;
        session.stage = Stage::Program(Box::new(vm));
        Ok(session)
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

fn read_host(reader: &mut Reader<'_>, now_ms: u64) -> Result<HostImage, CodecError> {
    let host = HostImage::read(reader, now_ms)?;
    let id = host.record().id().as_str();
    let is_name = id.starts_with("s-") && id.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_name || id.len() > MAX_ID_BYTES {
        return Err(CodecError::Invalid("the session's id is none"));
    }
    Ok(host)
}

impl Image for Accounts {
    fn write(&self, writer: &mut Writer) {
        writer.u64(self.limits.fuel);
        writer.u64(self.limits.memory_bytes);
        writer.f64(self.limits.slice_ms);
        writer.u64(self.fuel_total);
        writer.option(self.history, |writer, history| {
            writer.u64(history.pauses);
            writer.u64(history.bytes);
        });
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        let accounts = Self {
            limits: Limits {
                fuel: fields.u64(),
                memory_bytes: fields.u64(),
                slice_ms: fields.f64(),
            },
            fuel_total: fields.u64(),
            history: fields.option(|fields| HistoryLimits {
                pauses: fields.u64(),
                bytes: fields.u64(),
            }),
        };
        let limits = accounts.limits;
        let is_slice = limits.slice_ms > 0.0 && limits.slice_ms <= MAX_SLICE_MS;
        if limits.fuel == 0 || limits.memory_bytes == 0 || !is_slice {
            fields.refuse(CodecError::Invalid("a limit is out of its range"));
        }
        if accounts.history.is_some_and(|history| !history.is_sound()) {
            let problem = "the history's bounds are out of their range";
            fields.refuse(CodecError::Invalid(problem));
        }
        accounts
    }
}
