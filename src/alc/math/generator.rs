//! The generator of `rng_create`: ChaCha12, its state as plain bytes.
//!
//! The state is the seed, how many words were drawn, and the words of the block
//! under way, so a paused program freezes with its generators and draws the same
//! numbers after it thawed. The words are those of `StdRng` of `rand` 0.9.

use rand::{RngCore, SeedableRng};

use super::chacha::{BLOCK, KEY, block};

/// The tag of a generator among host objects.
pub(super) const TAG: u32 = u32::from_be_bytes(*b"arng");

/// Words computed at once.
const WORDS: usize = 64;
/// Bytes of a state.
const STATE: usize = KEY + 8 + 4 * WORDS;

/// A generator that lives in the bytes of a host object.
pub(super) struct Generator<'a> {
    seed: &'a [u8; KEY],
    /// How many words were drawn.
    position: &'a mut [u8; 8],
    /// The words at `position / WORDS`; stale if the next draw is its first.
    block: &'a mut [u8; 4 * WORDS],
}

/// What a generator starts from; the trait knows how `rand` widens a number to it.
struct Seed([u8; KEY]);

impl SeedableRng for Seed {
    type Seed = [u8; KEY];

    fn from_seed(seed: Self::Seed) -> Self {
        Seed(seed)
    }
}

/// The state of a new generator.
pub(super) fn state_of(seed: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(STATE);
    bytes.extend_from_slice(&Seed::seed_from_u64(seed).0);
    bytes.resize(STATE, 0);
    bytes
}

impl<'a> Generator<'a> {
    /// A view of a state; nothing if it has not the length of one.
    pub fn of(bytes: &'a mut [u8]) -> Option<Self> {
        let (seed, rest) = bytes.split_first_chunk_mut::<KEY>()?;
        let (position, rest) = rest.split_first_chunk_mut::<8>()?;
        let block = rest.try_into().ok()?;
        Some(Generator {
            seed,
            position,
            block,
        })
    }

    fn refill(&mut self, position: u64) {
        let first = position / (BLOCK as u64 / 4);
        for (counter, bytes) in (first..).zip(self.block.chunks_exact_mut(BLOCK)) {
            bytes.copy_from_slice(&block(self.seed, counter));
        }
    }

    /// The next `N` bytes, at most one block's, if they are in one block.
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let position = u64::from_le_bytes(*self.position);
        let at = (position % WORDS as u64) as usize;
        if at == 0 {
            self.refill(position);
        }
        let taken = *self.block.get(at * 4..)?.first_chunk::<N>()?;
        *self.position = position.wrapping_add(N as u64 / 4).to_le_bytes();
        Some(taken)
    }
}

impl RngCore for Generator<'_> {
    fn next_u32(&mut self) -> u32 {
        // A word never crosses the end of a block.
        self.take().map_or(0, u32::from_le_bytes)
    }

    fn next_u64(&mut self) -> u64 {
        match self.take() {
            Some(bytes) => u64::from_le_bytes(bytes),
            None => {
                let low = u64::from(self.next_u32());
                low | u64::from(self.next_u32()) << 32
            }
        }
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for chunk in dest.chunks_mut(4) {
            let word = self.next_u32().to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(word) {
                *to = from;
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use rand::Rng;
    use rand::rngs::StdRng;

    #[test]
    fn the_stream_is_that_of_std_rng() {
        for seed in [0, 1, 42, u64::MAX] {
            let mut bytes = state_of(seed);
            let mut theirs = StdRng::seed_from_u64(seed);
            // Mixed widths move 64-bit draws across the ends of blocks.
            for round in 0..2000 {
                // Each draw takes the state up anew, as calls from Lua do.
                let mut ours = Generator::of(&mut bytes).unwrap();
                match round % 7 {
                    0 => assert_eq!(ours.next_u32(), theirs.next_u32()),
                    1 => assert_eq!(ours.random_range(0..10), theirs.random_range(0..10)),
                    _ => assert_eq!(ours.next_u64(), theirs.next_u64()),
                }
            }
        }
    }

    #[test]
    fn a_damaged_state_is_refused() {
        let mut bytes = state_of(1);
        bytes.pop();
        assert!(Generator::of(&mut bytes).is_none());
        assert!(Generator::of(&mut []).is_none());
    }
}
