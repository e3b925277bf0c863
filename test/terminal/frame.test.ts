// The live view's frames: complete where there is room, honest where there is not, never too tall or too wide.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepFailure } from '../../runners/contract.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { everyStep } from '../../src/model/nested.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { ExecutionMode } from '../../src/model/workflow.ts';
import type { Step } from '../../src/model/step.ts';
import { renderFrame } from '../../src/terminal/frame.ts';
import { createPoolUse } from '../../src/terminal/pool-use.ts';
import { createProgress, settledOf } from '../../src/terminal/progress.ts';
import { createStyle } from '../../src/terminal/style.ts';
import { columnsOf } from '../../src/terminal/width.ts';
import { graph, hostStep, planOf, step, workflowOf } from '../support/graph.ts';

type Bare<E> = E extends RunEvent ? Omit<E, 'run'> : never;

const OUTPUT = new TextEncoder().encode('1');

function view(
  plan: Plan,
  mode: ExecutionMode,
): {
  take: (event: Bare<RunEvent>) => void;
  start: (name: string, at?: number) => void;
  succeed: (name: string) => void;
  frame: (width: number, height: number, now?: number) => string;
} {
  const progress = createProgress(plan);
  const take = (event: Bare<RunEvent>): void => progress.take({ ...event, run: 'r' } as RunEvent);
  const levels = plan.levels.map((level) => level.map((index) => plan.steps[index]!.step.name));
  take({ kind: 'run-started', at: 0, workflow: 'test', file: 'test.lua', mode, failureMode: 'no-new', cap: 4, levels });
  return {
    take,
    start: (name, at = 0) =>
      take({ kind: 'step-started', at, step: name, language: 'lua', runtime: 'embedded', attempt: 1 }),
    succeed: (name) =>
      take({
        kind: 'step-succeeded',
        at: 0,
        step: name,
        attempt: 1,
        output: OUTPUT,
        durationMs: 1234,
        usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
      }),
    frame: (width, height, now = 2000) =>
      `\n${renderFrame(progress.progress, { now, width, height, style: createStyle(false), reasonOf: () => 'it broke' }).join('\n')}\n`,
  };
}

const DIAMOND = ['load -> clean -> report', 'load -> score -> report'];

describe('with room for every step', () => {
  it('mode parallel shows levels', () => {
    const { start, succeed, frame } = view(planOf(graph(...DIAMOND)), 'parallel');
    start('load');
    succeed('load');
    start('clean', 1500);
    expect(frame(80, 24)).toMatchInlineSnapshot(`
      "

      1  ✓ load    lua     1.2s
      2  ⠋ clean   lua    500ms
         · score   lua
      3  · report  lua

      ━━━━━━━───────────────────────  1/4  1 running  2.0s
      "
    `);
  });

  it('mode work-stealing shows what is ready', () => {
    const { start, succeed, frame } = view(planOf(graph(...DIAMOND)), 'work-stealing');
    start('load');
    succeed('load');
    start('clean', 1500);
    expect(frame(80, 24)).toMatchInlineSnapshot(`
      "

      ✓ load    lua     1.2s
      ⠋ clean   lua    500ms
      · score   lua           ready
      · report  lua

      ━━━━━━━───────────────────────  1/4  1 running  2.0s
      "
    `);
  });

  it('attempts, failures, skips and a stop are told', () => {
    const retry = { retries: 2, delayMs: 10 };
    const steps = [step('load'), step('flaky', [], { retry }), step('report', ['load']), step('last', ['flaky'])];
    const { take, start, frame } = view(planOf(workflowOf(steps)), 'parallel');
    start('load');
    start('flaky');
    take({
      kind: 'step-retrying',
      at: 1,
      step: 'flaky',
      attempt: 1,
      failure: { reason: 'exited', status: 1, lastLines: [] },
      delayMs: 10,
    });
    take({
      kind: 'step-failed',
      at: 1,
      step: 'load',
      attempt: 1,
      failure: { reason: 'threw', message: 'x' },
      durationMs: 40,
      usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
    });
    take({ kind: 'step-skipped', at: 1, step: 'report', because: { kind: 'dependency', step: 'load' } });
    take({ kind: 'run-stopping', at: 2, reason: 'cancelled' });
    expect(frame(80, 24)).toMatchInlineSnapshot(`
      "

      1  ✗ load    lua     40ms  it broke
         ↻ flaky   lua     2.0s  attempt 1/3 failed, the next follows
      2  - report  lua           it needs "load"
         · last    lua

      ━━━━━━━━━━━━━━━───────────────  2/4  1 running  1 failed  2.0s  stopping
      "
    `);
  });

  it('a narrow window leaves out languages, then the bar', () => {
    const { start, succeed, frame } = view(planOf(graph(...DIAMOND)), 'parallel');
    start('load');
    succeed('load');
    start('clean', 1500);
    expect(frame(40, 24)).toMatchInlineSnapshot(`
      "

      1  ✓ load       1.2s
      2  ⠋ clean     500ms
         · score
      3  · report

      ━━━━─────────────  1/4  1 running  2.0s
      "
    `);
    expect(frame(20, 10)).toMatchInlineSnapshot(`
      "
      ✓ load
      ⠋ clean
      · score
      · report

      1/4  1 running  2.…
      "
    `);
  });
});

