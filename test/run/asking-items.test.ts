// Items that ask or wait: one question for each, all open at once, each with a record of its own.
import { describe, expect, it, test } from 'vitest';
import { decode, encode } from '../../runners/value.ts';
import type { Run } from '../../src/api.ts';
import type { EncodedValue } from '../../runners/contract.ts';
import { describeFailure } from '../../src/model/failure.ts';
import type { RunRecord } from '../../src/model/record.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { workflowOf } from '../parse/files.ts';
import { rig, settleDown } from '../support/rig.ts';

const lua = { language: 'lua', code: 'return 1' } as const;
const FORM = { type: 'object', properties: { n: { type: 'integer', maximum: '{{ item }}' } }, required: ['n'] };

function read(definition: WorkflowDefinition): Workflow {
  return workflowOf(workflowFromObject(definition, { cwd: '/nowhere', modulesDir: '' }));
}

function output(record: RunRecord, step: string): unknown {
  return decode(record.steps.get(step)!.output!);
}

function statusOf(run: Run, step: string): string | undefined {
  return run.record.steps.get(step)?.status;
}

function encoded(value: unknown): EncodedValue {
  const found = encode(value);
  if (!found.ok) throw new Error(found.message);
  return found.value;
}

const yes = (values = {}): Parameters<Run['answer']>[1] => ({ by: 'eve', at: 1, how: 'approved', values });
const no: Parameters<Run['answer']>[1] = { by: 'eve', at: 1, how: 'rejected', reason: '' };

describe.each(['sequential', 'parallel', 'work-stealing'] as const)('in mode %s', (mode) => {
  it('each item has a question, and all of them hold no place', async () => {
    const { start, pool } = rig({});
    const steps = {
      ask: { foreach: [5, 7], title: 'How many of {{ item }}, at {{ index }}?', form: FORM },
      side: lua,
      group: { foreach: 2, parallel: { ask: { title: 'Item {{ item }}?' }, go: { ...lua, depends_on: 'ask' } } },
      other: { ...lua, depends_on: 'side' },
    };
    const run = start(read({ steps }), { mode, maxParallelSteps: 1 });
    await settleDown();
    expect(pool.started).toEqual(mode === 'parallel' ? ['side'] : ['side', 'other']);
    const titles = ['ask[0]', 'ask[1]', 'group[0]/ask', 'group[1]/ask'].map(
      (name) => (run.record.steps.get(name)!.pending as { title?: string }).title,
    );
    expect(titles).toEqual(['How many of 5, at 0?', 'How many of 7, at 1?', 'Item 0?', 'Item 1?']);
    expect(run.answer('ask', yes()).ok).toBe(false);
    expect(run.answer('ask[1]', yes({ n: 8 }))).toMatchObject({ ok: false });
    for (const [step, values] of [
      ['ask[1]', { n: 7 }],
      ['group[1]/ask', {}],
    ] as const) {
      expect(run.answer(step, yes(values)).ok).toBe(true);
    }
    await settleDown();
    expect([statusOf(run, 'ask[1]'), statusOf(run, 'ask[0]')]).toEqual(['succeeded', 'pending']);
    expect(run.record.steps.get('ask[1]')!.answered).toMatchObject({ by: 'eve', how: 'approved' });
    expect(run.answer('group[0]/ask', yes()).ok).toBe(true);
    expect(run.answer('ask[0]', yes({ n: 0 })).ok).toBe(true);
    const record = await run.finished;
    expect(record.status).toBe('succeeded');
    expect(output(record, 'ask')).toEqual([{ n: 0 }, { n: 7 }]);
    expect(pool.mostAtOnce).toBe(1);
    expect(pool.started.toSorted()).toEqual(['group[0]/go', 'group[1]/go', 'other', 'side']);
  });
});

test('with "max_concurrent" no more questions are open at once', async () => {
  const { start } = rig({});
  const steps = {
    ask: { matrix: { a: [1, 2], b: ['x'] }, title: '{{ matrix.a }}{{ matrix.b }}?', max_concurrent: 1 },
    deep: { foreach: 2, max_concurrent: 1, parallel: { ask: { title: '?' } } },
  };
  const run = start(read({ steps }), { mode: 'work-stealing' });
  await settleDown();
  expect([statusOf(run, 'ask[0]'), statusOf(run, 'ask[1]')]).toEqual(['pending', undefined]);
  expect([statusOf(run, 'deep[0]/ask'), statusOf(run, 'deep[1]/ask')]).toEqual(['pending', undefined]);
  run.answer('ask[0]', yes());
  run.answer('deep[0]/ask', yes());
  await settleDown();
  expect([statusOf(run, 'ask[1]'), statusOf(run, 'deep[1]/ask')]).toEqual(['pending', 'pending']);
  run.answer('ask[1]', yes());
  run.answer('deep[1]/ask', yes());
  expect((await run.finished).status).toBe('succeeded');
});

