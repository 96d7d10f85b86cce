//! The `table` library: snippets and what PUC Lua 5.4 prints for them.

use super::Case;

/// All groups of snippets.
pub const ALL: &[(&str, &[Case])] = &[
    ("insert", INSERT),
    ("remove", REMOVE),
    ("concat", CONCAT),
    ("pack_unpack", PACK_UNPACK),
    ("move", MOVE),
    ("sort", SORT),
];

const INSERT: &[Case] = &[
    (
        "local t = {} table.insert(t, 1) table.insert(t, 1, 0) table.insert(t, 3, 2) table.insert(t, 2, \"x\") return #t, table.unpack(t)",
        "true\t4\t0\tx\t1\t2",
    ),
    (
        "local t = {1, 2, 3} table.insert(t, nil) table.insert(t, 2, nil) return #t, t[1], t[2], t[3], t[4]",
        "true\t4\t1\tnil\t2\t3",
    ),
    (
        "table.insert({1, 2}, 4, 3)",
        "false\ts:1: bad argument #2 to 'insert' (position out of bounds)",
    ),
    (
        "table.insert({1, 2}, 0, 3)",
        "false\ts:1: bad argument #2 to 'insert' (position out of bounds)",
    ),
    (
        "table.insert({1, 2}, \"x\", 3)",
        "false\ts:1: bad argument #2 to 'insert' (number expected, got string)",
    ),
    (
        "table.insert({1, 2}, 1.5, 3)",
        "false\ts:1: bad argument #2 to 'insert' (number has no integer representation)",
    ),
    (
        "table.insert({1, 2}, math.mininteger, 3)",
        "false\ts:1: bad argument #2 to 'insert' (position out of bounds)",
    ),
    (
        "table.insert({1, 2})",
        "false\ts:1: wrong number of arguments to 'insert'",
    ),
    (
        "table.insert({1, 2}, 1, 2, 3)",
        "false\ts:1: wrong number of arguments to 'insert'",
    ),
    (
        "table.insert(nil, 1)",
        "false\ts:1: bad argument #1 to 'insert' (table expected, got nil)",
    ),
    (
        "table.insert()",
        "false\ts:1: bad argument #1 to 'insert' (table expected, got no value)",
    ),
    (
        "table.insert(\"abc\", 1)",
        "false\ts:1: bad argument #1 to 'insert' (table expected, got string)",
    ),
    (
        "table.insert(setmetatable({}, {__name = \"list\", __len = function() return {} end}), 1)",
        "false\ts:1: object length is not an integer",
    ),
    (
        "return pcall(table.insert, 5, 1)",
        "true\tfalse\tbad argument #1 to 'table.insert' (table expected, got number)",
    ),
    (
        "local t = {} for i = 1, 100 do table.insert(t, 1 + i // 2, i) end return table.concat(t, \" \")",
        "true\t1 3 5 7 9 11 13 15 17 19 21 23 25 27 29 31 33 35 37 39 41 43 45 47 49 51 53 55 57 59 61 63 65 67 69 71 73 75 77 79 81 83 85 87 89 91 93 95 97 99 100 98 96 94 92 90 88 86 84 82 80 78 76 74 72 70 68 66 64 62 60 58 56 54 52 50 48 46 44 42 40 38 36 34 32 30 28 26 24 22 20 18 16 14 12 10 8 6 4 2",
    ),
    (
        "local t = setmetatable({}, {__len = function() return math.maxinteger end}) table.insert(t, 20) local k, v = next(t) return k == math.mininteger, v",
        "true\ttrue\t20",
    ),
    (
        "local t = setmetatable({}, {__index = function(_, k) return k end, __newindex = function(t, k, v) rawset(t, k, v * 2) end, __len = function() return 3 end}) table.insert(t, 2, 10) return rawget(t, 1), rawget(t, 2), rawget(t, 3), rawget(t, 4)",
        "true\tnil\t20\t4\t6",
    ),
    (
        "local log = {} local t = setmetatable({1, 2, nil, 4}, {__index = function(_, k) log[#log + 1] = k return \"i\" .. k end}) table.insert(t, 1, 0) return #log, log[1], t[1], t[2], t[3], t[4], t[5]",
        "true\t1\t3\t0\t1\t2\ti3\t4",
    ),
    (
        "local t = {[3] = \"c\", [2] = \"b\"} table.insert(t, \"a\") return #t, t[1], t[2], t[3]",
        "true\t3\ta\tb\tc",
    ),
];

