// Groups, races and other files that are tried again: each time as a whole, in every mode.
import { describe, expect, it, test } from 'vitest';
import { decode } from '../../runners/value.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { fold } from '../../src/model/fold.ts';
import { emptyRecord, type RunRecord } from '../../src/model/record.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { withNestedFiles } from '../../src/parse/index.ts';
import { workflowOf } from '../parse/files.ts';
import { directory } from '../cli/rig.ts';
import { rig } from '../support/rig.ts';

const MODES = ['sequential', 'parallel', 'work-stealing'] as const;
const lua = { language: 'lua', code: 'return 1' } as const;
const ok = (value: string) => () => ({ ok: true as const, output: Buffer.from(value), warnings: [] });

function read(definition: WorkflowDefinition): Workflow {
  return workflowOf(workflowFromObject(definition, { cwd: '/nowhere', modulesDir: '' }));
}

function outputOf(record: RunRecord, step: string): unknown {
  return decode(record.steps.get(step)!.output!);
}

function folded(events: readonly RunEvent[]): RunRecord {
  const record = emptyRecord();
  for (const event of events) fold(record, event);
  return record;
}

function retries(events: readonly RunEvent[]): (RunEvent & { kind: 'step-retrying' })[] {
  return events.filter((event) => event.kind === 'step-retrying');
}

describe.each(MODES)('in mode %s', (mode) => {
  it('a group that fails is done again as a whole, and what the last attempt gave counts', async () => {
    const { run, pool, events, story } = rig({ 'all/a': [ok('1'), ok('2')], 'all/b': ['fail', ok('"b"')] });
    const steps = {
      all: {
        retries: 2,
        retry_delay: '5ms',
        parallel: { a: lua, b: lua, c: { ...lua, depends_on: ['a', 'b'], inputs: { n: '{{ steps.a.output }}' } } },
      },
      last: { ...lua, depends_on: 'all', inputs: { n: '{{ steps.all.attempts }}' } },
    };
    const record = await run(read({ steps }), { mode });
    expect(record.status).toBe('succeeded');
    expect(outputOf(record, 'all')).toEqual({ a: 2, b: 'b', c: 'all/c' });
    expect(pool.started.toSorted()).toEqual(['all/a', 'all/a', 'all/b', 'all/b', 'all/c', 'last']);
    expect(decode(pool.jobs.at(-1)!.inputs.get('n')!)).toBe(2);
    expect(story).toContain('retry all');
    expect(record.steps.get('all')).toMatchObject({ attempt: 2, status: 'succeeded' });
    const [retry] = retries(events);
    expect(retry).toMatchObject({ attempt: 1, delayMs: 5, failure: { reason: 'steps-failed', steps: ['all/b'] } });
    expect([...retry!.inside!].toSorted()).toEqual(['all/a', 'all/b', 'all/c']);
  });

  it('a race that nobody won is run again, and a loop goes through attempts in each turn', async () => {
    const race = rig({ 'who/x': ['fail', 'fail'], 'who/y': ['fail', ok('3')] });
    const raced = await race.run(read({ steps: { who: { retries: 1, race: { steps: { x: lua, y: lua } } } } }), {
      mode,
    });
    expect(outputOf(raced, 'who')).toEqual({ winner: 'y', output: 3 });
    const looping = rig({ 'all/a': ['fail', ok('1'), 'fail', ok('2')] });
    const steps = { all: { retries: 1, loop: { until: 'output.a == 2', max: 4 }, parallel: { a: lua } } };
    const looped = await looping.run(read({ steps }), { mode });
    expect(outputOf(looped, 'all')).toEqual({ a: 2 });
    expect(looping.pool.started).toHaveLength(4);
  });
});

test('between two attempts nothing is known of what is inside, and an item that is not there any more is gone', async () => {
  const { run, events } = rig({ 'all/n': [ok('2'), ok('1')], 'all/bad': ['fail', ok('0')] });
  const each = { foreach: 'steps.n.output', parallel: { x: lua } };
  const workflow = read({
    steps: { all: { retries: 1, parallel: { n: lua, each, bad: { ...lua, depends_on: 'each' } } } },
  });
  const record = await run(workflow, { mode: 'work-stealing' });
  expect(record.status).toBe('succeeded');
  expect([...record.steps.keys()]).toEqual(['all', 'all/n', 'all/each', 'all/bad', 'all/each[0]/x']);
  expect(record.steps.get('all/each')!.items!.count).toBe(1);
  const between = folded(events.slice(0, events.findIndex(({ kind }) => kind === 'step-retrying') + 1));
  expect(between.steps.get('all')!.status).toBe('retrying');
  expect([...between.steps].flatMap(([name, { status }]) => (status === 'waiting' ? [name] : []))).toEqual([
    'all/n',
    'all/each',
    'all/bad',
  ]);
});

