// The inputs of a step, gathered from the outputs of its dependencies.
import { expect, it } from 'vitest';
import { gather } from '../../src/run/inputs.ts';

const texts = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => new TextEncoder().encode(JSON.stringify('x'.repeat(i % 7))));
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `s${i}`);

it.each([0, 1, 255, 256, 5000])('are all there, in order and unchanged: %i of them', (count) => {
  const values = texts(count);
  const inputs = gather(names(count), values);
  expect([...inputs.keys()]).toEqual(names(count));
  expect([...inputs.values()].map((value) => Buffer.from(value).toString())).toEqual(
    values.map((value) => Buffer.from(value).toString()),
  );
});

it('share one piece of memory when they are many and small, and large ones keep their own', () => {
  const values = texts(1000);
  values[500] = new Uint8Array(new SharedArrayBuffer(100_000));
  const inputs = [...gather(names(1000), values).values()];
  expect(new Set(inputs.map(({ buffer }) => buffer)).size).toBe(2);
  expect(inputs[500]).toBe(values[500]);
});
