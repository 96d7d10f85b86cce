//! The checksum of a saved session.

/// How many bytes are taken at a time.
const STRIDE: usize = 8;

/// CRC-32 as in Ethernet and PNG (ISO 3309): polynomial 0x04C11DB7, bits reversed.
///
/// Eight bytes at a time, by eight tables (M. Kounavis and F. Berry, "A Systematic
/// Approach to Building High Performance Software-Based CRC Generators", 2005). The
/// tables are computed where they are needed first: in a wasm file they could not be
/// compressed.
///
/// ```
/// assert_eq!(algocline_codec::crc32(b"123456789"), 0xcbf4_3926);
/// ```
pub fn crc32(bytes: &[u8]) -> u32 {
    thread_local! {
        static TABLES: [[u32; 256]; STRIDE] = tables();
    }
    TABLES.with(|tables| !update(tables, !0, bytes))
}

fn update(tables: &[[u32; 256]; STRIDE], mut crc: u32, bytes: &[u8]) -> u32 {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
    let (chunks, rest) = bytes.as_chunks::<STRIDE>();
    for &[a, b, c, d, e, f, g, h] in chunks {
        let [i, j, k, l] = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
        crc = t7[usize::from(i)]
            ^ t6[usize::from(j)]
            ^ t5[usize::from(k)]
            ^ t4[usize::from(l)]
            ^ t3[usize::from(e)]
            ^ t2[usize::from(f)]
            ^ t1[usize::from(g)]
            ^ t0[usize::from(h)];
    }
    for byte in rest {
        let [low, ..] = crc.to_le_bytes();
        crc = t0[usize::from(low ^ byte)] ^ (crc >> 8);
    }
    crc
}

/// The table at each place gives what becomes of a byte that has so many behind it.
fn tables() -> [[u32; 256]; STRIDE] {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let mut tables = [[0; 256]; STRIDE];
    for byte in 0..256 {
        let mut crc = byte as u32;
        for table in &mut tables {
            for _ in 0..8 {
                crc = (crc >> 1) ^ POLYNOMIAL.wrapping_mul(crc & 1);
            }
            table[byte] = crc;
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bit by bit, as the standard defines it.
    fn by_definition(bytes: &[u8]) -> u32 {
        let mut crc = !0_u32;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
            }
        }
        !crc
    }

    #[test]
    fn every_length_gives_what_the_definition_gives() {
        let bytes: Vec<u8> = (0..100_u32).map(|n| (n * 167 % 251) as u8).collect();
        for end in 0..bytes.len() {
            assert_eq!(crc32(&bytes[..end]), by_definition(&bytes[..end]));
        }
    }
}
