--- Chain of thought: reason step by step, then state the answer by itself.
--
-- Two queries. The first asks for numbered steps. The second shows the model
-- its own steps and asks for nothing but the answer, the two-stage prompting of
-- Kojima et al., so that the answer is clean whatever the steps look like.
--
-- Jason Wei et al., "Chain-of-Thought Prompting Elicits Reasoning in Large
--   Language Models", 2022, https://arxiv.org/abs/2201.11903
-- Takeshi Kojima et al., "Large Language Models are Zero-Shot Reasoners", 2022,
--   https://arxiv.org/abs/2205.11916
--
-- ctx.task    what to do (a non-empty string)
-- options     `M.meta.options`, each under its own name in ctx
-- ctx.result  { answer = string, reasoning = string, steps = number of steps }

local M = {}

M.meta = {
  name = "cot",
  version = "1.0.0",
  description = "Reasons in numbered steps, then extracts the final answer in a query of its own.",
  category = "reasoning",
  tags = { "single-path", "extraction" },
  paper = {
    title = "Chain-of-Thought Prompting Elicits Reasoning in Large Language Models",
    authors = "Jason Wei et al.",
    year = 2022,
    url = "https://arxiv.org/abs/2201.11903",
  },
  sample_task = "A train leaves at 9:40 and arrives at 13:05. It stood still for 25 minutes on the way. How long was it moving?",
  options = {
    max_steps = { default = 8, min = 1, max = 50, about = "Most steps to ask for." },
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

-- Drops a bold mark at the start, and one that is left without its partner.
local function unbold(text)
  if text:sub(1, 2) == "**" then
    text = trim(text:sub(3))
  end
  local _, marks = text:gsub("%*%*", "")
  if marks % 2 == 1 then
    text = trim((text:gsub("%*%*", "", 1)))
  end
  return text
end

-- What follows the last "Answer:" heading, or nil when there is none.
local function stated_answer(text)
  local from
  for start, line in text:gmatch("()([^\n]*)") do
    local head = line:match("^[^:]*:")
    local key = head and head:lower():gsub("%A", "")
    if key == "answer" or key == "finalanswer" then
      from = start + #head
    end
  end
  local answer = from and unbold(trim(text:sub(from)))
  return answer ~= "" and answer or nil
end

local function last_line(text)
  local last = ""
  for line in text:gmatch("[^\r\n]+") do
    last = line:find("%S") and line or last
  end
  return trim(last)
end

local REASON = [[
Work through the task step by step.

<task>
%s
</task>

Number the steps, one a line, %d at most. Let each step follow from the ones
before it, and check the result against the task. End with one line:
Answer: <the final answer>]]

local EXTRACT = [[
Here are a task and the steps that solve it.

<task>
%s
</task>

<steps>
%s
</steps>

State the final answer to the task and nothing else: no steps, no explanation.]]

local function count_steps(text)
  local steps = 0
  for line in text:gmatch("[^\r\n]+") do
    if line:find("^[%s%*#]*%d+[%.%):]") then
      steps = steps + 1
    end
  end
  return steps
end

function M.run(ctx)
  local task = task_of(ctx)
  local max_steps, max_tokens = option(ctx, "max_steps"), option(ctx, "max_tokens")

  alc.progress(0, 2, "reasoning")
  local reasoning = trim(alc.llm(REASON:format(task, max_steps), { role = "reason", max_tokens = max_tokens }))
  local steps = count_steps(reasoning)
  alc.log("info", alc.fmt("cot: %d steps", steps))

  local answer = ""
  if reasoning ~= "" and affordable(1) > 0 then
    alc.progress(1, 2, "extracting the answer")
    local reply = trim(alc.llm(EXTRACT:format(task, reasoning), { role = "extract", max_tokens = max_tokens }))
    answer = stated_answer(reply) or unbold(reply)
  end
  if answer == "" then
    alc.log("warn", "cot: no answer extracted, taking it from the steps")
    answer = stated_answer(reasoning) or last_line(reasoning)
  end

  alc.progress(2, 2, "done")
  alc.stats.record("steps", steps)
  ctx.result = { answer = answer, reasoning = reasoning, steps = steps }
  return ctx
end

return M
