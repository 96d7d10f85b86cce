-- A JSON writer and reader in Lua: what strategies do with model answers.
local function encode(value, out)
  local kind = type(value)
  if kind == "table" then
    if #value > 0 then
      out[#out + 1] = "["
      for i, item in ipairs(value) do
        if i > 1 then
          out[#out + 1] = ","
        end
        encode(item, out)
      end
      out[#out + 1] = "]"
    else
      local keys = {}
      for key in pairs(value) do
        keys[#keys + 1] = key
      end
      table.sort(keys)
      out[#out + 1] = "{"
      for i, key in ipairs(keys) do
        out[#out + 1] = (i > 1 and "," or "") .. '"' .. key .. '":'
        encode(value[key], out)
      end
      out[#out + 1] = "}"
    end
  elseif kind == "string" then
    out[#out + 1] = '"' .. value:gsub('[%c"\\]', function(c)
      return ("\\u%04x"):format(c:byte())
    end) .. '"'
  else
    out[#out + 1] = tostring(value)
  end
end

local decode
local function skip(text, at)
  return text:find("[^ \n]", at) or #text + 1
end
local function list(text, at, close, item)
  local result = {}
  at = skip(text, at + 1)
  while text:sub(at, at) ~= close do
    at = skip(text, item(result, at))
    if text:sub(at, at) == "," then
      at = skip(text, at + 1)
    end
  end
  return result, at + 1
end
function decode(text, at)
  at = skip(text, at)
  local first = text:sub(at, at)
  if first == "{" then
    return list(text, at, "}", function(result, from)
      local key, after = decode(text, from)
      local value, next = decode(text, after + 1)
      result[key] = value
      return next
    end)
  elseif first == "[" then
    return list(text, at, "]", function(result, from)
      local value, next = decode(text, from)
      result[#result + 1] = value
      return next
    end)
  elseif first == '"' then
    local stop = text:find('"', at + 1, true)
    local s = text:sub(at + 1, stop - 1):gsub("\\u(%x%x%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
    return s, stop + 1
  end
  local word = text:match("^[%w%.%-+]+", at)
  if word == "true" or word == "false" then
    return word == "true", at + #word
  end
  return tonumber(word), at + #word
end

local answers = {}
for i = 1, 60 do
  answers[i] = {
    id = i,
    score = i / 8,
    ok = i % 2 == 0,
    text = 'line "' .. i .. '"\nof an answer',
    tags = { "a" .. i, "b", "c" },
  }
end
local length, sum = 0, 0
for _ = 1, 25 do
  local out = {}
  encode({ answers = answers, count = #answers }, out)
  local text = table.concat(out)
  length = length + #text
  local back = decode(text, 1)
  for _, answer in ipairs(back.answers) do
    sum = sum + answer.score + #answer.text + #answer.tags
  end
  answers = back.answers
end
return length .. ":" .. sum
