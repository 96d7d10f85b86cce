-- Entropy, and how far distributions are apart. Logarithms are natural.
local M, native = alc.math, alc._native.math
local args, need, sum = native.args, native.need, native.sum
local abs, log, max, sqrt, huge = math.abs, math.log, math.max, math.sqrt, math.huge
local move, rawget, rawlen, tonumber, type = table.move, rawget, rawlen, tonumber, type

-- The sum, which must be 1 as near as the number of summands allows: up to what
-- rounding them to 32 bits makes of it, whose errors add up like the root of their
-- number.
local function checked_sum(who, side, values)
  local total, tolerance = sum(values), 32 * sqrt(#values) * 2.0 ^ -24
  local near = abs(total - 1) <= tolerance
  need(near, who .. ": # sums to #, expected 1 ± ~", side, total, tolerance)
  return total
end

-- Refuses what is no distribution.
local function check(who, side, values)
  for i = 1, #values do
    if values[i] < 0 then
      need(false, who .. ": #[#] is negative: #", side, i, values[i])
    end
  end
  checked_sum(who, side, values)
end

-- Refuses what are no two distributions over the same things.
local function check_pair(who, p, q)
  need(#p == #q, who .. ": length mismatch: p has #, q has #", #p, #q)
  check(who, "p", p)
  check(who, "q", q)
end

-- Checks two distributions and sums a term over their pairs.
local function sum_over(who, p, q, term)
  check_pair(who, p, q)
  local total = -0.0
  for i = 1, #p do
    total = total + term(p[i], q[i])
  end
  return total
end

--- Shannon's entropy, -Σ p ln p.
function M.entropy(...)
  local probs, total = args("l", ...), -0.0
  check("entropy", "probs", probs)
  for i = 1, #probs do
    local p = probs[i]
    if p > 0 then
      total = total + -p * log(p)
    end
  end
  return total
end

-- p ln (p / q); infinite where q is 0 and p is not.
local function divergence(p, q)
  if p == 0 then
    return 0.0
  end
  return q == 0 and huge or p * log(p / q)
end

--- Kullback and Leibler's divergence.
function M.kl_divergence(...)
  local p, q = args("ll", ...)
  return sum_over("kl_divergence", p, q, divergence)
end

--- Jensen and Shannon's divergence, from 0 to ln 2.
function M.js_divergence(...)
  local p, q = args("ll", ...)
  local of_q = -0.0
  local of_p = sum_over("js_divergence", p, q, function(p, q)
    local middle = 0.5 * (p + q)
    of_q = of_q + divergence(q, middle)
    return divergence(p, middle)
  end)
  return 0.5 * of_p + 0.5 * of_q
end

--- -Σ p ln q; infinite where q is 0 and p is not.
function M.cross_entropy(...)
  local p, q = args("ll", ...)
  return sum_over("cross_entropy", p, q, function(p, q)
    if p == 0 then
      return 0.0
    end
    return q == 0 and huge or -(p * log(q))
  end)
end

--- The total variation distance, from 0 to 1.
function M.tvd(...)
  local p, q = args("ll", ...)
  return 0.5 * sum_over("tvd", p, q, function(p, q)
    return abs(p - q)
  end)
end

--- Hellinger's distance, a metric, from 0 to 1.
function M.hellinger(...)
  local p, q = args("ll", ...)
  local squares = sum_over("hellinger", p, q, function(p, q)
    local difference = sqrt(p) - sqrt(q)
    return difference * difference
  end)
  return sqrt(squares / 2)
end

--- How far mass has to move. The places of the probabilities are 0, 1, 2, … unless
--- `support` tells them in ascending order.
function M.wasserstein_1d(...)
  local p, q, support = args("llo", ...)
  check_pair("wasserstein_1d", p, q)
  local places = support and args("l", support)
  if places then
    local why = "wasserstein_1d: support needs one position per bin: # bins, # positions"
    need(#places == #p, why, #p, #places)
    why = "wasserstein_1d: support must be strictly increasing: support[#] = # does not exceed #"
    for i = 2, #places do
      need(places[i] > places[i - 1], why, i, places[i], places[i - 1])
    end
  end
  local below_p, below_q, work = 0.0, 0.0, 0.0
  -- Behind the last place no mass has to move.
  for i = 1, #p - 1 do
    below_p, below_q = below_p + p[i], below_q + q[i]
    work = work + abs(below_p - below_q) * (places and places[i + 1] - places[i] or 1.0)
  end
  return work
end

--- The mutual information of two variables, from the matrix of their joint
--- probabilities.
function M.mutual_information(...)
  local joint = args("t", ...)
  local cells, columns = {}, nil
  need(rawlen(joint) > 0, "mutual_information: joint is empty")
  for i = 1, rawlen(joint) do
    local row = rawget(joint, i)
    need(type(row) == "table", "mutual_information: joint[#] is not a table", i)
    local found = rawlen(row)
    columns = columns or found
    need(columns > 0, "mutual_information: joint is empty")
    local why = "mutual_information: joint[#] has # columns, expected # to match joint[1]"
    need(found == columns, why, i, found, columns)
    for j = 1, columns do
      local cell, at = tonumber(rawget(row, j)), #cells + 1
      need(cell, "mutual_information: joint[#][#] is not a number", i, j)
      cell = cell + 0.0
      need(cell - cell == 0, "mutual_information: joint[#] is not finite: #", at, cell)
      need(cell >= 0, "mutual_information: joint[#] is negative: #", at, cell)
      cells[at] = cell
    end
  end
  local total = checked_sum("mutual_information", "joint", cells)
  -- The sum may be a little off 1, which would give independent variables
  -- information about each other: everything is divided by it.
  local of_columns, information = {}, 0.0
  for i = 1, #cells do
    local column = (i - 1) % columns + 1
    of_columns[column] = (of_columns[column] or 0.0) + cells[i]
  end
  for before = 0, #cells - 1, columns do
    local of_row = sum(move(cells, before + 1, before + columns, 1, {})) / total
    for j = 1, columns do
      local p = cells[before + j] / total
      if p > 0 then
        information = information + p * log(p / (of_row * (of_columns[j] / total)))
      end
    end
  end
  return max(0.0, information)
end
