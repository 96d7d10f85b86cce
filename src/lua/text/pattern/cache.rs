//! Compiled patterns kept for the next call with the same text.

use std::rc::Rc;

use super::Pattern;

/// Slots, a power of two. Programs use few patterns at a time.
const SLOTS: usize = 32;

/// Longer patterns are rare and compiled anew each time.
const LONGEST: usize = 128;

/// A few compiled patterns, by their text. It changes how fast a pattern is had,
/// nothing else.
#[derive(Debug)]
pub struct PatternCache {
    slots: [Option<Rc<Pattern>>; SLOTS],
}

impl Default for PatternCache {
    fn default() -> Self {
        Self::new()
    }
}

impl PatternCache {
    /// An empty cache.
    pub fn new() -> Self {
        PatternCache {
            slots: [const { None }; SLOTS],
        }
    }

    /// The pattern with this text; see [`Pattern::new`].
    pub fn get(&mut self, source: &[u8], anchors: bool) -> Rc<Pattern> {
        let slot = slot(source);
        // A caret means something else to `gmatch`; those are compiled anew.
        let usable = source.len() <= LONGEST && (anchors || source.first() != Some(&b'^'));
        match self.slots.get_mut(slot) {
            Some(kept) if usable => match kept {
                Some(pattern) if pattern.source() == source => Rc::clone(pattern),
                _ => Rc::clone(kept.insert(Rc::new(Pattern::new(source, anchors)))),
            },
            _ => Rc::new(Pattern::new(source, anchors)),
        }
    }
}

/// The slot for a text, from its length and a few of its bytes.
fn slot(source: &[u8]) -> usize {
    let mut hash = source.len() as u32;
    for byte in source.iter().take(16) {
        hash = hash.rotate_left(5).wrapping_mul(0x9e37_79b1) ^ u32::from(*byte);
    }
    (hash.wrapping_mul(0x9e37_79b1) >> 27) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_compiled_once() {
        let mut cache = PatternCache::new();
        let first = cache.get(b"a+", true);
        assert!(Rc::ptr_eq(&first, &cache.get(b"a+", true)));
        assert!(Rc::ptr_eq(&first, &cache.get(b"a+", false)));
        let anchored = cache.get(b"^a", true);
        assert!(anchored.is_anchored() && !cache.get(b"^a", false).is_anchored());
        assert!(cache.get(b"^a", true).is_anchored());
        let long = [b'a'; 200];
        assert_eq!(cache.get(&long, true).source(), long);
        for number in 0..1000 {
            let source = format!("x{number}");
            assert_eq!(
                cache.get(source.as_bytes(), true).source(),
                source.as_bytes()
            );
        }
    }
}
