-- Fields of small records, read and written by constant names.
local points = {}
for i = 1, 1000 do
  points[i] = { x = i, y = i * 2, z = 0, next = false }
end
for i = 1, 999 do
  points[i].next = points[i + 1]
end
for round = 1, 300 do
  local p = points[1]
  while p do
    p.z = p.z + p.x - p.y + round
    p.x, p.y = p.y, p.x
    p = p.next
  end
end
local total = 0
for i = 1, 1000 do
  total = total + points[i].z % 1000 * (i % 10)
end
return total
