//! The part of a saved session that is `alc`'s: its host without what belongs to
//! the registry (packages, store, template) and without the clock, which the
//! driver sets.
//!
//! A saved session waits for answers, so nothing is under way: there is no request
//! and no reply, and the notices have been taken.

use crate::codec::{CodecError, Fields, Image, Reader, Writer};
use crate::domain::{SessionRecord, SortedMap};

use super::fork::QueryGroup;
use super::host::AlcHost;

/// What of a host was in an image.
pub struct HostImage {
    /// The host's fields, apart from those of the registry.
    pub(super) record: SessionRecord,
    pub(super) env: SortedMap<String, String>,
    pub(super) namespace: String,
    pub(super) asked: Vec<QueryGroup>,
    pub(super) collected: Vec<QueryGroup>,
    pub(super) resolutions: SortedMap<u64, crate::domain::Resolution>,
    pub(super) last_error: Option<String>,
}

impl AlcHost {
    /// Writes the host of a paused session.
    pub fn write_image(&self, writer: &mut Writer, now_ms: u64) {
        self.record.write_image(writer, now_ms);
        writer.list(self.env.iter(), |writer, (name, value)| {
            writer.str(name);
            writer.str(value);
        });
        writer.str(&self.namespace);
        write_groups(writer, &self.asked);
        write_groups(writer, &self.collected);
        writer.list(self.resolutions.iter(), |writer, (group, resolution)| {
            writer.u64(*group);
            resolution.write(writer);
        });
        writer.option(self.last_error(), Writer::str);
    }
}

impl HostImage {
    /// Reads what [`AlcHost::write_image`] has written.
    ///
    /// # Errors
    /// The bytes are no host of a session that waits for an answer.
    pub fn read(reader: &mut Reader<'_>, now_ms: u64) -> Result<Self, CodecError> {
        let mut fields = Fields::new(reader.clone());
        let image = Self::read_fields(&mut fields, now_ms);
        *reader = fields.finish()?;
        Ok(image)
    }

    fn read_fields(fields: &mut Fields<'_>, now_ms: u64) -> Self {
        Self {
            record: SessionRecord::read_image(fields, now_ms),
            env: fields
                .list(|fields| (fields.string(), fields.string()))
                .into_iter()
                .collect(),
            namespace: fields.string(),
            asked: read_groups(fields),
            collected: read_groups(fields),
            resolutions: fields
                .list(|fields| (fields.u64(), Image::read(fields)))
                .into_iter()
                .collect(),
            last_error: fields.optional_string(),
        }
    }

    /// The session's record.
    pub fn record(&self) -> &SessionRecord {
        &self.record
    }

    /// The session's record, for itself.
    pub fn into_record(self) -> SessionRecord {
        self.record
    }

    /// The session's record, to make it that of a copy.
    pub fn record_mut(&mut self) -> &mut SessionRecord {
        &mut self.record
    }
}

fn write_groups(writer: &mut Writer, groups: &[QueryGroup]) {
    writer.list(groups.iter(), |writer, (group, queries)| {
        writer.u64(*group);
        writer.list(queries.iter(), |writer, query| query.write(writer));
    });
}

fn read_groups(fields: &mut Fields<'_>) -> Vec<QueryGroup> {
    fields.list(|fields| (fields.u64(), fields.list(Image::read)))
}
