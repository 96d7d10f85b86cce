//! What a machine without an operating system answers, in PUC Lua's words where
//! it has some.

use super::Case;

/// All groups of snippets.
pub const ALL: &[(&str, &[Case])] = &[("os", OS), ("io", IO), ("write", WRITE), ("seed", SEED)];

const OS: &[Case] = &[
    (
        "return os.time(), os.date('%c'), os.clock()",
        "true\t1600000000\tSun Sep 13 12:26:40 2020\t1600000000.999",
    ),
    ("return os.getenv('HOME')", "true\tnil"),
    (
        "os.getenv()",
        "false\ts:1: bad argument #1 to 'getenv' (string expected, got no value)",
    ),
    ("os.exit(true)", "false\ts:1: os.exit is not available here"),
    ("return os.execute()", "true\tfalse"),
    (
        "return os.execute('ls')",
        "true\tnil\tos.execute is not available here\t38",
    ),
    (
        "return os.remove('x.txt')",
        "true\tnil\tx.txt: No such file or directory\t2",
    ),
    (
        "return os.rename('a', 'b')",
        "true\tnil\tNo such file or directory\t2",
    ),
    (
        "os.tmpname()",
        "false\ts:1: unable to generate a unique filename",
    ),
    (
        "return os.setlocale(), os.setlocale('C'), os.setlocale(''), os.setlocale('POSIX', 'time'), os.setlocale('de_DE')",
        "true\tC\tC\tC\tC\tnil",
    ),
    (
        "os.setlocale('C', 'zz')",
        "false\ts:1: bad argument #2 to 'setlocale' (invalid option 'zz')",
    ),
];

const IO: &[Case] = &[
    (
        "return io.open('x.txt')",
        "true\tnil\tx.txt: No such file or directory\t2",
    ),
    (
        "return io.open('x.txt', 'r+b')",
        "true\tnil\tx.txt: No such file or directory\t2",
    ),
    (
        "return io.open('x.txt', 'w')",
        "true\tnil\tx.txt: Read-only file system\t30",
    ),
    (
        "io.open('x.txt', 'rz')",
        "false\ts:1: bad argument #2 to 'open' (invalid mode)",
    ),
    (
        "io.lines('x.txt')",
        "false\ts:1: cannot open file 'x.txt' (No such file or directory)",
    ),
    (
        "io.input('x.txt')",
        "false\ts:1: cannot open file 'x.txt' (No such file or directory)",
    ),
    (
        "io.output('x.txt')",
        "false\ts:1: cannot open file 'x.txt' (Read-only file system)",
    ),
    ("io.popen('ls')", "false\ts:1: 'popen' not supported"),
    (
        "return io.tmpfile()",
        "true\tnil\tRead-only file system\t30",
    ),
    (
        "return io.type(io.stdout), io.type({}), io.type(1), pcall(io.type)",
        "true\tfile\tnil\tnil\tfalse\tbad argument #1 to 'io.type' (value expected)",
    ),
    (
        "return io.input() == io.stdin, io.output() == io.stdout, io.output(io.stderr) == io.stderr, io.output() == io.stderr, io.output(io.stdout) == io.stdout",
        "true\ttrue\ttrue\ttrue\ttrue\ttrue",
    ),
    ("return io.read()", "true\tnil"),
    ("return io.read('a')", "true\t"),
    ("return io.read('*a', 'a', 'n', 'l')", "true\t\t\tnil"),
    ("return io.read(0)", "true\tnil"),
    (
        "io.read('x')",
        "false\ts:1: bad argument #1 to 'read' (invalid format)",
    ),
    (
        "return io.stdout:read()",
        "true\tnil\tBad file descriptor\t9",
    ),
    (
        "return io.stdin:write('x')",
        "true\tnil\tBad file descriptor\t9",
    ),
    (
        "local n = 0 for line in io.lines() do n = n + 1 end for line in io.stdin:lines('L') do n = n + 1 end return n",
        "true\t0",
    ),
    (
        "for line in io.stdout:lines() do end",
        "false\ts:1: Bad file descriptor",
    ),
    (
        "return io.close(), io.stderr:close(), io.close(io.stdin)",
        "true\tnil\tnil\tnil\tcannot close standard file",
    ),
    (
        "return io.flush(), io.stdout:flush(), io.stdout:setvbuf('no'), io.stdout:seek()",
        "true\ttrue\ttrue\ttrue\tnil\tIllegal seek\t29",
    ),
    (
        "io.stdout:setvbuf('x')",
        "false\ts:1: bad argument #1 to 'setvbuf' (invalid option 'x')",
    ),
    (
        "io.stdout:seek('x')",
        "false\ts:1: bad argument #1 to 'seek' (invalid option 'x')",
    ),
    (
        "io.stdout.write()",
        "false\ts:1: bad argument #1 to 'write' (FILE* expected, got no value)",
    ),
    (
        "io.stdout.write({}, 'x')",
        "false\ts:1: bad argument #1 to 'write' (FILE* expected, got table)",
    ),
    (
        "local f <close> = io.stdout return tostring(f):match('^file %(0x%x+%)$') ~= nil, getmetatable(f).__name",
        "true\ttrue\tFILE*",
    ),
    (
        "return io.stdout == io.stdout, io.stdout == io.stderr, tostring(io.stdout) == tostring(io.stderr)",
        "true\ttrue\tfalse\tfalse",
    ),
];

const WRITE: &[Case] = &[
    (
        "io.write('a', 1, ' ', 2.5, '\\n'):write('b', '\\n')",
        "a1 2.5\nb\ntrue",
    ),
    (
        "io.write('a', {}, 'b')",
        "afalse\ts:1: bad argument #2 to 'write' (string expected, got table)",
    ),
    (
        "io.stdout:write('a', nil)",
        "afalse\ts:1: bad argument #2 to 'write' (string expected, got nil)",
    ),
    (
        "io.stderr:write('err') io.output(io.stderr):write('x') io.output(io.stdout)",
        "errxtrue",
    ),
];

const SEED: &[Case] = &[
    // Without arguments the generator seeds itself, so a run repeats.
    (
        "math.randomseed(7) local a, b = math.randomseed() local x = math.random(0) math.randomseed(a, b) return x == math.random(0), math.type(a), math.type(b)",
        "true\ttrue\tinteger\tinteger",
    ),
    (
        "math.randomseed(7) local a = math.randomseed() math.randomseed(7) return a == math.randomseed()",
        "true\ttrue",
    ),
];
