//! The places of sessions.

use crate::domain::{JsonObject, PauseRef, SessionEvent, SnapshotOptions};
use crate::session::Session;

use super::mark::Mark;

/// Where a session is.
pub(super) enum Slot {
    /// It waits for answers.
    Paused(Box<Session>),
    /// It is to run, between two slices.
    Running(Box<Session>),
    /// It is out, and running this very moment.
    Taken(Box<Mark>),
    /// It was cancelled between two slices; whoever runs it gets this event.
    Ended(SessionEvent),
}

impl Slot {
    /// Whether hosts see a session here.
    pub fn is_live(&self) -> bool {
        !matches!(self, Slot::Ended(_))
    }

    /// Takes a running session out and leaves a mark; nothing if there is none.
    pub fn take_out(&mut self) -> Option<Box<Session>> {
        let Slot::Running(session) = self else {
            return None;
        };
        let mark = Slot::Taken(Box::new(Mark::of(session)));
        match std::mem::replace(self, mark) {
            Slot::Running(session) => Some(session),
            _ => None,
        }
    }

    /// Notes that a session was made of a pause of the one here.
    pub fn add_child(&mut self, child: PauseRef) {
        match self {
            Slot::Paused(session) | Slot::Running(session) => session.add_child(child),
            Slot::Taken(mark) => mark.add_child(child),
            Slot::Ended(_) => {}
        }
    }

    /// What a host sees of the session; nothing of one that has ended.
    pub fn snapshot(&self, options: SnapshotOptions, now_ms: u64) -> Option<JsonObject> {
        match self {
            Slot::Paused(session) | Slot::Running(session) => {
                let mut shown = session.record().snapshot(options, now_ms);
                session.show_usage(&mut shown);
                Some(shown)
            }
            Slot::Taken(mark) => Some(mark.snapshot(now_ms)),
            Slot::Ended(_) => None,
        }
    }
}
