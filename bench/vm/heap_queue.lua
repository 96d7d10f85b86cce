-- A binary heap as a priority queue.
local heap, size = {}, 0
local function push(value)
  size = size + 1
  local at = size
  while at > 1 do
    local parent = at // 2
    if heap[parent] <= value then
      break
    end
    heap[at] = heap[parent]
    at = parent
  end
  heap[at] = value
end
local function pop()
  local top, last = heap[1], heap[size]
  heap[size] = nil
  size = size - 1
  local at = 1
  while at * 2 <= size do
    local child = at * 2
    if child < size and heap[child + 1] < heap[child] then
      child = child + 1
    end
    if last <= heap[child] then
      break
    end
    heap[at] = heap[child]
    at = child
  end
  if size > 0 then
    heap[at] = last
  end
  return top
end
local seed, checksum = 3, 0
for i = 1, 30000 do
  seed = (seed * 1366 + 150889) % 714025
  push(seed % 10000)
  if i % 3 == 0 then
    checksum = (checksum * 31 + pop()) % 60000011
  end
end
while size > 0 do
  checksum = (checksum * 31 + pop()) % 60000011
end
return checksum
