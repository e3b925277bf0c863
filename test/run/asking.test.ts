// Steps that wait for people, signals, files and moments: who answers, what is kept, what goes on meanwhile.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { decode } from '../../runners/value.ts';
import type { Run } from '../../src/api.ts';
import { describeFailure } from '../../src/model/failure.ts';
import { momentOf } from '../../src/model/moment.ts';
import type { RunRecord } from '../../src/model/record.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { diagnosticsOf, workflowOf } from '../parse/files.ts';
import { rig, settleDown } from '../support/rig.ts';

const FILES = { cwd: '/nowhere', modulesDir: '' };
const lua = { language: 'lua', code: 'return 1' } as const;
const FORM = {
  type: 'object',
  properties: { amount: { type: 'integer', minimum: 1 }, note: { type: 'string', default: 'none' } },
  required: ['amount'],
};
const room = mkdtempSync(join(tmpdir(), 'hwfe-asking-'));
afterAll(() => rmSync(room, { recursive: true }));

function read(definition: WorkflowDefinition): Workflow {
  return workflowOf(workflowFromObject(definition, FILES));
}

function told(step: object): string[] {
  const read = workflowFromObject({ steps: { a: step } } as WorkflowDefinition, FILES);
  return diagnosticsOf(read).map(({ message }) => message);
}

function output(record: RunRecord, step: string): unknown {
  return decode(record.steps.get(step)!.output!);
}

function failure(record: RunRecord, step: string): string {
  const found = record.steps.get(step)?.failure;
  return found === undefined ? '' : describeFailure(found);
}

const by = { by: 'alice', at: 1 };
const yes = (values = {}): Parameters<Run['answer']>[1] => ({ ...by, how: 'approved', values });
const no = (reason = ''): Parameters<Run['answer']>[1] => ({ ...by, how: 'rejected', reason });

describe.each(['sequential', 'parallel', 'work-stealing'] as const)('in mode %s', (mode) => {
  it('several questions are open at once while others go on, and each gives what was said', async () => {
    const { start, pool } = rig({});
    const steps = {
      one: { title: 'One?', form: FORM },
      two: { title: 'Two?' },
      side: lua,
      after: { ...lua, depends_on: ['one', 'two'] },
    };
    const run = start(read({ steps }), { mode, maxParallelSteps: 1 });
    await settleDown();
    expect(run.record.steps.get('one')?.status).toBe('pending');
    expect(run.record.steps.get('two')?.status).toBe('pending');
    expect(pool.started).toEqual(['side']);
    expect(run.answer('two', yes())).toEqual({ ok: true, value: undefined });
    expect(run.answer('one', yes({ amount: 3 }))).toEqual({ ok: true, value: undefined });
    const record = await run.finished;
    expect(record.status).toBe('succeeded');
    expect([output(record, 'one'), output(record, 'two')]).toEqual([{ amount: 3, note: 'none' }, {}]);
    expect(record.steps.get('one')!.answered).toMatchObject({ by: 'alice', how: 'approved' });
  });
});

describe.each(['sequential', 'parallel', 'work-stealing'] as const)('in a group, in mode %s', (mode) => {
  it('a question keeps the place of no other, also where there is one only', async () => {
    const { start, pool } = rig({});
    const steps = {
      g: { parallel: { ask: { title: 'A?' }, inner: { parallel: { deep: { title: 'B?' } } }, quick: lua } },
      side: lua,
      other: lua,
      after: { ...lua, depends_on: 'g' },
    };
    const run = start(read({ steps }), { mode, maxParallelSteps: 1 });
    const names = (): string[] => pool.started.map((name) => name.split('/').at(-1)!).sort();
    await expect.poll(names).toEqual(['other', 'quick', 'side']);
    await expect.poll(() => run.record.steps.get('g')?.status).toBe('running');
    await settleDown();
    expect(run.answer('g/ask', yes()).ok).toBe(true);
    expect(run.answer('g/inner/deep', yes()).ok).toBe(true);
    expect((await run.finished).status).toBe('succeeded');
    expect([pool.started.at(-1), pool.mostAtOnce]).toEqual(['after', 1]);
  });
});

