// 100 hostile steps beside 100 honest ones: the honest ones lose nothing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/api.ts';
import { createEngine } from '../../src/engine.ts';
import type { StepDefinition } from '../../src/parse/definition.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

const HOSTILE: readonly StepDefinition[] = [
  {
    language: 'javascript',
    code: 'Object.prototype.toJSON = () => undefined; globalThis.left = 1; function run() { return 1 }',
  },
  { language: 'javascript', code: 'function run() { for (;;); }', timeout: '200ms' },
  { language: 'javascript', code: 'function run() { throw { get message() { throw 1 } } }' },
  {
    language: 'javascript',
    code: 'Array.prototype.map = null; function run() { return new Proxy({}, { ownKeys() { throw 1 } }) }',
  },
  { language: 'javascript', code: 'function run() { return "x".repeat(2 ** 30) }', limits: { memory: '64MB' } },
  { language: 'lua', code: 'left = 1 string.rep = nil setmetatable(_G, { __index = error })' },
  { language: 'lua', code: 'while true do pcall(function() while true do end end) end', timeout: '200ms' },
  { language: 'lua', code: 'local s = "x" while true do s = s .. s end', limits: { memory: '64MB' } },
  {
    language: 'lua',
    code: 'for i = 1, 20000 do print("\\27[2J", i) end error(setmetatable({}, { __tostring = error }))',
  },
  { cmd: `echo '{"forged":1}'; kill -9 $$` },
];

/** As long as the hostile ones at their places, without harm. */
const BUSY: readonly StepDefinition[] = [
  { language: 'javascript', code: 'function run() { return 1 }' },
  { language: 'javascript', code: 'function run() { const t = Date.now(); while (Date.now() - t < 200); }' },
  { language: 'javascript', code: 'function run() { return 2 }' },
  { language: 'javascript', code: 'function run() { return 3 }' },
  { language: 'javascript', code: 'function run() { return "x".repeat(2e7).length }' },
  { language: 'lua', code: 'return 1' },
  { language: 'lua', code: 'local t = os.clock() while os.clock() - t < 0.2 do end' },
  { language: 'lua', code: 'local s = "x" for i = 1, 24 do s = s .. s end return #s' },
  { language: 'lua', code: 'for i = 1, 20000 do print("    ", i) end' },
  { cmd: 'true' },
];

/** Each computes its own number in a way that leftovers would spoil. */
const honest = (index: number): StepDefinition =>
  [
    {
      language: 'javascript' as const,
      code: `function run() { return [${index}].map((n) => JSON.parse(JSON.stringify({ n })).n + (typeof left === 'undefined' ? 0 : 1e6))[0] }`,
    },
    { language: 'lua' as const, code: `function run() return #("x"):rep(${index}) + (left or 0) end` },
  ][index % 2]!;

const HONEST = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`honest-${i}`, honest(i)]));

async function run(
  steps: Record<string, StepDefinition>,
): Promise<{ outputs: Map<string, string>; failed: number; lastMs: number }> {
  const plan = await engine.define({ name: 'depth', steps });
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  const begun = performance.now();
  let lastMs = 0;
  const { finished } = engine.start(plan.value, {
    mode: 'work-stealing',
    failureMode: 'continue',
    maxParallelSteps: 4,
    listener: {
      onEvent: (event) => {
        if (event.kind === 'step-succeeded' && event.step.startsWith('honest')) lastMs = performance.now() - begun;
      },
    },
  });
  const record = await finished;
  const all = [...record.steps.values()];
  return {
    outputs: new Map(
      all.filter(({ output }) => output).map(({ name, output }) => [name, Buffer.from(output!).toString()]),
    ),
    failed: all.filter(({ status }) => status === 'failed').length,
    lastMs,
  };
}

function mixedWith(others: readonly StepDefinition[]): Record<string, StepDefinition> {
  const mixed: Record<string, StepDefinition> = {};
  for (let i = 0; i < 100; i++) {
    mixed[`other-${i}`] = others[i % others.length]!;
    mixed[`honest-${i}`] = HONEST[`honest-${i}`]!;
  }
  return mixed;
}

test('100 honest steps among 100 hostile ones all succeed with right outputs', async () => {
  const alone = await run(HONEST);
  const beside = await run(mixedWith(BUSY));
  const among = await run(mixedWith(HOSTILE));
  for (let i = 0; i < 100; i++) {
    expect(alone.outputs.get(`honest-${i}`)).toBe(String(i));
    expect(among.outputs.get(`honest-${i}`)).toBe(String(i));
  }
  expect(alone.failed).toBe(0);
  expect(among.failed).toBeGreaterThanOrEqual(80);
  // A hostile step holds its place until its limit; no longer than that is anybody kept waiting for it.
  expect(among.lastMs).toBeLessThan(2 * beside.lastMs);
  const [first, second, third] = [alone, beside, among].map(({ lastMs }) => Math.round(lastMs));
  console.log(
    `100 honest steps alone: ${first} ms; beside 100 as long: ${second} ms; beside 100 hostile ones: ${third} ms`,
  );
}, 60_000);
