//! The `math` library: snippets and what PUC Lua 5.4 prints for them.

use super::Case;

/// All groups of snippets.
pub const ALL: &[(&str, &[Case])] = &[
    ("rounding", ROUNDING),
    ("fmod_min_max", FMOD_MIN_MAX),
    ("elementary", ELEMENTARY),
    ("random", RANDOM),
];

const ROUNDING: &[Case] = &[
    (
        "return math.floor(3.7), math.floor(-3.7), math.floor(3), math.floor(1e300), math.floor(\"3.7\"), math.floor(\"10\")",
        "true\t3\t-4\t3\t1e+300\t3\t10",
    ),
    (
        "return math.ceil(3.2), math.ceil(-3.7), math.ceil(3), math.ceil(-1e300), math.ceil(2^62), math.ceil(2^63)",
        "true\t4\t-3\t3\t-1e+300\t4611686018427387904\t9.2233720368548e+18",
    ),
    (
        "return math.floor(1/0), math.floor(-1/0), math.floor(0/0), math.floor(-0.0), math.ceil(-0.5)",
        "true\tinf\t-inf\t-nan\t0\t0",
    ),
    (
        "return math.modf(3.7), math.modf(-3.7)",
        "true\t3\t-3\t-0.7",
    ),
    ("return math.modf(5), math.modf(1/0)", "true\t5\tinf\t0.0"),
    (
        "return math.modf(-1/0), math.modf(0/0)",
        "true\t-inf\t-nan\t-nan",
    ),
    (
        "return math.modf(1e15 + 0.5)",
        "true\t1000000000000000\t0.5",
    ),
    (
        "return math.abs(-3), math.abs(-3.5), math.abs(math.mininteger), math.abs(-0.0), math.abs(\"-7\"), math.abs(-1/0)",
        "true\t3\t3.5\t-9223372036854775808\t0.0\t7.0\tinf",
    ),
    (
        "return math.tointeger(3.0), math.tointeger(3.5), math.tointeger(\"8\"), math.tointeger(\"x\"), math.tointeger({}), math.tointeger(2^63)",
        "true\t3\tnil\t8\tnil\tnil\tnil",
    ),
    (
        "return math.type(1), math.type(1.0), math.type(\"1\"), math.type(nil)",
        "true\tinteger\tfloat\tnil\tnil",
    ),
    (
        "math.floor({})",
        "false\ts:1: bad argument #1 to 'floor' (number expected, got table)",
    ),
    (
        "math.floor()",
        "false\ts:1: bad argument #1 to 'floor' (number expected, got no value)",
    ),
    (
        "math.abs(\"x\")",
        "false\ts:1: bad argument #1 to 'abs' (number expected, got string)",
    ),
    (
        "math.type()",
        "false\ts:1: bad argument #1 to 'type' (value expected)",
    ),
    (
        "math.tointeger()",
        "false\ts:1: bad argument #1 to 'tointeger' (value expected)",
    ),
    (
        "return math.ult(1, -1), math.ult(-1, 1), math.ult(2, 3), pcall(math.ult, 1.5, 2)",
        "true\ttrue\tfalse\ttrue\tfalse\tbad argument #1 to 'math.ult' (number has no integer representation)",
    ),
];

const FMOD_MIN_MAX: &[Case] = &[
    (
        "return math.fmod(7, 3), math.fmod(-7, 3), math.fmod(7, -3), math.fmod(math.mininteger, -1), math.fmod(7.5, 2)",
        "true\t1\t-1\t1\t0\t1.5",
    ),
    (
        "return math.fmod(1, 0.0), math.fmod(5, math.huge), math.fmod(-6, 2), math.fmod(-6.0, 2)",
        "true\t-nan\t5.0\t0\t-0.0",
    ),
    (
        "math.fmod(1, 0)",
        "false\ts:1: bad argument #2 to 'fmod' (zero)",
    ),
    (
        "math.fmod(1)",
        "false\ts:1: bad argument #2 to 'fmod' (number expected, got no value)",
    ),
    (
        "math.fmod()",
        "false\ts:1: bad argument #2 to 'fmod' (number expected, got no value)",
    ),
    (
        "return math.max(1, 2.5), math.max(2, 2.0), math.max(2.0, 2), math.min(3, 1, 2), math.max(-1), math.min(1/0, math.maxinteger)",
        "true\t2.5\t2\t2.0\t1\t-1\t9223372036854775807",
    ),
    (
        "return math.max(\"a\", \"b\"), math.min(\"10\", \"9\")",
        "true\tb\t10",
    ),
    ("return math.max(0/0, 1), math.max(1, 0/0)", "true\t-nan\t1"),
    (
        "math.max()",
        "false\ts:1: bad argument #1 to 'max' (value expected)",
    ),
    (
        "math.min()",
        "false\ts:1: bad argument #1 to 'min' (value expected)",
    ),
    (
        "math.max(1, nil)",
        "false\tattempt to compare number with nil",
    ),
    (
        "math.max({}, {})",
        "false\tattempt to compare two table values",
    ),
    (
        "math.min(1, \"2\")",
        "false\tattempt to compare string with number",
    ),
    (
        "local v = {__lt = function(a, b) return a.v < b.v end} local function n(v_) return setmetatable({v = v_}, v) end return math.max(n(3), n(7), n(5)).v, math.min(n(3), n(1), n(5), n(0)).v",
        "true\t7\t0",
    ),
];

