//! The accounts of one session.

use super::text::{count_chars, saturating_u64};
use super::{
    Budget, BudgetExceeded, BudgetRemaining, BudgetUse, CustomStats, Json, JsonObject, LlmQuery,
    LogEntry, LogRing, Progress, QueryId, TokenCount, TokenUsage, Transcript,
};

/// Counters, transcript, logs, progress, budget and the program's own entries.
///
/// The clock starts with [`new`](Self::new) and stops with
/// [`finish`](Self::finish); all times are milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    pub(super) started_at: u64,
    /// Where the clock began: the start, moved on by the time spent frozen.
    pub(super) clock_from: u64,
    pub(super) ended_at: Option<u64>,
    pub(super) llm_calls: u64,
    pub(super) pauses: u64,
    pub(super) rounds: u64,
    pub(super) prompt_chars: u64,
    pub(super) response_chars: u64,
    pub(super) budget: Option<Budget>,
    pub(super) transcript: Transcript,
    pub(super) custom: CustomStats,
    pub(super) logs: LogRing,
    pub(super) progress: Option<Progress>,
}

impl Metrics {
    /// Accounts at zero.
    pub fn new(now_ms: u64, budget: Option<Budget>) -> Self {
        Self {
            started_at: now_ms,
            clock_from: now_ms,
            ended_at: None,
            llm_calls: 0,
            pauses: 0,
            rounds: 0,
            prompt_chars: 0,
            response_chars: 0,
            budget,
            transcript: Transcript::default(),
            custom: CustomStats::default(),
            logs: LogRing::default(),
            progress: None,
        }
    }

    /// Counts a pause, whose queries follow.
    pub fn begin_pause(&mut self) {
        self.pauses = self.pauses.saturating_add(1);
    }

    /// Counts a query of the current pause.
    pub fn record_query(&mut self, query: &LlmQuery, now_ms: u64) {
        self.llm_calls = self.llm_calls.saturating_add(1);
        self.prompt_chars = self
            .prompt_chars
            .saturating_add(count_chars(&query.prompt))
            .saturating_add(query.system.as_deref().map_or(0, count_chars));
        self.transcript.ask(query, now_ms);
    }

    /// Notes the answer to an open query; without one of this id nothing changes.
    pub fn record_answer(
        &mut self,
        id: &QueryId,
        response: &str,
        usage: Option<TokenUsage>,
        now_ms: u64,
    ) {
        let usage = usage.unwrap_or_default();
        if self.transcript.answer(id, response, usage, now_ms) {
            self.response_chars = self.response_chars.saturating_add(count_chars(response));
        }
    }

    /// Notes that the host gave up on an open query.
    pub fn record_failure(&mut self, id: &QueryId, message: &str, now_ms: u64) {
        self.transcript.fail(id, message, now_ms);
    }

    /// Counts a pause's end, at which these queries get no answer any more.
    pub fn record_resumption(&mut self, lapsed: &[QueryId], now_ms: u64) {
        self.rounds = self.rounds.saturating_add(1);
        for id in lapsed {
            self.lapse(id, now_ms);
        }
    }

    /// Notes that a query gets no answer any more.
    pub(super) fn lapse(&mut self, id: &QueryId, now_ms: u64) {
        self.transcript.lapse(id, now_ms);
    }

    /// Stops the clock; queries still open lapse. The first call counts.
    pub fn finish(&mut self, now_ms: u64) {
        if self.ended_at.is_none() {
            self.ended_at = Some(now_ms);
            self.transcript.lapse_open(now_ms);
        }
    }

    /// Adds a log line, at the cost of the oldest of twenty.
    pub fn log(&mut self, entry: LogEntry) {
        self.logs.push(entry);
    }

    /// Replaces the progress report.
    pub fn set_progress(&mut self, progress: Progress) {
        self.progress = Some(progress);
    }

    /// The last progress report.
    pub fn progress(&self) -> Option<&Progress> {
        self.progress.as_ref()
    }

    /// The last log lines.
    pub fn logs(&self) -> &LogRing {
        &self.logs
    }

