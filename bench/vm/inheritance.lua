-- Methods found three classes up, and overridden ones.
local function class(parent)
  local new = {}
  new.__index = new
  return setmetatable(new, parent)
end

local Shape = class()
function Shape:area()
  return 0
end
function Shape:scaled(factor)
  return self:area() * factor
end
local Polygon = class(Shape)
local Rectangle = class(Polygon)
function Rectangle:area()
  return self.width * self.height
end
local Square = class(Rectangle)
function Square:area()
  return self.width * self.width
end

local shapes = {}
for i = 1, 100 do
  if i % 2 == 0 then
    shapes[i] = setmetatable({ width = i, height = 2 }, Rectangle)
  else
    shapes[i] = setmetatable({ width = i }, Square)
  end
end
local total = 0
for round = 1, 5000 do
  for i = 1, #shapes do
    total = total + shapes[i]:scaled(round % 3)
  end
end
return total
