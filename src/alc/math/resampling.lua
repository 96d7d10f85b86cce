-- Random orders and samples, and what rests on them: percentile intervals by
-- resampling with replacement, and a test by relabelling.
local M, native = alc.math, alc._native.math
local args, need, sum, pick = native.args, native.need, native.sum, native.pick
local resample, relabel = native.resample, native.relabel
local create, mean, percentile, gamma = M.rng_create, M.mean, M.percentile, M.gamma_sample
local uniform = M.uniform_sample
local abs, huge, move, next = math.abs, math.huge, table.move, next
local rawget, rawlen, tonumber, type = rawget, rawlen, tonumber, type

--- A new list in random order, by Fisher and Yates.
function M.shuffle(...)
  local rng, list = args("gt", ...)
  local shuffled, count = {}, rawlen(list)
  for i = 1, count do
    shuffled[i] = rawget(list, i)
  end
  for last = count, 2, -1 do
    local other = pick(rng, last)
    shuffled[last], shuffled[other] = shuffled[other], shuffled[last]
  end
  return shuffled
end

--- `n` elements, each drawn from all.
function M.sample_with_replacement(...)
  local rng, list, n = args("gtc", ...)
  local count, drawn = rawlen(list), {}
  need(count > 0, "sample_with_replacement: input must be non-empty")
  for i = 1, n do
    drawn[i] = rawget(list, pick(rng, count))
  end
  return drawn
end

--- Probabilities, as many as `alphas`.
function M.dirichlet_sample(...)
  local rng, list = args("gt", ...)
  need(rawlen(list) >= 2, "dirichlet_sample: need at least 2 alpha values")
  local shares, total = args("a", list), 0.0
  for i = 1, #shares do
    need(shares[i] > 0, "dirichlet_sample: shape is not positive in gamma distribution")
    shares[i] = gamma(rng, shares[i], 1)
    total = total + shares[i]
  end
  need(total ~= 0, "dirichlet_sample: gamma samples sum to zero (alpha values too small?)")
  for i = 1, #shares do
    shares[i] = shares[i] / total
  end
  return shares
end

--- The index of a weight.
function M.categorical_sample(...)
  local rng, list = args("gt", ...)
  need(rawlen(list) > 0, "categorical_sample: need at least 1 weight")
  local weights = args("a", list)
  local total, below = sum(weights), 0.0
  need(total ~= huge, "categorical_sample: Overflow when summing weights")
  for i = 1, #weights do
    local valid = weights[i] >= 0
    need(valid, "categorical_sample: A weight is negative, too large or not a valid number")
  end
  need(total ~= 0, "categorical_sample: Not enough weights > zero")
  local chosen = uniform(rng, 0, total)
  -- The first weight whose running sum is above the number.
  for i = 1, #weights do
    below = below + weights[i]
    if below > chosen then
      return i
    end
  end
  return #weights
end

-- Refuses too few draws or too many, so that a seed in their place is noticed.
local function check_draws(who, draws, signature)
  need(draws > 0, who .. ": needs at least one draw")
  local why = ": draws is capped at 10000000, got #; check the argument order — it is #"
  need(draws <= 10000000, who .. why, draws, signature)
end

local function is_finite(number)
  return number and number - number == 0
end

-- ── Intervals ───────────────────────────────────────────────────────────────

