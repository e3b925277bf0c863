/** Canonical text → values as CEL has them (integers are BigInts, floats are numbers, objects are Maps), and back. */
import { canonicalise, formatFloat, readExact, withRecords } from '../../runners/value.ts';
import type { EncodedValue } from '../../runners/contract.ts';
import type { PlainValue } from '../model/input.ts';
import { fail, ok, type Result } from '../model/result.ts';

/** A table is a list of its records. */
export function celValue(value: EncodedValue): unknown {
  return readExact(withRecords(value));
}

/** Whole numbers are integers, unless the input is declared as a `number`. */
export function celOfPlain(value: PlainValue, isFloat: boolean): unknown {
  if (typeof value === 'number') return isFloat || !Number.isSafeInteger(value) ? value : BigInt(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly PlainValue[]).map((item) => celOfPlain(item, false));
  return new Map(
    Object.entries(value as Readonly<Record<string, PlainValue>>).map(([key, one]) => [key, celOfPlain(one, false)]),
  );
}

/** The error is the end of a sentence about the value. */
export function encodedValue(value: unknown): Result<EncodedValue, string> {
  try {
    const encoded = canonicalise(Buffer.from(jsonOf(value)));
    return encoded.ok ? ok(encoded.value) : fail(`cannot be handed on: ${encoded.message}`);
  } catch (error) {
    if (error instanceof NoJson) return fail(`gives ${error.message}, which JSON has no form for`);
    if (error instanceof RangeError) return fail('gives more than fits into one text');
    throw error;
  }
}

/** A text as it is, anything else as its canonical JSON. */
export function textOf(value: unknown): Result<string, string> {
  if (typeof value === 'string') return ok(value);
  const encoded = encodedValue(value);
  return encoded.ok ? ok(new TextDecoder().decode(encoded.value.slice())) : encoded;
}

class NoJson extends Error {}

function jsonOf(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw new NoJson(String(value));
      return formatFloat(value);
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'object':
      return value === null ? 'null' : jsonOfObject(value);
    default:
      throw new NoJson(`a ${typeof value}`);
  }
}

function jsonOfObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (value instanceof Uint8Array) return `{"$bytes":${JSON.stringify(Buffer.from(value).toString('base64'))}}`;
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (value instanceof Map || isPlain(value)) return jsonOfTable(value);
  // What stands for a step.
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonOfTable((value.toJSON as () => object)());
  // A duration, an unsigned integer, a type.
  const primitive: unknown = value.valueOf();
  if (typeof primitive === 'bigint') return String(primitive);
  return JSON.stringify(String(value as unknown));
}

function jsonOfTable(value: object): string {
  const entries = value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value);
  const members = entries.flatMap(([key, member]) =>
    member === undefined ? [] : [`${JSON.stringify(keyText(key))}:${jsonOf(member)}`],
  );
  return `{${members.join(',')}}`;
}

function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'bigint' || typeof key === 'number' || typeof key === 'boolean') return String(key);
  throw new NoJson('a table with a key that is no text');
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
