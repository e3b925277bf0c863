/** Walks canonical JSON text by slices, so that what is shown keeps its digits and costs no parse. */

export type Shape =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly string[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, text: string])[] };

/** Text of an encoded value, which may sit in shared memory. */
export function textOf(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
}

/** One level of `text`; its parts are canonical text again. */
export function shapeOf(text: string): Shape {
  const first = text[0];
  if (first !== '{' && first !== '[') return { kind: 'scalar', text };
  const parts = partsOf(text);
  if (first === '[') return { kind: 'array', items: parts };
  const entries = parts.map((part): [string, string] => {
    const end = endOfString(part, 0);
    return [JSON.parse(part.slice(0, end)) as string, part.slice(end + 1)];
  });
  return { kind: 'object', entries };
}

/** The characters of a JSON string, or the text itself for any other value. */
export function plainText(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

/** What stands between the outer brackets, split at its commas. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 1;
  for (let at = 1; at < text.length - 1; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  if (text.length > 2) parts.push(text.slice(start, -1));
  return parts;
}

/** The offset behind the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
