//! What the host gets after each step of a session.

use super::{Json, JsonObject, Metrics, PendingQueries, SessionId};

/// A place in a program's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourcePosition {
    /// The line, from 1.
    pub line: u32,
    /// The column in that line, in characters from 1.
    pub column: u32,
}

/// Why a program failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The error's text.
    pub error: String,
    /// Where in the program it was raised.
    pub traceback: Option<String>,
    /// Where in the source the mistake is, if it is one of syntax.
    pub position: Option<SourcePosition>,
}

impl<T: Into<String>> From<T> for Failure {
    fn from(error: T) -> Self {
        Self {
            error: error.into(),
            traceback: None,
            position: None,
        }
    }
}

/// What kind of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The program waits for answers: `pause` has the pause's number, from 1, and
    /// `queries` the open queries.
    NeedsResponse,
    /// The answer was taken, and the program waits for more: `remaining` says for how
    /// many.
    Accepted,
    /// The program has returned `result`.
    Completed,
    /// The program has raised, or ran out of fuel or memory: `error`, with `traceback`,
    /// or for a mistake of syntax with `line` and `column`.
    Failed,
    /// The host has ended the session, for a `reason` or without.
    Cancelled,
}

impl Status {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsResponse => "needs_response",
            Self::Accepted => "accepted",
            Self::Completed => "completed",
            Self::Failed => "error",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The outcome of a start, an answer or a cancellation.
///
/// Its fields are made where it happens, as the host gets them: nobody else looks at
/// them. Events that end a session have `stats` and `transcript`.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionEvent {
    status: Status,
    pub(super) fields: JsonObject,
}

impl SessionEvent {
    fn new(status: Status, id: &SessionId) -> Self {
        let mut fields = JsonObject::new();
        fields.set("status", status.as_str());
        fields.set("session_id", id.as_str());
        Self { status, fields }
    }

    /// The event of a pause, with the queries still open. A sole query also stands at
    /// the top.
    pub(super) fn needs_response(id: &SessionId, pause: u64, pending: &PendingQueries) -> Self {
        let mut event = Self::new(Status::NeedsResponse, id);
        let is_sole = pending.remaining() == 1;
        let mut queries = Vec::new();
        for query in pending.pending() {
            if is_sole {
                query.show(&mut event.fields);
            }
            queries.push(query.to_event_json().into());
        }
        event.fields.set("pause", pause);
        event.fields.set("queries", queries);
        event
    }

    /// The event of an answer that leaves so many queries open.
    pub(super) fn accepted(id: &SessionId, pause: u64, remaining: usize) -> Self {
        let mut event = Self::new(Status::Accepted, id);
        event.fields.set("pause", pause);
        event.fields.set("remaining", remaining);
        event
    }

    /// The event of a session's end, with what all ends have.
    pub(super) fn end(status: Status, id: &SessionId, metrics: &Metrics, now_ms: u64) -> Self {
        let mut event = Self::new(status, id);
        add_accounts(&mut event.fields, metrics, now_ms);
        event
    }

    /// The event's kind.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Whether the session has ended with it.
    pub fn is_terminal(&self) -> bool {
        !matches!(self.status, Status::NeedsResponse | Status::Accepted)
    }

    /// The session that the event is about.
    pub fn session_id(&self) -> SessionId {
        let id = self.get("session_id").and_then(Json::as_str);
        id.unwrap_or_default().into()
    }

    /// A field.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.fields.get(name)
    }

    /// The event on the wire.
    pub fn into_json(self) -> Json {
        Json::Object(self.fields)
    }
}

