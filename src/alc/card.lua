-- `alc.card`: records of runs, which never change but may grow.
local alc, native = alc, alc._native
local store, raise, text = native.store, native.raise, native.text
local card = {}
alc.card = card

local SCHEMA = "card/v0"
local STATUSES = { succeeded = true, failed = true, skipped = true }

-- ── Reading and writing ─────────────────────────────────────────────────────

-- What JSON makes of a value: a copy without functions, or an error.
local function plain(value)
  return alc.json_decode(alc.json_encode(value))
end

local function is_list(value)
  return type(value) == "table" and (#value > 0 or alc.json_encode(value) == "[]")
end

local function now()
  return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(alc.time()))
end

local function log(format, ...)
  native.card_log(format:format(...))
end

local function is_name(name)
  return name ~= "" and not name:find("[/\\\0]") and not name:find("..", 1, true)
end

-- The value at a dotted path.
local function at_path(value, path)
  for part in path:gmatch("[^.]+") do
    if type(value) ~= "table" then
      return nil
    end
    value = value[part]
  end
  return value
end

-- Numbers before texts before the rest; equal values are no smaller.
local function less(a, b)
  if type(a) ~= type(b) then
    return type(a) < type(b)
  elseif type(a) == "number" or type(a) == "string" then
    return a < b
  elseif type(a) == "boolean" then
    return not a and b
  end
  return false
end

local function read(id)
  local found, value = store("get", "card/" .. id)
  if found and type(value) ~= "table" then
    raise(("alc.card: what is stored of card '%s' is no card"):format(id))
  end
  return found and value or nil
end

local function must_read(prefix, id)
  local found = read(id)
  if not found then
    raise(("%scard '%s' not found"):format(prefix, id))
  end
  return found
end

