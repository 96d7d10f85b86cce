--## primes
local function primes(n)
  local sieve, out = {}, {}
  for i = 2, n do
    if not sieve[i] then
      out[#out + 1] = i
      for j = i * i, n, i do sieve[j] = true end
    end
  end
  return out
end
print(#primes(1000), primes(30)[10])
--## greatest common divisor
local function gcd(a, b) while b ~= 0 do a, b = b, a % b end return a end
print(gcd(48, 18), gcd(17, 5), gcd(1071, 462))
--## fibonacci by swapping
local a, b = 0, 1
for _ = 1, 50 do a, b = b, a + b end
print(a)
--## bubble sort
local t = { 5, 2, 9, 1, 7 }
for i = 1, #t do
  for j = 1, #t - i do
    if t[j] > t[j + 1] then t[j], t[j + 1] = t[j + 1], t[j] end
  end
end
print(t[1], t[2], t[3], t[4], t[5])
--## queue
local q = { first = 1, last = 0 }
local function push(v) q.last = q.last + 1 q[q.last] = v end
local function pop() local v = q[q.first] q[q.first] = nil q.first = q.first + 1 return v end
push("a") push("b") push("c")
print(pop(), pop(), pop(), pop())
--## towers of Hanoi
local moves = 0
local function hanoi(n, a, b, c) if n > 0 then hanoi(n - 1, a, c, b) moves = moves + 1 hanoi(n - 1, c, b, a) end end
hanoi(10, "a", "b", "c")
print(moves)
--## word count
local counts = {}
for w in ("the cat and the dog and the bird"):gmatch("%a+") do counts[w] = (counts[w] or 0) + 1 end
local words = {}
for w in pairs(counts) do words[#words + 1] = w end
table.sort(words, function(x, y) if counts[x] ~= counts[y] then return counts[x] > counts[y] end return x < y end)
for _, w in ipairs(words) do print(w, counts[w]) end
--## serialise
local function dump(v)
  if type(v) ~= "table" then return tostring(v) end
  local keys, out = {}, {}
  for k in pairs(v) do keys[#keys + 1] = k end
  table.sort(keys)
  for _, k in ipairs(keys) do out[#out + 1] = k .. "=" .. dump(v[k]) end
  return "{" .. table.concat(out, ",") .. "}"
end
print(dump({ a = 1, b = { c = true, d = "x" } }))
--## vote
local function vote(list)
  local counts, best = {}, nil
  for _, v in ipairs(list) do
    counts[v] = (counts[v] or 0) + 1
    if not best or counts[v] > counts[best] then best = v end
  end
  return best, counts[best]
end
print(vote({ "yes", "no", "yes", "maybe", "yes" }))
--## binary search
local t = {}
for i = 1, 100 do t[i] = i * 3 end
local function search(x)
  local lo, hi = 1, #t
  while lo <= hi do
    local mid = (lo + hi) // 2
    if t[mid] == x then return mid elseif t[mid] < x then lo = mid + 1 else hi = mid - 1 end
  end
end
print(search(150), search(151))
--## string buffer
local parts = {}
for i = 1, 5 do parts[#parts + 1] = ("%02d"):format(i) end
print(table.concat(parts, ":"))
--## matrix
local function mul(a, b)
  local c = {}
  for i = 1, #a do
    c[i] = {}
    for j = 1, #b[1] do
      local s = 0
      for k = 1, #b do s = s + a[i][k] * b[k][j] end
      c[i][j] = s
    end
  end
  return c
end
local m = mul({ { 1, 2 }, { 3, 4 } }, { { 5, 6 }, { 7, 8 } })
print(m[1][1], m[1][2], m[2][1], m[2][2])
--## Collatz
local longest, at = 0, 0
for s = 1, 1000 do
  local n, c = s, 0
  while n ~= 1 do n = n % 2 == 0 and n // 2 or 3 * n + 1 c = c + 1 end
  if c > longest then longest, at = c, s end
end
print(at, longest)
--## Caesar cipher
print((("Hello, World"):gsub("%a", function(c)
  local base = c:match("%l") and 97 or 65
  return string.char((c:byte() - base + 13) % 26 + base)
end)))
--## run-length encoding
local s, out = "aaabbc", {}
local i = 1
while i <= #s do
  local j = i
  while s:sub(j + 1, j + 1) == s:sub(i, i) do j = j + 1 end
  out[#out + 1] = (j - i + 1) .. s:sub(i, i)
  i = j + 1
end
print(table.concat(out))
--## observer
local listeners = {}
local function on(f) listeners[#listeners + 1] = f end
local function emit(...) for _, f in ipairs(listeners) do f(...) end end
on(function(x) print("first", x) end)
on(function(x, y) print("second", x, y) end)
emit(1, 2)
--## quicksort
local function qsort(t)
  if #t <= 1 then return t end
  local p, less, more = t[1], {}, {}
  for i = 2, #t do if t[i] < p then less[#less + 1] = t[i] else more[#more + 1] = t[i] end end
  local out = qsort(less)
  out[#out + 1] = p
  for _, v in ipairs(qsort(more)) do out[#out + 1] = v end
  return out
end
local r = qsort({ 3, 6, 1, 8, 2, 9, 2 })
print(r[1], r[2], r[3], r[4], r[5], r[6], r[7])
--## random generator
local seed = 1
local function rnd() seed = (seed * 1103515245 + 12345) % 2147483648 return seed end
local s = 0
for _ = 1, 100 do s = s + rnd() % 100 end
print(s)
