/** The fields that bound how many steps run at once, and how fast they start. */
import type { Lock, Rate } from '../../model/concurrency.ts';
import { parseRate } from '../../model/rate.ts';
import { NAME } from '../../model/step.ts';
import type { Span } from '../../model/source.ts';
import { isWhole, readFields, tableSchema } from './collections.ts';
import { type Field, type Fields, type FieldType, refuse, wrongType } from './field-type.ts';
import { duration, number, text } from './scalars.ts';

const MOST = 1_000_000;
const WHOLE = number(1, MOST, 'integer');

const rateText: FieldType<Rate> = {
  schema: {
    type: 'string',
    pattern: '^\\s*\\d+(\\.\\d+)?\\s*(/|per)\\s*(ms|s|m|h|d|\\d+(\\.\\d+)?|(\\d+(\\.\\d+)?(ms|s|m|h|d))+)\\s*$',
  },
  takes: 'a rate such as "10/s", "100/m" or "1/500ms"',
  read(value, place) {
    if (value.kind !== 'text') return wrongType(value, place, this.takes);
    const intervalMs = parseRate(value.value);
    if (intervalMs === undefined) return refuse('bad-rate', value, place, this.takes);
    return { text: value.value.trim(), intervalMs, burst: 1 };
  },
};

const RATE_FIELDS: Fields<{ limit?: Rate; burst?: number }> = {
  limit: { type: rateText, about: 'How many start in which time.', example: '10/s' },
  burst: {
    type: WHOLE,
    about: 'How many may start at once where none has for long enough.',
    default: '1',
    example: 5,
  },
};

const rate: FieldType<Rate> = {
  schema: { oneOf: [rateText.schema, { ...tableSchema(RATE_FIELDS), required: ['limit'] }] },
  takes: `${rateText.takes}, or a table with "limit" and "burst"`,
  read(value, place) {
    if (value.kind !== 'table') return rateText.read(value, { ...place });
    const what = (name: string): string => `"${name}" in ${place.what}`;
    const { limit, burst = 1 } = readFields(value, RATE_FIELDS, place.mistakes, what, place.what);
    if (limit !== undefined) return { ...limit, burst };
    if (!value.entries.has('limit'))
      place.mistakes.add('bad-rate', value.span, `Give ${place.what} a "limit": { limit = "10/s", burst = 5 }`);
    return undefined;
  },
};

const LOCK_FIELDS: Fields<{ name?: string; timeout?: number }> = {
  name: { type: text, about: 'What it is called on this machine.', example: 'deploy' },
  timeout: { type: duration, about: 'How long it is waited for.', default: 'for ever', example: '10m' },
};

const lock: FieldType<Lock> = {
  schema: { oneOf: [text.schema, { ...tableSchema(LOCK_FIELDS), required: ['name'] }] },
  takes: 'the name of a lock, or a table with "name" and "timeout"',
  read(value, place) {
    if (value.kind !== 'table') {
      const name = value.kind === 'text' && value.value !== '' ? value.value : undefined;
      return name === undefined ? wrongType(value, place, this.takes) : { name };
    }
    const what = (name: string): string => `"${name}" in ${place.what}`;
    const read = readFields(value, LOCK_FIELDS, place.mistakes, what, place.what);
    const { name, timeout } = read;
    if (name !== undefined) return { name, ...(timeout !== undefined && { timeoutMs: timeout }) };
    return isWhole(value, read) ? wrongType(value, place, this.takes) : undefined;
  },
};

/** A word whose place is kept, because the pool may not be there. */
const poolName: FieldType<{ readonly text: string; readonly span: Span }> = {
  schema: text.schema,
  takes: 'the name of a pool of the workflow',
  read(value, place) {
    if (value.kind !== 'text' || value.value === '') return wrongType(value, place, this.takes);
    return { text: value.value, span: value.span };
  },
};

export interface PoolFields {
  size?: number;
  rate?: Rate;
}

const POOL_FIELDS: Fields<PoolFields> = {
  size: {
    type: WHOLE,
    about: 'How many of its steps run at once, each counted with its cost.',
    default: 'any number, where it has a rate',
    example: 2,
  },
  rate: { type: rate, about: 'How fast its steps start.', default: 'as fast as they can', example: '10/s' },
};

