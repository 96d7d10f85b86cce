-- What of `alc.math` is called once in a while: statistics of lists, rankings, tests
-- and intervals. The arithmetic is in the order of the native engine's, so that
-- results are equal to the last bit.
local M, native = alc.math, alc._native.math
local args, need, order, sum = native.args, native.need, native.order, native.sum
local mean, variance, erfc, normal_ppf = M.mean, M.variance, M.erfc, M.normal_ppf
local lower_beta = M.regularized_incomplete_beta
local abs, exp, log, sqrt = math.abs, math.exp, math.log, math.sqrt
local min, max, huge = math.min, math.max, math.huge
local move, rawlen = table.move, rawlen

-- The values at some places of a list.
local function gather(xs, places)
  local values = {}
  for i = 1, #places do
    values[i] = xs[places[i]]
  end
  return values
end

local function sorted(xs)
  return gather(xs, order(xs))
end

-- ── Lists ───────────────────────────────────────────────────────────────────

--- `{counts, edges}` over bins of equal width.
function M.histogram(...)
  local list, bins = args("tc", ...)
  need(bins > 0, "histogram: bins must be > 0")
  local xs = args("l", list)
  local low, high = xs[1], xs[1]
  for i = 2, #xs do
    local x = xs[i]
    if x < low then
      low = x
    elseif x > high then
      high = x
    end
  end
  -- Values that do not differ fill the first bin.
  local flat = high - low <= abs(high) * 2.0 ^ -52
  local width = (flat and 1.0 or high - low) / bins
  local counts, edges = {}, {}
  for i = 1, bins do
    counts[i] = 0
  end
  for i = 1, #xs do
    local at = flat and 0 or (xs[i] - low) // width
    -- A range that is no float puts all into the first bin.
    at = at >= bins and bins or at > 0 and at + 1 or 1
    counts[at] = counts[at] + 1
  end
  for i = 0, bins do
    edges[i + 1] = low + i * width
  end
  return { counts = counts, edges = edges }
end

--- ln(1 + x) in percent of that of the largest.
function M.log_normalize(...)
  local xs = args("l", ...)
  for i = 1, #xs do
    if xs[i] <= 0 then
      need(false, "log_normalize: element at index # is # (all values must be > 0)", i, xs[i])
    end
  end
  local scale = 0.0
  for i = 1, #xs do
    scale = max(scale, xs[i])
  end
  scale = log(1.0 + scale)
  for i = 1, #xs do
    xs[i] = log(1.0 + xs[i]) / scale * 100.0
  end
  return xs
end

