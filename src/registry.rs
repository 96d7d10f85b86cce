//! All live sessions behind one `RefCell`, and the two phases of running one.
//!
//! To run a session, the registry is borrowed, the session taken out with a mark
//! left in its place, the borrow dropped, a slice run, and the session put back.
//! So nothing that is called during a slice can meet a borrowed registry: a
//! snapshot sees the mark, an answer is refused as `session_busy`.
//!
//! A session is in its slot, running, between two slices: there a snapshot sees
//! all of it, and a cancellation ends it on the spot.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod history;
mod mark;
mod options;
mod packages;
mod saving;
mod slot;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::alc::{self, PackageInfo, Reply, Request};
use crate::domain::{
    Answer, Fed, FeedError, Json, JsonObject, Notice, QueryId, SessionError, SessionEvent,
    SessionId, SnapshotOptions, SortedMap, TransitionError, deadline,
};
use crate::lua::library::BuildError;
use crate::session::{Pacer, Plan, Program, Session, Shared, Step};

use history::Histories;
use mark::CancelRequest;
pub use options::{RegistryOptions, StartOptions};
pub use saving::RestoreAs;
use slot::Slot;

/// All live sessions.
///
/// Times are milliseconds since the epoch and always come from the caller. After
/// [`start`](Self::start), [`fail`](Self::fail) and a [`feed`](Self::feed) that
/// gave [`Fed::Ready`], the caller must call [`step`](Self::step) or
/// [`run_slice`](Self::run_slice) until an event comes.
///
/// ```
/// use algocline_wasm::registry::{Registry, RegistryOptions, StartOptions};
/// use algocline_wasm::domain::{SessionEvent, SnapshotOptions};
/// use algocline_wasm::session::Program;
///
/// let registry = Registry::new(RegistryOptions::default())?;
/// let program = Program::Chunk("return alc.llm('2+2?')".into());
/// let id = registry.start(program, Default::default(), StartOptions::default(), 1, 1_000)?;
/// let event = loop {
///     if let Some(event) = registry.step(&id, 10_000, 1_000)?.event {
///         break event;
///     }
/// };
/// assert_eq!(event.into_json().get("prompt"), Some(&"2+2?".into()));
/// let shown = registry.snapshot(&id, SnapshotOptions::default(), 2_000)?;
/// assert_eq!(shown.get("pending_queries"), Some(&1_u64.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Registry {
    shared: Rc<Shared>,
    options: RegistryOptions,
    sessions: RefCell<Sessions>,
    /// How fast this machine is; the same for all sessions.
    pacer: Cell<Pacer>,
    /// What packages say of themselves, until one of them changes.
    catalogue: RefCell<Option<Rc<Vec<PackageInfo>>>>,
}

#[derive(Default)]
struct Sessions {
    slots: SortedMap<SessionId, Slot>,
    /// Earlier pauses of sessions that are to keep them.
    histories: Histories,
    /// What the observer has not been told.
    events: Vec<Json>,
    disposed: bool,
}

impl Sessions {
    fn check_live(&self) -> Result<(), SessionError> {
        if self.disposed {
            return Err(SessionError::disposed());
        }
        Ok(())
    }

    /// A name that no session has, nor any that can be gone back to.
    fn fresh_id(&self, now_ms: u64, random: u64) -> SessionId {
        let mut random = random;
        loop {
            let id = SessionId::new(now_ms, random);
            if !self.slots.contains_key(&id) && !self.histories.contains(&id) {
                return id;
            }
            random = random.wrapping_add(1);
        }
    }

    /// The slot of a live session.
    fn slot(&mut self, id: &SessionId) -> Result<&mut Slot, SessionError> {
        self.check_live()?;
        match self.slots.get_mut(id) {
            Some(slot) if slot.is_live() => Ok(slot),
            _ => Err(SessionError::not_found(id)),
        }
    }

    /// A session that waits for answers.
    fn paused(&mut self, id: &SessionId) -> Result<&mut Session, SessionError> {
        match self.slot(id)? {
            Slot::Paused(session) => Ok(session),
            _ => Err(SessionError::busy(id)),
        }
    }
}

impl Registry {
    /// A registry without sessions.
    ///
    /// # Errors
    /// The Lua libraries do not run, which is a bug of this crate.
    pub fn new(options: RegistryOptions) -> Result<Self, BuildError> {
        let shared = Shared {
            template: Rc::new(alc::template()?),
            programs: Default::default(),
            packages: RefCell::new(Rc::clone(&options.packages)),
            loads_packages: options.loads_packages,
            store: options.store.clone(),
        };
        Ok(Self {
            shared: Rc::new(shared),
            options,
            sessions: RefCell::default(),
            pacer: Cell::default(),
            catalogue: RefCell::default(),
        })
    }

