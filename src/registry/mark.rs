//! What stands in a session's place while the session is out for a slice.

use serde_json::{Value as Json, json};

use crate::domain::{Lineage, PauseRef};
use crate::session::Session;

use super::slot::add_usage;

/// The mark: what a snapshot needs, and what the session is to find at its return.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Set when the session was cancelled meanwhile.
    pub cancelled: Option<CancelRequest>,
    /// Sessions that were made of its pauses meanwhile.
    pub new_children: Vec<PauseRef>,
    lineage: Lineage,
    session_id: String,
    strategy: Option<String>,
    pause: u64,
    started_at: u64,
    clock_from: u64,
    last_activity_at: u64,
    llm_calls: u64,
    rounds: u64,
    prompt_tokens: u64,
    response_tokens: u64,
    usage: [(&'static str, Json); 2],
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
        let record = session.record();
        let metrics = record.metrics();
        let transcript = metrics.transcript();
        Self {
            cancelled: None,
            new_children: Vec::new(),
            lineage: record.lineage().clone(),
            session_id: record.id().to_string(),
            strategy: record.strategy().map(str::to_owned),
            pause: record.pause_number(),
            started_at: record.started_at(),
            clock_from: metrics.clock_from(),
            last_activity_at: record.last_activity_at(),
            llm_calls: metrics.llm_calls(),
            rounds: metrics.rounds(),
            prompt_tokens: transcript.prompt_tokens().tokens,
            response_tokens: transcript.response_tokens().tokens,
            usage: session.usage_json(),
        }
    }

    /// Notes that a session was made of a pause of this one.
    pub fn add_child(&mut self, child: PauseRef) {
        self.lineage.add_child(child.clone());
        self.new_children.push(child);
    }

    /// The snapshot as it was when the slice began; the log is out with the
    /// session.
    pub fn snapshot(&self, now_ms: u64) -> Json {
        let mut json = json!({
            "session_id": self.session_id,
            "state": "running",
            "phase": "running",
            "pause": self.pause,
            "started_at": self.started_at,
            "last_activity_at": self.last_activity_at,
            "metrics": {
                "elapsed_ms": now_ms.saturating_sub(self.clock_from),
                "llm_calls": self.llm_calls,
                "rounds": self.rounds,
                "tokens": {
                    "prompt_total": self.prompt_tokens,
                    "response_total": self.response_tokens,
                    "total": self.prompt_tokens.saturating_add(self.response_tokens),
                    "current_query": null,
                    "open_queries": [],
                },
                "recent_logs": [],
            },
        });
        if let Some(object) = json.as_object_mut() {
            if let Some(strategy) = &self.strategy {
                object.insert("strategy".into(), strategy.as_str().into());
            }
            self.lineage.show(object);
        }
        add_usage(&mut json, self.usage.clone());
        json
    }
}
