---@meta alc

-- Everything that a strategy finds besides Lua's own libraries, for editors:
-- LuaCATS annotations as lua-language-server reads them. The file is never run by
-- a session. Every function of `alc` and `std` is here, and none that is not
-- there: `tests/alc/editor.rs` compares it with what is registered.
--
-- Its form is regular, so that other tools can read it line by line. Blocks are
-- parted by an empty line. A block is
--   - one line `---` with one sentence that says what the thing is or does;
--   - then, of a class, `---@class NAME` and a line `---@field NAME TYPE text` for
--     each field, and perhaps a table `path = {}` whose functions follow;
--   - of a function, `---@param NAME TYPE text` for each parameter in order,
--     `---@return TYPE name` for each result, and `function PATH(NAMES) end`;
--   - of a value, `---@type TYPE` and `path = …`.
-- A `?` after a name marks what may be left out; `(default: …)` ends the text where
-- there is a default. A type has no blanks but inside of `fun(…)` and `{…}`.
-- Methods are written `function alc.env:get(…) end`.

-- ── Shapes ──────────────────────────────────────────────────────────────────

---Any value that JSON can say.
---@alias alc.Json nil|boolean|number|string|table

---What is asked besides the prompt.
---@class alc.LlmOptions
---@field system? string The system prompt.
---@field max_tokens? integer The longest answer, in tokens (default: 1024)
---@field grounded? boolean Whether the answer must rest on evidence (default: false)
---@field underspecified? boolean Whether the answer depends on what only the user knows (default: false)
---@field cache_breakpoint? string An opaque mark for the host's prompt cache.
---@field role? string An opaque hint who shall answer.
---@field card_context? string|alc.CardContext Cards to put before the system prompt.

---Which cards a query shows.
---@class alc.CardContext
---@field pkg? string Only cards of this package.
---@field limit? integer How many at most, up to 100 (default: 5)

---One query of a batch.
---@class alc.Query
---@field prompt string The question.
---@field system? string The system prompt.
---@field max_tokens? integer The longest answer, in tokens (default: 1024)
---@field grounded? boolean Whether the answer must rest on evidence (default: false)
---@field underspecified? boolean Whether the answer depends on what only the user knows (default: false)
---@field cache_breakpoint? string An opaque mark for the host's prompt cache.
---@field role? string An opaque hint who shall answer.

---What `alc.cache` takes besides the options of `alc.llm`.
---@class alc.CacheOptions: alc.LlmOptions
---@field cache_key? string Stands for the whole query.
---@field cache_skip? boolean Whether to ask in any case (default: false)

---How `alc.cache` has done.
---@class alc.CacheInfo
---@field entries integer How many answers are kept.
---@field hits integer How often an answer was there.
---@field misses integer How often a model was asked.
---@field max_entries integer How many answers are kept at most.

---How `alc.parallel` asks.
---@class alc.ParallelOptions
---@field system? string The system prompt of prompts that are texts.
---@field max_tokens? integer The longest answer to prompts that are texts (default: 1024)
---@field post_fn? fun(answer: string, item: any, index: integer): any Makes a result of an answer.

---How `alc.fork` takes failures.
---@class alc.ForkOptions
---@field on_error? "skip"|"abort"|"fail" An entry with `ok = false`, or an error once all have ended (default: "skip")

---What has become of one strategy of a fork.
---@class alc.ForkEntry
---@field strategy string Its name.
---@field ok boolean Whether it has returned.
---@field result? any What it has returned.
---@field error? string Why it has failed.

---How a text is cut.
---@class alc.ChunkOptions
---@field mode? "lines"|"chars" What is counted (default: "lines")
---@field size? integer How many to a piece (default: 50)
---@field overlap? integer How many of them a piece shares with the one before (default: 0)

---How like a word must be.
---@class alc.MatchOptions
---@field threshold? number The least Jaro-Winkler similarity, from 0 to 1 (default: 0.7)

---The most frequent answer.
---@class alc.Vote
---@field winner? string The answer; nil without any.
---@field count integer How often it was given.
---@field total integer How many answers there were.

---What is left of a budget; a limit that was not set is nil.
---@class alc.BudgetLeft
---@field llm_calls? integer Queries.
---@field elapsed_ms? integer Milliseconds.
---@field tokens? integer Tokens of prompts and answers.

---Where overrides are found.
---@class alc.TuningOptions
---@field prefix? string The field of the context that holds them.

---How `alc.pipe` goes on.
---@class alc.PipeOptions
---@field on_error? "abort"|"skip" Whether a failing stage raises or is noted and skipped (default: "abort")
---@field on_stage? fun(index: integer, name: string, ctx: table) Called after each stage.

---How `alc.eval` runs.
---@class alc.EvalOptions
---@field strategy_opts? table Fields of the context of every run.
---@field auto_card? boolean Whether the report is stored as a card (default: false)
---@field card_pkg? string The package of that card (default: the strategy)

