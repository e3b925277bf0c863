// Conditions, branches and rules of when a step starts, in every mode and notation.
import { describe, expect, it, test } from 'vitest';
import { decode } from '../../runners/value.ts';
import type { RunEvent } from '../../src/model/event.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { workflowOf } from '../parse/files.ts';
import { rig, settleDown } from '../support/rig.ts';

const MODES = ['sequential', 'parallel', 'work-stealing'] as const;
const lua = { language: 'lua', code: 'return 1' } as const;

function read(definition: WorkflowDefinition): Workflow {
  return workflowOf(workflowFromObject(definition, { cwd: '/nowhere', modulesDir: '' }));
}

const ok = (value: string) => () => ({ ok: true as const, output: Buffer.from(value), warnings: [] });

describe.each(MODES)('in mode %s', (mode) => {
  it('skips a step whose condition is false, and what needs it', async () => {
    const { run, story, pool } = rig({ a: ok('{"n":3}') });
    const workflow = read({
      steps: {
        a: lua,
        no: { ...lua, if: 'steps.a.output.n > 3' },
        yes: { ...lua, if: '{{ steps.a.output.n == 3 }}' },
        behind: { ...lua, depends_on: 'no' },
        anyway: { ...lua, depends_on: ['no', 'yes'], run_if: 'none_failed' },
      },
    });
    const record = await run(workflow, { mode });
    expect(record.status).toBe('succeeded');
    expect(pool.started.toSorted()).toEqual(['a', 'anyway', 'yes']);
    expect(story).toContain('skip no (if steps.a.output.n > 3)');
    expect(story).toContain('skip behind (no)');
    expect([...pool.jobs.find(({ step }) => step === 'anyway')!.inputs.keys()]).toEqual(['yes']);
  });

  it('runs the steps of the case that a switch chooses, and of no other', async () => {
    const workflow = read({
      steps: {
        route: { ...lua, switch: 'output.kind', case: { big: ['b1', 'b2'], small: 's' }, default: 'other' },
        b1: lua,
        b2: { ...lua, depends_on: 'b1' },
        s: lua,
        other: lua,
        after: { ...lua, depends_on: ['b2', 's', 'other'], run_if: 'one_success' },
      },
    });
    for (const [kind, started] of [
      ['"big"', ['after', 'b1', 'b2', 'route']],
      ['"small"', ['after', 'route', 's']],
      ['7', ['after', 'other', 'route']],
    ] as const) {
      const { run, pool, story } = rig({ route: ok(`{"kind":${kind}}`) });
      expect((await run(workflow, { mode })).status).toBe('succeeded');
      expect(pool.started.toSorted()).toEqual(started);
      if (kind === '"big"') expect(story).toContain('skip s (route)');
    }
  });

  it.each([
    ['all_done', 'ok fail skip', true],
    ['all_success', 'ok fail', false],
    ['one_success', 'ok fail', true],
    ['one_success', 'fail fail', false],
    ['one_failed', 'ok fail', true],
    ['one_failed', 'ok skip', false],
    ['none_failed', 'ok skip', true],
    ['none_failed', 'skip fail', false],
    ['always', 'fail fail', true],
    [2, 'ok ok fail', true],
    [2, 'ok fail fail', false],
  ] as const)('with %s after %s starts: %s', async (rule, ends, starts) => {
    const names = ends.split(' ').map((end, i) => [`d${i}`, end] as const);
    const { run, pool, story } = rig(
      Object.fromEntries(names.flatMap(([name, end]) => (end === 'fail' ? [[name, 'fail' as const]] : []))),
    );
    const workflow = read({
      failure_mode: 'continue',
      steps: {
        ...Object.fromEntries(names.map(([name, end]) => [name, { ...lua, ...(end === 'skip' && { if: 'false' }) }])),
        last: {
          ...lua,
          depends_on: names.map(([name]) => name),
          ...(typeof rule === 'number' ? { at_least: rule } : { run_if: rule }),
        },
      },
    });
    await run(workflow, { mode });
    expect(pool.started.includes('last')).toBe(starts);
    expect(story.filter((line) => / last\b/.test(line))).toHaveLength(starts ? 2 : 1);
  });

  it('starts what was written for failures after one, and nothing else', async () => {
    const { run, pool, story } = rig({ a: 'fail' });
    const workflow = read({
      steps: {
        a: lua,
        b: { ...lua, depends_on: 'a' },
        handler: { ...lua, depends_on: ['a'], run_if: 'one_failed', inputs: { why: '{{ steps.a.error.message }}' } },
        end: { ...lua, depends_on: ['b', 'handler'], run_if: 'all_done' },
        plain: { ...lua, depends_on: 'handler' },
      },
    });
    const record = await run(workflow, { mode });
    expect(record.status).toBe('failed');
    expect(pool.started).toEqual(['a', 'handler', 'end']);
    expect(decode(pool.jobs[1]!.inputs.get('why')!)).toContain('a');
    expect(story).toContain('skip plain (a)');
  });

  it('fails a step whose expression has no value, with the expression, before it begins', async () => {
    const { run, pool, events } = rig();
    const workflow = read({
      steps: {
        a: lua,
        b: { ...lua, inputs: { x: '{{ steps.a.output.none }}' }, retries: 3 },
        c: { ...lua, depends_on: 'b' },
      },
    });
    const record = await run(workflow, { mode });
    expect(pool.started).toEqual(['a']);
    expect(record.status).toBe('failed');
    const failure = events.find((event): event is RunEvent & { kind: 'step-failed' } => event.kind === 'step-failed');
    expect(failure).toMatchObject({
      step: 'b',
      attempt: 0,
      failure: { reason: 'expression', expression: 'steps.a.output.none' },
    });
    expect(record.steps.get('c')!.status).toBe('skipped');
  });

  it('settles long chains of steps that fail before they begin', async () => {
    const { run } = rig();
    const steps = Array.from({ length: 5000 }, (_, i) => [
      `s${i}`,
      { ...lua, inputs: { x: '{{ 1 / 0 }}' }, ...(i > 0 && { depends_on: `s${i - 1}`, run_if: 'all_done' as const }) },
    ]);
    const record = await run(read({ failure_mode: 'continue', steps: Object.fromEntries(steps) as never }), { mode });
    expect([...record.steps.values()].every(({ status }) => status === 'failed')).toBe(true);
  });

  it('runs what is to run always also after a stop, to its end', async () => {
    const { start, pool, story } = rig({ a: 'hang', clean: 'hang' });
    const workflow = read({
      steps: {
        a: lua,
        b: { ...lua, depends_on: 'a' },
        clean: { ...lua, depends_on: 'b', run_if: 'always' },
        last: { ...lua, depends_on: 'clean' },
      },
    });
    const run = start(workflow, { mode });
    await settleDown();
    run.stop();
    await settleDown();
    expect(pool.running).toEqual(['clean']);
    pool.release('clean');
    expect((await run.finished).status).toBe('cancelled');
    expect(story).toContain('start clean');
    expect(story.slice(-2)).toEqual(['ok clean', 'cancelled']);
  });

  it('kills also what is to run always', async () => {
    const { start, pool } = rig({ a: 'hang', clean: 'hang' });
    const run = start(read({ steps: { a: lua, clean: { ...lua, depends_on: 'a', run_if: 'always' } } }), { mode });
    await settleDown();
    run.stop();
    await settleDown();
    run.kill();
    expect((await run.finished).status).toBe('cancelled');
    expect(pool.running).toEqual([]);
  });
});

