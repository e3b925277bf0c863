/** The program that runs a Lua step on the host's own Lua. */
import { LUA_KINDS } from '../lua/kinds-source.ts';
import { LUA_FILES } from './lua-files.ts';
import { LUA_JSON } from './lua-json.ts';

/** Takes the path of the request as its only argument. Needs Lua 5.3 or newer. */
export const LUA_PROGRAM: string = String.raw`${LUA_JSON}
local request_path = arg[1]
arg = {}
local CHUNK = "hwfe-step"
local open, exit, traceback = io.open, os.exit, debug.traceback

json = {
  null = null,
  array = function(t)
    if t == nil then t = {} end
    if type(t) ~= "table" then error("json.array takes a table, not a " .. type(t), 2) end
    return setmetatable(t, array_mark)
  end,
  encode = function(value)
    local ok, text = pcall(encode, value, "value")
    if ok then return text end
    error("json.encode: " .. (type(text) == "table" and text.invalid or tostring(text)), 2)
  end,
  decode = function(text)
    if type(text) ~= "string" then error("json.decode takes a string", 2) end
    local ok, value = pcall(decode, text)
    if ok then return value end
    error("json.decode: " .. (type(value) == "table" and value.json or tostring(value)), 2)
  end,
}

local function contents(path)
  local file = open(path, "rb")
  local text = file:read("a")
  file:close()
  return text
end

local request, warnings = decode(contents(request_path)), setmetatable({}, array_mark)

local function answer(status, text)
  io.stdout:flush()
  local file = open(request.answer, "wb")
  file:write((encode(status, "status")), "\n", text or "")
  file:close()
  exit(0, false)
end

local function fail(failure) answer({ ok = false, warnings = warnings, failure = failure }) end
local function position(line)
  return { file = request.file, line = request.verbatim and line and line >= request.line and line or request.line }
end
local function in_file(text)
  return (gsub(text, "hwfe%-step:(%d+)", function(line) return request.file .. ":" .. position(tonumber(line)).line end))
end
local function valid(text) return utf8len(text) and text or gsub(text, "[\128-\255]", "?") end

if not mathtype or not utf8len then
  -- Written by hand: the encoder needs what this Lua lacks.
  local file = open(request.answer, "wb")
  file:write('{"ok":false,"failure":{"reason":"runtime-missing","message":"Install Lua 5.4, or set interpreter: the program found is ' .. _VERSION .. '"}}\n')
  file:close()
  exit(0)
end

${LUA_FILES}
do
  local function load_kinds(...)
${LUA_KINDS}
  end
  local functions, bytes_meta, file_meta, table_meta = load_kinds(base64, unbase64, refer, write_file, read_file, read_granted, write_granted, list_granted, request_url, array_mark, null, request.note)
  hwfe = functions
  if request.mark then
    marked[request.mark .. "b"] = { meta = bytes_meta, name = "$bytes" }
    marked[request.mark .. "f"] = { meta = file_meta, name = "$file" }
    marked[request.mark .. "t"] = { meta = table_meta, name = "$table" }
  end
end

io.stdout:setvbuf("line")
local given = contents(request.inputs)
inputs = decode(given)
marked = {}
if rounded then warnings[1] = "The inputs have integers of more than 64 bits, which became floats in Lua" end

local chunk, mistake = load(string.rep("\n", request.verbatim and request.line - 1 or 0) .. request.code, "=" .. CHUNK, "t")
if not chunk then
  local line, message = match(mistake, "^hwfe%-step:(%d+): (.*)$")
  fail({ reason = "not-runnable", message = "This is not valid Lua: " .. in_file(message or mistake), position = position(tonumber(line)) })
end

local function handler(raised)
  local text
  if type(raised) == "table" and not getmetatable(raised) then
    local ok, encoded = pcall(encode, raised, "error")
    text = ok and encoded or tostring(raised)
  else
    text = tostring(raised)
  end
  return { text = valid(text), trace = valid(traceback("", 2)) }
end

local function call(f, ...)
  local results = table.pack(xpcall(f, handler, ...))
  if results[1] then return results end
  local thrown = results[2]
  if type(thrown) ~= "table" or not thrown.text then thrown = { text = tostring(thrown), trace = "" } end
  local line, message = match(thrown.text, "^hwfe%-step:(%d+): (.*)$")
  line = line or match(thrown.trace, "hwfe%-step:(%d+):")
  local rows = {}
  for row in thrown.trace:gmatch("[^\n]+") do
    if find(row, CHUNK, 1, true) or (find(row, "[C]: in", 1, true) and not find(row, "xpcall", 1, true) and not find(row, "[C]: in ?", 1, true)) then
      rows[#rows + 1] = in_file(row)
    end
  end
  fail({ reason = "threw", message = in_file(message or thrown.text), trace = "stack traceback:\n" .. concat(rows, "\n"), position = position(tonumber(line)) })
end

local top = call(chunk)
local output
local target = rawget(_G, "run")
if type(target) ~= "function" and type(top[2]) == "function" then target = top[2] end
if type(target) == "function" then
  -- An input that is null leaves no trace in the table.
  if given ~= "{}" then output = call(target, inputs)[2] else output = call(target)[2] end
elseif top.n > 1 then
  output = top[2]
else
  fail({ reason = "not-runnable", message = 'Step "' .. request.step .. '" defines no function "run"', position = position() })
end

local ok, text, not_finite = pcall(encode, output, "output")
if not ok then
  local refused = text
  if type(refused) ~= "table" or not refused.invalid then error(refused) end
  fail({ reason = "output-invalid", message = refused.invalid, position = position() })
end
if not_finite then warnings[#warnings + 1] = not_finite .. " is not a finite number, which JSON has no form for; it became null" end
answer({ ok = true, warnings = warnings }, text)
`;
