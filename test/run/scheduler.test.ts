// The scheduler on random graphs: every step settles once, none starts early, never more than the cap at once.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import type { ExecutionMode, FailureMode } from '../../src/model/workflow.ts';
import type { RunIf } from '../../src/model/step.ts';
import { type Admission, ALL_MAY_START } from '../../src/run/admission.ts';
import { Places } from '../../src/run/places.ts';
import { Scheduler } from '../../src/run/scheduler.ts';
import { graph, planOf, step, workflowOf } from '../support/graph.ts';

interface Options {
  readonly mode: ExecutionMode;
  readonly cap: number;
  readonly failureMode: FailureMode;
}

const MODES = ['sequential', 'parallel', 'work-stealing'] as const;
const FAILURE_MODES = ['no-new', 'kill', 'continue'] as const;

describe('on any graph', () => {
  it('settles every step exactly once, starts none before its dependencies, and keeps to the cap', () => {
    fc.assert(
      fc.property(anyPlan(), anyOptions(), fc.infiniteStream(fc.nat(99)), (plan, options, luck) => {
        const dice = (): number => luck.next().value as number;
        const settled = new Map<number, string>();
        const scheduler = schedulerOf(plan, options);
        const running: number[] = [];
        while (!scheduler.done) {
          const started = scheduler.take();
          running.push(...started);
          for (const index of started) {
            expect(settled.has(index)).toBe(false);
            for (const dependency of plan.steps[index]!.dependsOn) expect(settled.get(dependency)).toBe('succeeded');
            if (options.mode === 'parallel') expect(plan.steps[index]!.level).toBe(scheduler.level);
          }
          expect(running.length).toBeLessThanOrEqual(options.mode === 'sequential' ? 1 : options.cap);
          expect(running.length).toBeGreaterThan(0);
          const [index] = running.splice(dice() % running.length, 1);
          const how = dice() < 80 ? ('succeeded' as const) : ('failed' as const);
          settled.set(index!, how);
          const skips = scheduler.settle(index!, { how });
          for (const skip of dice() === 0
            ? [...skips, ...scheduler.stop({ kind: 'stopped', reason: 'cancelled' })]
            : skips) {
            expect(settled.has(skip.index)).toBe(false);
            settled.set(skip.index, 'skipped');
          }
        }
        expect(scheduler.take()).toEqual([]);
        expect(settled.size).toBe(plan.steps.length);
      }),
      { numRuns: 300 },
    );
  });

  it('skips exactly what depends on a failure when it may go on', () => {
    fc.assert(
      fc.property(anyPlan(), fc.nat(), (plan, pick) => {
        const broken = pick % plan.steps.length;
        const scheduler = schedulerOf(plan, { mode: 'work-stealing', cap: 3, failureMode: 'continue' });
        const skipped = new Set<number>();
        while (!scheduler.done) {
          for (const index of scheduler.take()) {
            for (const skip of scheduler.settle(index, { how: index === broken ? 'failed' : 'succeeded' }))
              skipped.add(skip.index);
          }
        }
        expect(skipped).toEqual(behind(plan, broken));
      }),
    );
  });
});

