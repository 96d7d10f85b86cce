//! Snippets and what PUC Lua 5.4 prints for them: whether the call succeeds, and
//! what it returns or raises.

/// A snippet and its output.
pub type Case = (&'static str, &'static str);

/// All groups of snippets.
pub const ALL: &[(&str, &[Case])] = &[
    ("len_sub_case", LEN_SUB_CASE),
    ("rep", REP),
    ("byte_char_dump", BYTE_CHAR_DUMP),
    ("find", FIND),
    ("match", MATCH),
    ("gmatch", GMATCH),
    ("gsub_text", GSUB_TEXT),
    ("gsub_values", GSUB_VALUES),
    ("format_numbers", FORMAT_NUMBERS),
    ("format_text", FORMAT_TEXT),
    ("pack", PACK),
    ("arithmetic", ARITHMETIC),
    ("utf8", UTF8),
    ("pauses", PAUSES),
    ("later_than_5_4_4", LATER_THAN_5_4_4),
];

const LEN_SUB_CASE: &[Case] = &[
    (
        "return #\"\", (\"abc\"):len(), string.len(\"a\\0b\"), string.len(1234)",
        "true\t0\t3\t3\t4",
    ),
    (
        "return (\"hello\"):sub(2), (\"hello\"):sub(2,3), (\"hello\"):sub(-3), (\"hello\"):sub(-3,-2), (\"hello\"):sub(0)",
        "true\tello\tel\tllo\tll\thello",
    ),
    (
        "return (\"hello\"):sub(6), (\"hello\"):sub(10,20), (\"hello\"):sub(-100,2), (\"hello\"):sub(3,2), (\"hello\"):sub(math.mininteger, math.maxinteger)",
        "true\t\t\the\t\thello",
    ),
    (
        "return (\"hello\"):sub(2.0, \"3\"), (12345):rep(1):sub(2,-2)",
        "false\ts:1: attempt to index a number value",
    ),
    (
        "return (\"x\"):sub(1.5)",
        "false\ts:1: bad argument #1 to 'sub' (number has no integer representation)",
    ),
    (
        "return (\"x\"):sub()",
        "false\ts:1: bad argument #1 to 'sub' (number expected, got no value)",
    ),
    (
        "return string.sub()",
        "false\ts:1: bad argument #1 to 'sub' (string expected, got no value)",
    ),
    (
        "return string.sub({}, 1)",
        "false\ts:1: bad argument #1 to 'sub' (string expected, got table)",
    ),
    (
        "return (\"aXyZ09\\0é\"):upper() == \"AXYZ09\\0é\", (\"aXyZ[`{@\"):lower(), (\"abc\"):reverse(), (\"\"):reverse(), (\"a\"):rep(60):upper():len()",
        "true\ttrue\taxyz[`{@\tcba\t\t60",
    ),
    (
        "return ((\"abcdefghij\"):rep(6)):reverse(), ((\"AbC\"):rep(20)):lower()",
        "true\tjihgfedcbajihgfedcbajihgfedcbajihgfedcbajihgfedcbajihgfedcba\tabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc",
    ),
    (
        "return string.upper(12.5), string.reverse(120), string.lower(-1)",
        "true\t12.5\t021\t-1",
    ),
    (
        "return string.upper()",
        "false\ts:1: bad argument #1 to 'upper' (string expected, got no value)",
    ),
    (
        "return string.len(nil)",
        "false\ts:1: bad argument #1 to 'len' (string expected, got nil)",
    ),
    (
        "return string.reverse(print)",
        "false\ts:1: bad argument #1 to 'reverse' (string expected, got function)",
    ),
    (
        "return (\"x\"):bad()",
        "false\ts:1: attempt to call a nil value (method 'bad')",
    ),
];

const REP: &[Case] = &[
    (
        "return (\"ab\"):rep(3), (\"ab\"):rep(0), (\"ab\"):rep(-1), (\"ab\"):rep(1, \"x\"), (\"ab\"):rep(3, \", \"), (\"\"):rep(5), (\"\"):rep(3,\"-\")",
        "true\tababab\t\t\tab\tab, ab, ab\t\t--",
    ),
    (
        "return (\"abc\"):rep(20,\"--\")",
        "true\tabc--abc--abc--abc--abc--abc--abc--abc--abc--abc--abc--abc--abc--abc--abc--abc--abc--abc--abc--abc",
    ),
    (
        "return (\"x\"):rep(50), #(\"xy\"):rep(1000, \"z\")",
        "true\txxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\t2999",
    ),
    (
        "return string.rep(7, 3), string.rep(\"a\", \"2\"), string.rep(\"a\", 2.0)",
        "true\t777\taa\taa",
    ),
    (
        "return string.rep(\"x\", 1e10)",
        "false\ts:1: resulting string too large",
    ),
    (
        "return string.rep(\"x\", 1 << 31)",
        "false\ts:1: resulting string too large",
    ),
    (
        "return string.rep(\"abc\", math.maxinteger)",
        "false\ts:1: resulting string too large",
    ),
    (
        "return string.rep(\"x\", math.mininteger) == \"\"",
        "true\ttrue",
    ),
    (
        "return string.rep(\"x\", 1.5)",
        "false\ts:1: bad argument #2 to 'rep' (number has no integer representation)",
    ),
    (
        "return string.rep(\"x\", \"y\")",
        "false\ts:1: bad argument #2 to 'rep' (number expected, got string)",
    ),
    (
        "return string.rep(\"x\")",
        "false\ts:1: bad argument #2 to 'rep' (number expected, got no value)",
    ),
    (
        "return string.rep(nil, 1)",
        "false\ts:1: bad argument #1 to 'rep' (string expected, got nil)",
    ),
    (
        "return string.rep(\"x\", 2, {})",
        "false\ts:1: bad argument #3 to 'rep' (string expected, got table)",
    ),
];

const BYTE_CHAR_DUMP: &[Case] = &[
    (
        "return (\"abc\"):byte(), (\"abc\"):byte(2), (\"abc\"):byte(-1), (\"abc\"):byte(1,-1)",
        "true\t97\t98\t99\t97\t98\t99",
    ),
    ("return (\"abc\"):byte(10)", "true"),
    (
        "return (\"abc\"):byte(0), (\"abc\"):byte(-10), (\"\"):byte(), (\"\"):byte(1,10)",
        "true\tnil\tnil\tnil",
    ),
    ("return (\"\\0\\255\"):byte(1,2)", "true\t0\t255"),
    (
        "return string.char(), string.char(72, 105, \"33\"), #string.char(0,255)",
        "true\t\tHi!\t2",
    ),
    (
        "return select(\"#\", (\"x\"):rep(5000):byte(1,-1))",
        "true\t5000",
    ),
    (
        "return string.char((\"x\"):rep(100):byte(1,-1)) == (\"x\"):rep(100)",
        "true\ttrue",
    ),
    (
        "return string.char(256)",
        "false\ts:1: bad argument #1 to 'char' (value out of range)",
    ),
    (
        "return string.char(65, -1)",
        "false\ts:1: bad argument #2 to 'char' (value out of range)",
    ),
    (
        "return string.char(65, \"x\")",
        "false\ts:1: bad argument #2 to 'char' (number expected, got string)",
    ),
    (
        "return string.char(65.5)",
        "false\ts:1: bad argument #1 to 'char' (number has no integer representation)",
    ),
    (
        "return #string.byte((\"x\"):rep(2000000), 1, -1)",
        "false\ts:1: stack overflow (string slice too long)",
    ),
    (
        "return string.dump(print)",
        "false\ts:1: unable to dump given function",
    ),
    (
        "return string.dump(nil)",
        "false\ts:1: bad argument #1 to 'dump' (function expected, got nil)",
    ),
    (
        "return string.dump()",
        "false\ts:1: bad argument #1 to 'dump' (function expected, got no value)",
    ),
];

