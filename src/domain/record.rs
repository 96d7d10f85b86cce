//! Everything about a session except its program.

use super::snapshot::{SnapshotOptions, snapshot_json};
use super::{
    Answer, Budget, ExecutionState, Failure, FeedError, Json, JsonObject, Lineage, LlmQuery,
    Metrics, Notice, PauseRef, PendingQueries, QueryId, Resolution, SessionEvent, SessionId,
    SoleQueryError, Status, TransitionError, expiry,
};

/// A session's name, state and accounts.
///
/// All changes go through it, and each is checked before it is made: a call
/// that returns an error has changed nothing, neither counters nor the time of
/// the last activity.
///
/// Times are milliseconds since the epoch.
///
/// ```
/// use algocline_wasm::domain::{Answer, Fed, Json, LlmQuery, QueryId, Resolution, SessionRecord};
///
/// let mut record = SessionRecord::new("s-1".into(), None, None, 1_000);
/// record.pause([LlmQuery::new(QueryId::single(), "2+2?")], 1_010).unwrap();
/// let answer = Answer { query_id: QueryId::single(), response: "4".into(), usage: None };
/// assert_eq!(record.feed(&[answer], Some(1), 1_500).unwrap(), Fed::Ready);
/// assert_eq!(record.resume(1_500).unwrap(), Resolution::Answers(vec!["4".into()]));
/// let event = record.complete("4".into(), 1_600).unwrap().into_json();
/// let auto = event.get("stats").and_then(|stats| stats.get("auto")).unwrap();
/// assert_eq!(auto.get("elapsed_ms"), Some(&Json::Int(600)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRecord {
    pub(super) id: SessionId,
    pub(super) strategy: Option<String>,
    pub(super) state: ExecutionState,
    pub(super) last_activity_at: u64,
    /// When the session was restored here.
    pub(super) restored_at: Option<u64>,
    pub(super) metrics: Metrics,
    /// Open queries of programs that wait while others beside them run.
    pub(super) carried: PendingQueries,
    /// The last number that a group of queries has got.
    pub(super) last_group: u64,
    /// Where the session comes from, and what has come from it.
    pub(super) lineage: Lineage,
}

/// What an answer has led to.
#[derive(Clone, Debug, PartialEq)]
pub enum Fed {
    /// Queries are still open; the event is an `accepted`.
    Waiting(SessionEvent),
    /// The program can go on: [`SessionRecord::resume`] comes next.
    Ready,
}

impl SessionRecord {
    /// A session that is about to run its program.
    pub fn new(
        id: SessionId,
        strategy: Option<String>,
        budget: Option<Budget>,
        now_ms: u64,
    ) -> Self {
        Self {
            id,
            strategy,
            state: ExecutionState::Running,
            last_activity_at: now_ms,
            restored_at: None,
            metrics: Metrics::new(now_ms, budget),
            carried: PendingQueries::default(),
            last_group: 0,
            lineage: Lineage::default(),
        }
    }

    /// The session's name.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// The strategy's name, where the host gave one.
    pub fn strategy(&self) -> Option<&str> {
        self.strategy.as_deref()
    }

    /// Where the session stands.
    pub fn state(&self) -> &ExecutionState {
        &self.state
    }

    /// The accounts.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The accounts, for what the program writes: logs, progress, own entries.
    pub fn metrics_mut(&mut self) -> &mut Metrics {
        &mut self.metrics
    }

    /// The number of the current pause, or of the last one; 0 before the first.
    pub fn pause_number(&self) -> u64 {
        self.metrics.pauses()
    }

    /// When the session started.
    pub fn started_at(&self) -> u64 {
        self.metrics.started_at()
    }

    /// When the host last answered; the start until then.
    pub fn last_activity_at(&self) -> u64 {
        self.last_activity_at
    }

    /// Since when the session is idle here: its last activity, or the moment at
    /// which it was restored if that is later. Time spent frozen is not idle time.
    pub fn idle_since(&self) -> u64 {
        self.last_activity_at.max(self.restored_at.unwrap_or(0))
    }

    /// Whether the session has been idle for `ttl_ms` or longer.
    pub fn is_expired(&self, now_ms: u64, ttl_ms: u64) -> bool {
        expiry::is_expired(self.idle_since(), now_ms, ttl_ms)
    }

    /// Where the session comes from, and what has come from it.
    pub fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Notes that a session was made of a pause of this one.
    pub fn add_child(&mut self, child: PauseRef) {
        self.lineage.add_child(child);
    }

