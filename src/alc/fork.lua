-- `alc.fork`: several strategies side by side. Each runs in surroundings of its
-- own until it asks or ends; then all open queries are one pause, and a strategy
-- goes on as soon as its own answers are there.
local alc, native = alc, alc._native
local raise = native.raise
local WAITS, DONE = 0, 1

local MODES = { skip = true, abort = true, fail = true }

local function check(names, ctx, opts)
  native.need_table(1, names)
  native.need_table(2, ctx)
  if opts ~= nil then
    native.need_table(3, opts)
  end
  if #names == 0 then
    raise("alc.fork: strategies must be a non-empty array")
  end
  for _, name in ipairs(names) do
    name = native.text(1, name)
    if not name:find("^[%w_]+$") then
      local why = "only alphanumeric and underscore allowed"
      raise(("alc.fork: invalid strategy name '%s' (%s)"):format(name, why))
    end
  end
  local mode = opts and opts.on_error
  if mode ~= nil and not MODES[mode] then
    local got = tostring(mode)
    raise(("alc.fork: on_error must be 'skip', 'abort' or 'fail', got '%s'"):format(got))
  end
  return mode or "skip"
end

--- Runs strategies side by side, each with a copy of `ctx`; what each has
--- returned or failed with, in the order of the names. `opts.on_error` says what
--- a failure leads to: an entry (`skip`), or an error once all have ended
--- (`abort`, `fail`).
function alc.fork(names, ctx, opts)
  local mode = check(names, ctx, opts)
  local children, owner, open = {}, {}, #names
  -- Groups that nobody has been asked yet.
  local fresh = {}

  -- Runs a child up to its next query or its end.
  local function go(child, ...)
    local kind, value = native.run(child.thread, ...)
    if kind == WAITS then
      child.thread = value
      local groups
      groups, child.asked = native.collect(child.index, child.asked)
      for _, group in ipairs(groups) do
        owner[group] = child
        fresh[#fresh + 1] = group
      end
      return
    end
    open = open - 1
    child.thread = nil
    if kind == DONE then
      child.entry = { strategy = child.name, ok = true, result = alc.json_decode(value) }
    else
      child.entry = { strategy = child.name, ok = false, error = value }
    end
  end

  for i, name in ipairs(names) do
    name = tostring(name)
    local thread, body = native.spawn(name, ctx, i - 1)
    local child = { name = name, index = i - 1, thread = thread, asked = 0 }
    children[i] = child
    go(child, nil, body, name)
  end
  while open > 0 do
    local ready = {}
    local asked = fresh
    fresh = {}
    for _, group in ipairs(native.wait(asked)) do
      local child = owner[group]
      owner[group] = nil
      ready[child] = ready[child] or {}
      table.insert(ready[child], group)
    end
    for _, child in ipairs(children) do
      if ready[child] then
        go(child, ready[child])
      end
    end
  end
  local results = {}
  for i, child in ipairs(children) do
    results[i] = child.entry
    if mode ~= "skip" and not child.entry.ok then
      raise(("alc.fork: strategy '%s' failed: %s"):format(child.name, child.entry.error))
    end
  end
  return results
end

-- What a child runs; its globals are those of its own surroundings.
return function(name)
  local strategy = require(name)
  if type(strategy) ~= "table" or type(strategy.run) ~= "function" then
    error(("strategy '%s' has no run(ctx)"):format(name), 0)
  end
  return strategy.run(ctx)
end
