/** Whether an object in canonical text stands for bytes. */
import { startsWith, view } from './scan.ts';

const BYTES = Buffer.from('{"$bytes":"');
const QUOTE = 0x22;
const CLOSE = 0x7d;

/** The value of each digit of base64, 255 for what is none. */
const SIXBITS: Uint8Array = new Uint8Array(256).fill(255);
Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').forEach((byte, value) => {
  SIXBITS[byte] = value;
});

/** Whether the object at `at` has one member, `$bytes`, in base64 as there is no other text of the same bytes. */
export function isBytes(text: Uint8Array, at: number): boolean {
  if (!startsWith(text, at, BYTES)) return false;
  const start = at + BYTES.length;
  const end = view(text).indexOf(QUOTE, start);
  if (end === -1 || (end - start) % 4 !== 0 || text[end + 1] !== CLOSE) return false;
  let stop = end;
  while (stop > end - 2 && stop > start && text[stop - 1] === 0x3d) stop -= 1;
  for (let i = start; i < stop; i++) if (SIXBITS[text[i]!] === 255) return false;
  // What the last digit has beyond the last byte has to be zero.
  const spare = end - stop === 1 ? 0b11 : end - stop === 2 ? 0b1111 : 0;
  return spare === 0 || (SIXBITS[text[stop - 1]!]! & spare) === 0;
}
