//! Programs that try to bring the machine down, and how each must end.

/// How a program must end.
#[derive(Clone, Copy, Debug)]
pub enum Ends {
    /// With an error whose text has this in it.
    Error(&'static str),
    /// By returning `true`: it looks at its errors itself.
    True,
}
use Ends::{Error, True};

const FUEL: Ends = Error("fuel exhausted");
const MEMORY: Ends = Error("not enough memory");
const OVERFLOW: Ends = Error("stack overflow");

/// Name, source and end of each program. They are made for 50,000,000 units of
/// fuel and 64 MiB of memory.
pub fn programs() -> Vec<(&'static str, String, Ends)> {
    let mut list: Vec<(&'static str, String, Ends)> = PROGRAMS
        .iter()
        .map(|&(name, code, ends)| (name, code.to_owned(), ends))
        .collect();
    let parentheses = format!("return {}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let sum = format!("local a = 1 return {}a == 100001", "a + ".repeat(100_000));
    let join = format!("local a = 'x' return {}a", "a .. ".repeat(100_000));
    let locals: String = (0..300).map(|i| format!("local v{i} = {i} ")).collect();
    let tables = format!("return {}{}", "{".repeat(100_000), "}".repeat(100_000));
    let functions = format!(
        "{}{}",
        "return function() ".repeat(10_000),
        "end ".repeat(10_000)
    );
    let blocks = format!("{}{}", "do ".repeat(100_000), "end ".repeat(100_000));
    let strings: String = (0..50_000).map(|i| format!("f('{i}') ")).collect();
    list.extend([
        (
            "100,000 nested parentheses",
            parentheses,
            Error("syntax error"),
        ),
        ("a + a + … 100,000 times", sum, True),
        ("a .. a .. … 100,000 times", join, Error("syntax error")),
        ("300 locals", locals, Error("too many local variables")),
        ("nested tables", tables, Error("syntax error")),
        ("nested functions", functions, Error("syntax error")),
        ("nested blocks", blocks, Error("syntax error")),
        (
            "many constants",
            format!("local function f() end {strings} return true"),
            True,
        ),
    ]);
    list
}

const PROGRAMS: &[(&str, &str, Ends)] = &[
    ("an endless loop", "while true do end", FUEL),
    ("an endless goto", "::top:: goto top", FUEL),
    ("errors without end", "while true do pcall(error) end", FUEL),
    (
        "a growing string",
        "local s = 'x' while true do s = s .. s end",
        MEMORY,
    ),
    (
        "a growing table",
        "local t = {} while true do t[#t + 1] = {} end",
        MEMORY,
    ),
    (
        "a growing hash",
        "local t = {} local i = 0 while true do i = i + 1 t[i + 0.5] = i end",
        MEMORY,
    ),
    (
        "growing closures",
        "local f = print while true do local g = f f = function() return g end end",
        MEMORY,
    ),
    (
        "growing coroutines",
        "local t = {} while true do t[#t + 1] = coroutine.create(print) end",
        MEMORY,
    ),
    (
        "garbage of all kinds",
        "while true do local s = ('x'):rep(1000) .. math.random() local t = {s, {s}} coroutine.wrap(function() end)() end",
        FUEL,
    ),
    (
        "a table that calls itself",
        "local t = {} setmetatable(t, {__call = t}) t()",
        Error("__call"),
    ),
    (
        "an index of itself",
        "local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x",
        Error("__index"),
    ),
    (
        "an index that indexes",
        "local t t = setmetatable({}, {__index = function(_, k) return t[k] end}) return t.x",
        OVERFLOW,
    ),
    (
        "a concat that concatenates",
        "local t t = setmetatable({}, {__concat = function(a) return a .. t end}) return t .. t",
        OVERFLOW,
    ),
    (
        "a comparison of itself",
        "local t t = setmetatable({}, {__lt = function(a, b) return a < b end}) return t < t",
        OVERFLOW,
    ),
    (
        "a string too long",
        "return ('x'):rep(1e10)",
        Error("too large"),
    ),
    ("a string just too long", "return ('x'):rep(1e9)", MEMORY),
    (
        "a separator too long",
        "return (''):rep(1e9, ('x'):rep(1e5))",
        Error("too large"),
    ),
    (
        "a result too long for its host",
        "local t = {} for i = 1, 40 do t = {t, t} end return t",
        MEMORY,
    ),
    (
        "a table within itself",
        "local t = {} t[1] = t return t",
        Error("recursive table"),
    ),
    (
        "a result nested too deeply",
        "local t = {} for i = 1, 1e5 do t = {t} end return t",
        Error("recursion limit"),
    ),
    (
        "JSON nested too deeply",
        "return alc.json_decode(('['):rep(1e6))",
        Error("recursion limit"),
    ),
    (
        "a pattern with many stars",
        "return (('a'):rep(30000)):match(('a*'):rep(20) .. 'b')",
        FUEL,
    ),
    (
        "a pattern with many lazy parts",
        "return (('a'):rep(30000)):match(('(.-)'):rep(20) .. 'b')",
        FUEL,
    ),
    (
        "a pattern in gsub",
        "return (('a'):rep(3000)):gsub(('.-'):rep(20) .. 'b', '')",
        FUEL,
    ),
    (
        "a pattern with too many captures",
        "return ('a'):rep(100):match(('(a)'):rep(1e5))",
        Error("too many captures"),
    ),
    (
        "a pattern that is nested",
        "return ('a'):match(('('):rep(1e5))",
        Error("captures"),
    ),
    (
        "a pattern of brackets",
        "return ('a'):match(('['):rep(1e5))",
        Error("malformed pattern"),
    ),
    (
        "a replacement that explodes",
        "local s = ('x'):rep(1e4) return s:gsub('x', ('%0'):rep(1e4))",
        MEMORY,
    ),
    (
        "deep recursion",
        "local function f() return 1 + f() end return f()",
        OVERFLOW,
    ),
    (
        "deep recursion of tail calls",
        "local function f() return f() end return f()",
        FUEL,
    ),
    (
        "deep recursion in pcall",
        "local function f() return 1 + f() end local ok, e = pcall(f) return not ok and e:find('stack overflow') ~= nil",
        True,
    ),
    (
        "pcall within pcall",
        "local function f() return pcall(f) end f() return true",
        FUEL,
    ),
    (
        "pcall within pcall that goes on",
        "local function f() pcall(f) return f() end f()",
        FUEL,
    ),
    (
        "xpcall with itself",
        "local function h() return error() end while true do xpcall(error, h) end",
        FUEL,
    ),
    (
        "an error handler that errs",
        "local function h(e) error(e) end local ok = xpcall(error, h, 'x') return not ok",
        True,
    ),
    (
        "coroutines within coroutines",
        "local function f() return coroutine.wrap(f)() end f()",
        Error("C stack overflow"),
    ),
    (
        "sort with a false comparator",
        "local t = {} for i = 1, 1e4 do t[i] = i % 7 end return pcall(table.sort, t, function() return true end) ~= nil",
        True,
    ),
    (
        "sort without end",
        "local t = {} for i = 1, 1e4 do t[i] = 1e4 - i end table.sort(t, function(a, b) while true do end end)",
        FUEL,
    ),
    (
        "too many results",
        "return table.unpack({}, 1, 1e8)",
        Error("too many results to unpack"),
    ),
    (
        "as many results as possible",
        "return select('#', table.unpack({}, 1, 900000)) == 900000 or true",
        True,
    ),
    (
        "a huge table.concat",
        "local t = {} for i = 1, 1000 do t[i] = ('x'):rep(1e5) end return table.concat(t)",
        MEMORY,
    ),
    (
        "a huge table.move",
        "return table.move({}, 1, 1e15, 2)",
        FUEL,
    ),
    (
        "a huge table.insert",
        "local t = setmetatable({}, {__len = function() return 1 << 62 end}) table.insert(t, 1, 'x')",
        FUEL,
    ),
    (
        "a huge width",
        "return ('%999d'):format(1)",
        Error("invalid conversion"),
    ),
    (
        "a huge pack",
        "return string.pack('!16 s' .. ('x'):rep(1e6), 'x') ~= nil and pcall(string.pack, 'i17', 1) == false",
        True,
    ),
    (
        "a huge char list",
        "return #utf8.char(table.unpack({}, 1, 1e5)) > 0",
        Error("number expected"),
    ),
    (
        "an endless load",
        "return load(function() return '  ' end)",
        Error(""),
    ),
    (
        "a growing load",
        "return load(function() return 'x = 1 ' end)",
        MEMORY,
    ),
    (
        "loads of nonsense",
        "for i = 1, 1e9 do load('return ' .. i)() end",
        FUEL,
    ),
    (
        "nested parentheses in load",
        "local f, e = load(('('):rep(1e5)) return f == nil and #e < 300",
        True,
    ),
    (
        "closers without end",
        "local function f() local x <close> = setmetatable({}, {__close = function() return f() end}) end f()",
        OVERFLOW,
    ),
    (
        "a closer that errs",
        "local ok, e = pcall(function() local x <close> = setmetatable({}, {__close = function() error('a') end}) error('b') end) return not ok",
        True,
    ),
    (
        "a log without end",
        "while true do print(('x'):rep(1e5)) end",
        FUEL,
    ),
    (
        "a huge progress message",
        "alc.progress(1, 2, ('x'):rep(1e7)) return true",
        True,
    ),
    (
        "statistics without end",
        "local i = 0 while true do i = i + 1 alc.stats.record(i, {}) end",
        Error("alc.stats.record"),
    ),
    (
        "a prompt too long",
        "return alc.llm(('x'):rep(4e7))",
        MEMORY,
    ),
    (
        "a batch too large",
        "local t = {} for i = 1, 4e5 do t[i] = {prompt = 'x'} end return alc.llm_batch(t)",
        MEMORY,
    ),
    (
        "a shadowed library",
        "string.rep = nil getmetatable('').__index = nil alc = nil return pcall(function() return ('x'):rep(2) end) == false",
        True,
    ),
    (
        "no globals",
        "local g = _G for k in pairs(g) do g[k] = nil end return true",
        True,
    ),
    (
        "the metatable of strings",
        "local m = getmetatable('') m.__index = function(s, k) return s[k] end return ('x').y",
        OVERFLOW,
    ),
    (
        "a weak table full of itself",
        "local t = setmetatable({}, {__mode = 'kv'}) while true do t[{}] = {} end",
        FUEL,
    ),
    (
        "numbers at their ends",
        "return math.mininteger // -1 == math.mininteger and math.mininteger % -1 == 0 and pcall(function() return 1 // 0 end) == false",
        True,
    ),
    (
        "a loop over all integers",
        "for i = math.mininteger, math.maxinteger do end",
        FUEL,
    ),
];