    /// Makes this the record of a new session, a copy of the one it was.
    pub fn become_copy(&mut self, id: SessionId) {
        let parent = PauseRef {
            session_id: std::mem::replace(&mut self.id, id),
            pause: self.pause_number(),
        };
        self.lineage = Lineage::of_copy(parent);
    }

    /// Running → paused; gives the event that asks for the answers.
    ///
    /// The budget is not checked here: that is due where the program asks, with
    /// [`Metrics::check_budget`].
    ///
    /// # Errors
    /// Unless running.
    pub fn pause(
        &mut self,
        queries: impl IntoIterator<Item = LlmQuery>,
        now_ms: u64,
    ) -> Result<SessionEvent, TransitionError> {
        self.state.expect_running()?;
        // Programs that ran beside this one are gone: nobody waits for their queries.
        for query in std::mem::take(&mut self.carried).pending() {
            self.metrics.lapse(&query.id, now_ms);
        }
        self.pause_groups(vec![(0, queries.into_iter().collect())], now_ms)
    }

    /// Whether queries are open of programs that wait while others run.
    pub fn carries_queries(&self) -> bool {
        self.carried.remaining() > 0
    }

    /// A number for a group of queries that are answered together, from 1.
    pub fn next_group(&mut self) -> u64 {
        self.last_group = self.last_group.saturating_add(1);
        self.last_group
    }

    /// Running → paused, where several programs run side by side: these groups of
    /// queries are new, and those of programs that wait still stay open.
    ///
    /// # Errors
    /// Unless running.
    pub fn pause_groups(
        &mut self,
        groups: Vec<(u64, Vec<LlmQuery>)>,
        now_ms: u64,
    ) -> Result<SessionEvent, TransitionError> {
        self.state.expect_running()?;
        self.metrics.begin_pause();
        let mut pending = std::mem::take(&mut self.carried);
        for (group, queries) in groups {
            let since = if group > 0 { self.pause_number() } else { 0 };
            for query in queries {
                self.metrics.record_query(&query, now_ms);
                pending.add(group, since, query);
            }
        }
        self.state = ExecutionState::Paused(pending);
        self.pending_event()
    }

    /// Paused → running, with what the groups get that wait no more. The queries of
    /// the others are open again with the next [`pause_groups`](Self::pause_groups).
    ///
    /// # Errors
    /// Unless paused with a group that waits no more.
    pub fn resume_groups(
        &mut self,
        now_ms: u64,
    ) -> Result<Vec<(u64, Resolution)>, TransitionError> {
        let settled = self.state.take_settled()?;
        self.metrics.record_resumption(&settled.lapsed, now_ms);
        self.carried = settled.rest;
        Ok(settled.resolved)
    }

    /// The event that a paused session waits on, with the queries still open.
    ///
    /// # Errors
    /// Unless paused.
    pub fn pending_event(&self) -> Result<SessionEvent, TransitionError> {
        let pending = self.pending()?;
        let pause = self.pause_number();
        Ok(SessionEvent::needs_response(&self.id, pause, pending))
    }

    fn pending(&self) -> Result<&PendingQueries, TransitionError> {
        self.state.pending().ok_or(TransitionError {
            expected: "Paused",
            actual: self.state.name(),
        })
    }

    /// The only open query.
    ///
    /// # Errors
    /// With none or several.
    pub fn sole_pending_id(&self) -> Result<&QueryId, SoleQueryError> {
        let Some(pending) = self.state.pending() else {
            return Err(SoleQueryError::NoneOpen);
        };
        let mut open = pending.pending();
        match (open.next(), open.next()) {
            (None, _) => Err(SoleQueryError::NoneOpen),
            (Some(query), None) => Ok(&query.id),
            (Some(_), Some(_)) => Err(SoleQueryError::Several(self.state.remaining())),
        }
    }

