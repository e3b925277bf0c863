/** The Lua side of what a step finds: the standard library cut down, and what stands in for the rest. */

/** Runs once per state, with the host's functions as arguments. */
export const PRELUDE = `
local print_, getenv, encode, decode, kinds, null, array = ...
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
function load(chunk, name, _, ...)
  return load_(chunk, name, "t", ...)
end
function require(name)
  error_("nothing can be required here: no module " .. '"' .. tostring(name) .. '"' ..
    '; a Lua step has string, table, math, utf8, os and json, and runtime = "native" runs it on the host\\'s own Lua', 2)
end
`;
