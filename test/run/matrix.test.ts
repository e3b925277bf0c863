// The combinations of a matrix: a product in order, less what is excluded, with what is included.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalise } from '../../runners/value.ts';
import { combinations, matrixOf } from '../../src/run/items/matrix.ts';

function combined(matrix: Record<string, unknown>): unknown[] {
  const lists = new Map(
    Object.entries(matrix).map(([name, list]) => {
      const encoded = canonicalise(Buffer.from(JSON.stringify(list)));
      if (!encoded.ok) throw new Error(encoded.message);
      return [name, encoded.value] as const;
    }),
  );
  const read = matrixOf(lists);
  if (!read.ok) throw new Error(read.error);
  return combinations(read.value, 1000)!.map((text) => JSON.parse(text) as unknown);
}

test('the first name changes slowest', () => {
  expect(combined({ b: [1, 2], a: ['x', 'y'] })).toEqual([
    { b: 1, a: 'x' },
    { b: 1, a: 'y' },
    { b: 2, a: 'x' },
    { b: 2, a: 'y' },
  ]);
});

test('what is included joins what it agrees with, may change what was included, and else stands alone', () => {
  const fruit = ['apple', 'pear'];
  const animal = ['cat', 'dog'];
  const include = [
    { color: 'green' },
    { color: 'pink', animal: 'cat' },
    { fruit: 'apple', shape: 'circle' },
    { fruit: 'banana' },
    { fruit: 'banana', animal: 'cat' },
  ];
  expect(combined({ fruit, animal, include })).toEqual([
    { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
    { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
    { fruit: 'pear', animal: 'cat', color: 'pink' },
    { fruit: 'pear', animal: 'dog', color: 'green' },
    { fruit: 'banana' },
    { fruit: 'banana', animal: 'cat' },
  ]);
  expect(combined({ include: [{ a: 1 }, { b: 2 }] })).toEqual([{ a: 1 }, { b: 2 }]);
  expect(combined({ a: [], b: [1] })).toEqual([]);
});

test('what is excluded is out, whatever else it has, and nothing else is', () => {
  const axis = fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 5 });
  const excluded = fc.array(
    fc.record({ a: fc.integer({ max: 5, min: 0 }), b: fc.integer({ max: 5, min: 0 }) }, { requiredKeys: [] }),
  );
  fc.assert(
    fc.property(axis, axis, excluded, (a, b, exclude) => {
      const expected = a.flatMap((x) =>
        b.flatMap((y) => {
          const isOut = exclude.some((one) => (one.a ?? x) === x && (one.b ?? y) === y);
          return isOut ? [] : [{ a: x, b: y }];
        }),
      );
      expect(combined({ a, b, exclude })).toEqual(expected);
    }),
  );
});

test('what is no list, or no list of tables, is told, and too many are not made', () => {
  const list = (text: string): Uint8Array => Buffer.from(text);
  expect(matrixOf(new Map([['a', list('1')]]))).toMatchObject({ ok: false });
  expect(matrixOf(new Map([['include', list('[1]')]]))).toMatchObject({ ok: false });
  const many = matrixOf(
    new Map([
      ['a', list('[1,2,3]')],
      ['b', list('[1,2,3]')],
    ]),
  );
  expect(many.ok && combinations(many.value, 8)).toBe(undefined);
});
