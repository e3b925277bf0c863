// Pools, costs, priorities and rates in a run: on any graph, by hand, and with very many steps.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NamedPool } from '../../src/model/concurrency.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { Places } from '../../src/run/places.ts';
import { Rooms } from '../../src/run/rooms.ts';
import { Scheduler } from '../../src/run/scheduler.ts';
import { workflowOf as parsed } from '../parse/files.ts';
import { planOf, step, workflowOf } from '../support/graph.ts';
import { rig, settleDown } from '../support/rig.ts';

const MODES = ['sequential', 'parallel', 'work-stealing'] as const;

function schedulerOf(plan: Plan, mode: (typeof MODES)[number], cap: number): Scheduler {
  const admission = new Rooms().admissionFor(plan, () => {});
  return new Scheduler(plan, { mode, failureMode: 'continue', places: new Places(cap), admission });
}

function names(plan: Plan, indices: readonly number[]): string[] {
  return indices.map((index) => plan.steps[index]!.step.name);
}

describe('on any graph', () => {
  it('keeps to every pool, every lock and the cap by cost, and settles every step exactly once', () => {
    fc.assert(
      fc.property(
        anyBoundedPlan(),
        fc.constantFrom(...MODES),
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(fc.nat(99)),
        (plan, mode, cap, luck) => {
          const scheduler = schedulerOf(plan, mode, cap);
          const running: number[] = [];
          const settled = new Set<number>();
          for (let turns = 0; !scheduler.done; turns++) {
            expect(turns).toBeLessThan(1000);
            running.push(...scheduler.take());
            // Something always goes on.
            expect(running.length).toBeGreaterThan(0);
            const steps = running.map((index) => plan.steps[index]!.step);
            const cost = steps.reduce((sum, { cost: each = 1 }) => sum + each, 0);
            if (running.length > 1) expect(cost).toBeLessThanOrEqual(cap);
            for (const { name, size } of plan.workflow.pools!) {
              const inside = steps.filter(({ pool }) => pool === name);
              expect(inside.reduce((sum, { cost: each = 1 }) => sum + each, 0)).toBeLessThanOrEqual(size);
            }
            for (const lock of ['x', 'y']) {
              expect(steps.filter((each) => each.lock?.name === lock).length).toBeLessThanOrEqual(1);
            }
            const [index] = running.splice((luck.next().value as number) % running.length, 1);
            expect(settled.has(index!)).toBe(false);
            settled.add(index!);
            const how = (luck.next().value as number) < 85 ? 'succeeded' : 'failed';
            for (const skip of scheduler.settle(index!, { how })) {
              expect(settled.has(skip.index)).toBe(false);
              settled.add(skip.index);
            }
          }
          expect(settled.size).toBe(plan.steps.length);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never starts a step while one waits that has the same room, goes before it and would fit', () => {
    fc.assert(
      fc.property(anyBoundedPlan(), fc.infiniteStream(fc.nat(99)), (plan, luck) => {
        const scheduler = schedulerOf(plan, 'work-stealing', 1000);
        const running: number[] = [];
        const begun = new Set<number>();
        const good = new Set<number>();
        while (!scheduler.done) {
          const ready = plan.steps.filter(
            ({ index, dependsOn }) => !begun.has(index) && dependsOn.every((at) => good.has(at)),
          );
          const started = scheduler.take();
          for (const index of started) {
            const { step: taken } = plan.steps[index]!;
            for (const other of ready) {
              const isAlike =
                other.step.pool === taken.pool && other.step.lock === undefined && taken.lock === undefined;
              if (started.includes(other.index) || !isAlike || taken.pool === undefined) continue;
              expect(other.step.priority ?? 0).toBeLessThanOrEqual(taken.priority ?? 0);
            }
            begun.add(index);
          }
          running.push(...started);
          const [index] = running.splice((luck.next().value as number) % running.length, 1);
          good.add(index!);
          scheduler.settle(index!, { how: 'succeeded' });
        }
      }),
      { numRuns: 300 },
    );
  });
});

it('is kept by several parts of a run together, each of which comes to its end, and none overtakes for ever', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyBoundedPlan(), { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 1, max: 5 }),
      fc.infiniteStream(fc.nat(99)),
      async (plans, cap, luck) => {
        const rooms = new Rooms();
        const places = new Places(cap);
        const running: { part: number; index: number }[] = [];
        const parts = plans.map((plan, part) => {
          const goOn = (): void => {
            running.push(...scheduler.take().map((index) => ({ part, index })));
            if (!scheduler.done) return;
            view.leave();
            admission.end();
          };
          const view = places.within(cap, 0);
          view.onFree = goOn;
          const admission = rooms.admissionFor(plan, goOn);
          const scheduler = new Scheduler(plan, {
            mode: 'work-stealing',
            failureMode: 'continue',
            places: view,
            admission,
          });
          return { plan, scheduler, goOn };
        });
        for (const { goOn } of parts) goOn();
        for (let turns = 0; parts.some(({ scheduler }) => !scheduler.done); turns++) {
          expect(turns).toBeLessThan(1000);
          expect(running.length).toBeGreaterThan(0);
          for (const lock of ['x', 'y']) {
            const inside = running.filter(({ part, index }) => plans[part]!.steps[index]!.step.lock?.name === lock);
            expect(inside.length).toBeLessThanOrEqual(1);
          }
          for (const { name, size } of plans[0]!.workflow.pools!) {
            const inside = running
              .map(({ part, index }) => plans[part]!.steps[index]!.step)
              .filter(({ pool }) => pool === name);
            expect(inside.reduce((sum, { cost = 1 }) => sum + cost, 0)).toBeLessThanOrEqual(size);
          }
          const [one] = running.splice((luck.next().value as number) % running.length, 1);
          const { scheduler, goOn } = parts[one!.part]!;
          scheduler.settle(one!.index, { how: 'succeeded' });
          goOn();
          // Whoever was refused is told.
          for (let i = 0; i < 4; i++) await Promise.resolve();
        }
      },
    ),
    { numRuns: 200 },
  );
});