const ELEMENTARY: &[Case] = &[
    (
        "return math.sqrt(16), math.sqrt(2), math.sqrt(-1), math.exp(0), math.log(1), math.log(0)",
        "true\t4.0\t1.4142135623731\t-nan\t1.0\t0.0\t-inf",
    ),
    (
        "return math.log(8, 2), math.log(1000, 10), math.log(27, 3), math.log(-1), math.log(2, 0)",
        "true\t3.0\t3.0\t3.0\t-nan\t-0.0",
    ),
    (
        "return math.sin(0), math.cos(0), math.tan(0), math.asin(1), math.acos(1), math.atan(1)",
        "true\t0.0\t1.0\t0.0\t1.5707963267949\t0.0\t0.78539816339745",
    ),
    (
        "return math.atan(1, -1), math.atan(-0.0, -1), math.atan(0, 1), math.asin(2)",
        "true\t2.3561944901923\t-3.1415926535898\t0.0\tnan",
    ),
    (
        "return math.deg(math.pi), math.rad(180), math.pi, math.huge, -math.huge",
        "true\t180.0\t3.1415926535898\t3.1415926535898\tinf\t-inf",
    ),
    (
        "return math.maxinteger, math.mininteger, math.maxinteger + 1 == math.mininteger",
        "true\t9223372036854775807\t-9223372036854775808\ttrue",
    ),
    (
        "return math.pow(2, 10), math.frexp(8), math.ldexp(0.5, 4), math.log10(100), math.cosh(0), math.sinh(0), math.tanh(0)",
        "true\t1024.0\t0.5\t8.0\t2.0\t1.0\t0.0\t0.0",
    ),
    (
        "math.sqrt(\"x\")",
        "false\ts:1: bad argument #1 to 'sqrt' (number expected, got string)",
    ),
    (
        "math.log(2, \"x\")",
        "false\ts:1: bad argument #2 to 'log' (number expected, got string)",
    ),
    (
        "math.sin()",
        "false\ts:1: bad argument #1 to 'sin' (number expected, got no value)",
    ),
    (
        "return math.sqrt(\"16\"), math.exp(\"0x0\")",
        "true\t4.0\t1.0",
    ),
];

const RANDOM: &[Case] = &[
    (
        "math.randomseed(42) return math.random(0), math.random(0), math.random(100), math.random(-5, 5), math.random()",
        "true\t-1276290044721465627\t8333941968102511665\t76\t0\t0.61731763595847",
    ),
    (
        "math.randomseed(1, 2) return math.random(1 << 62), math.random(math.mininteger, math.maxinteger), math.random(7, 7), math.random(3.0)",
        "true\t3680007030261188738\t-5058672734575677560\t7\t1",
    ),
    (
        "return math.randomseed(42), math.randomseed(\"7\"), math.randomseed(3, 4)",
        "true\t42\t7\t3\t4",
    ),
    (
        "math.randomseed(5) local s = {} for i = 1, 50 do s[i] = math.random(10) end return table.concat(s, \" \")",
        "true\t6 8 4 8 1 4 3 2 6 5 4 8 2 9 1 8 7 1 3 5 9 4 7 6 5 2 1 4 10 4 9 1 1 4 2 9 8 10 8 6 3 8 2 4 7 1 4 3 1 9",
    ),
    (
        "math.randomseed(5) local s = 0 for i = 1, 1000 do local r = math.random() if r < 0 or r >= 1 then return \"out\" end s = s + r end return s",
        "true\t491.98794312234",
    ),
    (
        "math.random(0, -1)",
        "false\ts:1: bad argument #1 to 'random' (interval is empty)",
    ),
    (
        "math.random(-1)",
        "false\ts:1: bad argument #1 to 'random' (interval is empty)",
    ),
    (
        "math.random(1, 2, 3)",
        "false\ts:1: wrong number of arguments",
    ),
    (
        "math.random(\"x\")",
        "false\ts:1: bad argument #1 to 'random' (number expected, got string)",
    ),
    (
        "math.random(1.5)",
        "false\ts:1: bad argument #1 to 'random' (number has no integer representation)",
    ),
    (
        "math.random(math.maxinteger, math.mininteger)",
        "false\ts:1: bad argument #1 to 'random' (interval is empty)",
    ),
    (
        "math.randomseed(\"x\")",
        "false\ts:1: bad argument #1 to 'randomseed' (number expected, got string)",
    ),
    (
        "math.randomseed(1.5)",
        "false\ts:1: bad argument #1 to 'randomseed' (number has no integer representation)",
    ),
];
