// The cap that looks at the machine: how it decides, and what it does to the places of a run.
import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../../src/model/event.ts';
import { AutoCap, nextCap } from '../../src/run/auto-cap.ts';
import { type Reading, SystemProbe } from '../../src/run/machine-probe.ts';
import { Places } from '../../src/run/places.ts';
import { step, workflowOf } from '../support/graph.ts';
import { rig } from '../support/rig.ts';

const GIB = 1024 ** 3;
const IDLE: Reading = { runnable: 0, processors: 8, free: 12 * GIB, memory: 16 * GIB };

describe('the next cap', () => {
  it.each<[string, Partial<Reading>, number, string]>([
    ['is half where memory is nearly gone', { free: 0.5 * GIB }, 3, 'memory'],
    ['is one less where memory is short', { free: 1.5 * GIB }, 5, 'memory'],
    ['is one less where processors are short', { runnable: 13 }, 5, 'load'],
    ['is one more where there is room', {}, 7, 'room'],
    ['stays where the load is as high as it may be', { runnable: 10 }, 6, 'room'],
    ['stays where memory is neither short nor plenty', { free: 2 * GIB }, 6, 'room'],
  ])('%s', (_, reading, cap, because) => {
    expect(nextCap(6, 8, { ...IDLE, ...reading })).toEqual({ cap, because });
  });

  it('is never below one, never above the most, and moves by no more than half', () => {
    const anyReading = fc.record({
      runnable: fc.nat(1000),
      processors: fc.integer({ min: 1, max: 256 }),
      free: fc.nat(2 ** 40),
      memory: fc.integer({ min: 1, max: 2 ** 40 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.nat(64), anyReading, (cap, more, reading) => {
        const next = nextCap(cap, cap + more, reading).cap;
        expect(next).toBeGreaterThanOrEqual(Math.max(1, Math.floor(cap / 2)));
        expect(next).toBeLessThanOrEqual(Math.min(cap + more, cap + 1));
      }),
    );
  });
});

it('lowers the places of a run while the machine is short, and gives them back', async () => {
  const places = new Places(4);
  let reading: Reading = { ...IDLE, free: 0 };
  const told: Happening[] = [];
  using _ = new AutoCap(places, { read: () => reading }, (event) => told.push(event), 5);
  await until(() => places.cap === 1);
  expect(told).toEqual([
    { kind: 'cap-changed', cap: 2, because: 'memory' },
    { kind: 'cap-changed', cap: 1, because: 'memory' },
  ]);
  reading = IDLE;
  await until(() => places.cap === 4);
  expect(told.slice(2).map((event) => event.kind === 'cap-changed' && event.because)).toEqual(['room', 'room', 'room']);
});

it('evens out a moment with many tasks', async () => {
  const places = new Places(4);
  const readings = [0, 15, 0, 15, 0, 15, 0].map((runnable) => ({ ...IDLE, runnable }));
  let asked = 0;
  const told: Happening[] = [];
  const probe = { read: (): Reading => readings[asked++] ?? IDLE };
  using _ = new AutoCap(places, probe, (event) => told.push(event), 5);
  await until(() => asked > 7);
  expect(told).toEqual([]);
});

it.each(['parallel', 'sequential'] as const)('is what a run in mode %s begins with', async (mode) => {
  const { events, run } = rig();
  await run(workflowOf([step('a')], { maxParallelSteps: 'auto' }), { mode, maxParallelSteps: 'auto' });
  const [begun] = events;
  expect(begun).toMatchObject({ kind: 'run-started', cap: mode === 'sequential' ? 1 : availableParallelism() });
});

it('reads this machine quickly', () => {
  const probe = new SystemProbe();
  const { runnable, processors, free, memory } = probe.read();
  expect(processors).toBeGreaterThan(0);
  expect(runnable).toBeGreaterThanOrEqual(0);
  expect(free).toBeGreaterThan(0);
  expect(free).toBeLessThanOrEqual(memory);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}
