---@meta

-- Lua's own libraries, in the form of types/alc.d.lua, for completion and hover.

---The table of all globals.
_G = {}

---"Lua 5.4".
---@type string
_VERSION = ""

---Raises an error unless the value is true; returns all its arguments.
---@param value any
---@param message? any Default: "assertion failed!".
---@return any ...
function assert(value, message) end

---Controls the garbage collector: "collect", "count" (in kilobytes), "step", "isrunning", "incremental", "generational".
---@param option? string
---@return any result
function collectgarbage(option, ...) end

---There are no files here, so this fails.
function dofile(name) end

---Raises an error. Its position is put before a text.
---@param message any
---@param level? integer Whose position: 1 the function's, 2 its caller's, 0 none.
function error(message, level) end

---The metatable of a value, or its field `__metatable`.
---@return table|nil metatable
function getmetatable(value) end

---Walks over the list part of a table: `for i, value in ipairs(list)`.
---@param list table
---@return function iterator
function ipairs(list) end

---Compiles a chunk and returns it as a function; nil and a message if it is no Lua.
---@param chunk string|function
---@param name? string
---@param mode? string Only "t": binary chunks are not loaded.
---@param env? table The globals that it sees.
---@return function|nil chunk
function load(chunk, name, mode, env) end

---There are no files here, so this fails.
function loadfile(name, mode, env) end

---The key after another one, and its value; nil at the end.
---@return any key, any value
function next(table, key) end

---Walks over all entries of a table, in the order in which they were added.
---@return function iterator
function pairs(table) end

---Calls a function; false and the error if it raises one, else true and its results.
---@return boolean ok, any ...
function pcall(f, ...) end

---Writes to the session's log.
function print(...) end

---Whether two values are the same, without metamethods.
---@return boolean same
function rawequal(a, b) end

---A table's entry, without metamethods.
function rawget(table, key) end

---The length of a table or string, without metamethods.
---@return integer length
function rawlen(value) end

---Sets a table's entry, without metamethods.
function rawset(table, key, value) end

---Loads a registered package, once, and returns what it gives.
---@param name string
---@return any module
function require(name) end

---The arguments from the nth on, from the end if negative; "#" gives their number.
---@param n integer|string
function select(n, ...) end

---Sets the metatable of a table and returns the table.
---@return table table
function setmetatable(table, metatable) end

---A number from a number or text; nil if it is none.
---@param value any
---@param base? integer From 2 to 36.
---@return number|nil number
function tonumber(value, base) end

---A value as text.
---@return string text
function tostring(value) end

---"nil", "boolean", "number", "string", "table", "function", "thread" or "userdata".
---@return string type
function type(value) end

---Writes a warning to the session's log.
function warn(message, ...) end

---Like pcall, with a function that sees the error where it was raised.
---@return boolean ok, any ...
function xpcall(f, handler, ...) end

---The codes of bytes.
---@param s string
---@param i? integer Default: 1.
---@param j? integer Default: i.
---@return integer ...
function string.byte(s, i, j) end

---A string of bytes by their codes.
---@return string s
function string.char(...) end

---Functions cannot be written as bytes here, so this fails.
function string.dump(f) end

---The place of the first match of a pattern, and its captures; nil without one.
---@param s string
---@param pattern string
---@param init? integer Where to begin.
---@param plain? boolean Whether the pattern is a plain text.
---@return integer|nil from, integer to, any ...
function string.find(s, pattern, init, plain) end

---Values in a form like that of C: %d, %5.2f, %s, %q, %x, %g, …
---@return string s
function string.format(form, ...) end

---Walks over all matches of a pattern: `for word in s:gmatch("%a+")`.
---@param s string
---@param pattern string
---@param init? integer
---@return function iterator
function string.gmatch(s, pattern, init) end

---Replaces matches of a pattern by a text with %1, a table's entry or a function's result.
---@param s string
---@param pattern string
---@param replacement string|table|function
---@param n? integer How many at most.
---@return string s, integer count
function string.gsub(s, pattern, replacement, n) end

---The number of bytes.
---@return integer length
function string.len(s) end

---With small letters.
---@return string s
function string.lower(s) end

---The captures of the first match of a pattern, or all of it; nil without one.
---@param s string
---@param pattern string
---@param init? integer
---@return string|nil ...
function string.match(s, pattern, init) end

---Values as bytes, by a format such as "<i4".
---@return string bytes
function string.pack(format, ...) end

---How many bytes a format takes.
---@return integer size
function string.packsize(format) end

---A string n times, with a separator between.
---@param s string
---@param n integer
---@param separator? string
---@return string s
function string.rep(s, n, separator) end

