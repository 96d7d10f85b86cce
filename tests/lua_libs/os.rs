//! `os.time` and `os.date`: snippets and what PUC Lua 5.4 prints for them.

use super::Case;

/// All groups of snippets.
pub const ALL: &[(&str, &[Case])] = &[("time", TIME), ("date", DATE)];

const TIME: &[Case] = &[
    (
        "return os.time{year = 2020, month = 1, day = 1}, os.time{year = 2020, month = 1, day = 1, hour = 0}",
        "true\t1577880000\t1577836800",
    ),
    (
        "local t = {year = 2020, month = 14, day = -3, hour = 50, min = -1, sec = 1000} local s = os.time(t) return s, t.year, t.month, t.day, t.hour, t.min, t.sec, t.wday, t.yday, t.isdst",
        "true\t1611972940\t2021\t1\t30\t2\t15\t40\t7\t30\tfalse",
    ),
    (
        "return os.time{year = \"2000\", month = 2.0, day = \"0x1d\", isdst = false}",
        "true\t951825600",
    ),
    (
        "return os.time{year = 1969, month = 12, day = 31, hour = 23, min = 59, sec = 58}",
        "true\t-2",
    ),
    (
        "os.time{year = 1969, month = 12, day = 31, hour = 23, min = 59, sec = 59}",
        "false\ts:1: time result cannot be represented in this installation",
    ),
    (
        "os.time{}",
        "false\ts:1: field 'year' missing in date table",
    ),
    (
        "os.time{year = 2020}",
        "false\ts:1: field 'month' missing in date table",
    ),
    (
        "os.time{year = 2020, month = 1}",
        "false\ts:1: field 'day' missing in date table",
    ),
    (
        "os.time{year = 2020, month = \"x\", day = 1}",
        "false\ts:1: field 'month' is not an integer",
    ),
    (
        "os.time{year = 2020, month = 1.5, day = 1}",
        "false\ts:1: field 'month' is not an integer",
    ),
    (
        "os.time{year = 1e100, month = 1, day = 1}",
        "false\ts:1: field 'year' is not an integer",
    ),
    (
        "os.time{year = 1 << 40, month = 1, day = 1}",
        "false\ts:1: field 'year' is out-of-bound",
    ),
    (
        "os.time{year = (1 << 31) + 1899, month = 12, day = 31, hour = 23, min = 59, sec = 60}",
        "false\ts:1: time result cannot be represented in this installation",
    ),
    (
        "os.time(5)",
        "false\ts:1: bad argument #1 to 'time' (table expected, got number)",
    ),
    (
        "os.time(\"x\")",
        "false\ts:1: bad argument #1 to 'time' (table expected, got string)",
    ),
    (
        "local t = setmetatable({}, {__index = {year = 2001, month = 9, day = 9, hour = 1, min = 46, sec = 40}}) return os.time(t), rawget(t, \"year\"), rawget(t, \"yday\")",
        "true\t1000000000\t2001\t252",
    ),
    (
        "os.time(setmetatable({}, {__index = {year = 2001}}))",
        "false\ts:1: field 'month' missing in date table",
    ),
    (
        "return os.difftime(5, 3), os.difftime(math.maxinteger, math.mininteger), pcall(os.difftime, 1)",
        "true\t2.0\t1.844674407371e+19\tfalse\tbad argument #2 to 'os.difftime' (number expected, got no value)",
    ),
    ("return os.difftime(\"7\", 2.0)", "true\t5.0"),
];