describe('on any graph whose steps have rules of their own', () => {
  it('settles every step exactly once, starts none before its rule is met, and keeps to the cap', () => {
    fc.assert(
      fc.property(anyPlan(anyRule, true), anyOptions(), fc.infiniteStream(fc.nat(99)), (plan, options, luck) => {
        const dice = (): number => luck.next().value as number;
        const settled = new Map<number, string>();
        const scheduler = schedulerOf(plan, options);
        const running: number[] = [];
        const skip = (skips: readonly { index: number }[]): void => {
          for (const { index } of skips) {
            expect(settled.has(index)).toBe(false);
            expect(running).not.toContain(index);
            settled.set(index, 'skipped');
          }
        };
        for (let turns = 0; !scheduler.done; turns++) {
          expect(turns).toBeLessThan(1000);
          const started = scheduler.take();
          running.push(...started);
          for (const index of started) {
            expect(settled.has(index)).toBe(false);
            expect(mayStart(plan, index, settled)).toBe(true);
            if (options.mode === 'parallel') expect(plan.steps[index]!.level).toBe(scheduler.level);
          }
          expect(running.length).toBeLessThanOrEqual(options.mode === 'sequential' ? 1 : options.cap);
          expect(running.length).toBeGreaterThan(0);
          const [index] = running.splice(dice() % running.length, 1);
          const how = (['succeeded', 'succeeded', 'failed', 'skipped', 'ignored', 'cancelled'] as const)[dice() % 6]!;
          const standIn = how === 'failed' ? scheduler.standInFor(index!) : undefined;
          if (standIn !== undefined) {
            expect(settled.has(standIn)).toBe(false);
            expect(scheduler.settle(index!, { how: 'replaced' })).toEqual([]);
            expect(scheduler.replacedBy(standIn)).toBe(index);
            settled.set(index!, `replaced by ${standIn}`);
            running.push(standIn);
            continue;
          }
          settled.set(index!, how);
          const chosen = plan.steps[index!]!.dependants.filter(() => dice() % 3 === 0);
          const because = { kind: 'case', step: 'x', value: '1' } as const;
          skip(
            scheduler.settle(
              index!,
              how === 'succeeded' && dice() % 3 === 0 ? { how, except: { steps: new Set(chosen), because } } : { how },
            ),
          );
          if (dice() === 0) skip(scheduler.stop({ kind: 'stopped', reason: 'cancelled' }, dice() < 50));
        }
        expect(scheduler.take()).toEqual([]);
        expect(settled.size).toBe(plan.steps.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('order', () => {
  it('starts the longest chain first when stealing work', () => {
    const plan = planOf(graph('short', 'long -> b -> c'));
    const scheduler = schedulerOf(plan, { mode: 'work-stealing', cap: 1, failureMode: 'no-new' });
    expect(names(plan, scheduler.take())).toEqual(['long']);
  });

  it('lets a level wait for all of the one before', () => {
    const plan = planOf(graph('a -> c', 'b'));
    const scheduler = schedulerOf(plan, { mode: 'parallel', cap: 4, failureMode: 'no-new' });
    const [a, b] = scheduler.take();
    scheduler.settle(a!, { how: 'succeeded' });
    expect(scheduler.take()).toEqual([]);
    scheduler.settle(b!, { how: 'succeeded' });
    expect(names(plan, scheduler.take())).toEqual(['c']);
  });

  it('starts a step as soon as its own dependencies are done when stealing work', () => {
    const plan = planOf(graph('a -> c', 'b'));
    const scheduler = schedulerOf(plan, { mode: 'work-stealing', cap: 4, failureMode: 'no-new' });
    const started = scheduler.take();
    const a = started.find((index) => plan.steps[index]!.step.name === 'a');
    scheduler.settle(a!, { how: 'succeeded' });
    expect(names(plan, scheduler.take())).toEqual(['c']);
  });
});

describe('lanes', () => {
  const plan = planOf(graph('a', 'b', 'c', 'd'));
  const isOdd = (index: number): number => index % 2;
  const mayRun = (most: number): Admission => {
    let inside = 0;
    return {
      ...ALL_MAY_START,
      lanes: 2,
      laneOf: isOdd,
      costOf: (index) => 1 + isOdd(index),
      enter: (index) => isOdd(index) === 0 || inside < most,
      started: (index) => void (inside += isOdd(index)),
      leave: (index) => void (inside -= isOdd(index)),
    };
  };
  const withAdmission = (cap: number, most: number): Scheduler =>
    new Scheduler(plan, { mode: 'parallel', failureMode: 'no-new', places: new Places(cap), admission: mayRun(most) });

  it('that are full hold up no other', () => {
    const scheduler = withAdmission(10, 1);
    expect(names(plan, scheduler.take())).toEqual(['a', 'b', 'c']);
    scheduler.settle(1, { how: 'succeeded' });
    expect(names(plan, scheduler.take())).toEqual(['d']);
  });

  it('take as many places as they say', () => {
    const scheduler = withAdmission(3, 5);
    expect(names(plan, scheduler.take())).toEqual(['a', 'b']);
    scheduler.settle(0, { how: 'succeeded' });
    expect(names(plan, scheduler.take())).toEqual(['c']);
  });
});

it('lets what stands in wait where its lane is full, and start though nothing new is to', () => {
  const plan = planOf(
    workflowOf([step('a', [], { fallback: 'other' }), step('b'), step('c', ['a']), step('other', ['a'])]),
  );
  const at = (name: string): number => plan.steps.findIndex((planned) => planned.step.name === name);
  let isOpen = false;
  const admission: Admission = {
    ...ALL_MAY_START,
    lanes: 2,
    laneOf: (index) => (index === at('other') ? 1 : 0),
    enter: (index) => index !== at('other') || isOpen,
  };
  const scheduler = new Scheduler(plan, {
    mode: 'work-stealing',
    failureMode: 'no-new',
    places: new Places(4),
    admission,
  });
  scheduler.take();
  scheduler.settle(at('a'), { how: 'replaced' });
  expect(scheduler.isRunning(at('other'))).toBe(false);
  expect(
    names(
      plan,
      scheduler.settle(at('b'), { how: 'failed' }).map(({ index }) => index),
    ),
  ).toEqual(['c']);
  isOpen = true;
  expect(names(plan, scheduler.take())).toEqual(['other']);
  scheduler.settle(at('other'), { how: 'succeeded' });
  expect(scheduler.done).toBe(true);
});

it('refuses to settle a step that does not run', () => {
  const scheduler = schedulerOf(planOf(graph('a')), { mode: 'parallel', cap: 1, failureMode: 'no-new' });
  expect(() => scheduler.settle(0, { how: 'succeeded' })).toThrow('Internal error: step 0 settles without running');
});

it('takes a chain of 100,000 steps without recursion', () => {
  const steps = Array.from({ length: 100_000 }, (_, i) => step(`s${i}`, i === 0 ? [] : [`s${i - 1}`]));
  const plan = planOf(workflowOf(steps));
  const scheduler = schedulerOf(plan, { mode: 'parallel', cap: 2, failureMode: 'continue' });
  const [first] = scheduler.take();
  expect(scheduler.settle(first!, { how: 'failed' })).toHaveLength(99_999);
  expect(scheduler.done).toBe(true);
});

function schedulerOf(plan: Plan, { mode, cap, failureMode }: Options): Scheduler {
  return new Scheduler(plan, { mode, failureMode, places: new Places(cap) });
}

function names(plan: Plan, indices: readonly number[]): string[] {
  return indices.map((index) => plan.steps[index]!.step.name);
}

function mayStart(plan: Plan, index: number, settled: ReadonlyMap<number, string>): boolean {
  const { step: planned, dependsOn } = plan.steps[index]!;
  const ends = dependsOn.map((dependency) => {
    const end = settled.get(dependency);
    const [, standIn] = /^replaced by (\d+)$/.exec(end ?? '') ?? [];
    return standIn === undefined ? end : settled.get(Number(standIn));
  });
  const good = ends.filter((end) => end === 'succeeded').length;
  const ignored = ends.filter((end) => end === 'ignored').length;
  const bad = ends.filter((end) => end === 'failed' || end === 'cancelled').length;
  const isOver = !ends.includes(undefined);
  switch (planned.runIf?.rule) {
    case undefined:
      return good + ignored === ends.length;
    case 'all_done':
    case 'always':
      return isOver;
    case 'one_success':
      return good > 0;
    case 'one_failed':
      return bad + ignored > 0;
    case 'none_failed':
      return isOver && bad === 0;
    case 'at_least':
      return good >= planned.runIf.count;
  }
}

/** Only those that its number of dependencies can meet. */
function anyRule(dependencies: number, pick: number): RunIf | undefined {
  const rules: (RunIf | undefined)[] = [undefined, { rule: 'all_done' }, { rule: 'none_failed' }, { rule: 'always' }];
  if (dependencies > 0) {
    rules.push({ rule: 'one_success' }, { rule: 'one_failed' }, { rule: 'at_least', count: 1 + (pick % dependencies) });
  }
  return rules[pick % rules.length];
}

function behind(plan: Plan, from: number): Set<number> {
  const found = new Set<number>();
  const worklist = [from];
  for (let index = worklist.pop(); index !== undefined; index = worklist.pop()) {
    for (const dependant of plan.steps[index]!.dependants) {
      if (found.has(dependant)) continue;
      found.add(dependant);
      worklist.push(dependant);
    }
  }
  return found;
}

/** Steps may depend on any earlier one, so that every graph without cycles can come up. */
function anyPlan(
  ruleOf: (dependencies: number, pick: number) => RunIf | undefined = () => undefined,
  hasFallbacks = false,
): fc.Arbitrary<Plan> {
  return fc.array(fc.array(fc.nat(1000), { maxLength: 4 }), { minLength: 1, maxLength: 40 }).map((all) =>
    planOf(
      workflowOf(
        all.flatMap((picks, i) => {
          const dependsOn = i === 0 ? [] : [...new Set(picks.map((pick) => `s${pick % i}`))];
          const runIf = ruleOf(dependsOn.length, picks[0] ?? i);
          const fallback = hasFallbacks && (picks[1] ?? i) % 4 === 0 ? `f${i}` : undefined;
          const planned = step(`s${i}`, dependsOn, { ...(runIf && { runIf }), ...(fallback && { fallback }) });
          return fallback === undefined ? [planned] : [planned, step(fallback, [`s${i}`])];
        }),
      ),
    ),
  );
}

function anyOptions(): fc.Arbitrary<Options> {
  return fc.record({
    mode: fc.constantFrom(...MODES),
    cap: fc.integer({ min: 1, max: 6 }),
    failureMode: fc.constantFrom(...FAILURE_MODES),
  });
}
