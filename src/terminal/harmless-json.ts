/** JSON as it may be printed on a terminal: what would steer it or hide itself is escaped, which changes no value. */

/** What `JSON.stringify` leaves as it is: controls above ASCII, directions, invisible signs, tags. */
const UNSEEN =
  // oxlint-disable-next-line no-control-regex -- these are the characters in question
  /[\u007F-\u009F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]|\uDB40[\uDC00-\uDC7F]/g;
const LAST_PLAIN = 0x7e;

export function harmlessJson(text: string): string {
  return text.replace(UNSEEN, escapedUnits);
}

/** The same bytes where nothing in them has to be escaped. */
export function harmlessBytes(bytes: Uint8Array): Uint8Array {
  if (isPlain(bytes)) return bytes;
  const { buffer, byteOffset, length } = bytes;
  const text = Buffer.from(buffer, byteOffset, length).toString();
  const harmless = harmlessJson(text);
  return harmless === text ? bytes : Buffer.from(harmless);
}

/** A loop, since outputs may be large. */
function isPlain(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at]! > LAST_PLAIN) return false;
  return true;
}

function escapedUnits(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}
