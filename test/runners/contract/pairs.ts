/** Random JSON for the property that any value passes between any two languages. */
import fc from 'fast-check';
import { Float } from '../../../runners/value/encode.ts';
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

const base64 = fc.uint8Array({ maxLength: 7 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const bytes = base64.map((digits) => new Map([['$bytes', digits]]));
const path = fc.constantFrom('a', 'out/b c.txt', '😀.bin', 'x"y', '$file', '...');
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((sum) => Buffer.from(sum).toString('hex'));
const file = fc.tuple(path, hash, fc.maxSafeNat()).map(([name, sum, size]) => fileOf(name, sum, size));
const fileOf = (name: unknown, sum: unknown, size: unknown): Map<string, unknown> =>
  new Map([
    ['$file', name],
    ['sha256', sum],
    ['size', size],
  ]);

/** Whole floats too: in a table they keep their kind in every language. */
const columnItems = {
  integer,
  float: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => new Float(x)),
  string: text,
  boolean: fc.boolean(),
  bytes,
  json: fc.oneof(text, bytes, file, fc.array(integer, { maxLength: 2 })),
} as const;
type ColumnType = keyof typeof columnItems;

const table = fc
  .tuple(
    fc.uniqueArray(key, { maxLength: 3 }),
    fc.array(fc.constantFrom(...(Object.keys(columnItems) as ColumnType[])), { minLength: 3, maxLength: 3 }),
    fc.nat({ max: 3 }),
  )
  .chain(([columns, all, length]) => {
    const types = all.slice(0, columns.length);
    const items = types.map((type) =>
      fc.array(fc.oneof(fc.constant(null), columnItems[type]), { minLength: length, maxLength: length }),
    );
    return fc
      .tuple(...items)
      .map((data) => new Map([['$table', new Map<string, unknown>(Object.entries({ columns, data, types }))]]));
  });

const tableOf = (columns: unknown, data: unknown, types: unknown): unknown =>
  new Map([['$table', new Map(Object.entries({ columns, data, types }))]]);

/** Plain objects that look much like one of the kinds. */
const nearMisses: readonly unknown[] = [
  new Map([['$bytes', 'aGk']]),
  new Map([['$bytes', 'aGl=']]),
  new Map([['$bytes', 'a-_=']]),
  new Map([['$bytes', 'aA==='.slice(0, 4) + '====']]),
  new Map([['$bytes', 1]]),
  new Map<string, unknown>([
    ['$bytes', 'aGk='],
    ['more', true],
  ]),
  fileOf('../up', 'a'.repeat(64), 1),
  fileOf('/absolute', 'a'.repeat(64), 1),
  fileOf('a//b', 'a'.repeat(64), 1),
  fileOf('a\0', 'a'.repeat(64), 1),
  fileOf('a', 'A'.repeat(64), 1),
  fileOf('a', 'a'.repeat(63), 1),
  fileOf('a', 'a'.repeat(64), -1),
  fileOf('a', 'a'.repeat(64), 2 ** 53),
  new Map([['$file', 5]]),
  tableOf(['a'], [[1]], ['string']),
  tableOf(['a'], [[1]], ['float']),
  tableOf(['a'], [[1.5]], ['integer']),
  tableOf(['a'], [[new Map([['$bytes', '?']])]], ['bytes']),
  tableOf(['a', 'a'], [[1], [2]], ['integer', 'integer']),
  tableOf(['a', 'b'], [[1], [2, 3]], ['integer', 'integer']),
  tableOf(['a'], [], []),
  tableOf(['a'], [[1]], ['number']),
  tableOf(['a'], [1], ['integer']),
  tableOf([], [], [[]]),
  tableOf('', '', ''),
  new Map([['$table', []]]),
  '{"$bytes":"aGk="}',
];

/** Bytes, files and tables, and what is none of them by a little. */
const kind = fc.oneof(bytes, file, table, fc.constantFrom(...nearMisses));

/** Canonical text of a value. Members are never null, because an absent key and a nil one are the same thing in Lua. */
export const canonicalText: fc.Arbitrary<string> = fc
  .letrec<{ value: unknown; member: unknown }>((tie) => ({
    member: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.boolean(),
      integer,
      float,
      text,
      kind,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.array(fc.tuple(key, tie('member')), { maxLength: 5 }).map((entries) => new Map(entries)),
    ),
    value: fc.oneof(fc.constant(null), tie('member')),
  }))
  .value.map(textOf);

/** Canonical text of a list with little else. */
export const kindsText: fc.Arbitrary<string> = fc.array(kind, { maxLength: 6 }).map(textOf);

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
