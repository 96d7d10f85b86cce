-- A small describe/it framework with the interface that the specs of real
-- strategy packages use. Returns the table that becomes the global `lust`.

local lust = {}

local path, results, hooks

-- Forgets all results.
function lust.reset()
  path, results = {}, { passed = 0, failed = 0, tests = {} }
  hooks = { { before = {}, after = {} } }
end
lust.reset()

function lust.get_results()
  return results
end

function lust.describe(name, body)
  path[#path + 1] = name
  hooks[#hooks + 1] = { before = {}, after = {} }
  local ok, err = pcall(body)
  hooks[#hooks] = nil
  if not ok then
    results.failed = results.failed + 1
    results.tests[#results.tests + 1] =
      { suite = table.concat(path, " > "), name = "(describe)", passed = false, error = tostring(err) }
  end
  path[#path] = nil
end

local function run_hooks(kind, name)
  for _, level in ipairs(hooks) do
    for _, hook in ipairs(level[kind]) do
      hook(name)
    end
  end
end

function lust.it(name, body)
  run_hooks("before", name)
  local ok, err = pcall(body)
  run_hooks("after", name)
  results[ok and "passed" or "failed"] = results[ok and "passed" or "failed"] + 1
  results.tests[#results.tests + 1] = {
    suite = table.concat(path, " > "),
    name = name,
    passed = ok,
    error = not ok and tostring(err) or nil,
  }
end
lust.test = lust.it

function lust.before(hook)
  table.insert(hooks[#hooks].before, hook)
end

function lust.after(hook)
  table.insert(hooks[#hooks].after, hook)
end

-- Equal numbers up to `eps`, tables by content.
local function equal(a, b, eps)
  if type(a) ~= type(b) then
    return false
  end
  if type(a) == "number" then
    return a == b or (eps ~= nil and math.abs(a - b) <= eps)
  end
  if type(a) ~= "table" or a == b then
    return a == b
  end
  for key, value in pairs(a) do
    if not equal(value, b[key], eps) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

local function contains(list, value)
  for _, item in pairs(list) do
    if item == value then
      return true
    end
  end
  return false
end

local function count(t)
  local n = 0
  for _ in pairs(t) do
    n = n + 1
  end
  return n
end

-- Each check gets the value and its arguments, and says whether it holds.
local checks = {
  equal = equal,
  be = rawequal,
  a = function(value, kind)
    if type(kind) == "string" then
      return type(value) == kind
    end
    local meta = getmetatable(value)
    while meta do
      if meta == kind or meta.__index == kind then
        return true
      end
      meta = getmetatable(meta)
    end
    return false
  end,
  exist = function(value)
    return value ~= nil
  end,
  truthy = function(value)
    return not not value
  end,
  gt = function(value, other)
    return value > other
  end,
  gte = function(value, other)
    return value >= other
  end,
  lt = function(value, other)
    return value < other
  end,
  lte = function(value, other)
    return value <= other
  end,
  have = contains,
  have_key = function(value, key)
    return value[key] ~= nil
  end,
  have_length = function(value, n)
    return #value == n
  end,
  match = function(value, pattern)
    return tostring(value):find(pattern) ~= nil
  end,
  fail = function(value)
    return not pcall(value)
  end,
  with = function(value, pattern)
    local ok, err = pcall(value)
    return not ok and (pattern == nil or tostring(err):find(pattern) ~= nil)
  end,
}
checks.an = checks.a

-- A link of `expect(x).to_not.be.a("string")`: an index goes on, a call checks.
local function link(value, negated, name)
  return setmetatable({}, {
    __index = function(_, key)
      if key == "to" then
        return link(value, negated, name)
      elseif key == "to_not" then
        return link(value, not negated, name)
      end
      return link(value, negated, key)
    end,
    __call = function(_, ...)
      local check = checks[name] or error("no expectation '" .. tostring(name) .. "'", 2)
      if not check(value, ...) ~= negated then
        local shown = {}
        for n = 1, select("#", ...) do
          shown[n] = tostring((select(n, ...)))
        end
        local text = "expected %s %sto %s %s (size %s)"
        local size = type(value) == "table" and count(value) or "-"
        error(
          text:format(tostring(value), negated and "not " or "", name, table.concat(shown, ", "), size),
          2
        )
      end
    end,
  })
end

function lust.expect(value)
  return link(value, false, "be")
end

return lust
