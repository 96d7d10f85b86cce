-- string.format, tostring and tonumber.
local length, sum = 0, 0
for i = 1, 20000 do
  local s = ("%5d|%-8s|%.3f|%x|%q"):format(i, "n" .. i % 10, i / 7, i, "q\n")
  length = length + #s
  sum = sum + tonumber(tostring(i / 4)) + tonumber("0x" .. ("%X"):format(i))
  if s == ("%s"):format(s) and ("%g"):format(i) == tostring(i) then
    sum = sum + 1
  end
end
return length .. ":" .. ("%.2f"):format(sum)
