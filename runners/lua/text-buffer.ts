/** A growing buffer of UTF-8 text. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The letters of the short escapes, by control character; 0 where there is none. */
const SHORT_ESCAPES = Uint8Array.from({ length: 32 }, (_, byte) =>
  '\b\f\n\r\t'.includes(String.fromCharCode(byte))
    ? 'bfnrt'.charCodeAt('\b\f\n\r\t'.indexOf(String.fromCharCode(byte)))
    : 0,
);
/** Up to here a loop beats a call of `set` with its two views. */
const FEW = 64;

export class TextBuffer {
  bytes: Uint8Array;
  length = 0;
  #spare: Uint8Array = new Uint8Array(0);

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  text(start: number, end: number): string {
    return Buffer.from(this.bytes.buffer, start, end - start).toString('utf8');
  }

  byte(byte: number): void {
    if (this.length === this.bytes.length) this.#reserve(1);
    this.bytes[this.length++] = byte;
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }

  /** A safe integer's digits. */
  integer(n: number): void {
    if (n < 0 || n > 0x7fff_ffff) return this.ascii(String(n === 0 ? 0 : n));
    this.#reserve(10);
    let digits = 1;
    for (let power = 10; power <= n; power *= 10) digits += 1;
    let rest = n;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      this.bytes[at] = 0x30 + rest - tenth * 10;
      rest = tenth;
    }
    this.length += digits;
  }

  copy(from: Uint8Array, start: number, length: number): void {
    this.#reserve(length);
    if (length > FEW) this.bytes.set(from.subarray(start, start + length), this.length);
    else for (let i = 0; i < length; i++) this.bytes[this.length + i] = from[start + i]!;
    this.length += length;
  }

  /** Writes UTF-8 bytes as a JSON string. True if there were any beyond ASCII, whose validity is the caller's to check. */
  quoted(from: Uint8Array, start: number, length: number): boolean {
    this.#reserve(length * 6 + 2);
    const to = this.bytes;
    let at = this.length;
    let seen = 0;
    to[at++] = QUOTE;
    for (let i = start; i < start + length; i++) {
      const byte = from[i]!;
      seen |= byte;
      if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) {
        to[at++] = byte;
        continue;
      }
      to[at++] = BACKSLASH;
      const letter = byte < 0x20 ? SHORT_ESCAPES[byte]! : byte;
      if (letter !== 0) {
        to[at++] = letter;
        continue;
      }
      to[at++] = 0x75;
      to[at++] = 0x30;
      to[at++] = 0x30;
      to[at++] = 0x30 + (byte >> 4);
      to[at++] = '0123456789abcdef'.charCodeAt(byte & 15);
    }
    to[at++] = QUOTE;
    this.length = at;
    return seen >= 0x80;
  }

  /** Below 0, 0 or above 0 as the first range of bytes sorts before, with or after the second. */
  compare(a: number, aEnd: number, b: number, bEnd: number): number {
    const bytes = this.bytes;
    const shorter = Math.min(aEnd - a, bEnd - b);
    for (let i = 0; i < shorter; i++) {
      const difference = bytes[a + i]! - bytes[b + i]!;
      if (difference !== 0) return difference;
    }
    return aEnd - a - (bEnd - b);
  }

  /** Puts the last pieces of the text, which begin at `starts` with a comma between each and the next, into another order. */
  reorder(starts: readonly number[], order: readonly number[]): void {
    const start = starts[0]!;
    const end = this.length;
    const size = end - start;
    if (this.#spare.length < size) this.#spare = new Uint8Array(size * 2);
    const spare = this.#spare;
    if (size > FEW) spare.set(this.bytes.subarray(start, end));
    else for (let i = 0; i < size; i++) spare[i] = this.bytes[start + i]!;
    this.length = start;
    for (let i = 0; i < order.length; i++) {
      if (i > 0) this.byte(0x2c);
      const piece = order[i]!;
      const next = starts[piece + 1];
      const from = starts[piece]!;
      this.copy(spare, from - start, (next === undefined ? end : next - 1) - from);
    }
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    grown.set(this.view());
    this.bytes = grown;
  }
}
