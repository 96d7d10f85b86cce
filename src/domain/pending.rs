//! The queries of one pause and what has come back for them.

use super::{FeedError, LlmQuery, QueryId, SortedMap, TokenUsage};

/// The host's answer to one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The query answered.
    pub query_id: QueryId,
    /// The model's text.
    pub response: String,
    /// What it cost, where the host knows.
    pub usage: Option<TokenUsage>,
}

/// What the waiting program gets at the end of a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The answers, in the order in which the queries were asked.
    Answers(Vec<String>),
    /// The host gave up on a query: the call that asked it raises.
    Failed {
        /// The first failed query in the order of asking.
        query_id: QueryId,
        /// The host's reason.
        message: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Open,
    Answered(String),
    Failed(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub query: LlmQuery,
    pub reply: Reply,
    /// Which program waits for it, where several run side by side.
    pub group: u64,
    /// The pause at which it was asked; 0 where that is the current one anyway.
    pub since: u64,
}

/// The queries of one pause, in the order of asking, each with its answer or
/// without one yet.
///
/// ```
/// use algocline_wasm::domain::{LlmQuery, PendingQueries, QueryId};
/// let mut pending = PendingQueries::new((0..2).map(|i| LlmQuery::new(QueryId::batch(i), "?")));
/// assert_eq!(pending.feed(&QueryId::batch(1), "b"), Ok(false));
/// assert_eq!(pending.feed(&QueryId::batch(0), "a"), Ok(true));
/// assert_eq!(pending.into_ordered_responses(), ["a", "b"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PendingQueries {
    pub(super) entries: Vec<Entry>,
    positions: SortedMap<QueryId, usize>,
    open: usize,
    failed: usize,
}

impl PendingQueries {
    /// The queries of a pause, all open. Of several with one id the last takes
    /// the place of the first.
    ///
    /// Without any query the set is complete from the start.
    pub fn new(queries: impl IntoIterator<Item = LlmQuery>) -> Self {
        let mut pending = Self::default();
        for query in queries {
            let known = pending.positions.get(&query.id).copied();
            match known.and_then(|at| pending.entries.get_mut(at)) {
                Some(entry) => entry.query = query,
                None => pending.push(query),
            }
        }
        pending
    }

    fn push(&mut self, query: LlmQuery) {
        self.positions.insert(query.id.clone(), self.entries.len());
        self.open = self.open.saturating_add(1);
        self.entries.push(Entry {
            query,
            reply: Reply::Open,
            group: 0,
            since: 0,
        });
    }

    /// Adds queries of one program of several that run side by side. `group`, above
    /// 0, is the number of the group that they form; `since` is the pause.
    pub(super) fn add(&mut self, group: u64, since: u64, queries: Vec<LlmQuery>) {
        for query in queries {
            if !self.holds(&query.id) {
                self.push(query);
                if let Some(entry) = self.entries.last_mut() {
                    (entry.group, entry.since) = (group, since);
                }
            }
        }
    }

    /// Whether programs run side by side, so that each waits for its group only.
    pub fn is_forked(&self) -> bool {
        self.entries.iter().any(|entry| entry.group > 0)
    }

    /// Whether this query was asked at an earlier pause than the current one and
    /// not after pause `given`, so that an answer for that pause is meant for it.
    pub(super) fn was_open_at(&self, id: &QueryId, given: u64) -> bool {
        let entry = self.positions.get(id).and_then(|at| self.entries.get(*at));
        entry.is_some_and(|entry| entry.since > 0 && entry.since <= given)
    }

    /// The groups that wait for an answer still.
    fn open_groups(&self) -> SortedMap<u64, ()> {
        let mut open = SortedMap::new();
        for entry in &self.entries {
            if entry.reply == Reply::Open {
                open.insert(entry.group, ());
            }
        }
        for entry in &self.entries {
            if matches!(entry.reply, Reply::Failed(_)) {
                open.remove(&entry.group);
            }
        }
        open
    }

