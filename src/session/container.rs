//! The frame around a saved session: what it is, which version, whether it is whole.
//!
//! | bytes | content |
//! | --- | --- |
//! | 4 | `89 61 6C 63`, the mark of a saved session |
//! | 2 | the version of the format, little end first |
//! | 4 | the CRC-32 of everything that follows, little end first |
//! | rest | the session, see `docs/saved-session-format.md` |

use crate::codec::crc32;
use crate::domain::SessionError;

/// What every saved session begins with. The first byte is no text in any encoding
/// in use, so an image that went through a text conversion is told apart at once.
const MAGIC: [u8; 4] = [0x89, b'a', b'l', b'c'];
/// The version that is written.
pub(super) const VERSION: u16 = 1;
/// The versions that are read.
const SUPPORTED: [u16; 1] = [VERSION];
/// The bytes before the payload.
const HEADER: usize = 10;

/// The saved session around this payload.
pub(super) fn seal(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len().saturating_add(HEADER));
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&crc32(payload).to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// The payload of a saved session.
///
/// # Errors
/// `BadSnapshot` where the mark or the checksum is wrong, `UnsupportedSnapshot` for
/// another version.
pub(super) fn open(bytes: &[u8]) -> Result<&[u8], SessionError> {
    let bad = SessionError::bad_snapshot;
    let (magic, rest) = bytes
        .split_first_chunk::<4>()
        .ok_or_else(|| bad("it is shorter than the mark of a saved session"))?;
    if *magic != MAGIC {
        return Err(bad("it does not begin with the mark of a saved session"));
    }
    let ends = || bad("it ends within its header");
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(ends)?;
    let version = u16::from_le_bytes(*version);
    if !SUPPORTED.contains(&version) {
        let mut known = String::new();
        for version in SUPPORTED {
            let comma = if known.is_empty() { "" } else { ", " };
            known = format!("{known}{comma}{version}");
        }
        let problem = format!("its format has version {version}; supported are: {known}");
        return Err(SessionError::unsupported_snapshot(&problem));
    }
    let (checksum, payload) = rest.split_first_chunk::<4>().ok_or_else(ends)?;
    if u32::from_le_bytes(*checksum) != crc32(payload) {
        return Err(bad("its checksum is wrong, so it is cut or damaged"));
    }
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens() {
        for payload in [&b""[..], b"x", &[0xff; 1_000]] {
            assert_eq!(open(&seal(payload)), Ok(payload));
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let whole = seal(b"a payload");
        for end in 0..whole.len() {
            let error = open(&whole[..end]).unwrap_err();
            assert_eq!(error.code(), crate::domain::ErrorCode::BadSnapshot);
        }
        for at in 0..whole.len() * 8 {
            let mut damaged = whole.clone();
            damaged[at / 8] ^= 1 << (at % 8);
            assert!(open(&damaged).is_err(), "bit {at}");
        }
    }

    #[test]
    fn another_version_is_named_with_those_supported() {
        let mut newer = seal(b"a payload");
        newer[4] = 7;
        let error = open(&newer).unwrap_err();
        assert_eq!(error.code().as_str(), "unsupported_snapshot");
        assert_eq!(
            error.to_string(),
            "unsupported snapshot: its format has version 7; supported are: 1"
        );
    }
}
