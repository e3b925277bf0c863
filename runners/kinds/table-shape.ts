/** Whether an object in canonical text is a table: columns with distinct names, equal lengths, and items of their types. */
import { isBytes } from './bytes-shape.ts';
import { endOfString, endOfValue, startsWith } from './scan.ts';

const [DATA, TYPES, END] = ['],"data":[', '],"types":[', ']}}'].map((text) => Buffer.from(text));
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** What an item is, as a bit; null is none. */
const BITS = { integer: 1, float: 2, string: 4, boolean: 8, bytes: 16, json: 32 } as const;
type ColumnType = keyof typeof BITS;
/** Which items a column of each type may have. */
const ALLOWED: Readonly<Record<ColumnType, number>> = { ...BITS, json: 63 };

/** `at` is behind `{"$table":{"columns":[`. */
export function isTable(text: Uint8Array, at: number): boolean {
  const names = strings(text, at);
  if (names === undefined || new Set(names.items).size !== names.items.length) return false;
  if (!startsWith(text, names.end, DATA!)) return false;
  const data = columns(text, names.end + DATA!.length);
  if (data?.seen.length !== names.items.length || !startsWith(text, data.end, TYPES!)) return false;
  const types = strings(text, data.end + TYPES!.length);
  if (types?.items.length !== names.items.length || !startsWith(text, types.end, END!)) return false;
  return types.items.every((type, i) => {
    const allowed = Object.hasOwn(ALLOWED, type) ? ALLOWED[type as ColumnType] : 0;
    return allowed !== 0 && (data.seen[i]! & ~allowed) === 0;
  });
}

/** The items of a list of strings as they stand between their quotes, and where its bracket closes. */
function strings(text: Uint8Array, start: number): { readonly items: string[]; readonly end: number } | undefined {
  const items: string[] = [];
  let at = start;
  if (text[at] === CLOSE) return { items, end: at };
  for (;;) {
    const end = endOfString(text, at);
    if (end === -1) return undefined;
    items.push(Buffer.from(text.subarray(at + 1, end - 1)).toString());
    if (text[end] === CLOSE) return { items, end };
    if (text[end] !== COMMA) return undefined;
    at = end + 1;
  }
}

/** What each column has, in bits. */
function columns(text: Uint8Array, start: number): { readonly seen: number[]; readonly end: number } | undefined {
  const seen: number[] = [];
  let length = -1;
  let at = start;
  if (text[at] === CLOSE) return { seen, end: at };
  for (;;) {
    if (text[at] !== OPEN) return undefined;
    at += 1;
    let bits = 0;
    let count = 0;
    while (text[at] !== CLOSE) {
      const end = endOfValue(text, at);
      bits |= bitOf(text, at, end);
      count += 1;
      at = text[end] === COMMA ? end + 1 : end;
    }
    if (length !== -1 && count !== length) return undefined;
    length = count;
    seen.push(bits);
    at += 1;
    if (text[at] === CLOSE) return { seen, end: at };
    if (text[at] !== COMMA) return undefined;
    at += 1;
  }
}

function bitOf(text: Uint8Array, at: number, end: number): number {
  switch (text[at]) {
    case 0x6e:
      return 0;
    case 0x22:
      return BITS.string;
    case 0x74:
    case 0x66:
      return BITS.boolean;
    case 0x7b:
      return isBytes(text, at) ? BITS.bytes : BITS.json;
    case OPEN:
      return BITS.json;
    default:
      for (let i = at; i < end; i++) if (text[i] === 0x2e || text[i] === 0x65) return BITS.float;
      return BITS.integer;
  }
}