describe('with 200 steps at once', () => {
  const names = Array.from({ length: 200 }, (_, index) => `work_${String(index + 1).padStart(3, '0')}`);
  const plan = planOf(graph(...names.map((name) => `init -> ${name} -> merge -> publish -> tell`)));

  it('the level that runs is shown by its running steps, the others by their size', () => {
    const { start, succeed, frame } = view(plan, 'parallel');
    start('init');
    succeed('init');
    for (const name of names.slice(0, 40)) start(name);
    for (const name of names.slice(0, 30)) succeed(name);
    expect(frame(60, 15)).toMatchInlineSnapshot(`
      "

        1  ✓ 1 step
        2  ⠋ work_031  lua     2.0s
           ⠋ work_032  lua     2.0s
           ⠋ work_033  lua     2.0s
           ⠋ work_034  lua     2.0s
           ⠋ work_035  lua     2.0s
           ⠋ work_036  lua     2.0s
           ▸ 4 more running
           ✓ 30 succeeded
           · 160 waiting
      3–5  · 3 steps

      ━━━━──────────────────────────  31/204  10 running  2.0s
      "
    `);
  });

  it('a failed step stays in sight', () => {
    const { take, start, succeed, frame } = view(plan, 'work-stealing');
    start('init');
    succeed('init');
    for (const name of names.slice(0, 40)) start(name);
    take({
      kind: 'step-failed',
      at: 1,
      step: 'work_007',
      attempt: 1,
      failure: { reason: 'threw', message: 'x' },
      durationMs: 40,
      usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
    });
    expect(frame(60, 15)).toMatchInlineSnapshot(`
      "

      ✗ work_007  lua     40ms  it broke
      ⠋ work_001  lua     2.0s
      ⠋ work_002  lua     2.0s
      ⠋ work_003  lua     2.0s
      ⠋ work_004  lua     2.0s
      ⠋ work_005  lua     2.0s
      ⠋ work_006  lua     2.0s
      ⠋ work_008  lua     2.0s
      ▸ 32 more running
      ✓ 1 succeeded
      · 163 waiting

      ────────────────────────  2/204  39 running  1 failed  2.0s
      "
    `);
  });
});