test('values, variables and environments are computed when the step starts', async () => {
  const { run, pool } = rig({ a: ok('{"rows":[1,2.0],"name":"it\'s"}') });
  const workflow = read({
    inputs: { day: { default: 'monday' }, ratio: { type: 'number', default: 2 } },
    outputs: { rows: '{{ steps.a.output.rows }}', line: { value: '${inputs.day}!', format: 'plain' } },
    steps: {
      a: { ...lua, register: 'made' },
      b: {
        ...lua,
        env: { DAY: 'on {{ inputs.day }}', N: '{{ vars.made.rows[0] }}' },
        inputs: {
          whole: '{{ steps.a.output }}',
          text: 'n={{ inputs.ratio }}',
          table: { list: [1, '{{ vars.made.name }}'] },
          five: 5,
        },
      },
    },
  });
  const record = await run(workflow, { inputs: { day: 'tuesday' } });
  const job = pool.jobs.find(({ step }) => step === 'b')!;
  expect(job.env).toEqual({ DAY: 'on tuesday', N: '1' });
  expect([...job.inputs].map(([name, value]) => `${name}: ${Buffer.from(value).toString()}`)).toEqual([
    'a: {"rows":[1,2.0],"name":"it\'s"}',
    'whole: {"rows":[1,2.0],"name":"it\'s"}',
    'text: "n=2.0"',
    'table: {"list":[1,"it\'s"]}',
    'five: 5',
  ]);
  expect(Buffer.from(record.outputs!).toString()).toBe('{"line":"tuesday!","rows":[1,2.0]}');
  expect(record.inputs).toEqual({ day: 'tuesday', ratio: 2 });
});

