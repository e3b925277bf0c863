// Random values, by a fixed seed, through the encoding and through every embedded language; and text that is nearly JSON.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { load as loadJavaScript } from '../../runners/javascript/index.ts';
import { load as loadLua } from '../../runners/lua/index.ts';
import { canonicalise, decode, encode } from '../../runners/value.ts';
import { embedded } from '../runners/contract/embedded.ts';

const SEED = { seed: 20_260_101 };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const shown = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'toJSON',
  'then',
  'length',
  'hasOwnProperty',
  '',
  '0',
  '-1',
  '\u0000',
  '\u001B[2J',
  '\u2028',
  '\uE000',
  '\u{10000}',
  '{{x}}',
  '$x',
  '..',
  'a b',
];
const key = fc.oneof(
  fc.constantFrom(...KEYS),
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(2 ** 53 - 1, -(2 ** 53) + 1, 5e-324, 1.7976931348623157e308, 0.1),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    key,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

test('what is encoded is canonical, decodes to the same, and reaches no prototype', () => {
  fc.assert(
    fc.property(value, (each) => {
      const encoded = encode(each);
      if (!encoded.ok) throw new Error(encoded.message);
      const again = canonicalise(encoded.value);
      expect(again.ok && shown(again.value)).toBe(shown(encoded.value));
      const back = encode(decode(encoded.value));
      expect(back.ok && JSON.parse(shown(back.value))).toEqual(JSON.parse(shown(encoded.value)));
    }),
    { ...SEED, numRuns: 1500 },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('any text is JSON to the decoder exactly when it is to JSON.parse', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '"\\ud800"',
    '"\\u0000"',
    '1',
    '-',
    '-0',
    '1e',
    '1e5',
    '01',
    '.5',
    'null',
    'nul',
    'true',
    ' ',
    '\t',
    '\n',
    '\uFEFF',
    '\u00A0',
    '\\',
    'NaN',
    '/**/',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      let isJson = true;
      try {
        isJson = !/\\ud800/.test(text) && JSON.parse(text) !== undefined;
      } catch {
        isJson = false;
      }
      expect(canonicalise(utf8(text)).ok, JSON.stringify(text)).toBe(isJson);
    }),
    { ...SEED, numRuns: 20_000 },
  );
});

test('any bytes are read or refused, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const read = canonicalise(bytes);
      if (read.ok) expect(() => decode(read.value)).not.toThrow();
      else expect(read.message.length).toBeGreaterThan(0);
    }),
    { ...SEED, numRuns: 5000 },
  );
});

test.for([
  ['512 brackets', '['.repeat(512) + ']'.repeat(512), true],
  ['513 brackets', '['.repeat(513) + ']'.repeat(513), false],
  ['a million brackets', '['.repeat(1e6), false],
  ['a million members without end', '{"a":'.repeat(1e6), false],
  ['a number of a million digits', '1'.repeat(1e6), true],
  ['a million backslashes', `"${'\\'.repeat(1e6)}"`, true],
  ['a text that does not end', `"${'x'.repeat(1e6)}`, false],
  ['two values', '1 2', false],
  ['nothing', '', false],
] as const)('%s', ([, text, ok]) => {
  expect(canonicalise(utf8(text)).ok).toBe(ok);
});

describe.for([
  ['JavaScript', embedded('javascript', loadJavaScript), 'function run(inputs) { return inputs.given }'],
  ['Lua', embedded('lua', loadLua), 'function run(inputs) return inputs.given end'],
] as const)('through %s', ([language, run, code]) => {
  test('random values come out as they went in', async () => {
    const isLua = language === 'Lua';
    await fc.assert(
      fc.asyncProperty(value, async (each) => {
        const encoded = encode(isLua ? withoutNulls(each) : each);
        if (!encoded.ok) throw new Error(encoded.message);
        const text = shown(encoded.value);
        const ended = await run(code, { inputs: { given: text } });
        expect(ended.shown).toBe(text);
      }),
      { ...SEED, numRuns: 200 },
    );
  });
});

/** In Lua a member that is null is absent. */
function withoutNulls(each: unknown): unknown {
  if (Array.isArray(each)) return each.map(withoutNulls);
  if (typeof each !== 'object' || each === null) return each;
  return Object.fromEntries(
    Object.entries(each)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  );
}
