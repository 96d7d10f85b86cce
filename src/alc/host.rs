//! The world of one session as its program sees it.

use std::any::Any;
use std::rc::Rc;

use crate::domain::{
    DEFAULT_NAMESPACE, LlmQuery, LogEntry, LogSource, Notice, Progress, Resolution, SessionId,
    SessionRecord, SortedMap,
};
use crate::lua::error::Error;
use crate::lua::host::Host;
use crate::lua::library::Template;

use super::fork::{GroupResolution, QueryGroup};
use super::packages::Packages;
use super::store::{MemoryStore, StoreOp, StoreValue};

/// What a program that stands still waits for.
///
/// A native leaves it in [`AlcHost::request`] and asks the machine to pause; the
/// driver puts the [`Reply`] of the same kind into [`AlcHost::reply`] and runs
/// the machine again. Only [`Request::Llm`] is a pause that the session's owner
/// sees; the driver settles the others by itself, at its own pace.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Answers to these queries, at least one. Their ids are distinct.
    Llm(Vec<LlmQuery>),
    /// Answers to these groups of queries and to those that are open still, as
    /// soon as one group has all of its own. There may be no new ones.
    Fork(Vec<QueryGroup>),
    /// The source of the module of this name, which no package provides.
    LoadPackage(String),
    /// This, of the store that the host keeps.
    Store(StoreOp),
}

/// What the driver found out.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// For [`Request::Llm`].
    Llm(Resolution),
    /// For [`Request::Fork`]: the groups that have their answers, at least one.
    Fork(Vec<GroupResolution>),
    /// For [`Request::LoadPackage`]: the source, nothing if there is no such
    /// module, or why it could not be found out.
    Package(Result<Option<String>, String>),
    /// For [`Request::Store`]: the answer, or why there is none.
    Store(Result<StoreValue, String>),
}

/// Everything outside of the machine that `alc` reads and writes.
///
/// It is plain data. It never looks at a clock: the driver sets [`now_ms`]
/// before each slice, so that a run can be repeated.
///
/// [`now_ms`]: Self::now_ms
#[derive(Clone)]
pub struct AlcHost {
    /// The session's state and accounts.
    pub record: SessionRecord,
    /// What `alc.env` and `os.getenv` show.
    pub env: SortedMap<String, String>,
    /// What `require` finds.
    pub packages: Rc<Packages>,
    /// Whether a module that `packages` lacks may be asked for with
    /// [`Request::LoadPackage`].
    pub loads_packages: bool,
    /// Where `alc.state` and `alc.card` keep their entries; nothing where the host
    /// does and is asked with [`Request::Store`].
    pub store: Option<Rc<MemoryStore>>,
    /// The namespace of `alc.state`.
    pub namespace: String,
    /// What the children of `alc.fork` are copies of; it is that of the machine.
    pub template: Option<Rc<Template>>,
    /// What a child has just asked.
    pub(super) asked: Vec<QueryGroup>,
    /// What children have asked and nobody has been told yet.
    pub(super) collected: Vec<QueryGroup>,
    /// Answers that children have not been given yet.
    pub(super) resolutions: SortedMap<u64, Resolution>,
    /// The time, in milliseconds since the epoch.
    pub now_ms: f64,
    /// All fuel that the program will have used when that of this run is used up,
    /// for `os.clock`.
    pub fuel_end: i64,
    /// What the program waits for, while it is paused.
    pub request: Option<Request>,
    /// The answer to `request`.
    pub reply: Option<Reply>,
    /// Whether logs and progress are kept for [`take_notices`](Self::take_notices).
    pub observed: bool,
    notices: Vec<Notice>,
    notice_bytes: usize,
    lost_notices: u64,
    pub(super) last_error: Option<String>,
}

/// Fuel of one second of `os.clock`. The clock counts work instead of time, so
/// that a program sees the same in every run.
const FUEL_PER_SECOND: f64 = 100_000_000.0;

/// The most notices kept between two calls of [`AlcHost::take_notices`].
const MAX_NOTICES: usize = 1_000;
/// The most bytes of text in them.
const MAX_NOTICE_BYTES: usize = 1 << 20;

impl AlcHost {
    /// A host without a session: what a saved one is read into.
    #[inline(never)]
    pub fn blank(packages: Rc<Packages>) -> Self {
        let record = SessionRecord::new(SessionId::default(), None, None, 0);
        Self::new(record, packages)
    }

