--## string methods
print(("x"):upper(), ("HeLLo"):lower(), ("abc"):len(), ("abc"):reverse())
--## sub
local s = "hello"
print(s:sub(2), s:sub(2, 3), s:sub(-3), s:sub(-3, -2), s:sub(0), s:sub(10), s:sub(3, 2))
--## byte and char
print(("ABC"):byte(), ("ABC"):byte(2, 3), ("ABC"):byte(10), string.char(72, 105), string.char())
--## rep
print(("ab"):rep(3), ("ab"):rep(2, "-"), ("ab"):rep(0), ("ab"):rep(-1))
--## escapes
print("a\tb\\n\"q\" \65\066 \x41 \u{48}\u{20AC} \z
       joined")
--## long strings
print([[
first line skipped
second]], [==[with ]] inside]==])
--## line continuation
print("a\
b")
--## embedded zeros
local s = "a\0b"
print(#s, s:byte(2), s == "a\0b", s == "a")
--## format integers
print(("%d|%5d|%-5d|%05d|%+d|%x|%X|%o|%c"):format(42, 42, 42, 42, 42, 255, 255, 8, 65))
--## format floats
print(("%f|%.2f|%10.3f|%e|%g|%g|%g"):format(3.14159, 3.14159, 3.14159, 12345.678, 0.0001, 1e20, 100))
--## format strings
print(("%s|%10s|%-10s|%.2s|%%|%q"):format("hi", "hi", "hi", "hello", 'a "q"\n\0'))
--## format of other values
print(("%s %s %s %s"):format(nil, true, 12, 1.5))
--## format with too few arguments
print(pcall(string.format, "%d"))
--## format with a fraction for an integer
print(pcall(string.format, "%d", 1.5))
--## tostring and tonumber
print(tostring(12), tostring(1.5), tonumber("0x1F"), tonumber("  12  "), tonumber("1e2"), tonumber("abc"))
--## tonumber with a base
print(tonumber("ff", 16), tonumber("777", 8), tonumber("z", 36), tonumber("9", 8), tonumber("-101", 2))
--## strings as numbers in for
print(pcall(function() for i = "1", 2 do print(i) end end))
--## comparison with embedded zeros
print("a\0b" < "a\0c", "a" < "a\0", #"\0\0")
--## string indexing
local s = "abc"
print(s.upper == string.upper, s["len"] == string.len, pcall(function() return s.x.y end))
--## split into characters
local out = {}
for c in ("héllo"):gmatch(".[\128-\191]*") do out[#out + 1] = c end
print(#out, table.concat(out, "|"))
--## trim
local function trim(s) return (s:gsub("^%s+", ""):gsub("%s+$", "")) end
print("[" .. trim("  a b  ") .. "]")
--## join numbers
print(table.concat({ 1, 2.5, "x" }, ", "), table.concat({}, ","), table.concat({ 1, 2, 3 }, "-", 2, 3))
--## string.pack
print(string.unpack("<i4", string.pack("<i4", 305419896)), #string.pack("z", "abc"), string.packsize("i4i8"))
--## utf8
print(utf8.char(72, 8364, 128512), utf8.len("h€"), utf8.codepoint("€", 1), utf8.offset("h€x", 3))
--## utf8 codes
for p, c in utf8.codes("a€") do print(p, c) end
--## concatenation in a loop
local s = ""
for i = 1, 100 do s = s .. i end
print(#s, s:sub(-5))
