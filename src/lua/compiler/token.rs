//! The words of the language.

use super::atom::Atom;

macro_rules! words {
    (
        keywords { $($keyword:ident $text:literal)* }
        signs { $($sign:ident $sign_text:literal)* }
    ) => {
        /// One token. Names and strings are interned, so a token is `Copy`.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(super) enum Token {
            /// A token of a single byte, also one that no program may hold.
            Byte(u8),
            $(#[doc = "A reserved word."] $keyword,)*
            $(#[doc = "A sign of several bytes."] $sign,)*
            /// The end of the source.
            Eof,
            /// An integer numeral.
            Int(i64),
            /// A float numeral.
            Float(f64),
            /// An identifier.
            Name(Atom),
            /// A string literal.
            Str(Atom),
        }

        impl Token {
            /// The reserved word that `text` is, if it is one.
            pub fn keyword(text: &[u8]) -> Option<Token> {
                match text {
                    $($text => Some(Token::$keyword),)*
                    _ => None,
                }
            }

            /// How messages show this token, apart from numerals, names and
            /// strings, which show their own text.
            pub fn describe(self) -> Vec<u8> {
                match self {
                    Token::Byte(byte) if (32..127).contains(&byte) => vec![b'\'', byte, b'\''],
                    Token::Byte(byte) => format!("'<\\{byte}>'").into_bytes(),
                    $(Token::$keyword => [b"'", $text as &[u8], b"'"].concat(),)*
                    $(Token::$sign => [b"'", $sign_text as &[u8], b"'"].concat(),)*
                    Token::Eof => b"<eof>".to_vec(),
                    Token::Int(_) => b"<integer>".to_vec(),
                    Token::Float(_) => b"<number>".to_vec(),
                    Token::Name(_) => b"<name>".to_vec(),
                    Token::Str(_) => b"<string>".to_vec(),
                }
            }
        }
    };
}

words! {
    keywords {
        And b"and" Break b"break" Do b"do" Else b"else" Elseif b"elseif" End b"end"
        False b"false" For b"for" Function b"function" Goto b"goto" If b"if" In b"in"
        Local b"local" Nil b"nil" Not b"not" Or b"or" Repeat b"repeat"
        Return b"return" Then b"then" True b"true" Until b"until" While b"while"
    }
    signs {
        IDiv b"//" Concat b".." Dots b"..." Eq b"==" Ge b">=" Le b"<=" Ne b"~="
        Shl b"<<" Shr b">>" DoubleColon b"::"
    }
}