    /// Takes out the groups that wait no more; with each of their queries that
    /// has no answer, since another one has failed.
    pub(super) fn take_settled(&mut self) -> (Vec<(u64, Resolution)>, Vec<QueryId>) {
        let open = self.open_groups();
        let mut settled: SortedMap<u64, Self> = SortedMap::new();
        let mut rest = Self::default();
        let mut lapsed = Vec::new();
        for entry in std::mem::take(self).entries {
            let target = if open.contains_key(&entry.group) {
                &mut rest
            } else {
                if entry.reply == Reply::Open {
                    lapsed.push(entry.query.id.clone());
                }
                if !settled.contains_key(&entry.group) {
                    settled.insert(entry.group, Self::default());
                }
                settled.get_mut(&entry.group).unwrap_or(&mut rest)
            };
            target.keep(entry);
        }
        *self = rest;
        let settled = settled.into_iter();
        let resolved = settled.map(|(group, pending)| (group, pending.into_resolution()));
        (resolved.collect(), lapsed)
    }

    /// Whether there is a query of this id.
    pub(super) fn holds(&self, id: &QueryId) -> bool {
        self.positions.contains_key(id)
    }

    /// Adds a query with what has come back for it.
    pub(super) fn keep(&mut self, entry: Entry) {
        self.positions
            .insert(entry.query.id.clone(), self.entries.len());
        match entry.reply {
            Reply::Open => self.open = self.open.saturating_add(1),
            Reply::Failed(_) => self.failed = self.failed.saturating_add(1),
            Reply::Answered(_) => {}
        }
        self.entries.push(entry);
    }

    /// Whether there is no query.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Stores the answer to one query and tells whether all are answered now.
    ///
    /// # Errors
    /// [`FeedError::UnknownQuery`] and [`FeedError::AlreadyResponded`].
    pub fn feed(&mut self, id: &QueryId, response: &str) -> Result<bool, FeedError> {
        self.settle(id, Reply::Answered(response.to_owned()))?;
        Ok(self.is_complete())
    }

    /// Stores several answers, or with one refused none of them, and tells
    /// whether all queries are answered now.
    ///
    /// # Errors
    /// Those of [`feed`](Self::feed), [`FeedError::AlreadyResponded`] also for
    /// an id that comes twice, [`FeedError::NoAnswers`] for an empty list.
    pub fn feed_all(&mut self, answers: &[Answer]) -> Result<bool, FeedError> {
        self.validate(answers)?;
        for answer in answers {
            self.feed(&answer.query_id, &answer.response)?;
        }
        Ok(self.is_complete())
    }

    fn validate(&self, answers: &[Answer]) -> Result<(), FeedError> {
        if answers.is_empty() {
            return Err(FeedError::NoAnswers);
        }
        let mut seen = SortedMap::new();
        for Answer { query_id, .. } in answers {
            match self.reply(query_id) {
                None => return Err(FeedError::UnknownQuery(query_id.clone())),
                Some(Reply::Open) if seen.insert(query_id, ()).is_none() => {}
                Some(_) => return Err(FeedError::AlreadyResponded(query_id.clone())),
            }
        }
        Ok(())
    }

    /// Notes that the host gives up on a query, which settles the whole set.
    ///
    /// # Errors
    /// [`FeedError::UnknownQuery`] and [`FeedError::AlreadyResponded`].
    pub fn fail(&mut self, id: &QueryId, message: &str) -> Result<(), FeedError> {
        self.settle(id, Reply::Failed(message.to_owned()))?;
        self.failed = self.failed.saturating_add(1);
        Ok(())
    }

    fn reply(&self, id: &QueryId) -> Option<&Reply> {
        let entry = self.entries.get(*self.positions.get(id)?)?;
        Some(&entry.reply)
    }

