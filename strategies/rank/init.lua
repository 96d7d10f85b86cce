--- Rank: candidates meet in pairs, each pair in both orders.
--
-- Models prefer an answer for the place it stands in. So each pair is judged twice, with
-- the places swapped, and a verdict that turns with the order counts as a draw.
-- All comparisons of a round are one batch. `method = "all"` lets every candidate
-- meet every other (n(n-1) queries); `"knockout"` halves the field round by
-- round (about 2n queries), for many candidates.
--
-- Zhen Qin et al., "Large Language Models are Effective Text Rankers with Pairwise
--   Ranking Prompting", 2023, https://arxiv.org/abs/2306.17563
--
-- ctx.task        what the candidates answer (a non-empty string)
-- ctx.candidates  texts to rank, 2 to 32; by default `count` of them are generated
-- ctx.method      "all" (default) or "knockout"
-- options         `M.meta.options`, each under its own name in ctx
-- ctx.result      { answer = the winner's text,
--                   ranking = { { candidate, index, points }, ... } best first,
--                             where a won pair is a point and a drawn one half,
--                   comparisons = number of pairs judged,
--                   consistency = share of pairs judged alike in both orders (0 to 1) }

local M = {}

M.meta = {
  name = "rank",
  version = "1.0.0",
  description = "Ranks candidate answers in a pairwise tournament, each pair judged in both orders.",
  category = "selection",
  tags = { "batch", "pairwise", "judge" },
  paper = {
    title = "Large Language Models are Effective Text Rankers with Pairwise Ranking Prompting",
    authors = "Zhen Qin et al.",
    year = 2023,
    url = "https://arxiv.org/abs/2306.17563",
  },
  sample_task = "Propose a name for a neighbourhood tool-lending library, with one sentence why.",
  options = {
    count = { default = 4, min = 2, max = 16, about = "Candidates to generate when none are given." },
    max_tokens = { default = 1024, min = 1, max = 1000000, about = "Longest reply to one query, in tokens." },
  },
}

local MOST_CANDIDATES = 32

-- An integer option within its bounds, or its default.
local function option(ctx, name)
  local spec, value = M.meta.options[name], ctx[name]
  if value == nil then
    return spec.default
  end
  local number = type(value) == "number" and math.tointeger(value)
  if not number or number < spec.min or number > spec.max then
    error(("%s: option '%s' must be an integer from %d to %d"):format(M.meta.name, name, spec.min, spec.max), 0)
  end
  return number
end

local function task_of(ctx)
  if type(ctx.task) ~= "string" or not ctx.task:find("%S") then
    error(M.meta.name .. ": ctx.task must be a non-empty string", 0)
  end
  return ctx.task
end

local function trim(text)
  local from = text:find("%S")
  return from and text:match(".*%S", from) or ""
end

-- How many of `wanted` further queries the budget allows; all of them without one.
local function affordable(wanted)
  local left = alc.budget_remaining()
  if type(left) ~= "table" then
    return wanted
  end
  local function spent(amount)
    return math.type(amount) == "integer" and amount <= 0
  end
  if spent(left.tokens) or spent(left.elapsed_ms) then
    return 0
  end
  return math.type(left.llm_calls) == "integer" and math.min(wanted, left.llm_calls) or wanted
end

local function candidates_of(ctx)
  if ctx.candidates == nil then
    return nil
  end
  local given = ctx.candidates
  if type(given) ~= "table" or #given < 2 or #given > MOST_CANDIDATES then
    error(("rank: option 'candidates' must be a list of 2 to %d texts"):format(MOST_CANDIDATES), 0)
  end
  for i, candidate in ipairs(given) do
    if type(candidate) ~= "string" or not candidate:find("%S") then
      error(("rank: option 'candidates', entry %d, must be a non-empty string"):format(i), 0)
    end
  end
  return given
end

local function method_of(ctx)
  local method = ctx.method or "all"
  if method ~= "all" and method ~= "knockout" then
    error("rank: option 'method' must be 'all' or 'knockout'", 0)
  end
  return method
end

