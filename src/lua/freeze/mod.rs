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
mod geometry;
mod kind;
mod names;
mod objects;
mod reach;
mod read;
mod read_threads;
mod sources;
mod threads;
mod values;
mod write;

use std::rc::Rc;

use super::library::Template;
use super::proto::Proto;
use super::random::Random;
use super::value::ThreadId;
use super::vm::{Attempt, Failure, Special, Vm};
use crate::codec::{Reader, Writer};
use read::{Thawing, invalid};

pub use error::{FreezeError, ThawError};
pub(super) use names::{Names, fingerprint};
pub use sources::Sources;

/// The version of the form; an image of another one is refused.
const VERSION: u32 = 1;

/// Stands for a chunk of the template, whose hash follows, in place of the number of
/// one of [`Sources`], which count from 1 here.
const ORIGINAL_CHUNK: u32 = 0;

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
        self.write_image(template, out, sources)
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
        let mut thawing = Thawing::begin(image, template, limit)?;
        thawing.read_code(chunks)?;
        thawing.read_objects()?;
        thawing.read_threads()?;
        thawing.finish()
    }
}

impl Thawing<'_, '_, '_> {
    /// Reads what the machine itself holds, and puts all together.
    fn finish(mut self) -> Result<Vm, ThawError> {
        self.heap.globals = self.table()?;
        self.heap.registry = self.table()?;
        for at in 0..self.heap.type_meta.len() {
            let meta = self.optional_table()?;
            if let Some(place) = self.heap.type_meta.get_mut(at) {
                *place = meta;
            }
        }
        let threshold = self.image.u64()?;
        let peak = self.image.u64()?;
        let (main, current) = (self.thread_id()?, self.thread_id()?);
        read_threads::check_waiting(&self.heap, main, current)?;
        let fuel = self.image.i64()?;
        let mut random = Random { state: [0; 4] };
        for word in &mut random.state {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(self.image.raw(8)?);
            *word = u64::from_le_bytes(bytes);
        }
        if random.state == [0; 4] {
            return Err(invalid("a random generator stands still"));
        }
        let attempt = self.image.option(|image| {
            Ok(Attempt {
                thread: ThreadId(image.u32()?),
                frames: image.u32()? as usize,
                pc: image.u32()?,
                fuel: image.i64()?,
            })
        })?;
        let failure = if self.image.bool()? {
            let value = self.value()?;
            let traceback = self.image.bytes()?.to_vec();
            Some(Failure { value, traceback })
        } else {
            None
        };
        self.heap.account.set_threshold(threshold);
        self.heap.account.set_peak(peak);
        let natives = Rc::clone(&self.template.natives);
        Ok(Vm {
            special: Special::of(&natives),
            heap: self.heap,
            random,
            natives,
            main,
            current,
            fuel,
            scratch: None,
            buffer: Vec::new(),
            // A coroutine may have another number in another build.
            attempt: attempt.filter(|_| self.exact),
            failure,
        })
    }
}