    /// Takes one answer or several: all of them, or with one refused none.
    ///
    /// `pause` is the number of the pause that they are meant for, where the
    /// host knows it: query ids repeat, and without the number a late answer
    /// would be taken for the next question.
    ///
    /// # Errors
    /// Unless paused; for another pause; those of [`PendingQueries::feed_all`].
    pub fn feed(
        &mut self,
        answers: &[Answer],
        pause: Option<u64>,
        now_ms: u64,
    ) -> Result<Fed, FeedError> {
        if answers.is_empty() {
            self.check_pause(pause, None)?;
        }
        for answer in answers {
            self.check_pause(pause, Some(&answer.query_id))?;
        }
        self.state.feed_all(answers)?;
        for answer in answers {
            self.metrics
                .record_answer(&answer.query_id, &answer.response, answer.usage, now_ms);
        }
        self.last_activity_at = now_ms;
        let pending = self.pending()?;
        if pending.is_settled() {
            return Ok(Fed::Ready);
        }
        let pause = self.pause_number();
        let remaining = pending.remaining();
        Ok(Fed::Waiting(SessionEvent::accepted(
            &self.id, pause, remaining,
        )))
    }

    /// Notes that the host gives up on a query. The call that asked it raises,
    /// so the program can go on at once, and [`resume`](Self::resume) comes next;
    /// other queries of the pause that are still open lapse with it.
    ///
    /// # Errors
    /// Unless paused; for another pause; for an unknown or answered query.
    pub fn fail_query(
        &mut self,
        id: &QueryId,
        message: &str,
        pause: Option<u64>,
        now_ms: u64,
    ) -> Result<(), FeedError> {
        self.check_pause(pause, Some(id))?;
        self.state.fail_query(id, message)?;
        self.metrics.record_failure(id, message, now_ms);
        self.last_activity_at = now_ms;
        Ok(())
    }

    fn check_pause(&self, given: Option<u64>, id: Option<&QueryId>) -> Result<(), FeedError> {
        let pending = self.pending()?;
        let current = self.pause_number();
        // Queries that stay open over several pauses may be answered for any.
        let was_open = |given| id.is_some_and(|id| pending.was_open_at(id, given));
        match given {
            Some(given) if given != current && !(given < current && was_open(given)) => {
                Err(FeedError::StalePause { current, given })
            }
            _ => Ok(()),
        }
    }

    /// Paused → running, with what the program waits for.
    ///
    /// # Errors
    /// Unless paused with every query answered or one failed.
    pub fn resume(&mut self, now_ms: u64) -> Result<Resolution, TransitionError> {
        let mut resolved = self.resume_groups(now_ms)?;
        Ok(match resolved.pop() {
            Some((_, resolution)) => resolution,
            None => Resolution::Answers(Vec::new()),
        })
    }

    /// Running → completed.
    ///
    /// # Errors
    /// Unless running.
    pub fn complete(&mut self, result: Json, now_ms: u64) -> Result<SessionEvent, TransitionError> {
        self.state.end(ExecutionState::Completed)?;
        let mut event = self.end(Status::Completed, now_ms);
        event.fields.set("result", result);
        Ok(event)
    }

    /// Running → failed.
    ///
    /// # Errors
    /// Unless running.
    pub fn fail(
        &mut self,
        failure: impl Into<Failure>,
        now_ms: u64,
    ) -> Result<SessionEvent, TransitionError> {
        self.state.end(ExecutionState::Failed)?;
        let failure = failure.into();
        let mut event = self.end(Status::Failed, now_ms);
        event.fields.set("error", failure.error);
        event.fields.set_some("traceback", failure.traceback);
        if let Some(position) = failure.position {
            event.fields.set("line", position.line);
            event.fields.set("column", position.column);
        }
        Ok(event)
    }

    #[inline(never)]
    fn end(&mut self, status: Status, now_ms: u64) -> SessionEvent {
        self.carried = PendingQueries::default();
        self.metrics.finish(now_ms);
        SessionEvent::end(status, &self.id, &self.metrics, now_ms)
    }

    /// Running or paused → cancelled.
    ///
    /// # Errors
    /// When ended.
    pub fn cancel(
        &mut self,
        reason: Option<String>,
        now_ms: u64,
    ) -> Result<SessionEvent, TransitionError> {
        self.state.cancel()?;
        let mut event = self.end(Status::Cancelled, now_ms);
        event.fields.set_some("reason", reason);
        Ok(event)
    }

    /// The last notice of a session that was idle for too long.
    pub fn reap(mut self, now_ms: u64) -> Notice {
        self.metrics.finish(now_ms);
        let idle_ms = now_ms.saturating_sub(self.idle_since());
        Notice::reaped(idle_ms, &self.metrics, now_ms)
    }

    /// What the host sees of the session.
    pub fn snapshot(&self, options: SnapshotOptions, now_ms: u64) -> JsonObject {
        snapshot_json(self, options, now_ms)
    }

