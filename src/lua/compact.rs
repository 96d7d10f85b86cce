//! Lua source without comments, needless blanks and long names of local variables,
//! made by the Rust compiler.
//!
//! The Lua parts of the libraries are kept as text, and half of it is of no use to a
//! machine. Line breaks stay, so every function keeps its line numbers; the
//! parameters of functions that programs call keep their names (`names`).

mod names;
mod tokens;

use names::{Names, Walk};
use tokens::{Kind, Tokens};

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
        // The compiler warns of what takes it long; this is about a second.
        #[allow(long_running_const_eval)]
        const COMPACT: ([u8; SOURCE.len()], usize) = $crate::compact::compact(SOURCE);
        const BYTES: [u8; COMPACT.1] = $crate::compact::beginning(&COMPACT.0);
        const TEXT: &str = match str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => SOURCE,
        };
        TEXT
    }};
}

/// The compact form of a text, in an array of at least its length, and its own length.
///
/// Only the Rust compiler runs this, on the project's own files; it would tell if an
/// index were wrong. A text that is no Lua is cut at the token that never ends.
#[must_use]
pub const fn compact<const N: usize>(source: &str) -> ([u8; N], usize) {
    let mut names = Names::of(source);
    let mut walk = Walk::new();
    let mut out = Out {
        bytes: [0; N],
        len: 0,
        last: 0,
    };
    // Blanks count where a token follows on the same line.
    let mut blank = false;
    let mut line_is_empty = true;
    let mut tokens = Tokens::new(source);
    while let Some(token) = tokens.next() {
        if let Kind::Blank = token.kind {
            blank = true;
            let mut at = 0;
            while at < token.text.len() {
                if token.text[at] == b'\n' {
                    out.push(b'\n');
                    line_is_empty = true;
                }
                at += 1;
            }
            continue;
        }
        if blank && !line_is_empty && parts(out.last, token.text[0]) {
            out.push(b' ');
        }
        blank = false;
        line_is_empty = false;
        let role = walk.step(token, &tokens);
        match names.short(token.text, role) {
            Some(short) => {
                out.push(short.letter);
                if let Some(digit) = short.digit {
                    out.push(digit);
                }
            }
            None => out.push_all(token.text),
        }
        if walk.is_outside() {
            names.forget_inner();
        }
    }
    (out.bytes, out.len)
}

/// The first bytes of a text.
#[must_use]
pub const fn beginning<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    let mut at = 0;
    while at < N {
        bytes[at] = text[at];
        at += 1;
    }
    bytes
}

struct Out<const N: usize> {
    bytes: [u8; N],
    len: usize,
    last: u8,
}

impl<const N: usize> Out<N> {
    const fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
        self.last = byte;
    }

    const fn push_all(&mut self, text: &[u8]) {
        let mut at = 0;
        while at < text.len() {
            self.push(text[at]);
            at += 1;
        }
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

    /// The code of a source, its constants and lines, without names of variables.
    fn listed(text: &str) -> String {
        let compiled = crate::lua::compile(text.as_bytes(), b"=chunk", &Options::default());
        listing(&compiled.expect(text).proto)
    }

    #[test]
    fn a_compact_chunk_is_the_same_program() {
        let source = include_str!("lib/shims.lua");
        let text = compacted(source);
        assert!(text.len() < source.len());
        assert_eq!(text, crate::compact_lua!(include_str!("lib/shims.lua")));
        assert_eq!(text.lines().count(), source.lines().count());
        assert_eq!(listed(&text), listed(source));
    }

    #[test]
    fn local_variables_get_short_names() {
        for (source, expected) in [
            // Outside of blocks, in blocks, and what is global.
            (
                "local one, two = three\ndo local four = one + two + five end",
                "local p,q=three\ndo local a=p+q+five end",
            ),
            // The same letters in every outermost block.
            (
                "do local one end do local two, one end",
                "do local a end do local a,b end",
            ),
            // Fields and keys of the same name.
            (
                "do local key; key = {key = key, [key] = key.key, key; key == 1, key = 2}; key:key() end",
                "do local a;a={key=a,[a]=a.key,a;a==1,key=2};a:key()end",
            ),
            (
                "do local x = {function() local key, two = 1 key = 2 end, key = z} end",
                "do local a={function()local b,c=1 b=2 end,key=z}end",
            ),
            (
                "do local key; return {key, --[[ = ]] key --\n= 1} end",
                "do local a;return{a,key\n=1}end",
            ),
            // Shadowing, and a declaration whose value is the older variable.
            (
                "local name = 1\nlocal name = name\ndo local name = name end",
                "local p=1\nlocal p=p\ndo local p=p end",
            ),
            // Functions and their parameters.
            (
                "local function fact(number, ...) return fact(number, ...) end",
                "local function p(a,...)return p(a,...)end",
            ),
            (
                "function alc.f(opts, t) local copy, opts = t, 1 return copy end",
                "function alc.f(opts,t)local a,opts=t,1 return a end",
            ),
            (
                "t = {{f = function(list) return function(item) return list end end}}",
                "t={{f=function(list)return function(a)return list end end}}",
            ),
            (
                "t.f = function(list) return function(item) return list[item] end end",
                "t.f=function(list)return function(a)return list[a]end end",
            ),
            (
                "function t:f(list) local a = self return a, list end",
                "function t:f(list)local a=self return a,list end",
            ),
            (
                "local list, t = {}\nfunction t.f(list) end",
                "local list,p={}\nfunction p.f(list)end",
            ),
            // A parameter whose own name is in use by then.
            (
                "do local x function t.f(a, b) return x, a, b end end",
                "do local a function t.f(b,c)return a,b,c end end",
            ),
            // Loops, attributes, labels.
            (
                "for i = 1, 2 do for key, value in next, t do print(i, key, value) end end",
                "for p=1,2 do for a,b in next,t do print(p,a,b)end end",
            ),
            (
                "do local close <const>, const <close> = 1, nil return close < const end",
                "do local a<const>,b<close> =1,nil return a<b end",
            ),
            (
                "while x do local again ::again:: goto again end",
                "while x do local a::a::goto a end",
            ),
            (
                "repeat local done = f() until done",
                "repeat local a=f()until a",
            ),
            // Names that are global elsewhere, and short ones that are.
            (
                "local type, x = type, a\ndo local table = b.c end return table, p",
                "local type,q=type,a\ndo local table=b.c end return table,p",
            ),
            (
                "do local one, two, three = a, b.c end",
                "do local c,d,e=a,b.c end",
            ),
            ("do local one = a end", "do local b=a end"),
        ] {
            assert_eq!(compacted(source), expected, "{source}");
            assert_eq!(listed(expected), listed(source), "{source}");
        }
    }

    #[test]
    fn letters_may_run_out() {
        let mut source = String::from("do\n");
        for i in 0..90 {
            source += &format!("local function name_{i}() return name_{} end\n", i / 2);
        }
        source += "end\n";
        for i in 0..90 {
            source += &format!("local name_{i}_too = {i}\n");
        }
        // More than there is room for: these stay.
        for i in 0..100 {
            source += &format!("do local a0, last_{i} = 1; print(a0, last_{i}) end\n");
        }
        let text = compacted(&source);
        assert_eq!(listed(&text), listed(&source));
        assert!(text.contains("local function n1()return n end"), "{text}");
        assert!(text.contains("do local a,b=1;print(a,b)end"), "{text}");
        assert!(
            text.contains("do local a,last_99=1;print(a,last_99)end"),
            "{text}"
        );
    }
}
