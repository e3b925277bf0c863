// Steps whose time is over: interpreters that can look at the clock end them and go on, and only what never looks costs its thread.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/api.ts';
import { createEngine } from '../../src/engine.ts';
import type { StepRecord } from '../../src/model/record.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';

/** A machine that is busy with other things may not let a step look in time. */
const RETRIED = { retry: 2 };

let engine: Engine;
let threads = 0;
const count = (): void => void (threads += 1);
beforeAll(() => {
  engine = createEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());
beforeEach(() => process.on('worker', count));
afterEach(() => void process.off('worker', count));

async function run(step: StepDefinition, on: Engine = engine): Promise<StepRecord> {
  const plan = await on.define({ steps: { step } });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join());
  return (await on.start(plan.value).finished).steps.get('step')!;
}

const javascript = (code: string): StepDefinition => ({ language: 'javascript', code });
const python = (code: string): StepDefinition => ({ language: 'python', code });

const ENDLESS: readonly (readonly [string, StepDefinition])[] = [
  ['a loop', javascript('function run() { for (;;); }')],
  ['a loop that catches', javascript('function run() { for (;;) try { for (;;); } catch {} finally { for (;;); } }')],
  ['a loop at the top', javascript('for (;;);')],
  ['a loop in a module', javascript('export function run() { for (;;); }')],
  ['promises without end', javascript('async function run() { const f = () => Promise.resolve().then(f); await f() }')],
  ['a loop behind an await', javascript('async function run() { try { await 1; for (;;); } finally { for (;;); } }')],
  ['timers without end', javascript('async function run() { for (;;) await new Promise((r) => setTimeout(r, 1)) }')],
  ['a timer of a day', javascript('async function run() { await new Promise((r) => setTimeout(r, 864e5)) }')],
  ['a pattern', javascript('function run() { return /(a*)*b/.test("a".repeat(40)) }')],
  ['an output that loops', javascript('function run() { return { toJSON() { for (;;); } } }')],
  ['printing', javascript('function run() { for (;;) console.log(1) }')],
  ['a loop', python('def run():\n  while True: pass')],
  [
    'a loop that catches',
    python(
      'def run():\n  while True:\n    try:\n      while True: pass\n    except BaseException: pass\n    finally:\n      while True: pass',
    ),
  ],
  ['a loop at the top', python('while True: pass')],
  ['calls', python('def f(n): return 1 if n == 0 else f(n - 1) + f(n - 1)\ndef run(): return f(60)')],
  ['a generator', python('def run():\n  def g():\n    while True: yield 1\n  return sum(g())')],
  ['a loop of asyncio', python('import asyncio\nasync def run():\n  while True: await asyncio.sleep(0)')],
  ['a sleep of a day', python('import time\ndef run(): time.sleep(86400)')],
  ['a sleep of asyncio', python('import asyncio\nasync def run(): await asyncio.sleep(86400)')],
  ['a loop as it is freed', python('class A:\n  def __del__(self):\n    while True: pass\ndef run():\n  A()')],
  ['printing', python('def run():\n  while True: print(1)')],
  [
    'an output that loops',
    python('class A(dict):\n  def items(self):\n    while True: pass\ndef run(): return A(a=1)'),
  ],
];

const HONEST: Readonly<Record<string, StepDefinition>> = {
  javascript: javascript('function run() { return [typeof left, [1].map(String), Object.keys(globalThis)] }'),
  python: python('import sys\ndef run(): return ["left" in globals(), len([1]), sys.getrecursionlimit()]'),
};
const OUTPUT: Readonly<Record<string, string>> = {
  javascript: '["undefined",["1"],["run"]]',
  python: '[false,1,1000]',
};

