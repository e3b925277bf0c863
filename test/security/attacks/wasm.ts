// WASM modules that mean harm: what they import, what they grow, what they answer, what they never do.
import type { StepFailure } from '../../../runners/contract.ts';

type Ends = 'output' | readonly StepFailure['reason'][];

export interface HostileModule {
  readonly name: string;
  readonly wat: string;
  readonly ends: Ends;
  /** The output's text. */
  readonly output?: string;
  readonly func?: string;
  readonly args?: readonly (number | bigint | string)[];
}

/** One table is held by V8 itself, several are not. */
const FIFTY: readonly number[] = Array.from({ length: 50 }, (_, i) => i);

const REFUSED: Ends = ['not-runnable'];
const THREW: Ends = ['threw'];
const INVALID: Ends = ['output-invalid'];
const WASI = 'wasi_snapshot_preview1';

const run = (body: string): string => `(func (export "run") (result i32) ${body})`;

/** A module that imports `kind` under a name that an ordinary object has, too. */
const importing = (module: string, name: string, kind = '(func)'): HostileModule => ({
  name: `imports ${module}.${name} as ${kind}`,
  wat: `(module (import "${module}" "${name}" ${kind}) ${run('i32.const 0')})`,
  ends: REFUSED,
});

const IMPORTS: readonly HostileModule[] = [
  importing('constructor', 'constructor'),
  importing('constructor', 'prototype', '(global externref)'),
  importing('__proto__', 'constructor'),
  importing('__proto__', '__proto__', '(global externref)'),
  importing('toString', 'call'),
  importing('hasOwnProperty', 'constructor'),
  importing('env', 'memory', '(memory 1)'),
  importing('env', 'table', '(table 1 funcref)'),
  importing('env', 'system'),
  importing('env', 'emscripten_run_script', '(func (param i32))'),
  importing('process', 'exit', '(func (param i32))'),
  importing('', '', '(func)'),
  importing('wasi_unstable', 'fd_write', '(func (param i32 i32 i32 i32) (result i32))'),
  importing('wasi:filesystem/types', 'open', '(func)'),
  importing(WASI, 'constructor'),
  importing(WASI, '__proto__', '(global externref)'),
  importing(WASI, 'hasOwnProperty', '(func (result externref))'),
  importing(WASI, 'memory', '(memory 1)'),
  importing(WASI, 'fd_write', '(global i32)'),
  importing(WASI, 'sock_open', '(func (result i32))'),
  importing(WASI, 'thread_spawn', '(func (param i32) (result i32))'),
];

/** WASI functions imported with other types than they have. */
const MISTYPED: readonly HostileModule[] = [
  {
    name: 'takes an answer as 64 bits',
    wat: `(module (import "${WASI}" "sched_yield" (func $f (result i64))) (func (export "run") (result i64) (call $f)))`,
    ends: THREW,
  },
  {
    name: 'gives addresses as 64 bits',
    wat: `(module (import "${WASI}" "random_get" (func $f (param i64 i64) (result i32))) (memory (export "memory") 1)
      (func (export "run") (result i32) (call $f (i64.const 0) (i64.const 8))))`,
    ends: THREW,
  },
  {
    name: 'takes an answer as an object',
    wat: `(module (import "${WASI}" "sched_yield" (func $f (result externref))) (func (export "run") (result i32) (ref.is_null (call $f))))`,
    ends: 'output',
  },
  {
    name: 'gives too few arguments',
    wat: `(module (import "${WASI}" "fd_write" (func $f (result i32))) (memory (export "memory") 1) (func (export "run") (param i32) (result i32) (call $f)))`,
    args: [1],
    ends: 'output',
    output: '8',
  },
  {
    name: 'gives its arguments as floats',
    wat: `(module (import "${WASI}" "random_get" (func $f (param f64 f64) (result i32))) (memory (export "memory") 1)
      (func (export "run") (param i32) (result i32) (call $f (f64.const nan) (f64.const inf))))`,
    args: [1],
    ends: 'output',
    output: '0',
  },
  {
    name: 'exports the end of the process as its function',
    wat: `(module (import "${WASI}" "proc_exit" (func $f (param i32))) (export "run" (func $f)))`,
    args: [7],
    ends: ['exited'],
  },
  {
    name: 'exports the end of the process as its initialisation',
    wat: `(module (import "${WASI}" "proc_exit" (func $f (param i32))) (export "_initialize" (func $f)) ${run('i32.const 0')})`,
    ends: ['exited'],
  },
  {
    name: 'raises an exception and does not catch it',
    wat: `(module (tag $t (param i32)) (func (export "run") (param i32) (result i32) (throw $t (i32.const 1))))`,
    args: [1],
    ends: THREW,
  },
  {
    name: 'has a start that takes arguments',
    wat: `(module (func (export "_start") (param i64)))`,
    func: '_start',
    ends: THREW,
  },
];

