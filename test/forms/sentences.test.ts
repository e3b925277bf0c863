// What is said of an answer that does not fit its form.
import { expect, it } from 'vitest';
import { misfits } from '../../src/forms/form.ts';
import type { PlainValue } from '../../src/model/input.ts';

const FORM = {
  type: 'object',
  $defs: { small: { type: 'number', maximum: 9 } },
  properties: {
    amount: { type: 'integer', minimum: 1, exclusiveMaximum: 10, multipleOf: 2 },
    sure: { type: 'boolean' },
    where: { enum: ['eu', 'us', 'moon'] },
    name: { type: ['string', 'null'], minLength: 3, maxLength: 5, pattern: '^[a-z]+$' },
    day: { type: 'string', format: 'date' },
    list: { type: 'array', minItems: 2, maxItems: 3, uniqueItems: true, items: { type: 'string' } },
    deep: { type: 'object', properties: { 'a/b': { const: 1 } }, required: ['a/b'] },
    small: { $ref: '#/$defs/small' },
    not: { not: { const: 1 } },
  },
  additionalProperties: false,
};

it.each<[PlainValue, readonly string[]]>([
  [{}, []],
  [{ amount: 'x' }, ['"amount" takes a whole number, not "x"']],
  [{ amount: 0 }, ['"amount" takes 1 or more, not 0']],
  [{ amount: 10 }, ['"amount" takes less than 10, not 10']],
  [{ amount: 3 }, ['"amount" takes a multiple of 2, not 3']],
  [{ sure: 'perhaps' }, ['"sure" takes true or false, not "perhaps"']],
  [{ where: 'mars' }, ['"where" takes "eu", "us" or "moon", not "mars"']],
  [{ name: 1 }, ['"name" takes text or null, not 1']],
  [{ name: 'ab' }, ['"name" takes 3 characters or more, not "ab"']],
  [{ name: 'abcdef' }, ['"name" takes 5 characters or fewer, not "abcdef"']],
  [{ name: 'ABC' }, ['"name" takes text that matches "^[a-z]+$", not "ABC"']],
  [{ day: 'soon' }, ['"day" takes text of the format "date", not "soon"']],
  [{ list: ['a'] }, ['"list" takes 2 items or more, and has 1']],
  [{ list: ['a', 'b', 'c', 'd'] }, ['"list" takes 3 items or fewer, and has 4']],
  [{ list: ['a', 'a'] }, ['"list" has the same item twice']],
  [{ list: ['a', 1] }, ['"list.1" takes text, not 1']],
  [{ deep: {} }, ['"deep.a/b" is missing']],
  [{ deep: { 'a/b': 2 } }, ['"deep.a/b" takes 1, not 2']],
  [{ small: 12 }, ['"small" takes 9 or less, not 12']],
  [{ other: 1 }, ['"other" was not asked for']],
  [{ not: 1 }, ['"not" may not be 1']],
  [[], ['The answer has to be an object of values by name']],
])('of %j', (values, sentences) => {
  expect(misfits(FORM, values)).toEqual(sentences);
});

it('says nothing twice, and cuts what is long', () => {
  const form = { type: 'object', properties: { a: { enum: ['x'] } }, required: ['b', 'c'] };
  expect(misfits(form, { a: 'y'.repeat(100) })).toEqual([
    '"b" is missing',
    '"c" is missing',
    `"a" takes "x", not "${'y'.repeat(59)}…`,
  ]);
});

it('tells of alternatives in one sentence', () => {
  const form = {
    type: 'object',
    properties: {
      a: { anyOf: [{ type: 'string' }, { type: 'integer', minimum: 5 }] },
      b: { oneOf: [{ type: 'object', required: ['x', 'y'] }, { anyOf: [{ type: 'string' }, { type: 'null' }] }] },
      c: { oneOf: [{ type: 'integer' }, { minimum: 0 }] },
      d: { type: 'array', items: { anyOf: [{ type: 'string' }, { const: 1 }] }, contains: { const: 'k' } },
      e: { if: { type: 'string' }, else: { minimum: 3 } },
    },
    dependentRequired: { e: ['a'] },
    anyOf: [{ required: ['a'] }, { required: ['z'] }],
  };
  expect(misfits(form, { a: true })).toEqual(['"a" takes text, or a whole number, not true']);
  expect(misfits(form, { a: 3 })).toEqual(['"a" takes text, or 5 or more, not 3']);
  expect(misfits(form, { a: 'x', b: {} })).toEqual([
    '"b.x" is missing and "b.y" is missing, or "b" takes text, or null, not {}',
  ]);
  expect(misfits(form, { a: 'x', c: 3 })).toEqual([
    '"c" fits more than one of the alternatives, and has to fit one alone',
  ]);
  expect(misfits(form, { a: 'x', d: [2, 3] })).toEqual([
    '"d.0" takes text, or 1, not 2',
    '"d.1" takes text, or 1, not 3',
    '"d" has no item that fits',
  ]);
  expect(misfits(form, { b: 'x' })).toEqual(['"a" is missing, or "z" is missing']);
  expect(misfits(form, { z: 1, e: 2 })).toEqual([
    '"a" is missing, which "e" needs beside it',
    '"e" takes 3 or more, not 2',
  ]);
});
