//! Everything asked and answered in a session.

use super::query_id::QueryIndex;
use super::{Json, JsonObject, LlmQuery, QueryId, TokenCount, TokenSource, TokenUsage};

/// Entries that the conversation history of a snapshot shows.
const HISTORY_LENGTH: usize = 10;

/// What became of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It waits for its answer.
    #[default]
    Open,
    /// It was answered with this text.
    Answered(String),
    /// The host gave up on it, for this reason.
    Failed(String),
    /// Its pause ended without it: another query failed, or the session was cancelled.
    Lapsed,
}

/// One query with its outcome and its cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TranscriptEntry {
    /// The query's name within its pause.
    pub query_id: QueryId,
    /// The question.
    pub prompt: String,
    /// The system prompt.
    pub system: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Tokens of prompt and system prompt.
    pub prompt_tokens: TokenCount,
    /// Tokens of the answer; 0, estimated, until there is one.
    pub response_tokens: TokenCount,
    /// When it was asked, in milliseconds since the epoch.
    pub started_at: u64,
    /// When it was answered or given up.
    pub completed_at: Option<u64>,
}

impl TranscriptEntry {
    fn new(query: &LlmQuery, now_ms: u64) -> Self {
        let system = TokenCount::estimate(query.system.as_deref().unwrap_or(""));
        Self {
            query_id: query.id.clone(),
            prompt: query.prompt.clone(),
            system: query.system.clone(),
            outcome: Outcome::Open,
            prompt_tokens: TokenCount::estimate(&query.prompt).plus(system),
            response_tokens: TokenCount::new(0, TokenSource::Estimated),
            started_at: now_ms,
            completed_at: None,
        }
    }

    fn answer(&mut self, response: &str, usage: TokenUsage, now_ms: u64) {
        if let Some(tokens) = usage.prompt_tokens {
            self.prompt_tokens = TokenCount::new(tokens, TokenSource::Provided);
        }
        self.response_tokens = match usage.completion_tokens {
            Some(tokens) => TokenCount::new(tokens, TokenSource::Provided),
            None => TokenCount::estimate(response),
        };
        self.close(Outcome::Answered(response.to_owned()), now_ms);
    }

    fn close(&mut self, outcome: Outcome, now_ms: u64) {
        self.outcome = outcome;
        self.completed_at = Some(now_ms);
    }

    /// The answer, if it has one.
    pub fn response(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Answered(response) => Some(response),
            Outcome::Open | Outcome::Failed(_) | Outcome::Lapsed => None,
        }
    }

    fn error(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Failed(message) => Some(message),
            Outcome::Open | Outcome::Answered(_) | Outcome::Lapsed => None,
        }
    }

    fn text_bytes(&self) -> usize {
        let outcome = self.response().or(self.error());
        [Some(self.prompt.as_str()), self.system.as_deref(), outcome]
            .into_iter()
            .flatten()
            .fold(0, |sum, text| sum.saturating_add(text.len()))
    }

    /// The query and its answer, as terminal events have them.
    fn to_exchange_json(&self) -> Json {
        let mut json = JsonObject::new();
        json.set("query_id", self.query_id.as_str());
        json.set("prompt", self.prompt.as_str());
        json.set("system", self.system.as_deref());
        json.set("response", self.response());
        json.set_some("error", self.error());
        Json::Object(json)
    }

    fn to_history_json(&self) -> Json {
        let mut json = JsonObject::new();
        json.set("query_id", self.query_id.as_str());
        json.set("prompt", self.prompt.as_str());
        json.set("response", self.response());
        json.set("prompt_tokens", self.prompt_tokens.tokens);
        json.set("response_tokens", self.response_tokens.tokens);
        json.set("started_at", self.started_at);
        json.set("completed_at", self.completed_at);
        json.set_some("error", self.error());
        Json::Object(json)
    }

    fn to_open_json(&self) -> Json {
        let mut json = JsonObject::new();
        json.set("query_id", self.query_id.as_str());
        json.set("prompt_tokens", self.prompt_tokens.tokens);
        json.set("started_waiting_at", self.started_at);
        Json::Object(json)
    }
}

/// All queries of a session in the order of asking, over all pauses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    pub(super) entries: Vec<TranscriptEntry>,
    /// Where the open entries stand. Ids repeat from pause to pause, but the
    /// open ones are all of one pause.
    open: QueryIndex,
    text_bytes: usize,
}

impl Transcript {
    /// Adds an open entry.
    pub fn ask(&mut self, query: &LlmQuery, now_ms: u64) {
        self.push(TranscriptEntry::new(query, now_ms));
    }

    pub(super) fn push(&mut self, entry: TranscriptEntry) {
        if entry.outcome == Outcome::Open {
            let position = self.entries.len();
            self.open
                .insert(&entry.query_id, position, &|at| id_at(&self.entries, at));
        }
        self.text_bytes = self.text_bytes.saturating_add(entry.text_bytes());
        self.entries.push(entry);
    }

