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
mod parts;
mod reach;
mod read;
mod read_threads;
mod sources;
mod threads;
mod values;
mod write;

use std::rc::Rc;

use super::kind::Kind;
use super::library::Template;
use super::proto::Proto;
use super::value::{TableId, ThreadId};
use super::vm::{Attempt, Failure, Vm};
use crate::codec::{Reader, Writer};
use read::Thawing;
use read_threads::wait_soundly;

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
    ) -> Result<Box<Vm>, ThawError> {
        let mut thawing = Thawing::new(image, template);
        thawing.begin(limit);
        thawing.read_code(chunks);
        thawing.read_objects();
        thawing.read_threads();
        thawing.read_rest();
        if let Some(error) = thawing.error {
            return Err(error);
        }
        thawing.image.check()?;
        Ok(thawing.vm)
    }
}

impl Thawing<'_, '_, '_> {
    /// Reads what the machine itself holds.
    fn read_rest(&mut self) {
        self.vm.heap.globals = TableId(self.slot(Kind::Table));
        self.vm.heap.registry = TableId(self.slot(Kind::Table));
        for at in 0..self.vm.heap.type_meta.len() {
            self.vm.heap.type_meta[at] = self.optional_table();
        }
        let (threshold, peak) = (self.image.u64(), self.image.u64());
        self.vm.heap.account.set_threshold(threshold);
        self.vm.heap.account.set_peak(peak);
        self.vm.main = ThreadId(self.slot(Kind::Thread));
        self.vm.current = ThreadId(self.slot(Kind::Thread));
        if !self.is_sound() {
            return;
        }
        if !wait_soundly(&self.vm.heap, self.vm.main, self.vm.current) {
            self.invalid("coroutines contradict each other");
        }
        self.vm.fuel = self.image.i64();
        for at in 0..4 {
            self.vm.random.state[at] = self.image.word();
        }
        if self.vm.random.state == [0; 4] {
            self.invalid("a random generator stands still");
        }
        if self.image.bool() {
            let attempt = Attempt {
                thread: ThreadId(self.image.u32()),
                frames: self.image.u32() as usize,
                pc: self.image.u32(),
                fuel: self.image.i64(),
            };
            // A coroutine may have another number in another build.
            self.vm.attempt = self.exact.then_some(attempt);
        }
        if self.image.bool() {
            self.vm.failure = Some(Failure {
                value: self.value(),
                traceback: self.image.bytes().to_vec(),
            });
        }
    }
}