const FIND: &[Case] = &[
    (
        "return (\"hello world\"):find(\"wor\"), (\"hello\"):find(\"l\"), (\"hello\"):find(\"xyz\"), (\"hello\"):find(\"\"), (\"hello\"):find(\"\", 6), (\"hello\"):find(\"\", 7)",
        "true\t7\t3\tnil\t1\t6\tnil",
    ),
    (
        "return (\"hello\"):find(\"l\", -2), (\"hello\"):find(\"h\", -100), (\"hello\"):find(\"o\", 5), (\"hello\"):find(\"o\", 6)",
        "true\t4\t1\t5\tnil",
    ),
    (
        "return (\"a.b\"):find(\".\", 1, true), (\"a.b\"):find(\"%.\"), (\"a+b\"):find(\"+\", 1, true), (\"a+b\"):find(\"a+b\"), (\"abc\"):find(\"b\", 1, nil)",
        "true\t2\t2\t2\tnil\t2\t2",
    ),
    (
        "return (\"THE (quick) fox\"):find(\"%((%a+)%)\")",
        "true\t5\t11\tquick",
    ),
    (
        "return (\"abc123def\"):find(\"(%a+)(%d+)(%a+)\")",
        "true\t1\t9\tabc\t123\tdef",
    ),
    ("return (\"abc\"):find(\"()b()\")", "true\t2\t2\t2\t3"),
    (
        "return (\"  x\"):find(\"^%s*\"), (\"abc\"):find(\"^b\"), (\"abc\"):find(\"^b\", 2), (\"abc\"):find(\"c$\"), (\"a$c\"):find(\"$c\")",
        "true\t1\tnil\t2\t3\t2\t3",
    ),
    (
        "return (\"\"):find(\"\"), (\"\"):find(\"x\"), (\"\"):find(\"^$\"), (\"\\0a\\0\"):find(\"\\0\", 2), (\"a\\0b\"):find(\"%z\")",
        "true\t1\tnil\t1\t3\t2\t2",
    ),
    (
        "return (\"aaa\"):find(\"a-\", 2), (\"aaa\"):find(\"a-$\"), (\"aXbXc\"):find(\"X.-X\")",
        "true\t2\t1\t2\t4",
    ),
    (
        "return (\"[[x]]\"):find(\"[]]\"), (\"a-b\"):find(\"[a%-]\", 2), (\"x^y\"):find(\"[%^]\"), (\"f(a(b)c)d\"):find(\"%b()\"), (\"THE (q) fox\"):find(\"%f[%a]%a+\", 4)",
        "true\t4\t2\t2\t2\t6\t6",
    ),
    (
        "return (\"abab\"):find(\"(ab)%1\"), (\"x\"):find(\"()%1\")",
        "true\t1\tnil",
    ),
    (
        "return (\"abc\"):find(\"b\", {})",
        "false\ts:1: bad argument #2 to 'find' (number expected, got table)",
    ),
    (
        "return (\"abc\"):find()",
        "false\ts:1: bad argument #1 to 'find' (string expected, got no value)",
    ),
    (
        "return string.find()",
        "false\ts:1: bad argument #1 to 'find' (string expected, got no value)",
    ),
    (
        "return (\"abc\"):find(\"(\")",
        "false\ts:1: unfinished capture",
    ),
    ("return (\"abc\"):find(\"a)\")", "true\tnil"),
    (
        "return (\"abc\"):find(\"%\")",
        "false\ts:1: malformed pattern (ends with '%')",
    ),
    (
        "return (\"abc\"):find(\"[a\")",
        "false\ts:1: malformed pattern (missing ']')",
    ),
    (
        "return (\"abc\"):find(\"[^\")",
        "false\ts:1: malformed pattern (missing ']')",
    ),
    (
        "return (\"abc\"):find(\"%f\")",
        "false\ts:1: missing '[' after '%f' in pattern",
    ),
    (
        "return (\"abc\"):find(\"%b\")",
        "false\ts:1: malformed pattern (missing arguments to '%b')",
    ),
    (
        "return (\"abc\"):find(\"(%1)\")",
        "false\ts:1: invalid capture index %1",
    ),
    (
        "return (\"abc\"):find(\"%2\")",
        "false\ts:1: invalid capture index %2",
    ),
    (
        "return (\"abc\"):find((\"()\"):rep(33))",
        "false\ts:1: too many captures",
    ),
    ("return (\"abc\"):find((\"(a\"):rep(33))", "true\tnil"),
];

const MATCH: &[Case] = &[
    (
        "return (\"key = value\"):match(\"(%w+)%s*=%s*(%w+)\"), (\"abc\"):match(\".\"), (\"abc\"):match(\".\", 2), (\"abc\"):match(\"x\"), (\"abc\"):match(\"()\", 4), (\"abc\"):match(\"()\", 5)",
        "true\tkey\ta\tb\tnil\t4\tnil",
    ),
    (
        "return (\"2024-01-02\"):match(\"^(%d+)-(%d+)-(%d+)$\")",
        "true\t2024\t01\t02",
    ),
    ("return (\"hello\"):match(\".-(l+)(.*)\")", "true\tll\to"),
    (
        "return (\"  trim me \"):match(\"^%s*(.-)%s*$\") .. \"|\"",
        "true\ttrim me|",
    ),
    (
        "return (\"x\"):match(\"(x)(y?)(z*)\"), (\"abc\"):match(\"((a)(b))\")",
        "true\tx\tab\ta\tb",
    ),
    (
        "return (123):match(\"%d\"), (\"x=1\"):match(\"=()\")",
        "false\ts:1: attempt to index a number value",
    ),
    (
        "return (\"a,b\"):match(\"^(.-),\"), (\"é\"):match(\"[\\xc0-\\xff][\\x80-\\xbf]*\") == \"é\"",
        "true\ta\ttrue",
    ),
    (
        "return (\"abc\"):match(\"^abc$\"), (\"abc\"):match(\"%a%a%a%a\")",
        "true\tabc\tnil",
    ),
    (
        "return (\"abc\"):match(\"(\")",
        "false\ts:1: unfinished capture",
    ),
    (
        "return (\"abc\"):match(\"(()\")",
        "false\ts:1: unfinished capture",
    ),
    (
        "return (\"a\"):rep(70):match(\"a*\") == (\"a\"):rep(70), ((\"ab\"):rep(40)):match(\"(.*)b$\") == (\"ab\"):rep(39) .. \"a\"",
        "true\ttrue\ttrue",
    ),
    (
        "return (\"a\"):match((\"a?\"):rep(10) .. (\"a\"):rep(1))",
        "true\ta",
    ),
];

