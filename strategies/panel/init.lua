--- Panel: several roles give their view side by side, a moderator concludes.
--
-- The views are issued as one batch, so that no panelist is swayed by another.
-- The moderator then sets out where they agree and where they differ,
-- and answers the task from the best of all views.
--
-- Do Xuan Long et al., "Multi-expert Prompting Improves Reliability, Safety, and
--   Usefulness of Large Language Models", 2024, https://arxiv.org/abs/2411.00492
-- Zhenhailong Wang et al., "Unleashing the Emergent Cognitive Synergy in Large
--   Language Models: A Task-Solving Agent through Multi-Persona
--   Self-Collaboration", 2023, https://arxiv.org/abs/2307.05300
--
-- ctx.task    what to do (a non-empty string)
-- ctx.roles   who sits on the panel: 1 to 16 entries, each a name or
--             { name = string, brief = string? }; default `DEFAULT_ROLES`
-- options     `M.meta.options`, each under its own name in ctx
-- ctx.result  { answer = string, opinions = { { role, opinion }, ... },
--               moderation = the moderator's whole reply ("" if there was none) }

local M = {}

M.meta = {
  name = "panel",
  version = "1.0.0",
  description = "Asks several roles for their view in one batch, then lets a moderator conclude.",
  category = "ensemble",
  tags = { "batch", "roles", "synthesis" },
  paper = {
    title = "Multi-expert Prompting Improves Reliability, Safety, and Usefulness of Large Language Models",
    authors = "Do Xuan Long et al.",
    year = 2024,
    url = "https://arxiv.org/abs/2411.00492",
  },
  sample_task = "Should a team of four rewrite its ageing web shop from scratch or renew it piece by piece?",
  options = {
    max_tokens = { default = 1024, min = 1, max = 1000000, about = "Longest reply to one query, in tokens." },
  },
}

local MOST_ROLES = 16

local DEFAULT_ROLES = {
  { name = "practitioner", brief = "You have done such things yourself. Say what works, what it takes and what usually goes wrong." },
  { name = "sceptic", brief = "You look for weak points. Question what is taken for granted and name what could prove the obvious answer wrong." },
  { name = "advocate", brief = "You speak for the people who must live with the outcome. Say what matters to them and what would serve them best." },
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

local function is_text(value)
  return type(value) == "string" and value:find("%S") ~= nil
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

-- Checks the panel and gives each of its entries the form { name, brief }.
local function roles_of(ctx)
  if ctx.roles == nil then
    return DEFAULT_ROLES
  end
  if type(ctx.roles) ~= "table" or #ctx.roles < 1 or #ctx.roles > MOST_ROLES then
    error(("panel: option 'roles' must be a list of 1 to %d roles"):format(MOST_ROLES), 0)
  end
  return alc.map(ctx.roles, function(role, i)
    if is_text(role) then
      return { name = role, brief = "" }
    end
    if type(role) ~= "table" or not is_text(role.name) or not (role.brief == nil or type(role.brief) == "string") then
      error(("panel: option 'roles', entry %d, must be a name or a table with name and brief"):format(i), 0)
    end
    return { name = role.name, brief = role.brief or "" }
  end)
end

local function first(list, count)
  return { table.unpack(list, 1, math.min(#list, count)) }
end

local SYSTEM = "You sit on a panel as the %s. %s Stay in this role; others cover the rest."

local VIEW = [[
Give the panel your view of this task.

<task>
%s
</task>

Speak as the %s. Say first what you would do or answer, then your two or three
strongest reasons, then what would change your mind. 200 words at most.]]

local MODERATE = [[
You moderate a panel. Each member gave a view without seeing the others'.

<task>
%s
</task>

<views>
%s
</views>

Weigh the views by their reasons, not by how many hold them. Reply in three parts:
Agreement: <what all or most hold>
Disagreement: <where they differ, and which side has the better reasons>
Answer: <your answer to the task, complete and usable by itself>]]

function M.run(ctx)
  local task, roles, max_tokens = task_of(ctx), roles_of(ctx), option(ctx, "max_tokens")
  -- The moderator needs a query, too.
  roles = first(roles, math.max(1, affordable(#roles + 1) - 1))

  alc.progress(0, 2, alc.fmt("hearing %d roles", #roles))
  local opinions = alc.parallel(roles, function(role)
    return {
      prompt = VIEW:format(task, role.name),
      system = trim(SYSTEM:format(role.name, role.brief):gsub("%s+", " ")),
      role = "panelist",
      max_tokens = max_tokens,
    }
  end, {
    post_fn = function(reply, role)
      return { role = role.name, opinion = trim(reply) }
    end,
  })

  local heard = alc.filter(opinions, function(entry)
    return entry.opinion ~= ""
  end)
  alc.log("info", alc.fmt("panel: %d of %d roles gave a view", #heard, #roles))

  local moderation = ""
  if #heard > 0 and affordable(1) > 0 then
    alc.progress(1, 2, "moderating")
    local views = alc.map(heard, function(entry)
      return ("[%s]\n%s"):format(entry.role, entry.opinion)
    end)
    local prompt = MODERATE:format(task, table.concat(views, "\n\n"))
    moderation = trim(alc.llm(prompt, { role = "moderator", max_tokens = max_tokens }))
  end

  local answer = stated_answer(moderation) or moderation
  if answer == "" and #heard > 0 then
    alc.log("warn", "panel: the moderator gave no answer, taking the first view")
    answer = heard[1].opinion
  end
  alc.progress(2, 2, "done")
  alc.stats.record("views", #heard)
  ctx.result = { answer = answer, opinions = opinions, moderation = moderation }
  return ctx
end

return M
