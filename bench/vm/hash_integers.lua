-- A sparse hash table with integer keys: set, read, delete.
local t, found = {}, 0
for i = 1, 120000 do
  t[i * 7919 % 1000003] = i
end
for i = 1, 120000 do
  if t[i * 31 % 1000003] then
    found = found + 1
  end
end
for i = 1, 120000, 2 do
  t[i * 7919 % 1000003] = nil
end
local left, sum = 0, 0
for _, value in pairs(t) do
  left = left + 1
  sum = sum + value % 10
end
return found .. ":" .. left .. ":" .. sum