const GROWING: readonly HostileModule[] = [
  {
    name: 'grows its memory by 4 GB',
    wat: '(module (memory (export "memory") 1) (func (export "run") (param i32) (result i32) (memory.grow (i32.const 65535))))',
    args: [1],
    ends: 'output',
    output: '-1',
  },
  {
    name: 'grows its memory piece by piece',
    wat: '(module (memory (export "memory") 1) (func (export "run") (param i32) (result i32) (loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) memory.size))',
    args: [1],
    ends: 'output',
    output: '1009',
  },
  {
    name: 'grows its table by 100 million',
    wat: '(module (table 1 funcref) (func (export "run") (param i32) (result i32) (table.grow 0 (ref.null func) (i32.const 100000000))))',
    args: [1],
    ends: 'output',
    output: '-1',
  },
  {
    name: 'grows its table piece by piece',
    wat: '(module (table 1 funcref) (func (export "run") (param i32) (result i32) (loop $l (br_if $l (i32.ne (table.grow 0 (ref.null func) (i32.const 4096)) (i32.const -1)))) (table.size 0)))',
    args: [1],
    ends: 'output',
    output: '1044481',
  },
  {
    name: 'grows fifty tables',
    wat: `(module ${FIFTY.map((i) => `(table $t${i} 0 externref)`).join('')} (func (export "run") (param i32) (result i32) ${FIFTY.map((i) => `(drop (table.grow $t${i} (ref.null extern) (i32.const 9000000)))`).join('')} (i32.const 7)))`,
    args: [1],
    ends: 'output',
    output: '7',
  },
  {
    name: 'begins with fifty tables of 9 million',
    wat: `(module ${FIFTY.map((i) => `(table $t${i} 9000000 funcref)`).join('')} ${run('i32.const 0')})`,
    ends: ['limit'],
  },
  {
    name: 'begins with 4 GB',
    wat: `(module (memory (export "memory") 65536) ${run('i32.const 0')})`,
    ends: ['limit', 'threw', 'not-runnable'],
  },
  {
    name: 'has a table of 10 million',
    wat: `(module (table 10000001 funcref) ${run('i32.const 0')})`,
    ends: ['limit', 'threw', 'not-runnable'],
  },
  {
    name: 'calls itself for ever',
    wat: `(module (func $f (export "run") (result i32) (i32.add (call $f) (i32.const 1))))`,
    ends: THREW,
  },
  {
    name: 'calls itself through a table',
    wat: `(module (type $t (func (result i32))) (table 1 funcref) (elem (i32.const 0) $f) (func $f (export "run") (result i32) (i32.add (call_indirect (type $t) (i32.const 0)) (i32.const 1))))`,
    ends: THREW,
  },
  {
    name: 'calls what a table does not have',
    wat: `(module (type $t (func (result i32))) (table 1 funcref) (func (export "run") (result i32) (call_indirect (type $t) (i32.const 99))))`,
    ends: THREW,
  },
  {
    name: 'calls another type than it says',
    wat: `(module (type $t (func (result i32))) (table 1 funcref) (elem (i32.const 0) $g) (func $g (param i64)) (func (export "run") (result i32) (call_indirect (type $t) (i32.const 0))))`,
    ends: THREW,
  },
  {
    name: 'reads beyond its memory',
    wat: `(module (memory (export "memory") 1) ${run('(i32.load (i32.const -4))')})`,
    ends: THREW,
  },
  {
    name: 'writes beyond its memory',
    wat: `(module (memory (export "memory") 1) (func (export "run") (result i32) (i32.store (i32.const 65534) (i32.const 1)) i32.const 0))`,
    ends: THREW,
  },
  { name: 'divides by zero', wat: `(module ${run('(i32.div_s (i32.const 1) (i32.const 0))')})`, ends: THREW },
  {
    name: 'is unreachable when it starts',
    wat: `(module (func $s unreachable) (start $s) ${run('i32.const 0')})`,
    ends: THREW,
  },
  {
    name: 'copies data beyond its memory when it is made',
    wat: `(module (memory 1) (data (i32.const 65535) "xx") ${run('i32.const 0')})`,
    ends: THREW,
  },
  {
    name: 'calls WASI before its memory is known',
    wat: `(module (import "${WASI}" "random_get" (func $f (param i32 i32) (result i32))) (memory (export "memory") 1) (func $s (drop (call $f (i32.const 0) (i32.const 9)))) (start $s) ${run('i32.const 0')})`,
    ends: THREW,
  },
  {
    name: 'has a memory nobody else sees',
    wat: `(module (import "${WASI}" "random_get" (func $f (param i32 i32) (result i32))) (memory 1) ${run('(call $f (i32.const 0) (i32.const 9))')})`,
    ends: THREW,
  },
];

