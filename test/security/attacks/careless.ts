// Steps that mean harm or are careless, one of each kind, under limits as a careful user sets them.
import type { LimitsDefinition } from '../../../src/parse/shared-definitions.ts';
import type { StepDefinition } from '../../../src/parse/step-definition.ts';

export const LIMITS: LimitsDefinition = {
  cpu: '50ms',
  wall: '1s',
  memory: '64MB',
  output: '1MB',
  stdout: '64KB',
  processes: 8,
};

const javascript = (code: string): StepDefinition => ({ language: 'javascript', code, limits: LIMITS });
const lua = (code: string): StepDefinition => ({ language: 'lua', code, limits: LIMITS });
const python = (code: string): StepDefinition => ({ language: 'python', code, limits: LIMITS });
const shell = (cmd: string): StepDefinition => ({ cmd, limits: LIMITS });

/** By what it does; \`module\` gives the path of a module of WebAssembly in text form. */
export function carelessSteps(module: (wat: string) => string): Readonly<Record<string, StepDefinition>> {
  const wasm = (wat: string): StepDefinition => ({ module: module(wat), limits: LIMITS });
  return {
    'JavaScript: changes what all objects have': javascript(
      'Object.prototype.toJSON = () => undefined; globalThis.left = 1; Array.prototype.map = null; function run() { return 1 }',
    ),
    'JavaScript: throws what throws': javascript('function run() { throw { get message() { throw 1 } } }'),
    'JavaScript: reaches for the host': javascript(
      'function run() { return this.constructor.constructor("return process")().mainModule.require("fs") }',
    ),
    'JavaScript: a loop': javascript('function run() { for (;;) try { for (;;); } finally { for (;;); } }'),
    'JavaScript: a loop that never looks': javascript(
      'function run() { const a = []; a.length = 2 ** 32 - 1; return a.indexOf(1) }',
    ),
    'JavaScript: fills memory': javascript(
      'function run() { const a = []; for (;;) a.push("x".repeat(1e6) + a.length) }',
    ),
    'JavaScript: a large output': javascript('function run() { return "x".repeat(2e7) }'),
    'JavaScript: prints without end': javascript('function run() { for (;;) console.log("\\x1b[2J") }'),
    'JavaScript: waits without end': javascript(
      'async function run() { await new Promise((r) => setTimeout(r, 1e9)) }',
    ),
    'Lua: changes what all have': lua('left = 1 string.rep = nil setmetatable(_G, { __index = error })'),
    'Lua: a loop': lua('while true do pcall(function() while true do end end) end'),
    'Lua: a pattern': lua('return (("a"):rep(40)):find(("a*"):rep(40) .. "b")'),
    'Lua: fills memory': lua('local s = "x" while true do s = s .. s end'),
    'Lua: prints without end': lua('while true do print("\\27[2J") end'),
    'Python: reaches for the host': python('import os\ndef run(): return os.system("id")'),
    'Python: a loop': python(
      'import builtins, sys\nbuiltins.len = None\nsys.modules["left"] = 1\ndef run():\n  while True:\n    try:\n      while True: pass\n    except BaseException: pass',
    ),
    'Python: a loop that never looks': python('def run(): return sum(range(10 ** 12))'),
    'Python: fills memory': python('def run():\n  a = []\n  while True: a.append(bytearray(1 << 20))'),
    'Python: prints without end': python('def run():\n  while True: print("x")'),
    'Python: waits without end': python('import time\ndef run(): time.sleep(1e6)'),
    'WASM: a loop': wasm('(module (func (export "run") (loop (br 0))))'),
    'WASM: grows': wasm(
      '(module (memory (export "memory") 1) (func (export "run") (loop (drop (memory.grow (i32.const 16))) (br 0))))',
    ),
    'shell: ends itself': shell(`echo '{"forged":1}'; kill -9 $$`),
    'shell: a loop': shell('while :; do :; done'),
    'shell: prints without end': shell('yes'),
    'shell: starts processes': shell('for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 5 & done; wait'),
  };
}