    /// Whether a record that was read back is one of a session that waits for
    /// an answer: paused, with a query open and none failed, and the transcript
    /// agreeing on which queries are open.
    ///
    /// # Errors
    /// One sentence that says what is wrong.
    pub fn check_waiting(&self) -> Result<(), &'static str> {
        let Some(pending) = self.state.pending() else {
            return Err("the session is not paused");
        };
        if self.pause_number() == 0 {
            return Err("the session is paused but counts no pause");
        }
        if pending.is_settled() {
            return Err("the session is paused but no answer is missing");
        }
        let open = self.metrics.transcript().open_entries();
        let agree = open
            .map(|entry| &entry.query_id)
            .eq(pending.pending().map(|query| &query.id));
        if !agree {
            return Err("the transcript and the pause differ in the open queries");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json;
    use crate::domain::{PendingFilter, TokenUsage};

    const START: u64 = 1_700_000_000_000;

    fn record() -> SessionRecord {
        SessionRecord::new("s-1-2".into(), None, None, START)
    }

    fn queries(n: usize) -> impl Iterator<Item = LlmQuery> {
        (0..n).map(|i| LlmQuery::new(QueryId::batch(i), format!("p{i}")))
    }

    fn paused(n: usize) -> SessionRecord {
        let mut record = record();
        record.pause(queries(n), START).unwrap();
        record
    }

    fn answer(id: &str, response: &str) -> Answer {
        Answer {
            query_id: id.into(),
            response: response.into(),
            usage: None,
        }
    }

    fn snapshot(record: &SessionRecord) -> Json {
        record.snapshot(SnapshotOptions::default(), START).into()
    }

    #[test]
    fn before_its_first_event_a_session_is_running() {
        assert_eq!(
            snapshot(&record()),
            json!({
                "session_id": "s-1-2", "state": "running", "phase": "running", "pause": 0,
                "started_at": START, "last_activity_at": START,
                "metrics": {
                    "elapsed_ms": 0, "llm_calls": 0, "rounds": 0, "recent_logs": [],
                    "tokens": {
                        "prompt_total": 0, "response_total": 0, "total": 0,
                        "current_query": null, "open_queries": [],
                    },
                },
            })
        );
    }

    #[test]
    fn a_paused_session_tells_its_open_queries_as_far_as_asked() {
        let mut record = SessionRecord::new("s-1".into(), Some("cot".into()), None, START);
        record.pause(queries(2), START).unwrap();
        record.feed(&[answer("q-0", "a")], None, START + 5).unwrap();
        let plain = snapshot(&record);
        assert_eq!(plain["state"], json!("paused"));
        assert_eq!(plain["phase"], json!("paused"));
        assert_eq!(plain["strategy"], json!("cot"));
        assert_eq!(plain["pause"], json!(1));
        assert_eq!(plain["pending_queries"], json!(1));
        assert_eq!(plain.get("pending"), None);
        assert_eq!(plain["last_activity_at"], json!(START + 5));

        let preview = SnapshotOptions {
            pending: PendingFilter::preset("preview", 1),
            history: true,
        };
        let shown = record.snapshot(preview, START);
        assert_eq!(
            shown["pending"],
            json!([{"query_id": "q-1", "max_tokens": 1024, "role": null, "prompt_preview": "p"}])
        );
        let history = shown["metrics"]["conversation_history"].as_array().unwrap();
        assert_eq!(history.len(), 2);
    }

    #[test]
    fn an_ended_session_is_terminal_with_its_phase() {
        let mut completed = record();
        completed.complete(json!(1), START).unwrap();
        let mut failed = record();
        failed.fail("e", START).unwrap();
        let mut cancelled = paused(1);
        cancelled.cancel(None, START).unwrap();
        for (record, phase) in [
            (completed, "completed"),
            (failed, "failed"),
            (cancelled, "cancelled"),
        ] {
            let shown = snapshot(&record);
            assert_eq!(shown["state"], json!("terminal"));
            assert_eq!(shown["phase"], json!(phase));
            assert_eq!(shown.get("pending_queries"), None);
        }
    }

    #[test]
    fn a_session_runs_from_start_to_result() {
        let mut record = record();
        for (round, prompt) in ["hello", "zz"].into_iter().enumerate() {
            let event = record
                .pause([LlmQuery::new(QueryId::single(), prompt)], START)
                .unwrap()
                .into_json();
            assert_eq!(event["pause"], json!(round + 1));
            assert_eq!(event["prompt"], json!(prompt));
            let usage = (round == 0).then_some(TokenUsage {
                prompt_tokens: Some(10),
                completion_tokens: Some(5),
            });
            let fed = Answer {
                usage,
                ..answer("q-0", "A")
            };
            assert_eq!(record.feed(&[fed], None, START), Ok(Fed::Ready));
            assert_eq!(
                record.resume(START),
                Ok(Resolution::Answers(vec!["A".into()]))
            );
        }
        let event = record.complete(json!("AA"), START + 7).unwrap().into_json();
        let count = |tokens, source| json!({"tokens": tokens, "source": source});
        assert_eq!(
            event,
            json!({
                "status": "completed", "session_id": "s-1-2", "result": "AA",
                "stats": {
                    "auto": {
                        "elapsed_ms": 7, "llm_calls": 2, "pauses": 2, "rounds": 2,
                        "total_prompt_chars": 7, "total_response_chars": 2,
                        "prompt_tokens": count(11, "estimated"),
                        "response_tokens": count(6, "estimated"),
                        "total_tokens": count(17, "estimated"),
                    },
                    "custom": {},
                },
                "transcript": [
                    {"query_id": "q-0", "prompt": "hello", "system": null, "response": "A"},
                    {"query_id": "q-0", "prompt": "zz", "system": null, "response": "A"},
                ],
            })
        );
    }

    #[test]
    fn a_partial_answer_is_accepted_and_the_rest_asked_again() {
        let mut record = paused(3);
        let fed = record.feed(&[answer("q-1", "b")], Some(1), START).unwrap();
        let Fed::Waiting(event) = fed else {
            panic!("two queries are open");
        };
        assert_eq!(
            event.into_json(),
            json!({"status": "accepted", "session_id": "s-1-2", "pause": 1, "remaining": 2})
        );
        let again = record.pending_event().unwrap().into_json();
        assert_eq!(again["queries"].as_array().unwrap().len(), 2);
        assert_eq!(again.get("query_id"), None);
        record.feed(&[answer("q-0", "a")], None, START).unwrap();
        let sole = record.pending_event().unwrap().into_json();
        assert_eq!(sole["query_id"], json!("q-2"));
    }

    #[test]
    fn a_refused_answer_changes_nothing() {
        let mut record = paused(2);
        record.feed(&[answer("q-0", "a")], None, START + 1).unwrap();
        let before = record.clone();
        let later = START + 1_000;
        let refused: [(&[Answer], Option<u64>, &str); 6] = [
            (&[answer("q-0", "again")], None, "already_responded"),
            (&[answer("zz", "x")], None, "unknown_query"),
            (
                &[answer("q-1", "b"), answer("zz", "x")],
                None,
                "unknown_query",
            ),
            (
                &[answer("q-1", "b"), answer("q-1", "c")],
                None,
                "already_responded",
            ),
            (&[answer("q-1", "b")], Some(2), "stale_pause"),
            (&[], None, "invalid_argument"),
        ];
        for (answers, pause, code) in refused {
            let error = record.feed(answers, pause, later).unwrap_err();
            assert_eq!(error.code().as_str(), code);
            assert_eq!(record, before, "{code}");
        }
        for (id, pause) in [("q-0", None), ("zz", None), ("q-1", Some(7))] {
            let refused = record.fail_query(&id.into(), "m", pause, later);
            assert!(refused.is_err());
            assert_eq!(record, before);
        }
        assert!(record.resume(later).is_err());
        assert!(record.pause(queries(1), later).is_err());
        assert!(record.complete(json!(1), later).is_err());
        assert!(record.fail("e", later).is_err());
        assert_eq!(record, before);
    }

    #[test]
    fn a_late_answer_is_not_taken_for_the_next_question() {
        let mut record = paused(1);
        record.feed(&[answer("q-0", "a")], Some(1), START).unwrap();
        record.resume(START).unwrap();
        record.pause(queries(1), START).unwrap();
        assert_eq!(
            record.feed(&[answer("q-0", "late")], Some(1), START),
            Err(FeedError::StalePause {
                current: 2,
                given: 1
            })
        );
        assert_eq!(
            record.feed(&[answer("q-0", "b")], Some(2), START),
            Ok(Fed::Ready)
        );
    }

    #[test]
    fn a_running_session_takes_no_answer() {
        let mut record = record();
        let error = record.feed(&[answer("q-0", "a")], None, START).unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid state transition: expected Paused, got Running"
        );
        assert!(record.pending_event().is_err());
    }

