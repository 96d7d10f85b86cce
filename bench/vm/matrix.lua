-- Multiplication of matrices kept as tables of rows.
local size = 90
local function filled(f)
  local m = {}
  for i = 1, size do
    local row = {}
    for j = 1, size do
      row[j] = f(i, j)
    end
    m[i] = row
  end
  return m
end
local a = filled(function(i, j)
  return (i * j) % 10 + 0.5
end)
local b = filled(function(i, j)
  return (i + j) % 7 - 1.25
end)
local c = filled(function(i, j)
  local sum, row = 0.0, a[i]
  for k = 1, size do
    sum = sum + row[k] * b[k][j]
  end
  return sum
end)
local trace = 0.0
for i = 1, size do
  trace = trace + c[i][i] + c[i][size + 1 - i]
end
return math.floor(trace * 1000)