/** A function on JSON whose allocator and answer are as given. */
const json = (name: string, alloc: string, answer: string, ends: Ends = INVALID, data = ''): HostileModule => ({
  name,
  wat: `(module (memory (export "memory") 1) ${data} (func (export "hwfe_alloc") (param i32) (result i32) ${alloc})
    (func (export "run") (param i32 i32) (result i64) ${answer}))`,
  ends,
});

const SAFE = '(i32.const 16)';
const JSON_MODULES: readonly HostileModule[] = [
  json('allocates at a negative address', '(i32.const -1)', '(i64.const 0)'),
  json('allocates at the end of its memory', '(i32.const 65535)', '(i64.const 0)'),
  json('allocates with a trap', 'unreachable', '(i64.const 0)', THREW),
  json('answers nothing', SAFE, '(i64.const 0)'),
  json('answers an address beyond its memory', SAFE, '(i64.const 0x0001000000000001)'),
  json('answers a negative address and length', SAFE, '(i64.const -1)', ['limit', 'output-invalid']),
  json('answers a length that overflows', SAFE, '(i64.const 0x00000010fffffff8)', ['limit', 'output-invalid']),
  json('answers the largest address', SAFE, '(i64.const 0xffffffff00000001)'),
  json('answers the whole memory', SAFE, '(i64.const 0x0000000000010000)'),
  json('answers text that is no JSON', SAFE, '(i64.const 0x0000000000000004)', INVALID, '(data (i32.const 0) "nope")'),
  json(
    'answers text that is no Unicode',
    SAFE,
    '(i64.const 0x0000000000000004)',
    INVALID,
    '(data (i32.const 0) "\\22\\ff\\fe\\22")',
  ),
  json(
    'answers half a surrogate pair',
    SAFE,
    '(i64.const 0x0000000000000008)',
    INVALID,
    '(data (i32.const 0) "\\22\\5cud800\\22")',
  ),
  json(
    'answers brackets without end',
    SAFE,
    '(i64.const 0x0000000000008000)',
    INVALID,
    `(data (i32.const 0) "${'['.repeat(32_768)}")`,
  ),
  json(
    'answers prototype keys',
    SAFE,
    '(i64.const 0x0000004000000017)',
    'output',
    '(data (i32.const 64) "{\\22__proto__\\22:{\\22x\\22:[1]}}")',
  ),
];

const ENDLESS: readonly HostileModule[] = [
  { name: 'loops', wat: `(module (func (export "run") (loop $l (br $l))))`, ends: ['timed-out'] },
  {
    name: 'loops while it starts',
    wat: `(module (func $s (loop $l (br $l))) (start $s) ${run('i32.const 0')})`,
    ends: ['timed-out'],
  },
  {
    name: 'loops in its initialisation',
    wat: `(module (func (export "_initialize") (loop $l (br $l))) ${run('i32.const 0')})`,
    ends: ['timed-out'],
  },
  {
    name: 'sleeps for 500 years',
    wat: `(module (import "${WASI}" "poll_oneoff" (func $f (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 1)
      (func (export "run") (result i32) (i64.store (i32.const 24) (i64.const 0x7fffffffffffffff)) (call $f (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512))))`,
    ends: ['timed-out'],
  },
];

export interface ModuleFamily {
  readonly name: string;
  readonly modules: readonly HostileModule[];
}

export const WASM: readonly ModuleFamily[] = [
  { name: 'WASM: imports', modules: IMPORTS },
  { name: 'WASM: types that do not fit', modules: MISTYPED },
  { name: 'WASM: bounds', modules: GROWING },
  { name: 'WASM: answers of functions on JSON', modules: JSON_MODULES },
  { name: 'WASM: without end', modules: ENDLESS },
];