    #[test]
    fn the_sole_open_query_is_found() {
        assert_eq!(record().sole_pending_id(), Err(SoleQueryError::NoneOpen));
        assert_eq!(paused(1).sole_pending_id(), Ok(&QueryId::single()));
        assert_eq!(paused(3).sole_pending_id(), Err(SoleQueryError::Several(3)));
        let mut record = paused(2);
        record.feed(&[answer("q-0", "a")], None, START).unwrap();
        assert_eq!(record.sole_pending_id(), Ok(&QueryId::batch(1)));
        record.feed(&[answer("q-1", "b")], None, START).unwrap();
        assert_eq!(record.sole_pending_id(), Err(SoleQueryError::NoneOpen));
    }

    #[test]
    fn a_failed_query_lets_the_program_go_on() {
        let mut record = paused(3);
        record.feed(&[answer("q-0", "a")], None, START).unwrap();
        record
            .fail_query(&"q-1".into(), "no model", Some(1), START + 9)
            .unwrap();
        assert_eq!(record.last_activity_at(), START + 9);
        assert_eq!(
            record.resume(START + 9),
            Ok(Resolution::Failed {
                query_id: "q-1".into(),
                message: "no model".into()
            })
        );
        let tokens = snapshot(&record)["metrics"]["tokens"].clone();
        assert_eq!(tokens["open_queries"], json!([]));
        let failure = Failure {
            traceback: Some("tb".into()),
            ..Failure::from("boom")
        };
        let event = record.fail(failure, START).unwrap().into_json();
        assert_eq!(event["transcript"][0]["response"], json!("a"));
        assert_eq!(event["transcript"][1]["error"], json!("no model"));
        assert_eq!(event["transcript"][2]["response"], json!(null));
        assert_eq!(event["traceback"], json!("tb"));
        assert_eq!(event["stats"]["auto"]["rounds"], json!(1));
    }

