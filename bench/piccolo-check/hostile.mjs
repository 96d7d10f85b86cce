// Short programs that must not hurt the process that runs them.

const names = (count) => Array.from({ length: count }, (_, i) => `v${i}`);

/** Programs that must end in a value or a Lua error, never in a crash. */
export const crashes = [
  {
    name: "delete a key, then grow the table",
    source: `local t = {}
for i = 1, 8 do t["k" .. i] = i end
t.k1 = nil
for i = 9, 64 do t["k" .. i] = i end`,
  },
  {
    name: "delete all keys, then insert again",
    source: `local t = {}
for i = 1, 1000 do t["k" .. i] = i end
for i = 1, 1000 do t["k" .. i] = nil end
for i = 1, 2000 do t["n" .. i] = i end`,
  },
  { name: '"0" | 1', source: 'local x = "0" | 1' },
  { name: '"a" | 1', source: 'pcall(function() return "a" | 1 end)' },
  { name: "math.mininteger % -1", source: "local x = math.mininteger % -1" },
  { name: "math.mininteger // -1", source: "local x = math.mininteger // -1" },
  {
    name: "1 // 0 and 1 % 0",
    source: "pcall(function() return 1 // 0 end) pcall(function() return 1 % 0 end)",
  },
  { name: "shifts by 64 and more", source: "local x = 1 << 64, 1 >> 100, 1 << math.mininteger" },
  {
    name: "256 locals",
    source: names(256)
      .map((name) => `local ${name} = 1`)
      .join("\n"),
  },
  {
    name: "300 upvalues",
    source: `${names(150)
      .map((name) => `local ${name} = 1`)
      .join("\n")}
return function() return ${names(150).join(" + ")} end`,
  },
  { name: "300 parameters", source: `return function(${names(300).join(", ")}) end` },
  { name: "300 arguments", source: `print(${Array(300).fill("1").join(", ")})` },
  { name: "a + a + … 100,000 times", source: `local a = 1\nlocal b = a${" + a".repeat(100_000)}` },
  {
    name: "a .. a .. … 100,000 times",
    source: `local a = "x"\nlocal b = a${" .. a".repeat(100_000)}`,
  },
  {
    name: "100,000 nested parentheses",
    source: `local a = ${"(".repeat(100_000)}1${")".repeat(100_000)}`,
  },
  {
    name: "100,000 nested tables",
    source: `local a = ${"{".repeat(100_000)}${"}".repeat(100_000)}`,
  },
  { name: "100,000 nested blocks", source: `${"do ".repeat(100_000)}${"end ".repeat(100_000)}` },
  {
    name: "100,000 nested functions",
    source: `${"return function() ".repeat(100_000)}${"end ".repeat(100_000)}`,
  },
  { name: "100,000 times not", source: `local a = ${"not ".repeat(100_000)}true` },
  { name: "a table of 100,000 items", source: `local t = {${"1,".repeat(100_000)}}` },
  {
    name: "70,000 constants",
    source: `local t = {}\n${Array.from({ length: 70_000 }, (_, i) => `t[1] = ${i}.5`).join("\n")}`,
  },
  { name: "s = s .. s in a loop", source: 'local s = "x"\nfor i = 1, 60 do s = s .. s end' },
  { name: "recursion without end", source: "local function f() return 1 + f() end\nf()" },
  {
    name: "recursion through __index",
    source:
      "local t = {}\nsetmetatable(t, { __index = function(t, k) return t[k + 1] end })\nlocal x = t[1]",
  },
  { name: "recursion through pcall", source: "local function f() return pcall(f) end\nf()" },
  {
    name: "coroutines in coroutines",
    source: "local function f() return coroutine.wrap(f)() end\npcall(f)",
  },
  {
    name: "select and sub at the limits",
    source: `pcall(select, math.mininteger, 1)
pcall(function() return ("abc"):sub(math.mininteger, math.maxinteger) end)
pcall(function() return string.sub("abc", math.mininteger, math.mininteger) end)`,
  },
  { name: "table.unpack of a hundred million", source: "pcall(table.unpack, {}, 1, 100000000)" },
  {
    name: "math.random at the limits",
    source:
      "pcall(math.random, math.mininteger, math.maxinteger) pcall(math.random, 0) pcall(math.random, 2, 1)",
  },
  {
    name: "for at the limits",
    source:
      "for i = math.maxinteger - 1, math.maxinteger do end for i = math.mininteger, math.mininteger + 1 do end",
  },
];

/** Programs without an end, which a limit of fuel must stop. */
export const endless = [
  { name: "while true do end", source: "while true do end" },
  {
    name: "setmetatable(t, {__call = t}) t()",
    source: "local t = {}\nsetmetatable(t, { __call = t })\nt()",
  },
  {
    name: "__index that is its own table",
    source: "local t = {}\nsetmetatable(t, { __index = t })\nlocal x = t.missing",
  },
  { name: "while true do pcall(error) end", source: "while true do pcall(error) end" },
  {
    name: "coroutines made for ever",
    source: "while true do coroutine.create(function() end) end",
  },
  { name: "tail calls for ever", source: "local function f() return f() end\nf()" },
  { name: "goto for ever", source: "::top:: goto top" },
  { name: "an iterator for ever", source: "for _ in function() return 1 end do end" },
  { name: "garbage for ever", source: "while true do local t = { 1, 2, 3 } end" },
];