    /// The program's own entries.
    pub fn custom(&self) -> &CustomStats {
        &self.custom
    }

    /// The program's own entries, to write to.
    pub fn custom_mut(&mut self) -> &mut CustomStats {
        &mut self.custom
    }

    /// Everything asked and answered.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// When the session started.
    pub fn started_at(&self) -> u64 {
        self.started_at
    }

    /// Where the clock began: the start, moved on by the time spent frozen.
    pub fn clock_from(&self) -> u64 {
        self.clock_from
    }

    /// Milliseconds from the start to the end, or to now before it. The time that
    /// the session spent frozen does not count.
    pub fn elapsed_ms(&self, now_ms: u64) -> u64 {
        self.ended_at
            .unwrap_or(now_ms)
            .saturating_sub(self.clock_from)
    }

    /// Sets the clock of accounts that were frozen with so many milliseconds on it.
    pub(super) fn resume_clock(&mut self, elapsed_ms: u64, now_ms: u64) {
        self.clock_from = now_ms.saturating_sub(elapsed_ms);
    }

    /// Queries asked.
    pub fn llm_calls(&self) -> u64 {
        self.llm_calls
    }

    /// Pauses so far.
    pub fn pauses(&self) -> u64 {
        self.pauses
    }

    /// Pauses that have ended with the program going on.
    pub fn rounds(&self) -> u64 {
        self.rounds
    }

    /// The limits, where there are any.
    pub fn budget(&self) -> Option<&Budget> {
        self.budget.as_ref()
    }

    /// Whether `requested` more queries may be asked.
    ///
    /// # Errors
    /// The first limit that forbids it. Never without a budget.
    pub fn check_budget(&self, requested: usize, now_ms: u64) -> Result<(), BudgetExceeded> {
        match &self.budget {
            Some(budget) => budget.check(self.budget_use(now_ms), saturating_u64(requested)),
            None => Ok(()),
        }
    }

    /// What is left of the budget; `None` without one.
    pub fn budget_remaining(&self, now_ms: u64) -> Option<BudgetRemaining> {
        let budget = self.budget.as_ref()?;
        Some(budget.remaining(self.budget_use(now_ms)))
    }

    fn budget_use(&self, now_ms: u64) -> BudgetUse {
        BudgetUse {
            llm_calls: self.llm_calls,
            elapsed_ms: self.elapsed_ms(now_ms),
            tokens: self.total_tokens().tokens,
        }
    }

    /// Tokens of prompts and answers together.
    pub fn total_tokens(&self) -> TokenCount {
        self.transcript
            .prompt_tokens()
            .plus(self.transcript.response_tokens())
    }

    /// Both token sums; `None` before the first query.
    pub fn usage_aggregate(&self) -> Option<TokenUsage> {
        (self.llm_calls > 0).then(|| TokenUsage {
            prompt_tokens: Some(self.transcript.prompt_tokens().tokens),
            completion_tokens: Some(self.transcript.response_tokens().tokens),
        })
    }

    /// About how many bytes of the program's making the accounts hold: the
    /// texts of the transcript and the program's own entries. They lie outside
    /// of the Lua heap, so a memory limit has to add them.
    pub fn retained_bytes(&self) -> usize {
        self.transcript
            .text_bytes()
            .saturating_add(self.custom.bytes())
    }

    /// `stats` of terminal events: `{"auto": …, "custom": …}`.
    pub fn stats_json(&self, now_ms: u64) -> Json {
        let prompt = self.transcript.prompt_tokens();
        let response = self.transcript.response_tokens();
        let mut auto = JsonObject::new();
        auto.set("elapsed_ms", self.elapsed_ms(now_ms));
        auto.set("llm_calls", self.llm_calls);
        auto.set("pauses", self.pauses);
        auto.set("rounds", self.rounds);
        auto.set("total_prompt_chars", self.prompt_chars);
        auto.set("total_response_chars", self.response_chars);
        auto.set("prompt_tokens", prompt.to_json());
        auto.set("response_tokens", response.to_json());
        auto.set("total_tokens", prompt.plus(response).to_json());
        auto.set_some("budget", self.budget.map(Budget::to_json));
        let mut stats = JsonObject::new();
        stats.set("auto", auto);
        stats.set("custom", self.custom.to_json());
        Json::Object(stats)
    }

