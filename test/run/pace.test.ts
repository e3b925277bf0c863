// Rates: evenly spaced starts, bursts where they are said, and everybody in turn.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../src/model/rate.ts';
import { nextTurn, Pace } from '../../src/run/pace.ts';

it.each([
  ['10/s', 100],
  ['100/m', 600],
  ['1/500ms', 500],
  ['3 per 1.5s', 500],
  ['0.5/s', 2000],
  ['7200/h', 500],
])('reads "%s" as one each %d ms', (text, ms) => {
  expect(parseRate(text)).toBeCloseTo(ms);
});

it.each(['', 'ten/s', '10', '10/', '/s', '0/s', '10/0s', '-1/s', '10/fortnight', '1/100d'])(
  'knows no rate "%s"',
  (text) => {
    expect(parseRate(text)).toBeUndefined();
  },
);

describe('a pace', () => {
  it('lets no stretch of time have more than its share, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.record({ intervalMs: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 5 }) }),
        fc.array(fc.nat(40), { maxLength: 200 }),
        (rate, gaps) => {
          let now = 0;
          const pace = new Pace({ text: '', ...rate }, () => now);
          const starts: number[] = [];
          const tell = (): void => {};
          for (const gap of gaps) {
            now += gap;
            if (!pace.mayStart(tell)) continue;
            pace.started();
            starts.push(now);
          }
          pace.forget(tell);
          starts.forEach((from, first) => {
            for (let last = first; last < starts.length; last++) {
              const most = rate.burst + Math.floor((starts[last]! - from) / rate.intervalMs);
              expect(last - first + 1).toBeLessThanOrEqual(most);
            }
          });
          // Who asks each millisecond gets every one that is due.
          if (gaps.every((gap) => gap === 1))
            expect(starts.length).toBeGreaterThanOrEqual(gaps.length / rate.intervalMs);
        },
      ),
    );
  });

  it('tells those who asked too early in turn, each when it may', async () => {
    const pace = new Pace({ text: '50/s', intervalMs: 20, burst: 1 });
    const startedAt = performance.now();
    const order: string[] = [];
    const at: number[] = [];
    const work = async (name: string): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await nextTurn([pace], () => {});
        order.push(name);
        at.push(performance.now() - startedAt);
      }
    };
    await Promise.all([work('a'), work('b'), work('c')]);
    expect(new Set(order.slice(0, 3)).size).toBe(3);
    expect(new Set(order.slice(3, 6)).size).toBe(3);
    at.slice(1).forEach((ms, i) => expect(ms - at[i]!).toBeGreaterThan(10));
    expect(at.at(-1)!).toBeGreaterThan(150);
  });

  it('forgets who waits no more', async () => {
    const pace = new Pace({ text: '1/h', intervalMs: 3_600_000, burst: 1 });
    pace.started();
    let stop = (): void => {};
    const turn = nextTurn([pace], (end) => (stop = end));
    stop();
    await turn;
  });
});
