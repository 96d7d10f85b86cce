-- Patterns with captures, anchors, classes, frontiers and balanced brackets.
local log = {}
for i = 1, 300 do
  log[i] = ("2026-11-%02d [%s] module.%s: took %d ms (call(%d, f(x)))"):format(
    i % 28 + 1,
    i % 3 == 0 and "warn" or "info",
    ("abc"):rep(i % 4 + 1),
    i * 7 % 500,
    i
  )
end
local days, warnings, time, depth, words = 0, 0, 0, 0, 0
for _ = 1, 40 do
  for _, line in ipairs(log) do
    local year, month, day = line:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)")
    days = days + tonumber(day) + tonumber(month) - tonumber(year) // 1000
    if line:find("[warn]", 1, true) then
      warnings = warnings + 1
    end
    time = time + tonumber(line:match("took%s+(%d+)%s+ms"))
    depth = depth + #line:match("%b()")
    if line:find("%f[%w]module%f[%W]%.(%a-):") then
      words = words + 1
    end
  end
end
return table.concat({ days, warnings, time, depth, words }, " ")
