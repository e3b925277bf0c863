// Lists and objects of canonical text come apart into what they were made of.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalise, joined, members, pieces } from '../../runners/value.ts';

const canonical = (value: unknown): Uint8Array => {
  const encoded = canonicalise(Buffer.from(JSON.stringify(value)));
  if (!encoded.ok) throw new Error(encoded.message);
  return encoded.value;
};
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test('a list comes apart into its items and together again, to the byte', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (values) => {
      const list = canonical(values);
      const apart = pieces(list)!;
      const items = Array.from({ length: apart.length }, (_, index) => apart.at(index));
      expect(items.map(textOf)).toEqual(values.map((value) => textOf(canonical(value))));
      expect(textOf(joined(items))).toBe(textOf(list));
    }),
  );
});

test('an object comes apart into its members', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const text = canonical(object);
      const apart = members(text)!;
      expect(`{${apart.map(([name, value]) => `${name}:${value}`).join(',')}}`).toBe(textOf(text));
      expect(apart.length).toBe(Object.keys(object).length);
    }),
  );
});

test('what is missing from a list is null, and what is no list or object has no parts', () => {
  expect(textOf(joined([Buffer.from('1'), undefined, Buffer.from('[2]')]))).toBe('[1,null,[2]]');
  expect(textOf(joined([]))).toBe('[]');
  expect([pieces(Buffer.from('{}')), members(Buffer.from('[]')), pieces(Buffer.from('1'))]).toEqual(
    Array.from({ length: 3 }, () => undefined),
  );
});
