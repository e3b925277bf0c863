/** Memory that a value may keep for itself. */
import type { EncodedValue } from '../contract.ts';

/** From here on a copy at every hand-over costs more than shared memory does. */
const SHARE_FROM = 32 * 1024;

/** A copy of the bytes in memory of their own: shared between threads when large, never a view on a pool or on a wasm heap. */
export function own(bytes: Uint8Array): EncodedValue {
  const copy =
    bytes.length >= SHARE_FROM ? new Uint8Array(new SharedArrayBuffer(bytes.length)) : new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}
