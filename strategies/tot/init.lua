--- Tree of thoughts: propose next steps, rate them, keep the best, go deeper.
--
-- A breadth-first beam search. On each level every kept path proposes next
-- thoughts (one batch), all proposals are rated (one batch), and the best few
-- paths go on. The best path of the last level is written up as the answer.
--
-- Shunyu Yao et al., "Tree of Thoughts: Deliberate Problem Solving with Large
--   Language Models", 2023, https://arxiv.org/abs/2305.10601
--
-- ctx.task    what to do (a non-empty string)
-- options     `M.meta.options`, each under its own name in ctx
-- ctx.result  { answer = string,
--               path = { thought, ... } from first to last, absent when none was found,
--               score = rating of the path's last thought (1 to 10), absent likewise,
--               explored = number of thoughts rated }

local M = {}

M.meta = {
  name = "tot",
  version = "1.0.0",
  description = "Searches a tree of intermediate thoughts, keeping the best-rated paths on each level.",
  category = "exploration",
  tags = { "search", "batch", "planning" },
  paper = {
    title = "Tree of Thoughts: Deliberate Problem Solving with Large Language Models",
    authors = "Shunyu Yao et al.",
    year = 2023,
    url = "https://arxiv.org/abs/2305.10601",
  },
  sample_task = "Use 4, 7, 8 and 8 once each, with + - * / and brackets, to make 24.",
  options = {
    depth = { default = 2, min = 1, max = 8, about = "Levels of the tree." },
    branches = { default = 3, min = 1, max = 8, about = "Thoughts that each path proposes on a level." },
    keep = { default = 2, min = 1, max = 8, about = "Paths that go on to the next level." },
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

local PROPOSE = [[
Think ahead on a task, one step at a time.

<task>
%s
</task>

<path>
%s
</path>

Propose %d different next steps that lead on from this path. A step is one
concrete thought or partial result, not yet the whole solution. Number them, one a line. No
other text.]]

local RATE = [[
Rate a line of thought by how likely it leads to a correct and complete solution.

<task>
%s
</task>

<path>
%s
</path>

Look for errors and dead ends in one or two sentences, then end with one line,
from 1 (leads nowhere) to 10 (surely leads there):
Score: <1 to 10>]]

local ANSWER = [[
Solve the task along the line of thought that was found to be the best.

<task>
%s
</task>

<path>
%s
</path>

Mend the path where it errs, finish what is missing, and reply with the complete
answer.]]

local function shown(path)
  if #path.thoughts == 0 then
    return "(nothing yet)"
  end
  return table.concat(
    alc.map(path.thoughts, function(thought, i)
      return ("Step %d: %s"):format(i, thought)
    end),
    "\n"
  )
end

-- The score of a reply, 5 when it states none.
local function score_of(reply)
  local stated, last
  for line in reply:gmatch("[^\r\n]+") do
    local head, tail = line:match("^([^:]*):(.*)$")
    if head and head:lower():gsub("%A", "") == "score" then
      stated = tail
    end
    last = line:find("%S") and line or last
  end
  return alc.parse_score(stated or last or "", 5)
end

local function extended(path, thought)
  local thoughts = { table.unpack(path.thoughts) }
  thoughts[#thoughts + 1] = thought
  return { thoughts = thoughts }
end

-- All one-step extensions of the paths, by one batch.
local function propose(task, paths, branches, max_tokens)
  local replies = alc.parallel(paths, function(path)
    return { prompt = PROPOSE:format(task, shown(path), branches), role = "propose", max_tokens = max_tokens }
  end)
  local grown = {}
  for i, path in ipairs(paths) do
    for _, thought in ipairs(items(replies[i], branches)) do
      grown[#grown + 1] = extended(path, thought)
    end
  end
  return grown
end

-- Rates the paths by one batch and returns them best first, earlier ones first among equals.
local function rate(task, paths, max_tokens)
  local scores = alc.parallel(paths, function(path)
    return { prompt = RATE:format(task, shown(path)), role = "rate", max_tokens = max_tokens }
  end, { post_fn = score_of })
  for i, path in ipairs(paths) do
    path.score, path.order = scores[i], i
  end
  table.sort(paths, function(a, b)
    if a.score ~= b.score then
      return a.score > b.score
    end
    return a.order < b.order
  end)
  return paths
end

-- The best path of the deepest level reached, and how many thoughts were rated.
local function search(task, depth, branches, keep, max_tokens)
  local best, explored = { thoughts = {} }, 0
  local paths = { best }
  for level = 1, depth do
    -- One query stays in hand for the answer.
    paths = first(paths, math.max(affordable(#paths + 1) - 1, level == 1 and 1 or 0))
    if #paths == 0 then
      break
    end
    alc.progress(level - 1, depth + 1, alc.fmt("level %d: proposing", level))
    local grown = propose(task, paths, branches, max_tokens)
    if #grown == 0 then
      alc.log("warn", alc.fmt("tot: no thought proposed on level %d", level))
      break
    end
    if #grown > 1 and affordable(#grown + 1) > #grown then
      alc.progress(level - 1, depth + 1, alc.fmt("level %d: rating %d paths", level, #grown))
      grown = rate(task, grown, max_tokens)
      explored = explored + #grown
    end
    paths = first(grown, keep)
    best = paths[1]
    alc.log("info", alc.fmt("tot: level %d, best score %s", level, best.score or "none"))
  end
  return best, explored
end

function M.run(ctx)
  local task = task_of(ctx)
  local depth, branches = option(ctx, "depth"), option(ctx, "branches")
  local keep, max_tokens = option(ctx, "keep"), option(ctx, "max_tokens")

  local best, explored = search(task, depth, branches, keep, max_tokens)
  local answer = ""
  if affordable(1) > 0 then
    alc.progress(depth, depth + 1, "writing the answer")
    answer = trim(alc.llm(ANSWER:format(task, shown(best)), { role = "answer", max_tokens = max_tokens }))
  end

  alc.progress(depth + 1, depth + 1, "done")
  alc.stats.record("explored", explored)
  ctx.result = {
    answer = answer ~= "" and answer or table.concat(best.thoughts, "\n"),
    path = #best.thoughts > 0 and best.thoughts or nil,
    score = best.score,
    explored = explored,
  }
  return ctx
end

return M
