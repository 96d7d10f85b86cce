-- A hash table with computed string keys: word counts.
local counts, distinct = {}, 0
local seed = 42
for i = 1, 150000 do
  seed = (seed * 1366 + 150889) % 714025
  local key = "word" .. seed % 5000
  local count = counts[key]
  if not count then
    distinct = distinct + 1
    count = 0
  end
  counts[key] = count + 1
end
local highest = 0
for _, count in pairs(counts) do
  if count > highest then
    highest = count
  end
end
return distinct * 1000 + highest
