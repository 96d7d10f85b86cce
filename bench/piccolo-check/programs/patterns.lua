--## find plain and with a start
print(("hello world"):find("o"), ("hello world"):find("o", 6), ("a.b"):find(".", 1, true), ("abc"):find("z"))
--## find with captures
print(("key=value"):find("(%w+)=(%w+)"))
--## match with anchors
print(("hello"):match("^h(.-)o$"), ("hello"):match("^e"), ("  x"):match("^%s*(.*)$"))
--## classes
print(("a1 B_!"):gsub("%a", "L"), ("a1 B_!"):gsub("%d", "D"), ("a1 B_!"):gsub("%p", "P"), ("a1 B_!"):gsub("%s", "S"))
--## sets and ranges
print(("hello123"):match("[a-l]+"), ("hello123"):match("[^%d]+"), ("a-b"):match("[%a-]+"), ("]x"):match("[]]"))
--## quantifiers
print(("aaa"):match("a*"), ("aaa"):match("a-"), ("aaa"):match("a+"), ("aaa"):match("a?"), ("<<x>>"):match("<(.-)>"))
--## position captures
print(("hello"):match("()ll()"))
--## back references
print(("say 'hi' now"):match("(['\"])(.-)%1"))
--## balanced
print(("f(a(b)c)d"):match("%b()"), ("[[x]]"):match("%b[]"))
--## frontier
print(("THE (quick) fox"):find("%f[%a]%a+%f[%A]"), ("foo.bar"):gsub("%f[%w]%w+", string.upper))
--## gmatch
for w in ("one two  three"):gmatch("%a+") do print(w) end
--## gmatch with captures
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do print(k, v) end
--## gsub with a string
print(("hello world"):gsub("o", "0"), ("abc"):gsub("%w", "%0%0"), ("a b"):gsub("(%w) (%w)", "%2 %1"))
--## gsub with a limit
print(("aaaa"):gsub("a", "b", 2), ("aaaa"):gsub("a", "b", 0))
--## gsub with a table
print(("$name is $age"):gsub("%$(%w+)", { name = "Bob", age = 42 }))
--## gsub with a function
print(("1 2 3"):gsub("%d", function(d) return d * 2 end), ("abc"):gsub("b", function() return nil end))
--## gsub with an empty match
print(("abc"):gsub("", "-"), ("abc"):gsub("x*", "-"))
--## gsub anchored
print(("aaa"):gsub("^a", "b"))
--## malformed patterns
print(pcall(string.find, "a", "[a"))
print(pcall(string.find, "a", "%"))
print(pcall(string.match, "a", "(a"))
--## bad replacement
print(pcall(string.gsub, "a", "a", "%2"))
--## escaped specials
print(("a.b*c"):gsub("[%.%*]", "%%%0"), ("100%"):match("%d+%%"))
