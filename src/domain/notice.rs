//! What a registry tells its observer.

use super::event::add_accounts;
use super::{Json, JsonObject, LogEntry, PauseRef, Progress, SessionEvent, SessionId};

/// Something that happened to a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The session begins.
    Started {
        /// The strategy's name, where the host gave one.
        strategy: Option<String>,
    },
    /// A session event; its kind is its `status`.
    Session(Box<SessionEvent>),
    /// The pause has ended and the program goes on.
    Resumed {
        /// The pause's number, from 1.
        pause: u64,
    },
    /// A saved session goes on here, or a copy of it begins.
    Restored {
        /// The pause at which it waits.
        pause: u64,
        /// The session that it is a copy of, and its pause at which the copy waits;
        /// nothing for the session itself.
        forked_from: Option<PauseRef>,
    },
    /// The session begins as a copy of another one that is live.
    Forked {
        /// The session copied, and its pause at which the copy waits.
        from: PauseRef,
    },
    /// The program called `alc.progress`.
    Progress(Progress),
    /// The program wrote a log line.
    Log(LogEntry),
    /// The session was idle for too long and is gone.
    Reaped {
        /// How long it was idle, in milliseconds.
        idle_ms: u64,
        /// The pause at which it waited.
        pause: u64,
        /// [`Metrics::stats_json`](super::Metrics::stats_json).
        stats: Json,
        /// Everything asked and answered.
        transcript: Json,
    },
}

/// A notice with its session and time, for `onEvent`.
///
/// ```
/// use algocline_wasm::domain::{Notice, RegistryEvent};
/// let event = RegistryEvent {
///     session_id: "s-1-2".into(),
///     at: 7,
///     notice: Notice::Resumed { pause: 1 },
/// };
/// assert_eq!(
///     algocline_wasm::alc::json_text(&event.into_json()),
///     r#"{"at":7,"kind":"resumed","pause":1,"session_id":"s-1-2"}"#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RegistryEvent {
    /// The session.
    pub session_id: SessionId,
    /// When, in milliseconds since the epoch.
    pub at: u64,
    /// What happened.
    pub notice: Notice,
}

impl RegistryEvent {
    /// The notice's name: `started`, `resumed`, `restored`, `forked`, `progress`, `log`, `reaped`, or
    /// the `status` of a session event.
    pub fn kind(&self) -> &'static str {
        match &self.notice {
            Notice::Started { .. } => "started",
            Notice::Session(event) => event.status(),
            Notice::Resumed { .. } => "resumed",
            Notice::Restored { .. } => "restored",
            Notice::Forked { .. } => "forked",
            Notice::Progress(_) => "progress",
            Notice::Log(_) => "log",
            Notice::Reaped { .. } => "reaped",
        }
    }

    /// The notice on the wire: its own fields with `kind`, `session_id` and `at`.
    pub fn into_json(self) -> Json {
        let kind = self.kind();
        let mut json = JsonObject::new();
        match self.notice {
            Notice::Started { strategy } => json.set_some("strategy", strategy),
            Notice::Session(event) => json = event.into_fields(),
            Notice::Resumed { pause } => json.set("pause", pause),
            Notice::Restored { pause, forked_from } => {
                json.set("pause", pause);
                json.set_some("forked_from", forked_from.map(|from| from.to_json()));
            }
            Notice::Forked { from } => {
                json.set("pause", from.pause);
                json.set("forked_from", from.to_json());
            }
            Notice::Progress(progress) => json = progress.to_json(),
            Notice::Log(entry) => json = entry.to_json(),
            Notice::Reaped {
                idle_ms,
                pause,
                stats,
                transcript,
            } => {
                json.set("idle_ms", idle_ms);
                json.set("pause", pause);
                add_accounts(&mut json, stats, transcript);
            }
        }
        json.set("kind", kind);
        json.set("session_id", self.session_id.as_str());
        json.set("at", self.at);
        Json::Object(json)
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
        RegistryEvent {
            session_id: "s-1-2".into(),
            at: 9,
            notice,
        }
        .into_json()
    }

    #[test]
    fn each_notice_has_its_kind_session_and_time() {
        let cases = [
            (
                Notice::Started { strategy: None },
                json!({"kind": "started", "session_id": "s-1-2", "at": 9}),
            ),
            (
                Notice::Started {
                    strategy: Some("cot".into()),
                },
                json!({"kind": "started", "session_id": "s-1-2", "at": 9, "strategy": "cot"}),
            ),
            (
                Notice::Resumed { pause: 4 },
                json!({"kind": "resumed", "session_id": "s-1-2", "at": 9, "pause": 4}),
            ),
            (
                Notice::Restored {
                    pause: 4,
                    forked_from: None,
                },
                json!({"kind": "restored", "session_id": "s-1-2", "at": 9, "pause": 4}),
            ),
            (
                Notice::Restored {
                    pause: 4,
                    forked_from: Some(pause_4()),
                },
                json!({
                    "kind": "restored", "session_id": "s-1-2", "at": 9, "pause": 4,
                    "forked_from": {"session_id": "s-0", "pause": 4},
                }),
            ),
            (
                Notice::Forked { from: pause_4() },
                json!({
                    "kind": "forked", "session_id": "s-1-2", "at": 9, "pause": 4,
                    "forked_from": {"session_id": "s-0", "pause": 4},
                }),
            ),
            (
                Notice::Progress(Progress::new(1, 2, None)),
                json!({
                    "kind": "progress", "session_id": "s-1-2", "at": 9,
                    "step": 1, "total": 2, "message": null,
                }),
            ),
            (
                Notice::Log(LogEntry::new(8, "info", LogSource::LuaPrint, "hi")),
                json!({
                    "kind": "log", "session_id": "s-1-2", "at": 9,
                    "ts": 8, "level": "info", "source": "alc.lua.print", "message": "hi",
                }),
            ),
            (
                Notice::Reaped {
                    idle_ms: 5,
                    pause: 1,
                    stats: json!({}),
                    transcript: json!([]),
                },
                json!({
                    "kind": "reaped", "session_id": "s-1-2", "at": 9,
                    "idle_ms": 5, "pause": 1, "stats": {}, "transcript": [],
                }),
            ),
        ];
        for (notice, expected) in cases {
            assert_eq!(json_of(notice), expected);
        }
    }

    #[test]
    fn a_session_event_keeps_its_fields_and_gives_its_status_as_kind() {
        let event = SessionEvent::Accepted {
            session_id: "s-1-2".into(),
            pause: 1,
            remaining: 2,
        };
        assert_eq!(
            json_of(Notice::Session(Box::new(event))),
            json!({
                "kind": "accepted", "status": "accepted", "session_id": "s-1-2", "at": 9,
                "pause": 1, "remaining": 2,
            })
        );
    }
}
