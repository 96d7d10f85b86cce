-- `alc.cache`: answers are asked for once per session.
local alc = alc

local MAX_ENTRIES = 256

-- Answers by key, and the keys from the oldest to the newest; `first` is the
-- oldest key's place.
local answers, keys, first, last
local hits, misses

local function reset()
  answers, keys, first, last = {}, {}, 1, 0
  hits, misses = 0, 0
end

reset()

-- All that a host sees of a query, so that different queries never share an
-- answer. Lengths keep neighbouring parts apart.
local function key_of(prompt, opts)
  if opts.cache_key ~= nil then
    return "key:" .. tostring(opts.cache_key)
  end
  local parts = { tostring(prompt) }
  for _, name in ipairs { "system", "max_tokens", "role", "cache_breakpoint", "card_context" } do
    local value = opts[name]
    if type(value) == "table" then
      value = alc.json_encode(value)
    end
    parts[#parts + 1] = value == nil and "" or "=" .. tostring(value)
  end
  for _, name in ipairs { "grounded", "underspecified" } do
    parts[#parts + 1] = opts[name] and "1" or ""
  end
  for i, part in ipairs(parts) do
    parts[i] = #part .. ":" .. part
  end
  return table.concat(parts)
end

--- The answer to a query, asked only if the same query has no answer yet. Of
--- `opts`, `cache_key` stands for the whole query, and `cache_skip` asks anyway.
function alc.cache(prompt, opts)
  opts = opts or {}
  if opts.cache_skip then
    return alc.llm(prompt, opts)
  end
  local key = key_of(prompt, opts)
  local answer = answers[key]
  if answer ~= nil then
    hits = hits + 1
    alc.log("debug", "alc.cache: hit")
    return answer
  end
  misses = misses + 1
  alc.log("debug", "alc.cache: miss")
  answer = alc.llm(prompt, opts)
  -- Another coroutine may have asked the same meanwhile.
  if answers[key] == nil then
    if last - first + 1 >= MAX_ENTRIES then
      answers[keys[first]] = nil
      keys[first] = nil
      first = first + 1
    end
    last = last + 1
    keys[last] = key
  end
  answers[key] = answer
  return answer
end

--- How many answers are kept, and how often one was found or missed.
function alc.cache_info()
  return {
    entries = last - first + 1,
    hits = hits,
    misses = misses,
    max_entries = MAX_ENTRIES,
  }
end

--- Forgets all answers.
function alc.cache_clear()
  reset()
end
