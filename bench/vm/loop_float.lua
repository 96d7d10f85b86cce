-- Floating-point arithmetic in a loop: the Leibniz series.
local sum, sign = 0.0, 1.0
for i = 0, 2500000 do
  sum = sum + sign / (2.0 * i + 1.0)
  sign = -sign
end
return math.floor(sum * 4e8)
