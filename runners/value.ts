/** The value encoding, shared with the host: canonical JSON text in, out and between. */
import type { EncodedValue } from './contract.ts';
import { isCanonical } from './value/canonical.ts';
import { encode, type Encoded, Float, MAX_DEPTH } from './value/encode.ts';
import { type JsonValue, NotJson, parse } from './value/parse.ts';
import { own } from './value/own.ts';

export { compareKeys } from './value/keys.ts';
export { encode, type Encoded } from './value/encode.ts';
export { formatFloat } from './value/number.ts';
export { own } from './value/own.ts';
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

/** One object of all inputs, as canonical text. */
export function inputsText(inputs: ReadonlyMap<string, EncodedValue>): Uint8Array {
  const names = [...inputs.keys()].sort();
  const parts: Uint8Array[] = [];
  for (const name of names)
    parts.push(Buffer.from(`${parts.length === 0 ? '{' : ','}${JSON.stringify(name)}:`), inputs.get(name)!);
  parts.push(Buffer.from(names.length === 0 ? '{}' : '}'));
  return Buffer.concat(parts);
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