    /// What `metrics` of snapshots shows beyond the numbers that [`Standing`] has.
    ///
    /// [`Standing`]: super::Standing
    pub(super) fn snapshot_json(&self, history: bool, now_ms: u64) -> JsonObject {
        let mut metrics = JsonObject::new();
        let mut logs = Vec::new();
        for line in self.logs.iter() {
            logs.push(line.to_json().into());
        }
        metrics.set("recent_logs", logs);
        metrics.set_some("progress", self.progress.as_ref().map(Progress::to_json));
        let left = self.budget_remaining(now_ms);
        metrics.set_some("budget_remaining", left.map(BudgetRemaining::to_json));
        if history {
            metrics.set("conversation_history", self.transcript.history_json());
        }
        metrics
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LogSource;
    use crate::domain::json;

    fn query(id: &str, prompt: &str) -> LlmQuery {
        LlmQuery::new(id.into(), prompt)
    }

    fn round(metrics: &mut Metrics, prompt: &str, response: &str) {
        pause(metrics, &[query("q-0", prompt)]);
        metrics.record_answer(&QueryId::single(), response, None, 0);
        metrics.record_resumption(&[], 0);
    }

    fn auto(metrics: &Metrics) -> Json {
        metrics.stats_json(0)["auto"].clone()
    }

    fn tokens(metrics: &Metrics, key: &str) -> Json {
        auto(metrics)[key].clone()
    }

    fn budget(given: Json) -> Option<Budget> {
        Budget::from_ctx(&json!({ "budget": given }))
    }

    fn pause(metrics: &mut Metrics, queries: &[LlmQuery]) {
        metrics.begin_pause();
        for query in queries {
            metrics.record_query(query, 0);
        }
    }

    #[test]
    fn fresh_accounts_are_exactly_these() {
        let none = json!({"tokens": 0, "source": "definite"});
        assert_eq!(
            Metrics::new(0, None).stats_json(0),
            json!({
                "auto": {
                    "elapsed_ms": 0, "llm_calls": 0, "pauses": 0, "rounds": 0,
                    "total_prompt_chars": 0, "total_response_chars": 0,
                    "prompt_tokens": none, "response_tokens": none, "total_tokens": none,
                },
                "custom": {},
            })
        );
    }

    #[test]
    fn a_paused_query_is_counted_before_its_answer() {
        let mut metrics = Metrics::new(0, None);
        pause(&mut metrics, &[query("q-0", "test")]);
        let auto = auto(&metrics);
        let counts = ["llm_calls", "pauses", "rounds"].map(|key| auto[key].as_u64().unwrap());
        assert_eq!(counts, [1, 1, 0]);
        assert_eq!(auto["total_prompt_chars"], json!(4));
        assert_eq!(auto["total_response_chars"], json!(0));
    }

    #[test]
    fn a_batch_counts_prompts_systems_and_answers() {
        let mut metrics = Metrics::new(0, None);
        let with_system = LlmQuery {
            system: Some("sys".into()),
            ..query("q-0", "hello")
        };
        pause(&mut metrics, &[with_system, query("q-1", "world")]);
        metrics.record_answer(&"q-0".into(), &"a".repeat(42), None, 0);
        metrics.record_answer(&"q-1".into(), &"b".repeat(58), None, 0);
        metrics.record_resumption(&[], 0);
        let auto = auto(&metrics);
        assert_eq!(auto["total_prompt_chars"], json!(13));
        assert_eq!(auto["total_response_chars"], json!(100));
        assert_eq!(auto["rounds"], json!(1));
        assert_eq!(auto["llm_calls"], json!(2));
    }

    #[test]
    fn characters_are_counted_where_the_native_engine_counts_bytes() {
        let mut metrics = Metrics::new(0, None);
        round(&mut metrics, "日本", "é");
        assert_eq!(auto(&metrics)["total_prompt_chars"], json!(2));
        assert_eq!(auto(&metrics)["total_response_chars"], json!(1));
    }

    #[test]
    fn three_rounds_count_three_of_each() {
        let mut metrics = Metrics::new(0, None);
        for _ in 0..3 {
            round(&mut metrics, "test", "reply here");
        }
        let auto = auto(&metrics);
        for key in ["rounds", "pauses", "llm_calls"] {
            assert_eq!(auto[key], json!(3), "{key}");
        }
        assert_eq!(auto["prompt_tokens"]["tokens"], json!(3));
        assert_eq!(auto["response_tokens"]["tokens"], json!(9));
    }

    #[test]
    fn tokens_of_prompt_and_system_add_up() {
        let mut metrics = Metrics::new(0, None);
        let expert = LlmQuery {
            system: Some("Expert".into()),
            ..query("q-0", "What is 2+2?")
        };
        pause(&mut metrics, &[expert]);
        metrics.record_answer(&QueryId::single(), "4", None, 0);
        for (key, n) in [
            ("prompt_tokens", 5),
            ("response_tokens", 1),
            ("total_tokens", 6),
        ] {
            let expected = json!({"tokens": n, "source": "estimated"});
            assert_eq!(tokens(&metrics, key), expected, "{key}");
        }
    }

    #[test]
    fn the_total_is_as_certain_as_its_weaker_half() {
        let mut metrics = Metrics::new(0, None);
        pause(&mut metrics, &[query("q-0", "hello")]);
        let usage = TokenUsage {
            prompt_tokens: Some(17),
            completion_tokens: None,
        };
        metrics.record_answer(&QueryId::single(), "B", Some(usage), 0);
        assert_eq!(
            tokens(&metrics, "prompt_tokens")["source"],
            json!("provided")
        );
        assert_eq!(
            tokens(&metrics, "total_tokens"),
            json!({"tokens": 18, "source": "estimated"})
        );
    }

    #[test]
    fn the_transcript_is_no_part_of_the_stats() {
        let mut metrics = Metrics::new(0, None);
        round(&mut metrics, "a unique prompt", "a unique answer");
        assert!(!format!("{:?}", metrics.stats_json(0)).contains("unique"));
        assert_eq!(metrics.transcript().entries().len(), 1);
    }

    #[test]
    fn the_budget_stands_in_the_stats_only_when_set() {
        assert_eq!(auto(&Metrics::new(0, None)).get("budget"), None);
        let metrics = Metrics::new(0, budget(json!({"max_llm_calls": 2})));
        assert_eq!(auto(&metrics)["budget"], json!({"max_llm_calls": 2}));
    }

    #[test]
    fn the_budget_sees_queries_time_and_tokens() {
        let mut metrics = Metrics::new(
            1_000,
            budget(json!({"max_llm_calls": 5, "max_tokens": 100})),
        );
        round(&mut metrics, "test", "yes");
        assert_eq!(metrics.check_budget(1, 1_000), Ok(()));
        assert_eq!(
            metrics
                .budget_remaining(1_000)
                .map(BudgetRemaining::to_json)
                .unwrap(),
            json!({"llm_calls": 4, "elapsed_ms": null, "tokens": 98})
        );
        assert_eq!(Metrics::new(0, None).budget_remaining(0), None);
        assert_eq!(Metrics::new(0, None).check_budget(usize::MAX, 0), Ok(()));

        let mut calls = Metrics::new(0, budget(json!({"max_llm_calls": 2})));
        round(&mut calls, "a", "b");
        round(&mut calls, "a", "b");
        let error = calls.check_budget(1, 0).unwrap_err().to_string();
        assert!(error.contains("budget_exceeded"));

        let mut tokens = Metrics::new(0, budget(json!({"max_tokens": 10})));
        round(&mut tokens, &"x".repeat(40), "answer");
        let error = tokens.check_budget(1, 0).unwrap_err().to_string();
        assert!(error.contains("max_tokens"));

        let time = Metrics::new(1_000, budget(json!({"max_elapsed_ms": 50})));
        assert_eq!(time.check_budget(1, 1_049), Ok(()));
        assert_eq!(
            time.check_budget(1, 1_060).unwrap_err().to_string(),
            "budget_exceeded: max_elapsed_ms (50ms) reached (60ms elapsed)"
        );
    }

    #[test]
    fn the_clock_stops_at_the_end_and_never_runs_backwards() {
        let mut metrics = Metrics::new(1_000, None);
        assert_eq!(metrics.elapsed_ms(999), 0);
        assert_eq!(metrics.elapsed_ms(1_500), 500);
        metrics.finish(2_000);
        metrics.finish(9_000);
        assert_eq!(metrics.elapsed_ms(99_000), 1_000);
    }

    #[test]
    fn usage_is_none_without_queries_then_given_or_estimated() {
        let mut metrics = Metrics::new(0, None);
        assert_eq!(metrics.usage_aggregate(), None);
        pause(&mut metrics, &[query("q-0", "test")]);
        let given = TokenUsage {
            prompt_tokens: Some(30),
            completion_tokens: Some(4),
        };
        metrics.record_answer(&QueryId::single(), "x", Some(given), 0);
        assert_eq!(metrics.usage_aggregate(), Some(given));
        round(&mut metrics, "test", "reply here");
        assert_eq!(
            metrics.usage_aggregate(),
            Some(TokenUsage {
                prompt_tokens: Some(31),
                completion_tokens: Some(7)
            })
        );
    }

    #[test]
    fn host_figures_of_any_size_saturate() {
        let mut metrics = Metrics::new(0, budget(json!({"max_tokens": 1})));
        for _ in 0..2 {
            pause(&mut metrics, &[query("q-0", "p")]);
            let most = TokenUsage {
                prompt_tokens: Some(u64::MAX),
                completion_tokens: Some(u64::MAX),
            };
            metrics.record_answer(&QueryId::single(), "", Some(most), 0);
            metrics.record_resumption(&[], 0);
        }
        assert_eq!(metrics.total_tokens().tokens, u64::MAX);
        assert!(metrics.check_budget(1, 0).is_err());
    }

    #[test]
    fn an_answer_that_nobody_asked_for_is_not_counted() {
        let mut metrics = Metrics::new(0, None);
        round(&mut metrics, "p", "first");
        let before = metrics.clone();
        metrics.record_answer(&QueryId::single(), "late", None, 5);
        metrics.record_answer(&"zz".into(), "stray", None, 5);
        assert_eq!(metrics, before);
    }

    #[test]
    fn history_progress_and_rest_stand_in_snapshots_only_when_there() {
        let mut metrics = Metrics::new(0, None);
        round(&mut metrics, "p", "a");
        let plain = metrics.snapshot_json(false, 0);
        for key in ["conversation_history", "progress", "budget_remaining"] {
            assert_eq!(plain.get(key), None, "{key}");
        }
        assert_eq!(plain["recent_logs"], json!([]));
        let asked = metrics.snapshot_json(true, 0);
        assert_eq!(asked["conversation_history"].as_array().unwrap().len(), 1);

        let mut metrics = Metrics::new(0, budget(json!({"max_tokens": 9})));
        metrics.set_progress(Progress::new(1, 2, Some("old")));
        metrics.set_progress(Progress::new(2, 2, None));
        metrics.log(LogEntry::new(3, "info", LogSource::AlcLog, "hi"));
        let full = metrics.snapshot_json(false, 0);
        assert_eq!(
            full["progress"],
            json!({"step": 2, "total": 2, "message": null})
        );
        assert_eq!(
            full["budget_remaining"],
            json!({"llm_calls": null, "elapsed_ms": null, "tokens": 9})
        );
        assert_eq!(full["recent_logs"][0]["message"], json!("hi"));
    }

    #[test]
    fn what_lies_outside_of_the_lua_heap_is_weighed() {
        let mut metrics = Metrics::new(0, None);
        assert_eq!(metrics.retained_bytes(), 0);
        round(&mut metrics, &"p".repeat(1_000), &"a".repeat(500));
        assert_eq!(metrics.retained_bytes(), 1_500);
        metrics.custom_mut().record("k", json!("v")).unwrap();
        assert!(metrics.retained_bytes() > 1_500);
    }
}
