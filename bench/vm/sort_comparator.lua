-- table.sort of records with a Lua comparator.
local seed = 11
local function random()
  seed = (seed * 1366 + 150889) % 714025
  return seed
end
local records = {}
for i = 1, 12000 do
  records[i] = { score = random() % 500, id = i }
end
table.sort(records, function(a, b)
  if a.score ~= b.score then
    return a.score > b.score
  end
  return a.id < b.id
end)
local sum = 0
for i = 1, #records, 50 do
  sum = sum + records[i].id * (i % 13) + records[i].score
end
return sum
