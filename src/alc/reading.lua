-- Reading a model's free text: choices, JSON, pieces of a long text.
local alc, native = alc, alc._native
local raise = native.raise

-- The error of an argument that cannot become what is due.
local function mismatch(index, value, due)
  local got = math.type(value) == "integer" and "integer" or type(value)
  raise(("bad argument #%d: error converting Lua %s to %s"):format(index, got, due))
end

--- A table, or else the error of this argument. `alc.fork` needs it, too.
function native.need_table(index, value)
  if type(value) ~= "table" then
    mismatch(index, value, "table")
  end
end

local function options(index, opts)
  if opts == nil then
    return {}
  end
  native.need_table(index, opts)
  return opts
end

-- ── Choices ─────────────────────────────────────────────────────────────────

-- Words and candidates beyond this many bytes are not compared for likeness, which
-- takes the product of their lengths.
local MAX_WORD = 256

-- The similarity by Jaro and Winkler, from 0 (nothing in common) to 1 (the same):
-- Jaro's, nearer to 1 by a tenth for each of the first four characters that both
-- begin with, if it is above 0.7. Jaro's counts the characters that stand in both
-- words at about the same place, and how many of those are in another order. It is
-- the mean of their share of either word, and the share of them that are in order.
-- Nothing for words that are too long.
local function likeness(a, b)
  if #a > MAX_WORD or #b > MAX_WORD then
    return nil
  end
  local xs, ys = { utf8.codepoint(a, 1, -1) }, { utf8.codepoint(b, 1, -1) }
  local reach = math.max(1, math.max(#xs, #ys) // 2) - 1
  local partners, taken = {}, {}
  for i, x in ipairs(xs) do
    for j = math.max(1, i - reach), math.min(#ys, i + reach) do
      if ys[j] == x and not taken[j] then
        taken[j] = true
        partners[#partners + 1] = x
        break
      end
    end
  end
  local common, seen, turned = #partners, 0, 0
  if common == 0 then
    return 0
  end
  for j, y in ipairs(ys) do
    if taken[j] then
      seen = seen + 1
      if partners[seen] ~= y then
        turned = turned + 1
      end
    end
  end
  local jaro = (common / #xs + common / #ys + (common - turned // 2) / common) / 3
  if jaro <= 0.7 then
    return jaro
  end
  local same = 0
  while same < math.min(4, #xs) and xs[same + 1] == ys[same + 1] do
    same = same + 1
  end
  return jaro + 0.1 * same * (1 - jaro)
end

--- The candidate whose last occurrence in the text begins latest, in any case; else
--- the one most like a word of the text, at least `opts.threshold` (0.7); else nil.
function alc.match_enum(text, candidates, opts)
  local lowered = native.lower(1, text)
  if type(candidates) ~= "table" then
    mismatch(2, candidates, "Vec<String> (expected table)")
  end
  -- Candidates in lower case, by number and by text: a list may name one long text
  -- any number of times.
  local lows, known = {}, {}
  local candidate = rawget(candidates, 1)
  while candidate ~= nil do
    candidate = native.text(2, candidate)
    known[candidate] = known[candidate] or native.lower(2, candidate)
    lows[#lows + 1] = known[candidate]
    candidate = rawget(candidates, #lows + 1)
  end
  local threshold = tonumber(options(3, opts).threshold) or 0.7
  local best, most
  for i, low in ipairs(lows) do
    -- The longest beginning of the text that the candidate follows.
    local at = #low <= #lowered and lowered:match("^.*()" .. low:gsub("%p", "%%%0"))
    if at and (not best or at > most) then
      best, most = i, at
    end
  end
  if not best then
    for piece in lowered:gmatch("%S+") do
      for _, word in ipairs(native.words(piece)) do
        for i, low in ipairs(lows) do
          local like = likeness(word, low)
          if like and like >= threshold and (not best or like > most) then
            best, most = i, like
          end
        end
      end
    end
  end
  return best and rawget(candidates, best)
end

-- ── JSON ────────────────────────────────────────────────────────────────────

--- The first object or array in the text; nil if there is none. Tried in turn: the
--- whole text, what the first code fence holds, every place where an object begins,
--- every place where an array begins.
function alc.json_extract(text)
  if type(text) ~= "string" then
    return nil
  end
  local fences = { text, text:match("```json(.-)```") or "", text:match("```(.-)```") or "" }
  for _, whole in ipairs(fences) do
    local at = whole:match("^%s*()[{[]")
    if at then
      local value, after = native.json_at(whole, at)
      if value and not whole:find("%S", after) then
        return value
      end
    end
  end
  for _, bracket in ipairs { "{", "[" } do
    local at = text:find(bracket, 1, true)
    while at do
      local value = native.json_at(text, at)
      if value then
        return value
      end
      at = text:find(bracket, at + 1, true)
    end
  end
end

-- ── Pieces ──────────────────────────────────────────────────────────────────

-- A count of things; `default` for whatever is none.
local function count(value, default)
  local number = tonumber(value)
  if number and number > -1 and number < 2 ^ 64 then
    return math.tointeger(math.max(0, math.min(number, 2 ^ 53) // 1))
  end
  return default
end

--- Pieces of `opts.size` lines (`opts.mode = "lines"`, the default) or characters
--- (`"chars"`), each with the last `opts.overlap` of the piece before it.
function alc.chunk(text, opts)
  text = native.text(1, text)
  opts = options(2, opts)
  local by_chars = opts.mode == "chars"
  local size, overlap = count(opts.size, 50), count(opts.overlap, 0)

  -- The place behind so many lines or characters.
  local function behind(at, units)
    if by_chars then
      return utf8.offset(text, units + 1, at) or #text + 1
    end
    for _ = 1, units do
      at = (text:find("\n", at, true) or #text) + 1
    end
    return at
  end

  local pieces = alc.json_array()
  local at = size == 0 and #text + 1 or 1
  while at <= #text do
    local after = behind(at, size)
    local piece = text:sub(at, after - 1)
    if not by_chars then
      -- Without the end of the last line, and no line ends with a return.
      piece = piece:gsub("\r\n", "\n"):gsub("\n$", "")
    end
    pieces[#pieces + 1] = piece
    if after > #text then
      break
    end
    at = behind(at, math.max(1, size - overlap))
  end
  return pieces
end
