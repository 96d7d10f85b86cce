--## table.insert
local t = { 1, 3 }
table.insert(t, 4)
table.insert(t, 2, 2)
print(table.concat(t, ","), pcall(table.insert, t, 9, 1))
--## table.remove
local t = { 1, 2, 3, 4 }
print(table.remove(t), table.remove(t, 1), table.concat(t, ","), table.remove({}))
--## table.sort
local t = { 3, 1, 2 }
table.sort(t)
print(table.concat(t, ","))
table.sort(t, function(a, b) return a > b end)
print(table.concat(t, ","))
--## table.sort of strings
local t = { "pear", "apple", "fig" }
table.sort(t)
print(table.concat(t, ","))
--## table.sort of records
local t = { { n = "b", v = 2 }, { n = "a", v = 2 }, { n = "c", v = 1 } }
table.sort(t, function(a, b) if a.v ~= b.v then return a.v < b.v end return a.n < b.n end)
for _, r in ipairs(t) do print(r.n, r.v) end
--## table.sort of unlike values
print(pcall(table.sort, { 1, "a" }))
--## table.unpack and pack
print(table.unpack({ 1, 2, 3 }))
print(table.unpack({ 1, 2, 3 }, 2))
print(table.unpack({ 1, 2, 3 }, 2, 3))
print(table.pack(1, nil, 3).n)
--## table.move
local t = table.move({ 1, 2, 3 }, 1, 3, 2)
print(table.concat(t, ","))
print(table.concat(table.move({ 1, 2, 3 }, 2, 3, 1, {}), ","))
--## table.concat of bad values
print(pcall(table.concat, { 1, {}, 3 }))
--## math basics
print(math.floor(3.7), math.ceil(3.2), math.floor(-3.5), math.abs(-4), math.max(1, 5, 3), math.min(2, 0))
--## math.type and tointeger
print(math.type(1), math.type(1.0), math.type("1"), math.tointeger(3.0), math.tointeger(3.5), math.tointeger("8"))
--## math functions
print(math.sqrt(16), math.exp(0), math.log(1), math.log(8, 2), math.log(100, 10), math.sin(0), math.cos(0))
--## math.fmod and modf
print(math.fmod(7, 3), math.fmod(-7, 3), math.modf(3.7), math.modf(-3.7), math.modf(5))
--## math constants
print(math.pi, math.huge, -math.huge, math.maxinteger, math.mininteger)
--## math.ult
print(math.ult(1, -1), math.ult(-1, 1), math.ult(1, 2))
--## math.random ranges
for _ = 1, 100 do
  local r, f = math.random(3, 5), math.random()
  assert(r >= 3 and r <= 5 and f >= 0 and f < 1)
end
print(pcall(math.random, 2, 1))
--## type
print(type(nil), type(1), type("s"), type({}), type(print), type(true), type(coroutine.create(print)))
--## pcall type without argument
print(pcall(type))
--## assert
print(assert(1, 2, 3), pcall(assert, false), pcall(assert, nil, "message"), pcall(assert, false, { 1 }) == false)
--## load a string
print(load("return 1 + 1")(), load("syntax error here"))
--## load with an environment
local env = { x = 5 }
print(load("x = x + 1 return x", "chunk", "t", env)(), env.x, x)
--## load a function of pieces
local pieces, i = { "return ", "4", "2" }, 0
print(load(function() i = i + 1 return pieces[i] end)())
--## load with arguments
print(load("local a, b = ... return b, a")(1, 2))
--## os.time and date
print(os.time({ year = 2020, month = 1, day = 1, hour = 12 }) - os.time({ year = 2019, month = 12, day = 31, hour = 12 }))
print(type(os.clock()), type(os.time()), os.getenv("NO_SUCH_VARIABLE_HERE"))
--## collectgarbage
print(type(collectgarbage("count")), collectgarbage(), collectgarbage("step") ~= nil)
--## tostring of functions and tables
print((tostring(print):gsub("0x%x+", "ADDR")), (tostring({}):gsub("0x%x+", "ADDR")))
--## _VERSION and _G
print(_VERSION, _G._G == _G, _G.print == print)
--## select with unpack
print(select("#", table.unpack({}, 1, 3)))
--## next as an iterator
for k, v in next, { 10 } do print(k, v) end
--## print calls tostring
print(setmetatable({}, { __tostring = function() return "shown" end }), nil, 1.0)
