//! The generator of `rng_create`: ChaCha12, its state as plain bytes.
//!
//! The state is the seed, how many words were drawn, and the words of the block
//! under way, so a paused program freezes with its generators and draws the same
//! numbers after it thawed. The words are those of `StdRng` of `rand` 0.9.

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

/// The state of a new generator.
///
/// A number becomes a key as `rand` 0.9 makes it one, by the generator PCG32. Source:
/// M. E. O'Neill, "PCG: a family of simple fast space-efficient statistically good
/// algorithms for random number generation", 2014.
pub(super) fn state_of(seed: u64) -> Vec<u8> {
    const FACTOR: u64 = 6_364_136_223_846_793_005;
    const STEP: u64 = 11_634_580_027_462_260_723;
    let mut bytes = vec![0; STATE];
    let mut state = seed;
    let (key, _) = bytes.split_at_mut(KEY);
    for word in key.chunks_exact_mut(4) {
        state = state.wrapping_mul(FACTOR).wrapping_add(STEP);
        let mixed = (((state >> 18) ^ state) >> 27) as u32;
        word.copy_from_slice(&mixed.rotate_right((state >> 59) as u32).to_le_bytes());
    }
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

/// The next numbers in the forms that distributions need, each made of the words
/// that `rand` 0.9 makes it of.
impl Generator<'_> {
    #[inline(never)]
    pub fn next_u32(&mut self) -> u32 {
        // A word never crosses the end of a block.
        self.take().map_or(0, u32::from_le_bytes)
    }

    #[inline(never)]
    pub fn next_u64(&mut self) -> u64 {
        match self.take() {
            Some(bytes) => u64::from_le_bytes(bytes),
            None => {
                let low = u64::from(self.next_u32());
                low | u64::from(self.next_u32()) << 32
            }
        }
    }

    /// A float from 0 (included) to 1 (excluded), a multiple of 2^-53.
    #[inline(never)]
    pub fn float(&mut self) -> f64 {
        fraction(self.next_u64())
    }

    /// A float between 0 and 1, both excluded.
    #[inline(never)]
    pub fn open_float(&mut self) -> f64 {
        from_one(self.next_u64()) - (1.0 - f64::EPSILON / 2.0)
    }

    /// An integer from 0 to `count - 1`, each equally likely up to 2^-32. Source: the
    /// one multiplication of D. Lemire, "Fast random integer generation in an
    /// interval", 2019, with the correction that S. Canon proposed for Swift in 2021.
    #[inline(never)]
    pub fn below(&mut self, count: u32) -> u32 {
        let product = u64::from(self.next_u32()) * u64::from(count);
        let (result, low) = ((product >> 32) as u32, product as u32);
        if low <= count.wrapping_neg() {
            return result;
        }
        let more = (u64::from(self.next_u32()) * u64::from(count)) >> 32;
        result + u32::from(low.checked_add(more as u32).is_none())
    }

    /// An integer from `min` to `max`, both included, drawn like [`below`](Self::below).
    pub fn between(&mut self, min: i64, max: i64) -> i64 {
        let count = max.wrapping_sub(min).wrapping_add(1) as u64;
        if count == 0 {
            return self.next_u64() as i64;
        }
        let product = u128::from(self.next_u64()) * u128::from(count);
        let (result, low) = ((product >> 64) as u64, product as u64);
        let mut offset = result;
        if low > count.wrapping_neg() {
            let more = (u128::from(self.next_u64()) * u128::from(count)) >> 64;
            offset += u64::from(low.checked_add(more as u64).is_none());
        }
        min.wrapping_add(offset as i64)
    }

    /// Puts `values` from `first` on into random places among all, so that they are
    /// drawn from the whole: R. Durstenfeld, "Algorithm 235: random permutation",
    /// 1964. One draw serves as many places as their product fits into 32 bits.
    pub fn shuffle_tail<T>(&mut self, values: &mut [T], first: usize) {
        let (mut draw, mut left) = (0, u32::from(first == 0));
        for at in first..values.len() {
            let places = at as u32 + 1;
            if left == 0 {
                let mut product = places;
                left = 1;
                while let Some(wider) = product.checked_mul(places + left) {
                    product = wider;
                    left += 1;
                }
                draw = self.below(product);
            }
            left -= 1;
            let other = if left == 0 { draw } else { draw % places };
            draw /= places;
            values.swap(at, other as usize);
        }
    }
}

/// The upper 53 of random bits as a float from 0 (included) to 1 (excluded).
pub(super) fn fraction(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// The upper 52 of random bits as a float from 1 (included) to 2 (excluded).
pub(super) fn from_one(bits: u64) -> f64 {
    f64::from_bits((bits >> 12) | 1.0f64.to_bits())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::seq::SliceRandom;
    use rand::{Rng, RngCore, SeedableRng};

    #[test]
    fn the_stream_is_that_of_std_rng() {
        for seed in [0, 1, 42, u64::MAX] {
            let mut bytes = state_of(seed);
            let mut theirs = StdRng::seed_from_u64(seed);
            // Mixed widths move 64-bit draws across the ends of blocks.
            for round in 0..2000 {
                // Each draw takes the state up anew, as calls from Lua do.
                let mut ours = Generator::of(&mut bytes).unwrap();
                match round % 9 {
                    0 => assert_eq!(ours.next_u32(), theirs.next_u32()),
                    1 => assert_eq!(ours.below(10), theirs.random_range(0..10)),
                    2 => assert_eq!(ours.float(), theirs.random::<f64>()),
                    3 => {
                        let expected: f64 = theirs.sample(rand::distr::Open01);
                        assert_eq!(ours.open_float(), expected);
                    }
                    _ => assert_eq!(ours.next_u64(), theirs.next_u64()),
                }
            }
        }
    }

    #[test]
    fn integers_of_every_range_are_those_of_rand() {
        let mut bytes = state_of(3);
        let mut theirs = StdRng::seed_from_u64(3);
        let mut ends = StdRng::seed_from_u64(4);
        for round in 0..20_000 {
            let mut ours = Generator::of(&mut bytes).unwrap();
            let shift = ends.random_range(0..63);
            let (a, b): (i64, i64) = (ends.random::<i64>() >> shift, ends.random());
            let b = if round % 3 == 0 { b >> shift } else { b };
            let (min, max) = (a.min(b), a.max(b));
            assert_eq!(ours.between(min, max), theirs.random_range(min..=max));
            let count = (ends.random::<u32>() >> (shift % 32)).max(1);
            assert_eq!(ours.below(count), theirs.random_range(0..count));
        }
        let mut ours = Generator::of(&mut bytes).unwrap();
        assert_eq!(
            ours.between(i64::MIN, i64::MAX),
            theirs.random_range(i64::MIN..=i64::MAX)
        );
    }

    #[test]
    fn shuffled_lists_are_those_of_rand() {
        let mut bytes = state_of(5);
        let mut theirs = StdRng::seed_from_u64(5);
        for count in (0usize..60).chain([1_000, 70_000]) {
            for first in [0, 1, 2, count / 2, count.saturating_sub(1), count] {
                let mut values: Vec<f64> = (0..count).map(|at| at as f64).collect();
                let mut expected = values.clone();
                expected.partial_shuffle(&mut theirs, count.saturating_sub(first));
                let mut ours = Generator::of(&mut bytes).unwrap();
                ours.shuffle_tail(&mut values, first);
                assert_eq!(values, expected, "{count} {first}");
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
