//! The part of a saved session that is the model: its record, field by field.
//!
//! Only the record of a paused session is ever written, so nothing of running or
//! ended ones has a form here. What can be computed from the rest is computed when
//! it is read: sums, positions, counts. A program's own JSON values are read with
//! bounded depth.

use std::mem;

use crate::codec::{Codec, CodecError, Image};

use super::custom_stats::MAX_DEPTH;
use super::pending::{Entry, Reply};
use super::sorted_map::Key;
use super::{
    Budget, CustomStats, ExecutionState, Json, Lineage, LlmQuery, LogEntry, LogRing, LogSource,
    Metrics, Outcome, PauseRef, PendingQueries, Progress, Resolution, SessionRecord, SortedMap,
    TokenCount, TokenSource, Transcript, TranscriptEntry,
};

impl SessionRecord {
    /// Writes or reads the record of a paused session. What is read into is any record.
    ///
    /// The clock is written as the time on it, so that the time between writing and
    /// reading does not count. A session that was read counts as active at this moment,
    /// and its clock goes on from here. Where the bytes are no record of a session that
    /// waits for an answer, the reader knows it.
    pub fn image(&mut self, codec: &mut Codec<'_, '_>, now_ms: u64) {
        self.id.fields(codec);
        self.strategy.fields(codec);
        self.last_activity_at.fields(codec);
        self.lineage.fields(codec);
        let mut elapsed_ms = self.metrics.elapsed_ms(now_ms);
        elapsed_ms.fields(codec);
        self.metrics.fields(codec);
        if codec.is_reading() {
            self.metrics.resume_clock(elapsed_ms, now_ms);
            self.restored_at = Some(now_ms);
            self.state = ExecutionState::Paused(PendingQueries::default());
        }
        if let ExecutionState::Paused(pending) = &mut self.state {
            pending.fields(codec);
        }
        self.carried.fields(codec);
        self.last_group.fields(codec);
        if codec.is_reading()
            && let Err(problem) = self.check_waiting()
        {
            codec.refuse(CodecError::Invalid(problem));
        }
    }
}

impl Image for PauseRef {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.session_id.fields(codec);
        self.pause.fields(codec);
    }
}

impl Image for Lineage {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.forked_from.fields(codec);
        self.children.fields(codec);
        if codec.is_reading() {
            for child in mem::take(&mut self.children) {
                self.add_child(child);
            }
        }
    }
}

impl Image for LlmQuery {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.id.fields(codec);
        self.prompt.fields(codec);
        self.system.fields(codec);
        self.max_tokens.fields(codec);
        self.grounded.fields(codec);
        self.underspecified.fields(codec);
        self.cache_breakpoint.fields(codec);
        self.role.fields(codec);
    }
}

impl Image for Reply {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        let mut kind = match self {
            Self::Open => 0,
            Self::Answered(_) => 1,
            Self::Failed(_) => 2,
        };
        codec.kind(&mut kind, 3, "a reply");
        if codec.is_reading() {
            *self = match kind {
                0 => Self::Open,
                1 => Self::Answered(String::new()),
                _ => Self::Failed(String::new()),
            };
        }
        if let Self::Answered(text) | Self::Failed(text) = self {
            text.fields(codec);
        }
    }
}

impl Image for Entry {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.query.fields(codec);
        self.reply.fields(codec);
        self.group.fields(codec);
        self.since.fields(codec);
    }
}

impl Image for PendingQueries {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.entries.fields(codec);
        if codec.is_reading() {
            for entry in mem::take(&mut self.entries) {
                if self.holds(&entry.query.id) {
                    codec.refuse(CodecError::Invalid("two queries have the same id"));
                    break;
                }
                self.keep(entry);
            }
        }
    }
}

impl Image for Resolution {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        let mut kind = u8::from(matches!(self, Self::Failed { .. }));
        codec.kind(&mut kind, 2, "a resolution");
        if codec.is_reading() && kind == 1 {
            *self = Self::Failed {
                query_id: Default::default(),
                message: String::new(),
            };
        }
        match self {
            Self::Answers(answers) => answers.fields(codec),
            Self::Failed { query_id, message } => {
                query_id.fields(codec);
                message.fields(codec);
            }
        }
    }
}

impl Metrics {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        for count in [
            &mut self.started_at,
            &mut self.llm_calls,
            &mut self.pauses,
            &mut self.rounds,
            &mut self.prompt_chars,
            &mut self.response_chars,
        ] {
            count.fields(codec);
        }
        self.budget.fields(codec);
        self.transcript.fields(codec);
        self.custom.fields(codec);
        self.logs.fields(codec);
        self.progress.fields(codec);
    }
}

impl Image for Budget {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.max_llm_calls.fields(codec);
        self.max_elapsed_ms.fields(codec);
        self.max_tokens.fields(codec);
    }
}

impl Image for TokenCount {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.tokens.fields(codec);
        let mut kind = self.source as u8;
        codec.kind(&mut kind, 3, "a token count");
        self.source = match kind {
            0 => TokenSource::Estimated,
            1 => TokenSource::Provided,
            _ => TokenSource::Definite,
        };
    }
}

