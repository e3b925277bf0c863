// Steps that are done for each of several items, in every mode: outputs in order, caps, retries, what failed items mean.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Job, Outcome } from '../../runners/contract.ts';
import { decode } from '../../runners/value.ts';
import type { RunEvent } from '../../src/model/event.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { workflowOf } from '../parse/files.ts';
import { failed, succeeded } from '../support/fake-pool.ts';
import { rig, settleDown } from '../support/rig.ts';

const MODES = ['sequential', 'parallel', 'work-stealing'] as const;
const lua = { language: 'lua', code: 'return 1' } as const;

function read(definition: WorkflowDefinition): Workflow {
  return workflowOf(workflowFromObject(definition, { cwd: process.cwd(), modulesDir: '' }));
}

const one = (step: StepDefinition): Workflow => read({ steps: { a: { ...lua, ...step } } });

function itemOf(job: Job): unknown {
  return decode(job.inputs.get('item')!);
}

/** Each item gives itself; those that `isBad` says fail. */
const echo =
  (isBad: (item: unknown, attempt: number) => boolean = () => false) =>
  (job: Job): Outcome =>
    isBad(itemOf(job), job.attempt) ? failed({ reason: 'threw', message: 'bad' }) : succeeded(itemOf(job));

/** The fake pool knows items by their own names. */
const forItems = (count: number, behaviour: ReturnType<typeof echo>): Record<string, typeof behaviour> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`a[${index}]`, behaviour]));

