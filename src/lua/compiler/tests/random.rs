//! Random sources: whatever is compiled, nothing panics.

use super::super::listing::listing;
use super::super::{Options, compile};

/// A small generator with a fixed seed (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len()))
            .copied()
            .unwrap_or_default()
    }
}

const WORDS: &[&str] = &[
    "and",
    "break",
    "do",
    "else",
    "elseif",
    "end",
    "false",
    "for",
    "function",
    "goto",
    "if",
    "in",
    "local",
    "nil",
    "not",
    "or",
    "repeat",
    "return",
    "then",
    "true",
    "until",
    "while",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "#",
    "&",
    "~",
    "|",
    "<<",
    ">>",
    "//",
    "==",
    "~=",
    "<=",
    ">=",
    "<",
    ">",
    "=",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "::",
    ";",
    ":",
    ",",
    ".",
    "..",
    "...",
    "x",
    "y",
    "z",
    "_ENV",
    "self",
    "1",
    "0",
    "127",
    "128",
    "70000",
    "1.5",
    "0x7fffffffffffffff",
    "1e308",
    "'s'",
    "[[long]]",
    "\"a\\n\"",
    "<const>",
    "<close>",
    "--c\n",
    "a.b",
    "f()",
    "x=1",
    "\\",
    "'",
    "[=[",
    "0x",
    "1e",
    "\u{e9}",
];

/// Statements and expressions by their parts, so that most of it compiles.
fn expression(random: &mut Random, depth: u32, out: &mut String) {
    if depth == 0 {
        out.push_str(random.pick(&[
            "x", "y", "z.f", "1", "2.0", "-5", "nil", "true", "false", "'s'", "...", "x[1]", "k",
            "u", "f()", "o:m(1)", "#y",
        ]));
        return;
    }
    match random.below(7) {
        0..=3 => {
            expression(random, depth - 1, out);
            out.push_str(random.pick(&[
                " + ", " - ", " * ", " / ", " // ", " % ", " ^ ", " & ", " | ", " ~ ", " << ",
                " >> ", " .. ", " == ", " ~= ", " < ", " <= ", " > ", " >= ", " and ", " or ",
            ]));
            expression(random, depth - 1, out);
        }
        4 => {
            out.push_str(random.pick(&["not ", "-", "~", "#"]));
            expression(random, depth - 1, out);
        }
        5 => {
            out.push('(');
            expression(random, depth - 1, out);
            out.push(')');
        }
        _ => {
            out.push_str(random.pick(&[
                "{1, a = ",
                "f(1, ",
                "{[x] = ",
                "x[y][",
                "function(...) return ",
            ]));
            expression(random, depth - 1, out);
            let close = match out.bytes().rev().find(|b| b"{([)".contains(b)) {
                Some(b'{') => "}",
                Some(b'(') => ")",
                Some(b'[') => "]",
                _ => " end",
            };
            out.push_str(close);
        }
    }
}

fn statement(random: &mut Random, depth: u32, out: &mut String) {
    match random.below(if depth == 0 { 5 } else { 11 }) {
        0 => out.push_str("local x, y = "),
        1 => out.push_str("local k <const> = "),
        2 => out.push_str("x, y.z, u[k] = 1, "),
        3 => out.push_str("f("),
        4 => out.push_str("goto l; local q = "),
        5 => out.push_str("if "),
        6 => out.push_str("while "),
        7 => out.push_str("for i = 1, "),
        8 => out.push_str("for k, v in "),
        9 => out.push_str("repeat local r; until "),
        _ => out.push_str("local function g(u, ...) local k = "),
    }
    let head = out.len();
    expression(random, 2, out);
    let (before, _) = out.split_at(head);
    let tail = if before.ends_with("f(") {
        ") "
    } else if before.ends_with("if ") {
        " then break else "
    } else if before.ends_with("while ") || before.ends_with("1, ") && before.contains("for i") {
        " do "
    } else if before.ends_with("in ") {
        " do if v then goto l end "
    } else {
        " "
    };
    out.push_str(tail);
    if tail.len() > 3 || before_is_function(out) {
        statement(random, depth.saturating_sub(1), out);
        out.push_str(" end ");
    }
}

fn before_is_function(out: &str) -> bool {
    out.rfind("local function")
        .is_some_and(|at| !out[at..].contains(" end"))
}

#[test]
fn random_words_never_panic() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..20_000 {
        let count = 1 + random.below(40);
        let words: Vec<&str> = (0..count).map(|_| random.pick(WORDS)).collect();
        let source = words.join(if random.below(2) == 0 { " " } else { "" });
        let _ = compile(source.as_bytes(), b"=c", &Options::default());
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for _ in 0..20_000 {
        let count = random.below(60);
        let bytes: Vec<u8> = (0..count).map(|_| random.next() as u8).collect();
        let options = Options {
            max_bytes: random.below(2000),
            skip_shebang: random.below(2) == 0,
        };
        let _ = compile(&bytes, &bytes, &options);
    }
}

#[test]
fn random_programs_compile_or_fail_cleanly() {
    let mut random = Random(0x0dd0_beef_1234_5677);
    let mut compiled = 0;
    for _ in 0..5_000 {
        let mut source = String::new();
        for _ in 0..1 + random.below(6) {
            let depth = random.below(4) as u32;
            statement(&mut random, depth, &mut source);
        }
        source.push_str("::l::");
        if let Ok(chunk) = compile(source.as_bytes(), b"=c", &Options::default()) {
            compiled += 1;
            assert!(!listing(&chunk.proto).is_empty());
        }
    }
    assert!(compiled > 500, "only {compiled} programs compiled");
}

#[test]
fn truncated_programs_never_panic() {
    let program = include_str!("sample.lua");
    assert!(compile(program.as_bytes(), b"=c", &Options::default()).is_ok());
    for end in 0..program.len() {
        let _ = compile(&program.as_bytes()[..end], b"=c", &Options::default());
    }
    for max_bytes in (0..40_000).step_by(97) {
        let options = Options {
            max_bytes,
            ..Options::default()
        };
        let _ = compile(program.as_bytes(), b"=c", &options);
    }
}