test('the last attempt that fails is the one that is told of', async () => {
  const { run, pool } = rig({ 'all/a': 'fail' });
  const record = await run(read({ steps: { all: { retries: 2, parallel: { a: lua } } } }));
  expect(record.status).toBe('failed');
  expect(pool.started).toHaveLength(3);
  expect(record.steps.get('all')).toMatchObject({ status: 'failed', attempt: 3 });
  expect(record.steps.get('all/a')!.status).toBe('failed');
});

test('"timeout" is for one attempt, "deadline" for all of them', async () => {
  const late = rig({ 'all/a': ['hang', ok('1')] });
  const record = await late.run(read({ steps: { all: { retries: 1, timeout: '20ms', parallel: { a: lua } } } }));
  expect(outputOf(record, 'all')).toEqual({ a: 1 });
  const over = rig({ 'all/a': 'hang' });
  const steps = { all: { retries: 50, timeout: '20ms', deadline: '50ms', parallel: { a: lua } } };
  const failed = await over.run(read({ steps }));
  expect(failed.steps.get('all')!.failure).toEqual({ reason: 'timed-out', afterMs: 50 });
  expect(over.pool.started.length).toBeLessThan(5);
});

test('"retry_if" sees how it failed, and may rule out another attempt', async () => {
  const { run, pool } = rig({ 'all/a': 'fail' });
  const steps = { all: { retries: 5, retry_if: 'attempt < 2 && size(error.steps) == 1', parallel: { a: lua } } };
  expect((await run(read({ steps }))).status).toBe('failed');
  expect(pool.started).toHaveLength(2);
});

test('a no of somebody, and what the machine lacks, end it at whatever height they are', async () => {
  const { start, events } = rig();
  const ask = { title: 'Go?' };
  const workflow = read({ steps: { all: { retries: 3, parallel: { deep: { retries: 3, parallel: { ask } } } } } });
  const run = start(workflow);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(run.answer('all/deep/ask', { how: 'rejected', by: 'eve', at: 0, reason: '' }).ok).toBe(true);
  const record = await run.finished;
  expect(record.status).toBe('failed');
  expect(retries(events)).toEqual([]);
  expect(record.steps.get('all')!.failure).toMatchObject({ reason: 'steps-failed', isFinal: true });
});

test('each item has attempts of its own', async () => {
  const { run, events } = rig({ 'each[1]/a': ['fail', ok('7')] });
  const record = await run(read({ steps: { each: { foreach: [1, 2], retries: 1, parallel: { a: lua } } } }));
  expect(outputOf(record, 'each')).toEqual([{ a: 'each[0]/a' }, { a: 7 }]);
  expect(retries(events)).toMatchObject([{ step: 'each', item: 1, attempt: 1, inside: ['each[1]/a'] }]);
  expect(record.steps.get('each[1]/a')!.status).toBe('succeeded');
});

test('stopped while it waits for its next attempt, nothing inside it is left in the dark', async () => {
  const { start, pool } = rig({ 'all/a': 'fail' });
  const run = start(read({ steps: { all: { retries: 1, retry_delay: '1m', parallel: { a: lua, b: lua } } } }));
  await new Promise((resolve) => setTimeout(resolve, 30));
  run.stop();
  const record = await run.finished;
  expect(pool.started).toHaveLength(2);
  expect([...record.steps.values()].map(({ name, status }) => `${status} ${name}`)).toEqual([
    'cancelled all',
    'skipped all/a',
    'skipped all/b',
  ]);
});

test('another file is done again from its inputs on', async () => {
  const home = directory({
    'inner.lua':
      'workflow = { inputs = { n = { type = "integer" } }, steps = { a = { code = "" }, b = { code = "", depends_on = "a" } } }',
  });
  const options = { cwd: home.path, modulesDir: '' };
  const definition = { steps: { sub: { workflow: 'inner.lua', inputs: { n: 4 }, retries: 1 } } };
  const { run, pool } = rig({ 'sub/b': ['fail', ok('1')] });
  const record = await run(workflowOf(await withNestedFiles(workflowFromObject(definition, options), options)));
  home.remove();
  expect(record.status).toBe('succeeded');
  expect(pool.started).toEqual(['sub/a', 'sub/b', 'sub/a', 'sub/b']);
});

test('an attempt that was interrupted goes on under its number', async () => {
  const { run, pool } = rig({ 'all/b': 'fail' });
  const workflow = read({ steps: { all: { retries: 2, parallel: { a: lua, b: lua } } } });
  const resume = { id: 'r', kept: new Map([['all/a', Buffer.from('1')]]), attempts: new Map([['all', 1]]) };
  const record = await run(workflow, { resume });
  expect(record.steps.get('all')!.attempt).toBe(3);
  expect(pool.started).toEqual(['all/b', 'all/a', 'all/b']);
});
