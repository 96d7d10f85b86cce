--- Chain of verification: check a draft by questions answered without it.
--
-- Draft an answer, plan questions that would expose its errors, answer them in one
-- batch without showing the draft (a model that sees its draft tends to repeat its errors),
-- then write the final answer from the draft and what the checks found.
--
-- Shehzaad Dhuliawala et al., "Chain-of-Verification Reduces Hallucination in
--   Large Language Models", 2023, https://arxiv.org/abs/2309.11495
--
-- ctx.task    what to do (a non-empty string)
-- options     `M.meta.options`, each under its own name in ctx
-- ctx.result  { answer = string, draft = string,
--               checks = { { question, answer }, ... }, absent when no question was planned }

local M = {}

M.meta = {
  name = "cove",
  version = "1.0.0",
  description = "Verifies a draft by questions that are answered independently, then corrects it.",
  category = "verification",
  tags = { "batch", "factuality" },
  paper = {
    title = "Chain-of-Verification Reduces Hallucination in Large Language Models",
    authors = "Shehzaad Dhuliawala et al.",
    year = 2023,
    url = "https://arxiv.org/abs/2309.11495",
  },
  sample_task = "Name three composers who were born in Salzburg, Bonn or Eisenach, with their years of birth.",
  options = {
    questions = { default = 4, min = 1, max = 20, about = "Most verification questions." },
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

local DRAFT = [[
Answer the task.

<task>
%s
</task>

Be concrete: names, numbers and dates rather than generalities.]]

local PLAN = [[
A draft answer is to be checked for errors of fact and of reasoning.

<task>
%s
</task>

<draft>
%s
</draft>

Write the questions, %d at most, whose answers would show whether the draft is right. Each
question is about one claim, can be answered without seeing the draft, and does not
give away what the draft says. Put each on a line of its own, numbered.]]

local CHECK = [[
Answer the question from what you know. If you are not sure, say so.

<question>
%s
</question>

Reply in one to three sentences.]]

local FINAL = [[
Correct a draft answer in the light of independent checks.

<task>
%s
</task>

<draft>
%s
</draft>

<checks>
%s
</checks>

Where a check contradicts the draft, follow the check. Drop what could not be
confirmed, keep what was. Reply with the corrected answer only and do not mention
the draft or the checks.]]

-- The questions of a reply, without numbers and bullets, each once.
local function questions_in(text, most)
  local found, seen = {}, {}
  for line in text:gmatch("[^\r\n]+") do
    local question = trim(line):gsub("^%d+[%.%):]%s*", ""):gsub("^[%-%*]%s+", "")
    local asks = question:find("?", 1, true) or question:find("？", 1, true)
    if asks and not seen[question] and #found < most then
      seen[question] = true
      found[#found + 1] = question
    end
  end
  return found
end

local function first(list, count)
  return { table.unpack(list, 1, math.min(#list, count)) }
end

local function verify(questions, max_tokens)
  return alc.parallel(questions, function(question)
    return { prompt = CHECK:format(question), role = "check", max_tokens = max_tokens }
  end, {
    post_fn = function(reply, question)
      return { question = question, answer = trim(reply) }
    end,
  })
end

-- The corrected answer; the draft when the reply is empty.
local function correct(task, draft, checks, max_tokens)
  local listed = alc.map(checks, function(check)
    return ("Question: %s\nFinding: %s"):format(check.question, check.answer ~= "" and check.answer or "none")
  end)
  local prompt = FINAL:format(task, draft, table.concat(listed, "\n\n"))
  local answer = trim(alc.llm(prompt, { role = "correct", max_tokens = max_tokens }))
  return answer ~= "" and answer or draft
end

function M.run(ctx)
  local task = task_of(ctx)
  local most, max_tokens = option(ctx, "questions"), option(ctx, "max_tokens")

  alc.progress(0, 4, "drafting")
  local draft = trim(alc.llm(DRAFT:format(task), { role = "draft", max_tokens = max_tokens }))

  local questions = {}
  if draft ~= "" and affordable(1) > 0 then
    alc.progress(1, 4, "planning the checks")
    local plan = alc.llm(PLAN:format(task, draft, most), { role = "plan", max_tokens = max_tokens })
    questions = questions_in(plan, most)
    alc.log("info", alc.fmt("cove: %d questions", #questions))
  end

  -- A check that cannot be followed by a correction is of no use: one query stays in hand.
  questions = first(questions, affordable(#questions + 1) - 1)
  local answer, checks = draft, nil
  if #questions > 0 then
    alc.progress(2, 4, "checking")
    checks = verify(questions, max_tokens)
    if affordable(1) > 0 then
      alc.progress(3, 4, "correcting")
      answer = correct(task, draft, checks, max_tokens)
    end
  else
    alc.log("warn", "cove: nothing to check, the draft stands")
  end

  alc.progress(4, 4, "done")
  alc.stats.record("checks", checks and #checks or 0)
  alc.stats.record("changed", answer ~= draft)
  ctx.result = { answer = answer, draft = draft, checks = checks }
  return ctx
end

return M
