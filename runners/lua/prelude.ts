/** The Lua side of what a step finds: the standard library cut down, and what stands in for the rest. */

/**
 * Runs once per state, with the host's functions as arguments, 16 bytes as seed of `math.random`, and what is said to whoever
 * asks for the time or for random numbers, nil where that may be asked for.
 */
export const PRELUDE = `
local print_, getenv, encode, decode, kinds, null, array, seed, no_clock, no_random = ...
local load_, error_, type_, setmetatable_ = load, error, type, setmetatable
dofile, loadfile = nil, nil
print = print_
os = { time = os.time, date = os.date, clock = os.clock, difftime = os.difftime, getenv = getenv }
json = {
  encode = encode, decode = decode, null = null,
  array = function(t)
    if t == nil then t = {} end
    if type_(t) ~= "table" then error_("json.array takes a table, not a " .. type_(t), 2) end
    return setmetatable_(t, array)
  end,
}
hwfe = setmetatable_({}, { __index = kinds })
local random, randomseed, count = math.random, math.randomseed, select
randomseed(string.unpack("<i8i8", seed))
-- Of itself it goes by the second.
function math.randomseed(...)
  if count("#", ...) == 0 then return randomseed(random(0), random(0)) end
  return randomseed(...)
end
if no_clock then
  local time, date = os.time, os.date
  function os.time(fields)
    if fields == nil then error_(no_clock, 2) end
    return time(fields)
  end
  function os.date(format, moment)
    if moment == nil then error_(no_clock, 2) end
    return date(format, moment)
  end
end
if no_random then
  local seeded = false
  function math.random(...)
    if not seeded then error_(no_random, 2) end
    return random(...)
  end
  function math.randomseed(...)
    if count("#", ...) == 0 then error_(no_random, 2) end
    seeded = true
    return randomseed(...)
  end
end
function load(chunk, name, _, ...)
  return load_(chunk, name, "t", ...)
end
function require(name)
  error_("nothing can be required here: no module " .. '"' .. tostring(name) .. '"' ..
    '; a Lua step has string, table, math, utf8, os and json, and runtime = "native" runs it on the host\\'s own Lua', 2)
end
`;
