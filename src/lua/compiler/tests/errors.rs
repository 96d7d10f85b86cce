//! Error messages, which are PUC's to the letter.

use super::super::{Options, SyntaxErrorKind, compile};
use super::{error_of, try_compile};

/// Sources and what `load` of PUC Lua 5.4.8 says of them, behind the chunk's
/// name.
#[rustfmt::skip]
const MESSAGES: &[(&str, &str)] = &[
    ("x=", "1: unexpected symbol near <eof>"),
    ("x='a\\0b' 'c\\0d'", "1: unexpected symbol near ''c'"),
    ("x = 'abc\\q'", "1: invalid escape sequence near ''abc\\q'"),
    ("x='ab", "1: unfinished string near <eof>"),
    ("x=[[aa", "1: unfinished long string (starting at line 1) near <eof>"),
    ("x=[==a", "1: invalid long string delimiter near '[=='"),
    ("--[[x", "1: unfinished long comment (starting at line 1) near <eof>"),
    ("x=0x", "1: malformed number near '0x'"),
    ("x=3..4", "1: malformed number near '3..4'"),
    ("x=1e+", "1: malformed number near '1e+'"),
    ("x=@", "1: unexpected symbol near '@'"),
    ("x = ", "1: unexpected symbol near <eof>"),
    ("goto a", "1: no visible label 'a' for <goto> at line 1"),
    ("break", "1: break outside loop at line 1"),
    ("do local x goto a local y ::a:: print(y) end", "1: <goto a> at line 1 jumps into the scope of local 'y'"),
    ("::a:: ::a::", "1: label 'a' already defined on line 1"),
    ("::a:: do ::a:: end", "1: label 'a' already defined on line 1"),
    ("local x<const> =1; x=2", "1: attempt to assign to const variable 'x'"),
    ("local x<const> =f(); x=2", "1: attempt to assign to const variable 'x'"),
    ("local x<const> =f(); function g() x=2 end", "1: attempt to assign to const variable 'x'"),
    ("local x<foo> =1", "1: unknown attribute 'foo'"),
    ("local a<close>,b<close> =1", "1: multiple to-be-closed variables in local list"),
    ("for", "1: <name> expected near <eof>"),
    ("for a", "1: '=' or 'in' expected near <eof>"),
    ("for a=", "1: unexpected symbol near <eof>"),
    ("for a=1", "1: ',' expected near <eof>"),
    ("for a=1,2", "1: 'do' expected near <eof>"),
    ("for a,b", "1: 'in' expected near <eof>"),
    ("for a in", "1: unexpected symbol near <eof>"),
    ("if x then", "1: 'end' expected near <eof>"),
    ("x.", "1: <name> expected near <eof>"),
    ("x:y", "1: function arguments expected near <eof>"),
    ("x=}", "1: unexpected symbol near '}'"),
    ("x=function", "1: '(' expected near <eof>"),
    ("x={1,2", "1: '}' expected near <eof>"),
    ("x={a b}", "1: '}' expected near 'b'"),
    ("return return", "1: unexpected symbol near 'return'"),
    ("return 1 2", "1: <eof> expected near '2'"),
    ("x=1 y 2", "1: syntax error near '2'"),
    ("'a\\65b'", "1: unexpected symbol near ''aAb''"),
    ("x=y '\\400'", "1: decimal escape too large near ''\\400''"),
    ("'\\u{110000000}'", "1: UTF-8 value too large near ''\\u{110000000'"),
    ("'\\xag'", "1: hexadecimal digit expected near ''\\xag'"),
    ("'\\u12'", "1: missing '{' near ''\\u1'"),
    ("'\\u{12g'", "1: missing '}' near ''\\u{12g'"),
    ("goto 1", "1: <name> expected near '1'"),
    ("::1", "1: <name> expected near '1'"),
    ("...=1", "1: unexpected symbol near '...'"),
    ("function f() return ... end", "1: cannot use '...' outside a vararg function near '...'"),
    ("x=1=2", "1: unexpected symbol near '='"),
    ("f()=1", "1: syntax error near '='"),
    ("(a)=1", "1: syntax error near '='"),
    ("(a)", "1: syntax error near <eof>"),
    ("a", "1: syntax error near <eof>"),
    ("a.b", "1: syntax error near <eof>"),
    ("a:b=1", "1: function arguments expected near '='"),
    ("'x'='y'", "1: unexpected symbol near ''x''"),
    ("y z", "1: syntax error near 'z'"),
    ("x=1.5.2", "1: malformed number near '1.5.2'"),
    ("x=0xg", "1: malformed number near '0xg'"),
    ("x=3x", "1: malformed number near '3x'"),
    ("x=0x1p", "1: malformed number near '0x1p'"),
    ("x=0x.p1", "1: malformed number near '0x.p1'"),
    ("local function", "1: <name> expected near <eof>"),
    ("local 1", "1: <name> expected near '1'"),
    ("x<1", "1: syntax error near '<'"),
    ("x=~", "1: unexpected symbol near <eof>"),
    ("x=a.1", "1: unexpected symbol near '.1'"),
    ("repeat x=1", "1: 'until' expected near <eof>"),
    ("while x", "1: 'do' expected near <eof>"),
    ("while x do", "1: 'end' expected near <eof>"),
    ("if x then else elseif", "1: 'end' expected near 'elseif'"),
    ("function f(a,) end", "1: <name> or '...' expected near ')'"),
    ("function f(1) end", "1: <name> or '...' expected near '1'"),
    ("function f(...,a) end", "1: ')' expected near ','"),
    ("function a.b:c.d() end", "1: '(' expected near '.'"),
    ("f{", "1: unexpected symbol near <eof>"),
    ("f(1", "1: ')' expected near <eof>"),
    ("f(1,", "1: unexpected symbol near <eof>"),
    ("x=(1", "1: ')' expected near <eof>"),
    ("x=a[1", "1: ']' expected near <eof>"),
    ("x=a[", "1: unexpected symbol near <eof>"),
    ("x={[1]}", "1: '=' expected near '}'"),
    ("x={[1]=", "1: unexpected symbol near <eof>"),
    ("x={a=}", "1: unexpected symbol near '}'"),
    ("local x = local", "1: unexpected symbol near 'local'"),
    ("x = and", "1: unexpected symbol near 'and'"),
    ("x = 5 5", "1: unexpected symbol near '5'"),
    ("x = \"a\" \"b\"", "1: unexpected symbol near '\"b\"'"),
    ("x == 1", "1: syntax error near '=='"),
    ("x = 1 + ", "1: unexpected symbol near <eof>"),
    ("x = 1 .. ", "1: unexpected symbol near <eof>"),
    ("x, y", "1: '=' expected near <eof>"),
    ("x, y = ", "1: unexpected symbol near <eof>"),
    ("x, 1 = 2", "1: unexpected symbol near '1'"),
    ("x, f() = 2", "1: syntax error near '='"),
    ("local x, <const> = 1", "1: <name> expected near '<'"),
    ("local <const> = 1", "1: <name> expected near '<'"),
    ("for i = 1, 2, 3, 4 do end", "1: 'do' expected near ','"),
    ("for i = 1 do end", "1: ',' expected near 'do'"),
    ("for i, j = 1, 2 do end", "1: 'in' expected near '='"),
    ("for a.b in x do end", "1: '=' or 'in' expected near '.'"),
    ("end", "1: <eof> expected near 'end'"),
    ("else", "1: <eof> expected near 'else'"),
    ("until x", "1: <eof> expected near 'until'"),
    ("do end end", "1: <eof> expected near 'end'"),
    ("x = [[a]] [=[b]=] =", "1: unexpected symbol near '[=[b]=]'"),
    ("x = $", "1: unexpected symbol near '$'"),
    ("x = `a`", "1: unexpected symbol near '`'"),
    ("goto continue; local x; ::continue:: x=1", "1: <goto continue> at line 1 jumps into the scope of local 'x'"),
    ("do goto l1 end; local a; ::l1:: print(a)", "1: <goto l1> at line 1 jumps into the scope of local 'a'"),
    ("repeat if x then goto cont end; local xuxu = 10; ::cont:: until xuxu < x", "1: <goto cont> at line 1 jumps into the scope of local 'xuxu'"),
    ("::l1:: ; do ::l2:: end ::l2:: ::l2::", "1: label 'l2' already defined on line 1"),
    ("x = function() goto out end ::out::", "1: no visible label 'out' for <goto> at line 1"),
    ("while true do local function f() break end end", "1: break outside loop at line 1"),
    ("if x then break end", "1: break outside loop at line 1"),
    ("local function f() if x then break end end", "1: break outside loop at line 1"),
    ("local x <const> = 10; local function f() x = x + 1 end", "1: attempt to assign to const variable 'x'"),
    ("local x <close> = nil; x = 1", "1: attempt to assign to const variable 'x'"),
    ("local _ENV <const> = {}; _ENV = 1", "1: attempt to assign to const variable '_ENV'"),
    ("x = 1e", "1: malformed number near '1e'"),
    ("x = 1e5x", "1: malformed number near '1e5x'"),
    ("x = ..", "1: unexpected symbol near '..'"),
    ("x = a..b..", "1: unexpected symbol near <eof>"),
    ("x = \"\\z", "1: unfinished string near <eof>"),
    ("x = \"\\", "1: unfinished string near <eof>"),
    ("x = 'a\\u{7FFFFFFF}' .. 'a\\u{80000000}'", "1: UTF-8 value too large near ''a\\u{80000000'"),
    ("x = '\\x1'", "1: hexadecimal digit expected near ''\\x1''"),
    ("x = '\\u{}'", "1: hexadecimal digit expected near ''\\u{}'"),
    ("x = '\\u{1'", "1: missing '}' near ''\\u{1''"),
    ("x = '\\999'", "1: decimal escape too large near ''\\999''"),
    ("x = \"\\A\"", "1: invalid escape sequence near '\"\\A'"),
    ("x = \"abc\\", "1: unfinished string near <eof>"),
    ("def\\q\"", "1: syntax error near '\\'"),
    ("return;;", "1: <eof> expected near ';'"),
    ("return 1,", "1: unexpected symbol near <eof>"),
    ("return; x=1", "1: <eof> expected near 'x'"),
    ("local a <const>, b <close>, c <close> = 1", "1: multiple to-be-closed variables in local list"),
    ("goto = 1", "1: <name> expected near '='"),
    ("local goto = 1", "1: <name> expected near 'goto'"),
    ("x='ab\n'", "1: unfinished string near ''ab'"),
    ("x=[[a\n\n", "3: unfinished long string (starting at line 1) near <eof>"),
    ("if x then\n\nx", "3: syntax error near <eof>"),
    ("f\n(", "2: unexpected symbol near <eof>"),
    ("x=\n\n[==[ab\nc]==] y z", "4: syntax error near 'z'"),
    ("x = 'a\\\n\\z  \n b' =", "3: unexpected symbol near '='"),
    ("x=\x01", "1: unexpected symbol near '<\\1>'"),
    ("x=\x7f", "1: unexpected symbol near '<\\127>'"),
    ("for i=1,2\ndo\n\nx(", "4: unexpected symbol near <eof>"),
    ("do\nend end", "2: <eof> expected near 'end'"),
    ("x={\n1\n2", "3: '}' expected (to close '{' at line 1) near '2'"),
    ("f(\n1 2", "2: ')' expected (to close '(' at line 1) near '2'"),
    ("'\\\n\\q", "2: invalid escape sequence near ''\n\\q'"),
    ("x = [==[\n]=]\n]==] =", "3: unexpected symbol near '='"),
    ("x='a\rb'", "1: unfinished string near ''a'"),
    ("\r\n\n\r\n@", "4: unexpected symbol near '@'"),
    ("--[==[\n]]\n@", "3: unfinished long comment (starting at line 1) near <eof>"),
    ("#x", "1: unexpected symbol near '#'"),
    ("goto x\n\n\n", "4: no visible label 'x' for <goto> at line 1"),
    ("do goto x end\n local z ::x:: ; ::y:: ; z=1", "2: <goto x> at line 1 jumps into the scope of local 'z'"),
    ("local x <const> = 5; goto a; local y <const> = 6; ::a:: f()", "1: <goto a> at line 1 jumps into the scope of local 'y'"),];

