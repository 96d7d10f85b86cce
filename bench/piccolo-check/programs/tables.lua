--## constructor forms
local t = { 1, 2, x = 3, [10] = 4, ["y z"] = 5, 6; 7 }
print(#t >= 4, t[3], t[4], t.x, t[10], t["y z"])
--## trailing separators
print(#{ 1, 2, }, #{ 1; 2; })
--## nil as a value removes
local t = { a = 1, b = 2 }
t.a = nil
print(t.a, next(t))
--## delete and insert again
local t = {}
for i = 1, 100 do t[i] = i end
for i = 1, 100 do t[i] = nil end
for i = 1, 50 do t[i] = i * 2 end
print(#t, t[50], next({}))
--## delete while iterating
local t, n = {}, 0
for i = 1, 50 do t["k" .. i] = i end
for k in pairs(t) do t[k] = nil n = n + 1 end
print(n, next(t))
--## float keys become integers
local t = {}
t[1.0] = "a"
t[2^53] = "b"
print(t[1], t[2^53 | 0], next({ [3.0] = 1 }))
--## nan and nil as keys
print(pcall(function() local t = {} t[0 / 0] = 1 end))
print(pcall(function() local t = {} t[nil] = 1 end))
print(({})[nil])
--## booleans and tables as keys
local k = {}
local t = { [true] = 1, [false] = 2, [k] = 3 }
print(t[true], t[false], t[k], t[{}])
--## negative and zero indices
local t = { [0] = "zero", [-1] = "minus" }
print(t[0], t[-1], #t)
--## growing from the front
local t = {}
for i = 10, 1, -1 do t[i] = i end
print(#t, t[1], t[10])
--## sum by pairs
local t, s, n = { 1, 2, 3, a = 4, b = 5 }, 0, 0
for _, v in pairs(t) do s = s + v n = n + 1 end
print(s, n)
--## next visits all
local t, keys = { x = 1, y = 2, z = 3 }, {}
local k = next(t)
while k do keys[#keys + 1] = k k = next(t, k) end
table.sort(keys)
print(table.concat(keys, ","))
--## next with an unknown key
print(pcall(next, {}, "no such key"))
--## length with a trailing nil
local t = { 1, 2, 3 }
t[#t] = nil
t[#t + 1] = "new"
print(#t, t[3])
--## two dimensions
local m = {}
for i = 1, 3 do m[i] = {} for j = 1, 3 do m[i][j] = i * j end end
print(m[2][3], m[3][3], #m, #m[1])
--## self reference
local t = {}
t.self = t
print(t.self.self.self == t)
--## linked list
local list
for i = 1, 5 do list = { value = i, next = list } end
local s = ""
while list do s = s .. list.value list = list.next end
print(s)
--## set of strings
local set = {}
for w in ("a b a c b a"):gmatch("%a") do set[w] = (set[w] or 0) + 1 end
print(set.a, set.b, set.c, set.d)
--## equality is identity
local a, b = {}, {}
print(a == b, a == a, { 1 } == { 1 })
--## rawset, rawget, rawlen, rawequal
local t = setmetatable({}, { __index = function() return "default" end, __len = function() return 99 end })
rawset(t, 1, "one")
print(t[1], t[2], rawget(t, 2), #t, rawlen(t), rawequal(t, t))
--## big array
local t = {}
for i = 1, 10000 do t[i] = i end
local s = 0
for i = 1, #t do s = s + t[i] end
print(s, #t)
