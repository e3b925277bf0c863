// What is written in a format is read from it as it was, whatever the value.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fields } from '../../../runners/action/fields.ts';
import { decode, encodeAs, type Format } from '../../../runners/action/formats/index.ts';
import { encode } from '../../../runners/value.ts';
import { exactly, textOf } from '../../../runners/action/exact.ts';

const NO_FIELDS = new Fields('file', new Map());

async function again(value: unknown, format: Format): Promise<string> {
  const bytes = await encodeAs(exactly(textIn(value)), format, NO_FIELDS, false);
  return textIn(await decode(bytes, format, NO_FIELDS, 'x'));
}

function textIn(value: unknown): string {
  const encoded = encode(value);
  if (!encoded.ok) throw new Error(encoded.message);
  return textOf(encoded.value);
}

const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '', 'a: b', '<<', '1'));
const leaf = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    'true',
    'null',
    '~',
    '1.0',
    '- a',
    '# x',
    ' x ',
    'a\nb\n',
    '2026-01-01',
    'yes',
    '0x1F',
    '\u0085',
    '\u2028',
  ),
  fc.boolean(),
  fc.constant(null),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const { any } = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('any')),
    fc.dictionary(key, tie('any'), { noNullPrototype: false }),
  ),
}));

test.each(['json', 'yaml'] as const)('%s holds any value', async (format) => {
  await fc.assert(
    fc.asyncProperty(any, async (value) => {
      expect(await again(value, format)).toBe(textIn(value));
    }),
    { numRuns: 300 },
  );
});

test('JSON Lines holds any list', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(any), async (value) => {
      expect(await again(value, 'jsonl')).toBe(textIn(value));
    }),
  );
});

test('CSV holds any records of texts', async () => {
  const records = fc
    .uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 5 })
    .chain((names) =>
      fc
        .array(fc.tuple(...names.map(() => fc.string({ unit: 'grapheme' }))), { minLength: 1 })
        .map((rows) => rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]!])))),
    )
    // An empty line counts for nothing.
    .filter((rows) => rows.every((row) => Object.values(row).some((cell) => cell !== '')));
  await fc.assert(
    fc.asyncProperty(records, async (value) => {
      expect(await again(value, 'csv')).toBe(textIn(value));
    }),
  );
});
