/** A prompt in Lua. */
import type { LoopNames } from './names.ts';
import { CLEAR, END, ERROR, MORE, READY } from './typing.ts';

/** Locals of one entry are gone with it, as at Lua's own prompt. */
export function luaLoop({ key, pipe }: LoopNames, isNative: boolean): string {
  const read = isNative
    ? `local typed = io.open(os.getenv("HWFE_WORKDIR") .. "/${pipe}", "r")
local function read() return (typed:read("l") or "${END}"):gsub("\\\\(.)", { n = "\\n", ["\\\\"] = "\\\\" }) end`
    : `local ask = hwfe.read
local function read() return ask("${key}") end`;
  return `
local key = "${key}"
local load, xpcall, pcall, print, tostring, type, select = load, xpcall, pcall, print, tostring, type, select
local sub, find, gmatch, format, encode, unpack, pack = string.sub, string.find, string.gmatch, string.format, json.encode, table.unpack, table.pack
${read}
local function complain(message)
  for line in gmatch(tostring(message) .. "\\n", "(.-)\\n") do print(key .. "${ERROR}" .. line) end
end
local function shown(value)
  if type(value) == "string" then return format("%q", value) end
  if type(value) ~= "table" then return tostring(value) end
  local ok, text = pcall(encode, value)
  return ok and text or tostring(value)
end
function run()
  local text = ""
  while true do
    print(key .. (text == "" and "${READY}" or "${MORE}"))
    local message = read()
    local kind, line = sub(message, 1, 1), sub(message, 2)
    if kind == "${END}" then return end
    if kind == "${CLEAR}" then text = "" else
      text = text == "" and line or text .. "\\n" .. line
      local chunk, wrong = load("return " .. text, "=prompt")
      if chunk == nil then chunk, wrong = load(text, "=prompt") end
      if chunk ~= nil or sub(wrong, -5) ~= "<eof>" then
        text = ""
        if chunk == nil then complain(wrong) else
          local results = pack(xpcall(chunk, function(e) return type(e) == "table" and shown(e) or tostring(e) end))
          if not results[1] then complain(results[2]) elseif results.n > 1 then
            for i = 2, results.n do results[i] = shown(results[i]) end
            print(unpack(results, 2, results.n))
          end
        end
      end
    end
  end
end`;
}