describe('a question', () => {
  it('takes no answer that does not fit its form, and stays open', async () => {
    const { start } = rig({});
    const run = start(read({ steps: { a: { title: 'How much?', form: FORM } } }));
    await settleDown();
    expect(run.answer('a', yes({ amount: 0 })).ok).toBe(false);
    expect(run.answer('a', yes({})).ok).toBe(false);
    expect(run.record.steps.get('a')?.status).toBe('pending');
    run.answer('a', yes({ amount: 1 }));
    expect((await run.finished).status).toBe('succeeded');
  });

  it('is answered once: who comes second is told what waits', async () => {
    const { start } = rig({});
    const run = start(read({ steps: { a: { title: 'A?' }, b: { title: 'B?' } } }), { mode: 'parallel' });
    await settleDown();
    expect(run.answer('a', yes()).ok).toBe(true);
    expect(run.answer('a', no())).toEqual({
      ok: false,
      error: 'Step "a" does not wait for an answer; "b" does',
    });
    run.answer('b', yes());
    expect((await run.finished).status).toBe('succeeded');
  });

  it('fails with the reason where the answer is no', async () => {
    const { start } = rig({});
    const run = start(read({ steps: { a: { title: 'A?' }, b: { ...lua, depends_on: 'a' } } }));
    await settleDown();
    run.answer('a', no('too dear'));
    const record = await run.finished;
    expect([record.status, failure(record, 'a')]).toEqual(['failed', 'alice said no: too dear']);
    expect(record.steps.get('b')?.status).toBe('skipped');
    expect(record.steps.get('a')?.answered).toMatchObject({ how: 'rejected', reason: 'too dear' });
  });

  it.each([
    [{ amount: 5 }, 'succeeded', { amount: 5, note: 'none' }],
    [false, 'failed', undefined],
    [undefined, 'failed', undefined],
  ] as const)('whose time is over takes its default %j', async (usual, status, given) => {
    const { run } = rig({});
    const record = await run(
      read({
        steps: { a: { title: 'A?', form: FORM, timeout: '30ms', ...(usual !== undefined && { default: usual }) } },
      }),
    );
    expect(record.status).toBe(status);
    if (given !== undefined) expect(output(record, 'a')).toEqual(given);
    expect(record.steps.get('a')?.answered).toMatchObject({ how: 'timed-out' });
  });

  it('is filled with what the steps before gave', async () => {
    const { start } = rig({});
    const steps = { n: lua, a: { title: 'Take {{ steps.n.output }}?', assignee: '{{ inputs.who }}' } };
    const run = start(read({ inputs: { who: { default: 'bob' } }, steps }));
    await settleDown();
    expect(run.record.steps.get('a')?.pending).toMatchObject({ for: 'person', assignee: 'bob' });
    expect(run.record.steps.get('a')?.pending).toMatchObject({ title: expect.stringMatching(/^Take .+\?$/) as string });
    run.stop();
    expect((await run.finished).steps.get('a')?.status).toBe('cancelled');
  });

  it('ends with its run, and after a failure elsewhere where the mode says so', async () => {
    const { run } = rig({ bad: 'fail' });
    const steps = { a: { title: 'A?' }, bad: lua };
    const record = await run(read({ failure_mode: 'kill', steps }), { mode: 'parallel' });
    expect(record.steps.get('a')?.status).toBe('cancelled');
  });
});

describe('a signal', () => {
  it('that was said before counts, and what comes with it is handed on', async () => {
    const { start } = rig({});
    const steps: Record<string, StepDefinition> = {
      early: { wait_for: { signal: 'paid' } },
      pause: { wait: '30ms' },
      late: { wait_for: { signal: 'paid' }, depends_on: 'pause' },
      other: { wait_for: { signal: 'never' }, timeout: '60ms', ignore_failure: true },
    };
    const run = start(read({ steps }), { mode: 'parallel' });
    run.signal({ ...by, name: 'paid', data: '{"id": 12345678901234567890}' });
    const record = await run.finished;
    const text = (step: string): string => Buffer.from(record.steps.get(step)!.output!).toString();
    expect([text('early'), text('late')]).toEqual(['{"id":12345678901234567890}', '{"id":12345678901234567890}']);
    expect(failure(record, 'other')).toBe('ran out of time after 60ms');
    expect(record.steps.get('early')?.answered).toMatchObject({ by: 'alice', how: 'signalled' });
  });

  it('is had once by a step that is done again', async () => {
    const { start } = rig({});
    const run = start(read({ steps: { a: { wait_for: { signal: 's' }, loop: { until: 'output == 2' } } } }));
    await settleDown();
    for (const data of ['1', '2']) {
      run.signal({ ...by, name: 's', data });
      await settleDown();
    }
    expect(output(await run.finished, 'a')).toBe(2);
  });
});

describe('a file', () => {
  it('that is there ends the waiting at once, and one that comes later does then', async () => {
    const { run } = rig({});
    const [there, later] = [join(room, 'there'), join(room, 'later')];
    writeFileSync(there, '12345');
    setTimeout(() => writeFileSync(later, 'x'), 60);
    const steps = { there: { wait_for: { file: there } }, later: { wait_for: { file: later } } };
    const record = await run(read({ steps }), { mode: 'parallel' });
    expect(output(record, 'there')).toEqual({ path: there, size: 5 });
    expect(output(record, 'later')).toEqual({ path: later, size: 1 });
  });
});