describe('a step whose pool is full', () => {
  const pools = [{ name: 'api', size: 1 }];
  it.each(MODES)('holds up none of another in mode %s', async (mode) => {
    const { pool, start } = rig({ a: 'hang', b: 'hang', c: 'hang' });
    const steps = [step('a', [], { pool: 'api' }), step('b', [], { pool: 'api' }), step('c')];
    const run = start(workflowOf(steps, { pools }), { mode });
    await settleDown();
    expect(pool.running).toEqual(mode === 'sequential' ? ['a'] : ['a', 'c']);
    pool.release('a');
    await settleDown();
    expect(pool.running).toEqual(mode === 'sequential' ? ['b'] : ['c', 'b']);
    run.kill();
    await run.finished;
  });

  it('is not in the way of a cancellation', async () => {
    const { story, start } = rig({ a: 'hang' });
    const run = start(workflowOf([step('a', [], { pool: 'api' }), step('b', [], { pool: 'api' })], { pools }), {
      mode: 'parallel',
    });
    await settleDown();
    run.stop();
    await run.finished;
    expect(story).toContain('skip b (cancelled)');
  });
});

describe('order', () => {
  it.each(MODES)('is by priority first in mode %s', async (mode) => {
    const { pool, run } = rig();
    const steps = [
      step('a'),
      step('b', [], { priority: 1 }),
      step('c', [], { priority: 5 }),
      step('d', [], { priority: -1 }),
    ];
    await run(workflowOf(steps), { mode, maxParallelSteps: 1 });
    expect(pool.started).toEqual(['c', 'b', 'a', 'd']);
  });

  it('is by the longest chain among equals when stealing work', () => {
    const steps = [step('a'), step('b'), step('c', ['b']), step('d', [], { priority: 1 })];
    const plan = planOf(workflowOf(steps));
    const scheduler = schedulerOf(plan, 'work-stealing', 3);
    expect(names(plan, scheduler.take())).toEqual(['d', 'b', 'a']);
  });
});

