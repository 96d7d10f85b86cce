-- Permutations flipped until the first is one: array swaps by index.
local n = 8
local current, flipped, counts = {}, {}, {}
for i = 1, n do
  current[i] = i
end
local most, checksum, sign, r = 0, 0, 1, n + 1
while true do
  while r > 2 do
    r = r - 1
    counts[r] = r
  end
  for i = 1, n do
    flipped[i] = current[i]
  end
  local flips, first = 0, flipped[1]
  while first ~= 1 do
    local low, high = 1, first
    while low < high do
      flipped[low], flipped[high] = flipped[high], flipped[low]
      low, high = low + 1, high - 1
    end
    flips = flips + 1
    first = flipped[1]
  end
  if flips > most then
    most = flips
  end
  checksum = checksum + sign * flips
  sign = -sign
  local done = true
  r = 2
  while r <= n do
    local moved = current[1]
    for i = 1, r - 1 do
      current[i] = current[i + 1]
    end
    current[r] = moved
    counts[r] = counts[r] - 1
    if counts[r] > 0 then
      done = false
      break
    end
    r = r + 1
  end
  if done then
    break
  end
end
return checksum * 1000 + most