---What a strategy is tested on.
---@class alc.Scenario
---@field cases alc.EvalCase[] The cases.
---@field graders? (string|function|table)[] Names of graders, functions, or `{grader, weight = n}` (default: {"exact_match"})
---@field name? string A name for the report.
---@field provider? fun(case: table): table Answers the cases instead of the strategy.

---One case of a scenario.
---@class alc.EvalCase
---@field input any The task.
---@field expected? any The text or texts that are right; for `json_fields`, fields.
---@field rubric? string What a judge goes by.
---@field tolerance? number How far a number may be off (default: 1e-9)
---@field tags? string[] Groups of the report.
---@field context? table Fields of the context of this run.
---@field name? string A name.

---What `alc.eval` has found.
---@class alc.EvalReport
---@field name string The strategy and the scenario.
---@field aggregated table Totals, pass rates, scores, confidence interval, by tag.
---@field results table[] Every case with its answer and grades.
---@field failures table[] Those that have not passed.
---@field summary string All of it in a few lines.
---@field card_id? string The card, with `auto_card`.

---What `alc.state.reset` takes away.
---@class alc.ResetOptions
---@field steps? string[] Names in `data.completed_steps`.
---@field fields? string[] Keys of `data`.

---A card before it is stored.
---@class alc.CardInput
---@field pkg {name: string} What was run.
---@field card_id? string Its name (default: made of package, model and time)
---@field created_at? string The time in RFC 3339 (default: now)
---@field model? table The model; `id` goes into the name.
---@field params? table Settings; they get a fingerprint.
---@field stats? table Figures; `pass_rate` is shown in summaries.
---@field run? {status: "succeeded"|"failed"|"skipped", flow?: string, reason?: string} How it went.

---What lists show of a card.
---@class alc.CardSummary
---@field card_id string Its name.
---@field pkg string What was run.
---@field created_at? string When.
---@field model? string With which model.
---@field flow? string In which flow.
---@field scenario? string On which scenario.
---@field pass_rate? number How well.

---Which cards are listed.
---@class alc.CardListOptions
---@field pkg? string Only those of this package.

---Which cards are found, and in which order.
---@class alc.CardFindOptions
---@field pkg? string Only those of this package.
---@field where? table What they must meet: nested fields, operators, `_and`, `_or`, `_not`.
---@field order_by? string|string[] Dotted paths; a minus reverses (default: "-created_at")
---@field limit? integer How many at most (default: all)
---@field offset? integer How many are left out first (default: 0)

---Which samples are read.
---@class alc.SampleOptions
---@field where? table What they must meet.
---@field limit? integer How many at most (default: all)
---@field offset? integer How many are left out first (default: 0)

---A card's second name.
---@class alc.CardAlias
---@field name string The name.
---@field card_id string The card.
---@field set_at string When it was given.
---@field pkg? string The package it was given for.
---@field note? string A note.

---What an alias is given for.
---@class alc.AliasOptions
---@field pkg? string The package.
---@field note? string A note.

---How far relatives of a card are looked for.
---@class alc.LineageOptions
---@field card_id string The card.
---@field direction? "up"|"down"|"both" Ancestors, descendants or both (default: "up")
---@field depth? integer How many generations at most (default: 10)
---@field include_stats? boolean Whether nodes have `stats` (default: true)
---@field relation_filter? string|string[] Only these relations (default: all)

---A card's relatives.
---@class alc.Lineage
---@field root string The card.
---@field nodes table[] Cards with their depth: below zero for ancestors.
---@field edges {from: string, to: string, relation?: string}[] From child to parent.
---@field truncated boolean Whether the depth has cut any off.

---How cards are compared.
---@class alc.CompareOptions
---@field metric? string|fun(row: table, index: integer): number A dotted path in a sample, or what makes a number of it (default: "score")
---@field alpha? number The level of significance (default: 0.05)
---@field where? table What samples must meet.

---What Welch's t-test says of two cards.
---@class alc.Comparison
---@field metric string The metric.
---@field alpha number The level of significance.
---@field a {card_id: string, n: integer, mean: number} The first card.
---@field b {card_id: string, n: integer, mean: number} The second card.
---@field delta number The mean of `b` less that of `a`.
---@field t_stat? number The statistic.
---@field df? number The degrees of freedom.
---@field p_value? number The two-sided p-value.
---@field significant boolean Whether the p-value is below `alpha`.
---@field winner "a"|"b"|"tie" The better one, if the difference is significant.

-- ── alc ─────────────────────────────────────────────────────────────────────

---The host's functions.
---@class alc
alc = {}

---What the host gave to the session; empty without.
---@type any
ctx = {}

---Asks a model and returns its answer; the program pauses until it is there.
---@param prompt string The question.
---@param opts? alc.LlmOptions
---@return string answer
function alc.llm(prompt, opts) end

---Asks several queries in one pause and returns the answers in their order.
---@param items alc.Query[] The queries, at least one.
---@return string[] answers
function alc.llm_batch(items) end

