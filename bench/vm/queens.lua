-- All ways to put eight queens on a board: recursion and small arrays.
local size, solutions = 8, 0
local columns, up, down = {}, {}, {}
local function place(row)
  if row > size then
    solutions = solutions + 1
    return
  end
  for column = 1, size do
    local u, d = row + column, row - column + size
    if not (columns[column] or up[u] or down[d]) then
      columns[column], up[u], down[d] = true, true, true
      place(row + 1)
      columns[column], up[u], down[d] = false, false, false
    end
  end
end
for _ = 1, 20 do
  place(1)
end
return solutions
