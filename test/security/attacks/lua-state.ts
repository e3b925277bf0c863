// Lua steps that leave something behind, or answer in the runner's place.
import type { Attack, Family } from '../support/attack.ts';
import type { Aims } from '../support/canaries.ts';
import { inLua } from '../support/controls.ts';

/** A line that puts the mark into a local `m` without spelling it. */
const mark = ({ backwards }: Aims): string => `local m = ("${backwards}"):reverse()`;

const LEFT_BEHIND: readonly (readonly [string, string, string])[] = [
  ['a global', 'left = m', 'return left'],
  ['a library function', 'string.rep = function() return m end', 'return ("x"):rep(2)'],
  ['a member of a library', 'math.left = m', 'return math.left'],
  ["the strings' metatable", 'getmetatable("").__index = function() return m end', 'return ("x").left'],
  [
    'an operator on strings',
    'getmetatable("").__concat = nil getmetatable("").__unm = function() return m end',
    'return -"x"',
  ],
  ['the metatable of the globals', 'setmetatable(_G, { __index = function() return m end })', 'return left'],
  ['a replaced tostring', 'tostring = function() return m end', 'return tostring(1)'],
  [
    'a replaced pairs',
    'pairs = function() return function(_, k) if not k then return m, m end end end',
    'for k in pairs({ a = 1 }) do return k end',
  ],
  ['a replaced error', 'error = function() end left = m', 'return left'],
  ['the inputs', 'inputs = { left = m }', 'return inputs and inputs.left'],
  [
    'a coroutine that waits',
    'left = coroutine.wrap(function() coroutine.yield() while true do coroutine.yield(m) end end) left()',
    'return left and left()',
  ],
  [
    'a member of the mark of arrays',
    'if json then getmetatable(json.array({})).left = m else left = m end',
    'if json then return getmetatable(json.array({})).left end return left',
  ],
  [
    "a member of json.null's metatable",
    'if json then getmetatable(json.null).left = m else left = m end',
    'if json then return getmetatable(json.null).left end return left',
  ],
  [
    'the json library',
    'if json then json.encode = function() return m end else left = m end',
    'if json then return json.encode(1) end return left',
  ],
  [
    "the collector's mode",
    'collectgarbage("stop") left = m',
    'return left and not collectgarbage("isrunning") and left',
  ],
  ['a seed of math.random', 'math.randomseed(42) left = math.random(1 << 60) .. m', 'math.randomseed(42) return left'],
  ['a text in freed memory', 'local t = {} for i = 1, 1000 do t[i] = m .. i end', 'return left or os.date and nil'],
];

/** Without its control: nothing in an ordinary Lua shows freed memory. */
const FREED = 'a text in freed memory';

const leftBehind = ([name, does, looks]: (typeof LEFT_BEHIND)[number]): Attack => {
  const codes = (aims: Aims): [string, string] => [
    `${mark(aims)}\n${does}\nfunction run() return 1 end`,
    `function run() ${looks} end`,
  ];
  return {
    name,
    before: (aims) => ({ language: 'lua', code: codes(aims)[0] }),
    step: (aims) => ({ language: 'lua', code: codes(aims)[1] }),
    control:
      name === FREED
        ? { none: 'no interpreter shows memory that was freed; the states differ, and so do their strings' }
        : { proof: (aims) => inLua(...codes(aims)) },
  };
};

/** Each has `run` give 1 and wants something else to be handed on. */
const FORGED: readonly (readonly [string, string, string])[] = [
  ['json.encode replaced', 'json = { encode = function() return m end, null = m }', 'return 1'],
  ['tostring replaced', 'tostring = function() return m end', 'return 1'],
  ['a table with __index', '', 'return setmetatable({ 1 }, { __index = function() return m end })[1]'],
  [
    'a table with __pairs',
    '',
    'return rawget(setmetatable({ 1 }, { __pairs = function() return function(_, k) if not k then return 1, m end end end }), 1)',
  ],
  ['a table with __len', '', 'local t = setmetatable({ 1 }, { __len = function() return 1e9 end }) return t[1]'],
  [
    'a table with __tostring and __name',
    '',
    'local t = setmetatable({ 1 }, { __tostring = function() return m end, __name = m }) return t[1]',
  ],
  ['next replaced', 'next = function() return 1, m end pairs = next', 'return 1'],
  ['setmetatable replaced', 'setmetatable = function() return m end getmetatable = setmetatable', 'return 1'],
  [
    'numbers given a metatable by debug',
    'if debug then debug.setmetatable(1, { __tostring = function() return m end }) end',
    'return 1',
  ],
  ['print replaced', 'print = function() return m end', 'print(1) return 1'],
];

const forged = ([name, does, body]: (typeof FORGED)[number]): Attack => ({
  name,
  step: (aims) => ({ language: 'lua', code: `${mark(aims)}\n${does}\nfunction run() ${body} end` }),
  ends: 'output',
  output: '1',
  control: { none: "the runner reads outputs by Lua's raw C functions; no other reader stands here to be fooled" },
});

/** Metatables on what is handed on: what is there counts, not what the metatable says. */
const DISGUISED: readonly (readonly [string, string, string])[] = [
  ['__index', '{ 1, 2 }, { __index = function() return m end }', '[1,2]'],
  [
    '__pairs',
    '{ a = 1 }, { __pairs = function() return function(_, k) if not k then return m, m end end end }',
    '{"a":1}',
  ],
  ['__len', '{ 1, 2 }, { __len = function() return 1 << 40 end }', '[1,2]'],
  ['__tostring', '{ a = 1 }, { __tostring = function() error(m) end }', '{"a":1}'],
  ['__name', '{ a = 1 }, { __name = m }', '{"a":1}'],
  ['__metatable', '{ a = 1 }, { __metatable = m }', '{"a":1}'],
  ['__gc', '{ a = 1 }, { __gc = function() error(m) end }', '{"a":1}'],
  [
    '__eq and __lt',
    '{ a = 1 }, { __eq = function() return m end, __lt = function() return m end, __le = error }',
    '{"a":1}',
  ],
  ['__close', '{ a = 1 }, { __close = function() error(m) end }', '{"a":1}'],
  ['__mode', '{ a = 1 }, { __mode = "kv" }', '{"a":1}'],
  ['__call', '{ a = 1 }, { __call = function() return m end }', '{"a":1}'],
];

export const LUA_STATE: readonly Family[] = [
  { name: 'Lua: what one step leaves to the next', attacks: LEFT_BEHIND.map(leftBehind) },
  { name: 'Lua: answering in place of the runner', attacks: FORGED.map(forged) },
  {
    name: 'Lua: outputs in disguise',
    attacks: DISGUISED.map(([name, table, output]) => {
      const code = (aims: Aims): string => `${mark(aims)}\nfunction run() return setmetatable(${table}) end`;
      return {
        name,
        step: (aims) => ({ language: 'lua', code: code(aims) }),
        ends: 'output' as const,
        output,
        control: {
          none: "the runner reads outputs by Lua's raw C functions; no other reader stands here to be fooled",
        },
      };
    }),
  },
];
