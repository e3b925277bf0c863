// The first place where two values differ.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, type JsonValue } from '../../runners/value.ts';
import { firstDifference } from '../../src/store/difference.ts';

function canonical(value: unknown): { text: string; value: JsonValue } {
  const encoded = encode(value);
  if (!encoded.ok) throw new Error(encoded.message);
  return { text: Buffer.from(encoded.value).toString(), value: decode(encoded.value) };
}

describe('the first difference', () => {
  it.each([
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, { path: 'a[1].b', before: '2', after: '3' }],
    [{ a: 1 }, {}, { path: 'a', before: '1', after: undefined }],
    [[1], [1, null], { path: '[1]', before: undefined, after: 'null' }],
    [{ 'a b': 'x' }, { 'a b': 'y' }, { path: '["a b"]', before: '"x"', after: '"y"' }],
    [1, '1', { path: '', before: '1', after: '"1"' }],
    [{}, [], { path: '', before: '{}', after: '[]' }],
  ])('of %j and %j is %j', (before, after, difference) => {
    expect(firstDifference(canonical(before).value, canonical(after).value)).toEqual(difference);
  });

  it('is there exactly where canonical texts differ', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (before, after) => {
        const [a, b] = [canonical(before), canonical(after)];
        expect(firstDifference(a.value, b.value) === undefined).toBe(a.text === b.text);
        expect(firstDifference(a.value, a.value)).toBeUndefined();
      }),
    );
  });
});
