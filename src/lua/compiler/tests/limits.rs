//! Limits: the same as PUC's, and no stack or time lost on huge sources.

use std::time::{Duration, Instant};

use super::super::listing::listing;
use super::{error_of, outcome, try_compile};
use crate::lua::opcode::Op;
use crate::lua::strings::hash_bytes;

const OVERFLOW: &str = "C stack overflow";

/// `open`, repeated, around `middle`.
fn nested(before: &str, open: &str, middle: &str, close: &str, depth: usize) -> String {
    format!(
        "{before}{}{middle}{}",
        open.repeat(depth),
        close.repeat(depth)
    )
}

#[test]
fn nesting_is_limited_as_in_puc_lua() {
    // How deep PUC Lua 5.4 goes at most when `load` is called by a main chunk.
    for (before, open, middle, close, most) in [
        ("x=", "(", "1", ")", 195),
        ("x=", "a..", "a", "", 195),
        ("x=", "not ", "1", "", 195),
        ("x=", "- ", "1", "", 195),
        ("x=", "2^", "1", "", 195),
        ("x=", "{", "", "}", 196),
        ("", "a,", "a=1", "", 195),
        ("", "do ", "", " end", 197),
        ("", "if x then ", "", " end", 196),
        ("x=", "function() return ", "1", " end", 97),
        ("x=", "a[", "1", "]", 195),
    ] {
        let source = nested(before, open, middle, close, most);
        assert_eq!(outcome(&source), "ok", "{open} {most} times");
        for depth in [most + 1, 300, 100_000] {
            let source = nested(before, open, middle, close, depth);
            assert_eq!(outcome(&source), OVERFLOW, "{open} {depth} times");
        }
    }
}

