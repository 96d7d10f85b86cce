-- The table functions for values whose metamethods take part, and `os.time` for
-- tables that have metamethods. The natives of the same names call these, with
-- arguments and ranges checked and the length found out. Errors are raised on
-- behalf of the caller (level 2).

local error, pcall, rawequal, type = error, pcall, rawequal, type
local concat, unpack = table.concat, table.unpack
local time = os.time

local shims = {}

-- `last` is the place behind the last element.
shims["table.insert"] = function(t, value, pos, last)
  while last > pos do
    t[last] = t[last - 1]
    last = last - 1
  end
  t[pos] = value
end

shims["table.remove"] = function(t, pos, size)
  local removed = t[pos]
  while pos < size do
    t[pos] = t[pos + 1]
    pos = pos + 1
  end
  t[pos] = nil
  return removed
end

-- `to` is `from` if no other destination was given.
shims["table.move"] = function(from, first, last, target, to)
  local count = last - first
  if target > last or target <= first or from ~= to then
    for i = 0, count do
      to[target + i] = from[first + i]
    end
  else
    for i = count, 0, -1 do
      to[target + i] = from[first + i]
    end
  end
  return to
end

shims["table.concat"] = function(t, sep, first, last)
  local pieces, count = {}, 0
  for i = first, last do
    local piece = t[i]
    local kind = type(piece)
    if kind ~= "string" and kind ~= "number" then
      error("invalid value (" .. kind .. ") at index " .. i .. " in table for 'concat'", 2)
    end
    count = count + 1
    pieces[count] = piece
  end
  return concat(pieces, sep, 1, count)
end

shims["table.unpack"] = function(t, first, last)
  local values, count = {}, last - first + 1
  for i = 1, count do
    values[i] = t[first + i - 1]
  end
  return unpack(values, 1, count)
end

-- `sort` sorts the first `n` elements of a table without metamethods. Here it
-- works on a copy, so that an error leaves `t` as it was, and writes those
-- elements that have moved.
shims["table.sort"] = function(t, less, n, sort)
  local before, values = {}, {}
  for i = 1, n do
    local value = t[i]
    before[i], values[i] = value, value
  end
  sort(values, less, n)
  for i = 1, n do
    if not rawequal(before[i], values[i]) then
      t[i] = values[i]
    end
  end
end

shims["os.time"] = function(t)
  local date = {
    year = t.year, month = t.month, day = t.day,
    hour = t.hour, min = t.min, sec = t.sec, isdst = t.isdst,
  }
  local ok, result = pcall(time, date)
  if not ok then
    error(result, 2)
  end
  t.year, t.month, t.day = date.year, date.month, date.day
  t.hour, t.min, t.sec = date.hour, date.min, date.sec
  t.yday, t.wday, t.isdst = date.yday, date.wday, date.isdst
  return result
end

return shims
