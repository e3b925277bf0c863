/** Where two values first differ. */
import type { EncodedValue } from '../../runners/contract.ts';
import { decode, type JsonValue } from '../../runners/value.ts';

export interface Difference {
  /** `prices[0].euros`; empty where the values as a whole are meant. */
  readonly path: string;
  /** JSON, cut where it is long; nothing where there is none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const LONGEST = 60;

/** The first difference in the order of `after`, then what is gone; nothing where the values are equal. */
export function firstDifference(before: JsonValue, after: JsonValue, path = ''): Difference | undefined {
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      const found = differ(before[index], after[index], `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
      const inner = /^[\w-]+$/.test(key) ? `${path === '' ? '' : `${path}.`}${key}` : `${path}[${JSON.stringify(key)}]`;
      const found = differ(before[key], after[key], inner);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return Object.is(before, after) ? undefined : { path, before: shown(before), after: shown(after) };
}

function differ(before: JsonValue | undefined, after: JsonValue | undefined, path: string): Difference | undefined {
  if (before !== undefined && after !== undefined) return firstDifference(before, after, path);
  if (before === after) return undefined;
  const text = (value: JsonValue | undefined): string | undefined => (value === undefined ? undefined : shown(value));
  return { path, before: text(before), after: text(after) };
}

function isObject(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: JsonValue): string {
  return cut(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner)));
}

/** Of two encoded values; equal values are equal bytes. */
export function compare(before: EncodedValue, after: EncodedValue): Difference | undefined {
  if (Buffer.from(before).equals(after)) return undefined;
  const found = firstDifference(decode(before), decode(after));
  // To JavaScript 5 and 5.0 are the same number.
  return found ?? { path: '', before: cut(Buffer.from(before).toString()), after: cut(Buffer.from(after).toString()) };
}

/** As values are shown. */
export function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
