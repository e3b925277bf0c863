/** What bytes and files of a Lua step on the host's own Lua need: base64, and the run's directory. */

/**
 * Source that defines the locals `base64`, `unbase64`, `refer`, `write_file`, `read_file`, `read_granted`, `write_granted`,
 * `list_granted` and `request_url` for a chunk that has `request`.
 * Plain Lua has no SHA-256: the runner works out the hash of what the step hands on, and checks what it is given beforehand.
 */
export const LUA_FILES: string = String.raw`
local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local digit_of, values = {}, {}
for i = 1, 64 do
  digit_of[i - 1] = sub(digits, i, i)
  values[byte(digits, i)] = i - 1
end

local function base64(text)
  local out = {}
  for at = 1, #text, 3 do
    local a, b, c = byte(text, at, at + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    out[#out + 1] = digit_of[bits >> 18] .. digit_of[bits >> 12 & 63] .. (b and digit_of[bits >> 6 & 63] or "=") .. (c and digit_of[bits & 63] or "=")
  end
  return concat(out)
end

local function unbase64(text)
  local out = {}
  for at = 1, #text, 4 do
    local a, b, c, d = byte(text, at, at + 3)
    local bits = values[a] << 18 | values[b] << 12 | (values[c] or 0) << 6 | (values[d] or 0)
    local three = string.char(bits >> 16, bits >> 8 & 255, bits & 255)
    out[#out + 1] = not values[c] and sub(three, 1, 1) or not values[d] and sub(three, 1, 2) or three
  end
  return concat(out)
end

local function place(path)
  local inside = request.workdir .. "/"
  local relative = path
  if sub(path, 1, 1) == "/" then relative = sub(path, 1, #inside) == inside and sub(path, #inside + 1) or "" end
  local names = {}
  for name in relative:gmatch("[^/]+") do
    if name == ".." then names = {} break end
    if name ~= "." then names[#names + 1] = name end
  end
  if #names == 0 or find(path, "\0", 1, true) then
    error('Name a file below the run\'s directory, such as "out/report.txt": "' .. path .. '" is not inside of it', 0)
  end
  return concat(names, "/")
end

local function contents_of(path)
  local file = open(request.workdir .. "/" .. path, "rb")
  local text = file and file:read("a")
  if file then file:close() end
  return text
end

local function refer(given)
  local path = place(given)
  local file = open(request.workdir .. "/" .. path, "rb")
  local size = file and file:seek("end")
  if file then file:close() end
  -- A directory opens as well, and has no end.
  if not size or size == math.maxinteger then error('There is no file "' .. path .. '" in the run\'s directory; write it there first ($HWFE_WORKDIR)', 0) end
  return path, nil, size
end

local function write_whole(full, path, text)
  local file = open(full, "wb")
  if not file then
    os.execute("mkdir -p '" .. gsub(match(full, "^(.*)/"), "'", "'\\''") .. "'")
    file = open(full, "wb")
  end
  if not file then error('The file "' .. path .. '" cannot be written', 0) end
  file:write(text)
  file:close()
end

local function write_file(given, text)
  local path = place(given)
  write_whole(request.workdir .. "/" .. path, path, text)
  return path, nil, #text
end

-- A step on the host has its user's rights.
local function full(path) return sub(path, 1, 1) == "/" and path or request.directory .. "/" .. path end
local function read_granted(path)
  local file = open(full(path), "rb")
  local text = file and file:read("a")
  if file then file:close() end
  if not text then error('There is no file "' .. path .. '"', 0) end
  return text
end
local function write_granted(path, text) write_whole(full(path), path, text) end
local function list_granted() error("Plain Lua cannot list files: use io.popen, or leave out runtime = \"native\"", 0) end

local function request_url() error("Plain Lua has no network: run curl with io.popen, or leave out runtime = \"native\"", 0) end

local function read_file(path, hash, size)
  local refusal = hash and request.refusals and request.refusals[hash .. " " .. path]
  if refusal then error(refusal, 0) end
  local text = contents_of(path)
  if not text then error('There is no file "' .. path .. '" in the run\'s directory', 0) end
  if hash and #text ~= size then error('The file "' .. path .. '" has changed since a step handed it on; write another file instead', 0) end
  return text
end
`;
