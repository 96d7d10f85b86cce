-- A counting loop of integer arithmetic.
local sum = 0
for i = 1, 3000000 do
  sum = (sum + (i * 3) // 2 - (i & 7)) % 1000003
end
return sum
