// What recorded times tell of other modes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { criticalPath, simulated } from '../../src/page/timing.ts';
import { graph, planOf } from '../support/graph.ts';

const PLAN = planOf(graph('a -> b -> d', 'a -> c -> d', 'e'));
const timesOf = (times: Record<string, number>): number[] => PLAN.steps.map(({ step }) => times[step.name]!);

it('finds the chain that took longest', () => {
  const chain = criticalPath(PLAN, timesOf({ a: 10, b: 20, c: 5, d: 1, e: 30 }));
  expect([chain.steps.map((index) => PLAN.steps[index]!.step.name), chain.ms]).toEqual([['a', 'b', 'd'], 31]);
});

it('tells what each mode would have taken', () => {
  const ms = timesOf({ a: 10, b: 20, c: 5, d: 1, e: 40 });
  expect(simulated(PLAN, ms, { mode: 'sequential', cap: 4 })).toBe(76);
  expect(simulated(PLAN, ms, { mode: 'parallel', cap: 4 })).toBe(61);
  expect(simulated(PLAN, ms, { mode: 'work-stealing', cap: 4 })).toBe(40);
});

it('is never faster than the longest chain, never slower than one after the other', () => {
  const chains = fc.array(
    fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { minLength: 1, maxLength: 4 }),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(chains, fc.infiniteStream(fc.nat(100)), fc.integer({ min: 1, max: 5 }), (some, luck, cap) => {
      const plan = planOf(graph(...some.map((chain) => [...new Set(chain)].sort().join(' -> '))));
      const ms = plan.steps.map(() => luck.next().value as number);
      const sum = ms.reduce((total, one) => total + one, 0);
      const { ms: least } = criticalPath(plan, ms);
      for (const mode of ['sequential', 'parallel', 'work-stealing'] as const) {
        const took = simulated(plan, ms, { mode, cap });
        expect(took).toBeGreaterThanOrEqual(least);
        expect(took).toBeLessThanOrEqual(sum);
      }
      expect(simulated(plan, ms, { mode: 'work-stealing', cap: 99 })).toBe(least);
    }),
  );
});
