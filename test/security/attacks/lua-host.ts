// Lua steps that look for a way to the host, through the libraries and around what is cut from them.
import type { Attack, Family } from '../support/attack.ts';
import type { Aims } from '../support/canaries.ts';
import { inLua } from '../support/controls.ts';

/** `run`'s body; each reaches something where all of Lua's libraries are open. */
const REACHES: readonly (readonly [string, (aims: Aims) => string])[] = [
  ['io.open to read', (a) => `return io.open("${a.file}"):read("a")`],
  ['io.open to write', (a) => `io.open("${a.created}", "w"):write("x"):close()`],
  [
    'io.open of a relative path',
    (a) => `os.execute("true") local f = io.open("${a.created}", "w") f:close() return io.open("${a.file}"):read(99)`,
  ],
  ['io.lines', (a) => `for line in io.lines("${a.file}") do return line end`],
  ['io.input', (a) => `io.input("${a.file}") return io.read("a")`],
  ['io.output', (a) => `io.output("${a.created}") io.write("x") io.close() io.output(io.stdout)`],
  ['io.popen', (a) => `return io.popen("cat ${a.file}"):read("a")`],
  ['os.execute', (a) => `os.execute("touch ${a.created}")`],
  ['os.execute in the background', (a) => `os.execute("sh -c 'sleep 0; touch ${a.created}; : ${a.marker}'")`],
  ['os.remove', (a) => `os.remove("${a.file}")`],
  ['os.rename', (a) => `os.rename("${a.file}", "${a.created}")`],
  ['os.getenv', (a) => `return os.getenv("${a.variable}")`],
  [
    'os.getenv by a key that is no string',
    (a) =>
      `return select(2, pcall(os.getenv, setmetatable({}, { __tostring = function() return "${a.variable}" end }))) .. os.getenv("${a.variable}")`,
  ],
  ['os.tmpname', (a) => `local n = os.tmpname() os.rename(n, "${a.created}")`],
  ['loadfile', (a) => `return select(2, loadfile("${a.file}")) .. tostring(os.getenv("${a.variable}"))`],
  ['dofile', (a) => `io.open("${a.created}", "w"):write("return 1"):close() return dofile("${a.created}")`],
  [
    'require of a file',
    (a) =>
      `io.open("${a.created}.lua", "w"):write("return 1"):close() package.path = "?.lua" return require("${a.created}")`,
  ],
  ['package.loaded', (a) => `return package.loaded.io.open("${a.file}"):read("a")`],
  [
    'package.searchpath',
    (a) => `return package.loaded.os.getenv("${a.variable}") .. tostring(package.searchpath("x", "/?"))`,
  ],
  ['a preloaded library', (a) => `return require("io").open("${a.file}"):read("a")`],
  ["the registry's loaded libraries", (a) => `return debug.getregistry()._LOADED.io.open("${a.file}"):read("a")`],
  [
    'an upvalue of a function',
    (a) =>
      `for i = 1, 9 do local n, v = debug.getupvalue(load, i) if not n then break end end return debug.getregistry()._LOADED.os.getenv("${a.variable}")`,
  ],
  [
    'a library by a string method',
    (a) => `return ("").rep and getmetatable("").__index == string and os.getenv("${a.variable}")`,
  ],
  ['a hook of the debugger', (a) => `debug.sethook(function() end, "l") return os.getenv("${a.variable}")`],
  ['globals by an environment of load', (a) => `return load("return os.getenv('${a.variable}')", "x", "t", _G)()`],
  ['globals by a coroutine', (a) => `return coroutine.wrap(function() return io.open("${a.file}"):read("a") end)()`],
  [
    'globals in a finaliser',
    (a) =>
      `setmetatable({}, { __gc = function() os.execute("touch ${a.created}") end }) collectgarbage() collectgarbage()`,
  ],
  [
    'globals in a close',
    (a) => `do local x <close> = setmetatable({}, { __close = function() os.execute("touch ${a.created}") end }) end`,
  ],
];

const reach = ([name, body]: (typeof REACHES)[number]): Attack => {
  const code = (aims: Aims): string => `function run(inputs)\n  ${body(aims)}\nend`;
  return {
    name,
    step: (aims) => ({ language: 'lua', code: code(aims) }),
    control: { proof: (aims) => inLua(code(aims)) },
  };
};

/** The mark where bytecode was taken. */
const BYTECODE: readonly (readonly [string, (aims: Aims) => string])[] = [
  ['dumped and loaded', () => 'load(string.dump(f))'],
  ['stripped', () => 'load(string.dump(f, true))'],
  ['with the mode "b"', () => 'load(string.dump(f), "x", "b")'],
  ['with the mode "bt"', () => 'load(string.dump(f), "x", "bt")'],
  [
    'in pieces',
    () =>
      'load((function() local s = string.dump(f) return function() local c = s:sub(1, 1) s = s:sub(2) return c ~= "" and c or nil end end)())',
  ],
  ['by a mode that is an object', () => 'load(string.dump(f), "x", nil)'],
];

const bytecode = ([name, expression]: (typeof BYTECODE)[number]): Attack => {
  const code = (aims: Aims): string => `
local text = ("${aims.backwards}"):reverse()
local f = load("return '" .. text .. "'")
function run()
  local g = ${expression(aims)}
  return g and g() or "refused"
end`;
  return {
    name: `bytecode ${name}`,
    step: (aims) => ({ language: 'lua', code: code(aims) }),
    output: '"refused"',
    control: { proof: (aims) => inLua(code(aims)) },
  };
};

export const LUA_HOST: readonly Family[] = [
  { name: 'Lua: what the libraries would give', attacks: REACHES.map(reach) },
  { name: 'Lua: bytecode', attacks: BYTECODE.map(bytecode) },
];
