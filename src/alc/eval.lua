-- `alc.eval`: a strategy against a scenario, and the module `evalframe` that
-- scenarios are written with.
local alc = alc
local graders = alc._graders
-- This chunk is the last one.
alc._graders, alc._native = nil, nil

-- ── Scenarios ───────────────────────────────────────────────────────────────

local function fail(message)
  error("alc.eval: " .. message, 0)
end

-- A binding: `{name, grade(answer, case, response), weight}`.
local function bind(grader, weight)
  local name = "custom"
  if type(grader) == "table" then
    -- As `ef.bind` makes it, or `{grader, weight = 2}`.
    name = grader.name
    weight = grader.weight or weight
    grader = grader.grade or grader[1]
  end
  if type(grader) == "string" then
    name = grader
    grader = graders[name]
    if not grader then
      fail(("unknown grader '%s'"):format(name))
    end
  elseif type(grader) ~= "function" then
    fail(("unknown grader '%s'"):format(tostring(grader)))
  end
  for known, grade in pairs(graders) do
    if grade == grader then
      name = known
    end
  end
  return { name = name or "custom", grade = grader, weight = (tonumber(weight) or 1) + 0.0 }
end

local function bindings_of(scenario)
  local list = {}
  for _, grader in ipairs(scenario) do
    list[#list + 1] = bind(grader)
  end
  for _, grader in ipairs(scenario.graders or {}) do
    list[#list + 1] = bind(grader)
  end
  if #list == 0 then
    list[1] = bind("exact_match")
  end
  return list
end

local function cases_of(scenario)
  local list = {}
  for i, case in ipairs(scenario.cases or {}) do
    if type(case) ~= "table" or case.input == nil then
      fail(("case #%d must have an 'input' field"):format(i))
    end
    local expected = case.expected
    if expected ~= nil and type(expected) ~= "table" then
      expected = { expected }
    end
    list[i] = {
      name = case.name or "",
      input = case.input,
      expected = expected,
      rubric = case.rubric,
      tolerance = case.tolerance,
      tags = case.tags or {},
      context = case.context or {},
    }
  end
  return list
end

local function scenario_of(given)
  if given == nil then
    fail("scenario is required")
  elseif type(given) == "table" then
    return given, "inline"
  elseif type(given) ~= "string" then
    fail("scenario must be a string or table")
  end
  local ok, found = pcall(require, given)
  if not ok then
    ok, found = pcall(require, "scenarios." .. given)
  end
  if not ok then
    fail(("could not resolve scenario '%s'"):format(given))
  elseif type(found) ~= "table" then
    fail(("scenario resolved to %s, expected table"):format(type(found)))
  end
  return found, given
end

-- ── Providers ───────────────────────────────────────────────────────────────

-- A copy of what JSON can say of a value: no functions, no way back up.
local function plain(value, above)
  local kind = type(value)
  if kind == "function" or kind == "userdata" or kind == "thread" then
    return nil
  elseif kind ~= "table" then
    return value
  end
  above = above or {}
  if above[value] then
    return nil
  end
  above[value] = true
  local result = {}
  for k, v in next, value do
    if type(k) == "string" or type(k) == "number" then
      result[k] = plain(v, above)
    end
  end
  above[value] = nil
  return result
end

local function text_of(returned)
  local result = returned
  if type(returned) == "table" then
    result = returned.result
  end
  if type(result) == "table" then
    return alc.json_encode(plain(result))
  end
  return result == nil and "" or tostring(result)
end

-- Runs a strategy on the input of a case. A strategy that cannot be loaded is
-- an error at once; one that fails at a case makes an empty answer.
local function strategy_provider(name, opts)
  local ok, strategy = pcall(require, name)
  if not ok then
    fail(("strategy '%s' could not be loaded: %s"):format(name, tostring(strategy)))
  elseif type(strategy) ~= "table" or type(strategy.run) ~= "function" then
    fail(("strategy '%s' must export run(ctx)"):format(name))
  end
  return function(case)
    local ctx = {}
    for _, fields in ipairs { opts or {}, case.context } do
      for key, value in pairs(fields) do
        ctx[key] = value
      end
    end
    ctx.task = case.input
    local began = alc.time()
    local done, returned = pcall(strategy.run, ctx)
    local response = {
      text = "",
      model = "algocline:" .. name,
      latency_ms = (alc.time() - began) * 1000,
    }
    if done then
      response.text, response.raw = text_of(returned), plain(returned)
    else
      response.error = tostring(returned)
    end
    return response
  end
end

-- ── Statistics ──────────────────────────────────────────────────────────────

-- Quantiles 0.975 of Student's t by degrees of freedom; the normal one beyond.
local T_975 = {
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
  2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
  2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
}

local function describe(scores)
  local n = #scores
  if n == 0 then
    return { n = 0, mean = 0.0, median = 0.0, min = 0.0, max = 0.0, std_dev = 0.0 }
  end
  local sorted, sum = {}, 0.0
  for i, score in ipairs(scores) do
    sorted[i] = score
    sum = sum + score
  end
  table.sort(sorted)
  local mean, squares = sum / n, 0.0
  for _, score in ipairs(scores) do
    squares = squares + (score - mean) ^ 2
  end
  local middle = (n + 1) // 2
  return {
    n = n,
    mean = mean,
    median = (sorted[middle] + sorted[n + 1 - middle]) / 2,
    min = sorted[1],
    max = sorted[n],
    std_dev = n > 1 and math.sqrt(squares / (n - 1)) or 0.0,
  }
end

local function confidence(stats)
  local half = 0.0
  if stats.n > 1 then
    half = (T_975[stats.n - 1] or 1.96) * stats.std_dev / math.sqrt(stats.n)
  end
  return { lower = math.max(0.0, stats.mean - half), upper = math.min(1.0, stats.mean + half) }
end

-- The chance that at least one of k results drawn from n passes, c of them
-- passing (Chen et al., 2021, "Evaluating Large Language Models Trained on Code").
local function pass_at(n, c, k)
  local miss = 1.0
  for i = n - c + 1, n do
    miss = miss * (1 - k / i)
  end
  return n - c < k and 1.0 or 1 - miss
end

local function aggregate(results)
  local scores, passed, by_tag = {}, 0, {}
  for i, result in ipairs(results) do
    scores[i] = result.score
    passed = passed + (result.passed and 1 or 0)
    for _, tag in ipairs(result.case.tags) do
      local group = by_tag[tag] or { total = 0, passed = 0 }
      by_tag[tag] = group
      group.total = group.total + 1
      group.passed = group.passed + (result.passed and 1 or 0)
      group.pass_rate = group.passed / group.total
    end
  end
  local total = #results
  local stats = describe(scores)
  local rate = total > 0 and passed / total or 0.0
  local all = {
    total = total,
    passed = passed,
    pass_rate = rate,
    pass_at_1 = rate,
    scores = stats,
    ci_95 = confidence(stats),
    by_tag = by_tag,
  }
  for _, k in ipairs { 5, 10 } do
    if total >= k then
      all["pass_at_" .. k] = pass_at(total, passed, k)
    end
  end
  return all
end

-- ── Running ─────────────────────────────────────────────────────────────────

-- A grade as a score from 0 to 1.
local function score_of(grade)
  if type(grade) == "boolean" then
    return grade and 1.0 or 0.0
  end
  return math.max(0.0, math.min(1.0, (tonumber(grade) or 0) + 0.0))
end

local function grade(case, response, bindings)
  local grades, sum, weights, passed = {}, 0.0, 0.0, true
  for i, binding in ipairs(bindings) do
    local score, verdict = 0.0, false
    if not response.error then
      local value, said = binding.grade(response.text, case, response)
      score = score_of(value)
      verdict = said == nil and value or said
    end
    grades[i] = { grader = binding.name, grade = verdict, score = score, weight = binding.weight }
    sum = sum + score * binding.weight
    weights = weights + binding.weight
    passed = passed and score >= 0.5
  end
  return {
    case = case,
    response = response,
    grades = grades,
    score = weights > 0 and sum / weights or 0.0,
    passed = passed,
  }
end

local SUMMARY = "Suite: %s\nCases: %d  Pass: %d  Fail: %d\npass@1: %.2f\nMean: %.3f  StdDev: %.3f  95%% CI: [%.3f, %.3f]"

local function run(name, cases, bindings, provider)
  local results, failures = {}, {}
  for i, case in ipairs(cases) do
    local result = grade(case, provider(case), bindings)
    results[i] = result
    if not result.passed then
      failures[#failures + 1] = result
    end
  end
  local all = aggregate(results)
  local scores, ci = all.scores, all.ci_95
  return {
    name = name,
    aggregated = all,
    results = alc.json_array(results),
    failures = alc.json_array(failures),
    summary = SUMMARY:format(
      name, all.total, all.passed, all.total - all.passed, all.pass_at_1,
      scores.mean, scores.std_dev, ci.lower, ci.upper
    ),
  }
end

-- Stores a report as a card with a sample for each case; the card's id.
local function store_card(report, strategy, scenario, opts)
  local all = report.aggregated
  local card = alc.card.create {
    pkg = { name = opts.card_pkg or strategy },
    strategy = { name = strategy },
    scenario = { name = scenario },
    params = plain(opts.strategy_opts),
    stats = {
      pass_rate = all.pass_rate + 0.0,
      passed = all.passed,
      total = all.total,
      mean = all.scores.mean,
      median = all.scores.median,
      std_dev = all.scores.std_dev,
    },
  }
  local samples = alc.json_array()
  for i, result in ipairs(report.results) do
    samples[i] = plain {
      case = i,
      name = result.case.name ~= "" and result.case.name or nil,
      input = result.case.input,
      answer = result.response.text,
      error = result.response.error,
      score = result.score,
      passed = result.passed,
    }
  end
  alc.card.write_samples(card.card_id, samples)
  return card.card_id
end

--- Runs a strategy on every case of a scenario and grades its answers.
function alc.eval(scenario, strategy, opts)
  local label
  scenario, label = scenario_of(scenario)
  if type(strategy) ~= "string" then
    fail("strategy must be a string package name")
  end
  opts = opts or {}
  local cases, bindings = cases_of(scenario), bindings_of(scenario)
  local provider = scenario.provider
  if provider == nil then
    provider = strategy_provider(strategy, opts.strategy_opts)
  end
  label = scenario.name or label
  local report = run(("%s:%s"):format(strategy, label), cases, bindings, provider)
  if opts.auto_card then
    report.card_id = store_card(report, strategy, label, opts)
  end
  return report
end

-- ── evalframe ───────────────────────────────────────────────────────────────

-- As much of the module as scenarios and other packages use.
package.preload.evalframe = function()
  local ef = { graders = graders, providers = {} }

  --- `ef.bind{grader, weight = 0.5}`
  function ef.bind(spec)
    return bind(spec)
  end

  --- `ef.case "name" {input = …, expected = …}`, or without a name.
  function ef.case(name)
    if type(name) == "table" then
      return name
    end
    return function(case)
      case.name = name
      return case
    end
  end

  --- `ef.providers.algocline{strategy = "name", opts = {…}}`
  function ef.providers.algocline(spec)
    return strategy_provider(spec.strategy, spec.opts)
  end

  --- `ef.providers.mock{["input"] = "answer"}`, or a function of the case.
  function ef.providers.mock(answers)
    return function(case)
      local answer = type(answers) == "function" and answers(case) or answers[case.input]
      return { text = answer == nil and "" or tostring(answer), model = "mock", latency_ms = 0.0 }
    end
  end

  --- `ef.suite "name" {bindings…, provider = …, cases = {…}}`; its `run` gives
  --- the report.
  function ef.suite(name)
    return function(spec)
      local suite = { name = name }
      function suite.run()
        if type(spec.provider) ~= "function" then
          fail("suite needs a provider")
        end
        return run(name, cases_of(spec), bindings_of(spec), spec.provider)
      end
      return suite
    end
  end

  return ef
end