---Runs strategies side by side, each in surroundings of its own; all open queries are one pause.
---@param names string[] Packages with a function `run(ctx)`, at least one.
---@param ctx table Each gets a copy, through JSON.
---@param opts? alc.ForkOptions
---@return alc.ForkEntry[] entries
function alc.fork(names, ctx, opts) end

---Asks for an answer that rests on evidence.
---@param claim string The question.
---@param opts? alc.LlmOptions
---@return string answer
function alc.ground(claim, opts) end

---Asks for what only the user can know.
---@param prompt string The question.
---@param opts? alc.LlmOptions
---@return string answer
function alc.specify(prompt, opts) end

---Asks a model and returns the answer, or `default` where the query fails.
---@param prompt string The question.
---@param opts? alc.LlmOptions
---@param default? any What is returned after a failure.
---@return any answer
function alc.llm_safe(prompt, opts, default) end

---Asks for JSON, a second time if there is none in the answer.
---@param prompt string The question.
---@param opts? alc.LlmOptions
---@return table? value
---@return string raw
function alc.llm_json(prompt, opts) end

---Asks one query per item in one pause.
---@param items any[] The items, at least one.
---@param prompt_fn fun(item: any, index: integer): string|alc.Query Makes the query of an item.
---@param opts? alc.ParallelOptions
---@return any[] results
function alc.parallel(items, prompt_fn, opts) end

---Asks a query unless the same one was answered before in this session.
---@param prompt string The question.
---@param opts? alc.CacheOptions
---@return string answer
function alc.cache(prompt, opts) end

---Tells how the cache has done.
---@return alc.CacheInfo info
function alc.cache_info() end

---Forgets all cached answers and counts.
function alc.cache_clear() end

---Writes a value as JSON text.
---@param value any A value without functions, cycles and threads.
---@return string text
function alc.json_encode(value) end

---Reads a JSON text; null is nil.
---@param text string One JSON value.
---@return any value
function alc.json_decode(text) end

---Marks a table, or a new one, as an array in JSON even while it is empty.
---@param t? table The table; it must have no metatable (default: {})
---@return table array
function alc.json_array(t) end

---Finds the JSON object or array in a model's answer.
---@param text string The answer.
---@return table? value
function alc.json_extract(text) end

---Writes a line to the session's log.
---@param level string The level: "debug", "info", "warn", "error" or any other word.
---@param message string The text.
function alc.log(level, message) end

---Writes to the log what `alc.fmt` makes of the rest.
---@param level string The level.
---@param format? string A format of `string.format`.
---@param ... any What it shows.
function alc.log_fmt(level, format, ...) end

---Reports how far the program is.
---@param step integer Steps done, from 0.
---@param total integer All steps; 0 where nobody knows.
---@param message? string What is being done.
function alc.progress(step, total, message) end

---Tells the time in seconds since the epoch.
---@return number seconds
function alc.time() end

---Tells what is left of the budget; nil without one.
---@return alc.BudgetLeft? left
function alc.budget_remaining() end

---Tells whether the budget still allows a query; true without one.
---@return boolean allowed
function alc.budget_check() end

---Cuts a text into pieces.
---@param text string The text.
---@param opts? alc.ChunkOptions
---@return string[] pieces
function alc.chunk(text, opts) end

---Finds the one of several words that an answer means.
---@param text string The answer.
---@param candidates string[] The words.
---@param opts? alc.MatchOptions
---@return string? candidate
function alc.match_enum(text, candidates, opts) end

---Reads an answer as yes or no; nil if it says neither.
---@param text string The answer.
---@return boolean? verdict
function alc.match_bool(text) end

---Applies a function to each item.
---@param items any[] The items, up to the first nil.
---@param fn fun(item: any, index: integer): any Makes a result of an item.
---@return any[] results
function alc.map(items, fn) end

---Keeps the items for which a function is true.
---@param items any[] The items, up to the first nil.
---@param fn fun(item: any, index: integer): any Whether to keep an item.
---@return any[] kept
function alc.filter(items, fn) end

---Folds a list into one value.
---@param items any[] The items, up to the first nil.
---@param fn fun(acc: any, item: any, index: integer): any Adds an item.
---@param init? any What to begin with (default: the first item)
---@return any acc
function alc.reduce(items, fn, init) end

---Counts equal answers, blanks around them aside; the first one seen wins a tie.
---@param answers any[] The answers.
---@return alc.Vote vote
function alc.vote(answers) end

---Reads the first number in a text as a score from 1 to 10.
---@param text any The text.
---@param default? integer The score without a number (default: 5)
---@return integer score
function alc.parse_score(text, default) end

---Reads the first number in a text, or what the first capture of a pattern is.
---@param text any The text; anything else gives nil.
---@param pattern? string A Lua pattern.
---@return number? number
function alc.parse_number(text, pattern) end

