//! How many pauses of a session are kept for going back to them.

/// The most that may be kept, whatever a host or an image asks for.
const MOST: HistoryLimits = HistoryLimits {
    pauses: 10_000,
    bytes: 256 << 20,
};

/// Bounds of what is kept; the oldest pause goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryLimits {
    /// The most pauses, from 1 to 10,000.
    pub pauses: u64,
    /// The most bytes of all their images together, up to 256 MiB.
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

impl HistoryLimits {
    /// Whether both are in their ranges.
    pub fn is_sound(self) -> bool {
        (1..=MOST.pauses).contains(&self.pauses) && self.bytes <= MOST.bytes
    }
}
