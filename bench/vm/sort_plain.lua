-- table.sort of numbers and of strings, without a comparator.
local seed = 7
local function random()
  seed = (seed * 1366 + 150889) % 714025
  return seed
end
local numbers, words = {}, {}
for i = 1, 40000 do
  numbers[i] = random() % 100000
end
for i = 1, 8000 do
  words[i] = "w" .. random() % 100000
end
table.sort(numbers)
table.sort(words)
local sum = 0
for i = 1, #numbers, 100 do
  sum = sum + numbers[i] * (i % 17)
end
return sum .. words[1] .. words[4000] .. words[8000]