---Makes a short hash that is the same for texts that differ only in case and blanks.
---@param text any The text.
---@return string digits
function alc.fingerprint(text) end

---Formats as `string.format` does, without minding numbers of the wrong kind.
---@param format? string A format of `string.format`.
---@param ... any What it shows.
---@return string text
function alc.fmt(format, ...) end

---Copies settings, with those that a context has in place of the defaults.
---@param defaults any The settings; what is no table is returned as it is.
---@param ctx? table Where overrides are.
---@param opts? alc.TuningOptions
---@return any settings
function alc.tuning(defaults, ctx, opts) end

---Runs strategies one after another: the result of each is the task of the next.
---@param strategies (string|fun(ctx: table): table)[] Packages or functions, at least one.
---@param ctx table The context of the first one.
---@param opts? alc.PipeOptions
---@return table ctx
function alc.pipe(strategies, ctx, opts) end

---Runs a strategy on the cases of a scenario and grades its answers.
---@param scenario string|alc.Scenario A scenario, or the module that returns it.
---@param strategy string The package.
---@param opts? alc.EvalOptions
---@return alc.EvalReport report
function alc.eval(scenario, strategy, opts) end

-- ── alc.env ─────────────────────────────────────────────────────────────────

---The variables that the host gave to the session, as read-only fields.
---@class alc.Env
---@field [string] string?
alc.env = {}

---Reads a variable.
---@param name string The variable.
---@param default? any What is returned without it.
---@return any value
function alc.env:get(name, default) end

---Copies those of several variables that are there.
---@param names string[] The variables.
---@return table<string,string> values
function alc.env:use(names) end

-- ── alc.stats ───────────────────────────────────────────────────────────────

---Figures of the session.
---@class alc.stats
alc.stats = {}

---Records a figure for the host, under `stats.custom` of the last event.
---@param key string Its name.
---@param value? any A value that JSON can say.
function alc.stats.record(key, value) end

---Reads a figure that was recorded.
---@param key string Its name.
---@return any value
function alc.stats.get(key) end

---Tells how many queries were asked so far.
---@return integer calls
function alc.stats.llm_calls() end

-- ── alc.state ───────────────────────────────────────────────────────────────

---Values that outlive the session, by key.
---@class alc.state
alc.state = {}

---Reads a value.
---@param key string The key; `prefix:id` is the same in every namespace.
---@param default? any What is returned where nothing is stored.
---@return any value
function alc.state.get(key, default) end

---Stores a value.
---@param key string The key.
---@param value? any A value that JSON can say; nil is stored as null.
function alc.state.set(key, value) end

---Lists the keys of the namespace, without those of the form `prefix:id`.
---@return string[] keys
function alc.state.keys() end

---Tells whether anything is stored, null included.
---@param key string The key.
---@return boolean found
function alc.state.has(key) end

---Takes a value away and tells whether it was there.
---@param key string The key.
---@return boolean gone
function alc.state.delete(key) end

---Stores a value unless there is one, and tells whether it did.
---@param key string The key.
---@param value? any A value that JSON can say.
---@return boolean stored
function alc.state.set_nx(key, value) end

---Adds to a number and returns the sum.
---@param key string The key.
---@param delta? number What to add (default: 1)
---@param default? number What to begin with (default: 0)
---@return number sum
function alc.state.incr(key, delta, default) end

---Stores what a function makes of the value, and returns it.
---@param key string The key.
---@param fn fun(value: any): any Makes the new value.
---@param default? any The value where nothing is stored.
---@return any value
function alc.state.update(key, fn, default) end

---Lists the keys of `ns:key` entries, in order.
---@param ns string What stands before the colon.
---@return string[] keys
function alc.state.list(ns) end

---Reads an `ns:key` entry, which must be there.
---@param ns string What stands before the colon.
---@param key string What stands behind it.
---@return any value
function alc.state.show(ns, key) end

---Stores an `ns:key` entry.
---@param ns string What stands before the colon.
---@param key string What stands behind it.
---@param value? any A value that JSON can say.
function alc.state.set_dispatched(ns, key, value) end

---Takes an `ns:key` entry away and tells whether it was there.
---@param ns string What stands before the colon.
---@param key string What stands behind it.
---@return boolean gone
function alc.state.delete_dispatched(ns, key) end

---Takes steps and fields out of the `data` of an `ns:key` entry; a copy is kept.
---@param ns string What stands before the colon.
---@param key string What stands behind it.
---@param opts? alc.ResetOptions
---@return {ok: boolean, backup_path: string, steps_removed: integer, fields_removed: integer} report
function alc.state.reset(ns, key, opts) end

-- ── alc.card ────────────────────────────────────────────────────────────────

---Records of runs, which never change but may grow.
---@class alc.card
alc.card = {}

---Stores a new card.
---@param input alc.CardInput The card; further fields are kept.
---@return {card_id: string, path: string} stored
function alc.card.create(input) end

