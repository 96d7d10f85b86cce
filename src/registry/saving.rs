//! Sessions as bytes, copies of them, and going back to earlier pauses.

use std::rc::Rc;

use crate::alc::Packages;
use crate::domain::{Notice, PauseRef, SessionError, SessionEvent, SessionId};
use crate::session::{LimitsGiven, Restoration, SavedInfo, Session, SourceForm, inspect};

use super::slot::Slot;
use super::{Registry, Sessions};

/// Under which name a saved session comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreAs {
    /// Its own, which no live session may have.
    Same,
    /// A new one; the number makes it unguessable.
    Copy(u64),
}

/// How a session gets out of an image.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coming {
    /// The host has kept the image.
    Restored,
    /// It is a copy of one that is or was live here.
    Forked,
}

impl Registry {
    /// A paused session as bytes; it stays live here.
    ///
    /// # Errors
    /// There is no such session; it is running; the registry was disposed of.
    pub fn save(
        &self,
        id: &SessionId,
        form: SourceForm,
        now_ms: u64,
    ) -> Result<Vec<u8>, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        sessions.paused(id)?.save(form, &self.shared, now_ms)
    }

    /// What a saved session says of itself; nothing is restored.
    ///
    /// # Errors
    /// It is damaged or has an unknown version; the registry was disposed of.
    pub fn inspect(&self, saved: &[u8], now_ms: u64) -> Result<SavedInfo, SessionError> {
        self.sessions.borrow().check_live()?;
        inspect(saved, now_ms)
    }

    /// Brings a saved session back; gives the event that it waits on.
    ///
    /// `limits` replace those saved, each where it is given.
    ///
    /// ```
    /// use algocline_wasm::registry::{Registry, RegistryOptions, RestoreAs, StartOptions};
    /// use algocline_wasm::session::{LimitsGiven, Program, SourceForm};
    ///
    /// let registry = Registry::new(RegistryOptions::default())?;
    /// let program = Program::Chunk("return alc.llm('2+2?')".into());
    /// let id = registry.start(program, Default::default(), StartOptions::default(), 1, 0)?;
    /// while registry.step(&id, 10_000, 0)?.event.is_none() {}
    /// let saved = registry.save(&id, SourceForm::Embedded, 0)?;
    ///
    /// let elsewhere = Registry::new(RegistryOptions::default())?;
    /// let limits = LimitsGiven::default();
    /// let event = elsewhere.restore(&saved, RestoreAs::Same, limits, 5_000)?;
    /// assert_eq!(event.session_id(), id);
    /// assert_eq!(event.into_json().get("prompt"), Some(&"2+2?".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The bytes are damaged, have an unknown version, or refer to a source that the
    /// registry lacks; a session of this name is live; the registry was disposed of.
    pub fn restore(
        &self,
        saved: &[u8],
        name: RestoreAs,
        limits: LimitsGiven,
        now_ms: u64,
    ) -> Result<SessionEvent, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        sessions.check_live()?;
        let copy = match name {
            RestoreAs::Same => None,
            RestoreAs::Copy(random) => Some(sessions.fresh_id(now_ms, random)),
        };
        let how = Restoration {
            copy,
            limits,
            packages: None,
        };
        self.take_in(&mut sessions, saved, how, Coming::Restored, now_ms)
    }

    /// A copy of a paused session under a new name; gives the event that it waits
    /// on.
    ///
    /// # Errors
    /// Those of [`save`](Self::save).
    pub fn fork(
        &self,
        id: &SessionId,
        random: u64,
        now_ms: u64,
    ) -> Result<SessionEvent, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        let parent = sessions.paused(id)?;
        let image = parent.save(SourceForm::Embedded, &self.shared, now_ms)?;
        let packages = parent.packages();
        self.copy(&mut sessions, &image, packages, random, now_ms)
    }

    /// A new session that waits at an earlier pause of a session, or at its current
    /// one as it was in the beginning. The session may have ended meanwhile.
    ///
    /// # Errors
    /// Nothing is known of such a session; the pause is not kept; the registry was
    /// disposed of.
    pub fn rewind(
        &self,
        id: &SessionId,
        pause: u64,
        random: u64,
        now_ms: u64,
    ) -> Result<SessionEvent, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        sessions.check_live()?;
        let Some((image, packages)) = sessions.histories.image(id, pause) else {
            if !sessions.histories.contains(id) {
                sessions.slot(id)?;
            }
            return Err(SessionError::pause_not_kept(
                id,
                pause,
                &sessions.histories.pauses(id),
            ));
        };
        self.copy(&mut sessions, &image, packages, random, now_ms)
    }

    /// The pauses of a session to which [`rewind`](Self::rewind) can go back, in order.
    ///
    /// # Errors
    /// Nothing is known of such a session; the registry was disposed of.
    pub fn kept_pauses(&self, id: &SessionId) -> Result<Vec<u64>, SessionError> {
        let mut sessions = self.sessions.borrow_mut();
        sessions.check_live()?;
        if !sessions.histories.contains(id) {
            sessions.slot(id)?;
        }
        Ok(sessions.histories.pauses(id))
    }

    fn copy(
        &self,
        sessions: &mut Sessions,
        image: &[u8],
        packages: Rc<Packages>,
        random: u64,
        now_ms: u64,
    ) -> Result<SessionEvent, SessionError> {
        let how = Restoration {
            copy: Some(sessions.fresh_id(now_ms, random)),
            limits: LimitsGiven::default(),
            packages: Some(packages),
        };
        self.take_in(sessions, image, how, Coming::Forked, now_ms)
    }

    /// Gives a session out of an image its place; the event that it waits on.
    #[inline(never)]
    fn take_in(
        &self,
        sessions: &mut Sessions,
        image: &[u8],
        how: Restoration,
        coming: Coming,
        now_ms: u64,
    ) -> Result<SessionEvent, SessionError> {
        let is_copy = how.copy.is_some();
        let observed = self.options.observed;
        let mut session = Session::restore(image, how, &self.shared, observed, now_ms)?;
        let record = session.record();
        let id = record.id().clone();
        if sessions.slots.contains_key(&id) {
            return Err(SessionError::still_live(&id));
        }
        let pause = record.pause_number();
        let event = record
            .pending_event()
            .map_err(|error| SessionError::invalid_transition(&id, &error))?;
        let parent = match record.lineage().forked_from() {
            Some(parent) if is_copy => Some(parent.clone()),
            _ => None,
        };
        if let Some(parent) = &parent
            && let Some(slot) = sessions.slots.get_mut(&parent.session_id)
        {
            slot.add_child(PauseRef {
                session_id: id.clone(),
                pause: parent.pause,
            });
        }
        let notice = match (coming, parent) {
            (Coming::Forked, Some(from)) => Notice::forked(&from),
            (_, from) => Notice::restored(pause, from.as_ref()),
        };
        self.note(sessions, &id, now_ms, notice);
        sessions.histories.forget_end(&id);
        self.keep(sessions, &mut session, now_ms);
        sessions.slots.insert(id, Slot::Paused(session));
        Ok(event)
    }

    /// Keeps the pause at which a session stands, if it is one whose pauses are kept.
    pub(super) fn keep(&self, sessions: &mut Sessions, session: &mut Session, now_ms: u64) {
        if let Some(limits) = session.history()
            && let Ok(image) = session.save(SourceForm::Embedded, &self.shared, now_ms)
        {
            let record = session.record();
            let pause = record.pause_number();
            let histories = &mut sessions.histories;
            histories.push(record.id(), pause, image.into(), session.packages(), limits);
        }
    }
}