describe.each(MODES)('in mode %s, a step with items', (mode) => {
  it.each([
    ['a list', ['x', 'y', 'z'], ['x', 'y', 'z']],
    ['a count', 3, [0, 1, 2]],
    ['nothing', [], []],
    ['a range', { from: 5, to: 9, by: 2 }, [5, 7, 9]],
    ['a range downwards', { from: 1, to: -1, by: -1 }, [1, 0, -1]],
    ['a computed range', { from: '1', to: 'size("abc")' }, [1, 2, 3]],
    [
      'a table',
      { b: 1, a: [2] },
      [
        { key: 'a', value: [2] },
        { key: 'b', value: 1 },
      ],
    ],
    ['an expression', '["u", "v"].map(x, x + "!")', ['u!', 'v!']],
    ['files', { glob: 'test/run/ite?s.test.ts' }, ['test/run/items.test.ts']],
  ] as const)('is done for each of %s, and gives a list in its order', async (_, foreach, expected) => {
    const { run, pool } = rig(forItems(9, echo()));
    const record = await run(one({ foreach: foreach as StepDefinition['foreach'] & {} }), { mode });
    expect(record.status).toBe('succeeded');
    const { output, items } = record.steps.get('a')!;
    expect(decode(output!)).toEqual(expected);
    expect(pool.started).toEqual(expected.map((_item, index) => `a[${index}]`));
    expect(items).toMatchObject({ count: expected.length, counts: { succeeded: expected.length, failed: 0 } });
  });

  it('is done for each combination of a matrix, without what is excluded, with what is included', async () => {
    const { run, pool } = rig();
    await run(
      one({
        matrix: {
          os: ['linux', 'mac'],
          node: [18, 20],
          exclude: [{ os: 'mac', node: 18 }],
          include: [{ os: 'win', node: 22 }, { os: 'linux', fast: true }, { extra: '{{ "x" }}' }],
        },
        inputs: { os: '{{ matrix.os }}', fast: '{{ default(matrix.fast, false) }}' },
      }),
      { mode },
    );
    expect(pool.jobs.map(itemOf)).toEqual([
      { os: 'linux', node: 18, fast: true, extra: 'x' },
      { os: 'linux', node: 20, fast: true, extra: 'x' },
      { os: 'mac', node: 20, extra: 'x' },
      { os: 'win', node: 22 },
    ]);
    expect(pool.jobs.map(({ inputs }) => decode(inputs.get('os')!))).toEqual(['linux', 'linux', 'mac', 'win']);
    expect(pool.jobs.map(({ inputs }) => decode(inputs.get('fast')!))).toEqual([true, true, false, false]);
    expect(pool.jobs[0]!.inputs.get('matrix')).toEqual(pool.jobs[0]!.inputs.get('item'));
  });

  it('hands each item and its number to the code, the templates and the conditions of its retries', async () => {
    const { run, pool } = rig(
      forItems(
        3,
        echo((item) => item === 'y'),
      ),
    );
    const workflow = read({
      steps: {
        list: lua,
        a: {
          ...lua,
          foreach: ['x', 'y', 'z'],
          depends_on: 'list',
          inputs: { both: '{{ item }}-{{ index }}' },
          env: { ITEM: '{{ item }}' },
          retries: 5,
          retry_if: 'attempt < 3 && item == "y" && index == 1',
          on_failed_item: 'continue',
        },
      },
    });
    await run(workflow, { mode });
    const jobs = pool.jobs.filter(({ step }) => step !== 'list');
    expect(jobs.map(({ step, attempt }) => `${step} ${attempt}`).toSorted()).toEqual([
      'a[0] 1',
      'a[1] 1',
      'a[1] 2',
      'a[1] 3',
      'a[2] 1',
    ]);
    expect([...jobs[0]!.inputs.keys()]).toEqual(['list', 'item', 'index', 'both']);
    const last = jobs.find(({ step }) => step === 'a[2]')!;
    expect(decode(last.inputs.get('both')!)).toBe('z-2');
    expect(last.env).toEqual({ ITEM: 'z' });
  });

  it.each([
    ['stop', 'failed', undefined],
    ['continue', 'failed', undefined],
    ['ignore', 'succeeded', [0, null, 2, 3, 4, 5, 6, 7, 8, 9]],
  ] as const)('with on_failed_item = %s has %s when an item has', async (on, status, output) => {
    const retries = on === 'stop' ? 0 : 1;
    const { run, pool, events } = rig(
      forItems(
        10,
        echo((item) => item === 1),
      ),
    );
    const record = await run(one({ foreach: 10, on_failed_item: on, retries }), { mode, maxParallelSteps: 2 });
    expect(record.status).toBe(status);
    const step = record.steps.get('a')!;
    expect(step.output && decode(step.output)).toEqual(output);
    expect(step.items!.statusOf(1)).toBe('failed');
    expect(step.items!.failed.get(1)).toEqual({
      index: 1,
      attempt: retries + 1,
      failure: { reason: 'threw', message: 'bad' },
    });
    if (on === 'stop') expect(new Set(pool.started).size).toBeLessThan(9);
    else expect(new Set(pool.started).size).toBe(10);
    expect(events.filter(({ kind }) => kind === 'step-retrying')).toMatchObject(
      retries === 0 ? [] : [{ step: 'a', item: 1, attempt: 1 }],
    );
    if (status === 'failed')
      expect(step.failure).toMatchObject({
        reason: 'items',
        message: '1 item of 10 failed\nitem 1 failed: bad',
        total: 10,
        failed: 1,
        items: [{ index: 1 }],
      });
  });

  it('ends with its items when it is stopped, and when it is late', async () => {
    const { start, pool } = rig(Object.fromEntries(forItemsHanging(4)));
    const run = start(one({ foreach: 4 }), { mode });
    await settleDown();
    run.stop();
    const record = await run.finished;
    expect(record.steps.get('a')!.status).toBe('cancelled');
    expect(pool.running).toEqual([]);
    expect(record.steps.get('a')!.items!.counts.running).toBe(0);
    const late = rig(Object.fromEntries(forItemsHanging(4)));
    const ended = await late.run(one({ foreach: 4, deadline: '50ms' }), { mode });
    expect(ended.steps.get('a')!.failure).toEqual({ reason: 'timed-out', afterMs: 50 });
  });

  it('has what it is given for items computed when it starts, and fails where that is none', async () => {
    const { run, pool } = rig({ list: () => succeeded({ rows: 'no list' }) });
    const steps = { list: lua, a: { ...lua, foreach: 'steps.list.output.rows' }, b: { ...lua, depends_on: 'a' } };
    const record = await run(read({ steps }), { mode });
    expect(record.steps.get('a')!.failure).toMatchObject({
      reason: 'expression',
      message: '"foreach" takes a list, a table or a whole number; "steps.list.output.rows" gives "no list"',
    });
    expect(pool.started).toEqual(['list']);
  });

  it('loops with each item until something is so', async () => {
    const { run, pool } = rig(forItems(2, (job) => succeeded(Number(decode(job.inputs.get('n')!)) + 1)));
    const record = await run(
      one({
        foreach: [10, 20],
        loop: { until: 'output >= item + 2' },
        inputs: { n: '{{ default(output, item) }}' },
      }),
      { mode },
    );
    expect(decode(record.steps.get('a')!.output!)).toEqual([12, 22]);
    expect(pool.started).toHaveLength(4);
  });
});

