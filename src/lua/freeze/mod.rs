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

use super::heap::Heap;
use super::library::Template;
use super::native::Natives;
use super::proto::Proto;
use super::random::Random;
use super::value::ThreadId;
use super::vm::{Attempt, Failure, Special, Vm};
use crate::codec::{Reader, Writer};
use read::{Res, Thawing};
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
    ) -> Result<Vm, ThawError> {
        let mut thawing = Thawing::new(image, template);
        let rest = thawing.read_all(chunks, limit);
        match (rest, thawing.error) {
            (Ok(rest), None) => Ok(rest.into_vm(thawing.heap, &template.natives)),
            // Nothing fails without an error.
            (_, error) => Err(error.unwrap_or(ThawError::Memory)),
        }
    }
}

/// What a machine has beside its heap.
struct Rest {
    random: Random,
    main: ThreadId,
    current: ThreadId,
    fuel: i64,
    attempt: Option<Attempt>,
    failure: Option<Failure>,
}

impl Rest {
    fn into_vm(self, heap: Heap, natives: &Rc<Natives>) -> Vm {
        Vm {
            special: Special::of(natives),
            heap,
            random: self.random,
            natives: Rc::clone(natives),
            main: self.main,
            current: self.current,
            fuel: self.fuel,
            scratch: None,
            buffer: Vec::new(),
            attempt: self.attempt,
            failure: self.failure,
        }
    }
}

impl Thawing<'_, '_, '_> {
    fn read_all(&mut self, chunks: &[Rc<Proto>], limit: u64) -> Res<Rest> {
        self.begin(limit)?;
        self.read_code(chunks)?;
        self.read_objects()?;
        self.read_threads()?;
        self.read_rest()
    }

    /// Reads what the machine itself holds.
    fn read_rest(&mut self) -> Res<Rest> {
        self.heap.globals = self.table()?;
        self.heap.registry = self.table()?;
        for at in 0..self.heap.type_meta.len() {
            self.heap.type_meta[at] = self.optional_table()?;
        }
        let (threshold, peak) = (self.u64(), self.u64());
        self.heap.account.set_threshold(threshold);
        self.heap.account.set_peak(peak);
        let (main, current) = (self.thread_id()?, self.thread_id()?);
        if !wait_soundly(&self.heap, main, current) {
            return Err(self.invalid("coroutines contradict each other"));
        }
        let fuel = self.i64();
        let mut random = Random { state: [0; 4] };
        for (word, bytes) in random.state.iter_mut().zip(self.raw(32).as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        if random.state == [0; 4] {
            return Err(self.invalid("a random generator stands still"));
        }
        let mut attempt = None;
        if self.bool() {
            attempt = Some(Attempt {
                thread: ThreadId(self.u32()),
                frames: self.u32() as usize,
                pc: self.u32(),
                fuel: self.i64(),
            });
        }
        let mut failure = None;
        if self.bool() {
            let value = self.value()?;
            let traceback = self.bytes().to_vec();
            failure = Some(Failure { value, traceback });
        }
        Ok(Rest {
            random,
            main,
            current,
            fuel,
            // A coroutine may have another number in another build.
            attempt: attempt.filter(|_| self.exact),
            failure,
        })
    }
}
