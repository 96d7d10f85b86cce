//! Programs that pause in all places where a program can.

pub const PROGRAMS: &[(&str, &str)] = &[
    (
        "plain",
        r##"
        local t = {1, 2, x = "a" .. pause(3), [2.5] = true, [pause] = "f"}
        for i = 1, 3 do t[#t + 1] = pause(i * 1.5) end
        for k, v in pairs(t) do print(k == pause and "pause" or k, pause(v)) end
        print(tostring({}), tostring(print == pause), 1e308 * 10, -0.0, 2^53, math.mininteger)
        print("end", collectgarbage("count"))
        "##,
    ),
    (
        "pcall and error",
        r##"
        print(pcall(function() return pause(1), pause(2) end))
        print(pcall(function() pause(1) error({code = 7}) end))
        print(select(2, pcall(function() local x pause(x) x.y = 1 end)))
        print(pcall(pcall, pcall, pause, 5))
        local ok, e = pcall(function() pcall(error, "inner") pause("between") error("outer", 2) end)
        print(ok, e, "end")
        "##,
    ),
    (
        "xpcall handlers",
        r##"
        print(xpcall(function() error("boom") end, function(m) return pause("h:" .. m) end))
        print(xpcall(function() pause(1) local x = nil + 1 end, function(m) pause(0) return m .. "!" end))
        print(xpcall(function() error("a") end, function(m) pause(1) error("b") end))
        print(xpcall(pause, print, 1, 2, 3))
        local failing = coroutine.wrap(function() for i = 1, 30 do xpcall(error, error, "x") end return pause(1) end)
        print(failing()) pause("a dead coroutine")
        for i = 1, 30 do xpcall(error, error, "x") end
        assert(select(2, xpcall(error, function(m) return "h:" .. m end, "x")) == "h:x")
        print(xpcall(function() error("deep") end, function(m)
          return select(2, xpcall(function() error(pause(m .. "er")) end, function(n) return pause(n .. "est") end))
        end), "end")
        "##,
    ),
    (
        "coroutines",
        r##"
        local co = coroutine.create(function(a, b)
          print("start", a, pause(b))
          local c = coroutine.yield(a + b)
          print("got", pause(c))
          local d, e = coroutine.yield(c * 2)
          return d + e
        end)
        print(coroutine.resume(co, 1, 2))
        pause("outside")
        print(coroutine.status(co), coroutine.resume(co, 10))
        print(coroutine.resume(co, 3, pause(4)))
        print(coroutine.status(co), coroutine.resume(co))
        local gen = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(pause(i)) end end)
        for v in gen do print("gen", pause(v)) end
        local outer = coroutine.wrap(function()
          local inner = coroutine.wrap(function()
            for i = 1, 2 do pause("in" .. i) coroutine.yield(i) end
            error("inner fails")
          end)
          while true do
            local ok, v = pcall(inner)
            if not ok then coroutine.yield(pause(v)) break end
            coroutine.yield(v)
          end
          return "done"
        end)
        for i = 1, 4 do print(outer()) end
        local dead = coroutine.create(function() local x <const> = 1 pause(1) error({}) end)
        print(coroutine.resume(dead)) pause(2)
        print(coroutine.close(dead), coroutine.isyieldable(), coroutine.running())
        print("end")
        "##,
    ),
    (
        "many coroutines alive",
        r##"
        local list = {}
        for i = 1, 20 do
          list[i] = coroutine.create(function(...)
            local sum = 0
            local args = {...}
            while true do sum = sum + i args = {coroutine.yield(sum, #args)} end
          end)
        end
        for round = 1, 3 do
          local total = 0
          for i = 1, #list do
            local _, s = coroutine.resume(list[i], table.unpack({}, 1, round))
            total = total + s
          end
          print(pause(total))
        end
        for i = 1, #list, 2 do list[i] = nil end
        pause(1) collectgarbage() pause(2)
        print("end", collectgarbage("count"))
        "##,
    ),
    (
        "sort and gsub",
        r##"
        local t = {}
        for i = 1, 12 do t[i] = (i * 7) % 13 end
        table.sort(t, function(a, b) return pause(a) < pause(b) end)
        print(table.concat(t, " "))
        table.sort(t, function(a, b) if a == 5 then pause("five") end return a > b end)
        print(table.concat(t, " "))
        print(pcall(table.sort, {3, 1, 2}, function(a, b) pause(1) return true end))
        print(("hello world from lua"):gsub("%w+", function(w) return pause(w:upper()) end))
        print(("a1b22c333"):gsub("(%a)(%d+)", function(a, d) pause(a) return d .. a end, 2))
        print(("x"):rep(50, ","):gsub("x", setmetatable({}, {__index = function(_, k) return pause(k .. k) end})))
        for w, n in ("k=v, q=w"):gmatch("(%w)=(%w)") do print(w, pause(n)) end
        local big = {}
        for i = 1, 100 do big[i] = setmetatable({n = (i * 37) % 101}, {__lt = function(a, b) if (a.n + b.n) % 50 == 0 then pause(0) end return a.n < b.n end}) end
        table.sort(big)
        for i = 2, 100 do assert(big[i - 1].n <= big[i].n) end
        print("end")
        "##,
    ),
    (
        "metamethods",
        r##"
        local mt = {}
        local function V(x) return setmetatable({x = x}, mt) end
        for _, op in ipairs{"add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr", "concat"} do
          mt["__" .. op] = function(a, b)
            return op .. ":" .. tostring(pause(type(a) == "table" and a.x or a)) .. "," .. tostring(type(b) == "table" and b.x or b)
          end
        end
        mt.__unm = function(a) return pause("unm") end
        mt.__bnot = function(a) return pause("bnot") end
        mt.__len = function(a) return pause(42) end
        mt.__eq = function(a, b) return pause(a.x) == pause(b.x) end
        mt.__lt = function(a, b) return pause(a.x) < b.x end
        mt.__le = function(a, b) return pause(a.x) <= b.x end
        mt.__index = function(t, k) return pause("i" .. tostring(k)) end
        mt.__newindex = function(t, k, v) rawset(t, k, pause(v)) end
        mt.__call = function(self, ...) return self.x, pause(...) end
        mt.__tostring = function(self) return "V" .. pause(self.x) end
        mt.__name = "Vee"
        mt.__pairs = function(t) pause("pairs") return function(_, k) if not k then return pause(1), 2 end end, t, nil end
        local a, b = V(1), V(2)
        print(a + b, a - 1, 2 * b, a / b, a % 3, 3 ^ a, a // b, a & 1, 2 | b, a ~ b, a << 1, 1 >> b)
        print(a .. b, "s" .. a, a .. 1 .. "z" .. "y", 1 .. (2 .. a))
        print(-a, ~a, #a, a == b, a < b, a <= b, a > b, a >= b, a ~= V(1))
        print(a.foo, a[1], a.x)
        a.bar = 5 print(rawget(a, "bar"))
        print(a(7, 8), (b(9)))
        print(tostring(a), string.format("%s|%10s", a, b))
        print(a)
        for k, v in pairs(a) do print("p", k, v) end
        if a < b then print("less") end
        while a <= b and a.x < 4 do a.x = a.x + 1 end
        local c = setmetatable({}, {__index = setmetatable({}, {__index = mt.__index})})
        print(c.deep, rawlen(c), "end")
        "##,
    ),
    (
        "le by lt, method calls on strings",
        r##"
        local v = setmetatable({}, {__lt = function(a, b) return pause(true) end})
        print(v < v, pcall(function() return v <= v end))
        string.twice = function(s) return pause(s .. s) end
        print(("ab"):twice(), #("x"):rep(100))
        getmetatable("").__index = function(s, k) return pause(k) end
        print(("q").field)
        getmetatable("").__add = function(a, b) return "sum" .. pause(a) end
        print("end")
        "##,
    ),
    (
        "iterators and closures",
        r##"
        local function range(n)
          return function(s, c) c = c + 1 if c <= s then return pause(c) end end, n, 0
        end
        local fns = {}
        for i in range(3) do
          local j = i * 10
          fns[#fns + 1] = function(d) j = j + d return i, pause(j) end
        end
        for round = 1, 2 do for _, f in ipairs(fns) do print(f(round)) end end
        local function counter()
          local n = 0
          return function() n = n + 1 return n end, function() return pause(n) end
        end
        local inc, get = counter()
        inc() inc() print(get())
        local co = coroutine.wrap(function()
          local shared = 1
          local set = function(v) shared = v end
          coroutine.yield(set)
          coroutine.yield(pause(shared))
        end)
        local set = co()
        set(99) pause(0) set(100)
        print(co())
        for i = 10, 1, -3 do print(pause(i)) end
        for x = 0.5, 2 do print(pause(x)) end
        for i, v in ipairs(setmetatable({}, {__index = function(_, k) if k < 4 then return pause(k * k) end end})) do print(i, v) end
        for k in next, {a = 1, b = 2, c = 3} do print(pause(k)) end
        print("end")
        "##,
    ),
    (
        "closing variables",
        r##"
        local function res(name)
          return setmetatable({}, {__close = function(_, e) print("close", name, pause(e)) end})
        end
        do local a <close> = res("a") pause(1) end
        local function f()
          local a <close> = res("fa")
          local b <close> = res("fb")
          return pause(1), 2, 3
        end
        print(f())
        print(pcall(function() local a <close> = res("ea") local b <close> = res("eb") pause(0) error("why") end))
        for i, v in (function() return function(_, k) if not k then return 1, pause(2) end end, nil, nil, res("for") end)() do print(i, v) end
        local co = coroutine.create(function() local a <close> = res("co") coroutine.yield(1) end)
        coroutine.resume(co) pause("mid")
        print(coroutine.close(co))
        local co2 = coroutine.wrap(function()
          local x <close> = res("w")
          for i = 1, 2 do
            local y <close> = res("y" .. i)
            coroutine.yield(i)
            if i == 2 then goto out end
          end
          ::out::
          return "r"
        end)
        print(co2(), co2(), co2())
        print(pcall(function()
          local a <close> = setmetatable({}, {__close = function() pause(1) error("in close") end})
          local b <close> = res("last")
          error("first")
        end))
        print("end")
        "##,
    ),
    (
        "varargs and tail calls",
        r##"
        local function va(...)
          local a, b = ...
          pause(select("#", ...))
          return select(2, ...), ...
        end
        print(va(1, nil, 3))
        print((va(1, 2)), va())
        local function tail(n, ...) if n == 0 then return pause(...) end return tail(n - 1, n, ...) end
        print(tail(5))
        local t = {va(1, 2, 3), va(4, 5)}
        print(#t, table.unpack(t))
        print(select(-1, va(1, 2)), select("#", va()))
        local function many(...) local t = table.pack(...) pause(t.n) return ... end
        print(select("#", many(table.unpack(t, 1, 200))))
        print((function(...) local x = pause(...) return x, ... end)(1, 2))
        print("end")
        "##,
    ),
    (
        "deep recursion",
        r##"
        local function deep(n) if n == 0 then return pause(0) end return 1 + deep(n - 1) end
        print(deep(150))
        local function pdeep(n) if n == 0 then return pause(0) end local _, v = pcall(pdeep, n - 1) return v + 1 end
        print(pdeep(30))
        local function codeep(n) if n == 0 then return pause("bottom") end return coroutine.wrap(codeep)(n - 1) end
        print(codeep(20))
        print("end")
        "##,
    ),
    (
        "load and string functions",
        r##"
        local parts = {"return ", "pause(...)", " .. 'x'"}
        local i = 0
        local f = load(function() i = i + 1 return pause(parts[i]) end, "=parts")
        print(f("y"))
        local env = {pause = pause, n = 1}
        local g = load("n = n + 1 local function k() return pause(n) end return k, function() n = n * 2 end", "@g.lua", "t", env)
        local k, d = g()
        print(k()) d() print(k())
        print(load("return }", "=bad"))
        local h = load("local a = ... return function() a = a + 1 return pause(a) end")
        local h1, h2 = h(1), h(10)
        print(h1(), h1(), h2())
        local same = load("local a = ... return function() a = a + 1 return pause(a) end")
        print(same(5)())
        print(table.concat(setmetatable({}, {__index = function(_, i) return pause(i) end, __len = function() return 3 end}), ","))
        print(string.format("%s %q %5.2f", setmetatable({}, {__tostring = function() return pause("T") end}), "q\n", 3.14159))
        print(tostring(setmetatable({}, {__tostring = function() return pause("ts") end})))
        print(select(2, pcall(load, function() pause(1) error("reader") end)))
        print(table.unpack(setmetatable({}, {__index = function(_, i) return pause(i) end}), 1, 3))
        local ins = setmetatable({}, {__newindex = function(t, k, v) rawset(t, k, pause(v)) end})
        table.insert(ins, "v") print(ins[1])
        print(table.remove(setmetatable({}, {__len = function() return 1 end, __index = function() return pause("rm") end})))
        print(#table.move({1, 2, 3}, 1, 3, 2, setmetatable({}, {__newindex = function(t, k, v) rawset(t, k, pause(v)) end})))
        print("end")
        "##,
    ),
    (
        "weak tables and garbage",
        r##"
        local weak = setmetatable({}, {__mode = "v"})
        local keys = setmetatable({}, {__mode = "k"})
        local keep = {}
        for i = 1, 10 do
          local t = {i}
          weak[i] = t keys[t] = {i}
          if i % 3 == 0 then keep[#keep + 1] = t end
        end
        pause("before")
        local n = 0 for _ in pairs(weak) do n = n + 1 end
        print(n)
        collectgarbage()
        pause("after")
        n = 0 for _ in pairs(weak) do n = n + 1 end
        print(n)
        for k in pairs(keys) do print(k[1]) end
        for i = 1, 300 do local s = ("g"):rep(50) .. i; local t = {s, i, function() return t end} end
        pause("garbage") print(tostring({}), tostring(print):match("builtin") or "f", collectgarbage("count"))
        for i = 1, 700 do local s = ("h"):rep(100) .. i; local c = coroutine.create(function() end) end
        pause("more") print(tostring({}), tostring(function() end), tostring(coroutine.create(print)), collectgarbage("count"))
        local t = {}
        for i = 1, 20 do t["k" .. i] = i end
        for i = 1, 20, 2 do t["k" .. i] = nil end
        for k, v in pairs(t) do t[k] = nil if v == 10 then pause(k) end end
        print(next(t))
        print("end")
        "##,
    ),
    (
        "changed libraries",
        r##"
        string.foo = function(s) return "foo" .. s end
        table.insert = nil
        math.pi = 3
        _G.print2 = print
        local old = print
        print = function(...) old("p", ...) end
        pause(1)
        print(("x"):foo(), table.insert, math.pi, math.huge)
        package = nil
        os = nil collectgarbage() pause(2)
        print(pcall(next, {}, "nope"))
        local env = _ENV
        _ENV = setmetatable({}, {__index = env})
        pause(3)
        x = 1
        print(x, env.x)
        debug.setmetatable(1, {__index = function(n, k) return pause(n) end})
        print((5).any)
        math.randomseed(42) pause(4) print(math.random(100), math.random())
        print("end")
        "##,
    ),
    (
        "goto and nested loops",
        r##"
        local n = 0
        ::top::
        for i = 1, 3 do
          for j = 1, 3 do
            if (i + j) % 2 == 0 then goto continue end
            n = n + pause(i * j)
            ::continue::
          end
        end
        repeat local x = pause(n) n = n + 1 until x > 20
        while n < 40 do n = n + pause(7) if n > 35 then break end end
        if n < 100 then n = n + 50 goto top end
        print(n, "end")
        "##,
    ),
];
