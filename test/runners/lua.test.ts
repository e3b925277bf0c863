/** Lua steps: the vectors of the contract, and what is Lua's own. */
import { describe, expect, test } from 'vitest';
import { load } from '../../runners/lua/index.ts';
import { embedded } from './contract/embedded.ts';

const run = embedded('lua', load);
const body = (code: string): string => `function run(inputs)\n${code}\nend`;

describe('vectors', () => {
  test.each([
    [1, 'return {half=10/2, idiv=7//2}', '{"half":5.0,"idiv":3}'],
    [2, 'return {mixed={1,2,x=3}}', '{"mixed":{"1":1,"2":2,"x":3}}'],
    [3, 'return {empty={}}', '{"empty":{}}'],
    [4, 'return {holes={[1]=1,[3]=3}}', '{"holes":[1,null,3]}'],
    [5, '', 'null'],
    [6, 'return "initialized"', '"initialized"'],
    [7, 'return {big=2147483647+1, ms=1700000000*1000}', '{"big":2147483648,"ms":1700000000000}'],
  ])('%i: %s', async (_, code, output) => {
    expect((await run(body(code))).shown).toBe(output);
  });
});

describe('values', () => {
  test.each([
    [
      'a null member is an absent key',
      'local n = 0 for _ in pairs(inputs.x) do n = n + 1 end return n',
      '{"a":null,"b":1}',
      '1',
    ],
    [
      'a null item keeps its place',
      'return { #inputs.x, inputs.x[2] == json.null, inputs.x }',
      '[1,null,3]',
      '[3,true,[1,null,3]]',
    ],
    ['a list that was emptied stays a list', 'inputs.x[1] = nil return inputs.x', '[1]', '[]'],
    ['a list that got a name becomes an object', 'inputs.x.n = 1 return inputs.x', '[7]', '{"1":7,"n":1}'],
    [
      'integers and floats are told apart',
      'return { math.type(inputs.x[1]), math.type(inputs.x[2]) }',
      '[5,5.0]',
      '["integer","float"]',
    ],
    ['64 bits wrap as Lua integers do', 'return inputs.x + 1', '9223372036854775807', '-9223372036854775808'],
    ['keys that are numbers become strings', 'return { [1.5] = 1, [-1] = 2, x = 3 }', 'null', '{"-1":2,"1.5":1,"x":3}'],
    [
      'NUL and escapes are plain bytes',
      'return { #inputs.x, inputs.x }',
      '"a\\u0000\\n\\"\\\\é"',
      '[7,"a\\u0000\\n\\"\\\\é"]',
    ],
  ])('%s', async (_, code, x, output) => {
    expect((await run(body(code), { inputs: { x } })).shown).toBe(output);
  });

  test('an integer of more than 64 bits becomes a float, with a warning', async () => {
    const { shown, warnings } = await run(body('return inputs.x'), { inputs: { x: '[9223372036854775808,1]' } });
    expect(shown).toBe('[9223372036854776000.0,1]');
    expect(warnings).toEqual(['Input "x" has integers of more than 64 bits, which became floats in Lua']);
  });

  test.each([
    ['return { items = { 1, 2, { tags = print } } }', 'output.items[3].tags is a function, which JSON has no form for'],
    ['return { a = coroutine.create(print) }', 'output.a is a coroutine, which JSON has no form for'],
    ['return { a = "\\xff" }', 'output.a is a string that is not valid UTF-8; return hwfe.bytes(s)'],
    ['return { a = { ["\\xff"] = 1 } }', 'output.a has a key that is not valid UTF-8'],
    [
      'return { a = { [true] = 1 } }',
      'output.a has a boolean as a key, which JSON has no form for; keys are strings or numbers',
    ],
    ['return { 1, ["1"] = 2, x = 3 }', 'output has the key 1 both as a number and as a string'],
    ['local t = {} t[1] = { t } return t', 'output[1][1] contains itself, which JSON has no form for'],
  ])('%s fails the step', async (code, message) => {
    expect((await run(body(code))).shown).toEqual({
      reason: 'output-invalid',
      message,
      position: { file: 'workflows/contract.lua', line: 40 },
    });
  });

  test('a list with one far index is over the limit before it is written', async () => {
    const { shown } = await run(body('return { [1] = 1, [1000000000] = 2 }'), { outputLimit: 1000 });
    expect(shown).toMatchObject({ reason: 'limit', limit: 'output' });
  });

  test('the first number that is none is named whatever order the table has', async () => {
    const code = body('local t = {} for i = 1, 50 do t["k" .. i] = 0/0 end return t');
    for (let i = 0; i < 5; i++) expect((await run(code)).warnings[0]).toMatch(/^output\.k1 /);
  });
});