    #[test]
    fn cancelling_tells_reason_stats_and_what_was_asked() {
        let mut record = paused(1);
        let event = record
            .cancel(Some("enough".into()), START + 4)
            .unwrap()
            .into_json();
        assert_eq!(event["reason"], json!("enough"));
        assert_eq!(event["stats"]["auto"]["elapsed_ms"], json!(4));
        assert_eq!(event["transcript"][0]["response"], json!(null));
        let before = record.clone();
        assert_eq!(
            record.cancel(None, START + 9).unwrap_err().to_string(),
            "invalid state transition: expected Running or Paused, got Cancelled"
        );
        assert_eq!(record, before);
    }

    #[test]
    fn idleness_counts_from_the_last_answer() {
        let mut record = paused(2);
        assert!(!record.is_expired(START + 99, 100));
        assert!(record.is_expired(START + 100, 100));
        record
            .feed(&[answer("q-0", "a")], None, START + 50)
            .unwrap();
        assert!(!record.is_expired(START + 149, 100));
        let notice = record.clone().reap(START + 150);
        let notice = notice.into_event(record.id(), START + 150);
        let idle = (&notice["idle_ms"], &notice["pause"]);
        assert_eq!(idle, (&json!(100), &json!(1)));
        let (stats, transcript) = (&notice["stats"], &notice["transcript"]);
        assert_eq!(stats["auto"]["elapsed_ms"], json!(150));
        assert_eq!(transcript.as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_copy_gets_its_own_name_and_knows_its_parent() {
        let mut copy = paused(1);
        copy.become_copy("s-9".into());
        let event = copy.pending_event().unwrap();
        assert_eq!(event.session_id(), "s-9".into());
        let parent = PauseRef {
            session_id: "s-1-2".into(),
            pause: 1,
        };
        assert_eq!(copy.lineage().forked_from(), Some(&parent));
    }

    #[test]
    fn a_record_that_does_not_wait_is_told_apart() {
        assert!(record().check_waiting().is_err());
        let mut answered = paused(1);
        answered.feed(&[answer("q-0", "a")], None, START).unwrap();
        assert!(answered.check_waiting().is_err());
        let mut failed = paused(2);
        failed.fail_query(&"q-0".into(), "m", None, START).unwrap();
        assert!(failed.check_waiting().is_err());

        let mut forged = paused(1);
        forged.metrics.transcript = Default::default();
        assert!(forged.check_waiting().is_err());
        let mut forged = paused(1);
        forged.metrics.pauses = 0;
        assert!(forged.check_waiting().is_err());
    }
}