    fn settle(&mut self, id: &QueryId, reply: Reply) -> Result<(), FeedError> {
        let entry = self
            .positions
            .get(id)
            .and_then(|at| self.entries.get_mut(*at));
        match entry {
            None => Err(FeedError::UnknownQuery(id.clone())),
            Some(entry) if entry.reply == Reply::Open => {
                entry.reply = reply;
                self.open = self.open.saturating_sub(1);
                Ok(())
            }
            Some(_) => Err(FeedError::AlreadyResponded(id.clone())),
        }
    }

    /// All queries, in the order of asking.
    pub fn queries(&self) -> impl Iterator<Item = &LlmQuery> {
        self.entries.iter().map(|entry| &entry.query)
    }

    /// The queries still open, in the order of asking.
    pub fn pending(&self) -> impl Iterator<Item = &LlmQuery> {
        self.entries
            .iter()
            .filter(|entry| entry.reply == Reply::Open)
            .map(|entry| &entry.query)
    }

    /// The number of queries still open.
    pub fn remaining(&self) -> usize {
        self.open
    }

    /// Whether every query has its answer.
    pub fn is_complete(&self) -> bool {
        self.open == 0 && self.failed == 0
    }

    /// Whether the program can go on: every query has its answer, or one has
    /// failed, after which the other answers would be of no use. Of several programs
    /// side by side, one can go on.
    pub fn is_settled(&self) -> bool {
        let open = self.open_groups();
        let waits = |entry: &Entry| open.contains_key(&entry.group);
        self.entries.is_empty() || !self.entries.iter().all(waits)
    }

    fn first_failure(&self) -> Option<(&QueryId, &str)> {
        self.entries.iter().find_map(|entry| match &entry.reply {
            Reply::Failed(message) => Some((&entry.query.id, message.as_str())),
            Reply::Open | Reply::Answered(_) => None,
        })
    }

    /// The answers in the order of asking; `""` for a query without one.
    pub fn into_ordered_responses(self) -> Vec<String> {
        self.entries
            .into_iter()
            .map(|entry| match entry.reply {
                Reply::Answered(response) => response,
                Reply::Open | Reply::Failed(_) => String::new(),
            })
            .collect()
    }