    /// The surroundings of a session that is about to start.
    #[inline(never)]
    pub fn new(record: SessionRecord, packages: Rc<Packages>) -> Self {
        AlcHost {
            record,
            env: SortedMap::new(),
            packages,
            loads_packages: false,
            store: Some(Rc::default()),
            template: None,
            asked: Vec::new(),
            collected: Vec::new(),
            resolutions: SortedMap::new(),
            namespace: DEFAULT_NAMESPACE.to_owned(),
            now_ms: 0.0,
            fuel_end: 0,
            request: None,
            reply: None,
            observed: false,
            notices: Vec::new(),
            notice_bytes: 0,
            lost_notices: 0,
            last_error: None,
        }
    }

    /// The time in whole milliseconds, as the accounts take it.
    pub fn now(&self) -> u64 {
        // A float outside of the range becomes the nearest bound.
        self.now_ms as u64
    }

    /// What the program told since the last call: its log lines and progress, in
    /// order. Nothing unless [`observed`](Self::observed).
    ///
    /// Between two calls at most 1,000 notices or 1 MiB of text are kept; a last
    /// notice says how many were dropped beyond that.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        self.notice_bytes = 0;
        let lost = std::mem::take(&mut self.lost_notices);
        if lost > 0 {
            let message = format!("{lost} more log lines and progress reports were not passed on");
            let entry = LogEntry::new(self.now(), "warn", LogSource::Engine, &message);
            notices.push(Notice::log(&entry));
        }
        notices
    }

    /// Adds a line to the session's log.
    pub fn log(&mut self, level: &str, source: LogSource, message: &str) {
        let entry = LogEntry::new(self.now(), level, source, message);
        if self.observed {
            let size = entry.message.len().saturating_add(entry.level.len());
            self.note(size, Notice::log(&entry));
        }
        self.record.metrics_mut().log(entry);
    }

    /// Replaces the session's progress report.
    pub fn report(&mut self, progress: Progress) {
        if self.observed {
            let size = progress.message.as_deref().map_or(0, str::len);
            self.note(size, Notice::progress(&progress));
        }
        self.record.metrics_mut().set_progress(progress);
    }

    fn note(&mut self, size: usize, notice: Notice) {
        let bytes = self.notice_bytes.saturating_add(size);
        if self.notices.len() >= MAX_NOTICES || bytes > MAX_NOTICE_BYTES {
            self.lost_notices = self.lost_notices.saturating_add(1);
            return;
        }
        self.notice_bytes = bytes;
        self.notices.push(notice);
    }

    /// The text of an error that ended the program, as algocline words it.
    ///
    /// What a function of `alc` raised follows `lua error: ` at once, everything
    /// else `lua error: runtime error: `.
    pub fn describe_error(&self, message: &str) -> String {
        if self.last_error.as_deref() == Some(message) {
            format!("lua error: {message}")
        } else {
            format!("lua error: runtime error: {message}")
        }
    }

    /// The host of a machine, which must be one of these.
    pub(super) fn of(host: &mut dyn Host) -> Result<&mut AlcHost, Error> {
        host.as_any()
            .downcast_mut::<AlcHost>()
            .ok_or_else(|| Error::bare("alc has no session here"))
    }

    /// An error of a function of `alc`: its text without a position.
    #[cold]
    pub(super) fn raise(host: &mut dyn Host, message: impl Into<String>) -> Error {
        let message = message.into();
        let error = Error::bare(&*message);
        if let Ok(host) = AlcHost::of(host) {
            host.last_error = Some(message);
        }
        error
    }
}

impl Host for AlcHost {
    fn now_ms(&mut self) -> f64 {
        self.now_ms
    }

    fn clock(&mut self, fuel_left: i64) -> f64 {
        self.fuel_end.saturating_sub(fuel_left) as f64 / FUEL_PER_SECOND
    }

    fn print(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        self.log("info", LogSource::LuaPrint, text.trim_end_matches('\n'));
    }

    fn write(&mut self, bytes: &[u8], to_stderr: bool) {
        let text = String::from_utf8_lossy(bytes);
        let level = if to_stderr { "warn" } else { "info" };
        let line = text.trim_end_matches('\n');
        if !line.is_empty() {
            self.log(level, LogSource::LuaPrint, line);
        }
    }

    fn getenv(&mut self, name: &[u8]) -> Option<Vec<u8>> {
        let name = std::str::from_utf8(name).ok()?;
        Some(self.env.get(name)?.clone().into_bytes())
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}
