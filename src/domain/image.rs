//! The part of a saved session that is the model: its record, field by field.
//!
//! Only the record of a paused session is ever written, so nothing of running or
//! ended ones has a form here. What can be computed from the rest is computed when
//! it is read: sums, positions, counts. A program's own JSON values are read with
//! bounded depth.

use crate::codec::{CodecError, Fields, Image, Reader, Writer};

use super::custom_stats::MAX_DEPTH;
use super::pending::{Entry, Reply};
use super::{
    Budget, CustomStats, ExecutionState, Json, Lineage, LlmQuery, LogEntry, LogRing, LogSource,
    Metrics, Outcome, PauseRef, PendingQueries, Progress, QueryId, Resolution, SessionId,
    SessionRecord, TokenCount, TokenSource, Transcript, TranscriptEntry,
};

impl SessionRecord {
    /// Writes the record of a paused session.
    ///
    /// Its clock is written as the time on it, so that the time between writing and
    /// reading does not count.
    pub fn write_image(&self, writer: &mut Writer, now_ms: u64) {
        self.id.write(writer);
        writer.option(self.strategy.as_deref(), Writer::str);
        writer.u64(self.last_activity_at);
        self.lineage.write(writer);
        writer.u64(self.metrics.elapsed_ms(now_ms));
        self.metrics.write(writer);
        let none = PendingQueries::default();
        self.state.pending().unwrap_or(&none).write(writer);
        self.carried.write(writer);
        writer.u64(self.last_group);
    }

    /// Reads what [`write_image`](Self::write_image) has written. The session counts
    /// as active at this moment, and its clock goes on from here. Where the bytes are no
    /// record of a session that waits for an answer, `fields` knows it.
    pub fn read_image(fields: &mut Fields<'_>, now_ms: u64) -> Self {
        let id = Image::read(fields);
        let strategy = fields.optional_string();
        let last_activity_at = fields.u64();
        let lineage = Image::read(fields);
        let elapsed_ms = fields.u64();
        let mut metrics: Metrics = Image::read(fields);
        metrics.resume_clock(elapsed_ms, now_ms);
        let record = Self {
            id,
            strategy,
            state: ExecutionState::Paused(Image::read(fields)),
            last_activity_at,
            restored_at: Some(now_ms),
            metrics,
            carried: Image::read(fields),
            last_group: fields.u64(),
            lineage,
        };
        if let Err(problem) = record.check_waiting() {
            fields.refuse(CodecError::Invalid(problem));
        }
        record
    }
}

impl Image for SessionId {
    fn write(&self, writer: &mut Writer) {
        writer.str(self.as_str());
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        Self::from(fields.string())
    }
}

impl Image for QueryId {
    fn write(&self, writer: &mut Writer) {
        writer.str(self.as_str());
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        Self::from(fields.string())
    }
}

impl Image for PauseRef {
    fn write(&self, writer: &mut Writer) {
        self.session_id.write(writer);
        writer.u64(self.pause);
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            session_id: Image::read(fields),
            pause: fields.u64(),
        }
    }
}

impl Image for Lineage {
    fn write(&self, writer: &mut Writer) {
        writer.option(self.forked_from.as_ref(), |writer, parent| {
            parent.write(writer);
        });
        writer.list(self.children.iter(), |writer, child| child.write(writer));
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        let mut lineage = Self {
            forked_from: fields.option(Image::read),
            ..Self::default()
        };
        for child in fields.list(Image::read) {
            lineage.add_child(child);
        }
        lineage
    }
}

impl Image for LlmQuery {
    fn write(&self, writer: &mut Writer) {
        self.id.write(writer);
        writer.str(&self.prompt);
        writer.option(self.system.as_deref(), Writer::str);
        writer.u32(self.max_tokens);
        writer.bool(self.grounded);
        writer.bool(self.underspecified);
        writer.option(self.cache_breakpoint.as_deref(), Writer::str);
        writer.option(self.role.as_deref(), Writer::str);
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            id: Image::read(fields),
            prompt: fields.string(),
            system: fields.optional_string(),
            max_tokens: fields.u32(),
            grounded: fields.bool(),
            underspecified: fields.bool(),
            cache_breakpoint: fields.optional_string(),
            role: fields.optional_string(),
        }
    }
}

impl Image for Reply {
    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Open => writer.u8(0),
            Self::Answered(text) => {
                writer.u8(1);
                writer.str(text);
            }
            Self::Failed(message) => {
                writer.u8(2);
                writer.str(message);
            }
        }
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        match fields.u8() {
            0 => Self::Open,
            1 => Self::Answered(fields.string()),
            2 => Self::Failed(fields.string()),
            _ => {
                fields.refuse(CodecError::BadTag("a reply"));
                Self::Open
            }
        }
    }
}

