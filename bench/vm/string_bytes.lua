-- Strings taken apart and put together: byte, char, sub, reverse, upper.
local text = ("The quick brown fox jumps over the lazy dog. "):rep(100)
local hash, letters = 5381, 0
for _ = 1, 60 do
  for i = 1, #text do
    local b = text:byte(i)
    hash = (hash * 33 + b) % 1000003
    if text:sub(i, i) == "o" then
      letters = letters + 1
    end
  end
end
local shifted = {}
for i = 1, 4000 do
  shifted[i] = string.char((text:byte(i) + 1) % 128)
end
local joined = table.concat(shifted)
return hash .. ":" .. letters .. ":" .. joined:sub(1, 20) .. joined:reverse():upper():sub(-12)
