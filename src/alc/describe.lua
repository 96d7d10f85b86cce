-- What a package says of itself: its metadata, and whether it can be run. Called
-- with the package's name, and whether modules that are missing are stood in for.
local name, stands_in = ...
-- The package may change what is global.
local next, type, tostring, getmetatable = next, type, tostring, getmetatable
local text_length = utf8.len

-- In the place of a missing module: every field of it and all that its functions
-- give is the same again.
local anything = {}

if stands_in then
  local function itself()
    return anything
  end
  local silent = function() end
  setmetatable(anything, {
    __index = itself,
    __newindex = silent,
    __call = itself,
    __concat = itself,
  })
  package.searchers[#package.searchers + 1] = function()
    return itself
  end
end

local MAX_FIELDS, MAX_DEPTH = 1000, 8
local fields = 0

-- The part of a value that JSON can say, as far as it is small.
local function plain(value, depth)
  local kind = type(value)
  if kind == "string" then
    return text_length(value) and value or nil
  elseif kind == "number" then
    return value == value and value ~= 1 / 0 and value ~= -1 / 0 and value or nil
  elseif kind == "boolean" then
    return value
  elseif kind ~= "table" or value == anything or depth > MAX_DEPTH then
    return nil
  end
  local copy = {}
  for key, field in next, value do
    fields = fields + 1
    if fields > MAX_FIELDS then
      break
    end
    if type(key) ~= "string" or text_length(key) then
      copy[type(key) == "boolean" and tostring(key) or key] = plain(field, depth + 1)
    end
  end
  return copy
end

local function is_callable(value)
  if type(value) == "function" then
    return true
  end
  local meta = getmetatable(value)
  return type(meta) == "table" and meta.__call ~= nil
end

local module = require(name)
if type(module) ~= "table" or module == anything then
  return { runs = false }
end
return { runs = is_callable(module.run), meta = plain(module.meta, 1) }