const REMOVE: &[Case] = &[
    (
        "local t = {1, 2, 3, 4} return table.remove(t), table.remove(t, 1), table.remove(t, 1), #t, t[1]",
        "true\t4\t1\t2\t1\t3",
    ),
    (
        "local t = {} return table.remove(t), table.remove(t, 0), table.remove(t, #t), select(\"#\", table.remove(t))",
        "true\tnil\tnil\tnil\t1",
    ),
    (
        "local t = {[0] = \"zero\"} return table.remove(t), t[0]",
        "true\tzero\tnil",
    ),
    (
        "local t = {[0] = \"zero\"} return table.remove(t, 0), t[0]",
        "true\tzero\tnil",
    ),
    (
        "local t = {1, 2} return table.remove(t, 3), #t",
        "true\tnil\t2",
    ),
    (
        "table.remove({1, 2}, \"2.5\")",
        "false\ts:1: bad argument #2 to 'remove' (number has no integer representation)",
    ),
    (
        "table.remove({1, 2}, {})",
        "false\ts:1: bad argument #2 to 'remove' (number expected, got table)",
    ),
    (
        "table.remove(7)",
        "false\ts:1: bad argument #1 to 'remove' (table expected, got number)",
    ),
    (
        "local t = setmetatable({}, {__index = function(_, k) return \"at \" .. k end}) return table.remove(t), table.remove(t, 1), #t",
        "true\tat 0\tat 1\t0",
    ),
    (
        "local t = setmetatable({10, 20, 30}, {__len = function() return 2 end}) return table.remove(t), #t, t[1], t[2], t[3]",
        "true\t20\t2\t10\tnil\t30",
    ),
    (
        "local t = setmetatable({10, 20, 30}, {__len = function() return \"2\" end}) return table.remove(t, 1), t[1], t[2], t[3]",
        "true\t10\t20\tnil\t30",
    ),
    (
        "local t = setmetatable({10, 20, 30}, {__len = function() return 2.5 end}) return table.remove(t)",
        "false\ts:1: object length is not an integer",
    ),
    (
        "local t = {1, 2, nil, 4} return table.remove(t, 2), t[1], t[2], t[3], t[4]",
        "true\t2\t1\tnil\t4\tnil",
    ),
    (
        "local t = {} for i = 1, 50 do t[i] = i end local s = {} while #t > 0 do s[#s + 1] = table.remove(t, 1 + #t // 2) end return table.concat(s, \" \")",
        "true\t26 25 27 24 28 23 29 22 30 21 31 20 32 19 33 18 34 17 35 16 36 15 37 14 38 13 39 12 40 11 41 10 42 9 43 8 44 7 45 6 46 5 47 4 48 3 49 2 50 1",
    ),
];