#[test]
fn messages_are_those_of_puc_lua() {
    for (source, expected) in MESSAGES {
        let expected = format!("c:{expected}");
        assert_eq!(error_of(source).to_string(), expected, "{source:?}");
    }
}

#[test]
fn errors_tell_line_and_column() {
    let place = |source: &str| {
        let error = error_of(source);
        (error.line, error.column)
    };
    assert_eq!(place("x = 1\ny = = 2"), (2, 5));
    assert_eq!(place("="), (1, 1));
    // Characters are counted, not bytes.
    assert_eq!(place("x = 'äöü' ="), (1, 11));
    assert_eq!(place("x =\r\n\r\n  )"), (3, 3));
    // The string began on the line before.
    assert_eq!(place("x = 'a\\\nb\\q'"), (2, 1));
}

#[test]
fn bytes_that_are_no_text_are_shown_by_number() {
    let options = Options::default();
    let error = compile(b"x = \x01", b"=c", &options).err();
    let message = error.map(|error| error.message);
    assert_eq!(
        message,
        Some(b"c:1: unexpected symbol near '<\\1>'".to_vec())
    );
    let error = compile(b"x = \xe9", b"=c", &options).err();
    let message = error.map(|error| error.message);
    assert_eq!(
        message,
        Some(b"c:1: unexpected symbol near '<\\233>'".to_vec())
    );
}