test('a value that no environment can hold fails the step and says what to do', async () => {
  const { run, pool } = rig({ a: ok('{"nul":"x\\u0000y"}'), b: ok(JSON.stringify('x'.repeat(100 * 1024))) });
  const record = await run(
    read({
      failure_mode: 'continue',
      steps: {
        a: lua,
        b: lua,
        c: { cmd: 'echo {{ steps.a.output.nul }}' },
        d: { cmd: 'echo {{ steps.b.output }}' },
        e: { ...lua, inputs: { whole: '{{ steps.a.output.nul + steps.b.output }}' } },
      },
    }),
  );
  expect(record.steps.get('c')!.failure).toMatchObject({
    message: 'The value of "steps.a.output.nul" has a NUL character, which no environment can hold',
  });
  expect(record.steps.get('d')!.failure).toMatchObject({
    message: 'The value of "steps.b.output" has more than 96 KiB; hand it on in "inputs" instead',
  });
  expect(pool.started.toSorted()).toEqual(['a', 'b', 'e']);
});

test('a run whose outputs cannot be computed has failed, and says why', async () => {
  const { run } = rig();
  const record = await run(read({ outputs: { x: '{{ steps.a.output.none }}' }, steps: { a: lua } }));
  expect(record.status).toBe('failed');
  expect(record.failure).toMatchObject({ reason: 'expression', expression: 'steps.a.output.none' });
});

test('inputs that are missing or wrong are told by check, and thrown by start', async () => {
  const { engine, start } = rig();
  const definition = { inputs: { n: { type: 'integer' as const, max: 3 }, day: {} }, steps: { a: lua } };
  const plan = await engine.define(definition);
  if (!plan.ok) throw new Error('It does not read');
  const found = await engine.check(plan.value, { inputs: { n: 5, other: 1 } });
  expect(found.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'wrong-input: The workflow declares no input "other"',
    'wrong-input: Input "n" takes a number up to 3. It was given 5.',
    'missing-input: Give input "day" a value: --input day=…, or HWFE_INPUT_DAY',
  ]);
  expect(() => start(read(definition), { inputs: { n: 1 } })).toThrow('Give input "day" a value');
});

