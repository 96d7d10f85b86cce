//! A machine as bytes, and back.
//!
//! [`Vm::freeze`] writes what a program has made; what every machine of the
//! template has anyway is only named. [`Vm::thaw`] copies the template and puts the
//! rest back, so that the program goes on as if nothing had happened: with the same
//! handles, the same order of `pairs`, the same account and fuel.
//!
//! The image holds no code: a function is a place in a source, and the sources are
//! kept beside it ([`Sources`]). Hosts hold no handle into a machine, so an image
//! has no other roots than the machine's own.

mod error;
mod sources;

use std::rc::Rc;

use super::library::Template;
use super::proto::Proto;
use super::vm::Vm;
use crate::codec::{Reader, Writer};

pub use error::{FreezeError, ThawError};
pub use sources::Sources;

impl Vm {
    /// Writes the machine, which stands still between two runs, and adds the
    /// sources of its functions to `sources`. The machine is not changed.
    ///
    /// # Errors
    /// A collection or a native is in the midst of its work, which never is so at a
    /// pause; or the machine comes from another template.
    pub fn freeze(
        &self,
        template: &Template,
        out: &mut Writer,
        sources: &mut Sources,
    ) -> Result<(), FreezeError> {
        let _ = (template, out, sources);
        Err(FreezeError::Unfinished)
    }

    /// The machine that [`freeze`](Self::freeze) wrote, with a cap in bytes.
    /// `chunks` are the main functions of the sources, compiled again, in the order
    /// of [`Sources::list`]; see [`ChunkSource::compile`]. The template may be that
    /// of another build: what the program used of it is found by name.
    ///
    /// The image is trusted in nothing. From any bytes comes an error, or a machine
    /// that is safe to run, though what it runs may be nonsense. Time and memory are
    /// bounded by the length of the image, `limit` and the sizes of the template and
    /// the chunks.
    ///
    /// # Errors
    /// The image is damaged, wants other libraries, or needs more memory.
    ///
    /// [`ChunkSource::compile`]: super::source::ChunkSource::compile
    pub fn thaw(
        template: &Template,
        image: &mut Reader<'_>,
        chunks: &[Rc<Proto>],
        limit: u64,
    ) -> Result<Vm, ThawError> {
        let _ = (template, image, chunks, limit);
        Err(ThawError::Memory)
    }
}
