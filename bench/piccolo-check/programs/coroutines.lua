--## yield and resume
local co = coroutine.create(function(a, b)
  print("start", a, b)
  local c = coroutine.yield(a + b)
  print("got", c)
  local d, e = coroutine.yield(c * 2)
  return d + e
end)
print(coroutine.resume(co, 1, 2))
print(coroutine.resume(co, 10))
print(coroutine.resume(co, 3, 4))
print(coroutine.resume(co))
--## status
local co
co = coroutine.create(function() print(coroutine.status(co)) coroutine.yield() end)
print(coroutine.status(co))
coroutine.resume(co)
print(coroutine.status(co))
coroutine.resume(co)
print(coroutine.status(co))
--## wrap as a generator
local function range(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local s = 0
for i in range(5) do s = s + i end
print(s)
--## wrap raises errors
local f = coroutine.wrap(function() error("inside", 0) end)
print(pcall(f))
--## error in a coroutine
local co = coroutine.create(function() error({ code = 7 }) end)
local ok, e = coroutine.resume(co)
print(ok, e.code, coroutine.status(co))
--## yield across pcall
local co = coroutine.create(function()
  local ok, v = pcall(function()
    local x = coroutine.yield("in pcall")
    error("after " .. x, 0)
  end)
  coroutine.yield(tostring(ok) .. " " .. v)
  return "end"
end)
print(coroutine.resume(co))
print(coroutine.resume(co, "yield"))
print(coroutine.resume(co))
--## yield in a metamethod
local t = setmetatable({}, { __add = function(a, b) return coroutine.yield("adding") + b end })
local co = coroutine.create(function() return t + 5 end)
print(coroutine.resume(co))
print(coroutine.resume(co, 10))
--## yield in an iterator
local co = coroutine.wrap(function()
  for v in function() return coroutine.yield("next?") end do coroutine.yield("got " .. v) end
  return "done"
end)
print(co(), co("a"), co(), co(nil))
--## yield outside a coroutine
print(pcall(coroutine.yield, 1))
--## running and isyieldable
print(select(2, coroutine.running()), coroutine.isyieldable())
coroutine.wrap(function() print(select(2, coroutine.running()), coroutine.isyieldable()) end)()
--## nested coroutines
local inner = coroutine.wrap(function() coroutine.yield(1) coroutine.yield(2) end)
local outer = coroutine.wrap(function() coroutine.yield(inner()) coroutine.yield("mid") coroutine.yield(inner()) end)
print(outer(), outer(), outer())
--## resume of a dead coroutine
local co = coroutine.create(function() end)
coroutine.resume(co)
print(coroutine.resume(co))
--## resume of itself
local co
co = coroutine.create(function() return coroutine.resume(co) end)
print(coroutine.resume(co))
--## close
local co = coroutine.create(function()
  local x <close> = setmetatable({}, { __close = function() print("closed") end })
  coroutine.yield()
end)
coroutine.resume(co)
print(coroutine.close(co), coroutine.status(co))
--## many values through yield
local co = coroutine.wrap(function(...) local t = { ... } while true do t = { coroutine.yield(#t, table.unpack(t)) } end end)
print(co(1, 2, 3))
print(co())
print(co("a", "b"))
--## producer and consumer
local function producer() return coroutine.create(function() for i = 1, 3 do coroutine.yield("item" .. i) end end) end
local p = producer()
while true do
  local _, v = coroutine.resume(p)
  if not v then break end
  print(v)
end
--## permutations
local function permute(a, n)
  if n == 0 then coroutine.yield(a) return end
  for i = 1, n do
    a[n], a[i] = a[i], a[n]
    permute(a, n - 1)
    a[n], a[i] = a[i], a[n]
  end
end
for p in coroutine.wrap(function() permute({ 1, 2, 3 }, 3) end) do print(p[1], p[2], p[3]) end
