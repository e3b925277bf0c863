// Lua steps that hand on hostile values, raise hostile errors, want too much, or never end.
import type { StepFailure } from '../../../runners/contract.ts';
import type { Attack, Family } from '../support/attack.ts';
import { stillRuns } from '../support/controls.ts';

type Ends = 'output' | readonly StepFailure['reason'][];

const OUTPUT: Ends = ['output-invalid'];
const THREW: Ends = ['threw'];
const LARGE_ENDS: Ends = ['threw', 'limit', 'timed-out'];

const VALUES: readonly (readonly [string, string, Ends, string?])[] = [
  ['a table that contains itself', 'local t = {} t.t = t return t', OUTPUT],
  [
    'a table that contains itself deep down',
    'local t = {} local u = t for i = 1, 100 do u[1] = {} u = u[1] end u[1] = t return t',
    OUTPUT,
  ],
  ['a value nested 10,000 deep', 'local t = 1 for i = 1, 10000 do t = { t } end return t', OUTPUT],
  ['a value shared without end', 'local t = { 1 } for i = 1, 60 do t = { t, t } end return t', LARGE_ENDS],
  [
    'keys with control bytes',
    'return { ["a\\0b"] = 1, ["\\1\\r\\n\\27[2J"] = 2 }',
    'output',
    '{"\\u0001\\r\\n\\u001b[2J":2,"a\\u0000b":1}',
  ],
  ['keys that are equal as text', 'return { [1] = 1, ["1"] = 2, x = 3 }', OUTPUT],
  ['a key that is a table', 'return { [{}] = 1 }', OUTPUT],
  ['a key that is true', 'return { [true] = 1 }', OUTPUT],
  ['a key that is no Unicode', 'return { ["\\xff"] = 1 }', OUTPUT],
  ['a text that is no Unicode', 'return "\\xed\\xa0\\x80"', OUTPUT],
  [
    'prototype keys',
    'return { __proto__ = { x = 1 }, constructor = { prototype = { y = 2 } } }',
    'output',
    '{"__proto__":{"x":1},"constructor":{"prototype":{"y":2}}}',
  ],
  ['numbers that are none', 'return { 0 / 0, 1 / 0, -1 / 0 }', 'output', '[null,null,null]'],
  ['the smallest integer', 'return math.mininteger', 'output', '-9223372036854775808'],
  ['an array with one item at 2^52', 'return { [1 << 52] = 1 }', LARGE_ENDS],
  ['an array with one item at the largest integer', 'return { [math.maxinteger] = 1 }', LARGE_ENDS],
  ['a coroutine', 'return coroutine.create(print)', OUTPUT],
  ['a function of the runner', 'return { print }', OUTPUT],
  [
    'a text that looks like a template',
    'return "{{ steps.x.output }} ${HOME} $(id)"',
    'output',
    '"{{ steps.x.output }} ${HOME} $(id)"',
  ],
  [
    'json.null with a hostile metatable',
    'getmetatable(json.null).__tostring = error return { json.null }',
    'output',
    '[null]',
  ],
  ['json.decode of deep text', 'return json.decode(("["):rep(1e6))', THREW],
  ['json.decode of a doubled key', `return json.decode('{"a":1,"a":2}')`, 'output', '{"a":2}'],
  ['json.encode of a table that contains itself', 'local t = {} t[1] = t return json.encode(t)', THREW],
  ['json.encode of an array with one item at 2^26', 'return #json.encode({ [1 << 26] = 1 })', LARGE_ENDS],
];