const DATE: &[Case] = &[
    (
        "return os.date(\"!%Y-%m-%d %H:%M:%S\", 1e9), os.date(\"!%c\", 0), os.date(\"!%x %X %p\", 86399)",
        "true\t2001-09-09 01:46:40\tThu Jan  1 00:00:00 1970\t01/01/70 23:59:59 PM",
    ),
    (
        "return os.date(\"!%a %A %b %B %d %e %j %u %w %U %V %W %G %g %y %C %D %F %R %T %r %I %h %n%t%%\", 1234567890)",
        "true\tFri Friday Feb February 13 13 044 5 5 06 07 06 2009 09 09 20 02/13/09 2009-02-13 23:31 23:31:30 11:31:30 PM 11 Feb \n\t%",
    ),
    (
        "return os.date(\"!%Ec|%EC|%Ex|%EX|%Ey|%EY|%Od|%Oe|%OH|%OI|%Om|%OM|%OS|%Ou|%OU|%OV|%Ow|%OW|%Oy\", 1e9)",
        "true\tSun Sep  9 01:46:40 2001|20|09/09/01|01:46:40|01|2001|09| 9|01|01|09|46|40|7|36|36|0|36|01",
    ),
    (
        "return os.date(\"!%z %Z\"), os.date(\"%z %Z\")",
        "true\t+0000 GMT\t+0000 UTC",
    ),
    (
        "return os.date(\"\", 0), os.date(\"!\", 0), os.date(\"a\\0b\", 0)",
        "true\t\t\ta\x00b",
    ),
    (
        "local d = os.date(\"!*t\", 1e9) return d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst",
        "true\t2001\t9\t9\t1\t46\t40\t1\t252\tfalse",
    ),
    (
        "local d = os.date(\"*t\", -1) return d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst",
        "true\t1969\t12\t31\t23\t59\t59\t4\t365\tfalse",
    ),
    (
        "return os.time(os.date(\"*t\", 12345)), os.time(os.date(\"!*t\", -12345678901))",
        "true\t12345\t-12345678901",
    ),
    (
        "return os.date(\"!%Y|%C|%y|%G\", -62000000000), os.date(\"!%c|%F\", -70000000000), os.date(\"!%c\", 1 << 50)",
        "true\t5|0|05|5\tFri Oct 15 19:33:20 -249|-249-10-15\tTue Sep 25 18:57:04 35680317",
    ),
    (
        "os.date(\"%Ez\")",
        "false\ts:1: bad argument #1 to 'date' (invalid conversion specifier '%Ez')",
    ),
    (
        "os.date(\"%Ez abc\")",
        "false\ts:1: bad argument #1 to 'date' (invalid conversion specifier '%Ez abc')",
    ),
    (
        "os.date(\"%Q\")",
        "false\ts:1: bad argument #1 to 'date' (invalid conversion specifier '%Q')",
    ),
    (
        "os.date(\"%\")",
        "false\ts:1: bad argument #1 to 'date' (invalid conversion specifier '%')",
    ),
    (
        "os.date(\"%E\")",
        "false\ts:1: bad argument #1 to 'date' (invalid conversion specifier '%E')",
    ),
    (
        "os.date(\"%O \")",
        "false\ts:1: bad argument #1 to 'date' (invalid conversion specifier '%O ')",
    ),
    (
        "os.date(\"*t\", \"x\")",
        "false\ts:1: bad argument #2 to 'date' (number expected, got string)",
    ),
    (
        "os.date(\"*t\", 1.5)",
        "false\ts:1: bad argument #2 to 'date' (number has no integer representation)",
    ),
    (
        "os.date(\"%Y\", 1 << 60)",
        "false\ts:1: date result cannot be represented in this installation",
    ),
    (
        "os.date({})",
        "false\ts:1: bad argument #1 to 'date' (string expected, got table)",
    ),
    // As glibc prints them.
    (
        "return os.date(\"!%F|%Y|%C|%y|%G|%g\", -62000000000), os.date(\"!%F|%Y|%C|%y|%G|%g|%c|%D|%x\", -70000000000), os.date(\"!%F|%C|%c\", 10^15)",
        "true\t5-04-19|5|0|05|5|05\t-249-10-15|-249|-3|51|-249|51|Fri Oct 15 19:33:20 -249|10/15/51|10/15/51\t31690708-07-05|316907|Sun Jul  5 01:46:40 31690708",
    ),
    // A Sunday that belongs to the last week of 2020, and a Monday that belongs to the
    // first of 2025.
    (
        "return os.date(\"!%G %V %U %W %u %w %j\", 1609632000), os.date(\"!%G %V %U %W %u %w %j\", 1735516800)",
        "true\t2020 53 01 00 7 0 003\t2025 01 52 53 1 1 365",
    ),
    (
        "return os.date(\"!%a|%A|%b|%B|%I|%p|%r|%R|%T\", 0)",
        "true\tThu|Thursday|Jan|January|12|AM|12:00:00 AM|00:00|00:00:00",
    ),
    // There and back, over 5,000 years.
    (
        "for s = -(1 << 31) * 40, (1 << 31) * 40, 123456789 do local t = os.date(\"!*t\", s) assert(os.time(t) == s and t.month > 0 and t.month < 13 and t.day > 0 and t.day < 32) end return true",
        "true\ttrue",
    ),
    (
        "local s = 67768036191676799 return os.date(\"!*t\", s).year - 1900 == (1 << 31) - 1, pcall(os.date, \"!*t\", s + 1)",
        "true\ttrue\tfalse\tdate result cannot be represented in this installation",
    ),
    (
        "local s = -67768040609740800 return os.date(\"!*t\", s).year - 1900 == -(1 << 31), pcall(os.date, \"!*t\", s - 1), pcall(os.date, \"!*t\", math.mininteger)",
        "true\ttrue\tfalse\tfalse\tdate result cannot be represented in this installation",
    ),
];
