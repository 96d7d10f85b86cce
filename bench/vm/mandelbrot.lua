-- Points of the Mandelbrot set: nested float loops with an early exit.
local size, inside = 150, 0
for row = 0, size - 1 do
  local ci = 2.0 * row / size - 1.0
  for column = 0, size - 1 do
    local cr = 2.0 * column / size - 1.5
    local zr, zi, escaped = 0.0, 0.0, false
    for _ = 1, 50 do
      zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
      if zr * zr + zi * zi > 4.0 then
        escaped = true
        break
      end
    end
    if not escaped then
      inside = inside + 1
    end
  end
end
return inside
