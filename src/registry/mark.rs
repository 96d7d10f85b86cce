//! What stands in a session's place while the session is out for a slice.

use crate::domain::{JsonObject, PauseRef, Standing};
use crate::session::Session;

use super::slot::add_usage;

/// The mark: what a snapshot needs, and what the session is to find at its return.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Set when the session was cancelled meanwhile.
    pub cancelled: Option<CancelRequest>,
    /// Sessions that were made of its pauses meanwhile.
    pub new_children: Vec<PauseRef>,
    standing: Standing,
    usage: [(&'static str, JsonObject); 2],
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
        Self {
            cancelled: None,
            new_children: Vec::new(),
            standing: Standing::of(session.record()),
            usage: session.usage_json(),
        }
    }

    /// Notes that a session was made of a pause of this one.
    pub fn add_child(&mut self, child: PauseRef) {
        self.standing.lineage.add_child(child.clone());
        self.new_children.push(child);
    }

    /// The snapshot as it was when the slice began.
    pub fn snapshot(&self, now_ms: u64) -> JsonObject {
        let mut json = self.standing.to_json(now_ms);
        add_usage(&mut json, self.usage.clone());
        json
    }
}
