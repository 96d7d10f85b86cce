-- Putting strategies together: `alc.tuning` for their settings, `alc.pipe` for
-- one after another.
local alc = alc

local function is_dict(value)
  return type(value) == "table" and next(value) ~= nil and value[1] == nil
end

local function copy(value)
  if type(value) ~= "table" then
    return value
  end
  local result = {}
  for k, v in pairs(value) do
    result[k] = copy(v)
  end
  return result
end

local function merge(defaults, overrides)
  local result = {}
  for key, default in pairs(defaults) do
    if key ~= "_schema" then
      local given = overrides[key]
      if given == nil then
        result[key] = copy(default)
      elseif is_dict(default) and is_dict(given) then
        result[key] = merge(default, given)
      else
        result[key] = copy(given)
      end
    end
  end
  return result
end

--- A copy of `defaults` in which the fields that `ctx` has, or `ctx[prefix]`,
--- replace those of the same name. Tables with named fields are merged.
function alc.tuning(defaults, ctx, opts)
  if type(defaults) ~= "table" then
    return defaults
  end
  local overrides = ctx
  local prefix = opts and opts.prefix
  if prefix ~= nil and type(ctx) == "table" then
    overrides = ctx[prefix]
    if overrides ~= nil and type(overrides) ~= "table" then
      local got = ("ctx.%s is a %s"):format(tostring(prefix), type(overrides))
      alc.log("warn", "alc.tuning: " .. got .. ", not a table; the defaults are used")
    end
  end
  return merge(defaults, type(overrides) == "table" and overrides or {})
end

-- The name of a stage and the function that runs it.
local function stage(strategy, index)
  if type(strategy) == "function" then
    return ("(inline-%d)"):format(index), strategy
  elseif type(strategy) ~= "string" then
    error(("alc.pipe: strategy[%d] must be a string or function"):format(index), 3)
  end
  local ok, module = pcall(require, strategy)
  if not ok then
    local why = ("failed to load strategy '%s': %s"):format(strategy, tostring(module))
    error("alc.pipe: " .. why, 3)
  end
  if type(module) ~= "table" or type(module.run) ~= "function" then
    error(("alc.pipe: strategy '%s' must export run(ctx)"):format(strategy), 3)
  end
  return strategy, module.run
end

local function shallow(ctx)
  local result = {}
  for k, v in pairs(ctx) do
    result[k] = v
  end
  return result
end

--- Runs strategies one after another: the result of each is the task of the
--- next. All are loaded before the first one runs. With an `on_error` other than
--- `"abort"` a stage that fails is noted in `pipe_history` and skipped.
function alc.pipe(strategies, ctx, opts)
  if type(strategies) ~= "table" or #strategies == 0 then
    error("alc.pipe: strategies must be a non-empty array", 2)
  end
  if type(ctx) ~= "table" then
    error("alc.pipe: ctx must be a table", 2)
  end
  opts = opts or {}
  local abort = (opts.on_error or "abort") == "abort"
  local names, runs = {}, {}
  for i, strategy in ipairs(strategies) do
    names[i], runs[i] = stage(strategy, i)
  end
  local current, history = shallow(ctx), {}
  local result
  for i, run in ipairs(runs) do
    if result ~= nil then
      current.task = type(result) == "table" and alc.json_encode(result) or tostring(result)
    end
    local ok, returned = true, nil
    if abort then
      returned = run(current)
    else
      ok, returned = pcall(run, shallow(current))
    end
    if not ok then
      history[#history + 1] = { strategy = names[i], error = tostring(returned) }
      alc.log("warn", ("alc.pipe: strategy '%s' failed: %s"):format(names[i], tostring(returned)))
    elseif type(returned) ~= "table" then
      error(("alc.pipe: strategy '%s' must return a table (ctx)"):format(names[i]), 2)
    else
      current = shallow(returned)
      result = current.result
      history[#history + 1] = { strategy = names[i], result = result }
      if opts.on_stage then
        opts.on_stage(i, names[i], current)
      end
    end
  end
  current.pipe_history = history
  return current
end