---With the bytes in reverse order.
---@return string s
function string.reverse(s) end

---The bytes from i to j, which count from the end if negative.
---@param s string
---@param i integer
---@param j? integer Default: -1.
---@return string s
function string.sub(s, i, j) end

---Values from bytes, by a format; the place after them comes last.
---@param format string
---@param bytes string
---@param at? integer
function string.unpack(format, bytes, at) end

---With capital letters.
---@return string s
function string.upper(s) end

---The texts of a list, with a separator between.
---@param list table
---@param separator? string
---@param i? integer
---@param j? integer
---@return string text
function table.concat(list, separator, i, j) end

---Adds a value at the end of a list, or before a place: `table.insert(list, value)`, `table.insert(list, place, value)`.
function table.insert(list, ...) end

---Copies the entries from `from` to `to` of a list to a place, of another table perhaps.
---@param list table
---@param from integer
---@param to integer
---@param place integer
---@param target? table
---@return table target
function table.move(list, from, to, place, target) end

---A list of the arguments, with their number as `n`.
---@return table list
function table.pack(...) end

---Takes an entry out of a list, the last unless a place is given.
---@param list table
---@param place? integer
---@return any value
function table.remove(list, place) end

---Sorts a list in place. The comparison may ask models.
---@param list table
---@param before? function Whether its first argument comes before its second.
function table.sort(list, before) end

---The entries of a list as results.
---@param list table
---@param i? integer
---@param j? integer
function table.unpack(list, i, j) end

---Pi.
---@type number
math.pi = 0

---Larger than every number.
---@type number
math.huge = 0

---The largest integer, 2^63 - 1.
---@type integer
math.maxinteger = 0

---The smallest integer, -2^63.
---@type integer
math.mininteger = 0

---Without the sign.
---@return number x
function math.abs(x) end

---The arc cosine, in radians.
---@return number x
function math.acos(x) end

---The arc sine, in radians.
---@return number x
function math.asin(x) end

---The arc tangent of y/x, in radians, in the right quadrant.
---@param y number
---@param x? number Default: 1.
---@return number angle
function math.atan(y, x) end

---The arc tangent of y/x, in radians; `math.atan` does the same.
---@return number angle
function math.atan2(y, x) end

---The smallest integer from x on.
---@return integer n
function math.ceil(x) end

---The cosine of radians.
---@return number x
function math.cos(x) end

---The hyperbolic cosine.
---@return number x
function math.cosh(x) end

---Radians in degrees.
---@return number degrees
function math.deg(x) end

---e to the power of x.
---@return number y
function math.exp(x) end

---The largest integer up to x.
---@return integer n
function math.floor(x) end

---The rest of a division, with the sign of x.
---@return number rest
function math.fmod(x, y) end

---Mantissa and exponent of x.
---@return number m, integer e
function math.frexp(x) end

---m times 2 to the power of e.
---@return number x
function math.ldexp(m, e) end

---The logarithm, natural without a base.
---@param x number
---@param base? number
---@return number y
function math.log(x, base) end

---The logarithm to base 10.
---@return number y
function math.log10(x) end

---The largest argument.
---@return number x
function math.max(x, ...) end

---The smallest argument.
---@return number x
function math.min(x, ...) end

---The whole part and the fraction.
---@return number whole, number fraction
function math.modf(x) end

---x to the power of y.
---@return number z
function math.pow(x, y) end

---Degrees in radians.
---@return number x
function math.rad(degrees) end

---A random number from 0 to 1, an integer from 1 to m, or one from m to n.
---@param m? integer
---@param n? integer
---@return number x
function math.random(m, n) end

---Begins another row of random numbers.
---@param x? integer
---@param y? integer
function math.randomseed(x, y) end

---The sine of radians.
---@return number y
function math.sin(x) end

---The hyperbolic sine.
---@return number y
function math.sinh(x) end

---The square root.
---@return number y
function math.sqrt(x) end

---The tangent of radians.
---@return number y
function math.tan(x) end

---The hyperbolic tangent.
---@return number y
function math.tanh(x) end

---x as an integer; nil if it is not one.
---@return integer|nil n
function math.tointeger(x) end

---"integer", "float", or nil for what is no number.
---@return string|nil type
function math.type(x) end

---Whether m is less than n as unsigned integers.
---@return boolean less
function math.ult(m, n) end

---A string of characters by their code points.
---@return string s
function utf8.char(...) end

---The pattern of one character.
---@type string
utf8.charpattern = ""

---The code points of characters.
---@param s string
---@param i? integer
---@param j? integer
---@param lax? boolean
---@return integer ...
function utf8.codepoint(s, i, j, lax) end

