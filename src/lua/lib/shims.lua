-- The table functions for values whose metamethods take part, and `os.time` for
-- tables that have metamethods. The natives of the same names call these, with
-- their arguments checked. Errors are raised on behalf of the caller (level 2).

local error, pcall, type = error, pcall, type
local tointeger, ult = math.tointeger, math.ult
local concat, unpack = table.concat, table.unpack
local time = os.time

local shims = {}

-- `luaL_len`: the length, which must be an integer.
local function length(object)
  local n = tointeger(#object)
  if not n then
    error("object length is not an integer", 3)
  end
  return n
end

-- Without a position, `value` goes to the end.
shims["table.insert"] = function(t, value, pos)
  local last = length(t) + 1
  if not pos then
    pos = last
  elseif not ult(pos - 1, last) then
    error("bad argument #2 to 'insert' (position out of bounds)", 2)
  end
  local i = last
  while i > pos do
    t[i] = t[i - 1]
    i = i - 1
  end
  t[pos] = value
end

shims["table.remove"] = function(t, pos)
  local size = length(t)
  pos = pos or size
  if pos ~= size and ult(size, pos - 1) then
    error("bad argument #2 to 'remove' (position out of bounds)", 2)
  end
  local removed = t[pos]
  while pos < size do
    t[pos] = t[pos + 1]
    pos = pos + 1
  end
  t[pos] = nil
  return removed
end

-- The range and the destination were checked; `to` is a table, `from` if none
-- was given.
shims["table.move"] = function(from, first, last, target, to)
  if last >= first then
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
  end
  return to
end

shims["table.concat"] = function(t, sep, first, last)
  -- The length is asked for even where it is not needed.
  local size = length(t)
  last = last or size
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
  last = last or length(t)
  if first > last then
    return
  end
  local count = last - first
  if not ult(count, 1000000) then
    error("too many results to unpack", 2)
  end
  local values = {}
  for i = 0, count do
    values[i + 1] = t[first + i]
  end
  return unpack(values, 1, count + 1)
end

-- `sort` sorts the first `n` elements of a table without metamethods. Here it
-- works on a copy, so that an error leaves `t` as it was.
shims["table.sort"] = function(t, less, sort)
  local n = length(t)
  if n < 2 then
    return
  elseif n >= 2147483647 then
    error("bad argument #1 to 'sort' (array too big)", 2)
  end
  local values = {}
  for i = 1, n do
    values[i] = t[i]
  end
  sort(values, less, n)
  for i = 1, n do
    t[i] = values[i]
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
