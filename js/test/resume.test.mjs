// Sessions that go from process to process: each restores, answers once, saves and
// ends. What is asked and what comes out is the same as without a stop, byte for byte.

import assert from "node:assert/strict";
import test from "node:test";
import { SessionRegistry } from "algocline-wasm";
import { resumeAll } from "../../scripts/lib/resume.mjs";
import { scriptedPrograms, strategyPackages } from "../../scripts/lib/strategies.mjs";

/** Programs that pause at every place where Lua can stand. */
const PLACES = {
  "pcall, xpcall and a message handler": `
    local ok, a = pcall(function() return alc.llm("1") .. alc.llm("2") end)
    local _, b = xpcall(function() error(alc.llm("3")) end, function(e) return alc.llm("h: " .. e) end)
    return { ok, a, b }`,
  "coroutines within coroutines": `
    local function inner() coroutine.yield(alc.llm("1")) return alc.llm("2") end
    local co = coroutine.wrap(function()
      local c = coroutine.create(inner)
      while coroutine.status(c) ~= "dead" do
        coroutine.yield(select(2, coroutine.resume(c)))
      end
    end)
    return { co(), co(), alc.llm("3") }`,
  "the comparator of a sort": `
    local list = { 5, 3, 9, 1 }
    table.sort(list, function(a, b) alc.llm(a .. " or " .. b) return a < b end)
    return list`,
  "callbacks of gsub and an iterator": `
    local s = ("a b c"):gsub("%a", function(c) return alc.llm(c) end)
    local seen = {}
    for word in (function() local n = 0 return function() n = n + 1
      if n < 4 then return alc.llm("next " .. n) end end end)() do seen[#seen + 1] = word end
    return { s, seen }`,
  "metamethods and a variable that is closed": `
    local log = {}
    local t = setmetatable({}, {
      __index = function(_, k) return alc.llm("index " .. k) end,
      __newindex = function(t, k, v) rawset(t, k, alc.llm("set " .. v)) end,
      __add = function(a, b) return alc.llm("add") end,
      __concat = function() return alc.llm("concat") end,
      __lt = function() return alc.llm("lt") ~= "" end,
      __eq = function() return alc.llm("eq") == "" end,
      __call = function(_, x) return alc.llm("call " .. x) end,
      __len = function() return #alc.llm("len") end,
    })
    do
      local c <close> = setmetatable({}, { __close = function() log[#log + 1] = alc.llm("close") end })
      t.x = "v"
    end
    local u = setmetatable({}, getmetatable(t))
    return { t.x, t.y, t + 1, t .. "s", t < u, t == u, t(5), #t, log }`,
  "a module that asks while it is loaded": `
    package.preload.asks = function() return { said = alc.llm("loading") } end
    return require("asks").said .. alc.llm("loaded") .. tostring(require("asks") == require("asks"))`,
  "random numbers, generators, closures and the accounts": `
    local rng, n = alc.math.rng_create(7), 0
    local function count() n = n + 1 return n end
    alc.progress(1, 3, "begun") alc.stats.record("k", { 1, 2 }) print("hello")
    local out = { math.random(), alc.math.rng_float(rng), count() }
    out[4] = alc.llm("1", { system = "s", max_tokens = 9, role = "r", grounded = true })
    out[5], out[6], out[7] = math.random(), alc.math.rng_float(rng), count()
    out[8] = alc.cache("c") out[9] = alc.cache("c")
    out[10], out[11] = alc.stats.llm_calls(), alc.stats.get("k")
    alc.state.set("kept", out[4]) alc.state.incr("n") alc.state.incr("n")
    out[12] = alc.llm("2") out[13] = alc.state.get("kept") out[14] = os.clock()
    out[15] = tostring(out) == tostring(out) and #tostring(print)
    return out`,
  batches: `
    local a = alc.llm_batch({ { prompt = "1" }, { prompt = "2", role = "x" }, { prompt = "3" } })
    local b = alc.parallel({ "p", "q" }, function(p) return p end, { post_fn = function(r) return alc.llm(r) end })
    return { a, b }`,
  forks: `
    package.loaded.one = nil
    return alc.fork({ "one", "two", "fails" }, { task = ctx.task }, { on_error = "skip" })`,
  "what refers to itself, weak tables and goto": `
    local t = { name = "t" } t.self = t
    local weak = setmetatable({}, { __mode = "k" }) weak[t] = "kept" weak[{}] = "gone"
    local i = 0
    ::again::
    i = i + 1
    t[alc.llm("round " .. i)] = i
    if i < 3 then goto again end
    collectgarbage()
    local left = 0 for _ in pairs(weak) do left = left + 1 end
    t.self = t.self == t
    return { t, left }`,
  "collections happen at the same instruction": `
    local weak, out = setmetatable({}, { __mode = "v" }), {}
    for round = 1, 4 do
      for i = 1, 3000 do weak[#weak + 1] = { i, tostring(i) } end
      local left = 0
      for i = 1, 3000 * round do if weak[i] then left = left + 1 end end
      out[round] = { left, collectgarbage("count"), alc.llm("round " .. round) }
    end
    return out`,
  "an error at last": `
    local a = alc.llm("1")
    local function deeper() error({ code = alc.llm(a) }) end
    local ok, e = pcall(deeper)
    error("over: " .. e.code)`,
};

const MODULES = {
  one: `return { run = function(ctx) ctx.result = alc.llm("one " .. ctx.task) .. alc.llm("one again") return ctx end }`,
  two: `return { run = function(ctx)
    ctx.result = alc.llm_batch({ { prompt = "two a" }, { prompt = "two b" } }) return ctx end }`,
  fails: `return { run = function() error(alc.llm("fails")) end }`,
};

const programs = () =>
  Object.entries(PLACES).map(([name, code]) => ({
    name,
    code,
    ctx: { task: "t", budget: { max_llm_calls: 100 } },
    options: { seed: "places", env: { A: "1" } },
    answersTo: ({ queries }) =>
      queries.map(({ query_id, prompt }, i) => ({
        query_id,
        response: `<${prompt}>`,
        ...(i === 0 && { usage: { prompt_tokens: 3, completion_tokens: 2 } }),
      })),
  }));

async function check(list, packages) {
  const results = await resumeAll(list, { SessionRegistry, packages });
  const wrong = results.flatMap(({ name, problems }) => problems.map((what) => `${name}: ${what}`));
  assert.deepEqual(wrong, []);
  for (const { name, images, pauses } of results) {
    assert.ok(pauses > 0 && images.length >= pauses, name);
  }
}

test("every strategy goes from process to process", () =>
  check(scriptedPrograms(), strategyPackages()));

test("a program can be saved wherever it stands", () => check(programs(), MODULES));
