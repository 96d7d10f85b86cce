--## variable arguments
local function f(...) return select("#", ...), ... end
print(f())
print(f(nil))
print(f(1, nil, 3, nil))
--## variable arguments in the middle are cut
local function f(...) return ... end
print(f(1, 2), f(3, 4))
print((f(1, 2)))
--## variable arguments in tables
local function pack(...) return { n = select("#", ...), ... } end
local t = pack(1, nil, 3)
print(t.n, t[1], t[2], t[3])
--## select
print(select(2, "a", "b", "c"))
print(select(-1, "a", "b", "c"))
print(select("#"))
print(pcall(select, 0, 1))
--## named and variable arguments
local function f(a, b, ...) return a, b, select("#", ...) end
print(f(1))
print(f(1, 2, 3, 4))
--## method definition and call
local account = { balance = 10 }
function account:add(n) self.balance = self.balance + n return self end
account:add(5):add(6)
print(account.balance)
--## dotted function names
local a = { b = { c = {} } }
function a.b.f(x) return x * 2 end
function a.b.c:g(x) return self == a.b.c, x end
print(a.b.f(4), a.b.c:g(5))
--## call with a string or a table
local function f(x) return type(x) == "table" and x[1] or x end
print(f"text", f[[long]], f{ 7 })
--## chained calls
local function add(a) return function(b) return function(c) return a + b + c end end end
print(add(1)(2)(3))
--## tail calls do not grow the stack
local function loop(n) if n == 0 then return "done" end return loop(n - 1) end
print(loop(200000))
--## mutual recursion
local even, odd
function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
print(even(100), odd(7))
--## deep recursion
local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end
print(depth(10000))
--## runaway recursion is an error
local function f() return 1 + f() end
local ok, message = pcall(f)
print(ok, message:match("stack overflow") ~= nil)
--## recursion in pcall
local function f(n) if n == 0 then return "bottom" end local _, r = pcall(f, n - 1) return r end
print(f(100))
--## functions as keys
local t, f = {}, function() end
t[f] = "value"
print(t[f], t[print])
--## immediately called
print((function(...) return select("#", ...) end)(1, 2, 3))
--## many parameters
local function f(a, b, c, d, e, f, g, h, i, j) return j, i, h, g, f, e, d, c, b, a end
print(f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
--## many results
print((function() return 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 end)())
--## table.unpack as arguments
print(math.max(table.unpack({ 3, 9, 4 })))
--## calling a number
print(pcall(function() local x = 5 x() end))
--## calling a missing field
print(pcall(function() local t = {} t.go() end))
--## calling a missing method
print(pcall(function() local t = {} t:go() end))
