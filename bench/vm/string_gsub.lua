-- gsub with strings, tables and functions as replacements.
local template = ("Dear {name}, your {item} costs $12.50 & ships on 2026-11-22. "):rep(40)
local values = { name = "Ada", item = "engine" }
local length, replaced = 0, 0
for _ = 1, 110 do
  local a, n = template:gsub("{(%w+)}", values)
  local b, m = a:gsub("%d+", function(digits)
    return tonumber(digits) + 1
  end)
  local c, k = b:gsub("(%w+) (%w+)", "%2 %1")
  local d = c:gsub("[&<>]", { ["&"] = "&amp;" }):gsub("^%s+", ""):gsub("%s+$", "")
  length = length + #d
  replaced = replaced + n + m + k
end
return length .. ":" .. replaced
