// Real threads: what a step cannot do to the others, and what is left of it when it was ended.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, RunOptions } from '../../src/api.ts';
import { createEngine } from '../../src/engine.ts';
import type { RunEvent } from '../../src/model/event.ts';
import type { RunRecord } from '../../src/model/record.ts';
import { outputsOf } from '../../src/outputs.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { runningWith } from '../support/processes.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

async function run(
  steps: Record<string, StepDefinition>,
  options: RunOptions = {},
): Promise<{ record: RunRecord; events: RunEvent[] }> {
  const plan = await engine.define({ mode: 'work-stealing', max_parallel_steps: 4, failure_mode: 'continue', steps });
  if (!plan.ok) throw new Error(plan.error.map((diagnostic) => diagnostic.message).join('\n'));
  const events: RunEvent[] = [];
  const { finished } = engine.start(plan.value, { listener: { onEvent: (event) => events.push(event) }, ...options });
  return { record: await finished, events };
}

describe('a step that never ends', () => {
  it.each([
    ['lua', 'function run() while true do pcall(function() while true do end end) end end'],
    ['javascript', 'function run() { for (;;) try { for (;;); } catch {} }'],
    ['javascript', 'function run() { const a = []; a.length = 2 ** 32 - 1; return a.indexOf(1); }'],
    ['shell', 'trap "" TERM; while true; do sleep 0.05; done'],
  ] as const)('is ended at its time limit in %s', async (language, code) => {
    const { record } = await run({ loop: { language, code, timeout: '200ms' }, honest: { code: 'return 1' } });
    expect(record.steps.get('loop')?.failure).toEqual({ reason: 'timed-out', afterMs: 200 });
    expect(record.steps.get('honest')?.status).toBe('succeeded');
  });

  it('is ended when the run is cancelled', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const code = 'function run() print("begun") while true do end end';
    const { record, events } = await run({ a: { code }, b: { depends_on: 'a', code } }, { signal: controller.signal });
    expect(record.status).toBe('cancelled');
    expect([...record.steps.values()].map((step) => step.status)).toEqual(['cancelled', 'skipped']);
    expect(events.some((event) => event.kind === 'step-printed')).toBe(true);
  });
});

it('leaves no process behind when a shell step with grandchildren is cancelled', async () => {
  const marker = `hwfe-test-${process.pid}-grandchild`;
  const code = `trap "" TERM
    (trap "" TERM; exec -a ${marker} sleep 300) &
    setsid bash -c 'exec -a ${marker} sleep 300' &
    wait`;
  const { record } = await run({ a: { language: 'shell', code, timeout: '500ms' } });
  expect(record.steps.get('a')?.failure?.reason).toBe('timed-out');
  expect(runningWith(marker)).toEqual([]);
});

it('leaves no directory behind', async () => {
  const ours = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('hwfe-run-'));
  const before = ours();
  await run({ a: { language: 'shell', code: 'touch "$HWFE_WORKDIR/file"' } });
  expect(ours()).toEqual(before);
});

it('shares a directory among the steps of a run', async () => {
  const { record } = await run({
    a: { language: 'shell', code: 'echo 42 > "$HWFE_WORKDIR/answer"' },
    b: { language: 'shell', depends_on: 'a', code: 'cat "$HWFE_WORKDIR/answer"' },
  });
  expect(outputsOf(record).get('b')).toMatchObject({ stdout: '42' });
});

it('hands over every line before the step ends, in order', async () => {
  const code = 'function run() for i = 1, 5000 do print(i) end end';
  const { events } = await run({ a: { code } });
  const lines = events.flatMap((event) => (event.kind === 'step-printed' ? event.lines : []));
  expect(lines.map((line) => line.text)).toEqual(Array.from({ length: 5000 }, (_, i) => String(i + 1)));
  expect(events.findIndex((event) => event.kind === 'step-succeeded')).toBe(
    events.findLastIndex((event) => event.kind === 'step-printed') + 1,
  );
});

it('costs one step, not the run, when a step eats all memory', async () => {
  const { record } = await run({
    lua: {
      code: 'function run() local t = {} while true do t[#t + 1] = ("x"):rep(1 << 20) .. #t end end',
      timeout: '60s',
    },
    javascript: {
      language: 'javascript',
      code: 'function run() { const a = []; for (;;) a.push("x".repeat(1 << 20) + a.length); }',
      timeout: '60s',
    },
    honest: { code: 'return "here"' },
    after: { depends_on: 'honest', language: 'javascript', code: 'function run(inputs) { return inputs.honest; }' },
  });
  expect(record.steps.get('lua')?.status).toBe('failed');
  expect(record.steps.get('javascript')?.status).toBe('failed');
  expect(outputsOf(record).get('after')).toBe('here');
}, 120_000);

it('costs one step also where what a shell step prints is too much for its thread', async () => {
  const code = `printf '{"a":['; seq 1 9000000 | sed 's/.*/{"z":"&","b":[]},/' | tr -d '\\n'; echo '0]}'`;
  const { record } = await run({
    big: { language: 'shell', code },
    beside: { language: 'shell', code: 'sleep 8; echo fine' },
  });
  expect(record.steps.get('big')?.failure?.reason).toBe('thread-lost');
  expect(outputsOf(record).get('beside')).toMatchObject({ stdout: 'fine' });
}, 120_000);

it('counts the time limit from the step, not from the boot of its language', async () => {
  await using fresh = createEngine();
  const plan = await fresh.define({
    steps: { a: { language: 'python', code: 'def run(): return 1', timeout: '300ms' } },
  });
  if (!plan.ok) throw new Error('no plan');
  const record = await fresh.start(plan.value).finished;
  expect(record.steps.get('a')?.status).toBe('succeeded');
});
