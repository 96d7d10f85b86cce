//! Words of free text, as `alc.match_enum` compares them.

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::Value;

use super::args::Args;
use super::json_decode::new_array;
use super::lowercase::to_lowercase;

/// `native.lower(index, value)`: an argument of this number as a text in lower case.
pub(super) fn lower(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = super::store::checked_text(ctx)?;
    ctx.charge(text.len() / 4);
    ctx.return_bytes(to_lowercase(&text).as_bytes())
}

/// `native.words(text)`: the list of its words, without what stands around them that
/// is no letter or digit.
pub(super) fn words(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = ctx.text(1)?;
    let list = new_array(ctx.heap, &[])?;
    let mut count = 0;
    let (mut begin, mut end) = (0, 0);
    // A blank at the end ends the last word.
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if is_blank(c) {
            let word = text.get(begin..end).unwrap_or("");
            ctx.charge(word.len() / 8 + 1);
            let word = ctx.heap.new_string(word.as_bytes())?;
            count += 1;
            ctx.heap.raw_set_int(list, count, word)?;
            (begin, end) = (at, at);
        } else if is_of_words(c) {
            if begin == end {
                begin = at;
            }
            end = at + c.len_utf8();
        }
    }
    ctx.give(Value::Table(list))
}

/// Whether Unicode calls it a space.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r'
            | ' '
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
    )
}

/// Whether a character is one of a word: a letter, a digit, or a mark on one.
///
/// All that Unicode calls alphanumeric is. Of the rest, the characters outside of
/// [`OTHERS`] are taken for marks, which is right but for rare ones: the lists of
/// Unicode would be a two hundredth of the module.
pub(super) fn is_of_words(c: char) -> bool {
    let code = match u16::try_from(u32::from(c)) {
        Ok(code) => code,
        // Notes, tiles and cards, pictures, tags.
        Err(_) => {
            return !matches!(
                c,
                '\u{1d000}'..='\u{1d245}'
                    | '\u{1d300}'..='\u{1d356}'
                    | '\u{1eef0}'..='\u{1f0f5}'
                    | '\u{1f18a}'..='\u{1fbca}'
                    | '\u{e0001}'..='\u{e007f}'
            );
        }
    };
    if code < 0x80 {
        return c.is_ascii_alphanumeric();
    }
    let after = OTHERS.partition_point(|others| others.0 <= code);
    let others = after.checked_sub(1).and_then(|at| OTHERS.get(at));
    others.is_none_or(|others| others.1 < code)
}

/// Stretches of punctuation and other signs, from the first one to the last: those
/// of the scripts most in use, and the longest of the others.
#[rustfmt::skip]
const OTHERS: [(u16, u16); 88] = [
    (0x80, 0xa9), (0xab, 0xb1), (0xb4, 0xb4), (0xb6, 0xb8), (0xbb, 0xbb), (0xbf, 0xbf),
    (0xd7, 0xd7), (0xf7, 0xf7), (0x2c2, 0x2c5), (0x2d2, 0x2df), (0x2e5, 0x2eb),
    (0x2ed, 0x2ed), (0x2ef, 0x2ff), (0x375, 0x375), (0x37e, 0x37e), (0x384, 0x385),
    (0x387, 0x387), (0x3f6, 0x3f6), (0x482, 0x482), (0x55a, 0x55f), (0x589, 0x58f),
    (0x5be, 0x5be), (0x5c0, 0x5c0), (0x5c3, 0x5c3), (0x5c6, 0x5c6), (0x5f3, 0x60f),
    (0x61b, 0x61f), (0x66a, 0x66d), (0x6d4, 0x6d4), (0x6dd, 0x6de), (0x6e9, 0x6e9),
    (0x6fd, 0x6fe), (0xf01, 0xf1f), (0xfbe, 0xfda), (0x19de, 0x19ff), (0x1b5a, 0x1b7e),
    (0x1ffd, 0x206f), (0x207a, 0x207e), (0x208a, 0x208e), (0x20a0, 0x2101),
    (0x2103, 0x2106), (0x2108, 0x2109), (0x2114, 0x2114), (0x2116, 0x2118),
    (0x211e, 0x2123), (0x2125, 0x2125), (0x2127, 0x2127), (0x2129, 0x2129),
    (0x212e, 0x212e), (0x213a, 0x213b), (0x2140, 0x2144), (0x214a, 0x214d),
    (0x214f, 0x214f), (0x218a, 0x244a), (0x249c, 0x24b5), (0x2500, 0x2775),
    (0x2794, 0x2bff), (0x2ce5, 0x2cea), (0x2cf9, 0x2cfc), (0x2cfe, 0x2cff),
    (0x2d70, 0x2d70), (0x2e00, 0x2e2e), (0x2e30, 0x3004), (0x3008, 0x3020),
    (0x3030, 0x3030), (0x3036, 0x3037), (0x303d, 0x303f), (0x309b, 0x309c),
    (0x30a0, 0x30a0), (0x30fb, 0x30fb), (0x31c0, 0x31e3), (0x3200, 0x321e),
    (0x322a, 0x3247), (0x3260, 0x327f), (0x328a, 0x32b0), (0x32c0, 0x33ff),
    (0x4dc0, 0x4dff), (0xa490, 0xa4c6), (0xa6f2, 0xa716), (0xfbb2, 0xfbc2),
    (0xfd3e, 0xfd4f), (0xfdcf, 0xfdcf), (0xfdfc, 0xfe6b), (0xfeff, 0xff0f),
    (0xff1a, 0xff20), (0xff3b, 0xff40), (0xff5b, 0xff65), (0xffe0, 0xfffd),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = char> {
        (0..=u32::from(char::MAX)).filter_map(char::from_u32)
    }

    #[test]
    fn blanks_are_those_of_unicode() {
        for c in all() {
            assert_eq!(is_blank(c), c.is_whitespace(), "{c:?}");
        }
    }

    #[test]
    fn every_letter_and_every_digit_is_of_words() {
        for c in all().filter(|c| c.is_alphanumeric()) {
            assert!(is_of_words(c), "{c:?} {:x}", u32::from(c));
        }
    }

    #[test]
    fn what_people_write_around_words_is_not() {
        for c in all().filter(char::is_ascii) {
            assert_eq!(is_of_words(c), c.is_alphanumeric(), "{c:?}");
        }
        for c in "«»¿¡·“”„‘’‚‹›…–—•†‡°±×÷€£¥©®™→⇒↔∞≠≤≥√∑■□▲●★☆✓✔✗❌‽⁉、。「」『』【】〈〉《》（）！？：；，．・～😀🎉👍🏽🀄".chars()
        {
            assert!(!is_of_words(c), "{c:?} {:x}", u32::from(c));
        }
        // Arabic, Hebrew, Armenian, Greek, Tibetan, Ethiopic.
        for c in "؟،؛־׳״՝՞;·࿐༄༅".chars() {
            assert!(!is_of_words(c), "{c:?} {:x}", u32::from(c));
        }
    }
}
