--## swap
local a, b = 1, 2
a, b = b, a
print(a, b)
--## swap of fields
local t = { 1, 2, 3 }
t[1], t[3] = t[3], t[1]
print(t[1], t[2], t[3])
--## rotation of three
local x, y, z = 1, 2, 3
x, y, z = y, z, x
print(x, y, z)
--## missing values are nil
local a, b, c = 1, 2
print(a, b, c)
--## extra values are dropped
local a, b = 1, 2, 3
print(a, b)
--## missing arguments are nil
local function f(a, b, c) return a, b, c end
print(f(1), (f()))
local function g(a, b) local c, d return b, c, d end
print(g(1))
print(f(1, 2, 3))
print(f(9))
--## locals begin as nil every time
for i = 1, 3 do
  local x
  print(x)
  x = i
end
--## right side is evaluated first
local i, t = 1, {}
i, t[i] = i + 1, 20
print(i, t[1], t[2])
--## calls expand at the end only
local function three() return 1, 2, 3 end
local a, b, c, d = three(), three()
print(a, b, c, d)
local t = { three(), three() }
print(#t)
--## nested field assignment
local t = { a = { b = {} } }
t.a.b.c = 5
t["a"]["b"].d = t.a.b.c + 1
print(t.a.b.c, t.a.b.d)
--## globals
x = 10
function inc() x = x + 1 end
inc()
inc()
print(x, _G.x, _G["x"], y)
--## shadowing
local x = 1
do
  local x = x + 1
  print(x)
end
print(x)
--## local function is recursive
local function fact(n) return n <= 1 and 1 or n * fact(n - 1) end
print(fact(10), fact(20))
--## _ENV as a local
local print = print
do
  local _ENV = { v = 42 }
  w = v + 1
  print(v, w)
end
print(v, w)
--## const attribute
local x <const> = 5
print(x + 1)
--## assignment to const is refused
print(load("local x <const> = 1; x = 2"))
--## close attribute
do
  local a <close> = setmetatable({}, { __close = function() print("closed a") end })
  local b <close> = setmetatable({}, { __close = function() print("closed b") end })
  print("body")
end
--## close on break and on error
for i = 1, 2 do
  local c <close> = setmetatable({}, { __close = function(_, e) print("close", i, e) end })
  if i == 1 then goto continue end
  break
  ::continue::
end
print(pcall(function()
  local c <close> = setmetatable({}, { __close = function(_, e) print("close", e) end })
  error("x", 0)
end))
