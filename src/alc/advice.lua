-- Runs the strategy that the caller names.
local name = ...
local strategy = require(name)
if type(strategy) ~= "table" then
  error(("strategy '%s' is a %s, not a table with run(ctx)"):format(name, type(strategy)), 0)
end
if type(strategy.run) ~= "function" then
  error(("strategy '%s' is a library: it has no run(ctx)"):format(name), 0)
end
return strategy.run(ctx)
