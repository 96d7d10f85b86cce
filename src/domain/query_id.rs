//! Names of queries.

use std::cmp::Ordering;
use std::fmt;

use super::sorted_map::search;
use crate::codec::{Codec, Image};

/// The name of a query within one pause: `q-<i>` for the *i*-th query of an
/// `alc.llm` or `alc.llm_batch` call, `f-<child>-<n>` for one of a fork child.
///
/// Ids repeat from pause to pause; the pause's number tells them apart. Any
/// text is a valid id when it comes from the host, equality is that of the text.
///
/// ```
/// use algocline_wasm::domain::QueryId;
/// assert_eq!(QueryId::single().as_str(), "q-0");
/// assert_eq!(QueryId::single(), QueryId::batch(0));
/// assert_eq!(QueryId::fork(2, 3).to_string(), "f-2-3");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct QueryId(String);

impl Image for QueryId {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.0.fields(codec);
    }
}

impl QueryId {
    /// The id of a lone query, `q-0`.
    pub fn single() -> Self {
        Self::batch(0)
    }

    /// The id of the query at `index` (from 0) of a batch.
    pub fn batch(index: usize) -> Self {
        Self(format!("q-{index}"))
    }

    /// The id of the `sequence`-th query (from 0) of fork child `child` (from 0).
    pub fn fork(child: usize, sequence: u64) -> Self {
        Self(format!("f-{child}-{sequence}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Shorter ids come first, so that those of a batch stand in the order of asking.
impl Ord for QueryId {
    fn cmp(&self, other: &Self) -> Ordering {
        let lengths = self.0.len().cmp(&other.0.len());
        lengths.then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for QueryId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<&str> for QueryId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<String> for QueryId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl fmt::Display for QueryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the queries of a list are, in the order of their ids.
///
/// It keeps no ids: `id_at` gives that of the query at a position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct QueryIndex(Vec<usize>);

impl QueryIndex {
    fn find<'a>(
        &self,
        id: &QueryId,
        id_at: &dyn Fn(usize) -> Option<&'a QueryId>,
    ) -> Result<usize, usize> {
        search(self.0.len(), &mut |at| {
            let own = self.0.get(at).and_then(|at| id_at(*at));
            own.map_or(Ordering::Greater, |own| own.cmp(id))
        })
    }

    /// The position of the query of this id.
    pub fn get<'a>(
        &self,
        id: &QueryId,
        id_at: &dyn Fn(usize) -> Option<&'a QueryId>,
    ) -> Option<usize> {
        self.0.get(self.find(id, id_at).ok()?).copied()
    }

    /// Notes the position of a query, which is the only one of its id from now on.
    pub fn insert<'a>(
        &mut self,
        id: &QueryId,
        position: usize,
        id_at: &dyn Fn(usize) -> Option<&'a QueryId>,
    ) {
        match self.find(id, id_at) {
            Ok(at) => {
                if let Some(own) = self.0.get_mut(at) {
                    *own = position;
                }
            }
            Err(at) => self.0.insert(at, position),
        }
    }

    /// Forgets the query of this id, and gives its position.
    pub fn remove<'a>(
        &mut self,
        id: &QueryId,
        id_at: &dyn Fn(usize) -> Option<&'a QueryId>,
    ) -> Option<usize> {
        let at = self.find(id, id_at).ok()?;
        Some(self.0.remove(at))
    }

    /// Forgets all queries, and gives their positions.
    pub fn take_all(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn constructors_give_the_documented_names() {
        assert_eq!(QueryId::single().as_str(), "q-0");
        assert_eq!(QueryId::single(), QueryId::batch(0));
        assert_eq!(QueryId::batch(3).as_str(), "q-3");
        assert_eq!(QueryId::fork(2, 3).as_str(), "f-2-3");
    }

    #[test]
    fn ids_of_three_children_with_two_queries_each_are_distinct() {
        let ids: BTreeSet<_> = (0..3)
            .flat_map(|child| (0..2).map(move |n| QueryId::fork(child, n)))
            .collect();
        assert_eq!(ids.len(), 6);
    }
}