---Reads a card; nil if there is none.
---@param id string The card.
---@return table? card
function alc.card.get(id) end

---Reads the card of an alias; nil if the alias is not in use.
---@param name string The alias.
---@return table? card
function alc.card.get_by_alias(name) end

---Lists cards, the newest first.
---@param opts? alc.CardListOptions
---@return alc.CardSummary[] cards
function alc.card.list(opts) end

---Finds cards.
---@param opts? alc.CardFindOptions
---@return alc.CardSummary[] cards
function alc.card.find(opts) end

---Adds fields that a card lacks, and returns all of it.
---@param id string The card.
---@param fields table The new fields.
---@return table card
function alc.card.append(id, fields) end

---Stores a card's samples, once.
---@param id string The card.
---@param samples any[] The samples; `alc.json_array()` or `{}` for none.
---@return {path: string, count: integer} stored
function alc.card.write_samples(id, samples) end

---Reads a card's samples.
---@param id string The card.
---@param opts? alc.SampleOptions
---@return any[] samples
function alc.card.read_samples(id, opts) end

---Gives a card a second name, which may have been another card's.
---@param name string The alias.
---@param id string The card.
---@param opts? alc.AliasOptions
---@return alc.CardAlias alias
function alc.card.alias_set(name, id, opts) end

---Lists aliases in order.
---@param opts? alc.CardListOptions
---@return alc.CardAlias[] aliases
function alc.card.alias_list(opts) end

---Finds what a card was derived from and what was derived from it; nil for an unknown card.
---@param opts alc.LineageOptions
---@return alc.Lineage? lineage
function alc.card.lineage(opts) end

---Compares one number of the samples of two cards by Welch's t-test.
---@param a string The first card.
---@param b string The second card.
---@param opts? alc.CompareOptions
---@return alc.Comparison comparison
function alc.card.compare(a, b, opts) end

---Raises an error: this store keeps whole cards only.
function alc.card.open() end

---Raises an error: this store keeps whole cards only.
---@param id? string The card.
---@param outcome? table How the run has ended.
function alc.card.close(id, outcome) end

---Raises an error: this store has no mirrors.
function alc.card.sink_backfill() end

-- ── std ─────────────────────────────────────────────────────────────────────

---Small helpers under the names of native algocline.
---@class std
std = {}

---JSON.
---@class std.json
std.json = {}

---Reads a JSON text; null is nil.
---@param text string One JSON value.
---@return any value
function std.json.decode(text) end

---Writes a value as JSON text.
---@param value any A value without functions, cycles and threads.
---@return string text
function std.json.encode(value) end

---Files, of which there are none.
---@class std.fs
std.fs = {}

---Raises an error: there are no files.
---@param path string The file.
function std.fs.read(path) end

---Tells that a path is no file.
---@param path? string The path.
---@return boolean found
function std.fs.is_file(path) end

---Time.
---@class std.time
std.time = {}

---Tells the time in seconds since the epoch.
---@return number seconds
function std.time.now() end

-- ── alc.math ────────────────────────────────────────────────────────────────

---A generator of random numbers; plain data that is saved with the session.
---@class alc.math.Rng: userdata

---An interval by resampling.
---@class alc.math.Bootstrap
---@field point number The statistic of the sample.
---@field lower number The lower bound.
---@field upper number The upper bound.
---@field draws_used integer Draws that count.
---@field undefined_draws integer Draws whose statistic is undefined.
---@field observations integer Numbers in the sample.
---@field clusters? integer Clusters in the sample.

---Random numbers, statistics, tests and information theory; docs/alc-math.md has all errors.
---@class alc.math
alc.math = {}

---Makes a generator of random numbers, the same for the same seed.
---@param seed integer From 0 to 2^64 - 1.
---@return alc.math.Rng rng
function alc.math.rng_create(seed) end

---Draws a float from 0 to below 1.
---@param rng alc.math.Rng The generator.
---@return number x
function alc.math.rng_float(rng) end

---Draws an integer between two bounds, both included.
---@param rng alc.math.Rng The generator.
---@param min integer The least result.
---@param max integer The largest result.
---@return integer n
function alc.math.rng_int(rng, min, max) end

---Copies a list in random order.
---@param rng alc.math.Rng The generator.
---@param t any[] The elements.
---@return any[] shuffled
function alc.math.shuffle(rng, t) end

---Draws elements, each from all.
---@param rng alc.math.Rng The generator.
---@param t any[] The elements, at least one.
---@param n integer How many to draw.
---@return any[] drawn
function alc.math.sample_with_replacement(rng, t, n) end

---Draws from a normal distribution.
---@param rng alc.math.Rng The generator.
---@param mean number The mean.
---@param stddev number The standard deviation.
---@return number x
function alc.math.normal_sample(rng, mean, stddev) end

---Draws from a log-normal distribution.
---@param rng alc.math.Rng The generator.
---@param mu number The mean of the logarithm.
---@param sigma number Its standard deviation.
---@return number x
function alc.math.lognormal_sample(rng, mu, sigma) end

