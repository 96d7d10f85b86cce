//! The heap's account: every byte is charged before it is taken.
//!
//! Charges use the same fixed prices on every platform, so that collections
//! happen at the same instruction everywhere. The prices are those of wasm32.

/// The cap of the heap forbids this allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// Price of a string without its bytes: slot, mark, count header, intern entry.
pub const STRING: u64 = 32;
/// Price of a table without its parts.
pub const TABLE: u64 = 64;
/// Price of an element of a table's array part, and of a stack slot.
pub const SLOT: u64 = 16;
/// Price of an entry of a table's hash part.
pub const NODE: u64 = 32;
/// Price of a word: an index entry, a captured variable's handle.
pub const WORD: u64 = 4;
/// Price of a closure without its list of upvalues.
pub const CLOSURE: u64 = 20;
/// Price of a captured variable.
pub const UPVAL: u64 = 24;
/// Price of a coroutine without stack and frames.
pub const THREAD: u64 = 128;
/// Price of a call frame.
pub const FRAME: u64 = 48;
/// Price of a loaded prototype without its constants.
pub const PROTO: u64 = 48;
/// Price of a host object without what it holds.
pub const DATA: u64 = 40;

/// Bytes in use, the cap, and when to collect next.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    used: u64,
    limit: u64,
    threshold: u64,
    peak: u64,
    /// What garbage that a thawed machine holds without its contents was charged;
    /// the next collection gives it back.
    garbage: u64,
}

/// No collection starts below this many bytes in use.
const FIRST_THRESHOLD: u64 = 128 * 1024;

impl Account {
    /// An empty account with a cap in bytes.
    pub fn new(limit: u64) -> Self {
        Account {
            used: 0,
            limit,
            threshold: FIRST_THRESHOLD,
            peak: 0,
            garbage: 0,
        }
    }

    /// Takes `bytes`, or says that the cap forbids it and takes nothing.
    #[inline]
    pub fn charge(&mut self, bytes: u64) -> Result<(), OutOfMemory> {
        let used = self.used.saturating_add(bytes);
        if used > self.limit {
            return Err(OutOfMemory);
        }
        self.used = used;
        Ok(())
    }

    /// Gives `bytes` back.
    #[inline]
    pub fn release(&mut self, bytes: u64) {
        self.used = self.used.saturating_sub(bytes);
    }

    /// Bytes in use.
    #[inline]
    pub fn used(&self) -> u64 {
        self.used
    }

    /// The cap in bytes.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Sets the cap. What is in use stays, even if it is more.
    pub fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// The most bytes that were in use when a collection began or ended.
    pub fn peak(&self) -> u64 {
        self.peak.max(self.used)
    }

    /// Whether it is time to collect.
    #[inline]
    pub fn is_due(&self) -> bool {
        self.used >= self.threshold
    }

    /// Bytes in use at which the next collection starts.
    pub fn threshold(&self) -> u64 {
        self.threshold
    }

    /// Puts a saved threshold back.
    pub fn set_threshold(&mut self, threshold: u64) {
        self.threshold = threshold;
    }

    /// Takes bytes that the next collection will give back.
    pub(super) fn charge_garbage(&mut self, bytes: u64) -> Result<(), OutOfMemory> {
        self.charge(bytes)?;
        self.garbage = self.garbage.saturating_add(bytes);
        Ok(())
    }

    /// Puts a saved high-water mark back.
    pub(super) fn set_peak(&mut self, peak: u64) {
        self.peak = peak;
    }

    /// Notes the high-water mark before garbage is given back.
    pub fn note_peak(&mut self) {
        self.peak = self.peak.max(self.used);
    }

    /// After a collection: the next one starts when the heap has doubled.
    pub fn set_next(&mut self) {
        let garbage = std::mem::take(&mut self.garbage);
        self.release(garbage);
        self.threshold = self.used.saturating_mul(2).max(FIRST_THRESHOLD);
    }
}

impl std::fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not enough memory")
    }
}

impl std::error::Error for OutOfMemory {}
