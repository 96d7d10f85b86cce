//! The words of the language.

macro_rules! words {
    (
        keywords { $($keyword:ident $text:literal)* }
        signs { $($sign:ident $sign_text:literal)* }
    ) => {
        /// One token. What a name or a literal says stands beside it in the lexer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Token {
            /// A token of a single byte, also one that no program may hold.
            Byte(u8),
            $(#[doc = "A reserved word."] $keyword,)*
            $(#[doc = "A sign of several bytes."] $sign,)*
            /// The end of the source.
            Eof,
            /// An integer numeral.
            Int,
            /// A float numeral.
            Float,
            /// An identifier.
            Name,
            /// A string literal.
            Str,
        }

        /// The reserved words, in the order of their letters.
        const KEYWORDS: &[(&str, Token)] = &[$(($text, Token::$keyword)),*];

        /// The signs of several bytes, the longer of two that begin alike first.
        const SIGNS: &[(&str, Token)] = &[$(($sign_text, Token::$sign)),*];
    };
}

words! {
    keywords {
        And "and" Break "break" Do "do" Else "else" Elseif "elseif" End "end"
        False "false" For "for" Function "function" Goto "goto" If "if" In "in"
        Local "local" Nil "nil" Not "not" Or "or" Repeat "repeat"
        Return "return" Then "then" True "true" Until "until" While "while"
    }
    signs {
        IDiv "//" Dots "..." Concat ".." Eq "==" Ge ">=" Le "<=" Ne "~="
        Shl "<<" Shr ">>" DoubleColon "::"
    }
}

/// How messages show other tokens than bytes, words and signs.
const KINDS: &[(&str, Token)] = &[
    ("<eof>", Token::Eof),
    ("<integer>", Token::Int),
    ("<number>", Token::Float),
    ("<name>", Token::Name),
    ("<string>", Token::Str),
];

/// Where the reserved words with each first letter begin among all of them.
const BY_LETTER: [u8; 27] = {
    let mut begins = [0; 27];
    let mut at = 0;
    while at < KEYWORDS.len() {
        let mut later = KEYWORDS[at].0.as_bytes()[0] - b'a' + 1;
        while later < 27 {
            begins[later as usize] += 1;
            later += 1;
        }
        at += 1;
    }
    begins
};

impl Token {
    /// The reserved word that `text` is, if it is one.
    #[inline]
    pub fn keyword(text: &[u8]) -> Option<Token> {
        let letter = usize::from(text.first()?.wrapping_sub(b'a'));
        let (from, to) = (*BY_LETTER.get(letter)?, *BY_LETTER.get(letter + 1)?);
        let mut words = KEYWORDS.get(from.into()..to.into())?.iter();
        let found = words.find(|(word, _)| word.as_bytes() == text)?;
        Some(found.1)
    }

    /// The sign of several bytes that `text` begins with, and its length.
    pub fn sign(text: &[u8]) -> Option<(Token, usize)> {
        // Most signs have one byte, and stand before something else.
        if !matches!(text.get(1), Some(b'=' | b'<' | b'>' | b'/' | b'.' | b':')) {
            return None;
        }
        let mut signs = SIGNS.iter();
        let (sign, token) = signs.find(|(sign, _)| text.starts_with(sign.as_bytes()))?;
        Some((*token, sign.len()))
    }

    /// How messages show this token, apart from numerals, names and strings, which
    /// show their own text.
    pub fn describe(self) -> Vec<u8> {
        if let Token::Byte(byte) = self {
            return match byte {
                32..127 => vec![b'\'', byte, b'\''],
                _ => format!("'<\\{byte}>'").into_bytes(),
            };
        }
        if let Some((kind, _)) = KINDS.iter().find(|kind| kind.1 == self) {
            return kind.as_bytes().to_vec();
        }
        let mut words = KEYWORDS.iter().chain(SIGNS);
        let word = words.find(|word| word.1 == self).map_or("", |word| word.0);
        [b"'", word.as_bytes(), b"'"].concat()
    }
}