describe('a moment', () => {
  it('is read as people write it', () => {
    const now = new Date(2026, 10, 21, 12, 0, 0).getTime();
    expect(momentOf('2027-01-31T08:00:00Z', now)).toBe(Date.UTC(2027, 0, 31, 8));
    expect(momentOf('2027-01-31 08:00+0200', now)).toBe(Date.UTC(2027, 0, 31, 6));
    expect(momentOf('2027-01-31', now)).toBe(new Date(2027, 0, 31).getTime());
    expect(momentOf('18:30', now)).toBe(new Date(2026, 10, 21, 18, 30).getTime());
    expect(momentOf('9:05', now)).toBe(new Date(2026, 10, 22, 9, 5).getTime());
    for (const text of ['', 'soon', '25:00', '2027-02-30', '2027-13-01T00:00Z', '1'])
      expect(momentOf(text, now)).toBeUndefined();
  });

  it('that is over is not waited for', async () => {
    const { run } = rig({});
    expect((await run(read({ steps: { a: { wait_until: '2020-01-01T00:00:00Z' } } }))).status).toBe('succeeded');
  });

  it('that is computed and is none fails the step', async () => {
    const { run } = rig({});
    const record = await run(
      read({ inputs: { at: { default: 'soon' } }, steps: { a: { wait_until: '{{ inputs.at }}' } } }),
    );
    expect(failure(record, 'a')).toContain('"wait_until" is "soon"');
  });
});

it('mistakes of steps that wait are told when the file is read', () => {
  expect(told({ wait_until: 'soon' })).toEqual([
    '"wait_until" of step "a" is "soon"; it takes a moment such as "2027-01-31T08:00:00Z" or "18:30"',
  ]);
  expect(told({ wait_for: { file: 'a', signal: 'b' } })).toEqual([
    'Give "wait_for" of step "a" either a "file" or a "signal"',
  ]);
  expect(told({ title: 'A?', form: { type: 'objekt' } })[0]).toContain(
    '"form" of step "a" is no JSON Schema of an object: "type" is "objekt"',
  );
  expect(told({ title: 'A?', form: FORM, default: { amount: 0 }, timeout: 1 })[0]).toContain(
    '"default" of step "a" does not fit its form: "amount"',
  );
  expect(told({ title: 'A?', default: true })).toEqual([
    'Give step "a" a "timeout" too: "default" counts when nobody has answered by then',
  ]);
  expect(told({ language: 'human' })).toEqual(['Give step "a" "title"; it has nothing to do']);
  expect(told({ title: 'A?', code: '' })).toEqual([
    'Step "a" is done by the engine itself ("human"), which has no "code"; leave it out',
  ]);
  expect(told({ code: '', default: { x: 1 } })[0]).toContain('"default" of step "a" takes the name of a step');
});

it('whatever is said in whatever order, every step settles exactly once, and no place of the cap is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('ask', 'signal', 'code'), { minLength: 1, maxLength: 7 }),
      fc.array(fc.tuple(fc.nat(6), fc.boolean()), { maxLength: 12 }),
      fc.constantFrom('sequential' as const, 'parallel' as const, 'work-stealing' as const),
      async (kinds, said, mode) => {
        const { start, events, pool } = rig({});
        const steps = Object.fromEntries(
          kinds.map((kind, i): [string, StepDefinition] => {
            const depends = i >= 3 ? { depends_on: `s${i - 3}` } : {};
            if (kind === 'ask') return [`s${i}`, { title: 'A?', ...depends }];
            return [
              `s${i}`,
              kind === 'signal' ? { wait_for: { signal: `s${i}` }, ...depends } : { ...lua, ...depends },
            ];
          }),
        );
        const run = start(read({ failure_mode: 'continue', steps }), { mode, maxParallelSteps: 2 });
        for (const [i, isYes] of said) {
          await settleDown();
          run.answer(`s${i}`, isYes ? yes() : no());
          run.signal({ ...by, name: `s${i}`, data: 'null' });
        }
        for (let turn = 0; turn < kinds.length; turn++) {
          await settleDown();
          for (let i = 0; i < kinds.length; i++) {
            run.answer(`s${i}`, yes());
            run.signal({ ...by, name: `s${i}`, data: 'null' });
          }
        }
        await run.finished;
        const ends = events.filter(({ kind }) => /^step-(succeeded|failed|cancelled|skipped)$/.test(kind));
        expect(ends.map((event) => ('step' in event ? event.step : '')).sort()).toEqual(Object.keys(steps).sort());
        expect(pool.mostAtOnce).toBeLessThanOrEqual(mode === 'sequential' ? 1 : 2);
      },
    ),
    { numRuns: 40 },
  );
});
