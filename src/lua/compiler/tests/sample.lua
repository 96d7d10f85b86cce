-- A bit of everything that the grammar knows.
local a <const>, b, c <close> = 10, "str\n\x41\u{42}\067\z
   end", nil
local t = { 1, 2; x = 3, ["y"] = 4, [a] = { ... }, f = function(self, n) return n and self.x or -n end, ... }
local long, level = [[
text]], [==[a]]b]=]]==]
local function fact(n)
  if n <= 1 then return 1 else return n * fact(n - 1) end
end
function t.g(...) local n <const> = select("#", ...) return n, ... end
function t.h:m(p) self[p] = (self[p] or 0) + 1; return self end
for i = 1, 10 do
  if i % 2 == 0 then goto continue end
  t[#t + 1] = function() return i end
  ::continue::
end
for i = 10, 1, -0.5 do t[i] = i // 3 ~ 5 & 0xff | i << 2 >> 1 end
for k, v in pairs(t) do
  if k == nil or v ~= false and not (k < 1.5) then break end
end
local i = 0
while i < 10 and (t or i > 5) do
  i = i + 1
  local captured = i
  t[i] = function() captured = captured + 1 return captured end
end
repeat local done = i == 0; i = i - 1; t[i] = function() return done end until done
do local _ENV = { x = 1 } x = x + 1 end
a1, t.x, t[1], b = b, a, t.x, a1
print(("x"):rep(3), #b .. a .. 1.5, ~a, -b, not c, 2 ^ 0.5, 7 // 2, 7 % 3, a == 10, 1e3, 0x.8p1, 3 .. 4)
print "call" { "table" } [[string]]
goto done
do return fact(5) end
::done::
return t:h "m", t.h:m(1):m(2).x