it('no frame is taller or wider than the window, and every count is true, whatever happens', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 120 }),
      fc.constantFrom<ExecutionMode>('parallel', 'work-stealing', 'sequential'),
      fc.array(fc.tuple(fc.nat(60), fc.constantFrom('start', 'ok', 'fail', 'skip', 'cancel', 'retry')), {
        maxLength: 200,
      }),
      fc.integer({ min: 16, max: 120 }),
      fc.integer({ min: 2, max: 40 }),
      (edges, mode, happenings, width, height) => {
        const chains = edges.map(([a, b]) => (a === b ? `s${a}` : `s${Math.min(a, b)} -> s${Math.max(a, b)}`));
        const plan = planOf(graph('s0', ...chains));
        const progress = createProgress(plan);
        const levels = plan.levels.map((level) => level.map((index) => plan.steps[index]!.step.name));
        const base = { at: 0, run: 'r' };
        progress.take({
          ...base,
          kind: 'run-started',
          workflow: 'w',
          file: 'f',
          mode,
          failureMode: 'continue',
          cap: 2,
          levels,
        });
        for (const [index, happening] of happenings) {
          const planned = plan.steps[index % plan.steps.length]!;
          const name = planned.step.name;
          const { status } = progress.step(name);
          const isActive = status === 'running' || status === 'retrying';
          const failure = { reason: 'cancelled' } as const;
          if (happening === 'start' && status === 'waiting')
            progress.take({
              ...base,
              kind: 'step-started',
              step: name,
              language: 'lua',
              runtime: 'embedded',
              attempt: 1,
            });
          if (happening === 'ok' && isActive)
            progress.take({
              ...base,
              kind: 'step-succeeded',
              step: name,
              attempt: 1,
              output: OUTPUT,
              durationMs: 5,
              usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
            });
          if (happening === 'fail' && isActive)
            progress.take({
              ...base,
              kind: 'step-failed',
              step: name,
              attempt: 1,
              failure,
              durationMs: 5,
              usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
            });
          if (happening === 'retry' && status === 'running')
            progress.take({ ...base, kind: 'step-retrying', step: name, attempt: 1, failure, delayMs: 5 });
          if (happening === 'cancel' && isActive)
            progress.take({ ...base, kind: 'step-cancelled', step: name, attempt: 1, durationMs: 5 });
          if (happening === 'skip' && status === 'waiting')
            progress.take({
              ...base,
              kind: 'step-skipped',
              step: name,
              because: { kind: 'stopped', reason: 'cancelled' },
            });
        }
        const { counts, steps, countsOfLevel } = progress.progress;
        for (const status of [
          'waiting',
          'running',
          'failed',
          'skipped',
          'succeeded',
          'retrying',
          'cancelled',
        ] as const) {
          expect(counts[status]).toBe(steps.filter((one) => one.status === status).length);
          expect(countsOfLevel.reduce((sum, level) => sum + level[status], 0)).toBe(counts[status]);
        }
        const lines = renderFrame(progress.progress, { now: 10, width, height, style: createStyle(false) });
        expect(lines.length).toBeLessThan(height);
        for (const line of lines) expect(columnsOf(line)).toBeLessThan(width);
        expect(lines.at(-1)).toContain(`${settledOf(counts)}/${steps.length}`);
      },
    ),
  );
});

describe('a step that waits for something else than steps', () => {
  const pools = [
    { name: 'api', size: 2 },
    { name: 'mail', size: 9, rate: { text: '1/s', intervalMs: 1000, burst: 1 } },
  ];
  const plan = planOf(
    workflowOf(
      [
        step('a', [], { pool: 'api', cost: 2 }),
        step('b', [], { pool: 'api' }),
        step('c', [], { pool: 'mail' }),
        step('d', [], { lock: { name: 'door' } }),
        step('e', ['a'], { pool: 'api' }),
      ],
      { pools },
    ),
  );

  it('says for what, since when and who has it', () => {
    const { take, start, succeed, frame } = view(plan, 'work-stealing');
    start('a');
    const holder = { pid: 7, run: 'r2', since: 0 };
    take({ kind: 'lock-awaited', at: 500, step: 'd', lock: 'door', holder });
    expect(frame(90, 24)).toContain('b  lua           waiting for pool "api"');
    expect(frame(90, 24)).toContain('c  lua           waiting for the rate of pool "mail"');
    expect(frame(90, 24)).toContain(
      'd  lua           waiting 1.5s for lock "door", which process 7 has for the run r2',
    );
    expect(frame(90, 24)).not.toContain('e  lua           waiting');
    succeed('a');
    expect(frame(90, 24)).toContain('b  lua           ready');
    take({ kind: 'lock-taken', at: 1900, step: 'd', lock: 'door', waitedMs: 1400 });
    start('d', 1900);
    expect(frame(90, 24)).not.toContain('door');
  });

  it('is told of a step inside another', () => {
    const inside = workflowOf([step('b', [], { lock: { name: 'door' } })]);
    const { script: _, ...rest } = step('a');
    const group = { ...rest, language: 'group', work: { kind: 'group', inside } } as unknown as Step;
    const { take, frame } = view(planOf(workflowOf([group])), 'work-stealing');
    take({ kind: 'step-started', at: 0, step: 'a', language: 'group', attempt: 1 });
    take({ kind: 'lock-awaited', at: 0, step: 'a/b', lock: 'door' });
    expect(frame(90, 24)).toContain('waiting 2.0s for lock "door"');
    take({ kind: 'lock-taken', at: 500, step: 'a/b', lock: 'door', waitedMs: 500 });
    expect(frame(90, 24)).not.toContain('door');
  });

  it('is told of the whole run too', () => {
    const { take, frame } = view(plan, 'work-stealing');
    take({ kind: 'lock-awaited', at: 0, lock: 'nightly' });
    expect(frame(90, 24)).toContain('0/5  waiting 2.0s for lock "nightly"');
    take({ kind: 'lock-taken', at: 2000, lock: 'nightly', waitedMs: 2000 });
    expect(frame(90, 24)).not.toContain('nightly');
  });
});