---Draws a float from `low` to below `high`.
---@param rng alc.math.Rng The generator.
---@param low number The least result.
---@param high number Above all results.
---@return number x
function alc.math.uniform_sample(rng, low, high) end

---Draws from a beta distribution.
---@param rng alc.math.Rng The generator.
---@param alpha number Above 0.
---@param beta number Above 0.
---@return number x
function alc.math.beta_sample(rng, alpha, beta) end

---Draws from a gamma distribution.
---@param rng alc.math.Rng The generator.
---@param shape number Above 0.
---@param scale number Above 0.
---@return number x
function alc.math.gamma_sample(rng, shape, scale) end

---Draws from an exponential distribution.
---@param rng alc.math.Rng The generator.
---@param lambda number The rate.
---@return number x
function alc.math.exp_sample(rng, lambda) end

---Draws from Student's t-distribution.
---@param rng alc.math.Rng The generator.
---@param df number Degrees of freedom, above 0.
---@return number x
function alc.math.student_t_sample(rng, df) end

---Draws from a chi-squared distribution.
---@param rng alc.math.Rng The generator.
---@param df number Degrees of freedom, above 0.
---@return number x
function alc.math.chi_squared_sample(rng, df) end

---Draws from a Poisson distribution.
---@param rng alc.math.Rng The generator.
---@param lambda number The mean, above 0.
---@return integer n
function alc.math.poisson_sample(rng, lambda) end

---Draws how many of several trials succeed.
---@param rng alc.math.Rng The generator.
---@param n integer The number of trials.
---@param p number The chance of each.
---@return integer successes
function alc.math.binomial_sample(rng, n, p) end

---Draws from a Dirichlet distribution.
---@param rng alc.math.Rng The generator.
---@param alphas number[] At least two, each above 0.
---@return number[] probabilities
function alc.math.dirichlet_sample(rng, alphas) end

---Draws an index, counted from 1, by weight.
---@param rng alc.math.Rng The generator.
---@param weights number[] At least one, with a sum above 0.
---@return integer index
function alc.math.categorical_sample(rng, weights) end

---Computes the arithmetic mean.
---@param list number[] The numbers, at least one.
---@return number mean
function alc.math.mean(list) end

---Computes the variance, with n - 1; 0 for one value.
---@param list number[] The numbers, at least one.
---@return number variance
function alc.math.variance(list) end

---Computes the standard deviation, with n - 1.
---@param list number[] The numbers, at least one.
---@return number stddev
function alc.math.stddev(list) end

---Computes the median.
---@param list number[] The numbers, at least one.
---@return number median
function alc.math.median(list) end

---Computes a percentile by linear interpolation.
---@param list number[] The numbers, at least one.
---@param p number From 0 to 100.
---@return number value
function alc.math.percentile(list, p) end

---Computes the 75th percentile less the 25th.
---@param list number[] The numbers, at least one.
---@return number range
function alc.math.iqr(list) end

---Computes the covariance, with n - 1.
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@return number covariance
function alc.math.covariance(xs, ys) end

---Computes Pearson's correlation.
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@return number r
function alc.math.correlation(xs, ys) end

---Counts numbers in bins of equal width.
---@param list number[] The numbers, at least one.
---@param bins integer How many, at least 1.
---@return {counts: integer[], edges: number[]} histogram
function alc.math.histogram(list, bins) end

---Makes positive numbers that sum to 1.
---@param list number[] The numbers, at least one.
---@return number[] probabilities
function alc.math.softmax(list) end

---Expresses ln(1 + x) in percent of that of the largest number.
---@param list number[] The numbers, at least one.
---@return number[] percent
function alc.math.log_normalize(list) end

---Computes the logarithm of the sum of the exponentials.
---@param list number[] The numbers, at least one.
---@return number sum
function alc.math.logsumexp(list) end

---Computes the means of neighbours.
---@param list number[] The numbers, at least one.
---@param window integer How many neighbours, at least 1.
---@return number[] means
function alc.math.moving_average(list, window) end

---Computes an exponentially weighted moving average.
---@param list number[] The numbers, at least one.
---@param alpha number The weight of the newest, from 0 to 1.
---@return number[] means
function alc.math.ewma(list, alpha) end

---Computes the correlation of a series with itself some steps later.
---@param list number[] The numbers, at least one.
---@param lag integer The distance, below the length.
---@return number r
function alc.math.autocorrelation(list, lag) end

---Lists all orders of 1 to n.
---@param n integer From 1 to 8.
---@return integer[][] orders
function alc.math.permutations(n) end

---Computes Wilson's interval of a proportion.
---@param successes number From 0 to `total`.
---@param total number Above 0.
---@param confidence number From 0 to 1.
---@return {lower: number, upper: number, center: number} interval
function alc.math.wilson_ci(successes, total, confidence) end

