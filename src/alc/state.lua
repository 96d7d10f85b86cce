-- `alc.state`: values that outlive the session, by key.
local alc, native = alc, alc._native
local store, raise, text = native.store, native.raise, native.text
local state = {}
alc.state = state

-- A value for which nothing is stored, as opposed to null.
local NOTHING = {}

local function read(key)
  local found, value = store("get", key)
  if found then
    return value
  end
  return NOTHING
end

-- ── Keys ────────────────────────────────────────────────────────────────────

local function is_segment(part)
  return part:find("^[%w_%-.]+$") ~= nil and not part:find("..", 1, true)
end

local function segment(index, value, what)
  local part = text(index, value)
  if not is_segment(part) then
    raise(("state: unsafe %s segment '%s'"):format(what, part))
  end
  return part
end

local function dispatched(ns, key)
  return ns .. "/" .. key
end

-- Where `prefix:id` lies; nothing for every other key.
local function dispatched_of(key)
  local prefix, id = key:match("^([^:]+):([^:]+)$")
  if prefix and is_segment(prefix) and is_segment(id) then
    return dispatched(prefix, id)
  end
end

local function flat_prefix()
  local ns = native.namespace()
  if ns == "" or ns:find("[/\\\0]") or ns:find("..", 1, true) then
    raise(("Invalid namespace: '%s'"):format(ns))
  end
  return "state/" .. ns .. "/"
end

local function flat(key)
  return flat_prefix() .. key
end

-- The places where a key may lie, the first one for writing.
local function places(key)
  local place = dispatched_of(key)
  if place then
    return { "dispatch/" .. place, flat(key) }, place
  end
  return { flat(key) }
end

local function lookup(key)
  for _, place in ipairs(places(key)) do
    local value = read(place)
    if value ~= NOTHING then
      return value
    end
  end
  return NOTHING
end

-- ── Dispatched entries ──────────────────────────────────────────────────────

-- Keeps what is there before it changes. The name of the copy, if there is one.
local function back_up(place)
  local value = read("dispatch/" .. place)
  if value ~= NOTHING then
    store("set", "backup/" .. place, value)
    return "backup/" .. place, value
  end
end

local function write(place, value)
  back_up(place)
  store("set", "dispatch/" .. place, value)
end

local function erase(place)
  back_up(place)
  return store("delete", "dispatch/" .. place)
end

-- ── Entries by key ──────────────────────────────────────────────────────────

--- The value of a key; `default` if there is none.
function state.get(key, default)
  local value = lookup(text(1, key))
  if value == NOTHING then
    return default
  end
  return value
end

--- Stores a JSON value, nil as null.
function state.set(key, value)
  key = text(1, key)
  local place = dispatched_of(key)
  if place then
    write(place, value)
  else
    store("set", flat(key), value)
  end
end

--- All keys of the namespace, without those of the form `prefix:id`.
function state.keys()
  local prefix = flat_prefix()
  local keys = store("list", prefix)
  for i, key in ipairs(keys) do
    keys[i] = key:sub(#prefix + 1)
  end
  return keys
end

--- Whether there is a value.
function state.has(key)
  return lookup(text(1, key)) ~= NOTHING
end

--- Takes a value away; whether it was there.
function state.delete(key)
  key = text(1, key)
  local gone = store("delete", flat(key))
  local place = dispatched_of(key)
  if place then
    gone = erase(place) or gone
  end
  return gone
end

--- Stores a value unless there is one; whether it did.
function state.set_nx(key, value)
  key = text(1, key)
  if lookup(key) ~= NOTHING then
    return false
  end
  state.set(key, value)
  return true
end

--- Adds to a number, `default` if there is none, and returns the sum as a float.
function state.incr(key, delta, default)
  key = text(1, key)
  local value = lookup(key)
  if value == NOTHING then
    value = default or 0
  end
  if type(value) ~= "number" then
    raise(("incr: value at '%s' is not a number"):format(key))
  end
  delta = tonumber(delta == nil and 1 or delta)
  if not delta then
    raise("incr: delta is not a number")
  end
  local sum = value + delta + 0.0
  state.set(key, sum)
  return sum
end

--- Stores what `fn` makes of the value, and returns it.
function state.update(key, fn, default)
  local value = fn(state.get(key, default))
  state.set(key, value)
  return value
end

-- ── Entries by namespace and key ────────────────────────────────────────────

--- The keys of a dispatched namespace, in order.
function state.list(ns)
  local prefix = "dispatch/" .. segment(1, ns, "namespace") .. "/"
  local keys = store("list", prefix)
  for i, key in ipairs(keys) do
    keys[i] = key:sub(#prefix + 1)
  end
  table.sort(keys)
  return keys
end

local function place_of(ns, key)
  return dispatched(segment(1, ns, "namespace"), segment(2, key, "key"))
end

local function existing(ns, key)
  local place = place_of(ns, key)
  local value = read("dispatch/" .. place)
  if value == NOTHING then
    raise(("state: key '%s' not found in namespace '%s'"):format(key, ns))
  end
  return value, place
end

--- The value of a dispatched entry, which must be there.
function state.show(ns, key)
  return (existing(ns, key))
end

--- Stores a dispatched entry.
function state.set_dispatched(ns, key, value)
  write(place_of(ns, key), value)
end

--- Takes a dispatched entry away; whether it was there.
function state.delete_dispatched(ns, key)
  return erase(place_of(ns, key))
end

local function set_of(names)
  local set = {}
  for _, name in ipairs(names or {}) do
    set[name] = true
  end
  return set
end

local function is_list(value)
  return type(value) == "table" and (#value > 0 or alc.json_encode(value) == "[]")
end

--- Takes `opts.steps` out of `data.completed_steps` and `opts.fields` out of
--- `data` of a dispatched entry.
function state.reset(ns, key, opts)
  opts = opts or {}
  local value, place = existing(ns, key)
  local function refuse(why)
    raise("state: shape invalid: " .. why)
  end
  if type(value) ~= "table" or value.data == nil then
    refuse("missing 'data' top-level field")
  end
  local data = value.data
  if type(data) ~= "table" or #data > 0 then
    refuse("'data' top-level field must be an object")
  end
  local steps_removed, fields_removed = 0, 0
  if opts.steps and data.completed_steps ~= nil then
    if not is_list(data.completed_steps) then
      refuse("data.completed_steps must be an array")
    end
    local gone, kept = set_of(opts.steps), alc.json_array()
    for _, step in ipairs(data.completed_steps) do
      if gone[step] then
        steps_removed = steps_removed + 1
      else
        kept[#kept + 1] = step
      end
    end
    data.completed_steps = kept
  end
  for _, field in ipairs(opts.fields or {}) do
    if data[field] ~= nil then
      data[field] = nil
      fields_removed = fields_removed + 1
    end
  end
  local backup_path = back_up(place)
  store("set", "dispatch/" .. place, value)
  return {
    ok = true,
    backup_path = backup_path,
    steps_removed = steps_removed,
    fields_removed = fields_removed,
  }
end
