//! The queries of one pause and what has come back for them.

use super::query_id::QueryIndex;
use super::{FeedError, LlmQuery, QueryId, TokenUsage};

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

impl Default for Resolution {
    fn default() -> Self {
        Self::Answers(Vec::new())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Reply {
    #[default]
    Open,
    Answered(String),
    Failed(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
/// assert!(pending.is_complete());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PendingQueries {
    pub(super) entries: Vec<Entry>,
    index: QueryIndex,
}

/// How a pause has come to its end, where several programs run side by side for some.
#[derive(Debug, Default)]
pub struct Settled {
    /// What the groups get that wait no more.
    pub resolved: Vec<(u64, Resolution)>,
    /// Those of their queries that have no answer.
    pub lapsed: Vec<QueryId>,
    /// The queries of the other groups.
    pub rest: PendingQueries,
}

impl PendingQueries {
    /// The queries of a pause, all open. Of several with one id the last takes
    /// the place of the first.
    ///
    /// Without any query the set is complete from the start.
    pub fn new(queries: impl IntoIterator<Item = LlmQuery>) -> Self {
        let mut pending = Self::default();
        for query in queries {
            pending.add(0, 0, query);
        }
        pending
    }

    /// Adds a query. Of several programs that run side by side, `group`, above 0, is the
    /// number of the group that its queries form; `since` is the pause.
    pub(super) fn add(&mut self, group: u64, since: u64, query: LlmQuery) {
        match self.entry(&query.id) {
            Some(entry) => entry.query = query,
            None => self.keep(Entry {
                query,
                reply: Reply::Open,
                group,
                since,
            }),
        }
    }

    fn position(&self, id: &QueryId) -> Option<usize> {
        self.index.get(id, &|at| id_at(&self.entries, at))
    }

    fn entry(&mut self, id: &QueryId) -> Option<&mut Entry> {
        let at = self.position(id)?;
        self.entries.get_mut(at)
    }

    /// Whether programs run side by side, so that each waits for its group only.
    pub fn is_forked(&self) -> bool {
        self.entries.iter().any(|entry| entry.group > 0)
    }

    /// Whether this query was asked at an earlier pause than the current one and
    /// not after pause `given`, so that an answer for that pause is meant for it.
    pub(super) fn was_open_at(&self, id: &QueryId, given: u64) -> bool {
        let entry = self.position(id).and_then(|at| self.entries.get(at));
        entry.is_some_and(|entry| entry.since > 0 && entry.since <= given)
    }

    /// Takes the groups apart that wait no more. Each gets its answers in the order of
    /// asking, or its first failure.
    pub fn into_settled(self) -> Settled {
        let mut settled = Settled::default();
        let mut rest = self.entries.as_slice();
        while let Some((number, group)) = next_group(&mut rest) {
            if !waits(group) {
                let resolution = Resolution::Answers(Vec::new());
                settled.resolved.push((number, resolution));
            }
        }
        for entry in self.entries {
            let mut resolved = settled.resolved.iter_mut();
            let Some((_, resolution)) = resolved.find(|(number, _)| *number == entry.group) else {
                settled.rest.keep(entry);
                continue;
            };
            let query_id = entry.query.id;
            match (entry.reply, resolution) {
                (Reply::Open, _) => settled.lapsed.push(query_id),
                (Reply::Answered(answer), Resolution::Answers(answers)) => answers.push(answer),
                (Reply::Failed(message), resolution @ Resolution::Answers(_)) => {
                    *resolution = Resolution::Failed { query_id, message };
                }
                _ => {}
            }
        }
        settled
    }

    pub(super) fn holds(&self, id: &QueryId) -> bool {
        self.position(id).is_some()
    }

    pub(super) fn keep(&mut self, entry: Entry) {
        let position = self.entries.len();
        self.index
            .insert(&entry.query.id, position, &|at| id_at(&self.entries, at));
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
        if answers.is_empty() {
            return Err(FeedError::NoAnswers);
        }
        for (done, answer) in answers.iter().enumerate() {
            let reply = Reply::Answered(answer.response.clone());
            if let Err(error) = self.settle(&answer.query_id, reply) {
                for answer in answers.iter().take(done) {
                    if let Some(entry) = self.entry(&answer.query_id) {
                        entry.reply = Reply::Open;
                    }
                }
                return Err(error);
            }
        }
        Ok(self.is_complete())
    }

    /// Notes that the host gives up on a query, which settles the whole set.
    ///
    /// # Errors
    /// [`FeedError::UnknownQuery`] and [`FeedError::AlreadyResponded`].
    pub fn fail(&mut self, id: &QueryId, message: &str) -> Result<(), FeedError> {
        self.settle(id, Reply::Failed(message.to_owned()))
    }

    fn settle(&mut self, id: &QueryId, reply: Reply) -> Result<(), FeedError> {
        match self.entry(id) {
            None => Err(FeedError::UnknownQuery(id.clone())),
            Some(entry) if entry.reply == Reply::Open => {
                entry.reply = reply;
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
        self.pending().count()
    }

    /// Whether every query has its answer.
    pub fn is_complete(&self) -> bool {
        let has_answer = |entry: &Entry| matches!(entry.reply, Reply::Answered(_));
        self.entries.iter().all(has_answer)
    }

    /// Whether the program can go on: every query has its answer, or one has
    /// failed, after which the other answers would be of no use. Of several programs
    /// side by side, one can go on.
    pub fn is_settled(&self) -> bool {
        let mut rest = self.entries.as_slice();
        while let Some((_, group)) = next_group(&mut rest) {
            if !waits(group) {
                return true;
            }
        }
        self.entries.is_empty()
    }
}

/// Takes the entries of the first group, which stand side by side, with its number.
fn next_group<'a>(entries: &mut &'a [Entry]) -> Option<(u64, &'a [Entry])> {
    let number = entries.first()?.group;
    let end = entries.iter().position(|entry| entry.group != number);
    let (group, rest) = entries.split_at_checked(end.unwrap_or(entries.len()))?;
    *entries = rest;
    Some((number, group))
}

/// Whether the program that asked a group waits: a query is open, and none has failed.
fn waits(group: &[Entry]) -> bool {
    let mut waits = false;
    for entry in group {
        match entry.reply {
            Reply::Open => waits = true,
            Reply::Answered(_) => {}
            Reply::Failed(_) => return false,
        }
    }
    waits
}

fn id_at(entries: &[Entry], at: usize) -> Option<&QueryId> {
    entries.get(at).map(|entry| &entry.query.id)
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

    fn resolution(pending: PendingQueries) -> Resolution {
        let mut settled = pending.into_settled();
        assert_eq!((settled.resolved.len(), settled.rest.remaining()), (1, 0));
        settled.resolved.remove(0).1
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
        assert_eq!(
            resolution(pending),
            Resolution::Answers(vec!["0".into(), "1".into(), "2".into()])
        );
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
            resolution(pending),
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
            resolution(read),
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
