--## if chains
for _, n in ipairs({ -1, 0, 5, 50 }) do
  if n < 0 then print("negative")
  elseif n == 0 then print("zero")
  elseif n < 10 then print("small")
  else print("large") end
end
--## while with break
local i = 0
while true do
  i = i + 1
  if i > 5 then break end
end
print(i)
--## repeat sees the body's locals
local n = 0
repeat
  local done = n == 3
  n = n + 1
until done
print(n)
--## numeric for
for i = 1, 3 do print(i) end
for i = 10, 1, -4 do print(i) end
for i = 1, 0 do print("never", i) end
--## numeric for with floats
for x = 0, 1, 0.25 do print(x) end
for x = 1.0, 3 do print(x) end
--## numeric for at the limits
for i = math.maxinteger - 1, math.maxinteger do print(i) end
for i = math.mininteger, math.mininteger + 1 do print(i) end
--## numeric for with step zero
print(pcall(function() for i = 1, 10, 0 do end end))
--## numeric for with bad bounds
print(pcall(function() for i = "a", 10 do end end))
--## loop variable is a copy
for i = 1, 3 do
  local j = i
  i = i * 10
  print(i, j)
end
--## generic for with own iterator
local function countdown(n)
  return function(_, i)
    if i > 1 then return i - 1 end
  end, nil, n + 1
end
for i in countdown(3) do print(i) end
--## generic for with closing value
local closer = setmetatable({}, { __close = function() print("closed") end })
for i in function(_, i) i = (i or 0) + 1 if i < 3 then return i end end, nil, nil, closer do
  print(i)
end
--## ipairs stops at nil
local t = { 1, 2, nil, 4 }
for i, v in ipairs(t) do print(i, v) end
--## goto continue
for i = 1, 5 do
  if i % 2 == 0 then goto continue end
  print(i)
  ::continue::
end
--## goto backwards
local i = 1
::top::
if i <= 3 then
  print(i)
  i = i + 1
  goto top
end
--## goto out of nested loops
for i = 1, 3 do
  for j = 1, 3 do
    if i * j == 4 then goto done end
    print(i, j)
  end
end
::done::
print("done")
--## goto without label is refused
print(load("goto nowhere"))
--## break outside a loop is refused
print(load("break"))
--## nested loops with break
for i = 1, 3 do
  for j = 1, 3 do
    if j == 2 then break end
    print(i, j)
  end
end
--## return in the middle of a block
local function f(x)
  do
    if x then return "early" end
  end
  return "late"
end
print(f(true), f(false))
--## empty statements and blocks
;;; do end
if true then end
while false do end
print("ok")
--## deep nesting
local s = 0
for a = 1, 2 do for b = 1, 2 do for c = 1, 2 do for d = 1, 2 do
  s = s + a * b * c * d
end end end end
print(s)