---Walks over the characters: `for place, code in utf8.codes(s)`.
---@param s string
---@param lax? boolean
---@return function iterator
function utf8.codes(s, lax) end

---The number of characters; nil and the place of the first bad byte.
---@param s string
---@param i? integer
---@param j? integer
---@param lax? boolean
---@return integer|nil length
function utf8.len(s, i, j, lax) end

---The place of the nth character from i on.
---@param s string
---@param n integer
---@param i? integer
---@return integer|nil place
function utf8.offset(s, n, i) end

---Ends a coroutine; its variables are closed.
---@return boolean ok, any error
function coroutine.close(co) end

---A coroutine that will run a function.
---@return thread co
function coroutine.create(f) end

---Whether the running function may yield.
---@param co? thread
---@return boolean can
function coroutine.isyieldable(co) end

---Goes on with a coroutine; true and what it yields or returns, or false and an error.
---@return boolean ok, any ...
function coroutine.resume(co, ...) end

---The running coroutine, and whether it is the main one.
---@return thread co, boolean main
function coroutine.running() end

---"running", "suspended", "normal" or "dead".
---@return string status
function coroutine.status(co) end

---A coroutine as a function that resumes it.
---@return function resume
function coroutine.wrap(f) end

---Stops the coroutine; its results are the arguments of the next resume.
---@return any ...
function coroutine.yield(...) end

---The work of the program so far, in seconds: it counts instructions, not time.
---@return number seconds
function os.clock() end

---A date as text, or as a table for "*t".
---@param form? string
---@param time? integer
---@return string|table date
function os.date(form, time) end

---Seconds between two times.
---@return number seconds
function os.difftime(later, earlier) end

---There are no commands here.
function os.execute(command) end

---Ends the program.
function os.exit(code) end

---A variable that the host has given.
---@return string|nil value
function os.getenv(name) end

---There are no files here, so this fails.
function os.remove(name) end

---There are no files here, so this fails.
function os.rename(from, to) end

---Only the "C" locale is there.
function os.setlocale(locale, category) end

---Seconds since the epoch, now or of a date.
---@param date? table
---@return integer time
function os.time(date) end

---There are no files here, so this fails.
function os.tmpname() end

---Closes a file; there are none here but the standard ones.
function io.close(file) end

---Does nothing: what is written is in the log at once.
function io.flush() end

---The standard input, which is at its end.
function io.input() end

---Walks over the lines of the standard input, of which there are none.
function io.lines(name) end

---There are no files here, so this fails.
function io.open(name, mode) end

---The standard output, which is the session's log.
function io.output() end

---There are no commands here, so this fails.
function io.popen(command, mode) end

---Reads from the standard input, which is at its end.
function io.read(...) end

---The session's log, at level "error".
io.stderr = nil

---An input that is at its end.
io.stdin = nil

---The session's log.
io.stdout = nil

---There are no files here, so this fails.
function io.tmpfile() end

---"file", "closed file", or nil for what is no file.
---@return string|nil type
function io.type(value) end

---Writes to the session's log.
function io.write(...) end

---The hook; none is ever called.
function debug.gethook() end

---What is known of a function or of a level of the stack.
---@param f function|integer
---@param what? string
---@return table|nil info
function debug.getinfo(f, what) end

---Name and value of a local variable.
---@return string|nil name, any value
function debug.getlocal(level, index) end

---The metatable of any value.
---@return table|nil metatable
function debug.getmetatable(value) end

---Name and value of an upvalue.
---@return string|nil name, any value
function debug.getupvalue(f, index) end

---The user value of a userdata.
function debug.getuservalue(userdata, n) end

---Hooks are never called.
function debug.sethook() end

---Sets a local variable.
---@return string|nil name
function debug.setlocal(level, index, value) end

---Sets the metatable of a table.
function debug.setmetatable(value, metatable) end

---Sets an upvalue.
---@return string|nil name
function debug.setupvalue(f, index, value) end

---Sets the user value of a userdata.
function debug.setuservalue(userdata, value, n) end

---The stack as text.
---@param message? string
---@param level? integer
---@return string text
function debug.traceback(message, level) end

---An identity of an upvalue.
function debug.upvalueid(f, index) end

---Makes a function share the upvalue of another one.
function debug.upvaluejoin(f, index, other, otherIndex) end

---The form of paths; five lines.
---@type string
package.config = ""

---There are no C modules here.
---@type string
package.cpath = ""

---Modules that are loaded, by name.
package.loaded = {}

---Where modules are looked for.
---@type string
package.path = ""

---Functions that load modules, by name.
package.preload = {}

---The functions that `require` asks.
package.searchers = {}
