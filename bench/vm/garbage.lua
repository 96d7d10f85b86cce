-- Short-lived tables, closures and strings, and a few that live on.
local kept, total = {}, 0
for i = 1, 120000 do
  local t = { i, i + 1, name = "n" .. i % 100 }
  local f = function()
    return t[1] + t[2]
  end
  total = total + f() % 7
  kept[i % 1000 + 1] = t
end
for _, t in ipairs(kept) do
  total = total + #t.name
end
return total