/// Adds statistics and transcript of a session that has ended.
pub(super) fn add_accounts(json: &mut JsonObject, metrics: &Metrics, now_ms: u64) {
    json.set("stats", metrics.stats_json(now_ms));
    json.set("transcript", metrics.transcript().exchanges_json());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{LlmQuery, SessionRecord, json};

    fn rich(id: &str) -> LlmQuery {
        LlmQuery {
            system: Some("s".into()),
            grounded: true,
            underspecified: true,
            cache_breakpoint: Some("b".into()),
            role: Some("grader".into()),
            ..LlmQuery::new(id.into(), "p")
        }
    }

    fn rich_json(id: &str) -> Json {
        json!({
            "id": id, "query_id": id, "prompt": "p", "system": "s", "max_tokens": 1024,
            "grounded": true, "underspecified": true, "cache_breakpoint": "b", "role": "grader",
        })
    }

    fn paused(queries: Vec<LlmQuery>) -> Json {
        let pending = PendingQueries::new(queries);
        SessionEvent::needs_response(&"s-1-2".into(), 2, &pending).into_json()
    }

    fn record() -> SessionRecord {
        SessionRecord::new("s-1-2".into(), None, None, 0)
    }

    /// An event without statistics, of a session that asked nothing.
    fn shown(event: SessionEvent) -> Json {
        assert!(event.is_terminal());
        let mut json = event.into_json();
        assert_eq!(json["stats"]["auto"]["llm_calls"], json!(0));
        assert_eq!(json["transcript"], json!([]));
        json["stats"] = json!({});
        json
    }

    #[test]
    fn a_sole_query_also_stands_at_the_top() {
        assert_eq!(
            paused(vec![LlmQuery::new("f-0-1".into(), "p")]),
            json!({
                "status": "needs_response", "session_id": "s-1-2", "pause": 2,
                "id": "f-0-1", "query_id": "f-0-1", "prompt": "p", "system": null, "max_tokens": 1024,
                "queries": [
                    {"id": "f-0-1", "query_id": "f-0-1", "prompt": "p", "system": null, "max_tokens": 1024},
                ],
            })
        );
    }

    #[test]
    fn optional_keys_stand_at_the_top_when_set() {
        let json = paused(vec![rich("q-0")]);
        for (key, value) in rich_json("q-0").as_object().unwrap().iter() {
            assert_eq!(json.get(key), Some(value), "{key}");
        }
        assert_eq!(json["queries"], json!([rich_json("q-0")]));
    }

    #[test]
    fn several_queries_stand_in_the_list_only() {
        assert_eq!(
            paused(vec![rich("q-0"), LlmQuery::new("q-1".into(), "p2")]),
            json!({
                "status": "needs_response", "session_id": "s-1-2", "pause": 2,
                "queries": [
                    rich_json("q-0"),
                    {"id": "q-1", "query_id": "q-1", "prompt": "p2", "system": null, "max_tokens": 1024},
                ],
            })
        );
    }

    #[test]
    fn an_accepted_answer_tells_what_remains() {
        let event = SessionEvent::accepted(&"s-1-2".into(), 2, 3);
        assert!(!event.is_terminal());
        assert_eq!(
            event.into_json(),
            json!({"status": "accepted", "session_id": "s-1-2", "pause": 2, "remaining": 3})
        );
    }

    #[test]
    fn a_completed_session_gives_result_stats_and_transcript() {
        let event = record().complete(json!([1]), 5).unwrap();
        assert_eq!(event.status(), Status::Completed);
        assert_eq!(
            shown(event),
            json!({
                "status": "completed", "session_id": "s-1-2", "result": [1],
                "stats": {}, "transcript": [],
            })
        );
    }

    #[test]
    fn a_failed_session_gives_stats_too_and_a_traceback_if_there_is_one() {
        let failed = |traceback: Option<&str>| {
            let failure = Failure {
                traceback: traceback.map(str::to_owned),
                ..Failure::from("boom")
            };
            shown(record().fail(failure, 5).unwrap())
        };
        let mut expected = json!({
            "status": "error", "session_id": "s-1-2", "error": "boom",
            "stats": {}, "transcript": [],
        });
        assert_eq!(failed(None), expected);
        expected["traceback"] = json!("stack traceback:");
        assert_eq!(failed(Some("stack traceback:")), expected);
    }

    #[test]
    fn a_syntax_error_gives_line_and_column() {
        let failure = Failure {
            position: Some(SourcePosition { line: 2, column: 7 }),
            ..Failure::from("lua error: syntax error: strategy:2: unexpected symbol near '+'")
        };
        let event = record().fail(failure, 5).unwrap();
        let place = (event.get("line"), event.get("column"));
        assert_eq!(place, (Some(&json!(2)), Some(&json!(7))));
    }

    #[test]
    fn a_cancelled_session_gives_the_reason_if_there_is_one() {
        let cancelled = |reason: Option<&str>| {
            let reason = reason.map(str::to_owned);
            shown(record().cancel(reason, 5).unwrap())
        };
        let mut expected = json!({
            "status": "cancelled", "session_id": "s-1-2", "stats": {}, "transcript": [],
        });
        assert_eq!(cancelled(None), expected);
        expected["reason"] = json!("enough");
        assert_eq!(cancelled(Some("enough")), expected);
    }
}
