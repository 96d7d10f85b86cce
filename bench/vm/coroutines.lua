-- Coroutines as generators and as a pipeline of producers and filters.
local function numbers(limit)
  return coroutine.wrap(function()
    for i = 1, limit do
      coroutine.yield(i)
    end
  end)
end
local function filter(source, divisor)
  return coroutine.wrap(function()
    for n in source do
      if n % divisor ~= 0 then
        coroutine.yield(n)
      end
    end
  end)
end
local total = 0
for n in filter(filter(numbers(40000), 3), 5) do
  total = total + n
end
for i = 1, 5000 do
  local thread = coroutine.create(function(a, b)
    local c = coroutine.yield(a + b)
    return c * 2
  end)
  local _, sum = coroutine.resume(thread, i, 1)
  local _, double = coroutine.resume(thread, sum)
  total = total + double
end
return total
