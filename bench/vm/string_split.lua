-- Text split into lines and fields with gmatch and find.
local lines = {}
for i = 1, 400 do
  lines[i] = "id" .. i .. ", name " .. i % 17 .. " , " .. i * 3 .. ",end"
end
local text = table.concat(lines, "\n")
local fields, sum = 0, 0
for _ = 1, 40 do
  for line in text:gmatch("[^\n]+") do
    for field in line:gmatch("%s*([^,]+)") do
      fields = fields + 1
      local n = tonumber(field)
      if n then
        sum = sum + n
      end
    end
  end
  local from = 1
  while true do
    local at = text:find(",", from, true)
    if not at then
      break
    end
    sum = sum + at % 3
    from = at + 1
  end
end
return fields .. ":" .. sum