describe('the global json', () => {
  test.each([
    ['return json.decode(\'{"b":[1,null,2.0],"a":"\\\\u00e9"}\')', '{"a":"é","b":[1,null,2.0]}'],
    ['return json.encode({ b = 1, a = { 2.0 } })', '"{\\"a\\":[2.0],\\"b\\":1}"'],
    ['return json.array()', '[]'],
    ['return json.array { 1 }', '[1]'],
    ['return { json.null, tostring(json.null):sub(1, 9) }', '[null,"json.null"]'],
    ['return { pcall(json.decode, "{oops") }', /^\[false,"json\.decode: it is not JSON/],
    [
      'return { pcall(json.encode, { a = print }) }',
      '[false,"json.encode: the value.a is a function, which JSON has no form for"]',
    ],
    ['return { pcall(json.array, 1) }', '[false,"json.array takes a table, not a number"]'],
  ])('%s', async (code, output) => {
    const { shown } = await run(body(code));
    if (typeof output === 'string') expect(shown).toBe(output);
    else expect(shown).toMatch(output);
  });
});

describe('calling', () => {
  test.each([
    ['a chunk may return its value', 'return { 1, inputs.x }', '[1,5]'],
    ['a chunk may return its function', 'return function(given) return given.x + 1 end', '6'],
    ['a global run comes before what the chunk returns', 'function run() return "run" end return "chunk"', '"run"'],
    ['only the first result counts', 'function run() return 1, 2 end', '1'],
  ])('%s', async (_, code, output) => {
    expect((await run(code, { inputs: { x: '5' } })).shown).toBe(output);
  });
});

describe('the sandbox', () => {
  test.each([
    'io',
    'package',
    'debug',
    'dofile',
    'loadfile',
    'os.execute',
    'os.exit',
    'os.remove',
    'os.rename',
    'os.tmpname',
    'os.setlocale',
  ])('%s is not there', async (name) => {
    expect((await run(`return ${name} == nil`)).shown).toBe('true');
  });

  test('what is there: the base functions, and six libraries', async () => {
    const { shown } = await run(
      'local names = {} for name in pairs(_G) do names[#names + 1] = name end table.sort(names) return table.concat(names, " ")',
    );
    expect(shown).toBe(
      '"_G _VERSION assert collectgarbage coroutine error getmetatable hwfe inputs ipairs json load math next os pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring type utf8 warn xpcall"',
    );
  });

  test('binary chunks do not load', async () => {
    const { shown } = await run(body('return { load(string.dump(function() return 1 end)) }'));
    expect(shown).toMatch(/attempt to load a binary chunk/);
  });

  test('load takes text, a mode that is ignored, and an environment', async () => {
    expect((await run('return { load("return x", "c", "b", { x = 3 })(), load("return 1")() }')).shown).toBe('[3,1]');
  });

  test('require says what to do instead', async () => {
    expect((await run('local x = require("socket")')).shown).toMatchObject({
      reason: 'threw',
      message: expect.stringMatching(/^nothing can be required here: no module "socket".*runtime = "native"/),
      position: { file: 'workflows/contract.lua', line: 40 },
    });
  });

  test('Lua 5.4: goto, integer division, bitwise operators, constants, utf8', async () => {
    const code = 'local k <const> = 7 // 2\nif k == 3 then goto done end\nk = 1\n::done::';
    expect(
      (await run(`${code.replace('k = 1', 'error()')}\nreturn { k, 6 & 3, 1 << 40, utf8.len("é😀") }`)).shown,
    ).toBe('[3,2,1099511627776,2]');
  });

  test('dates are those of the C library', async () => {
    const code =
      'return { os.date("!%Y-%m-%d %H:%M:%S %j %a %B %V %U %p", 1700000000), os.date("!*t", 0).year, os.time({ year = 2024, month = 14, day = 1, hour = 12 }) == os.time({ year = 2025, month = 2, day = 1, hour = 12 }) }';
    expect((await run(code)).shown).toBe('["2023-11-14 22:13:20 318 Tue November 46 46 PM",1970,true]');
  });

  test.each([
    [8_640_000_000_001n, '275760-09-13 00:00:01 257 Sat'],
    [10_000_000_000_000n, '318857-05-20 17:46:40 140 Sun'],
    [-10_000_000_000_000n, '-314918-08-13 06:13:20 225 Sun'],
    [67_767_976_233_532_799n, '2147483647-12-31 23:59:59 365 Tue'],
    [-67_768_040_609_740_800n, '-2147481748-01-01 00:00:00 001 Thu'],
  ])('%i is as far as in the C library, there and back', async (seconds, date) => {
    const code = `local d = os.date("!*t", ${seconds})
      return { os.date("!%Y-%m-%d %H:%M:%S %j %a", ${seconds}), math.abs(os.time(d) - (${seconds})) < 86400 or d.year > 2147480000 or d.year < -2147480000 }`;
    expect((await run(code)).shown).toBe(`["${date}",true]`);
  });
});

describe('errors', () => {
  test('have the message without Lua’s prefix, and the trace in the workflow file', async () => {
    const code = 'local function inner()\n  error("boom")\nend\nfunction run()\n  inner()\nend';
    expect((await run(code)).shown).toEqual({
      reason: 'threw',
      message: 'boom',
      trace: [
        'stack traceback:',
        "\t[C]: in function 'error'",
        "\tworkflows/contract.lua:41: in upvalue 'inner'",
        "\tworkflows/contract.lua:44: in function 'run'",
      ].join('\n'),
      position: { file: 'workflows/contract.lua', line: 41 },
    });
  });

  test.each([
    ['error({ code = 7, why = "full" })', '{"code":7,"why":"full"}'],
    ['error(setmetatable({}, { __tostring = function() return "shown" end }))', 'shown'],
    ['error(setmetatable({}, { __tostring = function() error("no") end }))', 'the error value has no text'],
    ['error()', 'nil'],
    ['error("plain", 0)', 'plain'],
    ['assert(false, "asserted")', 'asserted'],
    ['local x = nil + 1', 'attempt to perform arithmetic on a nil value'],
    ['local function f() return 1 + f() end f()', 'stack overflow'],
  ])('%s', async (code, message) => {
    expect((await run(`\n${code}`)).shown).toMatchObject({
      reason: 'threw',
      message: expect.stringContaining(message),
      position: { file: 'workflows/contract.lua', line: 41 },
    });
  });

  test('what a step catches does not fail it, and the next step is not touched', async () => {
    expect((await run('local ok, e = pcall(error, "x") return { ok, e }')).shown).toBe('[false,"x"]');
    expect((await run('local ok = pcall(string.rep, "x", 1 << 40) return ok')).shown).toBe('false');
    expect((await run('return 1')).shown).toBe('1');
  });

  test('a step that eats all memory is told so, and the next one runs', async () => {
    const { shown } = await run('local t = {} while true do t[#t + 1] = ("x"):rep(1 << 28) .. #t end');
    expect(shown).toMatchObject({
      reason: 'limit',
      limit: 'memory',
      message: 'The step used more memory than limits.memory (1 GiB, the default)',
    });
    expect((await run('return 1')).shown).toBe('1');
  });
});

test('print writes what tostring makes of its arguments, with tabs', async () => {
  const { lines } = await run(
    'print(1, 2.0, nil, true, "é", setmetatable({}, { __tostring = function() return "T" end }))\nprint()',
  );
  expect(lines).toEqual([
    { stream: 'stdout', text: '1\t2.0\tnil\ttrue\té\tT' },
    { stream: 'stdout', text: '' },
  ]);
});

test('warn goes to stderr once it is switched on', async () => {
  expect((await run('warn("@on") warn("careful")')).lines).toEqual([
    { stream: 'stderr', text: 'Lua warning: careful' },
  ]);
});

test('coroutines may print, decode and fail', async () => {
  const code =
    'local co = coroutine.wrap(function() print("in") coroutine.yield(json.decode("[1]")) error("out") end)\nreturn { co(), (pcall(co)) }';
  expect((await run(code)).shown).toBe('[[1],false]');
});