const GMATCH: &[Case] = &[
    (
        "local t = {} for w in (\"one two  three\"):gmatch(\"%a+\") do t[#t+1] = w end return table.unpack(t)",
        "true\tone\ttwo\tthree",
    ),
    (
        "local t = {} for k, v in (\"a=1, b=2\"):gmatch(\"(%w+)=(%w+)\") do t[#t+1] = k .. v end return table.unpack(t)",
        "true\ta1\tb2",
    ),
    (
        "local t = {} for p in (\"abc\"):gmatch(\"()\") do t[#t+1] = p end return table.unpack(t)",
        "true\t1\t2\t3\t4",
    ),
    (
        "local t = {} for w in (\"abc\"):gmatch(\"\") do t[#t+1] = \"<\" .. w .. \">\" end return table.unpack(t)",
        "true\t<>\t<>\t<>\t<>",
    ),
    (
        "local t = {} for w in (\"abaac\"):gmatch(\"a*\") do t[#t+1] = \"<\" .. w .. \">\" end return table.unpack(t)",
        "true\t<a>\t<aa>\t<>",
    ),
    (
        "local t = {} for w in (\"^a^b\"):gmatch(\"^a\") do t[#t+1] = w end return table.unpack(t)",
        "true\t^a",
    ),
    (
        "local t = {} for w in (\"xuxx uu ppar r\"):gmatch(\"()(.)%2\") do t[#t+1] = w end return table.unpack(t)",
        "true\t3\t6\t9",
    ),
    (
        "local t = {} for w in (\"abcde\"):gmatch(\"%a\", 3) do t[#t+1] = w end return table.unpack(t)",
        "true\tc\td\te",
    ),
    (
        "local t = {} for w in (\"abcde\"):gmatch(\"%a\", -2) do t[#t+1] = w end return table.unpack(t)",
        "true\td\te",
    ),
    (
        "local t = {} for w in (\"abc\"):gmatch(\"\", 4) do t[#t+1] = \"<\" .. w .. \">\" end return #t",
        "true\t1",
    ),
    (
        "local t = {} for w in (\"abc\"):gmatch(\"\", 10) do t[#t+1] = \"<\" .. w .. \">\" end return #t",
        "true\t0",
    ),
    (
        "local f = (\"ab\"):gmatch(\".\") return f(), f(), f(), f()",
        "true\ta\tb\tnil",
    ),
    (
        "local f = (\"ab\"):gmatch(\"(a)(b)\") return f()",
        "true\ta\tb",
    ),
    (
        "local f = (\"ab cd\"):gmatch(\"(%a)(%a)\") f() return f(\"ignored\", 7)",
        "true\tc\td",
    ),
    (
        "return string.gmatch(\"x\")",
        "false\ts:1: bad argument #2 to 'gmatch' (string expected, got no value)",
    ),
    (
        "return string.gmatch({}, \"x\")",
        "false\ts:1: bad argument #1 to 'gmatch' (string expected, got table)",
    ),
    (
        "local f = (\"x\"):gmatch(\"(\") return f()",
        "false\ts:1: unfinished capture",
    ),
    (
        "local f = (\"x\"):gmatch(\"[\") return f()",
        "false\ts:1: malformed pattern (missing ']')",
    ),
    ("return type((\"x\"):gmatch(\"x\"))", "true\tfunction"),
    (
        "local n = 0 for a in (\"x y z\"):gmatch(\"%a\") do for b in (\"1 2\"):gmatch(\"%d\") do n = n + b end end return n",
        "true\t9",
    ),
];

const GSUB_TEXT: &[Case] = &[
    (
        "return (\"hello world\"):gsub(\"o\", \"0\")",
        "true\thell0 w0rld\t2",
    ),
    (
        "return (\"hello world\"):gsub(\"o\", \"0\", 1)",
        "true\thell0 world\t1",
    ),
    (
        "return (\"hello\"):gsub(\"\", \"-\")",
        "true\t-h-e-l-l-o-\t6",
    ),
    ("return (\"hello\"):gsub(\"l*\", \"x\")", "true\txhxexox\t4"),
    ("return (\"abc\"):gsub(\"%w\", \"%0%0\")", "true\taabbcc\t3"),
    (
        "return (\"abc def\"):gsub(\"(%w+) (%w+)\", \"%2 %1\")",
        "true\tdef abc\t1",
    ),
    ("return (\"abc\"):gsub(\"%w\", \"%%%1\")", "true\t%a%b%c\t3"),
    ("return (\"hello\"):gsub(\"xyz\", \"q\")", "true\thello\t0"),
    ("return (\"hello\"):gsub(\"^h\", \"J\")", "true\tJello\t1"),
    (
        "return (\"hello hello\"):gsub(\"^hello\", \"x\")",
        "true\tx hello\t1",
    ),
    ("return (\"abc\"):gsub(\"^\", \"x\")", "true\txabc\t1"),
    ("return (\"abc\"):gsub(\"$\", \"x\")", "true\tabcx\t1"),
    ("return (\"abc\"):gsub(\"b\", \"\")", "true\tac\t1"),
    ("return (\"abc\"):gsub(\".\", 7)", "true\t777\t3"),
    ("return (\"abc\"):gsub(\".\", 1.5)", "true\t1.51.51.5\t3"),
    ("return (\"abc\"):gsub(\"()\", \"%1\")", "true\t1a2b3c4\t4"),
    (
        "return (\"abc\"):gsub(\"b\", \"%0\", 0), (\"abc\"):gsub(\"b\", \"x\", -1)",
        "true\tabc\tabc\t0",
    ),
    ("return (\"a.b.c\"):gsub(\"%.\", \"%%\")", "true\ta%b%c\t2"),
    (
        "return (\"x = $y\"):gsub(\"%$(%w+)\", \"<%1>\")",
        "true\tx = <y>\t1",
    ),
    (
        "return ((\"abc \"):rep(30)):gsub(\"b\", \"BBB\")",
        "true\taBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc aBBBc \t30",
    ),
    ("return (\"aaa\"):gsub(\"a\", \"b\", 2)", "true\tbba\t2"),
    ("return (\"aaa\"):gsub(\"a\", \"b\", \"2\")", "true\tbba\t2"),
    (
        "return (\"aaa\"):gsub(\"a\", \"b\", math.maxinteger)",
        "true\tbbb\t3",
    ),
    (
        "return (12321):gsub(\"2\", \"x\")",
        "false\ts:1: attempt to index a number value",
    ),
    ("return (\"\\0a\\0\"):gsub(\"\\0\", \"z\")", "true\tzaz\t2"),
    (
        "return (\"a\\nb\"):gsub(\"\\n\", \"\\\\n\")",
        "true\ta\\nb\t1",
    ),
    (
        "return (\"abc\"):gsub(\"b\", \"%\")",
        "false\ts:1: invalid use of '%' in replacement string",
    ),
    (
        "return (\"abc\"):gsub(\"b\", \"%z\")",
        "false\ts:1: invalid use of '%' in replacement string",
    ),
    (
        "return (\"abc\"):gsub(\"b\", \"%2\")",
        "false\ts:1: invalid capture index %2",
    ),
    (
        "return (\"abc\"):gsub(\"(b)\", \"%2\")",
        "false\ts:1: invalid capture index %2",
    ),
    ("return (\"abc\"):gsub(\"x\", \"%z\")", "true\tabc\t0"),
    ("return (\"abc\"):gsub(\"(b\", \"x\")", "true\taxc\t1"),
    (
        "return (\"abc\"):gsub(\"(b\", \"%1\")",
        "false\ts:1: unfinished capture",
    ),
    (
        "return (\"abc\"):gsub(\"b\", \"x\", \"y\")",
        "false\ts:1: bad argument #3 to 'gsub' (number expected, got string)",
    ),
    (
        "return (\"abc\"):gsub(\"b\", \"x\", {})",
        "false\ts:1: bad argument #3 to 'gsub' (number expected, got table)",
    ),
    (
        "return (\"abc\"):gsub(\"b\")",
        "false\ts:1: bad argument #2 to 'gsub' (string/function/table expected, got no value)",
    ),
    (
        "return (\"abc\"):gsub(\"b\", nil)",
        "false\ts:1: bad argument #2 to 'gsub' (string/function/table expected, got nil)",
    ),
    (
        "return (\"abc\"):gsub(\"b\", true)",
        "false\ts:1: bad argument #2 to 'gsub' (string/function/table expected, got boolean)",
    ),
    (
        "return (\"abc\"):gsub()",
        "false\ts:1: bad argument #1 to 'gsub' (string expected, got no value)",
    ),
    (
        "return string.gsub()",
        "false\ts:1: bad argument #1 to 'gsub' (string expected, got no value)",
    ),
];

