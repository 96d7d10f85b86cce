//! Names of sessions.

use std::fmt;

use crate::codec::{Codec, Image};

/// A session's name: `s-<unix nanoseconds in hex>-<16 hex digits>`.
///
/// The random part makes it unguessable; the host may send any text, which is
/// then a session that nobody finds.
///
/// ```
/// use algocline_wasm::domain::SessionId;
/// assert_eq!(SessionId::new(1, 0xabc).as_str(), "s-f4240-0000000000000abc");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(String);

impl Image for SessionId {
    fn fields(&mut self, codec: &mut Codec<'_, '_>) {
        self.0.fields(codec);
    }
}

impl SessionId {
    /// A new name from the time of birth (milliseconds since the epoch) and a
    /// random number.
    pub fn new(now_ms: u64, random: u64) -> Self {
        let nanoseconds = u128::from(now_ms).saturating_mul(1_000_000);
        Self(format!("s-{nanoseconds:x}-{random:016x}"))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SessionId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<String> for SessionId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_have_the_native_form() {
        let id = SessionId::new(1_700_000_000_000, 0xdead_beef);
        assert_eq!(id.as_str(), "s-17979cfe362a0000-00000000deadbeef");
        assert!(
            SessionId::new(u64::MAX, u64::MAX)
                .as_str()
                .ends_with("-ffffffffffffffff")
        );
    }

    #[test]
    fn ten_ids_of_one_instant_are_distinct() {
        let ids: BTreeSet<_> = (0..10).map(|random| SessionId::new(7, random)).collect();
        assert_eq!(ids.len(), 10);
        assert!(ids.iter().all(|id| id.as_str().starts_with("s-")));
    }
}
