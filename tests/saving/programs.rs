//! Programs that pause in all kinds of places.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

/// A program with a model that answers it.
pub struct Program {
    pub name: String,
    pub code: String,
    pub ctx: Json,
    pub packages: BTreeMap<String, String>,
    /// The `status` with which it ends.
    pub ends: &'static str,
    /// Answers by pause (from 0) and place in it; elsewhere the answer is made of
    /// the prompt.
    answers: Vec<Vec<String>>,
}

impl Program {
    fn new(name: &str, code: &str) -> Self {
        Self {
            name: name.to_owned(),
            code: code.to_owned(),
            ctx: json!({"task": "a task", "n": 3}),
            packages: BTreeMap::new(),
            ends: "completed",
            answers: Vec::new(),
        }
    }

    fn with_package(mut self, name: &str, source: &str) -> Self {
        self.packages.insert(name.to_owned(), source.to_owned());
        self
    }

    fn that_fails(mut self) -> Self {
        self.ends = "error";
        self
    }

    /// The answer to a query of a pause, from 1. A prompt that begins with `fail:` gets
    /// none.
    pub fn answer(&self, pause: u64, query: &Json) -> Result<String, String> {
        let prompt = query["prompt"].as_str().unwrap();
        if let Some(reason) = prompt.strip_prefix("fail:") {
            return Err(reason.to_owned());
        }
        let index = query["id"].as_str().unwrap().strip_prefix("q-");
        if let Some(index) = index.and_then(|index| index.parse::<usize>().ok())
            && let Some(answers) = self.answers.get(pause as usize - 1)
            && let Some(answer) = answers.get(index)
        {
            return Ok(answer.clone());
        }
        // A number from 0 to 9 that depends on all of the prompt.
        let sum = prompt
            .bytes()
            .fold(0_u32, |sum, byte| sum * 31 % 997 + u32::from(byte));
        Ok((sum % 10).to_string())
    }
}

/// Programs by the place at which they pause.
pub fn all() -> Vec<Program> {
    PROGRAMS
        .iter()
        .map(|(name, code)| Program::new(name, code))
        .chain([
            Program::new("an error that nothing catches", "alc.llm('a') error({code = alc.llm('b')})")
                .that_fails(),
            Program::new("an error of alc that is raised again", RAISED_AGAIN).that_fails(),
            Program::new("require", "local m = require('m') return m.twice(alc.llm('main')) .. m.first")
                .with_package("m", "local first = alc.llm('in the module')\nreturn { first = first, twice = function(x) return require('m.sub')(x) .. x end }")
                .with_package("m.sub", "local got = alc.llm('in the other module')\nreturn function(x) return got .. x end"),
            Program::new("fork", "local found = alc.fork({'one', 'two', 'bad'}, {n = 2}) local last = alc.llm('after') return {found, last}")
                .with_package("one", CHILD)
                .with_package("two", "local one = require('one')\nreturn { run = function(ctx) ctx.n = ctx.n + 2 return one.run(ctx) end }")
                .with_package("bad", "return { run = function() error('no: ' .. alc.llm('bad')) end }"),
            Program::new("forks in forks", "return alc.fork({'outer', 'one', 'outer'}, {n = 2})")
                .with_package("one", CHILD)
                .with_package("outer", "return { run = function(ctx) local inner = alc.fork({'one', 'one'}, ctx) return {inner, alc.llm('outer')} end }"),
        ])
        .collect()
}