-- An interval for `of(sums)`, which gets a sum for each of the lists: their elements
-- are those of as many units. Where the statistic is undefined it gives nothing.
-- Source: B. Efron, "Bootstrap methods: another look at the jackknife", 1979.
local function bootstrap(who, signature, unit, draws, seed, confidence, of, ...)
  local count = #(...)
  local why = ": needs at least 2 #s to resample, got #; a single # gives the same draw \z
    every time and would report a zero-width interval"
  need(count >= 2, who .. why, unit, count, unit)
  check_draws(who, draws, signature)
  local fits = confidence >= 0 and confidence <= 1
  need(fits, who .. ": confidence must be in [0, 1], got #", confidence)
  local point = of(resample(nil, ...))
  why = ": the statistic is undefined on the sample as walked, so there is nothing to bound"
  need(is_finite(point), who .. why)
  local rng, values = create(seed), {}
  for _ = 1, draws do
    local value = of(resample(rng, ...))
    if is_finite(value) then
      values[#values + 1] = value
    end
  end
  why = ": all # draws were undefined even though the statistic exists on the whole \z
    sample; it rests on too few clusters to resample"
  need(values[1], who .. why, draws)
  local tail = (1 - confidence) / 2
  return {
    point = point,
    lower = percentile(values, tail * 100),
    upper = percentile(values, (1 - tail) * 100),
    draws_used = #values,
    undefined_draws = draws - #values,
    [unit == "cluster" and "clusters" or "observations"] = count,
  }
end

--- An interval for the mean.
function M.bootstrap_mean(...)
  local list, draws, seed, confidence = args("tcup", ...)
  local xs = args("l", list)
  return bootstrap(
    "bootstrap_mean", "(values, draws, seed)", "observation", draws, seed, confidence,
    function(total)
      return total / #xs
    end, xs
  )
end

--- An interval for the mean of the differences of pairs.
function M.paired_bootstrap_diff(...)
  local first, second, draws, seed, confidence = args("ttcup", ...)
  local who = "paired_bootstrap_diff"
  local xs, ys = args("ll", first, second)
  local why = who .. ": xs and ys must be paired element by element: # vs #"
  need(#xs == #ys, why, #xs, #ys)
  for i = 1, #xs do
    xs[i] = xs[i] - ys[i]
  end
  return bootstrap(
    who, "(xs, ys, draws, seed)", "pair", draws, seed, confidence,
    function(total)
      return total / #xs
    end, xs
  )
end

-- The sum of each cluster and how many observations it has. A cluster may be empty.
local function clusters(name, list)
  need(rawlen(list) > 0, "# holds no clusters", name)
  local sums, counts = {}, {}
  for i = 1, rawlen(list) do
    local cluster, total = rawget(list, i), 0.0
    need(type(cluster) == "table", "#[#] is not a table of observations", name, i)
    local count = rawlen(cluster)
    for j = 1, count do
      local value = tonumber(rawget(cluster, j))
      need(value, "#[#][#] is not a number", name, i, j)
      value = value + 0.0
      need(is_finite(value), "#[#][#] is # (NaN/Infinity not allowed)", name, i, j, value)
      total = total + value
    end
    sums[i], counts[i] = total, count + 0.0
  end
  return sums, counts
end

-- Those of two lists of clusters.
local function cluster_pairs(who, name, other_name, list, other_list)
  local sums, counts = clusters(name, list)
  local other_sums, other_counts = clusters(other_name, other_list)
  local why = who .. ": # and # must be indexed by the same clusters: # vs #"
  need(#sums == #other_sums, why, name, other_name, #sums, #other_sums)
  return sums, counts, other_sums, other_counts
end

local CLUSTERS = "(by_cluster, draws, seed)"

--- An interval for the mean of all observations.
function M.cluster_bootstrap_mean(...)
  local list, draws, seed, confidence = args("tcup", ...)
  return bootstrap(
    "cluster_bootstrap_mean", CLUSTERS, "cluster", draws, seed, confidence,
    function(total, count)
      return count > 0 and total / count
    end, clusters("by_cluster", list)
  )
end

--- An interval for the difference of two means over the same clusters.
function M.cluster_bootstrap_diff(...)
  local a, b, draws, seed, confidence = args("ttcup", ...)
  local who = "cluster_bootstrap_diff"
  return bootstrap(
    who, CLUSTERS, "cluster", draws, seed, confidence,
    function(of_a, count_a, of_b, count_b)
      return count_a > 0 and count_b > 0 and of_a / count_a - of_b / count_b
    end, cluster_pairs(who, "a_by_cluster", "b_by_cluster", a, b)
  )
end

--- An interval for the ratio of two sums over the same clusters. It says nothing where
--- the denominator vanishes or has another sign than over the whole sample.
function M.cluster_bootstrap_ratio(...)
  local num, den, draws, seed, confidence = args("ttcup", ...)
  local who = "cluster_bootstrap_ratio"
  local above, _, below = cluster_pairs(who, "num_by_cluster", "den_by_cluster", num, den)
  local is_positive = resample(nil, below) > 0
  return bootstrap(
    who, CLUSTERS, "cluster", draws, seed, confidence,
    function(of_above, of_below)
      local usable = of_below ~= 0 and (of_below > 0) == is_positive
      return usable and of_above / of_below
    end, above, below
  )
end

-- ── Relabelling ─────────────────────────────────────────────────────────────

-- Whether a difference is as extreme as the observed one, but for what rounding makes.
local EXTREME = {
  two_sided = function(difference, observed, slack)
    return abs(difference) >= abs(observed) - slack
  end,
  greater = function(difference, observed, slack)
    return difference >= observed - slack
  end,
  less = function(difference, observed, slack)
    return difference <= observed + slack
  end,
}

-- The only option there is.
local function alternative(options)
  for name in next, options do
    local why = 'permutation_test: unknown option "#"; the only option is "alternative"'
    need(name == "alternative", why, name)
  end
  local value = options.alternative
  if value == nil then
    return EXTREME.two_sided
  end
  local is_text = type(value) == "string" or type(value) == "number"
  local why = "permutation_test: alternative: error converting Lua # to String (expected \z
    string or number)"
  need(is_text, why, value)
  why = 'permutation_test: alternative must be "two_sided", "greater" or "less", got "#"'
  need(EXTREME[value], why, value)
  return EXTREME[value]
end

--- `{observed, p_value, extreme_draws, draws}` of the difference of two means.
function M.permutation_test(...)
  local xs, ys, draws, seed, options = args("llcuo", ...)
  local is_extreme = alternative(options or {})
  check_draws("permutation_test", draws, "(xs, ys, draws, seed)")
  local observed, extreme = mean(xs) - mean(ys), 0
  local nx, ny = #xs, #ys
  local pool = move(ys, 1, ny, nx + 1, xs)
  local sizes, n, total = {}, nx + ny, sum(pool)
  for i = 1, n do
    sizes[i] = abs(pool[i])
  end
  local slack = 4.0 * n * 2.0 ^ -52 * (abs(observed) + sum(sizes) / n)
  local rng = create(seed)
  for _ = 1, draws do
    -- As many random elements as the second group has are put at the end. The first
    -- group is what they leave.
    local of_first = relabel(rng, pool, nx)
    local difference = of_first / nx - (total - of_first) / ny
    if is_extreme(difference, observed, slack) then
      extreme = extreme + 1
    end
  end
  -- What was observed is a permutation too. Source: B. Phipson and G. K. Smyth,
  -- "Permutation p-values should never be zero", 2010.
  local p = (1 + extreme) / (1 + draws)
  return { observed = observed, p_value = p, extreme_draws = extreme, draws = draws }
end
