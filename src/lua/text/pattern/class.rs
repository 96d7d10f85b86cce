//! What matches a single byte: a literal, `.`, a class such as `%a`, or a set.

use super::PatternError;

const LOWER: u8 = 1;
const UPPER: u8 = 1 << 1;
const DIGIT: u8 = 1 << 2;
const PUNCT: u8 = 1 << 3;
const SPACE: u8 = 1 << 4;
const CNTRL: u8 = 1 << 5;
const HEX_LETTER: u8 = 1 << 6;
const ZERO: u8 = 1 << 7;

/// The properties of each byte in the "C" locale.
static PROPERTIES: [u8; 256] = properties();

const fn properties() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0usize;
    while byte < 128 {
        let b = byte as u8;
        let mut bits = 0;
        if b.is_ascii_lowercase() {
            bits |= LOWER;
        }
        if b.is_ascii_uppercase() {
            bits |= UPPER;
        }
        if b.is_ascii_digit() {
            bits |= DIGIT;
        }
        if b.is_ascii_punctuation() {
            bits |= PUNCT;
        }
        if matches!(b, b' ' | 9..=13) {
            bits |= SPACE;
        }
        if b.is_ascii_control() {
            bits |= CNTRL;
        }
        if matches!(b, b'a'..=b'f' | b'A'..=b'F') {
            bits |= HEX_LETTER;
        }
        if b == 0 {
            bits |= ZERO;
        }
        table[byte] = bits;
        byte += 1;
    }
    table
}

/// The properties a class letter, in lower case, asks for.
const fn class_mask(letter: u8) -> Option<u8> {
    Some(match letter {
        b'a' => LOWER | UPPER,
        b'c' => CNTRL,
        b'd' => DIGIT,
        b'g' => LOWER | UPPER | DIGIT | PUNCT,
        b'l' => LOWER,
        b'p' => PUNCT,
        b's' => SPACE,
        b'u' => UPPER,
        b'w' => LOWER | UPPER | DIGIT,
        b'x' => DIGIT | HEX_LETTER,
        // Deprecated since 5.2 and still obeyed.
        b'z' => ZERO,
        _ => return None,
    })
}

/// A set of bytes, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    #[inline]
    pub(super) fn contains(&self, byte: u8) -> bool {
        let [a, b, c, d] = self.0;
        let word = match byte >> 6 {
            0 => a,
            1 => b,
            2 => c,
            _ => d,
        };
        (word >> (byte & 63)) & 1 == 1
    }

    fn insert(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }

    fn insert_range(&mut self, low: u8, high: u8) {
        for byte in low..=high {
            self.insert(byte);
        }
    }

    fn insert_all(&mut self, other: &ByteSet) {
        for (word, more) in self.0.iter_mut().zip(other.0) {
            *word |= more;
        }
    }

    fn complement(&mut self) {
        for word in &mut self.0 {
            *word = !*word;
        }
    }
}

/// The set of every class letter, `a` to `z`; other letters have an empty one.
static CLASS_SETS: [ByteSet; 26] = class_sets();

const fn class_sets() -> [ByteSet; 26] {
    let mut sets = [ByteSet([0; 4]); 26];
    let table = properties();
    let mut letter = 0usize;
    while letter < 26 {
        if let Some(mask) = class_mask(b'a' + letter as u8) {
            let mut byte = 0usize;
            while byte < 256 {
                if table[byte] & mask != 0 {
                    sets[letter].0[byte >> 6] |= 1 << (byte & 63);
                }
                byte += 1;
            }
        }
        letter += 1;
    }
    sets
}

/// What one item of a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Single {
    /// `.`
    Any,
    /// A literal, escaped or not.
    Byte(u8),
    /// A class: a byte with one of the properties, or with none if negated.
    Class { mask: u8, negated: bool },
    /// A set.
    Set(ByteSet),
}

