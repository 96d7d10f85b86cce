-- Trees of small tables, made and dropped: the garbage collector's work.
local function tree(depth)
  if depth == 0 then
    return { false, false }
  end
  return { tree(depth - 1), tree(depth - 1) }
end
local function count(node)
  if not node[1] then
    return 1
  end
  return 1 + count(node[1]) + count(node[2])
end
local kept, total = tree(11), 0
for _ = 1, 200 do
  total = total + count(tree(9))
end
return total + count(kept)