const ERRORS: readonly (readonly [string, string, Ends])[] = [
  ['a __tostring that raises', 'error(setmetatable({}, { __tostring = function() error("again") end }))', THREW],
  ['a __tostring that gives a table', 'error(setmetatable({}, { __tostring = function() return {} end }))', THREW],
  [
    'a __tostring that calls itself',
    'local e e = setmetatable({}, { __tostring = function() return tostring(e) end }) error(e)',
    THREW,
  ],
  ['a __tostring that yields', 'error(setmetatable({}, { __tostring = function() coroutine.yield() end }))', THREW],
  ['a __name that is a table', 'error(setmetatable({}, { __name = {} }))', THREW],
  ['a __name of a megabyte', 'error(setmetatable({}, { __name = ("x"):rep(1e6) }))', THREW],
  ['a message of 200 MB', 'error(("x"):rep(2e8))', LARGE_ENDS],
  ['no message', 'error()', THREW],
  ['a table that contains itself', 'local e = {} e.e = e error(e)', THREW],
  ['a message with a forged place', 'error("step:999999999: forged", 0)', THREW],
  ["an error through the strings' metatable", 'getmetatable("").__tostring = error error("x")', THREW],
  ['strings without a metatable', 'getmetatable("").__index = nil return ("x"):rep(1)', THREW],
  ['a finaliser that raises', 'setmetatable({}, { __gc = function() error("late") end })', 'output'],
  ['a finaliser that revives itself', 'local function f(o) setmetatable(o, { __gc = f }) end f({})', 'output'],
  [
    'a close that raises',
    'local x <close> = setmetatable({}, { __close = function() error("closing") end }) error("first")',
    THREW,
  ],
  ['a yield outside of a coroutine', 'coroutine.yield()', THREW],
  ['a coroutine that closes itself', 'coroutine.close(coroutine.running())', THREW],
  [
    'a coroutine that resumes itself',
    'local c c = coroutine.create(function() return coroutine.resume(c) end) return select(2, coroutine.resume(c))',
    'output',
  ],
  ['coroutines in coroutines', 'local function f() return coroutine.wrap(f)() end return f()', THREW],
  ['recursion without end', 'local function f() return 1 + f() end return f()', LARGE_ENDS],
  [
    'recursion in a metamethod',
    'local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k] end return t.x',
    THREW,
  ],
  ['recursion in gsub', 'local function f(s) return (s:gsub(".", f)) end return f("x")', THREW],
  ['recursion in sort', 'local function f() table.sort({ 2, 1 }, f) end f()', THREW],
  ['recursion in pcall', 'local function f() return pcall(f) end return (f())', 'output'],
  ['recursion in a message handler', 'local function h() error("x") end return (xpcall(error, h))', 'output'],
  ['recursion in load', 'local function f() return load(f)() end return f()', THREW],
  ['source nested 100,000 deep', 'return (load(("("):rep(1e5) .. "1" .. (")"):rep(1e5)))', 'output'],
  [
    'source with 100,000 locals',
    'local t = {} for i = 1, 1e5 do t[i] = "local a" .. i end return (load(table.concat(t, "\\n")))',
    'output',
  ],
  ['a pattern nested 100,000 deep', 'return ("x"):find(("("):rep(1e5))', THREW],
  [
    'a metatable on the globals that raises',
    'setmetatable(_G, { __index = function(_, k) error("no " .. k) end, __newindex = error }) return 1',
    'output',
  ],
  ['print of a hostile value', 'print(setmetatable({}, { __tostring = function() error("shown") end }))', THREW],
  ['print of a hostile name', 'print(setmetatable({}, { __name = "\\27[2J\\r" })) return 1', 'output'],
  ['warn with control lines', 'warn("@on") warn("x", "\\27[2J") return 1', 'output'],
];

const LARGE: readonly (readonly [string, string, Ends])[] = [
  ['a repeated text', 'return ("x"):rep(1 << 40)', THREW],
  ['a repeated text with a separator', 'return ("x"):rep(1 << 31, ("y"):rep(1 << 31))', LARGE_ENDS],
  ['a doubled text', 'local s = "x" while true do s = s .. s end', LARGE_ENDS],
  ['a joined text', 'local t = {} for i = 1, 1e6 do t[i] = ("x"):rep(1000) end return #table.concat(t)', LARGE_ENDS],
  ['a formatted text', 'return ("%99999d"):format(1)', THREW],
  ['a formatted text of many parts', 'return #(("%99d"):rep(1e6)):format(table.unpack({}, 1, 1e6))', LARGE_ENDS],
  ['a table filled for ever', 'local t = {} while true do t[#t + 1] = {} end', LARGE_ENDS],
  ['a table of many keys', 'local t = {} local i = 0 while true do i = i + 1 t[i .. ""] = i end', LARGE_ENDS],
  ['values on the stack', 'return select("#", table.unpack({}, 1, 1e8))', LARGE_ENDS],
  ['arguments', 'return select("#", ("x"):rep(1e7):byte(1, -1))', LARGE_ENDS],
  [
    'coroutines',
    'local t = {} while true do t[#t + 1] = coroutine.create(function() coroutine.yield() end) coroutine.resume(t[#t]) end',
    LARGE_ENDS,
  ],
  ['closures', 'local f for i = 1, 1e9 do local g = f f = function() return g, i end end return 1', LARGE_ENDS],
  ['a pack', 'return #string.pack("!16 s8", ("x"):rep(1 << 30))', LARGE_ENDS],
  ['utf8.char', 'return utf8.char(table.unpack({}, 1, 1e8))', LARGE_ENDS],
  ['a table moved far', 'return table.move({ 1 }, 1, 1 << 40, 2)', LARGE_ENDS],
];