describe('a pool', () => {
  const pools = [{ name: 'api', size: 2 }];
  const inside = workflowOf(
    [step('one', [], { pool: 'api' }), step('two', [], { pool: 'api' }), step('three', ['two'], { pool: 'api' })],
    { pools },
  );

  it('is full of steps inside a group too, and those that wait for it there are shown below those that run', () => {
    const group = hostStep('all', [], { kind: 'group', inside });
    const plan = planOf(workflowOf([group, step('after', [], { pool: 'api' })], { pools }));
    const { take, start, succeed, frame } = view(plan, 'work-stealing');
    take({ kind: 'step-started', at: 1000, step: 'all', language: 'group', attempt: 1 });
    start('after', 1000);
    start('all/one', 1000);
    expect(frame(80, 24)).toMatchInlineSnapshot(`
      "

      ⠋ all      group     1.0s  0/3 steps
      ⠋   one    lua       1.0s
      ·   two    lua             waiting for pool "api"
      ⠋ after    lua       1.0s

      ──────────────────────────────  0/2  2 running  2.0s
      "
    `);
    succeed('after');
    start('all/two', 2000);
    succeed('all/two');
    expect(frame(80, 24)).toContain('·   three  lua             ready');
    start('all/three', 2000);
    expect(frame(80, 24)).not.toContain('ready');
    succeed('all/one');
    succeed('all/three');
    take({ kind: 'step-looping', at: 0, step: 'all', turn: 1, delayMs: 0 });
    expect(frame(80, 24)).not.toContain('two');
    start('all');
    expect(frame(80, 24)).toContain('·   two    lua             ready');
    take({ kind: 'step-skipped', at: 0, step: 'all/one', because: { kind: 'race', step: 'all/two' } });
    succeed('all');
    expect(frame(80, 24)).not.toContain('one');
  });

  it('is that of the file which declares it, and of the items that run', () => {
    const other = { ...inside, file: { path: 'other.lua', text: '' } };
    const each = {
      ...hostStep('each', [], { kind: 'workflow', inside: other }),
      foreach: {
        over: { kind: 'values', values: { kind: 'constant', json: '[1,2]' }, shown: '[1, 2]' },
        onFailedItem: 'stop',
      },
    } as Step;
    const plan = planOf(
      workflowOf([each, step('after', [], { pool: 'api' }), step('own', [], { pool: 'api' })], { pools }),
    );
    const { take, start, frame } = view(plan, 'work-stealing');
    start('own', 2000);
    take({ kind: 'step-started', at: 0, step: 'each', language: 'workflow', attempt: 1 });
    take({ kind: 'step-split', at: 0, step: 'each', count: 2, items: OUTPUT });
    start('each[0]/one', 1000);
    take({ kind: 'step-items', at: 1000, step: 'each', started: [0, 1] });
    start('each[1]/one', 1000);
    expect(frame(80, 24)).toMatchInlineSnapshot(`
      "

      ⠋ each         workflow     2.0s  0/2  now [0] [1]
      ⠋   [0] one    lua          1.0s
      ⠋   [1] one    lua          1.0s
      ·   [0] two    lua                waiting for pool "api"
      ·   [1] two    lua                waiting for pool "api"
      · after        lua                ready
      ⠋ own          lua           0ms

      ──────────────────────────────  0/3  2 running  2.0s
      "
    `);
    take({ kind: 'step-items', at: 1000, step: 'each', cancelled: [0, 1] });
    expect(frame(80, 24)).not.toContain('two');
  });

  it('has no more taken of it than is, whatever is inside of what', () => {
    const names = ['a', 'a[0]', 'a[1]', 'a[0]/b', 'a[0]/b/c', 'a[1]/b', 'a[1]/b/c', 'd'];
    const innermost = workflowOf([step('c', [], { pool: 'api', cost: 3 })], { pools });
    const middle = workflowOf([{ ...hostStep('b', [], { kind: 'group', inside: innermost }), pool: 'api', cost: 2 }], {
      pools,
    });
    const plan = planOf(
      workflowOf(
        [{ ...hostStep('a', [], { kind: 'group', inside: middle }), pool: 'api' }, step('d', [], { pool: 'api' })],
        {
          pools,
        },
      ),
    );
    const costs: Record<string, number> = { a: 1, b: 2, c: 3, d: 1 };
    const costOf = (name: string): number =>
      costs[
        name
          .replace(/\[\d\]$/, '')
          .split('/')
          .at(-1)!
      ]!;
    const taken = (open: ReadonlySet<string>, name: string): number => {
      const below = names.filter((other) => other.startsWith(name) && other !== name && open.has(other));
      const next = below.filter((one) => !below.some((other) => other !== one && one.startsWith(other)));
      return Math.max(
        costOf(name),
        next.reduce((sum, one) => sum + taken(open, one), 0),
      );
    };
    fc.assert(
      fc.property(fc.array(fc.nat(names.length - 1), { maxLength: 40 }), (toggled) => {
        const use = createPoolUse(plan, everyStep(plan));
        const open = new Set<string>();
        for (const index of toggled) {
          const name = names[index]!;
          // What is around is there before, and after.
          const isAroundOpen = names.every((other) => !name.startsWith(other) || name === other || open.has(other));
          const isInsideOpen = [...open].some((other) => other.startsWith(name) && other !== name);
          if (open.has(name) && !isInsideOpen) {
            open.delete(name);
            use.end(name);
          } else if (!open.has(name) && isAroundOpen) {
            open.add(name);
            use.begin(name);
          }
          const expected = ['a', 'd'].reduce((sum, one) => sum + (open.has(one) ? taken(open, one) : 0), 0);
          expect(use.of('d')!.used).toBe(expected);
        }
      }),
    );
  });
});

