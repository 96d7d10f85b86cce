//! What the host gets after each step of a session.

use super::{Json, JsonObject, LlmQuery, SessionId};

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

/// The outcome of a start, an answer or a cancellation.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionEvent {
    /// The program waits for answers.
    NeedsResponse {
        /// The session.
        session_id: SessionId,
        /// The pause's number, from 1.
        pause: u64,
        /// The open queries.
        queries: Vec<LlmQuery>,
    },
    /// The answer was taken; the program waits for more.
    Accepted {
        /// The session.
        session_id: SessionId,
        /// The pause's number, from 1.
        pause: u64,
        /// The number of queries still open.
        remaining: usize,
    },
    /// The program has returned.
    Completed {
        /// The session.
        session_id: SessionId,
        /// What it returned.
        result: Json,
        /// [`Metrics::stats_json`](super::Metrics::stats_json).
        stats: Json,
        /// Everything asked and answered.
        transcript: Json,
    },
    /// The program has raised, or ran out of fuel or memory.
    Failed {
        /// The session.
        session_id: SessionId,
        /// The error's text.
        error: String,
        /// Where in the program it was raised.
        traceback: Option<String>,
        /// Where in the source the mistake is, if it is one of syntax.
        position: Option<SourcePosition>,
        /// [`Metrics::stats_json`](super::Metrics::stats_json).
        stats: Json,
        /// Everything asked and answered.
        transcript: Json,
    },
    /// The host has ended the session.
    Cancelled {
        /// The session.
        session_id: SessionId,
        /// The host's reason.
        reason: Option<String>,
        /// [`Metrics::stats_json`](super::Metrics::stats_json).
        stats: Json,
        /// Everything asked and answered.
        transcript: Json,
    },
}

impl SessionEvent {
    /// The event's kind, as `status` has it.
    pub fn status(&self) -> &'static str {
        match self {
            Self::NeedsResponse { .. } => "needs_response",
            Self::Accepted { .. } => "accepted",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "error",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// The session that the event is about.
    pub fn session_id(&self) -> &SessionId {
        match self {
            Self::NeedsResponse { session_id, .. }
            | Self::Accepted { session_id, .. }
            | Self::Completed { session_id, .. }
            | Self::Failed { session_id, .. }
            | Self::Cancelled { session_id, .. } => session_id,
        }
    }

    /// Whether the session has ended with this event.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::NeedsResponse { .. } | Self::Accepted { .. } => false,
            Self::Completed { .. } | Self::Failed { .. } | Self::Cancelled { .. } => true,
        }
    }

    /// The event on the wire.
    ///
    /// All queries stand under `queries`; the fields of a sole one also stand at
    /// the top, as the native engine's single form has them. Optional keys are
    /// left out when there is nothing to say.
    pub fn into_json(self) -> Json {
        Json::Object(self.into_fields())
    }

    pub(super) fn into_fields(self) -> JsonObject {
        let mut json = JsonObject::new();
        if let Self::NeedsResponse { queries, .. } = &self
            && let [sole] = queries.as_slice()
        {
            json = sole.to_event_json();
        }
        json.set("status", self.status());
        json.set("session_id", self.session_id().as_str());
        match self {
            Self::NeedsResponse { pause, queries, .. } => {
                let queries = queries.iter().map(|query| query.to_event_json().into());
                json.set("pause", pause);
                json.set("queries", queries.collect::<Json>());
            }
            Self::Accepted {
                pause, remaining, ..
            } => {
                json.set("pause", pause);
                json.set("remaining", remaining);
            }
            Self::Completed {
                result,
                stats,
                transcript,
                ..
            } => {
                json.set("result", result);
                add_accounts(&mut json, stats, transcript);
            }
            Self::Failed {
                error,
                traceback,
                position,
                stats,
                transcript,
                ..
            } => {
                json.set("error", error);
                json.set_some("traceback", traceback);
                json.set_some("line", position.map(|at| at.line));
                json.set_some("column", position.map(|at| at.column));
                add_accounts(&mut json, stats, transcript);
            }
            Self::Cancelled {
                reason,
                stats,
                transcript,
                ..
            } => {
                json.set_some("reason", reason);
                add_accounts(&mut json, stats, transcript);
            }
        }
        json
    }
}

/// Adds what the last word on a session tells of it.
pub(super) fn add_accounts(json: &mut JsonObject, stats: Json, transcript: Json) {
    json.set("stats", stats);
    json.set("transcript", transcript);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json;

    fn id() -> SessionId {
        "s-1-2".into()
    }

    fn exchange_json() -> Json {
        json!([{"query_id": "q-0", "prompt": "p", "system": null, "response": "a"}])
    }

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
        SessionEvent::NeedsResponse {
            session_id: id(),
            pause: 2,
            queries,
        }
        .into_json()
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
        let event = SessionEvent::Accepted {
            session_id: id(),
            pause: 2,
            remaining: 3,
        };
        assert!(!event.is_terminal());
        assert_eq!(
            event.into_json(),
            json!({"status": "accepted", "session_id": "s-1-2", "pause": 2, "remaining": 3})
        );
    }

    #[test]
    fn a_completed_session_gives_result_stats_and_transcript() {
        let event = SessionEvent::Completed {
            session_id: id(),
            result: json!([1]),
            stats: json!({"auto": {}, "custom": {}}),
            transcript: exchange_json(),
        };
        assert!(event.is_terminal());
        assert_eq!(event.session_id(), &id());
        assert_eq!(
            event.into_json(),
            json!({
                "status": "completed", "session_id": "s-1-2", "result": [1],
                "stats": {"auto": {}, "custom": {}}, "transcript": exchange_json(),
            })
        );
    }

    #[test]
    fn a_failed_session_gives_stats_too_and_a_traceback_if_there_is_one() {
        let failed = |traceback: Option<&str>| {
            SessionEvent::Failed {
                session_id: id(),
                error: "boom".into(),
                traceback: traceback.map(str::to_owned),
                position: None,
                stats: json!({}),
                transcript: exchange_json(),
            }
            .into_json()
        };
        let mut expected = json!({
            "status": "error", "session_id": "s-1-2", "error": "boom",
            "stats": {}, "transcript": exchange_json(),
        });
        assert_eq!(failed(None), expected);
        expected["traceback"] = json!("stack traceback:");
        assert_eq!(failed(Some("stack traceback:")), expected);
    }

    #[test]
    fn a_syntax_error_gives_line_and_column() {
        let event = SessionEvent::Failed {
            session_id: "s-1".into(),
            error: "lua error: syntax error: strategy:2: unexpected symbol near '+'".into(),
            traceback: None,
            position: Some(SourcePosition { line: 2, column: 7 }),
            stats: json!({}),
            transcript: json!([]),
        };
        let json = event.into_json();
        assert_eq!((&json["line"], &json["column"]), (&json!(2), &json!(7)));
    }

    #[test]
    fn a_cancelled_session_gives_the_reason_if_there_is_one() {
        let cancelled = |reason: Option<&str>| {
            SessionEvent::Cancelled {
                session_id: id(),
                reason: reason.map(str::to_owned),
                stats: json!({}),
                transcript: json!([]),
            }
            .into_json()
        };
        let mut expected = json!({
            "status": "cancelled", "session_id": "s-1-2", "stats": {}, "transcript": [],
        });
        assert_eq!(cancelled(None), expected);
        expected["reason"] = json!("enough");
        assert_eq!(cancelled(Some("enough")), expected);
    }
}
