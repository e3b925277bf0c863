/** Whether a value is what a test expects, or where it is another. */
import type { JsonValue } from '../../runners/value.ts';

export interface Mismatch {
  /** `prices[0].euros`; empty where the value as a whole is meant. */
  readonly path: string;
  /** In words: JSON, or what is there instead. */
  readonly expected: string;
  readonly actual: string;
}

/**
 * `5` and `5.0` are the same here, and an empty table is also an empty list, since not every notation tells them apart.
 * With `partly`, objects may have other fields beside those expected.
 */
export function mismatch(
  expected: JsonValue,
  actual: JsonValue,
  { partly }: { readonly partly: boolean },
  path = '',
): Mismatch | undefined {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    for (let index = 0; index < Math.max(expected.length, actual.length); index++) {
      const found = inside(expected[index], actual[index], { partly }, `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = Object.keys(expected);
    for (const key of partly ? keys : new Set([...keys, ...Object.keys(actual)])) {
      const inner = /^[\w-]+$/.test(key) ? `${path === '' ? '' : `${path}.`}${key}` : `${path}[${JSON.stringify(key)}]`;
      const found = inside(expected[key], actual[key], { partly }, inner);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (Object.is(expected, actual) || (isEmpty(expected) && isEmpty(actual))) return undefined;
  return { path, expected: shown(expected), actual: shown(actual) };
}

function inside(
  expected: JsonValue | undefined,
  actual: JsonValue | undefined,
  how: { readonly partly: boolean },
  path: string,
): Mismatch | undefined {
  if (expected !== undefined && actual !== undefined) return mismatch(expected, actual, how, path);
  return expected === undefined && actual === undefined
    ? undefined
    : { path, expected: shown(expected), actual: shown(actual) };
}

function isObject(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

const LONGEST = 80;

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
