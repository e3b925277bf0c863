/** JSON text → values that keep a whole float apart from an integer, and back to text. */
import type { EncodedValue } from '../contract.ts';
import { encode, Float, MAX_DEPTH } from '../value/encode.ts';
import { formatFloat } from '../value/number.ts';
import { NotJson, parse } from '../value/parse.ts';

/** Objects have no prototype, large integers are BigInts, numbers with a fraction or an exponent are `Float`s. */
export function exactly(text: string): unknown {
  return parse(text, MAX_DEPTH, (x) => new Float(x));
}

/** The message says what is wrong and where; nothing where the text is JSON. */
export function tryExactly(
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string } {
  try {
    return { ok: true, value: exactly(text) };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, message: `${error.message} at character ${error.offset + 1}` };
    throw error;
  }
}

export function textOf(value: EncodedValue): string {
  return new TextDecoder().decode(value.buffer instanceof SharedArrayBuffer ? value.slice() : value);
}

/** A text as it is, anything else as its JSON. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Float) return formatFloat(value.value);
  const encoded = encode(value);
  if (!encoded.ok) throw new Error(`Internal error: a value that was read cannot be written: ${encoded.message}`);
  return textOf(encoded.value);
}

/** `Float`s as plain numbers, all the way down. */
export function plainly(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plainly);
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, member] of Object.entries(value)) plain[key] = plainly(member);
  return plain;
}
