/** The way from the output to the value being written, for messages that name a place. */
import { compareKeys } from '../value.ts';
import type { TextBuffer } from './text-buffer.ts';

/** Keys, and indices counted from 1. */
export type Place = readonly (string | number)[];

/** Of a key in a place, in bytes: places are for people. */
const LONGEST_KEY = 1024;

export class Trail {
  /** Raw keys of the open objects, one behind another. */
  readonly #keys: TextBuffer;
  /** Addresses of the open tables. */
  readonly #tables: number[] = [];
  /** Per open table: an item's index, or -1 when the place is a key. */
  readonly #indices: number[] = [];
  readonly #keyStarts: number[] = [];
  readonly #keyEnds: number[] = [];

  constructor(keys: TextBuffer) {
    this.#keys = keys;
  }

  get depth(): number {
    return this.#tables.length;
  }

  isOpen(table: number): boolean {
    return this.#tables.includes(table);
  }

  enter(table: number): void {
    this.#tables.push(table);
    this.#indices.push(0);
    this.#keyStarts.push(0);
    this.#keyEnds.push(0);
  }

  leave(): void {
    this.#tables.pop();
    this.#indices.pop();
    this.#keyStarts.pop();
    this.#keyEnds.pop();
  }

  atIndex(index: number): void {
    this.#indices[this.#indices.length - 1] = index;
  }

  /** `start` and `end` are in the buffer of keys. */
  atKey(start: number, end: number): void {
    const last = this.#indices.length - 1;
    this.#indices[last] = -1;
    this.#keyStarts[last] = start;
    this.#keyEnds[last] = end;
  }

  place(): Place {
    return this.#indices.map((index, i) =>
      index >= 0
        ? index
        : this.#keys.text(this.#keyStarts[i]!, Math.min(this.#keyEnds[i]!, this.#keyStarts[i]! + LONGEST_KEY)),
    );
  }
}

/** `output.items[3]["odd key"]`. */
export function placeText(root: string, place: Place): string {
  return place.reduce<string>((path, part) => {
    if (typeof part === 'number') return `${path}[${part}]`;
    return /^[A-Za-z_]\w*$/.test(part) ? `${path}.${part}` : `${path}[${JSON.stringify(part)}]`;
  }, root);
}

/** As the places come in the text. */
export function comparePlaces(a: Place, b: Place): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x !== y) return typeof x === 'number' ? x - Number(y) : compareKeys(x, String(y));
  }
  return a.length - b.length;
}
