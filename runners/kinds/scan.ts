/** Steps over canonical text, byte by byte. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function startsWith(text: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (text[at + i] !== wanted[i]) return false;
  return true;
}

/** Behind the string that begins with the quote at `at`; -1 when there is none. */
export function endOfString(text: Uint8Array, at: number): number {
  if (text[at] !== QUOTE) return -1;
  for (let i = at + 1; i < text.length; i++) {
    const byte = text[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i += 1;
  }
  return -1;
}

/** Behind the value that begins at `at`. */
export function endOfValue(text: Uint8Array, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const byte = text[i]!;
    if (byte === QUOTE) {
      i = endOfString(text, i) - 1;
      if (depth === 0) return i + 1;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
    } else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) return i;
      depth -= 1;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && byte === 0x2c) {
      return i;
    }
  }
  return text.length;
}

/** The same bytes as a Buffer, which searches faster; memory may be shared. */
export function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
