//! The images of earlier pauses, for going back to them.

use std::rc::Rc;

use crate::alc::Packages;
use crate::domain::{Json, JsonObject, SessionId, SortedMap};
use crate::session::HistoryLimits;

/// The most bytes kept of sessions that have ended, all together.
const MAX_ENDED_BYTES: u64 = 16 << 20;
/// The most ended sessions of which anything is kept.
const MAX_ENDED: usize = 64;

/// The pauses kept of one session, the oldest first.
#[derive(Debug, Default)]
struct History {
    images: Vec<(u64, Rc<[u8]>)>,
    bytes: u64,
    /// What the session's `require` finds.
    packages: Rc<Packages>,
}

impl History {
    fn push(&mut self, pause: u64, image: Rc<[u8]>, limits: HistoryLimits) {
        self.bytes = self.bytes.saturating_add(size(&image));
        self.images.push((pause, image));
        while self.bytes > limits.bytes || self.images.len() as u64 > limits.pauses {
            let Some((_, oldest)) = take_first(&mut self.images) else {
                return;
            };
            self.bytes = self.bytes.saturating_sub(size(&oldest));
        }
    }
}

/// Lists here are short, so that the others may move up.
fn take_first<T>(list: &mut Vec<T>) -> Option<T> {
    (!list.is_empty()).then(|| list.remove(0))
}

fn size(image: &[u8]) -> u64 {
    image.len() as u64
}

/// The pauses kept of all sessions: of live ones, and of some that have ended.
#[derive(Debug, Default)]
pub(super) struct Histories {
    by_session: SortedMap<SessionId, History>,
    /// The sessions that have ended and when, the first to end first.
    ended: Vec<(SessionId, u64)>,
}

impl Histories {
    /// Whether anything is kept of this session.
    pub fn contains(&self, id: &SessionId) -> bool {
        self.by_session.contains_key(id)
    }

    /// Keeps the image of a pause, at the cost of older ones.
    pub fn push(
        &mut self,
        id: &SessionId,
        pause: u64,
        image: Rc<[u8]>,
        packages: Rc<Packages>,
        limits: HistoryLimits,
    ) {
        if !self.contains(id) {
            self.by_session.insert(id.clone(), History::default());
        }
        if let Some(history) = self.by_session.get_mut(id) {
            history.packages = packages;
            history.push(pause, image, limits);
        }
    }

    /// The image of a pause, and the packages that belong to it.
    pub fn image(&self, id: &SessionId, pause: u64) -> Option<(Rc<[u8]>, Rc<Packages>)> {
        let history = self.by_session.get(id)?;
        let (_, image) = history.images.iter().find(|(kept, _)| *kept == pause)?;
        Some((Rc::clone(image), Rc::clone(&history.packages)))
    }

    /// The pauses kept of a session, in order.
    pub fn pauses(&self, id: &SessionId) -> Vec<u64> {
        let mut pauses = Vec::new();
        if let Some(history) = self.by_session.get(id) {
            for (pause, _) in &history.images {
                pauses.push(*pause);
            }
        }
        pauses
    }

    /// Adds the pauses kept of a session to its snapshot, if any are.
    pub fn show(&self, id: &SessionId, snapshot: &mut JsonObject) {
        if self.contains(id) {
            let mut kept: Vec<Json> = Vec::new();
            for pause in self.pauses(id) {
                kept.push(pause.into());
            }
            snapshot.set("kept_pauses", kept);
        }
    }

    /// A session has ended. Its pauses stay for a while.
    pub fn end(&mut self, id: &SessionId, now_ms: u64) {
        if !self.contains(id) {
            return;
        }
        self.ended.push((id.clone(), now_ms));
        while self.ended.len() > MAX_ENDED || self.ended_bytes() > MAX_ENDED_BYTES {
            let Some((oldest, _)) = take_first(&mut self.ended) else {
                return;
            };
            self.by_session.remove(&oldest);
        }
    }

    /// The session of this name is live again.
    pub fn forget_end(&mut self, id: &SessionId) {
        if let Some(at) = self.ended.iter().position(|(ended, _)| ended == id) {
            self.ended.remove(at);
        }
    }

    /// Forgets sessions that ended `ttl_ms` ago or earlier.
    pub fn gc(&mut self, now_ms: u64, ttl_ms: u64) {
        while let Some((_, at)) = self.ended.first()
            && now_ms.saturating_sub(*at) >= ttl_ms
            && let Some((id, _)) = take_first(&mut self.ended)
        {
            self.by_session.remove(&id);
        }
    }

    fn ended_bytes(&self) -> u64 {
        let of = |(id, _): &(SessionId, u64)| self.by_session.get(id).map_or(0, |h| h.bytes);
        self.ended.iter().map(of).fold(0, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: HistoryLimits = HistoryLimits {
        pauses: 2,
        bytes: 100,
    };

    fn image(len: usize) -> Rc<[u8]> {
        vec![7; len].into()
    }

    #[test]
    fn the_oldest_goes_first_by_count_and_by_bytes() {
        let id = SessionId::from("s-1");
        let mut histories = Histories::default();
        for pause in 1..=3 {
            histories.push(&id, pause, image(10), Rc::default(), TWO);
        }
        assert_eq!(histories.pauses(&id), [2, 3]);
        assert!(histories.image(&id, 1).is_none());
        assert_eq!(histories.image(&id, 3).unwrap().0, image(10));
        histories.push(&id, 4, image(95), Rc::default(), TWO);
        assert_eq!(histories.pauses(&id), [4]);
        histories.push(&id, 5, image(101), Rc::default(), TWO);
        assert_eq!(histories.pauses(&id), [0_u64; 0]);
    }

    #[test]
    fn of_ended_sessions_something_stays_for_a_while() {
        let mut histories = Histories::default();
        let id = |n: u64| SessionId::new(n, n);
        for n in 0..100 {
            histories.push(&id(n), 1, image(10), Rc::default(), TWO);
            histories.end(&id(n), n);
        }
        assert!(!histories.contains(&id(35)));
        assert!(histories.contains(&id(36)));
        histories.gc(150, 100);
        assert!(!histories.contains(&id(50)));
        assert!(histories.contains(&id(51)));
        histories.forget_end(&id(51));
        histories.gc(1_000, 100);
        assert!(histories.contains(&id(51)));
        assert!(!histories.contains(&id(52)));
    }

    #[test]
    fn ended_sessions_share_a_bound_of_bytes() {
        let mut histories = Histories::default();
        let wide = HistoryLimits::default();
        for name in ["s-1", "s-2", "s-3"] {
            histories.push(&name.into(), 1, image(7 << 20), Rc::default(), wide);
            histories.end(&name.into(), 0);
        }
        assert!(!histories.contains(&"s-1".into()));
        assert!(histories.contains(&"s-3".into()));
    }
}
