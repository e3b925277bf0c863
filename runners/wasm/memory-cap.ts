/** Gives a module's memories and tables maxima, which are the only limits that the WebAssembly API holds a module to. */

/** Bytes of one page of a memory. */
export const PAGE = 65_536;
const TYPE_SECTION = 1;
const TABLE_SECTION = 4;
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;

/** An entry of a table is a handful of words of V8's own heap, which ends the whole process when it is full. */
const ENTRY_BYTES = 32;
/** Of all tables together; compilers make one of some thousands. */
const MOST_ENTRIES = 2 ** 20;

const FUNCTION_TYPE = 0x60;
const TYPED_REFERENCES = [0x63, 0x64];
const WITH_INITIAL_VALUE = 0x40;

export type Capped =
  | { readonly kind: 'capped'; readonly bytes: Uint8Array }
  /** It begins with more than it may have. */
  | { readonly kind: 'too-large' }
  /** It has what nothing here can bound; a clause that begins with "it". */
  | { readonly kind: 'unbounded'; readonly message: string };

/** The module with every memory capped at `pages`, and its tables by what that is in bytes. The bytes must be a valid module. */
export function capModule(bytes: Uint8Array, pages: number): Capped {
  const reader = new Reader(bytes, 8);
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  while (reader.at < bytes.length) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.unsigned();
    const end = reader.at + size;
    let section: readonly number[] | 'too-large' | 'unbounded' | undefined;
    if (id === TYPE_SECTION) section = functionsOnly(reader);
    else if (id === MEMORY_SECTION) section = memories(reader, pages);
    else if (id === TABLE_SECTION)
      section = tables(reader, end, Math.min(MOST_ENTRIES, Math.floor((pages * PAGE) / ENTRY_BYTES)));
    if (section === 'too-large') return { kind: 'too-large' };
    if (section === 'unbounded') return { kind: 'unbounded', message: UNBOUNDED };
    parts.push(
      section === undefined ? bytes.subarray(start, end) : Buffer.from([id, ...leb(section.length), ...section]),
    );
    reader.at = end;
  }
  return { kind: 'capped', bytes: Buffer.concat(parts) };
}

const UNBOUNDED = 'it has values that are collected as garbage, or tables of such, whose memory nothing here bounds';

class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.#bytes[this.at++]!;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  limits(): { readonly flags: number; readonly minimum: number; readonly maximum: number } {
    const flags = this.byte();
    const minimum = this.unsigned();
    return { flags, minimum, maximum: (flags & HAS_MAXIMUM) === 0 ? Number.POSITIVE_INFINITY : this.unsigned() };
  }
}

/** Structures and arrays live in V8's own heap. */
function functionsOnly(reader: Reader): 'unbounded' | undefined {
  for (let left = reader.unsigned(); left > 0; left--) {
    if (reader.byte() !== FUNCTION_TYPE) return 'unbounded';
    for (const _ of ['parameters', 'results']) {
      for (let types = reader.unsigned(); types > 0; types--) {
        if (TYPED_REFERENCES.includes(reader.byte())) reader.unsigned();
      }
    }
  }
  return undefined;
}

function memories(reader: Reader, pages: number): number[] | 'too-large' {
  const count = reader.unsigned();
  const section = [...leb(count)];
  for (let left = count; left > 0; left--) {
    const { flags, minimum, maximum } = reader.limits();
    if (minimum > pages) return 'too-large';
    section.push(flags | HAS_MAXIMUM, ...leb(minimum), ...leb(Math.min(maximum, pages)));
  }
  return section;
}

/** What they begin with is theirs; what is left of `most` is shared out evenly. */
function tables(reader: Reader, end: number, most: number): number[] | 'too-large' | 'unbounded' {
  const count = reader.unsigned();
  const all: { readonly type: number; readonly flags: number; readonly minimum: number; readonly maximum: number }[] =
    [];
  while (reader.at < end) {
    const type = reader.byte();
    if (type === WITH_INITIAL_VALUE || TYPED_REFERENCES.includes(type)) return 'unbounded';
    all.push({ type, ...reader.limits() });
  }
  const spare = most - all.reduce((sum, { minimum }) => sum + minimum, 0);
  if (spare < 0) return 'too-large';
  const each = Math.floor(spare / Math.max(1, count));
  return [
    ...leb(count),
    ...all.flatMap(({ type, flags, minimum, maximum }) => [
      type,
      flags | HAS_MAXIMUM,
      ...leb(minimum),
      ...leb(Math.min(maximum, minimum + each)),
    ]),
  ];
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}
