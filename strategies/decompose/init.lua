--- Decompose: split the task, solve the parts, put them together.
--
-- The plan is a list of sub-questions from easy to hard; each names the earlier ones
-- whose answers it needs. Parts that need nothing unsolved are answered in one
-- batch, so that independent parts go side by side (decomposed prompting) while
-- dependent ones build on each other (least-to-most). A part that names no
-- needs at all gets every earlier answer, as in least-to-most.
--
-- Denny Zhou et al., "Least-to-Most Prompting Enables Complex Reasoning in Large
--   Language Models", 2022, https://arxiv.org/abs/2205.10625
-- Tushar Khot et al., "Decomposed Prompting: A Modular Approach for Solving Complex
--   Tasks", 2022, https://arxiv.org/abs/2210.02406
--
-- ctx.task    what to do (a non-empty string)
-- options     `M.meta.options`, each under its own name in ctx
-- ctx.result  { answer = string,
--               parts = { { question, answer }, ... }, absent when the plan was empty,
--               waves = number of batches in which the parts were solved }

local M = {}

M.meta = {
  name = "decompose",
  version = "1.0.0",
  description = "Splits a task into sub-questions, solves independent ones side by side and combines the answers.",
  category = "planning",
  tags = { "batch", "least-to-most" },
  paper = {
    title = "Least-to-Most Prompting Enables Complex Reasoning in Large Language Models",
    authors = "Denny Zhou et al.",
    year = 2022,
    url = "https://arxiv.org/abs/2205.10625",
  },
  sample_task = "Plan a two-day hike for six beginners in October: route length, packing list, food and a bad-weather fallback.",
  options = {
    max_parts = { default = 6, min = 2, max = 20, about = "Most sub-questions." },
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

local PLAN = [[
Split the task into sub-questions, %d at most, from the easiest to the hardest. Together
they must cover the whole task; the last ones may build on the answers of earlier ones.

<task>
%s
</task>

One a line, numbered; at the end of each line say in brackets which earlier
questions it needs, for example:
1. <sub-question> [needs: none]
2. <sub-question> [needs: none]
3. <sub-question> [needs: 1, 2]
No other text.]]

local SOLVE = [[
Answer one part of a larger task.

<task>
%s
</task>
%s
<part>
%s
</part>

Answer this part only, briefly and concretely.]]

local COMBINE = [[
The parts of a task are solved. Combine them into one answer.

<task>
%s
</task>

<parts>
%s
</parts>

Resolve contradictions between the parts, leave out what the task does not ask for, and
reply with the complete answer only.]]

-- Reads "question [needs: 1, 2]" as { question, needs = { 1, 2 } }; only earlier parts count.
local function part_of(item, index)
  local bracket, after = item:lower():match("()[%[%(]%s*needs%s*:()")
  local part = { index = index, question = trim(item:sub(1, (bracket or 0) - 1)), needs = {} }
  if bracket then
    for number in item:match("^[^%]%)]*", after):gmatch("%d+") do
      local need = math.tointeger(tonumber(number))
      if need and need >= 1 and need < index then
        part.needs[#part.needs + 1] = need
      end
    end
  else
    for need = 1, index - 1 do
      part.needs[need] = need
    end
  end
  return part
end

local function solved(part)
  return part.answer ~= nil
end

-- The unsolved parts whose needs are all solved. The first unsolved part is always among them.
local function ready(parts)
  return alc.filter(parts, function(part)
    if solved(part) then
      return false
    end
    for _, need in ipairs(part.needs) do
      if not solved(parts[need]) then
        return false
      end
    end
    return true
  end)
end

local function shown(part)
  return ("Question %d: %s\nAnswer: %s"):format(part.index, part.question, part.answer ~= "" and part.answer or "none")
end

local function known_for(part, parts)
  if #part.needs == 0 then
    return ""
  end
  local texts = alc.map(part.needs, function(need)
    return shown(parts[need])
  end)
  return ("\n<known>\n%s\n</known>\n"):format(table.concat(texts, "\n\n"))
end

-- Solves the parts wave by wave; returns the number of waves.
local function solve(task, parts, max_tokens)
  local waves, done = 0, 0
  while done < #parts do
    local wave = ready(parts)
    -- One query stays in hand to combine the parts, unless there is none to combine yet.
    wave = first(wave, math.max(affordable(#wave + 1) - 1, done == 0 and affordable(1) or 0))
    if #wave == 0 then
      break
    end
    waves = waves + 1
    alc.progress(done + 1, #parts + 2, alc.fmt("solving %d of %d parts", #wave, #parts))
    local answers = alc.parallel(wave, function(part)
      return {
        prompt = SOLVE:format(task, known_for(part, parts), part.question),
        role = "solve",
        max_tokens = max_tokens,
      }
    end, { post_fn = trim })
    for i, part in ipairs(wave) do
      part.answer = answers[i]
    end
    done = done + #wave
  end
  return waves
end

-- The answers one below the other, for when they cannot be combined by a query.
local function joined(parts)
  local texts = alc.map(parts, function(part)
    return ("%s\n%s"):format(part.question, part.answer)
  end)
  return table.concat(texts, "\n\n")
end

function M.run(ctx)
  local task = task_of(ctx)
  local max_parts, max_tokens = option(ctx, "max_parts"), option(ctx, "max_tokens")

  alc.progress(0, max_parts + 2, "planning")
  local plan = alc.llm(PLAN:format(max_parts, task), { role = "plan", max_tokens = max_tokens })
  local parts = alc.map(items(plan, max_parts), part_of)
  if #parts == 0 then
    alc.log("warn", "decompose: the plan is empty, solving the task as one part")
    parts = { { index = 1, question = task, needs = {} } }
  end

  local waves = solve(task, parts, max_tokens)
  local finished = alc.filter(parts, solved)
  alc.log("info", alc.fmt("decompose: %d parts in %d waves", #finished, waves))

  local answer = ""
  if #finished > 0 and affordable(1) > 0 then
    alc.progress(#parts + 1, #parts + 2, "combining")
    local prompt = COMBINE:format(task, table.concat(alc.map(finished, shown), "\n\n"))
    answer = trim(alc.llm(prompt, { role = "combine", max_tokens = max_tokens }))
  end
  if answer == "" then
    answer = #finished > 0 and joined(finished) or trim(plan)
  end

  alc.progress(#parts + 2, #parts + 2, "done")
  alc.stats.record("parts", #finished)
  alc.stats.record("waves", waves)
  ctx.result = {
    answer = answer,
    parts = #finished > 0 and alc.map(finished, function(part)
      return { question = part.question, answer = part.answer }
    end) or nil,
    waves = waves,
  }
  return ctx
end

return M
