//! How many pauses of a session are kept for going back to them.

/// Bounds of what is kept; the oldest pause goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryLimits {
    /// The most pauses, at least 1.
    pub pauses: u64,
    /// The most bytes of all their images together.
    pub bytes: u64,
}

impl Default for HistoryLimits {
    /// 100 pauses, 8 MiB.
    fn default() -> Self {
        Self {
            pauses: 100,
            bytes: 8 << 20,
        }
    }
}
