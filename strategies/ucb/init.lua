--- UCB: spend queries on the hypotheses that deserve them.
--
-- Several hypotheses are generated; examining one is pulling the arm of a bandit,
-- and its score is the reward. Each is examined once, all in one batch; after that UCB1
-- picks the one with the highest mean + c * sqrt(ln(total pulls) / its pulls),
-- so that good ones are looked at again and neglected ones get their chance.
-- Each further look at a hypothesis takes another angle. The best mean wins and is
-- worked out into the answer.
--
-- Peter Auer, Nicolo Cesa-Bianchi and Paul Fischer, "Finite-time Analysis of the
--   Multiarmed Bandit Problem", 2002, https://doi.org/10.1023/A:1013689704352
--
-- ctx.task         what to do (a non-empty string)
-- ctx.exploration  c above, a number from 0 to 10; default the square root of 2
-- options          `M.meta.options`, each under its own name in ctx
-- ctx.result       { answer = string, best = the winning hypothesis,
--                    arms = { { hypothesis, pulls, mean }, ... } best first,
--                    pulls = examinations in all };
--                  best and arms are absent when no hypothesis was found

local M = {}

M.meta = {
  name = "ucb",
  version = "1.0.0",
  description = "Explores generated hypotheses with the UCB1 bandit rule and works out the best one.",
  category = "exploration",
  tags = { "bandit", "batch", "search" },
  paper = {
    title = "Finite-time Analysis of the Multiarmed Bandit Problem",
    authors = "Peter Auer, Nicolo Cesa-Bianchi, Paul Fischer",
    year = 2002,
    url = "https://doi.org/10.1023/A:1013689704352",
  },
  sample_task = "A web page loads in 1 s on a laptop but in 9 s on phones in the same Wi-Fi. What is the most likely cause?",
  options = {
    hypotheses = { default = 4, min = 2, max = 16, about = "Hypotheses to generate." },
    pulls = { default = 8, min = 2, max = 200, about = "Examinations in all, at least one of each hypothesis." },
    max_tokens = { default = 1024, min = 1, max = 1000000, about = "Longest reply to one query, in tokens." },
  },
}

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

local function exploration_of(ctx)
  local value = ctx.exploration
  if value == nil then
    return math.sqrt(2)
  end
  if type(value) ~= "number" or not (value >= 0 and value <= 10) then
    error("ucb: option 'exploration' must be a number from 0 to 10", 0)
  end
  return value
end