function forItemsHanging(count: number): (readonly [string, 'hang'])[] {
  return Array.from({ length: count }, (_, index) => [`a[${index}]`, 'hang'] as const);
}

test('items take what places the run has, up to max_concurrent, and one where steps may not fan out', async () => {
  const all = rig();
  await all.run(one({ foreach: 20 }), { mode: 'parallel', maxParallelSteps: 3 });
  expect(all.pool.mostAtOnce).toBe(3);
  const few = rig();
  await few.run(one({ foreach: 20, max_concurrent: 2 }), { mode: 'work-stealing', maxParallelSteps: 8 });
  expect(few.pool.mostAtOnce).toBe(2);
  const sequential = rig();
  await sequential.run(one({ foreach: 20 }), { mode: 'sequential', maxParallelSteps: 8 });
  expect(sequential.pool.mostAtOnce).toBe(1);
});

test('a failed item ends those that run where the run is to be killed by failures', async () => {
  const { run, events } = rig({ ...Object.fromEntries(forItemsHanging(4)), 'a[1]': 'fail' });
  const record = await run(one({ foreach: 4 }), { mode: 'parallel', failureMode: 'kill' });
  expect(record.steps.get('a')!.items!.counts).toMatchObject({ failed: 1, cancelled: 3 });
  expect(events.at(-1)).toMatchObject({ kind: 'run-settled', status: 'failed' });
});

test('items of an earlier part of the run are kept where they are what they were', async () => {
  const kept = new Map([
    [0, Buffer.from('"A"')],
    [2, Buffer.from('"C"')],
  ]);
  const items = new Map([['a', { items: Buffer.from('["a","b","c"]'), outputs: kept }]]);
  const { run, pool, events } = rig(forItems(3, echo()));
  const record = await run(one({ foreach: ['a', 'b', 'changed'] }), {
    resume: { id: '20261121-120000-0000000a', kept: new Map(), items },
  });
  expect(pool.started).toEqual(['a[1]', 'a[2]']);
  expect(decode(record.steps.get('a')!.output!)).toEqual(['A', 'b', 'changed']);
  expect(events.find(({ kind }) => kind === 'step-split')).toMatchObject({ count: 3, kept: [[0, 0]] });
});

test('every item settles exactly once, within all caps, whatever fails', async () => {
  const shape = fc.record({
    count: fc.integer({ min: 0, max: 40 }),
    bad: fc.array(fc.integer({ min: 0, max: 39 })),
    mended: fc.boolean(),
    on: fc.constantFrom('stop' as const, 'continue' as const, 'ignore' as const),
    cap: fc.integer({ min: 1, max: 5 }),
    max: fc.integer({ min: 1, max: 6 }),
    mode: fc.constantFrom(...MODES),
    others: fc.integer({ min: 0, max: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ count, bad, mended, on, cap, max, mode, others }) => {
      const isBad = (item: unknown, attempt: number): boolean =>
        bad.includes(Number(item)) && !(mended && attempt === 2);
      const { run, pool, events } = rig(forItems(count, echo(isBad)));
      const steps: Record<string, StepDefinition> = {
        a: { ...lua, foreach: count, on_failed_item: on, max_concurrent: max, retries: 1 },
      };
      for (let i = 0; i < others; i++) steps[`o${i}`] = lua;
      const record = await run(read({ failure_mode: 'continue', steps }), { mode, maxParallelSteps: cap });
      expect(pool.mostAtOnce).toBeLessThanOrEqual(mode === 'sequential' ? 1 : cap);
      const failing = [...new Set(bad)].filter((index) => index < count && !mended);
      const settled = settledIn(events);
      expect(settled.length).toBe(new Set(settled).size);
      const { items, output, status } = record.steps.get('a')!;
      if (on !== 'stop' || failing.length === 0) expect(settled.length).toBe(count);
      expect(items!.counts.running).toBe(0);
      expect(status).toBe(failing.length > 0 && on !== 'ignore' ? 'failed' : 'succeeded');
      if (status === 'succeeded')
        expect(decode(output!)).toEqual(
          Array.from({ length: count }, (_, index) => (failing.includes(index) ? null : index)),
        );
      for (let i = 0; i < others; i++) expect(record.steps.get(`o${i}`)!.status).toBe('succeeded');
    }),
    { numRuns: 60 },
  );
});

function settledIn(events: readonly RunEvent[]): number[] {
  return events.flatMap((event) =>
    event.kind === 'step-items'
      ? [...(event.succeeded ?? []), ...(event.failed ?? []).map(({ index }) => index), ...(event.cancelled ?? [])]
      : [],
  );
}