const GSUB_VALUES: &[Case] = &[
    (
        "return (\"$name is $age\"):gsub(\"%$(%w+)\", {name = \"Ann\", age = 42})",
        "true\tAnn is 42\t2",
    ),
    (
        "return (\"$name is $age\"):gsub(\"%$(%w+)\", {name = \"Ann\"})",
        "true\tAnn is $age\t2",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", {a = 1.5, b = false, c = \"x\"})",
        "true\t1.5bx\t3",
    ),
    (
        "return (\"abc\"):gsub(\"()\", {[2] = \"<\", [4] = \">\"})",
        "true\ta<bc>\t4",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", setmetatable({}, {__index = function(_, k) return k .. k end}))",
        "true\taabbcc\t3",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", setmetatable({b = \"!\"}, {__index = setmetatable({}, {__index = {a = \"?\"}})}))",
        "true\t?!c\t3",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", setmetatable({}, {__index = \"x\"}))",
        "true\tabc\t3",
    ),
    (
        "return (\"abc\"):gsub(\"len\", setmetatable({}, {__index = \"x\"}))",
        "true\tabc\t0",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", string.upper)",
        "true\tABC\t3",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", function(c) if c == \"b\" then return \"[\" .. c .. \"]\" end end)",
        "true\ta[b]c\t3",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", function() return false end)",
        "true\tabc\t3",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", function() return nil end)",
        "true\tabc\t3",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", function() end)",
        "true\tabc\t3",
    ),
    (
        "return (\"a1b2\"):gsub(\"(%a)(%d)\", function(a, d) return d .. a end)",
        "true\t1a2b\t2",
    ),
    (
        "return (\"abc\"):gsub(\"()\", function(p) return p end)",
        "true\t1a2b3c4\t4",
    ),
    (
        "return (\"abc def\"):gsub(\"%w+\", function(w) return (w:gsub(\"%w\", function(c) return c:byte() .. \",\" end)) end)",
        "true\t97,98,99, 100,101,102,\t2",
    ),
    (
        "return (\"abc\"):gsub(\"^%w\", function(c) return \"<\" .. c .. \">\" end)",
        "true\t<a>bc\t1",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", function(c) return c .. c end, 2)",
        "true\taabbc\t2",
    ),
    (
        "return (\"hello world\"):gsub(\"o\", function() return \"0\" end, 1)",
        "true\thell0 world\t1",
    ),
    (
        "return ((\"ab\"):rep(40)):gsub(\"b\", function() return \"cc\" end)",
        "true\taccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccaccacc\t40",
    ),
    (
        "return (\"abc\"):gsub(\"\", function(s) return \"-\" .. s end)",
        "true\t-a-b-c-\t4",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", function() return {} end)",
        "false\ts:1: invalid replacement value (a table)",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", function() return true end)",
        "false\ts:1: invalid replacement value (a boolean)",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", {a = print})",
        "false\ts:1: invalid replacement value (a function)",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", {a = {}})",
        "false\ts:1: invalid replacement value (a table)",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", function() error(\"boom\", 0) end)",
        "false\tboom",
    ),
    (
        "return type(select(2, pcall(string.gsub, \"abc\", \"%w\", function() error({}) end)))",
        "true\ttable",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", setmetatable({}, {__index = function() error(\"idx\", 0) end}))",
        "false\tidx",
    ),
    (
        "return (\"abc\"):gsub(\"%w\", setmetatable({}, {__index = 42}))",
        "false\tattempt to index a number value",
    ),
    (
        "local t = {} local s = (\"a b c\"):gsub(\"%a\", function(c) t[#t+1] = c return nil end) return s, #t, table.concat(t)",
        "true\ta b c\t3\tabc",
    ),
    (
        "return (\"x\"):gsub(\"x\", setmetatable({}, {__call = function() return \"called\" end}))",
        "true\tx\t1",
    ),
    (
        "return pcall(string.gsub, \"x\", \"x\", function() return string.find(\"(\", \"(\") end)",
        "true\tfalse\ts:1: unfinished capture",
    ),
];