const CHILD: &str = "
return { run = function(ctx)
  local out = {}
  for i = 1, ctx.n do
    out[i] = alc.llm('child ' .. i)
  end
  local batch = alc.llm_batch({{prompt = 'x' .. ctx.n}, {prompt = 'y' .. ctx.n}})
  alc.state.set('seen', #batch)
  return { out, batch, alc.state.get('seen') }
end }";

const RAISED_AGAIN: &str = "
local ok, why = pcall(alc.llm, 'fail:no model')
local more = alc.llm('what now?')
error(why, 0)";

const PROGRAMS: [(&str, &str); 22] = [
    ("one query", "return alc.llm('2+2?', {system = 'be brief', max_tokens = 7, role = 'grader', grounded = true, underspecified = true, cache_breakpoint = 'here'})"),
    ("a loop", "local sum = 0 for i = 1, ctx.n do sum = sum + tonumber(alc.llm('n ' .. i)) end return sum"),
    ("a batch", "local list = alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}, {prompt = 'c', system = 's'}}) return list"),
    ("pcall", "
        local ok, why = pcall(function() local x = alc.llm('inside') error('after ' .. x) end)
        local ok2, why2 = pcall(alc.llm, 'fail:gone')
        local ok3, why3 = xpcall(function() alc.llm('deep') error({}) end, function(e) return type(e) .. alc.llm('in the handler') end)
        return {ok, why, ok2, why2, ok3, why3}"),
    ("a coroutine", "
        local function worker(name)
          return coroutine.wrap(function(a)
            local got = alc.llm(name .. a)
            local b = coroutine.yield(got)
            local c <close> = setmetatable({}, {__close = function() alc.llm(name .. ' closes') end})
            return got .. alc.llm(name .. b)
          end)
        end
        local one, two = worker('one'), worker('two')
        local a, b = one(1), two(2)
        return {a, b, one(b), two(a)}"),
    ("a coroutine in a coroutine", "
        local outer = coroutine.create(function()
          local inner = coroutine.create(function() local x = alc.llm('innermost') coroutine.yield(x) return alc.llm('again') end)
          local _, x = coroutine.resume(inner)
          coroutine.yield(x)
          local _, y = coroutine.resume(inner)
          return y
        end)
        local out = {}
        while coroutine.status(outer) ~= 'dead' do out[#out + 1] = select(2, coroutine.resume(outer)) end
        return out"),
    ("sort", "
        local list = {5, 3, 9, 1}
        table.sort(list, function(a, b) return tonumber(alc.llm(a .. '<' .. b)) * 0 + a < b end)
        return list"),
    ("gsub", "return (string.gsub('one two three', '%w+', function(word) return '<' .. alc.llm(word) .. '>' end))"),
    ("metamethods", "
        local t = setmetatable({}, {
          __index = function(_, k) return alc.llm('index ' .. k) end,
          __newindex = function(t, k, v) rawset(t, k, v .. alc.llm('newindex ' .. k)) end,
          __add = function(a, b) return tonumber(alc.llm('add')) end,
          __eq = function() return alc.llm('eq') ~= '' end,
          __lt = function() return alc.llm('lt') == '' end,
          __concat = function(a, b) return alc.llm('concat') end,
          __call = function(self, x) return alc.llm('call ' .. x) end,
          __len = function() return tonumber(alc.llm('len')) end,
          __tostring = function() return alc.llm('tostring') end,
        })
        t.x = 'v'
        return {t.a, t.x, t + 1, t == setmetatable({}, getmetatable(t)), t < t, t .. 'x', t(5), #t, tostring(t)}"),
    ("iterators", "
        local out = {}
        local function each(n, i) i = i + 1 if i <= n then return i, alc.llm('item ' .. i) end end
        for i, answer in each, 3, 0 do out[i] = answer end
        for word in string.gmatch('a b', '%a') do out[#out + 1] = alc.llm(word) end
        for k, v in pairs({x = 1, y = 2}) do out[#out + 1] = k .. alc.llm(k .. v) end
        return out"),
    ("load", "
        local f = load('local a = ... return a .. alc.llm(\"in loaded code\")', '=loaded')
        local pieces = {'return ', 'alc.llm(', '\"pieces\")'}
        local i = 0
        local g = load(function() i = i + 1 return pieces[i] and (alc.llm('piece ' .. i) and pieces[i]) end)
        return f('x') .. g()"),
    ("closures and goto", "
        local fs = {}
        for i = 1, 3 do local x = i fs[i] = function() x = x + 1 return x + tonumber(alc.llm('f' .. i)) end end
        local sum, i = 0, 1
        ::again::
        sum = sum + fs[i]() + fs[i]()
        i = i + 1
        if i <= 3 then goto again end
        return sum"),
    ("varargs and multiple results", "
        local function f(...) local a = alc.llm('vararg') return select('#', ...), a, ... end
        return {f(1, nil, 'x', nil)}"),
    ("weak tables and identity", "
        local key = {}
        local weak = setmetatable({[key] = 'kept', [{}] = 'lost'}, {__mode = 'k'})
        local shared = {key, key}
        alc.llm('now')
        collectgarbage()
        local n = 0
        for _ in pairs(weak) do n = n + 1 end
        return {weak[key], shared[1] == shared[2], n, tostring(key) == tostring(shared[1])}"),
    ("numbers", "
        local values = {0.1, -0.0, 1/0, -1/0, math.maxinteger, math.mininteger, 2^53, 3, 3.0}
        local nan = 0/0
        alc.llm('x')
        local out = {}
        for i, v in ipairs(values) do out[i] = string.format('%q', v) end
        return {out, nan ~= nan, 1 / values[2] < 0}"),
    ("random numbers", "
        local a = math.random(1000)
        alc.llm('first')
        local b = math.random(1000)
        local g = alc.math.rng_create(7)
        local c = alc.math.rng_int(g, 1, 1000)
        alc.llm('second')
        return {a, b, c, alc.math.rng_int(g, 1, 1000), alc.math.normal_sample(g, 0, 1), math.random()}"),
    ("state and cards", "
        alc.state.set('k', {deep = {1, 2}})
        local id = alc.card.create({pkg = {name = 'p'}, note = 'a card'})
        local a = alc.llm('with a card', {card_context = {pkg = 'p'}})
        local seen = alc.state.get('k')
        alc.state.set('k', alc.llm('again'))
        return {seen, alc.state.get('k'), #alc.card.list({}), a}"),
    ("statistics, logs and progress", "
        alc.stats.record('mine', {a = {1, 2.5, 'x'}, b = true})
        alc.log('warn', 'careful')
        print('printed')
        alc.progress(1, 2, 'half')
        alc.llm('q')
        alc.stats.record('more', alc.stats.get('mine'))
        alc.progress(2, 2)
        return {alc.stats.llm_calls(), alc.env.HOME, os.getenv('HOME'), os.clock() > 0, os.time() > 0}"),
    ("cache", "
        local a = alc.cache('same') local b = alc.cache('same') local c = alc.cache('other') local d = alc.cache('same')
        return {a, b, c, d, alc.cache_info()}"),
    ("strings of all sizes", "
        local long = string.rep('x', 10000) .. alc.llm('long')
        local short, bytes = 'short' .. alc.llm('short'), '\\0\\255\\128'
        local t = {[long] = 1, [short] = 2, [bytes] = 3}
        alc.llm('q')
        return {#long, t[long], t[short], t['\\0' .. '\\255\\128'], #bytes}"),
    ("changed libraries", "
        string.shout = function(s) return s:upper() .. '!' end
        local old = print
        print = function(...) old('changed', ...) end
        table.insert(package.searchers, 1, function(name) if name == 'made' then return function() return {v = alc.llm('made')} end end end)
        alc.llm('a')
        print(('x'):shout())
        local made = require('made')
        _G.extra = made
        alc.llm('b')
        return {extra.v, ('y'):shout(), package.loaded.made == made}"),
    ("a budget", "
        local out = {}
        for i = 1, 3 do
          local left = alc.budget_remaining()
          out[i] = left and left.llm_calls or 'none'
          alc.llm('b' .. i)
        end
        return out"),
];

/// Every case of every strategy in `strategies/`.
pub fn strategies() -> Vec<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("strategies");
    let mut found = Vec::new();
    let mut packages = BTreeMap::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.join("init.lua").exists() {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let source = fs::read_to_string(path.join("init.lua")).unwrap();
            let cases = fs::read_to_string(path.join("tests.json")).unwrap();
            packages.insert(name.clone(), source);
            found.push((name, serde_json::from_str::<Json>(&cases).unwrap()));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut programs = Vec::new();
    for (name, cases) in &found {
        for case in cases.as_array().unwrap() {
            programs.push(strategy_case(name, case, &packages));
        }
    }
    assert!(programs.len() >= 9);
    programs
}

fn strategy_case(name: &str, case: &Json, packages: &BTreeMap<String, String>) -> Program {
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let answers = |pause: &Json| {
        pause["answers"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect()
    };
    Program {
        name: format!("{name}: {}", text(&case["name"])),
        code: format!("return require('{name}').run(ctx).result"),
        ctx: case["ctx"].clone(),
        packages: packages.clone(),
        ends: if case["error"].is_null() {
            "completed"
        } else {
            "error"
        },
        answers: case["pauses"]
            .as_array()
            .unwrap()
            .iter()
            .map(answers)
            .collect(),
    }
}