local function all_cards()
  local _, values = store("entries", "card/")
  local cards = {}
  for _, value in ipairs(values) do
    if type(value) == "table" and type(value.card_id) == "string" then
      cards[#cards + 1] = value
    end
  end
  return cards
end

-- ── Making a card ───────────────────────────────────────────────────────────

-- The part of an id that tells what was run.
local function short_name(input)
  local name = at_path(input, "run.flow") or at_path(input, "model.id")
  if type(name) ~= "string" then
    return "model"
  end
  name = name:gsub("^claude%-", ""):gsub("^gpt%-", ""):gsub("[^%w]", "")
  return name ~= "" and name or "model"
end

local function check_run(run)
  if run == nil then
    return
  end
  local why
  if type(run) ~= "table" then
    why = "expected an object"
  elseif run.status == nil then
    why = "missing field `status`"
  elseif not STATUSES[run.status] then
    why = ("unknown variant `%s`, expected one of `succeeded`, `failed`, `skipped`"):format(
      tostring(run.status)
    )
  end
  if why then
    raise(
      "alc.card: invalid run field (status must be one of: succeeded, failed, skipped): " .. why
    )
  end
end

-- An id of which no card is stored. Equal cards of one second differ in the last
-- digits.
local function free_id(input)
  local stamp = input.created_at:gsub("[-:Z]", "")
  local base = ("%s_%s_%s_"):format(input.pkg.name, short_name(input), stamp)
  local id = base .. native.hash(input):sub(-6)
  local turn = 1
  while read(id) do
    turn = turn + 1
    id = base .. native.hash { input, turn }:sub(-6)
  end
  return id
end

--- Stores a new card; its `card_id` and the key under which it lies.
function card.create(input)
  if type(input) ~= "table" then
    raise("alc.card.create: input must be a table")
  end
  input = plain(input)
  local name = at_path(input, "pkg.name")
  if type(name) ~= "string" then
    raise("alc.card.create: pkg.name is required")
  elseif not is_name(name) then
    raise(("Invalid pkg name: '%s'"):format(name))
  end
  check_run(input.run)
  if input.created_at == nil then
    input.created_at = now()
  elseif type(input.created_at) ~= "string" then
    raise("alc.card.create: created_at must be a string")
  end
  input.schema_version = SCHEMA
  input.created_by = input.created_by or ("alc@" .. native.version)
  local id = input.card_id
  if id == nil then
    id = free_id(input)
  elseif type(id) ~= "string" or not is_name(id) then
    raise(("alc.card.create: invalid card_id '%s'"):format(tostring(id)))
  elseif read(id) then
    raise(("alc.card.create: card '%s' already exists (immutable)"):format(id))
  end
  input.card_id = id
  if type(input.params) == "table" and not is_list(input.params) then
    input.param_fingerprint = native.hash(input.params)
  end
  local path = "card/" .. id
  store("set", path, input)
  log("created pkg=%s card_id=%s", name, id)
  return { card_id = id, path = path }
end

--- A card; nil if there is none of this id.
function card.get(id)
  return read(text(1, id))
end

--- Adds fields that the card lacks; the whole card.
function card.append(id, fields)
  id = text(1, id)
  if type(fields) ~= "table" then
    raise("alc.card.append: fields must be a table")
  end
  local kept = must_read("alc.card.append: ", id)
  fields = plain(fields)
  for key in pairs(fields) do
    if kept[key] ~= nil then
      raise(
        ("alc.card.append: key '%s' already set on card '%s' (immutable)"):format(
          tostring(key),
          id
        )
      )
    end
  end
  for key, value in pairs(fields) do
    kept[key] = value
  end
  check_run(kept.run)
  store("set", "card/" .. id, kept)
  log("appended card_id=%s", id)
  return kept
end

-- ── Finding cards ───────────────────────────────────────────────────────────

-- Deep equality of JSON values; 1 and 1.0 are the same.
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

local function comparable(a, b)
  return type(a) == type(b) and (type(a) == "number" or type(a) == "string")
end

local function is_among(value, list)
  if type(list) ~= "table" then
    raise("in and nin need an array")
  end
  for _, candidate in ipairs(list) do
    if same(value, candidate) then
      return true
    end
  end
  return false
end

-- Each operator by name; `value` is never nil, except for `exists`, `ne`, `nin`.
local operators = {
  eq = same,
  ne = function(value, wanted)
    return not same(value, wanted)
  end,
  lt = function(value, wanted)
    return comparable(value, wanted) and value < wanted
  end,
  lte = function(value, wanted)
    return comparable(value, wanted) and value <= wanted
  end,
  gt = function(value, wanted)
    return comparable(value, wanted) and value > wanted
  end,
  gte = function(value, wanted)
    return comparable(value, wanted) and value >= wanted
  end,
  ["in"] = is_among,
  nin = function(value, list)
    return not is_among(value, list)
  end,
  exists = function(value, wanted)
    return (value ~= nil) == (wanted ~= false)
  end,
  contains = function(value, wanted)
    if type(value) == "string" then
      return type(wanted) == "string" and value:find(wanted, 1, true) ~= nil
    end
    return is_list(value) and is_among(wanted, value)
  end,
  starts_with = function(value, wanted)
    return type(value) == "string"
      and type(wanted) == "string"
      and value:sub(1, #wanted) == wanted
  end,
}

local MATCHES_MISSING = { exists = true, ne = true, nin = true }

local function is_operation(predicate)
  if next(predicate) == nil then
    return false
  end
  for key in pairs(predicate) do
    if not operators[key] then
      return false
    end
  end
  return true
end

local matches

local function all_of(value, list, name)
  if not is_list(list) then
    raise(name .. " must be an array of sub-predicates")
  end
  for _, predicate in ipairs(list) do
    if not matches(value, predicate) then
      return false
    end
  end
  return true
end

local function any_of(value, list)
  if not is_list(list) then
    raise("_or must be an array of sub-predicates")
  end
  for _, predicate in ipairs(list) do
    if matches(value, predicate) then
      return true
    end
  end
  return false
end

local function fits(value, predicate)
  if type(predicate) ~= "table" or is_list(predicate) then
    return value ~= nil and same(value, predicate)
  elseif not is_operation(predicate) then
    return matches(value, predicate)
  end
  for name, wanted in pairs(predicate) do
    local is_open = value ~= nil or MATCHES_MISSING[name]
    if not is_open or not operators[name](value, wanted) then
      return false
    end
  end
  return true
end

-- Whether a value meets a nested predicate.
function matches(value, where)
  if type(where) ~= "table" then
    raise("where clause must be a table")
  end
  for key, predicate in pairs(where) do
    local met
    if key == "_and" then
      met = all_of(value, predicate, "_and")
    elseif key == "_or" then
      met = any_of(value, predicate)
    elseif key == "_not" then
      met = not matches(value, predicate)
    else
      local inner
      if type(value) == "table" then
        inner = value[key]
      end
      met = fits(inner, predicate)
    end
    if not met then
      return false
    end
  end
  return true
end

-- The order as a list of `{path, descending}`.
local function sort_keys(order_by)
  if order_by == nil then
    order_by = "-created_at"
  end
  if type(order_by) == "string" then
    order_by = { order_by }
  elseif not is_list(order_by) then
    raise("order_by must be a string or array of strings")
  end
  local keys = {}
  for i, key in ipairs(order_by) do
    if type(key) ~= "string" then
      raise("order_by must be a string or array of strings")
    end
    local sign, path = key:match("^(%-?)(.*)$")
    if path == "" then
      raise("order_by key must not be empty")
    elseif path:find("^%.") or path:find("%.$") or path:find("..", 1, true) then
      raise(("invalid order_by key: '%s'"):format(key))
    end
    keys[i] = { path, sign == "-" }
  end
  return keys
end

-- Sorts cards. Where a field is missing, the card comes last, be the order rising
-- or falling; ids settle what is equal, so that the order is always the same.
local function sort(cards, order_by)
  local keys = sort_keys(order_by)
  local ranks = {}
  for _, found in ipairs(cards) do
    local rank = {}
    for i, key in ipairs(keys) do
      rank[i] = at_path(found, key[1])
    end
    ranks[found] = rank
  end
  table.sort(cards, function(a, b)
    for i, key in ipairs(keys) do
      local x, y = ranks[a][i], ranks[b][i]
      if (x == nil) ~= (y == nil) then
        return y == nil
      elseif less(x, y) then
        return not key[2]
      elseif less(y, x) then
        return key[2]
      end
    end
    return a.card_id > b.card_id
  end)
end

local function pass_rate(found)
  local rate = at_path(found, "stats.pass_rate")
  if rate == nil then
    rate = found.pass_rate
  end
  return type(rate) == "number" and rate or nil
end

local function summary(found)
  local function name_of(value, field)
    if type(value) == "table" then
      return value[field]
    end
    return value
  end
  return {
    card_id = found.card_id,
    pkg = name_of(found.pkg, "name"),
    created_at = found.created_at,
    model = name_of(found.model, "id"),
    flow = at_path(found, "run.flow"),
    scenario = name_of(found.scenario, "name"),
    pass_rate = pass_rate(found),
  }
end

local function count(value, default, name)
  if value == nil then
    return default
  end
  local number = math.tointeger(tonumber(value))
  if not number or number < 0 then
    raise(("alc.card: %s must be a non-negative integer"):format(name))
  end
  return number
end

-- The part of a list that `offset` and `limit` of `opts` leave.
local function page(list, opts)
  local offset = count(opts.offset, 0, "offset")
  local limit = count(opts.limit, #list, "limit")
  local first = offset + 1
  local last = limit >= #list - offset and #list or offset + limit
  return alc.json_array(table.move(list, first, last, 1, {}))
end

local function options(opts, name)
  if opts == nil then
    return {}
  elseif type(opts) ~= "table" then
    raise(("%s: options must be a table"):format(name))
  end
  return opts
end

local function select(opts)
  local found = {}
  for _, kept in ipairs(all_cards()) do
    local is_wanted = opts.pkg == nil or at_path(kept, "pkg.name") == opts.pkg
    if is_wanted and (opts.where == nil or matches(kept, opts.where)) then
      found[#found + 1] = kept
    end
  end
  sort(found, opts.order_by)
  return page(found, opts)
end

--- Summaries of the cards that meet `where`, in the order of `order_by`.
function card.find(opts)
  opts = options(opts, "alc.card.find")
  if opts.where ~= nil and type(opts.where) ~= "table" then
    raise("where clause must be a table")
  end
  local found = select(opts)
  for i, kept in ipairs(found) do
    found[i] = summary(kept)
  end
  return found
end

--- Summaries of all cards, or of one package's, the newest first.
function card.list(opts)
  return card.find { pkg = options(opts, "alc.card.list").pkg }
end

-- ── Samples ─────────────────────────────────────────────────────────────────

local function samples_of(id)
  local found, rows = store("get", "card_samples/" .. id)
  if not found then
    return nil
  elseif type(rows) ~= "table" then
    raise(("alc.card: what is stored as samples of card '%s' is no list"):format(id))
  end
  return rows
end

--- Stores a card's samples, once.
function card.write_samples(id, samples)
  id = text(1, id)
  if type(samples) == "table" and next(samples) == nil then
    samples = alc.json_array()
  elseif not is_list(samples) then
    raise("alc.card.write_samples: samples must be an array")
  end
  must_read("", id)
  if samples_of(id) then
    raise(
      ("alc.card.write_samples: samples already exist for card '%s' (write-once)"):format(id)
    )
  end
  local path = "card_samples/" .. id
  store("set", path, samples)
  log("samples_written card_id=%s bytes=%d", id, #alc.json_encode(samples))
  return { path = path, count = #samples }
end

--- A card's samples that meet `where`, from `offset` on, at most `limit`.
function card.read_samples(id, opts)
  id = text(1, id)
  opts = options(opts, "alc.card.read_samples")
  must_read("", id)
  local rows = {}
  for _, row in ipairs(samples_of(id) or {}) do
    if opts.where == nil or matches(row, opts.where) then
      rows[#rows + 1] = row
    end
  end
  return page(rows, opts)
end

-- ── Aliases ─────────────────────────────────────────────────────────────────

--- Gives a card a name, which may have been another card's.
function card.alias_set(name, id, opts)
  name, id = text(1, name), text(2, id)
  opts = options(opts, "alc.card.alias_set")
  if name == "" then
    raise("alc.card.alias_set: the name must not be empty")
  end
  must_read("alc.card.alias_set: ", id)
  local alias = {
    name = name,
    card_id = id,
    pkg = opts.pkg,
    set_at = now(),
    note = opts.note,
  }
  store("set", "card_alias/" .. name, alias)
  log("aliases_written bytes=%d", #alc.json_encode(alias))
  return alias
end

--- All names, or those set for one package, in order.
function card.alias_list(opts)
  local pkg = options(opts, "alc.card.alias_list").pkg
  local _, values = store("entries", "card_alias/")
  local aliases = alc.json_array()
  for _, alias in ipairs(values) do
    if type(alias) == "table" and (pkg == nil or alias.pkg == pkg) then
      aliases[#aliases + 1] = alias
    end
  end
  table.sort(aliases, function(a, b)
    return less(a.name, b.name)
  end)
  return aliases
end

--- The card of a name; nil if the name is not in use.
function card.get_by_alias(name)
  name = text(1, name)
  local found, alias = store("get", "card_alias/" .. name)
  if not found then
    return nil
  end
  local id = type(alias) == "table" and tostring(alias.card_id) or "?"
  local target = read(id)
  if not target then
    raise(("alc.card.get_by_alias: alias '%s' names card '%s', which is not there"):format(name, id))
  end
  return target
end

-- ── Where cards come from ───────────────────────────────────────────────────

-- A field that stands at the top of a card or in its metadata.
local function origin(found, field)
  local value = found[field]
  if value == nil then
    value = at_path(found, "metadata." .. field)
  end
  return value
end

-- Whether a relation is one of those wanted.
local function passes(relation, filter)
  if filter == nil then
    return true
  elseif type(filter) == "table" then
    return is_among(relation, filter)
  end
  return relation == filter
end

local DIRECTIONS = { up = true, down = true, both = true }

--- The cards from which a card was derived (`up`), those derived from it
--- (`down`), or `both`, as nodes and edges; nil for an unknown card.
function card.lineage(opts)
  opts = options(opts, "alc.card.lineage")
  local id = text(1, opts.card_id)
  local direction = opts.direction == nil and "up" or opts.direction
  if not DIRECTIONS[direction] then
    raise(("direction must be 'up', 'down', or 'both' (got '%s')"):format(tostring(direction)))
  end
  local depth = count(opts.depth, 10, "depth")
  local root = read(id)
  if not root then
    return nil
  end
  local nodes, edges = alc.json_array(), alc.json_array()
  local result = { root = id, nodes = nodes, edges = edges, truncated = false }
  local seen = { [id] = true }

  local function add_node(found, level)
    nodes[#nodes + 1] = {
      card_id = found.card_id,
      pkg = at_path(found, "pkg.name"),
      depth = level,
      prior_card_id = origin(found, "prior_card_id"),
      prior_relation = origin(found, "prior_relation"),
      stats = opts.include_stats ~= false and found.stats or nil,
    }
  end

  local function add_edge(child, parent_id)
    edges[#edges + 1] = {
      from = child.card_id,
      to = parent_id,
      relation = origin(child, "prior_relation"),
    }
  end

  local function climb()
    local child, level = root, 0
    while true do
      local parent_id = origin(child, "prior_card_id")
      if
        type(parent_id) ~= "string"
        or not passes(origin(child, "prior_relation"), opts.relation_filter)
      then
        return
      end
      if level >= depth then
        result.truncated = true
        return
      end
      local parent = not seen[parent_id] and read(parent_id)
      if not parent then
        return
      end
      seen[parent_id] = true
      level = level + 1
      add_edge(child, parent_id)
      add_node(parent, -level)
      child = parent
    end
  end

  local function descend()
    local children = {}
    local cards = all_cards()
    sort(cards, "created_at")
    for _, found in ipairs(cards) do
      local parent_id = origin(found, "prior_card_id")
      if type(parent_id) == "string" then
        children[parent_id] = children[parent_id] or {}
        table.insert(children[parent_id], found)
      end
    end
    local generation, level = { root }, 0
    while #generation > 0 do
      local nextgen = {}
      for _, parent in ipairs(generation) do
        for _, child in ipairs(children[parent.card_id] or {}) do
          local is_wanted = passes(origin(child, "prior_relation"), opts.relation_filter)
          if is_wanted and not seen[child.card_id] then
            if level >= depth then
              result.truncated = true
              return
            end
            seen[child.card_id] = true
            add_edge(child, parent.card_id)
            add_node(child, level + 1)
            nextgen[#nextgen + 1] = child
          end
        end
      end
      generation, level = nextgen, level + 1
    end
  end

  add_node(root, 0)
  if direction ~= "down" then
    climb()
  end
  if direction ~= "up" then
    descend()
  end
  return result
end

-- ── Comparing ───────────────────────────────────────────────────────────────

-- The numbers of one column of a card's samples.
local function column(id, metric, where)
  local values = {}
  for i, row in ipairs(card.read_samples(id, { where = where })) do
    local value
    if type(metric) == "function" then
      value = metric(row, i)
    else
      value = at_path(row, metric)
    end
    if type(value) ~= "number" then
      raise(
        ("alc.card.compare: sample %d of card '%s' has no number '%s'"):format(
          i,
          id,
          tostring(metric)
        )
      )
    end
    values[i] = value
  end
  if #values == 0 then
    raise(("alc.card.compare: card '%s' has no samples to compare"):format(id))
  end
  return values
end

--- Welch's t-test of one number of the samples of two cards.
function card.compare(a, b, opts)
  a, b = text(1, a), text(2, b)
  opts = options(opts, "alc.card.compare")
  local metric = opts.metric == nil and "score" or opts.metric
  if type(metric) ~= "string" and type(metric) ~= "function" then
    raise("alc.card.compare: metric must be a string or function")
  end
  local alpha = opts.alpha == nil and 0.05 or opts.alpha
  if type(alpha) ~= "number" or not (alpha > 0 and alpha < 1) then
    raise("alc.card.compare: alpha must be between 0 and 1")
  end
  local xs, ys = column(a, metric, opts.where), column(b, metric, opts.where)
  local mean_a, mean_b = alc.math.mean(xs), alc.math.mean(ys)
  local result = {
    metric = type(metric) == "string" and metric or "(function)",
    alpha = alpha,
    a = { card_id = a, n = #xs, mean = mean_a },
    b = { card_id = b, n = #ys, mean = mean_b },
    delta = mean_b - mean_a,
    significant = false,
  }
  -- The test needs two samples of each card, and something that varies.
  local varies = alc.math.variance(xs) > 0 or alc.math.variance(ys) > 0
  if #xs > 1 and #ys > 1 and varies then
    local test = alc.math.welch_t_test(xs, ys)
    result.t_stat, result.df, result.p_value = test.t_stat, test.df, test.p_value
    result.significant = test.p_value < alpha
  end
  if result.significant then
    result.winner = result.delta > 0 and "b" or "a"
  else
    result.winner = "tie"
  end
  return result
end

-- ── What only files can do ──────────────────────────────────────────────────

local OUTCOME = "alc.card.close: invalid outcome "
  .. "(status is required and must be one of: succeeded, failed, skipped): "

--- Not offered by this store: cards are made whole.
function card.open()
  raise("alc.card.open: this store keeps whole cards only; use alc.card.create")
end

--- Not offered by this store: cards are made whole.
function card.close(_, outcome)
  local status = type(outcome) == "table" and outcome.status
  if not status then
    raise(OUTCOME .. "missing field `status`")
  elseif not STATUSES[status] then
    local expected = "expected one of `succeeded`, `failed`, `skipped`"
    raise(OUTCOME .. ("unknown variant `%s`, %s"):format(tostring(status), expected))
  end
  raise("alc.card.close: this store keeps whole cards only; use alc.card.create")
end

--- Not offered by this store: there are no mirrors.
function card.sink_backfill()
  raise("alc.card.sink_backfill: this store has no sinks")
end

-- ── card_context ────────────────────────────────────────────────────────────

local MAX_CONTEXT = 100

local function context_line(found)
  local parts = { "Card" }
  local function add(format, value)
    if value ~= nil then
      local shown = type(value) == "table" and alc.json_encode(value) or tostring(value)
      parts[#parts + 1] = format:format((shown:gsub("[\r\n]+", " ")))
    end
  end
  local created = type(found.created_at) == "string" and found.created_at or ""
  local month, day = created:match("^%d+%-(%d%d)%-(%d%d)")
  add("%s", month and month .. "/" .. day)
  add("pkg=%s", at_path(found, "pkg.name"))
  add("card_id=%s", found.card_id)
  add("[run.status=%s]", at_path(found, "run.status"))
  add("Rating %s", pass_rate(found))
  add("reason=%s", at_path(found, "run.reason"))
  return table.concat(parts, " ")
end

local function context_cards(wanted)
  if type(wanted) == "string" then
    return { read(wanted) }
  elseif type(wanted) ~= "table" then
    return {}
  end
  local limit = math.tointeger(tonumber(wanted.limit)) or 5
  limit = math.max(0, math.min(limit, MAX_CONTEXT))
  return select { pkg = wanted.pkg, limit = limit }
end

-- What `alc.llm` calls for its option `card_context`: the system prompt with the
-- cards in front. A store that fails is only logged.
return function(wanted, system)
  local ok, found = pcall(context_cards, wanted)
  if not ok then
    native.card_log("card_context: " .. tostring(found))
    return system
  elseif #found == 0 then
    return system
  end
  local lines = { "<past_cards>" }
  for _, kept in ipairs(found) do
    lines[#lines + 1] = context_line(kept)
  end
  lines[#lines + 1] = "</past_cards>"
  if system ~= nil then
    lines[#lines + 1] = "\n" .. tostring(system)
  end
  return table.concat(lines, "\n")
end
