--## counter
local function counter() local n = 0 return function() n = n + 1 return n end end
local a, b = counter(), counter()
print(a(), a(), b(), a())
--## shared upvalue
local function pair() local v = 0 return function(x) v = x end, function() return v end end
local set, get = pair()
set(42)
print(get())
--## fresh variable in each turn
local fs = {}
for i = 1, 3 do fs[i] = function() i = i + 10 return i end end
print(fs[1](), fs[1](), fs[2](), fs[3]())
--## fresh local in while
local fs, i = {}, 1
while i <= 3 do
  local j = i
  fs[i] = function() return j end
  i = i + 1
end
print(fs[1](), fs[2](), fs[3]())
--## upvalue of an upvalue
local function outer(x)
  return function()
    return function() x = x + 1 return x end
  end
end
local f = outer(5)()
print(f(), f())
--## upvalue seen before it is closed
local x = 1
local function f() return x end
x = 2
print(f())
--## closure in repeat condition
local fs = {}
repeat
  local n = #fs + 1
  fs[n] = function() return n end
until n == 3
print(fs[1](), fs[2](), fs[3]())
--## memoise
local function memoise(f)
  local cache = {}
  return function(n)
    local v = cache[n]
    if v == nil then v = f(n) cache[n] = v end
    return v
  end
end
local fib
fib = memoise(function(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end)
print(fib(80))
--## curry and compose
local function compose(...)
  local fs = { ... }
  return function(x) for i = #fs, 1, -1 do x = fs[i](x) end return x end
end
print(compose(function(x) return x + 1 end, function(x) return x * 2 end)(5))
--## upvalues survive an error
local n = 0
local function f() n = n + 1 error("stop") end
pcall(f)
pcall(f)
print(n)
--## goto makes fresh locals
local fs = {}
do
  local i = 1
  ::again::
  local captured = i
  fs[#fs + 1] = function() return captured end
  i = i + 1
  if i <= 3 then goto again end
end
print(fs[1](), fs[2](), fs[3]())