impl Single {
    #[inline]
    pub(super) fn matches(&self, byte: u8) -> bool {
        match self {
            Single::Any => true,
            Single::Byte(literal) => *literal == byte,
            Single::Class { mask, negated } => has(byte, *mask) != *negated,
            Single::Set(set) => set.contains(byte),
        }
    }

    /// How many leading bytes match.
    #[inline]
    pub(super) fn run_length(&self, bytes: &[u8]) -> usize {
        let end = match self {
            Single::Any => None,
            Single::Byte(literal) => bytes.iter().position(|b| b != literal),
            Single::Class { mask, negated } => {
                let (mask, negated) = (*mask, *negated);
                bytes.iter().position(|b| has(*b, mask) == negated)
            }
            Single::Set(set) => bytes.iter().position(|b| !set.contains(*b)),
        };
        end.unwrap_or(bytes.len())
    }

    /// Where the first matching byte is.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Single::Any => (!bytes.is_empty()).then_some(0),
            Single::Byte(literal) => memchr::memchr(*literal, bytes),
            Single::Class { mask, negated } => {
                let (mask, negated) = (*mask, *negated);
                bytes.iter().position(|b| has(*b, mask) != negated)
            }
            Single::Set(set) => bytes.iter().position(|b| set.contains(*b)),
        }
    }
}

#[inline]
fn has(byte: u8, mask: u8) -> bool {
    // A table of 256 entries holds every byte.
    PROPERTIES[usize::from(byte)] & mask != 0
}

/// What `%` and a byte stand for.
#[inline]
fn escaped(byte: u8) -> Single {
    match class_mask(byte.to_ascii_lowercase()) {
        Some(mask) => Single::Class {
            mask,
            negated: byte.is_ascii_uppercase(),
        },
        None => Single::Byte(byte),
    }
}

/// Sets already read, by their place in the pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct SetCache(Vec<CachedSet>);

#[derive(Clone, Copy, Debug)]
struct CachedSet {
    start: usize,
    end: usize,
    set: ByteSet,
}

/// Sets remembered; the others of an unusual pattern are read again each time.
const MAX_CACHED_SETS: usize = 8;

impl SetCache {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.0.capacity().saturating_mul(size_of::<CachedSet>())
    }

    pub(super) const fn max_heap_bytes() -> usize {
        MAX_CACHED_SETS * size_of::<CachedSet>()
    }

    fn get(&mut self, pattern: &[u8], at: usize) -> Result<(ByteSet, usize), PatternError> {
        if let Some(found) = self.0.iter().find(|cached| cached.start == at) {
            return Ok((found.set, found.end));
        }
        let (set, end) = read_set(pattern, at)?;
        if self.0.len() < MAX_CACHED_SETS {
            if self.0.capacity() == 0 {
                self.0.reserve_exact(2);
            }
            self.0.push(CachedSet {
                start: at,
                end,
                set,
            });
        }
        Ok((set, end))
    }
}

/// Reads the item at `at`, which is not the end of the pattern: what it matches and
/// where it ends.
#[inline]
pub(super) fn single_at(
    pattern: &[u8],
    at: usize,
    sets: &mut SetCache,
) -> Result<(Single, usize), PatternError> {
    match pattern.get(at) {
        Some(b'.') => Ok((Single::Any, at + 1)),
        Some(b'%') => match pattern.get(at + 1) {
            Some(byte) => Ok((escaped(*byte), at + 2)),
            None => Err(PatternError::EndsWithPercent),
        },
        Some(b'[') => {
            let (set, end) = sets.get(pattern, at)?;
            Ok((Single::Set(set), end))
        }
        Some(literal) => Ok((Single::Byte(*literal), at + 1)),
        // Not reached by the matcher; the end of a pattern holds no item.
        None => Err(PatternError::TooComplex),
    }
}

