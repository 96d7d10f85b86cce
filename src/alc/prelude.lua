-- The part of `alc` that is written in Lua. It runs once, when the template of
-- all sessions is made, with the natives in place.
local alc, native = alc, alc._native

package.path = "?.lua;?/init.lua"
package.cpath = ""
package.config = "/\n;\n?\n!\n-\n"

-- ── Lists ───────────────────────────────────────────────────────────────────

--- The results of `fn(item, index)`, in order. As `ipairs`, it stops at a nil.
function alc.map(items, fn)
  local results = {}
  for i, item in ipairs(items) do
    results[i] = fn(item, i)
  end
  return results
end

--- The items for which `fn(item, index)` is true.
function alc.filter(items, fn)
  local kept = {}
  for i, item in ipairs(items) do
    if fn(item, i) then
      kept[#kept + 1] = item
    end
  end
  return kept
end

--- Folds the items with `fn(acc, item, index)`, from `init` or the first item.
function alc.reduce(items, fn, init)
  local acc = init
  for i, item in ipairs(items) do
    if i == 1 and init == nil then
      acc = item
    else
      acc = fn(acc, item, i)
    end
  end
  return acc
end

--- The most frequent answer, blanks around it aside; the first seen wins a tie.
function alc.vote(answers)
  local counts, total = {}, 0
  local winner, best = nil, 0
  local order = {}
  for i, answer in ipairs(answers) do
    local text = tostring(answer):match("^%s*(.-)%s*$")
    if not counts[text] then
      counts[text] = 0
      order[#order + 1] = text
    end
    counts[text] = counts[text] + 1
    total = i
  end
  for _, text in ipairs(order) do
    if counts[text] > best then
      winner, best = text, counts[text]
    end
  end
  return { winner = winner, count = best, total = total }
end

-- ── Queries ─────────────────────────────────────────────────────────────────

-- A shallow copy of `opts` with one field set.
local function with(opts, key, value)
  local copy = {}
  for k, v in pairs(opts or {}) do
    copy[k] = v
  end
  copy[key] = value
  return copy
end

--- Asks for an answer that rests on evidence.
function alc.ground(claim, opts)
  return alc.llm(claim, with(opts, "grounded", true))
end

--- Asks for what only the user can know.
function alc.specify(prompt, opts)
  return alc.llm(prompt, with(opts, "underspecified", true))
end

--- The answer, or `default` where the query fails.
function alc.llm_safe(prompt, opts, default)
  local ok, answer = pcall(alc.llm, prompt, opts)
  if ok then
    return answer
  end
  alc.log("warn", "alc.llm_safe: " .. tostring(answer))
  return default
end

local JSON_ONLY = "Output ONLY valid JSON. No markdown fences, no explanation."

--- The object or array in the answer, and the answer. Asks a second time if
--- there is none; nil and the second answer if there is none again.
function alc.llm_json(prompt, opts)
  local raw = alc.llm(prompt, opts)
  local found = alc.json_extract(raw)
  if found ~= nil then
    return found, raw
  end
  alc.log("warn", "alc.llm_json: no JSON in the answer, asking again")
  local again = "The previous response was not valid JSON.\n\nPrevious output:\n"
    .. tostring(raw)
    .. "\n\nFix the JSON and return ONLY valid JSON.\n\nOriginal request:\n"
    .. tostring(prompt)
  raw = alc.llm(again, with(opts, "system", JSON_ONLY))
  return alc.json_extract(raw), raw
end

--- The answers to one query per item, asked together. `prompt_fn(item, index)`
--- gives a prompt or a whole query; `post_fn(answer, item, index)` of `opts`
--- makes results of the answers.
function alc.parallel(items, prompt_fn, opts)
  if type(items) ~= "table" or #items == 0 then
    error("alc.parallel: items must be a non-empty array", 2)
  end
  if type(prompt_fn) ~= "function" then
    error("alc.parallel: prompt_fn must be a function", 2)
  end
  opts = opts or {}
  local queries = {}
  for i, item in ipairs(items) do
    local query = prompt_fn(item, i)
    if type(query) == "string" then
      query = { prompt = query, system = opts.system, max_tokens = opts.max_tokens }
    elseif type(query) ~= "table" then
      local got = ("got %s at index %d"):format(type(query), i)
      error("alc.parallel: prompt_fn must return string or table, " .. got, 2)
    elseif query.prompt == nil then
      error(("alc.parallel: prompt_fn returned table without .prompt at index %d"):format(i), 2)
    end
    queries[i] = query
  end
  local answers = alc.llm_batch(queries)
  if not opts.post_fn then
    return answers
  end
  local results = {}
  for i, answer in ipairs(answers) do
    results[i] = opts.post_fn(answer, items[i], i)
  end
  return results
end

--- Whether the budget still allows a query; true without a budget.
function alc.budget_check()
  local left = alc.budget_remaining()
  if left == nil then
    return true
  end
  for _, amount in pairs(left) do
    if amount <= 0 then
      return false
    end
  end
  return true
end

-- ── Reading answers ─────────────────────────────────────────────────────────

--- The first number in the text as a score from 1 to 10, else `default` (5).
function alc.parse_score(text, default)
  local digits = tostring(text):match("%d+")
  if not digits then
    return default or 5
  end
  return math.max(1, math.min(10, tonumber(digits)))
end

--- The first number in the text, or what the first capture of `pattern` is.
function alc.parse_number(text, pattern)
  if type(text) ~= "string" then
    return nil
  end
  return tonumber((text:match(pattern or "%-?%d+%.?%d*")))
end

-- ── Text ────────────────────────────────────────────────────────────────────

--- A short hash of a text, the same for texts that differ only in case of ASCII
--- letters and in blanks.
function alc.fingerprint(text)
  local plain = (" " .. tostring(text):lower() .. " "):gsub("%s+", " "):sub(2, -2)
  -- The last half of the hash is the hash modulo 2^32.
  return native.hash_text(plain):sub(9)
end

local SAYS = {}
for word in ("approved yes ok accept pass confirm agree true lgtm"):gmatch("%a+") do
  SAYS[word] = true
end
for word in ("rejected no deny block fail refuse disagree false"):gmatch("%a+") do
  SAYS[word] = false
end

--- What the last word that says yes or no says; nil without one.
function alc.match_bool(text)
  local said
  for word in native.text(1, text):lower():gmatch("%w+") do
    if SAYS[word] ~= nil then
      said = SAYS[word]
    end
  end
  return said
end

local INTEGER_SPECS = "[diuxXoc]"
local FLOAT_SPECS = "[aAeEfFgG]"

-- The name of a number that has no digits.
local function unusual(number)
  if number ~= number then
    return "NaN"
  elseif number == math.huge then
    return "Inf"
  elseif number == -math.huge then
    return "-Inf"
  end
end

-- To the nearest integer, halves away from zero.
local function round(number)
  local whole, rest = math.modf(number)
  if rest >= 0.5 then
    whole = whole + 1
  elseif rest <= -0.5 then
    whole = whole - 1
  end
  return math.tointeger(whole) or whole
end

--- `string.format` that does not mind numbers of the wrong kind: floats are
--- rounded where an integer is due, NaN and infinities are named, a nil for
--- `%s` is `<nil>`.
function alc.fmt(format, ...)
  if format == nil then
    return ""
  end
  local args = table.pack(...)
  local at = 0
  local function convert(flags, size, spec)
    if spec == "%" then
      return nil
    end
    at = at + 1
    local value = args[at]
    if spec == "s" and value == nil and at <= args.n then
      args[at] = "<nil>"
    elseif spec:match(INTEGER_SPECS) or spec:match(FLOAT_SPECS) then
      local number = tonumber(value)
      if math.type(number) == "float" then
        local name = unusual(number)
        if name then
          args[at] = name
          return "%" .. flags:gsub("[+ #0]", "") .. size:gsub("%..*", "") .. "s"
        elseif spec:match(INTEGER_SPECS) then
          args[at] = round(number)
        end
      end
    end
    return nil
  end
  local safe = tostring(format):gsub("%%([-+ #0]*)([%d.]*)([%a%%])", convert)
  return string.format(safe, table.unpack(args, 1, args.n))
end

--- Logs what `alc.fmt` makes of the rest.
function alc.log_fmt(level, format, ...)
  alc.log(level, alc.fmt(format, ...))
end

-- ── std ─────────────────────────────────────────────────────────────────────

std = {
  json = { decode = alc.json_decode, encode = alc.json_encode },
  fs = {
    read = function(path)
      error(("std.fs.read: there are no files here ('%s')"):format(tostring(path)), 2)
    end,
    is_file = function()
      return false
    end,
  },
  time = { now = alc.time },
}
