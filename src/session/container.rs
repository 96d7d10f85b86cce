//! The frame around a saved session: what it is, which version, whether it is whole.
//!
//! | bytes | content |
//! | --- | --- |
//! | 4 | `89 61 6C 63`, the mark of a saved session |
//! | 2 | the version of the format, little end first |
//! | 4 | the CRC-32 of everything that follows, little end first |
//! | rest | the session, see `docs/saved-session-format.md` |

use crate::codec::{Reader, Writer, crc32};
use crate::domain::SessionError;

/// What every saved session begins with. The first byte is no text in any encoding
/// in use, so an image that went through a text conversion is told apart at once.
const MAGIC: [u8; 4] = [0x89, b'a', b'l', b'c'];
/// The version that is written, and the only one that is read.
pub(super) const VERSION: u16 = 1;
/// The bytes before the payload.
const HEADER: usize = 10;

/// A writer for the payload, with room for the header.
pub(super) fn begin() -> Writer {
    let mut writer = Writer::new();
    writer.raw(&MAGIC);
    writer.raw(&VERSION.to_le_bytes());
    writer.raw(&[0; 4]);
    writer
}

/// The saved session, now that the payload is complete.
pub(super) fn seal(writer: Writer) -> Vec<u8> {
    let mut bytes = writer.into_bytes();
    if let Some((header, payload)) = bytes.split_at_mut_checked(HEADER)
        && let Some(checksum) = header.last_chunk_mut()
    {
        *checksum = crc32(payload).to_le_bytes();
    }
    bytes
}

/// Reads the header of a saved session; what is left is its payload.
///
/// # Errors
/// `BadSnapshot` where the mark or the checksum is wrong, `UnsupportedSnapshot` for
/// another version.
#[inline(never)]
pub(super) fn open(bytes: &[u8]) -> Result<Reader<'_>, SessionError> {
    let mut reader = Reader::new(bytes);
    let (magic, version, checksum) = (reader.raw(4), reader.raw(2), reader.raw(4));
    let problem = if magic.is_empty() {
        "it is shorter than the mark of a saved session"
    } else if *magic != MAGIC {
        "it does not begin with the mark of a saved session"
    } else if let &[low, high] = version
        && u16::from_le_bytes([low, high]) != VERSION
    {
        let version = u16::from_le_bytes([low, high]);
        let problem = format!("its format has version {version}; supported are: {VERSION}");
        return Err(SessionError::unsupported_snapshot(&problem));
    } else if checksum.is_empty() {
        "it ends within its header"
    } else if *checksum != crc32(bytes.get(HEADER..).unwrap_or_default()).to_le_bytes() {
        "its checksum is wrong, so it is cut or damaged"
    } else {
        return Ok(reader);
    };
    Err(SessionError::bad_snapshot(problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(payload: &[u8]) -> Vec<u8> {
        let mut writer = begin();
        writer.raw(payload);
        seal(writer)
    }

    #[test]
    fn what_was_sealed_opens() {
        for payload in [&b""[..], b"x", &[0xff; 1_000]] {
            let bytes = sealed(payload);
            let mut reader = open(&bytes).unwrap();
            assert_eq!(reader.raw(reader.remaining()), payload);
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let whole = sealed(b"a payload");
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
        let mut newer = sealed(b"a payload");
        newer[4] = 7;
        let error = open(&newer).unwrap_err();
        assert_eq!(error.code().as_str(), "unsupported_snapshot");
        assert_eq!(
            error.to_string(),
            "unsupported snapshot: its format has version 7; supported are: 1"
        );
    }
}