#[test]
fn chunk_names_are_shown_as_load_shows_them() {
    let message = |name: &str| {
        let error = compile(b"x", name.as_bytes(), &Options::default()).err();
        error.map(|error| error.to_string())
    };
    let expect = |text: &str| Some(format!("{text}:1: syntax error near <eof>"));
    assert_eq!(message("=strategy"), expect("strategy"));
    assert_eq!(message("@a/b.lua"), expect("a/b.lua"));
    assert_eq!(message("x"), expect("[string \"x\"]"));
    assert_eq!(message("x\ny"), expect("[string \"x...\"]"));
}

#[test]
fn memory_is_limited() {
    let source = "x = {1, 2, 'three'} ".repeat(1000);
    let with = |max_bytes| {
        let options = Options {
            max_bytes,
            ..Options::default()
        };
        compile(source.as_bytes(), b"=c", &options)
    };
    let bytes = with(usize::MAX).map(|chunk| chunk.bytes).unwrap_or(0);
    assert!(bytes > 50_000, "{bytes} bytes");
    assert!(with(bytes).is_ok());
    let error = with(bytes - 1).err();
    assert_eq!(
        error.map(|error| (error.message, error.kind)),
        Some((b"not enough memory".to_vec(), SyntaxErrorKind::Memory))
    );
}

#[test]
fn cost_grows_with_the_source() {
    let cost = |count: usize| {
        let source = "x = x + 1 ".repeat(count);
        try_compile(&source).map(|chunk| chunk.cost).unwrap_or(0)
    };
    assert!(cost(1) >= 6);
    let (small, large) = (cost(100), cost(1000));
    assert!(large > small * 9 && large < small * 11);
    // What is skipped has to be read, too.
    let comment = format!("--{}", "x".repeat(32_000));
    let cost_of = |source: &str| try_compile(source).map(|chunk| chunk.cost).unwrap_or(0);
    assert!(cost_of(&comment) > 1000);
    // The work for a wrong source is known, too.
    assert!(error_of(&("x = x + 1 ".repeat(100) + "=")).cost >= small - 10);
}
