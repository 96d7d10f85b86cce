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
        // The two top bits of a byte choose one of the four words.
        (self.0[usize::from(byte >> 6)] >> (byte & 63)) & 1 == 1
    }

    /// The set of one byte.
    pub(super) fn of(byte: u8) -> Self {
        let mut set = ByteSet::default();
        set.insert(byte);
        set
    }

    pub(super) fn is_disjoint(&self, other: &ByteSet) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| a & b == 0)
    }

    /// The only byte of the set, if it has just one.
    pub(super) fn sole(&self) -> Option<u8> {
        let count: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        if count != 1 {
            return None;
        }
        let (index, word) = self.0.iter().enumerate().find(|(_, word)| **word != 0)?;
        u8::try_from(index as u32 * 64 + word.trailing_zeros()).ok()
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

    pub(super) fn insert_all(&mut self, other: &ByteSet) {
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

/// The class letters in lower case.
const LETTERS: [u8; 11] = *b"acdglpsuwxz";

/// The mask and the set of every class.
static CLASS_SETS: [(u8, ByteSet); LETTERS.len()] = class_sets();

const fn class_sets() -> [(u8, ByteSet); LETTERS.len()] {
    let mut sets = [(0, ByteSet([0; 4])); LETTERS.len()];
    let table = properties();
    let mut index = 0usize;
    while index < LETTERS.len() {
        if let Some(mask) = class_mask(LETTERS[index]) {
            sets[index].0 = mask;
            let mut byte = 0usize;
            while byte < 256 {
                if table[byte] & mask != 0 {
                    sets[index].1.0[byte >> 6] |= 1 << (byte & 63);
                }
                byte += 1;
            }
        }
        index += 1;
    }
    sets
}

fn class_set(mask: u8, negated: bool) -> ByteSet {
    let mut set = CLASS_SETS
        .iter()
        .find(|class| class.0 == mask)
        .map_or(ByteSet::default(), |class| class.1);
    if negated {
        set.complement();
    }
    set
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
    /// The set with this number among those of the pattern.
    Set(u16),
}

impl Single {
    #[inline(always)]
    pub(super) fn matches(self, byte: u8, sets: &[ByteSet]) -> bool {
        match self {
            Single::Any => true,
            Single::Byte(literal) => literal == byte,
            Single::Class { mask, negated } => has(byte, mask) != negated,
            Single::Set(number) => sets
                .get(usize::from(number))
                .is_some_and(|set| set.contains(byte)),
        }
    }

    /// How many leading bytes match.
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn run_length(self, bytes: &[u8], sets: &[ByteSet]) -> usize {
        let end = match self {
            Single::Any => None,
            Single::Byte(literal) => bytes.iter().position(|b| *b != literal),
            Single::Class { mask, negated } => bytes.iter().position(|b| has(*b, mask) == negated),
            Single::Set(number) => match sets.get(usize::from(number)) {
                Some(set) => bytes.iter().position(|b| !set.contains(*b)),
                None => Some(0),
            },
        };
        end.unwrap_or(bytes.len())
    }

    /// Every byte it matches.
    pub(super) fn set(self, sets: &[ByteSet]) -> ByteSet {
        match self {
            Single::Any => ByteSet([u64::MAX; 4]),
            Single::Byte(literal) => ByteSet::of(literal),
            Single::Class { mask, negated } => class_set(mask, negated),
            Single::Set(number) => sets.get(usize::from(number)).copied().unwrap_or_default(),
        }
    }
}

#[inline]
fn has(byte: u8, mask: u8) -> bool {
    // A table of 256 entries holds every byte.
    PROPERTIES[usize::from(byte)] & mask != 0
}

/// What `%` and a byte stand for.
pub(super) fn escaped(byte: u8) -> Single {
    match class_mask(byte.to_ascii_lowercase()) {
        Some(mask) => Single::Class {
            mask,
            negated: byte.is_ascii_uppercase(),
        },
        None => Single::Byte(byte),
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
    match escaped(byte) {
        Single::Class { mask, negated } => set.insert_all(&class_set(mask, negated)),
        _ => set.insert(byte),
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
            (0..=255u8).filter(|b| single.matches(*b, &[])).count()
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