local function first(list, count)
  return { table.unpack(list, 1, math.min(#list, count)) }
end

local PROPOSE = [[
Do the task. You write version %d of %d; make it good in a way of its own.

<task>
%s
</task>

Reply with the result only.]]

local COMPARE = [[
Two candidates answer the same task. Which one is better?

<task>
%s
</task>

<first>
%s
</first>

<second>
%s
</second>

Judge correctness first, then how well the task is fulfilled, then clarity. Length
and order say nothing. Give one sentence of reason, then one line, one of
Better: FIRST
Better: SECOND
Better: TIE]]

-- Points of the first candidate: 1, 0, or 0.5 for a tie and for a reply that is no verdict.
local function verdict(reply)
  local stated, last
  for line in reply:gmatch("[^\r\n]+") do
    local head, tail = line:match("^([^:]*):(.*)$")
    if head and head:lower():gsub("%A", "") == "better" then
      stated = tail
    end
    last = line:find("%S") and line or last
  end
  -- Fuzzy matches would see a verdict in chance words, hence the high threshold.
  local word = alc.match_enum(stated or last or "", { "FIRST", "SECOND", "TIE" }, { threshold = 0.95 })
  return word == "FIRST" and 1 or word == "SECOND" and 0 or 0.5
end

-- Judges pairs of indices in both orders, all in one batch.
-- Returns for each pair the points of its first member, and how many pairs were judged alike.
local function judge(task, candidates, meetings, max_tokens)
  local games = {}
  for _, pair in ipairs(meetings) do
    games[#games + 1] = { pair[1], pair[2] }
    games[#games + 1] = { pair[2], pair[1] }
  end
  local replies = alc.parallel(games, function(game)
    return {
      prompt = COMPARE:format(task, candidates[game[1]], candidates[game[2]]),
      role = "judge",
      max_tokens = max_tokens,
    }
  end)
  local points, alike = {}, 0
  for i = 1, #meetings do
    local there, back = verdict(replies[2 * i - 1]), 1 - verdict(replies[2 * i])
    points[i] = there == back and there or 0.5
    alike = alike + (there == back and 1 or 0)
  end
  return points, alike
end

-- Everyone meets everyone. Returns points by index.
local function round_robin(task, candidates, max_tokens, tally)
  local all = {}
  for i = 1, #candidates do
    for j = i + 1, #candidates do
      all[#all + 1] = { i, j }
    end
  end
  all = first(all, affordable(2 * #all) // 2)
  if #all == 0 then
    return
  end
  alc.progress(1, 2, alc.fmt("judging %d pairs", #all))
  local points, alike = judge(task, candidates, all, max_tokens)
  for i, pair in ipairs(all) do
    tally.points[pair[1]] = tally.points[pair[1]] + points[i]
    tally.points[pair[2]] = tally.points[pair[2]] + 1 - points[i]
  end
  tally.compared, tally.alike = #all, alike
end

-- Winners go on; an odd one out waits for the next round, a draw goes to the earlier candidate.
local function knockout(task, candidates, max_tokens, tally)
  local field, round = {}, 0
  for i = 1, #candidates do
    field[i] = i
  end
  while #field > 1 and affordable(#field // 2 * 2) == #field // 2 * 2 do
    round = round + 1
    local meetings, still_in = {}, {}
    for i = 1, #field - 1, 2 do
      meetings[#meetings + 1] = { field[i], field[i + 1] }
    end
    alc.progress(round, 0, alc.fmt("round %d, %d left", round, #field))
    local points, alike = judge(task, candidates, meetings, max_tokens)
    for i, pair in ipairs(meetings) do
      local a, b = pair[1], pair[2]
      tally.points[a] = tally.points[a] + points[i]
      tally.points[b] = tally.points[b] + 1 - points[i]
      local winner = points[i] >= 0.5 and a or b
      tally.round[winner] = round
      still_in[#still_in + 1] = winner
    end
    if #field % 2 == 1 then
      tally.round[field[#field]] = round
      still_in[#still_in + 1] = field[#field]
    end
    tally.compared, tally.alike = tally.compared + #meetings, tally.alike + alike
    field = still_in
  end
end

-- Best first: by the round survived (knockout only), then by points, then by the given order.
local function ranked(candidates, tally)
  local order = {}
  for i = 1, #candidates do
    order[i] = i
  end
  table.sort(order, function(a, b)
    if tally.round[a] ~= tally.round[b] then
      return tally.round[a] > tally.round[b]
    end
    if tally.points[a] ~= tally.points[b] then
      return tally.points[a] > tally.points[b]
    end
    return a < b
  end)
  return alc.map(order, function(i)
    return { candidate = candidates[i], index = i, points = tally.points[i] }
  end)
end

local function generate(task, count, max_tokens)
  count = math.max(1, affordable(count))
  local versions = {}
  for i = 1, count do
    versions[i] = i
  end
  alc.progress(0, 2, alc.fmt("writing %d candidates", count))
  local texts = alc.parallel(versions, function(i)
    return { prompt = PROPOSE:format(i, count, task), role = "candidate", max_tokens = max_tokens }
  end, { post_fn = trim })
  -- Empty and repeated texts have no place in a tournament.
  local kept, seen = {}, {}
  for _, text in ipairs(texts) do
    if text ~= "" and not seen[text] then
      seen[text] = true
      kept[#kept + 1] = text
    end
  end
  return kept
end

function M.run(ctx)
  local task, method, given = task_of(ctx), method_of(ctx), candidates_of(ctx)
  local count, max_tokens = option(ctx, "count"), option(ctx, "max_tokens")
  local candidates = given or generate(task, count, max_tokens)

  local tally = { points = {}, round = {}, compared = 0, alike = 0 }
  for i = 1, #candidates do
    tally.points[i], tally.round[i] = 0, 0
  end
  if #candidates > 1 then
    local tournament = method == "knockout" and knockout or round_robin
    tournament(task, candidates, max_tokens, tally)
  end

  local ranking = ranked(candidates, tally)
  local consistency = tally.compared > 0 and tally.alike / tally.compared or 1
  alc.log("info", alc.fmt("rank: %d candidates, %d pairs, consistency %.2f", #candidates, tally.compared, consistency))
  alc.progress(2, 2, "done")
  alc.stats.record("comparisons", tally.compared)
  alc.stats.record("consistency", consistency)
  ctx.result = {
    answer = ranking[1] and ranking[1].candidate or "",
    ranking = #ranking > 0 and ranking or nil,
    comparisons = tally.compared,
    consistency = consistency,
  }
  return ctx
end

return M