-- The items of a numbered list, else of a bulleted one, else all lines that say something; each once.
local function items(text, most)
  local numbered, bulleted, plain = {}, {}, {}
  for line in text:gmatch("[^\r\n]+") do
    local content = trim(line)
    local by_number = content:match("^%d+[%.%):]%s*(.+)$")
    local by_bullet = content:match("^[%-%*]%s+(.+)$") or content:match("^•%s*(.+)$")
    local list = by_number and numbered or by_bullet and bulleted or plain
    local item = by_number or by_bullet or content
    if item:find("%w") or item:find("[\128-\255]") then
      list[#list + 1] = item
    end
  end
  local chosen = #numbered > 0 and numbered or #bulleted > 0 and bulleted or plain
  local kept, seen = {}, {}
  for _, item in ipairs(chosen) do
    if not seen[item] and #kept < most then
      seen[item] = true
      kept[#kept + 1] = item
    end
  end
  return kept
end

local function first(list, count)
  return { table.unpack(list, 1, math.min(#list, count)) }
end

local HYPOTHESES = [[
List %d different hypotheses that could answer the task: different in kind, not in wording.

<task>
%s
</task>

Number them, one a line, one sentence each. No other text.]]

local EXAMINE = [[
Examine one hypothesis about a task.

<task>
%s
</task>

<hypothesis>
%s
</hypothesis>

%s
Then rate the hypothesis as an answer to the task, from 1 (surely wrong) to 10
(surely right). Two or three sentences, then one line:
Score: <1 to 10>]]

-- What an examination looks at; each look at a hypothesis takes the next one.
local ANGLES = {
  "Ask how well it explains or fulfils everything that the task states.",
  "Look for the strongest case against it.",
  "Work through one concrete example and see whether it holds.",
  "Compare it with the best alternative that you can think of.",
  "Ask what would have to be true for it to hold, and how likely that is.",
}

local CONCLUDE = [[
A hypothesis came out best after %d examinations. Work it out into the answer.

<task>
%s
</task>

<hypothesis>
%s
</hypothesis>

<findings>
%s
</findings>

Use what the findings confirm, allow for what they object to, and answer the task
completely. Reply with the answer only.]]

-- The reward of a reply in [0, 1]; the middle when it holds no score.
local function reward_of(reply)
  local stated, last
  for line in reply:gmatch("[^\r\n]+") do
    local head, tail = line:match("^([^:]*):(.*)$")
    if head and head:lower():gsub("%A", "") == "score" then
      stated = tail
    end
    last = line:find("%S") and line or last
  end
  return (alc.parse_score(stated or last or "", 5) - 1) / 9
end

local function record(arm, reply)
  arm.pulls = arm.pulls + 1
  arm.total = arm.total + reward_of(reply)
  arm.findings[#arm.findings + 1] = trim(reply)
end

local function mean(arm)
  return arm.pulls > 0 and arm.total / arm.pulls or 0
end

-- The arm with the highest upper confidence bound, the earliest among equals.
local function choose(arms, pulls, c)
  local best, best_bound
  for _, arm in ipairs(arms) do
    local bound = mean(arm) + c * math.sqrt(math.log(pulls) / arm.pulls)
    if not best or bound > best_bound then
      best, best_bound = arm, bound
    end
  end
  return best
end

local function examination(task, arm, max_tokens)
  local angle = ANGLES[arm.pulls % #ANGLES + 1]
  return { prompt = EXAMINE:format(task, arm.hypothesis, angle), role = "examine", max_tokens = max_tokens }
end

-- Examines each hypothesis once, then the most promising ones. Returns the number of examinations.
local function explore(task, arms, most_pulls, c, max_tokens)
  -- One query stays in hand for the answer.
  local looks = first(arms, affordable(#arms + 1) - 1)
  if #looks == 0 then
    return 0
  end
  alc.progress(1, most_pulls + 2, alc.fmt("examining %d hypotheses", #looks))
  local replies = alc.parallel(looks, function(arm)
    return examination(task, arm, max_tokens)
  end)
  for i, arm in ipairs(looks) do
    record(arm, replies[i])
  end
  local pulls = #looks
  while pulls < most_pulls and affordable(2) == 2 do
    local arm = choose(arms, pulls, c)
    alc.progress(1 + pulls, most_pulls + 2, alc.fmt("looking again at hypothesis %d", arm.index))
    local query = examination(task, arm, max_tokens)
    record(arm, alc.llm(query.prompt, query))
    pulls = pulls + 1
  end
  return pulls
end

local function conclude(task, arm, max_tokens)
  local prompt = CONCLUDE:format(arm.pulls, task, arm.hypothesis, table.concat(arm.findings, "\n\n"))
  return trim(alc.llm(prompt, { role = "conclude", max_tokens = max_tokens }))
end

function M.run(ctx)
  local task, c = task_of(ctx), exploration_of(ctx)
  local count, max_tokens = option(ctx, "hypotheses"), option(ctx, "max_tokens")
  local most_pulls = math.max(option(ctx, "pulls"), count)

  alc.progress(0, most_pulls + 2, "collecting hypotheses")
  local reply = alc.llm(HYPOTHESES:format(count, task), { role = "hypotheses", max_tokens = max_tokens })
  local arms = alc.map(items(reply, count), function(hypothesis, i)
    return { index = i, hypothesis = hypothesis, pulls = 0, total = 0, findings = {} }
  end)
  if #arms == 0 then
    alc.log("warn", "ucb: no hypothesis found")
    ctx.result = { answer = trim(reply), pulls = 0 }
    return ctx
  end

  -- With one arm there is nothing to choose between; one look supplies the findings.
  local pulls = explore(task, arms, #arms > 1 and most_pulls or 1, c, max_tokens)
  table.sort(arms, function(a, b)
    if mean(a) ~= mean(b) then
      return mean(a) > mean(b)
    end
    return a.index < b.index
  end)
  local best = arms[1]
  alc.log("info", alc.fmt("ucb: hypothesis %d leads with %.2f after %d pulls", best.index, mean(best), best.pulls))

  local answer = ""
  if affordable(1) > 0 then
    alc.progress(most_pulls + 1, most_pulls + 2, "working out the answer")
    answer = conclude(task, best, max_tokens)
  end
  alc.progress(most_pulls + 2, most_pulls + 2, "done")
  alc.stats.record("pulls", pulls)
  ctx.result = {
    answer = answer ~= "" and answer or best.hypothesis,
    best = best.hypothesis,
    arms = alc.map(arms, function(arm)
      return { hypothesis = arm.hypothesis, pulls = arm.pulls, mean = mean(arm) }
    end),
    pulls = pulls,
  }
  return ctx
end

return M
