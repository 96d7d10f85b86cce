//! The stream cipher ChaCha with 12 rounds, as a source of random numbers.
//!
//! Source: D. J. Bernstein, "ChaCha, a variant of Salsa20", 2008: a counter of 64
//! bits, and a nonce of 64 that is zero here. The crate that `rand` takes it from
//! computes several blocks side by side, in twenty times the code.

/// Bytes of a key.
pub(super) const KEY: usize = 32;
/// Bytes of a block.
pub(super) const BLOCK: usize = 64;

/// "expand 32-byte k".
const CONSTANTS: Row = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

const DOUBLE_ROUNDS: u32 = 6;

/// A quarter of the state, which is a square of four by four words.
type Row = [u32; 4];

/// Block `counter` of the stream of a key.
pub(super) fn block(key: &[u8; KEY], counter: u64) -> [u8; BLOCK] {
    let (upper, lower) = halves(key);
    let start = [
        CONSTANTS,
        upper,
        lower,
        [counter as u32, (counter >> 32) as u32, 0, 0],
    ];
    let mut rows = start;
    for _ in 0..DOUBLE_ROUNDS {
        mix(&mut rows);
        shift(&mut rows, [1, 2, 3]);
        mix(&mut rows);
        shift(&mut rows, [3, 2, 1]);
    }
    let mut bytes = [0; BLOCK];
    let words = rows.as_flattened().iter().zip(start.as_flattened());
    for (to, (mixed, plain)) in bytes.chunks_exact_mut(4).zip(words) {
        to.copy_from_slice(&mixed.wrapping_add(*plain).to_le_bytes());
    }
    bytes
}

/// The words of a key.
fn halves(key: &[u8; KEY]) -> (Row, Row) {
    let mut rows = [[0; 4]; 2];
    let words = key.as_chunks::<4>().0;
    for (to, word) in rows.as_flattened_mut().iter_mut().zip(words) {
        *to = u32::from_le_bytes(*word);
    }
    (rows[0], rows[1])
}

/// A quarter round in each column.
fn mix(rows: &mut [Row; 4]) {
    let [a, b, c, d] = rows;
    for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
        *a = a.wrapping_add(*b);
        *d = (*d ^ *a).rotate_left(16);
        *c = c.wrapping_add(*d);
        *b = (*b ^ *c).rotate_left(12);
        *a = a.wrapping_add(*b);
        *d = (*d ^ *a).rotate_left(8);
        *c = c.wrapping_add(*d);
        *b = (*b ^ *c).rotate_left(7);
    }
}

/// Moves diagonals to columns, or back.
fn shift(rows: &mut [Row; 4], by: [usize; 3]) {
    for (row, by) in rows.iter_mut().skip(1).zip(by) {
        let before = *row;
        for (at, word) in row.iter_mut().enumerate() {
            // The library's rotation is made for slices of any length.
            *word = before.get((at + by) % 4).copied().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From J. Strombergson, "Test Vectors for the Stream Cipher ChaCha", 2013: TC1
    /// with 12 rounds and a key of 256 bits.
    #[test]
    fn the_stream_of_the_zero_key_is_the_published_one() {
        assert_eq!(
            block(&[0; KEY], 0)[..16],
            [
                0x9b, 0xf4, 0x9a, 0x6a, 0x07, 0x55, 0xf9, 0x53, 0x81, 0x1f, 0xce, 0x12, 0x5f, 0x26,
                0x83, 0xd5,
            ]
        );
    }
}
