-- Strings built by `..`, in a table with table.concat, and by rep.
local total = 0
for round = 1, 30 do
  local s = ""
  for i = 1, 400 do
    s = s .. i .. ","
  end
  total = total + #s
  local parts = {}
  for i = 1, 4000 do
    parts[#parts + 1] = "item " .. i
  end
  total = total + #table.concat(parts, "; ") + #("ab"):rep(round * 100, "-")
end
return total
