--- Self-consistency: several independent lines of reasoning, one vote.
--
-- All samples are issued as one batch. Their answers are compared in a
-- normal form (case, bold marks, full stops and thousands commas do not count) and the
-- most frequent one wins. Where no two agree, as with free text, one more query
-- asks which sample agrees best with the others (universal self-consistency).
--
-- Xuezhi Wang et al., "Self-Consistency Improves Chain of Thought Reasoning in
--   Language Models", 2022, https://arxiv.org/abs/2203.11171
-- Xinyun Chen et al., "Universal Self-Consistency for Large Language Model
--   Generation", 2023, https://arxiv.org/abs/2311.17311
--
-- ctx.task    what to do (a non-empty string)
-- options     `M.meta.options`, each under its own name in ctx
-- ctx.result  { answer = string,
--               agreement = votes for the answer / samples (0 to 1),
--               selected_by = "vote" | "comparison" | "none",
--               votes = { { answer, count }, ... } most frequent first,
--                       absent when no sample had an answer,
--               samples = { reply, ... } }

local M = {}

M.meta = {
  name = "sc",
  version = "1.0.0",
  description = "Draws several solutions in one batch and takes the answer most of them agree on.",
  category = "sampling",
  tags = { "batch", "vote" },
  paper = {
    title = "Self-Consistency Improves Chain of Thought Reasoning in Language Models",
    authors = "Xuezhi Wang et al.",
    year = 2022,
    url = "https://arxiv.org/abs/2203.11171",
  },
  sample_task = "A shop sells pens at 3 for 2 euros. How many euros do 18 pens cost?",
  options = {
    samples = { default = 5, min = 1, max = 64, about = "Solutions drawn, all in one batch." },
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

-- The stated answer; without one the last line, since some models forget the heading.
local function answer_of(text)
  return stated_answer(text) or unbold(last_line(text))
end

-- The form in which two answers are compared.
local function normal(answer)
  local boxed = answer:match("\\boxed(%b{})")
  local text = boxed and boxed:sub(2, -2) or answer:match("[^\r\n]+") or ""
  text = text:lower():gsub("[%*`\"$]", ""):gsub("(%d),(%d%d%d)", "%1%2"):gsub("%s+", " ")
  local from = text:find("[^%s%.,;:!]")
  text = from and text:match(".*[^%s%.,;:!]", from) or ""
  local number = tonumber(text)
  return number and ("%.14g"):format(number) or text
end

local SAMPLE = [[
Solve the task on your own, step by step.

<task>
%s
</task>

This is attempt %d of %d; the attempts are compared afterwards, so choose the
way of solving that seems best to you and check the result. End with one line
that holds nothing but the answer, as short as possible:
Answer: <the final answer>]]

local SELECT = [[
Several people answered the same task, each alone.

<task>
%s
</task>

<answers>
%s
</answers>

Which answer agrees best with all the others? Judge by content, not by
wording or length. Reply with the number of that answer and nothing else.]]

-- Counts equal answers: most frequent first, among equals the earlier one first.
local function tally(answers)
  local forms, first = {}, {}
  for i, answer in ipairs(answers) do
    forms[i] = normal(answer)
    first[forms[i]] = first[forms[i]] or answer
  end
  local votes = {}
  while #forms > 0 do
    local vote = alc.vote(forms)
    votes[#votes + 1] = { answer = first[vote.winner], count = vote.count }
    forms = alc.filter(forms, function(form)
      return form ~= vote.winner
    end)
  end
  return votes
end

-- Lets the model pick the answer that agrees best with the others; the first one if its reply is no such number.
local function compare(task, answers, max_tokens)
  local listed = {}
  for i, answer in ipairs(answers) do
    listed[i] = ("%d. %s"):format(i, answer)
  end
  local prompt = SELECT:format(task, table.concat(listed, "\n"))
  local reply = alc.llm(prompt, { role = "select", max_tokens = max_tokens })
  local index = math.tointeger(alc.parse_number(reply) or 0)
  if index and answers[index] then
    return answers[index]
  end
  alc.log("warn", "sc: no answer was selected, taking the first")
  return answers[1]
end

function M.run(ctx)
  local task = task_of(ctx)
  local max_tokens = option(ctx, "max_tokens")
  local count = math.max(1, affordable(option(ctx, "samples")))

  local attempts = {}
  for i = 1, count do
    attempts[i] = i
  end
  alc.progress(0, 2, alc.fmt("drawing %d samples", count))
  local samples = alc.parallel(attempts, function(i)
    return { prompt = SAMPLE:format(task, i, count), role = "sample", max_tokens = max_tokens }
  end)

  local answers = {}
  for _, sample in ipairs(samples) do
    local answer = answer_of(sample)
    if normal(answer) ~= "" then
      answers[#answers + 1] = answer
    end
  end
  local votes = tally(answers)

  local answer, selected_by, supporters = "", "none", 0
  if #votes > 0 then
    answer, selected_by, supporters = votes[1].answer, "vote", votes[1].count
    if supporters == 1 and #answers > 1 and affordable(1) > 0 then
      alc.progress(1, 2, "no two agree, comparing")
      answer, selected_by = compare(task, answers, max_tokens), "comparison"
    end
  end
  alc.log("info", alc.fmt("sc: %d of %d samples agree", supporters, count))
  alc.progress(2, 2, "done")
  alc.stats.record("agreement", supporters / count)

  ctx.result = {
    answer = answer,
    agreement = supporters / count,
    selected_by = selected_by,
    votes = #votes > 0 and votes or nil,
    samples = samples,
  }
  return ctx
end

return M
