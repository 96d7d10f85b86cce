//! A look at a session from outside.

use super::{PendingFilter, PendingQueries, SessionRecord};
use serde_json::{Value, json};

/// What a snapshot shows beyond its fixed part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotOptions {
    /// What to show of each open query; `None` shows only their number.
    pub pending: Option<PendingFilter>,
    /// Whether to show the last ten queries with their answers.
    pub history: bool,
}

/// The snapshot of a session on the wire.
pub(super) fn snapshot_json(
    record: &SessionRecord,
    options: SnapshotOptions,
    now_ms: u64,
) -> Value {
    let state = record.state();
    let mut json = json!({
        "session_id": record.id(),
        "state": if state.is_terminal() { "terminal" } else { state.phase() },
        "phase": state.phase(),
        "pause": record.pause_number(),
        "started_at": record.started_at(),
        "last_activity_at": record.last_activity_at(),
        "metrics": record.metrics().snapshot_json(options.history, now_ms),
    });
    if let Some(object) = json.as_object_mut() {
        if let Some(strategy) = record.strategy() {
            object.insert("strategy".into(), strategy.into());
        }
        record.lineage().show(object);
        if let Some(pending) = state.pending() {
            object.insert("pending_queries".into(), pending.remaining().into());
            if let Some(filter) = options.pending {
                object.insert("pending".into(), shown(pending, filter));
            }
        }
    }
    json
}

fn shown(pending: &PendingQueries, filter: PendingFilter) -> Value {
    pending
        .pending()
        .map(|query| Value::Object(filter.project(query)))
        .collect()
}
