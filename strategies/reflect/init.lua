--- Reflect: draft, let a critic find faults, revise, until the critic accepts.
--
-- The loop of Self-Refine, with the memory of Reflexion: the reviser sees every
-- critique so far, so that a mended fault does not come back. The first
-- critique always leads to a revision (`min_rounds`), since a critic that
-- accepts at once is more often lazy than right.
--
-- Aman Madaan et al., "Self-Refine: Iterative Refinement with Self-Feedback",
--   2023, https://arxiv.org/abs/2303.17651
-- Noah Shinn et al., "Reflexion: Language Agents with Verbal Reinforcement
--   Learning", 2023, https://arxiv.org/abs/2303.11366
--
-- ctx.task    what to do (a non-empty string)
-- options     `M.meta.options`, each under its own name in ctx
-- ctx.result  { answer = string, the last draft,
--               accepted = whether the critic accepted it,
--               rounds = number of revisions,
--               drafts = { text, ... }, critiques = { text, ... } oldest first;
--               critiques is absent when there was none }

local M = {}

M.meta = {
  name = "reflect",
  version = "1.0.0",
  description = "Drafts, criticises and revises until the critic accepts or the rounds are used up.",
  category = "refinement",
  tags = { "critique", "iterative" },
  paper = {
    title = "Self-Refine: Iterative Refinement with Self-Feedback",
    authors = "Aman Madaan et al.",
    year = 2023,
    url = "https://arxiv.org/abs/2303.17651",
  },
  sample_task = "Write a short e-mail that tells a customer her order will arrive a week late.",
  options = {
    max_rounds = { default = 3, min = 1, max = 20, about = "Most revisions." },
    min_rounds = { default = 1, min = 0, max = 20, about = "Revisions made even if the critic accepts earlier." },
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
Do this task as well as you can. Reply with the result only.

<task>
%s
</task>]]

local CRITIQUE = [[
Review a draft against its task.

<task>
%s
</task>

<draft>
%s
</draft>

List what matters most, five points at most: errors, gaps, anything unclear or
beside the point. For each, name the place and say what would mend it.
End with one line, either
Verdict: ACCEPT
if nothing needs to change, or
Verdict: REVISE]]

local REVISE = [[
Revise a draft so that the reviewer has nothing left to say.

<task>
%s
</task>

<draft>
%s
</draft>

<critique>
%s
</critique>

Mend each point of the critique, keep what is good, and do not bring back
what earlier points objected to. Reply with the whole revised text only.]]

local CRITIC = "You are a strict but fair reviewer. You judge the text, not its author, and you praise nothing."

-- Whether the critic accepts. The verdict line decides; a reply without one does not accept.
local function accepts(critique)
  local verdict
  for line in critique:gmatch("[^\r\n]+") do
    if line:lower():find("verdict", 1, true) then
      verdict = line
    end
  end
  return verdict ~= nil and alc.match_enum(verdict, { "ACCEPT", "REVISE" }) == "ACCEPT"
end

-- All critiques so far; the newest one comes last and is marked when there are older ones.
local function remembered(critiques)
  if #critiques == 1 then
    return critiques[1]
  end
  local parts = {}
  for i, critique in ipairs(critiques) do
    local title = i == #critiques and "Now" or ("Round %d"):format(i)
    parts[i] = ("[%s]\n%s"):format(title, critique)
  end
  return table.concat(parts, "\n\n")
end

function M.run(ctx)
  local task = task_of(ctx)
  local max_rounds, min_rounds = option(ctx, "max_rounds"), option(ctx, "min_rounds")
  local max_tokens = option(ctx, "max_tokens")

  alc.progress(0, max_rounds, "drafting")
  local drafts = { trim(alc.llm(DRAFT:format(task), { role = "draft", max_tokens = max_tokens })) }
  local critiques, accepted, rounds = {}, false, 0

  while affordable(1) > 0 do
    alc.progress(rounds, max_rounds, "reviewing")
    local draft = drafts[#drafts]
    local critique = trim(alc.llm(CRITIQUE:format(task, draft), {
      system = CRITIC,
      role = "critic",
      max_tokens = max_tokens,
    }))
    accepted = accepts(critique)
    critiques[#critiques + 1] = critique
    alc.log("info", alc.fmt("reflect: review %d, %s", #critiques, accepted and "accepted" or "to be revised"))
    if (accepted and rounds >= min_rounds) or rounds >= max_rounds or affordable(1) == 0 then
      break
    end

    alc.progress(rounds, max_rounds, "revising")
    local revision = trim(alc.llm(REVISE:format(task, draft, remembered(critiques)), {
      role = "revise",
      max_tokens = max_tokens,
    }))
    accepted = false
    if revision == "" then
      alc.log("warn", "reflect: the revision is empty, keeping the draft")
      break
    end
    rounds = rounds + 1
    drafts[#drafts + 1] = revision
  end

  alc.progress(max_rounds, max_rounds, accepted and "accepted" or "done")
  alc.stats.record("rounds", rounds)
  alc.stats.record("accepted", accepted)
  ctx.result = {
    answer = drafts[#drafts],
    accepted = accepted,
    rounds = rounds,
    drafts = drafts,
    critiques = #critiques > 0 and critiques or nil,
  }
  return ctx
end

return M
