//! SHA-256 (FIPS 180-4).
//!
//! Libraries unroll its rounds, which makes them fast and ten times as large. Here it
//! hashes the sources of a session that is saved or restored, once each.

/// What the hash of nothing begins with: square roots of the first primes.
const START: [u32; 8] = roots(2);

/// What makes the rounds differ: cube roots of the first primes.
const ROUNDS: [u32; 64] = roots(3);

/// The first 32 bits behind the point of the roots of the first primes.
const fn roots<const N: usize>(degree: u32) -> [u32; N] {
    let mut found = [0; N];
    let mut count = 0;
    let mut number = 2;
    while count < N {
        let mut divisor = 2;
        while number % divisor != 0 {
            divisor += 1;
        }
        if divisor == number {
            // The root of `number` times 2^32, rounded down, bit by bit.
            let square = number << (32 * degree);
            let mut root: u128 = 0;
            let mut bit = 1 << 40;
            while bit > 0 {
                if (root | bit).pow(degree) <= square {
                    root |= bit;
                }
                bit >>= 1;
            }
            found[count] = root as u32;
            count += 1;
        }
        number += 1;
    }
    found
}

/// The hash of these bytes.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut state = START;
    let (blocks, rest) = bytes.as_chunks::<64>();
    for block in blocks {
        compress(&mut state, block);
    }
    // The rest is closed by a one bit, filled with zeros, and followed by the length
    // in bits, the high byte first.
    let bits = (bytes.len() as u64).wrapping_mul(8).to_be_bytes();
    let zeros = (119 - rest.len()) % 64;
    let tail = [rest, &[0x80], &[0; 64][..zeros], &bits].concat();
    for block in tail.as_chunks::<64>().0 {
        compress(&mut state, block);
    }
    let mut hash = [0; 32];
    for (to, word) in hash.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *to = word.to_be_bytes();
    }
    hash
}

/// Works one block into the state.
fn compress(state: &mut [u32; 8], block: &[u8; 64]) {
    // The last 16 words of the schedule: the block itself at first.
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (at, constant) in ROUNDS.iter().enumerate() {
        let word = words[at % 16];
        let mixed = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let chosen = (e & f) ^ (!e & g);
        let first = h
            .wrapping_add(mixed)
            .wrapping_add(chosen)
            .wrapping_add(*constant)
            .wrapping_add(word);
        let mixed = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        let second = mixed.wrapping_add(majority);
        (h, g, f, e) = (g, f, e, d.wrapping_add(first));
        (d, c, b, a) = (c, b, a, first.wrapping_add(second));
        // The word that is due in 16 rounds.
        let (early, late) = (words[(at + 1) % 16], words[(at + 14) % 16]);
        let early = early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3);
        let late = late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10);
        words[at % 16] = word
            .wrapping_add(early)
            .wrapping_add(words[(at + 9) % 16])
            .wrapping_add(late);
    }
    for (old, new) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *old = old.wrapping_add(new);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_constants_are_those_of_the_standard() {
        assert_eq!((START[0], START[7]), (0x6a09_e667, 0x5be0_cd19));
        assert_eq!((ROUNDS[0], ROUNDS[63]), (0x428a_2f98, 0xc671_78f2));
    }

    #[test]
    fn every_length_hashes_as_in_the_library() {
        let bytes: Vec<u8> = (0..300_u32).map(|n| (n * n / 7) as u8).collect();
        for len in 0..bytes.len() {
            let ours = sha256(&bytes[..len]);
            assert_eq!(ours[..], Sha256::digest(&bytes[..len])[..], "{len}");
        }
    }
}