const CONCAT: &[Case] = &[
    (
        "return table.concat({}), table.concat({}, \",\"), table.concat({1}), table.concat({1, 2.5, \"x\"}, \", \")",
        "true\t\t\t1\t1, 2.5, x",
    ),
    (
        "return table.concat({1, 2, 3}, \",\", 2), table.concat({1, 2, 3}, \",\", 2, 2), table.concat({1, 2, 3}, \",\", 3, 2)",
        "true\t2,3\t2\t",
    ),
    (
        "return table.concat({[-1] = \"a\", [0] = \"b\", \"c\"}, \"-\", -1, 1)",
        "true\ta-b-c",
    ),
    ("return table.concat({1, 2, 3}, 0)", "true\t10203"),
    (
        "return table.concat({1, 2, {}}, \",\")",
        "false\ts:1: invalid value (table) at index 3 in table for 'concat'",
    ),
    (
        "return table.concat({1, 2}, \",\", 1, 3)",
        "false\ts:1: invalid value (nil) at index 3 in table for 'concat'",
    ),
    (
        "return table.concat({true})",
        "false\ts:1: invalid value (boolean) at index 1 in table for 'concat'",
    ),
    (
        "return table.concat({1}, {})",
        "false\ts:1: bad argument #2 to 'concat' (string expected, got table)",
    ),
    (
        "return table.concat({1}, \",\", \"x\")",
        "false\ts:1: bad argument #3 to 'concat' (number expected, got string)",
    ),
    (
        "return table.concat(nil)",
        "false\ts:1: bad argument #1 to 'concat' (table expected, got nil)",
    ),
    (
        "return table.concat(\"abc\")",
        "false\ts:1: bad argument #1 to 'concat' (table expected, got string)",
    ),
    (
        "return table.concat({[math.maxinteger] = \"m\"}, \",\", math.maxinteger, math.maxinteger)",
        "true\tm",
    ),
    (
        "return table.concat({}, \",\", math.mininteger, math.maxinteger)",
        "false\ts:1: invalid value (nil) at index -9223372036854775808 in table for 'concat'",
    ),
    (
        "return #table.concat({(\"x\"):rep(1000), (\"y\"):rep(1000)}, (\"z\"):rep(500))",
        "true\t2500",
    ),
    (
        "return table.concat({math.mininteger, 1e100, -0.0, 1/0, 2^53}, \" \")",
        "true\t-9223372036854775808 1e+100 -0.0 inf 9.007199254741e+15",
    ),
    (
        "return table.concat(setmetatable({}, {__index = function(_, k) return k * k end, __len = function() return 5 end}), \",\")",
        "true\t1,4,9,16,25",
    ),
    (
        "return table.concat(setmetatable({1, nil, 3}, {__index = function(_, k) return \"i\" .. k end}), \",\", 1, 5)",
        "true\t1,i2,3,i4,i5",
    ),
    (
        "return table.concat(setmetatable({1}, {__index = function(_, k) return {} end}), \",\", 1, 2)",
        "false\ts:1: invalid value (table) at index 2 in table for 'concat'",
    ),
    (
        "return table.concat(setmetatable({1, 2, 3}, {__len = function() return 2 end}), \",\")",
        "true\t1,2",
    ),
    (
        "return table.concat(setmetatable({}, {__len = function() error(\"no length\") end}), \",\", 1, 0)",
        "false\ts:1: no length",
    ),
];

const PACK_UNPACK: &[Case] = &[
    ("local t = table.pack() return #t, t.n", "true\t0\t0"),
    (
        "local t = table.pack(nil, 2, nil) return t.n, t[1], t[2], t[3]",
        "true\t3\tnil\t2\tnil",
    ),
    (
        "local t = table.pack(table.unpack({1, 2, 3}, 2)) return t.n, t[1], t[2], #t",
        "true\t2\t2\t3\t2",
    ),
    ("return table.unpack({1, 2, 3})", "true\t1\t2\t3"),
    (
        "return table.unpack({1, 2, 3}, 2, 5)",
        "true\t2\t3\tnil\tnil",
    ),
    ("return table.unpack({1, 2, 3}, -1, 1)", "true\tnil\tnil\t1"),
    (
        "return select(\"#\", table.unpack({}, 1, 1000))",
        "true\t1000",
    ),
    (
        "return table.unpack({}, 1, 1e8)",
        "false\ts:1: too many results to unpack",
    ),
    (
        "return table.unpack({}, math.mininteger, math.maxinteger)",
        "false\ts:1: too many results to unpack",
    ),
    (
        "return table.unpack({}, 1, math.maxinteger)",
        "false\ts:1: too many results to unpack",
    ),
    (
        "return table.unpack({[math.maxinteger] = \"m\"}, math.maxinteger)",
        "true",
    ),
    (
        "return table.unpack({[math.maxinteger] = \"m\"}, math.maxinteger, math.maxinteger)",
        "true\tm",
    ),
    (
        "return select(\"#\", table.unpack({}, math.maxinteger, math.mininteger))",
        "true\t0",
    ),
    ("return table.unpack(\"abc\")", "true\tnil\tnil\tnil"),
    (
        "return table.unpack()",
        "false\tattempt to get length of a nil value",
    ),
    (
        "return table.unpack(nil, 1, 2)",
        "false\tattempt to index a nil value",
    ),
    ("return table.unpack(nil, 2, 1)", "true"),
    (
        "return table.unpack({}, \"a\")",
        "false\ts:1: bad argument #2 to 'unpack' (number expected, got string)",
    ),
    (
        "return table.unpack({}, 1, {})",
        "false\ts:1: bad argument #3 to 'unpack' (number expected, got table)",
    ),
    (
        "return table.unpack(setmetatable({}, {__index = function(_, k) return k * 2 end}), 1, 4)",
        "true\t2\t4\t6\t8",
    ),
    (
        "return table.unpack(setmetatable({7}, {__index = function(_, k) return k * 2 end, __len = function() return 3 end}))",
        "true\t7\t4\t6",
    ),
    (
        "return table.unpack(setmetatable({7}, {__len = function() return {} end}))",
        "false\ts:1: object length is not an integer",
    ),
    (
        "return table.unpack(setmetatable({7}, {__index = function(_, k) error(\"no \" .. k, 0) end}), 1, 2)",
        "false\tno 2",
    ),
];

