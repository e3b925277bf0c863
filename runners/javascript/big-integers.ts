/** Integers that a JavaScript number cannot hold, found in JSON text before JavaScript reads it. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
/** As many digits may go beyond 2^53 - 1. */
const SUSPICIOUS = /\d{16}/;

/** Says no only where there is none; it is much quicker than looking for them. */
export function mayHoldBigIntegers(text: string): boolean {
  return SUSPICIOUS.test(text);
}

/** The text with every integer beyond ±(2^53−1) as a string that begins with `mark`; nothing if there is none. */
export function markBigIntegers(text: string, mark: string): string | undefined {
  if (!mayHoldBigIntegers(text)) return undefined;
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, at);
      if (isBigInteger(text, at, end)) {
        parts.push(text.slice(copied, at), `"${mark}${text.slice(at, end)}"`);
        copied = end;
      }
      at = end;
    } else {
      at += 1;
    }
  }
  return parts.length === 0 ? undefined : parts.join('') + text.slice(copied);
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) at += code === BACKSLASH ? 2 : 1;
  return at + 1;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  for (
    let code = text.charCodeAt(at);
    isDigit(code) || code === 0x2e || code === 0x65 || code === 0x2b || code === MINUS;
  ) {
    at += 1;
    code = text.charCodeAt(at);
  }
  return at;
}

function isBigInteger(text: string, start: number, end: number): boolean {
  if (end - start < 16) return false;
  const token = text.slice(start, end);
  return !/[.e]/.test(token) && !Number.isSafeInteger(Number(token));
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
