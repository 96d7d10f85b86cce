//! From a host's seed text to the two numbers that seed a machine.

/// The seed of `math.random` that a text stands for: the same text gives the
/// same numbers on every platform and in every release.
///
/// 128 bits of FNV-1a (G. Fowler, L. C. Noll and K.-P. Vo), of which each half is
/// spread by the finaliser of SplitMix64 (G. Steele, D. Lea and C. Flood, "Fast
/// splittable pseudorandom number generators", 2014).
///
/// ```
/// use algocline_wasm::session::seed_from_text;
/// assert_eq!(seed_from_text("a"), seed_from_text("a"));
/// assert_ne!(seed_from_text("a"), seed_from_text("b"));
/// ```
pub fn seed_from_text(text: &str) -> (u64, u64) {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0100_0000_0000_0000_0000_013b;
    let hash = text.bytes().fold(BASIS, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    });
    (spread((hash >> 64) as u64), spread(hash as u64))
}

fn spread(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_seed_are_fixed_for_ever() {
        // The FNV-1a values of "" and "a" are those of the reference tables.
        assert_eq!(
            seed_from_text(""),
            (spread(0x6c62_272e_07bb_0142), spread(0x62b8_2175_6295_c58d))
        );
        assert_eq!(
            seed_from_text("a"),
            (spread(0xd228_cb69_6f1a_8caf), spread(0x7891_2b70_4e4a_8964))
        );
        assert_eq!(spread(1), 0x5692_161d_100b_05e5);
    }
}
