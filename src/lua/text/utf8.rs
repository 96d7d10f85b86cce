//! UTF-8 as Lua has it: code points up to 2^31, strict or lax.

/// The largest code point that can be encoded, in six bytes.
pub const MAX_UTF: u32 = 0x7fff_ffff;

/// The largest code point of Unicode.
const MAX_UNICODE: u32 = 0x10_ffff;

/// The pattern `utf8.charpattern`: it matches exactly one character.
pub const CHAR_PATTERN: &[u8] = b"[\0-\x7f\xc2-\xfd][\x80-\xbf]*";

/// Whether a byte continues a sequence rather than starting one.
#[inline]
pub fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Appends the one to six bytes of a code point; nothing is checked but the range.
/// Answers false, and appends nothing, above [`MAX_UTF`].
///
/// ```
/// use algocline_lua::text::utf8::encode;
/// let mut out = Vec::new();
/// assert!(encode(0x20ac, &mut out));
/// assert_eq!(out, "€".as_bytes());
/// ```
pub fn encode(code: u32, out: &mut Vec<u8>) -> bool {
    let extra = match code {
        0..0x80 => {
            out.push(code as u8);
            return true;
        }
        0x80..0x800 => 1,
        0x800..0x1_0000 => 2,
        0x1_0000..0x20_0000 => 3,
        0x20_0000..0x400_0000 => 4,
        0x400_0000..=MAX_UTF => 5,
        _ => return false,
    };
    // As many ones as there are bytes, then a zero, then the highest bits.
    let mark = 0xff00u32 >> (extra + 1);
    out.push((mark | (code >> (6 * extra))) as u8);
    for index in (0..extra).rev() {
        out.push(0x80 | ((code >> (6 * index)) & 0x3f) as u8);
    }
    true
}

/// Reads the character at the start of `bytes`: its code point and its length.
///
/// `None` if there is no well-formed sequence: overlong forms, missing or
/// unexpected continuation bytes. Strict reading also refuses surrogates and
/// what lies above Unicode.
///
/// ```
/// use algocline_lua::text::utf8::decode;
/// assert_eq!(decode("€!".as_bytes(), true), Some((0x20ac, 3)));
/// assert_eq!(decode(b"\xed\xa0\x80", true), None);
/// assert_eq!(decode(b"\xed\xa0\x80", false), Some((0xd800, 3)));
/// ```
#[inline]
pub fn decode(bytes: &[u8], strict: bool) -> Option<(u32, usize)> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((u32::from(*first), 1));
    }
    decode_long(*first, rest, strict)
}

fn decode_long(first: u8, rest: &[u8], strict: bool) -> Option<(u32, usize)> {
    // The least code point that needs this many continuation bytes.
    let (extra, least): (usize, u32) = match first {
        0xc0..=0xdf => (1, 0x80),
        0xe0..=0xef => (2, 0x800),
        0xf0..=0xf7 => (3, 0x1_0000),
        0xf8..=0xfb => (4, 0x20_0000),
        0xfc..=0xfd => (5, 0x400_0000),
        _ => return None,
    };
    let mut code = u32::from(first) & (0x3f >> extra);
    for byte in rest.get(..extra)? {
        if !is_continuation(*byte) {
            return None;
        }
        code = (code << 6) | u32::from(byte & 0x3f);
    }
    let refused =
        code < least || (strict && (code > MAX_UNICODE || (0xd800..=0xdfff).contains(&code)));
    (!refused).then_some((code, extra + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_goes_both_ways() {
        for (code, length) in [
            (0, 1),
            (0x7f, 1),
            (0x80, 2),
            (0x7ff, 2),
            (0x800, 3),
            (0xffff, 3),
            (0x1_0000, 4),
            (0x1f_ffff, 4),
            (0x20_0000, 5),
            (0x3ff_ffff, 5),
            (0x400_0000, 6),
            (MAX_UTF, 6),
        ] {
            let mut out = Vec::new();
            assert!(encode(code, &mut out));
            assert_eq!(out.len(), length);
            assert_eq!(decode(&out, false), Some((code, length)));
            assert_eq!(decode(&out, true).is_some(), code <= MAX_UNICODE);
            // Cut short, or with a byte that does not continue, it is malformed.
            assert_eq!(decode(&out[..length - 1], false), None);
            if length > 1 {
                *out.last_mut().unwrap() = b'a';
                assert_eq!(decode(&out, false), None);
            }
        }
        assert!(!encode(MAX_UTF + 1, &mut Vec::new()));
    }

    #[test]
    fn agrees_with_the_standard_library_on_unicode() {
        for code in (0..=MAX_UNICODE).step_by(97) {
            let Some(character) = char::from_u32(code) else {
                continue;
            };
            let mut out = Vec::new();
            encode(code, &mut out);
            assert_eq!(out, character.to_string().into_bytes());
        }
    }

    #[test]
    fn malformed_sequences_are_refused() {
        for bytes in [
            &b"\x80"[..],
            b"\xbf",
            b"\xc0\x80",
            b"\xc1\xbf",
            b"\xe0\x9f\xbf",
            b"\xf0\x8f\xbf\xbf",
            b"\xf8\x87\xbf\xbf\xbf",
            b"\xfc\x83\xbf\xbf\xbf\xbf",
            b"\xfe\x83\xbf\xbf\xbf\xbf\xbf",
            b"\xff\xbf\xbf\xbf\xbf\xbf\xbf\xbf",
            b"",
        ] {
            assert_eq!(decode(bytes, false), None, "{bytes:x?}");
        }
        assert_eq!(decode(b"\xf4\x90\x80\x80", true), None);
        assert_eq!(decode(b"\xf4\x90\x80\x80", false), Some((0x11_0000, 4)));
    }
}
