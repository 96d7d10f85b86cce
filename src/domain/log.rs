//! The latest log lines of a session.

use super::{JsonObject, text};

/// Lines kept; the oldest goes first.
const CAPACITY: usize = 20;
/// The longest level kept, in bytes.
const MAX_LEVEL_BYTES: usize = 256;
/// The longest message kept, in bytes; the ring lies outside of the Lua heap.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// Who wrote a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogSource {
    /// `alc.log`.
    #[default]
    AlcLog,
    /// `print`.
    LuaPrint,
    /// The card functions.
    Card,
    /// The engine itself.
    Engine,
}

impl LogSource {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AlcLog => "alc.log",
            Self::LuaPrint => "alc.lua.print",
            Self::Card => "alc.card",
            Self::Engine => "engine",
        }
    }
}

/// One log line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogEntry {
    /// When it was written, in milliseconds since the epoch.
    pub ts: u64,
    /// The level as the program spelled it; any text is one.
    pub level: String,
    /// Who wrote it.
    pub source: LogSource,
    /// The text.
    pub message: String,
}

impl LogEntry {
    /// A line; a level beyond 256 bytes and a message beyond 64 KiB are cut.
    pub fn new(ts: u64, level: &str, source: LogSource, message: &str) -> Self {
        Self {
            ts,
            level: text::bounded(level, MAX_LEVEL_BYTES).into_owned(),
            source,
            message: text::bounded(message, MAX_MESSAGE_BYTES).into_owned(),
        }
    }

    pub(super) fn to_json(&self) -> JsonObject {
        let mut json = JsonObject::new();
        json.set("ts", self.ts);
        json.set("level", self.level.as_str());
        json.set("source", self.source.as_str());
        json.set("message", self.message.as_str());
        json
    }
}

/// The last 20 log lines, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogRing {
    pub(super) entries: Vec<LogEntry>,
}

impl LogRing {
    /// Adds a line, at the cost of the oldest when full.
    pub fn push(&mut self, entry: LogEntry) {
        if self.entries.len() >= CAPACITY {
            self.entries.remove(0);
        }
        self.entries.push(entry);
    }

    /// The lines kept, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &LogEntry> {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::image::reread;
    use crate::domain::{Json, json};

    fn ring_of(n: usize) -> LogRing {
        let mut ring = LogRing::default();
        for i in 0..n {
            ring.push(LogEntry::new(
                0,
                "info",
                LogSource::AlcLog,
                &format!("msg-{i}"),
            ));
        }
        ring
    }

    fn messages(ring: &LogRing) -> Vec<String> {
        ring.iter().map(|entry| entry.message.clone()).collect()
    }

    #[test]
    fn twenty_lines_all_stay() {
        let kept = messages(&ring_of(20));
        assert_eq!(kept.len(), 20);
        assert_eq!(kept[0], "msg-0");
    }

    #[test]
    fn the_twenty_first_evicts_the_oldest() {
        let expected: Vec<_> = (1..=20).map(|i| format!("msg-{i}")).collect();
        assert_eq!(messages(&ring_of(21)), expected);
    }

    #[test]
    fn a_ring_reads_back_and_is_bounded_when_read() {
        let mut ring = LogRing::default();
        ring.push(LogEntry::new(5, "custom", LogSource::LuaPrint, "hi"));
        let lines: Vec<Json> = ring.iter().map(|line| line.to_json().into()).collect();
        assert_eq!(
            Json::from(lines),
            json!([{"ts": 5, "level": "custom", "source": "alc.lua.print", "message": "hi"}])
        );
        assert_eq!(reread(&ring), Ok(ring));

        let entries = vec![LogEntry::new(0, "info", LogSource::Engine, "x"); 1_000];
        let many = reread(&LogRing { entries }).unwrap();
        assert_eq!(many.iter().count(), 20);
    }

    #[test]
    fn huge_texts_are_cut() {
        let huge = "x".repeat(1 << 20);
        let entry = LogEntry::new(0, &huge, LogSource::AlcLog, &huge);
        assert_eq!(entry.level.len(), MAX_LEVEL_BYTES);
        assert_eq!(entry.message.len(), MAX_MESSAGE_BYTES);
    }
}
