-- Arithmetic, comparison and length by metamethods: small vectors.
local Vector = {}
Vector.__index = Vector
local function vector(x, y)
  return setmetatable({ x = x, y = y }, Vector)
end
Vector.__add = function(a, b)
  return vector(a.x + b.x, a.y + b.y)
end
Vector.__mul = function(a, k)
  return vector(a.x * k, a.y * k)
end
Vector.__unm = function(a)
  return vector(-a.x, -a.y)
end
Vector.__eq = function(a, b)
  return a.x == b.x and a.y == b.y
end
Vector.__lt = function(a, b)
  return a.x < b.x
end
Vector.__len = function(a)
  return a.x * a.x + a.y * a.y
end
Vector.__call = function(a, k)
  return a.x + k
end
local position, step, hits = vector(0, 0), vector(1, 2), 0
for i = 1, 50000 do
  position = position + step * (i % 3)
  if i % 10 == 0 then
    position = position + -step
  end
  if step < position and not (position == step) then
    hits = hits + #step + position(1) % 2
  end
end
return position.x .. ":" .. position.y .. ":" .. hits
