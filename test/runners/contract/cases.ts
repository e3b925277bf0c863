/** What holds in every language: the cases of the contract suite, each with its code per language. */
import type { Case, Codes } from './case.ts';
import { ORIGIN } from './job.ts';
import { kindCases } from './kind-cases.ts';

const at = (line: number): { file: string; line: number } => ({ file: ORIGIN.file, line });

/** Steps that hand on their input `x` as it is. */
export const IDENTITY: Codes = {
  lua: 'function run(inputs) return inputs.x end',
  javascript: 'function run(inputs) { return inputs.x }',
  python: 'def run(inputs):\n  return inputs["x"]',
  shell: 'parse_input x > "$HWFE_OUTPUT"',
};

const identity = (name: string, x: string): Case => ({ name, code: IDENTITY, inputs: { x }, expect: { output: x } });

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

export const cases: readonly Case[] = [
  ...kindCases,
  {
    name: 'scalars come out as they are',
    code: {
      lua: 'function run() return json.array { "text", 1, 1.5, true, false, json.null } end',
      javascript: 'function run() { return ["text", 1, 1.5, true, false, null] }',
      python: 'def run():\n  return ["text", 1, 1.5, True, False, None]',
      shell: `echo '["text",1,1.5,true,false,null]' > "$HWFE_OUTPUT"`,
    },
    expect: { output: '["text",1,1.5,true,false,null]' },
  },
  {
    name: 'a step that returns nothing gives null',
    code: {
      lua: 'function run() end',
      javascript: 'function run() {}',
      python: 'def run():\n  pass',
      shell: 'echo null > "$HWFE_OUTPUT"',
    },
    expect: { output: 'null' },
  },
  {
    name: 'inputs are named by dependency, as argument and as global',
    code: {
      lua: 'local top = inputs.b\nfunction run(given) return { given.a, top, given == inputs } end',
      javascript: 'const top = inputs.b\nfunction run(given) { return [given.a, top, given === inputs] }',
      python: 'top = inputs["b"]\ndef run(given):\n  return [given["a"], top, given is inputs]',
      shell: 'echo "[$INPUT_A,$(parse_input b),true]" > "$HWFE_OUTPUT"',
    },
    inputs: { a: '"one"', b: '{"two":2}' },
    expect: { output: '["one",{"two":2},true]' },
  },
  {
    name: 'without inputs, run is called without arguments',
    code: {
      lua: 'function run(...) return select("#", ...) end',
      javascript: 'function run() { return arguments.length }',
      python: 'def run(*given):\n  return len(given)',
    },
    expect: { output: '0' },
  },
  {
    name: 'an input that is null is an input all the same',
    code: {
      lua: 'function run(...) return { select("#", ...), (...).x == nil } end',
      javascript: 'function run(given) { return [arguments.length, given.x === null] }',
      python: 'def run(*given):\n  return [len(given), given[0]["x"] is None]',
      shell: 'echo "[1,$([ "$INPUT_X" = null ] && echo true)]" > "$HWFE_OUTPUT"',
    },
    inputs: { x: 'null' },
    expect: { output: '[1,true]' },
  },
  {
    name: 'keys come out sorted by code point, not by UTF-16 unit',
    code: {
      lua: 'function run() return { b = 1, a = 2, ["\\u{1F600}"] = 3, ["\\u{FFFF}"] = 4, B = 5 } end',
      javascript: 'function run() { return { b: 1, a: 2, "\\u{1F600}": 3, "\\uFFFF": 4, B: 5 } }',
      python: 'def run():\n  return { "b": 1, "a": 2, "\\U0001F600": 3, "\\uFFFF": 4, "B": 5 }',
      shell: `printf '%s' '{"b":1,"a":2,"\\ud83d\\ude00":3,"\\uffff":4,"B":5}' > "$HWFE_OUTPUT"`,
    },
    expect: { output: '{"B":5,"a":2,"b":1,"\uffff":4,"\u{1F600}":3}' },
  },
  {
    name: 'integers stay integers and floats stay floats',
    code: IDENTITY,
    inputs: { x: '[5,5.0,-0.0,0,1e+21,1.5,-3]' },
    expect: { output: '[5,5.0,-0.0,0,1e+21,1.5,-3]' },
  },
  identity(
    'identifiers of 19 digits pass unharmed',
    '[9007199254740993,-9007199254740993,9223372036854775807,-9223372036854775808]',
  ),
  identity(
    'keys shaped like a prototype are ordinary keys',
    '{"__proto__":{"polluted":true},"constructor":"c","hasOwnProperty":1,"toJSON":"t","toString":[]}',
  ),
  identity(
    'quotes, newlines, emoji, NUL and U+2028 pass unharmed',
    '"it\'s \\"x\\"\\n\\t\\\\ $(date) 😀 \\u0000 \u2028 \u007f é"',
  ),
  identity('empty arrays stay arrays and empty objects objects', '{"a":[],"b":{},"c":[[],{}]}'),
  identity('nulls inside arrays keep their places', '[null,1,null,null]'),
  identity('values nested 500 deep pass', nested(500)),
  {
    name: 'a value nested over 512 deep fails the step',
    code: {
      lua: 'function run() local t = {} for _ = 1, 600 do t = { t } end return t end',
      javascript: 'function run() { let t = []; for (let i = 0; i < 600; i++) t = [t]; return t }',
      python: 'def run():\n  t = []\n  for _ in range(600):\n    t = [t]\n  return t',
      shell: `{ printf '[%.0s' {1..600}; printf ']%.0s' {1..600}; } > "$HWFE_OUTPUT"`,
    },
    expect: { failure: { reason: 'output-invalid', message: /512/ } },
  },
  {
    name: 'NaN and infinities become null, with one warning that names the first place',
    code: {
      lua: 'function run() return { a = { 1, 0/0, 1/0 }, b = -1/0 } end',
      javascript: 'function run() { return { a: [1, NaN, Infinity], b: -Infinity } }',
      python: 'def run():\n  return {"a": [1, float("nan"), float("inf")], "b": float("-inf")}',
    },
    expect: (language) => ({
      output: '{"a":[1,null,null],"b":null}',
      warning: language === 'lua' ? /output\.a\[2\]/ : /output\.a\[1\]/,
    }),
  },
  {
    name: 'a function in the output fails the step with its path',
    code: {
      lua: 'function run() return { items = { 1, { ["two words"] = print } } } end',
      javascript: 'function run() { return { items: [1, { "two words": () => 1 }] } }',
      python: 'def run():\n  return {"items": [1, {"two words": print}]}',
    },
    // Indices are written as the language counts: Lua from 1.
    expect: (language) => ({
      failure: {
        reason: 'output-invalid',
        message:
          language === 'lua'
            ? /^output\.items\[2\]\["two words"\] is a function, which JSON has no form for/
            : /^output\.items\[1\]\["two words"\] is a (builtin )?function/,
      },
    }),
  },
  {
    name: 'a value that contains itself fails the step with its path',
    code: {
      lua: 'function run() local t = { a = {} } t.a.b = t return t end',
      javascript: 'function run() { const t = { a: {} }; t.a.b = t; return t }',
      python: 'def run():\n  t = {"a": {}}\n  t["a"]["b"] = t\n  return t',
    },
    expect: { failure: { reason: 'output-invalid', message: /^output\.a\.b contains itself/ } },
  },
  {
    name: 'what a step prints is captured and never taken for its output',
    code: {
      lua: `print('{"no":1}', 2)\nfunction run() print("two\\nlines") return 1 end`,
      javascript: `console.log('{"no":1}\\t2')\nfunction run() { console.log("two\\nlines"); return 1 }`,
      python: `print('{"no":1}', 2, sep="\\t")\ndef run():\n  print("two\\nlines")\n  return 1`,
    },
    expect: {
      output: '1',
      printed: ['{"no":1}\t2', 'two', 'lines'].map((text) => ({ stream: 'stdout', text })),
    },
  },
  {
    name: 'an error carries its position in the workflow file',
    code: {
      lua: '-- a comment\nfunction run()\n  local x = 1\n  error("the disk is full")\nend',
      javascript: '// a comment\nfunction run() {\n  const x = 1\n  throw new Error("the disk is full")\n}',
      python: '# a comment\ndef run():\n  x = 1\n  raise OSError("the disk is full")',
    },
    expect: {
      failure: { reason: 'threw', message: /^(OSError: |Error: )?the disk is full$/, position: at(43) },
    },
  },
  {
    name: 'an error at top level carries its position',
    code: {
      lua: 'local x\nlocal y = x.field\nfunction run() end',
      javascript: 'let x\nconst y = x.field\nfunction run() {}',
      python: 'x = None\ny = x.field\ndef run():\n  pass',
    },
    expect: { failure: { reason: 'threw', position: at(41) } },
  },
  {
    name: 'code that does not parse is not runnable, at its position',
    code: {
      lua: 'function run()\n  return 1 +* 2\nend',
      javascript: 'function run() {\n  return 1 +* 2\n}',
      python: 'def run():\n  return 1 +/ 2\n',
    },
    expect: { failure: { reason: 'not-runnable', position: at(41) } },
  },
  {
    name: 'code without run is not runnable',
    code: { lua: 'local x = 1', javascript: 'const x = 1', python: 'x = 1' },
    expect: {
      failure: { reason: 'not-runnable', message: /^Step "tested" defines no function "run"$/, position: at(40) },
    },
  },
  {
    name: 'granted environment entries are visible, and no others',
    code: {
      lua: 'function run() return { os.getenv("GREETING"), os.getenv("HWFE_NOT_SET") == nil } end',
      javascript: 'function run() { return [process.env.GREETING, process.env.HWFE_NOT_SET === undefined] }',
      python: 'import os\ndef run():\n  return [os.environ["GREETING"], os.environ.get("HWFE_NOT_SET") is None]',
      shell: `[ -z "\${HWFE_NOT_SET+x}" ] && printf '["%s",true]' "$GREETING" > "$HWFE_OUTPUT"`,
    },
    env: { GREETING: 'héllo' },
    expect: { output: '["héllo",true]' },
  },
  {
    name: 'an output over the limit fails the step with both figures',
    code: {
      lua: 'function run() return ("x"):rep(2000) end',
      javascript: 'function run() { return "x".repeat(2000) }',
      python: 'def run():\n  return "x" * 2000',
      shell: `printf '"%2000s"' x > "$HWFE_OUTPUT"`,
    },
    outputLimit: 1000,
    expect: { failure: { reason: 'limit', message: /\b2,?002\b.*\b1,?000\b/ } },
  },
  {
    name: 'nothing a step did is seen by the next',
    before: {
      lua: 'leaked = 1\nstring.rep = nil\nfunction run() end',
      javascript: 'globalThis.leaked = 1\nArray.prototype.map = 1\nfunction run() {}',
      python: 'import json, builtins\nbuiltins.leaked = 1\njson.dumps = None\ndef run():\n  pass',
      shell: 'export leaked=1\ncd /',
    },
    code: {
      lua: 'function run() return leaked == nil and string.rep ~= nil end',
      javascript: 'function run() { return typeof leaked === "undefined" && typeof [].map === "function" }',
      python: 'import json, builtins\ndef run():\n  return not hasattr(builtins, "leaked") and json.dumps is not None',
      shell: 'if [ -z "${leaked+x}" ]; then echo true; fi > "$HWFE_OUTPUT"',
    },
    expect: { output: 'true' },
  },
  {
    name: 'an async function is awaited',
    code: {
      javascript: 'async function run() { await new Promise((done) => setTimeout(done, 5)); return { x: 1 } }',
      python: 'import asyncio\nasync def run():\n  await asyncio.sleep(0.005)\n  return {"x": 1}',
    },
    expect: { output: '{"x":1}' },
  },
];