describe.each(MODES)('in mode %s, after a failure,', (mode) => {
  const fails = (status: number) => () => ({
    ok: false as const,
    failure: { reason: 'exited' as const, status, lastLines: ['why'] },
    warnings: [],
  });

  it('goes on without the output where it is ignored', async () => {
    const { run, pool, events } = rig({ a: 'fail' });
    const record = await run(
      read({
        steps: {
          a: { ...lua, ignore_failure: true },
          b: { ...lua, depends_on: 'a' },
          c: { ...lua, depends_on: 'a', run_if: 'one_failed' },
        },
      }),
      { mode },
    );
    expect(record.status).toBe('succeeded');
    expect(pool.started.toSorted()).toEqual(['a', 'b', 'c']);
    expect([...pool.jobs.find(({ step }) => step === 'b')!.inputs.keys()]).toEqual([]);
    expect(events.find(({ kind }) => kind === 'step-failed')).toMatchObject({ step: 'a', ignored: true });
  });

  it('runs the fallback in its place, and hands its output on', async () => {
    const { run, pool, story } = rig({ a: 'fail', spare: ok('{"n":1}') });
    const workflow = read({
      outputs: { n: '{{ steps.a.output.n }}' },
      steps: { a: { ...lua, fallback: 'spare' }, spare: lua, b: { ...lua, depends_on: 'a' } },
    });
    const record = await run(workflow, { mode });
    expect(record.status).toBe('succeeded');
    expect(pool.started).toEqual(['a', 'spare', 'b']);
    expect(decode(pool.jobs[2]!.inputs.get('a')!)).toEqual({ n: 1 });
    expect(Buffer.from(record.outputs!).toString()).toBe('{"n":1}');
    expect(story.filter((line) => / a\b/.test(line))).toEqual(['start a', 'fail a']);
  });

  it('does without the fallback where it has succeeded, and fails where that fails too', async () => {
    const workflow = read({ steps: { a: { ...lua, fallback: 'spare' }, spare: lua, b: { ...lua, depends_on: 'a' } } });
    const good = rig();
    expect((await good.run(workflow, { mode })).status).toBe('succeeded');
    expect(good.story).toContain('skip spare (a)');
    const bad = rig({ a: 'fail', spare: 'fail' });
    expect((await bad.run(workflow, { mode })).status).toBe('failed');
    expect(bad.story).toContain('skip b (spare)');
  });

  it('tells its handler how it failed', async () => {
    const { run, pool } = rig({ a: fails(3) });
    const workflow = read({
      steps: {
        a: { ...lua, on_failure: 'tell' },
        c: { ...lua, on_failure: ['tell'] },
        tell: lua,
        unused: { ...lua, on_failure: 'idle' },
        idle: lua,
      },
    });
    const record = await run(workflow, { mode });
    expect(record.status).toBe('failed');
    const job = pool.jobs.find(({ step }) => step === 'tell')!;
    expect(decode(job.inputs.get('failure')!)).toEqual({
      reason: 'exited',
      status: 3,
      lastLines: ['why'],
      message: 'ended with exit status 3',
      step: 'a',
      attempt: 1,
    });
    expect(pool.started).not.toContain('idle');
  });

  it.each(['fail', 'succeed', 'hang'] as const)(
    'ends the run as its workflow says when a step does %s',
    async (how) => {
      const { start, pool, story } = rig({ b: how });
      const workflow = read({
        on_failure: 'tell',
        finally: ['clean', 'close'],
        steps: {
          clean: lua,
          tell: lua,
          close: lua,
          a: lua,
          b: { ...lua, depends_on: 'a' },
          c: { ...lua, depends_on: 'b' },
        },
      });
      const run = start(workflow, { mode });
      await settleDown();
      if (how === 'hang') run.stop('timed-out');
      const record = await run.finished;
      expect(record.status).toBe(how === 'succeed' ? 'succeeded' : 'failed');
      expect(pool.started.slice(-2).toSorted()).toEqual(['clean', 'close']);
      expect(pool.started.includes('tell')).toBe(how === 'fail');
      expect(pool.jobs.find(({ step }) => step === 'clean')!.inputs.size).toBe(0);
      if (how !== 'fail') return;
      expect(decode(pool.jobs.find(({ step }) => step === 'tell')!.inputs.get('failures')!)).toMatchObject([
        { step: 'b' },
      ]);
      expect(story.indexOf('start tell')).toBeLessThan(story.indexOf('start clean'));
    },
  );

  it.each(['fail', 'succeed', 'hang'] as const)(
    'undoes what was done, the last first, when a step does %s',
    async (how) => {
      const { start, pool } = rig({ c: how, a: ok('"A"'), b: ok('"B"') });
      const workflow = read({
        finally: 'end',
        steps: {
          undo_a: lua,
          a: { ...lua, compensate: 'undo_a' },
          b: { ...lua, depends_on: 'a', compensate: 'undo_b' },
          c: { ...lua, depends_on: 'b', compensate: 'undo_c' },
          undo_b: lua,
          undo_c: lua,
          end: lua,
        },
      });
      const run = start(workflow, { mode });
      await settleDown();
      if (how === 'hang') run.stop();
      await run.finished;
      const undone = how === 'succeed' ? [] : ['undo_b', 'undo_a'];
      expect(pool.started).toEqual(['a', 'b', 'c', ...undone, 'end']);
      if (how === 'fail') expect(decode(pool.jobs[3]!.inputs.get('b')!)).toBe('B');
    },
  );

  it('tries again only where its retry_if says so', async () => {
    const { run, pool } = rig({ a: [fails(1), fails(2), fails(1), 'succeed'] });
    await run(read({ steps: { a: { ...lua, retries: 5, retry_if: 'error.status == 1 || attempt > 5' } } }), { mode });
    expect(pool.started).toEqual(['a', 'a']);
  });

  it('is out of time at its deadline, attempts and delays together', async () => {
    const { run, pool, events } = rig({ a: 'fail', b: 'hang' });
    const workflow = read({
      failure_mode: 'continue',
      steps: { a: { ...lua, retries: 100, retry_delay: '20ms', deadline: '0.1s' }, b: { ...lua, deadline: '0.1s' } },
    });
    const record = await run(workflow, { mode });
    expect(record.status).toBe('failed');
    expect(pool.started.length).toBeLessThan(20);
    const failures = events.flatMap((event) => (event.kind === 'step-failed' ? [event.failure] : []));
    expect(failures).toEqual([
      { reason: 'timed-out', afterMs: 100 },
      { reason: 'timed-out', afterMs: 100 },
    ]);
  });
});

