//! Which session was made of which: the tree of forks.

use super::{Json, JsonObject, SessionId};

/// Children kept; the oldest goes first.
const MAX_CHILDREN: usize = 256;

/// A session at one of its pauses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PauseRef {
    /// The session.
    pub session_id: SessionId,
    /// The pause's number, from 1.
    pub pause: u64,
}

impl PauseRef {
    pub(super) fn to_json(&self) -> JsonObject {
        let mut json = JsonObject::new();
        json.set("session_id", self.session_id.as_str());
        json.set("pause", self.pause);
        json
    }
}

/// Where a session comes from, and the last 256 sessions that have come from it.
///
/// ```
/// use algocline_wasm::domain::{Lineage, PauseRef};
/// let mut lineage = Lineage::of_copy(PauseRef { session_id: "s-1".into(), pause: 2 });
/// lineage.add_child(PauseRef { session_id: "s-3".into(), pause: 4 });
/// assert_eq!(lineage.forked_from().map(|parent| parent.pause), Some(2));
/// assert_eq!(lineage.children().count(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    pub(super) forked_from: Option<PauseRef>,
    pub(super) children: Vec<PauseRef>,
}

impl Lineage {
    /// That of a copy of a session.
    pub fn of_copy(parent: PauseRef) -> Self {
        Self {
            forked_from: Some(parent),
            children: Vec::new(),
        }
    }

    /// The session that this one is a copy of, and the pause at which it was made.
    pub fn forked_from(&self) -> Option<&PauseRef> {
        self.forked_from.as_ref()
    }

    /// The copies made of this session, each with the pause of this session that it
    /// began at; the oldest first.
    pub fn children(&self) -> impl ExactSizeIterator<Item = &PauseRef> {
        self.children.iter()
    }

    /// Notes a copy, at the cost of the oldest when there are too many.
    pub fn add_child(&mut self, child: PauseRef) {
        if self.children.len() >= MAX_CHILDREN {
            self.children.remove(0);
        }
        self.children.push(child);
    }

    /// Adds what there is to a snapshot.
    pub fn show(&self, snapshot: &mut JsonObject) {
        snapshot.set_some(
            "forked_from",
            self.forked_from.as_ref().map(PauseRef::to_json),
        );
        if !self.children.is_empty() {
            let mut children: Vec<Json> = Vec::new();
            for child in self.children() {
                children.push(child.to_json().into());
            }
            snapshot.set("children", children);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json;

    fn child(n: u64) -> PauseRef {
        PauseRef {
            session_id: format!("s-{n}").into(),
            pause: n,
        }
    }

    #[test]
    fn the_oldest_of_too_many_children_is_forgotten() {
        let mut lineage = Lineage::default();
        for n in 0..300 {
            lineage.add_child(child(n));
        }
        let kept: Vec<u64> = lineage.children().map(|child| child.pause).collect();
        assert_eq!(kept, (44..300).collect::<Vec<_>>());
    }

    #[test]
    fn a_snapshot_shows_only_what_there_is() {
        let mut shown = JsonObject::new();
        Lineage::default().show(&mut shown);
        assert!(shown.is_empty());
        let mut lineage = Lineage::of_copy(child(1));
        lineage.add_child(child(2));
        lineage.show(&mut shown);
        assert_eq!(
            shown,
            json!({
                "forked_from": {"session_id": "s-1", "pause": 1},
                "children": [{"session_id": "s-2", "pause": 2}],
            })
        );
    }
}
