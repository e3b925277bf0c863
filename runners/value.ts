/** The value encoding, shared with the host: canonical JSON text in, out and between. */
import type { EncodedValue } from './contract.ts';
import type { TableParts } from './javascript/guest/tables.ts';
import { markKinds, newMark } from './kinds/find.ts';
import type { FileValue } from './kinds/run-files.ts';
import { isCanonical } from './value/canonical.ts';
import { encode, type Encoded, Float, MAX_DEPTH } from './value/encode.ts';
import { type JsonValue, NotJson, parse } from './value/parse.ts';
import { own } from './value/own.ts';

export { createTables, type Table } from './javascript/guest/tables.ts';
export { hasFiles } from './kinds/find.ts';
export { withRecords } from './kinds/records.ts';
export { compareKeys } from './value/keys.ts';
export { encode, type Encoded } from './value/encode.ts';
export { formatFloat } from './value/number.ts';
export { own } from './value/own.ts';
export { joined, members, pieces } from './value/split.ts';
export type { JsonValue } from './value/parse.ts';

/** The canonical text of any JSON text; fast when it is that already. The failure's `message` says what is wrong and where. */
export function canonicalise(text: Uint8Array, limits: { readonly maxDepth?: number } = {}): Encoded {
  const maxDepth = limits.maxDepth ?? MAX_DEPTH;
  if (isCanonical(text, maxDepth)) return { ok: true, value: own(text), warnings: [] };
  const read = readText(text, maxDepth, (x) => new Float(x));
  return read.ok ? encode(read.value, { maxDepth }) : read;
}

/** The value as JavaScript sees it: objects without prototype, integers beyond ±(2^53−1) as BigInts. */
export function decode(value: EncodedValue): JsonValue {
  const read = readText(value, Number.POSITIVE_INFINITY, (x) => x);
  if (!read.ok) throw new Error(`Internal error: a value is not canonical: ${read.message}`);
  return read.value as JsonValue;
}

/** The value as expressions see it: integers are BigInts, floats are numbers, objects are Maps. Throws where it is no JSON. */
export function readExact(text: Uint8Array): unknown {
  const read = readText(text, MAX_DEPTH, (x) => new Float(x));
  if (!read.ok) throw new Error(read.message);
  return exact(read.value);
}

function exact(value: unknown): unknown {
  if (typeof value === 'number') return BigInt(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Float) return value.value;
  if (Array.isArray(value)) return value.map(exact);
  return new Map(Object.entries(value).map(([key, member]) => [key, exact(member)]));
}

/** The value as `decode` gives it, with bytes, files and tables as what `revive` makes of them. */
export function decodeKinds(value: EncodedValue, revive: Revive): unknown {
  const mark = newMark();
  const marked = markKinds(value, mark);
  return marked === undefined ? decode(value) : revived(decode(marked), mark, revive);
}

export interface Revive {
  bytes(base64: string): unknown;
  file(file: FileValue): unknown;
  /** Bytes and what else is inside are made already. */
  table(parts: TableParts): unknown;
}

function revived(value: unknown, mark: string, revive: Revive): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => revived(item, mark, revive));
  const members = value as Record<string, unknown>;
  for (const [key, member] of Object.entries(members)) members[key] = revived(member, mark, revive);
  const first = Object.keys(members)[0];
  if (first?.startsWith(mark) !== true) return members;
  const inside = members[first];
  if (first.endsWith('b')) return revive.bytes(inside as string);
  if (first.endsWith('t')) return revive.table(inside as TableParts);
  return revive.file({
    path: inside as string,
    sha256: members['sha256'] as string,
    size: members['size'] as number,
  });
}

/** One object of all inputs, as canonical text. */
export function inputsText(inputs: ReadonlyMap<string, EncodedValue>): Uint8Array {
  const names = [...inputs.keys()].sort();
  if (names.length === 0) return Buffer.from('{}');
  const keys = names.map((name, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  const size = names.reduce((sum, name, i) => sum + Buffer.byteLength(keys[i]!) + inputs.get(name)!.length, 1);
  // Of a hundred thousand inputs, pieces to be put together would be more than the text.
  const text = Buffer.allocUnsafe(size);
  let at = 0;
  names.forEach((name, i) => {
    at += text.write(keys[i]!, at);
    const value = inputs.get(name)!;
    text.set(value, at);
    at += value.length;
  });
  text.write('}', at);
  return text;
}

type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

function readText(bytes: Uint8Array, maxDepth: number, float: (x: number) => unknown): Read {
  let text: string;
  try {
    // A decoder does not take shared memory.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      bytes.buffer instanceof SharedArrayBuffer ? bytes.slice() : bytes,
    );
  } catch {
    return { ok: false, message: 'it is not valid UTF-8' };
  }
  try {
    return { ok: true, value: parse(text, maxDepth, float) };
  } catch (error) {
    if (error instanceof NotJson)
      return { ok: false, message: `it is not JSON: ${error.message} at character ${error.offset + 1}` };
    throw error;
  }
}
