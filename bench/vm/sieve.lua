-- The sieve of Eratosthenes over an array of booleans.
local limit, count = 400000, 0
local root = math.floor(limit ^ 0.5)
for _ = 1, 2 do
  local composite = {}
  for i = 1, limit do
    composite[i] = false
  end
  count = 0
  for i = 2, limit do
    if not composite[i] then
      count = count + 1
      if i <= root then
        for j = i * i, limit, i do
          composite[j] = true
        end
      end
    end
  end
end
return count
