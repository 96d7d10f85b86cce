-- Closures made and called, with shared and own upvalues.
local function counter()
  local count = 0
  return function(by)
    count = count + by
    return count
  end, function()
    return count
  end
end

local total = 0
for i = 1, 60000 do
  local add, get = counter()
  for step = 1, 5 do
    add(step)
  end
  total = total + get() + i % 2
end

local function compose(f, g)
  return function(x)
    return f(g(x))
  end
end
local f = function(x)
  return x + 1
end
for _ = 1, 6 do
  f = compose(f, f)
end
for i = 1, 3000 do
  total = total + f(i)
end
return total