const FORMAT_NUMBERS: &[Case] = &[
    (
        "return (\"%d %i %5d|%-5d|%05d|%+d|% d\"):format(1, 2, 3, 4, 5, 6, 7)",
        "true\t1 2     3|4    |00005|+6| 7",
    ),
    (
        "return (\"%d %d %d\"):format(3.0, \"10\", -0.0)",
        "true\t3 10 0",
    ),
    (
        "return (\"%.3d|%8.3d|%-8.3d|%.0d|%+.2d\"):format(5, 5, 5, 0, 7)",
        "true\t005|     005|005     ||+07",
    ),
    (
        "return (\"%x %X %#x %#o %o %u\"):format(255, 255, 255, 8, 8, 42)",
        "true\tff FF 0xff 010 10 42",
    ),
    (
        "return (\"%x\"):format(-1), (\"%d\"):format(math.mininteger), (\"%d\"):format(math.maxinteger)",
        "true\tffffffffffffffff\t-9223372036854775808\t9223372036854775807",
    ),
    (
        "return (\"%c%c%c|%3c|%-3c|\"):format(76, 117, 97, 65, 66)",
        "true\tLua|  A|B  |",
    ),
    (
        "return (\"%f %.2f %10.3f|%-10.1f|%+f|%010.2f\"):format(1.5, 2.345, 3.14159, 2.5, 1, -3.14159)",
        "true\t1.500000 2.35      3.142|2.5       |+1.000000|-000003.14",
    ),
    (
        "return (\"%e %.3E %g %G %.3g %#.3g\"):format(12345.678, 0.00012, 1e20, 1e-10, 1234567, 1)",
        "true\t1.234568e+04 1.200E-04 1e+20 1E-10 1.23e+06 1.00",
    ),
    (
        "return (\"%g %g %g %g\"):format(0, 100000, 1000000, 1e15), (\"%.14g\"):format(0.1), (\"%.17g\"):format(0.1), (\"%.0f\"):format(0.5)",
        "true\t0 100000 1e+06 1e+15\t0.1\t0.10000000000000001\t0",
    ),
    (
        "return (\"%a %.2a %A\"):format(1, 0.5, 255.5)",
        "true\t0x1p+0 0x1.00p-1 0X1.FFP+7",
    ),
    (
        "return (\"%f %f %f %g\"):format(1/0, -1/0, 0/0, -(0/0))",
        "true\tinf -inf -nan nan",
    ),
    (
        "return (\"%5.1f|%d%%\"):format(99.95, 50)",
        "true\t100.0|50%",
    ),
    (
        "return #(\"%99.99f\"):format(-1e308), #(\"%.99f\"):format(1.7976931348623157e308), #(\"%99d\"):format(1)",
        "true\t410\t409\t99",
    ),
    (
        "return (\"%.20f\"):format(0.1), (\"%5s|%5d\"):format(1, 2)",
        "true\t0.10000000000000000555\t    1|    2",
    ),
    (
        "return string.format(\"%d\", 1.5)",
        "false\ts:1: bad argument #2 to 'format' (number has no integer representation)",
    ),
    (
        "return string.format(\"%d\", \"1.5\")",
        "false\ts:1: bad argument #2 to 'format' (number has no integer representation)",
    ),
    (
        "return string.format(\"%d\", \"x\")",
        "false\ts:1: bad argument #2 to 'format' (number expected, got string)",
    ),
    (
        "return string.format(\"%d\", nil)",
        "false\ts:1: bad argument #2 to 'format' (number expected, got nil)",
    ),
    (
        "return string.format(\"%d\", {})",
        "false\ts:1: bad argument #2 to 'format' (number expected, got table)",
    ),
    (
        "return string.format(\"%d\")",
        "false\ts:1: bad argument #2 to 'format' (no value)",
    ),
    (
        "return string.format(\"%d %d\", 1)",
        "false\ts:1: bad argument #3 to 'format' (no value)",
    ),
    (
        "return string.format(\"%f\", \"x\")",
        "false\ts:1: bad argument #2 to 'format' (number expected, got string)",
    ),
    (
        "return string.format(\"%c\", \"x\")",
        "false\ts:1: bad argument #2 to 'format' (number expected, got string)",
    ),
    (
        "return string.format(\"%x\", 1e100)",
        "false\ts:1: bad argument #2 to 'format' (number has no integer representation)",
    ),
    (
        "return string.format(\"%y\", 1)",
        "false\ts:1: invalid conversion '%y' to 'format'",
    ),
    (
        "return string.format(\"%\", 1)",
        "false\ts:1: invalid conversion '%' to 'format'",
    ),
    (
        "return string.format(\"abc%\")",
        "false\ts:1: bad argument #2 to 'format' (no value)",
    ),
    (
        "return string.format(\"%10\", 1)",
        "false\ts:1: invalid conversion '%10' to 'format'",
    ),
    (
        "return string.format(\"%0123d\", 1)",
        "false\ts:1: invalid conversion specification: '%0123d'",
    ),
    (
        "return string.format(\"%123d\", 1)",
        "false\ts:1: invalid conversion specification: '%123d'",
    ),
    (
        "return string.format(\"%.123f\", 1)",
        "false\ts:1: invalid conversion specification: '%.123f'",
    ),
    (
        "return string.format(\"%-+ #0123456789.5d\", 1)",
        "false\ts:1: invalid conversion specification: '%-+ #0123456789.5d'",
    ),
    (
        "return string.format(\"%#d\", 1)",
        "false\ts:1: invalid conversion specification: '%#d'",
    ),
    (
        "return string.format(\"%+s\", 1)",
        "false\ts:1: invalid conversion specification: '%+s'",
    ),
    (
        "return string.format(\"%.3c\", 65)",
        "false\ts:1: invalid conversion specification: '%.3c'",
    ),
    (
        "return string.format(\"%l\", 1)",
        "false\ts:1: invalid conversion '%l' to 'format'",
    ),
    (
        "return string.format(\"%n\", 1)",
        "false\ts:1: invalid conversion '%n' to 'format'",
    ),
    (
        "return string.format()",
        "false\ts:1: bad argument #1 to 'format' (string expected, got no value)",
    ),
    (
        "return string.format({})",
        "false\ts:1: bad argument #1 to 'format' (string expected, got table)",
    ),
    (
        "return string.format(\"%s %s\", 1, 2, 3), string.format(\"plain\"), string.format(\"\"), string.format(\"%%\")",
        "true\t1 2\tplain\t\t%",
    ),
    (
        "return string.format(12), string.format(\"a\\0b%d\", 1) == \"a\\0b1\"",
        "true\t12\ttrue",
    ),
];

const FORMAT_TEXT: &[Case] = &[
    (
        "return (\"%s %s %s %s\"):format(nil, true, 12, 1.5)",
        "true\tnil true 12 1.5",
    ),
    (
        "return (\"%10s|%-10s|%.2s|%10.2s|%-10.2s|\"):format(\"abc\", \"abc\", \"abc\", \"abc\", \"abc\")",
        "true\t       abc|abc       |ab|        ab|ab        |",
    ),
    (
        "return (\"%s\"):format(\"a\\0b\") == \"a\\0b\", (\"%s\"):format((\"x\"):rep(500)) == (\"x\"):rep(500), #(\"%99s\"):format(\"x\"), #(\"%5s\"):format((\"x\"):rep(200))",
        "true\ttrue\ttrue\t99\t200",
    ),
    (
        "return string.format(\"%5s\", \"a\\0b\")",
        "false\ts:1: bad argument #2 to 'format' (string contains zeros)",
    ),
    (
        "return string.format(\"%.20s\", (\"x\"):rep(200))",
        "true\txxxxxxxxxxxxxxxxxxxx",
    ),
    (
        "return string.format(\"%s\")",
        "false\ts:1: bad argument #2 to 'format' (no value)",
    ),
    (
        "return string.format(\"%100s\", \"x\")",
        "false\ts:1: invalid conversion specification: '%100s'",
    ),
    (
        "return string.format(\"%s\", setmetatable({}, {__tostring = function() return \"TS\" end}))",
        "true\tTS",
    ),
    (
        "return string.format(\"%s|%s|%5s|%d\", setmetatable({}, {__tostring = function() return \"a\" end}), \"mid\", setmetatable({}, {__tostring = function() return \"b\" end}), 9)",
        "true\ta|mid|    b|9",
    ),
    (
        "return string.format(\"%s\", setmetatable({}, {__tostring = function() return 12 end}))",
        "true\t12",
    ),
    (
        "return string.format(\"%s\", setmetatable({}, {__tostring = function() return {} end}))",
        "false\ts:1: '__tostring' must return a string",
    ),
    (
        "return string.format(\"%s\", setmetatable({}, {__tostring = function() return nil end}))",
        "false\ts:1: '__tostring' must return a string",
    ),
    (
        "return string.format(\"%s\", setmetatable({}, {__tostring = function() error(\"no\", 0) end}))",
        "false\tno",
    ),
    (
        "return string.format(\"%.2s\", setmetatable({}, {__tostring = function() return \"abcdef\" end}))",
        "true\tab",
    ),
    (
        "return string.format(\"%5s\", setmetatable({}, {__tostring = function() return \"a\\0b\" end}))",
        "false\ts:1: bad argument #2 to 'format' (string contains zeros)",
    ),
    (
        "return (string.format(\"%s\", setmetatable({}, {__name = \"My.Type\"})):gsub(\"0x%x+\", \"ADDR\"))",
        "true\tMy.Type: ADDR",
    ),
    (
        "return (string.format(\"%s\", {}):gsub(\"0x%x+\", \"ADDR\")), (string.format(\"%s\", print):gsub(\"0x%x+\", \"ADDR\")), (string.format(\"%s\", coroutine.create(print)):gsub(\"0x%x+\", \"ADDR\"))",
        "true\ttable: ADDR\tfunction: ADDR\tthread: ADDR",
    ),
    (
        "return string.format(\"%s\", {}) == string.format(\"%s\", {}), string.format(\"%p\", print) == tostring(print):match(\"0x%x+\")",
        "true\tfalse\ttrue",
    ),
    (
        "return (\"%p\"):format(1), (\"%p\"):format(nil), (\"%10p|\"):format(true), #(\"%40p\"):format({})",
        "true\t(null)\t(null)\t    (null)|\t40",
    ),
    (
        "return (\"%q\"):format('a \"quoted\"\\nline\\\\ \\0 \\0001 \\r \\t \\127 \\200') == '\"a \\\\\"quoted\\\\\"\\\\\\nline\\\\\\\\ \\\\0 \\\\0001 \\\\13 \\\\9 \\\\127 \\200\"'",
        "true\ttrue",
    ),
    (
        "return (\"%q %q %q %q %q\"):format(1, true, nil, false, -7)",
        "true\t1 true nil false -7",
    ),
    (
        "return (\"%q %q %q %q\"):format(0.1, 1e100, -0.0, 2^53)",
        "true\t0x1.999999999999ap-4 0x1.249ad2594c37dp+332 -0x0p+0 0x1p+53",
    ),
    (
        "return (\"%q %q %q\"):format(1/0, -1/0, 0/0)",
        "true\t1e9999 -1e9999 (0/0)",
    ),
    (
        "return (\"%q\"):format(math.mininteger), load(\"return \" .. (\"%q\"):format(math.mininteger))() == math.mininteger",
        "true\t0x8000000000000000\ttrue",
    ),
    (
        "return (\"%q\"):format({})",
        "false\ts:1: bad argument #1 to 'format' (value has no literal form)",
    ),
    (
        "return (\"%q\"):format(print)",
        "false\ts:1: bad argument #1 to 'format' (value has no literal form)",
    ),
    (
        "return (\"%5q\"):format(\"x\")",
        "false\ts:1: specifier '%q' cannot have modifiers",
    ),
    ("return (\"%q\")", "true\t%q"),
    (
        "return string.format(\"%q\")",
        "false\ts:1: bad argument #2 to 'format' (no value)",
    ),
];