---Ranks numbers from 1; equal ones share their mean rank.
---@param list number[] The numbers, at least one.
---@return number[] ranks
function alc.math.rank(list) end

---Computes the correlation of the ranks.
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@return number rho
function alc.math.spearman_correlation(xs, ys) end

---Computes Kendall's tau-b.
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@return number tau
function alc.math.kendall_tau(xs, ys) end

---Computes the normalized discounted cumulative gain of a ranking.
---@param relevance number[] In the order of the ranking.
---@param k integer How many places count.
---@return number ndcg
function alc.math.ndcg(relevance, k) end

---Computes the mean of the reciprocal ranks.
---@param ranks number[] The rank of the first right result of each query, from 1.
---@return number mrr
function alc.math.mrr(ranks) end

---Tests whether two means differ, variances aside.
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@return {t_stat: number, df: number, p_value: number} test
function alc.math.welch_t_test(xs, ys) end

---Tests whether one group tends to larger values.
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@param opts? {tie_correction?: boolean} Whether ties are corrected for.
---@return {u_stat: number, z_score: number, p_value: number} test
function alc.math.mann_whitney_u(xs, ys, opts) end

---Tests whether counts fit expectations.
---@param observed number[] Counts.
---@param expected number[] Expected counts, each above 0.
---@return {chi2_stat: number, df: number, p_value: number} test
function alc.math.chi_squared_test(observed, expected) end

---Tests whether two samples come from one distribution.
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@return {d_stat: number, p_value: number} test
function alc.math.ks_test(xs, ys) end

---Adjusts p-values by Holm's method.
---@param p number[] The p-values.
---@return number[] adjusted
function alc.math.holm(p) end

---Adjusts p-values for the false discovery rate.
---@param p number[] The p-values.
---@return number[] adjusted
function alc.math.benjamini_hochberg(p) end

---Computes the difference of the means in pooled standard deviations.
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@return number d
function alc.math.cohens_d(xs, ys) end

---Computes P(x > y) - P(x < y).
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@return number delta
function alc.math.cliffs_delta(xs, ys) end

---Tests whether two means differ by relabelling.
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@param draws integer From 1 to 10,000,000.
---@param seed integer Of the draws.
---@param opts? {alternative?: "two_sided"|"greater"|"less"} What is tested.
---@return {observed: number, p_value: number, extreme_draws: integer, draws: integer} test
function alc.math.permutation_test(xs, ys, draws, seed, opts) end

---Computes an interval of the mean by resampling.
---@param list number[] The numbers, at least two.
---@param draws integer From 1 to 10,000,000.
---@param seed integer Of the draws.
---@param confidence? number From 0 to 1 (default: 0.95)
---@return alc.math.Bootstrap interval
function alc.math.bootstrap_mean(list, draws, seed, confidence) end

---Computes an interval of the mean difference of pairs by resampling.
---@param xs number[] The first numbers.
---@param ys number[] The second numbers.
---@param draws integer From 1 to 10,000,000.
---@param seed integer Of the draws.
---@param confidence? number From 0 to 1 (default: 0.95)
---@return alc.math.Bootstrap interval
function alc.math.paired_bootstrap_diff(xs, ys, draws, seed, confidence) end

---Computes an interval of the mean by resampling clusters.
---@param by_cluster number[][] Observations by cluster.
---@param draws integer From 1 to 10,000,000.
---@param seed integer Of the draws.
---@param confidence? number From 0 to 1 (default: 0.95)
---@return alc.math.Bootstrap interval
function alc.math.cluster_bootstrap_mean(by_cluster, draws, seed, confidence) end

---Computes an interval of a difference of means by resampling clusters.
---@param a_by_cluster number[][] The first group.
---@param b_by_cluster number[][] The second group.
---@param draws integer From 1 to 10,000,000.
---@param seed integer Of the draws.
---@param confidence? number From 0 to 1 (default: 0.95)
---@return alc.math.Bootstrap interval
function alc.math.cluster_bootstrap_diff(a_by_cluster, b_by_cluster, draws, seed, confidence) end

---Computes an interval of a ratio of sums by resampling clusters.
---@param num_by_cluster number[][] The numerators.
---@param den_by_cluster number[][] The denominators.
---@param draws integer From 1 to 10,000,000.
---@param seed integer Of the draws.
---@param confidence? number From 0 to 1 (default: 0.95)
---@return alc.math.Bootstrap interval
function alc.math.cluster_bootstrap_ratio(num_by_cluster, den_by_cluster, draws, seed, confidence) end

---Computes Shannon's entropy.
---@param probs number[] Probabilities.
---@return number nats
function alc.math.entropy(probs) end

---Computes the Kullback-Leibler divergence.
---@param p number[] Probabilities.
---@param q number[] Probabilities.
---@return number nats
function alc.math.kl_divergence(p, q) end

---Computes the Jensen-Shannon divergence.
---@param p number[] Probabilities.
---@param q number[] Probabilities.
---@return number nats
function alc.math.js_divergence(p, q) end

