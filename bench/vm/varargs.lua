-- Variable arguments: passed on, counted, selected, packed and unpacked.
local unpack = table.unpack
local function sum(...)
  local total = 0
  for i = 1, select("#", ...) do
    total = total + (select(i, ...))
  end
  return total
end
local function rotate(first, ...)
  local rest = { ... }
  rest[#rest + 1] = first
  return unpack(rest)
end
local total = 0
for i = 1, 80000 do
  total = total + sum(rotate(i, 2, 3, 4, 5)) - sum(1, i)
end
return total
