// How long a step waits before it is tried again.
import { expect, it } from 'vitest';
import { retryDelay } from '../../src/run/retry.ts';

it('waits the same time after each attempt, and not after the last', () => {
  const policy = { retries: 2, delayMs: 50 };
  expect([1, 2, 3].map((attempt) => retryDelay(policy, attempt, Math.random))).toEqual([50, 50, undefined]);
});

it('waits longer each time with a backoff, up to its maximum', () => {
  const backoff = { kind: 'exponential', baseMs: 100, factor: 3, maxMs: 500, jitter: 0 } as const;
  const policy = { retries: 9, delayMs: 0, backoff };
  expect([1, 2, 3, 4].map((attempt) => retryDelay(policy, attempt, Math.random))).toEqual([100, 300, 500, 500]);
});

it('spreads a delay by its jitter', () => {
  const backoff = { kind: 'exponential', baseMs: 100, factor: 2, maxMs: 1000, jitter: 0.5 } as const;
  const policy = { retries: 1, delayMs: 0, backoff };
  expect(retryDelay(policy, 1, () => 0)).toBe(50);
  expect(retryDelay(policy, 1, () => 0.999)).toBe(150);
});
