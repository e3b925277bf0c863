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
  [{ not: 1 }, ['"not" does not fit: Instance matched "not" schema']],
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