impl Image for Outcome {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        let mut kind = match self {
            Self::Open => 0,
            Self::Answered(_) => 1,
            Self::Failed(_) => 2,
            Self::Lapsed => 3,
        };
        codec.kind(&mut kind, 4, "an outcome");
        if codec.is_reading() {
            *self = match kind {
                0 => Self::Open,
                1 => Self::Answered(String::new()),
                2 => Self::Failed(String::new()),
                _ => Self::Lapsed,
            };
        }
        if let Self::Answered(text) | Self::Failed(text) = self {
            text.fields(codec);
        }
    }
}

impl Image for TranscriptEntry {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.query_id.fields(codec);
        self.prompt.fields(codec);
        self.system.fields(codec);
        self.outcome.fields(codec);
        self.prompt_tokens.fields(codec);
        self.response_tokens.fields(codec);
        self.started_at.fields(codec);
        self.completed_at.fields(codec);
    }
}

impl Image for Transcript {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.entries.fields(codec);
        if codec.is_reading() {
            for entry in mem::take(&mut self.entries) {
                self.push(entry);
            }
        }
    }
}

impl Image for LogEntry {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.ts.fields(codec);
        self.level.fields(codec);
        let mut kind = self.source as u8;
        codec.kind(&mut kind, 4, "a log line");
        self.source = match kind {
            0 => LogSource::AlcLog,
            1 => LogSource::LuaPrint,
            2 => LogSource::Card,
            _ => LogSource::Engine,
        };
        self.message.fields(codec);
    }
}

impl Image for LogRing {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.entries.fields(codec);
        if codec.is_reading() {
            for entry in mem::take(&mut self.entries) {
                self.push(LogEntry::new(
                    entry.ts,
                    &entry.level,
                    entry.source,
                    &entry.message,
                ));
            }
        }
    }
}

impl Image for Progress {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.step.fields(codec);
        self.total.fields(codec);
        self.message.fields(codec);
        if codec.is_reading() {
            *self = Self::new(self.step, self.total, self.message.as_deref());
        }
    }
}

impl Image for CustomStats {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.entries.fields(codec);
        if codec.is_reading() {
            for (key, value) in mem::take(&mut self.entries) {
                if self.record(&key, value).is_err() {
                    let problem = "the program's statistics are too large";
                    codec.refuse(CodecError::Invalid(problem));
                }
            }
        }
    }
}

impl<K: Image + Key, V: Image> Image for SortedMap<K, V> {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.entries.fields(codec);
        if !self
            .entries
            .is_sorted_by(|(a, _), (b, _)| a.sought() < b.sought())
        {
            codec.refuse(CodecError::Invalid("entries are out of order"));
        }
    }
}

/// The recursion is bounded: statistics are at most [`MAX_DEPTH`] levels deep.
impl Image for Json {
    #[inline(never)]
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        if codec.depth >= MAX_DEPTH {
            return codec.refuse(CodecError::Invalid("a JSON value is nested too deeply"));
        }
        let mut kind = match self {
            Json::Null => 0,
            Json::Bool(false) => 1,
            Json::Bool(true) => 2,
            Json::Int(0..) | Json::Large(_) => 3,
            Json::Int(_) => 4,
            Json::Float(_) => 5,
            Json::String(_) => 6,
            Json::Array(_) => 7,
            Json::Object(_) => 8,
        };
        codec.kind(&mut kind, 9, "a JSON value");
        if codec.is_reading() {
            *self = match kind {
                0 => Json::Null,
                1 => Json::Bool(false),
                2 => Json::Bool(true),
                3 => Json::Large(0),
                4 => Json::Int(0),
                5 => Json::Float(0.0),
                6 => Json::String(String::new()),
                7 => Json::Array(Vec::new()),
                _ => Json::Object(SortedMap::new()),
            };
        }
        codec.depth = codec.depth.saturating_add(1);
        match self {
            Json::Null | Json::Bool(_) => {}
            Json::Int(number) if kind == 4 => number.fields(codec),
            Json::Int(number) => number.cast_unsigned().fields(codec),
            Json::Large(number) => {
                number.fields(codec);
                *self = (*number).into();
            }
            Json::Float(number) => {
                number.fields(codec);
                if !number.is_finite() {
                    codec.refuse(CodecError::BadNumber);
                }
            }
            Json::String(text) => text.fields(codec),
            Json::Array(items) => items.fields(codec),
            Json::Object(members) => members.fields(codec),
        }
        codec.depth = codec.depth.saturating_sub(1);
    }
}