/// Reads the set that opens at `at`: its bytes and the place after its `]`.
///
/// A `]` right after the opening stands for itself. `%` takes the meaning of the
/// next byte, and a range must have a byte, not the closing `]`, on its right.
pub(super) fn read_set(pattern: &[u8], at: usize) -> Result<(ByteSet, usize), PatternError> {
    let mut from = at + 1;
    let negated = pattern.get(from) == Some(&b'^');
    if negated {
        from += 1;
    }
    let close = find_close(pattern, from)?;
    let body = pattern.get(from..close).unwrap_or(&[]);
    let mut set = ByteSet::default();
    let mut rest = body;
    loop {
        rest = match rest {
            [] => break,
            [b'%', byte, tail @ ..] => {
                insert_escaped(&mut set, *byte);
                tail
            }
            [low, b'-', high, tail @ ..] => {
                set.insert_range(*low, *high);
                tail
            }
            [byte, tail @ ..] => {
                set.insert(*byte);
                tail
            }
        };
    }
    if negated {
        set.complement();
    }
    Ok((set, close + 1))
}

/// The place of the `]` that closes a set whose members start at `from`.
fn find_close(pattern: &[u8], from: usize) -> Result<usize, PatternError> {
    let mut at = from;
    loop {
        match pattern.get(at) {
            None => return Err(PatternError::MissingBracket),
            Some(b'%') if at + 1 < pattern.len() => at += 2,
            Some(_) => at += 1,
        }
        if pattern.get(at) == Some(&b']') {
            return Ok(at);
        }
    }
}

fn insert_escaped(set: &mut ByteSet, byte: u8) {
    let letter = byte.to_ascii_lowercase();
    match class_mask(letter) {
        Some(_) => {
            let index = usize::from(letter.wrapping_sub(b'a'));
            let mut class = CLASS_SETS.get(index).copied().unwrap_or_default();
            if byte.is_ascii_uppercase() {
                class.complement();
            }
            set.insert_all(&class);
        }
        None => set.insert(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(pattern: &str) -> Result<String, PatternError> {
        let (set, _) = read_set(pattern.as_bytes(), 0)?;
        Ok((0..128u8)
            .filter(|b| set.contains(*b))
            .map(char::from)
            .collect())
    }

    #[test]
    fn sets_read_like_puc() {
        for (pattern, expected) in [
            ("[abc]", "abc"),
            ("[]]", "]"),
            ("[]-a]", "]^_`a"),
            ("[a-]", "-a"),
            ("[-a]", "-a"),
            ("[a-%d]", "d"),
            (
                "[%a-z]",
                "-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            ),
            ("[%]]", "]"),
            ("[z-a]", ""),
            ("[%d.]", ".0123456789"),
            ("[a-c-e]", "-abce"),
            ("[[]", "["),
            ("[0-9%-]", "-0123456789"),
        ] {
            assert_eq!(members(pattern).as_deref(), Ok(expected), "{pattern}");
        }
        assert_eq!(members("[^%z\x01-\x7f]").as_deref(), Ok(""));
        for pattern in ["[", "[]", "[^]", "[a", "[%]", "[a%", "[%"] {
            assert_eq!(members(pattern), Err(PatternError::MissingBracket));
        }
    }

    #[test]
    fn classes_hold_the_c_locale() {
        let count = |letter: u8| {
            let single = escaped(letter);
            (0..=255u8).filter(|b| single.matches(*b)).count()
        };
        for (letter, size) in [
            (b'a', 52),
            (b'c', 33),
            (b'd', 10),
            (b'g', 94),
            (b'l', 26),
            (b'p', 32),
            (b's', 6),
            (b'u', 26),
            (b'w', 62),
            (b'x', 22),
            (b'z', 1),
            (b'q', 1),
        ] {
            assert_eq!(count(letter), size, "%{}", char::from(letter));
        }
        assert_eq!(count(b'A'), 256 - 52);
        assert_eq!(count(b'Q'), 1);
    }
}
