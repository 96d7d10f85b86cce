//! What stands in a session's place while the session is out for a slice.

use crate::domain::{JsonObject, PauseRef, Standing};
use crate::session::Session;

/// The mark: what a snapshot needs, and what the session is to find at its return.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Set when the session was cancelled meanwhile.
    pub cancelled: Option<CancelRequest>,
    /// Sessions that were made of its pauses meanwhile.
    pub new_children: Vec<PauseRef>,
    standing: Standing,
}

/// A cancellation that waits for the end of the slice.
#[derive(Clone, Debug)]
pub(super) struct CancelRequest {
    pub reason: Option<String>,
    pub at: u64,
}

impl Mark {
    /// The mark of a session that is about to run.
    pub fn of(session: &Session) -> Self {
        let mut standing = Standing::of(session.record());
        session.show_usage(&mut standing.shown);
        Self {
            cancelled: None,
            new_children: Vec::new(),
            standing,
        }
    }

    /// Notes that a session was made of a pause of this one.
    pub fn add_child(&mut self, child: PauseRef) {
        self.standing.lineage.add_child(child.clone());
        self.new_children.push(child);
    }

    /// The snapshot as it was when the slice began.
    pub fn snapshot(&self, now_ms: u64) -> JsonObject {
        self.standing.to_json(now_ms)
    }
}
