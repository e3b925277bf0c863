/** A JSON codec in plain Lua that keeps the kind of numbers, and the places of nulls in arrays. */

/** Source that defines the locals `null`, `array_mark`, `rounded`, `marked`, `decode` and `encode`. Needs Lua 5.3 or newer. */
export const LUA_JSON: string = String.raw`
local find, sub, byte, format, gsub, match = string.find, string.sub, string.byte, string.format, string.gsub, string.match
local concat, sort, mathtype = table.concat, table.sort, math.type
local utf8len, utf8char = utf8 and utf8.len, utf8 and utf8.char
local type, tonumber, tostring, next, ipairs = type, tonumber, tostring, next, ipairs
local getmetatable, setmetatable, error, pcall, rawget = getmetatable, setmetatable, error, pcall, rawget

local null = setmetatable({}, { __tostring = function() return "json.null" end, __newindex = function() error("json.null has no fields", 2) end })
local array_mark = {}
local rounded = false
-- Keys that say what an object is, each with its metatable and the key that it stands for.
local marked = {}

-- Reading

local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }

local function broken(at) error({ json = "it is not JSON at byte " .. at }) end

local function read_string(text, at)
  local stop = at
  while true do
    stop = find(text, '["\\]', stop)
    if not stop then broken(at) end
    if byte(text, stop) == 34 then break end
    stop = stop + 2
  end
  local raw = sub(text, at, stop - 1)
  if find(raw, "\\", 1, true) then
    raw = gsub(raw, "\\u([dD][89abAB]%x%x)\\u([dD][c-fC-F]%x%x)", function(high, low)
      return utf8char(0x10000 + (tonumber(high, 16) - 0xD800) * 1024 + tonumber(low, 16) - 0xDC00)
    end)
    raw = gsub(raw, "\\(.)(%x?%x?%x?%x?)", function(letter, digits)
      if letter == "u" then
        if #digits < 4 then broken(at) end
        return utf8char(tonumber(digits, 16))
      end
      if not escapes[letter] then broken(at) end
      return escapes[letter] .. digits
    end)
  end
  return raw, stop + 1
end

local read_value

local function space(text, at) return (find(text, "[^ \t\r\n]", at)) or #text + 1 end

local function read_array(text, at)
  local items, n = setmetatable({}, array_mark), 0
  at = space(text, at)
  if byte(text, at) == 93 then return items, at + 1 end
  while true do
    local item
    item, at = read_value(text, at)
    n = n + 1
    if item == nil then items[n] = null else items[n] = item end
    at = space(text, at)
    local mark = byte(text, at)
    if mark == 93 then return items, at + 1 end
    if mark ~= 44 then broken(at) end
    at = at + 1
  end
end

local function read_object(text, at)
  local members, meta = {}, nil
  at = space(text, at)
  if byte(text, at) == 125 then return members, at + 1 end
  while true do
    at = space(text, at)
    if byte(text, at) ~= 34 then broken(at) end
    local key
    key, at = read_string(text, at + 1)
    if marked[key] then meta, key = marked[key].meta, marked[key].name end
    at = space(text, at)
    if byte(text, at) ~= 58 then broken(at) end
    members[key], at = read_value(text, at + 1)
    at = space(text, at)
    local mark = byte(text, at)
    if mark == 125 then return meta and setmetatable(members, meta) or members, at + 1 end
    if mark ~= 44 then broken(at) end
    at = at + 1
  end
end

function read_value(text, at)
  at = space(text, at)
  local first = byte(text, at)
  if first == 34 then return read_string(text, at + 1) end
  if first == 123 then return read_object(text, at + 1) end
  if first == 91 then return read_array(text, at + 1) end
  if first == 110 and sub(text, at, at + 3) == "null" then return nil, at + 4 end
  if first == 116 and sub(text, at, at + 3) == "true" then return true, at + 4 end
  if first == 102 and sub(text, at, at + 4) == "false" then return false, at + 5 end
  local digits = match(text, "^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local number = digits and tonumber(digits)
  if not number then broken(at) end
  if mathtype(number) == "float" and not find(digits, "[.eE]") then rounded = true end
  return number, at + #digits
end

local function decode(text)
  local value, at = read_value(text, 1)
  if space(text, at) <= #text then broken(at) end
  return value
end

-- Writing

local function shown_path(path)
  local parts = {}
  for i, part in ipairs(path) do
    if mathtype(part) == "integer" then parts[i] = "[" .. part .. "]"
    elseif find(part, "^[%a_][%w_]*$") then parts[i] = "." .. part
    else parts[i] = '["' .. gsub(part, '["\\]', "\\%0") .. '"]' end
  end
  return concat(parts)
end

local replaced = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function quoted(text)
  return '"' .. gsub(text, '[%z\1-\31"\\]', function(c) return replaced[c] or format("\\u%04x", byte(c)) end) .. '"'
end

local function float_text(number)
  local text = gsub(format("%.17g", number), ",", ".")
  if find(text, "[.e]") then return text end
  return text .. ".0"
end

-- The text of a value, and the path of its first number that is not finite. Raises { invalid = message } with the path behind root.
local function encode(value, root)
  local out, n, path, open_tables, not_finite = {}, 0, {}, {}, nil
  local function put(text) n = n + 1; out[n] = text end
  local function refuse(what) error({ invalid = root .. shown_path(path) .. " " .. what }) end
  local write

  local function write_table(t)
    if #path >= 512 then refuse("is nested deeper than 512 levels") end
    if open_tables[t] then refuse("contains itself, which JSON has no form for") end
    open_tables[t] = true
    local count, largest, is_array = 0, 0, true
    for key in next, t do
      count = count + 1
      if mathtype(key) == "integer" and key > 0 then
        if key > largest then largest = key end
      else
        is_array = false
      end
    end
    local depth = #path + 1
    if count == 0 then
      put(getmetatable(t) == array_mark and "[]" or "{}")
    elseif is_array then
      if largest > 100000000 then refuse("is an array of " .. largest .. " items, which is too large") end
      for i = 1, largest do
        put(i == 1 and "[" or ",")
        path[depth] = i
        write(rawget(t, i))
      end
      path[depth] = nil
      put("]")
    else
      local keys, originals = {}, {}
      for key in next, t do
        local kind, name = type(key), key
        if kind == "number" then
          name = mathtype(key) == "integer" and tostring(key) or float_text(key)
        elseif kind ~= "string" then
          refuse("has a " .. (kind == "boolean" and kind or kind == "table" and kind or "function or userdata") .. " as a key, which JSON has no form for; keys are strings or numbers")
        elseif not utf8len(key) then
          refuse("has a key that is not valid UTF-8")
        end
        if originals[name] ~= nil then refuse("has the key " .. name .. " both as a number and as a string") end
        originals[name] = key
        keys[#keys + 1] = name
      end
      sort(keys)
      for i, name in ipairs(keys) do
        put(i == 1 and "{" or ",")
        put(quoted(name)); put(":")
        path[depth] = name
        write(rawget(t, originals[name]))
      end
      path[depth] = nil
      put("}")
    end
    open_tables[t] = nil
  end

  function write(v)
    local kind = type(v)
    if v == nil or v == null then put("null")
    elseif kind == "boolean" then put(tostring(v))
    elseif kind == "string" then
      if not utf8len(v) then refuse("is a string that is not valid UTF-8; return hwfe.bytes(s)") end
      put(quoted(v))
    elseif kind == "number" then
      if mathtype(v) == "integer" then put(tostring(v))
      elseif v ~= v or v == 1/0 or v == -1/0 then
        not_finite = not_finite or root .. shown_path(path)
        put("null")
      else put(float_text(v)) end
    elseif kind == "table" then write_table(v)
    elseif kind == "thread" then refuse("is a coroutine, which JSON has no form for")
    else refuse("is a " .. kind .. ", which JSON has no form for") end
  end

  write(value)
  return concat(out), not_finite
end
`;