describe('cost', () => {
  it('counts towards the cap, and what is small does not overtake what is large', async () => {
    const { pool, start } = rig({ a: 'hang', b: 'hang', c: 'hang' });
    const steps = [step('a', [], { cost: 2 }), step('b', [], { cost: 2 }), step('c')];
    const run = start(workflowOf(steps), { mode: 'parallel', maxParallelSteps: 3 });
    await settleDown();
    expect(pool.running).toEqual(['a']);
    pool.release('a');
    await settleDown();
    expect(pool.running).toEqual(['b', 'c']);
    run.kill();
    await run.finished;
  });

  it('over the cap lets a step run alone', async () => {
    const { story, run } = rig();
    await run(workflowOf([step('a', [], { cost: 5 }), step('b')]), { mode: 'parallel', maxParallelSteps: 2 });
    expect(story.at(-1)).toBe('succeeded');
  });
});

describe('rate', () => {
  const pools = [{ name: 'api', size: 10, rate: { text: '25/s', intervalMs: 40, burst: 1 } }];
  it.each(MODES)('spaces the starts of a pool in mode %s, and of no others', async (mode) => {
    const { events, run } = rig();
    const steps = ['a', 'b', 'c', 'd'].map((name) => step(name, [], { pool: 'api' }));
    await run(workflowOf([...steps, step('free')], { pools }), { mode });
    const at = events.flatMap((event) => (event.kind === 'step-started' && event.step !== 'free' ? [event.at] : []));
    expect(at).toHaveLength(4);
    expectSpaced(at);
    const free = events.find((event) => event.kind === 'step-started' && event.step === 'free')!;
    expect(free.at).toBeLessThan(at[3]!);
  });

  it('spaces further attempts too', async () => {
    const { events, run } = rig({ a: ['fail', 'fail', 'succeed'] });
    const rate = { text: '25/s', intervalMs: 40, burst: 1 };
    await run(workflowOf([step('a', [], { rate, retry: { retries: 2, delayMs: 0 } })]));
    const at = events.flatMap((event) => (event.kind === 'step-started' ? [event.at] : []));
    expect(at).toHaveLength(3);
    expectSpaced(at);
  });

  it('keeps no run that was stopped', async () => {
    const { start } = rig();
    const slow = [{ name: 'api', size: 10, rate: { text: '1/h', intervalMs: 3_600_000, burst: 1 } }];
    const steps = ['a', 'b'].map((name) => step(name, [], { pool: 'api' }));
    const run = start(workflowOf(steps, { pools: slow }), { mode: 'parallel' });
    await settleDown();
    run.stop();
    expect((await run.finished).status).toBe('cancelled');
  });
});

describe('items', () => {
  const items = (count: number, more: StepDefinition): StepDefinition => ({
    language: 'lua',
    code: 'return 1',
    foreach: count,
    ...more,
  });
  const read = (definition: WorkflowDefinition): Workflow =>
    parsed(workflowFromObject(definition, { cwd: process.cwd(), modulesDir: '' }));

  it('take parts of the pool that their step is in, beside other steps of it', async () => {
    const hang = Object.fromEntries(
      ['b', ...[0, 1, 2].map((index) => `a[${index}]`)].map((name) => [name, 'hang' as const]),
    );
    const { pool, start } = rig(hang);
    const steps = { a: items(3, { pool: 'api' }), b: items(1, { pool: 'api', foreach: [] }) };
    const { foreach: _, ...single } = steps.b;
    const run = start(read({ pools: { api: 2 }, steps: { a: steps.a, b: single } }), {
      mode: 'parallel',
      maxParallelSteps: 9,
    });
    await settleDown();
    expect(pool.running).toHaveLength(2);
    while (pool.running.length > 0) {
      expect(pool.running.length).toBeLessThanOrEqual(2);
      pool.release(pool.running[0]!);
      await settleDown();
    }
    expect((await run.finished).status).toBe('succeeded');
    expect(pool.mostAtOnce).toBe(2);
  });

  it('count with their cost', async () => {
    const { pool, run } = rig();
    const record = await run(read({ steps: { a: items(9, { cost: 2 }) } }), { mode: 'parallel', maxParallelSteps: 5 });
    expect(record.steps.get('a')!.items!.counts.succeeded).toBe(9);
    expect(pool.mostAtOnce).toBe(2);
  });

  it.each<[string, StepDefinition, WorkflowDefinition['pools']]>([
    ['the rate of their step', { rate: '25/s' }, {}],
    ['the rate of its pool', { pool: 'api' }, { api: { rate: '25/s' } }],
  ])('start by %s, in every mode', async (_, more, pools = {}) => {
    for (const mode of MODES) {
      const { pool, run } = rig();
      const at: number[] = [];
      const original = pool.start.bind(pool);
      pool.start = (...args) => {
        at.push(performance.now());
        return original(...args);
      };
      const record = await run(read({ pools, steps: { a: items(4, more) } }), { mode });
      expect(record.steps.get('a')!.items!.counts.succeeded).toBe(4);
      expectSpaced(at);
    }
  });

  it('of a step with a lock are all in it', async () => {
    const { pool, run } = rig();
    const lock = `items ${process.pid}`;
    await run(read({ steps: { a: items(4, { lock }) } }), { mode: 'parallel', maxParallelSteps: 4 });
    expect(pool.mostAtOnce).toBe(4);
  });
});