    /// Notes the answer to the open query `id` and tells whether there is one.
    pub fn answer(&mut self, id: &QueryId, response: &str, usage: TokenUsage, now_ms: u64) -> bool {
        let Some(entry) = self.take_open(id) else {
            return false;
        };
        entry.answer(response, usage, now_ms);
        self.text_bytes = self.text_bytes.saturating_add(response.len());
        true
    }

    /// Notes that the host gave up on the open query `id` and tells whether
    /// there is one.
    pub fn fail(&mut self, id: &QueryId, message: &str, now_ms: u64) -> bool {
        let Some(entry) = self.take_open(id) else {
            return false;
        };
        entry.close(Outcome::Failed(message.to_owned()), now_ms);
        self.text_bytes = self.text_bytes.saturating_add(message.len());
        true
    }

    /// Closes what is still open, without an answer.
    pub fn lapse_open(&mut self, now_ms: u64) {
        for at in self.open.take_all() {
            if let Some(entry) = self.entries.get_mut(at) {
                entry.close(Outcome::Lapsed, now_ms);
            }
        }
    }

    /// Closes this entry without an answer.
    pub fn lapse(&mut self, id: &QueryId, now_ms: u64) {
        if let Some(entry) = self.take_open(id) {
            entry.close(Outcome::Lapsed, now_ms);
        }
    }

    fn take_open(&mut self, id: &QueryId) -> Option<&mut TranscriptEntry> {
        let at = self.open.remove(id, &|at| id_at(&self.entries, at))?;
        self.entries.get_mut(at)
    }

    /// All entries, in the order of asking.
    pub fn entries(&self) -> &[TranscriptEntry] {
        &self.entries
    }

    /// The open entries, in the order of asking.
    pub fn open_entries(&self) -> impl DoubleEndedIterator<Item = &TranscriptEntry> {
        self.entries
            .iter()
            .filter(|entry| entry.outcome == Outcome::Open)
    }

    /// All queries with their answers, as terminal events show them.
    pub fn exchanges_json(&self) -> Json {
        self.shown(0, |entry| Some(entry.to_exchange_json())).into()
    }

    /// What is to be shown of the entries from a position on.
    fn shown(&self, from: usize, show: fn(&TranscriptEntry) -> Option<Json>) -> Vec<Json> {
        let mut shown = Vec::new();
        for entry in self.entries.get(from..).unwrap_or_default() {
            if let Some(json) = show(entry) {
                shown.push(json);
            }
        }
        shown
    }

    /// Prompt tokens of all entries.
    pub fn prompt_tokens(&self) -> TokenCount {
        self.sum(|entry| entry.prompt_tokens)
    }

    /// Answer tokens of all entries.
    pub fn response_tokens(&self) -> TokenCount {
        self.sum(|entry| entry.response_tokens)
    }

    fn sum(&self, of: fn(&TranscriptEntry) -> TokenCount) -> TokenCount {
        let mut sum = TokenCount::ZERO;
        for entry in &self.entries {
            sum = sum.plus(of(entry));
        }
        sum
    }

    /// Bytes of all texts kept.
    pub fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// The last ten entries, oldest first, as snapshots show them.
    pub(super) fn history_json(&self) -> Json {
        let skipped = self.entries.len().saturating_sub(HISTORY_LENGTH);
        self.shown(skipped, |entry| Some(entry.to_history_json()))
            .into()
    }

    /// The open entries, as snapshots show them.
    pub(super) fn open_json(&self) -> Vec<Json> {
        self.shown(0, |entry| {
            (entry.outcome == Outcome::Open).then(|| entry.to_open_json())
        })
    }
}

