-- What a package spec expects around it: `lust`, a `require` over the files of
-- its repository, and a listing of these files where it asks the shell for one.
-- Called with the sources by path, the search roots, and the `lust` chunk.

local sources, roots, make_lust = ...

print = function() end
lust = make_lust()

package = package or { loaded = {}, preload = {} }
package.path = "./?.lua"
for name, lib in pairs(_G) do
  if type(lib) == "table" and name ~= "_G" then
    package.loaded[name] = package.loaded[name] or lib
  end
end

local function find(name)
  local file = name:gsub("%.", "/")
  for _, root in ipairs(roots) do
    for _, ending in ipairs({ ".lua", "/init.lua" }) do
      local path = root .. file .. ending
      if sources[path] then
        return path
      end
    end
  end
end

function require(name)
  local loaded = package.loaded[name]
  if loaded ~= nil then
    return loaded
  end
  local loader = package.preload[name]
  if not loader then
    local path = find(name)
    if not path then
      error("module '" .. name .. "' not found", 2)
    end
    loader = assert(load(sources[path], "@" .. path))
  end
  local value = loader(name)
  if value == nil then
    value = package.loaded[name]
  end
  if value == nil then
    value = true
  end
  package.loaded[name] = value
  return value
end

-- `ls */init.lua` and its like.
io.popen = function()
  local paths = {}
  for path in pairs(sources) do
    if path:match("^[^/]+/init%.lua$") then
      paths[#paths + 1] = path
    end
  end
  table.sort(paths)
  local n = 0
  return {
    lines = function()
      return function()
        n = n + 1
        return paths[n]
      end
    end,
    read = function()
      return table.concat(paths, "\n") .. "\n"
    end,
    close = function()
      return true
    end,
  }
end

io.open = function(path)
  local text = sources[(path:gsub("^%./", ""))]
  if not text then
    return nil, path .. ": No such file or directory", 2
  end
  return {
    read = function()
      return text
    end,
    lines = function()
      return text:gmatch("[^\n]*")
    end,
    close = function()
      return true
    end,
  }
end
