// 100 hostile steps beside 100 honest ones: the honest ones lose nothing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine.ts';
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
): Promise<{ outputs: Map<string, string>; failed: number; ms: number }> {
  const plan = await engine.define({ name: 'depth', steps });
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  const { finished } = engine.start(plan.value, {
    mode: 'work-stealing',
    failureMode: 'continue',
    maxParallelSteps: 4,
  });
  const record = await finished;
  const all = [...record.steps.values()];
  return {
    outputs: new Map(
      all.filter(({ output }) => output).map(({ name, output }) => [name, Buffer.from(output!).toString()]),
    ),
    failed: all.filter(({ status }) => status === 'failed').length,
    ms: record.durationMs!,
  };
}

test('100 honest steps among 100 hostile ones all succeed with right outputs', async () => {
  const alone = await run(HONEST);
  const mixed: Record<string, StepDefinition> = {};
  for (let i = 0; i < 100; i++) {
    mixed[`hostile-${i}`] = HOSTILE[i % HOSTILE.length]!;
    mixed[`honest-${i}`] = HONEST[`honest-${i}`]!;
  }
  const among = await run(mixed);
  for (let i = 0; i < 100; i++) {
    expect(alone.outputs.get(`honest-${i}`)).toBe(String(i));
    expect(among.outputs.get(`honest-${i}`)).toBe(String(i));
  }
  expect(alone.failed).toBe(0);
  expect(among.failed).toBeGreaterThanOrEqual(80);
  console.log(
    `100 honest steps alone: ${Math.round(alone.ms)} ms; beside 100 hostile ones: ${Math.round(among.ms)} ms`,
  );
}, 60_000);