const PACK: &[Case] = &[
    (
        "return string.pack(\"i4\", 100) == \"\\100\\0\\0\\0\", string.pack(\">i4\", 100) == \"\\0\\0\\0\\100\", string.pack(\"z\", \"abc\") == \"abc\\0\", string.pack(\"s1\", \"abc\") == \"\\3abc\"",
        "true\ttrue\ttrue\ttrue\ttrue",
    ),
    (
        "return string.unpack(\"<i2 >i2 =I1\", \"\\1\\0\\0\\1\\255\")",
        "true\t1\t1\t255\t6",
    ),
    (
        "return string.unpack(\"z s1 c2\", \"abc\\0\\2xyPQ\")",
        "true\tabc\txy\tPQ\t10",
    ),
    (
        "return string.unpack(\"<d\", string.pack(\"<d\", 1.5)), string.unpack(\"<f\", string.pack(\"<f\", 0.1)), string.unpack(\"n j\", string.pack(\"n j\", -2.5, -7))",
        "true\t1.5\t0.10000000149012\t-2.5\t-7\t17",
    ),
    (
        "return string.packsize(\"i4 i8 !8 d b Xd\"), string.packsize(\"!4 b i4\"), string.packsize(\"c10 x\"), string.packsize(\"\")",
        "true\t32\t8\t11\t0",
    ),
    (
        "return (string.pack(\"!4 b i4\", 1, 2):gsub(\".\", function(c) return (\"%02x\"):format(c:byte()) end))",
        "true\t0100000002000000",
    ),
    (
        "return (string.pack(\"<i16\", -3):gsub(\".\", function(c) return (\"%02x\"):format(c:byte()) end)), string.unpack(\"<i16\", string.pack(\"<i16\", -3))",
        "true\tfdffffffffffffffffffffffffffffff\t-3\t17",
    ),
    (
        "return string.pack(\"b\", \"5\") == \"\\5\", string.pack(\"c5\", \"ab\") == \"ab\\0\\0\\0\"",
        "true\ttrue\ttrue",
    ),
    (
        "return string.unpack(\"b\", \"abc\", 2), string.unpack(\"b\", \"abc\", -1), string.unpack(\"\", \"abc\")",
        "true\t98\t99\t1",
    ),
    (
        "return string.unpack(\"B\", \"\\255\"), string.unpack(\"b\", \"\\255\"), string.unpack(\"<I3\", \"\\1\\2\\3\"), string.unpack(\"<i3\", \"\\255\\255\\255\")",
        "true\t255\t-1\t197121\t-1\t4",
    ),
    (
        "return string.pack(\"b\", 200)",
        "false\ts:1: bad argument #2 to 'pack' (integer overflow)",
    ),
    (
        "return string.pack(\"B\", 256)",
        "false\ts:1: bad argument #2 to 'pack' (unsigned overflow)",
    ),
    (
        "return string.pack(\"B\", -1)",
        "false\ts:1: bad argument #2 to 'pack' (unsigned overflow)",
    ),
    (
        "return string.pack(\"i17\", 1)",
        "false\ts:1: integral size (17) out of limits [1,16]",
    ),
    (
        "return string.pack(\"i0\", 1)",
        "false\ts:1: integral size (0) out of limits [1,16]",
    ),
    (
        "return string.pack(\"c\", \"x\")",
        "false\ts:1: missing size for format option 'c'",
    ),
    (
        "return string.pack(\"c1\", \"xy\")",
        "false\ts:1: bad argument #2 to 'pack' (string longer than given size)",
    ),
    (
        "return string.pack(\"s1\", (\"x\"):rep(300))",
        "false\ts:1: bad argument #2 to 'pack' (string length does not fit in given size)",
    ),
    (
        "return string.pack(\"z\", \"a\\0b\")",
        "false\ts:1: bad argument #2 to 'pack' (string contains zeros)",
    ),
    (
        "return string.pack(\"y\", 1)",
        "false\ts:1: invalid format option 'y'",
    ),
    (
        "return string.pack(\"Xz\")",
        "false\ts:1: bad argument #1 to 'pack' (invalid next option for option 'X')",
    ),
    (
        "return string.pack(\"X\")",
        "false\ts:1: bad argument #1 to 'pack' (invalid next option for option 'X')",
    ),
    (
        "return string.pack(\"!3 i4\", 1)",
        "false\ts:1: bad argument #1 to 'pack' (format asks for alignment not power of 2)",
    ),
    (
        "return string.pack(\"i4\")",
        "false\ts:1: bad argument #2 to 'pack' (number expected, got nil)",
    ),
    (
        "return string.pack(\"i4\", \"x\")",
        "false\ts:1: bad argument #2 to 'pack' (number expected, got string)",
    ),
    (
        "return string.pack(\"i4\", 1.5)",
        "false\ts:1: bad argument #2 to 'pack' (number has no integer representation)",
    ),
    (
        "return string.pack(\"d\", \"x\")",
        "false\ts:1: bad argument #2 to 'pack' (number expected, got string)",
    ),
    (
        "return string.pack(\"s\", {})",
        "false\ts:1: bad argument #2 to 'pack' (string expected, got table)",
    ),
    (
        "return string.pack()",
        "false\ts:1: bad argument #1 to 'pack' (string expected, got no value)",
    ),
    (
        "return string.packsize(\"s\")",
        "false\ts:1: bad argument #1 to 'packsize' (variable-length format)",
    ),
    (
        "return string.packsize(\"z\")",
        "false\ts:1: bad argument #1 to 'packsize' (variable-length format)",
    ),
    (
        "return string.packsize(\"c2147483647c2147483647\")",
        "false\ts:1: invalid format option '7'",
    ),
    (
        "return string.unpack(\"i4\", \"abc\")",
        "false\ts:1: bad argument #2 to 'unpack' (data string too short)",
    ),
    (
        "return string.unpack(\"z\", \"abc\")",
        "false\ts:1: bad argument #2 to 'unpack' (unfinished string for format 'z')",
    ),
    (
        "return string.unpack(\"s1\", \"\\5ab\")",
        "false\ts:1: bad argument #2 to 'unpack' (data string too short)",
    ),
    (
        "return string.unpack(\"i4\", \"abcd\", 10)",
        "false\ts:1: bad argument #3 to 'unpack' (initial position out of string)",
    ),
    (
        "return string.unpack(\"i4\", \"abcd\", 0)",
        "true\t1684234849\t5",
    ),
    (
        "return string.unpack(\"i16\", (\"\\255\"):rep(8) .. (\"\\1\"):rep(8))",
        "false\ts:1: 16-byte integer does not fit into Lua Integer",
    ),
    (
        "return string.unpack(\"b\")",
        "false\ts:1: bad argument #2 to 'unpack' (string expected, got no value)",
    ),
    ("return string.unpack(\"c0\", \"\")", "true\t\t1"),
];

