//! The sources that an image refers to.

use std::rc::Rc;

use crate::lua::source::ChunkSource;

/// The chunks whose functions live in a frozen machine, each once, in the order
/// in which the image names them. Chunks of the template are not among them.
///
/// The machine's part of an image holds their numbers only. Whoever freezes saves
/// the list beside it, in full or by [`ChunkSource::hash`], and whoever thaws
/// brings the compiled chunks in the same order.
#[derive(Debug, Default)]
pub struct Sources {
    list: Vec<Rc<ChunkSource>>,
}

impl Sources {
    /// No sources yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// All of them, in order.
    pub fn list(&self) -> &[Rc<ChunkSource>] {
        &self.list
    }

    /// The number of a source, which joins the list if it is not there yet.
    pub fn number(&mut self, source: &Rc<ChunkSource>) -> u32 {
        // The functions of a chunk share one source, so that the content of two is
        // compared only where it was compiled twice.
        let found = self
            .list
            .iter()
            .rposition(|known| Rc::ptr_eq(known, source))
            .or_else(|| self.list.iter().position(|known| known == source));
        let number = found.unwrap_or_else(|| {
            self.list.push(Rc::clone(source));
            self.list.len() - 1
        });
        number as u32
    }
}
