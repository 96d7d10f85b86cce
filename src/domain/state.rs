//! The life of a session as a state machine.

use super::{Answer, FeedError, LlmQuery, PendingQueries, QueryId, Settled, TransitionError};

/// Where a session stands. It starts running, alternates between running and
/// paused, and ends completed, failed or cancelled.
///
/// A step that the state does not allow is refused and changes nothing.
///
/// ```
/// use algocline_wasm::domain::{ExecutionState, LlmQuery, QueryId};
/// let mut state = ExecutionState::Running;
/// state.pause([LlmQuery::new(QueryId::single(), "2+2?")]).unwrap();
/// assert_eq!(
///     state.pause([]).unwrap_err().to_string(),
///     "invalid state transition: expected Running, got Paused",
/// );
/// assert_eq!(state.feed(&QueryId::single(), "4"), Ok(true));
/// state.end(ExecutionState::Completed).unwrap_err();
/// assert_eq!(state.name(), "Paused");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ExecutionState {
    /// The program runs, or is about to.
    #[default]
    Running,
    /// The program waits for answers.
    Paused(PendingQueries),
    /// The program has returned.
    Completed,
    /// The program has raised, or ran out of fuel or memory.
    Failed,
    /// The host has ended it.
    Cancelled,
}

impl ExecutionState {
    /// The state's name as error texts have it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Paused(_) => "Paused",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// The state's name as snapshots have it under `phase`.
    pub fn phase(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused(_) => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the session has ended.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Running | Self::Paused(_) => false,
            Self::Completed | Self::Failed | Self::Cancelled => true,
        }
    }

    /// The queries of the current pause; none outside of one.
    pub fn pending(&self) -> Option<&PendingQueries> {
        match self {
            Self::Paused(pending) => Some(pending),
            _ => None,
        }
    }

    /// The number of open queries; 0 outside of a pause.
    pub fn remaining(&self) -> usize {
        self.pending().map_or(0, PendingQueries::remaining)
    }

    /// Running → paused.
    ///
    /// # Errors
    /// Unless running.
    pub fn pause(
        &mut self,
        queries: impl IntoIterator<Item = LlmQuery>,
    ) -> Result<(), TransitionError> {
        self.expect_running()?;
        *self = Self::Paused(PendingQueries::new(queries));
        Ok(())
    }

    /// Paused → running, with what the groups that wait no more get, which of
    /// their queries have no answer, and the queries of the other groups. A program
    /// that is alone waits for one group.
    ///
    /// # Errors
    /// Unless paused with a group that waits no more.
    pub(super) fn take_settled(&mut self) -> Result<Settled, TransitionError> {
        match std::mem::take(self) {
            Self::Paused(pending) if pending.is_settled() => Ok(pending.into_settled()),
            other => {
                *self = other;
                Err(self.refuse("Paused(complete)"))
            }
        }
    }

    /// Stores one answer and tells whether all queries are answered now.
    ///
    /// # Errors
    /// Unless paused, and those of [`PendingQueries::feed`].
    pub fn feed(&mut self, id: &QueryId, response: &str) -> Result<bool, FeedError> {
        self.paused()?.feed(id, response)
    }

    /// Stores all answers or, with one refused, none of them, and tells whether
    /// all queries are answered now.
    ///
    /// # Errors
    /// Unless paused, and those of [`PendingQueries::feed_all`].
    pub fn feed_all(&mut self, answers: &[Answer]) -> Result<bool, FeedError> {
        self.paused()?.feed_all(answers)
    }

    /// Notes that the host gives up on a query.
    ///
    /// # Errors
    /// Unless paused, and those of [`PendingQueries::fail`].
    pub fn fail_query(&mut self, id: &QueryId, message: &str) -> Result<(), FeedError> {
        self.paused()?.fail(id, message)
    }

    /// Running → completed or failed.
    ///
    /// # Errors
    /// Unless running.
    pub fn end(&mut self, end: Self) -> Result<(), TransitionError> {
        self.expect_running()?;
        *self = end;
        Ok(())
    }

    /// Running or paused → cancelled.
    ///
    /// # Errors
    /// When ended.
    pub fn cancel(&mut self) -> Result<(), TransitionError> {
        if self.is_terminal() {
            return Err(self.refuse("Running or Paused"));
        }
        *self = Self::Cancelled;
        Ok(())
    }

    #[inline(never)]
    pub(super) fn expect_running(&self) -> Result<(), TransitionError> {
        match self {
            Self::Running => Ok(()),
            other => Err(other.refuse("Running")),
        }
    }

    fn paused(&mut self) -> Result<&mut PendingQueries, TransitionError> {
        match self {
            Self::Paused(pending) => Ok(pending),
            other => Err(other.refuse("Paused")),
        }
    }

    fn refuse(&self, expected: &'static str) -> TransitionError {
        TransitionError {
            expected,
            actual: self.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Resolution;

    fn queries(n: usize) -> impl Iterator<Item = LlmQuery> {
        (0..n).map(|i| LlmQuery::new(QueryId::batch(i), "p"))
    }

    fn paused(n: usize) -> ExecutionState {
        let mut state = ExecutionState::Running;
        state.pause(queries(n)).unwrap();
        state
    }

    fn ended() -> [ExecutionState; 3] {
        [
            ExecutionState::Completed,
            ExecutionState::Failed,
            ExecutionState::Cancelled,
        ]
    }

    fn take_responses(state: &mut ExecutionState) -> Result<Resolution, TransitionError> {
        let mut settled = state.take_settled()?;
        assert_eq!(settled.resolved.len(), 1);
        Ok(settled.resolved.remove(0).1)
    }

    fn refused(expected: &'static str, actual: &'static str) -> TransitionError {
        TransitionError { expected, actual }
    }

    #[test]
    fn running_can_pause() {
        let state = paused(1);
        assert_eq!(state.name(), "Paused");
        assert_eq!(state.remaining(), 1);
    }

    #[test]
    fn answers_are_taken_only_when_complete() {
        let mut state = paused(2);
        state.feed(&QueryId::batch(0), "a").unwrap();
        let before = state.clone();
        assert_eq!(
            take_responses(&mut state),
            Err(refused("Paused(complete)", "Paused"))
        );
        assert_eq!(state, before);
        assert_eq!(state.feed(&QueryId::batch(1), "b"), Ok(true));
        assert_eq!(
            take_responses(&mut state),
            Ok(Resolution::Answers(vec!["a".into(), "b".into()]))
        );
        assert_eq!(state, ExecutionState::Running);
        assert_eq!(
            take_responses(&mut state),
            Err(refused("Paused(complete)", "Running"))
        );
    }

    #[test]
    fn running_can_end_in_three_ways() {
        let mut state = ExecutionState::Running;
        state.end(ExecutionState::Completed).unwrap();
        assert!(state.is_terminal());
        let mut state = ExecutionState::Running;
        state.end(ExecutionState::Failed).unwrap();
        assert!(state.is_terminal());
        let mut state = ExecutionState::Running;
        state.cancel().unwrap();
        assert!(state.is_terminal());
    }

    #[test]
    fn paused_can_be_cancelled() {
        let mut state = paused(1);
        state.cancel().unwrap();
        assert_eq!(state, ExecutionState::Cancelled);
    }

    #[test]
    fn feeding_needs_a_pause() {
        for mut state in [ExecutionState::Running].into_iter().chain(ended()) {
            let before = state.clone();
            let error = FeedError::InvalidState(refused("Paused", state.name()));
            assert_eq!(state.feed(&QueryId::single(), "x"), Err(error.clone()));
            assert_eq!(state.feed_all(&[]), Err(error.clone()));
            assert_eq!(state.fail_query(&QueryId::single(), "x"), Err(error));
            assert_eq!(state, before);
        }
    }

    #[test]
    fn pausing_and_ending_need_running() {
        for mut state in [paused(1)].into_iter().chain(ended()) {
            let before = state.clone();
            let error = refused("Running", state.name());
            assert_eq!(state.pause(queries(1)), Err(error.clone()));
            assert_eq!(state.end(ExecutionState::Failed), Err(error));
            assert_eq!(state, before);
        }
    }

    #[test]
    fn an_ended_session_cannot_be_cancelled() {
        for mut state in ended() {
            let before = state.clone();
            assert_eq!(
                state.cancel(),
                Err(refused("Running or Paused", state.name()))
            );
            assert_eq!(state, before);
        }
    }

    #[test]
    fn nothing_remains_outside_of_a_pause() {
        for state in [ExecutionState::Running].into_iter().chain(ended()) {
            assert_eq!(state.remaining(), 0);
        }
    }

    #[test]
    fn a_failed_query_ends_the_pause() {
        let mut state = paused(2);
        state.fail_query(&QueryId::batch(1), "down").unwrap();
        assert_eq!(
            take_responses(&mut state),
            Ok(Resolution::Failed {
                query_id: QueryId::batch(1),
                message: "down".into()
            })
        );
        assert_eq!(state, ExecutionState::Running);
    }
}
