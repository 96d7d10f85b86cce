//! A look at a session from outside.

use super::{Json, JsonObject, Lineage, PendingFilter, PendingQueries, SessionId, SessionRecord};

/// What a snapshot shows beyond its fixed part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotOptions {
    /// What to show of each open query; `None` shows only their number.
    pub pending: Option<PendingFilter>,
    /// Whether to show the last ten queries with their answers.
    pub history: bool,
}

/// Where a session stands, in names and numbers: what a snapshot shows even while
/// the session itself is out for a slice.
#[derive(Clone, Debug)]
pub struct Standing {
    session_id: SessionId,
    strategy: Option<String>,
    state: &'static str,
    phase: &'static str,
    pause: u64,
    started_at: u64,
    last_activity_at: u64,
    clock_from: u64,
    llm_calls: u64,
    rounds: u64,
    prompt_tokens: u64,
    response_tokens: u64,
    /// Where the session comes from, and what has come from it.
    pub lineage: Lineage,
}

impl Standing {
    /// That of a session as it is now.
    pub fn of(record: &SessionRecord) -> Self {
        let state = record.state();
        let metrics = record.metrics();
        let transcript = metrics.transcript();
        Self {
            session_id: record.id().clone(),
            strategy: record.strategy().map(str::to_owned),
            state: match state.is_terminal() {
                true => "terminal",
                false => state.phase(),
            },
            phase: state.phase(),
            pause: record.pause_number(),
            started_at: record.started_at(),
            last_activity_at: record.last_activity_at(),
            clock_from: metrics.clock_from(),
            llm_calls: metrics.llm_calls(),
            rounds: metrics.rounds(),
            prompt_tokens: transcript.prompt_tokens().tokens,
            response_tokens: transcript.response_tokens().tokens,
            lineage: record.lineage().clone(),
        }
    }

    /// The snapshot while nothing more can be seen: the log is out with the session.
    pub fn to_json(&self, now_ms: u64) -> JsonObject {
        let mut metrics = JsonObject::new();
        metrics.set("recent_logs", Vec::new());
        let elapsed_ms = now_ms.saturating_sub(self.clock_from);
        self.with_metrics(metrics, elapsed_ms, Vec::new())
    }

    /// Completes `metrics` and puts it into a snapshot; `open` are the open queries.
    fn with_metrics(
        &self,
        mut metrics: JsonObject,
        elapsed_ms: u64,
        open: Vec<Json>,
    ) -> JsonObject {
        let total = self.prompt_tokens.saturating_add(self.response_tokens);
        let mut tokens = JsonObject::new();
        tokens.set("prompt_total", self.prompt_tokens);
        tokens.set("response_total", self.response_tokens);
        tokens.set("total", total);
        tokens.set("current_query", open.last().cloned());
        tokens.set("open_queries", open);
        metrics.set("elapsed_ms", elapsed_ms);
        metrics.set("llm_calls", self.llm_calls);
        metrics.set("rounds", self.rounds);
        metrics.set("tokens", tokens);
        let mut json = JsonObject::new();
        json.set("session_id", self.session_id.as_str());
        json.set_some("strategy", self.strategy.as_deref());
        json.set("state", self.state);
        json.set("phase", self.phase);
        json.set("pause", self.pause);
        json.set("started_at", self.started_at);
        json.set("last_activity_at", self.last_activity_at);
        json.set("metrics", metrics);
        self.lineage.show(&mut json);
        json
    }
}

/// The snapshot of a session on the wire.
pub(super) fn snapshot_json(
    record: &SessionRecord,
    options: SnapshotOptions,
    now_ms: u64,
) -> JsonObject {
    let own = record.metrics();
    let metrics = own.snapshot_json(options.history, now_ms);
    let open = own.transcript().open_json();
    let mut json = Standing::of(record).with_metrics(metrics, own.elapsed_ms(now_ms), open);
    if let Some(pending) = record.state().pending() {
        json.set("pending_queries", pending.remaining());
        json.set_some(
            "pending",
            options.pending.map(|filter| shown(pending, filter)),
        );
    }
    json
}

fn shown(pending: &PendingQueries, filter: PendingFilter) -> Json {
    let queries = pending.pending();
    queries.map(|query| filter.project(query).into()).collect()
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
