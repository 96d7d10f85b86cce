//! Lua source without comments and needless blanks, made by the Rust compiler.
//!
//! The Lua parts of the libraries are kept as text, and a quarter of it is of no use
//! to a machine. Line breaks stay, so every function keeps its line numbers.

/// The text of a Lua file, made compact while the program is built.
///
/// ```
/// use algocline_lua::compact_lua;
///
/// const CHUNK: &str = compact_lua!("return  1 -- one\n  , '--'");
/// assert_eq!(CHUNK, "return 1\n,'--'");
/// ```
#[macro_export]
macro_rules! compact_lua {
    ($source:expr) => {{
        const SOURCE: &str = $source;
        const LEN: usize = $crate::compact::compact::<{ SOURCE.len() }>(SOURCE).1;
        const BYTES: [u8; LEN] = $crate::compact::compact::<LEN>(SOURCE).0;
        const TEXT: &str = match str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => SOURCE,
        };
        TEXT
    }};
}

/// The first `N` bytes of the compact form of a text, and the length of all of it.
///
/// Only the Rust compiler runs this, on the project's own files; it would tell if an
/// index were wrong. A text that is no Lua is cut at the token that never ends.
#[must_use]
pub const fn compact<const N: usize>(source: &str) -> ([u8; N], usize) {
    let text = source.as_bytes();
    let mut out = Out {
        bytes: [0; N],
        len: 0,
        last: 0,
    };
    // Blanks count where a token follows on the same line.
    let mut blank = false;
    let mut line_is_empty = true;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\n' => {
                out.push(b'\n');
                blank = false;
                line_is_empty = true;
                at += 1;
            }
            b' ' | b'\t' | b'\r' => {
                blank = true;
                at += 1;
            }
            b'-' if starts(text, at + 1, b'-') => {
                blank = true;
                let end = comment_end(text, at);
                while at < end {
                    if text[at] == b'\n' {
                        out.push(b'\n');
                        line_is_empty = true;
                    }
                    at += 1;
                }
            }
            _ => {
                if blank && !line_is_empty && parts(out.last, text[at]) {
                    out.push(b' ');
                }
                blank = false;
                line_is_empty = false;
                let end = token_end(text, at);
                while at < end {
                    out.push(text[at]);
                    at += 1;
                }
            }
        }
    }
    (out.bytes, out.len)
}

struct Out<const N: usize> {
    bytes: [u8; N],
    len: usize,
    last: u8,
}

impl<const N: usize> Out<N> {
    const fn push(&mut self, byte: u8) {
        if self.len < N {
            self.bytes[self.len] = byte;
        }
        self.len += 1;
        self.last = byte;
    }
}

/// Whether a blank between two bytes keeps two tokens apart.
const fn parts(before: u8, after: u8) -> bool {
    match before {
        // The end of a name or a number, which may have a point.
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | 0x80.. => {
            matches!(after, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'.' | 0x80..)
        }
        b'(' | b')' | b'{' | b'}' | b',' | b';' | b'"' | b'\'' => false,
        b'<' | b'>' | b'=' | b'~' | b'[' => after == before || after == b'=',
        _ => after == before,
    }
}

const fn starts(text: &[u8], at: usize, byte: u8) -> bool {
    at < text.len() && text[at] == byte
}

/// The end of the comment at `at`, before the line break if it is a short one.
const fn comment_end(text: &[u8], at: usize) -> usize {
    if let Some(end) = long_end(text, at + 2) {
        return end;
    }
    let mut end = at;
    while end < text.len() && text[end] != b'\n' {
        end += 1;
    }
    end
}

/// The end of the string at `at`, or of the single byte if there is none.
const fn token_end(text: &[u8], at: usize) -> usize {
    let quote = text[at];
    if quote == b'[' {
        return match long_end(text, at) {
            Some(end) => end,
            None => at + 1,
        };
    }
    if quote != b'"' && quote != b'\'' {
        return at + 1;
    }
    let mut end = at + 1;
    while end < text.len() && text[end] != quote {
        // What an escape begins with is no end, and two bytes are enough of it.
        end += if text[end] == b'\\' { 2 } else { 1 };
    }
    if end < text.len() {
        end + 1
    } else {
        text.len()
    }
}

/// The end of the long bracket that opens at `at`, if one does.
const fn long_end(text: &[u8], at: usize) -> Option<usize> {
    if !starts(text, at, b'[') {
        return None;
    }
    let mut inner = at + 1;
    while starts(text, inner, b'=') {
        inner += 1;
    }
    if !starts(text, inner, b'[') {
        return None;
    }
    let level = inner - at - 1;
    let mut close = inner + 1;
    while close < text.len() {
        if text[close] == b']' {
            let mut equals = 0;
            while starts(text, close + 1 + equals, b'=') {
                equals += 1;
            }
            if equals == level && starts(text, close + 1 + equals, b']') {
                return Some(close + level + 2);
            }
        }
        close += 1;
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lua::compiler::Options;
    use crate::lua::compiler::listing::listing;

    fn compacted(source: &str) -> String {
        let (bytes, len) = compact::<65536>(source);
        String::from_utf8(bytes[..len].to_vec()).unwrap()
    }

    #[test]
    fn comments_and_indentation_go() {
        for (source, expected) in [
            ("", ""),
            ("  x = 1  \n\t y = 2\n", "x=1\ny=2\n"),
            ("a = b - -c --d\n-- e", "a=b- -c\n"),
            ("a--[[ b\nc ]]d--[==[ ]] ]==]e", "a\nd e"),
            ("a --[[ b ]] c", "a c"),
            ("x = a[b[1]] --[ [[\ny", "x=a[b[1]]\ny"),
            ("f(  ) { 'a' , 1 .. b .. 2 }", "f(){'a',1 ..b ..2}"),
            (
                "a < < b [ [ c [ = d ~ = e : : f / / g . . h",
                "a< <b[ [c[ =d~ =e: :f/ /g . .h",
            ),
            ("--", ""),
        ] {
            assert_eq!(compacted(source), expected, "{source}");
        }
    }

    #[test]
    fn strings_stay_as_they_are() {
        for source in [
            r#"x="  -- \"  --  "..'  \\'"#,
            r#"x='"  --'.."'  --""#,
            "x=[[\n   -- a\n\n  ]]..[==[ ]] -- ]=]  ]==]",
            "x=\"a\\\n   b\\z\n   c\"",
            "x='é  -- ü'",
            "x='open",
            "x='open\\",
            "x=[[open",
        ] {
            assert_eq!(compacted(source), source);
        }
    }

    #[test]
    fn a_compact_chunk_is_the_same_program() {
        let source = include_str!("lib/shims.lua");
        let text = compacted(source);
        assert!(text.len() < source.len());
        assert_eq!(text, crate::compact_lua!(include_str!("lib/shims.lua")));
        assert_eq!(text.lines().count(), source.lines().count());
        let listed = |text: &str| {
            let compiled = crate::lua::compile(text.as_bytes(), b"=shims", &Options::default());
            listing(&compiled.unwrap().proto)
        };
        assert_eq!(listed(&text), listed(source));
    }
}
