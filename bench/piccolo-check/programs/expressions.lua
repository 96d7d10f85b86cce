--## precedence of arithmetic
print(2 + 3 * 4 ^ 2 / 2, -2 ^ 2, 2 ^ 3 ^ 2, (2 + 3) * 4)
--## precedence of logic
print(not nil == true, 1 < 2 and 3 or 4, nil or false, false and nil)
--## short circuit
local calls = 0
local function f() calls = calls + 1 return true end
local _ = false and f()
_ = true or f()
_ = nil and f()
print(calls)
--## integer and float division
print(7 // 2, -7 // 2, 7 // -2, 7.0 // 2, -7 // 2.0, 7 / 2, 1 // 0.0)
--## modulo signs
print(7 % 3, -7 % 3, 7 % -3, -7 % -3, 5.5 % 2, -5.5 % 2, 5 % math.huge, -5 % math.huge)
--## division by zero
print(1 / 0, -1 / 0, pcall(function() return 1 // 0 end))
--## modulo by zero
print(pcall(function() return 1 % 0 end))
--## power is a float
print(2 ^ 2, 10 ^ 0, 2 ^ -1, 2 ^ 0.5 == math.sqrt(2))
--## bitwise and or xor
print(0xF0 & 0x3C, 0xF0 | 0x0F, 0xFF ~ 0x0F, ~0, ~5)
--## shifts
print(1 << 4, 256 >> 4, 1 << 63, 1 << 64, -1 >> 60, 1 << -1, 2 >> -1)
--## bitwise on floats with integer values
print(3.0 & 1, 2 ^ 53 | 0)
--## bitwise on fractions
print(pcall(function() return 1.5 & 1 end))
--## comparison chains by and
print(1 < 2, 2 <= 2, 3 > 4, 4 >= 4, 1 == 1.0, 1 ~= 2)
--## comparison of integers and floats
print(1 < 1.5, 2^53 == 2^53 + 1, math.maxinteger < math.huge, math.mininteger <= -2^63)
--## comparison of strings
print("a" < "b", "Z" < "a", "abc" < "abd", "" < "a", "a" <= "a", "10" < "9")
--## comparison of unlike types
print(1 == "1", pcall(function() return 1 < "2" end))
--## concatenation
print("a" .. "b" .. 1 .. 2.0 .. -3)
--## concatenation is right associative
print(1 .. 2 == "12", ("x"):rep(3) .. "y")
--## arithmetic on numeric strings
print("10" + 5, "3" * "4", "0x10" + 0, "1e1" // 1, 10 .. "")
--## arithmetic on other strings
print(pcall(function() return "abc" + 1 end))
--## length of strings and tables
print(#"hello", #"", #{ 1, 2, 3 }, #{}, #{ n = 1 })
--## integer overflow wraps
print(math.maxinteger + 1 == math.mininteger, math.mininteger - 1 == math.maxinteger)
print(math.maxinteger * 2)
--## minimal integer negated and divided
print(-math.mininteger == math.mininteger, math.mininteger // -1)
--## float formatting
print(1.0, 0.1, 1e15, 1e16, 1e100, -0.0, 123456.789, 2^63)
--## nan
local nan = 0 / 0
print(nan == nan, nan ~= nan, nan < nan)
--## long literals
print(0xff, 0xA.8p0, 0x1p4, 3e2, .5, 5., 9223372036854775807, 9223372036854775808)
--## hexadecimal integers wrap
print(0xffffffffffffffff, 0x7fffffffffffffff)
--## parentheses truncate
local function two() return 1, 2 end
print((two()), two())
--## unary chains
print(- -3, not not nil, -(-(2)), ~~7)
--## nested functions as operands
print((function() return 2 end)() + (function(x) return x end)(3))