impl Image for PendingQueries {
    fn write(&self, writer: &mut Writer) {
        writer.list(self.entries.iter(), |writer, entry| {
            entry.query.write(writer);
            entry.reply.write(writer);
            writer.u64(entry.group);
            writer.u64(entry.since);
        });
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        let mut pending = Self::default();
        let entries = fields.list(|fields| Entry {
            query: Image::read(fields),
            reply: Image::read(fields),
            group: fields.u64(),
            since: fields.u64(),
        });
        for entry in entries {
            if pending.holds(&entry.query.id) {
                fields.refuse(CodecError::Invalid("two queries have the same id"));
                break;
            }
            pending.keep(entry);
        }
        pending
    }
}

impl Image for Resolution {
    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Answers(answers) => {
                writer.u8(0);
                writer.list(answers.iter(), |writer, answer| writer.str(answer));
            }
            Self::Failed { query_id, message } => {
                writer.u8(1);
                query_id.write(writer);
                writer.str(message);
            }
        }
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        match fields.u8() {
            0 => Self::Answers(fields.list(Fields::string)),
            1 => Self::Failed {
                query_id: Image::read(fields),
                message: fields.string(),
            },
            _ => {
                fields.refuse(CodecError::BadTag("a resolution"));
                Self::Answers(Vec::new())
            }
        }
    }
}

impl Image for Metrics {
    fn write(&self, writer: &mut Writer) {
        for count in [
            self.started_at,
            self.llm_calls,
            self.pauses,
            self.rounds,
            self.prompt_chars,
            self.response_chars,
        ] {
            writer.u64(count);
        }
        writer.option(self.budget.as_ref(), |writer, budget| budget.write(writer));
        let entries = self.transcript.entries();
        writer.list(entries.iter(), |writer, entry| entry.write(writer));
        self.custom.write(writer);
        writer.list(self.logs.iter(), |writer, entry| entry.write(writer));
        writer.option(self.progress.as_ref(), |writer, progress| {
            progress.write(writer);
        });
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        let started_at = fields.u64();
        Self {
            started_at,
            clock_from: started_at,
            ended_at: None,
            llm_calls: fields.u64(),
            pauses: fields.u64(),
            rounds: fields.u64(),
            prompt_chars: fields.u64(),
            response_chars: fields.u64(),
            budget: fields.option(Image::read),
            transcript: Transcript::from(fields.list(Image::read)),
            custom: Image::read(fields),
            logs: LogRing::from(fields.list(Image::read)),
            progress: fields.option(Image::read),
        }
    }
}

impl Image for Budget {
    fn write(&self, writer: &mut Writer) {
        for limit in [self.max_llm_calls, self.max_elapsed_ms, self.max_tokens] {
            writer.option(limit, Writer::u64);
        }
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            max_llm_calls: fields.optional_u64(),
            max_elapsed_ms: fields.optional_u64(),
            max_tokens: fields.optional_u64(),
        }
    }
}

impl Image for TokenCount {
    fn write(&self, writer: &mut Writer) {
        writer.u64(self.tokens);
        writer.u8(match self.source {
            TokenSource::Estimated => 0,
            TokenSource::Provided => 1,
            TokenSource::Definite => 2,
        });
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        let tokens = fields.u64();
        let source = match fields.u8() {
            0 => TokenSource::Estimated,
            1 => TokenSource::Provided,
            2 => TokenSource::Definite,
            _ => {
                fields.refuse(CodecError::BadTag("a token count"));
                TokenSource::Definite
            }
        };
        Self::new(tokens, source)
    }
}

impl Image for TranscriptEntry {
    fn write(&self, writer: &mut Writer) {
        self.query_id.write(writer);
        writer.str(&self.prompt);
        writer.option(self.system.as_deref(), Writer::str);
        match &self.outcome {
            Outcome::Open => writer.u8(0),
            Outcome::Answered(text) => {
                writer.u8(1);
                writer.str(text);
            }
            Outcome::Failed(message) => {
                writer.u8(2);
                writer.str(message);
            }
            Outcome::Lapsed => writer.u8(3),
        }
        self.prompt_tokens.write(writer);
        self.response_tokens.write(writer);
        writer.u64(self.started_at);
        writer.option(self.completed_at, Writer::u64);
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            query_id: Image::read(fields),
            prompt: fields.string(),
            system: fields.optional_string(),
            outcome: match fields.u8() {
                0 => Outcome::Open,
                1 => Outcome::Answered(fields.string()),
                2 => Outcome::Failed(fields.string()),
                3 => Outcome::Lapsed,
                _ => {
                    fields.refuse(CodecError::BadTag("an outcome"));
                    Outcome::Open
                }
            },
            prompt_tokens: Image::read(fields),
            response_tokens: Image::read(fields),
            started_at: fields.u64(),
            completed_at: fields.optional_u64(),
        }
    }
}