const ARITHMETIC: &[Case] = &[
    (
        "return \"10\" + 1, \"10\" + \"1\", 10 - \"3\", \"2\" * \"3.0\", \"7\" / 2, \"7\" // 2, \"7\" % \"4\", \"2\" ^ \"3\", -\"2\", -\"0x10\", \"1e1\" + 0",
        "true\t11\t11\t7\t6.0\t3.5\t3\t3\t8.0\t-2\t-16\t10.0",
    ),
    (
        "return \"0x10\" + 0, \" 5 \" * 2, \"-3\" // \"2\", \"-3\" % 2, \"5.5\" // 1, math.type(\"3\" + 0), math.type(\"3.0\" + 0)",
        "true\t16\t10\t-2\t1\t5.0\tinteger\tfloat",
    ),
    (
        "return \"a\" + 1",
        "false\ts:1: attempt to add a 'string' with a 'number'",
    ),
    (
        "return 1 + \"a\"",
        "false\ts:1: attempt to add a 'number' with a 'string'",
    ),
    (
        "return \"a\" .. 1 + \"b\"",
        "false\ts:1: attempt to add a 'number' with a 'string'",
    ),
    (
        "return \"1\" + {}",
        "false\ts:1: attempt to add a 'string' with a 'table'",
    ),
    (
        "return {} + \"1\"",
        "false\ts:1: attempt to add a 'table' with a 'string'",
    ),
    (
        "return \"1\" - nil",
        "false\ts:1: attempt to sub a 'string' with a 'nil'",
    ),
    (
        "return -\"abc\"",
        "false\ts:1: attempt to unm a 'string' with a 'string'",
    ),
    ("return \"10\" // 0", "false\tattempt to divide by zero"),
    ("return \"10\" % 0", "false\tattempt to perform 'n%0'"),
    (
        "return \"10\" // 0.0, \"10\" % \"inf\"",
        "false\ts:1: attempt to mod a 'string' with a 'string'",
    ),
    (
        "return \"10\" / \"0\", -\"9223372036854775808\", \"9223372036854775807\" + 1",
        "true\tinf\t-9.2233720368548e+18\t-9223372036854775808",
    ),
    (
        "return \"1\" + setmetatable({}, {__add = function(a, b) return type(a) .. type(b) end})",
        "true\tstringtable",
    ),
    (
        "return setmetatable({}, {__concat = function(a, b) return \"cc\" end}) .. \"x\"",
        "true\tcc",
    ),
    (
        "local mt = getmetatable(\"\") return mt.__add(nil, 1)",
        "false\ts:1: attempt to add a 'nil' with a 'number'",
    ),
    (
        "local mt = getmetatable(\"\") return mt.__add()",
        "false\ts:1: attempt to add a 'nil' with a 'nil'",
    ),
    (
        "local mt = getmetatable(\"\") return mt.__unm(\"3\"), mt.__add(\"3\", 4), mt.__idiv(7, 2), mt.__pow(2, 2)",
        "true\t-3\t7\t3\t4.0",
    ),
    (
        "local mt = getmetatable(\"\") return mt.__index == string, mt.__band, mt.__concat, mt.__len",
        "true\ttrue\tnil\tnil\tnil",
    ),
    (
        "return (\"x\").len == string.len, (\"x\").nothing, #\"abc\", (\"abc\"):upper():lower()",
        "true\ttrue\tnil\t3\tabc",
    ),
    (
        "return \"10\" < \"9\", \"a\" < \"b\", \"a\" .. 1 .. 2.0",
        "true\ttrue\ttrue\ta12.0",
    ),
    (
        "return \"3\" | 0, \"0x10\" & \"0xff\", ~\"0\"",
        "false\ts:1: attempt to perform bitwise operation on a string value (constant '3')",
    ),
    (
        "return \"3.5\" | 0",
        "false\ts:1: attempt to perform bitwise operation on a string value (constant '3.5')",
    ),
    (
        "return \"a\" | 0",
        "false\ts:1: attempt to perform bitwise operation on a string value (constant 'a')",
    ),
];