describe('a step in a loop', () => {
  it('tells in which turn it is, beside the attempt, and in the end how many there were', () => {
    const loop = { until: { text: 'output.ok' }, max: 20, delayMs: 1000 } as never;
    const poll = step('poll', [], { loop, retry: { retries: 2, delayMs: 0 } });
    const inside = workflowOf([step('inner', [], { loop })]);
    const plan = planOf(workflowOf([poll, hostStep('all', [], { kind: 'group', inside })]));
    const { take, start, succeed, frame } = view(plan, 'work-stealing');
    start('poll');
    expect(frame(80, 24)).toContain('2.0s  turn 1 of 20\n');
    take({ kind: 'step-looping', at: 0, step: 'poll', turn: 1, delayMs: 1000 });
    expect(frame(80, 24)).toContain('2.0s  turn 1 of 20 is done, the next follows\n');
    take({ kind: 'step-started', at: 0, step: 'poll', language: 'lua', runtime: 'embedded', attempt: 2 });
    expect(frame(80, 24)).toContain('2.0s  turn 2 of 20, attempt 2/3\n');
    start('all');
    start('all/inner');
    take({ kind: 'step-looping', at: 0, step: 'all/inner', turn: 2, delayMs: 0 });
    start('all/inner');
    expect(frame(80, 24)).toContain('inner  lua       2.0s  turn 3 of 20\n');
    succeed('poll');
    expect(frame(80, 24)).toContain('1.2s  2 turns\n');
  });
});