describe.each(MODES)('in mode %s, a loop', (mode) => {
  it('goes on until its condition is true, and hands each turn what the one before gave', async () => {
    const { run, pool, events } = rig({ a: [ok('{"n":1}'), 'fail', ok('{"n":2}'), ok('{"n":3}')] });
    const workflow = read({
      steps: {
        a: {
          ...lua,
          retries: 1,
          loop: { until: 'output.n >= 3', max: 5 },
          inputs: { turn: '{{ index }}', last: '{{ default(output.n, 0) }}' },
        },
        b: { ...lua, depends_on: 'a' },
      },
    });
    expect((await run(workflow, { mode })).status).toBe('succeeded');
    expect(pool.started).toEqual(['a', 'a', 'a', 'a', 'b']);
    expect(
      pool.jobs
        .slice(0, 4)
        .map(({ inputs, attempt }) => [decode(inputs.get('turn')!), decode(inputs.get('last')!), attempt]),
    ).toEqual([
      [0, 0, 1],
      [1, 1, 1],
      [1, 1, 2],
      [2, 2, 1],
    ]);
    expect(decode(pool.jobs[4]!.inputs.get('a')!)).toEqual({ n: 3 });
    expect(events.filter(({ kind }) => kind === 'step-looping')).toHaveLength(2);
  });

  it('fails when the last turn does not do, when a turn fails, and when it is stopped', async () => {
    const workflow = read({ steps: { a: { ...lua, loop: { until: 'false', max: 3 } } } });
    const whole = rig();
    expect((await whole.run(workflow, { mode })).steps.get('a')!.failure).toMatchObject({
      reason: 'expression',
      message: 'The step was done 3 times, and "false" was never true',
    });
    expect(whole.pool.started).toHaveLength(3);
    const broken = rig({ a: [ok('1'), 'fail'] });
    expect((await broken.run(workflow, { mode })).status).toBe('failed');
    expect(broken.pool.started).toHaveLength(2);
    const slow = rig();
    const run = slow.start(read({ steps: { a: { ...lua, loop: { until: 'false', delay: '1h' } } } }), { mode });
    await settleDown();
    run.stop();
    expect((await run.finished).steps.get('a')!.status).toBe('cancelled');
  });
});