---Computes the cross entropy.
---@param p number[] Probabilities.
---@param q number[] Probabilities.
---@return number nats
function alc.math.cross_entropy(p, q) end

---Computes the total variation distance.
---@param p number[] Probabilities.
---@param q number[] Probabilities.
---@return number distance
function alc.math.tvd(p, q) end

---Computes the Hellinger distance.
---@param p number[] Probabilities.
---@param q number[] Probabilities.
---@return number distance
function alc.math.hellinger(p, q) end

---Computes how far mass has to be moved.
---@param p number[] Probabilities.
---@param q number[] Probabilities.
---@param support? number[] The places, rising (default: 0, 1, 2, …)
---@return number distance
function alc.math.wasserstein_1d(p, q, support) end

---Computes the mutual information of two variables.
---@param joint number[][] Joint probabilities, row by row.
---@return number nats
function alc.math.mutual_information(joint) end

---Compares confidences with outcomes, bin by bin.
---@param confidences number[] From 0 to 1.
---@param outcomes number[] Each 0 or 1.
---@param bins integer How many, at least 1.
---@return {ece: number, mce: number, bins: table[], bins_used: integer} error
function alc.math.calibration_error(confidences, outcomes, bins) end

---Computes the mean squared error of confidences.
---@param confidences number[] From 0 to 1.
---@param outcomes number[] Each 0 or 1.
---@return number score
function alc.math.brier_score(confidences, outcomes) end

---Computes the error function.
---@param x number Any number.
---@return number y
function alc.math.erf(x) end

---Computes 1 - erf(x).
---@param x number Any number.
---@return number y
function alc.math.erfc(x) end

---Computes the logarithm of the absolute value of the gamma function.
---@param x number Any number.
---@return number y
function alc.math.lgamma(x) end

---Computes the derivative of the logarithm of the gamma function.
---@param x number Any number.
---@return number y
function alc.math.digamma(x) end

---Computes the beta function.
---@param a number Above 0.
---@param b number Above 0.
---@return number y
function alc.math.beta(a, b) end

---Computes the logarithm of the beta function.
---@param a number Above 0.
---@param b number Above 0.
---@return number y
function alc.math.ln_beta(a, b) end

---Computes the regularized incomplete beta function.
---@param x number From 0 to 1.
---@param a number Above 0.
---@param b number Above 0.
---@return number y
function alc.math.regularized_incomplete_beta(x, a, b) end

---Computes the regularized lower incomplete gamma function.
---@param a number Above 0.
---@param x number From 0.
---@return number y
function alc.math.regularized_incomplete_gamma(a, x) end

---Computes a factorial.
---@param n integer From 0 to 170.
---@return number y
function alc.math.factorial(n) end

---Computes the logarithm of a factorial.
---@param n integer From 0.
---@return number y
function alc.math.ln_factorial(n) end

---Computes ln(p / (1 - p)).
---@param p number Between 0 and 1.
---@return number x
function alc.math.logit(p) end

---Computes 1 / (1 + exp(-x)).
---@param x number Any number.
---@return number p
function alc.math.expit(x) end

---Computes the probability of at most x in a normal distribution.
---@param x number Any number.
---@param mu number The mean.
---@param sigma number The standard deviation, above 0.
---@return number p
function alc.math.normal_cdf(x, mu, sigma) end

---Computes a quantile of the standard normal distribution.
---@param p number From 0 to 1.
---@return number x
function alc.math.normal_ppf(p) end

---Computes a quantile of a normal distribution.
---@param p number From 0 to 1.
---@param mu number The mean.
---@param sigma number The standard deviation, above 0.
---@return number x
function alc.math.normal_inverse_cdf(p, mu, sigma) end

---Computes the probability of at most x in a beta distribution.
---@param x number Any number.
---@param alpha number Above 0.
---@param beta number Above 0.
---@return number p
function alc.math.beta_cdf(x, alpha, beta) end

---Computes a quantile of a beta distribution.
---@param p number From 0 to 1.
---@param alpha number Above 0.
---@param beta number Above 0.
---@return number x
function alc.math.beta_ppf(p, alpha, beta) end

---Computes the mean of a beta distribution.
---@param alpha number Above 0.
---@param beta number Above 0.
---@return number mean
function alc.math.beta_mean(alpha, beta) end

---Computes the variance of a beta distribution.
---@param alpha number Above 0.
---@param beta number Above 0.
---@return number variance
function alc.math.beta_variance(alpha, beta) end

---Computes the probability of at most x in a gamma distribution.
---@param x number Any number.
---@param shape number Above 0.
---@param scale number Above 0.
---@return number p
function alc.math.gamma_cdf(x, shape, scale) end

---Computes the probability of at most k in a Poisson distribution.
---@param k integer From 0.
---@param lambda number The mean, above 0.
---@return number p
function alc.math.poisson_cdf(k, lambda) end
