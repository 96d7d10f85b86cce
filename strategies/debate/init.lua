--- Debate: agents answer alone, then read each other and reconsider.
--
-- Every round is one batch. The debate ends as soon as all agree, or after the last
-- round; then the majority decides, and without a majority a judge.
--
-- Yilun Du et al., "Improving Factuality and Reasoning in Language Models through
--   Multiagent Debate", 2023, https://arxiv.org/abs/2305.14325
--
-- ctx.task    what to do (a non-empty string)
-- options     `M.meta.options`, each under its own name in ctx
-- ctx.result  { answer = string,
--               decided_by = "unanimity" | "majority" | "judge" | "none",
--               rounds = rounds of reconsidering,
--               agents = { { replies = { text, ... } }, ... } in order of speaking }

local M = {}

M.meta = {
  name = "debate",
  version = "1.0.0",
  description = "Lets several agents answer, read each other and reconsider until they agree.",
  category = "ensemble",
  tags = { "batch", "multi-agent", "vote" },
  paper = {
    title = "Improving Factuality and Reasoning in Language Models through Multiagent Debate",
    authors = "Yilun Du et al.",
    year = 2023,
    url = "https://arxiv.org/abs/2305.14325",
  },
  sample_task = "Three switches outside a closed room control three lamps inside. You may enter once. How do you find out which switch is which?",
  options = {
    agents = { default = 3, min = 2, max = 12, about = "Debaters." },
    rounds = { default = 2, min = 0, max = 10, about = "Most rounds of reconsidering." },
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
  local text = (answer:match("[^\r\n]+") or ""):lower()
  text = text:gsub("[%*`\"$]", ""):gsub("(%d),(%d%d%d)", "%1%2"):gsub("%s+", " ")
  local from = text:find("[^%s%.,;:!]")
  text = from and text:match(".*[^%s%.,;:!]", from) or ""
  return text
end

local OPEN = [[
You are agent %d of %d. Answer the task on your own.

<task>
%s
</task>

Give your reasoning in a few sentences, then end with one line that is as short as
possible:
Answer: <your answer>]]

local RECONSIDER = [[
You are agent %d. You and other agents answered the same task.

<task>
%s
</task>

<own>
%s
</own>

<others>
%s
</others>

Check the others' reasoning as strictly as your own. Change your answer where they
convince you and keep it where they do not; agreement as such is worth nothing. Give your
reasoning in a few sentences, then end with one line:
Answer: <your answer>]]

local JUDGE = [[
Agents debated a task and did not agree.

<task>
%s
</task>

<debate>
%s
</debate>

Decide by the reasons given. Say in one or two sentences why, then end with one line:
Answer: <the final answer>]]

local function latest(agent)
  return agent.replies[#agent.replies]
end

local function others(agents, own_index)
  local texts = {}
  for i, agent in ipairs(agents) do
    if i ~= own_index then
      texts[#texts + 1] = ("[agent %d]\n%s"):format(i, latest(agent))
    end
  end
  return table.concat(texts, "\n\n")
end

-- One batch, one query per agent; an empty reply leaves what the agent said before.
local function speak(agents, role, max_tokens, prompt_for)
  local replies = alc.parallel(agents, function(agent, i)
    return { prompt = prompt_for(agent, i), role = role, max_tokens = max_tokens }
  end, { post_fn = trim })
  for i, agent in ipairs(agents) do
    local reply = replies[i] ~= "" and replies[i] or latest(agent) or ""
    agent.replies[#agent.replies + 1] = reply
  end
end

-- The answer with most votes as its first supporter put it, and the share of all agents behind it.
local function leading(agents)
  local answers = {}
  for _, agent in ipairs(agents) do
    local answer = answer_of(latest(agent))
    if normal(answer) ~= "" then
      answers[#answers + 1] = answer
    end
  end
  local forms = alc.map(answers, normal)
  local vote = alc.vote(forms)
  for i, form in ipairs(forms) do
    if form == vote.winner then
      return answers[i], vote.count / #agents
    end
  end
  return "", 0
end

-- The judge's answer, or nil when there is none to read.
local function judged(task, agents, max_tokens)
  local prompt = JUDGE:format(task, others(agents, nil))
  local answer = answer_of(alc.llm(prompt, { role = "judge", max_tokens = max_tokens }))
  return answer ~= "" and answer or nil
end

function M.run(ctx)
  local task = task_of(ctx)
  local most_rounds, max_tokens = option(ctx, "rounds"), option(ctx, "max_tokens")
  local count = math.max(1, affordable(option(ctx, "agents")))

  local agents = {}
  for i = 1, count do
    agents[i] = { replies = {} }
  end
  alc.progress(0, most_rounds + 1, alc.fmt("%d agents answer", count))
  speak(agents, "agent", max_tokens, function(_, i)
    return OPEN:format(i, count, task)
  end)

  local rounds = 0
  local answer, share = leading(agents)
  while share > 0 and share < 1 and rounds < most_rounds and affordable(count) == count do
    rounds = rounds + 1
    alc.log("info", alc.fmt("debate: %.0f%% agree before round %d", share * 100, rounds))
    alc.progress(rounds, most_rounds + 1, alc.fmt("round %d", rounds))
    -- The prompts are all built before any reply comes in, so nobody hears this round early.
    speak(agents, "reconsider", max_tokens, function(agent, i)
      return RECONSIDER:format(i, task, latest(agent), others(agents, i))
    end)
    answer, share = leading(agents)
  end

  local decided_by = share == 1 and "unanimity" or share > 0.5 and "majority" or "none"
  if decided_by == "none" and share > 0 and affordable(1) > 0 then
    alc.progress(most_rounds, most_rounds + 1, "no majority, judging")
    local verdict = judged(task, agents, max_tokens)
    if verdict then
      answer, decided_by = verdict, "judge"
    end
  end

  alc.progress(most_rounds + 1, most_rounds + 1, "done")
  alc.stats.record("rounds", rounds)
  alc.stats.record("decided_by", decided_by)
  ctx.result = { answer = answer, decided_by = decided_by, rounds = rounds, agents = agents }
  return ctx
end

return M
