-- Graders: each says how well an answer does, from 0 to 1 or as a boolean, and
-- what its verdict was.
local alc = alc
local graders = {}
-- `eval.lua` takes them from here.
alc._graders = graders

local function trim(text)
  return (text:match("^%s*(.-)%s*$"))
end

-- The texts that a case expects.
local function expectations(case)
  local expected = case.expected
  if expected == nil then
    return {}
  elseif type(expected) ~= "table" then
    return { tostring(expected) }
  end
  local texts = {}
  for i, text in ipairs(expected) do
    texts[i] = tostring(text)
  end
  return texts
end

-- Whether one of the expected texts passes the test.
local function any(case, test)
  for _, expected in ipairs(expectations(case)) do
    if test(expected) then
      return true
    end
  end
  return false
end

--- The answer is an expected text; blanks around both do not count.
function graders.exact_match(answer, case)
  return any(case, function(expected)
    return trim(answer) == trim(expected)
  end)
end

--- An expected text occurs in the answer.
function graders.contains(answer, case)
  return any(case, function(expected)
    return answer:find(expected, 1, true) ~= nil
  end)
end

--- The answer begins with an expected text.
function graders.starts_with(answer, case)
  return any(case, function(expected)
    return trim(answer):sub(1, #expected) == expected
  end)
end

--- The answer ends with an expected text.
function graders.ends_with(answer, case)
  return any(case, function(expected)
    return expected == "" or trim(answer):sub(-#expected) == expected
  end)
end

--- An expected Lua pattern matches somewhere in the answer.
function graders.pattern(answer, case)
  return any(case, function(expected)
    return answer:find(expected) ~= nil
  end)
end

--- The answer has a JSON object or array in it.
function graders.json_valid(answer)
  return alc.json_extract(answer) ~= nil
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    if not same(value, b[key]) then
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

--- The share of the expected fields that the JSON object in the answer has with
--- the expected values.
function graders.json_fields(answer, case)
  local found = alc.json_extract(answer)
  local total, right = 0, 0
  for key, value in pairs(type(case.expected) == "table" and case.expected or {}) do
    total = total + 1
    if found and same(found[key], value) then
      right = right + 1
    end
  end
  return total > 0 and right / total or 0
end

--- The first number in the answer is an expected one, give or take
--- `case.tolerance` (1e-9).
function graders.numeric(answer, case)
  local found = alc.parse_number((answer:gsub("(%d),(%d%d%d)", "%1%2")))
  return any(case, function(expected)
    local number = tonumber(expected)
    local tolerance = tonumber(case.tolerance) or 1e-9
    return found ~= nil and number ~= nil and math.abs(found - number) <= tolerance
  end)
end

-- ── Judged by a model ───────────────────────────────────────────────────────

local JUDGE = "You grade answers. Reply with the verdict only."

local function judge(question, parts)
  local lines = {}
  for _, part in ipairs(parts) do
    if part[2] ~= nil and part[2] ~= "" then
      lines[#lines + 1] = part[1] .. ":\n" .. tostring(part[2])
    end
  end
  lines[#lines + 1] = question
  local prompt = table.concat(lines, "\n\n")
  return alc.llm(prompt, { system = JUDGE, role = "grader", max_tokens = 64 })
end

local function reference(case)
  local texts = expectations(case)
  return #texts > 0 and table.concat(texts, "\nor: ") or nil
end

--- A judge's mark from 1 to 5 by `case.rubric`, as 0 to 1.
function graders.llm_rubric(answer, case)
  local verdict = judge("How well does the answer meet the rubric? Give one digit from 1 (not at all) to 5 (fully).", {
    { "Task", case.input },
    { "Rubric", case.rubric or "The answer is correct, complete and to the point." },
    { "Reference", reference(case) },
    { "Answer", answer },
  })
  local mark = tonumber(verdict:match("[1-5]"))
  return mark and (mark - 1) / 4 or 0, mark or verdict
end

--- A judge's yes or no to `case.rubric`, or to whether the answer is right.
function graders.llm_yes_no(answer, case)
  local verdict = judge("Is it so? Reply yes or no.", {
    { "Task", case.input },
    { "Claim about the answer", case.rubric or "The answer is correct." },
    { "Reference", reference(case) },
    { "Answer", answer },
  })
  return alc.match_bool(verdict) == true, verdict
end

local AGREEMENT = { consistent = 1, partial = 0.5, contradicts = 0 }

--- A judge's comparison of the facts with the expected ones.
function graders.llm_factuality(answer, case)
  local verdict = judge(
    "Compare the facts only. Reply consistent if the answer agrees with the reference, "
      .. "partial if it leaves out or adds facts, contradicts if it disagrees.",
    {
      { "Task", case.input },
      { "Reference", reference(case) },
      { "Answer", answer },
    }
  )
  local agreement = alc.match_enum(verdict, { "consistent", "partial", "contradicts" })
  return AGREEMENT[agreement] or 0, agreement or verdict
end
