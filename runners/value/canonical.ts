/** Whether a text is canonical already, seen in one pass over its bytes. */
import { isUtf8 } from 'node:buffer';
import { compareKeys } from './keys.ts';
import { formatFloat } from './number.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const MINUS = 0x2d;
const WORDS = ['true', 'false', 'null'].map((word) => new TextEncoder().encode(word));

/** True only for text that `encode` could have written; false says nothing about whether it is JSON. */
export function isCanonical(bytes: Uint8Array, maxDepth: number): boolean {
  return isUtf8(bytes) && new Scan(bytes, maxDepth).whole();
}

class Scan {
  readonly #bytes: Uint8Array;
  readonly #maxDepth: number;
  #at = 0;

  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = bytes;
    this.#maxDepth = maxDepth;
  }

  whole(): boolean {
    return this.#value(0) && this.#at === this.#bytes.length;
  }

  #value(depth: number): boolean {
    if (depth > this.#maxDepth) return false;
    const byte = this.#bytes[this.#at];
    if (byte === QUOTE) return this.#string();
    if (byte === OPEN_OBJECT) return depth < this.#maxDepth && this.#object(depth);
    if (byte === OPEN_ARRAY) return depth < this.#maxDepth && this.#array(depth);
    if (byte === MINUS || isDigit(byte)) return this.#number();
    return WORDS.some((word) => this.#word(word));
  }

  #object(depth: number): boolean {
    this.#at += 1;
    if (this.#take(CLOSE_OBJECT)) return true;
    let previousStart = -1;
    let previousEnd = -1;
    do {
      const start = this.#at;
      if (this.#bytes[start] !== QUOTE || !this.#string()) return false;
      if (previousStart >= 0 && !this.#ascends(previousStart, previousEnd, start, this.#at)) return false;
      previousStart = start;
      previousEnd = this.#at;
      if (!this.#take(COLON) || !this.#value(depth + 1)) return false;
    } while (this.#take(COMMA));
    return this.#take(CLOSE_OBJECT);
  }

  #array(depth: number): boolean {
    this.#at += 1;
    if (this.#take(CLOSE_ARRAY)) return true;
    do {
      if (!this.#value(depth + 1)) return false;
    } while (this.#take(COMMA));
    return this.#take(CLOSE_ARRAY);
  }

  #string(): boolean {
    const bytes = this.#bytes;
    for (let at = this.#at + 1; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return true;
      }
      if (byte < 0x20) return false;
      if (byte === BACKSLASH) {
        const length = escapeLength(bytes, at);
        if (length === 0) return false;
        at += length - 1;
      }
    }
    return false;
  }

  #number(): boolean {
    const start = this.#at;
    this.#take(MINUS);
    const digits = this.#at;
    while (isDigit(this.#bytes[this.#at])) this.#at += 1;
    const count = this.#at - digits;
    if (count === 0 || (count > 1 && this.#bytes[digits] === 0x30)) return false;
    const next = this.#bytes[this.#at];
    if (next !== 0x2e && next !== 0x65) return !(digits > start && this.#bytes[digits] === 0x30);
    while (isNumberByte(this.#bytes[this.#at])) this.#at += 1;
    const token = String.fromCharCode(...this.#bytes.subarray(start, this.#at));
    const number = Number(token);
    return Number.isFinite(number) && formatFloat(number) === token;
  }

  #word(word: Uint8Array): boolean {
    for (let i = 0; i < word.length; i++) if (this.#bytes[this.#at + i] !== word[i]) return false;
    this.#at += word.length;
    return true;
  }

  #take(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  /** Whether the key at `a` comes before the one at `b`; both ranges include the quotes. */
  #ascends(a: number, aEnd: number, b: number, bEnd: number): boolean {
    const bytes = this.#bytes;
    for (let i = 1; a + i < aEnd && b + i < bEnd; i++) {
      const x = bytes[a + i]!;
      const y = bytes[b + i]!;
      // An escape or a closing quote stands for another character than its byte.
      if (x === BACKSLASH || y === BACKSLASH) return compareKeys(keyAt(bytes, a, aEnd), keyAt(bytes, b, bEnd)) < 0;
      if (x !== y) return a + i === aEnd - 1 || (b + i !== bEnd - 1 && x < y);
    }
    return false;
  }
}

function keyAt(bytes: Uint8Array, start: number, end: number): string {
  return JSON.parse(Buffer.from(bytes.subarray(start, end)).toString('utf8')) as string;
}

/** Length of the escape at `at` if it is the one that JSON.stringify writes, else 0. */
function escapeLength(bytes: Uint8Array, at: number): number {
  switch (bytes[at + 1]) {
    case QUOTE:
    case BACKSLASH:
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return 2;
    case 0x75: {
      const code = String.fromCharCode(...bytes.subarray(at + 2, at + 6));
      return /^00(0[0-7be]|0f|1[0-9a-f])$/.test(code) ? 6 : 0;
    }
    default:
      return 0;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Digits, `.`, `e`, `+`, `-`. */
function isNumberByte(byte: number | undefined): boolean {
  return isDigit(byte) || byte === 0x2e || byte === 0x65 || byte === 0x2b || byte === MINUS;
}