    /// Notes something for the observer, if there is one.
    fn note(&self, sessions: &mut Sessions, id: &SessionId, at: u64, notice: Notice) {
        if self.options.observed {
            sessions.events.push(notice.into_event(id, at));
        }
    }

    fn note_event(&self, sessions: &mut Sessions, id: &SessionId, event: &SessionEvent, at: u64) {
        if self.options.observed {
            self.note(sessions, id, at, Notice::session(event));
        }
    }

    /// What has happened since the last call, in order. Empty unless the registry
    /// is observed.
    pub fn take_events(&self) -> Vec<Json> {
        std::mem::take(&mut self.sessions.borrow_mut().events)
    }

    // ── Running ─────────────────────────────────────────────────────────────

    /// Registers a new session, which runs with the next [`step`](Self::step).
    ///
    /// `random` makes its id unguessable.
    ///
    /// # Errors
    /// The registry was disposed of.
    pub fn start(
        &self,
        program: Program,
        ctx: Json,
        options: StartOptions,
        random: u64,
        now_ms: u64,
    ) -> Result<SessionId, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        sessions.check_live()?;
        let id = sessions.fresh_id(now_ms, random);
        let notice = Notice::started(options.strategy.as_deref());
        let plan = Plan {
            program,
            ctx,
            env: options.env,
            limits: options.limits.or(self.options.limits),
            seed: options.seed,
            strategy: options.strategy,
            history: options.history,
        };
        let session = Session::new(
            id.clone(),
            plan,
            &self.shared,
            self.options.observed,
            now_ms,
        );
        sessions.slots.insert(id.clone(), Slot::Running(session));
        self.note(&mut sessions, &id, now_ms, notice);
        Ok(id)
    }

    /// Runs a session for about `fuel` instructions. An event is the end of this
    /// run: a pause, or the end of the session.
    ///
    /// # Errors
    /// There is no such session; it is paused; it is being run already; the
    /// registry was disposed of, be it during this very step.
    pub fn step(&self, id: &SessionId, fuel: u64, now_ms: u64) -> Result<Step, SessionError> {
        let mut session = match self.take_out(id)? {
            TakenOut::Session(session) => session,
            TakenOut::LastEvent(event) => {
                return Ok(Step {
                    event: Some(event),
                    fuel: 0,
                });
            }
        };
        let step = session.step(fuel, now_ms);
        Ok(Step {
            event: self.put_back(session, step.event, now_ms)?,
            fuel: step.fuel,
        })
    }

    /// Runs a session for about as long as its limits allow at a stretch.
    ///
    /// `clock` gives milliseconds since any moment. It is called while nothing is
    /// borrowed, so it may use the registry.
    ///
    /// # Errors
    /// Those of [`step`](Self::step).
    pub fn run_slice(
        &self,
        id: &SessionId,
        now_ms: u64,
        clock: &mut dyn FnMut() -> f64,
    ) -> Result<Option<SessionEvent>, SessionError> {
        let mut session = match self.take_out(id)? {
            TakenOut::Session(session) => session,
            TakenOut::LastEvent(event) => return Ok(Some(event)),
        };
        let mut pacer = self.pacer.get();
        let mut slice = pacer.begin(session.limits().slice_ms, clock());
        let event = loop {
            let step = session.step(slice.part(), now_ms);
            let over = slice.is_over(step.fuel, clock()) || session.request().is_some();
            if over || step.event.is_some() {
                break step.event;
            }
        };
        pacer.learn(&slice);
        self.pacer.set(pacer);
        self.put_back(session, event, now_ms)
    }

    /// The first phase: takes a running session out and leaves a mark.
    fn take_out(&self, id: &SessionId) -> Result<TakenOut, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        sessions.check_live()?;
        let Some(slot) = sessions.slots.get_mut(id) else {
            return Err(SessionError::not_found(id));
        };
        if let Some(session) = slot.take_out() {
            return Ok(TakenOut::Session(session));
        }
        match slot {
            Slot::Paused(_) => {
                let error = TransitionError {
                    expected: "Running",
                    actual: "Paused",
                };
                return Err(SessionError::invalid_transition(id, &error));
            }
            Slot::Running(_) | Slot::Taken(_) => return Err(SessionError::busy(id)),
            Slot::Ended(_) => {}
        }
        match sessions.slots.remove(id) {
            Some(Slot::Ended(event)) => Ok(TakenOut::LastEvent(event)),
            _ => Err(SessionError::not_found(id)),
        }
    }

    /// The second phase: puts the session back, unless it has ended.
    fn put_back(
        &self,
        mut session: Box<Session>,
        event: Option<SessionEvent>,
        now_ms: u64,
    ) -> Result<Option<SessionEvent>, SessionError> {
        let id = session.record().id().clone();
        let notices = session.take_notices();
        let mut sessions = self.sessions.borrow_mut();
        sessions.check_live()?;
        for notice in notices {
            self.note(&mut sessions, &id, now_ms, notice);
        }
        let request = match sessions.slots.get_mut(&id) {
            Some(Slot::Taken(mark)) => {
                for child in &mark.new_children {
                    session.add_child(child.clone());
                }
                mark.cancelled.take()
            }
            _ => None,
        };
        let event = match request {
            // A session that has ended by itself in this slice cannot be cancelled.
            Some(request) => session.cancel(request.reason, request.at).ok().or(event),
            None => event,
        };
        if let Some(event) = &event {
            self.note_event(&mut sessions, &id, event, now_ms);
        }
        match &event {
            Some(event) if event.is_terminal() => {
                sessions.slots.remove(&id);
                sessions.histories.end(&id, now_ms);
            }
            Some(_) => {
                self.keep(&mut sessions, &mut session, now_ms);
                sessions.slots.insert(id, Slot::Paused(session));
            }
            None => {
                sessions.slots.insert(id, Slot::Running(session));
            }
        }
        Ok(event)
    }

    /// What a running session needs from the host before it can go on, and what
    /// nobody sees as a pause: a module's source or the store. While that is
    /// fetched nothing is borrowed and the session may be cancelled.
    pub fn request<T>(&self, id: &SessionId, look: impl FnOnce(&Request) -> T) -> Option<T> {
        match self.sessions.borrow().slots.get(id) {
            Some(Slot::Running(session)) => session.request().map(look),
            _ => None,
        }
    }

    /// Brings what [`request`](Self::request) told; dropped where the session does
    /// not wait for it any more.
    pub fn reply(&self, id: &SessionId, reply: Reply) {
        if let Some(Slot::Running(session)) = self.sessions.borrow_mut().slots.get_mut(id) {
            session.reply(reply);
        }
    }

    // ── Answers ─────────────────────────────────────────────────────────────

    /// Takes one answer or several: all of them, or with one refused none.
    ///
    /// # Errors
    /// There is no such session; it is running; the answers are refused, see
    /// [`SessionRecord::feed`](crate::domain::SessionRecord::feed); the registry
    /// was disposed of. Then nothing has changed.
    pub fn feed(
        &self,
        id: &SessionId,
        answers: &[Answer],
        pause: Option<u64>,
        now_ms: u64,
    ) -> Result<Fed, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        let fed = sessions.paused(id)?.feed(answers, pause, now_ms);
        let fed = fed.map_err(|error| SessionError::feed(id, &error))?;
        match &fed {
            Fed::Waiting(event) => self.note_event(&mut sessions, id, event, now_ms),
            Fed::Ready => self.resume(&mut sessions, id, now_ms),
        }
        Ok(fed)
    }

    /// Notes that the host gives up on a query.
    ///
    /// # Errors
    /// Those of [`feed`](Self::feed).
    pub fn fail(
        &self,
        id: &SessionId,
        query: &QueryId,
        message: &str,
        pause: Option<u64>,
        now_ms: u64,
    ) -> Result<(), SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        let failed = sessions
            .paused(id)?
            .fail_query(query, message, pause, now_ms);
        failed.map_err(|error| SessionError::feed(id, &error))?;
        self.resume(&mut sessions, id, now_ms);
        Ok(())
    }

    /// A paused session whose pause has ended is to run.
    fn resume(&self, sessions: &mut Sessions, id: &SessionId, now_ms: u64) {
        if let Some(Slot::Paused(session)) = sessions.slots.remove(id) {
            let pause = session.record().pause_number();
            self.note(sessions, id, now_ms, Notice::resumed(pause));
            sessions.slots.insert(id.clone(), Slot::Running(session));
        }
    }

    /// The only open query, for an answer that names none. `pause` is that of the
    /// answer.
    ///
    /// # Errors
    /// There is no such session; it is running; it is at another pause; several
    /// queries are open; the registry was disposed of.
    pub fn sole_pending_id(
        &self,
        id: &SessionId,
        pause: Option<u64>,
    ) -> Result<QueryId, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        let record = sessions.paused(id)?.record();
        let current = record.pause_number();
        match pause {
            Some(given) if given != current => {
                let error = FeedError::StalePause { current, given };
                Err(SessionError::feed(id, &error))
            }
            _ => record
                .sole_pending_id()
                .cloned()
                .map_err(|error| SessionError::no_sole_query(id, error)),
        }
    }

    // ── Looking ─────────────────────────────────────────────────────────────

    /// The event that a paused session waits on, with the queries still open.
    ///
    /// # Errors
    /// There is no such session; it is running; the registry was disposed of.
    pub fn pending(&self, id: &SessionId) -> Result<SessionEvent, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        let event = sessions.paused(id)?.record().pending_event();
        event.map_err(|error| SessionError::invalid_transition(id, &error))
    }

    /// A look at one session.
    ///
    /// # Errors
    /// There is no such session; the registry was disposed of.
    pub fn snapshot(
        &self,
        id: &SessionId,
        options: SnapshotOptions,
        now_ms: u64,
    ) -> Result<Json, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        let snapshot = sessions.slot(id)?.snapshot(options, now_ms);
        let mut snapshot = snapshot.ok_or_else(|| SessionError::not_found(id))?;
        sessions.histories.show(id, &mut snapshot);
        Ok(Json::Object(snapshot))
    }

    /// A look at every live session, by id.
    ///
    /// # Errors
    /// The registry was disposed of.
    pub fn snapshots(&self, options: SnapshotOptions, now_ms: u64) -> Result<Json, SessionError> {
        let sessions = self.sessions.borrow();
        sessions.check_live()?;
        let mut all = JsonObject::new();
        for (id, slot) in sessions.slots.iter() {
            if let Some(mut snapshot) = slot.snapshot(options, now_ms) {
                sessions.histories.show(id, &mut snapshot);
                all.set(id.as_str(), snapshot);
            }
        }
        Ok(Json::Object(all))
    }

    /// How many sessions are live.
    pub fn len(&self) -> usize {
        let sessions = self.sessions.borrow();
        sessions
            .slots
            .values()
            .filter(|slot| slot.is_live())
            .count()
    }

    /// Whether no session is live.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    // ── Ending ──────────────────────────────────────────────────────────────

    /// Ends a session: at once, unless it is out for a slice.
    ///
    /// # Errors
    /// There is no such session; the registry was disposed of.
    pub fn cancel(
        &self,
        id: &SessionId,
        reason: Option<String>,
        now_ms: u64,
    ) -> Result<Cancellation, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        let slot = sessions.slot(id)?;
        let is_running = matches!(slot, Slot::Running(_));
        let event = match slot {
            Slot::Taken(mark) => {
                // The first reason counts.
                let at = now_ms;
                mark.cancelled.get_or_insert(CancelRequest { reason, at });
                return Ok(Cancellation::Requested);
            }
            Slot::Paused(session) | Slot::Running(session) => session
                .cancel(reason, now_ms)
                .map_err(|error| SessionError::invalid_transition(id, &error))?,
            Slot::Ended(_) => return Err(SessionError::not_found(id)),
        };
        sessions.slots.remove(id);
        sessions.histories.end(id, now_ms);
        if is_running {
            // Whoever runs it comes back for the event.
            let last = Slot::Ended(event.clone());
            sessions.slots.insert(id.clone(), last);
        }
        self.note_event(&mut sessions, id, &event, now_ms);
        Ok(Cancellation::Done(event))
    }

    /// Reaps the paused sessions that have been idle for the ttl or longer.
    ///
    /// # Errors
    /// The registry was disposed of.
    pub fn gc(&self, now_ms: u64) -> Result<Vec<SessionId>, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        sessions.check_live()?;
        let ttl_ms = self.options.ttl_ms;
        sessions.histories.gc(now_ms, ttl_ms);
        let mut due = Vec::new();
        // All in one pass: each one taken out would move those behind it.
        for (id, slot) in std::mem::take(&mut sessions.slots) {
            match slot {
                Slot::Paused(session) if session.record().is_expired(now_ms, ttl_ms) => {
                    sessions.histories.end(&id, now_ms);
                    let notice = session.reap(now_ms);
                    self.note(&mut sessions, &id, now_ms, notice);
                    due.push(id);
                }
                _ => {
                    sessions.slots.insert(id, slot);
                }
            }
        }
        Ok(due)
    }

    /// When [`gc`](Self::gc) will find something, in milliseconds since the epoch;
    /// nothing while no session is paused.
    pub fn next_deadline(&self) -> Option<u64> {
        let sessions = self.sessions.borrow();
        let mut first = None;
        for slot in sessions.slots.values() {
            if let Slot::Paused(session) = slot {
                let due = deadline(session.record().idle_since(), self.options.ttl_ms);
                first = Some(first.map_or(due, |first| due.min(first)));
            }
        }
        first
    }

    /// Ends all sessions without a word. Every later call is refused.
    pub fn dispose(&self) {
        let mut sessions = self.sessions.borrow_mut();
        *sessions = Sessions {
            disposed: true,
            ..Sessions::default()
        };
    }
}

enum TakenOut {
    Session(Box<Session>),
    /// It was cancelled between two slices; this is its last event.
    LastEvent(SessionEvent),
}

/// What a cancellation has led to.
#[derive(Clone, Debug, PartialEq)]
pub enum Cancellation {
    /// The session has ended with this event.
    Done(SessionEvent),
    /// The session is out for a slice and ends with it.
    Requested,
}