#[test]
fn the_deepest_nesting_fits_a_small_stack() {
    // In a browser the stack of the whole module is 1 MB.
    let run = || {
        for (open, close) in [
            ("f{function() do local x = ", " end end}"),
            ("f(a[g{(", ")}])"),
            ("function(...) for i = 1, ", " do end end"),
            ("{[", "] = 1}"),
            ("not -a^", ""),
        ] {
            for depth in [90, 1000] {
                let source = nested("x = ", open, "1", close, depth);
                let _ = try_compile(&source);
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(400 << 10).spawn(run);
    assert!(thread.is_ok_and(|thread| thread.join().is_ok()));
}

#[test]
fn variables_upvalues_and_registers_are_limited() {
    let locals = |count| "local a\n".repeat(count);
    assert_eq!(outcome(&locals(200)), "ok");
    assert_eq!(
        outcome(&locals(201)),
        "c:202: too many local variables (limit is 200) in main function near <eof>"
    );
    assert_eq!(
        outcome(&format!("x=function() {}", locals(201))),
        "c:202: too many local variables (limit is 200) in function at line 1 near <eof>"
    );
    let names = |letter: char, count: usize| -> Vec<String> {
        (0..count).map(|n| format!("{letter}{n}")).collect()
    };
    let (a, b) = (names('a', 130), names('b', 126));
    let upvalues = |sum: &str| {
        format!(
            "local {}\nlocal function f()\nlocal {}\nreturn function()\nreturn {sum}\nend end",
            a.join(","),
            b.join(",")
        )
    };
    let sum = [&a[..], &b[..125]].concat().join("+");
    assert_eq!(outcome(&upvalues(&sum)), "ok");
    let sum = [&a[..], &b[..]].concat().join("+");
    assert_eq!(
        outcome(&upvalues(&sum)),
        "c:6: too many upvalues (limit is 255) in function at line 4 near 'end'"
    );
    let arguments = |count: usize| format!("x=f({})", vec!["1"; count].join(","));
    assert_eq!(outcome(&arguments(253)), "ok");
    assert_eq!(
        outcome(&arguments(254)),
        "c:1: function or expression needs too many registers near <eof>"
    );
}

#[test]
fn constants_beyond_every_operand_are_loaded() {
    let mut source = "local t = {".to_owned();
    for n in 0..70_000 {
        source.push_str(&format!("{}.5,", n));
    }
    source.push_str("} t.late = t.later t.late2 = 0.25 return 99999.125");
    let chunk = match try_compile(&source) {
        Ok(chunk) => chunk,
        Err(error) => panic!("{error}"),
    };
    let text = listing(&chunk.proto);
    assert!(text.contains("LoadK 1 0 ; 0.5"));
    assert!(text.contains("LoadK 36 65535 ; 65535.5"), "the last LoadK");
    let extended = chunk
        .proto
        .code
        .windows(2)
        .find(|pair| pair[0].op() == Op::LoadKX);
    assert_eq!(extended.map(|pair| pair[1].get_ax()), Some(65_536));
    // Names beyond the reach of an operand go through a register.
    assert!(
        text.contains("SetTable 0 "),
        "{}",
        &text[text.len() - 600..]
    );
}

#[test]
fn loops_and_functions_too_long_are_errors() {
    let body = "f() ".repeat(40_000);
    let near = "c:1: control structure too long near 'end'";
    assert_eq!(outcome(&format!("for i=1,2 do {body} end")), near);
    assert_eq!(outcome(&format!("for k in x do {body} end")), near);
    assert_eq!(outcome(&format!("while x do {body} end")), "ok");
    assert_eq!(outcome(&format!("repeat {body} until x")), "ok");
    let functions = "f(function() end) ".repeat(65_537);
    let error = error_of(&functions).to_string();
    assert!(
        error.starts_with("c:1: too many functions (limit is 65535) in main function near"),
        "{error}"
    );
}

/// A string of 16 bytes, as escapes: the machine hashes all of them to the same.
fn one_hash(n: u64) -> String {
    const K: u64 = 0x9E37_79B9_7F4A_7C15;
    let first = (16_u64.wrapping_mul(K).rotate_left(23) ^ n).wrapping_mul(K);
    let bytes = [n, first.rotate_left(23)].map(u64::to_le_bytes).concat();
    assert_eq!(hash_bytes(&bytes), 1);
    bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
}

#[test]
fn huge_sources_take_linear_time() {
    let numbered =
        |count: usize, line: &dyn Fn(usize) -> String| -> String { (0..count).map(line).collect() };
    let sources = [
        ("chain of elseif", {
            let branches = numbered(40_000, &|n| format!("elseif x == {n} then y() "));
            format!("if x then y() {branches} else z() end")
        }),
        ("sum", format!("x = a{}", " + a".repeat(300_000))),
        ("and", format!("x = a{}", " and a".repeat(300_000))),
        ("or", format!("x = a{}", " or a".repeat(300_000))),
        (
            "condition",
            format!("if a{} then b() end", " and a".repeat(300_000)),
        ),
        ("calls", format!("x = f{}", "()".repeat(300_000))),
        ("fields", format!("x = f{}", ".a.b".repeat(100_000))),
        ("globals", numbered(100_000, &|n| format!("x{n} = y{n} "))),
        ("names in functions", {
            numbered(30_000, &|n| format!("f(function() return x{n} end, x{n}) "))
        }),
        ("labels", numbered(50_000, &|n| format!("::l{n}:: f() "))),
        ("gotos and labels", {
            let gotos = numbered(50_000, &|n| format!("do goto l{n} end "));
            let labels = numbered(50_000, &|n| format!("::l{n}:: f() "));
            gotos + &labels
        }),
        (
            "gotos to one label",
            format!("{} ::a::", "goto a; ".repeat(100_000)),
        ),
        (
            "table",
            format!("x = {{{}}}", "1, a, b = 2,".repeat(100_000)),
        ),
        (
            "string",
            format!("x = '{}'", "\\65\\x42\\u{43}".repeat(100_000)),
        ),
        ("strings of one hash", {
            numbered(50_000, &|n| format!("x = '{}' ", one_hash(n as u64)))
        }),
        ("comment", "--[==[ ]=] ]]\n".repeat(100_000) + "]==]"),
        ("brackets", format!("x = [==[{}]==]", "]=".repeat(500_000))),
        ("line breaks", "\n".repeat(1_000_000)),
        (
            "constants",
            format!("local x <const> = 1 {}", "y = x ".repeat(100_000)),
        ),
        ("blocks", "do local x; local y end ".repeat(50_000)),
        ("numeral", "x = 1".to_owned() + &"0".repeat(500_000)),
    ];
    for (name, source) in sources {
        let start = Instant::now();
        let result = outcome(&source);
        let time = start.elapsed();
        assert!(
            result == "ok" || name == "comment",
            "{name}: {}",
            &result[..result.len().min(200)]
        );
        // Anything quadratic would take many seconds.
        assert!(time < Duration::from_secs(2), "{name}: {time:?}");
    }
}
