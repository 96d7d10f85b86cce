//! What a registry tells its observer.

use super::event::add_accounts;
use super::{Json, JsonObject, LogEntry, Metrics, PauseRef, Progress, SessionEvent, SessionId};

/// Something that happened to a session, with its fields as the observer gets them.
///
/// ```
/// use algocline_wasm::domain::Notice;
/// let event = Notice::resumed(1).into_event(&"s-1-2".into(), 7);
/// assert_eq!(
///     algocline_wasm::alc::json_text(&event),
///     r#"{"at":7,"kind":"resumed","pause":1,"session_id":"s-1-2"}"#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    kind: &'static str,
    fields: JsonObject,
}

impl Notice {
    fn new(kind: &'static str) -> Self {
        let fields = JsonObject::new();
        Self { kind, fields }
    }

    fn at_pause(kind: &'static str, pause: u64) -> Self {
        let mut notice = Self::new(kind);
        notice.fields.set("pause", pause);
        notice
    }

    /// The session begins; with the strategy's name, where the host gave one.
    pub fn started(strategy: Option<&str>) -> Self {
        let mut notice = Self::new("started");
        notice.fields.set_some("strategy", strategy);
        notice
    }

    /// A session event; its kind is its `status`.
    pub fn session(event: &SessionEvent) -> Self {
        Self {
            kind: event.status().as_str(),
            fields: event.fields.clone(),
        }
    }

    /// The pause of this number has ended, and the program goes on.
    pub fn resumed(pause: u64) -> Self {
        Self::at_pause("resumed", pause)
    }

    /// A saved session goes on here, at this pause; or a copy of it begins, which is
    /// one of that session at that pause.
    pub fn restored(pause: u64, forked_from: Option<&PauseRef>) -> Self {
        let mut notice = Self::at_pause("restored", pause);
        let from = forked_from.map(PauseRef::to_json);
        notice.fields.set_some("forked_from", from);
        notice
    }

    /// The session begins as a copy of this one, which is live, at this pause.
    pub fn forked(from: &PauseRef) -> Self {
        let mut notice = Self::at_pause("forked", from.pause);
        notice.fields.set("forked_from", from.to_json());
        notice
    }

    /// The program called `alc.progress`.
    pub fn progress(progress: &Progress) -> Self {
        Self {
            kind: "progress",
            fields: progress.to_json(),
        }
    }

    /// The program wrote a log line.
    pub fn log(entry: &LogEntry) -> Self {
        Self {
            kind: "log",
            fields: entry.to_json(),
        }
    }

    /// The session was idle for so many milliseconds, at this pause, and is gone.
    pub(super) fn reaped(idle_ms: u64, metrics: &Metrics, now_ms: u64) -> Self {
        let mut notice = Self::at_pause("reaped", metrics.pauses());
        notice.fields.set("idle_ms", idle_ms);
        add_accounts(&mut notice.fields, metrics, now_ms);
        notice
    }

    /// The notice's name: `started`, `resumed`, `restored`, `forked`, `progress`, `log`,
    /// `reaped`, or the `status` of a session event.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// A field of its own.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.fields.get(name)
    }

    /// The notice for `onEvent`: its own fields with `kind`, `session_id` and the time
    /// `at`, in milliseconds since the epoch.
    pub fn into_event(mut self, id: &SessionId, at: u64) -> Json {
        self.fields.set("kind", self.kind);
        self.fields.set("session_id", id.as_str());
        self.fields.set("at", at);
        Json::Object(self.fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LogSource;
    use crate::domain::json;

    fn pause_4() -> PauseRef {
        PauseRef {
            session_id: "s-0".into(),
            pause: 4,
        }
    }

    fn json_of(notice: Notice) -> Json {
        notice.into_event(&"s-1-2".into(), 9)
    }

    #[test]
    fn each_notice_has_its_kind_session_and_time() {
        let cases = [
            (
                Notice::started(None),
                json!({"kind": "started", "session_id": "s-1-2", "at": 9}),
            ),
            (
                Notice::started(Some("cot")),
                json!({"kind": "started", "session_id": "s-1-2", "at": 9, "strategy": "cot"}),
            ),
            (
                Notice::resumed(4),
                json!({"kind": "resumed", "session_id": "s-1-2", "at": 9, "pause": 4}),
            ),
            (
                Notice::restored(4, None),
                json!({"kind": "restored", "session_id": "s-1-2", "at": 9, "pause": 4}),
            ),
            (
                Notice::restored(4, Some(&pause_4())),
                json!({
                    "kind": "restored", "session_id": "s-1-2", "at": 9, "pause": 4,
                    "forked_from": {"session_id": "s-0", "pause": 4},
                }),
            ),
            (
                Notice::forked(&pause_4()),
                json!({
                    "kind": "forked", "session_id": "s-1-2", "at": 9, "pause": 4,
                    "forked_from": {"session_id": "s-0", "pause": 4},
                }),
            ),
            (
                Notice::progress(&Progress::new(1, 2, None)),
                json!({
                    "kind": "progress", "session_id": "s-1-2", "at": 9,
                    "step": 1, "total": 2, "message": null,
                }),
            ),
            (
                Notice::log(&LogEntry::new(8, "info", LogSource::LuaPrint, "hi")),
                json!({
                    "kind": "log", "session_id": "s-1-2", "at": 9,
                    "ts": 8, "level": "info", "source": "alc.lua.print", "message": "hi",
                }),
            ),
        ];
        for (notice, expected) in cases {
            assert_eq!(json_of(notice), expected);
        }
    }

    #[test]
    fn a_session_event_keeps_its_fields_and_gives_its_status_as_kind() {
        let event = SessionEvent::accepted(&"s-1-2".into(), 1, 2);
        assert_eq!(
            json_of(Notice::session(&event)),
            json!({
                "kind": "accepted", "status": "accepted", "session_id": "s-1-2", "at": 9,
                "pause": 1, "remaining": 2,
            })
        );
    }

    #[test]
    fn a_session_that_was_idle_too_long_leaves_its_accounts() {
        let json = json_of(Notice::reaped(5, &Metrics::new(0, None), 9));
        assert_eq!(json["kind"], json!("reaped"));
        assert_eq!(json["idle_ms"], json!(5));
        assert_eq!(json["pause"], json!(0));
        assert_eq!(json["stats"]["auto"]["elapsed_ms"], json!(9));
        assert_eq!(json["transcript"], json!([]));
    }
}