impl Image for LogEntry {
    fn write(&self, writer: &mut Writer) {
        writer.u64(self.ts);
        writer.str(&self.level);
        writer.u8(match self.source {
            LogSource::AlcLog => 0,
            LogSource::LuaPrint => 1,
            LogSource::Card => 2,
            LogSource::Engine => 3,
        });
        writer.str(&self.message);
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        let ts = fields.u64();
        let level = fields.str();
        let source = match fields.u8() {
            0 => LogSource::AlcLog,
            1 => LogSource::LuaPrint,
            2 => LogSource::Card,
            3 => LogSource::Engine,
            _ => {
                fields.refuse(CodecError::BadTag("a log line"));
                LogSource::Engine
            }
        };
        Self::new(ts, level, source, fields.str())
    }
}

impl Image for Progress {
    fn write(&self, writer: &mut Writer) {
        writer.u64(self.step);
        writer.u64(self.total);
        writer.option(self.message.as_deref(), Writer::str);
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        let (step, total) = (fields.u64(), fields.u64());
        Self::new(step, total, fields.option(Fields::str))
    }
}

impl Image for CustomStats {
    fn write(&self, writer: &mut Writer) {
        writer.list(self.entries.iter(), |writer, (key, value)| {
            writer.str(key);
            write_json(writer, value);
        });
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        let mut stats = Self::default();
        let entries = fields.list(|fields| {
            let key = fields.string();
            (key, read_json(fields, MAX_DEPTH))
        });
        for (key, value) in entries {
            if stats.record(&key, value).is_err() {
                let problem = "the program's statistics are too large";
                fields.refuse(CodecError::Invalid(problem));
            }
        }
        stats
    }
}

/// The recursion is bounded: statistics are at most [`MAX_DEPTH`] levels deep.
fn write_json(writer: &mut Writer, value: &Json) {
    match value {
        Json::Null => writer.u8(0),
        Json::Bool(false) => writer.u8(1),
        Json::Bool(true) => writer.u8(2),
        Json::Int(number) => match u64::try_from(*number) {
            Ok(number) => write_large(writer, number),
            Err(_) => {
                writer.u8(4);
                writer.i64(*number);
            }
        },
        Json::Large(number) => write_large(writer, *number),
        Json::Float(number) => {
            writer.u8(5);
            writer.f64(*number);
        }
        Json::String(text) => {
            writer.u8(6);
            writer.str(text);
        }
        Json::Array(items) => {
            writer.u8(7);
            writer.list(items.iter(), write_json);
        }
        Json::Object(fields) => {
            writer.u8(8);
            writer.list(fields.iter(), |writer, (key, value)| {
                writer.str(key);
                write_json(writer, value);
            });
        }
    }
}

fn write_large(writer: &mut Writer, number: u64) {
    writer.u8(3);
    writer.u64(number);
}

fn read_json(fields: &mut Fields<'_>, depth: usize) -> Json {
    let Some(deeper) = depth.checked_sub(1) else {
        fields.refuse(CodecError::Invalid("a JSON value is nested too deeply"));
        return Json::Null;
    };
    match fields.u8() {
        0 => Json::Null,
        1 => Json::Bool(false),
        2 => Json::Bool(true),
        3 => fields.u64().into(),
        4 => fields.take(Reader::i64).into(),
        5 => {
            let number = fields.f64();
            if !number.is_finite() {
                fields.refuse(CodecError::BadNumber);
            }
            number.into()
        }
        6 => fields.string().into(),
        7 => fields.list(|fields| read_json(fields, deeper)).into(),
        8 => {
            let members = fields.list(|fields| (fields.string(), read_json(fields, deeper)));
            Json::Object(members.into_iter().collect())
        }
        _ => {
            fields.refuse(CodecError::BadTag("a JSON value"));
            Json::Null
        }
    }
}

/// What reading gives of what writing made of a value, for tests.
#[cfg(test)]
pub(super) fn reread<T: Image>(value: &T) -> Result<T, CodecError> {
    let mut writer = Writer::new();
    value.write(&mut writer);
    let bytes = writer.into_bytes();
    let mut fields = Fields::new(Reader::new(&bytes));
    let read = T::read(&mut fields);
    fields.finish()?;
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json;
    use crate::domain::{Answer, TokenUsage};

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
        record.write_image(&mut writer, now_ms);
        writer.into_bytes()
    }

    fn read(bytes: &[u8], now_ms: u64) -> Result<SessionRecord, CodecError> {
        let mut fields = Fields::new(Reader::new(bytes));
        let record = SessionRecord::read_image(&mut fields, now_ms);
        fields.finish()?.finish()?;
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
            let mut fields = Fields::new(Reader::new(bytes));
            read_json(&mut fields, MAX_DEPTH);
            fields.finish().map(|_| ())
        };
        let problem = "a JSON value is nested too deeply";
        assert_eq!(read(&bytes), Err(CodecError::Invalid(problem)));
        assert_eq!(read(&bytes[2..]), Ok(()));
    }
}