describe.each(ENDLESS.map(([name, step]) => [`${name} in ${step.language}`, step] as const))('%s', (_, step) => {
  test.each(['timeout', 'limits.wall', 'limits.cpu'] as const)(
    'is ended by %s, and its thread goes on',
    RETRIED,
    async (how) => {
      const language = step.language!;
      await run(HONEST[language]!);
      const waits = /day|timer|sleep of/.test(_);
      if (how === 'limits.cpu' && waits) return;
      threads = 0;
      const limited = how === 'timeout' ? { timeout: '150ms' } : { limits: { [how.slice(7)]: '150ms' } };
      const { failure, usage } = await run({ ...step, ...limited });
      expect(failure).toMatchObject(
        how === 'timeout'
          ? { reason: 'timed-out', afterMs: 150 }
          : {
              reason: 'limit',
              limit: how.slice(7),
              message: expect.stringContaining(`${how} (150ms, set by the step)`),
            },
      );
      expect(how === 'limits.cpu' ? usage!.cpuMs : usage!.wallMs).toBeGreaterThanOrEqual(145);
      const { output } = await run(HONEST[language]!);
      expect(Buffer.from(output!).toString()).toBe(OUTPUT[language]);
      expect(threads).toBe(0);
    },
  );
});

test.each([
  ['javascript', 'function run() { const a = []; a.length = 2 ** 32 - 1; return a.indexOf(1) }'],
  ['python', 'def run(): return sum(range(10 ** 12))'],
  ['lua', 'while true do end'],
] as const)('what never looks, in %s, is ended with its thread', async (language, code) => {
  await using own = createEngine();
  const honest: StepDefinition = language === 'lua' ? { language, code: 'return 1' } : HONEST[language]!;
  await run(honest, own);
  threads = 0;
  const begun = performance.now();
  const { failure } = await run({ language, code, limits: { wall: '200ms' } }, own);
  expect(failure).toMatchObject({ reason: 'limit', limit: 'wall' });
  expect(performance.now() - begun).toBeLessThan(2000);
  expect((await run(honest, own)).status).toBe('succeeded');
  expect(threads).toBeGreaterThan(0);
});

test('a Python that is stopped in the middle of anything is as new for the next step', async () => {
  const spoil = (index: number): string => `
import builtins, os, sys, json, random, sqlite3, threading, tempfile
builtins.left = 1; sys.modules['left'] = sys; os.environ['LEFT'] = '1'; left = 1
json.dumps = None; len_ = len; builtins.len = lambda x: 7
os.makedirs('/tmp/left/${index}', exist_ok=True); os.chdir('/tmp/left')
f = open('/tmp/left/x', 'w'); f.write('x' * 100000)
db = sqlite3.connect('/tmp/left/db'); db.execute('create table t (a)')
def run():
  n = 0
  while True:
    n += 1
    db.execute('insert into t values (?)', (n,))
    sorted([random.random() for _ in range(n % 50)], key=lambda x: -x)
    f.seek(0); f.write(str(n)); f.flush()
    try: raise ValueError(n)
    except ValueError: pass
`;
  const look = python(`
import builtins, os, sys, json
def run():
  return [hasattr(builtins, 'left'), 'left' in sys.modules, 'LEFT' in os.environ, len([1]), json.dumps([1]), os.getcwd(), os.listdir('/tmp'), len(os.listdir('/proc/self/fd')) if os.path.exists('/proc/self/fd') else 0]`);
  const clean = Buffer.from((await run(look)).output!).toString();
  threads = 0;
  for (let i = 0; i < 25; i++) {
    const { failure } = await run({ ...python(spoil(i)), timeout: `${60 + 3 * i}ms` });
    expect(failure).toMatchObject({ reason: 'timed-out' });
    expect(Buffer.from((await run(look)).output!).toString()).toBe(clean);
  }
  // What was in the middle of long native work, such as an import, may have lost its thread.
  expect(threads).toBeLessThan(12);
}, 60_000);

test('a process without rights outlives a loop of its step too', async () => {
  const step = { ...javascript('function run() { for (;;); }'), isolation: 'process' } as const;
  const { failure } = await run({ ...step, timeout: '150ms' });
  expect(failure).toMatchObject({ reason: 'timed-out', afterMs: 150 });
  const { output } = await run({ ...HONEST['javascript']!, isolation: 'process' });
  expect(Buffer.from(output!).toString()).toBe(OUTPUT['javascript']);
});
