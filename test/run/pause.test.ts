// A pause between two attempts ends by itself or by a word.
import { expect, test } from 'vitest';
import { pause } from '../../src/run/pause.ts';

test('a pause is over after its time, and at once when it is stopped', async () => {
  const began = performance.now();
  await pause(20, () => undefined);
  const over = performance.now();
  expect(over - began).toBeGreaterThan(15);
  let stop = (): void => undefined;
  const stopped = pause(60_000, (end) => (stop = end));
  stop();
  await stopped;
  expect(performance.now() - over).toBeLessThan(10_000);
});
