--- Skeleton of thought: outline first, then write all points at once.
--
-- The outline is short, and its points are expanded in one batch, so a long
-- answer takes the time of two replies. No query joins them: the answer is the
-- points in order, as in the paper.
--
-- Xuefei Ning et al., "Skeleton-of-Thought: Prompting LLMs for Efficient Parallel
--   Generation", 2023, https://arxiv.org/abs/2307.15337
--
-- ctx.task    what to write (a non-empty string)
-- options     `M.meta.options`, each under its own name in ctx
-- ctx.result  { answer = string,
--               points = { { point, text }, ... }, absent when the outline was empty }

local M = {}

M.meta = {
  name = "skeleton",
  version = "1.0.0",
  description = "Outlines an answer and expands all its points in one batch.",
  category = "generation",
  tags = { "batch", "outline", "fast" },
  paper = {
    title = "Skeleton-of-Thought: Prompting LLMs for Efficient Parallel Generation",
    authors = "Xuefei Ning et al.",
    year = 2023,
    url = "https://arxiv.org/abs/2307.15337",
  },
  sample_task = "What should someone know before adopting a dog from a shelter?",
  options = {
    points = { default = 6, min = 2, max = 20, about = "Most points of the outline." },
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

local OUTLINE = [[
Write the skeleton of an answer, not the answer itself.

<task>
%s
</task>

List the points that the answer will make, 3 to %d of them, in their final order. Each
is three to six words. Number them, one a line. No other text.]]

local EXPAND = [[
Write one point of an answer whose outline stands.

<task>
%s
</task>

<outline>
%s
</outline>

<point>
%s
</point>

Write this point only, in two to four sentences. Do not repeat its title, do not
introduce it, and leave the other points to others.]]

local function numbered(points)
  return table.concat(
    alc.map(points, function(point, i)
      return ("%d. %s"):format(i, point)
    end),
    "\n"
  )
end

-- Writes the first `count` points; the others keep an empty text.
local function expand(task, points, count, max_tokens)
  local outline = numbered(points)
  local sections = alc.parallel(first(points, count), function(point, i)
    local prompt = EXPAND:format(task, outline, ("%d. %s"):format(i, point))
    return { prompt = prompt, role = "expand", max_tokens = max_tokens }
  end, {
    post_fn = function(reply, point)
      return { point = point, text = trim(reply) }
    end,
  })
  for i = count + 1, #points do
    sections[i] = { point = points[i], text = "" }
  end
  return sections
end

local function assembled(sections)
  return table.concat(
    alc.map(sections, function(section, i)
      local title = ("%d. %s"):format(i, section.point)
      return section.text ~= "" and ("%s\n%s"):format(title, section.text) or title
    end),
    "\n\n"
  )
end

function M.run(ctx)
  local task = task_of(ctx)
  local most, max_tokens = option(ctx, "points"), option(ctx, "max_tokens")

  alc.progress(0, 2, "outlining")
  local outline = trim(alc.llm(OUTLINE:format(task, most), { role = "outline", max_tokens = max_tokens }))
  local points = items(outline, most)
  alc.log("info", alc.fmt("skeleton: %d points", #points))

  local answer, sections = outline, nil
  local count = affordable(#points)
  if count > 0 then
    alc.progress(1, 2, alc.fmt("writing %d points", count))
    sections = expand(task, points, count, max_tokens)
    answer = assembled(sections)
  end

  alc.progress(2, 2, "done")
  alc.stats.record("points", #points)
  ctx.result = { answer = answer, points = sections }
  return ctx
end

return M