/// What reading gives of what writing made of a value, for tests.
#[cfg(test)]
pub(super) fn reread<T: Image + Clone>(value: &T) -> Result<T, CodecError> {
    use crate::codec::{Reader, Writer};
    let mut writer = Writer::new();
    value.clone().fields(&mut Codec::writing(&mut writer));
    let bytes = writer.into_bytes();
    let mut reader = Reader::new(&bytes);
    let mut read = T::default();
    read.fields(&mut Codec::reading(&mut reader));
    reader.check()?;
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Reader, Writer};
    use crate::domain::json;
    use crate::domain::{Answer, QueryId, TokenUsage};

    const START: u64 = 1_700_000_000_000;

    fn answer(id: &str) -> Answer {
        Answer {
            query_id: id.into(),
            response: "an answer".into(),
            usage: Some(TokenUsage {
                prompt_tokens: Some(7),
                completion_tokens: None,
            }),
        }
    }

    /// A record with something in every field.
    fn record() -> SessionRecord {
        let budget = Budget::from_ctx(&json!({"budget": {"max_llm_calls": 9}}));
        let mut record = SessionRecord::new("s-1".into(), Some("sc".into()), budget, START);
        let query = LlmQuery {
            system: Some("be brief".into()),
            max_tokens: 5,
            grounded: true,
            underspecified: true,
            cache_breakpoint: Some("mark".into()),
            role: Some("grader".into()),
            ..LlmQuery::new(QueryId::single(), "häh?")
        };
        record.pause([query], START + 1).unwrap();
        record
            .fail_query(&QueryId::single(), "no", None, START + 2)
            .unwrap();
        record.resume(START + 2).unwrap();
        let groups = vec![
            (
                record.next_group(),
                vec![LlmQuery::new("f-0-0".into(), "a")],
            ),
            (
                record.next_group(),
                vec![LlmQuery::new("f-1-0".into(), "b")],
            ),
        ];
        record.pause_groups(groups, START + 3).unwrap();
        record.feed(&[answer("f-0-0")], None, START + 4).unwrap();
        record.resume_groups(START + 4).unwrap();
        let group = record.next_group();
        let queries = vec![
            LlmQuery::new("f-0-1".into(), "c"),
            LlmQuery::new("f-0-2".into(), "d"),
        ];
        record
            .pause_groups(vec![(group, queries)], START + 5)
            .unwrap();
        record.feed(&[answer("f-0-2")], None, START + 6).unwrap();
        record.add_child(PauseRef {
            session_id: "s-2".into(),
            pause: 3,
        });
        let metrics = record.metrics_mut();
        metrics.set_progress(Progress::new(1, 2, Some("half")));
        metrics.log(LogEntry::new(START, "warn", LogSource::Card, "a line"));
        let value = json!({"deep": [null, true, -1, u64::MAX, 0.1, "x", {}]});
        metrics.custom_mut().record("own", value).unwrap();
        record
    }

    fn image(record: &SessionRecord, now_ms: u64) -> Vec<u8> {
        let mut writer = Writer::new();
        let mut written = record.clone();
        written.image(&mut Codec::writing(&mut writer), now_ms);
        assert_eq!(&written, record, "writing changes nothing");
        writer.into_bytes()
    }

    fn read(bytes: &[u8], now_ms: u64) -> Result<SessionRecord, CodecError> {
        let mut reader = Reader::new(bytes);
        let mut record = SessionRecord::new("".into(), None, None, now_ms);
        record.image(&mut Codec::reading(&mut reader), now_ms);
        reader.finish()?;
        Ok(record)
    }

    #[test]
    fn a_record_reads_back_equal() {
        let original = record();
        let bytes = image(&original, START + 10);
        let mut copy = read(&bytes, START + 10).unwrap();
        assert_eq!(image(&copy, START + 10), bytes);
        assert_eq!(copy.idle_since(), START + 10);
        copy.restored_at = None;
        assert_eq!(copy, original);
    }

    #[test]
    fn the_clock_stands_while_a_session_is_frozen() {
        let bytes = image(&record(), START + 10);
        let copy = read(&bytes, START + 1_000).unwrap();
        assert_eq!(copy.metrics().elapsed_ms(START + 1_005), 15);
        assert_eq!(copy.started_at(), START);
        assert_eq!(image(&copy, START + 1_000), bytes);
        // A clock that is behind starts the session's clock at its own zero.
        let early = read(&bytes, 4).unwrap();
        assert_eq!(early.metrics().elapsed_ms(4), 4);
    }

    #[test]
    fn damaged_bytes_are_refused_or_harmless() {
        let bytes = image(&record(), START);
        for end in 0..bytes.len() {
            assert!(
                read(&bytes[..end], START).is_err(),
                "{end} bytes were enough"
            );
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                if let Ok(record) = read(&damaged, START) {
                    assert_eq!(record.check_waiting(), Ok(()));
                }
            }
        }
    }

    #[test]
    fn json_that_is_nested_too_deeply_is_refused() {
        let mut bytes = [7, 1].repeat(MAX_DEPTH);
        bytes.push(0);
        let read = |bytes: &[u8]| {
            let mut reader = Reader::new(bytes);
            Json::Null.fields(&mut Codec::reading(&mut reader));
            reader.finish()
        };
        let problem = "a JSON value is nested too deeply";
        assert_eq!(read(&bytes), Err(CodecError::Invalid(problem)));
        assert_eq!(read(&bytes[2..]), Ok(()));
    }
}