--- The means of `window` neighbours.
function M.moving_average(...)
  local xs, window = args("lc", ...)
  local fits = window >= 1 and window <= #xs
  need(fits, "moving_average: window must be in [1, #], got #", #xs, window)
  local inside, means = -0.0, {}
  for i = 1, #xs do
    if i <= window then
      inside = inside + xs[i]
    else
      inside = inside + (xs[i] - xs[i - window])
    end
    if i >= window then
      means[i - window + 1] = inside / window
    end
  end
  return means
end

--- Averages in which each value weighs `alpha`, what came before the rest.
function M.ewma(...)
  local list, alpha = args("tf", ...)
  need(alpha >= 0 and alpha <= 1, "ewma: alpha must be in [0, 1], got #", alpha)
  local xs = args("l", list)
  for i = 2, #xs do
    xs[i] = alpha * xs[i] + (1.0 - alpha) * xs[i - 1]
  end
  return xs
end

--- The correlation of a list with itself, `lag` places later.
function M.autocorrelation(...)
  local xs, lag = args("lc", ...)
  if lag == 0 then
    return 1.0
  end
  need(lag < #xs, "autocorrelation: lag must be < array length (#), got #", #xs, lag)
  local middle, squares, products = mean(xs), -0.0, -0.0
  for i = 1, #xs do
    local off = xs[i] - middle
    squares = squares + off * off
    if i > lag then
      products = products + (xs[i - lag] - middle) * off
    end
  end
  need(squares ~= 0, "autocorrelation: zero variance")
  return products / squares
end

--- All orders of 1 to `n`, each by one exchange from the last. Source: B. R. Heap,
--- "Permutations by interchanges", 1963.
function M.permutations(...)
  local n = args("c", ...)
  need(n >= 1, "permutations: n must be >= 1")
  need(n <= 8, "permutations: n > 8 not supported (8! = 40320)")
  local row, done = {}, {}
  for i = 1, n do
    row[i], done[i] = i, 1
  end
  local rows, at = { gather(row, row) }, 1
  while at <= n do
    local other = done[at]
    if other < at then
      done[at] = other + 1
      other = at % 2 == 1 and 1 or other
      row[other], row[at] = row[at], row[other]
      rows[#rows + 1] = move(row, 1, n, 1, {})
      at = 1
    else
      done[at] = 1
      at = at + 1
    end
  end
  return rows
end

-- ── Two lists ───────────────────────────────────────────────────────────────

-- Two lists of equal length, of at least two numbers.
local function paired(who, ...)
  local xs, ys = args("ll", ...)
  need(#xs == #ys, who .. ": arrays must have equal length")
  need(#xs >= 2, who .. ": need at least 2 values")
  return xs, ys
end

-- Pearson's correlation; an error with this text if one of the lists does not vary.
local function pearson(xs, ys, why)
  local middle_x, middle_y = mean(xs), mean(ys)
  local both, of_x, of_y = 0.0, 0.0, 0.0
  for i = 1, #xs do
    local dx, dy = xs[i] - middle_x, ys[i] - middle_y
    both, of_x, of_y = both + dx * dy, of_x + dx * dx, of_y + dy * dy
  end
  local scale = sqrt(of_x * of_y)
  need(scale ~= 0, why)
  return both / scale
end

--- Pearson's correlation.
function M.correlation(...)
  local xs, ys = paired("correlation", ...)
  return pearson(xs, ys, "correlation: zero variance")
end

--- The covariance, with n - 1.
function M.covariance(...)
  local xs, ys = paired("covariance", ...)
  local middle_x, middle_y, products = 0.0, 0.0, 0.0
  for i = 1, #xs do
    local before = xs[i] - middle_x
    middle_x = middle_x + before / i
    middle_y = middle_y + (ys[i] - middle_y) / i
    products = products + before * (ys[i] - middle_y)
  end
  return products / (#xs - 1)
end

-- Makes a list of numbers their ranks from 1, equal values sharing the mean of
-- theirs; and Σ (n³ - n) over the groups of equal values.
local function rank(xs)
  local places, ties, first = order(xs), 0.0, 1
  while first <= #xs do
    local value, last = xs[places[first]], first
    while xs[places[last + 1]] == value do
      last = last + 1
    end
    for i = first, last do
      xs[places[i]] = (first + last) / 2
    end
    local size = last - first + 1.0
    ties = ties + (size * size * size - size)
    first = last + 1
  end
  return xs, ties
end

--- The rank of each element, in the order of the list.
function M.rank(...)
  return (rank(args("l", ...)))
end

--- Pearson's correlation of the ranks.
function M.spearman_correlation(...)
  local xs, ys = paired("spearman_correlation", ...)
  rank(xs)
  rank(ys)
  return pearson(xs, ys, "spearman_correlation: zero variance in ranks")
end

-- How many pairs of places there are that are equal in both lists, in which equal
-- ones are side by side.
local function ties(xs, ys)
  local count, before = 0, 0
  for i = 2, #xs do
    local same = xs[i] == xs[i - 1] and ys[i] == ys[i - 1]
    before = same and before + 1 or 0
    count = count + before
  end
  return count
end

-- How many pairs of places stand in the wrong order. Each place is counted in a tree
-- after all those that belong behind it. Source: P. M. Fenwick, "A new data structure
-- for cumulative frequency tables", 1994.
local function exchanges(places)
  local tree, count = {}, 0
  for i = 1, #places do
    tree[i] = 0
  end
  for i = #places, 1, -1 do
    local at = places[i] - 1
    while at > 0 do
      count = count + tree[at]
      at = at & (at - 1)
    end
    at = places[i]
    while at <= #places do
      tree[at] = tree[at] + 1
      at = at + (at & -at)
    end
  end
  return count
end

--- Kendall's tau-b, which allows for equal values. Source: W. R. Knight, "A computer
--- method for calculating Kendall's tau with ungrouped data", 1966: sorted by x, the
--- discordant pairs are the exchanges that sorting by y takes.
function M.kendall_tau(...)
  local xs, ys = paired("kendall_tau", ...)
  -- Minus zero equals zero.
  for i = 1, #xs do
    xs[i], ys[i] = xs[i] + 0.0, ys[i] + 0.0
  end
  -- By x, and by y where that is equal: sorting keeps equal ones in order.
  local by_y = order(ys)
  xs, ys = gather(xs, by_y), gather(ys, by_y)
  local by_x = order(xs)
  xs, ys = gather(xs, by_x), gather(ys, by_x)
  local tied_x, tied_both = ties(xs, xs), ties(xs, ys)
  local places = order(ys)
  ys = gather(ys, places)
  local tied_y, all = ties(ys, ys), #xs * (#xs - 1) // 2
  local scale = sqrt((all - tied_x + 0.0) * (all - tied_y))
  need(scale ~= 0, "kendall_tau: zero variance (all values tied)")
  -- Every pair is concordant, discordant, or tied in one of the lists.
  local apart = all + tied_both - tied_x - tied_y
  return (apart - 2.0 * exchanges(places)) / scale
end

-- Two groups of at least two numbers.
local function groups(who, ...)
  local xs, ys = args("ll", ...)
  need(#xs >= 2 and #ys >= 2, who .. ": each group needs at least 2 values")
  return xs, ys
end

--- The difference of the means in pooled standard deviations.
function M.cohens_d(...)
  local xs, ys = groups("cohens_d", ...)
  local squares = (#xs - 1) * variance(xs) + (#ys - 1) * variance(ys)
  local pooled = squares / (#xs + #ys - 2)
  need(not (pooled <= 0), "cohens_d: pooled variance is zero; both groups are constant")
  return (mean(xs) - mean(ys)) / sqrt(pooled)
end

--- P(x > y) - P(x < y), from -1 to 1.
function M.cliffs_delta(...)
  local xs, ys = args("ll", ...)
  xs, ys = sorted(xs), sorted(ys)
  -- How many of `ys` are less, and how many are not greater.
  local less, not_greater, difference = 0, 0, 0
  for i = 1, #xs do
    while less < #ys and ys[less + 1] < xs[i] do
      less = less + 1
    end
    while not_greater < #ys and ys[not_greater + 1] <= xs[i] do
      not_greater = not_greater + 1
    end
    difference = difference + less + not_greater - #ys
  end
  return difference / (#xs * #ys)
end

-- ── Rankings ────────────────────────────────────────────────────────────────

--- The discounted gain of the first `k`, 1 for the best order.
function M.ndcg(...)
  local xs, k = args("lc", ...)
  local places, gain, best = order(xs), -0.0, -0.0
  for i = 1, min(k, #xs) do
    local discount = log(i + 1, 2)
    gain = gain + xs[i] / discount
    best = best + xs[places[#xs + 1 - i]] / discount
  end
  return best == 0 and 0.0 or gain / best
end

--- The mean of 1 / rank.
function M.mrr(...)
  local xs, gain = args("l", ...), 0.0
  for i = 1, #xs do
    need(xs[i] >= 1, "mrr: rank values must be >= 1")
    need(xs[i] % 1 == 0, "mrr: rank values must be integers")
    gain = gain + 1 / xs[i]
  end
  return gain / #xs
end

-- ── Tests ───────────────────────────────────────────────────────────────────

--- `{t_stat, df, p_value}`, two-sided. Source: B. L. Welch, "The generalization of
--- 'Student's' problem when several different population variances are involved",
--- 1947.
function M.welch_t_test(...)
  local xs, ys = groups("welch_t_test", ...)
  local of_x, of_y = variance(xs) / #xs, variance(ys) / #ys
  local both = of_x + of_y
  need(both ~= 0, "welch_t_test: both groups have zero variance")
  local t = (mean(xs) - mean(ys)) / sqrt(both)
  local df = both * both / (of_x * of_x / (#xs - 1) + of_y * of_y / (#ys - 1))
  -- P(|T| > t) for Student's T is an incomplete beta function. Taken directly, a
  -- tiny probability is not lost in 1 - (1 - p).
  local x = df / (df + t * t)
  need(df ~= df or df > 0 and x == x, "welch_t_test: invalid degrees of freedom")
  return { t_stat = t, df = df, p_value = lower_beta(x, df / 2, 0.5) }
end

--- `{u_stat, z_score, p_value}`, two-sided, in the normal approximation. Source: H. B.
--- Mann and D. R. Whitney, "On a test of whether one of two random variables is
--- stochastically larger than the other", 1947.
function M.mann_whitney_u(...)
  local xs, ys, options = args("llo", ...)
  local corrected = options and options.tie_correction
  local nx, ny = #xs + 0.0, #ys + 0.0
  local ranks, tied = rank(move(ys, 1, #ys, #xs + 1, xs))
  local of_x = -0.0
  for i = 1, nx do
    of_x = of_x + ranks[i]
  end
  of_x = of_x - nx * (nx + 1) / 2
  local u, n = min(of_x, nx * ny - of_x), nx + ny
  local spread = nx * ny * (n + 1) / 12
  if corrected and tied > 0 then
    spread = nx * ny / 12 * (n + 1 - tied / (n * (n - 1)))
  end
  need(spread > 0, "mann_whitney_u: zero variance (all values identical)")
  local z = (u - nx * ny / 2) / sqrt(spread)
  -- The smaller U is never above its mean, so z is never positive.
  return { u_stat = u, z_score = z, p_value = 2 * (0.5 * erfc(-z / sqrt(2))) }
end

--- `{chi2_stat, df, p_value}`. Source: K. Pearson, "On the criterion that a given
--- system of deviations …", 1900.
function M.chi_squared_test(...)
  local observed, expected = args("ll", ...)
  local same = #observed == #expected
  need(same, "chi_squared_test: observed and expected must have equal length")
  need(#observed >= 2, "chi_squared_test: need at least 2 categories")
  local chi2, df = 0.0, #observed - 1.0
  for i = 1, #observed do
    local o, e = observed[i], expected[i]
    need(e > 0, "chi_squared_test: expected values must be > 0")
    chi2 = chi2 + (o - e) * (o - e) / e
  end
  return { chi2_stat = chi2, df = df, p_value = native.upper_gamma(df / 2, chi2 / 2) }
end

--- `{d_stat, p_value}` of two samples, asymptotic. Source: M. A. Stephens, "Use of the
--- Kolmogorov-Smirnov, Cramér-von Mises and related statistics without extensive
--- tables", 1970.
function M.ks_test(...)
  local xs, ys = args("ll", ...)
  xs, ys = sorted(xs), sorted(ys)
  local nx, ny, x, y = #xs, #ys, 1, 1
  -- The widest gap between the distribution functions.
  local gap, widest = 0.0, 0.0
  while x <= nx and y <= ny do
    -- All elements equal to the next value count at once.
    local value, from_x, from_y = min(xs[x], ys[y]), x, y
    while xs[x] == value do
      x = x + 1
    end
    while ys[y] == value do
      y = y + 1
    end
    gap = gap + ((x - from_x) * (1 / nx) - (y - from_y) * (1 / ny))
    widest = max(widest, abs(gap))
  end
  local n = sqrt(nx * ny / (nx + ny))
  local lambda = (n + 0.12 + 0.11 / n) * widest
  -- P(K > lambda) of Kolmogorov's distribution. The series does not converge at 0.
  -- Below 0.1 the probability differs from 1 by less than 10^-50.
  local p, sign = 0.0, 2.0
  for k = 1, lambda < 0.1 and 0 or 100 do
    p = p + sign * exp(-2.0 * k * k * lambda * lambda)
    sign = -sign
  end
  return { d_stat = widest, p_value = lambda < 0.1 and 1.0 or max(0.0, min(p, 1.0)) }
end

-- Probabilities, and their places in ascending order.
local function p_values(who, ...)
  local ps = args("l", ...)
  for i = 1, #ps do
    if ps[i] < 0 or ps[i] > 1 then
      need(false, who .. ": p[#] is not a p-value: #", i, ps[i])
    end
  end
  return ps, order(ps)
end

--- Adjusted values that control the chance of any false rejection. Source: S. Holm,
--- "A simple sequentially rejective multiple test procedure", 1979.
function M.holm(...)
  local ps, places = p_values("holm", ...)
  local largest = 0.0
  for i = 1, #ps do
    local at = places[i]
    largest = max(largest, min((#ps + 1 - i) * ps[at], 1.0))
    ps[at] = largest
  end
  return ps
end

--- Adjusted values that control the share of false rejections. Source: Y. Benjamini
--- and Y. Hochberg, "Controlling the false discovery rate", 1995.
function M.benjamini_hochberg(...)
  local ps, places = p_values("benjamini_hochberg", ...)
  local smallest = 1.0
  for i = #ps, 1, -1 do
    local at = places[i]
    smallest = min(smallest, #ps / i * ps[at])
    ps[at] = smallest
  end
  return ps
end

--- `{lower, upper, center}` of a share. Source: E. B. Wilson, "Probable inference, the
--- law of succession, and statistical inference", 1927.
function M.wilson_ci(...)
  local successes, total, confidence = args("fff", ...)
  need(total > 0 and total < huge, "wilson_ci: total must be > 0")
  need(confidence >= 0 and confidence <= 1, "wilson_ci: confidence must be in [0, 1]")
  -- More successes than trials would put a negative number under the root.
  local fits = successes >= 0 and successes <= total
  need(fits, "wilson_ci: successes must be in [0, #], got #", total, successes)
  local z = normal_ppf(1 - (1 - confidence) / 2)
  if z == huge then
    -- Full confidence: the limit of the formula below.
    return { lower = 0.0, upper = 1.0, center = 0.5 }
  end
  local share, z2 = successes / total, z * z
  local scale = 1 + z2 / total
  local center = (share + z2 / (2 * total)) / scale
  local spread = (share * (1 - share) + z2 / (4 * total)) / total
  local margin = z * sqrt(spread) / scale
  -- Rounding must not push the interval off the share that it is about.
  local lower = min(max(center - margin, 0.0), share)
  return { lower = lower, upper = max(min(center + margin, 1.0), share), center = center }
end

-- ── Calibration ─────────────────────────────────────────────────────────────

-- Confidences and outcomes, which must be of equal number.
local function predictions(who, ...)
  local ps, outcomes = args("ll", ...)
  local why = who .. ": confidences and outcomes must be paired: # vs #"
  need(#ps == #outcomes, why, #ps, #outcomes)
  for i = 1, #ps do
    if ps[i] < 0 or ps[i] > 1 then
      need(false, who .. ": confidences[#] is outside [0, 1]: #", i, ps[i])
    end
  end
  for i = 1, #ps do
    if outcomes[i] ~= 0 and outcomes[i] ~= 1 then
      need(false, who .. ": outcomes[#] is neither 0 nor 1: #", i, outcomes[i])
    end
  end
  return ps, outcomes
end

--- `{ece, mce, bins, bins_used}` over bins of equal width. Source: C. Guo, G. Pleiss,
--- Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks", 2017.
function M.calibration_error(...)
  local confidences, outcomes, count = args("ttc", ...)
  -- The lists must not be empty, which is said before the bins are judged.
  local empty = rawlen(confidences) == 0 or rawlen(outcomes) == 0
  need(count > 0 or empty, "calibration_error: needs at least one bin")
  local ps, hits = predictions("calibration_error", confidences, outcomes)
  local bins = {}
  for i = 1, count do
    bins[i] = { count = 0, confidence = 0.0, accuracy = 0.0 }
  end
  for i = 1, #ps do
    -- A confidence of 1 belongs to the last bin.
    local bin = bins[min(ps[i] * count // 1 + 1, count)]
    bin.count = bin.count + 1
    bin.confidence = bin.confidence + ps[i]
    bin.accuracy = bin.accuracy + hits[i]
  end
  local ece, mce, used = 0.0, 0.0, 0
  for i = 1, count do
    local bin = bins[i]
    local n = bin.count
    if n > 0 then
      bin.confidence, bin.accuracy = bin.confidence / n, bin.accuracy / n
      local gap = abs(bin.accuracy - bin.confidence)
      ece, mce, used = ece + n / #ps * gap, max(mce, gap), used + 1
    end
  end
  return { ece = ece, mce = mce, bins = bins, bins_used = used }
end

--- The mean squared error, from 0 to 1. Source: G. W. Brier, "Verification of
--- forecasts expressed in terms of probability", 1950.
function M.brier_score(...)
  local ps, outcomes = predictions("brier_score", ...)
  for i = 1, #ps do
    ps[i] = (ps[i] - outcomes[i]) * (ps[i] - outcomes[i])
  end
  return sum(ps) / #ps
end