const TIMEOUT = '500ms';
const ENDLESS: readonly (readonly [string, string])[] = [
  ['a loop', 'while true do end'],
  ['a loop in pcall', 'while true do pcall(function() while true do end end) end'],
  [
    'a loop in a coroutine in pcall',
    'coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()',
  ],
  ['a loop in a close', 'local x <close> = setmetatable({}, { __close = function() while true do end end })'],
  ['a loop in a finaliser', 'setmetatable({}, { __gc = function() while true do end end }) collectgarbage()'],
  ['a loop in a finaliser at the end', 'left = setmetatable({}, { __gc = function() while true do end end }) return 1'],
  ['a loop while the error is shown', 'error(setmetatable({}, { __tostring = function() while true do end end }))'],
  ['a loop in a message handler', 'xpcall(error, function() while true do end end)'],
  ['a loop in sort', 'table.sort({ 1, 2, 3 }, function() while true do end end)'],
  ['a loop in load', 'load(function() return " " end)'],
  ['a pattern with many repetitions', 'return (("a"):rep(60)):find(("a*"):rep(60) .. "b")'],
  ['a pattern with captures', 'return (("a"):rep(1e6)):find(("(a-)"):rep(30) .. "b")'],
  ['an empty text joined a billion times', 'while true do local _ = (""):rep(1e9) end'],
  ['goto', '::again:: goto again'],
  ['a tail call', 'local function f() return f() end f()'],
  [
    'a table moved for ever',
    'table.move(setmetatable({}, { __index = function() return 1 end }), 1, 1 << 50, 1, setmetatable({}, { __newindex = function() end }))',
  ],
  [
    'a join by a length that lies',
    'table.concat(setmetatable({}, { __len = function() return 1 << 50 end, __index = function() return "" end }))',
  ],
  ['a random seed', 'while true do math.randomseed(1) end'],
];

const NOTHING_TO_BREAK =
  'it asks for an orderly end, not for something out of reach: every interpreter may end it in its own way';

function step(body: string, timeout = '2s'): Attack['step'] {
  return () => ({ language: 'lua', code: `function run(inputs)\n  ${body}\nend`, timeout, limits: { memory: '64MB' } });
}

function attacks(list: readonly (readonly [string, string, Ends, string?])[]): Attack[] {
  return list.map(([name, body, ends, output]) => ({
    name,
    step: step(body),
    ends,
    ...(output !== undefined && { output }),
    control: { none: NOTHING_TO_BREAK },
  }));
}

export const LUA_VALUES: readonly Family[] = [
  { name: 'Lua: hostile outputs', attacks: attacks(VALUES) },
  { name: 'Lua: hostile errors and recursion', attacks: attacks(ERRORS) },
  { name: 'Lua: too large', attacks: attacks(LARGE) },
  {
    name: 'Lua: without end',
    attacks: ENDLESS.map(([name, body], index) => ({
      name,
      step: step(body, TIMEOUT),
      ends: ['timed-out'],
      control:
        index === 0
          ? { proof: async ({ mark }) => ((await stillRuns('for (;;);')) ? mark : '') }
          : { like: ENDLESS[0]![0] },
    })),
  },
];