const pools: FieldType<ReadonlyMap<string, PoolFields>> = {
  schema: {
    type: 'object',
    propertyNames: { pattern: NAME.source },
    additionalProperties: {
      oneOf: [WHOLE.schema, { ...tableSchema(POOL_FIELDS), anyOf: [{ required: ['size'] }, { required: ['rate'] }] }],
    },
  },
  takes: 'a table of pools by name, each with its size, or with "size" and "rate"',
  read(value, place) {
    if (value.kind !== 'table') return wrongType(value, place, this.takes);
    const found = new Map<string, PoolFields>();
    for (const [name, entry] of value.entries) {
      const what = `"${name}" in ${place.what}`;
      if (!NAME.test(name)) {
        const rule = 'up to 64 letters, digits, "_", "-" and ".", beginning with a letter, a digit or "_"';
        place.mistakes.add('bad-name', entry.keySpan, `Rename the pool ${JSON.stringify(name)}: a name is ${rule}`);
      }
      const pool = readPool(entry.value, { ...place, what });
      if (pool !== undefined) found.set(name, pool);
    }
    return found;
  },
};

function readPool(
  value: Parameters<typeof pools.read>[0],
  place: Parameters<typeof pools.read>[1],
): PoolFields | undefined {
  if (value.kind !== 'table') {
    const size = WHOLE.read(value, place);
    return size === undefined ? undefined : { size };
  }
  const before = place.mistakes.count;
  const fields = readFields(value, POOL_FIELDS, place.mistakes, (name) => `"${name}" of ${place.what}`, place.what);
  if (fields.size !== undefined || fields.rate !== undefined) return fields;
  if (place.mistakes.count === before)
    place.mistakes.add('wrong-type', value.span, `Give ${place.what} a "size", a "rate" or both; it bounds nothing`);
  return undefined;
}

export interface ConcurrencyFields {
  pool?: { readonly text: string; readonly span: Span };
  rate?: Rate;
  priority?: number;
  cost?: number;
  lock?: Lock;
}

export const CONCURRENCY_FIELDS: {
  readonly [K in keyof ConcurrencyFields]-?: Field<NonNullable<ConcurrencyFields[K]>>;
} = {
  pool: {
    type: poolName,
    about: 'The pool of the workflow in which it runs, beside the cap.',
    default: 'none',
    example: 'api',
  },
  rate: {
    type: rate,
    about: 'How fast its items, turns and attempts start.',
    default: 'as fast as they can',
    example: '10/s',
  },
  priority: {
    type: number(-MOST, MOST, 'integer'),
    about: 'Of steps that are ready, those with the highest start first.',
    default: '0',
    example: 10,
  },
  cost: {
    type: WHOLE,
    about: 'For how many steps it counts, towards the cap and in its pool.',
    default: '1',
    example: 2,
  },
  lock: {
    type: lock,
    about: 'Nothing else with this lock is done meanwhile, in any run on the machine.',
    default: 'none',
    example: 'deploy',
  },
};

export const POOLS: Field<ReadonlyMap<string, PoolFields>> = {
  type: pools,
  about:
    'Room for some steps, beside the cap: how many of those that name a pool run at once, and how fast they start.',
  default: 'none',
  example: { api: 2, mail: { size: 4, rate: '10/s' } },
};

export const RUN_LOCK: Field<Lock> = {
  ...CONCURRENCY_FIELDS.lock,
  about: 'No two runs with this lock go on at once on the machine; the later one waits.',
};

const count = number(0, Number.MAX_SAFE_INTEGER, 'integer');

/** `"auto"` or a number. */
export const cap: FieldType<number | 'auto'> = {
  schema: { oneOf: [count.schema, { enum: ['auto'] }] },
  takes: `${count.takes}, or "auto"`,
  read(value, place) {
    if (value.kind === 'text') return value.value === 'auto' ? 'auto' : wrongType(value, place, this.takes);
    return count.read(value, place);
  },
};
