//! A look at a session from outside.

use super::{Json, JsonObject, Lineage, PendingFilter, SessionRecord};

/// What a snapshot shows beyond its fixed part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotOptions {
    /// What to show of each open query; `None` shows only their number.
    pub pending: Option<PendingFilter>,
    /// Whether to show the last ten queries with their answers.
    pub history: bool,
}

/// What snapshots show of a session that is out, running this very moment: all that
/// is known without it, so no log, queries or budget.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The snapshot, but for the time on the clock and the tree of forks.
    pub shown: JsonObject,
    clock_from: u64,
    /// Where the session comes from, and what has come from it.
    pub lineage: Lineage,
}

impl Standing {
    /// That of a session about to go out.
    pub fn of(record: &SessionRecord) -> Self {
        let mut metrics = JsonObject::new();
        metrics.set("recent_logs", Vec::new());
        Self {
            shown: outline(record, metrics, Vec::new()),
            clock_from: record.metrics().clock_from(),
            lineage: record.lineage().clone(),
        }
    }

    /// The snapshot.
    pub fn to_json(&self, now_ms: u64) -> JsonObject {
        let mut json = self.shown.clone();
        if let Some(Json::Object(metrics)) = json.get_mut("metrics") {
            metrics.set("elapsed_ms", now_ms.saturating_sub(self.clock_from));
        }
        self.lineage.show(&mut json);
        json
    }
}

/// What every snapshot shows, but for the time on the clock and the tree of forks.
fn outline(record: &SessionRecord, mut metrics: JsonObject, open: Vec<Json>) -> JsonObject {
    let own = record.metrics();
    let prompt = own.transcript().prompt_tokens().tokens;
    let response = own.transcript().response_tokens().tokens;
    let mut tokens = JsonObject::new();
    tokens.set("prompt_total", prompt);
    tokens.set("response_total", response);
    tokens.set("total", prompt.saturating_add(response));
    tokens.set("current_query", open.last().cloned());
    tokens.set("open_queries", open);
    metrics.set("llm_calls", own.llm_calls());
    metrics.set("rounds", own.rounds());
    metrics.set("tokens", tokens);
    let phase = record.state().phase();
    let is_terminal = record.state().is_terminal();
    let mut json = JsonObject::new();
    json.set("session_id", record.id().as_str());
    json.set_some("strategy", record.strategy());
    json.set("state", if is_terminal { "terminal" } else { phase });
    json.set("phase", phase);
    json.set("pause", record.pause_number());
    json.set("started_at", record.started_at());
    json.set("last_activity_at", record.last_activity_at());
    json.set("metrics", metrics);
    json
}

/// The snapshot of a session that is here.
pub(super) fn snapshot_json(
    record: &SessionRecord,
    options: SnapshotOptions,
    now_ms: u64,
) -> JsonObject {
    let own = record.metrics();
    let mut metrics = own.snapshot_json(options.history, now_ms);
    metrics.set("elapsed_ms", own.elapsed_ms(now_ms));
    let mut json = outline(record, metrics, own.transcript().open_json());
    record.lineage().show(&mut json);
    if let Some(pending) = record.state().pending() {
        json.set("pending_queries", pending.remaining());
        if let Some(filter) = options.pending {
            let mut shown = Vec::new();
            for query in pending.pending() {
                shown.push(filter.project(query).into());
            }
            json.set("pending", shown);
        }
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Answer, LlmQuery, json};

    fn tokens(record: &SessionRecord) -> Json {
        let snapshot = record.snapshot(SnapshotOptions::default(), 9);
        snapshot["metrics"]["tokens"].clone()
    }

    fn answer(record: &mut SessionRecord, id: &str) {
        let answer = Answer {
            query_id: id.into(),
            response: "x".into(),
            usage: None,
        };
        record.feed(&[answer], None, 8).unwrap();
    }

    #[test]
    fn a_query_is_current_while_it_is_open() {
        let mut record = SessionRecord::new("s-1".into(), None, None, 0);
        assert_eq!(tokens(&record)["current_query"], Json::Null);
        record
            .pause([LlmQuery::new("q-0".into(), "test")], 7)
            .unwrap();
        assert_eq!(
            tokens(&record)["current_query"],
            json!({"query_id": "q-0", "prompt_tokens": 1, "started_waiting_at": 7})
        );
        answer(&mut record, "q-0");
        assert_eq!(tokens(&record)["current_query"], Json::Null);
    }

    #[test]
    fn all_open_queries_are_listed_whichever_was_answered_first() {
        let mut record = SessionRecord::new("s-1".into(), None, None, 0);
        let queries = (0..3).map(|i| LlmQuery::new(format!("q-{i}").into(), "p"));
        record.pause(queries, 7).unwrap();
        answer(&mut record, "q-2");
        let tokens = tokens(&record);
        let open = tokens["open_queries"].as_array().unwrap();
        let ids: Vec<_> = open
            .iter()
            .map(|q| q["query_id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, ["q-0", "q-1"]);
        assert_eq!(tokens["current_query"]["query_id"], json!("q-1"));
    }

    #[test]
    fn a_session_that_is_out_shows_the_same_but_for_what_is_out_with_it() {
        let mut record = SessionRecord::new("s-1".into(), Some("cot".into()), None, 5);
        record
            .pause([LlmQuery::new("q-0".into(), "test")], 7)
            .unwrap();
        answer(&mut record, "q-0");
        record.resume(8).unwrap();
        let here = record.snapshot(SnapshotOptions::default(), 9);
        assert_eq!(Standing::of(&record).to_json(9), here);
    }
}