describe.each(MODES)('in mode %s, a run that goes on', (mode) => {
  const value = (json: string): Uint8Array => Buffer.from(json);

  it('chooses again for a step that was kept, and does again what deals with ends', async () => {
    const workflow = read({
      finally: 'end',
      steps: {
        route: { ...lua, switch: 'output', case: { x: 'x', y: 'y' } },
        x: lua,
        y: lua,
        join: { ...lua, depends_on: ['x', 'y'], run_if: 'none_failed' },
        handler: lua,
        bad: { ...lua, on_failure: 'handler' },
        end: lua,
      },
    });
    const { run, pool, events } = rig();
    const kept = new Map(['route', 'x', 'handler', 'end'].map((name) => [name, value('"x"')]));
    const record = await run(workflow, { mode, resume: { id: '20261121-120000-0000000a', kept } });
    expect(record.status).toBe('succeeded');
    expect(pool.started.toSorted()).toEqual(['bad', 'end', 'join']);
    expect(events[0]).toMatchObject({ kind: 'run-resumed', kept: ['route', 'x'] });
    expect(record.steps.get('y')!.status).toBe('skipped');
    expect(record.steps.get('handler')!.status).toBe('skipped');
  });

  it('does again what was undone, and what depends on it', async () => {
    const workflow = read({
      steps: {
        a: { ...lua, compensate: 'undo' },
        b: { ...lua, depends_on: 'a' },
        other: lua,
        undo: lua,
        bad: { ...lua, depends_on: 'b' },
      },
    });
    const { run, pool } = rig();
    const kept = new Map(['a', 'b', 'other', 'undo'].map((name) => [name, value('1')]));
    await run(workflow, { mode, resume: { id: '20261121-120000-0000000a', kept } });
    expect(pool.started.toSorted()).toEqual(['a', 'b', 'bad']);
  });
});

describe.each(['parallel', 'work-stealing'] as const)('what runs at the end, in mode %s', (mode) => {
  const ends = { undo: lua, tell: lua, tidy: lua };

  it.each(['no-new', 'continue'] as const)(
    'waits for what still runs, though all behind it is skipped: "%s"',
    async (failureMode) => {
      const { start, pool, story } = rig({ slow: 'hang', bad: 'fail' });
      const steps = {
        slow: { ...lua, compensate: 'undo' },
        bad: lua,
        done: { ...lua, depends_on: ['slow', 'bad'] },
        ...ends,
      };
      const workflow = read({ finally: 'tidy', on_failure: 'tell', steps });
      const run = start(workflow, { mode, failureMode, maxParallelSteps: 4 });
      await settleDown();
      expect(story).toContain('fail bad');
      expect(pool.started.toSorted()).toEqual(['bad', 'slow']);
      pool.release('slow');
      expect((await run.finished).status).toBe('failed');
      expect(pool.started.slice(2).toSorted()).toEqual(['tell', 'tidy', 'undo']);
      expect(pool.started.at(-1)).toBe('tidy');
    },
  );

  it('comes after what was asked', async () => {
    const { start, pool } = rig({ bad: 'fail' });
    const steps = { ask: { title: 'Go?' }, bad: lua, done: { ...lua, depends_on: ['ask', 'bad'] }, tidy: lua };
    const run = start(read({ finally: 'tidy', steps }), { mode, failureMode: 'continue' });
    await settleDown();
    expect(pool.started).toEqual(['bad']);
    run.answer('ask', { how: 'approved', values: {}, by: 'eve', at: 1 });
    await run.finished;
    expect(pool.started).toEqual(['bad', 'tidy']);
  });
});
