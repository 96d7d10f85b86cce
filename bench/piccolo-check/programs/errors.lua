--## error with a string
print(pcall(error, "message"))
print(pcall(function() error("with position") end))
print(pcall(function() error("without", 0) end))
--## error with level two
local function check(x) if not x then error("bad argument", 2) end end
print(pcall(function() check(false) end))
--## error with a table
local ok, e = pcall(error, { code = 42 })
print(ok, type(e), e.code)
--## error with nil
print(pcall(error))
--## error rethrown
print(pcall(function()
  local ok, e = pcall(error, "first", 0)
  error("second: " .. e, 0)
end))
--## pcall returns all
print(pcall(function(...) return ... end, 1, 2, 3))
--## xpcall with a handler
print(xpcall(function() error("x", 0) end, function(m) return "handled " .. m end))
print(xpcall(function(a, b) return a + b end, print, 3, 4))
--## handler sees runtime errors
print(xpcall(function() return nil + 1 end, function(m) return "H: " .. m end))
--## error in the handler
print((xpcall(error, function() error("again") end)))
--## index nil local
print(pcall(function() local x return x.field end))
--## index nil global
print(pcall(function() return missing.field end))
--## index nil field
print(pcall(function() local t = {} return t.a.b end))
--## index nil upvalue
local up
print(pcall(function() return up.x end))
--## assign into nil
print(pcall(function() local t t.x = 1 end))
--## arithmetic on nil
print(pcall(function() local t = {} return t.count + 1 end))
--## arithmetic on a table
print(pcall(function() return {} * 2 end))
--## concatenation of nil
print(pcall(function() local name return "hello " .. name end))
--## comparison of tables
print(pcall(function() return {} < {} end))
--## length of a number
print(pcall(function() local n = 5 return #n end))
--## call of nil
print(pcall(function() undefined_function() end))
--## bad argument
print(pcall(string.rep))
print(pcall(setmetatable, 1, {}))
print(pcall(ipairs))
--## bad argument of a method
print(pcall(function() return ("x"):rep({}) end))
--## integer representation
print(pcall(function() return 2^60 // 1 | 1.5 end))
--## line numbers
local ok, e = pcall(function()
  local a = 1

  error("on line four")
end)
print(e)
--## syntax errors have lines
print(load("x = = 1"))
print(load("for i = 1 do end"))
print(load("local t = {1, 2"))
print(load("x = 'unfinished"))
print(load("\n\nreturn return"))
--## tostring of an error object
print(pcall(error, setmetatable({}, { __tostring = function() return "object" end })))
--## error through coroutines keeps values
local co = coroutine.create(function() local x = nil; return x.y end)
print(coroutine.resume(co))
--## traceback is a string
print(type(debug.traceback("message")), debug.traceback("message"):match("^message\nstack traceback:") ~= nil)
--## assert with a formatted message
print(pcall(function() assert(1 == 2, ("expected %d"):format(1)) end))
--## stack overflow is caught
local function f() f() end
local ok = pcall(f)
print(ok)
--## error inside sort
print(pcall(table.sort, { 3, 2, 1 }, function() error("compare", 0) end))
--## error inside gsub
print(pcall(string.gsub, "abc", "%w", function() error("replace", 0) end))
--## closing after an error in the body
local ok, e = pcall(function()
  local c <close> = setmetatable({}, { __close = function() error("in close", 0) end })
  error("in body", 0)
end)
print(ok, e)