const MOVE: &[Case] = &[
    (
        "return table.concat(table.move({1, 2, 3, 4, 5}, 2, 5, 1), \",\")",
        "true\t2,3,4,5,5",
    ),
    (
        "return table.concat(table.move({1, 2, 3, 4, 5}, 1, 4, 2), \",\")",
        "true\t1,1,2,3,4",
    ),
    (
        "return table.concat(table.move({1, 2, 3}, 1, 3, 4), \",\")",
        "true\t1,2,3,1,2,3",
    ),
    (
        "return table.concat(table.move({1, 2, 3}, 1, 3, 3, {9, 9}), \",\")",
        "true\t9,9,1,2,3",
    ),
    (
        "return table.concat(table.move({1, 2, 3}, 2, 1, 3, {9, 9}), \",\")",
        "true\t9,9",
    ),
    (
        "local t = {1, 2, nil, 4} table.move(t, 1, 4, 3) return t[1], t[2], t[3], t[4], t[5], t[6]",
        "true\t1\t2\t1\t2\tnil\t4",
    ),
    (
        "local t = {1, 2, nil, 4} table.move(t, 2, 3, 3) return t[1], t[2], t[3], t[4]",
        "true\t1\t2\t2\tnil",
    ),
    (
        "local t = table.move({1, 2, 3}, 1, 3, -1, {}) return t[-1], t[0], t[1], t[2]",
        "true\t1\t2\t3\tnil",
    ),
    (
        "local a = {} for i = 1, 1000 do a[i] = i end table.move(a, 1, 1000, 501) return #a, a[500], a[501], a[1500]",
        "true\t1500\t500\t1\t1000",
    ),
    (
        "local a = {} for i = 1, 1000 do a[i] = i end local b = table.move(a, 1, 1000, 1, {}) return #b, b[1], b[1000], a == b",
        "true\t1000\t1\t1000\tfalse",
    ),
    (
        "table.move({}, 0, math.maxinteger, 1)",
        "false\ts:1: bad argument #3 to 'move' (too many elements to move)",
    ),
    (
        "table.move({}, 1, math.maxinteger, 2)",
        "false\ts:1: bad argument #4 to 'move' (destination wrap around)",
    ),
    (
        "table.move({}, math.mininteger, math.maxinteger, 2)",
        "false\ts:1: bad argument #3 to 'move' (too many elements to move)",
    ),
    (
        "table.move({1}, 1, 1)",
        "false\ts:1: bad argument #4 to 'move' (number expected, got no value)",
    ),
    (
        "table.move(1, 1, 1, 1)",
        "false\ts:1: bad argument #1 to 'move' (table expected, got number)",
    ),
    (
        "table.move({}, 1, 1, 1, 1)",
        "false\ts:1: bad argument #5 to 'move' (table expected, got number)",
    ),
    (
        "table.move({}, \"x\", 1, 1)",
        "false\ts:1: bad argument #2 to 'move' (number expected, got string)",
    ),
    (
        "local t = table.move({45}, 1, 1, math.maxinteger) return t[1], t[math.maxinteger]",
        "true\t45\t45",
    ),
    (
        "local log = {} local p = setmetatable({}, {__index = function(_, k) log[#log + 1] = \"r\" .. k return k end, __newindex = function(_, k, v) log[#log + 1] = \"w\" .. k end}) table.move(p, 1, 3, 2) table.move(p, 2, 4, 1) return table.concat(log, \" \")",
        "true\tr3 w4 r2 w3 r1 w2 r2 w1 r3 w2 r4 w3",
    ),
    (
        "local eq = setmetatable({1, 2, 3}, {__eq = function() return true end, __newindex = function(t, k, v) rawset(t, k, v) end}) local o = setmetatable({}, getmetatable(eq)) table.move(eq, 1, 3, 2, o) return o[1], o[2], o[3], o[4]",
        "true\tnil\t1\t2\t3",
    ),
];

