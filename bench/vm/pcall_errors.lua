-- pcall and error: with strings, tables, runtime errors, and rethrown.
local function risky(i)
  if i % 4 == 0 then
    error("plain message " .. i)
  elseif i % 4 == 1 then
    error({ code = i })
  elseif i % 4 == 2 then
    local missing
    return missing.field
  end
  return i
end
local total, messages = 0, 0
for i = 1, 30000 do
  local ok, value = pcall(risky, i)
  if ok then
    total = total + value
  elseif type(value) == "table" then
    total = total + value.code
  else
    messages = messages + #value:gsub("^.-:%d+: ", "")
  end
  ok, value = pcall(pcall, error, i)
  total = total + (ok and 1 or 0)
end
return total .. ":" .. messages