test('a secret among the items is hidden in what is told and kept of them, and reaches the code', async () => {
  const { run, pool, events } = rig(forItems(2, echo()));
  const workflow = read({
    inputs: { keys: { type: 'array', secret: true } },
    steps: { a: { ...lua, foreach: 'inputs.keys', inputs: { again: '{{ item }}' } } },
  });
  expect(workflow.steps[0]!.carriesSecrets).toEqual(['item', 'again']);
  const record = await run(workflow, { inputs: { keys: ['hush-hush', 'top-secret'] } });
  expect(record.status).toBe('succeeded');
  expect(pool.jobs.map(itemOf)).toEqual(['hush-hush', 'top-secret']);
  const told = JSON.stringify(events, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  );
  expect(told).not.toMatch(/hush-hush|top-secret/);
});

test('outputs that are too large together fail the step', async () => {
  const { run } = rig(forItems(100, () => succeeded('x'.repeat(100))));
  const record = await run(one({ foreach: 100, limits: { output: '5kB' } }));
  expect(record.steps.get('a')!.failure).toMatchObject({ reason: 'limit', limit: 'output' });
});

test('steps inside an item name it, and may be done for what is in it', async () => {
  const { run, pool } = rig();
  const workflow = read({
    steps: {
      outer: {
        foreach: [['a', 'b'], ['c']],
        parallel: {
          named: { ...lua, inputs: { of: '{{ json(item) }} {{ index }}' }, retries: 1, retry_if: 'index == 0' },
          inner: { ...lua, foreach: 'item', inputs: { own: '{{ item }}{{ index }}' } },
          second: { ...lua, if: 'index == 1' },
        },
      },
    },
  });
  const record = await run(workflow, { mode: 'work-stealing' });
  expect(record.status).toBe('succeeded');
  const given = (name: string): string[] =>
    pool.jobs.flatMap(({ inputs }) => (inputs.has(name) ? [Buffer.from(inputs.get(name)!).toString()] : [])).toSorted();
  expect(given('of').map((text) => JSON.parse(text) as unknown)).toEqual(['["a","b"] 0', '["c"] 1']);
  expect(given('own').map((text) => JSON.parse(text) as unknown)).toEqual(['a0', 'b1', 'c0']);
  expect(pool.started.filter((name) => name.endsWith('second'))).toEqual(['outer[1]/second']);
});

test('a table of columns is done record by record, and a table that is an item stays one', async () => {
  const table = '{"$table":{"columns":["n","s"],"data":[[1,2],["a","b"]],"types":["integer","string"]}}';
  const { run, pool } = rig({ list: () => ({ ok: true, output: Buffer.from(table), warnings: [] }) });
  const steps = {
    list: lua,
    a: { ...lua, foreach: 'steps.list.output' },
    b: { ...lua, foreach: '[steps.list.output]' },
  };
  await run(read({ steps }), { mode: 'sequential' });
  const items = (step: string): string[] =>
    pool.jobs.flatMap(({ step: name, inputs }) =>
      name.startsWith(`${step}[`) ? [Buffer.from(inputs.get('item')!).toString()] : [],
    );
  expect(items('a')).toEqual(['{"n":1,"s":"a"}', '{"n":2,"s":"b"}']);
  expect(items('b')).toHaveLength(1);
});

test('a step with items whose output is given in place of its code is not split', async () => {
  const { run, pool } = rig();
  const workflow = read({ steps: { a: { ...lua, foreach: 5 }, b: { ...lua, depends_on: 'a' } } });
  const record = await run(workflow, { mocks: new Map([['a', { output: Buffer.from('[9]') }]]) });
  expect(record.status).toBe('succeeded');
  expect([decode(record.steps.get('a')!.output!), pool.started]).toEqual([[9], ['b']]);
});

test.each(['../*.ts', '/etc/*', 'test/../../*', '{..,x}/*', 'test/{../..,x}/*', '../nowhere/*'])(
  'an embedded step is not told of files outside: %s',
  async (glob) => {
    const { run, pool } = rig();
    const record = await run(one({ foreach: { glob } }));
    expect(record.steps.get('a')!.failure).toMatchObject({
      reason: 'expression',
      message: expect.stringContaining('leads out of the directory of the workflow file'),
    });
    expect(pool.started).toEqual([]);
    const shell = await rig().run(read({ steps: { a: { cmd: 'true', foreach: { glob } } } }));
    expect(shell.status).toBe('succeeded');
  },
);