fn id_at(entries: &[TranscriptEntry], at: usize) -> Option<&QueryId> {
    entries.get(at).map(|entry| &entry.query_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::image::reread;
    use crate::domain::json;

    fn ask(transcript: &mut Transcript, id: &str, prompt: &str, now_ms: u64) {
        transcript.ask(&LlmQuery::new(id.into(), prompt), now_ms);
    }

    fn reply(transcript: &mut Transcript, id: &str, response: &str, now_ms: u64) -> bool {
        transcript.answer(&id.into(), response, TokenUsage::default(), now_ms)
    }

    #[test]
    fn an_answer_goes_to_the_latest_query_of_its_id() {
        let mut transcript = Transcript::default();
        for (prompt, response) in [("one", "1"), ("two", "2")] {
            ask(&mut transcript, "q-0", prompt, 0);
            assert!(reply(&mut transcript, "q-0", response, 1));
        }
        let exchanges = transcript.exchanges_json();
        for (at, (prompt, response)) in [("one", "1"), ("two", "2")].into_iter().enumerate() {
            assert_eq!(exchanges[at]["prompt"], prompt);
            assert_eq!(exchanges[at]["response"], response);
        }
    }

    #[test]
    fn an_answer_without_an_open_query_changes_nothing() {
        let mut transcript = Transcript::default();
        ask(&mut transcript, "q-0", "p", 0);
        assert!(reply(&mut transcript, "q-0", "first", 1));
        let before = transcript.clone();
        assert!(!reply(&mut transcript, "q-0", "second", 2));
        assert!(!reply(&mut transcript, "zz", "x", 2));
        assert!(!transcript.fail(&"zz".into(), "x", 2));
        assert_eq!(transcript, before);
    }

    #[test]
    fn usage_replaces_each_estimate_by_itself() {
        let given = |prompt_tokens, completion_tokens| TokenUsage {
            prompt_tokens,
            completion_tokens,
        };
        let cases = [
            (given(None, None), (1, "estimated"), (1, "estimated")),
            (given(Some(70), None), (70, "provided"), (1, "estimated")),
            (given(None, Some(9)), (1, "estimated"), (9, "provided")),
            (given(Some(0), Some(9)), (0, "provided"), (9, "provided")),
        ];
        for (usage, prompt, response) in cases {
            let mut transcript = Transcript::default();
            ask(&mut transcript, "q-0", "test", 0);
            assert!(transcript.answer(&"q-0".into(), "yes", usage, 1));
            let as_json =
                |(tokens, source): (u64, &str)| json!({"tokens": tokens, "source": source});
            assert_eq!(transcript.prompt_tokens().to_json(), as_json(prompt));
            assert_eq!(transcript.response_tokens().to_json(), as_json(response));
        }
    }

    #[test]
    fn one_open_entry_makes_the_answer_sum_an_estimate() {
        let mut transcript = Transcript::default();
        assert_eq!(transcript.response_tokens(), TokenCount::ZERO);
        ask(&mut transcript, "q-0", "p", 0);
        assert_eq!(
            transcript.response_tokens(),
            TokenCount::new(0, TokenSource::Estimated)
        );
    }

    #[test]
    fn what_is_given_up_is_no_longer_open() {
        let mut transcript = Transcript::default();
        for id in ["q-0", "q-1", "q-2"] {
            ask(&mut transcript, id, "p", 5);
        }
        assert!(reply(&mut transcript, "q-1", "a", 6));
        assert!(transcript.fail(&"q-0".into(), "down", 7));
        transcript.lapse_open(8);
        assert_eq!(transcript.open_entries().count(), 0);
        let history = transcript.history_json();
        assert_eq!(history[0]["error"], json!("down"));
        assert_eq!(history[0]["completed_at"], json!(7));
        assert_eq!(history[0]["response"], json!(null));
        assert_eq!(history[1]["response"], json!("a"));
        assert_eq!(history[1].get("error"), None);
        assert_eq!(history[2]["completed_at"], json!(8));
        let exchanges = transcript.exchanges_json();
        assert_eq!(
            exchanges[0],
            json!({"query_id": "q-0", "prompt": "p", "system": null, "response": null, "error": "down"})
        );
        assert_eq!(
            exchanges[2],
            json!({"query_id": "q-2", "prompt": "p", "system": null, "response": null})
        );
    }

    #[test]
    fn open_entries_come_in_the_order_of_asking() {
        let mut transcript = Transcript::default();
        for i in 0..12 {
            ask(&mut transcript, &format!("q-{i}"), "p", 0);
        }
        reply(&mut transcript, "q-3", "a", 1);
        let ids: Vec<_> = transcript
            .open_entries()
            .map(|entry| entry.query_id.to_string())
            .collect();
        let expected: Vec<_> = (0..12)
            .filter(|i| *i != 3)
            .map(|i| format!("q-{i}"))
            .collect();
        assert_eq!(ids, expected);
    }

    #[test]
    fn history_keeps_the_last_ten() {
        let mut transcript = Transcript::default();
        for i in 0..15 {
            ask(&mut transcript, "q-0", &format!("prompt-{i}"), i);
            reply(&mut transcript, "q-0", "a", i + 1);
        }
        let history = transcript.history_json();
        let prompts: Vec<_> = history
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["prompt"].as_str().unwrap().to_owned())
            .collect();
        let expected: Vec<_> = (5..15).map(|i| format!("prompt-{i}")).collect();
        assert_eq!(prompts, expected);
        for entry in history.as_array().unwrap() {
            assert!(entry["started_at"].as_u64() <= entry["completed_at"].as_u64());
            assert_eq!(entry.get("system"), None);
        }
    }

    #[test]
    fn an_image_keeps_what_is_open_and_the_bytes() {
        let mut transcript = Transcript::default();
        transcript.ask(
            &LlmQuery {
                system: Some("sys".into()),
                ..LlmQuery::new("q-0".into(), "日本")
            },
            1,
        );
        ask(&mut transcript, "q-1", "p", 1);
        reply(&mut transcript, "q-1", "four", 2);
        assert_eq!(transcript.text_bytes(), 6 + 3 + 1 + 4);
        assert_eq!(reread(&transcript), Ok(transcript));
    }
}