describe('a step with items', () => {
  it('shows how far it is, which of them run and how many failed, and in the end what became of them', () => {
    const { take, start, succeed, frame } = view(planOf(graph('fetch', 'other')), 'work-stealing');
    start('fetch');
    const failure = { reason: 'threw', message: 'bad' } as const;
    take({ kind: 'step-split', at: 0, step: 'fetch', count: 1000, items: OUTPUT, kept: [[0, 9]] });
    const numbers = (first: number, last: number): number[] =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i);
    take({
      kind: 'step-items',
      at: 0,
      step: 'fetch',
      started: numbers(500, 511),
      succeeded: numbers(10, 499),
      outputs: OUTPUT,
      failed: [{ index: 777, attempt: 1, failure }],
    });
    expect(frame(80, 24)).toMatchInlineSnapshot(`
      "

      ⠋ fetch  lua     2.0s  501/1000  1 failed  now [500] [501] [502] [503] [504] […
      · other  lua           ready

      ──────────────────────────────  0/2  1 running  2.0s
      "
    `);
    expect(frame(40, 24)).toMatchInlineSnapshot(`
      "

      ⠋ fetch     2.0s  501/1000  1 failed  …
      · other           ready

      ─────────────────  0/2  1 running  2.0s
      "
    `);
    take({ kind: 'step-items', at: 0, step: 'fetch', succeeded: [...numbers(500, 776), ...numbers(778, 999)] });
    succeed('fetch');
    expect(frame(80, 24)).toMatchInlineSnapshot(`
      "

      ✓ fetch  lua     1.2s  999 of 1000 items, 1 failed, 10 kept
      · other  lua           ready

      ━━━━━━━━━━━━━━━───────────────  1/2  2.0s
      "
    `);
  });
});

it('a step that has steps inside it opens while they run, as far as there is room', () => {
  const inside = workflowOf([step('left'), step('right')], { name: 'all' });
  const plan = planOf(workflowOf([hostStep('all', [], { kind: 'group', inside }), step('after', ['all'])]));
  const { start, succeed, frame } = view(plan, 'work-stealing');
  start('all');
  start('all/left');
  start('all/right', 500);
  expect(frame(60, 20, 1000)).toMatchInlineSnapshot(`
    "

    ⠋ all      group     1.0s  0/2 steps
    ⠋   left   lua       1.0s
    ⠋   right  lua      500ms
    · after    lua

    ──────────────────────────────  0/2  1 running  1.0s
    "
  `);
  expect(frame(60, 6, 1000).split('\n').length).toBeLessThanOrEqual(7);
  succeed('all/left');
  succeed('all/right');
  succeed('all');
  expect(frame(60, 20, 1000)).not.toContain('left');
});

it('a step that has steps inside it tells how many of them are done, of this attempt, kept ones included', () => {
  const deep = workflowOf([step('x'), step('y')], { name: 'deep' });
  const inside = workflowOf([step('left'), hostStep('deep', [], { kind: 'group', inside: deep }), step('right')], {
    name: 'all',
  });
  const all = { ...hostStep('all', [], { kind: 'group', inside }), retry: { retries: 1, delayMs: 0 } };
  const { take, start, succeed, frame } = view(planOf(workflowOf([all])), 'work-stealing');
  const row = (name: string): string | undefined =>
    frame(80, 20)
      .split('\n')
      .find((line) => line.includes(`${name} `));
  take({
    kind: 'run-resumed',
    at: 0,
    workflow: 'test',
    file: 'test.lua',
    mode: 'work-stealing',
    failureMode: 'no-new',
    cap: 4,
    levels: [['all']],
    kept: ['all/left'],
  });
  start('all');
  start('all/deep');
  start('all/deep/x');
  expect(row('all')).toContain('1/3 steps');
  expect(row('deep')).toContain('0/2 steps');
  succeed('all/deep/x');
  expect(row('deep')).toContain('1/2 steps');
  start('all/right');
  const failure: StepFailure = { reason: 'timed-out', afterMs: 1 };
  const usage = { wallMs: 1, bytesIn: 0, bytesOut: 0 };
  take({ kind: 'step-failed', at: 0, step: 'all/right', attempt: 1, failure, durationMs: 1, usage });
  expect(row('all')).toContain('2/3 steps, 1 failed');
  take({ kind: 'step-retrying', at: 0, step: 'all', attempt: 1, failure, delayMs: 0, inside: ['all/left'] });
  take({ kind: 'step-started', at: 0, step: 'all', language: 'group', attempt: 2 });
  expect(row('all')).toContain('attempt 2/2, 0/3 steps');
});
