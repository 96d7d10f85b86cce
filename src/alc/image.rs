//! The part of a saved session that is `alc`'s: its host without what belongs to
//! the registry (packages, store, template) and without the clock, which the
//! driver sets.
//!
//! A saved session waits for answers, so nothing is under way: there is no request
//! and no reply, and the notices have been taken.

use crate::codec::{Codec, Image};

use super::host::AlcHost;

impl AlcHost {
    /// Writes the host of a paused session, or reads it into a new host. Where the bytes
    /// are no host of a session that waits for an answer, the reader knows it.
    pub fn image(&mut self, codec: &mut Codec<'_, '_>, now_ms: u64) {
        self.record.image(codec, now_ms);
        self.env.fields(codec);
        self.namespace.fields(codec);
        self.asked.fields(codec);
        self.collected.fields(codec);
        self.resolutions.fields(codec);
        self.last_error.fields(codec);
    }
}