test('a no of one item is a failed item, and where the others go on, nobody is asked less', async () => {
  const { start } = rig({});
  const ask = { foreach: 3, title: '{{ item }}?' };
  const run = start(read({ steps: { all: { ...ask, on_failed_item: 'ignore' as const } } }));
  await settleDown();
  run.answer('all[1]', no);
  run.answer('all[0]', yes());
  run.answer('all[2]', yes());
  const record = await run.finished;
  expect(output(record, 'all')).toEqual([{}, null, {}]);
  expect(record.steps.get('all[1]')).toMatchObject({ status: 'failed', failure: { reason: 'rejected' } });
  expect(record.steps.get('all')!.items!.counts).toMatchObject({ succeeded: 2, failed: 1 });

  for (const failureMode of ['kill', 'no-new', 'continue'] as const) {
    const strict = start(read({ steps: { all: ask } }), { failureMode });
    await settleDown();
    strict.answer('all[1]', no);
    expect((await strict.finished).status).toBe('failed');
    expect(statusOf(strict, 'all[0]')).toBe('cancelled');
  }
});

test('times and signals are waited for by each item', async () => {
  const { start } = rig({});
  const steps = {
    pause: { foreach: 50, wait: '5ms' },
    late: { foreach: ['2001-01-01', '2002-02-02'], wait_until: '{{ item }}' },
    paid: { foreach: ['a', 'b'], wait_for: { signal: 'paid-{{ item }}' }, timeout: '1m' },
    slow: { foreach: 2, title: '{{ item }}?', form: FORM, timeout: '5ms', default: { n: 0 } },
  };
  const run = start(read({ steps }), { mode: 'work-stealing' });
  await settleDown();
  run.signal({ name: 'paid-b', by: 'eve', at: 1, data: '2' });
  run.signal({ name: 'paid-a', by: 'eve', at: 1, data: '1' });
  const record = await run.finished;
  expect(record.status).toBe('succeeded');
  expect([output(record, 'late'), output(record, 'paid')]).toEqual([
    [null, null],
    [1, 2],
  ]);
  expect(output(record, 'slow')).toEqual([{ n: 0 }, { n: 0 }]);
});

test('a form that turns out to be none fails its item, and so does a default that does not fit it', async () => {
  const { run } = rig({});
  const form = { type: 'object', properties: { n: { type: '{{ item }}' } } };
  const steps = {
    bad: { foreach: ['nonsense'], title: '?', form },
    misfit: { foreach: ['integer'], title: '?', form, timeout: '1s', default: { n: 'x' } },
  };
  const record = await run(read({ steps }), { mode: 'parallel' });
  expect(describeFailure(record.steps.get('bad')!.failure!)).toContain('"form" is no JSON Schema of an object');
  expect(describeFailure(record.steps.get('misfit')!.failure!)).toContain('"default" does not fit the form');
});

describe('a run that goes on', () => {
  const steps = { ask: { foreach: '{{ inputs.names }}', title: '{{ item }}?' } };
  const workflow = read({ inputs: { names: { type: 'array' } }, steps });
  const waits = new Map(['ask[0]', 'ask[1]'].map((name) => [name, { ask: `word-${name}` }]));
  const items = (names: string[]) => ({ items: encoded(names), outputs: new Map([[2, encoded({ kept: true })]]) });
  const resumed = (names: string[]): Run =>
    rig().start(workflow, {
      inputs: { names },
      resume: { id: 'r', kept: new Map(), waits, items: new Map([['ask', items(['a', 'b', 'c'])]]) },
    });

  it('asks the same, and keeps what was said', async () => {
    const run = resumed(['a', 'b', 'c']);
    await settleDown();
    expect(run.record.steps.get('ask[0]')!.pending!.ask).toBe('word-ask[0]');
    expect(run.record.steps.has('ask[2]')).toBe(false);
    run.answer('ask[0]', yes());
    run.answer('ask[1]', yes());
    expect(output(await run.finished, 'ask')).toEqual([{}, {}, { kept: true }]);
  });

  it('asks anew for an item that is another now', async () => {
    const run = resumed(['a', 'other']);
    await settleDown();
    expect(run.record.steps.get('ask[0]')!.pending!.ask).toBe('word-ask[0]');
    expect(run.record.steps.get('ask[1]')!.pending!.ask).not.toBe('word-ask[1]');
    run.kill();
    await run.finished;
  });
});
