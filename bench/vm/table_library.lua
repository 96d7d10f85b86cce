-- table.insert, remove, concat, unpack, pack and move.
local insert, remove = table.insert, table.remove
local total = 0
for round = 1, 6 do
  local queue = {}
  for i = 1, 10000 do
    insert(queue, i)
  end
  for i = 1, 30 do
    insert(queue, 1, -i)
  end
  for _ = 1, 30 do
    total = total + remove(queue, 1)
  end
  while #queue > 5000 do
    total = total + remove(queue)
  end
  local copy = table.move(queue, 1, #queue, 1, {})
  total = total + #copy + #table.concat(copy, ",", 1, 500)
  local packed = table.pack(table.unpack(copy, 1, 100))
  total = total + packed.n * round
end
return total
