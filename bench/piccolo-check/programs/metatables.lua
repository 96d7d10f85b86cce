--## arithmetic metamethods
local mt = {}
local function new(v) return setmetatable({ v = v }, mt) end
mt.__add = function(a, b) return new(a.v + b.v) end
mt.__sub = function(a, b) return new(a.v - b.v) end
mt.__mul = function(a, b) return new(a.v * b.v) end
mt.__unm = function(a) return new(-a.v) end
print((new(2) + new(3)).v, (new(2) - new(3)).v, (new(2) * new(3)).v, (-new(2)).v)
--## more arithmetic metamethods
local mt = { __div = function() return "div" end, __idiv = function() return "idiv" end,
  __mod = function() return "mod" end, __pow = function() return "pow" end }
local a = setmetatable({}, mt)
print(a / 1, 1 // a, a % 2, 2 ^ a)
--## bitwise metamethods
local mt = { __band = function() return "band" end, __bor = function() return "bor" end,
  __bxor = function() return "bxor" end, __shl = function() return "shl" end,
  __shr = function() return "shr" end, __bnot = function() return "bnot" end }
local a = setmetatable({}, mt)
print(a & 1, 1 | a, a ~ 1, a << 1, 1 >> a, ~a)
--## comparison metamethods
local mt = {}
mt.__eq = function(a, b) return a.v == b.v end
mt.__lt = function(a, b) return a.v < b.v end
mt.__le = function(a, b) return a.v <= b.v end
local function new(v) return setmetatable({ v = v }, mt) end
print(new(1) == new(1), new(1) ~= new(2), new(1) < new(2), new(2) <= new(2), new(3) > new(2), new(1) >= new(2))
--## __eq only for two tables
local t = setmetatable({}, { __eq = function() return true end })
print(t == 1, t == {}, t == t)
--## __concat and __len
local t = setmetatable({}, { __concat = function(a, b)
  return (type(a) == "table" and "T" or a) .. "+" .. (type(b) == "table" and "T" or b)
end, __len = function() return 7 end })
print(t .. "x", "x" .. t, 1 .. t, #t)
--## __call
local t = setmetatable({}, { __call = function(self, a, b) return self ~= nil, a, b end })
print(t(1, 2), (t(3)))
--## __call chain
local inner = setmetatable({}, { __call = function(_, outer, x) return x end })
local outer = setmetatable({}, { __call = inner })
print(outer(5))
--## __index as a function
local t = setmetatable({}, { __index = function(_, k) return k .. "!" end })
print(t.a, t[1], rawget(t, "a"))
--## __index as a table
local base = { x = 1, y = 2 }
local t = setmetatable({ y = 3 }, { __index = base })
print(t.x, t.y, t.z)
--## __index chain
local a = { v = "from a" }
local b = setmetatable({}, { __index = a })
local c = setmetatable({}, { __index = b })
print(c.v, c.w)
--## __newindex as a function
local log = {}
local t = setmetatable({ old = 1 }, { __newindex = function(t, k, v) log[#log + 1] = k rawset(t, k, v) end })
t.old = 2
t.new = 3
t.new = 4
print(#log, log[1], t.old, t.new)
--## __newindex as a table
local store = {}
local t = setmetatable({}, { __newindex = store })
t.a = 1
print(rawget(t, "a"), store.a)
--## __tostring and __name
print(tostring(setmetatable({}, { __tostring = function() return "custom" end })))
print((tostring(setmetatable({}, { __name = "Thing" })):gsub("0x%x+", "ADDR")))
--## __tostring must be a string
print(pcall(tostring, setmetatable({}, { __tostring = function() return 1 end })))
--## __metatable protects
local t = setmetatable({}, { __metatable = "locked" })
print(getmetatable(t), pcall(setmetatable, t, {}))
--## __pairs
local t = setmetatable({}, { __pairs = function(t)
  return function(_, k) k = (k or 0) + 1 if k <= 3 then return k, k * k end end, t, nil
end })
for k, v in pairs(t) do print(k, v) end
--## metatable of strings
print(getmetatable("").__index == string, ("abc").len == string.len)
--## classes and inheritance
local Animal = {}
Animal.__index = Animal
function Animal.new(name) return setmetatable({ name = name }, Animal) end
function Animal:speak() return self.name .. " makes a sound" end
local Dog = setmetatable({}, { __index = Animal })
Dog.__index = Dog
function Dog.new(name) return setmetatable(Animal.new(name), Dog) end
function Dog:speak() return Animal.speak(self) .. ": woof" end
print(Dog.new("Rex"):speak(), Animal.new("Cat"):speak())
--## metamethods of one operand only
local t = setmetatable({}, { __add = function(a, b) return type(a) .. type(b) end })
print(t + 1, 1 + t, "s" + t)
--## default values
local defaults = setmetatable({}, { __index = function() return 0 end })
for _, w in ipairs({ "a", "b", "a" }) do defaults[w] = defaults[w] + 1 end
print(defaults.a, defaults.b, defaults.c)
--## ipairs respects __index
local t = setmetatable({}, { __index = function(_, i) if i <= 3 then return i * 10 end end })
for i, v in ipairs(t) do print(i, v) end
--## __lt for mixed operands
local t = setmetatable({}, { __lt = function(a, b) return type(a) == "number" end })
print(1 < t, t < 1)
