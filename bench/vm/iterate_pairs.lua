-- pairs, ipairs, next and a stateless iterator of one's own.
local list, map = {}, {}
for i = 1, 2000 do
  list[i] = i
  map["k" .. i] = i
end
local function range(limit, i)
  if i < limit then
    return i + 1
  end
end
local total = 0
for _ = 1, 60 do
  for i, v in ipairs(list) do
    total = total + v - i
  end
  for _, v in pairs(list) do
    total = total + v
  end
  for _, v in pairs(map) do
    total = total + v
  end
  for i in range, 2000, 0 do
    total = total + i
  end
  local key, value = next(map)
  while key do
    total = total - value
    key, value = next(map, key)
  end
end
return total