const UTF8: &[Case] = &[
    (
        "return utf8.char(), utf8.char(72, 228, 8364, 128512), utf8.char(\"65\")",
        "true\t\tHä€😀\tA",
    ),
    (
        "return #utf8.char(0x7fffffff), #utf8.char(0x3ffffff), #utf8.char(0x1fffff), utf8.char(0) == \"\\0\"",
        "true\t6\t5\t4\ttrue",
    ),
    (
        "return utf8.char(-1)",
        "false\ts:1: bad argument #1 to 'char' (value out of range)",
    ),
    (
        "return utf8.char(65, 0x80000000)",
        "false\ts:1: bad argument #2 to 'char' (value out of range)",
    ),
    (
        "return utf8.char(\"x\")",
        "false\ts:1: bad argument #1 to 'char' (number expected, got string)",
    ),
    (
        "return utf8.charpattern == \"[\\0-\\x7F\\xC2-\\xFD][\\x80-\\xBF]*\"",
        "true\ttrue",
    ),
    (
        "return utf8.codepoint(\"aä€\"), utf8.codepoint(\"aä€\", 1, -1)",
        "true\t97\t97\t228\t8364",
    ),
    (
        "return utf8.codepoint(\"aä€\", 2), utf8.codepoint(\"abc\", 3, 2), utf8.codepoint(\"abc\", -1)",
        "true\t228\tnil\t99",
    ),
    (
        "return utf8.codepoint(\"abc\", 4)",
        "false\ts:1: bad argument #3 to 'codepoint' (out of bounds)",
    ),
    (
        "return utf8.codepoint(\"abc\", 0)",
        "false\ts:1: bad argument #2 to 'codepoint' (out of bounds)",
    ),
    (
        "return utf8.codepoint(\"abc\", 1, 4)",
        "false\ts:1: bad argument #3 to 'codepoint' (out of bounds)",
    ),
    (
        "return utf8.codepoint(\"\\xff\")",
        "false\ts:1: invalid UTF-8 code",
    ),
    (
        "return utf8.codepoint(\"ä\", 2)",
        "false\ts:1: invalid UTF-8 code",
    ),
    (
        "return utf8.codepoint(\"\\u{D7FF}\"), utf8.codepoint(\"\\xed\\xa0\\x80\", 1, 1, true), utf8.codepoint(\"\\u{7FFFFFFF}\", 1, 1, true)",
        "true\t55295\t55296\t2147483647",
    ),
    (
        "return utf8.codepoint(\"\\xed\\xa0\\x80\")",
        "false\ts:1: invalid UTF-8 code",
    ),
    (
        "return utf8.len(\"aä€😀\"), utf8.len(\"\"), utf8.len(\"abc\", 2), utf8.len(\"abc\", 4), utf8.len(\"abc\", -1), utf8.len(\"aä\", 1, 2), utf8.len(\"abc\", 3, 1)",
        "true\t4\t0\t2\t0\t1\t2\t0",
    ),
    (
        "return utf8.len(\"a\\xff\"), utf8.len(\"ä\", 2), utf8.len(\"\\xed\\xa0\\x80\"), utf8.len(\"\\xed\\xa0\\x80\", 1, -1, true)",
        "true\tnil\tnil\tnil\t1",
    ),
    (
        "return utf8.len(\"abc\", 5)",
        "false\ts:1: bad argument #2 to 'len' (initial position out of bounds)",
    ),
    (
        "return utf8.len(\"abc\", 0)",
        "false\ts:1: bad argument #2 to 'len' (initial position out of bounds)",
    ),
    (
        "return utf8.len(\"abc\", 1, 4)",
        "false\ts:1: bad argument #3 to 'len' (final position out of bounds)",
    ),
    (
        "return utf8.len({})",
        "false\ts:1: bad argument #1 to 'len' (string expected, got table)",
    ),
    (
        "return utf8.offset(\"aä€x\", 1), utf8.offset(\"aä€x\", 2), utf8.offset(\"aä€x\", 3), utf8.offset(\"aä€x\", 4), utf8.offset(\"aä€x\", 5), utf8.offset(\"aä€x\", 6)",
        "true\t1\t2\t4\t7\t8\tnil",
    ),
    (
        "return utf8.offset(\"aä€x\", -1), utf8.offset(\"aä€x\", -2), utf8.offset(\"aä€x\", -4), utf8.offset(\"aä€x\", -5), utf8.offset(\"aä€x\", 0, 3), utf8.offset(\"aä€x\", 0, 6)",
        "true\t7\t4\t1\tnil\t2\t4",
    ),
    (
        "return utf8.offset(\"abc\", 1, 4), utf8.offset(\"abc\", 2, 4), utf8.offset(\"abc\", 0, 4), utf8.offset(\"\", 1), utf8.offset(\"\", 0), utf8.offset(\"\", -1)",
        "true\t4\tnil\t4\t1\t1\tnil",
    ),
    (
        "return utf8.offset(\"abc\", 1, 5)",
        "false\ts:1: bad argument #3 to 'offset' (position out of bounds)",
    ),
    (
        "return utf8.offset(\"abc\", 1, -4)",
        "false\ts:1: bad argument #3 to 'offset' (position out of bounds)",
    ),
    (
        "return utf8.offset(\"ä\", 1, 2)",
        "false\ts:1: initial position is a continuation byte",
    ),
    (
        "return utf8.offset(\"abc\")",
        "false\ts:1: bad argument #2 to 'offset' (number expected, got no value)",
    ),
    (
        "local t = {} for p, c in utf8.codes(\"aä€😀\") do t[#t+1] = p .. \":\" .. c end return table.unpack(t)",
        "true\t1:97\t2:228\t4:8364\t7:128512",
    ),
    (
        "local t = {} for p, c in utf8.codes(\"\") do t[#t+1] = p end return #t",
        "true\t0",
    ),
    (
        "for p, c in utf8.codes(\"a\\xff\") do end",
        "false\ts:1: invalid UTF-8 code",
    ),
    (
        "for p, c in utf8.codes(\"\\xed\\xa0\\x80\") do end",
        "false\ts:1: invalid UTF-8 code",
    ),
    (
        "local t = {} for p, c in utf8.codes(\"\\xed\\xa0\\x80a\", true) do t[#t+1] = p .. \":\" .. c end return table.unpack(t)",
        "true\t1:55296\t4:97",
    ),
    (
        "local f, s, i = utf8.codes(\"ab\") return type(f), s, i, f(s, 0), f(s, 1), f(s, 2), f(s, -1)",
        "true\tfunction\tab\t0\t1\t2\tnil",
    ),
    (
        "local t = {} for c in (\"aä€\"):gmatch(utf8.charpattern) do t[#t+1] = #c end return table.unpack(t)",
        "true\t1\t2\t3",
    ),
];

/// In C Lua no coroutine can yield out of these calls.
const PAUSES: &[Case] = &[
    (
        "local co = coroutine.wrap(function() return (\"abc\"):gsub(\"%w\", function(c) return coroutine.yield(c) end) end) local r = {} local v = co() for i = 1, 3 do r[#r+1] = v v = co(v .. i) end return table.concat(r), v",
        "true\tabc\ta1b2c3",
    ),
    (
        "local co = coroutine.wrap(function() return (\"abc\"):gsub(\"%w\", setmetatable({}, {__index = function(_, c) return coroutine.yield(c) end})) end) return co(), co(false), co(1), co(\"\")",
        "true\ta\tb\tc\ta1\t3",
    ),
    (
        "local co = coroutine.wrap(function() return (\"[%s %d]\"):format(setmetatable({}, {__tostring = function() return coroutine.yield(\"y\") end}), 5) end) return co(), co(\"resumed\")",
        "true\ty\t[resumed 5]",
    ),
    (
        "local co = coroutine.wrap(function() return \"1\" + setmetatable({}, {__add = function(a) return coroutine.yield(a) end}) end) return co(), co(7)",
        "true\t1\t7",
    ),
];

/// Here 5.4.8 checks more than early releases of 5.4.
const LATER_THAN_5_4_4: &[Case] = &[
    (
        "for p, c in utf8.codes(\"\\x80\") do end",
        "false\ts:1: bad argument #1 to 'codes' (invalid UTF-8 code)",
    ),
    (
        "for p, c in utf8.codes(\"ä\\x80\") do end",
        "false\ts:1: invalid UTF-8 code",
    ),
];