it('spaces the turns of a loop', async () => {
  const { events, run } = rig();
  const loop = { until: 'index == 2', max: 5 };
  const definition = { steps: { a: { language: 'lua', code: 'return 1', loop, rate: '25/s' } } } as const;
  await run(parsed(workflowFromObject(definition, { cwd: process.cwd(), modulesDir: '' })));
  const at = events.flatMap((event) => (event.kind === 'step-started' ? [event.at] : []));
  expect(at).toHaveLength(3);
  expectSpaced(at);
});

it('costs the same per step with 100,000 of them in one pool as with 10,000', () => {
  const msPerStep = (count: number): number => {
    const pools = [{ name: 'api', size: 3 }];
    const steps = Array.from({ length: count }, (_, i) => step(`s${i}`, [], i % 2 === 0 ? { pool: 'api' } : {}));
    const plan = planOf(workflowOf(steps, { pools }));
    const scheduler = schedulerOf(plan, 'work-stealing', 6);
    const startedAt = performance.now();
    const running = scheduler.take();
    for (let index = running.shift(); index !== undefined; index = running.shift()) {
      scheduler.settle(index, { how: 'succeeded' });
      running.push(...scheduler.take());
    }
    expect(scheduler.done).toBe(true);
    return (performance.now() - startedAt) / count;
  };
  msPerStep(10_000);
  const few = msPerStep(10_000);
  expect(msPerStep(100_000)).toBeLessThan(few * 5 + 0.002);
});

/** Steps may depend on any earlier one, be in one of two pools, and need one of two locks. */
function anyBoundedPlan(): fc.Arbitrary<Plan> {
  const pools: readonly NamedPool[] = [
    { name: 'p', size: 2 },
    { name: 'q', size: 3 },
  ];
  const anyStep = fc.record({
    needs: fc.array(fc.nat(1000), { maxLength: 3 }),
    pool: fc.constantFrom(undefined, 'p', 'q'),
    cost: fc.constantFrom(undefined, 2),
    lock: fc.constantFrom(undefined, undefined, undefined, 'x', 'y'),
    priority: fc.constantFrom(undefined, -1, 1, 2),
  });
  return fc.array(anyStep, { minLength: 1, maxLength: 30 }).map((all) =>
    planOf(
      workflowOf(
        all.map(({ needs, pool, cost, lock, priority }, i) =>
          step(`s${i}`, i === 0 ? [] : [...new Set(needs.map((pick) => `s${pick % i}`))], {
            ...(pool !== undefined && { pool }),
            ...(cost !== undefined && { cost }),
            ...(lock !== undefined && { lock: { name: lock } }),
            ...(priority !== undefined && { priority }),
          }),
        ),
        { pools },
      ),
    ),
  );
}

/** By 40 ms each; on a busy machine a start is told later than it was let in. */
function expectSpaced(at: readonly number[]): void {
  at.slice(1).forEach((ms, i) => expect(ms - at[i]!).toBeGreaterThan(15));
  expect(at.at(-1)! - at[0]!).toBeGreaterThan(40 * (at.length - 1) - 25);
}