    /// What the program gets: the failure if there is one, else the answers.
    pub fn into_resolution(self) -> Resolution {
        match self.first_failure() {
            Some((query_id, message)) => Resolution::Failed {
                query_id: query_id.clone(),
                message: message.to_owned(),
            },
            None => Resolution::Answers(self.into_ordered_responses()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::CodecError;
    use crate::domain::image::reread;

    fn batch(n: usize) -> PendingQueries {
        PendingQueries::new((0..n).map(|i| LlmQuery::new(QueryId::batch(i), format!("p{i}"))))
    }

    fn answer(id: &str, response: &str) -> Answer {
        Answer {
            query_id: id.into(),
            response: response.into(),
            usage: None,
        }
    }

    #[test]
    fn one_query_is_complete_with_its_answer() {
        let mut pending = batch(1);
        assert_eq!(pending.remaining(), 1);
        assert_eq!(pending.feed(&QueryId::single(), "a"), Ok(true));
        assert_eq!(pending.remaining(), 0);
    }

    #[test]
    fn answers_come_out_in_the_order_of_asking() {
        let mut pending = batch(3);
        assert_eq!(pending.feed(&QueryId::batch(2), "2"), Ok(false));
        assert_eq!(pending.feed(&QueryId::batch(0), "0"), Ok(false));
        assert_eq!(pending.feed(&QueryId::batch(1), "1"), Ok(true));
        assert_eq!(pending.into_ordered_responses(), ["0", "1", "2"]);
    }

    #[test]
    fn a_missing_answer_comes_out_empty() {
        let mut pending = batch(2);
        pending.feed(&QueryId::batch(1), "b").unwrap();
        assert_eq!(pending.into_ordered_responses(), ["", "b"]);
    }

    #[test]
    fn after_one_of_two_answers_the_other_is_open() {
        let mut pending = batch(2);
        pending.feed(&QueryId::batch(0), "a").unwrap();
        let open: Vec<_> = pending.pending().map(|q| q.id.as_str()).collect();
        assert_eq!(open, ["q-1"]);
    }

    #[test]
    fn a_half_answered_set_survives_an_image() {
        let mut pending = batch(2);
        pending.feed(&QueryId::batch(1), "b").unwrap();
        let read = reread(&pending).unwrap();
        assert_eq!(read.remaining(), 1);
        assert_eq!(read.queries().count(), 2);
        assert_eq!(read, pending);
    }

    #[test]
    fn more_than_ten_queries_keep_their_order_in_an_image() {
        assert_eq!(reread(&batch(12)), Ok(batch(12)));
    }

    #[test]
    fn an_image_that_contradicts_itself_is_refused() {
        let mut twice = batch(1);
        let entry = twice.entries[0].clone();
        twice.entries.push(entry);
        let refused = CodecError::Invalid("two queries have the same id");
        assert_eq!(reread(&twice), Err(refused));
    }

    #[test]
    fn queries_of_one_id_collapse() {
        let twice = ["old", "new"].map(|p| LlmQuery::new(QueryId::single(), p));
        let pending = PendingQueries::new(twice);
        let prompts: Vec<_> = pending.queries().map(|q| q.prompt.as_str()).collect();
        assert_eq!(prompts, ["new"]);
    }

    #[test]
    fn several_answers_are_all_or_nothing() {
        let cases = [
            (
                vec![answer("q-0", "a"), answer("zz", "b")],
                FeedError::UnknownQuery("zz".into()),
            ),
            (
                vec![answer("q-0", "a"), answer("q-0", "b")],
                FeedError::AlreadyResponded("q-0".into()),
            ),
            (
                vec![answer("q-0", "a"), answer("q-2", "b")],
                FeedError::AlreadyResponded("q-2".into()),
            ),
            (vec![], FeedError::NoAnswers),
        ];
        for (answers, error) in cases {
            let mut pending = batch(3);
            pending.feed(&QueryId::batch(2), "first").unwrap();
            let before = pending.clone();
            assert_eq!(pending.feed_all(&answers), Err(error));
            assert_eq!(pending, before);
        }
        let mut pending = batch(3);
        let two = [answer("q-2", "c"), answer("q-0", "a")];
        assert_eq!(pending.feed_all(&two), Ok(false));
        assert_eq!(pending.feed_all(&[answer("q-1", "b")]), Ok(true));
        assert_eq!(
            pending.into_resolution(),
            Resolution::Answers(vec!["a".into(), "b".into(), "c".into()])
        );
    }

    #[test]
    fn a_failure_settles_the_set_but_does_not_complete_it() {
        let mut pending = batch(3);
        pending.feed(&QueryId::batch(0), "a").unwrap();
        assert!(!pending.is_settled());
        pending.fail(&QueryId::batch(1), "no model").unwrap();
        assert!(pending.is_settled());
        assert!(!pending.is_complete());
        assert_eq!(
            pending.feed(&QueryId::batch(1), "late"),
            Err(FeedError::AlreadyResponded(QueryId::batch(1)))
        );
        let read = reread(&pending).unwrap();
        assert_eq!(
            read.into_resolution(),
            Resolution::Failed {
                query_id: QueryId::batch(1),
                message: "no model".into()
            }
        );
    }

    #[test]
    fn failing_an_unknown_or_answered_query_is_refused() {
        let mut pending = batch(1);
        assert_eq!(
            pending.fail(&"zz".into(), "m"),
            Err(FeedError::UnknownQuery("zz".into()))
        );
        pending.feed(&QueryId::single(), "a").unwrap();
        assert_eq!(
            pending.fail(&QueryId::single(), "m"),
            Err(FeedError::AlreadyResponded(QueryId::single()))
        );
    }
}
