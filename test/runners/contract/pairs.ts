/** Random JSON for the property that any value passes between any two languages. */
import fc from 'fast-check';
import { encode, formatFloat } from '../../../runners/value.ts';

const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'toJSON',
  'length',
  'then',
  '1',
  '01',
  '',
  'a b',
  '😀',
  '\uffff',
  '\u2028',
  '\0',
];
const TEXTS = [
  '',
  '\0',
  '😀',
  '\u2028\u2029',
  '"\\/',
  '\ufeff',
  '\ud7ff\ue000',
  "it's $(date) `x`",
  '\\ud800',
  '1',
  'null',
];

const key = fc.oneof(fc.constantFrom(...KEYS), fc.string({ unit: 'binary', maxLength: 6 }));
const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 12 }));
const integer = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(9007199254740993n, -9007199254740993n, 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n),
);
/** Not whole: those are one number type in JavaScript. */
const float = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Number.isInteger(x));

/** Canonical text of a value. Members are never null, because an absent key and a nil one are the same thing in Lua. */
export const canonicalText: fc.Arbitrary<string> = fc
  .letrec<{ value: unknown; member: unknown }>((tie) => ({
    member: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.boolean(),
      integer,
      float,
      text,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.array(fc.tuple(key, tie('member')), { maxLength: 5 }).map((entries) => new Map(entries)),
    ),
    value: fc.oneof(fc.constant(null), tie('member')),
  }))
  .value.map(textOf);

/** Records of 6 fields, as vector 24 has them. */
export function records(count: number): string {
  const row = (i: number): string =>
    `{"active":${i % 2 === 0},"email":"user${i}@example.org","id":${1_000_000_000_000 + i},` +
    `"name":"Jörg ${i} 😀","score":${formatFloat(i + 0.25)},"tags":["a${i % 7}",null]}`;
  return `[${Array.from({ length: count }, (_, i) => row(i)).join(',')}]`;
}

function textOf(value: unknown): string {
  const encoded = encode(value);
  if (!encoded.ok) throw new Error(encoded.message);
  return Buffer.from(encoded.value).toString('utf8');
}
