-- The table functions for values whose metamethods take part, and dates. The
-- natives of the same names call these, with arguments and ranges checked and the
-- length found out. Errors are raised on behalf of the caller (level 2).

local error, pairs, rawequal, type = error, pairs, rawequal, type
local concat, unpack = table.concat, table.unpack
local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub
local form, tointeger = string.format, math.tointeger

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

-- ── Dates ───────────────────────────────────────────────────────────────────

-- The only time zone is UTC. The calendar is the Gregorian one, extended in both
-- directions. Source of the day count: H. Hinnant, "chrono-Compatible Low-Level Date
-- Algorithms", 2013.

-- Days from 1970-01-01 to the first of a month (1 to 12).
local function days(year, month)
  -- Years begin in March, so that the leap day is the last one.
  if month < 3 then
    year = year - 1
  end
  local of_era = year % 400
  return year // 400 * 146097 + of_era * 365 + of_era // 4 - of_era // 100
    + (153 * ((month + 9) % 12) + 2) // 5 - 719468
end

-- Writes the moment `seconds` after the start of 1970 into a table, with fields as
-- `os.date("*t")` has them. False if its year, counted from 1900, does not fit in 32
-- bits, as in C.
local function set_date(t, seconds)
  local day, second = seconds // 86400, seconds % 86400
  local of_era = (day + 719468) % 146097
  local year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
  local of_year = of_era - (365 * year + year // 4 - year // 100)
  local from_march = (5 * of_year + 2) // 153
  local month = (from_march + 2) % 12 + 1
  year = (day + 719468) // 146097 * 400 + year + (month < 3 and 1 or 0)
  if year - 1900 > 0x7fffffff or year - 1900 < -0x80000000 then
    return false
  end
  t.year, t.month, t.day = year, month, of_year - (153 * from_march + 2) // 5 + 1
  t.hour, t.min, t.sec = second // 3600, second // 60 % 60, second % 60
  t.yday, t.wday, t.isdst = day - days(year, 1) + 1, (day + 4) % 7 + 1, false
  return true
end

-- A field of a date that, less `delta`, fits in 32 bits.
local function field(t, name, delta, default)
  local value = t[name]
  local number = tointeger(value)
  local wrong
  if number then
    if number - delta <= 0x7fffffff and number - delta >= -0x80000000 then
      return number
    end
    wrong = "' is out-of-bound"
  elseif value ~= nil then
    wrong = "' is not an integer"
  elseif default then
    return default
  else
    wrong = "' missing in date table"
  end
  error("field '" .. name .. wrong, 3)
end

shims["os.time"] = function(t)
  local year, month, day = field(t, "year", 1900), field(t, "month", 1), field(t, "day", 0)
  local hour, min, sec = field(t, "hour", 0, 12), field(t, "min", 0, 0), field(t, "sec", 0, 0)
  month = month - 1
  local seconds = (days(year + month // 12, month % 12 + 1) + day - 1) * 86400
    + hour * 3600 + min * 60 + sec
  -- -1 is C's mark of a failure, even where it is the time asked for.
  if not set_date(t, seconds) or seconds == -1 then
    error("time result cannot be represented in this installation", 2)
  end
  return seconds
end

local weekdays = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }
local months = {
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
}
-- Conversions made of others, whose letters stand for them.
local combined = {
  c = "a b e H:M:S Y", D = "m/d/y", x = "m/d/y", F = "Y-m-d",
  r = "I:M:S p", R = "H:M", T = "H:M:S", X = "H:M:S",
}
-- Which conversions may follow `%E` and `%O`.
local modified = { E = "[cCxXyY]", O = "[deHImMSuUVwWy]" }

local function two(number)
  return form("%02d", number)
end

-- What the conversions of `strftime` give in the "C" locale, by their letters.
local function conversions(t, zone)
  local year, yday, wday, hour = t.year, t.yday, t.wday, t.hour
  local from_monday = (wday + 5) % 7
  -- The Thursday of this week lies in the year that the week belongs to (ISO 8601).
  local thursday, week_year = yday + 3 - from_monday, year
  if thursday < 1 then
    week_year = year - 1
    thursday = thursday + days(year, 1) - days(week_year, 1)
  elseif thursday > days(year + 1, 1) - days(year, 1) then
    week_year, thursday = year + 1, 1
  end
  local weekday, month = weekdays[wday], months[t.month]
  local made = {
    a = sub(weekday, 1, 3), A = weekday, b = sub(month, 1, 3), h = sub(month, 1, 3), B = month,
    C = year // 100, d = two(t.day), e = form("%2d", t.day),
    g = two(week_year % 100), G = week_year, H = two(hour), I = two((hour + 11) % 12 + 1),
    j = form("%03d", yday), m = two(t.month), M = two(t.min), n = "\n",
    p = hour < 12 and "AM" or "PM", S = two(t.sec), t = "\t", u = from_monday + 1,
    U = two((yday + 7 - wday) // 7), V = two((thursday - 1) // 7 + 1), w = wday - 1,
    W = two((yday + 6 - from_monday) // 7), y = two(year % 100), Y = year,
    z = "+0000", Z = zone, ["%"] = "%",
  }
  for letter, pattern in pairs(combined) do
    made[letter] = gsub(pattern, "%a", made)
  end
  return made
end

-- A date as text or table. Nil and what is wrong with the format, if something is.
shims["os.date"] = function(format, seconds)
  local t, zone = {}, "UTC"
  set_date(t, seconds)
  if sub(format, 1, 1) == "!" then
    format, zone = sub(format, 2), "GMT"
  end
  if format == "*t" then
    return t
  end
  local made = conversions(t, zone)
  local wrong
  local text = gsub(format, "()%%([EO]?)(.?)", function(at, modifier, letter)
    local piece = made[letter]
    local allowed = modified[modifier]
    if piece == nil or allowed and not find(letter, allowed) then
      wrong = wrong or at
    end
    return piece
  end)
  if wrong then
    return nil, "invalid conversion specifier '" .. match(format, "[^\0]*", wrong) .. "'"
  end
  return text
end

return shims
