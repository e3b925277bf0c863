/** The Lua side of bytes, files and tables: tables that look like what they leave as, with metatables that say what they are. */

/**
 * Source of a chunk for Lua 5.3 and newer, embedded and native alike. It takes the host's functions, the mark of lists and
 * `json.null`, and gives the functions of `hwfe` and the metatables of bytes, files and tables. A file is asked for with
 * `refer(path)` or `write(path, text)`, which give path, hash and size, and `read(path, hash, size)`; `read_granted`,
 * `write_granted` and `list_granted` are for files of the machine; `request(url, method, redirect, headers, body)` gives the answer's
 * status, its text, the URL, "true" where it was redirected, headers as lines of `name:value`, and the body.
 * Where no hash can be told, the file is noted for whoever can: it has `note` as a key.
 */
export const LUA_KINDS: string = String.raw`
local base64, unbase64, refer, write, read, read_granted, write_granted, list_granted, request, array, null, note = ...
local type, error, rawget, next, tostring = type, error, rawget, next, tostring
local getmetatable, setmetatable, math_type, sort, valid = getmetatable, setmetatable, math.type, table.sort, utf8.len
local concat, find, gmatch, lower, upper = table.concat, string.find, string.gmatch, string.lower, string.upper
local bytes_meta, file_meta, table_meta = { __name = "bytes" }, { __name = "file" }, { __name = "table" }

local function data(b) return unbase64(rawget(b, "$bytes")) end
bytes_meta.__tostring = data
bytes_meta.__len = function(b) return #data(b) end
bytes_meta.__index = function(b, key) if key == "data" then return data(b) end end

local function new_file(path, hash, size)
  local file = { ["$file"] = path, sha256 = hash, size = size }
  if not hash then file[note] = true end
  return setmetatable(file, file_meta)
end
local file_methods = {}
function file_methods.bytes(f) return read(rawget(f, "$file"), rawget(f, "sha256"), rawget(f, "size")) end
function file_methods.text(f)
  local text = file_methods.bytes(f)
  if not valid(text) then error('The file "' .. rawget(f, "$file") .. '" is no UTF-8 text; use bytes()', 2) end
  return text
end
file_meta.__index = function(f, key)
  if key == "path" then return rawget(f, "$file") end
  return file_methods[key]
end

local function length(t)
  local first = rawget(t, "$table").data[1]
  return first and #first or 0
end
local table_methods = {}
function table_methods.column(t, name)
  local parts = rawget(t, "$table")
  for i = 1, #parts.columns do
    if parts.columns[i] == name then return parts.data[i] end
  end
  error('There is no column "' .. tostring(name) .. '" in the table', 2)
end
table_meta.__len = length
table_meta.__index = function(t, key)
  local parts = rawget(t, "$table")
  if math_type(key) == "integer" then
    if key < 1 or key > length(t) then return nil end
    local record = {}
    for i = 1, #parts.columns do
      local item = parts.data[i][key]
      if item ~= null then record[parts.columns[i]] = item end
    end
    return record
  end
  if key == "columns" or key == "types" then return parts[key] end
  return table_methods[key]
end
table_meta.__newindex = function() error("A table does not change: copy its records into a new list first", 2) end
table_meta.__pairs = function(t)
  local last = length(t)
  return function(_, i)
    if i < last then return i + 1, t[i + 1] end
  end, t, 0
end

local function list(items) return setmetatable(items, array) end

local function kind_of(item)
  if type(item) == "number" then return math_type(item) end
  if type(item) == "string" or type(item) == "boolean" then return type(item) end
  return getmetatable(item) == bytes_meta and "bytes" or "json"
end

local LARGEST = 9007199254740992

-- The type of a column, whose integers become floats beside floats.
local function settle(column, count)
  local kind
  for i = 1, count do
    if column[i] ~= null then
      local own = kind_of(column[i])
      if kind == nil then kind = own end
      if own ~= kind then
        if (own ~= "integer" and own ~= "float") or (kind ~= "integer" and kind ~= "float") then return "json" end
        kind = "float"
      end
    end
  end
  if kind ~= "float" then return kind or "json" end
  for i = 1, count do
    if math_type(column[i]) == "integer" and (column[i] > LARGEST or column[i] < -LARGEST) then return "json" end
  end
  for i = 1, count do
    if math_type(column[i]) == "integer" then column[i] = column[i] + 0.0 end
  end
  return kind
end

local function largest(t)
  local most = 0
  for key in next, t do
    if math_type(key) ~= "integer" or key < 1 then return nil end
    if key > most then most = key end
  end
  return most
end

local function make(names, columns, count)
  local data, types = list {}, list {}
  for i = 1, #names do
    local given, column = columns[names[i]], list {}
    for row = 1, count do
      local item = given[row]
      if item == nil then column[row] = null else column[row] = item end
    end
    data[i] = column
    types[i] = settle(column, count)
  end
  return setmetatable({ ["$table"] = { columns = list(names), data = data, types = types } }, table_meta)
end

local hwfe = {}

function hwfe.bytes(text)
  if type(text) ~= "string" then error("hwfe.bytes takes a string, not a " .. type(text), 2) end
  return setmetatable({ ["$bytes"] = base64(text) }, bytes_meta)
end

function hwfe.file(path, contents)
  if type(path) ~= "string" then error("hwfe.file takes the path of a file as a string", 2) end
  if contents == nil then return new_file(refer(path)) end
  if getmetatable(contents) == bytes_meta then contents = data(contents) end
  if type(contents) ~= "string" then error("hwfe.file takes the contents as a string or as hwfe.bytes", 2) end
  return new_file(write(path, contents))
end

function hwfe.table(given)
  if type(given) ~= "table" then error("hwfe.table takes a list of records, or a table of columns", 2) end
  if getmetatable(given) == table_meta then return given end
  local names, columns, count = {}, {}, largest(given)
  if count then
    for row = 1, count do
      if type(given[row]) ~= "table" or getmetatable(given[row]) == array then error("hwfe.table takes records, and item " .. row .. " is none", 2) end
      for name, item in next, given[row] do
        if type(name) ~= "string" then error("hwfe.table takes records with strings as keys, which item " .. row .. " has not", 2) end
        if not columns[name] then
          columns[name] = {}
          names[#names + 1] = name
        end
        columns[name][row] = item
      end
    end
  else
    count = 0
    for name, column in next, given do
      local items = type(column) == "table" and largest(column)
      if type(name) ~= "string" or not items then error("hwfe.table takes columns, and " .. tostring(name) .. " is no list", 2) end
      if items > count then count = items end
      columns[name] = column
      names[#names + 1] = name
    end
  end
  sort(names)
  return make(names, columns, count)
end

local function path_for(name, path)
  if type(path) ~= "string" then error("hwfe." .. name .. " takes a path as a string", 3) end
  return path
end

function hwfe.read_bytes(path) return read_granted(path_for("read_bytes", path)) end

function hwfe.read(path)
  local text = read_granted(path_for("read", path))
  if not valid(text) then error('The file "' .. path .. '" is no UTF-8 text; use hwfe.read_bytes()', 2) end
  return text
end

function hwfe.write(path, contents)
  path_for("write", path)
  if getmetatable(contents) == bytes_meta then contents = data(contents) end
  if type(contents) ~= "string" then error("hwfe.write takes the contents as a string or as hwfe.bytes", 2) end
  write_granted(path, contents)
end

function hwfe.fetch(url, options)
  if type(url) ~= "string" then error("hwfe.fetch takes a URL as a string", 2) end
  options = options or {}
  if type(options) ~= "table" then error("hwfe.fetch takes its options as a table", 2) end
  local body, lines, has_type = options.body or "", {}, false
  if getmetatable(body) == bytes_meta then body = data(body) end
  if type(body) ~= "string" then error("hwfe.fetch takes the body as a string or as hwfe.bytes", 2) end
  for name, value in next, options.headers or {} do
    if type(name) ~= "string" or type(value) ~= "string" then error("hwfe.fetch takes headers with names and values as strings", 2) end
    if find(name .. value, "[\r\n]") then error('The header "' .. name .. '" has a character that no header can have', 2) end
    has_type = has_type or lower(name) == "content-type"
    lines[#lines + 1] = name .. ":" .. value
  end
  if body ~= "" and not has_type and valid(body) then lines[#lines + 1] = "content-type:text/plain;charset=UTF-8" end
  sort(lines)
  local method, redirect = options.method or "GET", options.redirect or "follow"
  local status, status_text, last, redirected, head, answer = request(url, upper(method), redirect, concat(lines, "\n"), body)
  local headers = {}
  for name, value in gmatch(head, "([^\n:]+):([^\n]*)") do headers[name] = headers[name] and headers[name] .. ", " .. value or value end
  status = status // 1
  return {
    ok = status >= 200 and status < 300, status = status, status_text = status_text, url = last, redirected = redirected == "true",
    headers = headers, body = answer,
  }
end

function hwfe.list(pattern) return list(list_granted(path_for("list", pattern))) end

return hwfe, bytes_meta, file_meta, table_meta
`;
