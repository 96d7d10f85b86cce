-- The spectral norm of an infinite matrix, by the power method.
local function entry(i, j)
  local diagonal = i + j
  return 1.0 / (diagonal * (diagonal + 1) / 2 + i + 1)
end
local function times(n, v, transposed)
  local result = {}
  for i = 0, n - 1 do
    local sum = 0.0
    for j = 0, n - 1 do
      sum = sum + (transposed and entry(j, i) or entry(i, j)) * v[j]
    end
    result[i] = sum
  end
  return result
end
local n, u, v = 80, {}, nil
for i = 0, n - 1 do
  u[i] = 1.0
end
for _ = 1, 10 do
  v = times(n, times(n, u), true)
  u = times(n, times(n, v), true)
end
local uv, vv = 0.0, 0.0
for i = 0, n - 1 do
  uv = uv + u[i] * v[i]
  vv = vv + v[i] * v[i]
end
return math.floor((uv / vv) ^ 0.5 * 1000000000)
