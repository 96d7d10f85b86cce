-- Arrays filled by index, read back, and grown by `#t + 1`.
local total = 0
for round = 1, 10 do
  local t = {}
  for i = 1, 60000 do
    t[i] = i % 100 + round
  end
  for i = 1, 60000, 3 do
    total = total + t[i]
  end
  local grown = {}
  for i = 1, 30000 do
    grown[#grown + 1] = i
  end
  total = total + #grown
end
return total
