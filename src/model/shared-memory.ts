/** What a workflow's shared memory holds: texts by key, lists kept as the parts that were appended to them. */
import type { EncodedValue } from '../../runners/contract.ts';

/** `append` gives one more item of a list, which `set` has made or which begins with it. */
export type MemoryChange =
  | { readonly act: 'set' | 'append'; readonly key: string; readonly value: EncodedValue }
  | { readonly act: 'delete'; readonly key: string };

interface Entry {
  /** The whole text, or a list without its bracket at the end. */
  parts: Uint8Array[];
  isOpen: boolean;
  items: number;
  bytes: number;
}

export class MemoryContents {
  /** Of all keys and values. */
  bytes = 0;
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /** In the order of their code points. */
  keys(): string[] {
    return [...this.#entries.keys()].sort();
  }

  get(key: string): EncodedValue | undefined {
    const entry = this.#entries.get(key);
    return entry && textOf(entry);
  }

  /** Bytes of one value. */
  bytesOf(key: string): number {
    return this.#entries.get(key)?.bytes ?? 0;
  }

  /** Whether `append` may follow: the key holds a list, or nothing. */
  isList(key: string): boolean {
    const entry = this.#entries.get(key);
    return entry === undefined || entry.isOpen || entry.parts[0]?.[0] === OPEN || isNothing(entry);
  }

  /** Gives how many items a list has after it was appended to. */
  apply(change: MemoryChange): number {
    const { key } = change;
    const before = this.#entries.get(key);
    if (change.act === 'delete') {
      this.#entries.delete(key);
      if (before !== undefined) this.bytes -= before.bytes + key.length;
      return 0;
    }
    if (before === undefined) this.bytes += key.length;
    if (change.act === 'set') {
      const { length } = change.value;
      this.#entries.set(key, { parts: [change.value], isOpen: false, items: 0, bytes: length });
      this.bytes += length - (before?.bytes ?? 0);
      return 0;
    }
    const bytesBefore = before?.bytes ?? 0;
    const list = before === undefined ? emptyList() : opened(before);
    if (list.items > 0) list.parts.push(COMMA);
    list.parts.push(change.value);
    list.items += 1;
    list.bytes += change.value.length + 1;
    this.bytes += list.bytes - bytesBefore;
    this.#entries.set(key, list);
    return list.items;
  }

  /** All of it as one object, in canonical text. */
  snapshot(): EncodedValue {
    const parts: Uint8Array[] = [];
    for (const key of this.keys()) {
      parts.push(Buffer.from(`${parts.length === 0 ? '{' : ','}${JSON.stringify(key)}:`), this.get(key)!);
    }
    return joined([...(parts.length === 0 ? [Buffer.from('{')] : parts), Buffer.from('}')]);
  }
}

const OPEN = 0x5b;
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

function emptyList(): Entry {
  return { parts: [Buffer.from('[')], isOpen: true, items: 0, bytes: 2 };
}

/** An empty table of Lua is no list, and may become one. */
function isNothing({ parts: [text] }: Entry): boolean {
  return text !== undefined && ['{}', 'null'].includes(Buffer.from(text.subarray(0, 5)).toString());
}

function opened(entry: Entry): Entry {
  if (entry.isOpen) return entry;
  if (isNothing(entry)) return emptyList();
  const text = entry.parts[0]!;
  const items = (JSON.parse(Buffer.from(text).toString()) as unknown[]).length;
  return { parts: [text.subarray(0, -1)], isOpen: true, items, bytes: entry.bytes };
}

/** A list that was read stays in one piece. */
function textOf(entry: Entry): EncodedValue {
  if (!entry.isOpen) return entry.parts[0]!;
  const text = joined([...entry.parts, CLOSE]);
  entry.parts = [text.subarray(0, -1)];
  return text;
}

function joined(parts: readonly Uint8Array[]): EncodedValue {
  const text = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    text.set(part, at);
    at += part.length;
  }
  return text;
}