const SORT: &[Case] = &[
    (
        "local t = {3, 1, 2} table.sort(t) return table.concat(t, \" \")",
        "true\t1 2 3",
    ),
    (
        "local t = {\"b\", \"a\", \"B\", \"\", \"ab\", \"a\\0b\"} table.sort(t) return (\"%q\"):format(table.concat(t, \" \"))",
        "true\t\" B a a\\0b ab b\"",
    ),
    (
        "local t = {3, 1.5, -2, math.huge, -math.huge, 2^53, math.maxinteger, math.mininteger} table.sort(t) return table.concat(t, \" \")",
        "true\t-inf -9223372036854775808 -2 1.5 3 9.007199254741e+15 9223372036854775807 inf",
    ),
    (
        "local t = {5, 3, 9, 1} table.sort(t, function(a, b) return a > b end) return table.concat(t, \" \")",
        "true\t9 5 3 1",
    ),
    (
        "local t = {} for i = 1, 200 do t[i] = i * 7919 % 211 end table.sort(t) return table.concat(t, \" \")",
        "true\t1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 48 49 50 51 52 53 54 55 56 57 58 59 61 62 63 64 65 66 67 68 69 70 71 72 74 75 76 77 78 79 80 81 82 83 84 85 87 88 89 90 91 92 93 94 95 96 97 98 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117 118 119 120 121 122 123 124 125 126 127 128 129 130 131 132 133 134 135 136 137 138 139 140 141 142 143 144 145 147 148 149 150 151 152 153 154 155 156 157 158 160 161 162 163 164 165 166 167 168 169 170 171 173 174 175 176 177 178 179 180 181 182 183 184 186 187 188 189 190 191 192 193 194 195 196 197 199 200 201 202 203 204 205 206 207 208 209 210",
    ),
    (
        "local t = {} for i = 1, 200 do t[i] = i * 7919 % 211 end table.sort(t, function(a, b) return a > b end) return table.concat(t, \" \")",
        "true\t210 209 208 207 206 205 204 203 202 201 200 199 197 196 195 194 193 192 191 190 189 188 187 186 184 183 182 181 180 179 178 177 176 175 174 173 171 170 169 168 167 166 165 164 163 162 161 160 158 157 156 155 154 153 152 151 150 149 148 147 145 144 143 142 141 140 139 138 137 136 135 134 133 132 131 130 129 128 127 126 125 124 123 122 121 120 119 118 117 116 115 114 113 112 111 110 109 108 107 106 105 104 103 102 101 100 98 97 96 95 94 93 92 91 90 89 88 87 85 84 83 82 81 80 79 78 77 76 75 74 72 71 70 69 68 67 66 65 64 63 62 61 59 58 57 56 55 54 53 52 51 50 49 48 46 45 44 43 42 41 40 39 38 37 36 35 34 33 32 31 30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1",
    ),
    (
        "local t = {} for i = 1, 100 do t[i] = i end table.sort(t, function(a, b) return a < b end) return table.concat(t, \" \")",
        "true\t1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100",
    ),
    (
        "local t = {} for i = 1, 100 do t[i] = 100 - i end table.sort(t, function(a, b) return a < b end) return table.concat(t, \" \")",
        "true\t0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99",
    ),
    (
        "local t = {} for i = 1, 300 do t[i] = (\"%03d\"):format(i * 7919 % 997) end table.sort(t, function(a, b) return a < b end) return table.concat(t, \" \")",
        "true\t020 021 022 023 024 025 026 027 028 049 050 051 052 053 054 055 056 077 078 079 080 081 082 083 084 085 106 107 108 109 110 111 112 113 134 135 136 137 138 139 140 141 142 163 164 165 166 167 168 169 170 191 192 193 194 195 196 197 198 199 220 221 222 223 224 225 226 227 248 249 250 251 252 253 254 255 256 277 278 279 280 281 282 283 284 305 306 307 308 309 310 311 312 313 334 335 336 337 338 339 340 341 362 363 364 365 366 367 368 369 370 391 392 393 394 395 396 397 398 419 420 421 422 423 424 425 426 427 448 449 450 451 452 453 454 455 476 477 478 479 480 481 482 483 484 505 506 507 508 509 510 511 512 533 534 535 536 537 538 539 540 541 562 563 564 565 566 567 568 569 590 591 592 593 594 595 596 597 598 619 620 621 622 623 624 625 626 647 648 649 650 651 652 653 654 655 676 677 678 679 680 681 682 683 704 705 706 707 708 709 710 711 712 733 734 735 736 737 738 739 740 761 762 763 764 765 766 767 768 769 790 791 792 793 794 795 796 797 818 819 820 821 822 823 824 825 826 846 847 848 849 850 851 852 853 854 875 876 877 878 879 880 881 882 883 903 904 905 906 907 908 909 910 911 932 933 934 935 936 937 938 939 940 960 961 962 963 964 965 966 967 968 989 990 991 992 993 994 995 996",
    ),
    (
        "table.sort({1, 2, 3, 4}, function() return true end)",
        "false\ts:1: invalid order function for sorting",
    ),
    (
        "table.sort({1, 2, 3, 4, 5, 6}, function() return true end)",
        "false\ts:1: invalid order function for sorting",
    ),
    (
        "table.sort({1, \"x\"})",
        "false\tattempt to compare string with number",
    ),
    (
        "table.sort({{}, {}})",
        "false\tattempt to compare two table values",
    ),
    (
        "table.sort({1, 2, 3}, 42)",
        "false\ts:1: bad argument #2 to 'sort' (function expected, got number)",
    ),
    ("table.sort({1}, 42)", "true"),
    ("table.sort({}, 42)", "true"),
    (
        "table.sort(nil)",
        "false\ts:1: bad argument #1 to 'sort' (table expected, got nil)",
    ),
    (
        "table.sort({3, 1, 2}, function(a, b) error(\"stop\", 0) end)",
        "false\tstop",
    ),
    (
        "local t = {3, 1, 2} pcall(table.sort, t, function(a, b) error(\"stop\") end) table.sort(t) return table.concat(t, \" \")",
        "true\t1 2 3",
    ),
    (
        "local v = {__lt = function(a, b) return a.v < b.v end} local t = {} for i = 1, 40 do t[i] = setmetatable({v = i * 17 % 41}, v) end table.sort(t) local s = {} for i = 1, 40 do s[i] = t[i].v end return table.concat(s, \" \")",
        "true\t1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40",
    ),
    (
        "local t = setmetatable({3, 1, 2}, {__index = function() return \"never\" end}) table.sort(t) return table.concat(t, \" \")",
        "true\t1 2 3",
    ),
    (
        "local o = {3, 1, 2} local t = setmetatable({}, {__index = o, __newindex = o, __len = function() return 3 end}) table.sort(t) return table.concat(o, \" \"), rawlen(t)",
        "true\t1 2 3\t0",
    ),
    (
        "local o = {3, 1, 2} local t = setmetatable({}, {__index = o, __newindex = o, __len = function() return 3 end}) table.sort(t, function(a, b) return a > b end) return table.concat(o, \" \"), rawlen(t)",
        "true\t3 2 1\t0",
    ),
    (
        "table.sort(setmetatable({}, {__len = function() return math.maxinteger end}))",
        "false\ts:1: bad argument #1 to 'sort' (array too big)",
    ),
    (
        "table.sort(setmetatable({}, {__len = function() return -1 end}), 42)",
        "true",
    ),
    (
        "local t = {} for i = 1, 60 do t[i] = i % 7 end local n = 0 table.sort(t, function(a, b) n = n + 1 return a < b end) return table.concat(t), n < 400",
        "true\t000000001111111112222222223333333334444444445555555566666666\ttrue",
    ),
    (
        "local t = {} for i = 1, 50 do t[i] = {i % 5, i} end table.sort(t, function(a, b) if a[1] ~= b[1] then return a[1] < b[1] end return a[2] < b[2] end) local s = {} for i = 1, 50 do s[i] = t[i][2] end return table.concat(s, \" \")",
        "true\t5 10 15 20 25 30 35 40 45 50 1 6 11 16 21 26 31 36 41 46 2 7 12 17 22 27 32 37 42 47 3 8 13 18 23 28 33 38 43 48 4 9 14 19 24 29 34 39 44 49",
    ),
    (
        "local co = coroutine.wrap(function() local t = {2, 3, 1} table.sort(t, function(a, b) if a == b then return false end return a < b end) return table.concat(t) end) return co()",
        "true\t123",
    ),
];
